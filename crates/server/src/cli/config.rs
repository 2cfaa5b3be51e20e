//! `valetkey config …`.
use super::failure::Failure;
use super::output::{Output, print};
use super::place::{Place, config_file, provider_file, tell};
use crate::control::{self, Outcome};
use crate::preflight;
use crate::storage::check_url;
use clap::Subcommand;
use config::{Config, Overrides, Sources, schema};
use serde_json::{Map, Value, json};

/// Check a configuration, or see what it comes to.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Say whether a configuration is in order, and the files it names. Makes and changes nothing.
    Check(Place),
    /// Show every setting with its value and where that came from; secrets are left out.
    Show(Place),
    /// Have every server of this configuration that runs on this machine read it again. It is in force at once, or refused
    /// whole, and the earlier one stays. Exit code 1 when one refuses it.
    Reload(Place),
    /// Print the JSON schema of the configuration file.
    Schema,
}

impl Verb {
    /// Does it.
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Check(place) => check(&place, output),
            Verb::Show(place) => show(&place, output),
            Verb::Reload(place) => reload(&place, output),
            Verb::Schema => {
                print(&format!("{:#}", schema()));
                Ok(())
            }
        }
    }
}

fn check(place: &Place, output: Output) -> Result<(), Failure> {
    let config = place.load()?;
    preflight::check(&config)?;
    let mut warnings = config.warnings.clone();
    warnings.extend(preflight::remarks(&config));
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let answer =
        json!({ "ok": true, "issuer": config.issuer, "warnings": warnings, "notes": config.notes });
    output.show(&answer, || {
        let file = config.source.as_ref().map_or_else(
            || "the configuration".to_owned(),
            |file| file.display().to_string(),
        );
        format!("{file} is in order: {}", config.issuer)
    });
    Ok(())
}

/// What is wrong is told by the server, which reads it: here it is only looked up where its server is.
fn reload(place: &Place, output: Output) -> Result<(), Failure> {
    let file = provider_file(place.config.clone(), place.storage.is_some())?;
    let overrides = Overrides {
        storage: place.storage.clone(),
        ..Overrides::default()
    };
    let sources = Sources::read(file.as_deref(), &overrides, check_url)?;
    let answers = control::reload_all(&sources.keys()?, file.as_deref())?;
    output.show(&json!({ "servers": answers }), || {
        let lines = answers
            .iter()
            .filter(|answer| answer.outcome == Outcome::Done);
        let lines = lines.map(|answer| {
            let mut line = format!("process {} serves {} by it", answer.process, answer.issuer);
            for sentence in &answer.sentences {
                line.push_str(&format!("\nwarning: {sentence}"));
            }
            line
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    let refused = answers
        .iter()
        .filter(|answer| answer.outcome != Outcome::Done);
    let refused: Vec<_> = refused
        .map(|answer| {
            let (process, why) = (answer.process, answer.sentences.join("\n"));
            if answer.outcome == Outcome::Other {
                return format!("process {process} has read nothing again: {why}");
            }
            format!("process {process} refuses it and goes on by the earlier one:\n{why}")
        })
        .collect();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(Failure::failed(refused.join("\n"))),
    }
}

fn show(place: &Place, output: Output) -> Result<(), Failure> {
    let file = config_file(place.config.clone());
    let overrides = Overrides {
        storage: place.storage.clone(),
        ..Overrides::default()
    };
    let (config, shown) = Config::load_shown(file.as_deref(), &overrides, check_url)?;
    tell(&config);
    let all: Map<String, Value> = shown
        .iter()
        .map(|one| {
            let entry = json!({ "value": one.value, "source": one.source });
            (one.name.clone(), entry)
        })
        .collect();
    output.show(&Value::Object(all), || {
        let lines: Vec<_> = shown
            .iter()
            .map(|one| match one.value.is_null() {
                true => format!("# {} is not set", one.name),
                false => format!("{} = {}  # {}", one.name, one.value, one.source),
            })
            .collect();
        lines.join("\n")
    });
    Ok(())
}
