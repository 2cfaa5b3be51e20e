//! `valetkey doctor`.
use super::failure::Failure;
use super::output::Output;
use super::place::Place;
use crate::clock;
use crate::config::{Config, Overrides};
use clap::Args;
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use store::{Location, Serving};

/// How long to wait for an answer from the network.
const PATIENCE: Duration = Duration::from_secs(3);

/// 2025-01-01T00:00:00Z: a clock before that is wrong.
const EARLIEST: i64 = 1_735_689_600;

/// Find out what is wrong with a provider, and what to do about it.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    place: Place,
    /// The address the server was told to listen on, if not the one in the file.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The issuer the server was given, if not the one in the file.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    Warning,
    Failed,
}

/// One thing that was looked at.
#[derive(Debug)]
struct Finding {
    about: &'static str,
    state: State,
    sentence: String,
}

fn ok(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Ok, sentence)
}

fn warning(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Warning, sentence)
}

fn failed(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Failed, sentence)
}

fn finding(about: &'static str, state: State, sentence: impl Into<String>) -> Finding {
    let sentence = sentence.into();
    Finding {
        about,
        state,
        sentence,
    }
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }
}

impl Doctor {
    /// Looks at everything. Exit code 1 when something failed, 2 when it is the configuration.
    pub(super) fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let overrides = Overrides {
            listen: self.listen,
            issuer: self.issuer,
            storage: self.place.storage,
        };
        let config = Config::load(self.place.config.as_deref(), &overrides)?;
        let mut findings = about_config(&config);
        findings.push(about_storage(&config));
        findings.extend(about_modes(&config));
        findings.push(about_clock(&config));
        findings.extend(about_network(&config));
        let sound = findings.iter().all(|one| one.state != State::Failed);
        let checks: Vec<Value> = findings.iter().map(as_json).collect();
        output.show(&json!({ "ok": sound, "checks": checks }), || {
            let lines = findings.iter().map(|one| {
                let state = one.state.as_str();
                format!("{state:7}  {:13}  {}", one.about, one.sentence)
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        Ok(match sound {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }
}

fn as_json(one: &Finding) -> Value {
    json!({ "check": one.about, "state": one.state.as_str(), "message": one.sentence })
}

fn about_config(config: &Config) -> Vec<Finding> {
    let name = config.source.as_ref().map_or_else(
        || "no file, defaults and environment".to_owned(),
        |file| file.display().to_string(),
    );
    let mut findings = vec![ok("configuration", format!("{name} is in order"))];
    let warnings = config.warnings.iter();
    findings.extend(warnings.map(|sentence| warning("configuration", sentence)));
    for file in config.tls.iter().flat_map(|tls| [&tls.cert, &tls.key]) {
        if let Err(error) = std::fs::File::open(file) {
            let file = file.display();
            findings.push(failed(
                "certificate",
                format!(
                    "{file} cannot be read ({error}): correct the path under [tls], or its owner"
                ),
            ));
        }
    }
    findings
}

fn about_storage(config: &Config) -> Finding {
    let place = &config.storage;
    if let Location::Sqlite(path) = place
        && let Err(error) = store::refuse_network(path)
    {
        return failed("storage", format!("cannot serve {place}: {error}"));
    }
    if let Location::Sqlite(path) = place
        && !path.exists()
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        return match folder.is_none_or(Path::is_dir) {
            true => ok(
                "storage",
                format!(
                    "{} does not exist yet; the first start makes it",
                    path.display()
                ),
            ),
            false => failed(
                "storage",
                format!(
                    "the folder of {} does not exist: make it, or name another under [storage]",
                    path.display()
                ),
            ),
        };
    }
    match crate::app::open_store(config) {
        Ok(_) => ok("storage", format!("{place} opens{}", served_by(config))),
        Err(error) => failed("storage", format!("{error:#}")),
    }
}

/// Who serves the file, if anybody does: it need not be the server on the port that is looked at.
fn served_by(config: &Config) -> String {
    let holder = match &config.storage {
        Location::Sqlite(path) => Serving::holder(path),
        Location::Postgres(_) => None,
    };
    holder.map_or_else(String::new, |holder| format!("; {holder} serves it"))
}

/// Files that hold secrets, or what people did, are for their owner alone.
fn about_modes(config: &Config) -> Vec<Finding> {
    let mut files: Vec<PathBuf> = vec![config.keys.clone()];
    if let Location::Sqlite(path) = &config.storage {
        files.push(path.clone());
    }
    files.extend(config.tls.iter().map(|tls| tls.key.clone()));
    let keys = std::fs::read_dir(&config.keys).into_iter().flatten();
    files.extend(keys.flatten().map(|entry| entry.path()));
    let open = files.iter().filter(|file| {
        let mode = std::fs::metadata(file).map(|about| about.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    });
    let findings: Vec<_> = open
        .map(|file| {
            let (file, mode) = (file.display(), if file.is_dir() { "700" } else { "600" });
            failed(
                "file modes",
                format!("others may read {file}: run chmod {mode} {file}"),
            )
        })
        .collect();
    match findings.is_empty() {
        true => vec![ok(
            "file modes",
            "database and keys are for their owner alone",
        )],
        false => findings,
    }
}

fn about_clock(config: &Config) -> Finding {
    let now = clock::now();
    let written = match &config.storage {
        Location::Sqlite(path) => std::fs::metadata(path)
            .and_then(|about| about.modified())
            .ok(),
        Location::Postgres(_) => None,
    };
    let written = written.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let latest = written.and_then(|time| i64::try_from(time.as_secs()).ok());
    if now.0 < EARLIEST || latest.is_some_and(|latest| now.0 + 60 < latest) {
        let now = clock::rfc3339(now);
        return failed(
            "clock",
            format!("it says {now}, which is past already: set it, best with an NTP service"),
        );
    }
    ok("clock", clock::rfc3339(now))
}

fn about_network(config: &Config) -> Vec<Finding> {
    let listen = config.listen;
    match TcpListener::bind(listen) {
        Ok(_) => {
            let next = "start it with `valetkey serve`";
            return vec![ok(
                "port",
                format!("{listen} is free; the server is not running: {next}"),
            )];
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {}
        Err(error) => {
            let sentence = format!(
                "cannot listen on {listen} ({error}): choose another address or port, or give the right to use it"
            );
            return vec![failed("port", sentence)];
        }
    }
    if config.tls.is_some() {
        return vec![
            ok("port", format!("{listen} is in use, by a server with TLS")),
            about_issuer(config),
        ];
    }
    match get(listen, "localhost", "/health/ready") {
        Some(reply) if reply.starts_with("HTTP/1.1 200") => vec![
            ok("port", format!("the server on {listen} is ready")),
            about_issuer(config),
        ],
        Some(reply) => {
            let line = reply.lines().next().unwrap_or_default().to_owned();
            let sentence = format!(
                "what listens on {listen} is not ready ({line}): look at its log, or choose another port"
            );
            vec![failed("port", sentence)]
        }
        None => vec![failed(
            "port",
            format!("something on {listen} does not speak HTTP: stop it, or choose another port"),
        )],
    }
}

/// Whether the issuer's host answers; over plain http also whether it is this provider.
fn about_issuer(config: &Config) -> Finding {
    let issuer = &config.issuer;
    let (scheme, rest) = issuer.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    let port = if scheme == "https" { 443 } else { 80 };
    let address = match has_port {
        true => host.to_owned(),
        false => format!("{host}:{port}"),
    };
    let Ok(mut found) = address.to_socket_addrs() else {
        let sentence = format!("{host} has no address: enter it in DNS, or correct `issuer`");
        return failed("issuer", sentence);
    };
    let reached = found.find(|&address| TcpStream::connect_timeout(&address, PATIENCE).is_ok());
    let Some(reached) = reached else {
        let sentence = format!("{address} does not answer: look at the proxy and the firewall");
        return failed("issuer", sentence);
    };
    if scheme == "https" {
        return ok(
            "issuer",
            format!("{address} answers (its certificate was not looked at)"),
        );
    }
    let path = rest[host.len()..].trim_end_matches('/');
    let path = format!("/.well-known/oauth-authorization-server{path}");
    let document = get(reached, host, &path);
    let body = document
        .as_deref()
        .and_then(|reply| reply.split_once("\r\n\r\n"));
    let body: Value = body
        .and_then(|(_, body)| serde_json::from_str(body).ok())
        .unwrap_or_default();
    match body["issuer"] == issuer.as_str() {
        true => ok("issuer", format!("{issuer} is this provider")),
        false => failed(
            "issuer",
            format!(
                "{issuer} does not name itself as this issuer: the server runs with another configuration, so start it anew or correct `issuer`"
            ),
        ),
    }
}

/// The whole reply to a plain HTTP request.
fn get(address: SocketAddr, host: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut reply = Vec::new();
    stream.take(1 << 20).read_to_end(&mut reply).ok()?;
    Some(String::from_utf8_lossy(&reply).into_owned()).filter(|reply| reply.starts_with("HTTP/"))
}
