//! What the company's server says of a person who signed in at its own login.
use crate::ground::POLICY;
use protocol::handoff::{AcrWords, Answer, AnswerFault, ExternalMembership, ExternalPerson};
use protocol::types::Role;
use protocol::types::email::is_email;
use protocol::types::text::is_plain;
use serde_json::Value;
use std::collections::BTreeSet;

/// A body: who it is; and the same bytes as a body that names one thing.
pub(crate) fn handoff_answer(data: &[u8]) {
    for (name, read) in [
        ("challenge", Answer::challenge_of(data)),
        ("user", Answer::user_of(data)),
    ] {
        match read {
            Ok(found) => {
                let body: Value = serde_json::from_slice(data).expect("an object");
                assert_eq!(body, serde_json::json!({ name: found }));
            }
            Err(fault) => is_told(&fault),
        }
    }
    let (challenge, answer) = match Answer::parse(data) {
        Ok(read) => read,
        Err(fault) => return is_told(&fault),
    };
    let body: Value = serde_json::from_slice(data).expect("an object");
    assert_eq!(body["challenge"], challenge);
    assert_eq!(answer.auth_time.map(|at| at.0), body["auth_time"].as_i64());
    let amr = body["amr"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(answer.methods.iter().all(|name| !name.contains(' ')) && amr.len() <= 10);
    assert_eq!(answer.methods, amr);
    is_person(&answer.person, &body["user"]);
    let (methods, acr) = (answer.methods.clone(), answer.acr.clone());
    let words = POLICY.openid.as_deref();
    let words = words.map_or_else(AcrWords::default, |own| {
        AcrWords::new(own, str::to_uppercase)
    });
    match answer.in_words(&words) {
        Ok(answer) => {
            assert!(answer.methods.starts_with(&methods));
            let more = &answer.methods[methods.len()..];
            assert!(more.is_empty() || (more == ["mfa"] && acr.is_some()));
        }
        Err(fault) => {
            assert_eq!(fault.pointer, "/acr");
            is_told(&fault);
        }
    }
}

/// A fault names a place in the body, in one line.
fn is_told(fault: &AnswerFault) {
    let AnswerFault { pointer, what } = fault;
    assert!(
        pointer.is_empty() || pointer.starts_with('/'),
        "{pointer:?}"
    );
    assert!(pointer.chars().count() <= 200, "{pointer:?}");
    assert!(!what.is_empty() && !what.contains('\n'), "{what:?}");
}

fn is_id(id: &str, said: &Value) {
    assert_eq!(said, id);
    assert!((1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()));
    assert!(!id.starts_with("app:") && !id.starts_with("local:"), "{id}");
}

fn is_name(name: &str, longest: usize) {
    assert!((1..=longest).contains(&name.chars().count()), "{name:?}");
    assert!(is_plain(name), "{name:?}");
}

fn is_person(person: &ExternalPerson, said: &Value) {
    is_id(&person.id, &said["id"]);
    is_name(&person.name, 100);
    let email = person.email.as_ref().map(|email| email.as_str());
    assert!(email.is_none_or(is_email), "{email:?}");
    let vouched = said["email_verified"] == true;
    assert_eq!(person.email_verified, vouched && email.is_some());
    assert_eq!(person.claims.is_some(), said["claims"].is_object());
    let Some(all) = &person.organizations else {
        assert!(said["organizations"].is_null());
        return;
    };
    let listed = said["organizations"].as_array().expect("a list");
    assert!(all.len() == listed.len() && all.len() <= 50);
    let ids: BTreeSet<&str> = all.iter().map(|own| own.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "none twice");
    for (own, said) in all.iter().zip(listed) {
        is_organization(own, said);
    }
}

fn is_organization(own: &ExternalMembership, said: &Value) {
    is_id(&own.id, &said["id"]);
    is_name(&own.name, 80);
    assert_eq!(
        own.role.as_str(),
        said["role"].as_str().unwrap_or(Role::Viewer.as_str())
    );
    assert_eq!(
        own.second_factor == Some(true),
        said["second_factor"] == true
    );
    assert_eq!(
        own.second_factor.is_some(),
        said.get("second_factor").is_some()
    );
}
