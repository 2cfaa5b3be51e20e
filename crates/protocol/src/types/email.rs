//! E-mail addresses: what is kept, and when two spellings are one address.
use crate::types::text::deceives;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Longest address, in bytes (RFC 5321 §4.5.3.1.3).
pub const MAX_EMAIL: usize = 254;
/// Longest part before the `@`, in bytes (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// Longest label of a host, in bytes (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// An address that mail can be sent to. No link and no token fits into one: it has no `:` and no white space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

impl MailAddress {
    /// Reads an address, in whichever spelling; `None` for what is none.
    pub fn parse(typed: &str) -> Option<Self> {
        let text = email_text(typed);
        is_email(&text).then_some(MailAddress(text))
    }

    /// As it was typed, but for what [`email_text`] takes out.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is before the `@`, and the host as DNS knows it.
    pub fn parts(&self) -> (&str, String) {
        let (local, host) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        (local, to_ascii(host).unwrap_or_else(|| lower_case(host)))
    }

    /// The form under which all spellings of an address are one.
    pub fn key(&self) -> String {
        email_key(&self.0)
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl TryFrom<String> for MailAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no e-mail address")
    }
}

/// Whether mail can be written to an address: one `@`, words between dots before it, a host that DNS can name behind it,
/// nothing odd.
pub fn is_email(text: &str) -> bool {
    // An address is compared: what is invisible has no place in it, wherever it stands.
    let odd = |c: char| c.is_whitespace() || deceives(c) || "<>()[],;:\\\"".contains(c);
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    text.len() <= MAX_EMAIL
        && !text.chars().any(odd)
        && local.len() <= MAX_LOCAL
        && !local.contains('@')
        && local.split('.').all(|word| !word.is_empty())
        && is_host(host)
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    to_ascii(host).is_some_and(|ascii| ascii.split('.').all(is_label))
}

