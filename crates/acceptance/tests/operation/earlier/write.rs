//! Writes the databases anew, with the binary that `VALETKEY_BIN` names.

use super::{BOB, CAROL, CHANGED, DUMP, FILE, KNOWN, copy_keys, fixture, poll, setup};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, form_to};
use acceptance::postgres::Database;
use acceptance::{App, AppSpec, Browser, Json, Pkce, Setup, output};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;

/// When everything in the fixtures ends.
const END: &str = "3900000000";

#[test]
#[ignore = "writes the fixture anew"]
fn write_sqlite() {
    let folder = fixture("sqlite");
    let mut scene = cut_off(setup());
    let known = fill(&scene);
    scene.provider.stop();
    let source = rusqlite::Connection::open(scene.provider.database_path()).expect("opens");
    for sql in forever() {
        source.execute_batch(&sql).expect("is changed");
    }
    write(&scene, &folder, &known);
    let _ = fs::remove_file(folder.join(FILE));
    let copy = format!("VACUUM INTO '{}'", folder.join(FILE).display());
    source.execute_batch(&copy).expect("is copied");
}

#[test]
#[ignore = "writes the fixture anew"]
fn write_postgres() {
    let folder = fixture("postgres");
    let server = std::env::var("VALETKEY_TEST_POSTGRES").expect("a server");
    let programs = std::env::var("VALETKEY_TEST_POSTGRES_BIN").expect("its programs");
    let mut scene = cut_off(setup().postgres(Database::on(&server)));
    let known = fill(&scene);
    scene.provider.stop();
    let database = scene.provider.postgres().expect("a database");
    for sql in forever() {
        database.run(&sql);
    }
    write(&scene, &folder, &known);
    let mut dump = Command::new(Path::new(&programs).join("pg_dump"));
    let dump = output(
        dump.args(["--inserts", "--no-owner", "--no-comments", "--dbname"])
            .arg(database.url()),
    );
    assert!(dump.status.success(), "{dump:?}");
    // What only psql understands, and what is said for people.
    let text = String::from_utf8(dump.stdout).expect("text");
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('\\') && !line.starts_with("--"));
    let lines: Vec<&str> = lines.collect();
    fs::write(folder.join(DUMP), lines.join("\n") + "\n").expect("is written");
}

