//! Client authentication (RFC 6749 §2.3): from credentials to an [`AuthenticatedClient`], which nothing else
//! can make. It comes before anything is looked up or consumed.
mod assertion;

pub use assertion::{ASSERTION_TYPE, Assertion, AssertionFault};

use crate::decision::{Decision, Mint};
use crate::grants::Context;
use crate::params::{Params, decode_credential};
use crate::policy::Policy;
use crate::token::TokenError;
use crate::types::{
    AuthMethod, Client, ClientKeys, ClientKind, ClientStatus, Locator, Side, UnixTime,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::{Digest, KeySet};
use std::sync::Arc;
use wire::dpop::Thumbprint;

/// What a request offers as proof of who sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The claimed `client_id`.
    pub client_id: String,
    /// The method used.
    pub method: AuthMethod,
    secret: Option<Digest>,
    /// The side that the secret says it is of.
    secret_side: Side,
    /// Few have one.
    assertion: Option<Box<Assertion>>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({}, {:?})", self.client_id, self.method)
    }
}

/// Why a client is not authenticated. The wire says `invalid_client` or `invalid_request`; the fault is for
/// the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientFault {
    /// No credentials, not even a `client_id`.
    Missing,
    /// The `Authorization` header is not Basic, or not decodable.
    Header,
    /// Two methods in one request: "The client MUST NOT use more than one authentication method in each
    /// request" (§2.3).
    TwoMethods,
    /// The header names one client and the parameters another.
    TwoClients,
    /// No such client.
    Unknown,
    /// The secret is not one of the client's.
    Secret,
    /// The same, and it is of the other side: a test secret for a live app, or the other way.
    OtherSide,
    /// The method is not the one that the client is registered with.
    Method,
    /// It proved who it is, and is no API: only those are told what to forget.
    NoApi,
    /// An assertion came that is of an unknown type, or of none.
    AssertionType,
    /// The assertion proves nothing.
    Assertion(AssertionFault),
    /// The app is switched off or waits for review, and nothing proved that it asks.
    Inactive,
    /// It proved who it is, and waits for review.
    Waits,
    /// It proved who it is, and is switched off.
    SwitchedOff,
}

/// What is told of whatever proves nothing, in either way and also for a client that there is not: else anybody could find
/// out which there are, and how they authenticate.
const NOT_PROVED: &str = "client unknown, app disabled, secret wrong, or client_assertion not taken; without a secret, send client_id alone, in the body; sign an assertion by a registered key, with the issuer as aud, an exp within minutes and a new jti";

impl ClientFault {
    /// Whether the request was malformed (400 `invalid_request`) rather than the client unproven (401).
    pub fn is_malformed_request(self) -> bool {
        matches!(self, ClientFault::TwoMethods | ClientFault::TwoClients)
    }

    /// What to tell the developer; alike for an unknown client and a wrong secret, and with the commonest cause
    /// behind it: libraries that send an empty secret in the header for an app that has none.
    pub fn sentence(self) -> &'static str {
        match self {
            ClientFault::Missing => {
                "the request names no client: send client_id, and the secret if it has one"
            }
            ClientFault::Header => "the Authorization header is not valid Basic credentials",
            ClientFault::TwoMethods => {
                "use one authentication method: the header, client_secret or client_assertion"
            }
            ClientFault::TwoClients => "the header and the parameters name different clients",
            ClientFault::Unknown
            | ClientFault::Secret
            | ClientFault::OtherSide
            | ClientFault::Method
            | ClientFault::Inactive => NOT_PROVED,
            ClientFault::NoApi => {
                "the app is not registered as a resource server: register the API with `valetkey app create --resource-server`, and authenticate as that"
            }
            ClientFault::Waits => {
                "the app waits for review, and until it is approved it works for whoever runs it alone: ask the provider to approve it"
            }
            ClientFault::SwitchedOff => {
                "the provider has switched this app off: ask the provider why"
            }
            ClientFault::AssertionType => {
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            }
            ClientFault::Assertion(fault) => fault.sentence(),
        }
    }
}

