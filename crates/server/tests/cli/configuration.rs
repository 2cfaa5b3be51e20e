//! Which provider a command is about, and what is wrong with its configuration.
use super::*;

#[test]
fn a_configuration_is_checked_and_shown() {
    let provider = Provider::new();
    assert_eq!(provider.json(&["config", "check"])["ok"], true);
    let shown = provider.json(&["config", "show"]);
    assert_eq!(shown["issuer"]["value"], "https://auth.example.com");
    assert_eq!(shown["issuer"]["source"], "v.toml:2");
    assert_eq!(shown["token.lifetimes.access"]["source"], "default");
    let schema = run(provider.folder.path(), &["config", "schema"], "").json();
    assert_eq!(schema["title"], "Settings");
    std::fs::write(provider.folder.path().join("v.toml"), "isuer = \"x\"").unwrap();
    let wrong = provider.run(&["config", "check"]);
    wrong.failed(2, "v.toml:1: isuer is not a setting; did you mean issuer?");
    provider.run(&["serve"]).failed(2, "v.toml:1: ");
}

#[test]
fn a_command_must_know_its_provider() {
    let folder = tempfile::tempdir().unwrap();
    let lost = run(folder.path(), &["user", "list"], "");
    lost.failed(
        2,
        "which provider? Name its configuration with --config FILE",
    );
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    let here = run(
        folder.path(),
        &["user", "list", "--storage", "sqlite:x.db", "--json"],
        "",
    );
    assert_eq!(here.json()["users"], Value::Array(vec![]));
    assert!(folder.path().join("x.db").exists());
}

/// The names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn the_configuration_of_the_folder_is_read_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("valetkey.toml"), CONFIG).unwrap();
    for args in [
        &["config", "check"][..],
        &["config", "show"],
        &["scope", "list"],
        &["user", "list"],
        &["db", "status"],
    ] {
        let done = run(at, args, "");
        assert_eq!(done.code, Some(0), "{done:?}");
        let said = "reading valetkey.toml of this folder; --config names another\n";
        assert!(done.stderr.starts_with(said), "{args:?}: {done:?}");
        assert_eq!(done.stderr.matches("reading").count(), 1, "{done:?}");
    }
    let check = run(at, &["config", "check"], "");
    assert!(
        check
            .stdout
            .starts_with("valetkey.toml is in order: https://auth.example.com"),
        "{check:?}"
    );
    let doctor = run(at, &["doctor", "--listen", "127.0.0.1:1", "--json"], "");
    assert!(
        doctor.stdout.contains("valetkey.toml is in order"),
        "{doctor:?}"
    );
}

#[test]
fn a_configuration_is_named_before_the_verb_or_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("other.toml"), CONFIG).unwrap();
    // What is named stands above what lies here.
    std::fs::write(at.join("valetkey.toml"), "isuer = 1").unwrap();
    let before = run(at, &["--config", "other.toml", "scope", "list"], "");
    assert!(before.text().contains("tasks:read"), "{before:?}");
    assert_eq!(before.stderr, "");
    let named = [("VALETKEY_CONFIG", "other.toml")];
    let by_variable = run_in(at, &named, &["scope", "list"], "");
    assert!(by_variable.text().contains("tasks:read"), "{by_variable:?}");
    assert_eq!(
        by_variable.stderr,
        "reading other.toml, which VALETKEY_CONFIG names\n"
    );
    let missing = run_in(at, &[("VALETKEY_CONFIG", "gone.toml")], &["serve"], "");
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(
        missing.stderr.contains("error: gone.toml: cannot be read"),
        "{missing:?}"
    );
    let dev = run(at, &["--config", "other.toml", "dev"], "");
    dev.failed(2, "keeps a configuration of its own");
}

