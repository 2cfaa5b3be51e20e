//! What has to be read before a request about a token or code can be decided, and what was found.
use crate::facts::{AccessFacts, CodeFacts, DeviceFacts, Holder, RefreshFacts};
use crate::openid::Asked;
use crate::policy::Policy;
use crate::types::{DeviceAnswer, Locator, Person};
use wire::Presented;
use wire::dpop::Thumbprint;

/// Which row has to be read, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// An authorization code.
    Code(Locator),
    /// An access token.
    AccessToken(Locator),
    /// A refresh token.
    RefreshToken(Locator),
    /// What a device asked for.
    Device(Locator),
    /// None: the request stands for itself, or presents what cannot be one of ours.
    Nothing,
}

impl Lookup {
    /// The lookup of `kind` for what is presented.
    pub(crate) fn of(presented: Option<&Presented>, kind: fn(Locator) -> Lookup) -> Self {
        presented.map_or(Lookup::Nothing, |presented| {
            kind(Locator(presented.locator))
        })
    }
}

/// What is on record. A locator alone proves nothing: rules compare the digest.
#[derive(Debug, Clone)]
pub enum Found {
    /// An authorization code.
    Code(CodeFacts),
    /// An access token.
    AccessToken(AccessFacts),
    /// A refresh token.
    RefreshToken(RefreshFacts),
    /// What a device asked for.
    Device(DeviceFacts),
    /// Nothing is.
    Nothing,
}

impl Found {
    /// Adds who allowed an access token, which is read apart from it.
    pub fn held_by(&mut self, holder: Option<Holder>) {
        if let Found::AccessToken(facts) = self {
            facts.holder = holder.map(Box::new);
        }
    }

    /// The organization whose name at the company has to be read besides: where people and organizations are known by the
    /// company's own ids, of what was allowed for one.
    pub fn workspace_wanted(&self, policy: &Policy) -> Option<Locator> {
        if !policy.external_ids {
            return None;
        }
        match self {
            Found::Code(facts) => facts.code.organization,
            Found::RefreshToken(facts) => facts.grant.organization,
            Found::Device(facts) => match facts.device.answer {
                Some(DeviceAnswer::Allowed { organization, .. }) => organization,
                Some(DeviceAnswer::Denied) | None => None,
            },
            Found::AccessToken(_) | Found::Nothing => None,
        }
    }

    /// Adds what the company calls it.
    pub fn in_workspace(&mut self, name: Option<String>) {
        let own = match self {
            Found::Code(facts) => &mut facts.workspace,
            Found::RefreshToken(facts) => &mut facts.workspace,
            Found::Device(facts) => &mut facts.workspace,
            Found::AccessToken(_) | Found::Nothing => return,
        };
        *own = name.map(String::into_boxed_str);
    }

    /// The grant of a code, a refresh token or a device of which was not read how its person had signed in, and that person.
    pub fn unproved(&self) -> Option<(Locator, &Person)> {
        match self {
            Found::Code(facts) if facts.asked.is_none() => {
                Some((facts.code.id, facts.person.as_ref()?))
            }
            Found::RefreshToken(facts) if facts.asked.is_none() => {
                Some((facts.grant.id, facts.person.as_ref()?))
            }
            Found::Device(facts) if facts.asked.is_none() => {
                Some((facts.device.id, facts.person.as_ref()?))
            }
            _ => None,
        }
    }

    /// Adds that.
    pub fn proved_by(&mut self, asked: Option<Box<Asked>>) {
        match self {
            Found::Code(facts) => facts.asked = asked,
            Found::RefreshToken(facts) => facts.asked = asked,
            Found::Device(facts) => facts.asked = asked,
            Found::AccessToken(_) | Found::Nothing => {}
        }
    }

    pub(crate) fn code(self) -> Option<CodeFacts> {
        match self {
            Found::Code(facts) => Some(facts),
            _ => None,
        }
    }

    pub(crate) fn refresh_token(self) -> Option<RefreshFacts> {
        match self {
            Found::RefreshToken(facts) => Some(facts),
            _ => None,
        }
    }

    pub(crate) fn device(self) -> Option<DeviceFacts> {
        match self {
            Found::Device(facts) => Some(facts),
            _ => None,
        }
    }
}

macro_rules! from_facts {
    ($($facts:ident $kind:ident),* $(,)?) => {
        $(impl From<Option<$facts>> for Found {
            fn from(facts: Option<$facts>) -> Self {
                facts.map_or(Found::Nothing, Found::$kind)
            }
        })*
    };
}

from_facts! {
    CodeFacts Code,
    AccessFacts AccessToken,
    RefreshFacts RefreshToken,
    DeviceFacts Device,
}

/// Which kind of token a text is, told by its own prefix, or by the type of a JWT: a wrong `token_type_hint` cannot hide it
/// (RFC 7009 §2.1).
#[derive(Debug, Clone)]
pub enum TokenKind {
    /// An access token.
    Access(Presented),
    /// A refresh token.
    Refresh(Presented),
    /// Nothing that this server makes.
    Unknown,
}

impl TokenKind {
    /// Reads a token's text.
    pub fn of(text: &str, policy: &Policy) -> Self {
        let Some(presented) = Presented::parse(text) else {
            return Presented::parse_jwt(text).map_or(TokenKind::Unknown, TokenKind::Access);
        };
        match presented.prefix() {
            prefix if policy.is_access_prefix(prefix) => TokenKind::Access(presented),
            prefix if policy.is_refresh_prefix(prefix) => TokenKind::Refresh(presented),
            _ => TokenKind::Unknown,
        }
    }

    /// An access token that somebody calls with; `None` for whatever is none of ours.
    pub fn access_token(text: &str, policy: &Policy) -> Option<Presented> {
        match TokenKind::of(text, policy) {
            TokenKind::Access(presented) => Some(presented),
            TokenKind::Refresh(_) | TokenKind::Unknown => None,
        }
    }

    /// What has to be read about it.
    pub fn lookup(&self) -> Lookup {
        match self {
            TokenKind::Access(presented) => Lookup::of(Some(presented), Lookup::AccessToken),
            TokenKind::Refresh(presented) => Lookup::of(Some(presented), Lookup::RefreshToken),
            TokenKind::Unknown => Lookup::Nothing,
        }
    }

    /// Whether it says that it is bound to a key.
    pub(crate) fn is_bound(&self) -> bool {
        match self {
            TokenKind::Access(presented) | TokenKind::Refresh(presented) => presented.is_bound(),
            TokenKind::Unknown => false,
        }
    }

    /// The key that it says it is bound to.
    pub fn key(&self) -> Option<Thumbprint> {
        match self {
            TokenKind::Access(presented) | TokenKind::Refresh(presented) => presented.key(),
            TokenKind::Unknown => None,
        }
    }

    /// What was found, if it is the record of this very token, secret and all.
    pub fn verified(&self, found: Found) -> Found {
        match self.is_of(&found) {
            true => found,
            false => Found::Nothing,
        }
    }

    pub(crate) fn is_of(&self, found: &Found) -> bool {
        match (self, found) {
            (TokenKind::Access(presented), Found::AccessToken(facts)) => {
                facts.token.digest == presented.digest
            }
            (TokenKind::Refresh(presented), Found::RefreshToken(facts)) => {
                facts.token.digest == presented.digest
            }
            _ => false,
        }
    }
}
