//! `[mail]`: who mails are from, and who takes them.
use super::*;
use crate::{MailBy, Security, Smtp};

const FROM: &str = "[mail]\nfrom = \"Acme <no-reply@acme.example>\"\n";

#[track_caller]
fn smtp(url: &str, more: &str) -> Smtp {
    let config = load(&format!("{FROM}smtp = \"{url}\"\n{more}")).unwrap();
    match config.mail.unwrap().by {
        MailBy::Smtp(smtp) => smtp,
        MailBy::Folder(folder) => panic!("{folder:?}"),
    }
}

#[test]
fn without_the_table_no_mail_is_sent() {
    assert_eq!(load("").unwrap().mail, None);
    assert_eq!(load("[mail]\n").unwrap().mail, None);
}

#[test]
fn a_server_is_spoken_to_over_tls_unless_it_is_on_this_machine() {
    for (url, host, port, security) in [
        (
            "smtps://mail.acme.example",
            "mail.acme.example",
            465,
            Security::Tls,
        ),
        (
            "smtps://mail.acme.example:10465/",
            "mail.acme.example",
            10_465,
            Security::Tls,
        ),
        (
            "smtp://mail.acme.example",
            "mail.acme.example",
            587,
            Security::StartTls,
        ),
        ("smtp://localhost", "localhost", 25, Security::None),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2_525, Security::None),
        ("smtp://[::1]", "::1", 25, Security::None),
        (
            "smtp://localhost?tls=required",
            "localhost",
            587,
            Security::StartTls,
        ),
        (
            "smtp://relay.acme.example?tls=none",
            "relay.acme.example",
            25,
            Security::None,
        ),
    ] {
        let found = smtp(url, "");
        assert_eq!(
            (found.host.as_str(), found.port, found.security),
            (host, port, security),
            "{url}"
        );
        assert_eq!(found.login, None, "{url}");
    }
    let plain = format!("{FROM}smtp = \"smtp://relay.acme.example?tls=none\"");
    let warned = load(&plain).unwrap().warnings;
    assert!(
        warned.iter().any(|warning| warning.contains("without TLS")),
        "{warned:?}"
    );
}

