//! The configuration file's shape: every setting, its meaning and its default.
//!
//! The comments are the reference: `valetkey config schema` and `docs/reference/configuration.md` are made
//! from them.

mod api;
mod branding;
mod conformance;
mod developers;
mod grants;
mod introductions;
mod limits;
mod login;
mod machine;
mod mail;
mod openid;
mod outbound;
mod passkeys;
mod portal;
mod request_log;
mod signing;
mod telemetry;
mod token;

pub(crate) use api::{ApiSettings, ApiToken};
pub(crate) use branding::BrandingSettings;
pub(crate) use conformance::ConformanceSettings;
pub use developers::DeveloperChapter;
pub(crate) use developers::DeveloperSettings;
pub(crate) use grants::GrantSettings;
pub(crate) use introductions::IntroductionSettings;
pub(crate) use limits::{LimitSettings, RateSettings};
pub(crate) use login::{HandoffSettings, LoginSettings, UpstreamKind, UpstreamSettings};
pub(crate) use machine::{
    EventSettings, ListenSetting, MetricsSettings, SealingSettings, StorageSettings, TlsSettings,
};
pub use machine::{LogFormat, LogLevel, LogSettings, Synchronous};
pub(crate) use mail::{BounceSettings, MailSettings};
pub(crate) use openid::OpenIdSettings;
pub(crate) use outbound::OutboundSettings;
pub(crate) use passkeys::PasskeySettings;
pub use portal::AppOwners;
pub(crate) use portal::PortalSettings;
pub(crate) use request_log::RequestLogSettings;
pub(crate) use signing::SigningSettings;
pub(crate) use telemetry::TelemetrySettings;
pub(crate) use token::{BodySetting, NonceSetting, TokenSettings};

use super::values::{IdSetting, SignUpSetting, Span, TextSetting};
use protocol::policy::{PkcePolicy, Registration, Risk, SecondFactorRule, SignUp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The configuration of one issuer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The issuer identifier: an https URL without query and fragment, published byte for byte as written. With a path,
    /// such as `https://example.com/auth`, everything is below it.
    /// Plain http on loopback only. Without it: `http://localhost` with the port of `listen`, if that is loopback.
    pub(crate) issuer: Option<String>,
    /// Where to listen, one place or a list of them: an address with its port, such as `127.0.0.1:8080` or `[::]:443`,
    /// which takes both families; `unix:PATH` for a Unix socket, with `?mode=0666` for a mode other than 0660; `systemd`,
    /// or `systemd:NAME`, for a socket that systemd hands over. In a flag or a variable, with commas between them.
    pub(crate) listen: ListenSetting,
    /// Addresses or networks of reverse proxies whose forwarding headers are believed: none that takes in a large
    /// part of the internet.
    pub(crate) trusted_proxies: Vec<String>,
    /// How long a connection stays open on which nothing is asked: 1s to 1h. Longer than the balancer in front keeps
    /// it, which else now and then sends a request into a connection that is just being closed.
    pub(crate) keep_alive: Span,
    /// How much is taken from one address, of one app and in all.
    pub(crate) limits: LimitSettings,
    /// Other hosts of the same provider. With an issuer on loopback they are the issuer's own, but for those that are on
    /// loopback too, such as `dev.localhost:8080`.
    pub(crate) hosts: HostSettings,
    /// Endpoint paths. Each is a list of aliases, taken literally (`/token/` is not `/token`); the first is
    /// published. An empty list switches the endpoint off.
    pub(crate) paths: PathSettings,
    /// What apps are told when a person has decided.
    pub(crate) authorization: AuthorizationSettings,
    /// Where standards ask for different things.
    pub(crate) conformance: ConformanceSettings,
    /// Codes and tokens.
    pub(crate) token: TokenSettings,
    /// The scopes there are, one table each, in the order in which people see them.
    pub(crate) scopes: BTreeMap<String, ScopeSettings>,
    /// OpenID Connect.
    pub(crate) openid: OpenIdSettings,
    /// The APIs that tokens are for, where they are told apart.
    pub(crate) api: Vec<ApiSettings>,
    /// Apps and how they are registered.
    pub(crate) apps: AppSettings,
    /// Apps that introduce themselves.
    pub(crate) introductions: IntroductionSettings,
    /// How people sign in.
    pub(crate) login: LoginSettings,
    /// People's accounts.
    pub(crate) accounts: AccountSettings,
    /// Passkeys (WebAuthn): people sign in and type nothing. Browsers bind them to a domain, so they go with a name, never
    /// with an address such as `192.0.2.1`; `localhost` will do on one machine.
    pub(crate) passkeys: PasskeySettings,
    /// Grants that apps may use.
    pub(crate) grants: GrantSettings,
    /// Devices without a browser, when `device_code` is among the grants.
    pub(crate) device: DeviceSettings,
    /// A side for developers to try things, beside the live one.
    pub(crate) test: TestSettings,
    /// What people see of you.
    pub(crate) branding: BrandingSettings,
    /// The public pages for developers at `/developers`, made from this configuration.
    pub(crate) developers: DeveloperSettings,
    /// The pages on which developers run their apps.
    pub(crate) portal: PortalSettings,
    /// What apps' requests were told, for their developers to read.
    pub(crate) request_log: RequestLogSettings,
    /// A certificate, to serve https without a proxy in front.
    pub(crate) tls: TlsSettings,
    /// How mail is sent: by a server (`smtp`), or into a folder. Without this table, none is.
    pub(crate) mail: MailSettings,
    /// What is fetched from hosts that developers name.
    pub(crate) outbound: OutboundSettings,
    /// Events: who did what, read by `valetkey audit`.
    pub(crate) events: EventSettings,
    /// The log on standard error.
    pub(crate) log: LogSettings,
    /// Metrics, on a listener of their own.
    pub(crate) metrics: MetricsSettings,
    /// Traces and metrics, handed to a collector.
    pub(crate) telemetry: TelemetrySettings,
    /// Where everything is kept.
    pub(crate) storage: StorageSettings,
    /// Keys under which secrets are stored that the server must be able to read again.
    pub(crate) sealing: SealingSettings,
    /// The keys that sign.
    pub(crate) signing: SigningSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            issuer: None,
            listen: ListenSetting::One("127.0.0.1:8080".to_owned()),
            trusted_proxies: Vec::new(),
            keep_alive: Span::seconds(75),
            limits: LimitSettings::default(),
            hosts: HostSettings::default(),
            paths: PathSettings::default(),
            authorization: AuthorizationSettings::default(),
            conformance: ConformanceSettings::default(),
            token: TokenSettings::default(),
            scopes: BTreeMap::new(),
            openid: OpenIdSettings::default(),
            api: Vec::new(),
            apps: AppSettings::default(),
            introductions: IntroductionSettings::default(),
            login: LoginSettings::default(),
            accounts: AccountSettings::default(),
            passkeys: PasskeySettings::default(),
            grants: GrantSettings::default(),
            device: DeviceSettings::default(),
            test: TestSettings::default(),
            branding: BrandingSettings::default(),
            developers: DeveloperSettings::default(),
            portal: PortalSettings::default(),
            request_log: RequestLogSettings::default(),
            tls: TlsSettings::default(),
            mail: MailSettings::default(),
            outbound: OutboundSettings::default(),
            events: EventSettings::default(),
            log: LogSettings::default(),
            metrics: MetricsSettings::default(),
            telemetry: TelemetrySettings::default(),
            storage: StorageSettings::default(),
            sealing: SealingSettings::default(),
            signing: SigningSettings::default(),
        }
    }
}

