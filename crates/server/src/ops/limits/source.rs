//! Whose a request is, as a number.
use std::net::IpAddr;

/// An address as a number: an IPv4 one by itself, an IPv6 one by its /64. No /64 of anybody begins with `ff00`.
pub(super) fn source(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => 0xff00 << 48 | u64::from(address.to_bits()),
        IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
    }
}
