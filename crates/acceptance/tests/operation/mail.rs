//! Mail, by way of the outbox, to a real mail server: which takes it, is away, refuses, is slow, wants TLS.

use crate::support::mail_server::{MailServer, Taken};
use crate::support::{PLAIN, long, within};
use acceptance::{Finished, Json, Provider, Setup};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// How long until something was delivered that nothing is in the way of.
const SOON: Duration = Duration::from_secs(10);

fn provider(server: &MailServer) -> Provider {
    Setup::toml(PLAIN).with(&server.settings()).start()
}

fn test(provider: &Provider, to: &str, more: &[&str]) -> Finished {
    provider.cli(&[&["mail", "test", to, "--json"], more].concat())
}

/// What is said of test mails to Ann.
fn test_words(provider: &Provider, more: &[&str]) -> String {
    let to_ann = ["mail", "test", "ann@example.com"];
    provider.cli(&[&to_ann[..], more].concat()).stdout
}

fn outbox(provider: &Provider, more: &[&str]) -> Vec<Json> {
    let listed = provider.cli(&[&["outbox", "list", "--json"], more].concat());
    listed.json()["messages"]
        .as_array()
        .expect("messages")
        .clone()
}

fn text<'a>(message: &'a Json, name: &str) -> &'a str {
    message[name].as_str().unwrap_or_default()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_is_delivered_once_and_says_where_it_comes_from() {
    let server = MailServer::start_new();
    let provider = provider(&server);
    let began = Instant::now();
    let done = test(&provider, "ann@example.com", &["--wait"]).json();
    assert_eq!(done["state"], "delivered");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    let mail = &taken[0];
    assert_eq!(
        mail.number().to_string(),
        done["ids"][0].as_str().unwrap_or_default()
    );
    for (name, value) in [
        ("From", "Acme <no-reply@acme.example>"),
        ("To", "ann@example.com"),
        ("Subject", "Test mail from Valetkey"),
        ("Auto-Submitted", "auto-generated"),
    ] {
        assert_eq!(mail.header(name), value);
    }
    assert!(mail.header("Message-ID").ends_with("@acme.example>"));
    assert_eq!(mail.0["from"], "no-reply@acme.example");
    assert!(outbox(&provider, &[]).is_empty());
    let audit = provider.cli(&["audit", "--json", "--event", "mail"]).json();
    assert_eq!(audit["events"][0]["event"], "mail.tested");
    assert_eq!(audit["events"][0]["actor"]["kind"], "operator");
    let words = provider.cli(&["mail", "test", "ann@example.com", "--wait"]);
    assert!(
        words.stdout.contains("was taken by the mail server"),
        "{words:?}"
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn mails_over_tls_go_to_a_server_that_knows_us_and_the_password_stays_secret() {
    const PASSWORD: &str = "spring water in the bottle";
    for (kind, url) in [("tls", "smtps"), ("starttls", "smtp")] {
        let server = MailServer::prepared();
        let settings = format!(
            "[mail]\nfrom = \"no-reply@acme.example\"\nsmtp = \"{url}://acme%40mail@localhost:{}?tls=required\"\n\
             password_file = \"smtp.password\"",
            server.port()
        );
        let mut provider = Setup::toml(PLAIN).with(&settings).https().prepare();
        let trusted = provider.authority_path().display().to_string();
        let mut server = server.secured(provider.folder(), kind, "acme@mail", PASSWORD);
        server.start();
        let file = provider.folder().join("smtp.password");
        let write = |password: &str| fs::write(&file, format!("{password}\n")).expect("write it");
        // A certificate that nobody knows, then a wrong password.
        write("wrong water");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
        provider.start();
        let refused = test(&provider, "ann@example.com", &["--wait"]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("certificate"), "{refused:?}");
        provider.stop();
        provider.env("SSL_CERT_FILE", &trusted);
        provider.start();
        let refused = test(&provider, "bob@example.com", &["--wait"]);
        assert!(
            refused
                .stderr
                .contains("does not accept the user or password"),
            "{refused:?}"
        );
        assert!(server.taken().is_empty());

        write(PASSWORD);
        provider.restart();
        provider.cli(&["outbox", "retry", "--all", "--json"]).json();
        assert!(
            within(SOON, || server.taken().len() == 2),
            "{}",
            provider.log()
        );
        for mail in server.taken() {
            assert_eq!(
                (&mail.0["secure"], &mail.0["user"]),
                (&Json::from(true), &Json::from("acme@mail"))
            );
        }
        let doctor = provider.cli(&["doctor", "--json"]).stdout;
        assert!(
            doctor.contains("answers over TLS and knows acme@mail"),
            "{doctor}"
        );
        let shown = provider.cli(&["config", "show"]).stdout;
        let log = provider.log();
        for told in [&doctor, &shown, &log, &refused.stderr] {
            assert!(!told.contains("water"), "{told}");
        }
    }
}

/// To so many others mails are asked for while the server is away.
const ADDRESSES: usize = 5;

fn address(nth: usize) -> String {
    format!("user{nth}@example.com")
}

/// Two mails to each of them; in the long form so many at a time, for a minute. How many it were.
#[track_caller]
fn asked_meanwhile(provider: &Provider) -> usize {
    let (began, mut asked) = (Instant::now(), 0);
    let away = Duration::from_secs(if long() { 60 } else { 0 });
    loop {
        for nth in 0..ADDRESSES {
            test(provider, &address(nth), &["--copies", "2"]).json();
            asked += 2;
        }
        if began.elapsed() >= away {
            return asked;
        }
    }
}

/// In the long form for a minute, in which more and more are asked for.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn mails_wait_while_the_server_is_away() {
    let mut server = MailServer::prepared();
    let provider = provider(&server);
    let refused = test(&provider, "ann@example.com", &["--wait"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let told = &refused.stderr;
    assert!(
        told.contains("cannot be reached") && told.contains("valetkey outbox retry"),
        "{told}"
    );
    let doctor = provider.cli(&["doctor", "--json"]);
    assert!(doctor.stdout.contains("cannot be reached"), "{doctor:?}");
    let waiting = outbox(&provider, &[]);
    assert_eq!(waiting.len(), 1);
    assert_eq!(text(&waiting[0], "state"), "put_off");
    assert!(waiting[0]["attempts"].as_i64() > Some(0));
    assert!(outbox(&provider, &["--dead"]).is_empty());
    let listed = provider.cli(&["outbox", "list"]).stdout;
    assert!(
        listed.contains("mail:ann@example.com") && listed.contains("next at"),
        "{listed}"
    );

    let asked = 1 + asked_meanwhile(&provider);

    // It comes back, and nobody has to do anything.
    server.start();
    let soon = Duration::from_secs(if long() { 150 } else { 30 });
    assert!(
        within(soon, || server.taken().len() >= asked),
        "{} of {asked}: {}",
        server.taken().len(),
        provider.log()
    );
    assert!(within(SOON, || outbox(&provider, &[]).is_empty()));
    assert_eq!(server.taken().len(), asked, "each once");
    for nth in 0..ADDRESSES {
        let numbers = server.taken_by(&address(nth));
        assert!(numbers.iter().map(Taken::number).is_sorted(), "{numbers:?}");
    }
    assert!(
        !provider.log().contains("ann@example.com"),
        "{}",
        provider.log()
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_is_refused_for_good_is_a_dead_letter_and_what_is_refused_for_now_is_not() {
    let server = MailServer::start_new();
    let provider = provider(&server);
    let refused = test(&provider, "refused@example.com", &["--wait"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let told = &refused.stderr;
    assert!(
        told.contains("550") && told.contains("dead letter"),
        "{told}"
    );
    let dead = outbox(&provider, &["--dead"]);
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (text(&dead[0], "state"), &dead[0]["attempts"]),
        ("dead", &Json::from(1))
    );
    let id = text(&dead[0], "id");
    assert!(id.parse::<i64>().is_ok(), "{dead:?}");
    let told = format!(r#","job":"outbox","message_id":"{id}","kind":"mail.test"}}"#);
    let is_told = || provider.log().contains(&told);
    assert!(within(SOON, is_told), "{told}: {}", provider.log());
    let audit = provider
        .cli(&["audit", "--json", "--event", "outbox"])
        .json();
    assert_eq!(audit["events"][0]["event"], "outbox.given_up");
    assert_eq!(audit["events"][0]["actor"]["kind"], "job");

    test(&provider, "busy@example.com", &[]).json();
    assert_eq!(test(&provider, "once@example.com", &[]).code, Some(0));
    assert!(within(Duration::from_secs(30), || server
        .taken_by("once@example.com")
        .len()
        == 1));
    let waiting = outbox(&provider, &[]);
    let busy = waiting
        .iter()
        .find(|one| text(one, "destination") == "mail:busy@example.com");
    let busy = busy.expect("it waits");
    assert_eq!(text(busy, "state"), "put_off");
    assert!(text(busy, "last_error").contains("451"), "{busy}");

    // One to whom we may not send is no dead letter: every mail would be.
    let relayed = test(&provider, "relay@example.com", &["--wait"]);
    assert!(
        relayed.stderr.contains("does not let us send"),
        "{relayed:?}"
    );
    assert_eq!(outbox(&provider, &["--dead"]).len(), 1);

    // An operator tries again, and gives up.
    provider.cli(&["outbox", "retry", id, "--json"]).json();
    assert!(within(SOON, || outbox(&provider, &["--dead"]).len() == 1));
    let gone = provider.cli(&["outbox", "drop", id]);
    assert_eq!(gone.stdout.trim(), format!("Message {id} was taken out."));
    for verb in ["drop", "retry"] {
        let again = provider.cli(&["outbox", verb, id]);
        assert_eq!(again.code, Some(1), "{again:?}");
        assert!(again.stderr.contains("no message"), "{again:?}");
    }
    assert!(outbox(&provider, &["--dead"]).is_empty());
    let none = provider.cli(&["outbox", "list", "--dead"]);
    assert_eq!(none.stdout.trim(), "There are no dead letters.");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_slow_recipient_keeps_nobody_else_waiting() {
    let server = MailServer::start_new();
    let mut provider = provider(&server);
    test(&provider, "slow@example.com", &["--copies", "2"]).json();
    let began = Instant::now();
    test(&provider, "ann@example.com", &["--wait"]).json();
    let quick = began.elapsed();
    assert!(server.taken_by("slow@example.com").is_empty(), "{quick:?}");
    // What is under way when the server stops is finished; the rest waits for the next start.
    let status = provider.stop();
    assert!(status.success(), "{status}");
    assert_eq!(server.taken_by("slow@example.com").len(), 1);
    assert_eq!(outbox(&provider, &[]).len(), 1);
    provider.start();
    assert!(within(SOON, || server.taken_by("slow@example.com").len() == 2));
    let subjects: Vec<String> = server
        .taken_by("slow@example.com")
        .iter()
        .map(|mail| mail.header("Subject").to_owned())
        .collect();
    assert_eq!(
        subjects,
        [
            "Test mail from Valetkey (1 of 2)",
            "Test mail from Valetkey (2 of 2)"
        ]
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_that_is_asked_for_while_no_server_runs_waits_for_it() {
    let server = MailServer::start_new();
    let mut provider = Setup::toml(PLAIN).with(&server.settings()).prepare();
    let told = provider.cli(&["mail", "test", "ann@example.com"]);
    assert!(told.stdout.contains("is in the outbox"), "{told:?}");
    let page = provider
        .cli(&["outbox", "list", "--limit", "1", "--json"])
        .json();
    assert_eq!(
        (&page["next"], text(&page["messages"][0], "state")),
        (&Json::Null, "due")
    );
    provider.start();
    assert!(within(SOON, || server.taken().len() == 1));
}

#[test]
fn without_mail_in_the_configuration_there_is_none() {
    let provider = Setup::toml(PLAIN).start();
    let refused = test(&provider, "ann@example.com", &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("[mail]"), "{refused:?}");
    let odd = test(&provider, "ann", &[]);
    assert_eq!(odd.code, Some(2), "{odd:?}");
    let empty = provider.cli(&["outbox", "list"]);
    assert_eq!(empty.stdout.trim(), "Nothing waits to be delivered.");
    let nothing = provider.cli(&["outbox", "retry", "--all"]);
    assert_eq!(nothing.stdout.trim(), "Nothing waits to be delivered.");
}

#[test]
fn a_folder_takes_mails_for_its_owner_alone() {
    let settings = "[mail]\nfrom = \"no-reply@acme.example\"\nfolder = \"sent\"";
    let provider = Setup::toml(PLAIN).with(settings).start();
    let done = test(&provider, "ann@example.com", &["--wait"]).json();
    let folder = provider.folder().join("sent");
    let id = done["ids"][0].as_str().unwrap_or_default();
    let mail = fs::read_to_string(folder.join(format!("{id}.eml"))).expect("the mail");
    assert!(mail.contains("To: ann@example.com\r\n"), "{mail}");
    let several = test_words(&provider, &["--copies", "3", "--wait"]);
    assert!(
        several.starts_with("3 test mails to ann@example.com were written into /"),
        "{several}"
    );
    let waiting = test_words(&provider, &["--copies", "2"]);
    assert!(
        waiting.contains("are in the outbox, and the running server delivers them"),
        "{waiting}"
    );
    let mode = fs::metadata(&folder)
        .expect("the folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}
