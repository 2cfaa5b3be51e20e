//! What a mailbox proves: which link does what, and whom a mail tells.

use protocol::Transition;
use protocol::accounts::mail_link::{LinkFault, LinkMail, LinkPurpose, MailLink};
use protocol::accounts::mailbox::{
    Mailbox, confirm, join, notice, recover, release, restore, set_name, take_back,
};
use protocol::events::Event;
use protocol::facts::SessionFacts;
use protocol::testing::{Counter, NOW};
use protocol::transition::{AccountChange, AddressChange, ConnectionStep, SessionChange};
use protocol::types::{ClientRowId, Lifetime, Locator, MailAddress, NewPerson, Person, Subject};

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).expect("an address")
}

fn link(purpose: LinkPurpose, email: &str) -> MailLink {
    LinkMail::new(
        purpose,
        &address(email),
        None,
        NOW,
        &Counter::starting_at(NOW),
    )
    .link
}

fn ada(proved: bool) -> Person {
    Person {
        verified_at: proved.then_some(NOW),
        ..Person::for_tests()
    }
}

fn newcomer(email: &str) -> NewPerson {
    NewPerson {
        subject: Some(Subject(9)),
        email: email.to_owned(),
        verified_at: Some(NOW),
        name: "Eve".to_owned(),
        admin: false,
        password: "hash".to_owned(),
        test_app: None,
        external_id: None,
    }
}

#[test]
fn an_account_is_made_by_an_invitation_to_its_own_address() {
    for purpose in LinkPurpose::ALL {
        let invites = [LinkPurpose::SignUp, LinkPurpose::Invitation].contains(&purpose);
        let own = join(
            &link(purpose, "Eve@example.com"),
            newcomer("eve@EXAMPLE.com"),
        );
        assert_eq!(own.is_ok(), invites, "{purpose:?}");
        let another = join(
            &link(purpose, "eve@example.com"),
            newcomer("max@example.com"),
        );
        assert_eq!(another.err(), Some(LinkFault::Unknown), "{purpose:?}");
    }
}

#[test]
fn a_password_is_set_by_who_reads_the_mailbox_and_nothing_of_an_unproved_maker_is_left() {
    let mint = Counter::starting_at(NOW);
    for purpose in LinkPurpose::ALL {
        for (proved, allowed) in [
            (true, purpose == LinkPurpose::Recovery),
            (
                false,
                matches!(
                    purpose,
                    LinkPurpose::Recovery | LinkPurpose::SignUp | LinkPurpose::Invitation
                ),
            ),
        ] {
            let link = link(purpose, "ada@example.com");
            let set = recover(
                &link,
                &ada(proved),
                None,
                ("new".to_owned(), None),
                NOW,
                &mint,
            );
            assert_eq!(set.is_ok(), allowed, "{purpose:?}, proved: {proved}");
            let Ok(set) = set else { continue };
            let Transition::Account(AccountChange::Recover(recovery)) = &set else {
                panic!("{set:?}");
            };
            assert_eq!(recovery.not_before.is_some(), !proved);
            assert_eq!(recovery.link, link.id);
            assert_eq!(
                set.event().map(|told| told.event),
                Some(Event::UserRecovered)
            );
            assert_eq!(set.messages().len(), 1, "the person is told");
        }
        // The account has another address by now.
        let link = link(purpose, "before@example.com");
        let set = recover(
            &link,
            &ada(true),
            None,
            ("new".to_owned(), None),
            NOW,
            &mint,
        );
        assert_eq!(set.err(), Some(LinkFault::Unknown), "{purpose:?}");
    }
}

#[test]
fn a_button_does_what_its_link_was_sent_for() {
    let mint = Counter::starting_at(NOW);
    for purpose in LinkPurpose::ALL {
        let link = MailLink {
            session: Some(Locator(4)),
            client: Some(ClientRowId(3)),
            ..link(purpose, "ada@example.com")
        };
        let done = confirm(&link, Some(&ada(true)), true, NOW, &mint);
        let fits = match (purpose, &done) {
            (
                LinkPurpose::SignUp
                | LinkPurpose::Invitation
                | LinkPurpose::Recovery
                | LinkPurpose::AddressChanged,
                done,
            ) => {
                matches!(done, Err(LinkFault::Unknown))
            }
            (
                LinkPurpose::AddressProof,
                Ok(Transition::Account(AccountChange::Address(change))),
            ) => {
                matches!(change, AddressChange::Prove { link: Some(used), .. } if *used == link.id)
            }
            (
                LinkPurpose::AddressChange,
                Ok(Transition::Account(AccountChange::Address(change))),
            ) => {
                matches!(change, AddressChange::Change { before, notice, .. }
                    if before == "ada@example.com"
                        && notice.as_ref().is_some_and(|mail| mail.link.purpose == LinkPurpose::AddressChanged
                            && mail.link.email == address("ada@example.com")))
            }
            (
                LinkPurpose::PasswordChanged
                | LinkPurpose::NameChanged
                | LinkPurpose::SignInsChanged
                | LinkPurpose::NewDevice
                | LinkPurpose::SecondFactorBegun
                | LinkPurpose::SecondFactorAdded
                | LinkPurpose::SecondFactorRemoved
                | LinkPurpose::PasskeysChanged
                | LinkPurpose::PasskeyCopied
                | LinkPurpose::RecoveryCodeUsed,
                Ok(Transition::Session(change)),
            ) => matches!(
                change,
                SessionChange::EndByLink {
                    session: Some(Locator(4)),
                    subject: Subject(7),
                    ..
                }
            ),
            (LinkPurpose::AppConnected, Ok(Transition::Connection(change))) => {
                (change.key.subject, change.key.client, change.link)
                    == (Subject(7), ClientRowId(3), Some(link.id))
                    && matches!(change.step, ConnectionStep::End(_))
            }
            _ => false,
        };
        assert!(fits, "{purpose:?}: {done:?}");
        assert_eq!(
            confirm(&link, None, true, NOW, &mint).err(),
            Some(LinkFault::Unknown)
        );
    }
}

