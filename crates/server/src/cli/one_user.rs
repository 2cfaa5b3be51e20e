//! One account: which, and how it is told.
use super::failure::Failure;
use super::place::{Opened, Place};
use crate::ops::clock;
use clap::Args;
use protocol::accounts::bounce::BounceKind;
use protocol::accounts::people::FieldFault;
use protocol::types::{Person, Side};
use serde_json::{Value, json};

/// Which account.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    pub(super) place: Place,
    /// The e-mail address or the id.
    #[arg(value_name = "USER")]
    pub(super) who: String,
}

/// Refuses an account with faults.
pub(super) fn sound(faults: Vec<FieldFault>) -> Result<(), Failure> {
    let told: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.fault))
        .collect();
    match told.is_empty() {
        true => Ok(()),
        false => Err(Failure::failed(told.join(" "))),
    }
}

/// Whether the account is on.
pub(super) fn status(person: &Person) -> &'static str {
    match person.is_active() {
        true => "active",
        false => "disabled",
    }
}

fn mode(person: &Person) -> Side {
    match person.test_app {
        Some(_) => Side::Test,
        None => Side::Live,
    }
}

/// As JSON.
pub(super) async fn as_json(person: &Person, at: &Opened) -> Result<Value, Failure> {
    let noted = at.store.bounce(&person.email).await?;
    let second = at.store.second_factors(person.subject).await?;
    let terms = crate::account::export::terms(&at.store, person.subject).await?;
    Ok(json!({
        "id": at.config.policy.subjects.write(person.subject),
        "email": person.email,
        "external_id": person.external_id,
        "email_verified": person.verified_at.is_some(),
        "name": person.name,
        "admin": person.admin,
        "developer_terms": terms,
        "status": status(person),
        "mode": mode(person).as_str(),
        "second_factor": !second.is_none(),
        "passkeys": second.passkeys,
        "created_at": clock::rfc3339(person.created_at),
        "mail": noted.map(BounceKind::name),
    }))
}

/// As a row of a list.
pub(super) fn as_row(person: &Person, at: &Opened) -> [String; 4] {
    let mut status = match (person.admin, mode(person)) {
        (true, _) => format!("{}, admin", status(person)),
        (false, Side::Test) => format!("{}, test user", status(person)),
        (false, Side::Live) => status(person).to_owned(),
    };
    if person.verified_at.is_none() && person.signs_in_here() {
        status.push_str(", address unproved");
    }
    [
        at.config.policy.subjects.write(person.subject),
        person.email.clone(),
        person.name.clone(),
        status,
    ]
}
