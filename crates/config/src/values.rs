//! Values of settings that TOML has no word for: lengths of time, and switches that take a table.
use protocol::policy::{PersonFact, SignUp};
use protocol::types::{Language, Lifetime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A length of time as people write it: a number and a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Lifetime);

impl Span {
    /// Of `seconds`.
    pub(super) const fn seconds(seconds: u32) -> Self {
        Span(Lifetime::from_seconds(seconds))
    }

    /// Of `days`.
    pub(super) const fn days(days: u32) -> Self {
        Span(Lifetime::from_days(days))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Lifetime::parse(&text).map(Span).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is not a length of time: write a number and a unit, such as \"90s\", \"5m\", \"1h\", \"30d\" or \"2y\""
            ))
        })
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[smhdy]$" })
    }
}

/// Whether refresh tokens rotate: `false`, or a table with the grace window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected false, or a table such as { grace = \"60s\" }"
)]
pub(crate) enum RotateSetting {
    /// `false`: a refresh token stays the same. `true`: it rotates, with the default window.
    Switch(bool),
    /// It is replaced at every use.
    Window {
        /// How long an identical retry gets the same answer; `0s` for never. At most one hour.
        #[serde(default = "default_grace")]
        grace: Span,
    },
}

/// A text for people: one, or one for each of some languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, or a table such as { en = \"…\", de = \"…\" }"
)]
pub(crate) enum TextSetting {
    /// For readers of every language.
    One(String),
    /// By the tags of the languages.
    PerLanguage(BTreeMap<String, String>),
}

impl TextSetting {
    /// One text.
    pub(super) fn one(text: &str) -> Self {
        TextSetting::One(text.to_owned())
    }
}

impl JsonSchema for TextSetting {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = serde_json::json!({ "type": "string" });
        let languages = Language::ALL.map(|language| (language.tag().to_owned(), text.clone()));
        let table = serde_json::json!({
            "type": "object",
            "properties": serde_json::Map::from_iter(languages),
            "additionalProperties": false,
            "examples": [{ "en": "…", "de": "…" }],
        });
        json_schema!({ "anyOf": [text, table] })
    }
}

/// The grace window unless the configuration names one.
pub(super) const fn default_grace() -> Span {
    Span::seconds(60)
}

/// Who may make an account: by its name, or as earlier files say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"open\", \"invited\" or \"off\"")]
pub(crate) enum SignUpSetting {
    /// By its name.
    Named(SignUp),
    /// `true` for open, `false` for off.
    Switch(bool),
}

impl From<SignUpSetting> for SignUp {
    fn from(setting: SignUpSetting) -> Self {
        match setting {
            SignUpSetting::Named(named) => named,
            SignUpSetting::Switch(true) => SignUp::Open,
            SignUpSetting::Switch(false) => SignUp::Off,
        }
    }
}

/// How a person's id is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected \"number\", or a table such as { prefix = \"user_\" }"
)]
pub(crate) enum IdSetting {
    /// A counter: 1, 2, 3 …
    Counter(Counter),
    /// A prefix and the id in base62.
    Prefixed {
        /// Letters, digits, `_` and `-`, at most 16.
        prefix: String,
    },
}

/// The word for ids that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Counter {
    /// A counter below 2^53.
    #[serde(rename = "number")]
    Number,
}

/// A member of the token response: what it tells of the person, or a table of such members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected \"user.number\", \"user.id\", \"user.name\", \"user.email\", \"user.email_verified\", or a table of these"
)]
pub(crate) enum ExtraSetting {
    /// One fact.
    Fact(PersonFact),
    /// An object.
    Table(Extras),
}

/// Members in the order in which they are written: documentation prints answers in an order of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extras(pub(crate) Vec<(String, ExtraSetting)>);

impl Extras {
    /// The names of the members.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl Serialize for Extras {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, extra)| (name, extra)))
    }
}

impl<'de> Deserialize<'de> for Extras {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Extras;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extras, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Extras(members))
            }
        }
        from.deserialize_map(Members)
    }
}

/// Tables inside tables that the schema spells out: one more than are taken.
const LEVELS: usize = 5;

impl JsonSchema for Extras {
    fn schema_name() -> Cow<'static, str> {
        "Extras".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let fact = serde_json::json!({ "enum": ["user.number", "user.id", "user.name", "user.email", "user.email_verified"] });
        let mut member = fact.clone();
        for _ in 0..LEVELS {
            let table = serde_json::json!({
                "type": "object",
                "additionalProperties": member,
                "examples": [{ "id": "user.id" }],
            });
            member = serde_json::json!({ "anyOf": [fact, table] });
        }
        json_schema!({ "type": "object", "additionalProperties": member })
    }
}
