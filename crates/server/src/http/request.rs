//! What every request carries besides its parameters: an id, where it came from, a body of bounded size.
use super::error::BodyFault;
use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use config::Config;
use pages::{Arguments, Html, Speak, Text};
use protocol::request_log;
use protocol::types::Language;
use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Largest body any endpoint takes, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Names one request in its page or error, in the log and in the `X-Request-Id` header: 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(request_log::RequestId);

/// Where ids start: another place at every start of the server.
static NEXT: LazyLock<AtomicU64> =
    LazyLock::new(|| AtomicU64::new(u64::from_be_bytes(jose::random::bytes())));

impl RequestId {
    /// The next id. An odd factor spreads a counter over all numbers, so ids never repeat.
    pub(crate) fn next() -> Self {
        let count = NEXT.fetch_add(1, Relaxed);
        RequestId::of(count.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn of(number: u64) -> Self {
        RequestId(request_log::RequestId::of(number))
    }

    /// As an app's log keeps it.
    pub(crate) fn logged(self) -> request_log::RequestId {
        self.0
    }

    /// The digits, as bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Arrival::of(&parts.extensions).id)
    }
}

/// What is known of a request before it is read: put beside it where it is accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) id: RequestId,
    pub(crate) address: ClientAddr,
    pub(crate) spoken: Spoken,
    pub(crate) host: Host,
}

/// Which of the provider's hosts a request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Host {
    /// Where the endpoints are, and people sign in.
    #[default]
    Issuer,
    /// The developer portal's, where it has one of its own.
    Portal,
}

impl<S: Sync> FromRequestParts<S> for Arrival {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Arrival::of(&parts.extensions))
    }
}

/// The language that a request asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spoken {
    /// In its address, for this once: `ui_locales`.
    pub(crate) asked: Option<Language>,
    /// By what the browser was told or tells: its cookie, then `Accept-Language`.
    pub(crate) usual: Language,
}

impl Spoken {
    /// For whom nothing more is known.
    pub(crate) fn language(self) -> Language {
        self.asked.unwrap_or(self.usual)
    }
}

/// Who reads a page: under which id its request is in the log, and in which language they are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) id: RequestId,
    pub(crate) language: Language,
}

impl Speak for Reader {
    fn text(self, id: &'static str) -> Text {
        self.language.text(id)
    }

    fn text_of(self, id: &'static str, arguments: Arguments<'_>) -> Text {
        self.language.text_of(id, arguments)
    }

    fn html_of(self, id: &'static str, arguments: Arguments<'_>) -> Html {
        self.language.html_of(id, arguments)
    }
}

impl Arrival {
    /// The one beside a request.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Arrival {
            id: RequestId::of(0),
            address: ClientAddr(IpAddr::from([0, 0, 0, 0])),
            spoken: Spoken::default(),
            host: Host::Issuer,
        })
    }
}

/// The address a request came from, as far as it can be believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddr(pub(crate) IpAddr);

impl ClientAddr {
    /// The peer; or, behind a listed proxy, the last address in `X-Forwarded-For` that is no such proxy.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, config: &Config) -> Self {
        let peer = peer.to_canonical();
        let trusted = |addr: &IpAddr| config.trusted_proxies.iter().any(|net| net.contains(addr));
        if !trusted(&peer) {
            return ClientAddr(peer);
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().rev();
        let addresses = forwarded
            .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
            .map_while(|address| address_of(std::str::from_utf8(address).ok()?.trim()));
        for address in addresses {
            if !trusted(&address) {
                return ClientAddr(address.to_canonical());
            }
        }
        ClientAddr(peer)
    }

    /// The source that throttles count: the address, or the /64 of an IPv6 one.
    pub(crate) fn source(self) -> String {
        match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// An address with or without a port, as proxies write it.
fn address_of(text: &str) -> Option<IpAddr> {
    let with_port = || {
        text.parse::<std::net::SocketAddr>()
            .ok()
            .map(|address| address.ip())
    };
    text.parse().ok().or_else(with_port)
}

/// The length that a request announces, 0 if it does not.
fn announced(headers: &HeaderMap) -> u64 {
    let length = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    length.unwrap_or(0)
}

/// Reads a body of bounded size.
///
/// # Errors
/// [`BodyFault`].
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, BodyFault> {
    read_up_to(MAX_BODY, headers, body).await
}

/// Reads a body of so many bytes at most.
///
/// # Errors
/// [`BodyFault`].
pub(crate) async fn read_up_to(
    most: usize,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, BodyFault> {
    if announced(headers) > most as u64 {
        return Err(BodyFault::TooLarge);
    }
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let inner = std::error::Error::source(&error);
        let too_long = inner.is_some_and(|e| e.is::<http_body_util::LengthLimitError>());
        match too_long {
            true => BodyFault::TooLarge,
            false => BodyFault::Incomplete,
        }
    })
}

/// The type in the `Content-Type` header, without its parameters, whatever bytes those are; a repeated header counts
/// as an empty one.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let first = values.next()?.as_bytes();
    let end = first.iter().position(|byte| *byte == b';');
    let essence = std::str::from_utf8(&first[..end.unwrap_or(first.len())]);
    match values.next() {
        Some(_) => Some(""),
        None => Some(essence.unwrap_or_default().trim()),
    }
}

