//! What `examples/monitoring` has, against what is told, and by the tools that read it.

use crate::support::assertions;
use crate::support::client::tool;
use crate::support::{CALLBACK, PLAIN, Scene, long, within};
use acceptance::{Api, Json, Request, Setup, free_port, output, wait_for_exit};
use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How soon Prometheus has read what it is to read.
const SOON: Duration = Duration::from_secs(60);

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/monitoring")
        .join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(example(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A provider whose metrics are told, and the port.
fn watched() -> (Scene, u16) {
    let port = free_port();
    let metrics = format!("[metrics]\nlisten = \"127.0.0.1:{port}\"");
    let scene = Scene::start(Setup::toml(PLAIN).with(&metrics));
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    scene.refresh(&app, &tokens.refresh).expect(200);
    (scene, port)
}

/// The queries of the dashboard, without its variables.
fn queries() -> Vec<String> {
    let dashboard: Json = serde_json::from_str(&text("grafana/valetkey.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array());
    let queries = targets.flatten().map(|target| {
        let query = target["expr"].as_str().expect("a query");
        let query = query.replace("$instance", ".*").replace("$route", ".*");
        assert!(!query.contains('$'), "{query}");
        query
    });
    queries.collect()
}

/// Words of `text` that are letters and `_`, and begin with `start`.
fn words(text: &str, start: &str) -> BTreeSet<String> {
    let all = text.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
    let own = all.filter(|word| word.starts_with(start));
    own.map(str::to_owned).collect()
}

#[test]
fn the_dashboard_and_the_alerts_ask_for_what_is_told() {
    let (_scene, port) = watched();
    let at = SocketAddr::from(([127, 0, 0, 1], port));
    let told = Api::new(at, &at.to_string())
        .get("/metrics")
        .expect(200)
        .text();
    let samples = told.lines().filter(|line| !line.starts_with('#'));
    let names: BTreeSet<&str> = samples
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let rules = text("valetkey.rules.yml");
    let asked = [queries().join("\n"), rules].concat();
    let metrics = words(&asked, "valetkey_");
    assert!(metrics.len() > 10, "{metrics:?}");
    for metric in metrics {
        assert!(names.contains(metric.as_str()), "nothing tells {metric}");
    }
    for (label, value) in asked
        .split('"')
        .collect::<Vec<_>>()
        .windows(2)
        .filter_map(|pair| {
            let label = pair[0].strip_suffix('=')?.rsplit(['{', ',']).next()?;
            Some((label.trim(), pair[1]))
        })
    {
        if ["name", "outcome", "route"].contains(&label) {
            let pair = format!("{label}=\"{value}\"");
            assert!(told.contains(&pair), "nothing is told of {pair}");
        }
    }
}

/// The names of the alerts.
fn alerts() -> BTreeSet<String> {
    let rules = text("valetkey.rules.yml");
    let names = rules
        .lines()
        .filter_map(|line| line.split_once("- alert: "));
    names.map(|(_, name)| name.trim().to_owned()).collect()
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn what_is_worth_an_alert_has_one_and_each_says_what_to_do() {
    let page_of_metrics = page("reference/metrics.md");
    let advised = page_of_metrics.split("What is worth an alert:").nth(1);
    let advised = words(advised.expect("the paragraph"), "valetkey_");
    assert!(advised.len() > 6, "{advised:?}");
    let rules = text("valetkey.rules.yml");
    let asked = words(&rules, "valetkey_");
    let missing: Vec<_> = advised.difference(&asked).collect();
    assert!(missing.is_empty(), "no alert asks for {missing:?}");
    let how = page("how-to/monitoring.md");
    let rows = how
        .lines()
        .filter_map(|line| line.strip_prefix("| `Valetkey"));
    let told: BTreeSet<_> = rows
        .filter_map(|row| Some(format!("Valetkey{}", row.split('`').next()?)))
        .collect();
    assert_eq!(told, alerts());
}

/// Prometheus, which is ended with the test.
struct Prometheus(Child);

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = wait_for_exit(&mut self.0, Duration::from_secs(10));
    }
}

#[test]
#[cfg_attr(not(has_prometheus), ignore = "needs Prometheus: see ./test")]
fn prometheus_loads_the_rules_and_answers_every_query() {
    let prometheus = tool("VALETKEY_TEST_PROMETHEUS");
    let promtool = prometheus.with_file_name("promtool");
    for arguments in [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "valetkey.rules.yml"],
        ["test", "rules", "valetkey.rules.test.yml"],
    ] {
        let done = output(
            Command::new(&promtool)
                .args(arguments)
                .current_dir(example("")),
        );
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }
    let (_scene, metrics) = watched();
    let folder = tempfile::tempdir().expect("a folder");
    let config = text("prometheus.yml")
        .replace("127.0.0.1:9464", &format!("127.0.0.1:{metrics}"))
        .replace(": 15s", ": 1s");
    fs::write(folder.path().join("prometheus.yml"), config).expect("a file");
    let rules = folder.path().join("valetkey.rules.yml");
    fs::copy(example("valetkey.rules.yml"), rules).expect("a file");
    let port = free_port();
    let server = Command::new(&prometheus)
        .arg("--config.file=prometheus.yml")
        .arg("--storage.tsdb.path=data")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Prometheus(server.expect("it starts"));
    let at = SocketAddr::from(([127, 0, 0, 1], port));
    assert!(within(SOON, || std::net::TcpStream::connect(at).is_ok()));
    let api = Api::new(at, &at.to_string());
    let is_ready = || api.get("/-/ready").status == 200;
    assert!(within(SOON, is_ready));
    let ask = |query: &str| {
        let form = [("query", query)];
        api.post_form("/api/v1/query", &form).expect(200).json()
    };
    let is_read = || {
        let up = ask("up{job=\"valetkey\"} == 1 and on() count(valetkey_requests_total) > 0");
        up["data"]["result"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    };
    assert!(within(SOON, is_read), "{}", ask("up"));
    for query in queries() {
        assert_eq!(ask(&query)["status"], "success", "{query}");
    }
    let judged = || {
        let rules = api.get("/api/v1/rules").expect(200).json();
        let rules = rules["data"]["groups"][0]["rules"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let well = rules
            .iter()
            .filter(|rule| rule["health"] == "ok" && rule["state"] == "inactive");
        rules.len() == alerts().len() && well.count() == rules.len()
    };
    assert!(within(SOON, judged), "{}", api.get("/api/v1/rules"));
}

/// The collector of OpenTelemetry itself reads what is handed over. It is built in the long form.
#[test]
#[cfg_attr(
    not(has_collector),
    ignore = "needs a collector: ./test --long builds it"
)]
fn a_collector_takes_traces_and_metrics() {
    assert!(long() || std::env::var_os("VALETKEY_TEST_COLLECTOR").is_some());
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let config = format!(
        "receivers:\n  otlp:\n    protocols:\n      http:\n        endpoint: 127.0.0.1:{port}\n\
         exporters:\n  debug:\n    verbosity: detailed\n\
         service:\n  telemetry:\n    metrics:\n      level: none\n  pipelines:\n    \
         traces: {{receivers: [otlp], exporters: [debug]}}\n    metrics: {{receivers: [otlp], exporters: [debug]}}\n"
    );
    fs::write(folder.path().join("collector.yml"), config).expect("a file");
    let said = folder.path().join("said");
    let file = fs::File::create(&said).expect("a file");
    let collector = Command::new(tool("VALETKEY_TEST_COLLECTOR"))
        .args(["--config", "file:collector.yml"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(file)
        .spawn();
    let _collector = Prometheus(collector.expect("it starts"));
    let at = SocketAddr::from(([127, 0, 0, 1], port));
    assert!(within(SOON, || std::net::TcpStream::connect(at).is_ok()));
    let telemetry = format!("[telemetry]\nendpoint = \"http://{at}\"\nsample = 1");
    let mut scene = Scene::plain(&telemetry);
    let app = scene.confidential(CALLBACK);
    scene.tokens(&app, "tasks:read");
    assert!(scene.provider.stop().success());
    let read = || fs::read_to_string(&said).unwrap_or_default();
    for part in [
        "service.name: Str(valetkey)",
        "Name           : POST /oauth2/token",
        "http.response.status_code: Int(200)",
        "Name: http.server.request.duration",
        "Name: valetkey.transitions",
        "AggregationTemporality: Cumulative",
    ] {
        assert!(
            within(SOON, || read().contains(part)),
            "no {part}: {}",
            read()
        );
    }
    assert!(!read().contains("rror decoding"), "{}", read());
}

/// Only whoever has the server's key is told what arrives of a request.
#[test]
fn the_doctor_is_told_what_arrives_and_nobody_else() {
    let scene = Scene::plain("");
    let listen = scene.provider.addr().to_string();
    let issuer = scene.provider.issuer().to_owned();
    let asked = ["doctor", "--json", "--listen", &listen, "--issuer", &issuer];
    let told = scene.provider.cli(&asked);
    assert_eq!(told.code, Some(0), "{told:?}");
    let told = told.json();
    let checks = told["checks"].as_array().expect("a list");
    for about in ["port", "issuer", "proxy", "disk", "backup", "clock"] {
        let found = checks.iter().find(|one| one["check"] == about);
        let found = found.unwrap_or_else(|| panic!("nothing about {about}: {told}"));
        assert_ne!(found["state"], "failed", "{found}");
    }
    let now = assertions::now();
    for proof in ["", "x", "0.AAAA", &format!("{now}.{}", "A".repeat(43))] {
        let ask = Request::get("/health/ready").header("valetkey-doctor", proof);
        let reply = scene.api().send(&ask).expect(200);
        assert!(!reply.text().contains("asked"), "{reply}");
    }
}
