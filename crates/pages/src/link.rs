//! Addresses that end up in `href`.

/// A path of ours that keeps the pending authorization in `?request=`.
pub(crate) fn with_request(path: &str, request: Option<&str>) -> String {
    match request {
        Some(request) => format!("{path}?request={}", percent_encoded(request)),
        None => path.to_owned(),
    }
}

/// The address if it is one a browser opens over HTTP. An app's own text must
/// never become a `javascript:` link, whatever the content security policy says.
pub(crate) fn web_address(address: &str) -> Option<&str> {
    let scheme = address.split_once("://")?.0;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(address)
}

pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{web_address, with_request};

    #[test]
    fn the_request_is_percent_encoded() {
        assert_eq!(with_request("/sign-up", None), "/sign-up");
        assert_eq!(
            with_request("/sign-up", Some("a_b-1")),
            "/sign-up?request=a_b-1"
        );
        assert_eq!(
            with_request("/sign-up", Some("a&b é")),
            "/sign-up?request=a%26b%20%C3%A9"
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(
            web_address("https://a.example/x"),
            Some("https://a.example/x")
        );
        assert_eq!(web_address("HTTP://a.example"), Some("HTTP://a.example"));
        assert_eq!(web_address("javascript:alert(1)//://"), None);
        assert_eq!(web_address("javascript://a%0aalert(1)"), None);
        assert_eq!(web_address("/path"), None);
        assert_eq!(web_address(""), None);
    }
}
