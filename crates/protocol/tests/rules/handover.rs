//! The session of the issuer, handed over to the developer portal on a host of its own.

use jose::Digest;
use jose::keyed::Key;
use protocol::accounts::handover::{
    CODE_LIFE, ERRAND_LIFE, Errand, HandoverCode, HandoverFault, HandoverRequest, MAX_PAGE,
    PortalCookie, is_state,
};
use protocol::accounts::session::SessionCookie;
use protocol::authorize::ShownError;
use protocol::facts::{PortalFacts, SessionFacts};
use protocol::testing::{Case, Counter, NOW};
use protocol::transition::SessionChange;
use protocol::types::{RedirectUriFault, UnixTime};
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

/// The code that whoever signed in gets, and what is kept of it.
fn offered() -> (TokenText, PortalFacts) {
    let request = read(&asked(&errand())).expect("it is one of ours");
    let (code, offered) = request.code(&facts().session, NOW, &Counter::starting_at(NOW));
    let Transition::Session(SessionChange::OfferPortal(portal)) = offered else {
        panic!("{offered:?}");
    };
    let facts = facts();
    (code, PortalFacts { portal, facts })
}

fn redeem(
    code: &str,
    found: Option<&PortalFacts>,
    verifier: &str,
    now: UnixTime,
) -> Decision<TokenText, ()> {
    let Some(code) = HandoverCode::parse(code) else {
        return Decision::refuse(());
    };
    let case = Case {
        now,
        ..Case::authorize()
    };
    code.redeem(found, verifier, None, &case.context())
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
    assert_eq!(Errand::page_of(&state).as_deref(), Some(back.page()));
    for none in ["", "a.b.c", "a.b.c.%"] {
        assert_eq!(Errand::page_of(none), None, "{none}");
    }
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
    let long = format!("/{}", "a".repeat(MAX_PAGE));
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

#[test]
fn the_longest_page_fits_into_a_cookie_and_a_longer_one_is_seen_without_what_is_looked_up() {
    let looked_up = |length: usize| {
        let page = "/apps/a?check=";
        format!("{page}{}", "x".repeat(length - page.len()))
    };
    let longest = looked_up(MAX_PAGE);
    // The longest nonce is that of 16 bytes.
    let errand = Errand::begin(&longest, "n".repeat(22), NOW);
    assert_eq!(errand.page(), longest);
    let state = errand.state(BROWSER, &key());
    assert!(is_state(&state), "{} bytes", state.len());
    assert_eq!(Errand::read(&state, BROWSER, &key(), NOW), Some(errand));
    let cookie = format!("__Host-valetkey-onward_0123456789abcdef=portal.anew-{state}");
    assert!(cookie.len() <= 4_096, "{} bytes", cookie.len());
    for longer in [looked_up(MAX_PAGE + 1), looked_up(9_000)] {
        let errand = Errand::begin(&longer, String::new(), NOW);
        assert_eq!(errand.page(), "/apps/a");
    }
    let foreign = format!("//evil.example/apps?{}", "x".repeat(MAX_PAGE));
    assert_eq!(Errand::begin(&foreign, String::new(), NOW).page(), "/");
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

/// What a code gives when all is right, and what the row is then.
fn entered() -> (TokenText, PortalFacts) {
    let (code, mut found) = offered();
    let verifier = errand().verifier(BROWSER, &key());
    let decision = redeem(code.as_str(), Some(&found), &verifier, later(59));
    let Decision::Granted {
        transition:
            Some(Transition::Session(SessionChange::EnterPortal {
                id,
                cookie: digest,
                expires_at,
                ends: None,
            })),
        reply: cookie,
    } = decision
    else {
        panic!("{decision:?}");
    };
    assert_eq!((id, digest), (found.portal.id, cookie.digest()));
    found.portal.cookie = Some(digest);
    found.portal.expires_at = expires_at;
    (cookie, found)
}

/// RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once."
#[test]
fn a_code_is_redeemed_once_by_the_browser_that_asked() {
    let (cookie, found) = entered();
    let held = PortalCookie::parse(cookie.as_str()).unwrap();
    assert_eq!(held.locator(), found.portal.id);
    assert!(held.signs_in(&found, later(60)));
    let (code, _) = offered();
    let verifier = errand().verifier(BROWSER, &key());
    let again = redeem(code.as_str(), Some(&found), &verifier, later(59));
    assert!(!again.is_granted(), "it was used");
}

#[test]
fn a_code_is_worth_nothing_to_anybody_else_or_later() {
    let ((code, own), key) = (offered(), key());
    let code = code.as_str();
    let verifier = errand().verifier(BROWSER, &key);
    let refused = |code: &str, found: Option<&PortalFacts>, verifier: &str, now| {
        !redeem(code, found, verifier, now).is_granted()
    };
    let stranger = errand().verifier("other", &key);
    for verifier in [&*stranger, "", "short"] {
        assert!(refused(code, Some(&own), verifier, NOW), "{verifier}");
    }
    assert!(refused(code, None, &verifier, NOW), "the session ended");
    for seconds in [CODE_LIFE.seconds(), 600] {
        assert!(refused(code, Some(&own), &verifier, later(seconds)));
    }
    let mut over = own.clone();
    over.facts.session.expires_at = NOW;
    let mut off = own.clone();
    off.facts.person.disabled_at = Some(NOW);
    let mut another = own.clone();
    another.portal.code = Digest::of(b"another code");
    for other in [over, off, another] {
        assert!(refused(code, Some(&other), &verifier, NOW), "{other:?}");
    }
    let as_cookie = TokenText::new("ps_", own.portal.id.0, &[1; 32]);
    for bent in [&code[1..], &format!("{code}x"), "", as_cookie.as_str()] {
        assert!(refused(bent, Some(&own), &verifier, NOW), "{bent}");
    }
}

#[test]
fn the_cookies_of_the_two_hosts_are_not_each_others() {
    let (cookie, own) = entered();
    assert!(SessionCookie::parse(cookie.as_str()).is_none());
    let issuers = TokenText::new("ss_", own.portal.id.0, &[1; 32]);
    assert!(PortalCookie::parse(issuers.as_str()).is_none());
    let made_up = TokenText::new("ps_", own.portal.id.0, &[1; 32]);
    let made_up = PortalCookie::parse(made_up.as_str()).unwrap();
    assert!(!made_up.signs_in(&own, NOW));
    let held = PortalCookie::parse(cookie.as_str()).unwrap();
    // What ends the session ends it.
    assert!(!held.signs_in(&own, own.facts.session.expires_at));
    let mut off = own.clone();
    off.facts.person.disabled_at = Some(NOW);
    let mut not_yet = own.clone();
    not_yet.portal.cookie = None;
    let mut over = own.clone();
    over.portal.expires_at = NOW;
    for other in [off, not_yet, over] {
        assert!(!held.signs_in(&other, NOW), "{other:?}");
    }
}
