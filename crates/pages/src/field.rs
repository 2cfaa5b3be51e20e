//! Form fields and what is wrong with them.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::{Frame, Speak, Text};
use protocol::accounts::people::{AccountFault, FieldFault};
use protocol::types::Language;

/// One thing that is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the field, or "" for the whole form.
    pub field: String,
    /// What is wrong and what to do, in one sentence.
    pub sentence: Text,
}

impl Problem {
    /// A problem of one field, or of the whole form if `field` is "".
    #[must_use]
    pub fn new(field: &str, sentence: Text) -> Self {
        Self {
            field: field.to_owned(),
            sentence,
        }
    }

    /// That it takes a proof of who they are first: it leads where [`Frame::confirm`] says.
    #[must_use]
    pub fn unproved(language: Language) -> Self {
        Problem::new(UNPROVED, language.text("confirm-first"))
    }
}

/// Stands for the proof, in place of a field.
const UNPROVED: &str = "prove-anew";

impl From<(&FieldFault, Language)> for Problem {
    /// What is wrong with what somebody chose for an account, in their language.
    fn from((fault, language): (&FieldFault, Language)) -> Self {
        Problem::new(fault.field, account_fault(fault.fault, language))
    }
}

fn account_fault(fault: AccountFault, language: Language) -> Text {
    match fault {
        AccountFault::NameLength => language.text("fault-name-length"),
        AccountFault::NameCharacters => language.text("fault-name-characters"),
        AccountFault::Email => language.text("fault-email"),
        AccountFault::PasswordShort { min } => {
            language.text_of("fault-password-short", &[("min", &min)])
        }
        AccountFault::PasswordLong => language.text("fault-password-long"),
        AccountFault::PasswordPattern => language.text("fault-password-pattern"),
        AccountFault::PasswordOwn => language.text("fault-password-own"),
        AccountFault::PasswordCommon => language.text("fault-password-common"),
    }
}

/// The sentence about `field`, if there is one.
pub(crate) fn problem_of<'a>(problems: &'a [Problem], field: &str) -> Option<&'a Text> {
    problems
        .iter()
        .find(|problem| problem.field == field)
        .map(|problem| &problem.sentence)
}

/// The list above a form that says what is wrong and leads to the fields.
#[derive(Template)]
#[template(path = "parts/problems.html")]
pub(crate) struct Problems<'a> {
    pub(crate) frame: &'a Frame,
    /// All of them, in the order of the fields.
    pub(crate) problems: &'a [Problem],
    /// Fields that the form really has; a link to anything else would be dead.
    pub(crate) fields: &'a [&'a str],
}

impl Problems<'_> {
    /// Where a problem leads that is mended by a proof at the issuer.
    fn confirm(&self, problem: &Problem) -> Option<&str> {
        let href = self.frame.confirm.as_deref();
        href.filter(|_| problem.field == UNPROVED)
    }

    fn leads_somewhere(&self, problem: &Problem) -> bool {
        self.fields.contains(&problem.field.as_str())
    }
}

impl HtmlSafe for Problems<'_> {}

/// A label, an input, and the hint and problem that belong to it.
#[derive(Template, Clone, Default)]
#[template(path = "parts/field.html")]
pub(crate) struct Field<'a> {
    /// The `id`, and the `name` unless there is another.
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) label: Text,
    /// `type` of the input.
    pub(crate) kind: &'a str,
    pub(crate) autocomplete: &'a str,
    pub(crate) value: &'a str,
    /// Fewest characters of a new password.
    pub(crate) at_least: Option<usize>,
    /// What stands between the label and the input.
    pub(crate) hint: Option<Text>,
    pub(crate) problem: Option<&'a Text>,
    /// The problem stands at the top of the form (`id="problem"`), not here.
    pub(crate) shares_problem: bool,
    pub(crate) autofocus: bool,
    /// It may stay empty.
    pub(crate) optional: bool,
    /// It takes digits.
    pub(crate) digits: bool,
}

impl Field<'_> {
    fn is_invalid(&self) -> bool {
        self.problem.is_some() || self.shares_problem
    }

    /// Ids of all the text that belongs to the input; "" for none.
    fn described_by(&self) -> String {
        let id = self.id;
        let mut ids = Vec::new();
        if self.shares_problem {
            ids.push("problem".to_owned());
        }
        if self.problem.is_some() {
            ids.push(format!("{id}-problem"));
        }
        if self.hint.is_some() {
            ids.push(format!("{id}-hint"));
        }
        ids.join(" ")
    }
}

impl HtmlSafe for Field<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_operators_are_told_the_same_in_english() {
        for fault in [
            AccountFault::NameLength,
            AccountFault::NameCharacters,
            AccountFault::Email,
            AccountFault::PasswordShort { min: 12 },
            AccountFault::PasswordLong,
            AccountFault::PasswordPattern,
            AccountFault::PasswordOwn,
            AccountFault::PasswordCommon,
        ] {
            let said = account_fault(fault, Language::English);
            assert_eq!(said.as_str(), fault.to_string());
        }
    }
}
