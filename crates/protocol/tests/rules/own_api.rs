//! Tokens for our own API: who gets one, and that they open nothing else.

use protocol::device::authorize;
use protocol::facts::AccessFacts;
use protocol::grants::scope_for;
use protocol::introspect::introspect;
use protocol::lookup::{Found, TokenKind};
use protocol::own_api::{CLIENT_ID, REVIEWS, SCOPE, person_of, register};
use protocol::policy::Policy;
use protocol::register::approve_scopes;
use protocol::resource::Resources;
use protocol::testing::{Case, NOW, Verdict, access_facts, authenticated, json, scope, text};
use protocol::token::{RawRequest, ScopeRefusal, TokenError, TokenRequest};
use protocol::token_info::{BearerError, describe};
use protocol::transition::AppChange;
use protocol::types::{Client, GrantType, Locator, Scope, Side};
use protocol::{Decision, Transition};
use std::sync::Arc;
use wire::Presented;

fn ours() -> Client {
    match register("Command line".to_owned(), &Policy::for_tests(), NOW) {
        Transition::App(AppChange::Register { client, .. }) => *client,
        other => panic!("{other:?}"),
    }
}

/// An app that an administrator named.
fn named() -> Client {
    Client {
        approved: scope(SCOPE),
        ..Client::for_tests()
    }
}

fn asks(client: &Client, asked: Option<&str>) -> Result<Scope, ScopeRefusal> {
    let asked = asked.map(scope);
    scope_for(client, asked.as_ref(), &Policy::for_tests())
}

#[test]
fn only_ours_and_those_that_were_named_may_ask() {
    assert_eq!(asks(&ours(), None), Ok(scope(SCOPE)));
    assert_eq!(asks(&ours(), Some(SCOPE)), Ok(scope(SCOPE)));
    assert_eq!(asks(&named(), Some(SCOPE)), Ok(scope(SCOPE)));
    assert_eq!(asks(&named(), None), Ok(scope("tasks:read")));
    let none = Client {
        scopes: Some(scope(SCOPE)),
        ..Client::for_tests()
    };
    for client in [Client::for_tests(), none] {
        assert!(asks(&client, Some(SCOPE)).is_err(), "{client:?}");
    }
    assert!(asks(&ours(), Some("tasks:read")).is_err());
    assert!(asks(&ours(), Some("valetkey:other")).is_err());
}

#[test]
fn it_is_asked_for_alone() {
    for both in ["valetkey:apps tasks:read", "tasks:read valetkey:apps"] {
        assert!(asks(&named(), Some(both)).is_err(), "{both}");
    }
}

#[test]
fn where_the_api_is_off_nobody_may_ask() {
    let policy = Policy {
        own_api: false,
        ..Policy::for_tests()
    };
    assert!(scope_for(&named(), Some(&scope(SCOPE)), &policy).is_err());
    assert!(scope_for(&ours(), None, &policy).is_err());
}

#[test]
fn an_operator_names_an_app_for_it_and_a_catalogue_needs_no_such_name() {
    let names = [SCOPE.to_owned()];
    let decision = approve_scopes(&Client::for_tests(), &names, &Policy::for_tests());
    assert!(decision.change().is_some());
    let off = Policy {
        own_api: false,
        ..Policy::for_tests()
    };
    let refused = approve_scopes(&Client::for_tests(), &names, &off);
    assert!(matches!(refused, Decision::Refused { .. }));
}

/// A token of `client` with this scope.
fn token(client: &Client, own: &str) -> (Presented, AccessFacts) {
    let id = Locator::first_at(NOW);
    let presented = Presented::parse(text("at_", id).as_str()).expect("a token");
    let mut facts = access_facts(id);
    facts.client = Some(Arc::new(client.clone()));
    facts.token.scope = scope(own);
    (presented, facts)
}

fn opens(client: &Client, own: &str) -> Result<(), BearerError> {
    opens_to(client, own, SCOPE)
}

fn opens_to(client: &Client, own: &str, wanted: &'static str) -> Result<(), BearerError> {
    let (presented, facts) = token(client, own);
    person_of(&presented, Some(facts), wanted, &Policy::for_tests(), NOW).map(drop)
}

