//! What the configuration decides and rules obey. An enum that a file can name is read from it as it stands here; what
//! its comments say is in the schema of the file.
mod accounts;

pub use accounts::{AccountPolicy, SecondFactorRule, SignUp};

use crate::apis::Api;
use crate::dpop::DpopPolicy;
use crate::handoff::LOCAL_MARK;
use crate::introduce::{IntroductionPolicy, is_blocked};
use crate::openid::OpenIdPolicy;
use crate::organizations::public_id;
use crate::own_api;
use crate::types::ids::SubjectFormat;
use crate::types::{Client, GrantType, Lifetime, LocalText, Locator, Person, Scope, Side, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wire::introspection::APP_MARK;

/// The rules of one issuer.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The issuer identifier, byte for byte as published (RFC 8414 §2).
    pub issuer: String,
    /// Which of two is done where standards ask for different things.
    pub conformance: Conformance,
    /// The URL of the token endpoint, if there is one.
    pub token_endpoint: Option<String>,
    /// Whether authorization responses name the issuer (RFC 9207).
    pub response_iss: bool,
    /// How people are named on the wire.
    pub subjects: SubjectFormat,
    /// Whether people are known by what the company's own login calls them.
    pub external_ids: bool,
    /// Grants that are switched on.
    pub grants: Vec<GrantType>,
    /// Who may register an app.
    pub registration: Registration,
    /// What bounds the apps that people register by themselves.
    pub apps: AppBounds,
    /// How many people may allow an app that was not reviewed, where others are.
    pub unreviewed_people: usize,
    /// Whether people tick each scope of an app that was not reviewed.
    pub unreviewed_unticked: bool,
    /// Apps that introduce themselves.
    pub introductions: Box<IntroductionPolicy>,
    /// Who must use PKCE.
    pub pkce: PkcePolicy,
    /// Whether who asks for a scope that its app may not have gets the rest of what it asks for: "the authorization server
    /// MAY fully or partially ignore the scope requested by the client" (RFC 6749 §3.3).
    pub narrow_scope: bool,
    /// Tokens and codes.
    pub tokens: TokenPolicy,
    /// Proofs of possession.
    pub dpop: DpopPolicy,
    /// Whether developers run their apps by our own API too.
    pub own_api: bool,
    /// How OpenID Connect is spoken, if it is.
    pub openid: Option<Box<OpenIdPolicy>>,
    /// The scopes there are.
    pub scopes: Vec<ScopeEntry>,
    /// The APIs that they belong to, if any are told apart.
    pub apis: Vec<Api>,
    /// Names of errors that the documented provider spells in its own way.
    pub errors: ErrorAliases,
    /// Redirect URIs.
    pub redirects: RedirectPolicy,
    /// Accounts.
    pub accounts: AccountPolicy,
    /// Devices without a browser.
    pub device: DevicePolicy,
    /// Whether there is a test side.
    pub test_mode: bool,
    /// The client id of the test app whose credentials are published, if there is one.
    pub documented_client: Option<String>,
}

/// Which of two is done where standards ask for different things. One issuer has one mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conformance {
    /// What is safer.
    #[default]
    Strict,
    /// What the certification of OpenID Connect asks for.
    OidcCert,
}

impl Conformance {
    /// Whether an assertion may be for more than one audience, if all of them are this server.
    pub(crate) fn takes_several_audiences(self) -> bool {
        match self {
            Conformance::Strict => false,
            Conformance::OidcCert => true,
        }
    }
}

/// Who may register an app. Under review, one that changes what people rely on waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anyone with an account.
    Open,
    /// Those who were invited.
    Invite,
    /// Anyone with an account, but an admin lets the app in.
    Review,
    /// Admins.
    Admin,
}

/// Who must send a code challenge (RFC 7636); others may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PkcePolicy {
    /// Public apps.
    Public,
    /// Every app.
    All,
}

/// What bounds the apps that people register by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppBounds {
    /// What the provider is called: no app passes for it.
    pub provider: String,
    /// The most apps that one person runs; 0: any number.
    pub per_person: usize,
    /// The most apps that one organization runs; 0: any number.
    pub per_organization: usize,
}

/// Tokens and codes.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// Bodies that the token endpoint takes.
    pub bodies: Bodies,
    /// Whether `redirect_uri` may be left out of the code exchange.
    pub redirect_uri: RedirectUriAtToken,
    /// What an access token's text starts with.
    pub access_prefix: String,
    /// What a refresh token's text starts with.
    pub refresh_prefix: String,
    /// A code's lifetime.
    pub code: Lifetime,
    /// A code's lifetime when a requested scope is personal.
    pub code_personal: Lifetime,
    /// An access token's lifetime.
    pub access: Lifetime,
    /// A refresh token's lifetime; each successor gets it again.
    pub refresh: Lifetime,
    /// The absolute end of a grant, counted from its code's redemption.
    pub grant: Lifetime,
    /// Whether refresh tokens rotate, and the grace window for a lost reply.
    pub rotate: Rotation,
    /// The value of `token_type`, `Bearer` in one case or another.
    pub token_type: String,
    /// Whether a response names the scope even when it is what was asked for.
    pub always_name_scope: bool,
    /// Members that a response has besides those of RFC 6749 §5.1, when a person is behind the token.
    pub extras: Vec<(String, Extra)>,
}

