//! What `valetkey db` does to a database.
use super::*;

impl Finished {
    #[track_caller]
    fn says(&self, part: &str) {
        assert!(self.text().contains(part), "{self:?}");
        // No bar where nobody sees it.
        assert_eq!(self.stderr, "", "{self:?}");
    }
}

impl Provider {
    fn db(&self, args: &[&str]) -> Finished {
        self.run(&[&["db"], args].concat())
    }
}

/// A provider with Ada, and the client id of an app of hers that acts for itself.
fn with_robot() -> (Provider, String) {
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let owned = ["app", "create", "--owner", "ada@example.com"];
    let named = ["--name", "Robot", "--homepage", "https://myapp.com"];
    let more = ["--grant", "client_credentials"];
    let app = provider.json(&[&owned[..], &named, &more].concat());
    (provider, id_of(&app).to_owned())
}

/// The rows of a table, as `status` tells them.
#[track_caller]
fn rows(provider: &Provider, table: &str) -> u64 {
    let status = provider.db(&["status", "--json"]).json();
    let tables = status["tables"].as_array().unwrap();
    let table = tables.iter().find(|one| one["name"] == table).unwrap();
    assert_eq!(table["exact"], true);
    table["rows"].as_u64().unwrap()
}

#[test]
fn no_verb_makes_a_database() {
    let provider = Provider::new();
    for args in [
        &["status"][..],
        &["verify"],
        &["migrate"],
        &["migrate", "--check"],
        &["sweep"],
        &["backup", "--to", "copy.db"],
        &["cut-off", "--yes"],
    ] {
        provider
            .db(args)
            .failed(1, "there is no database at valetkey.db");
    }
    let left = std::fs::read_dir(provider.folder.path()).unwrap().count();
    assert_eq!(left, 1, "the configuration alone");
    let lost = Command::new(env!("CARGO_BIN_EXE_valetkey"))
        .args(["db", "status"])
        .current_dir(provider.folder.path())
        .output();
    assert_eq!(lost.unwrap().status.code(), Some(2), "which provider?");
}

#[test]
fn the_status_and_the_schema_are_told() {
    let (provider, _) = with_robot();
    let status = provider.db(&["status", "--json"]).json();
    assert_eq!(status["storage"], "sqlite:valetkey.db");
    assert_eq!(status["schema"]["pending"], Value::Array(vec![]));
    assert_eq!(status["served_by"], Value::Null);
    assert_eq!(status["nodes"], Value::Array(vec![]));
    assert!(status["pages"]["count"].as_u64() > Some(10), "{status}");
    assert_eq!(
        (rows(&provider, "people"), rows(&provider, "clients")),
        (1, 1)
    );
    provider.db(&["status"]).says("up to date");
    provider
        .db(&["migrate", "--check"])
        .says("The schema is up to date");
    let told = provider.db(&["migrate", "--json"]).json();
    assert_eq!(told["applied"], Value::Array(vec![]));
    // A file without any step.
    std::fs::write(provider.folder.path().join("valetkey.db"), "").unwrap();
    let pending = provider.db(&["migrate", "--check"]);
    assert_eq!(pending.code, Some(1), "{pending:?}");
    assert!(
        pending.stdout.contains("Pending: V1__initial"),
        "{pending:?}"
    );
    provider.db(&["status"]).says("run `valetkey db migrate`");
    provider
        .db(&["verify"])
        .failed(1, "run `valetkey db migrate` first");
    provider.db(&["migrate"]).says("Applied V1__initial");
    provider.db(&["migrate", "--check"]).says("up to date");
}

