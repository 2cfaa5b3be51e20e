//! `valetkey config …`.
use super::failure::Failure;
use super::output::{Output, print};
use super::place::{Place, config_file, tell};
use crate::preflight;
use crate::storage::check_url;
use clap::Subcommand;
use config::{Config, Overrides, schema};
use serde_json::{Map, Value, json};

/// Check a configuration, or see what it comes to.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Say whether a configuration is in order, and the files it names. Makes and changes nothing.
    Check(Place),
    /// Show every setting with its value and where that came from; secrets are left out.
    Show(Place),
    /// Print the JSON schema of the configuration file.
    Schema,
}

impl Verb {
    /// Does it.
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Check(place) => check(&place, output),
            Verb::Show(place) => show(&place, output),
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
    for warning in &config.warnings {
        eprintln!("warning: {warning}");
    }
    let answer = json!({ "ok": true, "issuer": config.issuer, "warnings": config.warnings, "notes": config.notes });
    output.show(&answer, || {
        let file = config.source.as_ref().map_or_else(
            || "the configuration".to_owned(),
            |file| file.display().to_string(),
        );
        format!("{file} is in order: {}", config.issuer)
    });
    Ok(())
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
