//! Traces and metrics that a collector is handed.

use crate::support::collector::{Collector, Message};
use crate::support::rest::assert_nowhere;
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, page_request, within};
use acceptance::{Request, Setup, free_port, output};
use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

/// How soon something is handed over that is due every second.
const SOON: Duration = Duration::from_secs(20);

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A provider that hands everything to a collector, with more in its table.
fn told(collector: &Collector, more: &str) -> Scene {
    let endpoint = format!("http://{}", collector.addr);
    Scene::plain(&format!("[telemetry]\nendpoint = \"{endpoint}\"\n{more}"))
}

fn traced(path: &str, sampled: &str) -> Request {
    let parent = format!("00-{TRACE}-{CALLER}-{sampled}");
    Request::get(path)
        .header("traceparent", &parent)
        .header("tracestate", "vendor=1,other=x y")
}

#[test]
fn a_request_is_a_span_of_its_callers_trace() {
    let collector = Collector::start();
    let mut scene = told(
        &collector,
        "sample = 0\ncallers = [\"127.0.0.1\"]\nservice = \"acme-auth\"",
    );
    let reply = scene.api().send(&traced("/sign-in", "01"));
    let request_id = reply.header("x-request-id").unwrap_or_default().to_owned();
    scene
        .api()
        .send(&traced("/nothing/ann@example.com", "01"))
        .expect(404);
    scene
        .api()
        .send(&traced("/apps/somebody/logo", "01"))
        .expect(404);
    // Neither what its caller does not keep, nor what is without one, nor a probe.
    scene.api().send(&traced("/sign-in", "00"));
    scene.api().get("/sign-in").expect(200);
    scene.api().send(&traced("/health/live", "01")).expect(200);
    // The end of the server is waited for, so nothing is lost by it.
    assert!(scene.provider.stop().success());
    let spans = collector.spans();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["GET /sign-in", "GET", "GET /apps/{client_id}/logo"]);
    for span in &spans {
        assert_eq!((span.trace.as_str(), span.parent.as_str()), (TRACE, CALLER));
        assert_eq!(span.state, "vendor=1,other=x y");
        // SPAN_KIND_SERVER; kept, and its parent is elsewhere.
        assert_eq!((span.kind, span.flags), (2, 0x301));
        assert!(span.began > 1_700_000_000_000_000_000 && span.ended > span.began);
        assert_eq!(span.status, 0, "a refusal is no failure of the server");
        assert_eq!(span.resource["service.name"], "acme-auth");
        assert_eq!(span.resource["service.version"], "0.1.0");
    }
    let ids: BTreeSet<&str> = spans.iter().map(|span| span.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    let about = &spans[0].attributes;
    for (name, value) in [
        ("http.request.method", "GET"),
        ("url.scheme", "http"),
        ("url.path", "/sign-in"),
        ("http.route", "/sign-in"),
        ("http.response.status_code", "200"),
        ("network.protocol.version", "1.1"),
        ("valetkey.request_id", &request_id),
    ] {
        assert_eq!(about[name], value, "{about:?}");
    }
    assert!(
        !spans[1].attributes.contains_key("url.path"),
        "what a stranger asked for"
    );
    assert!(!spans[2].attributes.contains_key("url.path"));
    // The log knows the trace of the lines that are in one.
    let log = scene.provider.log();
    let id = format!(
        "\"request_id\":\"{request_id}\",\"trace_id\":\"{TRACE}\",\"span_id\":\"{}\"",
        spans[0].id
    );
    assert!(log.contains(&id), "{log}");
    assert_eq!(log.matches("trace_id").count(), 3, "{log}");
}

