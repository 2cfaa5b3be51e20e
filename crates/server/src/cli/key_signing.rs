//! `valetkey key …`, of the keys that sign.
use super::failure::Failure;
use super::output::{Output, table};
use super::place::{Opened, Place};
use crate::ops::clock;
use crate::ops::sealing::Sealing;
use crate::ops::signing_keys::{kept, settle, settle_due};
use clap::Args;
use jose::SigningKey;
use protocol::events::Act;
use protocol::signing_keys::{Due, SigningAlgorithm, SigningKeyFacts, rotate as rotated};
use protocol::types::UnixTime;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::{Outcome, Stay};

/// Longest file that is read as a key.
const LONGEST: u64 = 64 * 1_024;

/// Which key.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    place: Place,
    /// The algorithm that it signs with, one of those of the configuration.
    #[arg(long, value_name = "NAME", value_parser = ["ES256", "EdDSA", "RS256", "PS256"])]
    algorithm: String,
    /// Have it sign at once: whoever keeps an older set refuses it for a while.
    #[arg(long)]
    now: bool,
    /// A file with the private key: PKCS#8 in PEM, unencrypted, or JSON (JWK).
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

const HEADS: [&str; 5] = ["SIGNING KEY", "ALGORITHM", "STATE", "SIGNS FROM", "REMOVED"];

/// The keys as a table.
pub(super) fn table_of(keys: &[SigningKeyFacts]) -> String {
    let rows: Vec<_> = keys.iter().map(as_row).collect();
    table(HEADS, &rows)
}

fn as_row(key: &SigningKeyFacts) -> [String; 5] {
    [
        key.kid.clone(),
        key.algorithm.name().to_owned(),
        key.state.as_str().to_owned(),
        clock::rfc3339(key.signs_at),
        key.ends_at.map(clock::rfc3339).unwrap_or_default(),
    ]
}

/// A key as JSON.
pub(super) fn as_json(key: &SigningKeyFacts) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.name(),
        "state": key.state.as_str(),
        "made_at": clock::rfc3339(key.made_at),
        "signs_at": clock::rfc3339(key.signs_at),
        "ends_at": key.ends_at.map(clock::rfc3339),
    })
}

/// The database of a provider that signs, and what seals.
async fn opened(place: &Place) -> Result<(Opened, Sealing), Failure> {
    let config = place.load()?;
    if config.signing.algorithms.is_empty() {
        return Err(Failure::failed(
            "nothing is signed here: name the algorithms of the keys under [signing] first",
        ));
    }
    let at = Opened::of(config, Stay::Command)?;
    let sealing = Sealing::load(&at.config, &at.store).await?;
    Ok((at, sealing))
}

/// Makes a new key for each algorithm.
pub(super) async fn rotate(place: &Place, at_once: bool, output: Output) -> Result<(), Failure> {
    let (at, sealing) = opened(place).await?;
    let act = Act::by_operator(clock::now());
    let signing = at.config.signing.clone();
    let keys = settle_due(&at.store, &sealing, &signing, act).await?;
    let mut waiting = Vec::new();
    for algorithm in &signing.algorithms {
        match rotated(&keys, *algorithm, &signing.schedule, (act.at, at_once)) {
            Ok(step) => settle(&at.store, &sealing, step, act).await?,
            Err(from) => waiting.push((*algorithm, from)),
        }
    }
    let keys = settle_due(&at.store, &sealing, &signing, act).await?;
    at.close().await;
    show(output, &keys, &waiting);
    Ok(())
}

fn show(output: Output, keys: &[SigningKeyFacts], waiting: &[(SigningAlgorithm, UnixTime)]) {
    let report = json!({ "signing": keys.iter().map(as_json).collect::<Vec<_>>() });
    output.show(&report, || {
        let mut text = table_of(keys);
        for (algorithm, from) in waiting {
            text.push_str(&format!(
                "\nA key for {} was waiting already, and signs from {}; --now has it sign at once.",
                algorithm.name(),
                clock::rfc3339(*from)
            ));
        }
        text.push_str("\nRunning servers notice within half a minute.");
        text
    });
}

impl Import {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let named = SigningAlgorithm::named(&self.algorithm);
        let algorithm = named.ok_or_else(|| Failure::usage("the algorithm is unknown"))?;
        let (at, sealing) = opened(&self.place).await?;
        let signing = at.config.signing.clone();
        if !signing.algorithms.contains(&algorithm) {
            let name = algorithm.name();
            let what = format!("{name} is not among signing.algorithms of the configuration");
            return Err(Failure::failed(what));
        }
        let key = self.read(algorithm)?;
        let act = Act::by_operator(clock::now());
        let keys = at.store.signing_keys().await?;
        let step = rotated(&keys, algorithm, &signing.schedule, (act.at, self.now));
        let Ok(Due::Make(wanted)) = step else {
            return Err(Failure::failed(
                "a key of this algorithm waits already; import this one when that one signs",
            ));
        };
        let made = at
            .store
            .settle(kept(&key, wanted, &sealing, act), act)
            .await?;
        if made != Outcome::Committed {
            return Err(Failure::failed(
                "this key is here already, or another one was made at the same moment",
            ));
        }
        let keys = settle_due(&at.store, &sealing, &signing, act).await?;
        at.close().await;
        show(output, &keys, &[]);
        Ok(())
    }

    /// Reads the file. What is said of a fault holds nothing of it.
    fn read(&self, algorithm: SigningAlgorithm) -> Result<SigningKey, Failure> {
        let shown = self.file.display();
        let size = std::fs::metadata(&self.file).map(|found| found.len());
        let text = match size {
            Ok(size) if size <= LONGEST => std::fs::read_to_string(&self.file),
            Ok(_) => return Err(Failure::failed(format!("{shown} is too long for a key"))),
            Err(error) => Err(error),
        };
        let text = text.map_err(|error| Failure::failed(format!("{shown}: {error}")))?;
        let key = match text.trim_start().starts_with('{') {
            true => SigningKey::from_jwk(algorithm, text.as_bytes()),
            false => SigningKey::from_pem(algorithm, &text),
        };
        key.map_err(|fault| Failure::failed(format!("{shown}: {fault}")))
    }
}
