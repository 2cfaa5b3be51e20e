//! What tests of rules begin with: a provider's policy, an app, a person, and a request that is right in every way, for
//! tables that spoil it in one. No part of the server: it is built with the feature `testing` alone.
//!
//! What is not as it must be panics.
mod policy;
mod world;

pub use policy::scope;
pub use world::{Counter, Verdict, access_facts, bound_text, fields, json, query, text};

use crate::authorize::{
    self, AuthorizationFault, AuthorizationRequest, RedirectedError, ShownError,
};
use crate::client_auth::{AuthenticatedClient, Credentials, authenticate};
use crate::dpop::{Offered, holding};
use crate::facts::{CodeFacts, DeviceFacts, RefreshFacts, SessionFacts, UsedRefreshToken};
use crate::grants::Context;
use crate::grants::device_code::DEVICE_CODE_PREFIX;
use crate::lookup::{Found, Lookup};
use crate::openid::Asked;
use crate::openid::claims::{About, Document};
use crate::signer::OwnKeys;
use crate::token::{RawRequest, TokenError, TokenReply, TokenRequest};
use crate::transition::GrantChange;
use crate::types::{
    Authentication, AuthorizationCode, Client, ClientKind, ClientRowId, CodeChallenge,
    ConnectionStanding, DeviceAnswer, DeviceAuthorization, Grant, GrantType, Lifetime, Locator,
    Pace, Person, Preferences, RefreshToken, Session, Subject, UnixTime, UserCode,
};
use crate::{Decision, Params, Policy, Transition};
use jose::keyed::Key;
use std::sync::Arc;

/// The moment of every request, unless a case moves it.
pub const NOW: UnixTime = UnixTime(1_750_000_000);
/// The client secret.
pub const SECRET: &str = "cs_secret";
/// The verifier of RFC 7636 Appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The key of the nonces for proofs of possession.
pub const NONCE_KEY: [u8; 32] = [7; 32];
/// The one registered redirect URI.
pub const CALLBACK: &str = "https://app.example/cb";

/// A change that makes a case wrong (or different) in one respect.
pub type Spoil = fn(&mut Case);

/// A request with all that decides on it.
#[derive(Clone)]
pub struct Case {
    /// What the provider allows.
    pub policy: Policy,
    /// The app that asks.
    pub client: Client,
    /// Where ids and secrets come from.
    pub mint: Counter,
    /// What signs.
    pub signer: OwnKeys,
    /// When.
    pub now: UnixTime,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `DPoP` header.
    pub proof: Option<String>,
    /// The parameters, in order.
    pub form: Vec<(String, String)>,
    /// What is on record of the code that is presented.
    pub code: Option<CodeFacts>,
    /// Of the refresh token.
    pub refresh: Option<RefreshFacts>,
    /// Of the device code.
    pub device: Option<DeviceFacts>,
}

impl Case {
    fn new(form: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Case {
            policy: Policy::for_tests(),
            client: Client::for_tests(),
            mint: Counter::starting_at(NOW),
            signer: world::keys(),
            now: NOW,
            authorization: None,
            proof: None,
            form: form.iter().map(own).collect(),
            code: None,
            refresh: None,
            device: None,
        }
    }

