//! Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.3): registered as text, matched as text.
mod difference;
mod reason;

pub use difference::{Difference, difference};

use crate::apps::test_side::PLAYGROUND;
use crate::policy::RedirectPolicy;
use crate::types::{Client, ClientKind, Introduction, Way};

/// Longest redirect URI that may be registered, in bytes.
pub const MAX_LENGTH: usize = 2_000;

/// The names that an authorization response may use (RFC 6749 §4.1.2, §4.1.2.1; RFC 9207 §2).
const RESPONSE_PARAMETERS: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// A redirect URI as registered, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why a redirect URI may not be registered, or does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriFault {
    /// Longer than [`MAX_LENGTH`].
    TooLong,
    /// Not an absolute URI of printable ASCII, or with a backslash.
    Malformed,
    /// It has a fragment (RFC 6749 §3.1.2).
    Fragment,
    /// It has a user name or password.
    UserInfo,
    /// Plain http beyond loopback.
    Http,
    /// A scheme that no app can own: no dot in it (RFC 8252 §7.1), or one that runs script.
    Scheme,
    /// The request named none although the app has several.
    Missing,
    /// It is none of the app's.
    Unregistered,
}

impl RedirectUriFault {
    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TooLong => "the redirect URI is longer than 2000 characters",
            Self::Malformed => {
                "the redirect URI is not an absolute URI such as https://app.example/callback"
            }
            Self::Fragment => "a redirect URI has no fragment (#...)",
            Self::UserInfo => "a redirect URI has no user name or password",
            Self::Http => "plain http is for loopback only: use https",
            Self::Scheme => {
                "a private-use scheme contains a dot, such as com.example.app:/callback"
            }
            Self::Missing => "redirect_uri is missing, and the app has more than one registered",
            Self::Unregistered => "redirect_uri is not one that is registered for the app",
        }
    }
}

/// A redirect URI to which a response may be sent. Only the client's registration can make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRedirectUri {
    text: String,
    registered: String,
}

impl VerifiedRedirectUri {
    /// Where to send the browser: the request's spelling.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The registered URI that it matched.
    pub fn registered(&self) -> &str {
        &self.registered
    }

    /// The URI with response parameters added (RFC 6749 §4.1.2). A registered parameter that has the name of
    /// a response parameter, however it is encoded, gives way, so the app never takes one for the other.
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let (base, query) = self.text.split_once('?').unwrap_or((&self.text, ""));
        let mut out = form_urlencoded::Serializer::new(String::new());
        let is_ours = |pair: &str| {
            let name = form_urlencoded::parse(pair.as_bytes()).next();
            name.is_some_and(|(name, _)| RESPONSE_PARAMETERS.contains(&&*name))
        };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_ours(pair))
            .collect();
        out.extend_pairs(parameters);
        let mut parts: Vec<String> = kept.into_iter().map(str::to_owned).collect();
        parts.push(out.finish());
        format!("{base}?{}", parts.join("&"))
    }

    /// The host a person is told they will go to, or the scheme of an app on their device.
    pub fn host(&self) -> String {
        let parts = Parts::of(&self.text);
        match parts.authority {
            Some(authority) if !authority.is_empty() => authority.to_owned(),
            _ => format!("{}:", parts.scheme),
        }
    }

    /// Whether it leads to this very device.
    pub fn is_loopback(&self) -> bool {
        let parts = Parts::of(&self.text);
        parts.scheme == "http" && parts.loopback_host().is_some()
    }
}

