//! The one way in which anything is fetched from a host that a stranger named.
use config::{Config, OutboundAllowance};
use outbound::{Outbound, Rules, Trust};

/// The way out that a configuration allows.
pub(crate) fn outbound(config: &Config) -> Outbound {
    let OutboundAllowance {
        hosts,
        networks,
        loopback,
        ..
    } = &config.outbound;
    let rules = Rules {
        hosts: hosts.clone(),
        networks: networks.clone(),
        loopback: *loopback,
    };
    Outbound::new(rules, trust(config))
}

/// Whose certificates are believed.
pub(crate) fn trust(config: &Config) -> Trust {
    Trust {
        ca_file: config.outbound.ca_file.clone(),
    }
}