#[test]
fn a_user_has_a_password_that_is_not_shown() {
    let found = smtp(
        "smtps://ada%40acme.example@mail.acme.example",
        "password = \"spring water\"",
    );
    let (user, password) = found.login.clone().unwrap();
    assert_eq!(
        (user.as_str(), password.0.as_str()),
        ("ada@acme.example", "spring water")
    );
    assert!(!format!("{found:?}").contains("water"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "from a file\r\n").unwrap();
    let shown = file.display();
    let named = smtp(
        "smtps://ada@mail.acme.example",
        &format!("password_file = \"{shown}\""),
    );
    assert_eq!(named.login.unwrap().1.0, "from a file");
    assert_eq!(named.password_file, Some(file.clone()));
    // The environment names the file too.
    let toml = format!("{FROM}smtp = \"smtps://ada@mail.acme.example\"");
    let variable = [("VALETKEY_MAIL__PASSWORD_FILE", &*shown.to_string())];
    let config = load_with(&toml, &variable, &Overrides::default()).unwrap();
    let MailBy::Smtp(found) = config.mail.unwrap().by else {
        panic!("it is a server");
    };
    assert_eq!(found.login.unwrap().1.0, "from a file");
    assert_eq!(found.password_file, Some(file));
    // And instead of the one that the file names.
    let toml = format!("{toml}\npassword_file = \"/nowhere/x\"");
    let config = load_with(&toml, &variable, &Overrides::default()).unwrap();
    let MailBy::Smtp(found) = config.mail.unwrap().by else {
        panic!("it is a server");
    };
    assert_eq!(found.login.unwrap().1.0, "from a file");
}

#[test]
fn a_folder_is_beside_the_file() {
    let config = load("[mail]\nfrom = \"no-reply@acme.example\"\nfolder = \"sent\"").unwrap();
    let mail = config.mail.unwrap();
    assert_eq!(mail.name, None);
    assert!(
        mail.folder()
            .is_some_and(|folder| folder.is_absolute() && folder.ends_with("sent"))
    );
}

fn wrong(url: &str, more: &str) -> String {
    format!("{FROM}smtp = \"{url}\"\n{more}")
}

#[test]
fn a_wrong_sender_or_none_is_told() {
    for (toml, starts) in [
        (
            "[mail]\nfolder = \"x\"".to_owned(),
            "v.toml:1: mail.from: is missing: write from =",
        ),
        (
            FROM.to_owned(),
            "v.toml:1: mail: says nobody who takes mails",
        ),
        (
            wrong("smtps://mail.acme.example", "folder = \"x\""),
            "v.toml:4: mail.folder: stands beside mail.smtp",
        ),
        (
            "[mail]\nfrom = \"Acme\"\nfolder = \"x\"".to_owned(),
            "v.toml:2: mail.from: \"Acme\" is no sender",
        ),
        (
            "[mail]\nfrom = \"a..b@acme.example\"\nfolder = \"x\"".to_owned(),
            "v.toml:2: mail.from: \"a..b@acme.example\" is no sender",
        ),
        (
            format!(
                "[mail]\nfrom = \"{}@acme.example\"\nfolder = \"x\"",
                "a".repeat(65)
            ),
            "v.toml:2: mail.from: ",
        ),
        (
            "[mail]\nfrom = \"Acme <grüße@acme.example>\"\nfolder = \"x\"".to_owned(),
            "v.toml:2: mail.from: ",
        ),
        (
            "[mail]\nfrom = \"A\\u202eb <a@b.example>\"\nfolder = \"x\"".to_owned(),
            "v.toml:2: mail.from: ",
        ),
        (
            "[mail]\nfrom = \"A\\nBcc: x@y.example <a@b.example>\"\nfolder = \"x\"".to_owned(),
            "v.toml:2: mail.from: ",
        ),
    ] {
        let told = fault(&toml);
        assert!(told.starts_with(starts), "{toml}\n{told}");
    }
}

#[test]
fn a_wrong_server_or_password_is_told() {
    for (toml, starts) in [
        (
            wrong("mail.acme.example", ""),
            "v.toml:3: mail.smtp: is no server",
        ),
        (
            wrong("https://mail.acme.example", ""),
            "v.toml:3: mail.smtp: is no server",
        ),
        (
            wrong("smtps://mail.acme.example/x", ""),
            "v.toml:3: mail.smtp: is no server",
        ),
        (
            wrong("smtps://mail.acme.example?x=1", ""),
            "v.toml:3: mail.smtp: is no server",
        ),
        (wrong("smtps://", ""), "v.toml:3: mail.smtp: is no server"),
        (
            wrong("smtps://mail.acme.example?tls=none", ""),
            "v.toml:3: mail.smtp: may end with",
        ),
        (
            wrong("smtp://mail.acme.example?tls=maybe", ""),
            "v.toml:3: mail.smtp: may end with",
        ),
        (
            wrong("smtps://ada@mail.acme.example", ""),
            "v.toml:1: mail.password_file: is missing",
        ),
        (
            wrong(
                "smtps://ada@mail.acme.example",
                "password_file = \"/nowhere/x\"",
            ),
            "v.toml:4: mail.password_file: /nowhere/x cannot be read",
        ),
        (
            wrong(
                "smtps://ada@mail.acme.example",
                "password = \"a\"\npassword_file = \"x\"",
            ),
            "v.toml:5: mail.password_file: stands beside",
        ),
        (
            wrong("smtps://mail.acme.example", "password = \"a\""),
            "v.toml:4: mail.password: is for a user, and mail.smtp names none",
        ),
        (
            wrong("smtps://mail.acme.example", "password_file = \"x\""),
            "v.toml:4: mail.password_file: is for a user, and mail.smtp names none",
        ),
        (
            wrong("smtp://ada@mail.acme.example?tls=none", "password = \"a\""),
            "v.toml:3: mail.smtp: would send the password in the clear",
        ),
    ] {
        let told = fault(&toml);
        assert!(told.starts_with(starts), "{toml}\n{told}");
    }
    let told = fault(&wrong("smtps://ada:secret@mail.acme.example", ""));
    assert!(
        told.contains("holds a password") && !told.contains("secret"),
        "{told}"
    );
}

#[test]
fn a_mail_service_reports_at_a_path_of_its_own_with_a_secret() {
    const SECRET: &str = "a-secret-of-24-letters-a";
    let hook = |more: &str| format!("{FROM}folder = \"sent\"\n[mail.bounces]\n{more}");
    let found = |toml: &str| load(toml).unwrap().mail.unwrap().bounces;
    assert_eq!(found(&hook("")), None);
    let whole = hook(&format!("path = \"/mail/bounces\"\nsecret = \"{SECRET}\""));
    let own = found(&whole).unwrap();
    assert_eq!(
        (own.path.as_str(), own.secret.0.as_str()),
        ("/mail/bounces", SECRET)
    );
    assert!(!format!("{own:?}").contains(SECRET));
    // From a file, which the environment may name.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let shown = file.display().to_string();
    let variable = [("VALETKEY_MAIL__BOUNCES__SECRET_FILE", shown.as_str())];
    let toml = hook("path = \"/mail/bounces\"");
    let config = load_with(&toml, &variable, &Overrides::default()).unwrap();
    let mail = config.mail.unwrap();
    assert_eq!(mail.bounces.as_ref().unwrap().secret.0, SECRET);
    assert_eq!(mail.secret_files().collect::<Vec<_>>(), [file]);
    for (more, starts) in [
        (
            "secret = \"x\"".to_owned(),
            "v.toml:4: mail.bounces.path: is missing",
        ),
        (
            "path = \"/mail/bounces\"".to_owned(),
            "v.toml:4: mail.bounces.secret_file: is missing",
        ),
        (
            "path = \"/mail/bounces\"\nsecret = \"short\"".to_owned(),
            "v.toml:6: mail.bounces.secret: is no secret for a header",
        ),
        (
            format!("path = \"/mail/bounces\"\nsecret = \"{SECRET} x\""),
            "v.toml:6: mail.bounces.secret: is no secret for a header",
        ),
        (
            format!("path = \"/mail/bounces\"\nsecret = \"{SECRET}\"\nsecret_file = \"x\""),
            "v.toml:7: mail.bounces.secret_file: stands beside",
        ),
        (
            format!("path = \"bounces\"\nsecret = \"{SECRET}\""),
            "v.toml:5: mail.bounces.path: \"bounces\" does not start",
        ),
        (
            format!("path = \"/account/x\"\nsecret = \"{SECRET}\""),
            "v.toml:5: mail.bounces.path: \"/account/x\" belongs to a page",
        ),
        (
            format!("path = \"/oauth2/token\"\nsecret = \"{SECRET}\""),
            "v.toml:5: mail.bounces.path: paths.token is at this path",
        ),
    ] {
        let told = fault(&hook(&more));
        assert!(told.starts_with(starts), "{more}\n{told}");
        assert!(!told.contains(SECRET), "{told}");
    }
    let hidden = crate::show::hidden("mail.bounces.secret", &SECRET.into());
    assert_eq!(hidden, "…");
}
