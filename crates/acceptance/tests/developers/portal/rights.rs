//! Who may do what: apps of others are not there, forms prove where they come from, and registration has its rules.

use super::{
    ACCEPT, ADD, APPS, BACK, DECLINE, DELETE, DROP_KEYS, Developer, EVE, FIELDS, NEW, OFFER, OPEN,
    OPENID, REMOVE_LOGO, RESTORE, REVOKE, ROTATE, SET_KEYS, SET_OPENID, UPDATE, WITHDRAW,
    credentials, href, listed, logos, open, registered, says, works,
};
use crate::own_api::{access, signed_in};
use crate::support::behind::age_sessions;
use crate::support::{ANN, OWNER, PASSWORD, PLAIN, Scene, assert_page, form_to, within};
use acceptance::{App, Json, Request, Setup, forms, unescape};
use std::collections::BTreeSet;
use std::time::Duration;

/// The public key of RFC 8037, appendix A.2.
const JWK: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// The forms about an app that exists.
const ABOUT_AN_APP: [&str; 15] = [
    REMOVE_LOGO,
    SET_KEYS,
    DROP_KEYS,
    SET_OPENID,
    UPDATE,
    ADD,
    ROTATE,
    REVOKE,
    DELETE,
    RESTORE,
    OFFER,
    WITHDRAW,
    "/apps/review/ask",
    "/apps/review/answer",
    "/apps/review/withdraw",
];
/// The forms about an app that somebody is offered.
const ABOUT_AN_OFFER: [&str; 2] = [ACCEPT, DECLINE];

/// All that an operator sees of an app, and whether its secret works.
#[track_caller]
fn state(scene: &Scene, app: &App) -> (Json, bool) {
    let shown = scene.cli(&["app", "show", &app.client_id]);
    (shown, works(scene, app))
}

/// What each of the forms carries besides nonce and app, so that it would do something.
fn filled(secret: &str) -> Vec<(&str, &str)> {
    let more = [
        ("overlap", "0"),
        ("confirm", "Task Board"),
        ("secret", secret),
        ("transfer", "1"),
        ("transfer-email", OWNER),
        ("version", "1"),
        ("jwks", JWK),
        ("name", "Taken Over"),
        ("password", PASSWORD),
    ];
    let fields = FIELDS.into_iter().filter(|(name, _)| *name != "name");
    fields.chain(more).collect()
}

#[test]
fn apps_of_others_are_not_there() {
    let credentials = "[test]\nmode = true\n[test.credentials]\nclient_id = \"test_abc123\"\n\
        client_secret = \"test_secret_def456\"\nemail = \"try@example.com\"\n\
        password = \"try things with this\"";
    let scene = open(&format!("{OPEN}\n{credentials}"));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let hers = ann.register(&[]);
    let secret = form_to(&ann.page(&hers), REVOKE);
    let secret = secret.value("secret").expect("its id").to_owned();
    ann.add_secret(&hers, "");
    let gone = ann.register(&[]);
    ann.act(&gone, DELETE, &[("confirm", "Task Board")])
        .expect(303);
    let own = eve.register(&[("name", "Night Owl")]);
    let before = state(&scene, &hers);
    let nonce = form_to(&eve.page(&own), UPDATE);
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let ids = [
        &*hers.client_id,
        &gone.client_id,
        "test_abc123",
        "nobody",
        "0",
        "",
    ];
    for id in ids {
        for page in [format!("{APPS}/{id}"), format!("{APPS}/{id}?check={BACK}")] {
            if !id.is_empty() {
                assert_page(&eve.browser.get(&page), 404);
            }
        }
        for action in ABOUT_AN_APP {
            let mut fields = vec![("nonce", &*nonce), ("app", id)];
            fields.extend(filled(&secret));
            let reply = eve.browser.post_form(action, &fields);
            assert_page(&reply, 404);
            assert!(!reply.text().contains("Task Board"), "{action}: {reply}");
        }
    }
    assert_eq!(state(&scene, &hers), before);
    let list = ann.browser.open(APPS);
    assert_eq!(listed(&list), [&*hers.client_id]);
    form_to(&list, RESTORE);
    assert_eq!(listed(&eve.browser.open(APPS)), [own.client_id]);
}

