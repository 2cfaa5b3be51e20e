//! People who come from elsewhere.
use super::*;
use serde_json::json;

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

/// The second line is right in every way, the others are not.
fn broken() -> Vec<u8> {
    let email = |n: u32| format!("user{n}@example.com");
    let long = json!({ "email": email(1), "name": "x".repeat(70_000) }).to_string();
    let lines: [&[u8]; 13] = [
        b"{\"email\":",
        &json!({ "email": email(2), "password_hash": BCRYPT }).to_string().into_bytes(),
        b"{\"email\":\"\xff\xfe@example.com\"}",
        b"{\"name\":\"Nobody\"}",
        long.as_bytes(),
        &json!({ "email": "USER2@example.com" }).to_string().into_bytes(),
        &json!({ "email": email(7), "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99" }).to_string().into_bytes(),
        b"{\"email\":\"no address\"}",
        &json!({ "email": email(9), "password_hash": BCRYPT.replace("$10$", "$15$") }).to_string().into_bytes(),
        &json!({ "email": email(10), "password_hash": "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc" }).to_string().into_bytes(),
        &json!({ "email": email(11), "external_id": "u-11" }).to_string().into_bytes(),
        b"",
        b"[1]",
    ];
    lines.join(&b'\n')
}

fn users(provider: &Provider) -> Vec<Value> {
    let listed = provider.json(&["user", "list", "--limit", "1000"]);
    listed["users"].as_array().unwrap().clone()
}

fn write(provider: &Provider, lines: &[u8]) {
    std::fs::write(provider.folder.path().join("people.jsonl"), lines).unwrap();
}

#[test]
fn broken_lines_are_told_and_the_rest_goes_in() {
    let provider = Provider::new();
    write(&provider, &broken());
    let args = [
        "user",
        "import",
        "people.jsonl",
        "--errors",
        "errors.jsonl",
        "--json",
    ];
    let done = provider.run(&args);
    assert_eq!(done.code, Some(1), "{done:?}");
    let counts: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        counts,
        json!({ "lines": 13, "imported": 1, "duplicates": 1, "refused": 10, "dry_run": false })
    );
    assert!(
        done.stderr
            .contains("not every line was taken: errors.jsonl says which, and why"),
        "{done:?}"
    );
    let errors = std::fs::read_to_string(provider.folder.path().join("errors.jsonl")).unwrap();
    let told: Vec<Value> = errors
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let reason = |line: u64| {
        let one = told.iter().find(|told| told["line"] == line).expect("told");
        (one["duplicate"] == true, one["reason"].as_str().unwrap())
    };
    for (line, part) in [
        (1, "the line is not one object of JSON in UTF-8"),
        (3, "the line is not one object of JSON in UTF-8"),
        (4, "email: this is missing"),
        (5, "the line is longer than 65536 bytes"),
        (7, "password_hash: this is no hash"),
        (8, "email: this is not an address"),
        (9, "password_hash: this hash costs too much"),
        (
            10,
            "password_hash: this hash costs too much: to compare it would take more than 128 MiB",
        ),
        (11, "external_id: nobody signs in elsewhere here"),
        (13, "the line is JSON, and no object"),
    ] {
        let (duplicate, reason) = reason(line);
        assert!(!duplicate && reason.starts_with(part), "{line}: {reason}");
    }
    assert!(reason(6).0, "{told:?}");
    assert_eq!(told.len(), 11);
    for secret in [
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "N9qo8uLOickgx2ZMRZoMye",
        "example.com",
    ] {
        assert!(!errors.contains(secret), "{errors}");
    }
    assert_eq!(users(&provider).len(), 1);
}

#[test]
fn without_a_file_for_them_the_first_refused_lines_are_told() {
    let provider = Provider::new();
    let done = provider.run_with(&["user", "import", "-"], &"{}\n".repeat(30));
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(
        done.stdout,
        "30 lines: 0 imported, 0 here already, 30 refused.\n"
    );
    let told: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(told[0], "line 1: email: this is missing");
    assert_eq!((told[20], told.len()), ("… and more lines are refused", 22));
    assert!(
        told[21].starts_with("error: not every line was taken: with --errors FILE"),
        "{told:?}"
    );
}

#[test]
fn a_person_comes_with_what_the_line_says() {
    let provider = Provider::new();
    let ada = json!({
        "email": "Ada@Example.com", "email_verified": true, "name": "Ada Lovelace", "password_hash": BCRYPT,
        "locale": "de-AT", "zone": "Europe/Vienna", "created_at": "2019-05-06T07:08:09Z",
    });
    let eve = json!({ "email": "eve@example.com", "zone": "Europe/Nowhere" });
    let done = provider.run_with(&["user", "import", "-"], &format!("{ada}\n{eve}"));
    assert_eq!(
        done.text(),
        "2 lines: 2 imported, 0 here already, 0 refused.\n"
    );
    let ada = provider.json(&["user", "show", "ada@example.com"]);
    assert_eq!(ada["name"], "Ada Lovelace");
    assert_eq!(ada["email_verified"], true);
    assert_eq!(ada["created_at"], "2019-05-06T07:08:09Z");
    assert_eq!(
        (&ada["language"], &ada["zone"]),
        (&json!("de"), &json!("Europe/Vienna")),
        "{ada}"
    );
    assert_eq!(ada["admin"], false);
    assert_eq!(
        ada["password"],
        json!({ "kind": "bcrypt", "imported": true })
    );
    assert_eq!(
        (&ada["signed_in_at"], &ada["passkeys"]),
        (&Value::Null, &json!(0))
    );
    let listed = provider.run(&["user", "list"]);
    assert!(listed.text().contains("bcrypt, imported"), "{listed:?}");
    provider.create_user("own@example.com").json();
    let own = provider.json(&["user", "show", "own@example.com"]);
    assert_eq!(
        own["password"],
        json!({ "kind": "argon2id", "imported": false })
    );
    let eve = provider.json(&["user", "show", "eve@example.com"]);
    assert_eq!(
        (&eve["email_verified"], &eve["zone"]),
        (&json!(false), &Value::Null),
        "{eve}"
    );
    let events = provider.run(&["audit", "--json"]);
    assert!(events.text().contains("users.imported"), "{events:?}");
}

