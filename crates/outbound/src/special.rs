//! Addresses that are not simply a host of the internet, as the special-purpose registries of IANA list them
//! (RFC 6890 and what was entered since), and a few that clouds answer on.
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for, if not for a host of the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialUse {
    /// This machine.
    Loopback,
    /// Hosts of a company or of a provider's own network: private use, shared address space, unique local.
    Private,
    /// Nothing that is ever connected to, whatever is allowed: no host, many hosts, or a number that is not given out.
    NoHost,
    /// Anything else: this link, documentation, benchmarks, transition to IPv6, a cloud's own services.
    Other,
}

impl SpecialUse {
    /// In words, behind "is".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            SpecialUse::Loopback => "this machine itself",
            SpecialUse::Private => "in a private network",
            SpecialUse::NoHost => "no address of a host",
            SpecialUse::Other => "set aside for a special use",
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, d: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

use SpecialUse::{Loopback, NoHost, Other, Private};

/// The first that takes an address in says what it is.
const SPECIAL_V4: [(Ipv4Net, SpecialUse); 21] = [
    (v4(0, 0, 0, 0, 8), NoHost),
    (v4(127, 0, 0, 0, 8), Loopback),
    (v4(100, 100, 100, 200, 32), Other), // metadata service of a cloud
    (v4(168, 63, 129, 16, 32), Other),   // host of a cloud's virtual machines
    (v4(10, 0, 0, 0, 8), Private),
    (v4(100, 64, 0, 0, 10), Private),
    (v4(172, 16, 0, 0, 12), Private),
    (v4(192, 168, 0, 0, 16), Private),
    (v4(169, 254, 0, 0, 16), Other), // link-local, and metadata services
    (v4(192, 0, 0, 0, 24), Other),
    (v4(192, 0, 2, 0, 24), Other),
    (v4(192, 31, 196, 0, 24), Other),
    (v4(192, 52, 193, 0, 24), Other),
    (v4(192, 88, 99, 0, 24), Other),
    (v4(192, 175, 48, 0, 24), Other),
    (v4(198, 18, 0, 0, 15), Other),
    (v4(198, 51, 100, 0, 24), Other),
    (v4(203, 0, 113, 0, 24), Other),
    (v4(224, 0, 0, 0, 4), NoHost),
    (v4(240, 0, 0, 0, 4), NoHost),
    (v4(255, 255, 255, 255, 32), NoHost),
];

/// All that is given out to hosts of the internet.
const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 0, 3);
/// Addresses of IPv4 hosts for those who have IPv6 alone (RFC 6052).
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 0, 96);
const UNIQUE_LOCAL: Ipv6Net = v6(0xfc00, 0, 0, 0, 7);
const MULTICAST: Ipv6Net = v6(0xff00, 0, 0, 0, 8);
/// Metadata services of a cloud.
const CLOUD_V6: Ipv6Net = v6(0xfd00, 0xec2, 0, 0, 32);

/// What is set aside among the global ones: protocol assignments (Teredo, ORCHID, benchmarks are in them),
/// documentation, 6to4, AS112.
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6(0x2001, 0, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 0, 32),
    v6(0x2002, 0, 0, 0, 16),
    v6(0x2620, 0x4f, 0x8000, 0, 48),
    v6(0x3fff, 0, 0, 0, 20),
];

/// What an address is for; `None`: it is a host of the internet. An IPv4 address inside an IPv6 one is judged itself,
/// where the network would bring a connection there.
#[must_use]
pub fn special_use(address: IpAddr) -> Option<SpecialUse> {
    match inner(address) {
        IpAddr::V4(address) => {
            let mut known = SPECIAL_V4.iter();
            let found = known.find(|(net, _)| net.contains(&address));
            found.map(|(_, what)| *what)
        }
        IpAddr::V6(address) => special_use_v6(address),
    }
}

