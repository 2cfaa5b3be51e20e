//! What programs are shown and send, each as JSON; what is said of a member is in the description.
use super::openid::OpenIdMetadata;
use crate::ops::clock;
use crate::portal::reviewed::open_review;
use crate::state::App;
use pages::path;
use protocol::Policy;
use protocol::request_log::LoggedRequest;
use protocol::types::{Client, ClientKind, Role, Scope, StoredSecret, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Whether an app can keep a secret.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// It runs on a server of yours.
    #[default]
    Confidential,
    /// It runs on people's devices.
    Public,
}

/// An app to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApp {
    /// The name people see, at most 80 characters.
    pub(super) name: String,
    /// Its website, an https URL.
    pub(super) homepage: String,
    /// One or two sentences on what it does.
    #[serde(default)]
    pub(super) description: String,
    /// The page of its privacy policy.
    #[serde(default)]
    pub(super) privacy_policy: String,
    /// The page of its terms.
    #[serde(default)]
    pub(super) terms: String,
    /// Where its people find help: a page, or an e-mail address.
    #[serde(default)]
    pub(super) support: String,
    /// The e-mail address of its developers; people are not shown it.
    #[serde(default)]
    pub(super) contact: String,
    /// The id of the organization that is to run it. Without: you do.
    #[serde(default)]
    pub(super) organization: String,
    /// Whether it can keep a secret. It stays as it is made.
    #[serde(default)]
    pub(super) kind: Kind,
    /// How it authenticates: `client_secret_basic` or `client_secret_post` for a secret, which works in either way, or
    /// `private_key_jwt` for assertions that it signs. Without: as the keys that are sent ask for, or else by a secret.
    #[serde(default)]
    pub(super) token_endpoint_auth_method: Option<String>,
    /// Its public keys, as a JSON Web Key Set.
    #[serde(default)]
    pub(super) jwks: Option<Map<String, Value>>,
    /// The URL where it publishes such a set, in place of `jwks`.
    #[serde(default)]
    pub(super) jwks_uri: Option<String>,
    /// The algorithms that it may sign with, such as `ES256`. Without, or an empty list: every one that is verified here.
    #[serde(default)]
    pub(super) token_endpoint_auth_signing_algs: Option<Vec<String>>,
    /// What it registers for OpenID Connect.
    #[serde(default)]
    pub(super) openid: OpenIdMetadata,
    /// Where people may be sent back.
    #[serde(default)]
    pub(super) redirect_uris: Vec<String>,
    /// Whether it may use the device grant.
    #[serde(default)]
    pub(super) device_code: bool,
    /// Whether it may use the client credentials grant.
    #[serde(default)]
    pub(super) client_credentials: bool,
    /// Whether all its tokens are bound to keys: then each of its token requests needs a DPoP proof (RFC 9449).
    #[serde(default)]
    pub(super) dpop_bound_access_tokens: bool,
    /// The scopes it may ask for. Without: every one that is not restricted.
    #[serde(default)]
    pub(super) scopes: Option<Vec<String>>,
    /// Those of them that it can do without.
    #[serde(default)]
    pub(super) optional_scopes: Vec<String>,
    /// Why it asks, as people are told, by the name of the scope.
    #[serde(default)]
    pub(super) reasons: BTreeMap<String, String>,
    /// Whether it is of the test side: two test users are made with it.
    #[serde(default)]
    pub(super) test: bool,
}

