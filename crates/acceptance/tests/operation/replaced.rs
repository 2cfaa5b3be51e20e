//! What happens to a server that serves: its configuration is read again, its certificate is replaced, the next process takes
//! its place. Nobody who asks meanwhile is turned away.
//!
//! With `VALETKEY_LONG=1` at 500 requests a second. `VALETKEY_TEST_EARLIER` names an earlier binary for the upgrade of two nodes,
//! `VALETKEY_BIN` the one that takes its place:
//! `VALETKEY_LONG=1 VALETKEY_TEST_EARLIER=… VALETKEY_BIN=… cargo test -p acceptance --test operation replaced:: -- --nocapture`.

use crate::support::client::tool;
use crate::support::nodes::Nodes;
use crate::support::steady::Steady;
use crate::support::{PLAIN, Scene, long, within};
use acceptance::postgres::Database;
use acceptance::{NewCertificate, Request, Setup, binary, free_port, output};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How soon something that was told has happened; files are looked at every two seconds, twice.
const SOON: Duration = Duration::from_secs(20);
/// What the log says once both files are taken.
const TAKEN: &str = "key.pem changed: the configuration was read again and is in force";
const MACHINES: &str = "[grants]\nclient_credentials = true";

fn per_second() -> u32 {
    if long() { 500 } else { 50 }
}

/// Requests that go well between two things that happen.
fn meanwhile() -> u32 {
    if long() { 2_000 } else { 20 }
}

fn title(scene: &Scene) -> String {
    let page = scene.api().get("/sign-in").expect(200).text();
    let title = page.split("<title>").nth(1).unwrap_or_default();
    title
        .split("</title>")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Replaces a text in the configuration file.
#[track_caller]
fn edit(scene: &Scene, from: &str, to: &str) {
    let path = scene.provider.config_path();
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).expect("the new file");
}

fn reload(scene: &Scene) -> acceptance::Finished {
    scene.provider.cli(&["config", "reload"])
}

#[track_caller]
fn logged(scene: &Scene, what: &str) {
    let told = || scene.provider.log().contains(what);
    assert!(within(SOON, told), "{what}: {}", scene.provider.log());
}

#[test]
fn a_configuration_is_in_force_for_the_next_request_or_refused_whole() {
    let branding = "[branding]\nproduct = \"One\"\n[grants]\nclient_credentials = false";
    let scene = Scene::plain(branding);
    assert!(title(&scene).ends_with("One"), "{}", title(&scene));
    edit(&scene, "\"One\"", "\"Two\"");
    let told = reload(&scene);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(title(&scene).ends_with("Two"), "{}", title(&scene));
    // One line that is wrong, and another that is right: neither is taken.
    edit(&scene, "\"Two\"", "\"Three\"\ntypo = 1");
    let told = reload(&scene);
    assert_eq!(told.code, Some(1), "{told:?}");
    let why = "branding.typo is not a setting";
    assert!(told.stderr.contains(why), "{told:?}");
    assert!(told.stderr.contains("valetkey.toml:"), "{told:?}");
    logged(&scene, why);
    assert!(title(&scene).ends_with("Two"), "{}", title(&scene));
    // What only a start can change is named, and the rest is not taken either.
    edit(&scene, "\ntypo = 1", "");
    let path = scene.provider.config_path();
    let text = fs::read_to_string(&path).expect("the file");
    fs::write(
        &path,
        format!("{text}\n[accounts]\nid = {{ prefix = \"u_\" }}\n"),
    )
    .expect("it");
    scene.provider.hang_up();
    logged(&scene, "accounts.id: a running server cannot change this");
    assert!(title(&scene).ends_with("Two"), "{}", title(&scene));
    fs::write(&path, text).expect("the earlier file");
    scene.provider.hang_up();
    let taken = || title(&scene).ends_with("Three");
    assert!(within(SOON, taken), "{}", scene.provider.log());
}

/// A server is found beside its keys, so one of another storage is not.
#[test]
fn a_storage_that_was_changed_is_named_by_the_reload() {
    let scene = Scene::plain("");
    let keys = format!("{:?}", scene.provider.folder().join("other.keys"));
    let path = scene.provider.config_path();
    let text = fs::read_to_string(&path).expect("the file");
    fs::write(&path, format!("{text}\n[storage]\nkeys = {keys}\n")).expect("it");
    let told = reload(&scene);
    assert_eq!(told.code, Some(1), "{told:?}");
    for part in [
        "no server of this configuration",
        "storage.keys was changed",
        "restart it",
    ] {
        assert!(told.stderr.contains(part), "{told:?}");
    }
    scene.provider.hang_up();
    logged(&scene, "storage.keys: a running server cannot change this");
}

