//! Workspaces: for which of their organizations, or for their own account, a person lets an app in.
use crate::organizations::public_id;
use crate::policy::{Policy, Risk};
use crate::types::{AppStanding, Locator, Membership, Scope};

/// How a form names the person's own account.
pub const OWN: &str = "own";

/// Why an answer is for no workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkspaceFault {
    /// There are several, and none was picked.
    Missing,
    /// The person does not belong to what was picked, or not any more.
    NotTheirs,
}

/// The one that is picked before the person does anything: the only organization that they belong to, if it admits
/// anything. Of several they pick one themselves.
pub fn preselected(own: &[Membership], admits: impl Fn(Locator) -> bool) -> Option<Locator> {
    match own {
        [only] => Some(only.organization.id).filter(|id| admits(*id)),
        _ => None,
    }
}

/// The organization that a form named; `None`: the person's own account. Whoever belongs to none is asked nothing.
///
/// # Errors
/// [`WorkspaceFault`].
pub fn picked(named: Option<&str>, own: &[Membership]) -> Result<Option<Locator>, WorkspaceFault> {
    match named.filter(|named| !named.is_empty()) {
        None if own.is_empty() => Ok(None),
        None => Err(WorkspaceFault::Missing),
        Some(OWN) => Ok(None),
        Some(named) => {
            let mut ids = own.iter().map(|own| own.organization.id);
            let found = ids.find(|id| public_id(*id) == named);
            found.map(Some).ok_or(WorkspaceFault::NotTheirs)
        }
    }
}

/// What of a scope an app may be given for an organization whose owners think this of it; `None`: nothing, so that it is
/// refused there.
pub fn admitted(standing: AppStanding, asked: &Scope, policy: &Policy) -> Option<Scope> {
    let harmless = |name: &&str| {
        policy.scope(name).is_some_and(|entry| {
            !entry.restricted && matches!(entry.risk, Risk::Read | Risk::Write)
        })
    };
    match standing {
        AppStanding::Trusted => Some(asked.clone()),
        AppStanding::Blocked => None,
        AppStanding::Limited => {
            let left: Scope = asked.names().filter(harmless).collect();
            (!left.is_empty() || asked.is_empty()).then_some(left)
        }
    }
}
