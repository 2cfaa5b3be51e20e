//! Passkeys: who may have them, and when one is removed.
use protocol::Transition;
use protocol::accounts::passkeys::{
    Credential, KeyPlace, Passkey, RemoveError, is_only_way, may_have, remove,
};
use protocol::accounts::second_factor::{Proof, Second};
use protocol::accounts::sign_in::HandedOff;
use protocol::decision::Decision;
use protocol::facts::SessionFacts;
use protocol::testing::{Case, NOW};
use protocol::types::{ClientRowId, Locator, Person, Subject, UnixTime};

fn outcome(decision: Decision<(), RemoveError>) -> Result<Option<Transition>, RemoveError> {
    match decision.into_parts() {
        (transition, Ok(())) => Ok(transition),
        (_, Err(error)) => Err(error),
    }
}

fn passkey(id: i64) -> Passkey {
    Passkey {
        id: Locator(id),
        subject: Subject(7),
        credential: Credential {
            id: vec![1],
            handle: vec![2],
            state: String::new(),
            count: 0,
        },
        name: "Phone".to_owned(),
        created_at: NOW,
        used_at: None,
    }
}

/// Ada, who signed in by a passkey just now and has a password.
fn ada() -> SessionFacts {
    let mut own = SessionFacts::for_tests();
    own.person.password = "a hash".to_owned();
    own.session.methods = Some("hwk user mfa".to_owned());
    own
}

#[test]
fn the_last_way_in_stays() {
    let case = Case::authorize();
    let mut own = ada();
    let (one, two) = (passkey(1), passkey(2));
    let removed = |own: &SessionFacts, all: &[Passkey], identities| {
        outcome(remove(
            Locator(1),
            own,
            (all, identities),
            false,
            &case.context(),
        ))
    };
    assert!(
        removed(&own, std::slice::from_ref(&one), 0)
            .unwrap()
            .is_some()
    );
    own.person.password.clear();
    assert!(is_only_way(&own.person, 0) && !is_only_way(&own.person, 1));
    let last = removed(&own, std::slice::from_ref(&one), 0);
    assert_eq!(last.unwrap_err(), RemoveError::LastWay);
    assert!(
        removed(&own, std::slice::from_ref(&one), 1)
            .unwrap()
            .is_some()
    );
    assert!(removed(&own, &[one, two], 0).unwrap().is_some());
}

#[test]
fn it_takes_a_proof_of_both_factors_of_the_last_ten_minutes() {
    let case = Case::authorize();
    let removed = |own: &SessionFacts, id| {
        outcome(remove(
            Locator(id),
            own,
            (&[passkey(1)], 0),
            false,
            &case.context(),
        ))
    };
    assert!(removed(&ada(), 1).is_ok());
    assert_eq!(removed(&ada(), 2).unwrap_err(), RemoveError::Unknown);
    let mut late = ada();
    late.session.auth_time = UnixTime(NOW.0 - 601);
    assert_eq!(removed(&late, 1).unwrap_err(), RemoveError::LongAgo);
    let mut alone = ada();
    alone.session.methods = None;
    assert_eq!(removed(&alone, 1).unwrap_err(), RemoveError::LongAgo);
}

#[test]
fn neither_a_test_user_nor_who_signs_in_at_the_company_has_one() {
    let person = Person::for_tests();
    assert!(may_have(&person, false));
    assert!(!may_have(&person, true), "everybody knows their password");
    let test_user = Person {
        test_app: Some(ClientRowId(1)),
        ..person.clone()
    };
    let elsewhere = Person {
        external_id: Some("u-1".to_owned()),
        ..person
    };
    assert!(!may_have(&test_user, false) && !may_have(&elsewhere, false));
}

#[test]
fn whatever_a_passkey_was_proved_beside_it_must_be_there() {
    let (place, id) = (KeyPlace::Device, Locator(3));
    let handed_off = |passkey| {
        Proof::HandedOff(HandedOff {
            answer: Locator(1),
            auth_time: NOW,
            methods: "pwd",
            passkey,
        })
    };
    let second = Second::Passkey(place, id);
    let by_it = [
        Proof::Passkey(place, id),
        Proof::PasswordAnd(second),
        handed_off(second.passkey()),
        Proof::Besides(NOW, "pwd hwk user mfa", second.passkey()),
    ];
    for proof in by_it {
        assert_eq!(proof.passkey(), Some(id), "{proof:?}");
    }
    let without = [
        Proof::Password,
        Proof::PasswordAnd(Second::Code),
        handed_off(Second::RecoveryCode.passkey()),
        Proof::Besides(NOW, "pwd otp mfa", None),
    ];
    for proof in without {
        assert_eq!(proof.passkey(), None, "{proof:?}");
    }
}