impl TokenPolicy {
    /// Whether a token response tells the person's name or address, whatever its scope.
    pub fn tells_of_person(&self) -> bool {
        fn tells((_, extra): &(String, Extra)) -> bool {
            match extra {
                Extra::Fact(PersonFact::Name | PersonFact::Email) => true,
                Extra::Fact(PersonFact::Number | PersonFact::Id | PersonFact::EmailVerified) => {
                    false
                }
                Extra::Object(members) => members.iter().any(tells),
            }
        }
        self.extras.iter().any(tells)
    }
}

/// A member that a provider's token response documents besides the standard ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    /// Something about the person.
    Fact(PersonFact),
    /// An object of such members.
    Object(Vec<(String, Extra)>),
}

/// What such a member may tell of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PersonFact {
    /// Their number, as a JSON number.
    #[serde(rename = "user.number")]
    Number,
    /// Their id, as apps see it everywhere else.
    #[serde(rename = "user.id")]
    Id,
    /// What they are called.
    #[serde(rename = "user.name")]
    Name,
    /// Their address, if it was proved; the member is left out otherwise.
    #[serde(rename = "user.email")]
    Email,
    /// Whether their address was proved, as a JSON boolean.
    #[serde(rename = "user.email_verified")]
    EmailVerified,
}

/// Bodies that the token endpoint takes. A form always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bodies {
    /// `application/json` too.
    pub json: bool,
    /// Parameters in the query string too (against RFC 6749 §2.3.1; for providers that documented it).
    pub query: bool,
}

/// Whether `redirect_uri` may be left out of the code exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedirectUriAtToken {
    /// It may be absent; if sent it must match (OAuth 2.1).
    MatchIfSent,
    /// It must be sent and match (RFC 6749 §4.1.3).
    Required,
}

/// What a refresh does to the refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It is replaced; an identical retry within the window gets the same reply.
    Rotate {
        /// The window; zero means none.
        grace: Lifetime,
    },
    /// It stays.
    Keep,
}

/// One scope of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeEntry {
    /// The name, opaque.
    pub name: String,
    /// The heading under which people see it.
    pub group: LocalText,
    /// What it allows, as a plain sentence that continues "the app would like to".
    pub sentence: LocalText,
    /// Scopes that it was divided from: whoever allowed one of them has allowed it.
    pub part_of: Vec<String>,
    /// An app needs an admin's approval before it may ask for it.
    pub restricted: bool,
    /// It is allowed only after a sign-in with a second factor.
    pub second_factor: bool,
    /// It shows personal details, so codes for it live shorter.
    pub personal: bool,
    /// Asked for when a request names no scope.
    pub default: bool,
    /// How much harm it can do; flagged on the consent page.
    pub risk: Risk,
    /// Claims that it opens at userinfo.
    pub claims: Vec<String>,
    /// Whether it opens userinfo by itself.
    pub opens_userinfo: bool,
}

/// How much harm a scope can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// It looks.
    Read,
    /// It changes.
    Write,
    /// It deletes.
    Delete,
    /// It can do everything.
    Full,
}

impl Risk {
    /// As a file names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::Read => "read",
            Risk::Write => "write",
            Risk::Delete => "delete",
            Risk::Full => "full",
        }
    }
}

/// Names of errors that the documented provider spells in its own way.
#[derive(Debug, Clone, Default)]
pub struct ErrorAliases {
    /// For a redirect URI that does not match: shown on the authorization error page, and answered by the
    /// token endpoint in place of `invalid_grant`.
    pub redirect_mismatch: Option<String>,
    /// For a bearer token that does not work, in place of `invalid_token` (RFC 6750 §3.1).
    pub invalid_token: Option<String>,
}

impl ErrorAliases {
    /// The name of the error for a bearer token that does not work (RFC 6750 §3.1).
    pub fn invalid_token(&self) -> &str {
        self.invalid_token.as_deref().unwrap_or("invalid_token")
    }
}

/// Redirect URIs.
#[derive(Debug, Clone, Copy)]
pub struct RedirectPolicy {
    /// The most that one app may register.
    pub max: usize,
    /// Whether `http://localhost` frees the port as 127.0.0.1 and [::1] do (RFC 8252 §7.3 asks for the latter).
    pub localhost_any_port: bool,
}

/// Devices without a browser (RFC 8628).
#[derive(Debug, Clone)]
pub struct DevicePolicy {
    /// How long a device waits for its person.
    pub lifetime: Lifetime,
    /// How often it may ask, to begin with.
    pub interval: Lifetime,
    /// The page where people enter the code: an absolute URL, short enough to be typed.
    pub verification_uri: String,
}

