//! `[[api]]`: the APIs that tokens are for.
use super::{assert_fault, fault, load};
use protocol::apis::TokenForm;
use protocol::signing_keys::SigningAlgorithm::{EdDsa, Es256};

const SCOPES: &str = "
[scopes]
read = { sentence = \"Read\" }
write = { sentence = \"Write\" }
[signing]
algorithms = [\"ES256\", \"EdDSA\"]
";

fn with(tables: &str) -> String {
    format!("{SCOPES}{tables}")
}

#[test]
fn nothing_is_told_apart_unless_asked_for() {
    assert_eq!(load(SCOPES).unwrap().policy.apis, []);
}

#[test]
fn an_api_has_its_scopes_and_the_usual_life() {
    let text = with(
        "[[api]]
        identifier = \"https://api.example.com\"
        scopes = [\"read\"]
        [[api]]
        identifier = \"urn:example:files\"
        scopes = [\"write\"]
        token = \"jwt\"
        lifetime = \"5m\"
        algorithm = \"EdDSA\"",
    );
    let apis = load(&text).unwrap().policy.apis;
    let told: Vec<_> = apis
        .iter()
        .map(|api| (&*api.identifier, api.form, api.lifetime.to_string()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "https://api.example.com",
                TokenForm::Opaque,
                "1h".to_owned()
            ),
            ("urn:example:files", TokenForm::Jwt(EdDsa), "5m".to_owned()),
        ]
    );
    let first = with("[[api]]\nidentifier = \"a:b\"\nscopes = [\"read\"]\ntoken = \"jwt\"");
    assert_eq!(
        load(&first).unwrap().policy.apis[0].form,
        TokenForm::Jwt(Es256)
    );
}

/// An API with these lines in its table.
fn table(identifier: &str, scopes: &str, more: &str) -> String {
    format!("[[api]]\nidentifier = \"{identifier}\"\nscopes = {scopes}\n{more}\n")
}

#[test]
fn what_cannot_be_is_told_with_its_line() {
    let (own, read) = ("https://a.example", "[\"read\"]");
    for (tables, expected) in [
        (
            table(own, "[\"gone\"]", ""),
            "\"gone\" is not in the catalogue",
        ),
        (table(own, "[]", ""), "no token would be for it"),
        (
            table(own, "[\"read\", \"read\"]", ""),
            "\"read\" is listed twice",
        ),
        (
            table("a.example", read, ""),
            "\"a.example\" is not an absolute URI",
        ),
        (
            table("https://a.example/#x", read, ""),
            "is not an absolute URI without #",
        ),
        (table("https:///x", read, ""), "is not an absolute URI"),
        (table("http://localhost:8080/", read, ""), "is the issuer"),
        (
            table(own, read, "token = \"jwt\"\nalgorithm = \"RS256\""),
            "there is no key for RS256",
        ),
        (
            table(own, read, "algorithm = \"ES256\""),
            "its tokens are not signed",
        ),
        (
            table(own, read, "lifetime = \"0s\""),
            "0s is not between 1s and 2y",
        ),
    ] {
        let told = fault(&with(&tables));
        assert!(
            told.contains(expected) && told.starts_with("v.toml:7: api: "),
            "{told}"
        );
    }
    for (identifier, scopes, expected) in [
        (
            "HTTPS://A.example/",
            "[\"write\"]",
            "names an API that is listed before",
        ),
        (
            "https://b.example",
            read,
            "\"read\" belongs to https://a.example already",
        ),
    ] {
        let both =
            table(own, read, "").trim_end().to_owned() + "\n" + &table(identifier, scopes, "");
        assert_fault(&with(&both), "v.toml:10: api: ");
        let told = fault(&with(&both));
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn what_is_no_setting_of_an_api_is_told_with_its_line() {
    let (own, read) = ("https://a.example", "[\"read\"]");
    for (tables, expected) in [
        (format!("[[api]]\nscopes = {read}"), "identifier is missing"),
        (
            format!("[[api]]\nidentifier = \"{own}\""),
            "scopes is missing",
        ),
        (
            table(own, read, "tokens = \"jwt\""),
            "tokens is not a setting of it; did you mean token?",
        ),
        (
            table(own, read, "token = \"jws\""),
            "token: write \"opaque\" or \"jwt\", not \"jws\"",
        ),
        (
            table(own, read, "lifetime = \"soon\""),
            "lifetime: write a number and a unit",
        ),
        (table(own, "\"read\"", ""), "scopes: write a list"),
    ] {
        let told = fault(&with(&tables));
        assert!(
            told.contains(expected) && told.starts_with("v.toml:7: api: "),
            "{told}"
        );
    }
}

#[test]
fn a_jwt_takes_a_key_that_signs_and_outlives_it() {
    let text = "[scopes]\nread = { sentence = \"Read\" }\n[[api]]\nidentifier = \"https://a.example\"\nscopes = [\"read\"]\ntoken = \"jwt\"";
    assert!(
        fault(text).contains("a JWT takes a key that signs"),
        "{}",
        fault(text)
    );
    let keys = |kept: &str, life: &str| {
        format!(
            "{text}\nlifetime = \"{life}\"\n[signing]\nalgorithms = [\"ES256\"]\nkeep_retired = \"{kept}\""
        )
    };
    let told = fault(&keys("1h", "1h"));
    assert!(
        told.contains("signing.keep_retired: 1h is too short"),
        "{told}"
    );
    assert!(load(&keys("1d", "1h")).unwrap().warnings.is_empty());
    let warned = load(&keys("3d", "2d")).unwrap().warnings;
    assert!(warned[0].contains("live 2d"), "{warned:?}");
}
