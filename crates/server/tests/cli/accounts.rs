//! Accounts.
use super::*;

#[test]
fn a_user_is_created_and_listed() {
    let provider = Provider::new();
    let made = provider.create_user("Ada@Example.com").json();
    assert!(made["id"].as_str().unwrap().starts_with("user_"), "{made}");
    assert_eq!(made["email"], "Ada@Example.com");
    assert_eq!(made["name"], "Ada Lovelace");
    assert_eq!(made["admin"], false);
    assert_eq!(made["status"], "active");
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        provider.json(&["user", "list"])["users"],
        Value::from(vec![made])
    );
    let text = provider.run(&["user", "list"]);
    assert!(text.text().contains("Ada@Example.com"), "{text:?}");
}

#[test]
fn a_user_is_refused_with_the_reason() {
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let again = provider.create_user("ADA@example.com");
    again.failed(1, "ADA@example.com has an account already");
    provider
        .create_user("nobody")
        .failed(1, "email: Enter an e-mail address");
    let args = ["user", "create", "--email", "b@example.com", "--name", "B"];
    let with_file = [&args[..], &["--password-file"]].concat();
    let short = [&with_file[..], &["-"]].concat();
    provider
        .run_with(&short, "short\n")
        .failed(1, "password: Use at least 12 characters");
    let missing = [&with_file[..], &["nowhere"]].concat();
    provider
        .run(&missing)
        .failed(1, "cannot read the password from nowhere");
    assert_eq!(provider.run(&args).code, Some(2), "no --password-file");
    let all = provider.json(&["user", "list"]);
    assert_eq!(all["users"].as_array().unwrap().len(), 1, "{all}");
}

#[test]
fn an_account_is_switched_off_and_on_and_gets_a_password() {
    let provider = Provider::new();
    let ada = provider.create_user("ada@example.com").json();
    let id = ada["id"].as_str().unwrap();
    let off = provider.json(&["user", "disable", "ada@example.com"]);
    assert_eq!(off["status"], "disabled");
    let on = provider.json(&["user", "enable", id]);
    assert_eq!((&on["status"], &on["id"]), (&ada["status"], &ada["id"]));
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-file",
        "-",
    ];
    let done = provider.run_with(&set, "another long password");
    assert!(done.text().contains("has a new password"), "{done:?}");
    provider.run_with(&set, "x").failed(1, "at least 12");
    let nobody = provider.run(&["user", "disable", "eve@example.com"]);
    nobody.failed(1, "nobody here is \"eve@example.com\"");
}

#[test]
fn lists_come_in_pages() {
    let provider = Provider::new();
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        provider.create_user(email).json();
    }
    let first = provider.json(&["user", "list", "--limit", "2"]);
    assert_eq!(first["users"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = provider.json(&["user", "list", "--limit", "2", "--after", next]);
    assert_eq!(second["users"][0]["email"], "c@example.com");
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        provider.run(&["user", "list", "--limit", "0"]).code,
        Some(2)
    );
}

#[test]
fn an_administrator_is_made_without_a_word() {
    let provider = Provider::new();
    let args = [
        "user",
        "create",
        "--email",
        "a@example.com",
        "--name",
        "A",
        "--admin",
        "--password-file",
        "-",
    ];
    let done = provider.run_with(&args, "correct horse battery\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stderr, "", "{done:?}");
}

#[test]
fn nobody_is_invited_where_invitations_make_no_account() {
    let provider = Provider::new();
    let file = provider.folder.path().join("v.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mail = "[mail]\nfrom = \"id@example.com\"\nfolder = \"mails\"\n";
    std::fs::write(
        &file,
        format!("{text}\n[accounts]\nsign_up = \"off\"\n{mail}"),
    )
    .unwrap();
    let invite = ["user", "invite", "ada@example.com"];
    provider.run(&invite).failed(
        1,
        "accounts.sign_up is off, so an invitation makes no account",
    );
    provider.create_user("ada@example.com").json();
}

#[test]
fn a_user_is_shown_and_updated() {
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    provider.create_user("eve@example.com").json();
    provider
        .create_app(&["--redirect-uri", "https://myapp.com/cb"])
        .json();
    let shown = provider.json(&["user", "show", "ada@example.com"]);
    assert_eq!(shown["email_verified"], true);
    for (what, count) in [("sessions", 0), ("grants", 0), ("apps", 1)] {
        assert_eq!(shown[what], count, "{what}");
    }
    fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["user", "update", "ada@example.com"], more].concat()
    }
    let nothing = provider.run(&with(&[]));
    nothing.failed(2, "nothing is changed");
    for (wrong, code, told) in [
        (["--name", " "], 1, "name: Enter your name"),
        (["--email", "ada"], 2, "is no e-mail address"),
        (["--email", "EVE@example.com"], 1, "has an account already"),
        (["--language", "xx"], 2, "is no language of ours"),
    ] {
        provider.run(&with(&wrong)).failed(code, told);
    }
    let all = with(&[
        "--name",
        "Ada L.",
        "--email",
        "ada@example.org",
        "--unverified",
        "--language",
        "de",
    ]);
    let now = provider.json(&all);
    assert_eq!(now["id"], shown["id"]);
    assert_eq!(now["name"], "Ada L.");
    assert_eq!(now["email"], "ada@example.org");
    assert_eq!(now["email_verified"], false);
    assert_eq!(now["language"], "de");
    let told = provider.json(&["audit", "--user", "ada@example.org"]);
    let newest: Vec<_> = told["events"].as_array().unwrap()[..2]
        .iter()
        .map(|event| (event["event"].as_str(), event["actor"]["kind"].as_str()))
        .collect();
    let by_operator = |name| (Some(name), Some("operator"));
    assert_eq!(
        newest,
        [
            by_operator("user.address_changed"),
            by_operator("user.name_set")
        ]
    );
}

