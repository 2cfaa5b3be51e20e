//! Metrics on a listener of their own, and what of requests the log has.

use crate::support::nodes::programs;
use crate::support::watch::watched;
use crate::support::{CALLBACK, PLAIN, Scene, assert_page, page_request, within};
use acceptance::postgres::{Database, Server, Stop};
use acceptance::{Api, App, Request, Setup, free_port, output};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How soon a line is in the log.
const SOON: Duration = Duration::from_secs(2);

/// Every sample of a scrape, by its name with its labels. Each belongs to a metric that was described before it.
#[track_caller]
fn scrape(api: &Api) -> BTreeMap<String, f64> {
    let reply = api.get("/metrics").expect(200);
    let kind = reply.header("content-type").unwrap_or_default();
    assert!(
        kind.starts_with("application/openmetrics-text; version=1.0.0"),
        "{kind}"
    );
    let text = reply.text();
    let body = text.strip_suffix("# EOF\n").expect("it has its end");
    let mut described = BTreeSet::new();
    let mut samples = BTreeMap::new();
    for line in body.lines() {
        if let Some(about) = line.strip_prefix("# TYPE ") {
            described.insert(about.split(' ').next().unwrap_or_default().to_owned());
        }
        if line.starts_with('#') {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        let bare = name.split('{').next().unwrap_or_default();
        let ends = ["", "_total", "_sum", "_count", "_bucket", "_info"];
        let own = |end: &&str| {
            bare.strip_suffix(*end)
                .is_some_and(|base| described.contains(base))
        };
        assert!(ends.iter().any(own), "{line} is not described");
        let value = value
            .parse()
            .unwrap_or_else(|_| panic!("{line} has no number"));
        assert!(
            samples.insert(name.to_owned(), value).is_none(),
            "{name} stands twice"
        );
    }
    samples
}

/// How much a sample rose.
fn rise(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>, name: &str) -> f64 {
    let of = |samples: &BTreeMap<String, f64>| samples.get(name).copied().unwrap_or(0.0);
    of(after) - of(before)
}

fn flow(scene: &Scene, app: &App) {
    let tokens = scene.tokens(app, "tasks:read");
    let replaced = scene.refresh(app, &tokens.refresh);
    replaced.expect(200);
    scene.revoke(app, &tokens.access).expect(200);
}

#[test]
fn who_only_holds_connections_keeps_nobody_out() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    let at = watch.addr();
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(at).expect("a connection"))
        .collect();
    watch.get("/health/live").expect(200);
    scrape(&watch);
    scene.api().get("/health/live").expect(200);
    // All but a few were ended.
    let ended = |mut stream: &TcpStream| {
        let wait = Some(Duration::from_millis(10));
        stream.set_read_timeout(wait).expect("a timeout");
        // Not so those which are still open: they time out.
        let read = stream.read(&mut [0]);
        !matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock)
    };
    let open = silent.iter().filter(|stream| !ended(stream)).count();
    assert!(open <= 16, "{open}");
    // The rest ends when its time is up.
    let all = || silent.iter().all(ended);
    assert!(within(Duration::from_secs(15), all));
}

#[test]
fn requests_and_changes_are_counted_by_their_kinds() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    let app = scene.confidential(CALLBACK);
    let before = scrape(&watch);
    flow(&scene, &app);
    let wrong = App {
        client_secret: "wrong".to_owned(),
        ..app.clone()
    };
    for _ in 0..3 {
        let asked = [("grant_type", "client_credentials")];
        scene
            .api()
            .post_form_as("/oauth2/token", &wrong, &asked)
            .expect(401);
    }
    for path in ["/wp-admin", "/apps/nobody/logo", "/oauth2/token/"] {
        scene.api().get(path).expect(404);
    }
    let after = scrape(&watch);
    for (name, times) in [
        (
            "valetkey_requests_total{route=\"/oauth2/token\",status=\"200\"}",
            2.0,
        ),
        (
            "valetkey_requests_total{route=\"/oauth2/token\",status=\"401\"}",
            3.0,
        ),
        (
            "valetkey_requests_total{route=\"/apps/{client_id}/logo\",status=\"404\"}",
            1.0,
        ),
        (
            "valetkey_requests_total{route=\"other\",status=\"404\"}",
            2.0,
        ),
        (
            "valetkey_request_duration_seconds_count{route=\"/oauth2/token\"}",
            5.0,
        ),
        (
            "valetkey_request_duration_seconds_bucket{le=\"+Inf\",route=\"/oauth2/token\"}",
            5.0,
        ),
        (
            "valetkey_transitions_total{name=\"authorize.issue_code\"}",
            1.0,
        ),
        ("valetkey_transitions_total{name=\"grant.redeem\"}", 1.0),
        ("valetkey_transitions_total{name=\"grant.rotate\"}", 1.0),
        ("valetkey_transitions_total{name=\"device.poll\"}", 0.0),
    ] {
        let rose = rise(&before, &after, name);
        assert!(
            (rose - times).abs() < 1e-9,
            "{name} rose by {rose}: {after:?}"
        );
    }
    assert!(rise(&before, &after, "valetkey_batch_size_count") >= 3.0);
    assert!((after["valetkey_storage_works"] - 1.0).abs() < 1e-9);
    let series = after
        .keys()
        .filter(|name| name.contains("wp-admin"))
        .count();
    assert_eq!(series, 0, "what strangers send becomes no name");
}

