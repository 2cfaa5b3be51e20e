//! `[telemetry]`: who is handed traces and metrics.
use super::*;

#[test]
fn nobody_is_unless_it_is_named() {
    assert_eq!(load("").unwrap().telemetry, None);
    assert_eq!(load("[telemetry]\nsample = 1").unwrap().telemetry, None);
    let toml = "[telemetry]\nendpoint = \"https://otel.acme.example/in/\"\nmetrics_every = \"0s\"";
    let found = load(toml).unwrap().telemetry.unwrap();
    assert_eq!(found.endpoint, "https://otel.acme.example/in");
    assert_eq!(found.metrics_every, None);
    assert!((found.sample - 0.1).abs() < 1e-9);
    let variable = [("VALETKEY_TELEMETRY__ENDPOINT", "http://127.0.0.1:4318")];
    let found = load_with("", &variable, &Overrides::default()).unwrap();
    assert!(found.telemetry.is_some());
}

/// What is wrong with a file of headers, for a collector at `endpoint`.
fn with_headers(endpoint: &str, text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("headers");
    std::fs::write(&file, text).unwrap();
    let file = file.display();
    load(&format!(
        "[telemetry]\nendpoint = \"{endpoint}\"\nheaders_file = \"{file}\""
    ))
}

#[test]
fn headers_are_read_from_a_file_and_shown_to_nobody() {
    let here = "http://127.0.0.1:4318";
    let config = with_headers(here, "Authorization: Bearer s3cr3t\n\nX-Tenant: a b\n").unwrap();
    let headers = &config.telemetry.as_ref().unwrap().headers.0;
    let expected = [("authorization", "Bearer s3cr3t"), ("x-tenant", "a b")];
    assert!(
        headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .eq(expected)
    );
    assert!(!format!("{config:?}").contains("s3cr3t"));
    for bad in [
        "s3cr3t",
        "Host: s3cr3t",
        "A B: s3cr3t",
        "Name:",
        "Name: s3cr3t\u{1}",
        ": s3cr3t",
    ] {
        let told = with_headers(here, bad).map(drop).unwrap_err();
        assert!(
            told.contains("line 1 of") && !told.contains("s3cr3t"),
            "{bad}: {told}"
        );
    }
    let told = with_headers("http://otel.acme.example:4318", "Key: s3cr3t")
        .map(drop)
        .unwrap_err();
    assert!(told.contains("in the clear"), "{told}");
    assert!(with_headers("https://otel.acme.example", "Key: s3cr3t").is_ok());
}
