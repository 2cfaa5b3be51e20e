//! A provider over time: what expires, what the command line changes beside it, how it starts and what it
//! writes.

use crate::support;
use crate::support::assertions::now;
use crate::support::behind::{change, read};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, Tokens, assert_refused, form_to,
    outlive_a_second, within,
};
use acceptance::{App, Json, Request, Setup, output};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// The small provider with one lifetime of a second.
fn with_a_second_of(name: &str) -> Scene {
    let variable = format!("VALETKEY_TOKEN__LIFETIMES__{}", name.to_uppercase());
    let mut setup = Setup::toml(PLAIN).env(&variable, "1s");
    if name == "refresh" {
        // What is renewed cannot outlive what renews it.
        setup = setup.env("VALETKEY_TOKEN__LIFETIMES__ACCESS", "1s");
    }
    Scene::start(setup)
}

#[test]
fn a_code_expires() {
    let scene = with_a_second_of("code");
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[]).code();
    outlive_a_second();
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
    let code = scene.allow(&app, &[]).code();
    scene.redeem(&app, &code, &[]).expect(200);
}

#[test]
fn a_refresh_token_expires() {
    let scene = with_a_second_of("refresh");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    outlive_a_second();
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert!(!scene.is_active(&app, &tokens.refresh));
    assert!(
        !scene.is_active(&app, &tokens.access),
        "none outlives what renews it"
    );
}

#[test]
fn no_token_outlives_its_grant() {
    let scene = with_a_second_of("grant");
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[]).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    let tokens = Tokens::of(&reply);
    assert_eq!(reply.json()["expires_in"], 1, "{reply}");
    outlive_a_second();
    assert!(!scene.is_active(&app, &tokens.access));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
}

#[test]
fn a_grace_window_ends() {
    let scene = Scene::plain("[token]\nrotate = { grace = \"1s\" }");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let next = Tokens::of(&scene.refresh(&app, &first.refresh));
    assert_eq!(Tokens::of(&scene.refresh(&app, &first.refresh)), next);
    outlive_a_second();
    assert_refused(&scene.refresh(&app, &first.refresh), 400, "invalid_grant");
    assert_refused(&scene.refresh(&app, &next.refresh), 400, "invalid_grant");
}

#[test]
fn a_deleted_app_is_gone_within_a_second() {
    let scene = Scene::plain("");
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let tokens = scene.tokens(&app, "tasks:read");
    scene.cli(&["app", "delete", &app.client_id]);
    assert!(within(Duration::from_secs(1), || !scene
        .is_active(&api, &tokens.access)));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 401, "invalid_client");
    assert_eq!(scene.browser().get(&scene.question(&app, &[])).status, 400);
    let listed = scene.cli(&["app", "list"]).to_string();
    assert!(
        !listed.contains(&app.client_id) && listed.contains(&api.client_id),
        "{listed}"
    );
}

#[test]
fn an_operator_sets_a_password() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let file = scene.provider.secret_file("set by the operator\n");
    scene.cli(&["user", "set-password", ANN, "--password-file", &file]);
    let ended = || {
        browser
            .open("/account")
            .text()
            .contains("action=\"/sign-in\"")
    };
    assert!(within(Duration::from_secs(1), ended), "the session goes on");
    assert_eq!(
        scene.provider.browser().try_sign_in(ANN, PASSWORD).status,
        401
    );
    scene.provider.browser().sign_in(ANN, "set by the operator");
}

#[test]
fn the_command_line_tells_of_a_token_without_showing_it() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let file = scene.provider.secret_file(&tokens.access);
    let inspect = ["token", "inspect", "--token-file", &file, "--json"];
    let told = scene.provider.cli(&inspect).json().to_string();
    assert!(
        told.contains(&app.client_id) && told.contains("tasks:read"),
        "{told}"
    );
    assert!(!told.contains(&tokens.access), "{told}");
    scene.revoke(&app, &tokens.access).expect(200);
    let gone = scene.provider.cli(&inspect);
    assert_eq!(gone.code, Some(3), "it does not work: {gone:?}");
    assert!(
        format!("{}{}", gone.stdout, gone.stderr).contains("revoked"),
        "{gone:?}"
    );
    let scopes = scene.cli(&["scope", "list"]).to_string();
    assert!(
        scopes.contains("admin:all") && scopes.contains("See your tasks"),
        "{scopes}"
    );
}

#[test]
fn a_refused_command_changes_nothing_and_says_why() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let cases: [&[&str]; 7] = [
        &["app", "show", "nobody"],
        &["app", "disable", "nobody"],
        &["user", "disable", "nobody@example.com"],
        &["app", "approve-scope", &app.client_id, "tasks:read"],
        &["app", "approve-scope", &app.client_id, "nonsense"],
        &["app", "fly", &app.client_id],
        &["token", "inspect", "--token-file", "/nowhere"],
    ];
    for args in cases {
        let done = scene.provider.cli(&[args, &["--json"]].concat());
        assert!(
            done.code.is_some_and(|code| code != 0),
            "{args:?}: {done:?}"
        );
        assert!(
            !done.stderr.trim().is_empty() && !done.stderr.contains("panicked"),
            "{args:?}: {done:?}"
        );
    }
    let file = scene.provider.secret_file("another long password");
    let again = [
        "user",
        "create",
        "--email",
        "ANN@example.com",
        "--name",
        "A",
        "--password-file",
        &file,
        "--json",
    ];
    let done = scene.provider.cli(&again);
    assert!(
        done.code.is_some_and(|code| code != 0),
        "one address, one account: {done:?}"
    );
}

