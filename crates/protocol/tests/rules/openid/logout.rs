//! Signing out for an app, and telling apps (RP-Initiated Logout, Back-Channel Logout).
use jose::jwt::{Audience, Claims};
use protocol::openid::logout::{
    LOGOUT_TOKEN, Logout, LogoutFault, LogoutRequest, logout_token, tell,
};
use protocol::outbox::BackChannelLogout;
use protocol::params::ParamsFault;
use protocol::signer::{Signer, Wanted};
use protocol::signing_keys::SigningAlgorithm;
use protocol::testing::{Case, NOW};
use protocol::transition::OpenIdChange;
use protocol::types::{Client, ClientRowId, Locator, Subject};
use protocol::{Params, Transition};
use std::sync::Arc;

const BACK: &str = "https://app.example/signed-out";

fn app() -> Client {
    let mut app = Client::for_tests();
    app.openid.post_logout_redirect_uris = vec![BACK.to_owned(), format!("{BACK}?a=b")];
    app.openid.backchannel_logout_uri = Some("https://app.example/logout".to_owned());
    app
}

/// An ID token that the app was given in session 77.
fn hint(case: &Case, change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = Claims {
        iss: Some(case.policy.issuer.clone()),
        sub: Some(case.policy.subjects.write(Subject(7))),
        aud: Some(Audience::One("app".to_owned())),
        exp: Some(NOW.0 - 1_000_000),
        ..Claims::default()
    };
    claims.other.insert("sid".to_owned(), "77".into());
    change(&mut claims);
    let signed = case.signer.sign(SigningAlgorithm::Es256, "JWT", &claims);
    signed.expect("a key signs")
}

fn asked(case: &Case, pairs: &[(&str, &str)]) -> Result<Logout, LogoutFault> {
    let request = LogoutRequest::read(&Params::from_pairs(pairs.iter().copied()), &case.context())?;
    let known = request.client_id() == Some("app");
    request.check(known.then(|| Arc::new(app())), &case.policy)
}

fn session(id: i64, subject: i64) -> protocol::facts::SessionFacts {
    let mut facts = protocol::facts::SessionFacts::for_tests();
    facts.session.id = Locator(id);
    facts.session.subject = Subject(subject);
    facts.person.subject = Subject(subject);
    facts
}

#[test]
fn a_person_is_sent_back_where_the_app_registered() {
    let sentence = "The value MUST have been previously registered with the OP";
    let case = Case::authenticate();
    let hint = hint(&case, |_| {});
    let go = |uri: &str, state: Option<&str>| {
        let mut pairs = vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", uri)];
        pairs.extend(state.map(|state| ("state", state)));
        asked(&case, &pairs).map(|logout| logout.location())
    };
    assert_eq!(go(BACK, None), Ok(Some(BACK.to_owned())), "{sentence}");
    let with_state = format!("{BACK}?state=a+%26b");
    assert_eq!(
        go(BACK, Some("a &b")),
        Ok(Some(with_state)),
        "the state comes back unchanged"
    );
    assert_eq!(
        go(&format!("{BACK}?a=b"), Some("s")),
        Ok(Some(format!("{BACK}?a=b&state=s")))
    );
    for other in [
        &format!("{BACK}/"),
        &format!("{BACK}?foo=bar"),
        "https://evil.example/",
        "javascript:alert(1)",
    ] {
        assert_eq!(
            go(other, None),
            Err(LogoutFault::Uri),
            "{sentence}: {other}"
        );
    }
}

#[test]
fn a_hint_is_of_this_provider_and_of_this_app() {
    let sentence = "When an id_token_hint parameter is present, the OP MUST validate that it was the issuer of the ID Token.";
    let case = Case::authenticate();
    let foreign = Case::authenticate();
    let good = hint(&case, |_| {});
    let changed = format!(
        "{}.{}.",
        good.split('.').next().unwrap(),
        good.split('.').nth(1).unwrap()
    );
    let none = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
    let other_issuer = hint(&foreign, |claims| {
        claims.iss = Some("https://elsewhere.example".to_owned())
    });
    let list = hint(&case, |claims| {
        claims.aud = Some(Audience::List(vec!["app".to_owned()]))
    });
    for bad in [&changed, &none, &other_issuer, &list, "x"] {
        assert_eq!(
            asked(&case, &[("id_token_hint", bad)]).unwrap_err(),
            LogoutFault::Hint,
            "{sentence}"
        );
    }
    let two = asked(&case, &[("id_token_hint", &good), ("client_id", "another")]);
    assert_eq!(two.unwrap_err(), LogoutFault::OtherClient);
}