/// An open connection is answered by the new configuration, and is not closed for it.
#[test]
fn a_connection_outlives_a_reload() {
    let scene = Scene::plain("[branding]\nproduct = \"One\"");
    let mut stream = TcpStream::connect(scene.provider.addr()).expect("a connection");
    let mut ask = || -> String {
        let host = scene.provider.addr();
        let request = format!(
            "GET /sign-in HTTP/1.1\r\nhost: localhost:{}\r\n\r\n",
            host.port()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut text = Vec::new();
        while !text.ends_with(b"</html>\n") && !text.ends_with(b"</html>") {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).expect("an answer");
            assert!(read > 0, "it was closed");
            text.extend_from_slice(&part[..read]);
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    assert!(ask().contains("One</title>"));
    edit(&scene, "\"One\"", "\"Two\"");
    assert_eq!(reload(&scene).code, Some(0));
    assert!(ask().contains("Two</title>"));
}

#[test]
fn a_certificate_is_taken_with_its_key_and_not_without() {
    let mut scene = Scene::start(Setup::toml(PLAIN).https());
    let next = NewCertificate::make();
    scene.provider.put_certificate(&next, &["cert.pem"]);
    logged(&scene, "does not fit the certificate");
    scene.api().get("/sign-in").expect(200);
    scene.provider.put_certificate(&next, &["key.pem"]);
    logged(&scene, TAKEN);
    let before = scene.api().try_send(&Request::get("/sign-in"));
    assert!(before.is_err(), "the earlier certificate is gone");
    scene.provider.trust(next.trust());
    scene.api().get("/sign-in").expect(200);
}

#[test]
fn nobody_is_turned_away_while_the_server_is_replaced() {
    while_the_server_is_replaced(Setup::toml(PLAIN));
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn nobody_is_turned_away_while_a_server_on_postgresql_is_replaced() {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Database::on(server.to_str().expect("a URL"));
    while_the_server_is_replaced(Setup::toml(PLAIN).postgres(database));
}

fn while_the_server_is_replaced(setup: Setup) {
    let product = "[branding]\nproduct = \"One\"";
    let mut scene = Scene::start(setup.with(MACHINES).with(product));
    let app = scene.machine();
    scene.client_credentials(&app).expect(200);
    let load = || Steady::begin(vec![scene.api()], &scene.token(), &app, per_second());
    let steady = load();
    steady.wait_for(meanwhile());
    for (from, to) in [("One", "Two"), ("Two", "Three"), ("Three", "Four")] {
        edit(&scene, &format!("{from:?}"), &format!("{to:?}"));
        assert_eq!(reload(&scene).code, Some(0));
        steady.wait_for(meanwhile());
    }
    steady.end("three reloads");
    let steady = load();
    steady.wait_for(meanwhile());
    let earlier = scene.provider.begin_hand_over(&binary());
    let ended = scene.provider.end_hand_over(earlier);
    steady.wait_for(meanwhile());
    assert!(ended.success(), "{}", scene.provider.log());
    steady.end("a binary swap");
    assert!(title(&scene).ends_with("Four"));
}

#[test]
fn nobody_is_turned_away_while_the_certificate_is_replaced() {
    let mut scene = Scene::start(Setup::toml(PLAIN).with(MACHINES).https());
    let app = scene.machine();
    let token = scene.token();
    let next = NewCertificate::make();
    let earlier = scene.provider.trusted().expect("it serves https");
    scene.provider.trust(earlier.or(&next.trust()));
    let steady = Steady::begin(vec![scene.api()], &token, &app, per_second());
    steady.wait_for(meanwhile());
    scene
        .provider
        .put_certificate(&next, &["cert.pem", "key.pem"]);
    logged(&scene, TAKEN);
    steady.wait_for(meanwhile());
    steady.end("a new certificate");
    scene.provider.trust(next.trust());
    scene.api().get("/sign-in").expect(200);
}

/// Each node is taken out of the balancer, replaced and put back; the earlier one of the other goes on meanwhile.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn nodes_are_replaced_one_by_one_and_nobody_is_turned_away() {
    let earlier = std::env::var_os("VALETKEY_TEST_EARLIER").map_or_else(binary, PathBuf::from);
    let mut nodes = Nodes::of_binary(&earlier, MACHINES);
    let app = nodes.one.machine();
    let steady = Steady::begin(nodes.apis(), &nodes.one.token(), &app, per_second());
    steady.wait_for(meanwhile());
    for at in [0, 1] {
        steady.leave_out(at);
        steady.wait_for(meanwhile());
        let node = match at {
            0 => &mut nodes.one,
            _ => &mut nodes.two,
        };
        node.provider.restart_as(&binary());
        steady.leave_out(usize::MAX);
        steady.wait_for(meanwhile());
    }
    steady.end("two nodes, one by one");
}

/// Another process of the same configuration that wants the sockets.
fn taking_over(scene: &Scene) -> Command {
    let mut command = scene.provider.command();
    command
        .args(["serve", "--take-over", "--config"])
        .arg(scene.provider.config_path())
        .args(["--listen", &scene.provider.addr().to_string()])
        .args(["--issuer", scene.provider.issuer()])
        .args(["--storage", &scene.provider.storage()]);
    command
}

/// The database is opened and looked at before the server that runs is asked for anything.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn what_cannot_start_on_postgresql_leaves_the_server_that_runs() {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Database::on(server.to_str().expect("a URL"));
    let mut scene = Scene::start(Setup::toml(PLAIN).with(MACHINES).postgres(database));
    let app = scene.machine();
    let run = |sql| scene.provider.postgres().expect("it is there").run(sql);
    run(
        "INSERT INTO refinery_schema_history SELECT 999, 'contract_later', applied_on, checksum \
         FROM refinery_schema_history LIMIT 1",
    );
    let refused = output(&mut taking_over(&scene));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("newer version"), "{told}");
    assert!(!scene.provider.log().contains("another process"));
    scene.client_credentials(&app).expect(200);
    run("DELETE FROM refinery_schema_history WHERE version = 999");
    let earlier = scene.provider.begin_hand_over(&binary());
    assert!(scene.provider.end_hand_over(earlier).success());
    scene.client_credentials(&app).expect(200);
}

