//! What `valetkey key` does to the keys that sign.
use super::*;
use std::io::{BufRead, BufReader};

const SIGNING: &str = "[signing]\nalgorithms = [\"ES256\", \"EdDSA\"]\npublish_ahead = \"1h\"\n";

/// RFC 8410 §10.3: a private key of Ed25519.
const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
const SECRET: &str = "1O5y2_kTWErVttjx92n4rTr-fCjL8dT74Jeoj0R1WEI";

fn signing() -> Provider {
    let provider = Provider::new();
    let config = format!("{CONFIG}{SIGNING}");
    std::fs::write(provider.folder.path().join("v.toml"), config).unwrap();
    provider
}

/// Algorithm and state of each key.
fn states(report: &Value) -> Vec<(String, String)> {
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let keys = report["signing"].as_array().unwrap().iter();
    keys.map(|key| (text(key, "algorithm"), text(key, "state")))
        .collect()
}

fn named(states: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, state): &(&str, &str)| ((*name).to_owned(), (*state).to_owned());
    states.iter().map(owned).collect()
}

#[test]
fn keys_that_sign_are_made_rotated_and_listed() {
    let provider = signing();
    let first = provider.json(&["key", "rotate", "--signing"]);
    // Those that had to be made signed at once; the ones that were asked for wait.
    let all = [
        ("ES256", "signing"),
        ("ES256", "published"),
        ("EdDSA", "signing"),
        ("EdDSA", "published"),
    ];
    assert_eq!(states(&first), named(&all));
    assert_eq!(provider.json(&["key", "list"])["signing"], first["signing"]);
    let told = provider.run(&["key", "rotate", "--signing"]);
    assert!(told.text().contains("was waiting already"), "{told:?}");
    let now = provider.json(&["key", "rotate", "--signing", "--now"]);
    let all = [
        ("ES256", "retired"),
        ("ES256", "signing"),
        ("EdDSA", "retired"),
        ("EdDSA", "signing"),
    ];
    assert_eq!(states(&now), named(&all));
    assert_eq!(now["signing"][1]["kid"], first["signing"][1]["kid"]);
    let list = provider.run(&["key", "list"]);
    assert!(
        list.text().contains("SIGNING KEY") && list.text().contains("retired"),
        "{list:?}"
    );
    let told = provider.json(&["audit", "--event", "signing_key"]);
    assert!(told.to_string().contains("signing_key.signs"), "{told}");
}

#[test]
fn the_sealing_keys_and_the_doctor_know_them() {
    let provider = signing();
    provider.json(&["key", "rotate", "--signing"]);
    let sealing = || provider.json(&["key", "list"])["keys"].clone();
    assert_eq!(sealing()[0]["values"], 4);
    assert_eq!(provider.json(&["key", "rotate"])["resealed"], 4);
    assert_eq!(
        (&sealing()[0]["values"], &sealing()[1]["values"]),
        (&0.into(), &4.into())
    );
    let doctor = provider.run(&["doctor"]);
    let all = format!("{}{}", doctor.stdout, doctor.stderr);
    assert!(all.contains("the keys open all 4 values"), "{all}");
    provider.run(&["db", "verify"]).text();
    // Another's sealing keys open nothing.
    let other = Provider::new();
    other.json(&["key", "rotate"]);
    let file = "valetkey.keys/sealing.keys";
    std::fs::copy(
        other.folder.path().join(file),
        provider.folder.path().join(file),
    )
    .unwrap();
    assert_eq!(provider.json(&["key", "list"])["unopened"], 4);
}

/// Serves until it says that it listens.
fn serves(provider: &Provider) {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_valetkey"));
    serve.args(["serve", "--config", "v.toml", "--listen", "127.0.0.1:0"]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VALETKEY_") {
            serve.env_remove(name);
        }
    }
    let mut server = serve
        .current_dir(provider.folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let listens = lines
        .map_while(Result::ok)
        .any(|line| line.contains("listens on"));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(listens);
}

