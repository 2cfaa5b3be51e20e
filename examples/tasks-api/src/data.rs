//! Everyone's things, in memory: gone when the process ends.
use crate::reply::Refused;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Things of one kind that one user may have.
const MAX_THINGS: usize = 100;
/// Users with things.
const MAX_OWNERS: usize = 1_000;

/// A kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Task,
    Project,
    File,
}

impl Kind {
    /// Its name in addresses and scopes.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Kind::Task => "tasks",
            Kind::Project => "projects",
            Kind::File => "files",
        }
    }
}

/// What a user writes of a thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) title: String,
    /// Whether a task is done.
    #[serde(default)]
    pub(crate) done: bool,
    /// What a file holds.
    #[serde(default)]
    pub(crate) content: String,
}

/// A thing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Thing {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) draft: Draft,
}

/// Everything of one user.
#[derive(Default)]
struct Own {
    name: Option<String>,
    things: HashMap<Kind, BTreeMap<u64, Draft>>,
    last: u64,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Data(Mutex<HashMap<String, Own>>);

impl Data {
    /// All things of a kind that `owner` has.
    pub(crate) fn list(&self, owner: &str, kind: Kind) -> Vec<Thing> {
        let all = self.lock();
        let own = all.get(owner).and_then(|own| own.things.get(&kind));
        let thing = |(id, draft): (&u64, &Draft)| Thing {
            id: *id,
            draft: draft.clone(),
        };
        own.into_iter().flatten().map(thing).collect()
    }

    /// One of them.
    pub(crate) fn get(&self, owner: &str, kind: Kind, id: u64) -> Result<Thing, Refused> {
        let found = self
            .list(owner, kind)
            .into_iter()
            .find(|thing| thing.id == id);
        found.ok_or(Refused::Missing)
    }

    /// Adds one.
    pub(crate) fn add(&self, owner: &str, kind: Kind, draft: Draft) -> Result<Thing, Refused> {
        self.own(owner, |own| {
            let things = own.things.entry(kind).or_default();
            if things.len() >= MAX_THINGS {
                return Err(Refused::Full);
            }
            own.last += 1;
            things.insert(own.last, draft.clone());
            Ok(Thing {
                id: own.last,
                draft,
            })
        })
    }

    /// Replaces one.
    pub(crate) fn put(
        &self,
        owner: &str,
        kind: Kind,
        id: u64,
        draft: Draft,
    ) -> Result<Thing, Refused> {
        self.own(owner, |own| {
            let slot = own.things.entry(kind).or_default().get_mut(&id);
            slot.ok_or(Refused::Missing)?.clone_from(&draft);
            Ok(Thing { id, draft })
        })
    }

    /// Deletes one.
    pub(crate) fn delete(&self, owner: &str, kind: Kind, id: u64) -> Result<(), Refused> {
        self.own(owner, |own| {
            let gone = own.things.entry(kind).or_default().remove(&id);
            gone.map(drop).ok_or(Refused::Missing)
        })
    }

    /// The name that a user goes by.
    pub(crate) fn name(&self, owner: &str) -> Option<String> {
        self.lock().get(owner).and_then(|own| own.name.clone())
    }

    /// Changes it.
    pub(crate) fn rename(&self, owner: &str, name: String) -> Result<(), Refused> {
        self.own(owner, |own| {
            own.name = Some(name);
            Ok(())
        })
    }

    /// How many users there are, and how many things.
    pub(crate) fn count(&self) -> (usize, usize) {
        let all = self.lock();
        let things = |own: &Own| own.things.values().map(BTreeMap::len).sum::<usize>();
        (all.len(), all.values().map(things).sum())
    }

    fn own<T>(
        &self,
        owner: &str,
        change: impl FnOnce(&mut Own) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut all = self.lock();
        if !all.contains_key(owner) && all.len() >= MAX_OWNERS {
            return Err(Refused::Full);
        }
        change(all.entry(owner.to_owned()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Own>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
