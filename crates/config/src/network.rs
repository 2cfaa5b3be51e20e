//! Who is believed about where requests come from.
use super::checks::Checks;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::IpAddr;

/// Addresses and networks of a list.
pub(super) fn networks(checks: &mut Checks<'_>, setting: &str, list: &[String]) -> Vec<IpNet> {
    let each = list.iter().enumerate();
    each.filter_map(|(item, text)| network(checks, setting, item, text))
        .collect()
}

fn network(checks: &mut Checks<'_>, setting: &str, item: usize, text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let net = text.parse::<IpNet>().or_else(|_| address()).ok();
    if net.is_none() {
        let what = format!(
            "{text:?} is neither an address nor a network: write it like 10.0.0.7 or 10.0.0.0/8"
        );
        checks.fault_in(setting, item, what);
    }
    net
}

/// Checks `trusted_proxies`.
pub(super) fn proxies(checks: &mut Checks<'_>) -> Vec<IpNet> {
    let mut found = Vec::new();
    for (item, text) in checks.settings().trusted_proxies.iter().enumerate() {
        let Some(net) = network(checks, "trusted_proxies", item, text) else {
            continue;
        };
        match width(&net) {
            Width::Narrow => {}
            Width::Wide => checks.warn(format!(
                "trusted_proxies has {net}: everyone in it can claim any address, so name your proxies alone"
            )),
            Width::All => {
                let what = format!(
                    "{text:?} takes in a large part of the internet, and whoever is believed can claim any address: name your proxies alone, such as 10.0.0.7 or 10.0.0.0/8"
                );
                checks.fault_in("trusted_proxies", item, what);
            }
        }
        found.push(net);
    }
    found
}

enum Width {
    Narrow,
    Wide,
    All,
}

/// How much of the internet a network takes in. A private one may be as wide as it likes.
fn width(net: &IpNet) -> Width {
    match net {
        IpNet::V4(net) => width_v4(net),
        IpNet::V6(net) => match net.addr().to_ipv4_mapped() {
            Some(address) if net.prefix_len() >= 96 => Ipv4Net::new(address, net.prefix_len() - 96)
                .map_or(Width::All, |net| width_v4(&net)),
            _ => width_v6(net),
        },
    }
}

fn width_v4(net: &Ipv4Net) -> Width {
    let address = net.network();
    let private = address.is_private() || address.is_loopback() || address.is_link_local();
    match net.prefix_len() {
        0..=7 => Width::All,
        8..=11 if !private => Width::Wide,
        _ => Width::Narrow,
    }
}

fn width_v6(net: &Ipv6Net) -> Width {
    let address = net.network();
    let private = address.is_unique_local() || address.is_unicast_link_local();
    match net.prefix_len() {
        _ if private && net.prefix_len() >= 7 => Width::Narrow,
        0..=15 => Width::All,
        16..=23 => Width::Wide,
        _ => Width::Narrow,
    }
}
