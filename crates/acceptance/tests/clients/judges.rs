//! Programs of others that judge an authorization server, unmodified, against the running binary with a fresh database.

use crate::support::assertions::KeyHost;
use crate::support::client::tool;
use crate::support::introductions::{OPEN, document, metadata, tick_and_allow};
use crate::support::tasks_api::TasksApi;
use crate::support::{PLAIN, Scene};
use acceptance::{Api, Json, Redirect, Setup, Url, free_port, output, wait_for_exit};
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The API that tokens are for.
const RESOURCE: &str = "https://mcp.example.com/mcp";
/// How long a program may take to end.
const LIMIT: Duration = Duration::from_secs(60);

/// A provider with an API, to which apps introduce themselves.
#[track_caller]
fn scene() -> Scene {
    let api = format!("[[api]]\nidentifier = {RESOURCE:?}\nscopes = [\"tasks:read\"]");
    let setup = crate::setup().with(OPEN).with(&api);
    Scene::start(setup)
}

/// The redirect URI of the suite for MCP at this port.
fn callback(port: u16) -> String {
    format!("http://127.0.0.1:{port}/callback")
}

/// Both scenarios for authorization servers, as an app that has `callback` at this port; a person signs in and allows.
#[track_caller]
fn pass_mcp_conformance(scene: &Scene, client_id: &str, port: u16, resource: Option<&str>) {
    let folder = tempfile::tempdir_in(scene.provider.folder()).expect("a folder");
    let package = "clients/mcp-conformance/node_modules/@modelcontextprotocol/conformance";
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
    let mut suite = Command::new(tool("VALETKEY_TEST_MCP_CONFORMANCE"));
    suite
        .arg(script.join("dist/index.js"))
        .args(["authorization", "--url", scene.provider.issuer()])
        .args(["--client-id", client_id, "--port", &port.to_string()])
        .args(resource.iter().flat_map(|uri| ["--resource", *uri]))
        .arg("--output-dir")
        .arg(folder.path())
        .env("NODE_EXTRA_CA_CERTS", scene.provider.authority_path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut suite = suite.spawn().expect("the suite starts");
    let lines = BufReader::new(suite.stdout.take().expect("piped")).lines();
    let asks_at = scene.metadata["authorization_endpoint"].as_str();
    let asks_at = asks_at.expect("a URL");
    let (mut said, mut visits) = (String::new(), 0);
    for line in lines.map_while(Result::ok) {
        if line.starts_with(asks_at) {
            visits += 1;
            assert_eq!(line.contains("&resource="), resource.is_some(), "{line}");
            come_back(port, &allow(scene, &line));
        }
        said.extend([&line, "\n"]);
    }
    let errors = suite
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said);
    errors.expect("text");
    let status = wait_for_exit(&mut suite, LIMIT);
    assert!(status.is_some_and(|it| it.success()), "{status:?}: {said}");
    assert_eq!(visits, 1, "{said}");
    let found = checks(folder.path());
    let found: Vec<(&str, &str)> = found.iter().map(|(id, is)| (&**id, &**is)).collect();
    let all = [
        ("authorization-code-grant", "SUCCESS"),
        ("authorization-server-metadata", "SUCCESS"),
        ("authorization-server-metadata-cimd", "SUCCESS"),
    ];
    assert_eq!(found, all, "{said}");
    assert!(said.contains("Total: 3 passed, 0 failed"), "{said}");
}

/// The person at the browser signs in and allows, whichever consent page is shown.
#[track_caller]
fn allow(scene: &Scene, visit: &str) -> Redirect {
    let target = Url::parse(visit).expect("a URL").target();
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&target);
    match page.text().contains("scope-1") {
        true => tick_and_allow(&mut browser, &page),
        false => browser.authorize(&target),
    }
}

/// The browser comes back to the suite.
#[track_caller]
fn come_back(port: u16, back: &Redirect) {
    assert!(back.location.starts_with(&callback(port)), "{back:?}");
    let suite = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let target = Url::parse(&back.location).expect("a URL").target();
    let page = Api::new(suite, &suite.to_string()).get(&target);
    page.expect(200);
}

