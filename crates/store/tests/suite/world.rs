//! A store in a folder of its own, and things to put into it.
use crate::engine::Database;
use jose::Digest;
use protocol::decision::Mint;
use protocol::transition::{AppChange, AuthorizeChange, GrantChange, RevocationCause};
use protocol::types::ids::Region;
use protocol::types::{
    AccessToken, AuthorizationCode, Client, ClientRowId, ConnectionKey, Consent, Grant,
    Interaction, Lifetime, Locator, NewPerson, RefreshToken, Scope, SealedReply, StoredSecret,
    Subject, UnixTime,
};
use protocol::{Policy, Transition};
use store::{Location, Options, Outcome, Stay, Store, Synchronous, Tuning};
use wire::TokenText;

/// The stored password of everyone.
pub(crate) const PASSWORD: &str = "$argon2id$stand-in";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) now: UnixTime,
    database: Database,
}

/// The connection of a person and an app for the person's own account.
pub(crate) fn own(subject: Subject, client: ClientRowId) -> ConnectionKey {
    ConnectionKey {
        subject,
        client,
        organization: None,
    }
}

/// Somebody new, whose number the database gives, and whose address nobody has proved.
pub(crate) fn newcomer(email: &str) -> NewPerson {
    NewPerson {
        external_id: None,
        subject: None,
        email: email.to_owned(),
        verified_at: None,
        name: "Ada".to_owned(),
        admin: false,
        password: PASSWORD.to_owned(),
        test_app: None,
    }
}

pub(crate) fn options(location: Location) -> Options {
    Options {
        location,
        readers_hint: 2,
        region: Region::default(),
        stay: Stay::Server,
        synchronous: Synchronous::Full,
        tuning: Tuning::default(),
    }
}