#[test]
fn strangers_do_not_say_what_is_kept() {
    let collector = Collector::start();
    let mut none = told(&collector, "sample = 0");
    none.api().send(&traced("/sign-in", "01"));
    assert!(none.provider.stop().success());
    assert!(collector.spans().is_empty());
    let mut all = told(&collector, "sample = 1");
    all.api().send(&traced("/sign-in", "00"));
    let bad = Request::get("/sign-up").header("traceparent", &format!("00-{TRACE}-{CALLER}-0"));
    all.api().send(&bad);
    assert!(all.provider.stop().success());
    let spans = collector.spans();
    let of = |name: &str| spans.iter().find(|span| span.name == name).expect("a span");
    assert_eq!(of("GET /sign-in").trace, TRACE);
    let own = of("GET /sign-up");
    assert!(own.trace != TRACE && own.parent.is_empty() && own.state.is_empty());
    assert_eq!(own.flags, 1);
}

#[test]
fn nothing_secret_and_nobody_is_in_what_is_handed_over() {
    let collector = Collector::start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("headers");
    fs::write(&file, "Authorization: Bearer collectors-own-secret\n").expect("a file");
    let more = format!(
        "sample = 1\nmetrics_every = \"1s\"\nheaders_file = \"{}\"",
        file.display()
    );
    let mut scene = told(&collector, &more);
    let app = scene.confidential(CALLBACK);
    let redirect = scene.allow(
        &app,
        &[("scope", "tasks:read"), ("state", "state-that-is-the-apps")],
    );
    let code = redirect.code();
    let tokens = scene.redeem(&app, &code, &[]);
    let (access, refresh) = (
        tokens.member("access_token"),
        tokens.member("refresh_token"),
    );
    let replaced = scene.refresh(&app, &refresh).member("access_token");
    scene.introspect(&scene.resource_server(), &access);
    scene.revoke(&app, &access).expect(200);
    scene
        .api()
        .send(&page_request("/link?t=what-a-mail-has-in-its-link"));
    scene.api().send(
        &Request::get("/oauth2/token/info").header("Authorization", &format!("Bearer {replaced}")),
    );
    let metrics = || {
        collector
            .taken()
            .iter()
            .any(|handed| handed.path == "/v1/metrics")
    };
    assert!(within(SOON, metrics));
    assert!(scene.provider.stop().success());
    assert!(collector.spans().len() >= 8);
    let secrets = [
        code.as_str(),
        &access,
        &refresh,
        &replaced,
        &app.client_secret,
        PASSWORD,
        ANN,
        OWNER,
        "state-that-is-the-apps",
        "what-a-mail-has-in-its-link",
        "collectors-own-secret",
        "127.0.0.1",
        &app.client_id,
    ];
    for handed in collector.taken() {
        assert_eq!(handed.headers["content-type"], "application/x-protobuf");
        assert_eq!(
            handed.headers["authorization"],
            "Bearer collectors-own-secret"
        );
        for secret in secrets {
            let tail = &secret[secret.len().saturating_sub(20)..];
            let held = handed
                .body
                .windows(tail.len())
                .any(|part| part == tail.as_bytes());
            assert!(!held, "{} holds {secret}", handed.path);
        }
    }
    assert_nowhere(&scene.provider, &["collectors-own-secret", &access, &code]);
}

