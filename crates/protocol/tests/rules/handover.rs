//! The session of the issuer, handed over to the developer portal on a host of its own.

use jose::Digest;
use jose::keyed::Key;
use protocol::accounts::handover::{
    CODE_LIFE, ERRAND_LIFE, Errand, HandoverCode, HandoverFault, HandoverRequest, PortalCookie,
};
use protocol::accounts::session::SessionCookie;
use protocol::authorize::ShownError;
use protocol::facts::SessionFacts;
use protocol::testing::{Counter, NOW};
use protocol::transition::AssertionChange;
use protocol::types::{Lifetime, Locator, RedirectUriFault, UnixTime};
use protocol::{Decision, Params, Transition};
use wire::TokenText;

const BACK: &str = "https://dev.example/sign-in/done";
const BROWSER: &str = "what only this browser knows";

fn key() -> Key {
    Key::new(&[7; 32])
}

fn later(seconds: i64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

fn errand() -> Errand {
    Errand::begin("/apps/abc?done=x", "a-nonce".to_owned(), NOW)
}

/// Whoever signed in at [`NOW`].
fn facts() -> SessionFacts {
    let mut facts = SessionFacts::for_tests();
    facts.session.auth_time = NOW;
    facts.session.expires_at = later(86_400);
    facts
}

fn asked(errand: &Errand) -> Vec<(&'static str, String)> {
    let verifier = errand.verifier(BROWSER, &key());
    vec![
        ("response_type", "code".to_owned()),
        ("client_id", "valetkey-portal".to_owned()),
        ("redirect_uri", BACK.to_owned()),
        ("state", errand.state(BROWSER, &key())),
        (
            "code_challenge",
            Digest::of(verifier.as_bytes()).base64url(),
        ),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

fn read(pairs: &[(&str, String)]) -> Result<HandoverRequest, HandoverFault> {
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    HandoverRequest::read(&Params::from_pairs(pairs), BACK)
}

/// The code that whoever signed in gets.
fn code() -> String {
    let request = read(&asked(&errand())).unwrap();
    request.code(&facts().session, NOW, &key())
}

fn redeem(
    code: &str,
    facts: Option<&SessionFacts>,
    verifier: &str,
    now: UnixTime,
) -> Decision<TokenText, ()> {
    let Some(code) = HandoverCode::parse(code) else {
        return Decision::refuse(());
    };
    code.redeem(facts, verifier, now, (&key(), &Counter::starting_at(now)))
}

#[test]
fn whoever_sets_out_comes_back_to_the_page() {
    let (errand, key) = (errand(), key());
    let state = errand.state(BROWSER, &key);
    let read = |state: &str, browser: &str, now| Errand::read(state, browser, &key, now);
    let back = read(&state, BROWSER, later(3_599)).unwrap();
    assert_eq!((&back, back.page()), (&errand, "/apps/abc?done=x"));
    assert_eq!(
        back.verifier(BROWSER, &key),
        errand.verifier(BROWSER, &key),
        "the verifier is made again"
    );
    let life = ERRAND_LIFE.seconds();
    for (state, browser, now) in [
        (&*state, "another browser", NOW),
        (&state, "", NOW),
        (&state, BROWSER, later(life)),
        (&state, BROWSER, later(-1)),
        ("", BROWSER, NOW),
        (&state[1..], BROWSER, NOW),
        (&format!("{state}.x"), BROWSER, NOW),
        (&format!("{state}AA"), BROWSER, NOW),
    ] {
        assert_eq!(read(state, browser, now), None, "{state} {browser}");
    }
    let elsewhere = Key::new(&[8; 32]);
    assert_eq!(Errand::read(&state, BROWSER, &elsewhere, NOW), None);
    // Another page, and another time, are another state.
    let parts: Vec<&str> = state.split('.').collect();
    let page = Errand::begin("/apps/other", "a-nonce".to_owned(), NOW);
    let page = page.state(BROWSER, &key);
    let page = page.split('.').next_back().unwrap();
    for mixed in [
        [parts[0], parts[1], parts[2], page],
        [parts[0], "1", parts[2], parts[3]],
        ["b-nonce", parts[1], parts[2], parts[3]],
    ] {
        assert_eq!(read(&mixed.join("."), BROWSER, NOW), None, "{mixed:?}");
    }
}

#[test]
fn the_page_is_one_of_the_portals_own_host() {
    for page in [
        "/",
        "/apps",
        "/apps/a%2Fb?x=/y&z=//e",
        "/a//b",
        "/apps/http://x",
    ] {
        let errand = Errand::begin(page, String::new(), NOW);
        assert_eq!(errand.page(), page);
    }
    let long = format!("/{}", "a".repeat(1_000));
    for page in [
        "",
        "apps",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\\b",
        "/a\tb",
        "/a b",
        "/a\r\nSet-Cookie: x=y",
        "/\u{e9}",
        "/a#b",
        "/a\"b",
        &long,
    ] {
        let errand = Errand::begin(page, String::new(), NOW);
        assert_eq!(errand.page(), "/", "{page:?}");
    }
}

/// RFC 9700 §2.1: "authorization servers MUST utilize exact string matching except for port numbers in localhost redirection
/// URIs of native apps".
#[test]
fn nobody_but_the_portal_is_answered() {
    let usual = asked(&errand());
    let with = |name: &str, value: Option<&str>| {
        let mut pairs = usual.clone();
        pairs.retain(|(own, _)| *own != name);
        pairs.extend(value.map(|value| ("redirect_uri", value.to_owned())));
        read(&pairs)
    };
    for sent in [
        None,
        Some("https://dev.example/sign-in/done/"),
        Some("https://dev.example/sign-in/done?x"),
        Some("http://dev.example/sign-in/done"),
        Some("https://dev.example:443/sign-in/done"),
        Some("https://DEV.example/sign-in/done"),
        Some("https://evil.example/sign-in/done"),
    ] {
        let Err(HandoverFault::Shown(ShownError::RedirectUri { fault, sent: told })) =
            with("redirect_uri", sent)
        else {
            panic!("{sent:?}");
        };
        assert_eq!(told.as_deref(), sent);
        let missing = fault == RedirectUriFault::Missing;
        assert_eq!(missing, sent.is_none(), "{sent:?}");
    }
    for name in ["client_id", "redirect_uri"] {
        let mut twice = usual.clone();
        let again = twice.iter().find(|(own, _)| *own == name).cloned();
        twice.extend(again);
        let told = Err(HandoverFault::Shown(ShownError::Repeated(name)));
        assert_eq!(read(&twice), told);
    }
}

/// RFC 9700 §2.1.1: "Authorization servers MUST support PKCE", and here nothing goes without it.
#[test]
fn a_request_has_a_state_and_an_s256_challenge() {
    let usual = asked(&errand());
    assert!(!read(&usual).unwrap().anew);
    for (name, value) in [
        ("response_type", "token"),
        ("response_type", "code id_token"),
        ("code_challenge_method", "plain"),
        ("code_challenge", "short"),
        ("state", ""),
        ("state", "one two.x.y.z"),
        ("state", "a.b.c"),
    ] {
        let mut pairs = usual.clone();
        for (own, text) in &mut pairs {
            if *own == name {
                value.clone_into(text);
            }
        }
        assert_eq!(
            read(&pairs),
            Err(HandoverFault::Malformed),
            "{name} {value}"
        );
        pairs.retain(|(own, _)| *own != name);
        assert_eq!(read(&pairs), Err(HandoverFault::Malformed), "no {name}");
    }
}

#[test]
fn a_proof_of_the_last_ten_minutes_is_asked_where_that_counts() {
    let mut pairs = asked(&errand());
    let session = facts().session;
    assert!(read(&pairs).unwrap().is_met_by(&session, later(80_000)));
    pairs.push(("max_age", "600".to_owned()));
    let request = read(&pairs).unwrap();
    assert!(request.is_met_by(&session, later(600)));
    assert!(!request.is_met_by(&session, later(601)));
}

/// RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once." The guard is in the database; the rule
/// names the same use for the same code.
#[test]
fn a_code_is_redeemed_once_by_the_browser_that_asked() {
    let (facts, key) = (facts(), key());
    let verifier = errand().verifier(BROWSER, &key);
    let decision = redeem(&code(), Some(&facts), &verifier, later(59));
    let Decision::Granted {
        transition:
            Some(Transition::Assertion(AssertionChange::Use {
                key: used, until, ..
            })),
        reply: cookie,
    } = decision
    else {
        panic!("{decision:?}");
    };
    assert_eq!(used, Digest::of(code().as_bytes()));
    assert_eq!(until, NOW.plus(CODE_LIFE));
    let held = PortalCookie::parse(cookie.as_str()).unwrap();
    assert_eq!(held.locator(), facts.session.id);
    assert!(held.signs_in(&facts, NOW, &key));
}

#[test]
fn a_code_is_worth_nothing_to_anybody_else_or_later() {
    let (own, key) = (facts(), key());
    let verifier = errand().verifier(BROWSER, &key);
    let refused = |code: &str, facts: Option<&SessionFacts>, verifier: &str, now| {
        !redeem(code, facts, verifier, now).is_granted()
    };
    let code = code();
    assert!(refused(
        &code,
        Some(&own),
        &errand().verifier("other", &key),
        NOW
    ));
    assert!(refused(&code, Some(&own), "", NOW));
    assert!(refused(&code, None, &verifier, NOW), "the session ended");
    for seconds in [-1, 60, 600] {
        assert!(refused(&code, Some(&own), &verifier, later(seconds)));
    }
    let mut over = own.clone();
    over.session.expires_at = NOW;
    let mut off = own.clone();
    off.person.disabled_at = Some(NOW);
    let mut another = own.clone();
    another.session.digest = Digest::of(b"another cookie");
    let mut elsewhere = own.clone();
    elsewhere.session.id = Locator(own.session.id.0 + 1);
    for other in [over, off, another, elsewhere] {
        assert!(refused(&code, Some(&other), &verifier, NOW), "{other:?}");
    }
    let parts: Vec<&str> = code.split('.').collect();
    for bent in [
        format!("{}.{}.{}", parts[0], NOW.0 + 30, parts[2]),
        format!("{}.{}.{}x", parts[0], parts[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        String::new(),
    ] {
        assert!(refused(&bent, Some(&own), &verifier, later(30)), "{bent}");
    }
}

#[test]
fn the_cookies_of_the_two_hosts_are_not_each_others() {
    let (own, key) = (facts(), key());
    let verifier = errand().verifier(BROWSER, &key);
    let Decision::Granted { reply: cookie, .. } = redeem(&code(), Some(&own), &verifier, NOW)
    else {
        panic!("refused");
    };
    assert!(SessionCookie::parse(cookie.as_str()).is_none());
    let issuers = TokenText::new("ss_", own.session.id.0, &[1; 32]);
    assert!(PortalCookie::parse(issuers.as_str()).is_none());
    let made_up = TokenText::new("ps_", own.session.id.0, &[1; 32]);
    let made_up = PortalCookie::parse(made_up.as_str()).unwrap();
    assert!(!made_up.signs_in(&own, NOW, &key));
    let held = PortalCookie::parse(cookie.as_str()).unwrap();
    assert!(!held.signs_in(&own, NOW, &Key::new(&[8; 32])));
    // What ends the session ends it.
    assert!(!held.signs_in(&own, own.session.expires_at, &key));
    let mut off = own.clone();
    off.person.disabled_at = Some(NOW);
    let mut next = own.clone();
    next.session.digest = Digest::of(b"another cookie");
    for other in [off, next] {
        assert!(!held.signs_in(&other, NOW, &key));
    }
    assert!(own.session.expires_at > NOW.plus(Lifetime::from_minutes(1)));
}
