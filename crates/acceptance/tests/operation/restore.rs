//! A backup made under load, more work after it, and the backup put back: nothing that was spent or taken back works
//! again, and people are asked nothing anew. Sixty restores are killed with `VALETKEY_LONG=1`, else eight.

use crate::support::told::random_below;
use crate::support::{ANN, CALLBACK, PASSWORD, Scene, Tokens, assert_refused, long};
use acceptance::{App, AppSpec, Json, Redirect, Reply, Request, target, wait_for_exit};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What an app and its person hold.
struct Held {
    app: App,
    api: App,
    /// Never used again, or used and taken back after the backup.
    tokens: [Tokens; 4],
    machine: String,
    code: String,
    device: String,
    browser: acceptance::Browser,
    cursor: String,
    backup: PathBuf,
}

fn feed(scene: &Scene, api: &App, cursor: Option<&str>) -> Json {
    let pairs: Vec<_> = cursor.iter().map(|cursor| ("cursor", *cursor)).collect();
    let request = Request::get(&target("/oauth2/revocations", &pairs));
    let request = request.basic(&api.client_id, &api.client_secret);
    scene.api().send(&request).expect(200).json()
}

/// A device asks whether its person has answered.
fn poll(scene: &Scene, held: &Held) -> Reply {
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let pairs = [("grant_type", grant), ("device_code", &held.device)];
    let token = scene.token();
    scene.api().post_form_as(&token, &held.app, &pairs)
}

fn question(scene: &Scene, app: &App) -> String {
    scene.question(app, &[("scope", "tasks:read")])
}

/// Makes a backup while others are given tokens; what happens after it is lost.
#[track_caller]
fn back_up(scene: &Scene, app: &App) -> PathBuf {
    let (stop, given) = (AtomicBool::new(false), AtomicUsize::new(0));
    let path = scene.provider.folder().join("backup.db");
    let to = path.to_str().expect("a path").to_owned();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (api, token) = (scene.api(), scene.token());
            let (stop, given) = (&stop, &given);
            scope.spawn(move || {
                while !stop.load(Relaxed) {
                    let fields = [("grant_type", "client_credentials")];
                    api.post_form_as(&token, app, &fields).expect(200);
                    given.fetch_add(1, Relaxed);
                }
            });
        }
        let told = scene.provider.cli(&["db", "backup", "--to", &to, "--json"]);
        stop.store(true, Relaxed);
        assert!(told.json()["bytes"].as_u64() > Some(4_096));
    });
    assert!(given.load(Relaxed) > 0);
    path
}

fn begin() -> (Scene, Held) {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    let app = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        grants: &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "device_code",
        ],
        ..AppSpec::default()
    });
    let api = scene.resource_server();
    let mut browser = scene.browser();
    let tokens = [(); 4].map(|()| scene.tokens_of(&mut browser, &app, "tasks:read"));
    let code = browser.authorize(&question(&scene, &app)).code();
    let machine = scene.client_credentials(&app).member("access_token");
    let devices = scene.endpoint("device_authorization_endpoint");
    let device = scene.api().post_form_as(&devices, &app, &[]);
    let feed = feed(&scene, &api, None);
    let held = Held {
        backup: back_up(&scene, &app),
        cursor: feed["cursor"].as_str().expect("a cursor").to_owned(),
        app,
        api,
        tokens,
        machine,
        code,
        device: device.member("device_code"),
        browser,
    };
    (scene, held)
}

/// Spends and takes back what the backup still has as good.
fn go_on(scene: &Scene, held: &Held) -> Tokens {
    let [_, rotated, revoked, cut] = &held.tokens;
    let after = Tokens::of(&scene.refresh(&held.app, &rotated.refresh));
    scene.revoke(&held.app, &revoked.refresh).expect(200);
    scene.revoke(&held.app, &cut.access).expect(200);
    Tokens::of(&scene.redeem(&held.app, &held.code, &[]));
    after
}

/// Puts the backup in the place of the database, which must not be served.
#[track_caller]
fn put_back(scene: &mut Scene, held: &Held, more: &[&str]) -> Json {
    let from = held.backup.to_str().expect("a path");
    let args = ["db", "restore", "--from", from, "--replace", "--json"];
    let args = [&args, more].concat();
    let served = scene.provider.cli(&args);
    assert_eq!(served.code, Some(1), "{served:?}");
    scene.provider.stop();
    let bare = scene.provider.cli(&["db", "restore", "--from", from]);
    assert!(bare.stderr.contains("add --replace"), "{bare:?}");
    let told = scene.provider.cli(&args).json();
    let aside = told["replaced_database"].as_str().expect("a path");
    assert!(std::path::Path::new(aside).exists(), "{told}");
    scene.provider.start();
    told
}

/// Whether the database is sound, as the command says.
#[track_caller]
fn assert_sound(scene: &Scene) {
    let sound = scene.provider.cli(&["db", "verify", "--json"]).json();
    assert_eq!(sound["ok"], true, "{sound}");
}

