//! What is not on the hot path, as plain steps that both engines run in one transaction.
use crate::facts::feed::About;
use crate::value::Value;
use protocol::types::{ClientRowId, ConnectionKey, Locator, Subject};

/// What the test side of an app shares with it.
const FOLLOW: &str = "UPDATE clients SET version = clients.version + 1, name = l.name, homepage = l.homepage, \
     description = l.description, privacy_policy = l.privacy_policy, terms = l.terms, support = l.support, \
     contact = l.contact, owner = l.owner, organization = l.organization, grants = l.grants, scopes = l.scopes, \
     approved = l.approved, optional_scopes = l.optional_scopes, scope_reasons = l.scope_reasons \
     FROM clients l WHERE l.no = $1 AND clients.live_of = l.no";

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A statement that touches no row when the guard is lost.
    Guard,
    /// A query that finds no row when the guard is lost.
    Exists,
    /// A statement that touches no row when all was so before. Then nothing happened that is worth an event; the
    /// other steps run all the same.
    Event,
    /// Any other statement.
    Run,
    /// A query that locks rows until the end of the transaction. SQLite has one writer, and skips it.
    Lock,
    /// A statement that touches no row when an earlier try of the same transition was committed: then all is done.
    /// SQLite never tries again what it may have committed, and skips it.
    Once,
}

/// One statement with its values.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) kind: Kind,
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value<'a>>,
}

/// The statements of a transition, and whom other processes must hear of.
#[derive(Debug, Default)]
pub(crate) struct Steps<'a> {
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) told: Vec<About>,
}

impl<'a> Steps<'a> {
    fn and(
        mut self,
        kind: Kind,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.steps.push(Step {
            kind,
            sql,
            values: values.into_iter().collect(),
        });
        self
    }

    pub(crate) fn guard(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Guard, sql, values)
    }

    pub(crate) fn exists(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Exists, sql, values)
    }

    pub(crate) fn event(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Event, sql, values)
    }

    pub(crate) fn run(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Run, sql, values)
    }

    pub(crate) fn lock(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Lock, sql, values)
    }

    pub(crate) fn once(
        self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        self.and(Kind::Once, sql, values)
    }

    /// The standing of a person is another now.
    pub(crate) fn person_changed(mut self, subject: Subject) -> Self {
        self.told.push(About::Person(subject));
        self
    }

    /// What a person allowed an app is another now.
    pub(crate) fn connection_changed(mut self, key: ConnectionKey) -> Self {
        self.told.push(About::Connection(key));
        self
    }

    /// What was given for an organization is over in part, or whole.
    pub(crate) fn workspace_ended(mut self, organization: Locator) -> Self {
        self.told.push(About::Workspace(organization));
        self
    }

    /// An app is another now, and its test side with it.
    pub(crate) fn client_changed(self, client: ClientRowId) -> Self {
        let mut changed = self.run(FOLLOW, [client.into()]);
        changed.told.push(About::Client(client));
        changed
    }

    /// Whether a guard comes after something was written, which a lost guard must take back.
    pub(crate) fn may_write_in_vain(&self) -> bool {
        let writes = |step: &Step<'_>| matches!(step.kind, Kind::Guard | Kind::Event | Kind::Run);
        let first = self.steps.iter().position(writes);
        let guards = |step: &Step<'_>| matches!(step.kind, Kind::Guard | Kind::Exists);
        first.is_some_and(|first| self.steps[first + 1..].iter().any(guards))
    }
}