impl Credentials {
    /// Reads the credentials of a request: the `Authorization` header, or `client_id` and `client_secret`
    /// among the parameters (§2.3.1), or an assertion (RFC 7523 §2.2), or `client_id` alone.
    ///
    /// # Errors
    /// [`ClientFault`]; nothing has been looked up yet.
    pub fn from_request(authorization: Option<&str>, params: &Params) -> Result<Self, ClientFault> {
        if let Some(assertion) = params.get("client_assertion") {
            return Self::from_assertion(assertion, authorization, params);
        }
        let Some(header) = authorization else {
            return Self::from_params(params);
        };
        let basic = Self::from_basic(header)?;
        if params.get("client_secret").is_some() {
            return Err(ClientFault::TwoMethods);
        }
        match params.get("client_id") {
            Some(id) if id != basic.client_id => Err(ClientFault::TwoClients),
            _ => Ok(basic),
        }
    }

    /// `invalid_client`, or what it is in place of that.
    pub(crate) fn refused(&self, fault: ClientFault) -> TokenError {
        TokenError::InvalidClient {
            fault,
            used_header: self.method == AuthMethod::ClientSecretBasic,
        }
    }

    fn from_params(params: &Params) -> Result<Self, ClientFault> {
        let client_id = params.get("client_id").ok_or(ClientFault::Missing)?;
        let text = params.get("client_secret");
        let secret = text.map(digest);
        let method = match secret {
            Some(_) => AuthMethod::ClientSecretPost,
            None => AuthMethod::None,
        };
        Ok(Credentials {
            client_id: client_id.to_owned(),
            method,
            secret,
            secret_side: Side::of(text.unwrap_or_default()).0,
            assertion: None,
        })
    }

    fn from_assertion(
        text: &str,
        authorization: Option<&str>,
        params: &Params,
    ) -> Result<Self, ClientFault> {
        if authorization.is_some() || params.get("client_secret").is_some() {
            return Err(ClientFault::TwoMethods);
        }
        if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(ClientFault::AssertionType);
        }
        let (assertion, client_id) = Assertion::read(text).map_err(ClientFault::Assertion)?;
        // "the value of the "client_id" parameter MUST identify the same client" (RFC 7521 §4.2).
        if params.get("client_id").is_some_and(|id| id != client_id) {
            return Err(ClientFault::Assertion(AssertionFault::Parties));
        }
        Ok(Credentials {
            client_id,
            method: AuthMethod::PrivateKeyJwt,
            secret: None,
            secret_side: Side::Live,
            assertion: Some(Box::new(assertion)),
        })
    }

    fn from_basic(header: &str) -> Result<Self, ClientFault> {
        let (scheme, encoded) = header.split_once(' ').ok_or(ClientFault::Header)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(ClientFault::Header);
        }
        let decoded = STANDARD
            .decode(encoded.trim())
            .map_err(|_| ClientFault::Header)?;
        let decoded = String::from_utf8(decoded).map_err(|_| ClientFault::Header)?;
        let (id, secret) = decoded.split_once(':').ok_or(ClientFault::Header)?;
        let client_id = decode_credential(id).map_err(|_| ClientFault::Header)?;
        let secret = decode_credential(secret).map_err(|_| ClientFault::Header)?;
        Ok(Credentials {
            client_id,
            method: AuthMethod::ClientSecretBasic,
            secret: Some(digest(&secret)),
            secret_side: Side::of(&secret).0,
            assertion: None,
        })
    }
}

fn digest(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}

/// A client that has shown who it is (or, being public, need not).
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    shown: Shown,
    /// Few prove to hold one.
    key: Option<Box<Thumbprint>>,
}

/// What a client showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Nothing: it is a public one, or chose to be.
    Nothing,
    /// This secret.
    Secret(Locator),
    /// An assertion.
    Assertion,
}

