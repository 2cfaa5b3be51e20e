//! `valetkey key …`.
use super::failure::Failure;
use super::key_signing::{self, Import};
use super::output::{Output, table};
use super::place::{Opened, Place};
use crate::control;
use crate::ops::sealing::{self, Found, Resealed, Rotation, Sealing};
use clap::{Args, Subcommand};
use config::{Config, Storage};
use jose::seal::KeyState;
use serde_json::json;
use std::path::{Path, PathBuf};
use store::Stay;

/// Keys: those under which secrets are stored that the server must be able to read again, and those that sign.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the keys by their ids, how much is sealed under each, and which sign. A key itself is never shown.
    List(Place),
    /// Have a new key seal from now on, and seal anew what is under an older one; or have new keys sign.
    Rotate(Rotate),
    /// Bring a private key along that signs, as soon as it has been published for long enough.
    Import(Import),
}

/// Which keys, and how far.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    place: Place,
    /// Only add the key: it opens, and seals after the next rotation. For several nodes, which are given it in between.
    #[arg(long, conflicts_with = "reseal")]
    prepare: bool,
    /// Add no key: seal anew under the newest there is.
    #[arg(long)]
    reseal: bool,
    /// The file of keys is lost, and no backup has it. A server that runs on this machine and holds the keys still writes
    /// them again; without one, make a new key, and what the lost keys sealed is never read again.
    #[arg(long, conflicts_with_all = ["prepare", "reseal", "signing"])]
    lost: bool,
    /// Rotate what signs in place of what seals: a new key for each algorithm of the configuration is published, and signs
    /// after `signing.publish_ahead`.
    #[arg(long, conflicts_with_all = ["prepare", "reseal"])]
    signing: bool,
    /// Have it sign at once, because the present one is in wrong hands: whoever keeps an older set refuses it for a while.
    #[arg(long, requires = "signing")]
    now: bool,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(place) => list(&place, output).await,
            Verb::Rotate(rotate) => rotate.run(output).await,
            Verb::Import(import) => import.run(output).await,
        }
    }
}

const HEADS: [&str; 3] = ["KEY", "STATE", "VALUES"];

async fn list(place: &Place, output: Output) -> Result<(), Failure> {
    let config = place.load()?;
    let missing = sealing::file_of(&config).filter(|file| !file.exists());
    let is_new = matches!(&config.storage, Storage::Sqlite(path) if !path.exists());
    if let Some(file) = missing.as_ref().filter(|_| is_new) {
        return Err(not_yet(file));
    }
    let at = Opened::of(config, Stay::Look)?;
    if let Some(file) = missing {
        return Err(match sealing::holds_any(&at.store).await? {
            true => Failure::failed(sealing::lost_keys(&file)),
            false => not_yet(&file),
        });
    }
    let sealing = Sealing::read(&at.config)?;
    let found = Found::of(&sealing, &at.store).await?;
    let signing = at.store.signing_keys().await?;
    at.close().await;
    let rows: Vec<_> = sealing
        .states()
        .into_iter()
        .map(|(id, state)| {
            let values = found.by_key.get(&id).copied().unwrap_or_default();
            (id.to_string(), as_str(state), values)
        })
        .collect();
    let keys: Vec<_> = rows
        .iter()
        .map(|(id, state, values)| json!({ "id": id, "state": state, "values": values }))
        .collect();
    let unopened: u64 = found.unopened.iter().map(|(.., count)| count).sum();
    let report = json!({
        "keys": keys,
        "unopened": unopened,
        "signing": signing.iter().map(key_signing::as_json).collect::<Vec<_>>(),
    });
    output.show(&report, || {
        let lines: Vec<_> = rows
            .iter()
            .map(|(id, state, values)| [id.clone(), (*state).to_owned(), values.to_string()])
            .collect();
        let mut text = table(HEADS, &lines);
        if unopened > 0 {
            text.push_str(&format!(
                "\nNo key opens {unopened} values: `valetkey doctor` says why."
            ));
        }
        if !signing.is_empty() {
            text.push_str("\n\n");
            text.push_str(&key_signing::table_of(&signing));
        }
        text
    });
    Ok(())
}

