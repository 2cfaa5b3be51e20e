use super::*;
use crate::testing::{Counter, NOW};

fn mint() -> Counter {
    Counter::starting_at(NOW)
}

fn person(subject: i64, email: &str) -> Person {
    Person {
        subject: Subject(subject),
        email: email.to_owned(),
        verified_at: Some(NOW),
        ..Person::for_tests()
    }
}

fn member(subject: i64, role: Role) -> Member {
    Member {
        subject: Subject(subject),
        email: format!("person-{subject}@example.com"),
        name: "A person".to_owned(),
        role,
        since: NOW,
    }
}

fn facts(members: &[(i64, Role)]) -> OrganizationFacts {
    OrganizationFacts {
        organization: Organization {
            logo: None,
            external_id: None,
            second_factor: false,
            id: Locator(5),
            version: 3,
            name: "Acme".to_owned(),
            created_at: NOW,
        },
        members: members
            .iter()
            .map(|(subject, role)| member(*subject, *role))
            .collect(),
        invitations: Vec::new(),
        apps: 0,
    }
}

fn seat(facts: &OrganizationFacts, subject: i64) -> Seat {
    Seat::of(Some(facts.clone()), &person(subject, "x@example.com")).unwrap()
}

#[test]
fn to_whoever_does_not_belong_to_it_an_organization_is_not_there() {
    let facts = facts(&[(1, Role::Owner)]);
    assert!(Seat::of(Some(facts), &person(2, "x@example.com")).is_none());
    assert!(Seat::of(None, &person(1, "x@example.com")).is_none());
}

#[test]
fn only_owners_change_it() {
    let facts = facts(&[(1, Role::Owner), (2, Role::Developer), (3, Role::Viewer)]);
    for subject in [2, 3] {
        let seat = seat(&facts, subject);
        let invited = seat.invite("new@example.com", Role::Viewer, true, NOW, &mint());
        let refused = [
            seat.rename("Other", Naming::default()).map(drop),
            seat.require_second_factor(true, true).map(drop),
            invited.map(drop),
            seat.withdraw(Locator(1)).map(drop),
            seat.set_role(Subject(subject), Role::Owner).map(drop),
            seat.remove(Subject(1), &mint()).map(drop),
            seat.dissolve(&mint()).map(drop),
        ];
        for refusal in refused {
            assert_eq!(refusal.unwrap_err(), OrganizationError::ForOwners);
        }
        assert!(
            seat.remove(Subject(subject), &mint()).is_ok(),
            "anybody may leave"
        );
    }
}

#[test]
fn it_always_has_an_owner() {
    let one = facts(&[(1, Role::Owner), (2, Role::Developer)]);
    let alone = seat(&one, 1);
    let last = Some(OrganizationError::LastOwner);
    assert_eq!(alone.remove(Subject(1), &mint()).err(), last);
    assert_eq!(alone.set_role(Subject(1), Role::Viewer).err(), last);
    assert!(alone.set_role(Subject(2), Role::Owner).unwrap().is_some());
    let two = facts(&[(1, Role::Owner), (2, Role::Owner)]);
    assert!(seat(&two, 1).remove(Subject(1), &mint()).is_ok());
    assert!(seat(&two, 1).remove(Subject(2), &mint()).is_ok());
    assert!(
        seat(&two, 1)
            .set_role(Subject(1), Role::Owner)
            .unwrap()
            .is_none()
    );
    let unknown = Some(OrganizationError::Unknown);
    assert_eq!(seat(&two, 1).remove(Subject(9), &mint()).err(), unknown);
}

#[test]
fn an_invitation_is_for_whoever_proved_its_address() {
    let facts = facts(&[(1, Role::Owner)]);
    let change = seat(&facts, 1).invite("Bob@Example.com", Role::Developer, true, NOW, &mint());
    let OrganizationChange::Invite {
        invitation, mail, ..
    } = change.unwrap()
    else {
        panic!("it is an invitation");
    };
    assert!(mail.is_some());
    let bob = person(2, "bob@example.com");
    assert!(accept(&invitation, &bob, 1, NOW).is_ok());
    assert!(decline(&invitation, &bob).is_ok());
    let unproved = Person {
        verified_at: None,
        ..bob.clone()
    };
    let test_user = Person {
        test_app: Some(crate::types::ClientRowId(1)),
        ..bob.clone()
    };
    for other in [unproved, test_user, person(3, "eve@example.com")] {
        let refused = accept(&invitation, &other, 1, NOW).unwrap_err();
        assert_eq!(refused, OrganizationError::Unknown);
        assert_eq!(decline(&invitation, &other).unwrap_err(), refused);
    }
    let late = accept(&invitation, &bob, 1, invitation.expires_at);
    assert_eq!(late.unwrap_err(), OrganizationError::Unknown);
    let full = accept(&invitation, &bob, MAX_MEMBERS, NOW);
    assert_eq!(full.unwrap_err(), OrganizationError::Full);
}