#[test]
fn nothing_that_was_spent_or_taken_back_works_after_a_restore() {
    let (mut scene, mut held) = begin();
    let late = go_on(&scene, &held);
    let told = put_back(&mut scene, &held, &[]);
    assert_eq!(told["closed"]["apps"], 2, "{told}");
    assert!(told["closed"]["sessions"].as_u64() >= Some(1), "{told}");
    let (app, api) = (&held.app.clone(), &held.api.clone());
    for tokens in held.tokens.iter().chain([&late]) {
        for text in [&tokens.access, &tokens.refresh] {
            assert!(!scene.is_active(app, text), "introspected");
            assert!(!scene.is_active(api, text), "introspected by an API");
        }
        let info = scene.api().get_bearer("/oauth2/token/info", &tokens.access);
        assert_eq!(info.status, 401, "{info}");
        assert_refused(&scene.refresh(app, &tokens.refresh), 400, "invalid_grant");
    }
    assert!(!scene.is_active(app, &held.machine), "the app's own");
    assert_refused(&scene.redeem(app, &held.code, &[]), 400, "invalid_grant");
    assert_refused(&poll(&scene, &held), 400, "invalid_grant");
    assert_eq!(feed(&scene, api, Some(&held.cursor))["reset"], true);
    let account = held.browser.get("/account");
    assert_eq!(account.status, 303, "signed out: {account}");

    // Who signs in again is asked nothing, and all is new.
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let code = code_at_once(&browser.get(&question(&scene, app)));
    let tokens = Tokens::of(&scene.redeem(app, &code, &[]));
    let next = Tokens::of(&scene.refresh(app, &tokens.refresh));
    for text in [&tokens.access, &next.access, &next.refresh] {
        assert!(scene.is_active(app, text));
    }
    let machine = scene.client_credentials(app).member("access_token");
    assert!(scene.is_active(app, &machine));
    assert_sound(&scene);
}

/// The code of an answer that asked nobody.
#[track_caller]
fn code_at_once(reply: &Reply) -> String {
    let location = reply.location().filter(|_| reply.status == 303);
    Redirect::parse(location.unwrap_or_else(|| panic!("asked: {reply}"))).code()
}

#[test]
fn with_its_tokens_a_restore_brings_back_all_of_them() {
    let (mut scene, mut held) = begin();
    go_on(&scene, &held);
    let told = put_back(&mut scene, &held, &["--keep-tokens"]);
    assert_eq!(told["closed"], Json::Null, "{told}");
    let app = &held.app.clone();
    // What the other test finds dead is alive here: spent, revoked, and redeemed.
    for tokens in &held.tokens {
        assert!(scene.is_active(app, &tokens.access) && scene.is_active(app, &tokens.refresh));
    }
    Tokens::of(&scene.refresh(app, &held.tokens[1].refresh));
    Tokens::of(&scene.redeem(app, &held.code, &[]));
    assert_refused(&poll(&scene, &held), 400, "authorization_pending");
    held.browser.get("/account").expect(200);
    assert_eq!(feed(&scene, &held.api, Some(&held.cursor))["reset"], true);

    // When it turns out that something ran since then, all of it can still be closed.
    scene.provider.stop();
    scene
        .provider
        .cli(&["db", "cut-off", "--yes", "--json"])
        .json();
    scene.provider.start();
    let tokens = &held.tokens;
    assert!(
        tokens
            .iter()
            .all(|tokens| !scene.is_active(app, &tokens.access))
    );
    assert_sound(&scene);
}

/// Runs `db restore` and kills it after a while, if it has not ended by then.
#[track_caller]
fn restore_for(scene: &Scene, held: &Held, most: Duration) -> bool {
    let mut command = scene.provider.command();
    command.args(["db", "restore", "--replace", "--from"]);
    command.arg(&held.backup).arg("--config");
    command.arg(scene.provider.config_path());
    command.args(["--storage", &scene.provider.storage()]);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let ended = wait_for_exit(&mut child, most);
    let _ = child.kill();
    let _ = child.wait();
    ended.is_some_and(|status| status.success())
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let (mut scene, held) = begin();
    scene.provider.stop();
    let began = Instant::now();
    assert!(restore_for(&scene, &held, Duration::from_secs(60)));
    let whole = u64::try_from(began.elapsed().as_millis()).unwrap_or(1);
    scene.provider.start();
    let (mut old, mut new) = (0, 0);
    for _ in 0..if long() { 60 } else { 8 } {
        let only_old = scene.client_credentials(&held.app).member("access_token");
        // What it wrote last is in the log beside the database.
        scene.provider.kill();
        let done = restore_for(&scene, &held, random_below(whole * 2));
        scene.provider.start();
        let is_old = scene.is_active(&held.app, &only_old);
        assert!(!(done && is_old), "it said that it was done");
        *(if is_old { &mut old } else { &mut new }) += 1;
        assert!(!scene.is_active(&held.app, &held.machine));
        let machine = scene.client_credentials(&held.app).member("access_token");
        assert!(scene.is_active(&held.app, &machine));
        assert_sound(&scene);
    }
    eprintln!("killed: {old} left the old database, {new} the new one");
}
