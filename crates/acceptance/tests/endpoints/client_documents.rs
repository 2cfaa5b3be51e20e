//! Apps whose `client_id` is the URL of a document about them, served on loopback.

use crate::support::assertions::{ASSERTION_TYPE, KeyHost, Signer};
use crate::support::introductions::{OPEN, document, document_host, tick_and_allow};
use crate::support::{Scene, Tokens, assert_refused, within};
use acceptance::{Pkce, Reply};
use serde_json::json;
use std::time::Duration;

/// Any port, as apps on people's own computers have it.
const CALLBACK: &str = "http://localhost:51413/callback";

/// The page that a link of this app leads to.
#[track_caller]
fn refused(scene: &Scene, client_id: &str, told: &str) -> Reply {
    let page = scene
        .browser()
        .open(&scene.asks(client_id, CALLBACK, &Pkce::random()));
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains(told), "{told}: {page}");
    assert!(page.location().is_none());
    page
}

#[test]
fn an_app_is_known_by_its_document_and_its_host_is_named_first() {
    let scene = Scene::plain(OPEN);
    assert_eq!(
        scene.metadata["client_id_metadata_document_supported"],
        true
    );
    let host = document_host(|_| {});
    let pkce = Pkce::random();
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.asks(&host.url(), CALLBACK, &pkce));
    let text = page.text();
    let shown = host.url().replace("http://", "").replace("/jwks.json", "");
    let (at, name) = (text.find(&shown), text.find("Task Talk</"));
    assert!(
        at.is_some() && at < name,
        "the host stands before the name: {page}"
    );
    assert!(text.contains("has checked this app"), "{page}");
    assert!(
        text.contains("type=\"checkbox\"") && !text.contains(" checked>"),
        "{page}"
    );
    let answer = tick_and_allow(&mut browser, &page);
    assert!(answer.location.starts_with(CALLBACK), "{answer:?}");
    let tokens = scene.redeem_public(&host.url(), &answer.code(), CALLBACK, &pkce);
    let tokens = Tokens::of(&tokens);
    Tokens::of(&scene.refresh_public(&host.url(), &tokens.refresh));
    assert_eq!(host.asked(), 1, "it is kept");
    // Its person finds it among their connections, and ends it.
    let list = browser.open("/account/apps").expect(200);
    assert!(list.text().contains("Task Talk"), "{list}");
    let of = host.url().replace(':', "%3A").replace('/', "%2F");
    browser.open(&format!("/account/apps/{of}")).expect(200);
}

#[test]
fn those_who_come_at_once_wait_for_one_fetch() {
    let scene = Scene::plain(OPEN);
    let host = document_host(|_| {});
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let question = scene.asks(&host.url(), CALLBACK, &Pkce::random());
                scene.provider.browser().get(&question).expect(303);
            });
        }
    });
    assert_eq!(host.asked(), 1);
}

#[test]
fn a_document_that_is_slow_huge_redirecting_or_anothers_is_not_taken() {
    let scene = Scene::plain(OPEN);
    let target = document_host(|_| {});
    let elsewhere = target.url();
    let ok = |kind: &str, body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let host = KeyHost::of(&json!({}));
    let own = document(&host, |_| {}).to_string();
    let huge = document(&host, |own| own["x"] = "x".repeat(6_000).into()).to_string();
    let others = document(&target, |_| {}).to_string();
    let script = document(&host, |own| {
        own["redirect_uris"] = json!(["javascript:alert(1)"])
    });
    for (answer, told) in [
        (
            format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"),
            "could not be read",
        ),
        (
            format!(
                "HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{own}",
                own.len()
            ),
            "could not be read",
        ),
        (String::new(), "could not be read"),
        (ok("application/json", &huge), "could not be read"),
        (ok("text/html", &own), "application/json"),
        (ok("application/json", "[]"), "no JSON object"),
        (
            ok("application/json", &others),
            "is not the URL that leads to it",
        ),
        (ok("application/json", &script.to_string()), "runs nothing"),
        (
            ok(
                "application/json",
                &document(&host, |own| own["client_secret"] = "x".into()).to_string(),
            ),
            "everybody reads it",
        ),
    ] {
        host.answer(&answer);
        let page = refused(&scene, &host.url(), told);
        assert!(!page.text().contains("alert(1)"), "{page}");
    }
    assert_eq!(target.asked(), 0, "no redirect is followed");
    // Nothing of that was kept: as soon as it is right it is taken.
    host.answer(&ok("application/json", &own));
    Tokens::of(&scene.walk(&host.url(), CALLBACK));
    // One that sends a beginning and then nothing.
    let slow = KeyHost::of(&json!({}));
    slow.answer(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
    );
    refused(&scene, &slow.url(), "could not be read");
}

