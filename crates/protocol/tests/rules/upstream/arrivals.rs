//! Whose account a sign-in at another provider opens, and who may add and remove one.
use super::{BROWSER, hub, provider};
use protocol::Transition;
use protocol::decision::Decision;
use protocol::facts::SessionFacts;
use protocol::testing::{Case, NOW};
use protocol::transition::UpstreamChange;
use protocol::types::{Locator, Person, Subject, UnixTime};
use protocol::upstream::{
    Aim, Arrival, ArrivalError, ArrivalFacts, Departure, Identity, LinkError, LinkFacts,
    LinkedIdentity, Profile, arrive, link, proved_address, unlink,
};
use serde_json::json;

fn profile(verified: bool) -> Profile {
    let claims = json!({ "email": "ada@example.com", "email_verified": verified, "name": "Ada" });
    Profile::of_claims(
        &provider(),
        "u-1815",
        &[claims.as_object().expect("an object")],
    )
}

fn arrived(verified: bool, facts: &ArrivalFacts, sign_up: bool) -> Result<Arrival, ArrivalError> {
    let case = Case::authorize();
    let mut provider = provider();
    provider.sign_up = sign_up;
    let of = (&provider, profile(verified));
    let decision = arrive(Locator(1), of, (NOW, &[]), facts, &case.context());
    match decision.into_parts() {
        (Some(Transition::Upstream(UpstreamChange::SignIn { account, .. })), Ok(())) => {
            Ok(*account)
        }
        (None, Err(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn facts(person: Option<Person>, holder: Option<Person>) -> ArrivalFacts {
    ArrivalFacts { person, holder }
}

fn proved() -> Person {
    Person {
        verified_at: Some(NOW),
        ..Person::for_tests()
    }
}

#[test]
fn an_account_is_found_by_the_identity_alone() {
    let known = arrived(true, &facts(Some(Person::for_tests()), None), false).unwrap();
    assert!(
        matches!(known, Arrival::Known { subject, .. } if subject == Person::for_tests().subject)
    );
    // Whoever has the address proved it: they are asked, whatever else is so.
    let held = arrived(true, &facts(None, Some(proved())), true);
    assert_eq!(held.unwrap_err(), ArrivalError::AddressHeld);
    // One who merely claims it, here or there, has nothing to do with it.
    let unproved = Person {
        verified_at: None,
        ..Person::for_tests()
    };
    for (verified, holder) in [(false, proved()), (true, unproved)] {
        let new = arrived(verified, &facts(None, Some(holder)), true).unwrap();
        let Arrival::New(person) = new else {
            panic!("{new:?}")
        };
        assert_eq!(person.verified_at, verified.then_some(NOW));
        assert!(person.password.is_empty() && person.external_id.is_none() && !person.admin);
    }
    let closed = arrived(true, &facts(None, None), false);
    assert_eq!(closed.unwrap_err(), ArrivalError::NoAccount);
    let off = Person {
        disabled_at: Some(NOW),
        ..Person::for_tests()
    };
    let off = arrived(true, &facts(Some(off), None), true);
    assert_eq!(off.unwrap_err(), ArrivalError::SwitchedOff);
}

#[test]
fn what_is_said_of_a_person_is_read_as_far_as_it_can_be() {
    let of = |user: serde_json::Value| Profile::of_user(&hub(), user.to_string().as_bytes());
    let ada =
        of(json!({ "id": 1815, "name": null, "email": "not an address", "email_verified": true }))
            .unwrap();
    assert_eq!(
        (ada.identity.external_id.as_str(), ada.name.as_str()),
        ("1815", "1815")
    );
    assert!(ada.email.is_none() && !ada.email_verified);
    let odd = of(json!({ "id": "x", "name": "\u{202e}adA\n" })).unwrap();
    assert_eq!(odd.name, "adA");
    for user in [
        json!({}),
        json!({ "id": null }),
        json!({ "id": 1.5 }),
        json!({ "id": "" }),
        json!({ "id": "a b" }),
        json!([]),
    ] {
        assert!(of(user).is_err());
    }
    // A statement that an address is proved counts where the address is said.
    let (own, other) = (
        json!({ "email": "a@b.example" }),
        json!({ "email_verified": true }),
    );
    let split = Profile::of_claims(
        &provider(),
        "1",
        &[own.as_object().unwrap(), other.as_object().unwrap()],
    );
    assert!(!split.email_verified);
    let list = |text: &str| {
        proved_address(text.as_bytes()).map(|email| email.map(|email| email.as_str().to_owned()))
    };
    assert_eq!(
        list(
            r#"[{"email":"a@b.example","primary":true,"verified":false},{"email":"c@b.example","primary":false,"verified":true}]"#
        ),
        Ok(None)
    );
    assert_eq!(
        list(r#"[{"email":"a@b.example","primary":true,"verified":true}]"#),
        Ok(Some("a@b.example".to_owned()))
    );
    assert!(list("{}").is_err() && list("<html>").is_err() && list("[]}, \"all\": [").is_err());
}

fn asks(session: &SessionFacts) -> Departure {
    let aim = Aim::Link {
        subject: session.person.subject,
        session: session.session.id,
    };
    Departure::new(BROWSER, "acme", aim, &Case::authorize().mint)
}

fn outcome<T>(decision: Decision<T, LinkError>) -> Result<Option<Transition>, LinkError> {
    match decision.into_parts() {
        (transition, Ok(_)) => Ok(transition),
        (_, Err(error)) => Err(error),
    }
}

#[test]
fn a_sign_in_is_added_by_whoever_asked_in_the_session_that_did() {
    let (case, own) = (Case::authorize(), SessionFacts::for_tests());
    let add = |departure: &Departure, session: Option<SessionFacts>, owner: Option<Person>| {
        let facts = LinkFacts { session, owner };
        let identity = profile(true).identity;
        outcome(link(departure, identity, &facts, true, &case.context()))
    };
    let departure = asks(&own);
    assert!(matches!(
        add(&departure, Some(own.clone()), None),
        Ok(Some(Transition::Upstream(UpstreamChange::Link { subject, .. }))) if subject == own.person.subject
    ));
    let mut later = own.clone();
    later.session.id = Locator(own.session.id.0 + 1);
    let mut another = own.clone();
    another.person.subject = Subject(99);
    for session in [None, Some(later), Some(another)] {
        let refused = add(&departure, session, None);
        assert_eq!(refused.unwrap_err(), LinkError::OtherSession);
    }
    let mut long_ago = own.clone();
    long_ago.session.auth_time = UnixTime(NOW.0 - 601);
    let refused = add(&departure, Some(long_ago), None);
    assert_eq!(refused.unwrap_err(), LinkError::LongAgo);
    let other = Person {
        subject: Subject(99),
        ..Person::for_tests()
    };
    let refused = add(&departure, Some(own.clone()), Some(other));
    assert_eq!(refused.unwrap_err(), LinkError::Taken);
    let again = add(&departure, Some(own.clone()), Some(own.person.clone()));
    assert!(again.unwrap().is_none(), "it is theirs already");
    let mut sign_in = departure;
    sign_in.aim = Aim::SignIn { onward: None };
    let refused = add(&sign_in, Some(own), None);
    assert_eq!(refused.unwrap_err(), LinkError::OtherSession);
}

#[test]
fn a_sign_in_is_taken_away_unless_it_is_the_last_way() {
    let case = Case::authorize();
    let linked = |id: &str| LinkedIdentity {
        identity: Identity {
            source: provider().source().to_owned(),
            external_id: id.to_owned(),
            label: id.to_owned(),
        },
        since: NOW,
        used_at: None,
    };
    let (one, two) = (linked("1"), linked("2"));
    let remove = |session: &SessionFacts, all: &[LinkedIdentity], id: &str| {
        let which = (provider().source().to_owned(), id.to_owned());
        let which = (which.0.as_str(), which.1.as_str());
        outcome(unlink(session, (all, 0), which, false, &case.context()))
    };
    let mut own = SessionFacts::for_tests();
    own.person.password = "a hash".to_owned();
    assert!(
        remove(&own, std::slice::from_ref(&one), "1")
            .unwrap()
            .is_some()
    );
    let unknown = remove(&own, std::slice::from_ref(&one), "2");
    assert_eq!(unknown.unwrap_err(), LinkError::Unknown);
    own.person.password.clear();
    let last = remove(&own, std::slice::from_ref(&one), "1");
    assert_eq!(last.unwrap_err(), LinkError::LastWay);
    let by_passkey = {
        let provider = provider();
        let which = (provider.source(), "1");
        let all = (std::slice::from_ref(&one), 1);
        outcome(unlink(&own, all, which, false, &case.context()))
    };
    assert!(by_passkey.unwrap().is_some(), "a passkey leads in");
    assert!(
        remove(&own, &[one.clone(), two.clone()], "1")
            .unwrap()
            .is_some()
    );
    own.session.auth_time = UnixTime(NOW.0 - 601);
    let late = remove(&own, &[one, two], "1");
    assert_eq!(late.unwrap_err(), LinkError::LongAgo);
}
