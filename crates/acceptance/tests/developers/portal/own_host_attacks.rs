//! A portal on a host of its own, and who would like to be somebody else there: ways back, codes and requests of others.

use super::own_host::{OPEN, usual};
use super::visitor::Visitor;
use super::{APPS, BACK, EVE, FIELDS, NEW, credentials, registered, says};
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, assert_refused, form_to};
use acceptance::{Request, Url, query, target};

/// RFC 9700 §2.1: "Clients MUST prevent Cross-Site Request Forgery (CSRF)." An attacker has the browser of somebody else come
/// back with a code of their own (§4.7).
#[test]
fn nobody_is_signed_in_by_a_way_back_of_somebody_else() {
    let scene = usual();
    let (mut ann, mut eve) = (Visitor::of(&scene), Visitor::signed_in(&scene, EVE));
    eve.portal.cookies.clear();
    let asked = eve.set_out(APPS);
    let hers = eve.way_back(&asked);
    // Ann's browser has no cookie of that host, and then one of its own.
    let stranger = ann.portal.get(&hers);
    assert_page(&stranger, 400);
    says(&stranger, "Signing in did not work");
    // With a cookie of its own the browser sets out by itself, and hers is not looked at.
    let own = ann.set_out(APPS);
    let anew = ann.portal.get(&hers).expect(303);
    assert_eq!(anew.location(), Some("/sign-in?to=%2Fapps"), "{anew}");
    assert!(!ann.is_in());
    // Eve's code with Ann's state, and the other way round.
    let (code, state) = (
        Url::parse(&format!("http://x{hers}")),
        Url::parse(&format!("http://x{own}")),
    );
    let pairs = |url: Option<Url>| {
        acceptance::parse_query(&url.and_then(|url| url.query).unwrap_or_default())
    };
    let of = |pairs: &[(String, String)], name: &str| {
        let found = pairs.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (code, state) = (of(&pairs(code), "code"), of(&pairs(state), "state"));
    let mixed = target("/sign-in/done", &[("code", &code), ("state", &state)]);
    assert_page(&ann.portal.get(&mixed), 400);
    assert!(!ann.is_in());
    // Eve's own browser is signed in by it: once.
    assert_eq!(eve.portal.get(&hers).expect(303).location(), Some(APPS));
    assert!(eve.is_in());
}

#[test]
fn a_code_works_once_and_for_its_own_state_alone() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    ann.portal.cookies.clear();
    let asked = ann.set_out(APPS);
    let back = ann.way_back(&asked);
    let before = ann.portal.clone();
    for bent in [
        back.replace("code=", "code=1"),
        "/sign-in/done".to_owned(),
        "/sign-in/done?error=access_denied".to_owned(),
    ] {
        assert_page(&ann.portal.get(&bent), 400);
    }
    for bent in [
        back.replace("state=", "state=x"),
        back.split('&').next().unwrap_or_default().to_owned(),
    ] {
        let anew = ann.portal.get(&bent).expect(303);
        let to = anew.location().unwrap_or_default();
        assert!(to.starts_with("/sign-in?to="), "{bent}: {anew}");
    }
    assert_eq!(
        ann.portal.send(Request::new("HEAD", &back)).status,
        405,
        "a preview takes nothing"
    );
    ann.portal.get(&back).expect(303);
    assert!(ann.is_in());
    // Loaded again, it leads on; without what it gave, nothing is given a second time.
    assert_eq!(ann.portal.get(&back).expect(303).location(), Some(APPS));
    ann.portal = before;
    assert_page(&ann.portal.get(&back), 400);
    assert!(!ann.is_in());
    // At the token endpoint there is no such client.
    let asked = ann.set_out(APPS);
    let back = ann.way_back(&asked);
    let code = Url::parse(&format!("http://x{back}")).and_then(|url| url.query);
    let code = acceptance::parse_query(&code.unwrap_or_default())
        .remove(0)
        .1;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "valetkey-portal"),
        ("code", &*code),
    ];
    assert_refused(
        &scene.api().post_form(&scene.token(), &fields),
        401,
        "invalid_client",
    );
}

