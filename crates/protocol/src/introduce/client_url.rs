//! A `client_id` that is a URL (Client ID Metadata Document §3).
use crate::types::RedirectUri;

/// Longest such URL, in bytes.
const LONGEST: usize = 500;

/// Why a URL names no app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlFault {
    /// It is longer than 500 bytes, or has characters or an authority that no such URL has.
    Malformed,
    /// It is plain http, and not on this machine, or that is not allowed.
    Http,
    /// It has no path but `/`.
    NoPath,
    /// Its path has a segment of one or two dots.
    Dots,
}

impl UrlFault {
    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => {
                "a client_id that is a URL has neither user name, password nor fragment, its host in small letters, and at most 500 characters"
            }
            Self::Http => "a client_id that is a URL begins with https://",
            Self::NoPath => {
                "a client_id that is a URL has a path, such as https://app.example/client.json"
            }
            Self::Dots => "a client_id that is a URL has no . or .. in its path",
        }
    }
}

/// Whether a `client_id` is meant as a URL. No id that is given out here looks like one.
pub fn is_client_url(client_id: &str) -> bool {
    client_id.starts_with("https://") || client_id.starts_with("http://")
}

/// Checks such a URL. "Client identifier URLs MUST have an "https" scheme, MUST contain a path component, MUST NOT contain
/// single-dot or double-dot path segments, MUST NOT contain a fragment component and MUST NOT contain a username or
/// password" (§3). On loopback, where this server is too, plain http will do.
///
/// # Errors
/// [`UrlFault`].
pub fn check_client_url(url: &str, loopback: bool) -> Result<(), UrlFault> {
    // The rules of any URL on the web: what may be written, and no user, no fragment.
    let is_sound = url.len() <= LONGEST && RedirectUri::register(url).is_ok();
    if url.starts_with("http://") && !(loopback && is_sound) {
        return Err(UrlFault::Http);
    }
    let (authority, path) = parts(url).filter(|_| is_sound).ok_or(UrlFault::Malformed)?;
    // One host has one spelling, so that none is listed and met under another.
    if authority.bytes().any(|b| b.is_ascii_uppercase()) || name_in(authority).ends_with('.') {
        return Err(UrlFault::Malformed);
    }
    if path.len() < 2 {
        return Err(UrlFault::NoPath);
    }
    let is_dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    match path.split('/').any(is_dots) {
        true => Err(UrlFault::Dots),
        false => Ok(()),
    }
}

/// Authority and path of a URL.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let path = behind.split(['?', '#']).next().unwrap_or_default();
    Some((authority, path))
}

fn name_in(authority: &str) -> &str {
    match authority.starts_with('[') {
        true => authority.split_inclusive(']').next().unwrap_or(authority),
        false => authority.split(':').next().unwrap_or(authority),
    }
}

/// The name of the host of a URL, without its port.
pub(super) fn host_name(url: &str) -> Option<&str> {
    parts(url).map(|(authority, _)| name_in(authority))
}

/// The host of a URL as people are shown it, with its port where it names one.
pub(super) fn shown_host(url: &str) -> &str {
    parts(url).map_or(url, |(authority, _)| authority)
}

/// `scheme://host[:port]` of a URL.
pub(super) fn origin(url: &str) -> &str {
    let length = url.find("://").map_or(0, |at| at + 3) + shown_host(url).len();
    url.get(..length).unwrap_or(url)
}