#[test]
fn the_doctor_finds_a_healthy_provider_well() {
    let scene = Scene::plain("");
    let told = scene.provider.cli(&["doctor", "--json"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(
        told.json().is_object() || told.json().is_array(),
        "{told:?}"
    );
}

#[test]
fn the_doctor_knows_this_provider_from_another() {
    let scene = Scene::plain("");
    let listen = scene.provider.addr().to_string();
    let issuer = scene.provider.issuer().to_owned();
    let asked = ["doctor", "--json", "--listen", &listen, "--issuer", &issuer];
    let ours = scene.provider.cli(&asked).json();
    let checks = ours["checks"].as_array().expect("a list");
    let of = |about: &str| {
        let found = checks.iter().find(|one| one["check"] == about);
        found.expect(about)["message"].to_string()
    };
    assert!(of("port").contains("this provider serves"), "{ours}");
    assert!(of("issuer").contains("is this provider"), "{ours}");
    // Another database, served by nobody, under the same name.
    let elsewhere = ["--storage", "sqlite:other.db"];
    let mut command = scene.provider.command();
    command.args(asked).args(elsewhere);
    let told = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{text}");
    assert!(text.contains("but nobody serves"), "{text}");
}

#[test]
fn a_command_that_fails_gives_its_number_back_at_once() {
    let scene = Scene::plain("");
    let held = || -> u64 {
        let now = now();
        let sql = format!("SELECT COUNT(*) FROM nodes WHERE node >= 0 AND lease_until > {now}");
        read(&scene, &sql).remove(0).parse().expect("a count")
    };
    let before = held();
    assert!(before > 0, "the server holds one");
    for wrong in [["app", "disable", "nobody"], ["user", "disable", "nobody"]] {
        let done = scene.provider.cli(&wrong);
        assert!(done.code.is_some_and(|code| code != 0), "{done:?}");
        assert_eq!(held(), before, "{done:?}");
    }
}

#[test]
fn the_environment_names_a_provider_or_none() {
    let scene = Scene::plain("");
    let storage = scene.provider.storage();
    let list = |variable: &str, value: &str| {
        let mut command = scene.provider.command();
        let elsewhere = scene.provider.folder().parent().expect("a folder");
        command.args(["user", "list"]).current_dir(elsewhere);
        output(command.env(variable, value))
    };
    let named = list("VALETKEY_STORAGE__URL", &storage);
    assert!(named.status.success(), "{named:?}");
    let unnamed = list("VALETKEY_LOG__FORMAT", "text");
    assert_eq!(unnamed.status.code(), Some(2), "{unnamed:?}");
    let said = String::from_utf8_lossy(&unnamed.stderr).into_owned();
    assert!(said.contains("which provider?"), "{said}");
}

#[test]
fn keys_are_readable_by_their_owner_alone() {
    let mut scene = Scene::plain("");
    let mut folders = vec![scene.provider.folder().to_owned()];
    let mut keys = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is readable") {
            let path = entry.expect("it is listed").path();
            let mode = fs::metadata(&path)
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777;
            let is_key = path
                .components()
                .any(|part| part.as_os_str().to_string_lossy().ends_with(".keys"));
            if path.is_dir() {
                folders.push(path);
            } else if is_key || path.to_string_lossy().contains("valetkey.db") {
                assert_eq!(mode & 0o077, 0, "{path:?} is {mode:o}");
                keys += usize::from(is_key);
            }
        }
    }
    assert!(keys > 0, "no key files");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    scene.provider.restart();
    assert!(
        browser.open("/account").text().contains(ANN),
        "keys and sessions outlive a restart"
    );
}

#[test]
fn a_newer_schema_is_refused() {
    let mut scene = Scene::plain("");
    scene.provider.stop();
    // On PostgreSQL a later version that only adds is welcome.
    let newer = "INSERT INTO refinery_schema_history SELECT 999, 'contract_later', applied_on, checksum \
        FROM refinery_schema_history LIMIT 1";
    assert_eq!(change(&scene, newer), 1, "a migration of the future");
    let log = scene.provider.try_start().expect_err("it must not start");
    assert!(log.contains("newer") && !log.contains("panicked"), "{log}");
    let listed = scene.provider.cli(&["user", "list", "--json"]);
    assert!(listed.code.is_some_and(|code| code != 0), "{listed:?}");
}

