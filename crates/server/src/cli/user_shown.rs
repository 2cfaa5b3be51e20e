//! `valetkey user show`: all that is known of an account.
use super::failure::Failure;
use super::one_user::{One, SignsIn, json_of, status};
use super::output::{Output, sheet};
use super::place::Opened;
use crate::ops::clock;
use protocol::Policy;
use protocol::facts::AccountCounts;
use protocol::openid::claims::Document;
use protocol::types::{Membership, Person, Preferences};
use serde_json::{Value, json};

/// What is shown besides the person.
struct Around {
    preferences: Preferences,
    counts: AccountCounts,
    organizations: Vec<Membership>,
    claims: Document,
    signs_in: SignsIn,
}

impl One {
    /// Shows the account.
    pub(super) async fn show(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let person = at.person(&self.who).await?;
        tell(&at, &person, output, None).await
    }
}

/// Tells of an account, and what was done with it.
pub(super) async fn tell(
    at: &Opened,
    person: &Person,
    output: Output,
    said: Option<&str>,
) -> Result<(), Failure> {
    let around = around(at, person).await?;
    let mut json = json_of(person, &around.signs_in, at).await?;
    if let Value::Object(members) = &mut json {
        members.extend(more(&around, &at.config.policy));
    }
    output.show(&json, || {
        let sheet = as_sheet(person, &around, at);
        match said {
            Some(said) => format!("{said}\n\n{sheet}"),
            None => sheet,
        }
    });
    Ok(())
}

async fn around(at: &Opened, person: &Person) -> Result<Around, Failure> {
    let subject = person.subject;
    let counts = at.store.account_counts(subject, clock::now()).await?;
    Ok(Around {
        signs_in: SignsIn::of(person, at).await?,
        preferences: at.store.preferences(subject).await?.unwrap_or_default(),
        counts: counts.unwrap_or(AccountCounts {
            sessions: 0,
            connections: 0,
            apps: 0,
            organizations: 0,
        }),
        organizations: at.store.memberships(subject).await?,
        claims: at
            .store
            .about(subject)
            .await?
            .map_or_else(Document::default, |about| about.document),
    })
}

fn more(around: &Around, policy: &Policy) -> serde_json::Map<String, Value> {
    let Around {
        preferences,
        counts,
        organizations,
        claims,
        signs_in: _,
    } = around;
    let organizations: Vec<_> = organizations
        .iter()
        .map(|one| {
            json!({
                "id": policy.organization(one.organization.id, one.organization.external_id.as_deref()),
                "name": one.organization.name,
                "role": one.role.as_str(),
            })
        })
        .collect();
    let members = [
        ("language", json!(preferences.language.map(|one| one.tag()))),
        ("zone", json!(preferences.zone)),
        ("sessions", json!(counts.sessions)),
        ("grants", json!(counts.connections)),
        ("apps", json!(counts.apps)),
        ("organizations", json!(organizations)),
        ("claims", json!(claims.members())),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn as_sheet(person: &Person, around: &Around, at: &Opened) -> String {
    let proved = match person.verified_at {
        None if person.email.is_empty() => String::new(),
        Some(at) => format!("{}, proved {}", person.email, clock::rfc3339(at)),
        None => format!("{}, not proved", person.email),
    };
    let chosen = &around.preferences;
    let counts = &around.counts;
    let organizations: Vec<_> = around
        .organizations
        .iter()
        .map(|one| format!("{} ({})", one.organization.name, one.role.as_str()))
        .collect();
    sheet(&[
        ("id", at.config.policy.subjects.write(person.subject)),
        (
            "external id",
            person.external_id.clone().unwrap_or_default(),
        ),
        ("e-mail", proved),
        ("name", person.name.clone()),
        ("status", status(person).to_owned()),
        ("since", clock::rfc3339(person.created_at)),
        (
            "language",
            chosen.language.map_or("", |one| one.tag()).to_owned(),
        ),
        ("zone", chosen.zone.clone().unwrap_or_default()),
        ("password", around.signs_in.password()),
        ("second factor", around.signs_in.second_factor()),
        ("last sign-in", around.signs_in.last()),
        ("sessions", counts.sessions.to_string()),
        ("grants", counts.connections.to_string()),
        ("apps", counts.apps.to_string()),
        ("organizations", organizations.join("\n")),
        (
            "claims",
            around
                .claims
                .members()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ])
}