#[test]
fn a_url_that_names_no_app_is_not_fetched() {
    let scene = Scene::plain(OPEN);
    let host = document_host(|_| {});
    let base = host.url().replace("/jwks.json", "");
    for bad in [
        base.clone(),
        format!("{base}/"),
        format!("{base}/a/../jwks.json"),
        format!("{base}/jwks.json#x"),
        format!("{}/jwks.json", base.replace("http://", "http://me@")),
        "http://talk.example/client.json".to_owned(),
    ] {
        refused(&scene, &bad, "names no app");
    }
    assert_eq!(host.asked(), 0);
    // What a stranger names is not reached where it is nobody's business; and all that is told is that it was not.
    for private in [
        "https://10.0.0.1/c",
        "https://169.254.169.254/c",
        "https://[::ffff:10.0.0.1]/c",
    ] {
        refused(&scene, private, "could not be read");
    }
    let unknown = scene.refresh_public("https://talk.example/never", "rt_x");
    assert_refused(&unknown, 401, "invalid_client");
}

#[test]
fn one_whose_redirect_is_missing_is_told_which() {
    let scene = Scene::plain(OPEN);
    let host = document_host(|_| {});
    let other = "http://127.0.0.1:19876/mcp/oauth/callback";
    let question = scene.asks(&host.url(), other, &Pkce::random());
    let page = scene.browser().open(&question).expect(400);
    let text = page.text();
    assert!(
        text.contains("this entry is missing") && text.contains(other),
        "{page}"
    );
    assert!(text.contains(&host.url()), "{page}");
}

#[test]
fn what_changes_is_asked_anew() {
    let mut scene = Scene::plain(OPEN);
    let web = "https://talk.example/callback";
    let host = document_host(|_| {});
    let mut browser = scene.browser();
    let question = |scene: &Scene| scene.asks(&host.url(), web, &Pkce::random());
    let page = browser.authorize_until_consent(&question(&scene));
    tick_and_allow(&mut browser, &page).code();
    let again = browser.open(&question(&scene));
    assert!(
        again.location().is_some_and(|to| to.starts_with(web)),
        "it is remembered: {again}"
    );
    // Between the page and the answer it says something else; a restart forgets what was fetched. One that goes back to the
    // same computer is asked in any case.
    let fresh = Pkce::random();
    let mut second = scene.browser();
    let page = second.authorize_until_consent(&scene.asks(&host.url(), CALLBACK, &fresh));
    host.publish(
        &document(&host, |own| own["client_name"] = "Bank Talk".into()),
        "max-age=3600",
    );
    scene.provider.restart();
    scene.provider.browser().get(&question(&scene));
    let form = acceptance::forms(&page.text());
    let form = form
        .iter()
        .find(|form| form.action == "/consent")
        .expect("a form");
    let answer = second.submit(form, &[("answer", "allow"), ("scope-1", "tasks:read")]);
    assert_eq!(
        answer.status, 400,
        "what was shown is not what it is: {answer}"
    );
    assert!(answer.text().contains("Bank Talk"), "{answer}");
    // Who had allowed it is asked again.
    let asked = browser.open(&question(&scene)).expect(200);
    assert!(asked.text().contains("Bank Talk"), "{asked}");
    // A redirect that was taken out of it is none any more, also for what waits.
    host.publish(
        &document(&host, |own| {
            own["redirect_uris"] = json!(["https://talk.example/new"])
        }),
        "max-age=3600",
    );
    scene.provider.restart();
    scene.browser().open(&question(&scene)).expect(400);
    let answer = second.submit(form, &[("answer", "allow"), ("scope-1", "tasks:read")]);
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.location().is_none());
}

#[test]
fn hosts_are_trusted_or_blocked_by_name() {
    let host = document_host(|_| {});
    let trusted = "[introductions.hosts]\nlocalhost = \"trusted\"";
    let scene = Scene::plain(&format!("{OPEN}\nunknown_hosts = \"blocked\"\n{trusted}"));
    refused(&scene, &host.url(), "No app");
    assert_eq!(host.asked(), 0, "nobody looks there");
    let named = host.url().replace("127.0.0.1", "localhost");
    host.publish(
        &document(&host, |own| own["client_id"] = named.clone().into()),
        "max-age=3600",
    );
    let pkce = Pkce::random();
    let question = scene.asks(&named, CALLBACK, &pkce);
    let page = scene
        .browser()
        .authorize_until_consent(&question)
        .expect(200);
    assert!(!page.text().contains("type=\"checkbox\""), "{page}");
    assert!(!page.text().contains("has checked this app"), "{page}");
    let code = scene.browser().authorize(&question).code();
    Tokens::of(&scene.redeem_public(&named, &code, CALLBACK, &pkce));
}