/// Other hosts of the same provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HostSettings {
    /// The host of the pages for developers, such as `dev.example.com`, if it is not the issuer's: where they run their apps and
    /// read how. It leads to this same server, people sign in at the issuer, and no cookie is shared.
    pub(crate) portal: Option<String>,
    /// The host of the API, where `token_info` is published, such as `api.example.com`. Default: the issuer's.
    pub(crate) api: Option<String>,
}

/// Endpoint paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PathSettings {
    /// Where people are sent to allow an app (RFC 6749 §3.1).
    pub authorize: Vec<String>,
    /// Where apps get tokens (RFC 6749 §3.2).
    pub token: Vec<String>,
    /// Where apps revoke tokens (RFC 7009).
    pub revoke: Vec<String>,
    /// Where an API asks what a token opens (RFC 7662).
    pub introspect: Vec<String>,
    /// Where an API that keeps such answers is told which to forget. Off whenever `introspect` is.
    pub revocations: Vec<String>,
    /// Where a token tells about itself (`GET` with the token).
    pub token_info: Vec<String>,
    /// Where a device without a browser asks for its codes (RFC 8628 §3.1). People type theirs at `/device`.
    pub device: Vec<String>,
    /// Where an app learns who signed in (OpenID Connect Core §5.3). Off unless `openid` is on.
    pub userinfo: Vec<String>,
    /// Where apps send people to sign out (OpenID Connect RP-Initiated Logout §2). Off unless `openid` is on.
    pub logout: Vec<String>,
    /// Where an app registers itself (RFC 7591 §3), and below it each manages its registration (RFC 7592). Off while
    /// `introductions.registration` is.
    pub register: Vec<String>,
    /// Where an app reads and changes its own registration (`GET`, `PATCH`) with a token of its own that has the
    /// scope `app:write`.
    pub app: Vec<String>,
}