    /// An authorization request (RFC 6749 §4.1.1) with PKCE.
    pub fn authorize() -> Self {
        Self::new(&[
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", CALLBACK),
            ("scope", "tasks:read"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
    }

    /// An authentication request (OpenID Connect Core §3.1.2.1).
    pub fn authenticate() -> Self {
        let mut case = Self::authorize();
        case.policy = Policy::with_openid();
        case.set("scope", "openid profile");
        case.set("nonce", "n-0S6_WzA2Mj");
        case
    }

    /// What is known of the code's sign-in, if it was asked for by OpenID Connect.
    pub fn asked() -> Box<Asked> {
        let id = Locator::first_at(UnixTime(NOW.0 - 1));
        Box::new(Asked {
            authentication: Authentication {
                methods: None,
                acr: None,
                id,
                session: Locator(77),
                nonce: Some("n-0S6_WzA2Mj".to_owned()),
                claims: Vec::new(),
                expires_at: UnixTime(NOW.0 + 1_000),
            },
            about: About {
                person: Person::for_tests(),
                preferences: Preferences::default(),
                document: Document::default(),
            },
        })
    }

    /// An access token request for a code that was issued a second ago (§4.1.3).
    pub fn code() -> Self {
        let id = Locator::first_at(UnixTime(NOW.0 - 1));
        let code = text("ac_", id);
        let mut case = Self::new(&[
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", "app"),
            ("client_secret", SECRET),
        ]);
        let code = AuthorizationCode {
            organization: None,
            scope_named: true,
            id,
            digest: code.digest(),
            client: case.client.no,
            subject: Subject(7),
            scope: scope("tasks:read tasks:write"),
            redirect_uri: CALLBACK.to_owned(),
            challenge: CodeChallenge::parse(CHALLENGE),
            auth_time: UnixTime(NOW.0 - 30),
            expires_at: UnixTime(NOW.0 + 299),
        };
        let person = Some(Person::for_tests());
        case.code = Some(CodeFacts {
            workspace: None,
            code,
            redeemed: false,
            person,
            connection: ConnectionStanding::GOOD,
            asked: None,
        });
        case
    }

    /// A refresh (§6) of a grant that began an hour ago.
    pub fn refresh() -> Self {
        let began = UnixTime(NOW.0 - 3_600);
        let grant = Grant {
            organization: None,
            id: Locator::first_at(began),
            client: ClientRowId(1),
            subject: Subject(7),
            scope: scope("tasks:read tasks:write"),
            auth_time: began,
            started_at: began,
            expires_at: began.plus(Lifetime::from_days(365)),
            revoked_at: None,
        };
        let id = Locator(grant.id.0 + 2);
        let token = text("rt_", id);
        let mut case = Self::new(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
            ("client_id", "app"),
            ("client_secret", SECRET),
        ]);
        let expires_at = began.plus(case.policy.tokens.refresh);
        let token = RefreshToken {
            id,
            digest: token.digest(),
            grant: grant.id,
            expires_at,
        };
        let person = Some(Person::for_tests());
        case.refresh = Some(RefreshFacts {
            workspace: None,
            token,
            grant,
            used: None,
            person,
            connection: ConnectionStanding::GOOD,
            asked: None,
        });
        case
    }

    /// A device's poll (RFC 8628 §3.4) a minute after it asked, its person having allowed it ten seconds ago.
    pub fn device() -> Self {
        let asked = UnixTime(NOW.0 - 60);
        let id = Locator::first_at(asked);
        let code = text(DEVICE_CODE_PREFIX, id);
        let mut case = Self::new(&[
            ("grant_type", GrantType::DeviceCode.as_str()),
            ("device_code", code.as_str()),
            ("client_id", "app"),
        ]);
        case.public();
        let device = DeviceAuthorization {
            id,
            digest: code.digest(),
            user_code: UserCode::parse("WDJB-MJHT").expect("a user code").digest(),
            client: case.client.no,
            scope: scope("tasks:read tasks:write"),
            scope_named: true,
            expires_at: asked.plus(case.policy.device.lifetime),
            pace: Pace {
                interval: case.policy.device.interval,
                polled_at: Some(UnixTime(NOW.0 - 5)),
            },
            answer: Some(DeviceAnswer::Allowed {
                organization: None,
                at: Locator::first_at(UnixTime(NOW.0 - 10)),
                subject: Subject(7),
                auth_time: UnixTime(NOW.0 - 30),
            }),
        };
        case.device = Some(DeviceFacts {
            workspace: None,
            asked: None,
            device,
            redeemed: false,
            person: Some(Person::for_tests()),
            connection: ConnectionStanding::GOOD,
        });
        case
    }

    /// What the device of this case asked for.
    pub fn device_mut(&mut self) -> &mut DeviceFacts {
        self.device.as_mut().expect("a case about a device")
    }

    /// An app asking on its own behalf (§4.4.2).
    pub fn own_behalf() -> Self {
        Self::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "app"),
            ("client_secret", SECRET),
        ])
    }

    /// The case with one change.
    pub fn with(mut self, spoil: impl FnOnce(&mut Case)) -> Self {
        spoil(&mut self);
        self
    }

    /// Gives a parameter another value, or adds it.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.form.iter_mut().find(|(own, _)| own == name) {
            Some(pair) => pair.1 = value.to_owned(),
            None => self.add(name, value),
        }
    }

    /// Adds a parameter, also when it is there already.
    pub fn add(&mut self, name: &str, value: &str) {
        self.form.push((name.to_owned(), value.to_owned()));
    }

    /// Leaves a parameter out.
    pub fn unset(&mut self, name: &str) {
        self.form.retain(|(own, _)| own != name);
    }

    /// Makes the app a public one, which sends no secret.
    pub fn public(&mut self) {
        self.client.kind = ClientKind::Public;
        self.client.secrets.clear();
        self.unset("client_secret");
    }

    /// The code that the request presents.
    pub fn code_mut(&mut self) -> &mut CodeFacts {
        self.code.as_mut().expect("a case about a code")
    }

    /// The refresh token that the request presents.
    pub fn refresh_mut(&mut self) -> &mut RefreshFacts {
        self.refresh.as_mut().expect("a case about a refresh token")
    }

    /// The parameters as a form.
    pub fn body(&self) -> String {
        self.params().to_form()
    }

    /// The parameters.
    pub fn params(&self) -> Params {
        let pairs = self.form.iter();
        Params::from_pairs(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// What a rule is given besides facts.
    pub fn context(&self) -> Context<'_, Counter> {
        Context {
            policy: &self.policy,
            now: self.now,
            mint: &self.mint,
            signer: &self.signer,
        }
    }

    /// The app with its proof of identity, whatever it may do.
    pub fn authenticated(&self) -> AuthenticatedClient {
        authenticated(&self.client)
    }

    /// The token endpoint's decision, in the phases of the server: parse, authenticate, look up, decide.
    pub fn answer(&self) -> Decision<TokenReply, TokenError> {
        self.decide().into()
    }

    fn decide(&self) -> Result<Decision<TokenReply, TokenError>, TokenError> {
        let body = self.body();
        let raw = RawRequest {
            authorization: self.authorization.as_deref(),
            content_type: Some("application/x-www-form-urlencoded"),
            query: None,
            body: body.as_bytes(),
        };
        let request = TokenRequest::parse(&raw, &self.policy)?;
        let known = (request.credentials.client_id == self.client.id)
            .then(|| Arc::new(self.client.clone()));
        let client = request.authenticate(known, &self.policy, self.now)?;
        let client = match &self.proof {
            None => client,
            Some(proof) => {
                let offered = Offered {
                    proof: Ok(proof),
                    method: "POST",
                    path: "/oauth2/token",
                };
                let key = Key::new(&NONCE_KEY);
                holding(client, &offered, &key, &self.context())?.0
            }
        };
        let found = self.found(request.lookup());
        Ok(request.decide(&client, found, &self.context()))
    }

    /// What is on record in this case.
    pub fn found(&self, lookup: Lookup) -> Found {
        match lookup {
            Lookup::Code(at) => {
                let facts = self.code.clone().filter(|facts| facts.code.id == at);
                facts.into()
            }
            Lookup::RefreshToken(at) => {
                let facts = self.refresh.clone().filter(|facts| facts.token.id == at);
                facts.into()
            }
            Lookup::Device(at) => {
                let facts = self.device.clone().filter(|facts| facts.device.id == at);
                facts.into()
            }
            Lookup::AccessToken(_) | Lookup::Nothing => Found::Nothing,
        }
    }

    /// Refreshes for the first time and remembers it; returns the reply.
    pub fn rotated(&mut self) -> TokenReply {
        let Decision::Granted {
            transition,
            reply: given,
        } = self.answer()
        else {
            panic!("a first refresh is granted");
        };
        if let Some(Transition::Grant(GrantChange::Rotate {
            successor, reply, ..
        })) = transition
        {
            let (successor, used_at) = (successor.id, self.now);
            let used = UsedRefreshToken {
                successor,
                used_at,
                successor_used: false,
                reply,
            };
            self.refresh_mut().used = Some(used);
        }
        given
    }

    /// The authorization endpoint's checks.
    pub fn check(&self) -> Result<AuthorizationRequest, AuthorizationFault> {
        let params = self.params();
        let id = authorize::client_id(&params)?.to_owned();
        let found = (id == self.client.id).then(|| Arc::new(self.client.clone()));
        authorize::check(params, found, &self.context())
    }

    /// The request, which passes.
    pub fn passed(&self) -> AuthorizationRequest {
        self.check().expect("a request that passes every check")
    }

    /// The error that is shown, not redirected.
    pub fn shown(&self) -> ShownError {
        match self.check() {
            Err(AuthorizationFault::Shown(error)) => error,
            other => panic!("expected an error page, got {other:?}"),
        }
    }

    /// The error that is sent to the app.
    pub fn redirected(&self) -> RedirectedError {
        match self.check() {
            Err(AuthorizationFault::Redirected(error)) => *error,
            other => panic!("expected an error response, got {other:?}"),
        }
    }

    /// The URL with the code, for a person who allowed it.
    pub fn allowed(&self) -> String {
        let request = self.passed();
        let scope = request.scope.clone();
        request
            .issue_code(scope, &SessionFacts::for_tests(), &self.context())
            .reply()
            .location()
            .to_owned()
    }
}

/// An app with its proof of identity.
pub fn authenticated(client: &Client) -> AuthenticatedClient {
    let mut pairs = vec![("client_id", client.id.as_str())];
    if client.kind == ClientKind::Confidential {
        pairs.push(("client_secret", SECRET));
    }
    let credentials = Credentials::from_request(None, &Params::from_pairs(pairs));
    let policy = Policy {
        documented_client: Some(client.id.clone()),
        ..Policy::for_tests()
    };
    authenticate(
        &credentials.expect("credentials"),
        Some(Arc::new(client.clone())),
        &policy,
        NOW,
    )
    .expect("an active app with its own secret")
}

impl SessionFacts {
    /// A person who is signed in.
    pub fn for_tests() -> Self {
        let session = Session {
            id: Locator::first_at(UnixTime(NOW.0 - 60)),
            digest: jose::Digest::of(b"cookie"),
            subject: Subject(7),
            auth_time: UnixTime(NOW.0 - 60),
            expires_at: UnixTime(NOW.0 + 3_600),
            browser: String::new(),
            device: None,
            methods: None,
        };
        SessionFacts {
            session,
            person: Person::for_tests(),
            preferences: crate::types::Preferences::default(),
        }
    }
}