#[test]
fn a_lost_file_of_sealing_keys_is_not_replaced_unless_its_loss_is_confirmed() {
    let provider = signing();
    provider.json(&["key", "rotate", "--signing"]);
    let file = provider.folder.path().join("valetkey.keys/sealing.keys");
    let kept = provider.folder.path().join("kept");
    std::fs::rename(&file, &kept).unwrap();
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["key", "list"],
        &["key", "rotate"],
        &["key", "rotate", "--prepare"],
        &["key", "rotate", "--reseal"],
        &["key", "rotate", "--signing"],
    ] {
        let told = provider.run(command);
        told.failed(1, "put valetkey.keys/sealing.keys back from a backup");
        told.failed(1, "`valetkey key rotate --lost`");
        assert!(!file.exists(), "{command:?}");
    }
    std::fs::rename(&kept, &file).unwrap();
    assert_eq!(provider.json(&["key", "list"])["unopened"], 0);
    let told = provider.run(&["key", "rotate", "--lost"]);
    told.failed(1, "valetkey.keys/sealing.keys is there: nothing is lost");
    serves(&provider);

    std::fs::remove_file(&file).unwrap();
    let made = provider.json(&["key", "rotate", "--lost"]);
    let listed = provider.json(&["key", "list"]);
    assert_eq!(listed["unopened"], 4);
    assert_eq!(listed["keys"][0]["id"], made["key"]);
    serves(&provider);
    // The first has those sign that waited, which do not open either.
    for _ in 0..2 {
        provider.json(&["key", "rotate", "--signing", "--now"]);
    }
    let listed = provider.json(&["key", "list"]);
    assert_ne!(listed["keys"][0]["values"], 0, "new keys sign: {listed}");
}

#[test]
fn a_key_from_elsewhere_is_brought_along() {
    let provider = signing();
    let file = provider.folder.path().join("key.pem");
    std::fs::write(&file, PEM).unwrap();
    let import = |algorithm: &str, name: &str| {
        provider.run(&["key", "import", "--algorithm", algorithm, name, "--json"])
    };
    let made = import("EdDSA", "key.pem").json();
    assert_eq!(states(&made)[1], ("EdDSA".to_owned(), "signing".to_owned()));
    let kid = made["signing"][1]["kid"].clone();
    assert!(!made.to_string().contains(SECRET));
    import("EdDSA", "key.pem").failed(1, "this key is here already");
    import("ES256", "key.pem").failed(1, "the key is no key");
    import("RS256", "key.pem").failed(1, "RS256 is not among signing.algorithms");
    import("EdDSA", "nowhere").failed(1, "nowhere");
    let jwk = format!(
        r#"{{"kty":"OKP","crv":"Ed25519","d":"{SECRET}","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"}}"#
    );
    std::fs::write(provider.folder.path().join("key.json"), &jwk).unwrap();
    import("EdDSA", "key.json").failed(1, "this key is here already");
    let bent = jwk.replace("Gb9E", "Gb9F");
    std::fs::write(provider.folder.path().join("key.json"), &bent).unwrap();
    let refused = import("EdDSA", "key.json");
    refused.failed(1, "the key is no key");
    assert!(!refused.stderr.contains(SECRET));
    let again = provider.json(&["key", "list"]);
    assert_eq!(again["signing"][1]["kid"], kid);
}

#[test]
fn where_nothing_signs_there_is_nothing_to_rotate() {
    let provider = Provider::new();
    let refused = provider.run(&["key", "rotate", "--signing"]);
    refused.failed(1, "nothing is signed here");
    provider.json(&["key", "rotate"]);
    assert_eq!(
        provider.json(&["key", "list"])["signing"],
        Value::Array(vec![])
    );
    assert_eq!(provider.run(&["key", "rotate", "--now"]).code, Some(2));
}