/// What is to be different of an app; what is left out stays.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppChanges {
    /// The version that you have seen: refused when the app was changed since.
    pub(super) version: Option<i64>,
    /// The name people see.
    pub(super) name: Option<String>,
    /// Its website.
    pub(super) homepage: Option<String>,
    /// One or two sentences; empty: none.
    pub(super) description: Option<String>,
    /// The page of its privacy policy; empty: none.
    pub(super) privacy_policy: Option<String>,
    /// The page of its terms; empty: none.
    pub(super) terms: Option<String>,
    /// Where its people find help; empty: none.
    pub(super) support: Option<String>,
    /// The e-mail address of its developers; empty: none.
    pub(super) contact: Option<String>,
    /// How it authenticates: `client_secret_basic` or `client_secret_post` for a secret, which works in either way, or
    /// `private_key_jwt` for assertions that it signs. An app that signs assertions has no
    /// secret any more; one that goes back to a secret has none until one is added.
    pub(super) token_endpoint_auth_method: Option<String>,
    /// Its public keys, as a JSON Web Key Set.
    pub(super) jwks: Option<Map<String, Value>>,
    /// The URL where it publishes such a set, in place of `jwks`.
    pub(super) jwks_uri: Option<String>,
    /// The algorithms that it may sign with, such as `ES256`. An empty list: every one that is verified here.
    pub(super) token_endpoint_auth_signing_algs: Option<Vec<String>>,
    /// All that it registers for OpenID Connect from now on.
    pub(super) openid: Option<OpenIdMetadata>,
    /// Every URI that people may be sent back to from now on.
    pub(super) redirect_uris: Option<Vec<String>>,
    /// Whether it may use the device grant.
    pub(super) device_code: Option<bool>,
    /// Whether it may use the client credentials grant.
    pub(super) client_credentials: Option<bool>,
    /// Whether all its tokens are bound to keys: then each of its token requests needs a DPoP proof (RFC 9449).
    pub(super) dpop_bound_access_tokens: Option<bool>,
    /// Every scope it may ask for from now on.
    pub(super) scopes: Option<Vec<String>>,
    /// It may ask for every scope that is not restricted, in place of a list.
    pub(super) every_scope: Option<bool>,
    /// The scopes that it can do without.
    pub(super) optional_scopes: Option<Vec<String>>,
    /// Why it asks, by the name of the scope, in place of all that was told.
    pub(super) reasons: Option<BTreeMap<String, String>>,
}

/// A secret to add.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSecret {
    /// What to call it, at most 80 characters.
    #[serde(default)]
    pub(super) name: String,
    /// How many days it works, 1 to 3650. Without: until it is revoked.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3650))]
    pub(super) days: Option<u32>,
}

/// A secret that replaces the others.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    /// What to call the new one, at most 80 characters.
    #[serde(default)]
    pub(super) name: String,
    /// How many hours the others go on working, 0 to 168. Without: 24.
    #[serde(default)]
    #[schemars(range(min = 0, max = 168))]
    pub(super) overlap_hours: Option<u32>,
}

/// An app.
#[derive(Serialize, JsonSchema)]
pub(super) struct AppView {
    client_id: String,
    /// Raised by each change.
    version: i64,
    name: String,
    homepage: String,
    description: String,
    privacy_policy: String,
    terms: String,
    support: String,
    contact: String,
    /// The id of the organization that runs it; null: you do.
    organization: Option<String>,
    /// Who is named as its publisher.
    publisher: String,
    /// Where its picture is, after the address of this server; null: it has none.
    logo: Option<String>,
    /// `owner`, `developer` or `viewer`: what you may do with it.
    role: &'static str,
    kind: Kind,
    /// `client_secret_basic` (or in the body), `private_key_jwt` or `none`.
    token_endpoint_auth_method: &'static str,
    /// Its public keys, if it signs assertions and does not publish them itself.
    jwks: Option<Value>,
    /// Where it publishes them.
    jwks_uri: Option<String>,
    /// The algorithms that it may sign with; empty where it signs nothing.
    token_endpoint_auth_signing_algs: Vec<&'static str>,
    /// What it registered for OpenID Connect.
    openid: OpenIdMetadata,
    /// Whether each of its token requests needs a DPoP proof.
    dpop_bound_access_tokens: bool,
    redirect_uris: Vec<String>,
    /// The grants that it may use, as `grant_type` names them.
    grants: Vec<&'static str>,
    /// The scopes it may ask for; null: every one that is not restricted.
    scopes: Option<Vec<String>>,
    optional_scopes: Vec<String>,
    reasons: BTreeMap<String, String>,
    /// The restricted scopes that were approved for it.
    approved_scopes: Vec<String>,
    /// `live` or `test`.
    mode: &'static str,
    /// `active`, `pending` (not reviewed: it works for whoever runs it) or `disabled`.
    status: &'static str,
    /// Of a pending app, where its request for review stands: `open` or `asked_back`; null: nobody has asked, and it is a
    /// draft.
    pub(super) review: Option<&'static str>,
    /// When an administrator looked at it (RFC 3339).
    reviewed_at: Option<String>,
    created_at: String,
    /// When it was used last, up to a minute ago.
    last_used_at: Option<String>,
}

