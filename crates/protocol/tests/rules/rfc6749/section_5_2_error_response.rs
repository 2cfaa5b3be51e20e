//! §5.2 Error Response.
use protocol::client_auth::ClientFault;
use protocol::params::ParamsFault;
use protocol::policy::ErrorAliases;
use protocol::testing::{Case, Spoil, Verdict};
use protocol::token::{GrantFault, RequestFault, ScopeRefusal, TokenError, client_error};
use protocol::types::{GrantType, ScopeFault};

const CLIENT_FAULTS: [ClientFault; 10] = [
    ClientFault::Missing,
    ClientFault::Header,
    ClientFault::TwoMethods,
    ClientFault::TwoClients,
    ClientFault::Unknown,
    ClientFault::Secret,
    ClientFault::Method,
    ClientFault::Inactive,
    ClientFault::Waits,
    ClientFault::SwitchedOff,
];

/// One error of every kind, with the code it has.
fn errors() -> Vec<(TokenError, &'static str)> {
    let mut errors = vec![
        (
            RequestFault::Repeated("a\"b\\c\r\né".to_owned()).into(),
            "invalid_request",
        ),
        (RequestFault::Missing("code").into(), "invalid_request"),
        (RequestFault::ContentType.into(), "invalid_request"),
        (RequestFault::FormOrJson.into(), "invalid_request"),
        (RequestFault::Query.into(), "invalid_request"),
        (TokenError::UnsupportedGrantType, "unsupported_grant_type"),
        (
            TokenError::UnauthorizedClient(GrantType::RefreshToken),
            "unauthorized_client",
        ),
    ];
    for fault in [
        ParamsFault::Escape,
        ParamsFault::Utf8,
        ParamsFault::Nul,
        ParamsFault::TooMany,
        ParamsFault::Json,
    ] {
        errors.push((RequestFault::Params(fault).into(), "invalid_request"));
    }
    for fault in CLIENT_FAULTS {
        let malformed = matches!(fault, ClientFault::TwoMethods | ClientFault::TwoClients);
        let code = if malformed {
            "invalid_request"
        } else {
            "invalid_client"
        };
        errors.push((client_error(fault, true), code));
    }
    for fault in [
        GrantFault::Unknown,
        GrantFault::Digest,
        GrantFault::OtherClient,
        GrantFault::RedirectUri,
        GrantFault::VerifierMissing,
        GrantFault::VerifierMismatch,
        GrantFault::VerifierUnexpected,
        GrantFault::Replayed,
        GrantFault::RetryDiffers,
        GrantFault::Expired,
        GrantFault::Revoked,
        GrantFault::Person,
    ] {
        errors.push((fault.into(), "invalid_grant"));
    }
    for refusal in [
        ScopeRefusal::Fault(ScopeFault::Character),
        ScopeRefusal::Fault(ScopeFault::Comma),
        ScopeRefusal::Unknown("x".to_owned()),
        ScopeRefusal::NotAllowed("x".to_owned()),
        ScopeRefusal::Restricted("x".to_owned()),
        ScopeRefusal::Exceeds,
        ScopeRefusal::NoDefault,
    ] {
        errors.push((refusal.into(), "invalid_scope"));
    }
    errors
}

#[test]
fn each_error_has_its_registered_code_and_status() {
    let sentence =
        "responds with an HTTP 400 (Bad Request) status code (unless specified otherwise)";
    for (error, code) in errors() {
        assert_eq!(error.code(&ErrorAliases::default()), code, "{error:?}");
        let status = if code == "invalid_client" { 401 } else { 400 };
        assert_eq!(error.status(), status, "{sentence}: {error:?}");
    }
}

#[test]
fn descriptions_keep_to_their_characters() {
    let sentence = "Values for the \"error_description\" parameter MUST NOT include characters \
                    outside the set %x20-21 / %x23-5B / %x5D-7E.";
    for (error, _) in errors() {
        let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        let description = error.description();
        assert!(
            !description.is_empty() && description.chars().all(fits),
            "{sentence}: {error:?}"
        );
    }
}