#[test]
fn nothing_is_served_or_checked_when_nothing_says_what() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["serve"][..],
        &["serve", "--listen", "127.0.0.1:0"],
        &["config", "check"],
        &["doctor"],
        &["user", "list"],
        &["scope", "list"],
        &["db", "status"],
    ] {
        run(folder.path(), args, "")
            .failed(2, "which provider? Name its configuration with --config");
    }
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
    let by_environment = [("VALETKEY_ISSUER", "https://auth.example.com")];
    let check = run_in(folder.path(), &by_environment, &["config", "check"], "");
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[test]
fn everything_is_looked_at_before_anything_is_made_or_announced() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(at.join("cert.pem"), pair.cert.pem()).unwrap();
    std::fs::write(at.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    std::fs::write(at.join("other.pem"), other.signing_key.serialize_pem()).unwrap();
    for (config, part) in [
        (
            "[tls]\ncert = \"gone.pem\"\nkey = \"key.pem\"",
            "tls.cert: cannot read ",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"gone.pem\"",
            "v.toml:3: tls.key: cannot read ",
        ),
        (
            "metrics = { listen = \"unix:gone/m.sock\" }",
            "metrics.listen unix:",
        ),
        (
            "[tls]\ncert = \"key.pem\"\nkey = \"cert.pem\"",
            "tls.cert and tls.key are swapped",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"cert.pem\"",
            "has no private key",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"other.pem\"",
            "does not fit the certificate",
        ),
        ("[storage]\nurl = \"sqlite:gone/v.db\"", "the folder of "),
        ("[storage]\nurl = \"sqlite:.\"", "is a folder: name a file"),
        (
            "[storage]\nurl = \"postgres://db.example/x?sslmode=require&sslrootcert=/nowhere.pem\"",
            "sslrootcert: /nowhere.pem cannot be read as certificates",
        ),
        ("[storage]\nkeys = \"cert.pem\"", "is a file: name a folder"),
        (
            "[token.lifetimes]\naccess = \"60d\"",
            "60d is longer than token.lifetimes.refresh",
        ),
        ("[paths]\ntoken = [\"/:x\"]", "begins with a colon"),
    ] {
        std::fs::write(at.join("v.toml"), config).unwrap();
        let before = names_in(at);
        for verb in [
            &["config", "check"][..],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let args = [verb, &["--config", "v.toml"]].concat();
            run(at, &args, "").refused_by_lines(part);
        }
        assert_eq!(names_in(at), before, "{config}");
    }
    std::fs::write(
        at.join("v.toml"),
        "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"",
    )
    .unwrap();
    let sound = run(at, &["config", "check", "--config", "v.toml"], "");
    assert_eq!(sound.code, Some(0), "{sound:?}");
}

#[test]
fn both_files_of_a_pair_are_told_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[tls]\ncert = \"gone.pem\"\nkey = \"gone-too.pem\"";
    std::fs::write(folder.path().join("v.toml"), config).unwrap();
    let told = run(
        folder.path(),
        &["config", "check", "--config", "v.toml"],
        "",
    );
    assert_eq!(told.code, Some(2), "{told:?}");
    let lines: Vec<_> = told.stderr.lines().collect();
    let [cert, key] = lines[..] else {
        panic!("{told:?}");
    };
    assert!(
        cert.starts_with("error: v.toml:2: tls.cert: cannot read gone.pem"),
        "{cert}"
    );
    assert!(
        key.starts_with("error: v.toml:3: tls.key: cannot read gone-too.pem"),
        "{key}"
    );
}

#[test]
fn all_that_is_wrong_is_told_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = "isuer = \"x\"\n[apps]\npkce = \"none\"\n[branding]\naccent = \"red\"";
    std::fs::write(folder.path().join("v.toml"), config).unwrap();
    let told = run(
        folder.path(),
        &["config", "check", "--config", "v.toml"],
        "",
    );
    assert_eq!(told.code, Some(2), "{told:?}");
    let lines: Vec<_> = told.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{told:?}");
    for (line, start) in lines.iter().zip(["v.toml:1: ", "v.toml:3: ", "v.toml:5: "]) {
        assert!(line.starts_with(&format!("error: {start}")), "{line}");
    }
}

#[test]
fn service_links_do_not_stop_a_command_and_are_told_once() {
    let provider = Provider::new();
    let links = [
        ("VALETKEY_PORT", "tcp://10.0.0.1:80"),
        ("VALETKEY_SERVICE_HOST", "10.0.0.1"),
        ("VALETKEY_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    let args = ["user", "list", "--config", "v.toml"];
    let done = run_in(provider.folder.path(), &links, &args, "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
    assert!(done.stderr.contains("VALETKEY_SERVICE_HOST"), "{done:?}");
    let wrong = [("VALETKEY_PORT", "8080")];
    run_in(provider.folder.path(), &wrong, &args, "").failed(2, "VALETKEY_PORT: is not a setting");
}

#[test]
fn a_port_that_is_taken_is_told_with_the_setting_that_chooses_another() {
    let provider = Provider::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = (taken.local_addr().unwrap().to_string(), taken);
    let serve = ["serve", "--config", "v.toml"];
    for (variables, hint) in [
        (
            &[("VALETKEY_LISTEN", taken.0.as_str())][..],
            "--listen 127.0.0.1:PORT",
        ),
        (
            &[
                ("VALETKEY_LISTEN", "127.0.0.1:0"),
                ("VALETKEY_METRICS__LISTEN", &taken.0),
            ],
            "metrics.listen 127.0.0.1:PORT",
        ),
    ] {
        run_in(provider.folder.path(), variables, &serve, "").failed(1, hint);
    }
}