impl AppView {
    /// An app, to somebody with this role.
    pub(super) fn of(client: &Client, role: Role, last_used: Option<UnixTime>) -> Self {
        AppView {
            client_id: client.id.clone(),
            version: client.version,
            name: client.name.clone(),
            homepage: client.homepage.clone(),
            description: client.description.clone(),
            privacy_policy: client.links.privacy_policy.clone(),
            terms: client.links.terms.clone(),
            support: client.links.support.clone(),
            contact: client.links.contact.clone(),
            organization: client.organization.map(|id| id.0.to_string()),
            publisher: client.publisher.clone(),
            logo: client
                .logo
                .map(|digest| path::logo(&client.id, &digest.base64url()[..8])),
            role: role.as_str(),
            kind: match client.kind {
                ClientKind::Confidential => Kind::Confidential,
                ClientKind::Public => Kind::Public,
            },
            token_endpoint_auth_method: client.auth_method().as_str(),
            jwks: client
                .keys
                .as_ref()
                .and_then(|keys| serde_json::from_str(keys.set()?.text()).ok()),
            jwks_uri: client
                .keys
                .as_ref()
                .and_then(|keys| keys.uri().map(str::to_owned)),
            token_endpoint_auth_signing_algs: client
                .keys
                .iter()
                .flat_map(|keys| keys.allowed())
                .map(|own| own.name())
                .collect(),
            openid: OpenIdMetadata::of(&client.openid),
            dpop_bound_access_tokens: client.dpop_bound,
            redirect_uris: client
                .redirect_uris
                .iter()
                .map(|uri| uri.as_str().to_owned())
                .collect(),
            grants: client.grants.iter().map(|grant| grant.as_str()).collect(),
            scopes: client.scopes.as_ref().map(names),
            optional_scopes: names(&client.asks.optional),
            reasons: client
                .asks
                .reasons
                .iter()
                .map(|(scope, reason)| (scope.to_owned(), reason.to_owned()))
                .collect(),
            approved_scopes: names(&client.approved),
            mode: client.side.as_str(),
            status: client.status.as_str(),
            review: None,
            reviewed_at: client.reviewed_at.map(clock::rfc3339),
            created_at: clock::rfc3339(client.created_at),
            last_used_at: last_used.map(clock::rfc3339),
        }
    }
}

fn names(scope: &Scope) -> Vec<String> {
    scope.names().map(str::to_owned).collect()
}

/// A user who was made with a test app.
#[derive(Serialize, JsonSchema)]
pub(super) struct TestUserView {
    pub(super) email: String,
    pub(super) password: String,
}

/// The terms for developers.
#[derive(Serialize, JsonSchema)]
pub(super) struct TermsView {
    /// Where they can be read; null: there are none.
    pub(super) url: Option<String>,
    /// What this version of them is called; it may be empty.
    pub(super) version: Option<String>,
    /// When you accepted them; null: not yet.
    pub(super) accepted_at: Option<String>,
}

/// That the terms are accepted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsAccepted {
    /// The version that was read.
    pub(super) version: String,
}

/// The test side of an app.
#[derive(Default, Serialize, JsonSchema)]
pub(super) struct TestSideView {
    /// Whether it is on.
    pub(super) on: bool,
    /// Its client id, if it is on: what `/valetkey/apps/{client_id}` takes too.
    pub(super) client_id: Option<String>,
    /// Its secret, if this answer made it: it is not shown again.
    pub(super) client_secret: Option<String>,
    /// The addresses of the people that it can be tried with.
    pub(super) people: Vec<String>,
    /// The same with their passwords, if this answer made them.
    pub(super) test_users: Vec<TestUserView>,
}

/// An app that was made, with what is told once.
#[derive(Serialize, JsonSchema)]
pub(super) struct MadeView {
    #[serde(flatten)]
    pub(super) app: AppView,
    /// Its secret, which is not shown again; null for a public app.
    pub(super) client_secret: Option<String>,
    /// Who it can be tried with, if it is of the test side.
    pub(super) test_users: Vec<TestUserView>,
}

/// Apps of one owner, the newest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct AppsView {
    pub(super) apps: Vec<AppView>,
    /// The `after` of the next page, if there is one.
    pub(super) next: Option<String>,
}

