//! A database that an earlier binary wrote is migrated and served by this one: what worked works, what was revoked
//! stays revoked.
//!
//! `earlier/` holds one per engine, with the keys beside it and the secrets that open it. They hold every kind of row,
//! and nothing in them ends before the year 2093.
//!
//! The binary of commit 90934e8 wrote them. To make them again, build that commit (`git worktree add ../90934e8 90934e8`,
//! then `cargo build --release --bin valetkey` in it) and have its binary write; with another one's they show something
//! else:
//! `VALETKEY_BIN=… VALETKEY_TEST_POSTGRES=… VALETKEY_TEST_POSTGRES_BIN=… cargo test -p acceptance --test operation earlier:: --
//! --ignored --test-threads 1`.

mod write;

use crate::support::{
    ANN, CALLBACK, PASSWORD, PLAIN, Scene, Tokens, assert_page, assert_refused, assert_well,
    form_to,
};
use acceptance::postgres::Database;
use acceptance::{App, Json, Setup, Url};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const ON: &str = "[grants]\nclient_credentials = true\ndevice_code = true\n[test]\nmode = true\n\
    [device]\ninterval = \"1s\"\n\
    [token.lifetimes]\naccess = \"1y\"\nrefresh = \"1y\"\ngrant = \"10y\"\n";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BOB: &str = "bob@example.com";
const CAROL: &str = "carol@example.com";
const CHANGED: &str = "another long enough password";
const KEYS: &str = "valetkey.keys";
const KNOWN: &str = "known.json";
pub(crate) const FILE: &str = "valetkey.db";
pub(crate) const DUMP: &str = "valetkey.sql";

pub(crate) fn setup() -> Setup {
    Setup::toml(PLAIN).with(ON)
}

pub(crate) fn fixture(engine: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/operation/earlier")
        .join(engine)
}

/// Puts the keys that the earlier one had beside the database of a server.
pub(crate) fn bring_keys(from: &Path, provider: &acceptance::Provider) {
    let database = provider.database_path();
    copy_keys(from, database.parent().expect("a folder"));
}

/// Copies the keys of the server, which takes them only if nobody else may read them.
fn copy_keys(from: &Path, to: &Path) {
    let (from, to) = (from.join(KEYS), to.join(KEYS));
    fs::create_dir_all(&to).expect("a folder");
    fs::set_permissions(&to, fs::Permissions::from_mode(0o700)).expect("its mode");
    for file in fs::read_dir(from).expect("the keys").flatten() {
        let copy = to.join(file.file_name());
        fs::copy(file.path(), &copy).expect("a key");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("its mode");
    }
}

fn poll(scene: &Scene, app: &App, asked: &Json) -> acceptance::Reply {
    let code = asked["device_code"].as_str().unwrap_or_default();
    let fields = [("grant_type", DEVICE), ("device_code", code)];
    scene.api().post_form_as(&scene.token(), app, &fields)
}

