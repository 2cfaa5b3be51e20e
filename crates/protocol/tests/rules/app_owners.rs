//! Who runs an app, who registers one, and for how long a deleted one comes back.
use protocol::apps::{
    Closed, ManagedApp, RESTORABLE, RestoreError, Restorer, Standing, may_register, restore,
    signed_in_lately,
};
use protocol::facts::SessionFacts;
use protocol::policy::{Policy, Registration};
use protocol::register::Field;
use protocol::testing::{Counter, NOW};
use protocol::transition::{AppChange, Transition};
use protocol::types::{
    Client, ClientRowId, ClientStatus, Locator, Person, Role, Side, Subject, UnixTime,
};
use std::sync::Arc;

const NO_MAIL: Standing = Standing {
    proves: false,
    invited: false,
};
const PROVES: Standing = Standing {
    proves: true,
    invited: false,
};

fn policy(registration: Registration) -> Policy {
    Policy {
        registration,
        ..Policy::for_tests()
    }
}

#[test]
fn the_policy_says_who_registers_an_app() {
    let person = Person::for_tests();
    let admin = Person {
        admin: true,
        ..person.clone()
    };
    for (registration, anyone, administrator) in [
        (
            Registration::Open,
            Ok(ClientStatus::Active),
            Ok(ClientStatus::Active),
        ),
        (
            Registration::Review,
            Ok(ClientStatus::Pending),
            Ok(ClientStatus::Active),
        ),
        (
            Registration::Invite,
            Err(Closed::ToInvited),
            Ok(ClientStatus::Active),
        ),
        (
            Registration::Admin,
            Err(Closed::ToAdministrators),
            Ok(ClientStatus::Active),
        ),
    ] {
        let policy = policy(registration);
        assert_eq!(may_register(&person, Side::Live, NO_MAIL, &policy), anyone);
        assert_eq!(
            may_register(&admin, Side::Live, NO_MAIL, &policy),
            administrator
        );
        let test = may_register(&person, Side::Test, NO_MAIL, &policy);
        assert_eq!(
            test,
            anyone.map(|_| ClientStatus::Active),
            "{registration:?}"
        );
    }
}

#[test]
fn an_invitation_counts_for_whoever_has_proved_the_address_and_where_one_is_asked() {
    let proved = Person {
        verified_at: Some(NOW),
        ..Person::for_tests()
    };
    let unproved = Person {
        verified_at: None,
        ..proved.clone()
    };
    for proves in [false, true] {
        let invited = Standing {
            proves,
            invited: true,
        };
        let under = |person: &Person, registration| {
            may_register(person, Side::Live, invited, &policy(registration))
        };
        assert_eq!(
            under(&proved, Registration::Invite),
            Ok(ClientStatus::Active)
        );
        let refused = match proves {
            true => Closed::ToUnproved,
            false => Closed::ToInvited,
        };
        assert_eq!(under(&unproved, Registration::Invite), Err(refused));
        let elsewhere = under(&proved, Registration::Review);
        assert_eq!(elsewhere, Ok(ClientStatus::Pending));
        let elsewhere = under(&proved, Registration::Admin);
        assert_eq!(elsewhere, Err(Closed::ToAdministrators));
    }
}

#[test]
fn nobody_registers_an_app_behind_an_address_of_others() {
    let policy = policy(Registration::Open);
    let unproved = Person {
        verified_at: None,
        ..Person::for_tests()
    };
    assert_eq!(
        may_register(&unproved, Side::Live, PROVES, &policy),
        Err(Closed::ToUnproved)
    );
    assert!(
        may_register(&unproved, Side::Live, NO_MAIL, &policy).is_ok(),
        "where no mail is sent, nobody proves one"
    );
    let tester = Person {
        test_app: Some(ClientRowId(1)),
        ..Person::for_tests()
    };
    assert_eq!(
        may_register(&tester, Side::Live, NO_MAIL, &policy),
        Err(Closed::ToTestUsers)
    );
}