fn not_yet(file: &Path) -> Failure {
    Failure::failed(format!(
        "there is no {} yet: the first start of the server makes it, unless [sealing] names another",
        file.display()
    ))
}

fn as_str(state: KeyState) -> &'static str {
    match state {
        KeyState::Seals => "seals",
        KeyState::Opens => "opens",
        KeyState::Next => "next",
    }
}

impl Rotate {
    async fn run(self, output: Output) -> Result<(), Failure> {
        if self.signing {
            return key_signing::rotate(&self.place, self.now, output).await;
        }
        let at = self.place.open()?;
        let config = &at.config;
        if self.lost {
            return replace_lost(config, output);
        }
        Sealing::load(config, &at.store).await?;
        if self.prepare {
            let file = file(config)?;
            sealing::rotate(&file, Rotation::Prepare)?;
            let report = json!({ "prepared": true, "keys_file": file });
            output.show(&report, || {
                format!(
                    "A key was added to {0}, which opens and does not seal yet. Give {0} to every node, which takes it over by itself, \
                     then run `valetkey key rotate`.",
                    file.display()
                )
            });
            return Ok(());
        }
        if !self.reseal {
            sealing::rotate(&file(config)?, Rotation::Seal)?;
        }
        let sealing = Sealing::read(config)?;
        let Resealed { values, unopened } = Resealed::all(&sealing, &at.store).await?;
        at.close().await;
        let key = sealing.seals().to_string();
        let report = json!({ "key": key, "resealed": values, "unopened": unopened });
        output.show(&report, || {
            let mut text = format!(
                "The key {key} seals; a running server takes it over within seconds, since it watches the file. {values} values were sealed anew."
            );
            if unopened > 0 {
                text.push_str(&format!(
                    "\nNo key opens {unopened} values: `valetkey doctor` says why."
                ));
            }
            text
        });
        Ok(())
    }
}

/// Makes a first key in place of those that are lost.
fn replace_lost(config: &Config, output: Output) -> Result<(), Failure> {
    let file = file(config)?;
    if file.exists() {
        return Err(Failure::failed(format!(
            "{} is there: nothing is lost, and nothing was changed",
            file.display()
        )));
    }
    if let Some(process) = control::write_sealing_keys(&config.keys, &file)? {
        let key = Sealing::read(config)?.seals().to_string();
        let report = json!({ "key": key, "keys_file": file, "written_by": process });
        output.show(&report, || {
            format!(
                "Nothing is lost: the server that runs, process {process}, held the keys still and wrote {} again. Keep a \
                 copy of it with the backups.",
                file.display()
            )
        });
        return Ok(());
    }
    let key = Sealing::begin(config)?.seals().to_string();
    let report = json!({ "key": key, "keys_file": file });
    output.show(&report, || {
        format!(
            "A new key, {key}, is in {}. `valetkey doctor` counts what the lost keys had sealed: make new signing keys \
             with `valetkey key rotate --signing --now`; people set up their second step anew.",
            file.display()
        )
    });
    Ok(())
}

/// The file that keys are added to.
fn file(config: &Config) -> Result<PathBuf, Failure> {
    let file = sealing::file_of(config);
    if file.as_deref().is_some_and(sealing::is_credential) {
        return Err(Failure::failed(
            "the keys are a credential of systemd, which nobody can write to: write a new one behind the others in the \
             file that LoadCredential= names (`openssl rand -base64 32` makes one), restart the server, then run \
             `valetkey key rotate --reseal`",
        ));
    }
    file.ok_or_else(|| {
        Failure::failed(
            "the keys are in VALETKEY_SEALING__KEYS or in the configuration, where this command adds none: write a new \
             one behind the others (`openssl rand -base64 32` makes one), restart the server, then run \
             `valetkey key rotate --reseal`",
        )
    })
}
