//! Handing an app over to another owner, who must accept it.
use super::{ManagedApp, secrets::DEFAULT_OVERLAP};
use crate::decision::Mint;
use crate::organizations::invitations_of;
use crate::outbox::{Message, TransferMail};
use crate::policy::Policy;
use crate::register::{Neighbours, RegistrationError, check_imitation, check_room, most_apps};
use crate::transition::{AppChange, TransferChange, Transition};
use crate::types::{
    Client, Lifetime, Membership, Owner, Person, Receiver, Role, Side, Transfer, UnixTime,
};

/// How long an offer holds.
pub const OFFER: Lifetime = Lifetime::from_days(7);

/// Why an app is not handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferError {
    /// Those hand it over who could delete it.
    ForOwners,
    /// It is the test side of an app, and goes with that one.
    TestSide,
    /// Whoever is to have it runs it already.
    Same,
    /// There is no such offer, or it has come to its end.
    Unknown,
    /// Its new owner could not give it the name that it has: somebody else's, the provider's, or one that claims a review.
    Name(RegistrationError),
    /// Its new owner runs as many apps as they may.
    Full(RegistrationError),
}

/// Whoever answers an offer, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct Accepter<'a> {
    /// Who it is.
    pub person: &'a Person,
    /// Where they belong.
    pub memberships: &'a [Membership],
    /// Whether somebody but the new owner is called as the app is, and how many apps the new owner runs.
    pub neighbours: Neighbours,
}

/// Offers an app. `mails`: whether mail is sent here.
///
/// # Errors
/// Why not.
pub fn offer<M: Mint>(
    managed: &ManagedApp,
    by: &Person,
    to: Receiver,
    mails: bool,
    now: UnixTime,
    mint: &M,
) -> Result<Transition, TransferError> {
    if !managed.may(Role::Owner) {
        return Err(TransferError::ForOwners);
    }
    let client = managed.client();
    if client.live_of.is_some() {
        return Err(TransferError::TestSide);
    }
    let same = match (&to, client.organization) {
        (Receiver::Organization(to), organization) => organization == Some(*to),
        (Receiver::Address(to), None) => invitations_of(by) == Some(to.key()),
        (Receiver::Address(_), Some(_)) => false,
    };
    if same {
        return Err(TransferError::Same);
    }
    let transfer = Transfer {
        id: mint.locator(),
        client: client.no,
        to,
        offered_by: by.subject,
        created_at: now,
        expires_at: now.plus(OFFER),
    };
    let mail = match &transfer.to {
        Receiver::Address(to) if mails => {
            let (to, transfer) = (to.clone(), transfer.id.0);
            Some(Message::new(&TransferMail { to, transfer }, mint))
        }
        Receiver::Address(_) | Receiver::Organization(_) => None,
    };
    Ok(Transition::App(AppChange::Transfer(
        TransferChange::Offer {
            version: client.version,
            transfer: Box::new(transfer),
            mail,
        },
    )))
}

/// Takes an offer back.
///
/// # Errors
/// Why not.
pub fn withdraw(managed: &ManagedApp, transfer: &Transfer) -> Result<Transition, TransferError> {
    match managed.may(Role::Owner) && transfer.client == managed.client().no {
        true => Ok(end(transfer)),
        false => Err(TransferError::ForOwners),
    }
}

/// Accepts an offer: its secrets end after the usual overlap, and the new owner makes others. It is judged as an
/// app which they register: by its name, and by how many they run.
///
/// # Errors
/// That there is no such offer, for anybody whom it was not made to; what is wrong with its name; that they run as many
/// apps as they may. The offer stays open.
pub fn accept<M: Mint>(
    client: &Client,
    transfer: &Transfer,
    by: Accepter<'_>,
    (policy, now, mint): (&Policy, UnixTime, &M),
) -> Result<Transition, TransferError> {
    let person = by.person;
    let to = received(transfer, person, by.memberships).ok_or(TransferError::Unknown)?;
    if now >= transfer.expires_at || client.no != transfer.client {
        return Err(TransferError::Unknown);
    }
    // Nobody but its own test users meets an app of the test side, and administrators answer for names.
    let bound = client.side == Side::Live && !person.admin;
    if bound {
        check_imitation(&client.name, by.neighbours.namesake, policy)
            .map_err(TransferError::Name)?;
    }
    let most = most_apps(matches!(to, Owner::Organization(_)), policy);
    check_room(by.neighbours.own, most).map_err(TransferError::Full)?;
    let overlap = Lifetime::from_minutes(DEFAULT_OVERLAP * 60);
    Ok(Transition::App(AppChange::Transfer(
        TransferChange::Accept {
            transfer: Box::new(transfer.clone()),
            version: client.version,
            to,
            accepted_by: person.subject,
            own_name: bound.then(|| client.name.clone()),
            most,
            secrets_end: now.plus(overlap),
            not_before: mint.locator(),
        },
    )))
}

