//! `valetkey db restore` and `valetkey db cut-off`.
use super::backup::follow;
use super::figures::grouped;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::ops::clock;
use crate::ops::{sealing, server_key};
use crate::storage;
use clap::Args;
use config::Storage;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::operator::{self, Closed, Database};

/// What is never brought back.
const LOST: &str = "Lost is what was done since the backup: accounts and apps made, passwords and secrets changed, \
                    consents given or taken back, accounts and apps switched off. Do again what took something away.";

/// What tokens that go on risk.
const RISK: &str = "Tokens, codes and sessions go on. Whatever was used up or taken back since the backup works again: \
                    if anything ran since then, run `valetkey db cut-off --yes` now.";

/// From where, and what goes on.
#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    #[command(flatten)]
    place: Place,
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Put it in the place of the database that is there, which is kept beside it under another name.
    #[arg(long)]
    replace: bool,
    /// Let tokens, codes and sessions go on. Right only when no server ran since the backup, as in a planned move.
    #[arg(long)]
    keep_tokens: bool,
}

/// Which database.
#[derive(Debug, Args)]
pub(in crate::cli) struct CutOff {
    #[command(flatten)]
    place: Place,
    /// Yes, sign everyone out and end all tokens.
    #[arg(long)]
    yes: bool,
}

impl Restore {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.place.load()?;
        let location = storage::location(&config)?;
        let Storage::Sqlite(to) = &config.storage else {
            return Err(Failure::failed(
                "this database is on PostgreSQL: put it back with pg_restore or from its base backup while no server \
                 runs, then run `valetkey db cut-off --yes`, and start the servers",
            ));
        };
        let progress = Progress::of(0, "pages");
        let asked = operator::Restore {
            from: &self.from,
            to,
            replace: self.replace,
            keep_tokens: self.keep_tokens,
            subjects: &config.policy.subjects,
        };
        let told = |copying| follow(&progress, copying);
        let restored = operator::restore(&asked, clock::now(), told).await?;
        drop(progress);
        let key = server_key::path(&config.keys);
        let sealing = sealing::file_of(&config);
        let report = json!({
            "storage": location.to_string(),
            "kept_tokens": self.keep_tokens,
            "closed": restored.closed.as_ref().map(as_json),
            "replaced_database": restored.kept_aside,
            "key_file": key,
            "key_file_exists": key.exists(),
            "sealing_keys_file": sealing,
            "sealing_keys_file_exists": sealing.as_ref().map(|file| file.exists()),
        });
        output.show(&report, || {
            let mut lines = vec![format!("{location} is the backup now.")];
            let aside = restored.kept_aside.as_ref();
            lines.extend(aside.map(|aside| {
                format!("The database of before is {}: delete it when you need it no more.", aside.display())
            }));
            match &restored.closed {
                Some(closed) => lines.extend([as_text(closed), LOST.to_owned()]),
                None => lines.push(RISK.to_owned()),
            }
            if !key.exists() {
                let key = key.display();
                lines.push(format!(
                    "There is no key file {key}: put it back too, or a new one is made, and browsers are not known again."
                ));
            }
            if let Some(file) = sealing.filter(|file| !file.exists()) {
                let file = file.display();
                lines.push(format!(
                    "There is no file {file} of sealing keys: put it back before a server starts, or nothing that is \
                     sealed can be read."
                ));
            }
            lines.join("\n")
        });
        Ok(())
    }
}

impl CutOff {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.place.load()?;
        let location = storage::location(&config)?;
        if !self.yes {
            return Err(Failure::failed(format!(
                "this signs everyone out of {location} and ends all tokens for good: add --yes to do it"
            )));
        }
        let database = Database::change(&location).await?;
        database.migrate().await?;
        let closed = database
            .cut_off_alone(&config.policy.subjects, clock::now())
            .await?;
        output.show(&json!({ "closed": as_json(&closed) }), || as_text(&closed));
        Ok(())
    }
}

fn as_json(closed: &Closed) -> Value {
    json!({
        "apps": closed.apps,
        "codes": closed.codes,
        "device_codes": closed.devices,
        "pending_requests": closed.requests,
        "sessions": closed.sessions,
        "people_numbered_above": closed.subjects_above,
    })
}

fn as_text(closed: &Closed) -> String {
    let apps = grouped(closed.apps as u64);
    let closed_rows = [
        (closed.codes, "codes"),
        (closed.devices, "device codes"),
        (closed.requests, "pending requests"),
        (closed.sessions, "sign-in sessions"),
    ];
    let rows: Vec<_> = closed_rows
        .iter()
        .map(|(count, name)| format!("{} {name}", grouped(*count as u64)))
        .collect();
    let mut text = format!(
        "Closed: all tokens and grants of {apps} apps, {}. APIs forget what they kept of them.\n\
         People sign in again; what they allowed is remembered, so that no app has to ask them anew.",
        rows.join(", ")
    );
    if let Some(above) = closed.subjects_above {
        text += &format!(
            "\nNew people are numbered above {}.",
            grouped(above.unsigned_abs())
        );
    }
    text
}
