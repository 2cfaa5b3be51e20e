//! The languages that people are spoken to in.

/// A language that pages and mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English: what is said where nothing else was asked for.
    #[default]
    English,
    /// German.
    German,
    /// English with every letter replaced, which no person asks for: in it, whatever is written past the catalogue
    /// stands out.
    Pseudo,
}

impl Language {
    /// Those that people may choose.
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Pseudo => "en-XA",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English | Language::Pseudo => "English",
            Language::German => "Deutsch",
        }
    }

    /// The one that a tag asks for: what stands behind its first part (a script, a country) is no other language to us
    /// (RFC 4647 §3.4, Lookup).
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// The first that we speak of `ui_locales`: tags "separated by spaces", "in order of preference" (OpenID Connect
    /// Core §3.1.2.1).
    pub fn of_ui_locales(tags: &str) -> Option<Self> {
        tags.split_ascii_whitespace().find_map(Self::of_tag)
    }

    /// The one that an `Accept-Language` header weighs highest of those that we speak, the earlier one of two that weigh
    /// the same (RFC 9110 §12.5.4). What cannot be read is passed over.
    pub fn of_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Language, u16)> = None;
        for range in header.split(',').take(MAX_RANGES) {
            let mut parts = range.split(';');
            let language = parts.next().and_then(Self::of_tag);
            let weight = parts.next().map_or(Some(1000), thousandths);
            if let Some((language, weight)) = language.zip(weight)
                && weight > best.map_or(0, |(_, weight)| weight)
            {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// Most ranges of a header that are looked at.
const MAX_RANGES: usize = 50;

/// A weight such as `q=0.8`, in thousandths.
fn thousandths(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim().split_once('=')?;
    let value: f32 = value.trim().parse().ok()?;
    let is_weight = name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000"
    )]
    is_weight.then(|| (value * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_s_weights_decide() {
        use Language::{English, German};
        for (header, language) in [
            ("", None),
            ("fr, *;q=0.5", None),
            ("de", Some(German)),
            ("DE-at;q=0.9, en;q=0.8", Some(German)),
            (
                "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5",
                Some(English),
            ),
            ("en;q=0.5, de;q=0.9", Some(German)),
            ("de, en", Some(German)),
            ("de;q=0, en;q=0.1", Some(English)),
            ("de;q=0", None),
            ("de;q=nonsense, en;q=0.1", Some(English)),
            ("de;q=NaN", None),
            ("deutsch", None),
            ("en-XA", Some(English)),
            (&"x,".repeat(100_000), None),
        ] {
            assert_eq!(
                Language::of_accept_language(header),
                language,
                "{header:.40}"
            );
        }
    }

    #[test]
    fn the_first_tag_that_we_speak_is_taken() {
        use Language::{English, German};
        assert_eq!(Language::of_ui_locales("fr-CA de-CH en"), Some(German));
        assert_eq!(Language::of_ui_locales("en de"), Some(English));
        assert_eq!(Language::of_ui_locales("fr"), None);
        assert_eq!(Language::of_ui_locales(""), None);
    }
}
