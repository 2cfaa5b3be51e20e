//! Whom this provider depends on: providers at which people sign in, and a collector.
use super::clock;
use super::finding::{Finding, failed, ok, warning};
use crate::cli::runtime::wait;
use crate::ops::client_keys::ClientKeySets;
use crate::ops::metrics::Requests;
use crate::ops::outbound::outbound;
use crate::ops::telemetry::{Handed, Telemetry};
use crate::ops::upstream::{self, CallFault, Way};
use config::Config;
use std::sync::Arc;

/// Reads what each provider publishes.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "upstream";
    let all = match upstream::load(config) {
        Ok(all) => all,
        Err(what) => return vec![failed(ABOUT, what)],
    };
    let (out, keys) = (outbound(config), ClientKeySets::default());
    let way = Way {
        outbound: &out,
        keys: &keys,
        plain: config.outbound.loopback,
    };
    let mut apart = Vec::new();
    let each = all.iter().map(|one| {
        let name = one.provider().source().to_owned();
        if let Ok(date) = wait(one.date(way)) {
            apart.extend(clock::of_answer(&name, date.as_deref()));
        }
        match wait(one.metadata(way)) {
            Ok(Ok(_)) => ok(ABOUT, format!("{name} says where people sign in")),
            Ok(Err(CallFault::Away(why))) => failed(
                ABOUT,
                format!("{name} does not answer ({why}): nobody can sign in there until it does; try `valetkey outbound check`"),
            ),
            Ok(Err(CallFault::Wrong(why) | CallFault::NotAnew(why))) => failed(
                ABOUT,
                format!("{name} says what is not taken ({why}): correct its `issuer` under [[login.upstream]]"),
            ),
            Err(failure) => failed(ABOUT, failure.to_string()),
        }
    });
    let mut found: Vec<_> = each.collect();
    found.append(&mut apart);
    found
}

/// Greets the collector, if one is named.
pub(super) fn collector(config: &Config) -> Option<Finding> {
    const ABOUT: &str = "telemetry";
    config.telemetry.as_ref()?;
    let telemetry = match Telemetry::of(config, &Arc::new(Requests::of([]))) {
        Ok(telemetry) => telemetry?,
        Err(error) => return Some(failed(ABOUT, error.to_string())),
    };
    let host = telemetry.host();
    let next = "look at telemetry.endpoint, at the collector's OTLP receiver for HTTP, and at telemetry.headers_file";
    Some(match wait(telemetry.greet()) {
        Ok(Handed::All) => ok(
            ABOUT,
            format!("the collector {host} takes what it is handed"),
        ),
        // People are served without it.
        Ok(Handed::Later(why) | Handed::Never(why)) => warning(
            ABOUT,
            format!("the collector {host} takes nothing ({why}): {next}"),
        ),
        Err(failure) => failed(ABOUT, failure.to_string()),
    })
}