#[test]
fn to_decide_on_requests_for_review_is_asked_for_by_its_own_name() {
    let both = format!("{SCOPE} {REVIEWS}");
    for asked in [REVIEWS, &both] {
        assert_eq!(asks(&ours(), Some(asked)), Ok(scope(asked)));
        assert!(asks(&named(), Some(asked)).is_err(), "named for apps alone");
        assert_eq!(opens_to(&ours(), asked, REVIEWS), Ok(()));
        let told = opens_to(&named(), asked, REVIEWS);
        assert_eq!(told, Err(BearerError::Reviews), "{asked}");
    }
    assert_eq!(opens(&ours(), &both), Ok(()));
    assert_eq!(opens(&ours(), REVIEWS), Err(BearerError::OwnApi));
    let told = opens_to(&ours(), SCOPE, REVIEWS);
    assert_eq!(
        told,
        Err(BearerError::Reviews),
        "as tokens of before have it"
    );
    let reviewer = Client {
        approved: scope(REVIEWS),
        ..Client::for_tests()
    };
    assert_eq!(asks(&reviewer, Some(REVIEWS)), Ok(scope(REVIEWS)));
    assert!(asks(&reviewer, Some(SCOPE)).is_err());
    assert!(asks(&ours(), Some("valetkey:reviews tasks:read")).is_err());
    assert_eq!(
        asks(&ours(), None),
        Ok(scope(SCOPE)),
        "nobody who did not ask for it"
    );
}

#[test]
fn our_api_opens_to_no_other_token() {
    assert_eq!(opens(&named(), SCOPE), Ok(()));
    assert_eq!(opens(&named(), "tasks:read"), Err(BearerError::OwnApi));
    assert_eq!(opens(&named(), "valetkey:other"), Err(BearerError::OwnApi));
    assert_eq!(opens(&Client::for_tests(), SCOPE), Err(BearerError::OwnApi));
    let test = Client {
        side: Side::Test,
        ..named()
    };
    assert_eq!(opens(&test, SCOPE), Err(BearerError::OwnApi));
    let policy = Policy::for_tests();
    let (presented, facts) = token(&named(), SCOPE);
    let mut of_the_app = facts.clone();
    of_the_app.token.subject = None;
    let refused = person_of(&presented, Some(of_the_app), SCOPE, &policy, NOW);
    assert_eq!(refused, Err(BearerError::OwnApi));
    let mut revoked = facts.clone();
    revoked.grant_revoked = true;
    let end = facts.token.expires_at;
    for (facts, now) in [(Some(revoked), NOW), (Some(facts), end), (None, NOW)] {
        let refused = person_of(&presented, facts, SCOPE, &policy, now);
        assert_eq!(refused, Err(BearerError::Invalid));
    }
}

#[test]
fn no_api_of_the_provider_takes_it_for_one_of_its_own() {
    let policy = Policy::for_tests();
    let caller = authenticated(&Client {
        resource_server: true,
        ..named()
    });
    for (own, active) in [("tasks:read", true), (SCOPE, false)] {
        let (presented, facts) = token(&named(), own);
        let info = describe(&presented, Some(facts.clone()), &policy, NOW);
        assert_eq!(info.is_some(), active, "{own}");
        let kind = TokenKind::of(presented.text(), &policy);
        let found = Found::AccessToken(facts);
        let answer = introspect(&kind, &caller, &found, &policy, NOW);
        assert_eq!(answer.active, active, "{own}");
    }
}

/// A provider that offers the device grant to nobody.
fn without_devices() -> Policy {
    Policy {
        grants: vec![GrantType::AuthorizationCode],
        ..Policy::for_tests()
    }
}

fn is_read(case: &Case) -> Result<(), TokenError> {
    let body = case.body();
    let raw = RawRequest {
        authorization: None,
        content_type: Some("application/x-www-form-urlencoded"),
        query: None,
        body: body.as_bytes(),
    };
    TokenRequest::parse(&raw, &case.policy).map(drop)
}

#[test]
fn ours_signs_in_by_device_where_others_may_not() {
    let mut case = Case::device();
    case.policy = without_devices();
    assert_eq!(is_read(&case), Err(TokenError::UnsupportedGrantType));
    case.set("client_id", CLIENT_ID);
    assert_eq!(is_read(&case), Ok(()));
    case.policy.own_api = false;
    assert_eq!(is_read(&case), Err(TokenError::UnsupportedGrantType));
}

#[test]
fn a_device_of_ours_is_given_codes_and_no_other() {
    let mut case = Case::device();
    case.policy = without_devices();
    let of = |client: &Client| {
        let client = authenticated(client);
        authorize((None, &Resources::default()), &client, &case.context())
            .into_parts()
            .1
            .map(drop)
    };
    assert_eq!(of(&ours()), Ok(()));
    let refused = TokenError::UnauthorizedClient(GrantType::DeviceCode);
    assert_eq!(of(&Client::for_tests()), Err(refused));
}

#[test]
fn it_is_renewed_where_others_cannot_renew() {
    let mut case = Case::device();
    case.policy = without_devices();
    case.set("client_id", CLIENT_ID);
    case.client = ours();
    case.device_mut().device.scope = scope(SCOPE);
    case.device_mut().device.client = case.client.no;
    let reply = json(&case.answer().reply());
    assert!(reply["refresh_token"].is_string(), "{reply}");
    assert_eq!(reply["scope"], SCOPE);
}
