//! What a provider says of a person: claims of an ID token, of its userinfo endpoint, of a user endpoint.
use super::{Identity, Provider};
use crate::handoff::{LONGEST_NAME, called};
use crate::types::MailAddress;
use jose::json::{self, Object};
use serde_json::Value;

/// Longest answer that is read, in bytes.
const LONGEST_PROFILE: usize = 64 * 1_024;
/// Longest id that is known again.
const LONGEST_ID: usize = 255;

/// A person, as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who it is.
    pub identity: Identity,
    /// Their address, if there is one.
    pub email: Option<MailAddress>,
    /// Whether it was proved there.
    pub email_verified: bool,
    /// What they are called.
    pub name: String,
}

/// Why an answer says of nobody who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileFault {
    /// It is no object of JSON.
    Json,
    /// It is of another than the ID token.
    OtherPerson,
    /// It has no id that can be known again.
    NoId,
}

impl ProfileFault {
    /// What the log says of it.
    pub fn cause(&self) -> String {
        match self {
            Self::Json => "what the provider says of the person is no object of JSON".to_owned(),
            Self::OtherPerson => {
                "the userinfo endpoint speaks of somebody else than the ID token".to_owned()
            }
            Self::NoId => "the provider does not say who it is".to_owned(),
        }
    }
}

impl Profile {
    /// By the claims of an ID token, and by those of the userinfo endpoint where it was asked.
    pub fn of_claims(provider: &Provider, sub: &str, claims: &[&Object]) -> Self {
        let names = &provider.claims;
        let find = |name: &str| claims.iter().find_map(|claims| claims.get(name));
        // An address and whether it is proved are one statement, of one place.
        let with_email = claims
            .iter()
            .find(|claims| claims.contains_key(&names.email));
        let email = with_email.and_then(|claims| claims.get(&names.email));
        let verified = with_email.and_then(|claims| claims.get(&names.email_verified));
        Self::of(provider, sub, find(&names.name), (email, verified))
    }

    /// Whether the claims of an ID token leave out what the userinfo endpoint may say.
    pub fn is_wanting(provider: &Provider, claims: &Object) -> bool {
        let names = &provider.claims;
        let both = [&names.email, &names.name];
        !both.into_iter().all(|name| claims.contains_key(name))
    }

    /// Reads the answer of a userinfo endpoint: "The sub Claim in the UserInfo Response MUST be verified to exactly match the
    /// sub Claim in the ID Token" (OpenID Connect Core §5.3.2).
    ///
    /// # Errors
    /// [`ProfileFault`].
    pub fn userinfo(body: &[u8], sub: &str) -> Result<Object, ProfileFault> {
        let said = json::object(body, LONGEST_PROFILE).map_err(|_| ProfileFault::Json)?;
        match said.get("sub").and_then(Value::as_str) == Some(sub) {
            true => Ok(said),
            false => Err(ProfileFault::OtherPerson),
        }
    }

    /// Reads the answer of a plain provider's user endpoint. Its ids may be numbers.
    ///
    /// # Errors
    /// [`ProfileFault`].
    pub fn of_user(provider: &Provider, body: &[u8]) -> Result<Self, ProfileFault> {
        let said = json::object(body, LONGEST_PROFILE).map_err(|_| ProfileFault::Json)?;
        let names = &provider.claims;
        let id = match said.get(&names.id) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) if id.is_i64() || id.is_u64() => id.to_string(),
            _ => return Err(ProfileFault::NoId),
        };
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ProfileFault::NoId);
        }
        let email = (said.get(&names.email), said.get(&names.email_verified));
        Ok(Self::of(provider, &id, said.get(&names.name), email))
    }

    fn of(
        provider: &Provider,
        id: &str,
        name: Option<&Value>,
        (email, verified): (Option<&Value>, Option<&Value>),
    ) -> Self {
        let email = email.and_then(Value::as_str).and_then(MailAddress::parse);
        let is_true = |value: &Value| *value == Value::Bool(true) || *value == "true";
        let shown = email.as_ref().map_or(id, MailAddress::as_str).to_owned();
        Profile {
            identity: Identity {
                source: provider.source().to_owned(),
                external_id: id.to_owned(),
                label: called(&shown, id, LONGEST_NAME),
            },
            email_verified: email.is_some() && verified.is_some_and(is_true),
            name: called(
                name.and_then(Value::as_str).unwrap_or_default(),
                &shown,
                LONGEST_NAME,
            ),
            email,
        }
    }

    /// The same, with the address that the provider lists elsewhere as proved. Where it lists none, none is.
    #[must_use]
    pub fn with_address(mut self, proved: Option<MailAddress>) -> Self {
        self.email_verified = proved.is_some();
        if let Some(email) = proved {
            email.as_str().clone_into(&mut self.identity.label);
            self.email = Some(email);
        }
        self
    }
}

/// Of a list of addresses (`[{ "email": …, "primary": …, "verified": … }]`) the first one, if it is proved.
///
/// # Errors
/// [`ProfileFault::Json`].
pub fn proved_address(body: &[u8]) -> Result<Option<MailAddress>, ProfileFault> {
    let text = std::str::from_utf8(body).map_err(|_| ProfileFault::Json)?;
    // The strict reader takes objects alone.
    let whole = format!("{{\"all\":{text}}}");
    let whole = json::object(whole.as_bytes(), LONGEST_PROFILE).map_err(|_| ProfileFault::Json)?;
    let all = whole.get("all").and_then(Value::as_array);
    let all = all.ok_or(ProfileFault::Json)?;
    let first = all.iter().find(|one| one["primary"] == true);
    let proved = first.filter(|one| one["verified"] == true);
    Ok(proved
        .and_then(|one| one["email"].as_str())
        .and_then(MailAddress::parse))
}
