//! Passkeys: added, signed in with, a second factor, told to apps, renamed and removed.
mod attacks;
mod ways;

use crate::support::authenticator::{Authenticator, SIGN_IN, options};
use crate::support::phone::recovery_codes;
use crate::support::{ANN, CALLBACK, PASSWORD, Scene, consent_form, form_to};
use acceptance::{Browser, Reply};

const SECURITY: &str = "/account/security";
const RENAME: &str = "/account/security/passkeys/rename";
const REMOVE: &str = "/account/security/passkeys/remove";

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

fn events(scene: &Scene, name: &str) -> usize {
    let told = scene.cli(&["audit", "--event", name]);
    told["events"].as_array().map_or(0, Vec::len)
}

/// Somebody with a passkey, signed in; it, and their recovery codes.
#[track_caller]
fn with_passkey(scene: &Scene, email: &str) -> (Browser, Authenticator, Vec<String>) {
    let mut browser = scene.browser();
    browser.sign_in(email, PASSWORD);
    let mut own = Authenticator::at(scene.provider.issuer());
    let shown = own.add(&mut browser).expect(200);
    (browser, own, recovery_codes(&shown))
}

/// What is answered to a passkey that leads nowhere.
#[track_caller]
fn assert_wrong(reply: &Reply) {
    assert_eq!(reply.status, 401, "{reply}");
    assert!(reply.text().contains("does not lead in here"), "{reply}");
    assert!(reply.header("WWW-Authenticate").is_some(), "{reply}");
}

#[test]
fn one_is_added_signs_in_and_is_removed() {
    let scene = Scene::plain("");
    let mut there = scene.browser();
    there.sign_in(ANN, PASSWORD);
    let (mut here, mut own, codes) = with_passkey(&scene, ANN);
    assert_eq!(codes.len(), 10);
    assert!(
        is_signed_in(&mut here) && !is_signed_in(&mut there),
        "it began without"
    );
    let page = here.open(SECURITY).expect(200);
    for mark in ["10 recovery codes left", "Key", "data-passkey=\"add\""] {
        assert!(page.text().contains(mark), "no {mark}: {page}");
    }
    // Nothing is typed, and a moment later the same form leads to the same place.
    let page = there.open("/sign-in").expect(200);
    assert!(
        page.text().contains("autocomplete=\"username webauthn\""),
        "{page}"
    );
    let answer = own.get(&options(&page));
    let form = form_to(&page, SIGN_IN);
    for _ in 0..2 {
        let reply = there.submit(&form, &[("credential", &answer)]);
        assert_eq!(reply.location(), Some("/account"), "{reply}");
    }
    assert!(is_signed_in(&mut there));
    // It may be called something else.
    let page = here.open(SECURITY).expect(200);
    assert!(page.text().contains("last used"), "{page}");
    let reply = here.submit(&form_to(&page, RENAME), &[("name", "Blue key")]);
    let page = here.follow(reply).expect(200);
    assert!(page.text().contains("Blue key"), "{page}");
    let wrong = here.submit(&form_to(&page, RENAME), &[("name", " ")]);
    assert_eq!(wrong.status, 409, "{wrong}");
    // What is removed lets nobody in, and ends the other sessions.
    let reply = here.submit(&form_to(&page, REMOVE), &[]);
    let page = here.follow(reply).expect(200);
    assert!(page.text().contains("is removed"), "{page}");
    assert!(!is_signed_in(&mut there));
    assert_wrong(&own.sign_in(&mut there));
    let alone = scene.provider.browser().sign_in(ANN, PASSWORD);
    assert_eq!(alone.location(), Some("/account"), "{alone}");
    for name in ["passkey.added", "passkey.renamed", "passkey.removed"] {
        assert_eq!(events(&scene, name), 1, "{name}");
    }
}

#[test]
fn it_is_both_factors_for_apps_and_goes_on_to_what_waits() {
    let scene = Scene::plain(
        "[openid]\nenabled = true\nacr = \"urn:example:one\"\nsecond_factor_acr = \"urn:example:two\"",
    );
    let (_, mut own, _) = with_passkey(&scene, ANN);
    let app = scene.confidential(CALLBACK);
    for (copies, method) in [(false, "hwk"), (true, "swk")] {
        let mut browser = scene.browser();
        let asked = [("scope", "openid"), ("acr_values", "urn:example:two")];
        let page = browser.open(&scene.question(&app, &asked));
        if copies {
            // Another one, which its authenticator can copy.
            let (mut second, mut ann) =
                (Authenticator::at(scene.provider.issuer()), scene.browser());
            second.copies = true;
            own.sign_in(&mut ann).expect(303);
            second.add(&mut ann).expect(303);
            own = second;
        }
        let reply = own.answer_to(&mut browser, &page, SIGN_IN);
        let page = browser.follow(reply);
        let page = match page.status {
            200 => browser.submit(&consent_form(&page), &[("answer", "allow")]),
            _ => page,
        };
        let back = acceptance::Redirect::parse(page.location().expect("to the app"));
        let reply = scene.redeem(&app, &back.code(), &[]).expect(200);
        let token = reply.json()["id_token"]
            .as_str()
            .expect("an ID token")
            .to_owned();
        let claims = claims(&token);
        assert_eq!(claims["acr"], "urn:example:two", "{claims}");
        assert_eq!(
            claims["amr"],
            serde_json::json!([method, "user", "mfa"]),
            "{claims}"
        );
    }
}

/// What an ID token says.
fn claims(token: &str) -> acceptance::Json {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let body = token.split('.').nth(1).expect("three parts");
    let body = URL_SAFE_NO_PAD.decode(body).expect("base64url");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn it_is_the_second_factor_after_a_password() {
    let scene = Scene::plain("");
    let (_, mut own, codes) = with_passkey(&scene, ANN);
    let mut browser = scene.browser();
    let reply = browser.sign_in(ANN, PASSWORD);
    assert_eq!(reply.location(), Some("/sign-in/second-factor"), "{reply}");
    let page = browser.follow(reply).expect(200);
    assert!(
        !page.text().contains("one-time-code"),
        "they have no app: {page}"
    );
    assert!(!is_signed_in(&mut browser));
    assert_eq!(
        options(&page)["allowCredentials"][0]["id"],
        own.id(),
        "{page}"
    );
    let reply = own.answer_to(&mut browser, &page, crate::support::authenticator::SECOND);
    assert_eq!(reply.location(), Some("/account"), "{reply}");
    assert!(is_signed_in(&mut browser));
    // Or a recovery code, where it is not at hand.
    let mut other = scene.browser();
    let page = crate::support::phone::first_step(&mut other, ANN, PASSWORD);
    let form = form_to(&page, "/sign-in/second-factor");
    let reply = other.submit(&form, &[("code", &codes[0])]);
    assert_eq!(reply.location(), Some("/account"), "{reply}");
}

#[test]
fn password_managers_find_its_page() {
    let scene = Scene::plain("");
    let document = "/.well-known/passkey-endpoints";
    let told = scene.api().get(document).expect(200).json();
    let page = format!("{}{SECURITY}", scene.provider.issuer());
    assert_eq!(told, serde_json::json!({ "enroll": page, "manage": page }));
}
