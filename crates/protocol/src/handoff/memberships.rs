//! The company's organizations that a person belongs to: what it says of them, and what that changes here.
use super::reading::{AnswerFault, called, flag, id_fault, knows, missing, text};
use crate::decision::Mint;
use crate::organizations::MAX_NAME;
use crate::transition::OrganizationChange;
use crate::types::{End, Locator, Membership, Organization, Role, Subject, UnixTime};
use jose::Digest;
use jose::json::Object;
use serde_json::Value;
use std::collections::BTreeSet;

/// The most organizations that a person belongs to there.
const MOST: usize = 50;

/// That a person belongs to an organization of the company's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalMembership {
    /// The company's id of it, which apps and APIs are told.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What they may do with its apps here.
    pub role: Role,
    /// Whether its members act for it only after a sign-in with a second factor; `None`: it does not say.
    pub second_factor: Option<bool>,
}

/// Reads `organizations` of a person.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn memberships(user: &Object) -> Result<Option<Vec<ExternalMembership>>, AnswerFault> {
    const AT: &str = "/user/organizations";
    let list = match user.get("organizations") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) if list.len() <= MOST => list,
        Some(_) => {
            let what = format!("this is not a list of at most {MOST} organizations");
            return Err(AnswerFault::at(AT, what));
        }
    };
    let each = list.iter().enumerate();
    let all = each.map(|(number, one)| membership(one, &format!("{AT}/{number}")));
    let all: Vec<ExternalMembership> = all.collect::<Result<_, _>>()?;
    let mut ids = BTreeSet::new();
    match all.iter().position(|one| !ids.insert(one.id.as_str())) {
        Some(twice) => {
            let what = "this is the id of one that is listed before";
            Err(AnswerFault::at(&format!("{AT}/{twice}/id"), what))
        }
        None => Ok(Some(all)),
    }
}

fn membership(one: &Value, at: &str) -> Result<ExternalMembership, AnswerFault> {
    let Value::Object(one) = one else {
        return Err(AnswerFault::at(at, "this is not an object"));
    };
    knows(one, at, &["id", "name", "role", "second_factor"])?;
    let place = format!("{at}/id");
    let id = text(one, at, "id")?.ok_or_else(|| missing(&place))?;
    if let Some(what) = id_fault(id) {
        return Err(AnswerFault::at(&place, what));
    }
    let name = text(one, at, "name")?.unwrap_or_default();
    let role = text(one, at, "role")?.map_or(Some(Role::Viewer), Role::parse);
    let role = role.ok_or_else(|| {
        let names = Role::ALL.map(Role::as_str).join(", ");
        AnswerFault::at(&format!("{at}/role"), format!("write one of {names}"))
    })?;
    Ok(ExternalMembership {
        id: id.to_owned(),
        name: called(name, id, MAX_NAME),
        role,
        second_factor: match one.contains_key("second_factor") {
            true => Some(flag(one, at, "second_factor")?),
            false => None,
        },
    })
}

/// What is known here of the organizations of a person whom the company tells of.
#[derive(Debug, Clone, Default)]
pub struct MembershipFacts {
    /// Every organization that they belong to, those founded here too.
    pub own: Vec<Membership>,
    /// Those of the company's that it names, as far as they are here.
    pub named: Vec<Organization>,
}

/// The next change after which what is here is more like what the company says; `None`: it is just that. Each rests on what
/// was read, so that they are asked for and settled one after the other.
pub fn next_change<M: Mint>(
    subject: Subject,
    said: &[ExternalMembership],
    facts: &MembershipFacts,
    now: UnixTime,
    mint: &M,
) -> Option<OrganizationChange> {
    let mut each = said.iter();
    each.find_map(|own| toward(subject, own, facts, now, mint))
        .or_else(|| {
            let left = facts.own.iter().map(|own| &own.organization).find(|own| {
                let id = own.external_id.as_deref();
                id.is_some_and(|id| said.iter().all(|said| said.id != id))
            });
            Some(OrganizationChange::Remove {
                before: left?.clone(),
                subject,
                end: End(mint.locator()),
            })
        })
}

/// Toward one that they belong to.
fn toward<M: Mint>(
    subject: Subject,
    said: &ExternalMembership,
    facts: &MembershipFacts,
    now: UnixTime,
    mint: &M,
) -> Option<OrganizationChange> {
    let is_it = |own: &&Organization| own.external_id.as_deref() == Some(&said.id);
    let Some(here) = facts.named.iter().find(is_it) else {
        return Some(OrganizationChange::Mirror {
            organization: Organization {
                logo: None,
                id: mint.locator(),
                version: 1,
                name: said.name.clone(),
                created_at: now,
                external_id: Some(said.id.clone()),
                second_factor: said.second_factor == Some(true),
            },
            once: Digest::of(format!("of the company: {}", said.id).as_bytes()),
        });
    };
    let before = here.clone();
    if here.name != said.name {
        let name = said.name.clone();
        return Some(OrganizationChange::Rename {
            before,
            name,
            taken_by: None,
        });
    }
    if let Some(required) = said.second_factor.filter(|own| *own != here.second_factor) {
        return Some(OrganizationChange::RequireSecondFactor { before, required });
    }
    let role = said.role;
    match role_in(&facts.own, here.id) {
        Some(own) if own == role => None,
        Some(_) => Some(OrganizationChange::SetRole {
            before,
            subject,
            role,
        }),
        None => Some(OrganizationChange::Admit {
            before,
            subject,
            role,
        }),
    }
}

