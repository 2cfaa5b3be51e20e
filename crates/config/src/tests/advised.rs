//! What is said of values of the wrong kind, and of what is missing.
use super::*;

#[test]
fn what_is_left_out_of_a_budget_has_its_own_default() {
    let limits = load("[limits]\npages = { per_minute = 100 }\nfailures = { burst = 7 }").unwrap();
    let limits = limits.limits;
    assert_eq!(limits.pages, protocol::limits::Budget::new(100, 1_000));
    assert_eq!(limits.failures, protocol::limits::Budget::new(60, 7));
    assert_eq!(limits.programs, load("").unwrap().limits.programs);
    assert_fault(
        "[limits]\npages = 100",
        "v.toml:2: limits.pages: write a table such as { burst = 100, per_minute = 600 }, not 100",
    );
    load("[limits]\npages = { burst = 100, per_minute = 600 }").unwrap();
}

#[test]
fn a_list_of_tables_has_two_brackets() {
    for (toml, name) in [
        ("[api]\nidentifier = \"https://api.example\"", "api"),
        ("[login.upstream]\nid = \"a\"", "login.upstream"),
    ] {
        let told = format!("v.toml:1: {name}: write [[{name}]], once for each, not a table");
        assert_eq!(fault(toml), told);
    }
    let missing = fault("[[api]]\nidentifier = \"https://api.example\"\nscopes = true");
    assert!(missing.contains("scopes: write a list"), "{missing}");
}

/// What is advised is not refused for its kind.
#[test]
fn what_is_missing_is_asked_for_as_it_is_written() {
    let told = fault("[[api]]\nform = \"jwt\"");
    assert!(
        told.contains("identifier is missing: write identifier = \"…\""),
        "{told}"
    );
}

#[test]
fn places_that_take_one_port_are_told() {
    for (listen, metrics) in [
        ("\"0.0.0.0:8080\", \"127.0.0.1:8080\"", ""),
        ("\"[::]:8080\", \"[::1]:8080\"", ""),
        ("\"0.0.0.0:8080\"", "127.0.0.1:8080"),
        ("\"127.0.0.1:8080\"", "0.0.0.0:8080"),
    ] {
        let mut toml = format!("issuer = \"https://a.example\"\nlisten = [{listen}]\n");
        if !metrics.is_empty() {
            toml += &format!("metrics = {{ listen = \"{metrics}\" }}");
        }
        let told = fault(&toml);
        assert!(
            told.contains("the port") || told.contains("same port"),
            "{told}"
        );
    }
    for listen in [
        "\"0.0.0.0:8080\", \"[::]:8080\"",
        "\"0.0.0.0:8080\", \"127.0.0.1:8081\"",
        "\"0.0.0.0:0\", \"127.0.0.1:0\"",
    ] {
        load(&format!(
            "issuer = \"https://a.example\"\nlisten = [{listen}]"
        ))
        .unwrap();
    }
}
