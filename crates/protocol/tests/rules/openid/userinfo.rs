//! Userinfo (Core §5.3).
use protocol::Policy;
use protocol::facts::AccessFacts;
use protocol::openid::userinfo::{Opened, UserInfo, open};
use protocol::signer::{OwnKeys, Signer, Wanted};
use protocol::signing_keys::SigningAlgorithm;
use protocol::testing::{Case, NOW, access_facts, scope, text};
use protocol::token_info::BearerError;
use protocol::types::{Client, Locator, UnixTime};
use std::sync::Arc;
use wire::Presented;

fn token(asked: &str) -> (Presented, AccessFacts) {
    let mut facts = access_facts(Locator::first_at(UnixTime(NOW.0 - 1)));
    facts.token.scope = scope(asked);
    let id: Locator = facts.token.id;
    let presented = Presented::parse(text("at_", id).as_str()).expect("a token");
    (presented, facts)
}

fn opened(asked: &str, policy: &Policy) -> Result<Opened, BearerError> {
    let (presented, facts) = token(asked);
    open(&presented, Some(facts), policy, NOW)
}

#[test]
fn sub_is_always_told() {
    let sentence = "The sub (subject) Claim MUST always be returned in the UserInfo Response.";
    let case = Case::authenticate();
    let opened = opened("openid", &case.policy).expect("openid opens it");
    let about = Case::asked().about;
    let Some(UserInfo::Plain(json)) = opened.answer(&about, &case.context()) else {
        panic!("it is JSON");
    };
    let sub = case.policy.sub_of(&about.person);
    assert_eq!(json, format!(r#"{{"sub":"{sub}"}}"#), "{sentence}");
}

#[test]
fn it_is_signed_for_an_app_that_registered_so() {
    let sentence = "If signed, the UserInfo Response MUST contain the Claims iss (issuer) and aud (audience) as members.";
    let case = Case::authenticate();
    let (presented, mut facts) = token("openid profile");
    let mut client = Client::for_tests();
    client.openid.userinfo_algorithm = Some(SigningAlgorithm::EdDsa);
    facts.client = Some(Arc::new(client));
    let opened = open(&presented, Some(facts), &case.policy, NOW).expect("it opens");
    let about = Case::asked().about;
    let Some(UserInfo::Signed(jwt)) = opened.answer(&about, &case.context()) else {
        panic!("it is signed");
    };
    let wanted = Wanted {
        typ: "JWT",
        issuer: &case.policy.issuer,
        expired: true,
    };
    // It has no end, so it is no token of any kind.
    assert!(case.signer.read(&jwt, wanted, NOW).is_err());
    let payload = jose::base64url::decode(jwt.split('.').nth(1).unwrap()).unwrap();
    let payload = String::from_utf8(payload).unwrap();
    assert!(
        payload.contains(r#""aud":"app""#) && payload.contains(r#""iss":"https://issuer.example""#),
        "{sentence}"
    );
    let keyless = Case::authenticate().with(|case| case.signer = OwnKeys::default());
    assert_eq!(opened.answer(&about, &keyless.context()), None);
}

#[test]
fn other_tokens_do_not_open_it() {
    let policy = Policy::with_openid();
    for asked in ["profile", "tasks:read", "profile email"] {
        assert_eq!(
            opened(asked, &policy).unwrap_err(),
            BearerError::UserInfo,
            "{asked}"
        );
    }
    let (presented, facts) = token("openid");
    let refused = |change: fn(&mut AccessFacts)| {
        let mut facts = facts.clone();
        change(&mut facts);
        open(&presented, Some(facts), &policy, NOW).unwrap_err()
    };
    assert_eq!(
        refused(|facts| facts.token.expires_at = NOW),
        BearerError::Invalid
    );
    assert_eq!(
        refused(|facts| facts.grant_revoked = true),
        BearerError::Invalid
    );
    assert_eq!(
        refused(|facts| facts.person.disabled = true),
        BearerError::Invalid
    );
    assert_eq!(
        refused(|facts| facts.token.digest = jose::Digest::of(b"x")),
        BearerError::Invalid
    );
    assert_eq!(
        refused(|facts| facts.token.subject = None),
        BearerError::UserInfo,
        "an app's own"
    );
    assert_eq!(
        open(&presented, None, &policy, NOW).unwrap_err(),
        BearerError::Invalid
    );
}

#[test]
fn a_scope_of_the_providers_own_may_open_it() {
    let mut policy = Policy::with_openid();
    let identity = policy
        .scopes
        .iter_mut()
        .find(|entry| entry.name == "identity");
    identity.expect("the catalogue has it").opens_userinfo = true;
    assert!(opened("identity", &policy).is_ok());
}
