//! The successful answer of the token endpoint (RFC 6749 §5.1).
use super::Context;
use crate::policy::Policy;
use crate::policy::{Extra, PersonFact, TokenPolicy};
use crate::token::TokenReply;
use crate::types::{AccessToken, Person};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use wire::{TokenText, dpop};

/// Room for an answer with two tokens, in bytes.
const ROOM: usize = 384;

/// What an answer is made of.
pub(super) struct Issued<'a> {
    /// The access token's text.
    pub(super) text: &'a TokenText,
    /// The access token.
    pub(super) access: &'a AccessToken,
    /// Whether it is bound to a key.
    pub(super) is_bound: bool,
    /// The refresh token's text, if one was made.
    pub(super) refresh: Option<&'a TokenText>,
    /// The ID token's text, if one was asked for (OpenID Connect Core §3.1.3.3).
    pub(super) id_token: Option<&'a str>,
    /// Whether what was granted is what was asked.
    pub(super) as_asked: bool,
    /// What the company calls the organization that it is for.
    pub(super) workspace: Option<&'a str>,
    /// On whose behalf; `None` for an app's own token.
    pub(super) person: Option<&'a Person>,
}

/// The JSON, members in the order of the RFC's example.
#[derive(Serialize)]
struct Body<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    extras: Option<Extras<'a>>,
}

/// Members that the provider documents besides.
struct Extras<'a> {
    members: &'a [(String, Extra)],
    person: &'a Person,
    policy: &'a Policy,
}

impl Serialize for Extras<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(None)?;
        for (name, extra) in self.members {
            let person = self.person;
            match extra {
                Extra::Fact(PersonFact::Number) => {
                    object.serialize_entry(name, &person.subject.0)?
                }
                Extra::Fact(PersonFact::Id) => {
                    object.serialize_entry(name, &self.policy.sub_of(person))?
                }
                Extra::Fact(PersonFact::Name) => object.serialize_entry(name, &person.name)?,
                // An address that nobody proved is not told.
                Extra::Fact(PersonFact::Email) => {
                    if let Some(email) = person.proved_email() {
                        object.serialize_entry(name, email)?;
                    }
                }
                Extra::Fact(PersonFact::EmailVerified) => {
                    object.serialize_entry(name, &person.verified_at.is_some())?;
                }
                Extra::Object(members) => {
                    object.serialize_entry(name, &Extras { members, ..*self })?
                }
            }
        }
        object.end()
    }
}

impl Issued<'_> {
    /// Writes the answer. `scope` may be left out only where the profile's documented shape leaves it out and
    /// what was granted is what was asked ("OPTIONAL, if identical to the scope requested", §5.1).
    pub(super) fn reply<M>(&self, context: &Context<'_, M>) -> TokenReply {
        let tokens = &context.policy.tokens;
        let named = tokens.always_name_scope || !self.as_asked;
        let body = Body {
            access_token: self.text.as_str(),
            token_type: match self.is_bound {
                false => &tokens.token_type,
                true => dpop::SCHEME,
            },
            expires_in: context.now.seconds_until(self.access.expires_at),
            refresh_token: self.refresh.map(TokenText::as_str),
            id_token: self.id_token,
            scope: named.then(|| self.access.scope.as_str()),
            organization: self
                .access
                .organization
                .map(|id| context.policy.organization(id, self.workspace)),
            extras: self.extras(tokens, context.policy),
        };
        let mut text = Vec::with_capacity(ROOM);
        let written = serde_json::to_writer(&mut text, &body).is_ok();
        TokenReply(match written {
            true => String::from_utf8(text).unwrap_or_default(),
            false => String::new(),
        })
    }

    fn extras<'b>(&'b self, tokens: &'b TokenPolicy, policy: &'b Policy) -> Option<Extras<'b>> {
        let members = Some(tokens.extras.as_slice()).filter(|members| !members.is_empty())?;
        self.person.map(|person| Extras {
            members,
            person,
            policy,
        })
    }
}