fn special_use_v6(address: Ipv6Addr) -> Option<SpecialUse> {
    let is_in = |net: &Ipv6Net| net.contains(&address);
    if address.is_loopback() {
        return Some(Loopback);
    }
    if address.is_unspecified() || is_in(&MULTICAST) {
        return Some(NoHost);
    }
    if is_in(&UNIQUE_LOCAL) && !is_in(&CLOUD_V6) {
        return Some(Private);
    }
    let is_global = is_in(&GLOBAL_UNICAST) && !SPECIAL_V6.iter().any(is_in);
    (!is_global).then_some(Other)
}

/// The address that a connection ends at: the IPv4 address that is mapped into an IPv6 one, or translated to.
pub(crate) fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    if let Some(mapped) = v6.to_ipv4_mapped() {
        return mapped.into();
    }
    match NAT64.contains(&v6) {
        true => {
            let [.., a, b, c, d] = v6.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        false => address,
    }
}

/// Whether a network takes in an address, or the IPv4 address in it.
pub(crate) fn takes_in(net: &IpNet, address: IpAddr) -> bool {
    net.contains(&address) || net.contains(&inner(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Option<SpecialUse> {
        special_use(text.parse().unwrap())
    }

    #[test]
    fn hosts_of_the_internet_are_told_from_all_else() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2001:200::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        let table: [(SpecialUse, &[&str]); 4] = [
            (Loopback, &["127.0.0.1", "127.255.255.255", "::1"]),
            (Loopback, &["::ffff:127.0.0.1", "64:ff9b::127.0.0.1"]),
            (
                Private,
                &["10.0.0.0", "172.31.255.255", "192.168.1.1", "100.127.1.1"],
            ),
            (Private, &["fc00::1", "fdff::1", "::ffff:10.0.0.1"]),
        ];
        for (what, texts) in table {
            for text in texts {
                assert_eq!(of(text), Some(what), "{text}");
            }
        }
        for text in ["0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "::"] {
            assert_eq!(of(text), Some(NoHost), "{text}");
        }
        for text in ["255.255.255.255", "ff02::1", "::ffff:0.0.0.0"] {
            assert_eq!(of(text), Some(NoHost), "{text}");
        }
    }

    #[test]
    fn what_is_set_aside_is_no_host() {
        for text in [
            "169.254.169.254",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "192.0.2.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.175.48.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "2620:4f:8000::1",
            "3fff::1",
            "5f00::1",
            "100::1",
            "64:ff9b:1::1",
            "64:ff9b::169.254.169.254",
            "::7f00:1",
            "::ffff:0:127.0.0.1",
            "::ffff:169.254.169.254",
            "fd00:ec2::254",
            "4000::1",
        ] {
            assert_eq!(of(text), Some(Other), "{text}");
        }
    }

    proptest! {
        /// However an IPv4 address is dressed, it is no freer than it is by itself.
        #[test]
        fn an_ipv4_address_is_no_freer_inside_an_ipv6_one(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let [a, b, c, d] = address.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let plain = special_use(address.into());
            for same in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            ] {
                prop_assert_eq!(special_use(same.into()), plain);
            }
            for refused in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 1),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x5efe, high, low),
            ] {
                prop_assert!(special_use(refused.into()).is_some());
            }
        }

        /// The standard library's own idea of what is no host of the internet is a part of ours.
        #[test]
        fn nothing_that_the_standard_library_calls_special_is_free(bits: u32, wide: u128) {
            let v4 = Ipv4Addr::from(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
            prop_assert!(!special || special_use(v4.into()).is_some());
            let v6 = Ipv6Addr::from(wide);
            let special = v6.is_loopback() || v6.is_unspecified() || v6.is_multicast()
                || v6.is_unique_local() || v6.is_unicast_link_local();
            prop_assert!(!special || special_use(v6.into()).is_some());
        }

        /// Outside of what is given out there is no host.
        #[test]
        fn what_is_not_given_out_is_no_host(wide: u128) {
            let v6 = Ipv6Addr::from(wide);
            let given_out = v6.segments()[0] >> 13 == 1;
            prop_assert!(given_out || special_use(v6.into()).is_some() || inner(v6.into()).is_ipv4());
        }
    }
}
