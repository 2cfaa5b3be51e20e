//! An API behind Valetkey: the real example `tasks-api` with the library `verify`, in front of the real server.

use crate::support::tasks_api;
use crate::support::tasks_api::{SECOND, Stage, TasksApi};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, Tokens, form_to, within};
use acceptance::{App, AppSpec, Setup, output};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The ways to take a token away, each with a name.
pub(crate) type Way = (&'static str, fn(&Scene, &App, &Tokens));

/// Each of them.
pub(crate) const WAYS: [Way; 9] = [
    ("access token revoked by its app", |scene, app, tokens| {
        scene.revoke(app, &tokens.access).expect(200);
    }),
    ("grant revoked by its app", |scene, app, tokens| {
        scene.revoke(app, &tokens.refresh).expect(200);
    }),
    ("access token revoked by command", |scene, _, tokens| {
        let file = scene.provider.secret_file(&tokens.access);
        scene.cli(&["token", "revoke", "--token-file", &file]);
    }),
    ("grant revoked by command", |scene, _, tokens| {
        let file = scene.provider.secret_file(&tokens.refresh);
        scene.cli(&["token", "revoke", "--token-file", &file]);
    }),
    ("app disabled", |scene, app, _| {
        scene.cli(&["app", "disable", &app.client_id]);
    }),
    (
        "app paused by its user's operator, a command",
        |scene, app, _| {
            scene.cli(&["grant", "pause", ANN, &app.client_id]);
        },
    ),
    (
        "app removed by its user's operator, a command",
        |scene, app, _| {
            scene.cli(&["grant", "end", ANN, &app.client_id]);
        },
    ),
    ("app removed by its user", |scene, app, _| {
        let mut browser = scene.browser();
        browser.sign_in(ANN, PASSWORD);
        let page = browser.open(&format!("/account/apps/{}", app.client_id));
        let form = form_to(&page.expect(200), "/account/apps/change");
        browser.submit(&form, &[("wish", "end")]).expect(303);
    }),
    ("user disabled", |scene, _, _| {
        scene.cli(&["user", "disable", ANN]);
    }),
];

#[test]
fn a_revoked_token_is_refused_within_a_second() {
    let stage = Stage::plain();
    for (name, take_away) in WAYS {
        let app = stage.scene.confidential(CALLBACK);
        let tokens = stage.kept_token(&app);
        let before = Instant::now();
        take_away(&stage.scene, &app, &tokens);
        // A command's own end comes a while after its commit, so the second began before.
        stage.assert_refused_within_a_second(
            &tokens.access,
            before.max(Instant::now() - SECOND / 20),
        );
        eprintln!("{name}: refused");
    }
}

#[test]
fn with_the_feed_cut_a_revoked_token_is_refused_at_once() {
    // A user cannot be enabled again for the next round, so the command that disables one comes last.
    let stage = Stage::plain();
    let all: Vec<(Way, App, Tokens)> = WAYS
        .into_iter()
        .map(|way| {
            let app = stage.scene.confidential(CALLBACK);
            let tokens = stage.kept_token(&app);
            (way, app, tokens)
        })
        .collect();
    stage.relay.cut();
    let asked = stage.questions();
    let ((name, take_away), app, tokens) = &all[0];
    take_away(&stage.scene, app, tokens);
    assert_eq!(
        stage.tasks.get("/v1/tasks", &tokens.access),
        401,
        "{name}, at once"
    );
    for (_, _, tokens) in &all[1..] {
        assert_eq!(stage.tasks.get("/v1/tasks", &tokens.access), 200);
    }
    let each_was_asked = || stage.questions() - asked == all.len();
    assert!(
        within(Duration::from_secs(2), each_was_asked),
        "each request is asked about"
    );
    for ((name, take_away), app, tokens) in &all[1..] {
        take_away(&stage.scene, app, tokens);
        // What a command does, a running server may learn a fifth of a second later.
        let by_command = name.contains("command") || name.contains("disabled");
        let patience = if by_command {
            Duration::from_millis(400)
        } else {
            Duration::ZERO
        };
        let refused = || stage.tasks.get("/v1/tasks", &tokens.access) == 401;
        assert!(within(patience, refused), "{name}");
    }
}

#[test]
fn kept_answers_are_trusted_again_when_the_feed_comes_back_and_nothing_was_missed() {
    let mut stage = Stage::plain();
    let app = stage.scene.confidential(CALLBACK);
    let (gone, stays) = (stage.kept_token(&app), stage.kept_token(&app));
    stage.scene.revoke(&app, &gone.access).expect(200);
    stage.scene.provider.restart();
    let refused = || stage.tasks.get("/v1/tasks", &gone.access) == 401;
    assert!(within(Duration::from_secs(5), refused));
    stage.wait_until_kept(&stays.access);
    let before = Instant::now();
    stage.scene.revoke(&app, &stays.access).expect(200);
    stage.assert_refused_within_a_second(&stays.access, before);
}

#[test]
fn nobody_is_let_in_while_the_server_is_down() {
    let mut stage = Stage::plain();
    let app = stage.scene.confidential(CALLBACK);
    let tokens = stage.kept_token(&app);
    stage.scene.provider.stop();
    let call = || stage.tasks.call("GET", "/v1/tasks", &tokens.access, None);
    assert!(within(SECOND, || call().status == 503), "within a second");
    let reply = call().expect(503);
    assert_eq!(reply.header("Retry-After"), Some("1"), "{reply}");
    assert!(reply.header("WWW-Authenticate").is_none(), "{reply}");
    stage.scene.provider.start();
    let back = || stage.tasks.get("/v1/tasks", &tokens.access) == 200;
    assert!(within(Duration::from_secs(5), back));
}

/// What is left of a token goes on.
#[test]
fn a_scope_that_was_taken_away_is_refused_within_a_second() {
    let stage = Stage::plain();
    let app = stage.scene.confidential(CALLBACK);
    let token = stage.scene.tokens(&app, "tasks:read tasks:write").access;
    let task = json!({ "title": "x" });
    let write = || {
        let reply = stage.tasks.call("POST", "/v1/tasks", &token, Some(&task));
        reply.status
    };
    assert_eq!(write(), 201);
    let id = &app.client_id;
    stage
        .scene
        .cli(&["grant", "narrow", ANN, id, "tasks:write"]);
    assert!(within(SECOND, || write() == 403), "within a second");
    assert_eq!(stage.tasks.get("/v1/tasks", &token), 200);
}

#[test]
fn the_challenges_are_those_of_rfc_6750() {
    let stage = Stage::of(
        Scene::plain(""),
        json!({ "invalid_token": "invalid_request" }),
    );
    let challenge = |token: &str| {
        let reply = stage
            .tasks
            .call("POST", "/v1/tasks", token, Some(&json!({ "title": "x" })));
        let challenge = reply
            .header("WWW-Authenticate")
            .unwrap_or_default()
            .to_owned();
        (reply.status, reply.member("error"), challenge)
    };
    let none = stage.tasks.api().get("/v1/tasks").expect(401);
    assert_eq!(
        none.header("WWW-Authenticate"),
        Some(r#"Bearer realm="tasks", scope="tasks:read""#)
    );
    // A provider may document another name than the RFC's (D8).
    let (status, error, text) = challenge("at_unknown");
    assert_eq!((status, error.as_str()), (401, "invalid_request"));
    assert!(text.contains(r#"error="invalid_request""#), "{text}");
    let (status, error, text) = challenge("two words");
    assert_eq!((status, error.as_str()), (400, "invalid_request"), "{text}");
    let app = stage.scene.confidential(CALLBACK);
    let tokens = stage.scene.tokens(&app, "tasks:read");
    let (status, error, text) = challenge(&tokens.access);
    assert_eq!((status, error.as_str()), (403, "insufficient_scope"));
    assert!(text.ends_with(r#"scope="tasks:write""#), "{text}");
}

#[test]
fn a_settings_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tasks-api.json");
    std::fs::write(&path, "{}").expect("write it");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644))
        .expect("change its mode");
    let mut command = std::process::Command::new(tasks_api::executable());
    let done = acceptance::output(command.arg("--settings").arg(&path));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        !done.status.success() && said.contains("chmod 600"),
        "{said}"
    );
}

/// A certificate for `localhost`, signed by an authority of its own.
#[track_caller]
fn certificate(folder: &Path) {
    let run = |args: &[&str]| {
        let mut command = Command::new("openssl");
        command.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]);
        let done = output(
            command
                .args(["-nodes", "-days", "2"])
                .args(args)
                .current_dir(folder),
        );
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    run(&[
        "-subj",
        "/CN=Authority",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
    ]);
    run(&[
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]);
}

#[test]
fn the_provider_is_asked_over_https_if_its_certificate_is_trusted() {
    let setup = Setup::toml(PLAIN).with("[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"");
    let mut provider = setup.issuer("https://localhost:{port}").prepare();
    certificate(provider.folder());
    provider.user_create(OWNER, "Olive Owner", PASSWORD, true);
    let api = provider.app_create(&AppSpec {
        grants: &["client_credentials"],
        resource_server: true,
        ..AppSpec::default()
    });
    provider.spawn();
    let authority = provider.folder().join("ca.pem");
    let trusting = [("SSL_CERT_FILE", authority.as_path())];
    let tasks = TasksApi::start_with(&provider, &api, &json!({}), &trusting);
    // Of another make, so it is asked about; an answer that could not be had would be a 503.
    assert_eq!(tasks.get("/v1/tasks", "of-another-make"), 401);
    let asked = || provider.log().contains("/oauth2/introspect");
    assert!(within(Duration::from_secs(5), asked), "{}", provider.log());

    let settings = json!({
        "issuer": provider.issuer(),
        "client_id": api.client_id,
        "client_secret": api.client_secret,
    });
    let path = provider.secret_file(&settings.to_string());
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, private).expect("change its mode");
    let mut stranger = Command::new(tasks_api::executable());
    let done = output(stranger.args(["--settings", &path, "--listen", "127.0.0.1:0"]));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "{said}");
    assert!(
        said.contains("cannot be reached") && said.contains("certificate"),
        "{said}"
    );
}

#[test]
fn t10_a_test_token_opens_an_api_that_has_a_credential_of_the_test_side() {
    let scene = Scene::plain("[test]\nmode = true");
    let create = |more: &[&str]| {
        let base = [
            "app", "create", "--test", "--owner", OWNER, "--name", "Sandbox",
        ];
        let rest = [
            "--homepage",
            "https://app.example",
            "--grant",
            "client_credentials",
        ];
        let made = scene.cli(&[&base[..], &rest, more].concat());
        let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
        App {
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            json: made.clone(),
        }
    };
    let (api, app) = (create(&["--resource-server"]), create(&[]));
    let token = Tokens::of(&scene.client_credentials(&app)).access;
    assert!(token.starts_with("test_"), "marked as such");
    let stage = Stage::of(
        scene,
        json!({ "test_credential": [api.client_id, api.client_secret] }),
    );
    let without = TasksApi::start(&stage.scene.provider, &stage.api, &json!({}));
    assert_eq!(without.get("/v1/tasks", &token), 401, "nothing crosses");
    stage.wait_until_kept(&token);
    let before = Instant::now();
    stage.scene.revoke(&app, &token).expect(200);
    stage.assert_refused_within_a_second(&token, before);
}