/// A form that is added to these pages must be added to the tests of this file.
#[test]
fn there_are_no_other_forms_than_these() {
    let scene = open(OPENID);
    let mut ann = Developer::ann(&scene);
    let gone = ann.register(&[]);
    ann.act(&gone, DELETE, &[("confirm", "Task Board")])
        .expect(303);
    let app = ann.register(&[]);
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    logos::upload(&mut ann, &app, logos::PNG).expect(303);
    let signing = ann.register(&[]);
    ann.act(&signing, SET_KEYS, &[("jwks", JWK)]).expect(303);
    let pages = [
        ann.page(&signing),
        Developer::of(&scene, EVE).browser.open(APPS),
        ann.browser.open(APPS),
        ann.browser.open(NEW),
        ann.page(&app),
    ];
    let found: BTreeSet<String> = pages
        .iter()
        .flat_map(|page| forms(&page.text()))
        .filter(|form| form.method == "post" && form.action.starts_with("/apps"))
        .map(|form| form.action)
        .collect();
    // Those about its review are on a page of their own, and in a test of their own.
    let others = [NEW, logos::LOGO];
    let known = ABOUT_AN_APP.into_iter().chain(ABOUT_AN_OFFER).chain(others);
    let known = known.filter(|action| !action.starts_with("/apps/review/"));
    assert_eq!(found, known.map(str::to_owned).collect());
}

#[test]
fn whoever_is_signed_out_signs_in_and_is_where_they_were() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let before = state(&scene, &app);
    let form = form_to(&ann.page(&app), UPDATE);
    let nonce = form.value("nonce").expect("a nonce");
    for target in [APPS, NEW, &href(&app), &format!("{APPS}/nobody")] {
        let mut browser = scene.provider.browser();
        let page = browser.open(target);
        let typed = [("email", ANN), ("password", PASSWORD)];
        let back = browser
            .submit(&form_to(&page, "/sign-in"), &typed)
            .expect(303);
        assert_eq!(back.location(), Some(target), "{back}");
    }
    for action in ABOUT_AN_APP.into_iter().chain([NEW]) {
        let mut fields = vec![("nonce", nonce), ("app", &*app.client_id)];
        fields.extend(filled("0"));
        let mut browser = scene.provider.browser();
        let sent = browser.post_form(action, &fields);
        assert_eq!(sent.status, 303, "{action}: {sent}");
        form_to(&browser.follow(sent), "/sign-in");
    }
    assert_eq!(state(&scene, &app), before);
    assert_eq!(registered(&scene), 1);
}

#[test]
fn a_form_proves_that_it_is_ours() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let secret = form_to(&ann.page(&app), REVOKE);
    let secret = secret.value("secret").expect("its id").to_owned();
    ann.add_secret(&app, "");
    let foreign = eve.blank().value("nonce").expect("a nonce").to_owned();
    let own = ann.blank().value("nonce").expect("a nonce").to_owned();
    let before = state(&scene, &app);
    for action in ABOUT_AN_APP.into_iter().chain([NEW]) {
        for nonce in [None, Some(""), Some("x"), Some(&*foreign)] {
            let mut fields = vec![("app", &*app.client_id), ("once", "1"), ("kind", "public")];
            fields.extend(nonce.map(|nonce| ("nonce", nonce)));
            fields.extend(filled(&secret));
            let reply = ann.browser.post_form(action, &fields);
            match action {
                RESTORE => assert_eq!(reply.location(), Some(APPS), "{reply}"),
                _ => says(&reply.expect(400), "This page was out of date."),
            }
        }
        let mut fields = vec![("app", &*app.client_id), ("once", "2"), ("nonce", &*own)];
        fields.extend(filled(&secret));
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.example"),
        ] {
            let request = Request::post(action).form(&fields).header(name, value);
            assert_page(&ann.browser.send(request), 403);
        }
    }
    assert_eq!(state(&scene, &app), before);
    assert_eq!(registered(&scene), 1);
}

