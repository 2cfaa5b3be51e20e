//! `[openid]`: what is spoken, and what apps are told.
use super::{fault, load};
use protocol::openid::Source;
use protocol::signing_keys::SigningAlgorithm::{EdDsa, Rs256};

fn on(rest: &str) -> String {
    format!("[openid]\nenabled = true\n{rest}")
}

#[test]
fn nothing_is_spoken_unless_asked_for() {
    let config = load("[openid]\nacr = \"pwd\"").unwrap();
    assert!(config.policy.openid.is_none());
    assert_eq!(config.signing.algorithms, []);
    assert!(config.policy.scope("openid").is_none());
}

#[test]
fn what_is_switched_on_has_its_key_and_its_scope() {
    let config = load(&on("")).unwrap();
    assert_eq!(config.signing.algorithms, [Rs256]);
    assert_eq!(
        config.policy.openid.as_deref().map(|own| own.algorithm),
        Some(Rs256)
    );
    assert!(config.policy.scope("openid").is_some());
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let config = load(&on("[signing]\nalgorithms = [\"EdDSA\"]")).unwrap();
    assert_eq!(
        config.policy.openid.as_deref().map(|own| own.algorithm),
        Some(EdDsa)
    );
    let sentence = "The algorithm RS256 MUST be included.";
    assert!(config.warnings[0].contains("lacks RS256"), "{sentence}");
}

#[test]
fn what_cannot_be_is_told() {
    for (text, expected) in [
        ("id_token = \"59s\"", "59s is not between 1m and 1d"),
        ("id_token = \"25h\"", "25h is not between 1m and 1d"),
        ("algorithm = \"EdDSA\"", "is none of signing.algorithms"),
        ("acr = \"a b\"", "is not 1 to 100 visible"),
        ("[openid.claims]\nsub = \"id\"", "makes itself"),
        ("[openid.claims]\n\"a b\" = \"id\"", "is not a claim's name"),
        (
            "[openid.claims]\nx = \"shoe_size\"",
            "is nothing of an account",
        ),
        (
            "id_token = \"1h\"\n[signing]\nkeep_retired = \"1h\"",
            "1h is not longer than openid.id_token",
        ),
    ] {
        let told = fault(&on(text));
        assert!(told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn an_address_is_told_as_it_was_proved() {
    for (name, source) in [
        ("email", "document.work"),
        ("email", "name"),
        ("email_verified", "document.sure"),
        ("email_verified", "email"),
    ] {
        let told = fault(&on(&format!("[openid.claims]\n{name} = \"{source}\"")));
        assert!(told.contains("told as it was proved"), "{name}: {told}");
    }
    let config = load(&on(
        "[openid.claims]\nemail = \"email\"\nmail = \"document.work\"",
    ));
    let openid = config.unwrap().policy.openid.unwrap();
    let named = |name: &str| {
        openid
            .mapped
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, source)| source.clone())
    };
    assert_eq!(named("email"), Some(Source::Email));
    assert_eq!(named("mail"), Some(Source::Document("work".to_owned())));
}

#[test]
fn a_key_stays_as_long_as_a_session_that_an_app_may_name_by_a_token() {
    let kept = |text: &str| {
        load(text)
            .unwrap()
            .signing
            .schedule
            .keep_retired
            .to_string()
    };
    assert_eq!(kept(""), "1d");
    assert_eq!(kept(&on("[accounts]\nsession = \"20d\"")), "20d");
    assert_eq!(kept(&on("[accounts]\nsession = \"1h\"")), "1d");
    assert_eq!(kept(&on("[signing]\nrotate_after = \"5d\"")), "4d");
    assert_eq!(kept(&on("[signing]\nrotate_after = \"0s\"")), "14d");
    assert_eq!(kept(&on("[signing]\nkeep_retired = \"2d\"")), "2d");
}
