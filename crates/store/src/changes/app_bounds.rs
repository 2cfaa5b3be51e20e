//! What binds whoever registers an app by themselves, or gives one another name. What is counted or compared cannot be
//! locked as a row, so who asks for the same at once waits for each other: for a lock by the name, for the row of the
//! person or of the organization.
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::apps::RESTORABLE;
use protocol::transition::Bounds;
use protocol::types::name::skeleton;
use protocol::types::{Client, Locator, Owner, Subject, UnixTime};

/// Guards what binds whoever registers an app by themselves.
pub(super) fn bound<'a>(
    steps: Steps<'a>,
    client: &'a Client,
    bounds: Option<Bounds>,
    now: UnixTime,
) -> Steps<'a> {
    let organization = client.organization.unwrap_or(Locator(0));
    let steps = match bounds.is_some_and(|bounds| bounds.own_name) {
        true => has_own_name(steps, &client.name, organization, client.owner),
        false => steps,
    };
    let most = bounds.map_or(0, |bounds| bounds.most);
    // A test side goes with its live app.
    let belongs = |steps| match client.organization.filter(|_| client.live_of.is_none()) {
        Some(organization) => belongs(steps, organization, client.owner),
        None => steps,
    };
    match i64::try_from(most) {
        Ok(1..) => {
            let owner = client.run_by();
            has_room(belongs(steps), owner, most, now)
        }
        Ok(_) | Err(_) => belongs(steps),
    }
}

/// No person that there is.
pub(crate) const NOBODY: Subject = Subject(-1);

/// Guards that nobody else is called as an app that is there, where that binds. Whoever registered one for an organization
/// may have left it since.
pub(super) fn called<'a>(steps: Steps<'a>, client: &Client, own_name: bool) -> Steps<'a> {
    let (person, organization) = match client.run_by() {
        Owner::Person(person) => (person, Locator(0)),
        Owner::Organization(organization) => (NOBODY, organization),
    };
    match own_name {
        true => has_own_name(steps, &client.name, organization, person),
        false => steps,
    }
}

/// Guards that nobody else is called as an organization, or an app that it runs, is to be: no other organization, and no
/// app but one that it or this person runs. Of two that take one name at once, the second waits for the first.
pub(super) fn has_own_name<'a>(
    steps: Steps<'a>,
    name: &str,
    organization: Locator,
    person: Subject,
) -> Steps<'a> {
    let looks = skeleton(name);
    is_own_name(lock_name(steps, &looks), &looks, organization, person)
}

/// The same, for whoever holds the lock of the name.
pub(super) fn is_own_name<'a>(
    steps: Steps<'a>,
    looks: &str,
    organization: Locator,
    person: Subject,
) -> Steps<'a> {
    steps
        .exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM organizations WHERE skeleton = $1 AND id <> $2)",
            values![looks.to_owned(), organization],
        )
        .exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM clients WHERE skeleton = $1 AND NOT test \
             AND deleted_at IS NULL AND introduction = '' \
             AND (CASE WHEN organization IS NULL THEN owner <> $2 ELSE organization <> $3 END))",
            values![looks.to_owned(), person, organization],
        )
}

/// Whoever asks for one name at once waits for each other.
pub(super) fn lock_name<'a>(steps: Steps<'a>, looks: &str) -> Steps<'a> {
    let digest = Digest::of(looks.as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    let lock = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    steps.lock("SELECT 1 FROM pg_advisory_xact_lock($1)", values![lock])
}

/// Guards that an owner runs fewer apps than the most. Who is to run two more at once waits: for their own row, or for that
/// of the organization, which was locked before.
pub(super) fn has_room(steps: Steps<'_>, owner: Owner, most: usize, now: UnixTime) -> Steps<'_> {
    let since = now.minus(RESTORABLE);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    match owner {
        Owner::Person(person) => steps
            .lock(
                "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
                values![person],
            )
            .exists(
                "SELECT 1 WHERE (SELECT COUNT(*) FROM clients WHERE owner = $1 AND organization IS NULL \
                 AND live_of IS NULL AND (deleted_at IS NULL OR deleted_at > $2)) < $3",
                values![person, since, most],
            ),
        Owner::Organization(organization) => steps.exists(
            "SELECT 1 WHERE (SELECT COUNT(*) FROM clients WHERE organization = $1 AND live_of IS NULL \
             AND (deleted_at IS NULL OR deleted_at > $2)) < $3",
            values![organization, since, most],
        ),
    }
}

/// Guards that a person may make apps for an organization, and keeps it from ending meanwhile.
fn belongs(steps: Steps<'_>, organization: Locator, person: Subject) -> Steps<'_> {
    steps.guard(
        "UPDATE organizations SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM members \
         WHERE organization = $1 AND subject = $2 AND role <> 'viewer')",
        values![organization, person],
    )
}
