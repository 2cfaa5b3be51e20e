//! A portal on a host of its own, `dev.localhost` beside `localhost`: the same pages, and a session that hangs on the
//! issuer's. Browsers keep the cookies of each host apart, and so do these.

use super::visitor::Visitor;
use super::{ADD, APPS, BACK, DELETE, EVE, FIELDS, NEW, UPDATE, credentials, href, listed, says};
use crate::support::behind::age_sessions;
use crate::support::phone::{Phone, SET_UP, STEP, recovery_codes, send_code};
use crate::support::{ANN, PASSWORD, PLAIN, Scene, apart, assert_page, form_to};
use acceptance::{App, Browser, Setup, Url, target};

pub(super) const OPEN: &str = "[apps]\nregistration = \"open\"";

/// The same provider, with its people.
#[track_caller]
pub(super) fn scene_of(setup: Setup) -> Scene {
    let scene = Scene::peopled(apart(setup));
    scene.provider.user_create(EVE, "Eve Else", PASSWORD, false);
    scene
}

pub(super) fn usual() -> Scene {
    scene_of(Setup::toml(PLAIN).with(OPEN))
}

/// Where everybody needs a second step, a session at the issuer begins with one, and the portal's hangs on that.
#[test]
fn the_portal_opens_after_the_second_step_alone() {
    let required = "[accounts]\nsecond_factor = \"required\"";
    let scene = scene_of(Setup::toml(PLAIN).with(OPEN).with(required));
    let mut ann = Visitor::of(&scene);
    let page = ann.open(APPS);
    let page = ann.sign_in(&page, ANN);
    assert!(!ann.is_in(), "the password alone opens nothing: {page}");
    let phone = Phone::of(&page);
    let shown = send_code(&mut ann.issuer, &page, SET_UP, &phone.code()).expect(200);
    recovery_codes(&shown);
    let text = shown.text();
    let on = text.split("id=\"go-on\" href=\"").nth(1);
    let on = on
        .and_then(|rest| rest.split('"').next())
        .expect("a way on");
    let on = on.replace("&amp;", "&");
    assert!(on.starts_with(&ann.own), "{on}");
    let reply = ann.portal.get(&Url::parse(&on).expect("a URL").target());
    ann.follow_from(true, reply).expect(200);
    assert!(ann.is_in());
    // The next time the code is asked for, by a proof of the last ten minutes too.
    let mut again = Visitor::of(&scene);
    let page = again.open(APPS);
    let page = again.sign_in(&page, ANN);
    assert!(!again.is_in());
    let reply = send_code(&mut again.issuer, &page, STEP, &phone.code());
    again.follow(reply).expect(200);
    assert!(again.is_in());
}

#[test]
fn an_app_is_registered_on_the_portals_host_and_works_at_the_issuer() {
    let scene = usual();
    let mut ann = Visitor::of(&scene);
    let page = ann.open("/apps/new?organization=").expect(200);
    assert!(
        page.text().contains("name=\"password\""),
        "the issuer asks: {page}"
    );
    let form = ann.sign_in(&page, ANN).expect(200);
    let form = form_to(&form, NEW);
    let typed: Vec<_> = FIELDS
        .iter()
        .chain(&[("kind", "confidential")])
        .copied()
        .collect();
    let made = ann.portal.submit(&form, &typed).expect(200);
    let app = credentials(&made);
    let list = ann.open("/").expect(200);
    assert_eq!(listed(&list), [&*app.client_id]);
    // The way to the account, and back to the list.
    let account = format!("href=\"{}/account\"", ann.base);
    assert!(list.text().contains(&account), "{list}");
    let own = ann.issuer.get("/account").expect(200);
    let developers = format!("href=\"{}/developers\"", ann.own);
    assert!(own.text().contains(&developers), "{own}");
    // People let it in at the issuer, which alone has endpoints.
    let asked = scene.question(&app, &[("scope", "tasks:read"), ("redirect_uri", BACK)]);
    let code = scene
        .provider
        .browser_of(EVE, PASSWORD)
        .authorize(&asked)
        .code();
    let tokens = scene
        .redeem(&app, &code, &[("redirect_uri", BACK)])
        .expect(200);
    assert!(!tokens.member("access_token").is_empty());
    for endpoint in [scene.token(), scene.endpoint("revocation_endpoint")] {
        let nothing = ann.portal.post_form(&endpoint, &[]);
        assert_eq!(nothing.status, 404, "{endpoint}");
        let program = Url::parse(&ann.own).expect("a URL");
        let program = scene.provider.api_at(program.authority());
        let told = program.post_form(&endpoint, &[]).expect(404);
        let document = format!("{}/.well-known/oauth-authorization-server", ann.base);
        assert!(told.text().contains(&document), "{told}");
    }
    assert_eq!(ann.portal.get(&asked).status, 404, "no authorization there");
    assert_page(&ann.portal.get("/account"), 404);
    assert_eq!(
        scene.metadata["service_documentation"],
        format!("{}/developers", ann.own)
    );
}

