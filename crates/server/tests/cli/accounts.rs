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
fn the_mark_of_an_administrator_is_said_to_wait() {
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
    assert!(
        done.stderr.contains("--admin is not yet in effect"),
        "{done:?}"
    );
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