#[test]
fn a_reset_link_is_printed_for_a_proved_address_where_links_are_served() {
    let provider = Provider::new();
    let ada = provider.create_user("ada@example.com").json();
    let make = ["user", "reset-link", "ada@example.com"];
    provider.run(&make).failed(1, "no mail is configured");
    let file = provider.folder.path().join("v.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mail = "[mail]\nfrom = \"id@example.com\"\nfolder = \"mails\"\n";
    std::fs::write(&file, format!("{text}\n{mail}")).unwrap();
    let made = provider.json(&make);
    let link = made["link"].as_str().unwrap();
    assert!(
        link.starts_with("https://auth.example.com/link?t=ml_"),
        "{made}"
    );
    let waiting = provider.json(&["outbox", "list"]);
    assert_eq!(waiting["messages"].as_array().unwrap().len(), 0);
    let told = provider.json(&["audit", "--event", "user.reset_link_made"]);
    let event = &told["events"][0];
    assert_eq!(event["actor"]["kind"], "operator");
    assert_eq!(event["user"], ada["id"]);
    let secret = link.split("ml_").nth(1).unwrap();
    assert!(!told.to_string().contains(secret));
    let unproved = [
        "user",
        "update",
        "ada@example.com",
        "--email",
        "b@example.com",
        "--unverified",
    ];
    provider.json(&unproved);
    let refused = provider.run(&["user", "reset-link", "b@example.com"]);
    refused.failed(1, "is not proved");
    provider.json(&["user", "disable", "b@example.com"]);
    let refused = provider.run(&["user", "reset-link", "b@example.com"]);
    refused.failed(1, "is disabled");
}

#[test]
fn an_account_is_exported_without_a_secret_and_deleted_when_its_address_is_typed() {
    let (provider, app) = Provider::with_app();
    let ada = provider.json(&["user", "show", "ada@example.com"]);
    let document = provider.run(&["user", "export", "ada@example.com"]).json();
    assert_eq!(document["account"]["email"], "ada@example.com");
    assert_eq!(document["own_apps"][0]["client_id"], app["client_id"]);
    let told = document["events"].to_string();
    assert!(told.contains("user.created"), "{told}");
    let text = document.to_string();
    for secret in [
        "argon2",
        "password",
        "digest",
        app["client_secret"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }

    let delete = ["user", "delete", "ada@example.com"];
    let refused = provider.run_with(&delete, "eve@example.com\n");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("nothing was deleted"),
        "{refused:?}"
    );
    let done = provider.run_with(&[&delete[..], &["--json"]].concat(), "ADA@example.com\n");
    let done = done.json();
    assert_eq!((&done["deleted"], &done["apps"]), (&ada["id"], &1.into()));
    provider.run(&delete).failed(1, "nobody here is");
    let id = ada["id"].as_str().unwrap();
    provider
        .run(&["user", "enable", id])
        .failed(1, "nobody here is");
    let listed = provider.json(&["user", "list"]);
    assert_eq!(listed["users"].as_array().unwrap().len(), 0);
    let restore = ["app", "restore", id_of(&app)];
    let gone = provider.run(&restore);
    gone.failed(1, "belonged to is deleted, so the app cannot come back");
    assert_eq!(provider.run(&["db", "verify"]).code, Some(0));
    let told = provider.json(&["audit", "--event", "user.deleted"]);
    assert_eq!(told["events"][0]["user"], ada["id"]);
    assert_eq!(told["events"][0]["actor"]["kind"], "operator");

    let again = provider.create_user("ada@example.com").json();
    assert_ne!(again["id"], ada["id"]);
    let yes = ["user", "delete", "ada@example.com", "--yes"];
    assert!(provider.run(&yes).text().contains("deleted for good"));
}
