//! §3.1 Device Authorization Request.
use protocol::client_auth::{ClientFault, authenticate};
use protocol::device::{DeviceRequest, authorize};
use protocol::resource::Resources;
use protocol::testing::{Case, Spoil, Verdict, scope};
use protocol::token::{RawRequest, RequestFault, ScopeRefusal, TokenError};
use protocol::transition::DeviceChange;
use protocol::types::{GrantType, Lifetime, Scope};
use protocol::{Decision, Transition};
use std::sync::Arc;

fn parse(body: &str) -> Result<DeviceRequest, TokenError> {
    let raw = RawRequest {
        authorization: None,
        content_type: Some("application/x-www-form-urlencoded"),
        query: None,
        body: body.as_bytes(),
    };
    DeviceRequest::parse(&raw, &protocol::Policy::for_tests())
}

/// The decision for a public app that was changed.
pub(crate) fn ask(
    asked: Option<Scope>,
    spoil: Spoil,
) -> Decision<protocol::device::DeviceReply, TokenError> {
    let case = Case::device().with(spoil);
    authorize(
        (asked.as_ref(), &Resources::default()),
        &case.authenticated(),
        &case.context(),
    )
}

/// "client_id REQUIRED if the client is not authenticating with the authorization server"
#[test]
fn client_id_is_required() {
    let missing = |error| match error {
        TokenError::InvalidClient { fault, .. } => fault == ClientFault::Missing,
        _ => false,
    };
    assert!(missing(parse("scope=tasks%3Aread").unwrap_err()));
    let asked = parse("client_id=app&scope=tasks%3Aread").expect("a request");
    assert_eq!(asked.credentials.client_id, "app");
    assert_eq!(asked.scope, Some(scope("tasks:read")));
}

/// "Parameters sent without a value MUST be treated as if they were omitted from the request."
#[test]
fn an_empty_parameter_is_none() {
    assert_eq!(
        parse("client_id=app&scope=").expect("a request").scope,
        None
    );
}

/// "The authorization server MUST ignore unrecognized request parameters."
#[test]
fn unknown_parameters_are_ignored() {
    assert!(parse("client_id=app&colour=blue").is_ok());
}

/// "Request and response parameters MUST NOT be included more than once."
#[test]
fn no_parameter_stands_twice() {
    let fault = parse("client_id=app&client_id=app").unwrap_err();
    let twice = TokenError::InvalidRequest(RequestFault::Repeated("client_id".to_owned()));
    assert_eq!(fault, twice);
}

/// "The client authentication requirements of Section 3.2.1 of [RFC6749] apply to requests on this endpoint"
#[test]
fn a_confidential_client_authenticates() {
    let asked = parse("client_id=app").expect("a request");
    let found = Some(Arc::new(protocol::types::Client::for_tests()));
    assert!(
        authenticate(
            &asked.credentials,
            found,
            &protocol::Policy::for_tests(),
            protocol::testing::NOW
        )
        .is_err()
    );
}

#[test]
fn only_an_app_that_may_use_the_grant_gets_codes() {
    let error = ask(None, |case| case.client.grants.clear()).error();
    assert_eq!(error, TokenError::UnauthorizedClient(GrantType::DeviceCode));
}

#[test]
fn a_scope_is_checked_as_everywhere() {
    let restricted = ask(Some(scope("admin:users")), |_| {}).error();
    let refusal = ScopeRefusal::Restricted("admin:users".to_owned());
    assert_eq!(restricted, TokenError::InvalidScope(refusal));
    let Some(Transition::Device(DeviceChange::Keep(device))) = ask(None, |_| {}).change() else {
        panic!("a request is kept");
    };
    assert_eq!(device.scope, scope("tasks:read"), "the default");
    assert!(!device.scope_named);
    assert_eq!(device.pace.interval, Lifetime::from_seconds(5));
}