#[test]
fn what_waits_in_the_outbox_is_counted() {
    let closed = free_port();
    let mail =
        format!("[mail]\nfrom = \"no-reply@acme.example\"\nsmtp = \"smtp://127.0.0.1:{closed}\"\n");
    let (scene, watch) = watched(Setup::toml(PLAIN).with(&mail));
    let asked = scene.provider.cli(&["mail", "test", "ann@example.com"]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let told = scrape(&watch);
    let of = |state: &str| told[&format!("valetkey_outbox_messages{{state=\"{state}\"}}")];
    // Whether it was tried by now is chance.
    assert!((of("due") + of("put_off") - 1.0).abs() < 1e-9, "{told:?}");
    assert!(of("dead").abs() < 1e-9, "{told:?}");
    assert!(told["valetkey_outbox_oldest_seconds"] < 60.0, "{told:?}");
    assert!(told["valetkey_log_lines_lost_total"].abs() < 1e-9);
    let connected = told["valetkey_database_connections"] > 0.0;
    assert_eq!(connected, scene.provider.postgres().is_some());
}

const WRITER: &str = "valetkey_queue_length{queue=\"writer\"}";

/// What is told when nothing waits to be written: what the server writes by itself does, for a moment.
#[track_caller]
fn once_nothing_waits(api: &Api) -> BTreeMap<String, f64> {
    let mut told = scrape(api);
    let is_empty = || {
        told = scrape(api);
        told[WRITER] < 1.0
    };
    assert!(within(Duration::from_secs(5), is_empty), "it waits still");
    told
}

/// While another process has the file, changes wait; of those that redeem the same code, one wins.
#[test]
fn what_waits_to_be_written_and_who_lost_is_counted() {
    let (scene, watch) = watched(Setup::toml(PLAIN).database("counted.db"));
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[]).code();
    let before = once_nothing_waits(&watch);
    let file = rusqlite::Connection::open(scene.provider.database_path()).expect("the database");
    file.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let redeem = || scene.redeem(&app, &code, &[]).status;
    let (waiting, statuses) = std::thread::scope(|threads| {
        let mut all = vec![threads.spawn(redeem), threads.spawn(redeem)];
        // The writer takes those that are there at once, and waits for the file; those that come later wait for it.
        let waiting = within(Duration::from_secs(5), || {
            all.push(threads.spawn(redeem));
            scrape(&watch)[WRITER] >= 4.0
        });
        file.execute_batch("COMMIT").expect("it is given back");
        let all = all.into_iter().map(|one| one.join().expect("an answer"));
        (waiting, all.collect::<Vec<u16>>())
    });
    assert!(waiting, "nothing waits");
    let won = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1, "{statuses:?}");
    let after = once_nothing_waits(&watch);
    let redeemed = rise(
        &before,
        &after,
        "valetkey_transitions_total{name=\"grant.redeem\"}",
    );
    assert!((redeemed - 1.0).abs() < 1e-9, "{after:?}");
    let lost = rise(
        &before,
        &after,
        "valetkey_guards_lost_total{name=\"grant.redeem\"}",
    );
    let others = statuses.len() - 1;
    assert!((1.0..=others as f64).contains(&lost), "{lost} of {others}");
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_database_that_is_away_is_told() {
    let mut server = Server::start_new(&programs());
    let database = Database::on(&server.url());
    let (scene, watch) = watched(Setup::toml(PLAIN).postgres(database));
    let tells = |value: f64| {
        let told = || (scrape(&watch)["valetkey_storage_works"] - value).abs() < 1e-9;
        within(Duration::from_secs(20), told)
    };
    assert!(tells(1.0));
    server.stop(Stop::Fast);
    assert!(tells(0.0), "{}", scene.provider.log());
    server.start();
    assert!(tells(1.0), "{}", scene.provider.log());
}

