//! `[passkeys]`: the domain that they are bound to.
use super::*;

fn with(issuer: &str, table: &str) -> String {
    format!("issuer = {issuer:?}\nlisten = \"127.0.0.1:8080\"\n{table}")
}

#[test]
fn they_are_bound_to_the_issuers_host_or_a_domain_above_it() {
    for (issuer, table, id) in [
        ("https://id.example.com", "", Some("id.example.com")),
        ("https://id.example.com:8443/t", "", Some("id.example.com")),
        ("https://ID.Example.com", "", Some("id.example.com")),
        (
            "https://id.example.com",
            "[passkeys]\nrp_id = \"example.com\"",
            Some("example.com"),
        ),
        ("http://localhost:8080", "", Some("localhost")),
        ("http://127.0.0.1:8080", "", None),
        ("https://192.0.2.1", "", None),
        (
            "https://id.example.com",
            "[passkeys]\nenabled = false",
            None,
        ),
    ] {
        let config = load(&with(issuer, table)).unwrap();
        let found = config.passkeys.as_ref().map(|own| own.id.as_str());
        assert_eq!(found, id, "{issuer} {table}");
    }
    let config = load(&with("https://id.example.com:8443/t", "")).unwrap();
    assert_eq!(
        config.passkeys.unwrap().origin,
        "https://id.example.com:8443"
    );
}

#[test]
fn an_impossible_domain_is_told() {
    let table = |id: &str| format!("[passkeys]\nrp_id = {id:?}");
    for (issuer, id, told) in [
        ("https://id.example.com", "example.org", "is no domain that"),
        ("https://id.example.com", "com", "is no domain that"),
        ("https://id.example.com", "ample.com", "is no domain that"),
        (
            "https://id.example.com",
            "https://example.com",
            "is no domain that",
        ),
        (
            "https://id.example.com",
            "a.id.example.com",
            "is no domain that",
        ),
        ("https://192.0.2.1", "192.0.2.1", "is an address"),
    ] {
        let faults = load(&with(issuer, &table(id))).unwrap_err().to_string();
        assert!(
            faults.contains("passkeys.rp_id") && faults.contains(told),
            "{faults}"
        );
    }
    for address in ["https://192.0.2.1", "http://127.0.0.1:8080"] {
        let config = load(&with(address, "")).unwrap();
        let warned = config.warnings.iter().any(|one| one.contains("passkeys"));
        assert!(warned, "{:?}", config.warnings);
    }
    let config = load(&with("http://localhost:8080", "")).unwrap();
    assert!(!config.warnings.iter().any(|one| one.contains("passkeys")));
}