#[test]
fn a_file_of_an_earlier_binary_is_served() {
    let folder = fixture("sqlite");
    let provider = setup().database("earlier.db").prepare();
    fs::copy(folder.join(FILE), provider.database_path()).expect("a copy");
    serve(provider, &folder);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_database_of_an_earlier_binary_is_served() {
    let server = std::env::var("VALETKEY_TEST_POSTGRES").expect("a server");
    let folder = fixture("postgres");
    let database = Database::on(&server);
    database.run(&fs::read_to_string(folder.join(DUMP)).expect("a dump"));
    serve(setup().postgres(database).prepare(), &folder);
}

/// Everything that the earlier one wrote works, and what ended stays so.
pub(crate) fn serve(mut provider: acceptance::Provider, folder: &Path) {
    bring_keys(folder, &provider);
    let known = fs::read(folder.join(KNOWN)).expect("what is known");
    let known: Json = serde_json::from_slice(&known).expect("JSON");
    provider.start();
    let metadata = provider
        .api()
        .get("/.well-known/oauth-authorization-server");
    let scene = Scene {
        metadata: metadata.expect(200).json(),
        ann: text(&known, "/people/ann"),
        provider,
    };
    tokens_work(&scene, &known);
    ended_ones_stay_so(&scene, &known);
    what_was_begun_goes_on(&scene, &known);
    devices_go_on(&scene, &known);
    people_sign_in(&scene, &known);
    apps_are_as_they_were(&scene, &known);
    let verified = scene.provider.cli(&["db", "verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert_well(&scene);
}

#[track_caller]
fn text(known: &Json, path: &str) -> String {
    let value = known.pointer(path).and_then(Json::as_str);
    value.unwrap_or_else(|| panic!("no {path}")).to_owned()
}

fn app_of(known: &Json, path: &str) -> App {
    App {
        client_id: text(known, &format!("{path}/client_id")),
        client_secret: text(known, &format!("{path}/client_secret")),
        json: known[path].clone(),
    }
}

fn tokens_work(scene: &Scene, known: &Json) {
    let (main, api) = (app_of(known, "/main"), app_of(known, "/api"));
    let seen = scene.introspect(&api, &text(known, "/live/access"));
    assert_eq!(seen["active"], true, "{seen}");
    assert_eq!(seen["sub"], scene.ann.as_str());
    assert_eq!(seen["scope"], "tasks:read tasks:write");
    assert_eq!(seen["client_id"], main.client_id.as_str());
    assert!(scene.is_active(&api, &text(known, "/own")));
    assert!(scene.is_active(&api, &text(known, "/rotated/access")));
    for path in ["/live/refresh", "/rotated/last", "/single/refresh"] {
        let fresh = Tokens::of(&scene.refresh(&main, &text(known, path)));
        assert!(scene.is_active(&api, &fresh.access), "{path}");
        let again = Tokens::of(&scene.refresh(&main, &fresh.refresh));
        assert!(scene.is_active(&api, &again.access), "{path}");
    }
    scene.client_credentials(&main).expect(200);
}

fn ended_ones_stay_so(scene: &Scene, known: &Json) {
    let (main, api) = (app_of(known, "/main"), app_of(known, "/api"));
    for path in ["/revoked/access", "/single/access"] {
        assert!(!scene.is_active(&api, &text(known, path)), "{path}");
    }
    let refused = scene.refresh(&main, &text(known, "/revoked/refresh"));
    assert_refused(&refused, 400, "invalid_grant");
    for path in ["/apps/disabled", "/apps/deleted"] {
        let refused = scene.client_credentials(&app_of(known, path));
        assert!([400, 401].contains(&refused.status), "{path}: {refused}");
    }
    let rotated = app_of(known, "/apps/rotated");
    scene.client_credentials(&rotated).expect(200);
    let old = App {
        client_secret: text(known, "/apps/rotated/old_secret"),
        ..rotated
    };
    assert_refused(&scene.client_credentials(&old), 401, "invalid_client");
}

fn what_was_begun_goes_on(scene: &Scene, known: &Json) {
    let (main, api) = (app_of(known, "/main"), app_of(known, "/api"));
    let (code, verifier) = (text(known, "/code/text"), text(known, "/code/verifier"));
    let redeem = || scene.redeem(&main, &code, &[("code_verifier", &verifier)]);
    let tokens = Tokens::of(&redeem());
    assert!(scene.is_active(&api, &tokens.access));
    assert_refused(&redeem(), 400, "invalid_grant");
    assert!(!scene.is_active(&api, &tokens.access), "a replay ends it");
    // Long past its window, a spent refresh token ends all that its person allowed at the time.
    let spent = scene.refresh(&main, &text(known, "/rotated/spent"));
    assert_refused(&spent, 400, "invalid_grant");
    assert!(!scene.is_active(&api, &text(known, "/rotated/access")));
}

fn devices_go_on(scene: &Scene, known: &Json) {
    let main = app_of(known, "/main");
    let devices = &known["devices"];
    let api = app_of(known, "/api");
    let tokens = Tokens::of(&poll(scene, &main, &devices["allowed"]));
    assert!(scene.is_active(&api, &tokens.access));
    assert_refused(
        &poll(scene, &main, &devices["redeemed"]),
        400,
        "invalid_grant",
    );
    assert_refused(
        &poll(scene, &main, &devices["open"]),
        400,
        "authorization_pending",
    );
}

fn people_sign_in(scene: &Scene, known: &Json) {
    // The session that Ann had goes on, and with it the question she had not answered.
    let port = scene.provider.addr().port().to_string();
    let mut ann = scene.provider.browser();
    for cookie in text(known, "/cookies").replace("{port}", &port).split("; ") {
        ann.cookies.set(cookie);
    }
    let account = ann.open("/account").expect(200);
    assert!(account.text().contains(ANN), "{account}");
    let fields = known["waiting"]["fields"].as_array().expect("fields");
    let fields = fields
        .iter()
        .filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?)));
    let fields: Vec<(&str, &str)> = fields.chain([("answer", "allow")]).collect();
    let mut answered = ann.post_form("/consent", &fields);
    if answered.status == 400 {
        // The form is shown anew where its nonce is not known any more; the question is the one of then.
        answered = ann.submit(&form_to(&answered, "/consent"), &[("answer", "allow")]);
    }
    let answered = ann.follow(answered);
    assert!(
        answered
            .location()
            .is_some_and(|to| to.starts_with(CALLBACK) && to.contains("state=kept")),
        "{answered}"
    );
    // What she allowed is remembered.
    let main = app_of(known, "/main");
    let question = scene.question(&main, &[("scope", "tasks:read")]);
    let redirected = ann.open(&question).expect(303);
    assert!(
        redirected.location().is_some_and(|to| to.contains("code=")),
        "{redirected}"
    );
    let sign_in = |email: &str, password: &str| {
        let mut browser = scene.provider.browser();
        browser.try_sign_in(email, password).status
    };
    assert_eq!(sign_in(ANN, PASSWORD), 303);
    assert_eq!(sign_in(CAROL, CHANGED), 303);
    assert_ne!(sign_in(CAROL, PASSWORD), 303);
    assert_ne!(sign_in(BOB, PASSWORD), 303);
    assert_eq!(
        sign_in(
            &text(known, "/apps/test/users/0/email"),
            &text(known, "/apps/test/users/0/password")
        ),
        303
    );
}