#[test]
fn metrics_are_those_of_the_conventions_and_those_of_prometheus() {
    let collector = Collector::start();
    let mut scene = told(&collector, "sample = 0\nmetrics_every = \"1h\"");
    let app = scene.confidential(CALLBACK);
    scene.tokens(&app, "tasks:read");
    scene.api().get("/wp-admin").expect(404);
    assert!(scene.provider.stop().success());
    let taken = collector.taken();
    assert_eq!(
        taken.len(),
        1,
        "no trace is kept, and the end hands over what is counted"
    );
    assert_eq!(taken[0].path, "/v1/metrics");
    let resource = Message::read(&taken[0].body).messages(1).remove(0);
    let metrics = resource.messages(2).remove(0).messages(2);
    let of = |name: &str| {
        let found = metrics.iter().find(|metric| metric.text(1) == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let durations = of("http.server.request.duration");
    assert_eq!(durations.text(3), "s");
    let histogram = durations.messages(9).remove(0);
    // AGGREGATION_TEMPORALITY_CUMULATIVE.
    assert_eq!(histogram.number(2), 2);
    let points = histogram.messages(1);
    let token = points.iter().find(|point| {
        let about = point.attributes(9);
        about.get("http.route").map(String::as_str) == Some("/oauth2/token")
    });
    let token = token.expect("the token endpoint");
    let about = token.attributes(9);
    assert_eq!(
        (
            about["http.request.method"].as_str(),
            about["http.response.status_code"].as_str()
        ),
        ("POST", "200")
    );
    assert_eq!(token.number(4), 1);
    // One class more than bounds.
    assert_eq!(
        (token.bytes(6).len(), token.bytes(7).len()),
        (15 * 8, 14 * 8)
    );
    assert!(token.number(3) > token.number(2) && token.number(2) > 0);
    let unknown = points
        .iter()
        .find(|point| !point.attributes(9).contains_key("http.route"));
    assert_eq!(
        unknown.expect("what no route takes").attributes(9)["http.response.status_code"],
        "404"
    );
    let changes = of("valetkey.transitions").messages(7).remove(0);
    assert_eq!(
        (changes.number(2), changes.number(3)),
        (2, 1),
        "cumulative, and it only rises"
    );
    let redeemed = changes
        .messages(1)
        .into_iter()
        .find(|point| point.attributes(7)["name"] == "grant.redeem");
    assert_eq!(redeemed.expect("a code was redeemed").number(6), 1);
    let works = of("valetkey.storage_works").messages(5).remove(0);
    assert_eq!(works.messages(1).remove(0).number(6), 1);
    assert_eq!(of("valetkey.feed_age").text(3), "s");
}

#[test]
fn a_collector_that_is_away_is_told_of_once_and_found_again() {
    let addr = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let changes =
        format!("[telemetry]\nendpoint = \"http://{addr}\"\nsample = 1\nmetrics_every = \"1s\"");
    let mut scene = Scene::start(Setup::toml(PLAIN).with(&changes));
    scene.api().get("/sign-in").expect(200);
    let away = "does not take telemetry";
    assert!(within(SOON, || scene.provider.log().contains(away)));
    scene.api().get("/sign-up").expect(200);
    let collector = Collector::at(addr);
    assert!(within(SOON, || scene
        .provider
        .log()
        .contains("takes telemetry again; 0 spans were dropped")));
    let names: BTreeSet<String> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert!(
        names.contains("GET /sign-in") && names.contains("GET /sign-up"),
        "{names:?}"
    );
    assert_eq!(scene.provider.log().matches(away).count(), 1);
    assert!(scene.provider.stop().success());
}

#[test]
fn settings_that_cannot_be_are_told_by_the_check() {
    for (table, said) in [
        (
            "endpoint = \"collector:4318\"",
            "telemetry.endpoint: is not the URL of a collector",
        ),
        (
            "endpoint = \"http://127.0.0.1:4318/v1/traces\"",
            "leave out /v1/traces",
        ),
        ("endpoint = \"http://127.0.0.1:4317\"", "speak gRPC"),
        (
            "headers_file = \"/dev/null\"",
            "telemetry.headers_file: /dev/null is empty",
        ),
        (
            "sample = 0.5",
            "telemetry.sample has no effect while telemetry.endpoint names no collector",
        ),
        ("sample = 1.5", "telemetry.sample: is not between 0 and 1"),
        (
            "callers = [\"somebody\"]",
            "is neither an address nor a network",
        ),
        ("service = \"\"", "telemetry.service"),
        ("metrics_every = \"2h\"", "is longer than 1h"),
    ] {
        let provider = Setup::toml(PLAIN)
            .with(&format!("[telemetry]\n{table}"))
            .prepare();
        let mut check = provider.command();
        let config = provider.config_path();
        check.args(["config", "check", "--config"]).arg(config);
        let done = output(&mut check);
        let text = [done.stdout, done.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(said), "{table}: {text}");
    }
}