#[test]
fn cookies_are_of_one_host_and_count_there_alone() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let port = scene.provider.addr().port();
    let held = |browser: &Browser| -> Vec<String> {
        let all = browser.cookies.all().iter();
        for cookie in all.clone() {
            assert_eq!(cookie.attribute("Domain"), None, "{cookie:?}");
            assert_eq!(cookie.attribute("Path"), Some("/"), "{cookie:?}");
            assert!(cookie.attribute("HttpOnly").is_some(), "{cookie:?}");
            assert_eq!(cookie.attribute("SameSite"), Some("Lax"), "{cookie:?}");
        }
        all.map(|cookie| cookie.name.clone()).collect()
    };
    let portals = format!("valetkey-portal_{port}");
    let issuers = format!("valetkey_{port}");
    assert!(held(&ann.portal).contains(&portals) && !held(&ann.portal).contains(&issuers));
    assert!(held(&ann.issuer).contains(&issuers) && !held(&ann.issuer).contains(&portals));
    let value = |browser: &Browser, name: &str| {
        let all = browser.cookies.all().iter();
        let own = all.clone().find(|cookie| cookie.name == name);
        own.expect("a cookie").value.clone()
    };
    let (here, there) = (value(&ann.portal, &portals), value(&ann.issuer, &issuers));
    // The cookies of one host are sent to the other, under each name.
    for value in [&here, &there] {
        for name in [&issuers, &portals] {
            let asked = |browser: &mut Browser, page: &str| {
                browser.cookies.clear();
                browser.cookies.set(&format!("{name}={value}"));
                browser.get(page).status
            };
            let right = (
                name == &portals && value == &here,
                name == &issuers && value == &there,
            );
            let mut visitor = Visitor::of(&scene);
            assert_eq!(asked(&mut visitor.portal, APPS) == 200, right.0, "{name}");
            assert_eq!(
                asked(&mut visitor.issuer, "/account") == 200,
                right.1,
                "{name}"
            );
        }
    }
    assert!(ann.is_in());
}

#[test]
fn the_portals_session_ends_with_the_issuers() {
    let scene = usual();
    let out = |ann: &mut Visitor, what: &str| {
        assert!(!ann.is_in(), "{what}");
        let page = ann.open(APPS);
        form_to(&page, "/sign-in");
    };
    let mut ann = Visitor::signed_in(&scene, ANN);
    assert!(ann.is_in());
    // The way out on the portal is the issuer's.
    let ask = ann.open("/sign-out").expect(200);
    ann.issuer
        .submit(&form_to(&ask, "/sign-out"), &[])
        .expect(200);
    out(&mut ann, "signed out");

    let mut ann = Visitor::signed_in(&scene, ANN);
    let mut elsewhere = scene.browser();
    elsewhere.sign_in(ANN, PASSWORD);
    let account = elsewhere.open("/account");
    elsewhere
        .submit(&form_to(&account, "/account/sessions/end-others"), &[])
        .expect(303);
    out(&mut ann, "ended from elsewhere");

    let mut ann = Visitor::signed_in(&scene, ANN);
    scene.cli(&["session", "end", ANN, "--all"]);
    out(&mut ann, "ended by an operator");

    let mut ann = Visitor::signed_in(&scene, ANN);
    let mut elsewhere = scene.browser();
    elsewhere.sign_in(ANN, PASSWORD);
    let typed = [
        ("current", PASSWORD),
        ("new", "skating in the winter garden"),
    ];
    let account = elsewhere.open("/account");
    let form = form_to(&account, "/account/password");
    elsewhere.submit(&form, &typed).expect(303);
    assert!(!ann.is_in(), "the password was changed");

    let mut eve = Visitor::signed_in(&scene, EVE);
    scene.cli(&["user", "disable", EVE]);
    assert!(!eve.is_in(), "switched off");
}

