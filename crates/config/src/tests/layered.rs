//! Files and variables laid over one another, and all that is wrong with them told at once.
use super::{Extra, Overrides, assert_fault, fault, load, load_with, profile};

#[test]
fn several_faults_are_told_at_once_in_the_order_of_the_file() {
    let told = fault(
        "isuer = \"https://a.example\"\n[scopes.a]\nsentence = \"x\"\nrisk = \"high\"\n[token]\nbodies = [\"form\",\n  \"xml\"]\n[token.lifetimes]\naccess = 3600\ncode = \"1h\"\n[apps]\nmax_redirect_uris = 0\n[accounts]\nsign_up = \"yes\"\n[branding]\naccent = \"red\"",
    );
    let lines: Vec<&str> = told.lines().collect();
    let starts = [
        "v.toml:1: isuer is not a setting; did you mean issuer?",
        "v.toml:4: scopes.a.risk: write \"read\", \"write\", \"delete\" or \"full\", not \"high\"",
        "v.toml:7: token.bodies: write \"form\", \"json\" or \"query\", not \"xml\"",
        "v.toml:9: token.lifetimes.access: write a number and a unit in quotes, such as \"90s\"",
        "v.toml:10: token.lifetimes.code: 1h is not between 1s and 10m",
        "v.toml:12: apps.max_redirect_uris: 0 is not between 1 and 100",
        "v.toml:14: accounts.sign_up: write \"open\", \"invited\" or \"off\", or true or false, not \"yes\"",
        "v.toml:16: branding.accent: \"red\" is not a colour",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(lines.len(), starts.len(), "{told}");
}

#[test]
fn a_fault_names_the_key_that_is_wrong_and_no_other() {
    for (toml, told) in [
        (
            "[scopes]\na = { sentence = \"x\", risk = \"high\" }",
            "v.toml:2: scopes.a.risk: write \"read\", ",
        ),
        (
            "[scopes]\na = \"See your tasks\"",
            "v.toml:2: scopes.a: write a table such as { sentence = \"See your tasks\" }, not \"See",
        ),
        (
            "[token.lifetimes]\naccess = 3600\nrefresh = \"30d\"",
            "v.toml:2: token.lifetimes.access: write a number and a unit in quotes",
        ),
        (
            "[accounts]\nid = { prefix = 7 }",
            "v.toml:2: accounts.id.prefix: write a text in quotes, not 7",
        ),
        (
            "[token]\nrotate = { grace = 60 }",
            "v.toml:2: token.rotate.grace: write a number and a unit",
        ),
        (
            "token = 5",
            "v.toml:1: token: write a table: [token], not 5",
        ),
        (
            "[apps]\nmax_redirect_uris = -1",
            "v.toml:2: apps.max_redirect_uris: write a whole number, not -1",
        ),
        (
            "storage = \"postgres://me:hidden@db/x\"",
            "v.toml:1: storage: write a table: [storage], not a text",
        ),
        (
            "[test]\nmode = true\ncredentials = { client_id = \"test_a\", client_secret = 12345, email = \"a@b.example\", password = \"x\" }",
            "v.toml:3: test.credentials.client_secret: write a text in quotes, not a number",
        ),
    ] {
        assert_fault(toml, told);
    }
    let told = fault("a = [\nb = 1\n");
    assert!(told.lines().count() > 1, "{told}");
}

#[test]
fn a_table_is_merged_from_variables_before_it_is_looked_at() {
    let one = |key: &str| format!("VALETKEY_TEST__CREDENTIALS__{key}");
    let names = [
        one("CLIENT_ID"),
        one("CLIENT_SECRET"),
        one("EMAIL"),
        one("PASSWORD"),
    ];
    let values = [
        "test_abc123",
        "test_8Zq2LrT5vXnYw3Ks",
        "try@example.com",
        "a long enough secret",
    ];
    let mut variables: Vec<_> = names.iter().map(String::as_str).zip(values).collect();
    variables.push(("VALETKEY_TEST__MODE", "true"));
    let config = load_with("", &variables, &Overrides::default()).unwrap();
    assert_eq!(config.documented.unwrap().client_id, "test_abc123");
    assert_eq!(config.warnings, Vec::<String>::new());
    let file = "[test]\nmode = true\ncredentials = { client_id = \"test_a\", email = \"a@b.example\", password = \"a long enough secret\" }";
    let secret = [(
        "VALETKEY_TEST__CREDENTIALS__CLIENT_SECRET",
        "test_8Zq2LrT5vXnYw3Ks",
    )];
    assert!(load_with(file, &secret, &Overrides::default()).is_ok());
    variables.remove(1);
    let missing = load_with("", &variables, &Overrides::default());
    assert_eq!(
        missing.map(|_| ()).unwrap_err(),
        "test.credentials: client_secret is missing: write client_secret = \"…\""
    );
}

#[test]
fn a_variable_that_holds_a_table_is_told_with_the_key_in_it() {
    for (name, value, told) in [
        (
            "VALETKEY_ACCOUNTS",
            "{ sign_up = 5, min_password = 12 }",
            "VALETKEY_ACCOUNTS: accounts.sign_up: write \"open\", \"invited\" or \"off\", or true or false, not 5",
        ),
        (
            "VALETKEY_TOKEN",
            "{ lifetimes = { access = \"3y\" } }",
            "VALETKEY_TOKEN: token.lifetimes.access: 3y is not between 1s and 2y",
        ),
        (
            "VALETKEY_APPS__PKCE",
            "none",
            "VALETKEY_APPS__PKCE: write \"public\" or \"all\", not \"none\"",
        ),
    ] {
        let fault = load_with("", &[(name, value)], &Overrides::default());
        assert_eq!(fault.map(|_| ()).unwrap_err(), told);
    }
}

#[test]
fn what_kubernetes_sets_is_left_aside_and_told_once() {
    let variables = [
        ("VALETKEY_PORT", "tcp://10.0.0.1:80"),
        ("VALETKEY_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("VALETKEY_SERVICE_HOST", "10.0.0.1"),
        ("VALETKEY_CONFIG", "/etc/valetkey.toml"),
    ];
    let config = load_with("", &variables, &Overrides::default()).unwrap();
    assert_eq!(config.notes.len(), 1, "{:?}", config.notes);
    assert!(
        config.notes[0]
            .ends_with(": VALETKEY_PORT, VALETKEY_PORT_80_TCP_ADDR, VALETKEY_SERVICE_HOST")
    );
    let wrong = [
        ("VALETKEY_PORT", "8080"),
        ("VALETKEY_SERVICE_HOST", "10.0.0.1"),
    ];
    let told = load_with("", &wrong, &Overrides::default()).map(|_| ());
    let told = told.unwrap_err();
    assert!(
        told.starts_with("VALETKEY_PORT: is not a setting"),
        "{told}"
    );
}

#[test]
fn members_of_the_token_answer_keep_the_order_of_the_file() {
    let names = |extras: &[(String, Extra)]| -> Vec<String> {
        extras.iter().map(|(name, _)| name.clone()).collect()
    };
    let config = load(
        "[token.extras]\nzeta = \"user.id\"\nalpha = { mail = \"user.email\", deep = { z = \"user.name\", a = \"user.id\" } }\nmid = \"user.id\"\n[accounts]\nsign_up = false",
    );
    let extras = config.unwrap().policy.tokens.extras;
    assert_eq!(names(&extras), ["zeta", "alpha", "mid"]);
    let Extra::Object(alpha) = &extras[1].1 else {
        panic!("{extras:?}");
    };
    assert_eq!(names(alpha), ["mail", "deep"]);
    let Extra::Object(deep) = &alpha[1].1 else {
        panic!("{alpha:?}");
    };
    assert_eq!(names(deep), ["z", "a"]);
    let document = profile("digitalocean").policy.tokens.extras;
    assert_eq!(names(&document), ["uid", "info"]);
}

#[test]
fn what_is_set_twice_is_named() {
    for (toml, told) in [
        (
            "issuer = \"https://a.example\"\nissuer = \"https://b.example\"",
            "issuer is set twice",
        ),
        (
            "[scopes.read]\nsentence = \"See\"\ngroup = \"A\"\nsentence = \"Look\"",
            "sentence is set twice",
        ),
    ] {
        let fault = load(toml).map(|_| ()).unwrap_err().to_string();
        assert!(fault.contains(told), "{fault}");
    }
}
