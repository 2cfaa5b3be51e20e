//! Claims about people (Core §5).
use jose::json::Object;
use protocol::Policy;
use protocol::openid::claims::{About, Document, DocumentFault, is_kept, of_scope};
use protocol::testing::{Case, scope};
use protocol::types::{Language, Preferences, UnixTime};
use serde_json::json;

fn ada(document: &str) -> About {
    let mut about = Case::asked().about;
    about.person.verified_at = Some(UnixTime(1));
    about.preferences = Preferences {
        language: Some(Language::German),
        zone: Some("Europe/Berlin".to_owned()),
    };
    about.document = Document::parse(document).expect("a document");
    about
}

fn told(about: &About, asked: &str) -> Object {
    about.opened_by(&scope(asked), &Policy::with_openid())
}

#[test]
fn a_scope_opens_what_the_standard_says() {
    let about = ada(
        r#"{"given_name":"Ada","given_name#ja-Kana-JP":"エイダ","phone_number":"+44","secret":"x"}"#,
    );
    let profile = told(&about, "openid profile");
    let person = &about.person;
    assert_eq!(profile["name"], json!(person.name));
    assert_eq!(profile["given_name"], "Ada");
    assert_eq!(
        profile["given_name#ja-Kana-JP"], "エイダ",
        "languages are marked (§5.2)"
    );
    assert_eq!(profile["locale"], "de");
    assert_eq!(profile["zoneinfo"], "Europe/Berlin");
    assert_eq!(
        profile["preferred_username"],
        json!(person.email),
        "as the provider maps it"
    );
    for other in ["phone_number", "email", "secret", "sub"] {
        assert_eq!(profile.get(other), None, "{other}");
    }
    let email = told(&about, "openid email");
    assert_eq!(email["email"], json!(person.email));
    assert_eq!(email["email_verified"], true);
    assert_eq!(told(&about, "openid"), Object::new());
}

#[test]
fn an_address_that_nobody_proved_is_told_to_nobody() {
    let mut about = ada("{}");
    about.person.verified_at = None;
    let all = told(&about, "openid email profile");
    for name in ["email", "email_verified", "preferred_username"] {
        assert_eq!(all.get(name), None, "{name}");
    }
}

#[test]
fn what_is_not_known_is_left_out() {
    let sentence = "If a Claim is not returned, that Claim Name SHOULD be omitted";
    let about = ada(r#"{"nickname":"","website":null}"#);
    let profile = told(&about, "openid profile");
    for name in ["nickname", "website"] {
        assert_eq!(profile.get(name), None, "{sentence}");
    }
    assert_eq!(profile.get("birthdate"), None, "{sentence}");
}

#[test]
fn a_document_says_nothing_that_is_ours_to_say() {
    let fault = |text: &str| Document::parse(text).expect_err(text);
    for name in [
        "sub",
        "iss",
        "aud",
        "email",
        "email_verified",
        "nonce",
        "sub#de",
        "cnf",
        "",
    ] {
        let text = json!({ name: "x" }).to_string();
        assert_eq!(fault(&text), DocumentFault::Member(name.to_owned()));
    }
    assert!(is_kept("at_hash") && !is_kept("name"));
    for text in ["", "[]", "\"a\"", r#"{"a":1,"a":2}"#] {
        assert!(matches!(fault(text), DocumentFault::Json(_)), "{text}");
    }
    let many: Object = (0..101).map(|at| (format!("c{at}"), json!(at))).collect();
    assert_eq!(fault(&json!(many).to_string()), DocumentFault::TooMany);
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(17_000));
    assert!(fault(&large).sentence().contains("longer than"));
    let nested = r#"{"address":{"locality":"London"}}"#;
    let read = Document::parse(nested).expect("an address is an object");
    assert_eq!(Document::from_stored(&read.json()), read);
}

#[test]
fn no_standard_scope_opens_what_a_document_may_not_say() {
    for name in [
        "profile",
        "email",
        "address",
        "phone",
        "openid",
        "offline_access",
    ] {
        assert!(of_scope(name).iter().all(|claim| !is_kept(claim)), "{name}");
    }
}
