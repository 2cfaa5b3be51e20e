//! Which links an operator may have shown.
use protocol::types::MailAddress;
use url::Url;

/// Longest link, in bytes.
const MAX_LINK: usize = 2000;

/// Whether `text` is an https URL of a host, without a user name.
pub(super) fn is_web(text: &str) -> bool {
    let Some(url) = Url::parse(text).ok().filter(|_| is_uri(text)) else {
        return false;
    };
    text.starts_with("https://")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
}

/// Whether `text` is `mailto:` and one address, perhaps with a subject or the like.
pub(super) fn is_mailto(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("mailto:").filter(|_| is_uri(text)) else {
        return false;
    };
    let address = rest.split_once('?').map_or(rest, |(address, _)| address);
    !address.contains(',') && MailAddress::parse(address).is_some()
}

/// Whether a text has the characters that a URI may have (RFC 3986 §2).
fn is_uri(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    text.len() <= MAX_LINK && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_to_a_host_over_https_is_a_web_link() {
        for sound in [
            "https://a.example",
            "https://a.example:8443/terms?lang=en#top",
        ] {
            assert!(is_web(sound), "{sound}");
        }
        let long = format!("https://a.example/{}", "a".repeat(MAX_LINK));
        for odd in [
            "http://a.example",
            "https://",
            "https://me@a.example",
            "https://a.example/\"><script>",
            "https://a.example/ä",
            "javascript:alert(1)//https://a.example",
            "HTTPS://a.example\n",
            &long,
        ] {
            assert!(!is_web(odd), "{odd}");
        }
    }

    #[test]
    fn mail_goes_to_one_address() {
        for sound in [
            "mailto:help@a.example",
            "mailto:help@a.example?subject=Hello%20there",
        ] {
            assert!(is_mailto(sound), "{sound}");
        }
        for odd in [
            "mailto:",
            "mailto:help",
            "mailto:a@a.example,b@a.example",
            "help@a.example",
            "mailto:help@a.example?subject=\"",
        ] {
            assert!(!is_mailto(odd), "{odd}");
        }
    }
}
