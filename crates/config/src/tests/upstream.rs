//! `[[login.upstream]]`: other providers at which people can sign in.
use super::*;

const ACME: &str = "id = \"acme\"\nname = \"Acme\"\nissuer = \"https://login.acme.example\"\nclient_id = \"us\"\nsecret = \"shh\"\n";
const HUB: &str = "id = \"hub\"\nname = { en = \"Hub\", de = \"Nabe\" }\nkind = \"oauth2\"\nclient_id = \"us\"\nsecret = \"shh\"\nauthorization_endpoint = \"https://hub.example/authorize\"\ntoken_endpoint = \"https://hub.example/token\"\nuser_endpoint = \"https://api.hub.example/user\"\n";

fn with(tables: &[&str]) -> String {
    let head = "issuer = \"https://id.example\"\n".to_owned();
    tables.iter().fold(head, |all, table| {
        format!("{all}[[login.upstream]]\n{table}\n")
    })
}

#[test]
fn what_is_not_said_is_usual() {
    let config = load(&with(&[ACME, HUB])).unwrap();
    let [acme, hub] = &config.upstream[..] else {
        panic!("{:?}", config.upstream);
    };
    assert_eq!(acme.provider.source(), "https://login.acme.example");
    assert_eq!(acme.provider.scopes, ["openid", "email", "profile"]);
    assert!(acme.provider.sign_up && acme.provider.claims.id == "sub");
    assert_eq!(hub.provider.source(), "https://api.hub.example/user");
    assert_eq!(
        hub.name.in_language(protocol::types::Language::German),
        "Nabe"
    );
    assert!(hub.provider.scopes.is_empty());
    let invited = load(&format!(
        "{}[accounts]\nsign_up = \"invited\"",
        with(&[ACME])
    ));
    assert!(!invited.unwrap().upstream[0].provider.sign_up);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let handoff = format!(
        "{}[login.handoff]\nurl = \"https://app.example/login\"\nsecrets = [\"abcdefghijklmnopqrstuvwx\"]",
        with(&[ACME])
    );
    let changed = |from: &str, to: &str| with(&[&ACME.replace(from, to)]);
    let hub = |from: &str, to: &str| with(&[&HUB.replace(from, to)]);
    let more = |line: &str| with(&[&format!("{ACME}{line}")]);
    for (file, told) in [
        (handoff, "stands beside login.handoff"),
        (changed("id = \"acme\"", "id = \"A/b\""), "id: write"),
        (changed("name = \"Acme\"", "name = \"\""), "name: write"),
        (changed("https://login", "http://login"), "issuer: "),
        (
            changed("issuer = \"https://login.acme.example\"\n", ""),
            "issuer: is missing",
        ),
        (
            changed("secret = \"shh\"\n", ""),
            "secret_file: write one of",
        ),
        (more("key_file = \"k.pem\""), "secret_file: write one of"),
        (
            more("scopes = [\"email\"]"),
            "scopes: \"openid\" is missing",
        ),
        (
            more("claims = { id = \"oid\" }"),
            "claims: id is not chosen",
        ),
        (more("domains = [\"acme\"]"), "domains: "),
        (
            more("user_endpoint = \"https://a.example/\""),
            "user_endpoint: is for",
        ),
        (more("tenant = 1"), "tenant is not a setting of it"),
        (
            hub("token_endpoint = \"https://hub.example/token\"\n", ""),
            "token_endpoint: is missing",
        ),
        (hub("kind = \"oauth2\"", "kind = \"saml\""), "kind: write"),
        (
            hub("secret = \"shh\"", "secret = \"shh\"\nmfa = true"),
            "mfa: is for kind = \"oidc\" alone",
        ),
        (
            hub("secret = \"shh\"", "secret = \"shh\"\nsign_out = true"),
            "sign_out: is for kind = \"oidc\" alone",
        ),
        (
            hub("secret = \"shh\"", "secret = \"shh\"\nissuer = \"junk\""),
            "issuer: \"junk\" is not where",
        ),
        (with(&[ACME, ACME]), "issuer: is that of"),
        (
            with(&[ACME, &ACME.replace("login.", "other.")]),
            "id: stands for",
        ),
        (
            with(&[
                &format!("{ACME}domains = [\"a.example\"]"),
                &format!("{HUB}domains = [\"A.example\"]"),
            ]),
            "belongs to a provider",
        ),
    ] {
        let faults = load(&file).unwrap_err().to_string();
        assert!(faults.contains(told), "{told}: {faults}");
        assert!(!faults.contains("shh"), "{faults}");
    }
}