#[test]
fn who_is_invited_is_looked_at() {
    let mut facts = facts(&[(1, Role::Owner)]);
    let invite = |facts: &OrganizationFacts, email: &str| {
        seat(facts, 1)
            .invite(email, Role::Viewer, false, NOW, &mint())
            .map(drop)
    };
    assert_eq!(invite(&facts, "no address"), Err(OrganizationError::Email));
    let own = invite(&facts, "PERSON-1@example.com");
    assert_eq!(own, Err(OrganizationError::Member));
    for number in 0..MAX_INVITATIONS {
        facts.invitations.push(Invitation {
            id: Locator(number as i64),
            organization: facts.organization.id,
            email: MailAddress::parse(&format!("guest-{number}@example.com")).unwrap(),
            role: Role::Viewer,
            invited_by: Subject(1),
            created_at: NOW,
            expires_at: UnixTime(NOW.0 + 1),
        });
    }
    assert_eq!(
        invite(&facts, "new@example.com"),
        Err(OrganizationError::Full)
    );
    assert_eq!(
        invite(&facts, "guest-1@example.com"),
        Ok(()),
        "it is renewed"
    );
}

#[test]
fn what_runs_apps_does_not_end() {
    let mut facts = facts(&[(1, Role::Owner)]);
    assert!(seat(&facts, 1).dissolve(&mint()).is_ok());
    facts.apps = 1;
    let refused = seat(&facts, 1).dissolve(&mint()).unwrap_err();
    assert_eq!(refused, OrganizationError::HasApps);
}

fn founding(name: &str) -> Founding<'_> {
    Founding {
        name,
        naming: Naming {
            provider: "Acme Tasks",
            namesake: false,
        },
        belongs_to: 0,
        form: "once",
    }
}

#[test]
fn a_name_can_be_seen_and_the_founder_is_known() {
    let ada = person(1, "ada@example.com");
    for name in ["", "   ", "a\u{202e}b", &"x".repeat(81)] {
        let refused = found(founding(name), &ada, NOW, &mint()).unwrap_err();
        assert_eq!(refused, OrganizationError::Name, "{name:?}");
    }
    let unproved = Person {
        verified_at: None,
        ..ada.clone()
    };
    let refused = found(founding("Acme"), &unproved, NOW, &mint()).unwrap_err();
    assert_eq!(refused, OrganizationError::Unproved);
    let many = Founding {
        belongs_to: MAX_FOUNDED,
        ..founding("Acme")
    };
    let full = found(many, &ada, NOW, &mint()).unwrap_err();
    assert_eq!(full, OrganizationError::Full);
    assert!(found(founding("  Acme "), &ada, NOW, &mint()).is_ok());
}

#[test]
fn no_organization_passes_for_the_provider_or_for_another() {
    let ada = person(1, "ada@example.com");
    let facts = facts(&[(1, Role::Owner)]);
    let admin = Person {
        admin: true,
        ..ada.clone()
    };
    let taken = Naming {
        provider: "Acme Tasks",
        namesake: true,
    };
    let both = |name: &str, naming: Naming<'_>, person: &Person| {
        let wanted = Founding {
            naming,
            ..founding(name)
        };
        let seat = Seat::of(Some(facts.clone()), person).unwrap();
        let founded = found(wanted, person, NOW, &mint()).map(drop);
        assert_eq!(founded, seat.rename(name, naming).map(drop), "{name}");
        founded
    };
    let free = founding("").naming;
    for name in [
        "Acme Tasks",
        "аcme tаsks",
        "ACME-TASKS Official",
        "Acme Tasks Security Team",
    ] {
        assert_eq!(
            both(name, free, &ada),
            Err(OrganizationError::ProvidersName)
        );
        assert_eq!(both(name, free, &admin), Ok(()), "they answer for it");
    }
    let namesake = both("Board Makers", taken, &ada);
    assert_eq!(namesake, Err(OrganizationError::TakenName));
    assert_eq!(both("Board Makers for Acme Tasks", free, &ada), Ok(()));
    // Another spelling of its own name is not taken from anybody.
    let spelled = seat(&facts, 1).rename("ACME", taken).unwrap();
    assert!(
        matches!(
            spelled,
            Some(OrganizationChange::Rename { taken_by: None, .. })
        ),
        "{spelled:?}"
    );
}

#[test]
fn owners_say_whether_members_need_a_second_factor_once_they_have_one() {
    let mut facts = facts(&[(1, Role::Owner)]);
    let own = seat(&facts, 1);
    let refused = own.require_second_factor(true, false);
    assert_eq!(refused.unwrap_err(), OrganizationError::SecondFactor);
    let change = own.require_second_factor(true, true).unwrap();
    assert!(
        matches!(
            &change,
            Some(OrganizationChange::RequireSecondFactor { required: true, .. })
        ),
        "{change:?}"
    );
    assert!(own.require_second_factor(false, false).unwrap().is_none());
    facts.organization.second_factor = true;
    assert!(!facts.organization.lets_act(false) && facts.organization.lets_act(true));
    let own = seat(&facts, 1);
    assert!(own.require_second_factor(true, true).unwrap().is_none());
    let change = own.require_second_factor(false, true).unwrap();
    assert!(
        matches!(
            &change,
            Some(OrganizationChange::RequireSecondFactor {
                required: false,
                ..
            })
        ),
        "{change:?}"
    );
    facts.organization.external_id = Some("o-1".to_owned());
    let refused = seat(&facts, 1).require_second_factor(true, true);
    assert_eq!(refused.unwrap_err(), OrganizationError::OfCompany);
}
