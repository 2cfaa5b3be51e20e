//! The issuer's URL, hosts, and the address to listen on.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A URL that can be an issuer (RFC 8414 §2), taken apart; nothing is repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// `https` or `http`.
    pub(super) scheme: &'static str,
    /// `host` or `host:port`.
    pub(super) authority: String,
}

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
        let url_safe = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%:@!$&'()*+,;=".contains(&b);
        if host_of(authority).is_none() || !path.bytes().all(url_safe) {
            return Err(
                "the issuer is not a URL with a host, such as https://auth.example.com or http://localhost:8080",
            );
        }
        if !path.trim_matches('/').is_empty() {
            return Err(
                "an issuer with a path is not served yet, for pages, endpoints and cookies stay at the root of the host: give the provider a host of its own, such as https://auth.example.com",
            );
        }
        let base = BaseUrl {
            scheme,
            authority: authority.to_owned(),
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

    /// The URL without its path.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// The same scheme on another host.
    pub(super) fn on(&self, authority: &str) -> String {
        format!("{}://{authority}", self.scheme)
    }
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
            "https://a.example/tenant",
            "https://a.example/t/",
            "http://localhost:8080/t",
            "https://a.example:99999",
            "https://a.example:",
            "https://a.example/\u{e9}",
            "https://[::g]",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
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
