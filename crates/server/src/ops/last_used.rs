//! When apps and their secrets were used last. It is noted in memory, where the token endpoint passes, and written once a
//! minute: up to a minute of it may be lost, and no request waits for it.
use crate::http::request::ClientAddr;
use protocol::client_auth::AuthenticatedClient;
use protocol::transition::{AppChange, Transition, UsageChange};
use protocol::types::{ClientRowId, Locator, UnixTime};
use rustc_hash::FxHashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

/// The most that are noted between two writings.
const MOST: usize = 100_000;

/// See the module. The lock is taken to write when an app is met for the first time in a minute, and to read otherwise,
/// for the time of a look into a table. Its keys are numbers that we give, so nobody can choose them to collide.
#[derive(Default)]
pub(crate) struct LastUsed(RwLock<FxHashMap<(ClientRowId, Option<Locator>), Use>>);

#[derive(Default)]
struct Use {
    at: AtomicI64,
    network: AtomicU64,
}

impl LastUsed {
    /// Notes that a client was here.
    pub(crate) fn note(&self, client: &AuthenticatedClient, from: ClientAddr, now: UnixTime) {
        let key = (client.no, client.secret());
        let network = packed(from.0);
        {
            let uses = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(used) = uses.get(&key) {
                // Stored only when it changes: caches of other cores stay as they are.
                if used.at.load(Relaxed) != now.0 {
                    used.at.store(now.0, Relaxed);
                    used.network.store(network, Relaxed);
                }
                return;
            }
        }
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if uses.len() < MOST {
            let used = uses.entry(key).or_default();
            used.at.store(now.0, Relaxed);
            used.network.store(network, Relaxed);
        }
    }

    /// All that was noted since the last time, as it is written.
    pub(crate) fn take(&self) -> Vec<Transition> {
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *uses);
        drop(uses);
        let change = |((client, secret), used): ((ClientRowId, Option<Locator>), Use)| {
            Transition::App(AppChange::Usage(UsageChange::NoteApp {
                client,
                secret,
                at: UnixTime(used.at.into_inner()),
                network: network(used.network.into_inner()),
            }))
        };
        taken.into_iter().map(change).collect()
    }
}

/// What tells an IPv6 network from an IPv4 one.
const IS_V6: u64 = 1 << 63;

/// The network of an address: a /24 of IPv4, a /48 of IPv6.
fn packed(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(u32::from(address) & 0xffff_ff00),
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            IS_V6 | u64::from(a) << 32 | u64::from(b) << 16 | u64::from(c)
        }
    }
}

fn network(packed: u64) -> String {
    if packed & IS_V6 == 0 {
        let address = u32::try_from(packed).unwrap_or_default();
        return format!("{}/24", Ipv4Addr::from(address));
    }
    let part = |shift: u32| ((packed & !IS_V6) >> shift & 0xffff) as u16;
    format!(
        "{}/48",
        Ipv6Addr::new(part(32), part(16), part(0), 0, 0, 0, 0, 0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_told_and_not_addresses() {
        for (address, told) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("255.255.255.255", "255.255.255.0/24"),
            ("127.0.0.1", "127.0.0.0/24"),
            ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
            ("::1", "::/48"),
            ("ffff:ffff:ffff::1", "ffff:ffff:ffff::/48"),
        ] {
            assert_eq!(network(packed(address.parse().unwrap())), told);
        }
    }
}
