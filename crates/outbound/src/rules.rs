//! Who may be connected to: a pure decision on a place and its addresses.
use crate::place::Place;
use crate::special::{SpecialUse, inner, special_use, takes_in};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The most addresses of one name that are looked at; a name with more has none.
const MOST_ADDRESSES: usize = 32;

/// What an operator allows beyond hosts of the internet.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Names of a company's own hosts, in lower case: their addresses may be private ones.
    pub hosts: Vec<String>,
    /// Networks whose addresses may be connected to.
    pub networks: Vec<IpNet>,
    /// Whether this machine may be connected to, and without TLS: for an issuer that is on loopback itself.
    pub loopback: bool,
}

/// Why nothing is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The URL is http, and does not lead to this machine, or that is not allowed.
    #[error("the URL is http: only https is fetched")]
    Plain,
    /// An address that the name has, or that the URL names, is no host of the internet.
    #[error("{address} is {}, and not allowed here", .special.in_words())]
    Address {
        /// The address.
        address: IpAddr,
        /// What it is for.
        special: SpecialUse,
    },
    /// The name has no address.
    #[error("the host has no address")]
    NoAddress,
    /// The name has more addresses than are looked at.
    #[error("the host has more than 32 addresses")]
    ManyAddresses,
}

impl Rules {
    /// Judges every address of a place, and says what may be connected to, in the order of `found`. One address that
    /// must not be connected to refuses them all: a name that has such a one is not to be trusted with the others.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn judge(&self, place: &Place, found: &[IpAddr]) -> Result<Vec<SocketAddr>, Refusal> {
        if found.is_empty() {
            return Err(Refusal::NoAddress);
        }
        if found.len() > MOST_ADDRESSES {
            return Err(Refusal::ManyAddresses);
        }
        for address in found {
            self.judge_address(place, *address)?;
        }
        let is_here = |address: &IpAddr| special_use(*address) == Some(SpecialUse::Loopback);
        let may_be_plain = self.loopback && found.iter().all(is_here);
        if !may_be_plain && !place.is_https() {
            return Err(Refusal::Plain);
        }
        // What is connected to is what was judged, not another way to write it.
        let addresses = found.iter().map(|address| match address.to_canonical() {
            canonical @ IpAddr::V4(_) => SocketAddr::new(canonical, place.port()),
            IpAddr::V6(_) => SocketAddr::new(*address, place.port()),
        });
        Ok(addresses.collect())
    }

    fn judge_address(&self, place: &Place, address: IpAddr) -> Result<(), Refusal> {
        let Some(special) = special_use(address) else {
            return Ok(());
        };
        let is_own_host = || {
            let name = place.name();
            name.is_some_and(|name| self.hosts.iter().any(|own| own == name))
        };
        let is_own_network = || self.networks.iter().any(|net| takes_in(net, address));
        let allowed = match special {
            SpecialUse::NoHost => false,
            SpecialUse::Loopback => self.loopback || is_own_network(),
            SpecialUse::Private => is_own_host() || is_own_network(),
            SpecialUse::Other => is_own_network(),
        };
        match allowed {
            true => Ok(()),
            false => Err(Refusal::Address {
                address: inner(address),
                special,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn place(url: &str) -> Place {
        Place::parse(url).unwrap()
    }

    fn addresses(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn judged(rules: &Rules, url: &str, list: &[&str]) -> Result<Vec<String>, Refusal> {
        let found = rules.judge(&place(url), &addresses(list))?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    fn company() -> Rules {
        Rules {
            hosts: vec!["keys.corp.example".to_owned()],
            networks: vec!["10.1.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()],
            loopback: false,
        }
    }

    #[test]
    fn one_bad_address_refuses_all() {
        let rules = Rules::default();
        let url = "https://a.example/";
        let free = judged(&rules, url, &["8.8.8.8", "2606:4700::1"]);
        assert_eq!(free.unwrap(), ["8.8.8.8:443", "[2606:4700::1]:443"]);
        for list in [
            ["8.8.8.8", "127.0.0.1"],
            ["8.8.8.8", "10.0.0.1"],
            ["8.8.8.8", "169.254.169.254"],
            ["8.8.8.8", "::ffff:127.0.0.1"],
        ] {
            let told = judged(&rules, url, &list);
            assert!(matches!(told, Err(Refusal::Address { .. })), "{list:?}");
        }
        assert_eq!(judged(&rules, url, &[]), Err(Refusal::NoAddress));
        let many = judged(&rules, url, &["8.8.8.8"; 33]);
        assert_eq!(many, Err(Refusal::ManyAddresses));
    }

    #[test]
    fn an_own_host_may_be_private_and_no_more() {
        let rules = company();
        let own = "https://keys.corp.example/";
        assert!(judged(&rules, own, &["192.168.1.1"]).is_ok());
        assert!(judged(&rules, own, &["fd00::1", "8.8.8.8"]).is_ok());
        for other in ["127.0.0.1", "169.254.169.254", "fd00:ec2::254", "0.0.0.0"] {
            assert!(judged(&rules, own, &[other]).is_err(), "{other}");
        }
        for stranger in ["https://corp.example/", "https://x.keys.corp.example/"] {
            assert!(judged(&rules, stranger, &["192.168.1.1"]).is_err());
            assert!(judged(&rules, stranger, &["10.1.2.3"]).is_ok());
            assert!(judged(&rules, stranger, &["::ffff:10.1.2.3"]).is_ok());
            assert!(judged(&rules, stranger, &["fd12::1"]).is_ok());
            assert!(judged(&rules, stranger, &["10.2.0.0"]).is_err());
        }
        assert!(judged(&rules, "https://10.1.0.1/", &["10.1.0.1"]).is_ok());
    }

    #[test]
    fn plain_http_leads_to_this_machine_alone_and_only_where_it_may() {
        let (url, here) = ("http://localhost:8080/", ["127.0.0.1", "::1"]);
        let rules = Rules {
            loopback: true,
            ..company()
        };
        assert!(judged(&rules, url, &here).is_ok());
        assert!(judged(&company(), url, &here).is_err());
        assert_eq!(judged(&rules, url, &["8.8.8.8"]), Err(Refusal::Plain));
        let mixed = judged(&rules, url, &["127.0.0.1", "10.1.0.1"]);
        assert_eq!(mixed, Err(Refusal::Plain));
        assert_eq!(
            judged(&rules, "http://[::ffff:127.0.0.1]/", &["::ffff:127.0.0.1"]).unwrap(),
            ["127.0.0.1:80"]
        );
    }

    #[test]
    fn nobody_can_allow_what_is_no_host() {
        let rules = Rules {
            networks: vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()],
            hosts: vec!["a.example".to_owned()],
            loopback: true,
        };
        for no_host in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1"] {
            let told = judged(&rules, "https://a.example/", &[no_host]);
            assert!(told.is_err(), "{no_host}");
        }
    }

    proptest! {
        /// Without anything allowed, what is connected to is always a host of the internet, written as it was judged.
        #[test]
        fn nothing_special_is_ever_connected_to(bits: Vec<u32>, wide: Vec<u128>) {
            let v4 = bits.into_iter().map(|bits| IpAddr::from(Ipv4Addr::from(bits)));
            let v6 = wide.into_iter().map(|bits| IpAddr::from(Ipv6Addr::from(bits)));
            let found: Vec<IpAddr> = v4.chain(v6).collect();
            let place = Place::parse("https://a.example/").unwrap();
            if let Ok(connected) = Rules::default().judge(&place, &found) {
                prop_assert_eq!(connected.len(), found.len());
                for address in connected {
                    prop_assert_eq!(special_use(address.ip()), None);
                }
            }
        }
    }
}
