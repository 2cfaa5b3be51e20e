//! The app, the person and the means of a case, and how to read its outcome.
use crate::decision::Mint;
use crate::facts::{AccessFacts, AccountStatus};
use crate::signer::OwnKeys;
use crate::testing::{CALLBACK, NOW, SECRET, scope};
use crate::token::TokenReply;
use crate::types::{
    AccessToken, AppLinks, Asks, Client, ClientKind, ClientRowId, ClientStatus, ConnectionStanding,
    GrantType, Locator, Person, RedirectUri, RelyingParty, Scope, Side, StoredSecret, Subject,
    UnixTime,
};
use crate::{Decision, Transition};
use jose::{Digest, SigningAlgorithm, SigningKey};
use std::cell::Cell;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock};
use wire::TokenText;
use wire::dpop::Thumbprint;

/// Ids that count up and secrets that follow from them.
#[derive(Clone)]
pub struct Counter(Cell<i64>);

impl Counter {
    /// The first is of this moment.
    pub fn starting_at(time: UnixTime) -> Self {
        Counter(Cell::new(Locator::first_at(time).0))
    }
}

impl Mint for Counter {
    fn locator(&self) -> Locator {
        self.0.set(self.0.get() + 1);
        Locator(self.0.get())
    }

    fn secret(&self) -> [u8; 32] {
        *Digest::of(&self.locator().0.to_be_bytes()).as_bytes()
    }
}

/// A provider's keys, the same for all cases: on P-256 and of Ed25519.
pub(super) fn keys() -> OwnKeys {
    static KEYS: LazyLock<OwnKeys> = LazyLock::new(|| {
        let made = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa].map(SigningKey::generate);
        let published = made
            .iter()
            .map(|key| key.verifying().expect("a public part"));
        OwnKeys {
            published: Arc::new(published.collect()),
            signing: made.map(Arc::new).to_vec(),
        }
    });
    KEYS.clone()
}

impl Client {
    /// A confidential app that may use every grant and ask for every scope that is not restricted.
    pub fn for_tests() -> Self {
        Client {
            no: ClientRowId(1),
            version: 1,
            id: "app".to_owned(),
            name: "An app".to_owned(),
            homepage: "https://app.example".to_owned(),
            description: String::new(),
            links: AppLinks::default(),
            owner: Subject(1),
            organization: None,
            team: Vec::new(),
            publisher: "Ada".to_owned(),
            kind: ClientKind::Confidential,
            secrets: vec![StoredSecret {
                id: Locator(1),
                digest: Digest::of(SECRET.as_bytes()),
                name: String::new(),
                created_at: NOW,
                expires_at: None,
            }],
            redirect_uris: vec![RedirectUri::register(CALLBACK).expect("a redirect URI")],
            grants: GrantType::ALL.to_vec(),
            scopes: None,
            asks: Asks::default(),
            approved: Scope::default(),
            resource_server: false,
            status: ClientStatus::Active,
            not_before: Locator(0),
            reviewed_at: None,
            logo: None,
            created_at: NOW,
            side: Side::Live,
            documented: false,
            openid: RelyingParty::default(),
            live_of: None,
            introduction: None,
            keys: None,
            dpop_bound: false,
        }
    }
}

impl Person {
    /// Somebody with an account in good standing.
    pub fn for_tests() -> Self {
        Person {
            subject: Subject(7),
            email: "ada@example.com".to_owned(),
            verified_at: None,
            name: "Ada".to_owned(),
            admin: false,
            password: String::new(),
            disabled_at: None,
            not_before: Locator(0),
            created_at: UnixTime(0),
            test_app: None,
            device_epoch: 0,
            external_id: None,
        }
    }
}

/// What is known of an access token of app 1 that reads and writes tasks, and has ten seconds to live.
pub fn access_facts(id: Locator) -> AccessFacts {
    let token = AccessToken {
        organization: None,
        id,
        digest: text("at_", id).digest(),
        grant: Locator(5),
        client: ClientRowId(1),
        subject: Some(Subject(62)),
        scope: scope("tasks:read tasks:write"),
        expires_at: UnixTime(NOW.0 + 10),
    };
    AccessFacts {
        token,
        client: Some(Arc::new(Client::for_tests())),
        grant_revoked: false,
        person: AccountStatus::from(&Person::for_tests()),
        connection: ConnectionStanding::GOOD,
        holder: None,
    }
}

/// The text of the token with this id.
pub fn text(prefix: &str, id: Locator) -> TokenText {
    TokenText::new(prefix, id.0, &[7; 32])
}

/// The same of one that is bound to a key.
pub fn bound_text(key: &Thumbprint, prefix: &str, id: Locator) -> TokenText {
    TokenText::bound_to(Some(key), prefix, id.0, &[7; 32])
}

/// How a test reads a decision.
pub trait Verdict<Reply, Error> {
    /// The reply of a request that is granted.
    fn reply(self) -> Reply;
    /// The error of a request that is refused.
    fn error(self) -> Error;
    /// What changes, in either case.
    fn change(self) -> Option<Transition>;
}

impl<Reply: Debug, Error: Debug> Verdict<Reply, Error> for Decision<Reply, Error> {
    fn reply(self) -> Reply {
        self.into_parts().1.expect("it is granted")
    }

    fn error(self) -> Error {
        self.into_parts().1.expect_err("it is refused")
    }

    fn change(self) -> Option<Transition> {
        self.into_parts().0
    }
}

/// The reply as JSON.
pub fn json(reply: &TokenReply) -> serde_json::Value {
    serde_json::from_str(&reply.0).expect("a reply is JSON")
}

/// The names of an object's members.
pub fn fields(value: &serde_json::Value) -> Vec<&str> {
    let members = value.as_object().expect("an object");
    members.keys().map(String::as_str).collect()
}

/// The decoded parameters of a URL's query, in order.
pub fn query(url: &str) -> Vec<(String, String)> {
    let (_, query) = url.split_once('?').expect("a URL with a query");
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
