//! What an administrator looks at: an app as it was at a moment.
use crate::types::{Client, ClientKind, RedirectUri};
use serde_json::{Map, Value};

/// A part of an app that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The name people see.
    Name,
    /// Its website.
    Homepage,
    /// One or two sentences.
    Description,
    /// Who is shown as its publisher.
    Publisher,
    /// The digest of its picture.
    Logo,
    /// The page of its privacy policy.
    PrivacyPolicy,
    /// The page of its terms.
    Terms,
    /// Where its people find help.
    Support,
    /// The address of its developers.
    Contact,
    /// Whether it keeps a secret.
    Kind,
    /// Where people may be sent back, one a line.
    RedirectUris,
    /// Grants it may use.
    Grants,
    /// Scopes it may ask for; empty: every one that is not restricted.
    Scopes,
    /// Those of them that it can do without.
    OptionalScopes,
    /// Why it asks, one a line.
    Reasons,
}

impl Part {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Part; 15] = [
        Part::Name,
        Part::Homepage,
        Part::Description,
        Part::Publisher,
        Part::Logo,
        Part::PrivacyPolicy,
        Part::Terms,
        Part::Support,
        Part::Contact,
        Part::Kind,
        Part::RedirectUris,
        Part::Grants,
        Part::Scopes,
        Part::OptionalScopes,
        Part::Reasons,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Name => "name",
            Part::Homepage => "homepage",
            Part::Description => "description",
            Part::Publisher => "publisher",
            Part::Logo => "logo",
            Part::PrivacyPolicy => "privacy_policy",
            Part::Terms => "terms",
            Part::Support => "support",
            Part::Contact => "contact",
            Part::Kind => "kind",
            Part::RedirectUris => "redirect_uris",
            Part::Grants => "grants",
            Part::Scopes => "scopes",
            Part::OptionalScopes => "optional_scopes",
            Part::Reasons => "reasons",
        }
    }

    fn of(self, client: &Client) -> String {
        match self {
            Part::Name => client.name.clone(),
            Part::Homepage => client.homepage.clone(),
            Part::Description => client.description.clone(),
            Part::Publisher => client.publisher.clone(),
            Part::Logo => client
                .logo
                .map_or_else(String::new, |logo| logo.base64url()),
            Part::PrivacyPolicy => client.links.privacy_policy.clone(),
            Part::Terms => client.links.terms.clone(),
            Part::Support => client.links.support.clone(),
            Part::Contact => client.links.contact.clone(),
            Part::Kind => match client.kind {
                ClientKind::Confidential => "confidential".to_owned(),
                ClientKind::Public => "public".to_owned(),
            },
            Part::RedirectUris => {
                joined(client.redirect_uris.iter().map(RedirectUri::as_str), "\n")
            }
            Part::Grants => joined(client.grants.iter().map(|grant| grant.short()), " "),
            Part::Scopes => client
                .scopes
                .as_ref()
                .map_or_else(String::new, |scopes| scopes.to_string()),
            Part::OptionalScopes => client.asks.optional.to_string(),
            Part::Reasons => client.asks.reasons.to_stored(),
        }
    }
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>, between: &str) -> String {
    texts.collect::<Vec<_>>().join(between)
}

/// An app as it was at a moment: a text for each part, in the order of [`Part::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(Vec<String>);

impl Snapshot {
    /// The app as it is.
    pub fn of(client: &Client) -> Self {
        Snapshot(Part::ALL.map(|part| part.of(client)).to_vec())
    }

    /// Its parts and what they are.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        Part::ALL.into_iter().zip(self.0.iter().map(String::as_str))
    }

    /// The parts that are others than those of `other`.
    pub fn differs(&self, other: &Snapshot) -> Vec<Part> {
        let both = self.parts().zip(other.parts());
        both.filter(|((_, own), (_, other))| own != other)
            .map(|((part, _), _)| part)
            .collect()
    }

    /// As it is stored: a JSON object.
    pub fn to_stored(&self) -> String {
        let members = self
            .parts()
            .map(|(part, text)| (part.as_str().to_owned(), Value::from(text)));
        Value::Object(members.collect::<Map<_, _>>()).to_string()
    }

    /// Reads what was stored; a part that it lacks is empty.
    pub fn from_stored(text: &str) -> Option<Self> {
        let members: Map<String, Value> = serde_json::from_str(text).ok()?;
        let text = |part: Part| {
            let text = members.get(part.as_str()).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Some(Snapshot(Part::ALL.map(text).to_vec()))
    }
}