impl Default for PathSettings {
    fn default() -> Self {
        let one = |path: &str| vec![path.to_owned()];
        PathSettings {
            authorize: one("/oauth2/authorize"),
            token: one("/oauth2/token"),
            revoke: one("/oauth2/revoke"),
            introspect: one("/oauth2/introspect"),
            revocations: one("/oauth2/revocations"),
            token_info: one("/oauth2/token/info"),
            device: one("/oauth2/device"),
            userinfo: one("/oauth2/userinfo"),
            logout: one("/oauth2/logout"),
            register: one("/oauth2/register"),
            app: Vec::new(),
        }
    }
}

impl PathSettings {
    /// All of them, by their names.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &[String]); 11] {
        let PathSettings {
            authorize,
            token,
            revoke,
            introspect,
            revocations,
            token_info,
            device,
            userinfo,
            logout,
            register,
            app,
        } = self;
        [
            ("authorize", authorize),
            ("token", token),
            ("revoke", revoke),
            ("introspect", introspect),
            ("revocations", revocations),
            ("token_info", token_info),
            ("device", device),
            ("userinfo", userinfo),
            ("logout", logout),
            ("register", register),
            ("app", app),
        ]
    }
}

/// What apps are told when a person has decided.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AuthorizationSettings {
    /// Whether the redirect back to the app names the issuer as `iss` (RFC 9207), which protects apps that use several
    /// providers from mix-up. Off only for apps that stop at a parameter your documentation does not name.
    pub(crate) iss: bool,
}

impl Default for AuthorizationSettings {
    fn default() -> Self {
        AuthorizationSettings { iss: true }
    }
}

/// One scope. Its name is opaque: `api` does not include `api:v1`, and `*` means nothing special.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("examples" = [{ "sentence": "See your tasks" }]))]
pub(crate) struct ScopeSettings {
    /// The heading under which people see it; in several languages `{ en = "…", de = "…" }`.
    pub(crate) group: TextSetting,
    /// What it allows in plain words, continuing "The app would like to: …"; in several languages
    /// `{ en = "…", de = "…" }`. Required.
    pub(crate) sentence: TextSetting,
    /// How much harm it can do; `write`, `delete` and `full` are flagged on the consent page.
    pub(crate) risk: Risk,
    /// Scopes that it was divided from, which may be gone by now: whoever allowed an app one of them is not asked again
    /// for this one.
    pub(crate) part_of: Vec<String>,
    /// An app needs an admin's approval before it may ask for it.
    pub(crate) restricted: bool,
    /// It is allowed only after a sign-in with a second factor.
    pub(crate) second_factor: bool,
    /// It shows personal details, so codes for it live `code_personal`.
    pub(crate) personal: bool,
    /// Granted when a request names no scope.
    pub(crate) default: bool,
    /// Claims that it opens at `paths.userinfo`. Default: those of OpenID Connect for `profile`, `email`, `address` and
    /// `phone`, none for others.
    pub(crate) claims: Option<Vec<String>>,
    /// Whether it opens `paths.userinfo` by itself, as `openid` does.
    pub(crate) userinfo: bool,
}

impl Default for ScopeSettings {
    fn default() -> Self {
        ScopeSettings {
            group: TextSetting::one("General"),
            sentence: TextSetting::one(""),
            part_of: Vec::new(),
            risk: Risk::Read,
            restricted: false,
            second_factor: false,
            personal: false,
            default: false,
            claims: None,
            userinfo: false,
        }
    }
}

/// Apps and how they are registered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AppSettings {
    /// Who may register an app: anyone with an account (`open`), those whom you invited (`invite`: `valetkey developer invite`), anyone but
    /// an admin lets it in (`review`), or admins alone (`admin`). Under `review` an app that changes its name, website
    /// or redirect URIs waits until an admin has looked at it again; until then it works for whoever runs it alone.
    pub(crate) registration: Registration,
    /// How many people may allow an app that was not reviewed, under `review`: 0 to 1000000. Its owner always may. The
    /// consent page says of such an app that it was not reviewed.
    pub(crate) unreviewed_people: usize,
    /// Whether people tick each scope of an app that was not reviewed: none is ticked to begin with. Otherwise they allow
    /// what it asks for, or nothing, as with any other app.
    pub(crate) unreviewed_unticked: bool,
    /// The most redirect URIs that one app may have: 1 to 100.
    pub(crate) max_redirect_uris: usize,
    /// The most apps that one person runs, those among them that were deleted in the last 30 days: 0 to 1000000, 0 for any
    /// number. Whoever has as many takes over no other. Commands that register apps are not bound by it.
    pub(crate) max_per_person: usize,
    /// The same of one organization.
    pub(crate) max_per_organization: usize,
    /// Who must use PKCE with S256: `public` apps, or `all`.
    pub(crate) pkce: PkcePolicy,
    /// Whether `http://localhost` may be used with any port, as `127.0.0.1` and `[::1]` may. Public apps whose redirect URIs are
    /// all on their own computer, and apps that introduced themselves as native ones or by a document, always may.
    pub(crate) localhost_any_port: bool,
    /// Whether who asks for scopes that its app may not have, because they are not on its list or wait for approval, gets the
    /// others that it asks for; the answer says which. Off: it gets `invalid_scope`. A name that is no scope is always an error.
    pub(crate) narrow_scope: bool,
}

