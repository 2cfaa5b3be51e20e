//! Why a redirect URI is refused, in the words that help whoever wrote it.
use super::{Parts, RedirectUriFault, escapes_are_sound, host_and_port};

/// Schemes that run or show something in the browser itself.
const RUNNING: [&str; 7] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "view-source",
];

impl RedirectUriFault {
    /// What to tell the developer of `text`, whose registration failed by this.
    pub fn sentence_about(self, text: &str) -> String {
        match self {
            Self::Malformed => malformed(text),
            Self::Scheme => scheme(text),
            Self::Http
                if Parts::of(text)
                    .authority
                    .is_some_and(|host| host.contains('*')) =>
            {
                WILDCARD.to_owned()
            }
            _ => self.sentence().to_owned(),
        }
    }
}

const WILDCARD: &str = "a redirect URI has no wildcard (*): register each one in full, byte for byte as your app sends it";

fn malformed(text: &str) -> String {
    let parts = Parts::of(text);
    if text.is_empty() {
        return "the redirect URI is empty: write all of it, such as https://app.example/callback"
            .to_owned();
    }
    if parts.authority.is_some_and(|host| host.contains('*')) {
        return WILDCARD.to_owned();
    }
    let stranger = |c: &char| !c.is_ascii_graphic() || "\\\"<>^`{|}".contains(*c);
    if let Some(c) = text.chars().find(stranger) {
        let c = c.escape_default();
        let host = parts.authority.is_some_and(|host| !host.is_ascii());
        return match host {
            true => "the host has letters beyond ASCII: write it in its xn-- form".to_owned(),
            false => {
                format!("a URI cannot hold '{c}': write it percent-encoded, as your app sends it")
            }
        };
    }
    if !escapes_are_sound(text) {
        return "a % in a URI is followed by two hexadecimal digits, such as %20".to_owned();
    }
    if parts.scheme.is_empty() || parts.scheme.contains(['/', '?']) {
        let full = text.trim_start_matches('/');
        return match text.starts_with("//") || !text.starts_with('/') {
            true => format!(
                "the redirect URI is relative: the scheme is missing, so write https://{full}"
            ),
            false => "the redirect URI is relative: write all of it, with https:// and the host"
                .to_owned(),
        };
    }
    let web = ["https", "http"].contains(&parts.scheme);
    match parts.authority {
        None if web => format!("two slashes are missing: write {}://", parts.scheme),
        None => private_use(text, &parts),
        Some("") => {
            "the redirect URI has no host: write it between :// and the next slash".to_owned()
        }
        Some(authority) => host(authority),
    }
}

/// A host that is none, or a port.
fn host(authority: &str) -> String {
    let name = match authority.rsplit_once(':') {
        Some((name, _)) if !authority.ends_with(']') => name,
        _ => authority,
    };
    match host_and_port(name).is_some() && name != authority {
        true => "the port of the redirect URI is not a number up to 65535".to_owned(),
        false => {
            let name = name.chars().take(100).collect::<String>();
            format!("the host of the redirect URI, {name}, is neither a name nor an address")
        }
    }
}

/// `com.example.app:cb`, and `app.example:443/cb`, which is a host and a port.
fn private_use(text: &str, parts: &Parts<'_>) -> String {
    let scheme = parts.scheme;
    match parts.after_scheme.starts_with(|c: char| c.is_ascii_digit()) {
        true => {
            format!("the redirect URI is relative: the scheme is missing, so write https://{text}")
        }
        false => format!("a slash is missing behind the scheme: write {scheme}:/callback"),
    }
}

fn scheme(text: &str) -> String {
    let scheme = Parts::of(text).scheme;
    let lower = scheme.to_ascii_lowercase();
    if lower != scheme && ["https", "http"].contains(&lower.as_str()) {
        return format!(
            "redirect URIs are compared byte for byte, so write the scheme in lower case: {lower}://"
        );
    }
    if RUNNING.contains(&lower.as_str()) {
        return format!(
            "{lower}: leads to no app: write an https URL, or a private-use scheme of your own"
        );
    }
    if text.starts_with("urn:ietf:wg:oauth:2.0:oob") {
        return "showing the code to be copied (oob) is not offered: use http://127.0.0.1 and a path, with any port".to_owned();
    }
    if scheme.contains('/') || text.starts_with(':') {
        return "the redirect URI is relative: write all of it, with https:// and the host"
            .to_owned();
    }
    if scheme.contains('.') {
        return "a scheme begins with a letter and has letters, digits, +, - and . only".to_owned();
    }
    // `localhost:5000/callback` reads as a scheme.
    match text[scheme.len()..]
        .trim_start_matches(':')
        .starts_with(|c: char| c.is_ascii_digit())
    {
        true => format!(
            "the redirect URI is relative: the scheme is missing, so write https://{text}, or http:// for localhost"
        ),
        false => RedirectUriFault::Scheme.sentence().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::types::RedirectUri;

    #[test]
    fn each_refusal_names_the_reason_a_person_can_act_on() {
        for (text, says) in [
            ("", "is empty"),
            ("https://*.app.example/cb", "no wildcard"),
            ("http://*.app.example/cb", "no wildcard"),
            ("https://*/cb", "no wildcard"),
            ("HTTPS://app.example/cb", "in lower case: https://"),
            ("Http://localhost/cb", "in lower case: http://"),
            ("https://app.example/cb#x", "no fragment"),
            ("https://me@app.example/cb", "no user name or password"),
            ("https://me:pw@app.example/cb", "no user name or password"),
            ("/cb", "is relative: write all of it"),
            (
                "app.example/cb",
                "is relative: the scheme is missing, so write https://app.example/cb",
            ),
            (
                "//app.example/cb",
                "is relative: the scheme is missing, so write https://app.example/cb",
            ),
            ("app.example:443/cb", "is relative: the scheme is missing"),
            ("localhost:5000/cb", "is relative: the scheme is missing"),
            ("myapp:/cb", "a private-use scheme contains a dot"),
            ("myapp://cb", "a private-use scheme contains a dot"),
            ("com.example.app:cb", "a slash is missing behind the scheme"),
            ("javascript:alert(1)", "javascript: leads to no app"),
            ("data:text/html,x", "data: leads to no app"),
            ("urn:ietf:wg:oauth:2.0:oob", "(oob) is not offered"),
            ("http://app.example/cb", "plain http is for loopback only"),
            ("https:app.example/cb", "two slashes are missing"),
            ("https:///cb", "has no host"),
            ("https://app.example:port/cb", "the port"),
            ("https://app.example:70000/cb", "the port"),
            (
                "https://app..example/cb",
                "is neither a name nor an address",
            ),
            ("https://60003/cb", "is neither a name nor an address"),
            ("https://app.example/c b", "cannot hold ' '"),
            ("https://app.example/\u{e9}", "percent-encoded"),
            ("https://b\u{fc}cher.example/cb", "xn--"),
            ("https://app.example\\cb", "cannot hold"),
            ("https://app.example/%zz", "two hexadecimal digits"),
        ] {
            let fault = RedirectUri::register(text).expect_err(text);
            let sentence = fault.sentence_about(text);
            assert!(sentence.contains(says), "{text}: {sentence}");
        }
    }
}