impl Policy {
    /// How a person is named on the wire (`sub`): by the company's own id where people are known by those, else by ours.
    /// Whoever has an account here alone is told apart from all of those then, whatever they look like.
    pub fn sub(&self, subject: Subject, external_id: Option<&str>) -> String {
        match (self.external_ids, external_id) {
            (true, Some(id)) => id.to_owned(),
            (true, None) => format!("{LOCAL_MARK}{}", self.subjects.write(subject)),
            (false, _) => self.subjects.write(subject),
        }
    }

    /// The same of this person.
    pub fn sub_of(&self, person: &Person) -> String {
        self.sub(person.subject, person.external_id.as_deref())
    }

    /// How an organization is named on the wire: by the company's own id where it has one, as people are.
    pub fn organization(&self, id: Locator, external_id: Option<&str>) -> String {
        match (self.external_ids, external_id) {
            (true, Some(id)) => id.to_owned(),
            (true, None) => format!("{LOCAL_MARK}{}", public_id(id)),
            (false, _) => public_id(id),
        }
    }

    /// How an app is named there that acts for itself: by its client id, unless that might name a person.
    pub fn sub_of_app<'a>(&self, client_id: &'a str) -> Cow<'a, str> {
        match self.external_ids {
            true => Cow::Owned(format!("{APP_MARK}{client_id}")),
            false => self.subjects.write_app(client_id),
        }
    }

    /// The `iss` of an authorization response, if it has one (RFC 9207 §2).
    pub fn response_iss(&self) -> Option<&str> {
        self.response_iss.then_some(self.issuer.as_str())
    }

    /// What a sign-in by these methods is worth (`acr`), if anybody agreed on that; `told` as [`OpenIdPolicy::acr_of`] has it.
    pub fn acr_of<'a>(&'a self, methods: Option<&str>, told: Option<&'a str>) -> Option<&'a str> {
        self.openid.as_deref()?.acr_of(methods, told)
    }

    /// Whether apps are told of a second factor: then what was proved is read where tokens are made and described.
    pub fn tells_second_factor(&self) -> bool {
        let openid = self.openid.as_deref();
        openid.is_some_and(|openid| openid.second_factor_acr.is_some())
    }

    /// Whether a client's assertion may be for this audience: the issuer (RFC 10070), and where OpenID Connect is
    /// certified the token endpoint, which OpenID Connect Core §9 names.
    pub fn is_assertion_audience(&self, audience: &str) -> bool {
        let is_endpoint = || self.token_endpoint.as_deref() == Some(audience);
        audience == self.issuer || (self.conformance == Conformance::OidcCert && is_endpoint())
    }

    /// The catalogue's entry for a scope name.
    pub fn scope(&self, name: &str) -> Option<&ScopeEntry> {
        self.scopes.iter().find(|entry| entry.name == name)
    }

    /// Whether whoever allowed `scope` has allowed this name, by itself or as part of what it was divided from.
    pub fn has_allowed(&self, scope: &Scope, name: &str) -> bool {
        let parts = || {
            self.scope(name)
                .into_iter()
                .flat_map(|entry| &entry.part_of)
        };
        scope.contains(name) || parts().any(|whole| scope.contains(whole))
    }

    /// The scopes of a request that names none.
    pub fn default_scope(&self) -> Scope {
        let defaults = self.scopes.iter().filter(|entry| entry.default);
        defaults.map(|entry| &entry.name).collect()
    }

    /// Whether an app is served at all: one of the test side only where there is one, and published credentials
    /// only as long as they are.
    pub fn serves(&self, client: &Client) -> bool {
        let side = client.side == Side::Live || self.test_mode;
        let published = self.documented_client.as_deref() == Some(client.id.as_str());
        let met = client.introduction.is_none() || !is_blocked(client, self);
        side && met && (published || !client.documented)
    }

    /// Whether a client id is none that an app may bring along.
    pub fn is_kept(&self, client_id: &str) -> bool {
        self.documented_client.as_deref() == Some(client_id)
            || client_id.starts_with(own_api::CLIENT_MARK)
    }

    /// Whether a text with this prefix is an access token of either side.
    pub fn is_access_prefix(&self, prefix: &str) -> bool {
        Side::of(prefix).1 == self.tokens.access_prefix || prefix == self.tokens.access_prefix
    }

    /// Whether a text with this prefix is a refresh token of either side.
    pub fn is_refresh_prefix(&self, prefix: &str) -> bool {
        Side::of(prefix).1 == self.tokens.refresh_prefix || prefix == self.tokens.refresh_prefix
    }

    /// Whether whoever says that it is this app may use a grant here.
    pub fn offers(&self, client_id: &str, grant: GrantType) -> bool {
        self.allows(grant) || own_api::may_use(client_id, grant, self)
    }

    /// Whether a grant is switched on here.
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }
}