impl Default for AppSettings {
    fn default() -> Self {
        AppSettings {
            registration: Registration::Review,
            unreviewed_people: 100,
            unreviewed_unticked: false,
            max_redirect_uris: 10,
            max_per_person: 100,
            max_per_organization: 500,
            pkce: PkcePolicy::All,
            localhost_any_port: false,
            narrow_scope: false,
        }
    }
}

/// People's accounts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountSettings {
    /// Who may make an account: `"open"` for anyone, `"invited"` for those whom `valetkey user invite` sent a link, or
    /// `"off"` for nobody, so that `valetkey user create` alone makes one. `true` stands for `"open"` and `false` for
    /// `"off"`.
    pub(crate) sign_up: SignUpSetting,
    /// The shortest password, in characters: 8 to 64.
    pub(crate) min_password: usize,
    /// Whether people let apps in for an organization that they belong to: they pick one, or their own account, when they
    /// allow an app, and tokens name it. Off: apps are let in for the person's own account alone.
    pub(crate) workspaces: bool,
    /// How long a browser stays signed in at most, from when its person signed in: 1s to 2y.
    pub(crate) session: Span,
    /// After which time without a request it is signed out before: 1s to `accounts.session`, which is the default. It is looked at
    /// every five minutes, so a browser may be signed out six minutes early. Counts for sessions that begin from then on.
    pub(crate) session_idle: Option<Span>,
    /// How long an authorization request waits for its person: 1s to 1d.
    pub(crate) interaction: Span,
    /// Who signs in with a second factor, a code of an authenticator app. Whoever has set one up is asked for it at every
    /// sign-in. `"optional"`: nobody else must. `"restricted"`: whoever allows an app a scope that is `restricted`.
    /// `"required"`: everybody; who has none sets it up at the next sign-in, your own login (`login.handoff`) proves one for
    /// its people, and sessions that began without are over. A scope may ask for it by itself
    /// (`scopes.NAME.second_factor`), and an app (`openid.second_factor_acr`).
    pub(crate) second_factor: SecondFactorRule,
    /// How people are named to apps: `{ prefix = "user_" }`, or `"number"` for a counter. Not to be changed once
    /// there are people. A prefix has 1 to 16 letters, digits, `_` and `-`.
    pub(crate) id: IdSetting,
}

impl Default for AccountSettings {
    fn default() -> Self {
        AccountSettings {
            sign_up: SignUpSetting::Named(SignUp::Open),
            min_password: 12,
            workspaces: false,
            session: Span::days(14),
            session_idle: None,
            interaction: Span::seconds(3_600),
            second_factor: SecondFactorRule::Optional,
            id: IdSetting::Prefixed {
                prefix: "user_".to_owned(),
            },
        }
    }
}

/// Devices without a browser.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeviceSettings {
    /// How long a device waits for its person: 1s to 1h.
    pub(crate) lifetime: Span,
    /// How often it may ask, to begin with: 1s to 60s. It grows by 5 seconds whenever a device asks too soon.
    pub(crate) interval: Span,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        DeviceSettings {
            lifetime: Span::seconds(600),
            interval: Span::seconds(5),
        }
    }
}

/// A side for developers to try things. Apps, secrets, tokens and users of it are marked `test_`, and nothing
/// crosses to the live side or back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TestSettings {
    /// Whether there is one. Off: its apps are refused as if they were not there.
    pub(crate) mode: bool,
    /// Credentials that you publish in your documentation for everyone to try things with. Without: there are none.
    pub(crate) credentials: Option<TestCredentials>,
}

/// Credentials that everyone may use. They are sent back to their own computer only (`http://localhost` and the
/// like, any port and path), and all share one test user.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCredentials {
    /// The client id; it starts with `test_`.
    pub client_id: String,
    /// The client secret; it starts with `test_`.
    pub client_secret: String,
    /// The address with which the test user signs in.
    pub email: String,
    /// The test user's password.
    pub password: String,
}
