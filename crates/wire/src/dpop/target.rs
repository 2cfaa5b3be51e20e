//! The URI that a proof is for: "the HTTP target URI …, without query and fragment parts" (RFC 9449 §4.2), compared after
//! the normalisation of RFC 3986 §6.2.2 and §6.2.3.

/// The URI of a request in one spelling, without query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// The URI of a request for `path` below `base`, such as `https://api.example`; `None` where that is no http URI.
    pub fn new(base: &str, path: &str) -> Option<Self> {
        normal(&format!("{base}{path}")).map(Target)
    }

    /// Whether `uri` is another spelling of it.
    pub fn is(&self, uri: &str) -> bool {
        normal(uri).is_some_and(|own| own == self.0)
    }
}

/// Longest URI that is looked at, in bytes.
const LONGEST: usize = 4_096;

/// The one spelling of a URI without query and fragment; `None` for what is no http or https URI with a host alone.
fn normal(uri: &str) -> Option<String> {
    if uri.len() > LONGEST || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let uri = uri.split(['?', '#']).next()?;
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') || authority.contains('\\') {
        return None;
    }
    let authority = authority.to_ascii_lowercase();
    // The colons of an IPv6 address are within brackets.
    let end = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority[end..].find(':') {
        Some(at) => (&authority[..end + at], &authority[end + at + 1..]),
        None => (authority.as_str(), ""),
    };
    if host.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut out = format!("{scheme}://{}", encoded(host)?);
    if !port.is_empty() && port != default {
        out.push(':');
        out.push_str(port);
    }
    for segment in segments(&encoded(path)?) {
        out.push('/');
        out.push_str(segment);
    }
    Some(out)
}

/// What is percent-encoded without need is not, and hexadecimal digits are upper case (RFC 3986 §6.2.2.1, §6.2.2.2).
fn encoded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('%');
    out.push_str(parts.next()?);
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let byte = u8::from_str_radix(digits, 16).ok()?;
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => out.push(char::from(byte)),
            false => {
                out.push('%');
                out.push_str(&digits.to_ascii_uppercase());
            }
        }
        out.push_str(rest);
    }
    Some(out)
}

/// The segments of a path without dot segments (§6.2.2.3); an empty path is that of the root (§6.2.3).
fn segments(path: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut all = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = all.next() {
        let is_last = all.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    out.pop();
                }
                if is_last {
                    out.push("");
                }
            }
            _ => out.push(segment),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_uri_has_many_spellings() {
        let target = Target::new("https://api.example", "/v1/a%20b/c").unwrap();
        for same in [
            "https://api.example/v1/a%20b/c",
            "HTTPS://API.Example:443/v1/a%20b/c",
            "https://api.example:/v1/a%20b/c?x=1#y",
            "https://api.example/%761/a%20b/c",
            "https://api.example/v1/x/../a%20b/./c",
        ] {
            assert!(target.is(same), "{same}");
        }
        for other in [
            "http://api.example/v1/a%20b/c",
            "https://api.example:8443/v1/a%20b/c",
            "https://api.example/v1/a%20b/c/",
            "https://api.example/v1/a%20b/C",
            "https://api.example/v1/a%20b%2Fc",
            "https://api.example.evil/v1/a%20b/c",
            "https://x@api.example/v1/a%20b/c",
            "https:/api.example/v1/a%20b/c",
            "//api.example/v1/a%20b/c",
            "/v1/a%20b/c",
            "https://api.example/v1/a b/c",
            "https://api.example/v1/a%2",
            "https://api.example/v1/a%+1",
            "",
        ] {
            assert!(!target.is(other), "{other}");
        }
    }

    #[test]
    fn the_root_may_be_left_out_and_ports_of_addresses_are_ports() {
        let root = Target::new("https://api.example", "").unwrap();
        assert!(root.is("https://api.example") && root.is("https://api.example/"));
        assert!(root.is("https://api.example/..") && !root.is("https://api.example/x"));
        let local = Target::new("http://[::1]:8080", "/x").unwrap();
        assert!(local.is("http://[::1]:8080/x") && !local.is("http://[::1]/x"));
        assert!(
            Target::new("http://[::1]", "/")
                .unwrap()
                .is("http://[::1]:80")
        );
        assert!(Target::new("ftp://api.example", "/").is_none());
    }
}
