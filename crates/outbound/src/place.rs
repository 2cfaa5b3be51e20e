//! What a URL asks for, read strictly: nothing is repaired that somebody else might read in another way.
use std::net::IpAddr;
use url::{Host, Url};

/// The longest URL that is read, in bytes.
const LONGEST: usize = 2048;

/// Where a URL leads: an origin, and what is asked for there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    is_https: bool,
    host: Host<String>,
    port: u16,
    path_and_query: String,
}

/// Why a URL is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// It is longer than 2,048 bytes.
    #[error("the URL is longer than 2048 characters")]
    Long,
    /// It has a space, a control character or a backslash.
    #[error("the URL has a space, a control character or a backslash")]
    Spelling,
    /// It is no URL with a host.
    #[error("this is no URL like https://example.com/file")]
    Unreadable,
    /// It is neither https nor http.
    #[error("the URL does not begin with https://")]
    Scheme,
    /// It brings a user or a password, though it be empty.
    #[error("the URL has a user or a password in it")]
    Credentials,
    /// Its host ends with a dot.
    #[error("the host of the URL ends with a dot")]
    Dot,
    /// Its port is 0.
    #[error("the port of the URL is 0")]
    Port,
}

impl Place {
    /// Reads a URL. Whether it may be fetched is for [`crate::Rules`] to say.
    ///
    /// # Errors
    /// [`UrlFault`].
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        if text.len() > LONGEST {
            return Err(UrlFault::Long);
        }
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        if text.contains(is_odd) {
            return Err(UrlFault::Spelling);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlFault::Unreadable)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(UrlFault::Scheme),
        };
        if authority.contains('@') {
            return Err(UrlFault::Credentials);
        }
        if authority.is_empty() {
            return Err(UrlFault::Unreadable);
        }
        Self::of(
            &Url::parse(text).map_err(|_| UrlFault::Unreadable)?,
            is_https,
        )
    }

    fn of(url: &Url, is_https: bool) -> Result<Self, UrlFault> {
        let host = url.host().ok_or(UrlFault::Unreadable)?.to_owned();
        if let Host::Domain(name) = &host
            && name.ends_with('.')
        {
            return Err(UrlFault::Dot);
        }
        let port = url.port_or_known_default().ok_or(UrlFault::Port)?;
        if port == 0 {
            return Err(UrlFault::Port);
        }
        let query = url.query().map(|query| format!("?{query}"));
        Ok(Place {
            is_https,
            host,
            port,
            path_and_query: format!("{}{}", url.path(), query.unwrap_or_default()),
        })
    }

    /// Whether TLS is spoken.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// The host: a name in its ASCII form, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// The name, if the host has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// The address, if the URL names one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        }
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is asked for there. It may hold a secret.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// What the `Host` header says.
    pub(crate) fn authority(&self) -> String {
        let usual = if self.is_https { 443 } else { 80 };
        match self.port == usual {
            true => self.host.to_string(),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_as_a_browser_reads_it() {
        let place = Place::parse("https://Example.COM:8443/a/../b?c=d#e").unwrap();
        assert_eq!((place.name(), place.port()), (Some("example.com"), 8443));
        assert_eq!(place.path_and_query(), "/b?c=d");
        assert_eq!(place.authority(), "example.com:8443");
        let place = Place::parse("HTTPS://bücher.example").unwrap();
        assert_eq!(place.host(), "xn--bcher-kva.example");
        assert_eq!((place.port(), place.path_and_query()), (443, "/"));
        let place = Place::parse("http://[::1]:80/").unwrap();
        assert_eq!(
            (place.authority().as_str(), place.is_https()),
            ("[::1]", false)
        );
    }

    /// However an address is spelled, it is the address that is judged.
    #[test]
    fn odd_spellings_of_an_address_are_that_address() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "0177.0.0.01",
            "127.0.0.1.",
            "127.0x0.0.1",
            "%31%32%37.0.0.1",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
        ] {
            let place = Place::parse(&format!("https://{host}/")).unwrap();
            assert_eq!(
                place.address(),
                Some("127.0.0.1".parse().unwrap()),
                "{host}"
            );
        }
        let mapped = Place::parse("https://[::ffff:7f00:1]/").unwrap();
        assert_eq!(mapped.address(), Some("::ffff:127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        let long = format!("https://a.example/{}", "a".repeat(2048));
        for (url, fault) in [
            (long.as_str(), UrlFault::Long),
            ("https://a.example/a b", UrlFault::Spelling),
            (" https://a.example/", UrlFault::Spelling),
            ("https://a.example\\@b.example/", UrlFault::Spelling),
            ("https://a.exa\tmple/", UrlFault::Spelling),
            ("https://a.example/\n", UrlFault::Spelling),
            ("https:/a.example/", UrlFault::Unreadable),
            ("https:a.example", UrlFault::Unreadable),
            ("https:///a.example/", UrlFault::Unreadable),
            ("//a.example/", UrlFault::Unreadable),
            ("a.example", UrlFault::Unreadable),
            ("", UrlFault::Unreadable),
            ("ftp://a.example/", UrlFault::Scheme),
            ("file:///etc/passwd", UrlFault::Scheme),
            ("gopher://a.example/", UrlFault::Scheme),
            ("https://u:p@a.example/", UrlFault::Credentials),
            ("https://@a.example/", UrlFault::Credentials),
            ("https://a.example@b.example/", UrlFault::Credentials),
            ("https://a.example./", UrlFault::Dot),
            ("https://a.example:0/", UrlFault::Port),
            ("https://a.example:65536/", UrlFault::Unreadable),
            ("https://[fe80::1%25eth0]/", UrlFault::Unreadable),
            ("https://a%00.example/", UrlFault::Unreadable),
            ("https://256.1.1.1/", UrlFault::Unreadable),
        ] {
            assert_eq!(Place::parse(url), Err(fault), "{url}");
        }
    }
}