impl RedirectUri {
    /// Takes a URI into an app's registration.
    ///
    /// # Errors
    /// The [`RedirectUriFault`] that speaks against it.
    pub fn register(text: &str) -> Result<Self, RedirectUriFault> {
        if text.len() > MAX_LENGTH {
            return Err(RedirectUriFault::TooLong);
        }
        if !text
            .bytes()
            .all(|b| (0x21..=0x7e).contains(&b) && !b"\\\"<>^`{|}".contains(&b))
        {
            return Err(RedirectUriFault::Malformed);
        }
        if text.contains('#') {
            return Err(RedirectUriFault::Fragment);
        }
        if !escapes_are_sound(text) {
            return Err(RedirectUriFault::Malformed);
        }
        let parts = Parts::of(text);
        match parts.scheme {
            "https" | "http" => parts.check_web()?,
            scheme if is_private_use(scheme) => parts.check_private_use()?,
            "" => return Err(RedirectUriFault::Malformed),
            _ => return Err(RedirectUriFault::Scheme),
        }
        Ok(RedirectUri(text.to_owned()))
    }

    /// A URI that was registered before, perhaps under other rules.
    pub fn from_stored(text: &str) -> Self {
        RedirectUri(text.to_owned())
    }

    /// The text as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Byte-for-byte comparison (RFC 9700 §4.1.3), but for the port of an http loopback address
    /// (RFC 8252 §7.3).
    fn matches(&self, presented: &str, policy: RedirectPolicy) -> bool {
        if self.0 == presented {
            return true;
        }
        match (
            self.without_loopback_port(policy),
            without_loopback_port(presented, policy),
        ) {
            (Some(own), Some(other)) => own == other,
            _ => false,
        }
    }

    fn without_loopback_port(&self, policy: RedirectPolicy) -> Option<(&str, &str)> {
        without_loopback_port(&self.0, policy)
    }
}

impl Client {
    /// Whether the port is free on the name `localhost` too, as on loopback addresses: for what runs on people's own devices,
    /// and for what is known by a document, which cannot list every port.
    fn frees_localhost(&self) -> bool {
        let own = self.introduction.as_deref();
        let introduced = |own: &Introduction| own.native || own.way == Way::Document;
        let all_loopback = || self.redirect_uris.iter().all(|uri| is_own_computer(&uri.0));
        own.is_some_and(introduced) || (self.kind == ClientKind::Public && all_loopback())
    }

    /// Finds the registered redirect URI that a request means (RFC 6749 §3.1.2.3).
    ///
    /// # Errors
    /// `Missing` when none is named and there is not exactly one, `Unregistered` when none matches.
    pub fn verify_redirect_uri(
        &self,
        presented: Option<&str>,
        policy: RedirectPolicy,
    ) -> Result<VerifiedRedirectUri, RedirectUriFault> {
        let Some(presented) = presented else {
            return match self.redirect_uris.as_slice() {
                [only] => Ok(VerifiedRedirectUri {
                    text: only.0.clone(),
                    registered: only.0.clone(),
                }),
                _ => Err(RedirectUriFault::Missing),
            };
        };
        let policy = RedirectPolicy {
            localhost_any_port: policy.localhost_any_port || self.frees_localhost(),
            ..policy
        };
        let mut own = self.redirect_uris.iter();
        let registered = match own.find(|own| own.matches(presented, policy)) {
            Some(own) => own.0.clone(),
            None if self.documented && is_own_computer(presented) => presented.to_owned(),
            None => return Err(RedirectUriFault::Unregistered),
        };
        Ok(VerifiedRedirectUri {
            text: presented.to_owned(),
            registered,
        })
    }
}

impl Client {
    /// The provider's own playground, to which every test side of an app may send its people besides.
    pub fn verify_playground(
        &self,
        presented: Option<&str>,
        issuer: &str,
    ) -> Option<VerifiedRedirectUri> {
        let path = presented?.strip_prefix(issuer.trim_end_matches('/'))?;
        let text = presented.filter(|_| self.live_of.is_some() && path == PLAYGROUND)?;
        Some(VerifiedRedirectUri {
            text: text.to_owned(),
            registered: text.to_owned(),
        })
    }
}

/// Whether a URI that could be registered leads to the computer that it is opened on.
fn is_own_computer(text: &str) -> bool {
    let parts = Parts::of(text);
    RedirectUri::register(text).is_ok() && parts.scheme == "http" && parts.loopback_host().is_some()
}

