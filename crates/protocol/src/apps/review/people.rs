//! Whom an app that was not reviewed may meet, where others are reviewed.
use crate::apps::role_of;
use crate::facts::ConsentFacts;
use crate::introduce::is_unverified;
use crate::policy::{Policy, Registration};
use crate::types::{Client, ClientStatus, Person, Role, Side};

/// What people are told of an app that was not reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// It waits for its review, and they run it.
    Draft,
    /// Others are reviewed here, and it was not.
    Unreviewed,
    /// It introduced itself, and nobody vouches for it.
    Introduced,
}

/// What whoever may allow this app is told of it; `None` where nothing is to be told.
pub fn caution(client: &Client, policy: &Policy) -> Option<Caution> {
    if is_unverified(client, policy) {
        return Some(Caution::Introduced);
    }
    match (client.is_draft(), people_cap(client, policy)) {
        (true, _) => Some(Caution::Draft),
        (false, Some(_)) => Some(Caution::Unreviewed),
        (false, None) => None,
    }
}

/// How many people may allow this app; `None`: as many as like.
pub fn people_cap(client: &Client, policy: &Policy) -> Option<usize> {
    let unreviewed = policy.registration == Registration::Review && client.reviewed_at.is_none();
    let active = client.status == ClientStatus::Active && client.side == Side::Live;
    // One that introduced itself is nobody's, so nobody could ask for its review.
    let counts = !client.documented && client.introduction.is_none();
    (unreviewed && active && counts).then_some(policy.unreviewed_people)
}

/// Whether this person may allow the app something, when so many people have. Whoever runs it may, and whoever has
/// before; `role`: theirs in the organization that does.
pub fn has_room(
    client: &Client,
    person: &Person,
    role: Option<Role>,
    before: &ConsentFacts,
    people: usize,
    policy: &Policy,
) -> bool {
    let has_before = before.as_ref();
    let has_before = has_before.is_some_and(|before| before.subject == person.subject);
    let is_one = has_before || role_of(client, person, role).is_some();
    people_cap(client, policy).is_none_or(|cap| is_one || people < cap)
}