#[test]
fn one_that_was_switched_off_stays_off() {
    let mut scene = Scene::plain(OPEN);
    let host = document_host(|_| {});
    let tokens = Tokens::of(&scene.walk(&host.url(), CALLBACK));
    scene.cli(&["app", "disable", &host.url()]);
    let off = || scene.refresh_public(&host.url(), &tokens.refresh).status == 401;
    assert!(within(Duration::from_secs(2), off));
    host.publish(
        &document(&host, |own| own["client_name"] = "Another".into()),
        "max-age=0",
    );
    scene.provider.restart();
    refused(&scene, &host.url(), "switched off");
}

/// What an app that lists both methods shows.
fn dual(signer: &Signer) -> (KeyHost, KeyHost) {
    let keys = KeyHost::of(&signer.set());
    let host = document_host(|own| {
        own["token_endpoint_auth_method"] = "private_key_jwt".into();
        own["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
        own["jwks_uri"] = keys.url().into();
    });
    (host, keys)
}

#[test]
fn no_credential_is_one_where_none_is_listed_and_an_assertion_is_always_checked() {
    let scene = Scene::plain(OPEN);
    let signer = Signer::new("one");
    let (host, _keys) = dual(&signer);
    let tokens = Tokens::of(&scene.walk(&host.url(), CALLBACK));
    let tokens = Tokens::of(&scene.refresh_public(&host.url(), &tokens.refresh));
    let stranger = Signer::new("one");
    let refresh = |assertion: &str, token: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        scene.post_asserted("token_endpoint", assertion, &fields)
    };
    let assertion =
        |signer: &Signer| signer.assertion(&host.url(), scene.provider.issuer(), |_| {});
    let forged = refresh(&assertion(&stranger), &tokens.refresh);
    assert_refused(&forged, 401, "invalid_client");
    Tokens::of(&refresh(&assertion(&signer), &tokens.refresh));
}

#[test]
fn a_grant_that_began_with_an_assertion_goes_on_with_one() {
    let scene = Scene::plain(OPEN);
    let signer = Signer::new("one");
    let (host, _keys) = dual(&signer);
    let pkce = Pkce::random();
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.asks(&host.url(), CALLBACK, &pkce));
    let code = tick_and_allow(&mut browser, &page).code();
    let assertion = || signer.assertion(&host.url(), scene.provider.issuer(), |_| {});
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", pkce.verifier.as_str()),
        ("client_assertion_type", ASSERTION_TYPE),
    ];
    let tokens = Tokens::of(&scene.post_asserted("token_endpoint", &assertion(), &fields[..4]));
    let stolen = scene.refresh_public(&host.url(), &tokens.refresh);
    assert_refused(&stolen, 401, "invalid_client");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
    ];
    Tokens::of(&scene.post_asserted("token_endpoint", &assertion(), &fields));
}

#[test]
fn one_that_lists_keys_alone_shows_them() {
    let scene = Scene::plain(OPEN);
    let signer = Signer::new("one");
    let keys = KeyHost::of(&signer.set());
    let host = document_host(|own| {
        own["token_endpoint_auth_method"] = "private_key_jwt".into();
        own["jwks_uri"] = keys.url().into();
    });
    assert_refused(&scene.walk(&host.url(), CALLBACK), 401, "invalid_client");
}

#[test]
fn many_documents_fill_no_table() {
    let scene = Scene::plain(&format!("{OPEN}\nmost_unused = 2"));
    let hosts: Vec<_> = (0..3).map(|_| document_host(|_| {})).collect();
    let first = |host: &KeyHost| {
        let question = scene.asks(&host.url(), CALLBACK, &Pkce::random());
        scene.provider.browser().get(&question)
    };
    first(&hosts[0]).expect(303);
    first(&hosts[1]).expect(303);
    let full = first(&hosts[2]).expect(400);
    assert!(full.text().contains("Too many new apps"), "{full}");
    // What somebody uses takes no room.
    Tokens::of(&scene.walk(&hosts[0].url(), CALLBACK));
    first(&hosts[2]).expect(303);
}