#[test]
fn a_database_is_filled_and_swept() {
    let (provider, app) = with_robot();
    let fill = ["fill", "--app", &app, "--access-tokens", "3000"];
    provider
        .db(&fill)
        .failed(1, "this writes 3,000 rows to sqlite:valetkey.db");
    let nobody = ["fill", "--app", "nobody", "--access-tokens", "3", "--yes"];
    provider.db(&nobody).failed(1, "no app has the client id");
    let none = ["fill", "--app", &app, "--access-tokens", "0", "--yes"];
    assert_eq!(provider.db(&none).code, Some(2));
    provider
        .db(&[&fill[..], &["--yes"]].concat())
        .says("3,000 access tokens of Robot");
    let expired = [&fill[..], &["--expired", "--yes", "--json"]].concat();
    let told = provider.db(&expired).json();
    assert_eq!(
        (&told["access_tokens"], &told["expired"]),
        (&3_000.into(), &true.into())
    );
    assert_eq!(rows(&provider, "access_tokens"), 6_000);
    provider
        .db(&["sweep"])
        .says("3,000 access tokens and 0 other rows were deleted.");
    assert_eq!(rows(&provider, "access_tokens"), 3_000);
    let shrunk = provider.db(&["sweep", "--shrink", "--json"]).json();
    assert_eq!(shrunk["access_tokens"], 0);
    assert!(shrunk["bytes_freed"].as_u64() > Some(100_000), "{shrunk}");
    provider.db(&["verify"]).says("The database is sound.");
}

#[test]
fn a_backup_is_made_and_put_back() {
    let (provider, _) = with_robot();
    let backup = ["backup", "--to", "copy.db"];
    provider
        .db(&backup)
        .says("Keep the key file valetkey.keys/server.key too");
    let told = provider
        .db(&["backup", "--to", "other.db", "--json"])
        .json();
    assert_eq!(told["sealing_keys_file"], "valetkey.keys/sealing.keys");
    provider.db(&backup).failed(1, "copy.db is there already");
    let nowhere = ["backup", "--to", "nowhere/copy.db"];
    provider
        .db(&nowhere)
        .failed(1, "cannot make nowhere/copy.db");
    let late = [
        "user",
        "create",
        "--email",
        "late@example.com",
        "--name",
        "L",
    ];
    let late = [&late[..], &["--password-file", "-"]].concat();
    assert_eq!(
        provider.run_with(&late, "correct horse battery").code,
        Some(0)
    );
    assert_eq!(rows(&provider, "people"), 2);
    let restore = ["restore", "--from", "copy.db"];
    provider.db(&restore).failed(1, "add --replace");
    let replace = [&restore[..], &["--replace"]].concat();
    let told = provider.db(&replace);
    told.says("Closed: all tokens and grants of 1 apps");
    for part in [
        "The database of before is",
        "Lost is what was done",
        "There is no key file",
        "There is no file valetkey.keys/sealing.keys",
    ] {
        told.says(part);
    }
    assert_eq!(rows(&provider, "people"), 1);
    let kept = provider.db(&[&replace[..], &["--keep-tokens"]].concat());
    kept.says("works again: if anything ran since then");
    provider.db(&["cut-off"]).failed(1, "add --yes to do it");
    let told = provider.db(&["cut-off", "--yes", "--json"]).json();
    assert_eq!(told["closed"]["apps"], 1, "{told}");
    provider
        .db(&["verify", "--quick"])
        .says("The database is sound.");
}

#[test]
fn a_broken_database_is_told_and_not_backed_up() {
    let (provider, app) = with_robot();
    let fill = ["fill", "--app", &app, "--access-tokens", "3000", "--yes"];
    assert_eq!(provider.db(&fill).code, Some(0));
    let path = provider.folder.path().join("valetkey.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 512].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    // Its log may hold the same page; all of it is in the file by now.
    let _ = std::fs::remove_file(provider.folder.path().join("valetkey.db-wal"));
    let told = provider.db(&["verify"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.stdout
            .contains("put back a backup with `valetkey db restore`")
    );
    let told = provider.db(&["verify", "--json"]);
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((told.code, &report["ok"]), (Some(1), &false.into()));
    assert_eq!(report["broken"][0]["check"], "file");
    provider
        .db(&["backup", "--to", "copy.db"])
        .failed(1, "is broken");
    assert!(!provider.folder.path().join("copy.db").exists());
}
