//! `[grants]`: a switch for each grant there is.
use protocol::types::GrantType;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Grants that apps may use. What is off leaves the published metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantSettings(BTreeSet<GrantType>);

/// What the reference says of a grant.
fn meaning(grant: GrantType) -> &'static str {
    match grant {
        GrantType::AuthorizationCode => {
            "A person allows an app (RFC 6749 §4.1). Off: the `authorize` endpoint is off too."
        }
        GrantType::RefreshToken => {
            "An app renews what it was given (RFC 6749 §6). Off when neither `authorization_code` nor `device_code` is on."
        }
        GrantType::ClientCredentials => "An app acts for itself (RFC 6749 §4.4).",
        GrantType::DeviceCode => {
            "A person allows a device that has no browser, by typing its code elsewhere (RFC 8628). People can be talked\n\
             into typing a stranger's code, so it is off until you need it."
        }
    }
}

/// Whether a grant is on unless the file says otherwise.
fn is_default(grant: GrantType) -> bool {
    match grant {
        GrantType::AuthorizationCode | GrantType::RefreshToken | GrantType::ClientCredentials => {
            true
        }
        GrantType::DeviceCode => false,
    }
}

impl GrantSettings {
    /// Whether the switch of a grant is on.
    pub(crate) fn is_switched_on(&self, grant: GrantType) -> bool {
        self.0.contains(&grant)
    }

    /// Whether a grant is on. A refresh needs a grant that a person allows.
    pub(crate) fn is_on(&self, grant: GrantType) -> bool {
        let allowed = || {
            let by_person = [GrantType::AuthorizationCode, GrantType::DeviceCode];
            by_person.into_iter().any(|grant| self.0.contains(&grant))
        };
        self.is_switched_on(grant) && (grant != GrantType::RefreshToken || allowed())
    }
}

impl Default for GrantSettings {
    fn default() -> Self {
        let all = GrantType::ALL.into_iter();
        GrantSettings(all.filter(|grant| is_default(*grant)).collect())
    }
}

impl Serialize for GrantSettings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let switch = |grant: GrantType| (grant.short(), self.is_switched_on(grant));
        to.collect_map(GrantType::ALL.map(switch))
    }
}

impl<'de> Deserialize<'de> for GrantSettings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut settings = GrantSettings::default();
        for (name, on) in BTreeMap::<String, bool>::deserialize(from)? {
            let mut all = GrantType::ALL.into_iter();
            let grant = all.find(|grant| grant.short() == name);
            let grant = grant.ok_or_else(|| D::Error::custom(format!("{name:?} is no grant")))?;
            match on {
                true => settings.0.insert(grant),
                false => settings.0.remove(&grant),
            };
        }
        Ok(settings)
    }
}

impl JsonSchema for GrantSettings {
    fn schema_name() -> Cow<'static, str> {
        "GrantSettings".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let switch = |grant: GrantType| {
            let schema = json!({
                "type": "boolean",
                "description": meaning(grant),
                "default": is_default(grant),
            });
            (grant.short().to_owned(), schema)
        };
        let switches: Map<_, _> = GrantType::ALL.into_iter().map(switch).collect();
        schemars::json_schema!({
            "type": "object",
            "properties": switches,
            "additionalProperties": false,
        })
    }
}
