//! URLs and query strings, as far as tests need them: nothing is repaired or normalised.

use form_urlencoded::byte_serialize;

/// An absolute `http` or `https` URL, cut into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Scheme, host and port: `http://localhost:8080`.
    pub origin: String,
    /// Path, starting with a slash.
    pub path: String,
    /// Query without its question mark, undecoded.
    pub query: Option<String>,
    /// Fragment without its hash sign, undecoded.
    pub fragment: Option<String>,
}

impl Url {
    /// Cuts `text` into parts; `None` unless it has a scheme and a host. A private scheme such as
    /// `com.example.app:/callback` has no host: its origin is the scheme with its colon.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, fragment) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, after) = rest.split_once(':')?;
        let origin_end = match after.strip_prefix("//") {
            Some(host) => scheme.len() + 3 + host.find('/').unwrap_or(host.len()),
            None => scheme.len() + 1,
        };
        let (origin, path) = rest.split_at(origin_end);
        Some(Url {
            origin: origin.to_owned(),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            query: query.map(str::to_owned),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// Host and port without the scheme, as a `Host` header has it.
    pub fn authority(&self) -> &str {
        self.origin
            .split_once("//")
            .map_or("", |(_, authority)| authority)
    }

    /// Path and query: what stands in a request line.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Encodes one value for a query or a form body (a space becomes `+`).
pub fn encode(value: &str) -> String {
    byte_serialize(value.as_bytes()).collect()
}

/// Decodes one value of a query or a form body.
pub fn decode(value: &str) -> String {
    let pair = format!("v={value}");
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Pairs as a query or a form body.
pub fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A path with pairs as its query: what a request line or a link has.
pub fn target(path: &str, pairs: &[(&str, &str)]) -> String {
    format!("{path}?{}", query(pairs))
}

/// The decoded pairs of a query, in order, repeated names kept.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
