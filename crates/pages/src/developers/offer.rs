//! What a provider offers to developers: everything that its developer pages tell, as plain data.
use protocol::openid::OPENID;
use protocol::policy::{Registration, Risk, Rotation};

/// What a provider offers. What is switched off is `None`, `false` or absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Name of the product.
    pub product: String,
    /// The issuer identifier.
    pub issuer: String,
    /// Whether the redirect back to an app names it (RFC 9207).
    pub names_issuer: bool,
    /// What the paths of these pages stand behind: the issuer without a slash at its end.
    pub base: String,
    /// Address of the metadata document.
    pub metadata: String,
    /// Where requests are sent.
    pub endpoints: Endpoints,
    /// What the operator wrote around it.
    pub house: House,
    /// Grants that are on besides the code and the device grant.
    pub grants: Grants,
    /// How devices without a browser get tokens, if they do.
    pub device: Option<Device>,
    /// The side for trying things, if there is one.
    pub tests: Option<TestSide>,
    /// Who may register an app, and with what.
    pub apps: Apps,
    /// The form of requests.
    pub requests: Requests,
    /// The form of answers and tokens.
    pub tokens: Tokens,
    /// How long things live, in words.
    pub lives: Lives,
    /// The catalogue, in groups.
    pub scopes: Vec<ScopeTable>,
    /// The APIs that tokens are for, where they are told apart.
    pub apis: Vec<ApiRow>,
    /// How long an ID token is good, in words, where OpenID Connect is spoken.
    pub id_token_life: Option<String>,
    /// Every error an app can meet, by where it meets it.
    pub errors: Vec<ErrorTable>,
}

/// Where requests are sent; `None` is switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where people are sent; there is none when the code grant is off.
    pub authorize: Option<Endpoint>,
    /// Where apps get tokens.
    pub token: Endpoint,
    /// Where apps revoke tokens.
    pub revoke: Option<Endpoint>,
    /// Where APIs ask about tokens.
    pub introspect: Option<Endpoint>,
    /// Where an API that keeps introspection answers is told which to forget.
    pub revocations: Option<Endpoint>,
    /// Where a token tells about itself.
    pub token_info: Option<Endpoint>,
    /// Where an app learns who signed in, where OpenID Connect is spoken.
    pub userinfo: Option<Endpoint>,
    /// Where apps send people to sign out.
    pub logout: Option<Endpoint>,
    /// Where an app reads and changes its own registration.
    pub app: Option<Endpoint>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The published address.
    pub url: String,
    /// Other addresses that answer alike.
    pub aliases: Vec<String>,
}

/// How devices without a browser get tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Where they ask for their codes.
    pub endpoint: Endpoint,
    /// Where people type theirs.
    pub page: String,
    /// How long the codes live, in words.
    pub life: String,
    /// The same in seconds.
    pub life_seconds: i64,
    /// How often a device may ask, in seconds.
    pub interval_seconds: i64,
}

/// The side for trying things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSide {
    /// Credentials for everyone to try things with.
    pub published: Option<Published>,
}

/// Credentials that are no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The test user's address.
    pub email: String,
    /// The test user's password.
    pub password: String,
}

/// What the operator wrote around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// A few words at the top.
    pub intro: Option<String>,
    /// Where developers get help: `https:` or `mailto:`.
    pub support: Option<String>,
    /// The terms for developers.
    pub terms: Option<String>,
}

/// Grants that are on besides the code grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grants {
    /// An app renews what it was given.
    pub refresh_token: bool,
    /// An app acts for itself.
    pub client_credentials: bool,
}

/// Who may register an app, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apps {
    /// Who may register one.
    pub registration: Registration,
    /// Where, if there is such a page.
    pub portal: Option<String>,
    /// Where it is said how a program does the same, if it can.
    pub by_program: Option<String>,
    /// Whether an app's developers see what its requests were told.
    pub request_log: bool,
    /// The most redirect URIs.
    pub max_redirect_uris: usize,
    /// Whether `http://localhost` frees the port.
    pub localhost_any_port: bool,
    /// Whether a request goes on without the scopes that its app may not have.
    pub narrow_scope: bool,
    /// Whether every app must use PKCE, not only public ones.
    pub pkce_for_all: bool,
}

/// The form of requests to the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requests {
    /// JSON bodies are taken.
    pub json: bool,
    /// Parameters in the query string are taken.
    pub query: bool,
    /// `redirect_uri` must be sent with a code.
    pub redirect_uri_required: bool,
}

/// The form of answers and tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What an access token starts with.
    pub access_prefix: String,
    /// What a refresh token starts with.
    pub refresh_prefix: String,
    /// The value of `token_type`.
    pub token_type: String,
    /// Whether an answer names the scope even if it is what was asked for.
    pub always_name_scope: bool,
    /// What a person's id looks like.
    pub person: String,
    /// What a refresh does to the refresh token; the grace window ends with the access token.
    pub rotation: Rotation,
    /// Members that an answer has besides the standard ones when a person is behind the token.
    pub extras: Vec<Extra>,
}

/// A member of an answer besides the standard ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub meaning: &'static str,
    /// An example of it, in JSON.
    pub example: String,
}

/// How long things live, in words such as "2 years".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lives {
    /// A code.
    pub code: String,
    /// A code for a personal scope.
    pub code_personal: String,
    /// An access token.
    pub access: String,
    /// The same in seconds, as `expires_in` says it.
    pub access_seconds: i64,
    /// A refresh token.
    pub refresh: String,
    /// What a person allowed.
    pub grant: String,
}