/// While one process takes over, another that wants to is refused, and the first is not disturbed.
#[test]
fn of_two_upgrades_at_once_one_is_refused() {
    let mut scene = Scene::start(Setup::toml(PLAIN).with(MACHINES));
    let app = scene.machine();
    let (addr, token) = (scene.provider.addr(), scene.token());
    // A request under way keeps the earlier process from ending.
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        app.client_id, app.client_secret
    );
    let (first, rest) = body.split_at(10);
    let head = format!(
        "POST {token} HTTP/1.1\r\nhost: localhost:{}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{first}",
        addr.port(),
        body.len()
    );
    let mut slow = TcpStream::connect(addr).expect("a connection");
    slow.write_all(head.as_bytes()).expect("sent");
    scene.api().get("/sign-in").expect(200);
    let earlier = scene.provider.begin_hand_over(&binary());
    logged(&scene, "another process takes over");
    let refused = output(&mut taking_over(&scene));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(
        told.contains("hands over to another process already"),
        "{told}"
    );
    slow.write_all(rest.as_bytes()).expect("sent");
    let mut answer = [0; 15];
    slow.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    drop(slow);
    assert!(scene.provider.end_hand_over(earlier).success());
    scene.client_credentials(&app).expect(200);
}

/// What only watches may come, change and go with the next process; what is listened at for people may not.
#[test]
fn a_place_for_metrics_comes_changes_and_goes_with_the_next_process() {
    let mut scene = Scene::start(Setup::toml(PLAIN).with(MACHINES));
    let app = scene.machine();
    let path = scene.provider.config_path();
    let plain = fs::read_to_string(&path).expect("the file");
    let (one, two) = (free_port(), free_port());
    for port in [Some(one), Some(one), Some(two), None] {
        let more = port.map_or_else(String::new, |port| {
            format!("\n[metrics]\nlisten = \"127.0.0.1:{port}\"\n")
        });
        fs::write(&path, format!("{plain}{more}")).expect("the file");
        let earlier = scene.provider.begin_hand_over(&binary());
        let ended = scene.provider.end_hand_over(earlier);
        assert!(ended.success(), "{}", scene.provider.log());
        scene.client_credentials(&app).expect(200);
        for own in [one, two] {
            let listens = TcpStream::connect(("127.0.0.1", own)).is_ok();
            assert_eq!(
                listens,
                port == Some(own),
                "{own}: {}",
                scene.provider.log()
            );
        }
    }
    let other = format!("127.0.0.1:{}", free_port());
    let mut command = scene.provider.command();
    command
        .args(["serve", "--take-over", "--config"])
        .arg(&path)
        .args(["--listen", &other])
        .args(["--issuer", scene.provider.issuer()])
        .args(["--storage", &scene.provider.storage()]);
    let refused = output(&mut command);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    let addr = scene.provider.addr();
    let why = format!("it listens on {addr}, and not on {other}");
    assert!(told.contains(&why), "{told}");
    scene.client_credentials(&app).expect(200);
}

/// A server is found by its keys, and says when it reads another file than the one that is named.
#[test]
fn a_reload_by_a_file_that_the_server_does_not_read_is_refused() {
    let scene = Scene::plain("[branding]\nproduct = \"One\"");
    let own = scene.provider.config_path();
    let other = own.with_file_name("other.toml");
    let text = fs::read_to_string(&own).expect("the file");
    fs::write(&other, text.replace("\"One\"", "\"Two\"")).expect("another");
    let mut command = scene.provider.command();
    command.args(["config", "reload", "--config"]).arg(&other);
    let told = output(command.args(["--storage", &scene.provider.storage()]));
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(1), "{said}");
    for part in ["it reads ", "valetkey.toml, not ", "other.toml"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(title(&scene).ends_with("One"), "{}", title(&scene));
}