fn role_in(own: &[Membership], organization: Locator) -> Option<Role> {
    let mut own = own.iter();
    let found = own.find(|own| own.organization.id == organization);
    found.map(|own| own.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;
    use serde_json::json;

    fn of(organizations: Value) -> Result<Option<Vec<ExternalMembership>>, String> {
        let user = json!({ "organizations": organizations });
        let Value::Object(user) = user else {
            unreachable!("it is an object")
        };
        memberships(&user).map_err(|fault| fault.pointer)
    }

    #[test]
    fn what_the_company_says_is_read() {
        assert_eq!(of(Value::Null), Ok(None));
        assert_eq!(of(json!([])), Ok(Some(Vec::new())));
        let said = of(json!([
            { "id": "o-1", "name": "Acme", "role": "owner" },
            { "id": "o-2", "name": "\u{202e}emcA" },
            { "id": "o-3" },
        ]));
        let said = said.unwrap().unwrap();
        let told: Vec<_> = said
            .iter()
            .map(|one| (one.id.as_str(), one.name.as_str(), one.role))
            .collect();
        assert_eq!(
            told,
            [
                ("o-1", "Acme", Role::Owner),
                ("o-2", "emcA", Role::Viewer),
                ("o-3", "o-3", Role::Viewer),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let at = "/user/organizations";
        for (said, place) in [
            (json!({}), ""),
            (json!("o-1"), ""),
            (json!(vec![json!({ "id": "o" }); MOST + 1]), ""),
            (json!(["o-1"]), "/0"),
            (json!([{ "name": "Acme" }]), "/0/id"),
            (json!([{ "id": "" }]), "/0/id"),
            (json!([{ "id": "local:1" }]), "/0/id"),
            (json!([{ "id": "o-1" }, { "id": "o-1" }]), "/1/id"),
            (json!([{ "id": "o-1", "role": "admin" }]), "/0/role"),
            (json!([{ "id": "o-1", "role": 1 }]), "/0/role"),
            (json!([{ "id": "o-1", "title": "x" }]), "/0/title"),
            (
                json!([{ "id": "o-1", "second_factor": "yes" }]),
                "/0/second_factor",
            ),
        ] {
            assert_eq!(of(said.clone()), Err(format!("{at}{place}")), "{said}");
        }
    }

    fn here(id: i64, external_id: Option<&str>, name: &str) -> Organization {
        Organization {
            logo: None,
            id: Locator(id),
            version: 3,
            name: name.to_owned(),
            created_at: UnixTime(5),
            external_id: external_id.map(str::to_owned),
            second_factor: false,
        }
    }

    fn next(said: &Value, facts: &MembershipFacts) -> Option<OrganizationChange> {
        let said = of(said.clone()).unwrap().unwrap();
        next_change(
            Subject(7),
            &said,
            facts,
            UnixTime(9),
            &Counter::starting_at(UnixTime(9)),
        )
    }

    #[test]
    fn step_by_step_it_becomes_what_the_company_says() {
        let said = json!([{ "id": "o-1", "name": "Acme", "role": "developer" }]);
        let mut facts = MembershipFacts::default();
        let change = next(&said, &facts);
        assert!(
            matches!(&change, Some(OrganizationChange::Mirror { organization, .. }) if organization.external_id.as_deref() == Some("o-1")),
            "{change:?}"
        );
        facts.named = vec![here(1, Some("o-1"), "Acme of before")];
        let change = next(&said, &facts);
        assert!(
            matches!(&change, Some(OrganizationChange::Rename { name, .. }) if name == "Acme"),
            "{change:?}"
        );
        let own = here(1, Some("o-1"), "Acme");
        facts.named = vec![own.clone()];
        for required in [true, false] {
            let said = json!([{ "id": "o-1", "name": "Acme", "second_factor": required }]);
            let change = next(&said, &facts);
            let changes = matches!(
                &change,
                Some(OrganizationChange::RequireSecondFactor { required: true, .. })
            );
            assert_eq!(changes, required, "{change:?}");
        }
        let change = next(&said, &facts);
        let admits = Some(Role::Developer);
        assert!(
            matches!(&change, Some(OrganizationChange::Admit { role, .. }) if Some(*role) == admits),
            "{change:?}"
        );
        let seat = |organization: &Organization, role| Membership {
            organization: organization.clone(),
            role,
        };
        facts.own = vec![seat(&own, Role::Owner)];
        let change = next(&said, &facts);
        assert!(
            matches!(&change, Some(OrganizationChange::SetRole { role, .. }) if Some(*role) == admits),
            "{change:?}"
        );
        facts.own = vec![seat(&own, Role::Developer)];
        assert!(next(&said, &facts).is_none());
    }

    #[test]
    fn what_the_company_does_not_name_is_left_and_what_is_of_here_stays() {
        let (gone, founded) = (here(1, Some("o-1"), "Acme"), here(2, None, "Club"));
        let facts = MembershipFacts {
            own: [&founded, &gone]
                .map(|organization| Membership {
                    organization: organization.clone(),
                    role: Role::Owner,
                })
                .to_vec(),
            named: Vec::new(),
        };
        let change = next(&json!([]), &facts);
        assert!(
            matches!(&change, Some(OrganizationChange::Remove { before, .. }) if before.id == gone.id),
            "{change:?}"
        );
        let facts = MembershipFacts {
            own: facts.own[..1].to_vec(),
            ..facts
        };
        assert!(next(&json!([]), &facts).is_none());
    }
}
