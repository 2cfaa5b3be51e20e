//! What an API says about itself (RFC 9728), so that a client that knows nothing but its address finds the provider.
use crate::dpop;
use jose::Algorithm;
use serde::Serialize;

/// The well-known name (§3).
pub const NAME: &str = "/.well-known/oauth-protected-resource";

/// The document (§2).
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct ProtectedResource<'a> {
    /// What names the API, letter by letter.
    pub resource: &'a str,
    /// Whose tokens it takes.
    pub authorization_servers: [&'a str; 1],
    /// What a client may ask for there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<&'a str>,
    /// How it takes them: the `Authorization` header (RFC 6750 §2.1).
    pub bearer_methods_supported: [&'static str; 1],
    /// The algorithms of proofs of possession that it takes (RFC 9449); none: it takes no bound tokens, or does not say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
    /// Pages for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<&'a str>,
}

impl<'a> ProtectedResource<'a> {
    /// An API that takes the tokens of one provider, in the header.
    #[must_use]
    pub fn new(resource: &'a str, issuer: &'a str, scopes: Vec<&'a str>) -> Self {
        ProtectedResource {
            resource,
            authorization_servers: [issuer],
            scopes_supported: scopes,
            bearer_methods_supported: ["header"],
            dpop_signing_alg_values_supported: Vec::new(),
            resource_documentation: None,
        }
    }

    /// The same, of an API that takes tokens that are bound to keys.
    #[must_use]
    pub fn with_proofs(self) -> Self {
        ProtectedResource {
            dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(Algorithm::name).to_vec(),
            ..self
        }
    }
}

/// The origin, and the path, of an identifier that is an address without a query; a slash alone is no path. One with a segment
/// that routers take for a pattern has no place.
#[must_use]
pub fn place(identifier: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = identifier.split_once("://")?;
    let is_web = ["https", "http"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    let host = rest.find('/').unwrap_or(rest.len());
    let (origin, path) = identifier.split_at(scheme.len() + "://".len() + host);
    let path = if path == "/" { "" } else { path };
    let is_plain =
        !rest.contains(['?', '#', '{', '}']) && !path.contains("/:") && !path.contains("/*");
    (is_web && host > 0 && is_plain).then_some((origin, path))
}

/// Where a client looks for the document of an API: the name stands between its host and its path (§3.1).
#[must_use]
pub fn url_of(identifier: &str) -> Option<String> {
    let (origin, path) = place(identifier)?;
    Some(format!("{origin}{NAME}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_between_host_and_path() {
        for (identifier, url) in [
            (
                "https://api.example",
                Some("https://api.example/.well-known/oauth-protected-resource"),
            ),
            (
                "https://api.example/",
                Some("https://api.example/.well-known/oauth-protected-resource"),
            ),
            (
                "http://localhost:1/v1/mcp",
                Some("http://localhost:1/.well-known/oauth-protected-resource/v1/mcp"),
            ),
            ("https://api.example?x", None),
            ("https://api.example/a#b", None),
            ("https:///a", None),
            ("https://api.example/:a", None),
            ("https://api.example/a/*", None),
            ("urn:example:api", None),
            ("api.example", None),
        ] {
            assert_eq!(url_of(identifier).as_deref(), url, "{identifier}");
        }
    }
}
