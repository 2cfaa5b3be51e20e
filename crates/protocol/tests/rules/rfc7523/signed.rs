//! An app that signs assertions, and one assertion that is right in every way.
use jose::jwt::{self, Audience, Claims};
use jose::{KeySet, SigningAlgorithm, SigningKey};
use protocol::client_auth::{AssertionFault, ClientFault, Credentials, LetIn};
use protocol::testing::{Case, NOW};
use protocol::token::{TokenError, client_error};
use protocol::transition::AssertionChange;
use protocol::types::{Client, ClientKeys, KeySource, RegisteredKeys};
use protocol::{Decision, Params, Policy, Transition};
use std::sync::{Arc, LazyLock};

pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub(crate) const TYP: &str = "client-authentication+jwt";
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256));

pub(crate) fn keys_of(key: &SigningKey) -> RegisteredKeys {
    RegisteredKeys::register(&key.public().json()).expect("a public key")
}

pub(crate) fn app() -> Client {
    Client {
        secrets: Vec::new(),
        keys: Some(Box::new(ClientKeys {
            source: KeySource::Set(keys_of(&KEY)),
            algorithms: Vec::new(),
            ends_at: None,
        })),
        ..Client::for_tests()
    }
}

pub(crate) fn claims() -> Claims {
    Claims {
        iss: Some("app".to_owned()),
        sub: Some("app".to_owned()),
        aud: Some(Audience::One("https://issuer.example".to_owned())),
        exp: Some(NOW.0 + 60),
        iat: Some(NOW.0),
        jti: Some("1".to_owned()),
        ..Claims::default()
    }
}

/// The assertion with one change of its claims.
pub(crate) fn with(change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = claims();
    change(&mut claims);
    jwt::sign(&KEY, TYP, &claims)
}

pub(crate) fn params(assertion: &str) -> Params {
    Params::from_pairs([
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ])
}

/// What remembers the assertion that proves this app, or why it proves nothing.
pub(crate) fn judged(
    assertion: &str,
    client: &Client,
    policy: &Policy,
) -> Result<AssertionChange, TokenError> {
    by_params(&params(assertion), client, policy)
}

pub(crate) fn by_params(
    params: &Params,
    client: &Client,
    policy: &Policy,
) -> Result<AssertionChange, TokenError> {
    let credentials = Credentials::from_request(None, params);
    let credentials = credentials.map_err(|fault| client_error(fault, false))?;
    let known = (credentials.client_id == client.id).then(|| Arc::new(client.clone()));
    let claimed = credentials.claimed(known, policy, LetIn::Active)?;
    let own = client.keys.as_ref().and_then(|keys| keys.set());
    let set = own.map_or_else(|| Arc::new(KeySet::default()), |own| own.set().clone());
    let case = Case {
        policy: policy.clone(),
        ..Case::own_behalf()
    };
    match claimed.prove(&set, &case.context()) {
        Decision::Granted {
            transition: Some(Transition::Assertion(change)),
            reply,
        } => {
            assert_eq!(reply.id, client.id);
            Ok(change)
        }
        Decision::Refused {
            transition: None,
            error,
        } => Err(error),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn taken(assertion: &str) -> bool {
    judged(assertion, &app(), &Policy::for_tests()).is_ok()
}

/// The error, which is `invalid_client` with 401 and names no header (§3.2).
pub(crate) fn fault(assertion: &str) -> AssertionFault {
    fault_of(judged(assertion, &app(), &Policy::for_tests()))
}

pub(crate) fn fault_of(judged: Result<AssertionChange, TokenError>) -> AssertionFault {
    match judged {
        Err(TokenError::InvalidClient {
            fault: ClientFault::Assertion(fault),
            used_header: false,
        }) => fault,
        other => panic!("expected the fault of an assertion, got {other:?}"),
    }
}