#[test]
fn fields_that_no_form_has_change_nothing() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let forged = [
        ("owner", OWNER),
        ("status", "active"),
        ("reviewed", "on"),
        ("reviewed_at", "1"),
        ("approved", "admin:all"),
        ("client_id", "mine"),
        ("client_secret", "cs_mine"),
        ("resource_server", "on"),
        ("resource-server", "on"),
        ("grants", "client_credentials"),
        ("documented", "true"),
        ("side", "live"),
        ("publisher", "Valetkey"),
    ];
    let plain = ann.register(&[]);
    let app = ann.register(&forged);
    let facts = |app: &App| {
        let mut shown = scene.cli(&["app", "show", &app.client_id]);
        let own = ["client_id", "created_at", "secrets", "version"];
        shown
            .as_object_mut()
            .expect("an object")
            .retain(|name, _| !own.contains(&name.as_str()));
        shown
    };
    assert_eq!(facts(&app), facts(&plain));
    ann.act(&app, UPDATE, &forged).expect(303);
    assert_eq!(facts(&app), facts(&plain));
    // A restricted scope is approved and not ticked.
    for scope in [
        "admin:all",
        "tasks:read admin:all",
        "nonsense",
        "\u{e9}\"\\",
    ] {
        let typed = [("scopes", "some"), ("scope-1", scope)];
        ann.act(&app, UPDATE, &typed).expect(400);
    }
    assert_eq!(facts(&app), facts(&plain));
    scene.cli(&["app", "approve-scope", &app.client_id, "admin:all"]);
    let typed = [("scopes", "some"), ("scope-1", "admin:all")];
    let approved = || ann.act(&app, UPDATE, &typed).status == 303;
    assert!(within(Duration::from_secs(1), approved));
}

#[test]
fn where_administrators_register_apps_nobody_else_does() {
    for (policy, why) in [
        ("admin", "Apps are made by the people who run this service"),
        ("invite", "Apps are made by invitation"),
    ] {
        let scene = open(&format!("[apps]\nregistration = \"{policy}\""));
        let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
        let list = ann.browser.open(APPS).expect(200);
        says(&list, why);
        assert!(!list.text().contains(NEW), "no way to the form: {list}");
        says(&ann.browser.open(NEW).expect(403), why);
        let nonce = form_to(&ann.browser.open("/account"), "/account/password");
        let nonce = nonce.value("nonce").expect("a nonce").to_owned();
        let mut fields = FIELDS.to_vec();
        fields.extend([("nonce", &*nonce), ("once", "1"), ("kind", "public")]);
        says(&ann.browser.post_form(NEW, &fields).expect(403), why);
        assert_eq!(registered(&scene), 0);
        let app = admin.register(&[]);
        scene.tokens_of(&mut scene.browser(), &app, "tasks:read");
    }
}