/// What only a request says that anybody may have sent never stands in a sentence of ours.
#[test]
fn descriptions_tell_nothing_of_strangers_back() {
    use protocol::authorize::{self, AuthorizationError};
    let stranger = "call-555-0100";
    let repeated = RequestFault::Repeated(stranger.to_owned());
    let refusal = ScopeRefusal::Unknown(stranger.to_owned());
    let on_redirect = authorize::RequestFault::Repeated(stranger.to_owned());
    for description in [
        TokenError::from(repeated).description(),
        AuthorizationError::InvalidScope(refusal).description(),
        AuthorizationError::from(on_redirect).description(),
    ] {
        assert!(!description.contains("555"), "{description}");
    }
    // What the app itself sent to the token endpoint is: a bounded part of it, and printable.
    let named = |name: &str| TokenError::from(ScopeRefusal::Unknown(name.to_owned())).description();
    assert_eq!(named("read:al"), "the scope 'read:al' is no scope here");
    assert_eq!(named("a\"b"), "the scope 'a?b' is no scope here");
    assert!(named(&"x".repeat(5_000)).len() < 200);
    let known = TokenError::from(RequestFault::Repeated("scope".to_owned()));
    assert_eq!(known.description(), "scope stands more than once");
}

#[test]
fn the_header_is_answered_with_a_challenge() {
    let sentence = "If the client attempted to authenticate via the \"Authorization\" request header \
                    field, the authorization server MUST respond with an HTTP 401";
    for (header, used) in [(Some("Basic YXBwOng="), true), (None, false)] {
        let case = Case::own_behalf().with(|case| {
            case.authorization = header.map(str::to_owned);
            case.unset("client_secret");
        });
        let TokenError::InvalidClient { used_header, .. } = case.answer().error() else {
            panic!("{sentence}");
        };
        assert_eq!(used_header, used, "{sentence}");
    }
}

#[test]
fn faults_that_only_the_owner_may_know_look_alike() {
    let rows: &[Spoil] = &[
        |case| case.code = None,
        |case| case.code_mut().code.digest = jose::Digest::of(b"another"),
        |case| case.code_mut().code.client.0 += 1,
        |case| case.code_mut().redeemed = true,
        |case| case.now = case.code_mut().code.expires_at,
        |case| case.code_mut().person = None,
        |case| case.set("code", "garbage"),
    ];
    let wire = |spoil: &Spoil| {
        let case = Case::code().with(spoil);
        let error = case.answer().error();
        (
            error.status(),
            error.code(&case.policy.errors).to_owned(),
            error.description(),
        )
    };
    let first = wire(&rows[0]);
    assert_eq!((first.0, first.1.as_str()), (400, "invalid_grant"));
    assert!(rows.iter().all(|row| wire(row) == first));
}

#[test]
fn a_grant_that_is_not_offered_is_unsupported() {
    let sentence = "The authorization grant type is not supported by the authorization server.";
    for grant in [
        "password",
        "implicit",
        "Authorization_Code",
        "authorization_code ",
        "x",
    ] {
        let case = Case::own_behalf().with(|case| case.set("grant_type", grant));
        assert_eq!(
            case.answer().error(),
            TokenError::UnsupportedGrantType,
            "{sentence}"
        );
    }
    for case in [Case::own_behalf(), Case::code(), Case::refresh()] {
        let off = case.with(|case| case.policy.grants.clear());
        assert_eq!(
            off.answer().error(),
            TokenError::UnsupportedGrantType,
            "{sentence}"
        );
    }
}

#[test]
fn a_client_without_the_grant_is_unauthorized() {
    let sentence =
        "The authenticated client is not authorized to use this authorization grant type.";
    for (case, grant) in [
        (Case::own_behalf(), GrantType::ClientCredentials),
        (Case::code(), GrantType::AuthorizationCode),
        (Case::refresh(), GrantType::RefreshToken),
    ] {
        let without = case.with(|case| case.client.grants.retain(|own| *own != grant));
        let expected = TokenError::UnauthorizedClient(grant);
        assert_eq!(without.answer().error(), expected, "{sentence}");
    }
}