/// An app that was deleted.
#[derive(Serialize, JsonSchema)]
pub(super) struct DeletedView {
    pub(super) client_id: String,
    pub(super) name: String,
    /// Until when it can be brought back.
    pub(super) restorable_until: String,
}

/// Apps of one owner that can be brought back.
#[derive(Serialize, JsonSchema)]
pub(super) struct DeletedAppsView {
    pub(super) apps: Vec<DeletedView>,
    /// The `after` of the next page, if there is one.
    pub(super) next: Option<String>,
}

/// A secret, without its text.
#[derive(Serialize, JsonSchema)]
pub(super) struct SecretView {
    id: String,
    name: String,
    created_at: String,
    /// From when on it does not work; null: until it is revoked.
    expires_at: Option<String>,
    last_used_at: Option<String>,
    /// The network that it was used from.
    last_used_from: Option<String>,
}

impl SecretView {
    pub(super) fn of(secret: &StoredSecret, used: Option<(UnixTime, String)>) -> Self {
        let (at, from) = used.unzip();
        SecretView {
            id: secret.id.0.to_string(),
            name: secret.name.clone(),
            created_at: clock::rfc3339(secret.created_at),
            expires_at: secret.expires_at.map(clock::rfc3339),
            last_used_at: at.map(clock::rfc3339),
            last_used_from: from,
        }
    }
}

/// The secrets of an app that work.
#[derive(Serialize, JsonSchema)]
pub(super) struct SecretsView {
    pub(super) secrets: Vec<SecretView>,
}

/// A new secret.
#[derive(Serialize, JsonSchema)]
pub(super) struct IssuedView {
    #[serde(flatten)]
    pub(super) secret: SecretView,
    /// Its text, which is not shown again.
    pub(super) client_secret: String,
}

/// What a redirect URI is told that was looked at.
#[derive(Serialize, JsonSchema)]
pub(super) struct CheckedView {
    /// What was sent, shortened to 2,000 characters.
    pub(super) redirect_uri: String,
    pub(super) accepted: bool,
    /// The registered one that has most in common with it.
    pub(super) nearest: Option<String>,
    /// What the matter is.
    pub(super) message: String,
}

/// A request of the app.
#[derive(Serialize, JsonSchema)]
pub(super) struct RequestView {
    id: String,
    /// The id that its answer named.
    request_id: String,
    at: String,
    /// `authorize`, `token`, `device`, `revoke`, `introspect` or `token_info`.
    endpoint: &'static str,
    status: u16,
    /// `live` or `test`.
    mode: &'static str,
    /// The error that was answered; null of one that went well.
    error: Option<String>,
    cause: Option<String>,
    /// What often leads to it.
    often: Option<String>,
    /// What to do.
    fix: Option<String>,
    /// The app's server.
    address: Option<String>,
}

impl RequestView {
    pub(super) fn of(request: &LoggedRequest, policy: &Policy) -> Self {
        let refusal = request.refusal.as_ref();
        let advice = refusal.and_then(|refusal| refusal.advice(request.endpoint, policy));
        RequestView {
            id: request.id.0.to_string(),
            request_id: request.request_id.to_string(),
            at: clock::rfc3339(request.id.time()),
            endpoint: request.endpoint.name(),
            status: request.status,
            mode: request.side.as_str(),
            error: refusal.map(|refusal| refusal.code.clone()),
            cause: refusal.map(|refusal| refusal.cause.clone()),
            often: advice.map(|advice| advice.cause.to_owned()),
            fix: advice.map(|advice| advice.fix.to_owned()),
            address: request.address.map(|address| address.to_string()),
        }
    }
}

/// Requests of an app, the newest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct RequestsView {
    pub(super) requests: Vec<RequestView>,
    /// The `before` of the next page, if there is one.
    pub(super) next: Option<String>,
    /// Whether requests are kept here at all.
    pub(super) kept: bool,
}

/// An app as it is, to somebody with this role.
///
/// # Errors
/// When the store fails.
pub(super) async fn app_view(
    app: &App,
    client: &Client,
    role: Role,
) -> Result<AppView, store::StoreError> {
    let (last_used, _) = app.store.client_used(client.no).await?;
    let review = open_review(app, client).await?;
    Ok(AppView {
        review,
        ..AppView::of(client, role, last_used)
    })
}