/// An address as it is kept: as it was typed, but for what a keyboard put in without changing the address. Full-width
/// letters and signs become ordinary ones, letters are composed (NFC), a dot that ends the host goes.
pub fn email_text(typed: &str) -> String {
    let narrow: String = typed.trim().chars().flat_map(narrowed).nfc().collect();
    let text = narrow.trim();
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// The form of an address under which it is unique: lower case, the host as IDNA writes it (UTS #46), so that
/// `bücher.example` and `xn--bcher-kva.example` are one host.
pub fn email_key(typed: &str) -> String {
    let text = email_text(typed);
    let Some((local, host)) = text.rsplit_once('@') else {
        return lower_case(&text);
    };
    let host = match to_ascii(host) {
        Some(ascii) => ascii,
        None => lower_case(host),
    };
    format!("{}@{}", lower_case(local), host.trim_end_matches('.'))
}

/// The keys under which an address may be found, in the order to look: as it was typed, the one of today, and those
/// under which earlier releases kept other spellings of it (they knew lower case only).
pub fn email_keys(typed: &str) -> Vec<String> {
    let key = email_key(typed);
    let mut keys = vec![typed.trim().to_lowercase(), key.clone()];
    if let Some((local, host)) = key.rsplit_once('@') {
        let (shown, _) = Uts46::new().to_user_interface(
            host.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
            |_, _, _| true,
        );
        let apart: String = format!("{local}@{shown}").nfd().collect();
        keys.extend([format!("{local}@{shown}"), apart]);
        keys.push(format!("{}@{host}", local.nfd().collect::<String>()));
    }
    let mut seen = Vec::new();
    for key in keys {
        if !seen.contains(&key) {
            seen.push(key);
        }
    }
    seen
}

/// RFC 8265 §3.3.2: "Map fullwidth and halfwidth code points to their decomposition mappings".
fn narrowed(c: char) -> impl Iterator<Item = char> {
    let is_wide = matches!(c, '\u{3000}' | '\u{ff01}'..='\u{ffee}');
    let mapped: Vec<char> = match (is_wide, c) {
        (true, _) => std::iter::once(c).nfkc().collect(),
        (false, '\u{3002}') => vec!['.'],
        _ => vec![c],
    };
    mapped.into_iter()
}

fn lower_case(text: &str) -> String {
    text.to_lowercase().nfc().collect()
}

fn to_ascii(host: &str) -> Option<String> {
    let deny = AsciiDenyList::EMPTY;
    let ascii = Uts46::new().to_ascii(host.as_bytes(), deny, Hyphens::Allow, DnsLength::Ignore);
    ascii.ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_has_one_key() {
        let host = "ada@xn--bcher-kva.example";
        for spelled in [
            "ada@bücher.example",
            "ADA@Bücher.Example",
            "ada@BU\u{308}CHER.example",
            " ada@XN--BCHER-KVA.EXAMPLE. ",
            "ada@bücher。example",
            "ａｄａ＠bücher．example",
            "ada@bü\u{ad}cher.example",
        ] {
            assert_eq!(email_key(spelled), host, "{spelled}");
        }
        assert_eq!(
            email_key("Zoe\u{308}@x.example"),
            email_key("zo\u{eb}@X.example.")
        );
        assert_eq!(email_key("ADA@example.com"), "ada@example.com");
        assert_ne!(
            email_key("ada@strasse.example"),
            email_key("ada@straße.example")
        );
        assert_eq!(email_key(" No Address "), "no address");
        assert_eq!(
            email_key("a@xn--\u{0}.example"),
            email_key("A@XN--\u{0}.example")
        );
    }

    #[test]
    fn neither_a_link_nor_a_header_fits_into_an_address() {
        for odd in [
            "https://id.example/@x.example",
            "ada@x.example\r\nBcc: eve@x.example",
            "\"ada lovelace\"@x.example",
            "ada@@x.example",
            "@x.example",
            "ada",
            "",
        ] {
            assert_eq!(MailAddress::parse(odd), None, "{odd:?}");
            assert!(MailAddress::try_from(odd.to_owned()).is_err());
        }
        let ada = MailAddress::parse(" Ada@Bücher.Example ").unwrap();
        assert_eq!(ada.as_str(), "Ada@Bücher.Example");
        assert_eq!(ada.parts(), ("Ada", "xn--bcher-kva.example".to_owned()));
        assert_eq!(ada.key(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn an_address_that_no_mail_can_be_written_to_is_none() {
        let of = |local: &str, host: &str| MailAddress::parse(&format!("{local}@{host}")).is_some();
        let label = |length| "a".repeat(length);
        for (local, host) in [
            ("a..b", "x.example"),
            (".a", "x.example"),
            ("a.", "x.example"),
            ("a", "x..example"),
            ("a", "-x.example"),
            ("a", "x-.example"),
            ("a", "x_y.example"),
            ("a", &format!("{}.example", label(64))),
            // 60 letters, of which IDNA makes more than 63.
            ("a", &format!("{}.example", "ü".repeat(60))),
            (&label(65), "x.example"),
        ] {
            assert!(!of(local, host), "{local}@{host}");
        }
        assert!(of(&label(64), &format!("{}.example", label(63))));
        assert!(of("a.b+c", "xn--bcher-kva.example"));
    }

    #[test]
    fn what_is_kept_reads_as_it_was_typed() {
        assert_eq!(email_text(" Ada@Bücher.Example. "), "Ada@Bücher.Example");
        assert_eq!(email_text("ada＠example．com"), "ada@example.com");
    }

    #[test]
    fn an_account_of_an_earlier_release_is_found_by_every_spelling() {
        assert_eq!(email_keys("Ada@example.com"), ["ada@example.com"]);
        let found = |typed: &str, stored: &str| {
            assert!(
                email_keys(typed).contains(&stored.trim().to_lowercase()),
                "{typed} {stored}"
            );
        };
        let spelled = [
            "ada@bücher.example",
            "ada@bu\u{308}cher.example",
            "ada@xn--bcher-kva.example",
        ];
        for typed in spelled {
            for stored in spelled {
                found(typed, stored);
            }
        }
        found("zo\u{eb}@x.example", "Zoe\u{308}@x.example");
        found("ada@example.com.", "ada@example.com.");
        assert_eq!(email_keys("ada@Bücher.example")[0], "ada@bücher.example");
    }
}
