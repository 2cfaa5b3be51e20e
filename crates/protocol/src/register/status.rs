//! What an operator does with an app that is there: switching it off and on, approving it.
use super::{Field, RegistrationError, wrong};
use crate::decision::{Decision, Mint};
use crate::own_api;
use crate::policy::Policy;
use crate::transition::{AppChange, ApprovalChange, Transition};
use crate::types::{Client, ClientStatus, UnixTime};

/// Switches an app off; its tokens are dead for good, also when it is switched on again.
pub fn disable<M: Mint>(client: &Client, mint: &M) -> Transition {
    Transition::App(AppChange::SetStatus {
        client: client.no,
        status: ClientStatus::Disabled,
        not_before: mint.locator(),
    })
}

/// Switches an app on again. What it had issued is dead, also what another node let through before it heard of
/// the disabling.
pub fn enable<M: Mint>(client: &Client, mint: &M) -> Transition {
    Transition::App(AppChange::SetStatus {
        client: client.no,
        status: ClientStatus::Active,
        not_before: mint.locator(),
    })
}

/// An admin has looked at the app: it may start, and people are told that it was reviewed. `version` is the one that
/// was looked at; `None`: the one just read. Guard: the app is still that. What was reviewed before, and is as it was
/// then, stays as it is.
pub fn approve(
    client: &Client,
    version: Option<i64>,
    now: UnixTime,
) -> Decision<(), RegistrationError> {
    if version.is_some_and(|version| version != client.version) {
        let sentence = format!(
            "the app was changed since: it is at version {} now; look at it again before you approve it",
            client.version
        );
        return Decision::refuse(wrong(Field::Version, sentence));
    }
    let status = match client.status {
        ClientStatus::Pending => ClientStatus::Active,
        other => other,
    };
    if status == client.status && client.reviewed_at.is_some() {
        return Decision::unchanged(());
    }
    let transition = Transition::App(AppChange::Approval(ApprovalChange::App {
        client: client.no,
        version: client.version,
        status,
        reviewed_at: now,
    }));
    Decision::grant(transition, ())
}

/// Approves restricted scopes for an app: all of those named, or none.
pub fn approve_scopes(
    client: &Client,
    names: &[String],
    policy: &Policy,
) -> Decision<(), RegistrationError> {
    if client.live_of.is_some() {
        let sentence =
            "this is the test side of an app: what is approved for that one is approved here";
        return Decision::refuse(wrong(Field::ApprovedScope, sentence));
    }
    let mut approved = client.approved.clone();
    for name in names {
        match policy.scope(name) {
            None if policy.own_api && own_api::SCOPES.contains(&name.as_str()) => {
                approved.add(name);
            }
            None => {
                let sentence =
                    format!("there is no scope '{name}': `valetkey scope list` shows all");
                return Decision::refuse(wrong(Field::ApprovedScope, sentence));
            }
            Some(entry) if !entry.restricted => {
                let sentence =
                    format!("the scope '{name}' is not restricted, so it needs no approval");
                return Decision::refuse(wrong(Field::ApprovedScope, sentence));
            }
            Some(_) => {
                approved.add(name);
            }
        }
    }
    if approved == client.approved {
        return Decision::unchanged(());
    }
    let transition = Transition::App(AppChange::Approval(ApprovalChange::Scopes {
        client: client.no,
        version: client.version,
        approved,
    }));
    Decision::grant(transition, ())
}
