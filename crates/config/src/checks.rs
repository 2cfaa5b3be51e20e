//! What the checks of all tables collect, so that everything wrong is told at once.
use super::fault::{ConfigFault, ConfigFaults};
use super::layers::Layers;
use super::origin::Origin;
use super::settings::Settings;
use super::values::{Span, TextSetting};
use protocol::types::text::is_plain;
use protocol::types::{Language, Lifetime, LocalText};
use std::fmt;
use std::path::PathBuf;

/// Two years: the longest lifetime of a token, and of most other things.
pub(super) const LONGEST: Lifetime = Lifetime::from_days(2 * 365);

/// The settings under check, and what was found.
pub(super) struct Checks<'a> {
    pub(super) layers: &'a Layers,
    faults: Vec<ConfigFault>,
    /// What is allowed but deserves a second look.
    pub(super) warnings: Vec<String>,
    /// Files that secrets were read from.
    pub(super) files: Vec<PathBuf>,
}

impl<'a> Checks<'a> {
    /// Begins with what was wrong with names and kinds of values.
    pub(super) fn new(layers: &'a Layers) -> Self {
        Checks {
            layers,
            faults: layers.faults.clone(),
            warnings: Vec::new(),
            files: layers.files.clone(),
        }
    }

    /// The settings.
    pub(super) fn settings(&self) -> &'a Settings {
        &self.layers.settings
    }

    /// Whether somebody set it.
    pub(super) fn is_set(&self, path: &str) -> bool {
        self.layers.origin(path) != Origin::Default
    }

    /// Notes a fault of the setting `path`; none that only follows from another.
    pub(super) fn fault(&mut self, path: &str, sentence: impl fmt::Display) {
        if !self.layers.is_unsound(path) {
            self.faults.push(self.layers.fault(path, sentence));
        }
    }

    /// Notes a fault of one value of the list `path`.
    pub(super) fn fault_in(&mut self, path: &str, at: usize, sentence: impl fmt::Display) {
        if !self.layers.is_unsound(path) {
            self.faults
                .push(self.layers.fault_in(path, at, &sentence.to_string()));
        }
    }

    /// Notes what deserves a second look.
    pub(super) fn warn(&mut self, sentence: impl Into<String>) {
        self.warnings.push(sentence.into());
    }

    /// `value`, unless something is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, ConfigFaults> {
        ConfigFaults::unless(self.faults, value)
    }
}

/// Whether people can be shown `text`: 1 to `most` characters, on one line, which can be read as
/// they stand.
pub(super) fn is_text(text: &str, most: usize) -> bool {
    let length = text.trim().chars().count();
    (1..=most).contains(&length) && is_plain(text)
}

/// A text for people, each of its languages checked: by the place that a fault names, and the words.
pub(super) fn local_text(
    checks: &mut Checks<'_>,
    path: &str,
    setting: &TextSetting,
    mut check: impl FnMut(&mut Checks<'_>, &str, &str) -> String,
) -> LocalText {
    match setting {
        TextSetting::One(text) => LocalText::new(check(checks, path, text)),
        TextSetting::PerLanguage(texts) => {
            let spoken = Language::ALL.into_iter();
            let texts = spoken.filter_map(|language| {
                let text = texts.get(language.tag())?;
                let path = format!("{path}.{}", language.tag());
                Some((language, check(checks, &path, text)))
            });
            LocalText::of(texts.collect()).unwrap_or_else(|| {
                checks.fault(
                    path,
                    "write it in one language at least, such as en = \"…\"",
                );
                LocalText::new("")
            })
        }
    }
}

/// A length of time from one second to `most`.
pub(super) fn within(checks: &mut Checks<'_>, path: &str, value: Span, most: Lifetime) -> Lifetime {
    let Span(value) = value;
    if value.seconds() < 1 || value > most {
        checks.fault(path, format!("{value} is not between 1s and {most}"));
    }
    value
}
