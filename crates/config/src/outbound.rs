//! Checks `[outbound]`: what may be fetched from elsewhere.
use super::checks::Checks;
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::PathBuf;
use url::Host;

/// What may be fetched from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundAllowance {
    /// Names of own hosts, in their ASCII form, whose addresses may be private.
    pub hosts: Vec<String>,
    /// Own networks.
    pub networks: Vec<IpNet>,
    /// A file with certificates of own authorities. It is not read here.
    pub ca_file: Option<PathBuf>,
    /// Whether this machine itself may be fetched from: the issuer is on loopback.
    pub loopback: bool,
}

/// Checks the table.
pub(super) fn outbound(checks: &mut Checks<'_>, loopback: bool) -> OutboundAllowance {
    let settings = &checks.settings().outbound;
    let ca_file = settings.ca_file.as_ref();
    let mut found = OutboundAllowance {
        ca_file: ca_file.map(|file| checks.layers.resolved("outbound.ca_file", file)),
        loopback,
        ..OutboundAllowance::default()
    };
    for (item, text) in settings.allow.iter().enumerate() {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        match text.parse::<IpNet>().or_else(|_| address()) {
            Ok(net) if is_wide(&net) => {
                let what = format!(
                    "{text:?} takes in a large part of all addresses: name your own networks alone, such as 10.0.0.0/8"
                );
                checks.fault_in("outbound.allow", item, what);
            }
            Ok(net) => found.networks.push(net),
            Err(_) => match host(text) {
                Some(name) => found.hosts.push(name),
                None => {
                    let what = format!(
                        "{text:?} is neither a host nor a network: write it like keys.corp.example or 10.1.0.0/16, without https:// and port"
                    );
                    checks.fault_in("outbound.allow", item, what);
                }
            },
        }
    }
    warn(checks, &found);
    found
}

fn warn(checks: &mut Checks<'_>, found: &OutboundAllowance) {
    let networks = found.networks.iter().map(ToString::to_string);
    let all: Vec<String> = found.hosts.iter().cloned().chain(networks).collect();
    if !all.is_empty() {
        checks.warn(format!(
            "outbound.allow lets developers have the server fetch from {}, though it be private: name nothing there that trusts whoever reaches it",
            all.join(", ")
        ));
    }
}

/// Whether a network is wider than any private one.
fn is_wide(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => net.prefix_len() < 8,
        IpNet::V6(net) => net.prefix_len() < 7,
    }
}

/// A name in its ASCII form.
fn host(text: &str) -> Option<String> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '*' | '%');
    if text.contains(is_odd) || text.ends_with('.') {
        return None;
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) => Some(name),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => None,
    }
}