/// Whether the body is an HTML form's.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let form = "application/x-www-form-urlencoded";
    media_type(headers).is_some_and(|media_type| media_type.eq_ignore_ascii_case(form))
}

/// Whether the asker shows pages.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let html = b"text/html";
    let mut lines = headers.get_all(header::ACCEPT).iter();
    lines.any(|line| {
        let mut places = line.as_bytes().windows(html.len());
        places.any(|place| place.eq_ignore_ascii_case(html))
    })
}

/// The `Authorization` header; an unreadable or repeated one counts as an empty, thus invalid, one.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    only(headers, header::AUTHORIZATION)
}

/// The value of a header that may stand once; an unreadable or repeated one counts as empty.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    match values.next() {
        Some(_) => Some(""),
        None => Some(first.to_str().unwrap_or("")),
    }
}

/// A header's value, if it is readable text.
pub(crate) fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a request says once whom it is for: "A server MUST respond with a 400 (Bad Request) status code to
/// any HTTP/1.1 request message that lacks a Host header field and to any request message that contains more
/// than one Host header field line" (RFC 9112 §3.2).
pub(crate) fn names_one_host(version: axum::http::Version, headers: &HeaderMap) -> bool {
    let hosts = headers.get_all(header::HOST).iter().count();
    hosts == 1 || (hosts == 0 && version != axum::http::Version::HTTP_11)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(trusted: &[&str]) -> Config {
        let mut config = Config::for_tests();
        config.trusted_proxies = trusted.iter().map(|net| net.parse().unwrap()).collect();
        config
    }

    fn addr(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        ClientAddr::of(peer.parse().unwrap(), &headers, &config(trusted))
            .0
            .to_string()
    }

    #[test]
    fn only_listed_proxies_are_believed() {
        assert_eq!(
            addr("198.51.100.1", "203.0.113.9", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(
            addr("10.0.0.1", "203.0.113.9", &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            addr(
                "10.0.0.1",
                "1.1.1.1, 203.0.113.9, 10.2.2.2",
                &["10.0.0.0/8"]
            ),
            "203.0.113.9"
        );
        assert_eq!(
            addr("10.0.0.1", "203.0.113.9:5555", &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            addr("10.0.0.1", "1.1.1.1, nonsense", &["10.0.0.0/8"]),
            "10.0.0.1"
        );
    }

    /// What others put into a header that we share costs nobody anything.
    #[test]
    fn foreign_bytes_hide_nothing() {
        let mut headers = HeaderMap::new();
        let bytes = |bytes: &[u8]| axum::http::HeaderValue::from_bytes(bytes).unwrap();
        headers.insert("x-forwarded-for", bytes(b"Zo\xeb, 203.0.113.9"));
        let client = ClientAddr::of(
            "10.0.0.1".parse().unwrap(),
            &headers,
            &config(&["10.0.0.0/8"]),
        );
        assert_eq!(client.0.to_string(), "203.0.113.9");
        headers.append(header::ACCEPT, bytes(b"image/\xeb"));
        headers.append(header::ACCEPT, bytes(b"x/\xeb, Text/HTML;q=0.8"));
        assert!(wants_page(&headers));
        headers.insert(header::ACCEPT, bytes(b"application/json"));
        assert!(!wants_page(&headers));
        let form = b"Application/X-WWW-Form-Urlencoded; charset=\xeb";
        headers.insert(header::CONTENT_TYPE, bytes(form));
        assert!(is_form(&headers));
        headers.append(header::CONTENT_TYPE, bytes(form));
        assert!(!is_form(&headers));
    }

    #[test]
    fn an_ipv6_source_is_its_network() {
        let addr = ClientAddr("2001:db8:1:2:3::4".parse().unwrap());
        assert_eq!(addr.source(), "2001:db8:1:2::/64");
    }

    #[test]
    fn ids_differ() {
        assert_ne!(RequestId::next(), RequestId::next());
        assert_eq!(
            RequestId::of(0x0123_4567_89ab_cdef).as_str(),
            "0123456789abcdef"
        );
    }
}