/// Declines an offer.
///
/// # Errors
/// That there is no such offer, for anybody whom it was not made to.
pub fn decline(
    transfer: &Transfer,
    person: &Person,
    memberships: &[Membership],
) -> Result<Transition, TransferError> {
    received(transfer, person, memberships)
        .map(|_| end(transfer))
        .ok_or(TransferError::Unknown)
}

/// As whom a person would receive it.
fn received(transfer: &Transfer, person: &Person, memberships: &[Membership]) -> Option<Owner> {
    match &transfer.to {
        Receiver::Address(to) => {
            (invitations_of(person)? == to.key()).then_some(Owner::Person(person.subject))
        }
        Receiver::Organization(to) => {
            let own = memberships.iter().find(|of| of.organization.id == *to)?;
            (own.role == Role::Owner).then_some(Owner::Organization(*to))
        }
    }
}

fn end(transfer: &Transfer) -> Transition {
    Transition::App(AppChange::Transfer(TransferChange::End {
        transfer: transfer.id,
        client: transfer.client,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::AppBounds;
    use crate::register::Field;
    use crate::testing::{Counter, NOW};
    use crate::types::{Locator, MailAddress, Organization, Subject};
    use std::sync::Arc;

    fn address(text: &str) -> Receiver {
        Receiver::Address(MailAddress::parse(text).unwrap())
    }

    fn person(subject: i64, email: &str) -> Person {
        Person {
            subject: Subject(subject),
            email: email.to_owned(),
            verified_at: Some(NOW),
            ..Person::for_tests()
        }
    }

    fn offered(to: Receiver) -> (Client, Transfer) {
        let client = Client::for_tests();
        let owner = person(client.owner.0, "ada@example.com");
        let managed = ManagedApp::of(Some(Arc::new(client.clone())), &owner, None).unwrap();
        let mint = Counter::starting_at(NOW);
        let change = offer(&managed, &owner, to, true, NOW, &mint).unwrap();
        let Transition::App(AppChange::Transfer(TransferChange::Offer { transfer, mail, .. })) =
            change
        else {
            panic!("{change:?}");
        };
        assert_eq!(mail.is_some(), matches!(transfer.to, Receiver::Address(_)));
        (client, *transfer)
    }

    fn taken(
        client: &Client,
        transfer: &Transfer,
        (person, memberships): (&Person, &[Membership]),
        now: UnixTime,
    ) -> Result<Transition, TransferError> {
        let by = Accepter {
            person,
            memberships,
            neighbours: Neighbours::default(),
        };
        let mint = Counter::starting_at(NOW);
        accept(client, transfer, by, (&Policy::for_tests(), now, &mint))
    }

    #[test]
    fn its_name_is_judged_as_that_of_an_app_which_they_register() {
        let (client, transfer) = offered(address("bob@example.com"));
        let policy = Policy::for_tests();
        let provider = policy.apps.provider.clone();
        let bob = person(8, "bob@example.com");
        let admin = Person {
            admin: true,
            ..bob.clone()
        };
        let judged = |person: &Person, name: &str, side, namesake| {
            let client = Client {
                name: name.to_owned(),
                side,
                ..client.clone()
            };
            let by = Accepter {
                person,
                memberships: &[],
                neighbours: Neighbours { namesake, own: 0 },
            };
            let mint = Counter::starting_at(NOW);
            match accept(&client, &transfer, by, (&policy, NOW, &mint)) {
                Ok(Transition::App(AppChange::Transfer(TransferChange::Accept {
                    own_name,
                    ..
                }))) => Ok(own_name),
                Ok(other) => panic!("{other:?}"),
                Err(TransferError::Name(error)) => Err(Some(error.field)),
                Err(_) => Err(None),
            }
        };
        let own = Ok(Some("Board".to_owned()));
        assert_eq!(judged(&bob, "Board", Side::Live, false), own);
        for (name, namesake, field) in [
            ("Board", true, Field::TakenName),
            (&provider, false, Field::ProvidersName),
            ("Board ✓", false, Field::ReviewMark),
        ] {
            let refused = judged(&bob, name, Side::Live, namesake);
            assert_eq!(refused, Err(Some(field)), "{name}");
            assert_eq!(judged(&bob, name, Side::Test, namesake), Ok(None), "{name}");
            assert_eq!(
                judged(&admin, name, Side::Live, namesake),
                Ok(None),
                "{name}"
            );
        }
        // Whom it was not made to is told nothing of its name.
        let eve = person(9, "eve@example.com");
        assert_eq!(judged(&eve, "Board", Side::Live, true), Err(None));
    }

    #[test]
    fn whoever_runs_as_many_apps_as_they_may_takes_over_no_other() {
        let policy = Policy::for_tests();
        let (people, organizations) = (policy.apps.per_person, policy.apps.per_organization);
        let bob = person(8, "bob@example.com");
        let acme = Membership {
            organization: Organization {
                logo: None,
                external_id: None,
                second_factor: false,
                id: Locator(5),
                version: 1,
                name: "Acme".to_owned(),
                created_at: NOW,
            },
            role: Role::Owner,
        };
        let unbound = Policy {
            apps: AppBounds {
                per_person: 0,
                ..policy.apps.clone()
            },
            ..policy.clone()
        };
        let (address, organization) = (
            address("bob@example.com"),
            Receiver::Organization(acme.organization.id),
        );
        for (to, own, policy, guarded) in [
            (&address, people - 1, &policy, Some(people)),
            (&address, people, &policy, None),
            (&organization, people, &policy, Some(organizations)),
            (&organization, organizations, &policy, None),
            (&address, 1 << 20, &unbound, Some(0)),
        ] {
            let (client, transfer) = offered(to.clone());
            let by = Accepter {
                person: &bob,
                memberships: std::slice::from_ref(&acme),
                neighbours: Neighbours {
                    namesake: false,
                    own,
                },
            };
            let mint = Counter::starting_at(NOW);
            let most = match accept(&client, &transfer, by, (policy, NOW, &mint)) {
                Ok(Transition::App(AppChange::Transfer(TransferChange::Accept {
                    most, ..
                }))) => Some(most),
                Ok(other) => panic!("{other:?}"),
                Err(TransferError::Full(error)) => {
                    assert_eq!(error.field, Field::Count);
                    None
                }
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(most, guarded, "{to:?}, {own}");
        }
    }

    #[test]
    fn whoever_proved_the_address_receives_it_and_nobody_else() {
        let (client, transfer) = offered(address("Bob@example.com"));
        let bob = person(8, "bob@example.com");
        let change = taken(&client, &transfer, (&bob, &[]), NOW).unwrap();
        let Transition::App(AppChange::Transfer(TransferChange::Accept {
            to, secrets_end, ..
        })) = change
        else {
            panic!("{change:?}");
        };
        assert_eq!(to, Owner::Person(bob.subject));
        assert_eq!(secrets_end, UnixTime(NOW.0 + 24 * 3_600));
        let unproved = Person {
            verified_at: None,
            ..bob.clone()
        };
        for other in [unproved, person(9, "eve@example.com")] {
            let refused = taken(&client, &transfer, (&other, &[]), NOW);
            assert_eq!(refused.unwrap_err(), TransferError::Unknown);
            assert!(decline(&transfer, &other, &[]).is_err());
        }
        let late = taken(&client, &transfer, (&bob, &[]), transfer.expires_at);
        assert_eq!(late.unwrap_err(), TransferError::Unknown);
    }

    #[test]
    fn an_organization_receives_it_by_an_owner() {
        let organization = Organization {
            logo: None,
            external_id: None,
            second_factor: false,
            id: Locator(5),
            version: 1,
            name: "Acme".to_owned(),
            created_at: NOW,
        };
        let (client, transfer) = offered(Receiver::Organization(organization.id));
        let bob = person(8, "bob@example.com");
        for role in Role::ALL {
            let own = Membership {
                organization: organization.clone(),
                role,
            };
            let accepted = taken(&client, &transfer, (&bob, &[own]), NOW).is_ok();
            assert_eq!(accepted, role == Role::Owner, "{role:?}");
        }
        assert!(taken(&client, &transfer, (&bob, &[]), NOW).is_err());
    }

    #[test]
    fn nobody_is_offered_what_they_have() {
        let client = Arc::new(Client::for_tests());
        let owner = person(client.owner.0, "ada@example.com");
        let managed = ManagedApp::of(Some(client), &owner, None).unwrap();
        let mint = Counter::starting_at(NOW);
        let same = offer(
            &managed,
            &owner,
            address("ADA@example.com"),
            true,
            NOW,
            &mint,
        );
        assert_eq!(same.unwrap_err(), TransferError::Same);
    }
}