pub(crate) fn open_at(location: Location) -> Store {
    Store::open(&options(location)).unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(Database::new())
    }

    pub(crate) fn on(database: Database) -> Self {
        let location = database.location();
        Self::through(database, location)
    }

    /// A world that reaches its database by another way.
    pub(crate) fn through(database: Database, location: Location) -> Self {
        let store = open_at(location);
        World {
            // Ids carry the machine's clock, so that is the moment of every test.
            now: store.mint().locator().time(),
            store,
            database,
        }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// A second process on the same database.
    pub(crate) fn another(&self) -> Store {
        open_at(self.database.location())
    }

    pub(crate) async fn settle(&self, transition: Transition) -> Outcome {
        self.store.settle(transition, self.now).await.unwrap()
    }

    /// Somebody new whose number is given here.
    pub(crate) fn newcomer(&self, email: &str) -> NewPerson {
        NewPerson {
            subject: Some(Subject(self.store.mint().locator().0)),
            ..newcomer(email)
        }
    }

    pub(crate) async fn person(&self, email: &str) -> Subject {
        let person = self.newcomer(email);
        let subject = person.subject.unwrap();
        assert_eq!(
            self.settle(protocol::accounts::people::create(person))
                .await,
            Outcome::Committed
        );
        subject
    }

    pub(crate) async fn client(&self, id: &str) -> ClientRowId {
        let client = Box::new(self.new_client(id));
        let registered = self
            .settle(Transition::App(AppChange::Register {
                client,
                logo: None,
                bounds: None,
            }))
            .await;
        assert_eq!(registered, Outcome::Committed);
        self.store.client(id).await.unwrap().unwrap().no
    }

    pub(crate) fn new_client(&self, id: &str) -> Client {
        Client {
            no: ClientRowId(0),
            id: id.to_owned(),
            name: "Task Board".to_owned(),
            owner: Subject(1),
            publisher: String::new(),
            secrets: vec![StoredSecret {
                id: Locator(1),
                digest: Digest::of(b"secret"),
                name: String::new(),
                created_at: self.now,
                expires_at: None,
            }],
            created_at: self.now,
            ..Client::for_tests()
        }
    }

    fn text(&self, prefix: &str) -> (Locator, Digest) {
        let mint = self.store.mint();
        let id = mint.locator();
        (id, TokenText::new(prefix, id.0, &mint.secret()).digest())
    }

    pub(crate) fn code(&self, client: ClientRowId, subject: Subject) -> AuthorizationCode {
        let (id, digest) = self.text("ac_");
        AuthorizationCode {
            organization: None,
            id,
            digest,
            client,
            subject,
            scope: Scope::parse("a b").unwrap(),
            scope_named: true,
            redirect_uri: "https://app.example/cb".to_owned(),
            challenge: None,
            auth_time: self.now,
            expires_at: self.now.plus(Lifetime::from_seconds(60)),
        }
    }

    /// An authorization request that waits for its person.
    pub(crate) fn interaction(&self, client: ClientRowId) -> Interaction {
        let (id, digest) = self.text("in_");
        Interaction {
            id,
            digest,
            client,
            request: "client_id=app&state=%20x".to_owned(),
            expires_at: self.now.plus(Lifetime::from_minutes(10)),
            answered_at: None,
            code: None,
        }
    }

    pub(crate) fn consent(&self, client: ClientRowId, subject: Subject, scope: &str) -> Consent {
        Consent {
            organization: None,
            subject,
            client,
            scope: Scope::parse(scope).unwrap(),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            granted_at: self.now,
            earlier: protocol::types::Scope::default(),
            skipped: protocol::types::Scope::default(),
            standing: protocol::types::AppStanding::Trusted,
        }
    }

    pub(crate) async fn issued_code(
        &self,
        client: ClientRowId,
        subject: Subject,
    ) -> AuthorizationCode {
        let code = self.code(client, subject);
        let transition = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: code.clone(),
            interaction: None,
            consent: None,
            notice: None,
        });
        assert_eq!(self.settle(transition).await, Outcome::Committed);
        code
    }

    pub(crate) fn grant(&self, code: &AuthorizationCode) -> Grant {
        Grant {
            organization: code.organization,
            id: code.id,
            client: code.client,
            subject: code.subject,
            scope: code.scope.clone(),
            auth_time: code.auth_time,
            started_at: self.now,
            expires_at: self.now.plus(Lifetime::from_days(300)),
            revoked_at: None,
        }
    }

    pub(crate) fn access(&self, grant: &Grant) -> AccessToken {
        let (id, digest) = self.text("at_");
        AccessToken {
            organization: grant.organization,
            id,
            digest,
            grant: grant.id,
            client: grant.client,
            subject: Some(grant.subject),
            scope: grant.scope.clone(),
            expires_at: self.now.plus(Lifetime::from_seconds(3_600)),
        }
    }

    pub(crate) fn refresh(&self, grant: &Grant) -> RefreshToken {
        let (id, digest) = self.text("rt_");
        RefreshToken {
            id,
            digest,
            grant: grant.id,
            expires_at: self.now.plus(Lifetime::from_days(30)),
        }
    }

    pub(crate) fn redemption(&self, code: &AuthorizationCode) -> (Transition, Grant, RefreshToken) {
        let grant = self.grant(code);
        let refresh = self.refresh(&grant);
        let transition = Transition::Grant(GrantChange::Redeem {
            grant: grant.clone(),
            access: self.access(&grant),
            refresh: Some(refresh.clone()),
        });
        (transition, grant, refresh)
    }

    pub(crate) fn rotation(&self, grant: &Grant, consumed: Locator) -> (Transition, RefreshToken) {
        let successor = self.refresh(grant);
        let transition = Transition::Grant(GrantChange::Rotate {
            consumed,
            successor: successor.clone(),
            access: self.access(grant),
            reply: Some(SealedReply(b"sealed".to_vec())),
        });
        (transition, successor)
    }

    pub(crate) fn revocation(&self, grant: &Grant) -> Transition {
        Transition::Grant(GrantChange::Revoke {
            grant: grant.id,
            client: grant.client,
            subject: Some(grant.subject),
            cause: RevocationCause::App,
        })
    }

    /// Grants of one person and app, each with its first access token.
    pub(crate) async fn granted(&self, many: usize) -> Vec<(Grant, AccessToken)> {
        let (client, subject) = (
            self.client("app").await,
            self.person("ada@example.com").await,
        );
        let mut granted = Vec::new();
        for _ in 0..many {
            let grant = self.grant(&self.issued_code(client, subject).await);
            let access = self.access(&grant);
            let transition = Transition::Grant(GrantChange::Redeem {
                grant: grant.clone(),
                access: access.clone(),
                refresh: None,
            });
            assert_eq!(self.settle(transition).await, Outcome::Committed);
            granted.push((grant, access));
        }
        granted
    }

    /// How many lines of the audit trail tell of an event.
    pub(crate) fn audited(&self, event: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM events WHERE event = '{event}'");
        self.database.count(&sql)
    }

    /// A person, an app and a grant with its first tokens.
    pub(crate) async fn started(&self) -> (Grant, AccessToken, RefreshToken) {
        let (client, subject) = (
            self.client("app").await,
            self.person("ada@example.com").await,
        );
        let code = self.issued_code(client, subject).await;
        let grant = self.grant(&code);
        let (access, refresh) = (self.access(&grant), self.refresh(&grant));
        let transition = Transition::Grant(GrantChange::Redeem {
            grant: grant.clone(),
            access: access.clone(),
            refresh: Some(refresh.clone()),
        });
        assert_eq!(self.settle(transition).await, Outcome::Committed);
        (grant, access, refresh)
    }
}

/// The sweeping rules of short lifetimes: everything a minute.
pub(crate) fn policy() -> Policy {
    use protocol::policy::{AccountPolicy, DevicePolicy, Rotation, TokenPolicy};
    let minute = Lifetime::from_minutes(1);
    let usual = Policy::for_tests();
    Policy {
        tokens: TokenPolicy {
            code: minute,
            code_personal: minute,
            access: minute,
            refresh: minute,
            grant: minute,
            rotate: Rotation::Rotate { grace: minute },
            ..usual.tokens
        },
        accounts: AccountPolicy {
            session: minute,
            interaction: minute,
            ..usual.accounts
        },
        device: DevicePolicy {
            lifetime: minute,
            ..usual.device
        },
        ..usual
    }
}