#[test]
fn an_app_is_its_owner_s_and_to_others_it_is_not_there() {
    let person = Person::for_tests();
    let own = Client {
        owner: person.subject,
        ..Client::for_tests()
    };
    assert!(ManagedApp::of(Some(Arc::new(own.clone())), &person, None).is_some());
    let theirs = Client {
        owner: Subject(person.subject.0 + 1),
        ..own.clone()
    };
    let published = Client {
        documented: true,
        ..own
    };
    for other in [Some(theirs), Some(published), None] {
        assert!(ManagedApp::of(other.map(Arc::new), &person, None).is_none());
    }
}

#[test]
fn a_deleted_app_comes_back_for_a_while() {
    let client = Client::for_tests();
    let mint = Counter::starting_at(NOW);
    let end = NOW.plus(RESTORABLE);
    let policy = Policy::for_tests();
    let by = Restorer::Owner { namesake: false };
    let back = |now| restore(&client, NOW, by, (&policy, now, &mint)).is_ok();
    assert!(back(NOW) && back(UnixTime(end.0 - 1)));
    assert!(!back(end) && !back(UnixTime(end.0 + 1)));
}

#[test]
fn a_deleted_app_comes_back_with_a_name_that_it_could_take_now() {
    let mut policy = Policy::for_tests();
    policy.apps.provider = "Acme".to_owned();
    let mint = Counter::starting_at(NOW);
    let mut client = Client::for_tests();
    let back = |client: &Client, by| restore(client, NOW, by, (&policy, NOW, &mint));
    let owner = |namesake| Restorer::Owner { namesake };
    let field = |told: Result<Transition, RestoreError>| match told {
        Err(RestoreError::Name(error)) => Some(error.field),
        Err(RestoreError::Gone) => panic!("it is there"),
        Ok(Transition::App(AppChange::Restore { own_name, .. })) => {
            assert!(own_name, "the guard looks again");
            None
        }
        Ok(other) => panic!("{other:?}"),
    };
    assert_eq!(field(back(&client, owner(false))), None);
    assert_eq!(field(back(&client, owner(true))), Some(Field::TakenName));
    client.name = "Acme Support".to_owned();
    assert_eq!(
        field(back(&client, owner(false))),
        Some(Field::ProvidersName)
    );
    let told = back(&client, Restorer::Operator).expect("operators answer for names");
    let Transition::App(AppChange::Restore { own_name, .. }) = told else {
        panic!("{told:?}");
    };
    assert!(!own_name);
    client.side = Side::Test;
    assert!(back(&client, owner(true)).is_ok(), "nobody else meets it");
}

#[test]
fn a_sign_in_is_a_proof_for_ten_minutes() {
    let session = SessionFacts::for_tests().session;
    let at = |seconds: i64| signed_in_lately(&session, UnixTime(session.auth_time.0 + seconds));
    assert!(at(0) && at(600));
    assert!(!at(601) && !at(-1));
}

#[test]
fn the_app_of_an_organization_is_its_members_alone_by_their_roles() {
    let registrant = Person::for_tests();
    let app = Arc::new(Client {
        owner: registrant.subject,
        organization: Some(Locator(5)),
        ..Client::for_tests()
    });
    let gone = ManagedApp::of(Some(app.clone()), &registrant, None);
    assert!(gone.is_none(), "who left it runs its apps no more");
    for role in Role::ALL {
        let managed = ManagedApp::of(Some(app.clone()), &registrant, Some(role)).unwrap();
        assert!(managed.may(Role::Viewer));
        assert_eq!(managed.may(Role::Developer), role != Role::Viewer);
        assert_eq!(managed.may(Role::Owner), role == Role::Owner);
    }
    let own = Client {
        organization: None,
        owner: Subject(registrant.subject.0 + 1),
        ..Client::for_tests()
    };
    let theirs = ManagedApp::of(Some(Arc::new(own)), &registrant, Some(Role::Owner));
    assert!(theirs.is_none(), "a role opens no app of a person");
}
