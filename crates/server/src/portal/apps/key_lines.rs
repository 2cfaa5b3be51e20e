//! The keys of an app, as its page shows them.
use crate::state::App;
use jose::{Algorithm, KeySet, VerifyingKey};
use pages::Text;
use pages::portal::{AppKeys, KeyLine};
use protocol::types::{Client, ClientKind};
use std::time::Instant;

/// How an app signs assertions, as its page shows it, with what was typed.
pub(super) fn shown(
    app: &App,
    client: &Client,
    typed: Option<(String, String)>,
) -> Option<AppKeys> {
    if client.kind == ClientKind::Public {
        return None;
    }
    let (typed, typed_uri) = typed.unwrap_or_default();
    let mut shown = AppKeys {
        typed,
        typed_uri,
        ..AppKeys::default()
    };
    if let Some(keys) = &client.keys {
        shown.on = true;
        shown.uri = keys.uri().unwrap_or_default().to_owned();
        let fetched = keys
            .uri()
            .and_then(|uri| app.client_keys.known(uri, Instant::now()));
        let own = keys.set().map(|own| own.set().clone());
        shown.lines = own.or(fetched).map(|set| lines(&set)).unwrap_or_default();
        let named = (!keys.algorithms.is_empty()).then(|| names(keys.allowed().iter().copied()));
        shown.algorithms = named.map(Text::of_others);
    }
    Some(shown)
}

fn lines(set: &KeySet) -> Vec<KeyLine> {
    let line = |key: &VerifyingKey| KeyLine {
        kid: key.jwk().kid().unwrap_or_default().to_owned(),
        algorithms: names(Algorithm::ALL.into_iter().filter(|own| key.fits(*own))),
        thumbprint: key.jwk().thumbprint(),
    };
    set.keys().iter().map(line).collect()
}

fn names(all: impl Iterator<Item = Algorithm>) -> String {
    let names: Vec<_> = all.map(Algorithm::name).collect();
    names.join(", ")
}