#[test]
fn nobody_is_sent_on_who_is_not_sent_by_an_app() {
    let case = Case::authenticate();
    let fault = |pairs: &[(&str, &str)]| asked(&case, pairs).unwrap_err();
    assert_eq!(
        fault(&[("post_logout_redirect_uri", BACK)]),
        LogoutFault::Nobody
    );
    assert_eq!(
        fault(&[("client_id", "another")]),
        LogoutFault::UnknownClient
    );
    assert_eq!(fault(&[("state", &"s".repeat(5_000))]), LogoutFault::State);
    assert_eq!(
        fault(&[("state", "a"), ("state", "b")]),
        LogoutFault::Repeated
    );
    let known = asked(
        &case,
        &[("client_id", "app"), ("post_logout_redirect_uri", BACK)],
    );
    let known = known.expect("an app that says who it is");
    assert!(!known.is_hinted(), "but the person is asked");
    for fault in [
        LogoutFault::Params(ParamsFault::Utf8),
        LogoutFault::Uri,
        LogoutFault::Hint,
    ] {
        assert!(!fault.sentence().is_empty());
    }
}

#[test]
fn who_is_not_of_this_session_is_asked() {
    let sentence = "the OP MUST ask the End-User this question if an id_token_hint was not provided or if the supplied ID \
                    Token does not belong to the current OP session";
    let case = Case::authenticate();
    let good = hint(&case, |_| {});
    let hinted = asked(&case, &[("id_token_hint", &good)]).expect("a hint");
    assert!(hinted.is_of(&session(77, 7), &case.policy));
    assert!(
        !hinted.is_of(&session(78, 7), &case.policy),
        "{sentence}: another session"
    );
    assert!(
        !hinted.is_of(&session(77, 8), &case.policy),
        "{sentence}: another person"
    );
    let unhinted = asked(&case, &[]).expect("no parameters");
    assert!(!unhinted.is_of(&session(77, 7), &case.policy), "{sentence}");
    assert_eq!(unhinted.location(), None);
}

#[test]
fn an_app_is_told_by_a_logout_token() {
    let sentence = "iss, aud, iat, exp, jti, events: REQUIRED. A Logout Token MUST contain either a sub or a sid Claim [...]. \
                    A nonce Claim MUST NOT be present";
    let case = Case::authenticate();
    let told = BackChannelLogout {
        client: 1,
        session: 77,
        subject: 7,
    };
    let by = (&case.policy, &case.signer as &dyn Signer, NOW);
    let token = logout_token((&told, None), Locator(5), &app(), by).expect("a key signs");
    let read = |typ| {
        let wanted = Wanted {
            typ,
            issuer: &case.policy.issuer,
            expired: false,
        };
        case.signer.read(&token, wanted, NOW)
    };
    let claims = read(LOGOUT_TOKEN).expect("it is ours");
    assert!(read("JWT").is_err(), "it is no ID token");
    assert_eq!(
        claims.aud,
        Some(Audience::One("app".to_owned())),
        "{sentence}"
    );
    assert_eq!(
        claims.sub,
        Some(case.policy.subjects.write(Subject(7))),
        "{sentence}"
    );
    assert_eq!(
        (claims.iat, claims.jti.as_deref()),
        (Some(NOW.0), Some("5")),
        "{sentence}"
    );
    assert!(
        claims.exp.is_some_and(|exp| exp <= NOW.0 + 120),
        "at most two minutes"
    );
    assert_eq!(claims.other["sid"], "77", "{sentence}");
    let events = serde_json::json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    assert_eq!(claims.other["events"], events, "{sentence}");
    assert_eq!(claims.other.get("nonce"), None, "{sentence}");
}

#[test]
fn an_app_that_hears_of_nothing_is_left_alone() {
    let case = Case::authenticate();
    let ended = (Locator(77), ClientRowId(1), Subject(7));
    let message = |app: Option<&Client>| match tell(ended, app, &case.mint) {
        Transition::OpenId(OpenIdChange::TellOfLogout { message, .. }) => message.is_some(),
        other => panic!("an app is told, not {other:?}"),
    };
    assert!(message(Some(&app())));
    assert!(!message(Some(&Client::for_tests())));
    assert!(!message(None), "it was deleted");
}
