//! The end of an account: who may, what goes with it, and whom a mail tells.

use protocol::Transition;
use protocol::accounts::deletion::{Deleter, DeletionError, DeletionFacts, delete, is_confirmed};
use protocol::events::Event;
use protocol::testing::{Counter, NOW};
use protocol::transition::{AccountChange, Deletion};
use protocol::types::{ClientRowId, Language, Locator, Organization, Person};

fn ada(proved: bool) -> Person {
    Person {
        email: "ada@example.com".to_owned(),
        verified_at: proved.then_some(NOW),
        ..Person::for_tests()
    }
}

fn nothing() -> DeletionFacts {
    DeletionFacts {
        apps: Vec::new(),
        left_without_owner: Vec::new(),
    }
}

fn ended(
    person: &Person,
    facts: DeletionFacts,
    by: Deleter,
    told: Option<Option<Language>>,
) -> (Transition, Deletion) {
    let mint = Counter::starting_at(NOW);
    let change = delete(person, facts, by, told, &mint).expect("nothing is in the way");
    let Transition::Account(AccountChange::Delete(deletion)) = &change else {
        panic!("{change:?}");
    };
    let deletion = Deletion::clone(deletion);
    (change, deletion)
}

#[test]
fn a_person_has_proved_the_password_and_an_operator_needs_none() {
    let facts = DeletionFacts {
        apps: vec![ClientRowId(7)],
        ..nothing()
    };
    let person = ada(true);
    let (change, deletion) = ended(&person, facts, Deleter::Person, None);
    assert_eq!(deletion.proved, Some(person.password.clone()));
    assert_eq!(deletion.apps, [ClientRowId(7)]);
    assert!(deletion.not_before >= Locator::first_at(NOW));
    let event = change.event().expect("it is told");
    assert_eq!(event.event, Event::UserDeleted);
    assert_eq!(event.subject, Some(person.subject));
    let (_, deletion) = ended(&person, nothing(), Deleter::Operator, None);
    assert_eq!(deletion.proved, None);
    assert_eq!(deletion.mailbox.as_deref(), Some("ada@example.com"));
    let (_, deletion) = ended(&ada(false), nothing(), Deleter::Person, None);
    assert_eq!(deletion.mailbox, None, "it may be a stranger's");
}

#[test]
fn the_last_owner_of_an_organization_stays() {
    let facts = DeletionFacts {
        left_without_owner: vec![Organization {
            logo: None,
            external_id: None,
            second_factor: false,
            id: Locator(1),
            version: 1,
            name: "Ours".to_owned(),
            created_at: NOW,
        }],
        ..nothing()
    };
    let mint = Counter::starting_at(NOW);
    for by in [Deleter::Person, Deleter::Operator] {
        let refused = delete(&ada(true), facts.clone(), by, None, &mint);
        assert_eq!(refused.err(), Some(DeletionError::LastOwner));
    }
}

#[test]
fn a_proved_address_hears_of_it_in_the_language_that_was_chosen() {
    let german = Some(Some(Language::German));
    let told = |proved: bool, told| {
        let (change, _) = ended(&ada(proved), nothing(), Deleter::Person, told);
        let messages = change.messages();
        messages.first().map(|one| one.payload().to_owned())
    };
    let payload = told(true, german).expect("a mail");
    assert_eq!(payload, r#"{"to":"ada@example.com","language":"de"}"#);
    assert_eq!(told(true, None), None, "no mail is sent here");
    assert_eq!(
        told(false, german),
        None,
        "somebody else's, for all we know"
    );
}

#[test]
fn whoever_deletes_an_account_types_its_address() {
    let person = ada(true);
    for (typed, confirmed) in [
        ("ada@example.com", true),
        ("ADA@Example.com", true),
        ("eve@example.com", false),
        ("", false),
    ] {
        assert_eq!(is_confirmed(&person, typed), confirmed, "{typed}");
    }
}