/// What the suite wrote of each check of a run, in the order of their names.
#[track_caller]
fn checks(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for scenario in fs::read_dir(folder).expect("a folder") {
        let file = scenario.expect("a folder").path().join("checks.json");
        let text = fs::read_to_string(file).expect("checks");
        let checks: Vec<Json> = serde_json::from_str(&text).expect("checks");
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        found.extend(
            checks
                .iter()
                .map(|it| (text(&it["id"]), text(&it["status"]))),
        );
    }
    found.sort();
    found
}

#[test]
#[cfg_attr(
    not(has_mcp_conformance),
    ignore = "needs the suite for MCP: see ./test"
)]
fn mcp_conformance_of_an_app_that_is_registered() {
    let scene = scene();
    for resource in [None, Some(RESOURCE)] {
        let port = free_port();
        let app = scene.public(&callback(port));
        pass_mcp_conformance(&scene, &app.client_id, port, resource);
    }
}

#[test]
#[cfg_attr(
    not(has_mcp_conformance),
    ignore = "needs the suite for MCP: see ./test"
)]
fn mcp_conformance_of_apps_that_introduce_themselves() {
    let scene = scene();
    let host = KeyHost::of(&json!({}));
    let by_document = document(&host, |document| {
        document["redirect_uris"] = json!(["http://127.0.0.1/callback"]);
    });
    host.publish(&by_document, "max-age=3600");
    let mut registers = metadata();
    registers["redirect_uris"] = json!(["http://127.0.0.1/callback"]);
    let registered = scene.register(&registers).expect(201).member("client_id");
    for client_id in [&host.url(), &registered] {
        for resource in [None, Some(RESOURCE)] {
            pass_mcp_conformance(&scene, client_id, free_port(), resource);
        }
    }
}

/// What the linter finds at an address: the names of its checks, each with how bad it is.
#[track_caller]
fn lint(scene: &Scene, url: &str) -> Vec<Json> {
    let authority = scene.provider.authority_path();
    let mut lint = Command::new(tool("VALETKEY_TEST_AUTHGENT"));
    lint.args(["lint", url, "--format", "json"])
        .envs(authority.is_file().then_some(("SSL_CERT_FILE", &authority)))
        .env("NO_PROXY", "localhost,127.0.0.1")
        .env("DO_NOT_TRACK", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(scene.provider.folder());
    let done = output(&mut lint);
    let said = String::from_utf8_lossy(&done.stdout);
    let found: Vec<Json> = serde_json::from_str(&said).unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&done.stderr);
        panic!("{error}: {said}{errors}")
    });
    let short = |it: &Json| json!({ "check_id": it["check_id"], "severity": it["severity"] });
    found.iter().map(short).collect()
}

/// What the linter is known to find, and is wrong about.
#[track_caller]
fn baseline() -> Vec<Json> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(folder.join(path)).expect("a text");
    let known: Vec<Json> =
        serde_json::from_str(&read("clients/authgent/baseline.json")).expect("findings");
    let page = read("../../docs/conformance/mcp.md");
    for finding in &known {
        let name = finding["check_id"].as_str().expect("a name");
        let row = format!("| `{name}` |");
        assert!(page.contains(&row), "no reason for {name}");
    }
    known
}

/// It begins at the provider's own document as a protected resource.
#[test]
#[cfg_attr(not(has_authgent), ignore = "needs authgent: see ./test")]
fn authgent_finds_at_the_provider_what_is_known() {
    let scene = scene();
    assert_eq!(lint(&scene, scene.provider.issuer()), baseline());
}

/// It begins at the document that `verify` serves for an API.
#[test]
#[cfg_attr(not(has_authgent), ignore = "needs authgent: see ./test")]
fn authgent_finds_at_an_api_what_is_known() {
    for issuer in ["http://localhost:{port}", "http://localhost:{port}/id/eu"] {
        let port = free_port();
        let address = format!("http://127.0.0.1:{port}");
        let api = format!("[[api]]\nidentifier = {address:?}\nscopes = [\"tasks:read\"]");
        let setup = Setup::toml(PLAIN).with(OPEN).with(&api).issuer(issuer);
        let scene = Scene::start(setup);
        let credential = scene.resource_server();
        let settings = json!({ "audience": address, "scopes": "tasks:read" });
        let _api = TasksApi::start_at(port, &scene.provider, (&credential, &settings), &[]);
        assert_eq!(lint(&scene, &address), baseline(), "{issuer}");
    }
}