#[test]
fn an_app_waits_for_its_review() {
    let scene = open("[apps]\nregistration = \"review\"");
    let mut ann = Developer::ann(&scene);
    says(
        &ann.browser.open(NEW),
        "look at each app before others can use it",
    );
    let app = ann.register(&[("own-behalf", "on"), ("status", "active")]);
    let own = |app: &App| scene.client_credentials(app).status;
    let asked = || {
        let mut browser = scene.provider.browser_of(EVE, PASSWORD);
        browser
            .authorize_until_consent(&scene.question(&app, &[]))
            .status
    };
    says(&ann.browser.open(APPS), "Draft, not reviewed");
    says(&ann.page(&app), "Draft, not reviewed");
    assert!(!ann.page(&app).text().contains("Waits for review"));
    assert_eq!((own(&app), asked()), (401, 400));
    scene.cli(&["app", "approve", &app.client_id]);
    assert!(within(Duration::from_secs(1), || asked() == 200));
    assert_eq!(own(&app), 200);
    says(&ann.page(&app), "Reviewed");
    // What was looked at is what was approved.
    ann.act(
        &app,
        UPDATE,
        &[("name", "Another Board"), ("own-behalf", "on")],
    )
    .expect(303);
    says(&ann.page(&app), "Draft, not reviewed");
    assert_eq!((own(&app), asked()), (401, 400));
    // It waits once somebody has asked.
    let show = || scene.cli(&["app", "show", &app.client_id])["review"].clone();
    assert!(show().is_null());
    let agent = signed_in(&scene, ANN);
    let path = format!("/valetkey/apps/{}", app.client_id);
    let by_api = |path: &str| {
        let told = scene.api().get_bearer(path, access(&agent));
        told.expect(200).json()
    };
    assert!(by_api(&path)["review"].is_null());
    let review = format!("/apps/{}/review", app.client_id);
    let page = ann.browser.open(&review);
    says(&page, "is a draft until somebody asks for its review");
    let form = form_to(&page, "/apps/review/ask");
    ann.browser.submit(&form, &[("note", "Please")]).expect(303);
    says(&ann.page(&app), "Waits for review");
    // So does the list, of this one alone.
    ann.register(&[("name", "Another Draft")]);
    let list = unescape(&ann.browser.open(APPS).text());
    for chip in ["Waits for review", "Draft, not reviewed"] {
        assert_eq!(list.matches(chip).count(), 1, "{chip}: {list}");
    }
    says(&ann.browser.open(&review), "This app waits for its review");
    assert_eq!(
        (show(), by_api(&path)["review"].clone()),
        ("open".into(), "open".into())
    );
    let all = by_api("/valetkey/apps")["apps"].clone();
    assert_eq!(all[1]["review"], "open", "{all}");
    assert!(all[0]["review"].is_null(), "{all}");
    ann.browser.speak("de");
    says(&ann.page(&app), "Wartet auf Prüfung");
}

#[test]
fn a_password_is_asked_ten_minutes_after_the_sign_in() {
    let scene = Scene::start(Setup::toml(PLAIN).with(OPEN));
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    assert_eq!(form_to(&ann.page(&app), ADD).value("password"), None);
    age_sessions(&scene);
    let add = form_to(&ann.page(&app), ADD);
    assert_eq!(add.value("password"), Some(""), "it is asked");
    let typed = |action: &'static str| match action {
        ROTATE => ("overlap", "1"),
        SET_KEYS => ("jwks", JWK),
        DELETE => ("confirm", "Task Board"),
        _ => ("secret-name", "Second"),
    };
    let before = state(&scene, &app);
    for password in ["", "not my password"] {
        for action in [ADD, ROTATE, SET_KEYS, DELETE] {
            let fields = [typed(action), ("password", password)];
            let refused = ann.act(&app, action, &fields).expect(400);
            says(&refused, "This is not your password.");
        }
        let refused = ann
            .try_register(&[("password", password), ("name", "Second")])
            .expect(400);
        says(&refused, "This is not your password.");
        let form = form_to(&refused, NEW);
        assert_eq!(
            (form.value("name"), form.value("password")),
            (Some("Second"), Some(""))
        );
    }
    assert_eq!(state(&scene, &app), before);
    assert_eq!(registered(&scene), 1);
    let second = ann.act(&app, ADD, &[("password", PASSWORD)]).expect(200);
    assert!(works(&scene, &credentials(&second)));
    let third = ann
        .act(&app, ROTATE, &[("overlap", "0"), ("password", PASSWORD)])
        .expect(200);
    assert!(works(&scene, &credentials(&third)) && !works(&scene, &app));
    let other = ann.register(&[("password", PASSWORD)]);
    assert!(works(&scene, &other));
    ann.act(
        &other,
        DELETE,
        &[("confirm", "Task Board"), ("password", PASSWORD)],
    )
    .expect(303);
    assert!(!works(&scene, &other));
}
