//! What `valetkey key` does to the keys under which secrets are sealed.
use super::*;
use std::os::unix::fs::PermissionsExt;

impl Provider {
    fn keys(&self, args: &[&str]) -> Value {
        self.json(&[&["key"], args].concat())
    }

    /// The ids and states of all keys.
    #[track_caller]
    fn listed(&self) -> Vec<(String, String)> {
        let listed = self.keys(&["list"]);
        let keys = listed["keys"].as_array().unwrap().iter();
        let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
        keys.map(|key| (text(key, "id"), text(key, "state")))
            .collect()
    }
}

const FILE: &str = "valetkey.keys/sealing.keys";

#[test]
fn keys_are_listed_and_rotated_and_never_shown() {
    let provider = Provider::new();
    let file = provider.folder.path().join(FILE);
    // There are none before the first start.
    provider.run(&["key", "list"]).failed(1, FILE);
    assert!(!file.exists());
    let first = provider.keys(&["rotate"]);
    assert_eq!(first["resealed"], 0);
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let [(old, _), (newest, state)] = &provider.listed()[..] else {
        panic!("two keys");
    };
    assert_eq!(
        (first["key"].as_str(), state.as_str()),
        (Some(newest.as_str()), "seals")
    );

    let prepared = provider.keys(&["rotate", "--prepare"]);
    assert!(prepared["keys_file"].as_str().unwrap().ends_with(FILE));
    let listed = provider.listed();
    let states: Vec<_> = listed.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["opens", "seals", "next"]);
    assert_eq!((&listed[0].0, &listed[1].0), (old, newest));
    provider
        .run(&["key", "rotate", "--prepare"])
        .failed(1, "a key is prepared already");
    let rotated = provider.keys(&["rotate"]);
    assert_eq!(rotated["key"], listed[2].0.as_str());
    let last = provider.listed();
    assert_eq!(last.len(), 3, "the prepared one, and no other");
    assert_eq!(
        provider.keys(&["rotate", "--reseal"])["key"],
        rotated["key"]
    );
    assert_eq!((provider.listed(), mode()), (last, 0o600));

    let text = std::fs::read_to_string(&file).unwrap();
    let shown = [
        &["key", "list"][..],
        &["key", "rotate"],
        &["doctor"],
        &["config", "show"],
    ];
    for args in shown {
        let told = provider.run(args);
        let all = format!("{}{}", told.stdout, told.stderr);
        assert!(text.lines().all(|key| !all.contains(key)), "{all}");
    }
}

#[test]
fn keys_from_elsewhere_are_used_and_not_added_to() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let keys = [
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",
    ];
    let with = |variable: &str, value: &str, args: &[&str]| {
        let args = [args, &["--config", "v.toml"]].concat();
        let done = run_in(at, &[(variable, value)], &args, "");
        (done.code, done.stdout, done.stderr)
    };
    let variable = "VALETKEY_SEALING__KEYS";
    let (code, listed, why) = with(variable, &keys.join(","), &["key", "list", "--json"]);
    assert_eq!(code, Some(0), "{why}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2, "{listed}");
    let (code, _, why) = with(variable, keys[0], &["key", "rotate"]);
    assert!(
        code == Some(1) && why.contains("openssl rand -base64 32"),
        "{why}"
    );
    let (code, told, _) = with(
        variable,
        &keys.join(","),
        &["key", "rotate", "--reseal", "--json"],
    );
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &told["key"]), (Some(0), &listed["keys"][1]["id"]));
    let (_, shown, _) = with(variable, keys[0], &["config", "show"]);
    assert!(
        shown.contains("sealing.keys") && !shown.contains(keys[0]),
        "{shown}"
    );
    let (code, _, why) = with(variable, "hunter2", &["key", "list"]);
    assert!(
        code == Some(1) && why.contains("is not 32 bytes") && !why.contains("hunter2"),
        "{why}"
    );

    let file = at.join("named");
    std::fs::write(&file, keys.join("\n")).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let name = file.display().to_string();
    let (code, by_file, why) = with(
        "VALETKEY_SEALING__KEYS_FILE",
        &name,
        &["key", "list", "--json"],
    );
    assert_eq!(code, Some(0), "{why}");
    assert_eq!(serde_json::from_str::<Value>(&by_file).unwrap(), listed);
    assert!(!at.join(FILE).exists(), "none of its own was made");
}

/// Nobody can write to a credential of systemd: `key rotate` says which file to add a key to, and the rest works by that.
#[test]
fn a_credential_of_systemd_is_rotated_by_the_file_behind_it() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let credentials = at.join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    let file = credentials.join("sealing-keys");
    let write = |text: &str| {
        std::fs::write(&file, text).unwrap();
        // Its access list shows as the group's mode.
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o440)).unwrap();
    };
    let (folder, name) = (
        credentials.display().to_string(),
        file.display().to_string(),
    );
    let run = |args: &[&str]| {
        let env = [
            ("CREDENTIALS_DIRECTORY", &*folder),
            ("VALETKEY_SEALING__KEYS_FILE", &*name),
        ];
        run_in(at, &env, &[args, &["--config", "v.toml"]].concat(), "")
    };
    let first = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n";
    write(first);
    for args in [&["key", "rotate"][..], &["key", "rotate", "--prepare"]] {
        let told = run(args);
        assert_eq!(told.code, Some(1), "{}", told.stderr);
        for part in ["LoadCredential=", "openssl rand", "key rotate --reseal"] {
            assert!(told.stderr.contains(part), "{}", told.stderr);
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    }
    std::fs::remove_file(&file).unwrap();
    write(&format!(
        "{first}\nAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
    ));
    let told = run(&["key", "rotate", "--reseal", "--json"]);
    let listed = run(&["key", "list", "--json"]);
    let [told, listed] = [told, listed].map(|done| {
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        serde_json::from_str::<Value>(&done.stdout).unwrap()
    });
    assert_eq!(told["key"], listed["keys"][1]["id"]);
}

#[test]
fn the_doctor_reads_the_keys() {
    let provider = Provider::new();
    let at = provider.folder.path();
    provider.create_user("ada@example.com").json();
    provider.keys(&["rotate"]);
    let sealing = || {
        let told = provider.run(&["doctor", "--json"]);
        let report: Value = serde_json::from_str(&told.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        checks
            .into_iter()
            .find(|one| one["check"] == "sealing")
            .unwrap()
    };
    assert_eq!(sealing()["state"], "ok");
    std::fs::write(at.join(FILE), "hunter2").unwrap();
    let told = sealing();
    assert_eq!(told["state"], "failed");
    let message = told["message"].as_str().unwrap();
    assert!(
        message.contains("holds no sealing keys") && !message.contains("hunter2"),
        "{message}"
    );
}
