//! Files that settings name and that the server looks at while it runs: each is taken when it has changed, and refused while it
//! is empty or gone.
use crate::support::{Scene, within};
use acceptance::{NewCertificate, Setup};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How soon it is seen; files are looked at every two seconds, twice.
const SOON: Duration = Duration::from_secs(30);

/// A file, what names it, and what it says at first and later.
struct Watched {
    file: &'static str,
    setting: &'static str,
    texts: [String; 2],
}

fn watched(file: &'static str, setting: &'static str, texts: [&str; 2]) -> Watched {
    Watched {
        file,
        setting,
        texts: texts.map(str::to_owned),
    }
}

fn write(folder: &Path, files: &[Watched], at: usize) {
    for one in files {
        // Keys that others can read are not taken.
        let mut file = fs::OpenOptions::new();
        let file = file.create(true).write(true).truncate(true).mode(0o600);
        let mut file = file.open(folder.join(one.file)).expect("opened");
        file.write_all(one.texts[at].as_bytes()).expect("written");
    }
}

/// A scene whose configuration names these files.
fn scene(toml: &str, folder: &Path, files: &[Watched]) -> Scene {
    write(folder, files, 0);
    Scene::start(Setup::toml(
        &toml.replace("FOLDER", &folder.display().to_string()),
    ))
}

/// Waits for a line of the log that was not there at `from`, and has all of these parts; where the log ends then.
#[track_caller]
fn told(scene: &Scene, from: usize, parts: &[&str]) -> usize {
    let is_there = || {
        let log = scene.provider.log();
        let mut lines = log.get(from..).unwrap_or_default().lines();
        lines.any(|line| parts.iter().all(|part| line.contains(part)))
    };
    assert!(
        within(SOON, is_there),
        "{parts:?}: {}",
        scene.provider.log()
    );
    scene.provider.log().len()
}

fn empty(file: &Path) {
    fs::write(file, "").expect("emptied");
}

fn delete(file: &Path) {
    fs::remove_file(file).expect("deleted");
}

/// What is wrong with one group of files is told at once, so that one group is mended while another breaks.
#[track_caller]
fn are_watched(scene: &Scene, folder: &Path, groups: &[&[Watched]]) {
    let mut from = scene.provider.log().len();
    for spoil in [empty as fn(&Path), delete] {
        for (at, group) in groups.iter().enumerate() {
            for (other, files) in groups.iter().enumerate() {
                if other != at {
                    write(folder, files, 0);
                }
            }
            for one in *group {
                spoil(&folder.join(one.file));
            }
            let mut parts = vec!["the earlier one stays in force"];
            parts.extend(group.iter().map(|one| one.setting));
            from = told(scene, from, &parts);
            for one in *group {
                write(folder, std::slice::from_ref(one), 0);
            }
        }
    }
    for files in groups {
        write(folder, files, 1);
    }
    let mut parts = vec!["is in force"];
    parts.extend(
        groups
            .iter()
            .flat_map(|files| files.iter().map(|one| one.file)),
    );
    told(scene, from, &parts);
}

/// A file of a new certificate.
fn made(file: &str) -> String {
    let made = NewCertificate::make();
    fs::read_to_string(made.folder().join(file)).expect("it was made")
}

const SEALING: [&str; 2] = [
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
];

const ONE: &str = r#"
        [login.handoff]
        url = "http://localhost:9/login"
        secret_files = ["FOLDER/hand-off"]
        [introductions]
        registration = "token"
        initial_token_file = "FOLDER/initial-token"
        [mail]
        from = "id@acme.example"
        smtp = "smtp://user@127.0.0.1:9?tls=none"
        password_file = "FOLDER/mail-password"
        [mail.bounces]
        path = "/mail/bounces"
        secret_file = "FOLDER/bounces"
        [telemetry]
        endpoint = "http://127.0.0.1:9"
        headers_file = "FOLDER/headers"
        [outbound]
        ca_file = "FOLDER/authorities"
        [sealing]
        keys_file = "FOLDER/sealing-keys"
        [scopes]
        "tasks:read" = { group = "Tasks", sentence = "See your tasks" }
        "#;

const TWO: &str = r#"
        [[login.upstream]]
        id = "one"
        name = "One"
        issuer = "http://localhost:9"
        client_id = "us"
        secret_file = "FOLDER/upstream-secret"
        [[login.upstream]]
        id = "two"
        name = "Two"
        issuer = "http://localhost:10"
        client_id = "us"
        key_file = "FOLDER/upstream-key"
        [scopes]
        "tasks:read" = { group = "Tasks", sentence = "See your tasks" }
        "#;

/// Files that hold one value each.
fn read() -> [Watched; 5] {
    [
        watched(
            "hand-off",
            "login.handoff.secret_files",
            [
                "the-company-shows-this-secret-0001",
                "the-company-shows-this-secret-0002",
            ],
        ),
        watched(
            "initial-token",
            "introductions.initial_token_file",
            [
                "initial-token-of-many-letters-1",
                "initial-token-of-many-letters-22",
            ],
        ),
        watched("mail-password", "mail.password_file", ["first", "second"]),
        watched(
            "bounces",
            "mail.bounces.secret_file",
            [
                "what-the-mail-service-shows-us-1",
                "what-the-mail-service-shows-us-22",
            ],
        ),
        watched(
            "headers",
            "telemetry.headers_file",
            ["Authorization: Bearer a", "Authorization: Bearer bb"],
        ),
    ]
}

#[test]
fn every_file_of_a_setting_is_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let read = read();

    let looked_at = [
        watched("sealing-keys", "sealing", SEALING),
        Watched {
            file: "authorities",
            setting: "outbound.ca_file",
            texts: [made("ca.pem"), format!("{}\n", made("ca.pem"))],
        },
    ];
    write(folder, &looked_at, 0);
    let one = scene(ONE, folder, &read);
    let by_secret = [watched(
        "upstream-secret",
        "login.upstream",
        ["first", "second"],
    )];
    let by_key = [Watched {
        file: "upstream-key",
        setting: "login.upstream: key_file",
        texts: [made("key.pem"), format!("{}\n", made("key.pem"))],
    }];
    write(folder, &by_key, 0);
    let two = scene(TWO, folder, &by_secret);
    std::thread::scope(|scope| {
        scope.spawn(|| are_watched(&two, folder, &[&by_secret, &by_key]));
        are_watched(&one, folder, &[&read, &looked_at]);
    });
}
