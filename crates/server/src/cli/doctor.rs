//! `valetkey doctor`.
mod backup;
mod certificate;
mod clock;
mod disk;
mod finding;
mod handoff;
mod mail;
mod network;
mod probe;
mod proxy;
mod sealing;
mod upstreams;
mod validity;

use super::failure::Failure;
use super::output::Output;
use super::place::{Place, provider_file};
use crate::control::{self, StartedWith};
use crate::preflight;
use crate::storage::{self, check_url};
use clap::Args;
use config::{Config, Overrides, Storage};
use finding::{Finding, State, failed, ok, warning};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Serving;

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
    /// The server has to run: that it does not is a failure, and not only a warning. For a timer.
    #[arg(long)]
    running: bool,
}

impl Doctor {
    /// Looks at everything. Exit code 1 when something failed, 2 when it is the configuration.
    pub(super) fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let running = self.running;
        let is_told = self.listen.is_some() || self.issuer.is_some();
        let mut overrides = Overrides {
            listen: self.listen,
            issuer: self.issuer,
            storage: self.place.storage,
        };
        let by_flag = overrides.storage.is_some() || overrides.issuer.is_some();
        let file = provider_file(self.place.config, by_flag)?;
        let mut config = Config::load(file.as_deref(), &overrides, check_url)?;
        let mut findings = about_config(&config);
        if !is_told && let Some(started) = started_otherwise(&config) {
            overrides.listen = started.with.listen;
            overrides.issuer = started.with.issuer;
            config = Config::load(file.as_deref(), &overrides, check_url)?;
            findings.push(started.finding);
        }
        findings.push(about_storage(&config));
        findings.push(disk::finding(&config));
        findings.push(backup::finding(&config));
        findings.extend(about_modes(&config));
        findings.push(sealing::finding(&config));
        findings.extend(sealing::own_key(&config));
        findings.push(clock::finding(&config));
        findings.push(mail::finding(&config));
        findings.push(about_passkeys(&config));
        findings.push(about_outbound(&config));
        findings.extend(upstreams::findings(&config));
        findings.extend(handoff::finding(&config));
        findings.extend(upstreams::collector(&config));
        findings.extend(network::findings(&config, running));
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
    let remarks = preflight::remarks(config);
    let warnings = config.warnings.iter().chain(&remarks);
    findings.extend(warnings.map(|sentence| warning("configuration", sentence)));
    findings.extend(config.notes.iter().map(|note| ok("configuration", note)));
    findings.extend(certificate::findings(config));
    let pictures = preflight::pictures(config);
    findings.extend(pictures.into_iter().map(|what| failed("branding", what)));
    findings
}

/// A server that runs by its command line elsewhere than its file says.
struct Started {
    with: StartedWith,
    finding: Finding,
}

/// What runs is looked at where it is, and not where the file would have it.
fn started_otherwise(config: &Config) -> Option<Started> {
    let all = control::running(config).ok()?;
    let [only] = <[_; 1]>::try_from(all).ok()?;
    let with = only.started_with?;
    let places: Vec<_> = config.listen.iter().map(ToString::to_string).collect();
    let listens = with.listen.as_ref().filter(|own| **own != places.join(","));
    let issuer = with.issuer.as_ref().filter(|own| **own != config.issuer);
    let flags: Vec<_> = [("--listen", listens), ("--issuer", issuer)]
        .into_iter()
        .filter_map(|(flag, value)| Some(format!("{flag} {}", value?)))
        .collect();
    if flags.is_empty() {
        return None;
    }
    let sentence = format!(
        "process {} was started with {}, in place of what the file says: it is looked at there",
        only.process,
        flags.join(" ")
    );
    let finding = ok("server", sentence);
    Some(Started { with, finding })
}

/// What passkeys are bound to, which is not to be changed once there are some.
fn about_passkeys(config: &Config) -> Finding {
    match &config.passkeys {
        Some(own) => ok("passkeys", format!("they are bound to {}", own.id)),
        None => ok(
            "passkeys",
            "nobody has any: passkeys.enabled is false, or the issuer's host is an address, which browsers bind none to",
        ),
    }
}

/// Whether what is fetched from elsewhere can be believed. Nothing is fetched: `valetkey outbound check` does that.
fn about_outbound(config: &Config) -> Finding {
    match (preflight::authorities(config), &config.outbound.ca_file) {
        (Err(what), _) => failed("outbound", what),
        (Ok(()), None) => ok("outbound", "the authorities of this machine are believed"),
        (Ok(()), Some(file)) => {
            let file = file.display();
            ok(
                "outbound",
                format!("the authorities of {file} are believed too"),
            )
        }
    }
}

fn about_storage(config: &Config) -> Finding {
    if let Err(what) = preflight::storage(config) {
        return failed("storage", what);
    }
    if let Storage::Sqlite(path) = &config.storage
        && !path.exists()
    {
        let path = path.display();
        return ok(
            "storage",
            format!("{path} does not exist yet; the first start makes it"),
        );
    }
    let opened = storage::location(config).and_then(|place| {
        crate::serve::open_store(config, store::Stay::Command)?;
        Ok(place)
    });
    match opened {
        Ok(place) => ok("storage", format!("{place} opens{}", served_by(config))),
        Err(error) => failed("storage", format!("{error:#}")),
    }
}

/// Who serves the file, if anybody does: it need not be the server on the port that is looked at.
fn served_by(config: &Config) -> String {
    let holder = match &config.storage {
        Storage::Sqlite(path) => Serving::holder(path),
        Storage::Postgres(_) => None,
    };
    holder.map_or_else(String::new, |holder| format!("; {holder} serves it"))
}

/// Files that hold secrets, or what people did, are for their owner alone.
fn about_modes(config: &Config) -> Vec<Finding> {
    let mut files: Vec<PathBuf> = vec![config.keys.clone()];
    if let Storage::Sqlite(path) = &config.storage {
        files.push(path.clone());
    }
    files.extend(config.tls.iter().map(|tls| tls.key.clone()));
    let telemetry = config.telemetry.iter();
    files.extend(telemetry.filter_map(|one| one.headers_file.clone()));
    files.extend(config.mail.iter().flat_map(|mail| mail.secret_files()));
    let handoff = config.handoff.iter();
    files.extend(handoff.flat_map(|own| own.secret_files.iter().cloned()));
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