impl AuthenticatedClient {
    /// The secret that it showed, if it did.
    pub fn secret(&self) -> Option<Locator> {
        match self.shown {
            Shown::Secret(secret) => Some(secret),
            Shown::Nothing | Shown::Assertion => None,
        }
    }

    /// Whether it proved who it is, by a secret or an assertion.
    pub fn is_proved(&self) -> bool {
        self.shown != Shown::Nothing
    }

    /// Whether it showed an assertion.
    pub fn is_by_assertion(&self) -> bool {
        self.shown == Shown::Assertion
    }

    /// The key that it proves to hold (RFC 9449 §5): what it is given is bound to that.
    pub fn key(&self) -> Option<&Thumbprint> {
        self.key.as_deref()
    }

    /// What keeps it from acting, told to whoever proved to be it; of an app that proves nothing everybody knows the id.
    pub(crate) fn inactive(&self) -> ClientFault {
        match (self.is_proved(), self.status) {
            (true, ClientStatus::Pending) => ClientFault::Waits,
            (true, _) => ClientFault::SwitchedOff,
            (false, _) => ClientFault::Inactive,
        }
    }

    pub(crate) fn with_key(self, key: Thumbprint) -> Self {
        AuthenticatedClient {
            key: Some(Box::new(key)),
            ..self
        }
    }
}

impl std::ops::Deref for AuthenticatedClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Which apps are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetIn {
    /// Those that are in use.
    Active,
    /// Those that wait for review too: whoever asks looks whether it is about the app's owner.
    Drafts,
}

/// A client that says by an assertion who it is, and is registered to do so. Its keys have to be had before it can be
/// proved.
#[derive(Debug)]
pub struct Claimed<'a> {
    credentials: &'a Credentials,
    assertion: &'a Assertion,
    client: Arc<Client>,
}

impl Credentials {
    /// Whether they are an assertion, which [`claimed`](Self::claimed) takes further; [`authenticate`] refuses it.
    pub fn is_assertion(&self) -> bool {
        self.assertion.is_some()
    }

    /// The client that an assertion claims to be of, if it authenticates so.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn claimed(
        &self,
        client: Option<Arc<Client>>,
        policy: &Policy,
        let_in: LetIn,
    ) -> Result<Claimed<'_>, TokenError> {
        let claimed = || {
            let client = client.filter(|client| policy.serves(client));
            let client = client.ok_or(ClientFault::Unknown)?;
            let assertion = self.assertion.as_deref().ok_or(ClientFault::Method)?;
            if client.keys.is_none() {
                return Err(ClientFault::Method);
            }
            let waits = let_in == LetIn::Drafts && client.is_draft();
            if !client.is_active() && !waits {
                return Err(ClientFault::Inactive);
            }
            Ok(Claimed {
                credentials: self,
                assertion,
                client,
            })
        };
        claimed().map_err(|fault| self.refused(fault))
    }
}

impl Claimed<'_> {
    /// How its client is known.
    pub fn keys(&self) -> Option<&ClientKeys> {
        self.client.keys.as_deref()
    }

    /// Whether its client introduced itself: nobody here vouches for the host that publishes its keys.
    pub fn introduced_itself(&self) -> bool {
        self.client.introduction.is_some()
    }

    /// Proves it by the keys of its client. What it grants is that the assertion is used up, which is settled first, so
    /// a refusal consumes nothing; a lost guard means that it was used before: [`Claimed::replayed`].
    pub fn prove<M: Mint>(
        &self,
        keys: &KeySet,
        context: &Context<'_, M>,
    ) -> Decision<AuthenticatedClient, TokenError> {
        let Some(own) = self.keys() else {
            return Decision::refuse(self.credentials.refused(ClientFault::Method));
        };
        match self.assertion.judge(&self.client, (own, keys), context) {
            Ok(used) => {
                let client = AuthenticatedClient {
                    client: self.client.clone(),
                    shown: Shown::Assertion,
                    key: None,
                };
                Decision::grant(used.into(), client)
            }
            Err(fault) => Decision::refuse(self.refused(fault)),
        }
    }

    /// What is answered when the assertion was used before.
    pub fn replayed(&self) -> TokenError {
        self.refused(AssertionFault::Replayed)
    }

    /// What is answered when the keys of its client could not be had.
    pub fn without_keys(&self) -> TokenError {
        self.refused(AssertionFault::Unfetched)
    }

    fn refused(&self, fault: AssertionFault) -> TokenError {
        self.credentials.refused(ClientFault::Assertion(fault))
    }
}