/// A provider that was closed once, so that there is an epoch, with its people.
fn cut_off(setup: Setup) -> Scene {
    let mut provider = setup.start();
    provider.stop();
    let done = provider.cli(&["db", "cut-off", "--yes"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    provider.start();
    Scene::peopled(provider)
}

fn write(scene: &Scene, folder: &Path, known: &Json) {
    fs::create_dir_all(folder).expect("a folder");
    copy_keys(scene.provider.folder(), folder);
    let text = serde_json::to_string_pretty(known).expect("JSON");
    fs::write(folder.join(KNOWN), text + "\n").expect("what is known");
}

/// Lets nothing end, and makes the one kind of row that no command makes.
fn forever() -> Vec<String> {
    let tables = [
        "access_tokens",
        "refresh_tokens",
        "grants",
        "codes",
        "interactions",
        "sessions",
    ];
    let tables = tables.into_iter().chain(["device_codes"]);
    let mut all: Vec<String> = tables
        .map(|table| format!("UPDATE {table} SET expires_at = {END}"))
        .collect();
    all.push(format!("UPDATE changes SET until = {END}"));
    all.push("UPDATE clients SET status = 'pending' WHERE name = 'Pending App'".to_owned());
    all
}

fn person(scene: &Scene) -> Json {
    scene
        .provider
        .user_create(BOB, "Bob Example", PASSWORD, false);
    scene.cli(&["user", "disable", BOB]);
    let carol = scene
        .provider
        .user_create(CAROL, "Carol Example", PASSWORD, false);
    let file = scene.provider.secret_file(CHANGED);
    scene.cli(&["user", "set-password", CAROL, "--password-file", &file]);
    let mut stranger = scene.provider.browser();
    assert_ne!(
        stranger.try_sign_in(ANN, "not her password at all").status,
        303
    );
    json!({"ann": scene.ann, "carol": carol["id"]})
}

fn app(scene: &Scene, name: &str) -> App {
    scene.app(&AppSpec {
        name,
        redirect_uris: &[CALLBACK],
        grants: &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "device_code",
        ],
        ..AppSpec::default()
    })
}

fn kept(app: &App) -> Json {
    json!({"client_id": app.client_id, "client_secret": app.client_secret})
}

fn apps(scene: &Scene) -> Json {
    let logo = scene.provider.folder().join("logo.png");
    fs::write(&logo, b"\x89PNG\r\n\x1a\n a picture for all that we know").expect("a picture");
    let common = [
        "app",
        "create",
        "--owner",
        OWNER,
        "--homepage",
        "https://x.example",
        "--redirect-uri",
        CALLBACK,
    ];
    let create = |more: &[&str]| scene.cli(&[&common, more].concat());
    let pictured = create(&[
        "--name",
        "Pictured App",
        "--logo",
        logo.to_str().expect("text"),
    ]);
    let test = create(&["--name", "Sandbox App", "--test"]);
    let [disabled, deleted, rotated] =
        ["Disabled App", "Deleted App", "Rotated App"].map(|name| app(scene, name));
    app(scene, "Pending App");
    scene.cli(&["app", "disable", &disabled.client_id]);
    scene.cli(&["app", "delete", &deleted.client_id]);
    let fresh = scene.cli(&["app", "rotate-secret", &rotated.client_id]);
    scene.cli(&["app", "approve-scope", &rotated.client_id, "admin:all"]);
    json!({
        "pictured": pictured["client_id"],
        "test": {"client_id": test["client_id"], "client_secret": test["client_secret"], "users": test["test_users"]},
        "public": scene.public(CALLBACK).client_id,
        "disabled": kept(&disabled),
        "deleted": kept(&deleted),
        "rotated": {"client_id": rotated.client_id, "client_secret": fresh["client_secret"], "old_secret": rotated.client_secret},
    })
}

/// Makes a row of every kind; the secrets of what was made.
fn fill(scene: &Scene) -> Json {
    let people = person(scene);
    let apps = apps(scene);
    let (main, api) = (app(scene, "Main App"), scene.resource_server());
    let mut browser = scene.browser();
    let live = scene.tokens_of(&mut browser, &main, "tasks:read tasks:write");
    let spent = scene.tokens_of(&mut browser, &main, "tasks:read");
    let next = Tokens::of(&scene.refresh(&main, &spent.refresh));
    let last = Tokens::of(&scene.refresh(&main, &next.refresh));
    let revoked = scene.tokens_of(&mut browser, &main, "tasks:read");
    scene.revoke(&main, &revoked.refresh).expect(200);
    let single = scene.tokens_of(&mut browser, &main, "tasks:read");
    scene.revoke(&main, &single.access).expect(200);
    let own = scene
        .client_credentials(&main)
        .expect(200)
        .member("access_token");
    let pkce = Pkce::random();
    let pairs = [
        ("scope", "tasks:read"),
        ("code_challenge", &pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    let code = browser.authorize(&scene.question(&main, &pairs)).code();
    let cookies = browser.cookies.header().expect("a session");
    // The consent page of somebody who has not answered yet.
    let other = app(scene, "Waiting App");
    let page = browser.open(&scene.question(&other, &[("state", "kept")]));
    let waiting = form_to(&page, "/consent");
    let devices = devices(scene, &main, &mut browser);
    json!({
        "people": people,
        "apps": apps,
        "main": kept(&main),
        "api": kept(&api),
        "waiting": {"client_id": other.client_id, "fields": waiting.filled(&[])},
        "live": {"access": live.access, "refresh": live.refresh},
        "rotated": {"spent": spent.refresh, "next": next.refresh, "last": last.refresh, "access": last.access},
        "revoked": {"access": revoked.access, "refresh": revoked.refresh},
        "single": {"access": single.access, "refresh": single.refresh},
        "own": own,
        "code": {"text": code, "verifier": pkce.verifier},
        "cookies": cookies.replace(&scene.provider.addr().port().to_string(), "{port}"),
        "devices": devices,
    })
}

fn devices(scene: &Scene, app: &App, browser: &mut Browser) -> Json {
    let path = scene.endpoint("device_authorization_endpoint");
    let ask = || {
        let reply = scene
            .api()
            .post_form_as(&path, app, &[("scope", "tasks:read")]);
        reply.expect(200).json()
    };
    let (open, allowed, redeemed) = (ask(), ask(), ask());
    for asked in [&allowed, &redeemed] {
        let page = browser.open("/device");
        let code = asked["user_code"].as_str().unwrap_or_default();
        let page = browser.submit(&form_to(&page, "/device/code"), &[("user_code", code)]);
        let done = browser.submit(&form_to(&page, "/device/answer"), &[("answer", "allow")]);
        done.expect(200);
    }
    poll(scene, app, &redeemed).expect(200);
    json!({"open": open, "allowed": allowed, "redeemed": redeemed})
}
