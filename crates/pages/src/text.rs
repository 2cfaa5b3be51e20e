//! What is said to people, in their language: the catalogue in `locales`, and the words that come out of it.
use askama::filters::HtmlSafe;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use protocol::types::Language;
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

/// Words for people: of the catalogue, in their language, or of others, as they stand. Nothing else becomes one, so no
/// sentence is said that cannot be translated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Words that are no part of the catalogue: a name, an address, what an operator or a developer wrote.
    #[must_use]
    pub fn of_others(words: impl Into<String>) -> Self {
        Text(words.into())
    }

    /// Two sentences, one after the other.
    #[must_use]
    pub fn then(self, next: &Text) -> Self {
        Text(format!("{} {}", self.0, next.0))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Words with markup: the catalogue's, never of what was put into them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html(String);

impl HtmlSafe for Html {}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is put into a message of the catalogue.
pub trait Argument {
    /// The value; `escaped`: for a message with markup.
    fn value(&self, escaped: bool) -> FluentValue<'static>;
}

impl Argument for str {
    fn value(&self, escaped: bool) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(match escaped {
            true => without_markup(self),
            false => self.to_owned(),
        }))
    }
}

impl Argument for &str {
    fn value(&self, escaped: bool) -> FluentValue<'static> {
        str::value(self, escaped)
    }
}

impl Argument for String {
    fn value(&self, escaped: bool) -> FluentValue<'static> {
        str::value(self, escaped)
    }
}

impl Argument for Text {
    fn value(&self, escaped: bool) -> FluentValue<'static> {
        str::value(&self.0, escaped)
    }
}

impl Argument for usize {
    fn value(&self, _: bool) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

/// What is put into a message: name and value each.
pub type Arguments<'a> = &'a [(&'static str, &'a dyn Argument)];

/// A language that can say what stands in the catalogue.
pub trait Speak: Copy {
    /// A message.
    fn text(self, id: &'static str) -> Text;
    /// A message with something put into it.
    fn text_of(self, id: &'static str, arguments: Arguments<'_>) -> Text;
    /// A message with markup; its id ends in `-html`. What is put into it can bring none.
    fn html_of(self, id: &'static str, arguments: Arguments<'_>) -> Html;
}

impl Speak for Language {
    fn text(self, id: &'static str) -> Text {
        self.text_of(id, &[])
    }

    fn text_of(self, id: &'static str, arguments: Arguments<'_>) -> Text {
        debug_assert!(!id.ends_with("-html"), "{id} has markup");
        Text(said(self, id, arguments, false))
    }

    fn html_of(self, id: &'static str, arguments: Arguments<'_>) -> Html {
        debug_assert!(id.ends_with("-html"), "{id} has no markup");
        // One that says it is markup and is not would be let through as it stands.
        Html(said(self, id, arguments, true))
    }
}

fn said(language: Language, id: &str, arguments: Arguments<'_>, escaped: bool) -> String {
    let bundle = match language {
        Language::English => &BUNDLES.english,
        Language::German => &BUNDLES.german,
        Language::Pseudo => &BUNDLES.pseudo,
    };
    let values: FluentArgs<'_> = arguments
        .iter()
        .map(|(name, argument)| (*name, argument.value(escaped)))
        .collect();
    let pattern = bundle.get_message(id).and_then(|message| message.value());
    debug_assert!(pattern.is_some(), "the catalogue has no {id}");
    let mut faults = Vec::new();
    let said = pattern.map(|pattern| bundle.format_pattern(pattern, Some(&values), &mut faults));
    debug_assert!(faults.is_empty(), "{id}: {faults:?}");
    said.map_or_else(|| id.to_owned(), Cow::into_owned)
}

fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&#38;"),
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

type Bundle = FluentBundle<FluentResource>;

struct Bundles {
    english: Bundle,
    german: Bundle,
    pseudo: Bundle,
}

static BUNDLES: LazyLock<Bundles> = LazyLock::new(|| {
    let mut pseudo = bundle(Language::English, &ENGLISH);
    pseudo.set_transform(Some(transformed));
    Bundles {
        english: bundle(Language::English, &ENGLISH),
        german: bundle(Language::German, &GERMAN),
        pseudo,
    }
});

fn bundle(language: Language, files: &[&str]) -> Bundle {
    let language = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Names are set apart by `bdi`, or by whoever puts them into plain text.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned());
        debug_assert!(resource.is_ok(), "{resource:?}");
        let resource = resource.unwrap_or_else(|(resource, _)| resource);
        let added = bundle.add_resource(resource);
        debug_assert!(added.is_ok(), "{added:?}");
    }
    bundle
}

/// Text with other letters, its markup left as it is.
fn transformed(text: &str) -> Cow<'_, str> {
    let mut in_tag = false;
    let letter = |character: char| {
        in_tag = (in_tag || character == '<') && character != '>';
        match character {
            'a'..='z' if !in_tag => shifted(character, 'a', 'ⓐ'),
            'A'..='Z' if !in_tag => shifted(character, 'A', 'Ⓐ'),
            other => other,
        }
    };
    Cow::Owned(text.chars().map(letter).collect())
}

/// The letter at the same place of another alphabet.
fn shifted(letter: char, from: char, to: char) -> char {
    let place = u32::from(letter) - u32::from(from);
    char::from_u32(u32::from(to) + place).unwrap_or(letter)
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        const ENGLISH: [&str; [$($name),+].len()] =
            [$(include_str!(concat!("../locales/en/", $name, ".ftl"))),+];
        const GERMAN: [&str; [$($name),+].len()] =
            [$(include_str!(concat!("../locales/de/", $name, ".ftl"))),+];
    };
}

files!(
    "every-page",
    "account",
    "connections",
    "consent",
    "device",
    "link",
    "mail",
    "notice",
    "organizations",
    "portal",
    "review",
    "second-factor",
    "sign-in",
    "upstream",
    "sign-out",
    "sign-up",
    "wrong-link",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HOSTILE;

    #[test]
    fn what_is_put_into_a_message_brings_no_markup() {
        let html = Language::English.html_of("sign-in-to-continue-html", &[("app", &HOSTILE)]);
        let html = html.to_string();
        assert!(html.starts_with("to continue to <strong><bdi>"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }

    #[test]
    fn each_language_says_it_in_its_own_words() {
        let said = |language: Language| language.text("sign-in-title").to_string();
        assert_eq!(said(Language::English), "Sign in");
        assert_eq!(said(Language::German), "Anmelden");
        assert_eq!(said(Language::Pseudo), "Ⓢⓘⓖⓝ ⓘⓝ");
    }
}
