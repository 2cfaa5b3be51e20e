//! Impersonation, and many registrations.
use super::*;
use protocol::types::{ClientStatus, Lifetime};

#[test]
fn the_same_is_registered_once_and_is_nobodys_to_manage() {
    let case = case();
    let (first, client, record) = registered(&case, &usual());
    assert!(record.shared && first.token.is_none() && first.secret.is_none());
    let (metadata, _) = parse(usual().to_string().as_bytes(), false, &case.policy).unwrap();
    assert_eq!(metadata.shared_digest(), Some(record.digest));
    // In whichever order.
    let mut turned = usual();
    turned["redirect_uris"].as_array_mut().unwrap().reverse();
    assert_eq!(registered(&case, &turned).2.digest, record.digest);
    let alike = Known {
        alike: Some(Arc::new(*client)),
        namesake: false,
    };
    let again = decided(&case, &usual(), &alike, false).unwrap();
    let (change, reply) = again.into_parts();
    assert!(matches!(
        change,
        Some(Transition::Introduction(IntroductionChange::Again { .. }))
    ));
    let reply = reply.unwrap();
    assert_eq!(reply.client.id, first.client.id);
    assert!(reply.token.is_none(), "nobody takes a shared app over");
    // What differs in anything is another.
    for (name, value) in [
        ("client_name", json!("Task Talk 2")),
        ("redirect_uris", json!(["https://evil.example/cb"])),
        ("software_version", json!("9")),
    ] {
        assert_ne!(
            registered(&case, &with(name, value)).2.digest,
            record.digest
        );
    }
}

#[test]
fn what_was_switched_off_is_not_switched_on_by_registering_again() {
    let case = case();
    let (_, mut client, _) = registered(&case, &usual());
    client.status = ClientStatus::Disabled;
    let alike = Known {
        alike: Some(Arc::new(*client)),
        namesake: false,
    };
    let error = decided(&case, &usual(), &alike, false)
        .unwrap()
        .into_parts()
        .1
        .unwrap_err();
    assert_eq!(error.code(), "invalid_client_metadata");
}

#[test]
fn no_name_passes_for_the_provider_or_a_reviewed_app() {
    let case = case();
    for name in ["Acme Tasks", "acme tasks official", "Асmе Tаsks"] {
        let sent = with("client_name", name.into());
        let decision = decided(&case, &sent, &Known::default(), false).unwrap();
        let error = decision.into_parts().1.unwrap_err();
        assert_eq!(error.code(), "invalid_client_metadata", "{name}");
    }
    let known = Known {
        namesake: true,
        ..Known::default()
    };
    let decision = decided(&case, &usual(), &known, false).unwrap();
    assert!(decision.into_parts().1.is_err());
}

#[test]
fn people_are_told_and_tick_each_scope() {
    use protocol::apps::review::{Caution, caution, people_cap};
    use protocol::policy::Registration;
    let mut case = case();
    case.policy.registration = Registration::Review;
    let client = registered(&case, &usual()).1;
    assert_eq!(caution(&client, &case.policy), Some(Caution::Introduced));
    assert_eq!(
        people_cap(&client, &case.policy),
        None,
        "nobody could ask for its review"
    );
    let id = client.id.clone();
    case.client = *client;
    case.set("client_id", &id);
    case.set("redirect_uri", "https://talk.example/callback");
    let request = case.passed();
    let none = protocol::types::Scope::default();
    let asked = request.asked(&request.scope, &none, &case.policy);
    let choice = protocol::consent::choice(&asked, &case.policy);
    assert_eq!(choice.layout, protocol::consent::Layout::Unticked);
    case.client.reviewed_at = Some(case.now);
    assert_eq!(caution(&case.client, &case.policy), None);
}

/// A flood fills half of the room; the oldest beyond that make place for newcomers.
#[test]
fn what_crowds_out_others_is_forgotten_first() {
    let mut policy = case().policy.introductions;
    policy.room.total = 8;
    let crowd = |many: i32| (1..=many).collect::<Vec<_>>();
    for (due, there, forgotten) in [
        (vec![], 0, vec![]),
        (vec![], 4, vec![]),
        (vec![], 5, vec![1]),
        (vec![], 8, vec![1, 2, 3, 4]),
        (vec![1, 2], 5, vec![1, 2]),
        (vec![1], 8, vec![1, 2, 3, 4]),
    ] {
        let told = format!("{due:?} of {there}");
        assert_eq!(policy.forgotten(due, crowd(there)), forgotten, "{told}");
    }
    policy.unused = Lifetime::from_days(1);
    assert_eq!(policy.in_any_case(), Lifetime::from_minutes(10));
}