/// A URI taken apart without repairing anything.
struct Parts<'a> {
    scheme: &'a str,
    authority: Option<&'a str>,
    after_scheme: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        let authority = rest
            .strip_prefix("//")
            .map(|rest| &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]);
        Parts {
            scheme,
            authority,
            after_scheme: rest,
        }
    }

    fn check_web(&self) -> Result<(), RedirectUriFault> {
        let authority = self.authority.filter(|a| !a.is_empty());
        let authority = authority.ok_or(RedirectUriFault::Malformed)?;
        check_authority(authority)?;
        match self.scheme == "http" && self.loopback_host().is_none() {
            true => Err(RedirectUriFault::Http),
            false => Ok(()),
        }
    }

    /// `com.example.app:/path` (RFC 8252 §7.1); a host, where there is one, obeys the rules of any host, and
    /// `app.example:443/cb` is a forgotten `https://`.
    fn check_private_use(&self) -> Result<(), RedirectUriFault> {
        if !self.after_scheme.starts_with('/') {
            return Err(RedirectUriFault::Malformed);
        }
        match self.authority {
            None | Some("") => Ok(()),
            Some(authority) => check_authority(authority),
        }
    }

    fn loopback_host(&self) -> Option<&'a str> {
        let (host, _) = host_and_port(self.authority?)?;
        ["127.0.0.1", "[::1]", "localhost"]
            .contains(&host)
            .then_some(host)
    }
}

fn check_authority(authority: &str) -> Result<(), RedirectUriFault> {
    if authority.contains('@') {
        return Err(RedirectUriFault::UserInfo);
    }
    host_and_port(authority)
        .map(drop)
        .ok_or(RedirectUriFault::Malformed)
}

/// Host and port text of an authority; `None` when it cannot be one.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    let after_host = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(after_host);
    let port_digits = port.strip_prefix(':').unwrap_or("0");
    let host_is_sound = is_ipv6_literal(host) || is_host_name(host);
    let port_is_sound = (port.is_empty() || port.starts_with(':'))
        && port_digits.parse::<u16>().is_ok()
        && port_digits.bytes().all(|b| b.is_ascii_digit());
    (!host.is_empty() && host_is_sound && port_is_sound).then_some((host, port))
}

/// `[` IPv6 address `]` (RFC 3986 §3.2.2).
fn is_ipv6_literal(host: &str) -> bool {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inside.is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok())
}

/// Labels of letters, digits, `-` and `_`, none of them empty but for the root's. Browsers take a host whose last
/// label is a number for an IPv4 address (`https://60003/` leads to 0.0.234.99), so it must be written as one.
fn is_host_name(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let labels = host.strip_suffix('.').unwrap_or(host);
    let last = labels.rsplit('.').next().unwrap_or_default();
    match is_number(last) {
        true => host.parse::<std::net::Ipv4Addr>().is_ok(),
        false => labels.split('.').all(label),
    }
}

/// A number as browsers read it in a host: decimal or, after `0x`, hexadecimal.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or(label.strip_prefix("0X"));
    let is_hexadecimal = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    let is_decimal = !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
    is_decimal || hexadecimal.is_some_and(is_hexadecimal)
}

/// "A percent-encoded octet is encoded as a character triplet" (RFC 3986 §2.1).
fn escapes_are_sound(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// The text before and after the port of an http loopback URI; `None` for every other URI.
fn without_loopback_port(text: &str, policy: RedirectPolicy) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, _) = host_and_port(&rest[..end])?;
    let frees_port = ["127.0.0.1", "[::1]"].contains(&host)
        || (policy.localhost_any_port && host == "localhost");
    frees_port.then(|| (host, &rest[end..]))
}

/// A scheme that an app can own: reverse domain name, so with a dot (RFC 8252 §7.1).
fn is_private_use(scheme: &str) -> bool {
    let first = scheme.bytes().next();
    scheme.contains('.')
        && first.is_some_and(|b| b.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}