/// Whether newer keys of the client may make a difference: none that are known fits.
pub fn lacks_key(error: &TokenError) -> bool {
    let fault = ClientFault::Assertion(AssertionFault::Key);
    matches!(error, TokenError::InvalidClient { fault: own, .. } if *own == fault)
}

/// Checks credentials against the registered client, at every endpoint that asks for them. Secrets are compared by
/// digest in constant time, also when there is no such client or it is not served here, so that both refusals take
/// as long.
///
/// # Errors
/// `invalid_client`.
pub fn authenticate(
    credentials: &Credentials,
    client: Option<Arc<Client>>,
    policy: &Policy,
    now: UnixTime,
) -> Result<AuthenticatedClient, TokenError> {
    let client = authenticate_draft(credentials, client, policy, now)?;
    match client.is_active() {
        true => Ok(client),
        false => Err(credentials.refused(client.inactive())),
    }
}

/// The same, which also takes an app that waits for review: whoever calls this looks whether it is about the app's owner.
///
/// # Errors
/// `invalid_client`.
pub fn authenticate_draft(
    credentials: &Credentials,
    client: Option<Arc<Client>>,
    policy: &Policy,
    now: UnixTime,
) -> Result<AuthenticatedClient, TokenError> {
    check(credentials, client, policy, now).map_err(|fault| credentials.refused(fault))
}

fn check(
    credentials: &Credentials,
    client: Option<Arc<Client>>,
    policy: &Policy,
    now: UnixTime,
) -> Result<AuthenticatedClient, ClientFault> {
    let Some(client) = client.filter(|client| policy.serves(client)) else {
        let _ = credentials.secret == Some(Digest::of(b"no such client"));
        return Err(ClientFault::Unknown);
    };
    let shown = match (client.kind, credentials.method) {
        (ClientKind::Public, AuthMethod::None) => Shown::Nothing,
        (ClientKind::Public, _)
        | (ClientKind::Confidential, AuthMethod::None | AuthMethod::PrivateKeyJwt) => {
            return Err(ClientFault::Method);
        }
        (
            ClientKind::Confidential,
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost,
        ) => match client.keys {
            Some(_) => return Err(ClientFault::Method),
            None => Shown::Secret(check_secret(credentials, &client, now)?),
        },
    };
    let waits = client.is_draft();
    let is_let_in = client.is_active() || waits;
    let client = AuthenticatedClient {
        client,
        shown,
        key: None,
    };
    match is_let_in {
        true => Ok(client),
        false => Err(client.inactive()),
    }
}

fn check_secret(
    credentials: &Credentials,
    client: &Client,
    now: UnixTime,
) -> Result<Locator, ClientFault> {
    let presented = credentials.secret.ok_or(ClientFault::Secret)?;
    // Every secret is compared and its end looked at, so the time tells nothing about which one matched.
    let matched = client.secrets.iter().fold(None, |matched, secret| {
        let matches = secret.is_live(now) & (secret.digest == presented);
        if matches { Some(secret.id) } else { matched }
    });
    matched.ok_or(match credentials.secret_side == client.side {
        true => ClientFault::Secret,
        false => ClientFault::OtherSide,
    })
}
