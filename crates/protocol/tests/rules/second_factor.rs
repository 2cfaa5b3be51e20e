//! Second factors: what is owed after the password, and for what.
use jose::keyed::Key;
use protocol::Policy;
use protocol::accounts::passkeys::KeyPlace;
use protocol::accounts::second_factor::totp::Seed;
use protocol::accounts::second_factor::{
    Authenticator, Owed, Pending, Proof, Second, SecondFactors, Typed, begins_with_one,
    is_multi_factor, step_of, with_second,
};
use protocol::accounts::sign_in::Attempt;
use protocol::facts::Attempts;
use protocol::policy::SecondFactorRule;
use protocol::testing::{NOW, scope};
use protocol::types::{ClientRowId, Locator, Person, Subject, UnixTime};

fn authenticator(last_step: i64) -> Authenticator {
    Authenticator {
        subject: Subject(7),
        sealed: Vec::new(),
        last_step,
        created_at: NOW,
    }
}

#[test]
fn a_code_works_once() {
    let sentence = "The verifier MUST NOT accept the second attempt of the OTP after the successful validation has been issued \
                    for the first OTP, which ensures one-time only use of an OTP. (RFC 6238 §5.2)";
    let seed = Seed::new(&[9; 32]);
    let code = seed.code(NOW);
    let step = step_of(&seed, &authenticator(0), &code, NOW).expect("it is right");
    for now in [NOW, UnixTime(NOW.0 + 29)] {
        let again = step_of(&seed, &authenticator(step), &code, now);
        assert_eq!(again, None, "{sentence}");
    }
    // Nor one from before it.
    let before = seed.code(UnixTime(NOW.0 - 30));
    assert_eq!(step_of(&seed, &authenticator(step), &before, NOW), None);
    let next = seed.code(UnixTime(NOW.0 + 30));
    let found = step_of(&seed, &authenticator(step), &next, UnixTime(NOW.0 + 30));
    assert_eq!(found, Some(step + 1));
    let other = Seed::new(&[8; 32]);
    assert_eq!(
        step_of(&other, &authenticator(0), &code, NOW),
        None,
        "{sentence}"
    );
}

#[test]
fn what_was_typed_is_a_code_or_a_recovery_code() {
    for typed in ["123456", "123 456", " 123-456 "] {
        assert!(
            matches!(Typed::read(typed), Some(Typed::Code(code)) if code == "123456"),
            "{typed}"
        );
    }
    for typed in ["ABCD-EFGH-IJKL-MNOP", "abcd efgh ijkl mnop"] {
        assert!(
            matches!(Typed::read(typed), Some(Typed::Recovery(_))),
            "{typed}"
        );
    }
    for no in ["", "12345", "1234567", "١٢٣٤٥٦", "ABCD"] {
        assert!(Typed::read(no).is_none(), "{no}");
    }
}

#[test]
fn a_proved_password_waits_in_its_browser_for_ten_minutes_under_that_password() {
    let (key, ada) = (Key::new(&[7; 32]), Person::for_tests());
    let pending = Pending {
        subject: ada.subject,
        at: NOW,
        answer: None,
    };
    let text = pending.write("browser", &ada, &key);
    let (read, tag) = Pending::read(&text).expect("ours");
    assert_eq!(read, pending);
    let holds = |browser: &str, person: &Person, seconds: i64| {
        read.holds(tag, browser, person, &key, UnixTime(NOW.0 + seconds))
    };
    for (seconds, expected) in [(0, true), (599, true), (600, false), (-1, false)] {
        assert_eq!(holds("browser", &ada, seconds), expected, "{seconds}");
    }
    assert!(!holds("another", &ada, 0));
    let changed = Person {
        password: "another hash".to_owned(),
        ..ada.clone()
    };
    let other = Person {
        subject: Subject(8),
        ..ada.clone()
    };
    let off = Person {
        disabled_at: Some(NOW),
        ..ada.clone()
    };
    for person in [changed, other, off] {
        assert!(!holds("browser", &person, 0), "{person:?}");
    }
    let later = text.replace(&NOW.0.to_string(), &(NOW.0 + 300).to_string());
    let (read, tag) = Pending::read(&later).expect("it looks like ours");
    assert!(!read.holds(tag, "browser", &ada, &key, UnixTime(NOW.0 + 700)));
    assert!(!pending.holds(tag, "browser", &ada, &Key::new(&[8; 32]), NOW));
    // What another provider said is as little to be changed.
    let elsewhere = Pending {
        answer: Some(Locator(17)),
        ..pending
    };
    let text = elsewhere.write("browser", &ada, &key);
    assert_eq!(Pending::read(&text).map(|(read, _)| read), Some(elsewhere));
    let (read, tag) = Pending::read(&text).expect("ours");
    assert!(read.holds(tag, "browser", &ada, &key, NOW));
    for other in [None, Some(Locator(18))] {
        let other = Pending {
            answer: other,
            ..read
        };
        assert!(!other.holds(tag, "browser", &ada, &key, NOW), "{other:?}");
    }
    for no in ["", ".", "a.b.c", "7.1", "7.1.tag", "7.1.x.tag"] {
        assert!(Pending::read(no).is_none(), "{no}");
    }
}