#[test]
fn the_page_of_metrics_names_what_is_told_and_no_more() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    flow(&scene, &scene.confidential(CALLBACK));
    let told: BTreeSet<String> = scrape(&watch)
        .into_keys()
        .map(|name| {
            let name = name.split('{').next().unwrap_or_default();
            let parts = ["_sum", "_count", "_bucket"];
            let base = parts.iter().find_map(|part| name.strip_suffix(part));
            base.unwrap_or(name).to_owned()
        })
        .collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/metrics.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `valetkey_"));
    let named = rows.filter_map(|row| row.split('`').next());
    let named: BTreeSet<String> = named.map(|name| format!("valetkey_{name}")).collect();
    assert_eq!(told, named);
}

#[test]
fn those_who_watch_come_in_by_a_door_of_their_own() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    watch.get("/health/live").expect(200);
    watch.get("/health/ready").expect(200);
    assert_eq!(watch.get("/oauth2/token").status, 404);
    let page = scene
        .api()
        .send(&Request::get("/metrics").header("Accept", "text/html"));
    assert_page(&page, 404);
    // A port that is taken is told before a database is made.
    let port = scene.provider.addr().port();
    let other = Setup::toml(PLAIN)
        .with(&format!("[metrics]\nlisten = \"127.0.0.1:{port}\""))
        .prepare();
    let database = other.database_path();
    let mut other = other;
    let why = other.try_start().expect_err("the port is taken");
    let told = format!("port {port} on 127.0.0.1 is taken");
    assert!(
        why.contains(&told) && why.contains("metrics.listen"),
        "{why}"
    );
    assert!(!database.exists());
}

#[test]
fn an_address_that_cannot_be_is_told_by_the_check() {
    for (listen, said) in [
        ("127.0.0.1", "metrics.listen"),
        ("metrics.example.com:9464", "metrics.listen"),
        ("127.0.0.1:8080", "a port of their own"),
        ("0.0.0.0:9464", "whoever reaches it"),
    ] {
        let setup = Setup::toml(PLAIN).with(&format!("[metrics]\nlisten = \"{listen}\""));
        let provider = setup.prepare();
        let mut check = provider.command();
        let config = provider.config_path();
        check.args(["config", "check", "--config"]).arg(config);
        let done = output(&mut check);
        let text = [done.stdout, done.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(said), "{listen}: {text}");
    }
}

#[test]
fn the_log_leaves_out_what_nobody_asked_for() {
    let quiet = Scene::plain("");
    for _ in 0..3 {
        quiet.api().get("/health/ready").expect(200);
        quiet.api().get("/health/live").expect(200);
    }
    quiet.api().get("/sign-in").expect(200);
    assert!(within(SOON, || quiet.provider.log().contains("/sign-in")));
    let log = quiet.provider.log();
    assert!(!log.contains("/health/"), "{log}");
    let all = Scene::plain("[log]\nhealth = true");
    all.api().get("/health/live").expect(200);
    assert!(within(SOON, || all.provider.log().contains("/health/live")));
    let few = Scene::plain("[log]\nlevel = \"warn\"");
    few.api().get("/sign-in").expect(200);
    few.api().get("/nothing-here").expect(404);
    // A warning ends the wait: it comes after both.
    let signal = Command::new("kill")
        .args(["-USR1", &few.provider.pid().unwrap_or(0).to_string()])
        .status();
    assert!(signal.is_ok_and(|status| status.success()));
    assert!(within(SOON, || few.provider.log().contains("SIGUSR1")));
    let log = few.provider.log();
    assert!(
        !log.contains("/sign-in") && !log.contains("listens on"),
        "{log}"
    );
    assert!(log.contains(r#","signal":"SIGUSR1"}"#), "{log}");
    let start = format!(r#","issuer":"{}","listen":""#, quiet.provider.issuer());
    let log = quiet.provider.log();
    assert!(log.contains(&start), "{log}");
}

#[test]
fn a_page_that_tells_of_success_is_no_fault_in_the_log() {
    let scene = Scene::plain("");
    let page = scene.api().send(&page_request("/sign-out")).expect(200);
    assert!(page.text().contains("You are signed out"), "{page}");
    assert_page(&scene.api().send(&page_request("/nothing-here")), 404);
    let line = |path: &str| {
        let log = scene.provider.log();
        log.lines()
            .find(|line| line.contains(path))
            .map(str::to_owned)
    };
    assert!(within(SOON, || line("/nothing-here").is_some()));
    let (told, fault) = (line("/sign-out"), line("/nothing-here"));
    assert!(
        fault
            .as_ref()
            .is_some_and(|line| line.contains(r#""fault":"There is nothing here""#)),
        "{fault:?}"
    );
    assert!(
        told.as_ref().is_some_and(|line| !line.contains("fault")),
        "{told:?}"
    );
}
