//! How a redirect URI that is not accepted differs from the registered one that was meant.
use super::{Parts, RedirectUri, host_and_port};

/// The first thing to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// A blank or a tab stands before or behind it.
    Blank,
    /// The app has none.
    NoneRegistered,
    /// It has a fragment (RFC 6749 §3.1.2).
    Fragment,
    /// It has a star, as if that stood for anything (RFC 9700 §4.1.3 asks for exact matching).
    Wildcard,
    /// It could not be registered at all.
    Unfit,
    /// It ends with a slash that the registered one has not.
    SlashExtra,
    /// The registered one ends with a slash that it has not.
    SlashMissing,
    /// Another scheme.
    Scheme,
    /// One says `localhost` where the other has a loopback address.
    Localhost,
    /// Another host.
    Host,
    /// Another port.
    Port,
    /// The same but for capitals.
    Case,
    /// The same but for how it is encoded.
    Encoding,
    /// Another query.
    Query,
    /// Another path.
    Path,
}

/// What differs between what was sent and what is registered, if anything is.
pub fn difference(sent: &str, registered: Option<&str>) -> Difference {
    if sent.trim() != sent {
        return Difference::Blank;
    }
    if sent.contains('#') {
        return Difference::Fragment;
    }
    if sent.contains('*') && registered.is_none_or(|own| !own.contains('*')) {
        return Difference::Wildcard;
    }
    let Some(registered) = registered else {
        return Difference::NoneRegistered;
    };
    if sent.strip_suffix('/') == Some(registered) {
        return Difference::SlashExtra;
    }
    if registered.strip_suffix('/') == Some(sent) {
        return Difference::SlashMissing;
    }
    if sent.eq_ignore_ascii_case(registered) {
        return Difference::Case;
    }
    if decoded(sent) == decoded(registered) {
        return Difference::Encoding;
    }
    if RedirectUri::register(sent).is_err() && Parts::of(sent).scheme != "http" {
        return Difference::Unfit;
    }
    part(&Parts::of(sent), &Parts::of(registered))
}

fn part(sent: &Parts<'_>, registered: &Parts<'_>) -> Difference {
    let authority = |parts: &Parts<'_>| parts.authority.unwrap_or_default().to_owned();
    let (theirs, own) = (authority(sent), authority(registered));
    let (theirs, own) = (host_and_port(&theirs), host_and_port(&own));
    let loopback = |parts: &Parts<'_>| parts.loopback_host().is_some();
    if sent.scheme != registered.scheme {
        return Difference::Scheme;
    }
    match (theirs, own) {
        (Some((host, _)), Some((other, _))) if host != other => {
            match loopback(sent) && loopback(registered) {
                true => Difference::Localhost,
                false => Difference::Host,
            }
        }
        (Some((_, port)), Some((_, other))) if port != other => Difference::Port,
        _ => {
            let path = |text: &str| text.split('?').next().unwrap_or_default().to_owned();
            match path(sent.after_scheme) == path(registered.after_scheme) {
                true => Difference::Query,
                false => Difference::Path,
            }
        }
    }
}

fn decoded(text: &str) -> String {
    let plus = text.replace('+', "%2B");
    let pair = format!("x={plus}");
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        let own = "https://app.example/callback";
        let local = "http://127.0.0.1:8080/cb";
        for (sent, registered, found) in [
            ("https://app.example/callback/", own, Difference::SlashExtra),
            (
                "https://app.example/callback",
                "https://app.example/callback/",
                Difference::SlashMissing,
            ),
            (" https://app.example/callback", own, Difference::Blank),
            ("https://app.example/callback\t", own, Difference::Blank),
            ("http://app.example/callback", own, Difference::Scheme),
            ("https://app.example:8443/callback", own, Difference::Port),
            ("https://App.Example/Callback", own, Difference::Case),
            ("https://app.example/call%62ack", own, Difference::Encoding),
            ("https://app.example/callback#x", own, Difference::Fragment),
            ("https://*.example/callback", own, Difference::Wildcard),
            ("https://other.example/callback", own, Difference::Host),
            ("https://app.example/other", own, Difference::Path),
            ("https://app.example/callback?a=b", own, Difference::Query),
            ("http://localhost:8080/cb", local, Difference::Localhost),
            ("javascript:alert(1)", own, Difference::Unfit),
            ("", own, Difference::Unfit),
        ] {
            assert_eq!(difference(sent, Some(registered)), found, "{sent}");
        }
        assert_eq!(difference(own, None), Difference::NoneRegistered);
    }
}
