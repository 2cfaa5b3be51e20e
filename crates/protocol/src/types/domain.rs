//! Domains that organizations prove to be theirs.
use crate::types::{Locator, UnixTime};

/// The name of a domain, as it is looked up: in its ASCII form. It is shown like that too, so that no letters of one alphabet
/// pass for those of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DomainName(String);

/// The longest name, in characters (RFC 1035 §2.3.4, as text).
const LONGEST: usize = 253;
/// The longest of its parts.
const LONGEST_LABEL: usize = 63;

impl DomainName {
    /// Reads a name, such as `example.com`. No address, no port, no path, no name of this machine; `here` allows those of
    /// this machine, with a port, where the provider itself is on it.
    pub fn parse(text: &str, here: bool) -> Option<Self> {
        let name = text.trim().to_ascii_lowercase();
        let is_here = || {
            let (host, port) = name.split_once(':')?;
            let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
            let is_own = ["localhost", "127.0.0.1"].contains(&host);
            (is_own && name == format!("{host}:{port}")).then_some(())
        };
        let good = is_domain(&name) || (here && is_here().is_some());
        good.then_some(DomainName(name))
    }

    /// Reads what was stored.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::parse(text, true)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a file of it is. This machine speaks no TLS with itself.
    pub fn url(&self, path: &str) -> String {
        match self.0.contains(':') {
            true => format!("http://{}{path}", self.0),
            false => format!("https://{}{path}", self.0),
        }
    }
}

/// Whether it is a name of the internet: at least two parts, of which the last is no number.
fn is_domain(name: &str) -> bool {
    let is_part = |part: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=LONGEST_LABEL).contains(&part.len())
            && part.chars().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let mut parts = name.rsplit('.');
    let last = parts.next().unwrap_or_default();
    name.len() <= LONGEST
        && last.starts_with(|c: char| c.is_ascii_lowercase())
        && is_part(last)
        && name.contains('.')
        && parts.all(is_part)
}

/// What was found in place of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainFault {
    /// Nothing could be fetched from there.
    Away,
    /// A redirect, which is not followed.
    Redirect,
    /// More than such a file holds.
    Large,
    /// An answer of this status.
    Status(u16),
    /// Something else than it should hold.
    Other,
}

impl DomainFault {
    /// As it is stored.
    pub fn as_stored(self) -> String {
        match self {
            DomainFault::Away => "away".to_owned(),
            DomainFault::Redirect => "redirect".to_owned(),
            DomainFault::Large => "large".to_owned(),
            DomainFault::Status(status) => format!("status {status}"),
            DomainFault::Other => "other".to_owned(),
        }
    }

    /// Reads what was stored.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("status", status)) => status.parse().ok().map(DomainFault::Status),
            Some(_) => None,
            None => [
                DomainFault::Away,
                DomainFault::Redirect,
                DomainFault::Large,
                DomainFault::Other,
            ]
            .into_iter()
            .find(|fault| fault.as_stored() == text),
        }
    }
}

/// A domain of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Whose.
    pub organization: Locator,
    /// Its name.
    pub name: DomainName,
    /// What the file on it has to hold. Whoever reads it there learns nothing by it.
    pub token: String,
    /// Since when it is listed.
    pub created_at: UnixTime,
    /// Since when it has been proved, if it is.
    pub proved_at: Option<UnixTime>,
    /// When the file was looked for last.
    pub looked_at: Option<UnixTime>,
    /// Since when what was proved has not been found.
    pub failing_since: Option<UnixTime>,
    /// What was found in its place.
    pub found: Option<DomainFault>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_of_the_internet() {
        for name in [
            "example.com",
            "a.b.example.co.uk",
            "xn--bcher-kva.example",
            "3com.example",
            " Example.COM ",
        ] {
            assert!(DomainName::parse(name, false).is_some(), "{name}");
        }
        let label = "a".repeat(64);
        let long = format!("{}example", "abcdefg.".repeat(32));
        for name in [
            "",
            "example",
            "localhost",
            "localhost:8080",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "[::1]",
            "example.com.",
            ".example.com",
            "a..example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "*.example.com",
            "example.com:443",
            "example.com/path",
            "https://example.com",
            "ada@example.com",
            "exam ple.com",
            "example.com\u{0}",
            "ex\u{430}mple.com",
            "b\u{fc}cher.example",
            "example\u{3002}com",
            &format!("{label}.example"),
            &long,
        ] {
            assert_eq!(DomainName::parse(name, false), None, "{name}");
        }
        assert_eq!(
            DomainName::parse(" Example.COM ", false).unwrap().url("/f"),
            "https://example.com/f"
        );
    }

    #[test]
    fn this_machine_is_one_where_the_provider_is_on_it() {
        let here = DomainName::parse("localhost:8080", true).unwrap();
        assert_eq!(here.url("/f"), "http://localhost:8080/f");
        assert!(DomainName::parse("127.0.0.1:80", true).is_some());
        for name in [
            "localhost",
            "localhost:0",
            "localhost:080",
            "localhost:+80",
            "localhost:99999",
            "127.0.0.2:80",
            "example.com:80",
            "169.254.169.254:80",
            "localhost:80/x",
        ] {
            assert_eq!(DomainName::parse(name, true), None, "{name}");
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for fault in [
            DomainFault::Away,
            DomainFault::Redirect,
            DomainFault::Large,
            DomainFault::Status(404),
            DomainFault::Other,
        ] {
            assert_eq!(DomainFault::from_stored(&fault.as_stored()), Some(fault));
        }
        assert_eq!(DomainFault::from_stored("status x"), None);
        assert_eq!(DomainFault::from_stored("x"), None);
    }
}
