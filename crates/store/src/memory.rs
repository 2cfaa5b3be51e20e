//! What a node keeps in memory so that a token is checked by one row: revoked grants, people whose standing
//! changed, and apps. It is fed by this node's own commits before they are answered, and by the change feed.
use crate::Outcome;
use crate::changes::changed_client;
use crate::connections::stored;
use crate::facts::workspaces::{BLOCKED, WorkspaceEnd};
use crate::feed::above;
use protocol::Transition;
use protocol::facts::AccountStatus;
use protocol::types::{Client, ClientRowId, ConnectionKey, ConnectionStanding, Locator, Subject};
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Apps kept in memory.
const MAX_CLIENTS: u64 = 10_000;
/// Apps that room is made for at first; so many also decide how many locks share the work.
const FEW_CLIENTS: usize = 1_024;

/// See the module.
pub(crate) struct Memory {
    /// Grant to an id that no token of it is above. Once no lower one is left, it is forgotten.
    revoked: RwLock<HashMap<Locator, Locator>>,
    standings: RwLock<HashMap<i64, AccountStatus>>,
    /// Connections of which something was taken back, by person, app and organization: some 60 to 110
    /// bytes each.
    connections: RwLock<HashMap<(i64, i64, i64), ConnectionStanding>>,
    /// Grants for an organization that are over, by organization, person and app: those below an id.
    workspace_ends: RwLock<HashMap<(i64, i64, i64), Locator>>,
    /// A client id never changes its number, so this one needs no forgetting.
    numbers: Cache<String, i64>,
    by_no: Cache<i64, Arc<Client>>,
    /// Counts changes of apps, so that a read from before a change is not kept after it.
    version: Mutex<u64>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Memory {
            revoked: RwLock::default(),
            standings: RwLock::default(),
            connections: RwLock::default(),
            workspace_ends: RwLock::default(),
            numbers: Cache::with_weighter(FEW_CLIENTS, MAX_CLIENTS, UnitWeighter),
            by_no: Cache::with_weighter(FEW_CLIENTS, MAX_CLIENTS, UnitWeighter),
            version: Mutex::new(0),
        }
    }

    pub(crate) fn revoke(&self, grant: Locator, above: Locator) {
        self.revoked
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(grant, above);
    }

    pub(crate) fn is_revoked(&self, grant: Locator) -> bool {
        self.revoked
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(&grant)
    }

    /// Forgets revocations of grants that have no token left: of all that are `oldest` is the lowest id.
    pub(crate) fn forget_before(&self, oldest: Locator) {
        self.revoked
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, above| *above > oldest);
        self.connections
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, standing| {
                let narrowed = standing.narrowed.as_ref();
                let narrowed = narrowed.map_or(Locator(0), |narrowed| narrowed.before);
                standing.paused || above(standing.not_before.max(narrowed)) > oldest
            });
        self.workspace_ends
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, not_before| *not_before == BLOCKED || above(*not_before) > oldest);
    }

    pub(crate) fn set_connection(&self, key: ConnectionKey, standing: ConnectionStanding) {
        let key = (key.subject.0, key.client.0, stored(key.organization).0);
        let mut connections = self
            .connections
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        match standing == ConnectionStanding::GOOD {
            true => connections.remove(&key),
            false => connections.insert(key, standing),
        };
    }

    pub(crate) fn connection(
        &self,
        subject: Option<Subject>,
        client: ClientRowId,
        organization: Option<Locator>,
    ) -> ConnectionStanding {
        let Some(subject) = subject else {
            return ConnectionStanding::GOOD;
        };
        let own = self.own_connection((subject.0, client.0, stored(organization).0));
        let Some(organization) = organization else {
            return own;
        };
        let over = self.over_in_workspace(organization, subject, client);
        ConnectionStanding {
            not_before: own.not_before.max(over),
            ..own
        }
    }

    fn own_connection(&self, key: (i64, i64, i64)) -> ConnectionStanding {
        let connections = self
            .connections
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let found = connections.get(&key).cloned();
        found.unwrap_or(ConnectionStanding::GOOD)
    }

    /// Takes in that grants for an organization are over.
    pub(crate) fn end_in_workspace(&self, organization: Locator, end: WorkspaceEnd) {
        let key = (organization.0, end.subject.0, end.client.0);
        self.workspace_ends
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, end.not_before);
    }

    /// Grants of a person and an app for an organization below this are over.
    fn over_in_workspace(
        &self,
        organization: Locator,
        subject: Subject,
        client: ClientRowId,
    ) -> Locator {
        let ends = self
            .workspace_ends
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let names = [(subject.0, 0), (0, client.0), (0, 0)];
        let found = names
            .iter()
            .filter_map(|(subject, client)| ends.get(&(organization.0, *subject, *client)));
        found.max().copied().unwrap_or(Locator(0))
    }

    pub(crate) fn set_standing(&self, subject: Subject, standing: AccountStatus) {
        let mut standings = self
            .standings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        match standing == AccountStatus::GOOD {
            true => standings.remove(&subject.0),
            false => standings.insert(subject.0, standing),
        };
    }

    pub(crate) fn standing(&self, subject: Option<Subject>) -> AccountStatus {
        let Some(subject) = subject else {
            return AccountStatus::GOOD;
        };
        let standings = self
            .standings
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        standings
            .get(&subject.0)
            .copied()
            .unwrap_or(AccountStatus::GOOD)
    }

    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.by_no.get(&self.numbers.get(id)?)
    }

    pub(crate) fn client_by_no(&self, no: ClientRowId) -> Option<Arc<Client>> {
        self.by_no.get(&no.0)
    }

    /// The version to hand to [`keep`](Self::keep) after a read that begins now.
    pub(crate) fn version(&self) -> u64 {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an app that was read at `version`, unless any app has changed since.
    pub(crate) fn keep(&self, client: Client, version: u64) -> Arc<Client> {
        let client = Arc::new(client);
        let now = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == version {
            self.numbers.insert(client.id.clone(), client.no.0);
            self.by_no.insert(client.no.0, client.clone());
        }
        client
    }

    /// Forgets the app that a lost change was of: somebody else changed it, and what is kept here may be from before. So
    /// whoever looks why they lost reads what won, and not what they decided by.
    pub(crate) fn doubt(&self, transition: &Transition, outcome: Outcome) {
        if outcome == Outcome::Conflict
            && let Some(client) = changed_client(transition)
        {
            self.forget_client(client);
        }
    }

    /// Forgets an app that changed.
    pub(crate) fn forget_client(&self, no: ClientRowId) {
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        *version += 1;
        self.by_no.remove(&no.0);
    }
}
