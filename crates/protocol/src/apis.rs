//! The APIs that tokens are for. A scope belongs to one of them at most, so the scope of a token says for which it is
//! (RFC 9068 §3), how long it lives, and whether it is a JWT. The scopes of OpenID Connect are for the provider itself, which
//! takes tokens of any form.
use crate::openid::OFFLINE_ACCESS;
use crate::policy::{Policy, ScopeEntry};
use crate::types::{Lifetime, Scope};
use jose::SigningAlgorithm;

/// An API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// What names it in `aud`: an absolute URI, letter by letter as configured.
    pub identifier: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// What its tokens look like.
    pub form: TokenForm,
    /// How long they live.
    pub lifetime: Lifetime,
    /// Whether it says of itself that it looks at proofs of possession (RFC 9449).
    pub proofs: bool,
}

/// What an access token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenForm {
    /// Text that says nothing: the API asks what it is (RFC 7662).
    Opaque,
    /// A JWT (RFC 9068), signed by this algorithm: the API reads it.
    Jwt(SigningAlgorithm),
}

impl Policy {
    /// The APIs that a token of this scope is for, in the order of the configuration.
    pub fn apis_of<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Api> {
        let touches = |api: &&Api| api.scopes.iter().any(|name| scope.contains(name));
        self.apis.iter().filter(touches)
    }

    /// What a token of this scope names in `aud`: its APIs, and the provider itself for what is told at userinfo.
    pub fn audience<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a str> {
        let own = !self.apis.is_empty() && scope.names().any(|name| self.is_for_provider(name));
        let apis = self.apis_of(scope).map(|api| api.identifier.as_str());
        apis.chain(own.then_some(self.issuer.as_str()))
    }

    /// Whether a scope opens userinfo, says what is told there or asks for refresh tokens, and no API has it for its own.
    pub(crate) fn is_for_provider(&self, name: &str) -> bool {
        let entry = self.scope(name);
        let of_openid = |entry: &ScopeEntry| {
            let refreshes = self.openid.is_some() && entry.name == OFFLINE_ACCESS;
            entry.opens_userinfo || !entry.claims.is_empty() || refreshes
        };
        entry.is_some_and(of_openid) && self.api_of(name).is_none()
    }

    /// The names of a scope that are for others.
    fn for_apis<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a str> {
        scope.names().filter(|name| !self.is_for_provider(name))
    }

    /// Whose scope this is.
    pub fn api_of(&self, name: &str) -> Option<&Api> {
        let own = |api: &&Api| api.scopes.iter().any(|own| own == name);
        self.apis.iter().find(own)
    }

    /// How long an access token of this scope lives: as long as the most cautious of its APIs says.
    pub fn access_lifetime(&self, scope: &Scope) -> Lifetime {
        let usual = self.tokens.access;
        if self.apis.is_empty() {
            return usual;
        }
        let own = |name| self.api_of(name).map_or(usual, |api| api.lifetime);
        self.for_apis(scope).map(own).min().unwrap_or(usual)
    }

    /// The longest life of an access token of any scope.
    pub fn longest_access(&self) -> Lifetime {
        let lives = self.apis.iter().map(|api| api.lifetime);
        lives.fold(self.tokens.access, Lifetime::max)
    }

    /// What an access token of this scope looks like. It is a JWT where each of its names belongs to an API that wants
    /// one, by the same algorithm: "the authorization server MUST NOT issue a JWT access token if the authorization
    /// granted by the token would be ambiguous" (RFC 9068 §3), as it would be for a name that belongs to none in `aud`.
    /// One for the provider alone is opaque.
    pub fn token_form(&self, scope: &Scope) -> TokenForm {
        if self.apis.is_empty() {
            return TokenForm::Opaque;
        }
        let own = |name| self.api_of(name).map_or(TokenForm::Opaque, |api| api.form);
        let mut forms = self.for_apis(scope).map(own);
        let first = forms.next().unwrap_or(TokenForm::Opaque);
        match forms.all(|form| form == first) {
            true => first,
            false => TokenForm::Opaque,
        }
    }

    /// How long an app may go on with what it has of this scope at an API that reads its tokens itself and does not follow
    /// the revocation feed; `None` where all of its tokens are asked about.
    pub fn unheard_for(&self, scope: &Scope) -> Option<Lifetime> {
        let reads = |api: &&Api| matches!(api.form, TokenForm::Jwt(_));
        self.apis_of(scope)
            .filter(reads)
            .map(|api| api.lifetime)
            .max()
    }
}

/// Whether two identifiers name the same: the case of scheme and host, and a slash for an empty path, make no difference.
#[must_use]
pub fn is_alike(one: &str, other: &str) -> bool {
    fn parts(text: &str) -> (String, &str) {
        let host = text.find("://").map_or(0, |at| at + 3);
        let end = text[host..]
            .find(['/', '?'])
            .map_or(text.len(), |at| host + at);
        let (head, path) = text.split_at(end);
        (
            head.to_ascii_lowercase(),
            if path == "/" { "" } else { path },
        )
    }
    parts(one) == parts(other)
}