#[test]
fn nobody_is_made_twice_and_nothing_is_overwritten() {
    let provider = Provider::new();
    provider.create_user("user7@example.com").json();
    let before = provider.json(&["user", "show", "user7@example.com"]);
    let line = |n: u32| json!({ "email": format!("user{n}@example.com"), "name": "Imported", "password_hash": BCRYPT });
    let lines: String = (0..1_200).map(|n| format!("{}\n", line(n))).collect();
    // The first part came before the import was cut off, and ends in the middle of a batch.
    let first: String = (0..700).map(|n| format!("{}\n", line(n))).collect();
    let import = ["user", "import", "-", "--json"];
    let counts = |done: Finished| {
        let counts = done.json();
        ["imported", "duplicates", "refused"].map(|name| counts[name].as_u64().unwrap())
    };
    assert_eq!(counts(provider.run_with(&import, &first)), [699, 1, 0]);
    assert_eq!(counts(provider.run_with(&import, &lines)), [500, 700, 0]);
    assert_eq!(counts(provider.run_with(&import, &lines)), [0, 1_200, 0]);
    assert_eq!(
        provider.json(&["user", "show", "user7@example.com"]),
        before
    );
}

#[test]
fn a_dry_run_tells_the_same_and_makes_nobody() {
    let provider = Provider::new();
    provider.create_user("user3@example.com").json();
    let line = |n: u32| json!({ "email": format!("user{}@example.com", n % 900) }).to_string();
    let mut lines: Vec<_> = (0..1_000).map(line).collect();
    lines.push("{}".to_owned());
    let lines = lines.join("\n");
    let dry = provider.run_with(&["user", "import", "-", "--dry-run"], &lines);
    assert_eq!(dry.code, Some(1), "{dry:?}");
    assert_eq!(
        dry.stdout,
        "1001 lines: 899 could be imported, 101 here already, 1 refused.\n"
    );
    assert_eq!(users(&provider).len(), 1);
    let real = provider.run_with(&["user", "import", "-"], &lines);
    assert_eq!(
        real.stdout,
        "1001 lines: 899 imported, 101 here already, 1 refused.\n"
    );
    assert_eq!(users(&provider).len(), 900);
}

#[test]
fn people_of_the_company_are_known_by_their_ids() {
    let provider = Provider::new();
    let file = provider.folder.path().join("v.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let handoff = "[login.handoff]\nurl = \"https://app.example.com/login\"\nsecrets = [\"the-company-shows-this-secret-0001\"]\n";
    std::fs::write(&file, format!("{text}\n{handoff}")).unwrap();
    let person = |id: &str| json!({ "external_id": id, "email": "shared@example.com", "email_verified": true });
    let own = json!({ "email": "shared@example.com", "password_hash": BCRYPT });
    let lines = [person("u-1"), person("u-2"), person("u-1"), own]
        .map(|line| line.to_string())
        .join("\n");
    let done = provider.run_with(&["user", "import", "-", "--json"], &lines);
    let counts = done.json();
    assert_eq!(
        (&counts["imported"], &counts["duplicates"]),
        (&json!(3), &json!(1)),
        "{counts}"
    );
    let again = provider
        .run_with(&["user", "import", "-", "--json"], &lines)
        .json();
    assert_eq!(
        (&again["imported"], &again["duplicates"]),
        (&json!(0), &json!(4)),
        "{again}"
    );
    let shown = provider.json(&["user", "show", "handoff:u-1"]);
    assert_eq!(shown["external_id"], "u-1");
    // Who is known by an id only has no password here.
    let both = json!({ "external_id": "u-9", "password_hash": BCRYPT }).to_string();
    let refused = provider.run_with(&["user", "import", "-"], &both);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .stderr
            .contains("password_hash: who has an external_id"),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let provider = Provider::new();
    let missing = provider.run(&["user", "import", "nowhere.jsonl"]);
    missing.failed(1, "cannot read the people from nowhere.jsonl");
    write(&provider, b"");
    let unwritable = [
        "user",
        "import",
        "people.jsonl",
        "--errors",
        "no/such/folder",
    ];
    provider
        .run(&unwritable)
        .failed(1, "cannot write no/such/folder");
    let same = [
        "user",
        "import",
        "people.jsonl",
        "--errors",
        "./people.jsonl",
    ];
    write(&provider, b"{\"email\":\"ada@example.com\"}");
    provider.run(&same).failed(2, "it would be overwritten");
    assert_eq!(users(&provider).len(), 0);
    provider.run(&["user", "import", "people.jsonl"]).text();
    write(&provider, b"");
    let nothing = provider.run(&["user", "import", "people.jsonl"]);
    assert_eq!(
        nothing.text(),
        "0 lines: 0 imported, 0 here already, 0 refused.\n"
    );
}