/// A browser that was closed and opens several pages of the portal again, before any of them is answered.
#[test]
fn several_tabs_that_set_out_at_once_all_arrive() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    ann.portal.cookies.clear();
    let empty = ann.portal.clone();
    let mut asked = Vec::new();
    for page in [APPS, NEW, "/organizations"] {
        let mut tab = empty.clone();
        let away = tab.get(&target("/sign-in", &[("to", page)])).expect(303);
        let to = away.location().and_then(|to| to.strip_prefix(&*ann.base));
        asked.push((page, to.expect("the issuer").to_owned()));
        ann.portal = tab;
    }
    for (page, asked) in asked {
        let back = ann.way_back(&asked);
        let landed = ann.portal.get(&back);
        let landed = ann.follow_from(true, landed).expect(200);
        let own = ann.portal.get(page).expect(200);
        let title = |page: &acceptance::Reply| {
            let text = page.text();
            let title = text
                .split("<title>")
                .nth(1)
                .and_then(|rest| rest.split('<').next());
            title.unwrap_or_default().to_owned()
        };
        assert_eq!(title(&landed), title(&own), "{page}");
    }
    // What leads astray there leads to no other host.
    let made_up = "x.1.y.Ly9ldmlsLmV4YW1wbGU";
    let back = format!("/sign-in/done?code=pc_x&state={made_up}");
    assert_page(&ann.portal.get(&back), 400);
}

#[test]
fn nobody_else_is_that_client() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    ann.portal.cookies.clear();
    let asked = ann.set_out(APPS);
    let with = |name: &str, value: Option<&str>| {
        let (path, query_text) = asked.split_once('?').expect("a query");
        let mut pairs = acceptance::parse_query(query_text);
        pairs.retain(|(own, _)| own != name);
        pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        format!("{path}?{}", query(&pairs))
    };
    for uri in [
        None,
        Some("https://evil.example/sign-in/done"),
        Some(&*format!("{}/sign-in/done/", ann.own)),
        Some(&*format!("{}/sign-in/done", ann.base)),
    ] {
        assert_page(&ann.issuer.get(&with("redirect_uri", uri)), 400);
    }
    for (name, value) in [
        ("code_challenge", None),
        ("code_challenge_method", Some("plain")),
        ("state", None),
        ("response_type", Some("token")),
    ] {
        let refused = ann.issuer.get(&with(name, value)).expect(303);
        let error = format!("{}/sign-in/done?error=invalid_request", ann.own);
        assert_eq!(refused.location(), Some(&*error), "{name}");
    }
    // Another site's form is none of the portal's requests.
    let (path, fields) = asked.split_once('?').expect("a query");
    let fields = acceptance::parse_query(fields);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_page(&ann.issuer.post_form(path, &fields), 400);
    // Where the portal has no host of its own there is no such client at all.
    let together = Scene::plain(OPEN);
    let mut browser = together.provider.browser_of(ANN, PASSWORD);
    assert_page(&browser.get(&asked), 400);
}

#[test]
fn its_id_is_nobodys_and_no_list_has_it() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    assert!(ann.is_in());
    let imported = |id: &str| {
        let said = format!(
            "app import --owner {OWNER} --name x --homepage https://x.example --redirect-uri {BACK} \
             --new-secret --client-id {id} --json"
        );
        let args: Vec<&str> = said.split_whitespace().collect();
        scene.provider.cli(&args).code
    };
    assert_ne!(imported("valetkey-portal"), Some(0));
    assert_eq!(imported("another-portal"), Some(0));
    assert_eq!(registered(&scene), 1, "the other one");
    let connected = ann.issuer.open("/account/apps").expect(200);
    assert!(!connected.text().contains("valetkey-portal"), "{connected}");
    let account = ann.issuer.open("/account").expect(200);
    let sessions = account.text().matches("name=\"session\"").count();
    assert!(sessions <= 1, "it is one session: {account}");
}

#[test]
fn forms_are_taken_from_the_portals_own_pages_alone() {
    let scene = usual();
    let mut ann = Visitor::signed_in(&scene, ANN);
    let form = form_to(&ann.portal.get(NEW), NEW);
    let typed: Vec<_> = FIELDS
        .iter()
        .chain(&[("kind", "confidential")])
        .copied()
        .collect();
    let filled = form.filled(&typed);
    let filled: Vec<_> = filled
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", &*ann.base.clone()),
    ] {
        let sent = Request::post(NEW).form(&filled).header(name, value);
        assert_eq!(ann.portal.send(sent).status, 403, "{name}: {value}");
    }
    let own = Request::post(NEW)
        .form(&filled)
        .header("Origin", &ann.own.clone());
    let sent_here = ann.issuer.post_form(NEW, &filled);
    assert_page(&sent_here, 404);
    says(
        &sent_here,
        "The pages for developers have a host of their own.",
    );
    assert_eq!(registered(&scene), 0);
    credentials(&ann.portal.send(own).expect(200));
    // A nonce of the issuer's pages is none of the portal's.
    let theirs = form_to(&ann.issuer.open("/account"), "/account/name");
    let nonce = theirs.value("nonce").expect("a nonce").to_owned();
    let mut swapped = filled.clone();
    swapped.retain(|(name, _)| *name != "nonce");
    swapped.push(("nonce", &nonce));
    says(
        &ann.portal.post_form(NEW, &swapped).expect(400),
        "This page was out of date.",
    );
}