fn apps_are_as_they_were(scene: &Scene, known: &Json) {
    let listed = scene.cli(&["app", "list"]).to_string();
    for name in [
        "Main App",
        "Pictured App",
        "Sandbox App",
        "Disabled App",
        "Pending App",
        "Rotated App",
        "Pocket App",
    ] {
        assert!(listed.contains(name), "{name} is not in {listed}");
    }
    assert!(!listed.contains("Deleted App"), "{listed}");
    let logo = format!("/apps/{}/logo", text(known, "/apps/pictured"));
    let logo = scene.api().get(&logo).expect(200);
    assert!(logo.body.starts_with(b"\x89PNG"), "{logo}");
    let test = App {
        client_id: text(known, "/apps/test/client_id"),
        client_secret: text(known, "/apps/test/client_secret"),
        json: Json::Null,
    };
    let question = scene.question(&test, &[("scope", "tasks:read")]);
    assert!(Url::parse(&format!("http://localhost{question}")).is_some());
    let pending = scene.cli(&["app", "list"]);
    let status = |name: &str| {
        let found = pending["apps"].as_array().or(pending.as_array())?;
        let found = found.iter().find(|app| app["name"] == name)?;
        Some(found["status"].as_str()?.to_owned())
    };
    assert_eq!(status("Pending App").as_deref(), Some("pending"));
    assert_eq!(status("Disabled App").as_deref(), Some("disabled"));
    let disabled = text(known, "/apps/disabled/client_id");
    let disabled = App {
        client_id: disabled,
        ..test
    };
    let mut browser = scene.browser();
    let page = browser.get(&scene.question(&disabled, &[("scope", "tasks:read")]));
    assert_page(&page, 400);
}