#[test]
fn signing_in_anew_replaces_the_session_and_nobody_keeps_the_earlier_one() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let earlier = ann.portal.clone();
    // Somebody else signs in with the same browser: the portal is theirs then, not Ann's.
    let ask = ann.open("/sign-out").expect(200);
    ann.issuer
        .submit(&form_to(&ask, "/sign-out"), &[])
        .expect(200);
    let page = ann.open(APPS);
    let list = ann.sign_in(&page, EVE).expect(200);
    assert!(
        list.text().contains(EVE) && !list.text().contains(ANN),
        "{list}"
    );
    ann.portal = earlier;
    assert!(!ann.is_in(), "what was Ann's is over");
}

#[test]
fn a_browser_comes_back_to_where_it_was_and_nowhere_else() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let form = form_to(&ann.portal.get(NEW), NEW);
    let typed: Vec<_> = FIELDS
        .iter()
        .chain(&[("kind", "confidential")])
        .copied()
        .collect();
    let app = credentials(&ann.portal.submit(&form, &typed).expect(200));
    let deep = format!("{}/log?status=400", href(&app));
    for page in [deep.as_str(), "/organizations", "/apps/new", "/developers"] {
        // Signed in at the issuer and not here: there and back without a question.
        ann.portal.cookies.clear();
        let asked = ann.set_out(page);
        let back = ann.way_back(&asked);
        let landed = ann.portal.get(&back).expect(303);
        assert_eq!(landed.location(), Some(page), "{landed}");
        ann.portal.get(page).expect(200);
    }
    for page in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "http://dev.localhost.evil.example/",
        "javascript:alert(1)",
        "/\r\nLocation: https://evil.example",
        "",
    ] {
        ann.portal.cookies.clear();
        let asked = ann.set_out(page);
        let back = ann.way_back(&asked);
        let landed = ann.portal.get(&back).expect(303);
        assert_eq!(landed.location(), Some("/"), "{page:?}: {landed}");
    }
    // So it is at once, for whoever is signed in.
    let at_once = ann
        .portal
        .get(&target("/sign-in", &[("to", "//evil.example")]));
    assert_eq!(at_once.location(), Some("/"), "{at_once}");
}

#[test]
fn whoever_signed_in_long_ago_proves_it_at_the_issuer_and_keeps_what_was_typed() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let form = form_to(&ann.portal.get(NEW), NEW);
    let typed: Vec<_> = FIELDS
        .iter()
        .chain(&[("kind", "confidential")])
        .copied()
        .collect();
    let app = credentials(&ann.portal.submit(&form, &typed).expect(200));
    age_sessions(&scene);
    let page = ann.portal.get(&href(&app)).expect(200);
    assert_eq!(
        form_to(&page, ADD).value("password"),
        None,
        "no password is typed there"
    );
    for (action, fields) in [
        (ADD, [("secret-name", "Second"), ("password", PASSWORD)]),
        (DELETE, [("confirm", "Task Board"), ("password", PASSWORD)]),
    ] {
        let refused = ann
            .portal
            .submit(&form_to(&page, action), &fields)
            .expect(400);
        says(&refused, "confirm that it is you, then send this again");
    }
    let name = [("name", "Night Owl"), ("once", "another")];
    let typed: Vec<_> = typed
        .iter()
        .filter(|(own, _)| *own != "name")
        .chain(&name)
        .copied()
        .collect();
    let refused = ann.portal.submit(&form, &typed).expect(400);
    let kept = form_to(&refused, NEW);
    assert_eq!(kept.value("name"), Some("Night Owl"));
    // What needs no proof goes on.
    ann.portal
        .submit(&form_to(&page, UPDATE), &[("description", "Notes")])
        .expect(303);
    // The link of the page leads to the issuer, which asks although she is signed in, and back to the page.
    let text = page.text();
    let link = text
        .split("href=\"/sign-in?")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let link = format!("/sign-in?{}", acceptance::unescape(link.expect("a link")));
    let asked = ann.open(&link);
    assert_eq!(
        form_to(&asked, "/sign-in").value("email"),
        Some(ANN),
        "{asked}"
    );
    let back = ann.sign_in(&asked, ANN).expect(200);
    assert!(
        form_to(&back, ADD).value("secret-name").is_some(),
        "at the app: {back}"
    );
    assert!(
        !back.text().contains("href=\"/sign-in?"),
        "nothing is asked any more: {back}"
    );
    // The other tab sends what it has.
    let other = ann.portal.submit(&kept, &[]).expect(200);
    assert_ne!(credentials(&other).client_id, app.client_id);
    // There is nobody to ask again.
    let again = ann.portal.get(&link).expect(303);
    assert_eq!(again.location(), Some(&*href(&app)), "{again}");
}

