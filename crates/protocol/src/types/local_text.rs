//! What an operator wrote for people: once, or in several languages.
use super::Language;

/// A text for people as the configuration has it. It has words in every language: where it was not translated, those
/// that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalText {
    text: String,
    translations: Vec<(Language, String)>,
}

impl LocalText {
    /// One text, for readers of every language.
    pub fn new(text: impl Into<String>) -> Self {
        LocalText {
            text: text.into(),
            translations: Vec::new(),
        }
    }

    /// A text for each of some languages; `None` for none. Readers of other languages have the English one, or else the
    /// first.
    pub fn of(translations: Vec<(Language, String)>) -> Option<Self> {
        let english = translations
            .iter()
            .find(|(language, _)| *language == Language::English);
        let (_, text) = english.or(translations.first())?;
        Some(LocalText {
            text: text.clone(),
            translations,
        })
    }

    /// The words for a reader of `language`.
    pub fn in_language(&self, language: Language) -> &str {
        let translations = self.translations.iter();
        let mut theirs = translations.filter(|(other, _)| *other == language);
        theirs.next().map_or(&self.text, |(_, text)| text)
    }

    /// The language of those words, where it is known and not the reader's own.
    pub fn foreign_to(&self, reader: Language) -> Option<Language> {
        let own = |(language, _): &(Language, String)| *language == reader;
        let known = self.translations.iter().map(|(language, _)| *language);
        match self.translations.iter().any(own) {
            true => None,
            false => known
                .clone()
                .find(|language| *language == Language::English)
                .or_else(|| known.clone().next()),
        }
    }

    /// Those words, line by line.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let lines = self.in_language(language).lines();
        lines.map(str::to_owned).collect()
    }

    /// The words where nobody's language is known, as for developers: English, or what there is.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_has_their_own_words_or_those_that_there_are() {
        use Language::{English, German, Pseudo};
        let of = |texts: &[(Language, &str)]| {
            let texts = texts.iter().map(|(to, text)| (*to, (*text).to_owned()));
            LocalText::of(texts.collect())
        };
        let both = of(&[(German, "Ihre Aufgaben"), (English, "Your tasks")]).unwrap();
        assert_eq!(both.in_language(German), "Ihre Aufgaben");
        assert_eq!(both.in_language(English), "Your tasks");
        assert_eq!(both.in_language(Pseudo), "Your tasks");
        assert_eq!(both.as_str(), "Your tasks");
        let german = of(&[(German, "Ihre Aufgaben")]).unwrap();
        assert_eq!(german.in_language(English), "Ihre Aufgaben");
        assert_eq!(LocalText::new("x").in_language(German), "x");
        // Where it is known that the words are in another language, it is said which.
        assert_eq!(both.foreign_to(German), None);
        assert_eq!(both.foreign_to(Pseudo), Some(English));
        assert_eq!(german.foreign_to(English), Some(German));
        assert_eq!(LocalText::new("x").foreign_to(German), None);
        assert_eq!(of(&[]), None);
    }
}