#[test]
fn what_is_switched_off_or_was_never_proved_is_moved_and_told_of_nothing() {
    let mint = Counter::starting_at(NOW);
    // What has never been proved is told of no change, so that nobody takes back what was never theirs.
    let change = link(LinkPurpose::AddressChange, "eve@example.com");
    let done = confirm(&change, Some(&ada(false)), true, NOW, &mint).expect("it is changed");
    assert_eq!(done.messages().len(), 0);
    // A switched-off account stays as it is.
    let off = Person {
        disabled_at: Some(NOW),
        ..ada(true)
    };
    for purpose in LinkPurpose::ALL {
        let link = link(purpose, "ada@example.com");
        assert!(
            confirm(&link, Some(&off), true, NOW, &mint).is_err(),
            "{purpose:?}"
        );
        assert!(
            recover(&link, &off, None, ("new".to_owned(), None), NOW, &mint).is_err(),
            "{purpose:?}"
        );
        assert!(
            restore(&link, &off, ("new".to_owned(), false), NOW, &mint).is_err(),
            "{purpose:?}"
        );
        let undone = restore(&link, &ada(true), ("new".to_owned(), false), NOW, &mint);
        assert_eq!(
            undone.is_ok(),
            purpose == LinkPurpose::AddressChanged,
            "{purpose:?}"
        );
        // A second factor goes by the mail that told of the first, and no other.
        let gone = take_back(&link, Some(&ada(true)));
        let expected = purpose == LinkPurpose::SecondFactorBegun;
        assert_eq!(gone.is_ok(), expected, "{purpose:?}");
        assert!(take_back(&link, Some(&off)).is_err() && take_back(&link, None).is_err());
    }
    // A stranger who reads the mailbox proves it for nobody.
    for purpose in LinkPurpose::ALL {
        let link = link(purpose, "ada@example.com");
        let done = confirm(&link, Some(&ada(true)), false, NOW, &mint);
        let ends = matches!(done, Ok(Transition::Session(_)));
        assert_eq!(done.is_ok(), ends, "{purpose:?}");
    }
    // An address that is not the account's any more is not proved for it.
    let other = link(LinkPurpose::AddressProof, "before@example.com");
    let done = confirm(&other, Some(&ada(false)), true, NOW, &mint);
    assert_eq!(done.err(), Some(LinkFault::Unknown));
}

#[test]
fn only_a_proved_address_is_told_of_changes() {
    let mint = Counter::starting_at(NOW);
    assert!(notice(LinkPurpose::NewDevice, &ada(true), NOW, &mint).is_some());
    assert!(notice(LinkPurpose::NewDevice, &ada(false), NOW, &mint).is_none());
    for (proved, told, mails) in [(true, true, 1), (true, false, 0), (false, true, 0)] {
        let session = SessionFacts::for_tests().session;
        let change = set_name(&ada(proved), " Ada L. ", &session, told, NOW, &mint);
        assert_eq!(change.messages().len(), mails, "{proved} {told}");
    }
    assert_eq!(Mailbox::of(None), Mailbox::Free);
    assert_eq!(Mailbox::of(Some(&ada(false))), Mailbox::Unproved);
    assert_eq!(Mailbox::of(Some(&ada(true))), Mailbox::Proved);
}

#[test]
fn an_address_that_nobody_proved_is_released_for_whoever_is_to_have_it() {
    let mint = Counter::starting_at(NOW);
    let squatter = |proved| Person {
        subject: Subject(8),
        ..ada(proved)
    };
    for purpose in LinkPurpose::ALL {
        let moves = matches!(
            purpose,
            LinkPurpose::AddressChange | LinkPurpose::AddressChanged
        );
        let link = MailLink {
            subject: Some(Subject(7)),
            ..link(purpose, "Ada@example.com")
        };
        let of = |person: &Person| release(&link, person, NOW, &mint);
        let fits = match of(&squatter(false)) {
            Some(Transition::Account(AccountChange::Address(AddressChange::Release {
                subject,
                reader,
                not_before,
                ..
            }))) => {
                assert_eq!((subject, reader), (Subject(8), Some(Subject(7))));
                assert!(not_before > Locator::first_at(NOW.plus(Lifetime::from_seconds(1))));
                moves
            }
            other => other.is_none() && !moves,
        };
        assert!(fits, "{purpose:?}");
        // Neither one that is proved, nor one's own, nor another address.
        let elsewhere = Person {
            email: "eve@example.com".to_owned(),
            ..squatter(false)
        };
        for other in [squatter(true), ada(false), elsewhere] {
            assert!(of(&other).is_none(), "{purpose:?}");
        }
    }
}
