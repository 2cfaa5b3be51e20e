//! The issuer's URL, hosts, and the address to listen on.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A URL that can be an issuer (RFC 8414 §2), taken apart; nothing is repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// `https` or `http`.
    pub(super) scheme: &'static str,
    /// `host` or `host:port`.
    pub(super) authority: String,
    /// What follows it, such as `/tenant`; empty at the root of the host.
    pub(super) path: String,
}

/// The longest path of an issuer, in bytes: it is in every link of ours.
const MAX_PATH: usize = 100;

impl BaseUrl {
    /// Reads an issuer.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
            ("https", rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            ("http", rest)
        } else {
            return Err("the issuer is a URL: write it like https://auth.example.com");
        };
        if text.contains(['?', '#']) {
            return Err("an issuer has no query and no fragment: leave out ? and #");
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if host_of(authority).is_none() {
            return Err(
                "the issuer is not a URL with a host, such as https://auth.example.com or http://localhost:8080",
            );
        }
        let path = match path {
            "/" => "",
            path => checked(path)?,
        };
        let base = BaseUrl {
            scheme,
            authority: authority.to_owned(),
            path: path.to_owned(),
        };
        match scheme == "http" && !base.is_loopback() {
            true => Err("plain http is for loopback only: write https://"),
            false => Ok(base),
        }
    }

    /// Whether it leads to this very machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.authority)
    }

    /// The URL without a slash at its end: every path of ours stands behind it.
    pub(super) fn base(&self) -> String {
        self.on(&self.authority)
    }

    /// The same on another host.
    pub(super) fn on(&self, authority: &str) -> String {
        format!("{}://{authority}{}", self.scheme, self.path)
    }
}

/// The path of an issuer, if it is written in one way only: no proxy and no client repairs it to another one.
fn checked(path: &str) -> Result<&str, &'static str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let mut segments = path.split('/').skip(1);
    if path.len() > 1 && path.ends_with('/') {
        return Err("the path of an issuer does not end with a slash: leave it out");
    }
    if path.starts_with("/.well-known") {
        return Err("the path of an issuer is not below /.well-known: choose another one");
    }
    if path.len() > MAX_PATH
        || !segments.all(|s| !["", ".", ".."].contains(&s) && s.bytes().all(plain))
    {
        return Err(
            "the path of an issuer has at most 100 letters, digits and -._~ between single slashes, such as https://example.com/auth",
        );
    }
    Ok(path)
}

/// Whether `host` or `host:port` is this very machine.
pub(super) fn is_loopback(authority: &str) -> bool {
    let host = host_of(authority).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The host of `host[:port]`; `None` when it is neither.
pub(super) fn host_of(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let host_is_sound = match host.strip_prefix('[') {
        Some(rest) => rest
            .trim_end_matches(']')
            .parse::<std::net::Ipv6Addr>()
            .is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        }
    };
    let digits = port.strip_prefix(':').unwrap_or("1");
    let port_is_sound = (port.is_empty() || port.starts_with(':'))
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.parse::<u16>().is_ok_and(|port| port > 0);
    (host_is_sound && port_is_sound).then_some(host)
}

/// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
pub(super) fn listen_address(text: &str) -> Option<SocketAddr> {
    if let Some(port) = text.strip_prefix("localhost:") {
        return Some((Ipv4Addr::LOCALHOST, port.parse().ok()?).into());
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_http_on_loopback() {
        for good in [
            "https://opsduty.io",
            "https://a.example/",
            "https://a.example:8443",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080",
            "http://api.localhost:1",
            "https://a.example/tenant",
            "http://localhost:8080/t/2~a_b-c.d",
        ] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "opsduty.io",
            "ftp://a.example",
            "HTTPS://a.example",
            "http://a.example",
            "http://localhost.example",
            "https://a.example?x",
            "https://a.example#",
            "https://",
            "https://a b",
            "https://u@a.example",
            "https://a.example/t/",
            "https://a.example//",
            "https://a.example/t//u",
            "https://a.example/t/../u",
            "https://a.example/t/.",
            "https://a.example/t%2Fu",
            "https://a.example/t;u",
            "https://a.example/{t}",
            "https://a.example/.well-known/t",
            "https://a.example:99999",
            "https://a.example:",
            "https://a.example/\u{e9}",
            "https://[::g]",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
        let long = |length| format!("https://a.example/{}", "a".repeat(length - 1));
        assert!(BaseUrl::parse(&long(MAX_PATH)).is_ok());
        assert!(BaseUrl::parse(&long(MAX_PATH + 1)).is_err());
    }

    #[test]
    fn what_stands_before_every_path_has_no_slash_at_its_end() {
        for (issuer, base) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example/", "https://a.example"),
            ("https://a.example/t/u", "https://a.example/t/u"),
        ] {
            assert_eq!(BaseUrl::parse(issuer).unwrap().base(), base);
        }
        let other = BaseUrl::parse("https://a.example/t").unwrap();
        assert_eq!(other.on("api.example:1"), "https://api.example:1/t");
    }

    #[test]
    fn localhost_is_an_address_to_listen_on() {
        assert_eq!(
            listen_address("localhost:80"),
            Some(([127, 0, 0, 1], 80).into())
        );
        assert_eq!(listen_address("0.0.0.0:1"), Some(([0, 0, 0, 0], 1).into()));
        assert_eq!(listen_address("8080"), None);
    }
}
