//! Claims about a person (OpenID Connect Core §5): which scope opens them, and where they are taken from.
use super::Source;
use crate::policy::Policy;
use crate::types::{Person, Preferences, Scope};
use jose::json::{self, JsonFault, Object};
use serde_json::Value;

/// Longest document of a person, in bytes.
const LONGEST: usize = 16 * 1_024;
/// Members of a document, at most.
const MOST_MEMBERS: usize = 100;

/// The claims of a standard scope (§5.4).
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// Claims that say something of the token or of the sign-in: nothing else may be put in their place.
pub fn is_kept(name: &str) -> bool {
    const KEPT: [&str; 22] = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "nonce",
        "acr",
        "amr",
        "azp",
        "auth_time",
        "at_hash",
        "c_hash",
        "s_hash",
        "sid",
        "events",
        "client_id",
        "scope",
        "cnf",
        "act",
        "organization",
    ];
    KEPT.contains(&name)
}

/// Claims that Valetkey proves itself: told of the account as they are there, or not at all. Apps take two accounts for one
/// by a proved address.
pub fn is_proved(name: &str) -> bool {
    ["email", "email_verified"].contains(&name)
}

/// What is kept of a person beside their account: claims as a JSON object, some of them in several languages
/// (`name#de`, §5.2).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document(Object);

/// Why a text is no such document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentFault {
    /// It is no JSON object, or a longer one than is kept.
    Json(JsonFault),
    /// It has too many members.
    TooMany,
    /// A member has a name that is no claim's, or that is nobody's to set.
    Member(String),
}

impl DocumentFault {
    /// What to tell whoever wrote it.
    pub fn sentence(&self) -> String {
        match self {
            DocumentFault::Json(JsonFault::TooLong) => {
                format!("the document is longer than {LONGEST} bytes")
            }
            DocumentFault::Json(fault) => format!("the document is not taken: {fault}"),
            DocumentFault::TooMany => format!("the document has more than {MOST_MEMBERS} members"),
            DocumentFault::Member(name) => format!(
                "{name:?} cannot be set: it is no claim's name, or one that Valetkey tells by itself"
            ),
        }
    }
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// [`DocumentFault`].
    pub fn parse(text: &str) -> Result<Self, DocumentFault> {
        let members = json::object(text.as_bytes(), LONGEST).map_err(DocumentFault::Json)?;
        if members.len() > MOST_MEMBERS {
            return Err(DocumentFault::TooMany);
        }
        let sets = |name: &&String| {
            let own = own_name(name);
            let visible = |b: u8| b.is_ascii_graphic() && !b"\"\\".contains(&b);
            own.is_empty() || !name.bytes().all(visible) || is_kept(own) || is_proved(own)
        };
        match members.keys().find(sets) {
            Some(name) => Err(DocumentFault::Member(name.clone())),
            None => Ok(Document(members)),
        }
    }

    /// As it was stored; what cannot be read holds nothing.
    pub fn from_stored(text: &str) -> Self {
        Document(json::object(text.as_bytes(), LONGEST).unwrap_or_default())
    }

    /// It as JSON.
    pub fn json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its members.
    pub fn members(&self) -> &Object {
        &self.0
    }
}

/// The name of a claim without its language.
fn own_name(member: &str) -> &str {
    member.split_once('#').map_or(member, |(name, _)| name)
}

/// Whom claims are about.
#[derive(Debug, Clone)]
pub struct About {
    /// Their account.
    pub person: Person,
    /// How they are told things.
    pub preferences: Preferences,
    /// What is kept of them beside it.
    pub document: Document,
}

impl About {
    /// The claims that these scopes open, as far as anything is known of them. `sub` is not among them.
    pub fn opened_by(&self, scope: &Scope, policy: &Policy) -> Object {
        let mut claims = Object::new();
        for entry in scope.names().filter_map(|name| policy.scope(name)) {
            for name in &entry.claims {
                self.tell(name, policy, &mut claims);
            }
        }
        claims
    }

    /// The same, those alone that were asked for by name.
    pub(crate) fn asked_by_name(&self, names: &[String], scope: &Scope, policy: &Policy) -> Object {
        let mut claims = self.opened_by(scope, policy);
        claims.retain(|member, _| names.iter().any(|name| name == own_name(member)));
        claims
    }

    /// Tells a claim: by the provider's own rule, else by what is kept of the person, else by their account.
    fn tell(&self, name: &str, policy: &Policy, claims: &mut Object) {
        let mapped = policy.openid.iter().flat_map(|openid| &openid.mapped);
        let source = mapped.into_iter().find(|(own, _)| own == name);
        match source {
            Some((_, Source::Document(member))) => self.tell_member(member, name, claims),
            Some((_, source)) => insert(claims, name, self.of_account(source, policy)),
            None => {
                self.tell_member(name, name, claims);
                if !claims.contains_key(name) {
                    let source = standard(name);
                    let value = source.and_then(|source| self.of_account(&source, policy));
                    insert(claims, name, value);
                }
            }
        }
    }

    /// Tells a member of the document as a claim of this name, in every language that it is there in.
    fn tell_member(&self, member: &str, name: &str, claims: &mut Object) {
        let Document(members) = &self.document;
        for (own, value) in members {
            if let Some(language) = own.strip_prefix(member)
                && (language.is_empty() || language.starts_with('#'))
            {
                insert(claims, &format!("{name}{language}"), Some(value.clone()));
            }
        }
    }

    fn of_account(&self, source: &Source, policy: &Policy) -> Option<Value> {
        let person = &self.person;
        match source {
            Source::Id => Some(policy.sub_of(person).into()),
            Source::Number => Some(person.subject.0.into()),
            Source::Name => Some(person.name.as_str().into()),
            Source::Email => person.proved_email().map(Value::from),
            Source::EmailVerified => person.proved_email().map(|_| true.into()),
            Source::Language => self.preferences.language.map(|own| own.tag().into()),
            Source::Zone => self.preferences.zone.as_deref().map(Value::from),
            Source::Document(member) => self.document.0.get(member).cloned(),
        }
    }
}

/// What of an account a standard claim tells.
fn standard(claim: &str) -> Option<Source> {
    Some(match claim {
        "name" => Source::Name,
        "email" => Source::Email,
        "email_verified" => Source::EmailVerified,
        "locale" => Source::Language,
        "zoneinfo" => Source::Zone,
        _ => return None,
    })
}

/// "If a Claim is not returned, that Claim Name SHOULD be omitted from the JSON object [...]; it SHOULD NOT be present with
/// a null or empty string value" (§5.3.2).
fn insert(claims: &mut Object, name: &str, value: Option<Value>) {
    let told = value.filter(|value| !value.is_null() && value.as_str() != Some(""));
    if let Some(value) = told {
        claims.insert(name.to_owned(), value);
    }
}