/// An API that tokens are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRow {
    /// What names it.
    pub identifier: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// How long its access tokens live, in words.
    pub life: String,
    /// Whether they are JWTs.
    pub jwt: bool,
}

/// Scopes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeTable {
    /// Heading.
    pub title: String,
    /// The scopes.
    pub scopes: Vec<ScopeRow>,
}

impl ScopeTable {
    /// Those that any app may ask for.
    pub(super) fn open(&self) -> Vec<&ScopeRow> {
        let open = self.scopes.iter().filter(|scope| !scope.restricted);
        open.collect()
    }
}

/// One scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeRow {
    /// Its name, opaque.
    pub name: String,
    /// What people read on the consent page.
    pub sentence: String,
    /// How much harm it can do.
    pub risk: Risk,
    /// It needs approval.
    pub restricted: bool,
    /// It shows personal details.
    pub personal: bool,
    /// It is given when none is named.
    pub default: bool,
}

/// The errors of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorTable {
    /// Where an app meets them.
    pub title: String,
    /// How they arrive, in a sentence or two.
    pub lead: String,
    /// The errors.
    pub errors: Vec<ErrorCode>,
}

/// One value of `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The value.
    pub code: String,
    /// The HTTP status; `None` where the error is sent by a redirect.
    pub status: Option<u16>,
    /// What `error_description` can say, and what each means.
    pub descriptions: Vec<ErrorDescription>,
}

/// Texts of `error_description` that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDescription {
    /// The texts.
    pub texts: Vec<String>,
    /// What may have led to it: the cause, and what to do.
    pub causes: Vec<(String, String)>,
}

impl ErrorDescription {
    /// The texts in quotes, as Markdown.
    pub(super) fn quoted(&self) -> String {
        let quote = |text: &String| format!("“{}”", super::markdown::escaped(text));
        let quotes: Vec<String> = self.texts.iter().map(quote).collect();
        quotes.join(", ")
    }
}

impl Offer {
    /// Whether codes for personal scopes live shorter, and there are such scopes.
    pub(super) fn personal_codes_differ(&self) -> bool {
        self.lives.code != self.lives.code_personal && self.each_scope().any(|scope| scope.personal)
    }

    /// Whether people are behind tokens at all.
    pub(super) fn has_people(&self) -> bool {
        self.endpoints.authorize.is_some() || self.device.is_some()
    }

    pub(super) fn each_scope(&self) -> impl Iterator<Item = &ScopeRow> {
        self.scopes.iter().flat_map(|table| &table.scopes)
    }

    /// Whether some access tokens are JWTs, which are long.
    pub(super) fn has_jwts(&self) -> bool {
        self.apis.iter().any(|api| api.jwt)
    }

    /// Those that an app has only after approval.
    pub(super) fn restricted(&self) -> Vec<&ScopeRow> {
        self.each_scope().filter(|scope| scope.restricted).collect()
    }

    pub(super) fn has_restricted(&self) -> bool {
        self.each_scope().any(|scope| scope.restricted)
    }

    pub(super) fn has_personal(&self) -> bool {
        self.each_scope().any(|scope| scope.personal)
    }

    /// The scopes given when a request names none.
    pub(super) fn defaults(&self) -> Vec<&str> {
        let defaults = self.each_scope().filter(|scope| scope.default);
        defaults.map(|scope| scope.name.as_str()).collect()
    }

    /// The scope of the examples: the first two that need no approval.
    pub(super) fn example_scope(&self) -> String {
        // With `openid` an answer has an ID token too, which has a section of its own.
        let open = self
            .each_scope()
            .filter(|scope| !scope.restricted && scope.name != OPENID);
        let names: Vec<&str> = open.map(|scope| scope.name.as_str()).take(2).collect();
        names.join(" ")
    }

    /// How long an identical retry of a refresh gets the same answer, in words; `None`: not at all.
    pub(super) fn grace(&self) -> Option<String> {
        match self.tokens.rotation {
            Rotation::Rotate { grace } => (grace.seconds() > 0).then(|| grace.words()),
            Rotation::Keep => None,
        }
    }

    /// The host that an API is called at in the examples: the one that tells about tokens, else the issuer's.
    pub(super) fn api_host(&self) -> &str {
        let info = self.endpoints.token_info.as_ref();
        let url = info.map_or(self.issuer.as_str(), |endpoint| endpoint.url.as_str());
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        host.split('/').next().unwrap_or(host)
    }

    /// The path that goes with it.
    pub(super) fn api_path(&self) -> &str {
        let info = self.endpoints.token_info.as_ref();
        let url = info.and_then(|endpoint| endpoint.url.split_once("://"));
        let path = url.and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        path.unwrap_or("/...")
    }

    /// An access token that nobody was given.
    pub(super) fn example_access(&self) -> String {
        example_token(&self.tokens.access_prefix)
    }

    /// A refresh token that nobody was given.
    pub(super) fn example_refresh(&self) -> String {
        example_token(&self.tokens.refresh_prefix)
    }
}

/// As long as a real token, plainly an example, and without a checksum that would hold.
fn example_token(prefix: &str) -> String {
    format!("{prefix}EXAMPLEexampleEXAMPLEexampleEXAMPLEexampleEXAMPLEexample0000")
}
