//! Who owes a second factor, and when.
use super::SecondFactors;
use crate::policy::{Policy, ScopeEntry, SecondFactorRule};
use crate::types::{Person, Scope};

/// What a person owes after their password was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// Nothing: the session begins.
    Nothing,
    /// Their second factor.
    Proof,
    /// To set one up first, because nobody signs in without.
    SetUp,
}

impl Owed {
    /// What of it is owed by a person who has this.
    pub fn by(person: &Person, has: &SecondFactors, policy: &Policy) -> Self {
        match has.is_none() {
            false => Owed::Proof,
            true if needs(person, policy) => Owed::SetUp,
            true => Owed::Nothing,
        }
    }
}

/// Whether this person signs in with a second factor of this server only. Those whom the company's own login knows prove one
/// there.
pub fn needs(person: &Person, policy: &Policy) -> bool {
    person.external_id.is_none() && begins_with_one(person, policy)
}

/// Whether this person's sessions begin with a second factor only, of this server or of the company's own login. Test users try
/// an app.
pub fn begins_with_one(person: &Person, policy: &Policy) -> bool {
    policy.everybody_needs_second_factor() && person.test_app.is_none()
}

impl Policy {
    /// Whether nobody signs in without a second factor.
    pub fn everybody_needs_second_factor(&self) -> bool {
        self.accounts.second_factor == SecondFactorRule::Required
    }

    /// Whether this person may allow this scope only after a sign-in with a second factor. On the test side it is tried
    /// without.
    pub fn person_needs_second_factor(&self, person: &Person, scope: &Scope) -> bool {
        person.test_app.is_none() && self.scope_needs_second_factor(scope)
    }

    /// Whether a scope is allowed only after a sign-in with a second factor.
    pub fn scope_needs_second_factor(&self, scope: &Scope) -> bool {
        let restricted = self.accounts.second_factor != SecondFactorRule::Optional;
        let needs = |entry: &ScopeEntry| {
            (entry.second_factor || (restricted && entry.restricted)) && scope.contains(&entry.name)
        };
        self.scopes.iter().any(needs)
    }
}
