//! What an app wants to change of its own registration.
use crate::ground::{POLICY, client};
use protocol::Decision;
use protocol::apps::{Editor, update};
use protocol::policy::Registration;
use protocol::register::Field;
use protocol::self_management::parse;
use protocol::types::{ClientKind, RedirectUri};
use serde_json::{Map, Value, json};

/// The body of a `PATCH`: what is accepted obeys the rules of a registration.
pub(crate) fn app_changes(data: &[u8]) {
    let changes = match parse(data) {
        Ok(changes) => changes,
        Err(error) => return assert!(is_told(error.field, &error.sentence), "{error:?}"),
    };
    let members: Map<String, Value> = serde_json::from_slice(data).expect("an object");
    let wanted = json!({
        "name": changes.name,
        "homepage": changes.homepage,
        "description": changes.description,
        "redirect_uris": changes.redirect_uris,
    });
    for (name, value) in wanted.as_object().expect("an object") {
        assert_eq!(members.get(name).unwrap_or(&Value::Null), value, "{name}");
    }
    let home = RedirectUri::register("https://app.example/cb").expect("a redirect URI");
    let mut before = client(ClientKind::Confidential, "s", vec![home]);
    before.reviewed_at = Some(before.created_at);
    let after = match update(&before, changes, Editor::App, &POLICY) {
        Decision::Granted { reply, .. } => reply,
        Decision::Refused { error, .. } => {
            let error = error.into_first();
            return assert!(is_told(error.field, &error.sentence), "{error:?}");
        }
    };
    let length = after.name.chars().count();
    assert!((1..=80).contains(&length) && after.name == after.name.trim());
    assert!(after.description.chars().count() <= 500);
    let shown = [&after.name, &after.description, &after.homepage];
    assert!(!shown.iter().any(|text| text.chars().any(char::is_control)));
    assert!(after.homepage.starts_with("https://") || after.homepage.starts_with("http://"));
    let registered = |uri: &RedirectUri| RedirectUri::register(uri.as_str()).as_ref() == Ok(uri);
    assert!(!after.redirect_uris.is_empty() && after.redirect_uris.iter().all(registered));
    // Nothing else changes, and a review holds for what was reviewed.
    let same = (&before.name, &before.homepage, &before.redirect_uris)
        == (&after.name, &after.homepage, &after.redirect_uris);
    assert_eq!(after.reviewed_at.is_some(), same);
    assert_eq!(
        after.is_active(),
        same || POLICY.registration != Registration::Review
    );
    let mut back = after;
    (back.name, back.homepage) = (before.name.clone(), before.homepage.clone());
    (back.description, back.redirect_uris) =
        (before.description.clone(), before.redirect_uris.clone());
    (back.reviewed_at, back.status) = (before.reviewed_at, before.status);
    assert_eq!(back, before);
}

fn is_told(field: Field, sentence: &str) -> bool {
    let fields = [
        Field::Body,
        Field::Name,
        Field::Homepage,
        Field::Description,
        Field::RedirectUris,
    ];
    fields.contains(&field) && !sentence.chars().any(char::is_control)
}