#[test]
fn a_taken_port_is_named() {
    let scene = Scene::plain("");
    let mut command = scene.provider.command();
    command
        .args(["serve", "--config"])
        .arg(scene.provider.config_path());
    command.args(["--listen", &scene.provider.addr().to_string()]);
    command.args([
        "--storage",
        &format!("sqlite:{}/other.db", scene.provider.folder().display()),
    ]);
    let done = output(&mut command);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success());
    assert!(
        said.contains(&scene.provider.addr().port().to_string()) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn every_request_is_one_line_of_json() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let secret = "a-state-that-nobody-logs";
    scene
        .browser()
        .get(&scene.question(&app, &[("state", secret)]));
    let reply = scene.redeem(&app, "x", &[]);
    let id = reply.header("X-Request-Id").unwrap_or_default().to_owned();
    let find = || {
        scene
            .provider
            .log()
            .lines()
            .find(|line| line.contains(&id))
            .map(str::to_owned)
    };
    assert!(
        within(Duration::from_secs(1), || find().is_some()),
        "{id} is not logged"
    );
    let line: Json = serde_json::from_str(&find().unwrap_or_default()).expect("a line of JSON");
    assert_eq!(
        (&line["method"], &line["path"]),
        (&Json::from("POST"), &Json::from(scene.token()))
    );
    assert_eq!(
        (&line["status"], &line["client"]),
        (&Json::from(400), &Json::from("127.0.0.1"))
    );
    assert!(
        line["ms"].is_number() && line["time"].is_string() && line["fault"].is_string(),
        "{line}"
    );
    let log = scene.provider.log();
    assert!(!log.contains(secret), "{log}");
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Json>(line).is_ok()),
        "{log}"
    );
    assert_eq!(log.matches(&id).count(), 1, "one line for one request");
}

#[test]
fn health_tells_of_life_and_readiness() {
    let scene = Scene::plain("");
    for path in ["/health/live", "/health/ready"] {
        let reply = scene.api().get(path).expect(200);
        assert_eq!(reply.member("status"), "ok");
        assert_eq!(scene.api().send(&Request::new("HEAD", path)).status, 200);
    }
}

#[test]
fn a_new_secret_replaces_the_old_one_within_a_second() {
    let scene = Scene::plain("");
    let machine = scene.machine();
    let token = Tokens::of(&scene.client_credentials(&machine)).access;
    let rotated = scene.cli(&["app", "rotate-secret", &machine.client_id]);
    let secret = rotated["client_secret"]
        .as_str()
        .expect("the new secret")
        .to_owned();
    let renewed = App {
        client_secret: secret,
        ..machine.clone()
    };
    assert!(within(Duration::from_secs(1), || scene
        .client_credentials(&renewed)
        .status
        == 200));
    assert_refused(&scene.client_credentials(&machine), 401, "invalid_client");
    assert!(scene.is_active(&renewed, &token), "its tokens live on");
}

#[test]
fn somebody_disabled_while_answering_gets_no_code() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[]));
    scene.cli(&["user", "disable", ANN]);
    let reply = browser.submit(&support::consent_form(&page), &[("answer", "allow")]);
    assert!(
        reply
            .location()
            .is_some_and(|to| to.starts_with("/sign-in")),
        "a disabled user allowed an app: {reply}"
    );
    let mut owner = scene.provider.browser_of(OWNER, PASSWORD);
    let question = scene.question(&app, &[]);
    let page = owner.authorize_until_consent(&question);
    scene.cli(&["app", "disable", &app.client_id]);
    let known = || scene.api().get(&question).status == 400;
    assert!(within(Duration::from_secs(1), known));
    let reply = owner.submit(&support::consent_form(&page), &[("answer", "allow")]);
    assert_eq!(
        (reply.status, reply.location()),
        (400, None),
        "a disabled app: {reply}"
    );
    form_to(&owner.open("/account"), "/sign-out");
}

#[test]
fn a_public_app_gives_its_own_token_back() {
    let scene = Scene::plain("");
    let app = scene.public(CALLBACK);
    let api = scene.resource_server();
    let tokens = scene.tokens(&app, "tasks:read");
    scene.revoke(&app, &tokens.access).expect(200);
    assert!(!scene.is_active(&api, &tokens.access));
    let next = Tokens::of(&scene.refresh(&app, &tokens.refresh));
    scene.revoke(&app, &next.refresh).expect(200);
    assert!(!scene.is_active(&api, &next.access));
}

/// The page for developers of APIs shows every member that an API is told of an ordinary token.
#[test]
fn the_how_to_shows_the_whole_answer_of_introspection() {
    let page = include_str!("../../../../docs/how-to/protect-an-api-in-another-language.md");
    let shown = page
        .split("```json")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let shown: Json = serde_json::from_str(shown.expect("an example")).expect("JSON");
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let api = scene.resource_server();
    let tokens = scene.tokens(&app, "tasks:read");
    let told = scene.introspect(&api, &tokens.access);
    let names = |answer: &Json| -> Vec<String> {
        let members = answer.as_object().expect("an object");
        let mut names: Vec<_> = members.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&shown), names(&told), "{told}");
}