/// "To create an application just log into the developer portal under dev.sqowey.de. There you can hit the \"Create
/// Application\" button." (sqowey)
#[test]
fn q1_an_application_is_created_on_the_host_that_sqowey_prints() {
    let scene = scene_of(Setup::profile("sqowey"));
    let mut dan = Visitor::of(&scene);
    let page = dan.open("/");
    let list = dan.sign_in(&page, ANN).expect(200);
    assert!(list.text().contains(">Create Application</a>"), "{list}");
    let page = dan.portal.get(NEW).expect(200);
    let fields = page.text().matches("name=\"redirect-").count();
    assert_eq!(fields, 3, "up to three: {page}");
    let callback = "https://cool.page/sqowey/auth_redir/";
    let typed = [
        ("name", "Cool Page"),
        ("homepage", "https://cool.page"),
        ("redirect-1", callback),
        ("kind", "confidential"),
    ];
    let app: App = credentials(&dan.portal.submit(&form_to(&page, NEW), &typed).expect(200));
    let link = [
        ("client_id", &*app.client_id),
        ("scope", "identity"),
        ("state", "59174eb5c8c8ca4f303f3bdbf9"),
        ("redirect_uri", callback),
        ("response_type", "code"),
    ];
    let mut other = scene.provider.browser_of(EVE, PASSWORD);
    let back = other.authorize(&target("/oauth2/auth", &link));
    let fields = [
        ("client_id", &*app.client_id),
        ("client_secret", &*app.client_secret),
        ("grant_type", "authorization_code"),
        ("code", &*back.code()),
    ];
    let tokens = scene.api().post_form("/oauth2/token", &fields).expect(200);
    assert!(!tokens.member("access_token").is_empty(), "{tokens}");
}

#[test]
fn over_https_the_cookies_are_of_their_host_by_name() {
    let scene = scene_of(Setup::toml(PLAIN).with(OPEN).https());
    let mut ann = Visitor::signed_in(&scene, ANN);
    let list = ann.portal.get(APPS).expect(200);
    assert!(list.header("Strict-Transport-Security").is_some(), "{list}");
    for (browser, own) in [
        (&ann.portal, "__Host-valetkey-portal"),
        (&ann.issuer, "__Host-valetkey"),
    ] {
        let all = browser.cookies.all().iter();
        let own = all.clone().find(|cookie| cookie.name == own);
        assert!(own.is_some(), "{:?}", browser.cookies);
        for cookie in all {
            assert!(cookie.name.starts_with("__Host-"), "{cookie:?}");
            assert!(cookie.attribute("Secure").is_some(), "{cookie:?}");
        }
    }
}

#[test]
fn signing_in_leads_back_to_a_long_address_of_the_portals_host() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let form = form_to(&ann.open(NEW).expect(200), NEW);
    let typed = [&FIELDS[..], &[("kind", "public")]].concat();
    let app = credentials(&ann.portal.submit(&form, &typed).expect(200));
    let start = format!("{}?check=", href(&app));
    for (length, kept) in [(2_800, true), (2_801, false)] {
        let target = format!("{start}{}", "x".repeat(length - start.len()));
        let mut again = Visitor::of(&scene);
        let page = again.open(&target);
        let page = again.sign_in(&page, ANN).expect(200);
        says(&page, "Task Board");
        assert_eq!(page.text().contains("xxxxxxxx"), kept, "{length}");
    }
}