#[test]
fn a_second_factor_after_a_sign_in_elsewhere_is_told_with_it() {
    for (before, second, both) in [
        ("", Second::Code, "otp mfa"),
        ("fed", Second::Code, "fed otp mfa"),
        ("pwd otp", Second::Code, "pwd otp mfa"),
        ("pwd", Second::RecoveryCode, "pwd mfa"),
    ] {
        assert_eq!(with_second(before, second), both, "{before}");
    }
}

#[test]
fn who_has_one_owes_it_and_who_has_none_where_the_policy_says_so() {
    let (mut policy, ada) = (Policy::for_tests(), Person::for_tests());
    let none = SecondFactors::default();
    let app = SecondFactors {
        app: Some(authenticator(0)),
        ..none.clone()
    };
    let passkey = SecondFactors {
        passkeys: 1,
        ..none.clone()
    };
    let test_user = Person {
        test_app: Some(ClientRowId(1)),
        ..ada.clone()
    };
    let elsewhere = Person {
        external_id: Some("u-1".to_owned()),
        ..ada.clone()
    };
    for (rule, owed) in [
        (SecondFactorRule::Optional, Owed::Nothing),
        (SecondFactorRule::Restricted, Owed::Nothing),
        (SecondFactorRule::Required, Owed::SetUp),
    ] {
        policy.accounts.second_factor = rule;
        for has in [&app, &passkey] {
            assert_eq!(Owed::by(&ada, has, &policy), Owed::Proof, "{rule:?}");
        }
        assert_eq!(Owed::by(&ada, &none, &policy), owed, "{rule:?}");
        for person in [&test_user, &elsewhere] {
            assert_eq!(Owed::by(person, &none, &policy), Owed::Nothing, "{rule:?}");
        }
        // Whoever signs in at the company's own login proves one there.
        let all = rule == SecondFactorRule::Required;
        assert_eq!(begins_with_one(&elsewhere, &policy), all, "{rule:?}");
        assert_eq!(begins_with_one(&ada, &policy), all, "{rule:?}");
        assert!(!begins_with_one(&test_user, &policy), "{rule:?}");
    }
}

#[test]
fn a_scope_asks_for_one_by_itself_or_by_its_class() {
    let (mut policy, ada) = (Policy::for_tests(), Person::for_tests());
    let needs =
        |policy: &Policy, names: &str| policy.person_needs_second_factor(&ada, &scope(names));
    assert!(!needs(&policy, "tasks:read admin:users"));
    policy.accounts.second_factor = SecondFactorRule::Restricted;
    assert!(needs(&policy, "tasks:read admin:users") && !needs(&policy, "tasks:read"));
    policy.accounts.second_factor = SecondFactorRule::Optional;
    let entry = policy
        .scopes
        .iter_mut()
        .find(|entry| entry.name == "tasks:read");
    entry.expect("there").second_factor = true;
    assert!(needs(&policy, "tasks:read") && !needs(&policy, "admin:users"));
    let test_user = Person {
        test_app: Some(ClientRowId(1)),
        ..ada.clone()
    };
    assert!(!policy.person_needs_second_factor(&test_user, &scope("tasks:read")));
}

#[test]
fn methods_are_those_of_rfc_8176() {
    for (proof, methods, several) in [
        (Proof::Password, None, false),
        (Proof::PasswordAnd(Second::Code), Some("pwd otp mfa"), true),
        (
            Proof::PasswordAnd(Second::RecoveryCode),
            Some("pwd mfa"),
            true,
        ),
        (
            Proof::PasswordAnd(Second::Passkey(KeyPlace::Device, Locator(1))),
            Some("pwd hwk user mfa"),
            true,
        ),
        (
            Proof::PasswordAnd(Second::Passkey(KeyPlace::Copied, Locator(1))),
            Some("pwd swk user mfa"),
            true,
        ),
        (
            Proof::Passkey(KeyPlace::Device, Locator(1)),
            Some("hwk user mfa"),
            true,
        ),
        (
            Proof::Passkey(KeyPlace::Copied, Locator(1)),
            Some("swk user mfa"),
            true,
        ),
    ] {
        assert_eq!(proof.methods(), methods);
        assert_eq!(is_multi_factor(methods), several, "{proof:?}");
    }
    assert!(!is_multi_factor(Some("pwd otp")) && !is_multi_factor(Some("mfax")));
}

#[test]
fn guesses_of_strangers_keep_out_no_browser_that_the_account_knows() {
    let full = Attempts {
        count: 10,
        since: NOW,
    };
    let fresh = Attempts { count: 0, ..full };
    let stranger = Attempt::second_factor(Subject(7), "192.0.2.1", None);
    let known = Attempt::second_factor(Subject(7), "192.0.2.1", Some("device"));
    assert!(stranger.admit(&[full, fresh], None, NOW).is_err());
    assert_ne!(stranger.keys()[0], known.keys()[0]);
    assert_eq!(
        known.keys().len(),
        1,
        "what others do behind the address is theirs"
    );
    assert!(known.admit(&[fresh], None, NOW).is_ok());
    let other = Attempt::second_factor(Subject(8), "192.0.2.1", None);
    assert_ne!(stranger.keys()[0], other.keys()[0]);
}
