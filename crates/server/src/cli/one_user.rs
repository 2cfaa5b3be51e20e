//! One account: which, and how it is told.
use super::failure::Failure;
use super::place::{Opened, Place};
use crate::ops::clock;
use crate::ops::stored_password::is_weaker;
use clap::Args;
use protocol::accounts::bounce::BounceKind;
use protocol::accounts::people::FieldFault;
use protocol::accounts::second_factor::SecondFactors;
use protocol::accounts::stored_hash::{Argon2Variant, StoredHash, Way};
use protocol::types::{Person, Side, UnixTime};
use serde_json::{Value, json};
use store::EventQuery;

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

/// How somebody signs in, and when they last did.
pub(super) struct SignsIn {
    second: SecondFactors,
    /// As far as the log of events goes back.
    last: Option<UnixTime>,
    password: Option<(&'static str, bool)>,
}

impl SignsIn {
    pub(super) async fn of(person: &Person, at: &Opened) -> Result<Self, Failure> {
        let query = EventQuery {
            name: Some("session.started".to_owned()),
            subject: Some(person.subject),
            newest_first: true,
            ..EventQuery::default()
        };
        let last = at.store.events(&query, 1).await?;
        Ok(SignsIn {
            second: at.store.second_factors(person.subject).await?,
            last: last.first().map(|event| event.at),
            password: kind_of_hash(person),
        })
    }

    /// When they last signed in.
    pub(super) fn last(&self) -> String {
        self.last.map_or_else(|| "never".to_owned(), clock::rfc3339)
    }

    /// What their password is stored as.
    pub(super) fn password(&self) -> String {
        match self.password {
            None => "none".to_owned(),
            Some((kind, true)) => kind.to_owned(),
            Some((kind, false)) => format!("{kind}, imported"),
        }
    }

    /// What they prove beside it.
    pub(super) fn second_factor(&self) -> String {
        let app = self.second.app.is_some().then(|| "app".to_owned());
        let passkeys = match self.second.passkeys {
            0 => None,
            1 => Some("1 passkey".to_owned()),
            many => Some(format!("{many} passkeys")),
        };
        let all: Vec<_> = app.into_iter().chain(passkeys).collect();
        match all.is_empty() {
            true => "none".to_owned(),
            false => all.join(", "),
        }
    }
}

/// The algorithm, and whether it is as ours are: what came from elsewhere is replaced when they sign in.
fn kind_of_hash(person: &Person) -> Option<(&'static str, bool)> {
    if !person.signs_in_here() {
        return None;
    }
    let Ok(read) = StoredHash::parse(&person.password) else {
        return Some(("unreadable", false));
    };
    let kind = match read.way {
        Way::Argon2 {
            variant: Argon2Variant::Id,
            ..
        } => "argon2id",
        Way::Argon2 { .. } => "argon2",
        Way::Scrypt { .. } => "scrypt",
        Way::Pbkdf2 { .. } => "pbkdf2",
        Way::Bcrypt { .. } => "bcrypt",
    };
    Some((kind, !is_weaker(&read)))
}

/// As JSON.
pub(super) async fn as_json(person: &Person, at: &Opened) -> Result<Value, Failure> {
    let signs_in = SignsIn::of(person, at).await?;
    json_of(person, &signs_in, at).await
}

/// The same of somebody of whom it is known how they sign in.
pub(super) async fn json_of(
    person: &Person,
    signs_in: &SignsIn,
    at: &Opened,
) -> Result<Value, Failure> {
    let noted = at.store.bounce(&person.email).await?;
    let terms = crate::account::export::terms(&at.store, person.subject).await?;
    let second = &signs_in.second;
    let hash = signs_in
        .password
        .map(|(kind, ours)| json!({ "kind": kind, "imported": !ours }));
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
        "password": hash,
        "signed_in_at": signs_in.last.map(clock::rfc3339),
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
