//! The flags that describe an app, for the commands that make one or change it.
use super::app_openid::OpenIdFlags;
use super::failure::Failure;
use super::place::{Opened, Place};
use super::text_file::read_text;
use clap::Args;
use protocol::register::{NewApp, NewAuthentication, Registrar};
use protocol::types::{
    AppLinks, Asks, ClientKind, ClientStatus, GrantType, RelyingParty, Scope, ScopeFault, Side,
};
use std::path::{Path, PathBuf};

/// The app to register.
#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    pub(super) place: Place,
    /// Who answers for it: the e-mail address or id of a user, or `handoff:` and the id at your own login.
    #[arg(long, value_name = "USER")]
    owner: String,
    /// The name people see.
    #[arg(long)]
    name: String,
    /// Its website.
    #[arg(long, value_name = "URL")]
    homepage: String,
    /// One or two sentences on what it does.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    links: Links,
    /// A picture to show beside its name: PNG, JPEG or WebP, at most 256 KiB.
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// Where people may be sent back; may be repeated.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// It runs on people's devices and cannot keep a secret.
    #[arg(long)]
    public: bool,
    /// It is for trying things, on the test side: two test users are made with it, and no real account can allow it
    /// anything. Needs test mode.
    #[arg(long)]
    test: bool,
    /// It is an API that checks the tokens of other apps.
    #[arg(long)]
    resource_server: bool,
    /// A grant it may use: authorization_code, refresh_token, client_credentials or device_code; may be repeated.
    /// Without: code and refresh, but none for a resource server without a redirect URI.
    #[arg(long, value_name = "GRANT", value_parser = grant)]
    grant: Vec<GrantType>,
    /// A scope it may ask for; may be repeated. Without: every scope that is not restricted.
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    scope: Vec<Scope>,
    #[command(flatten)]
    asks: AsksFlags,
    #[command(flatten)]
    openid: OpenIdFlags,
    #[command(flatten)]
    authentication: AuthenticationFlags,
    /// Bind its tokens to a key: without a proof of it (DPoP) the app gets none.
    #[arg(long)]
    dpop_bound: bool,
}

/// How it authenticates.
#[derive(Debug, Args)]
pub(super) struct AuthenticationFlags {
    /// How it authenticates: client_secret_basic or client_secret_post for a secret, in either way, or private_key_jwt
    /// for assertions that it signs. Without: as the keys that are named ask for, or else by a secret.
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<String>,
    /// Its public keys: a file with a JSON Web Key Set, or with one key; - for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// The URL where it publishes its public keys.
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// An algorithm that it may sign with, such as ES256; may be repeated. `any`: every one that is verified here.
    #[arg(long, value_name = "ALG")]
    auth_alg: Vec<String>,
}

impl AuthenticationFlags {
    /// What they say.
    pub(super) fn read(self) -> Result<NewAuthentication, Failure> {
        let read = |file: &PathBuf| read_text(file, "keys");
        Ok(NewAuthentication {
            method: self.auth_method,
            jwks: self.jwks.as_ref().map(read).transpose()?,
            jwks_uri: self.jwks_uri,
            algorithms: match self.auth_alg.as_slice() {
                [] => None,
                [any] if any == "any" => Some(Vec::new()),
                _ => Some(self.auth_alg),
            },
        })
    }
}

/// What it tells of the scopes that it asks for.
#[derive(Debug, Args)]
pub(super) struct AsksFlags {
    /// A scope it may ask for and can do without; may be repeated.
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    pub(super) optional_scope: Vec<Scope>,
    /// Why it asks for a scope, as people are told: the scope, a space, and the reason. Without a reason after the scope,
    /// none is told. May be repeated.
    #[arg(long, value_name = "SCOPE REASON")]
    reason: Vec<String>,
}

/// Its further pages and addresses.
#[derive(Debug, Args)]
pub(super) struct Links {
    /// The page of its privacy policy.
    #[arg(long, value_name = "URL")]
    pub(super) privacy_policy: Option<String>,
    /// The page of its terms.
    #[arg(long, value_name = "URL")]
    pub(super) terms: Option<String>,
    /// Where its people find help: a page, or an e-mail address.
    #[arg(long, value_name = "URL")]
    pub(super) support: Option<String>,
    /// The e-mail address of its developers.
    #[arg(long, value_name = "EMAIL")]
    pub(super) contact: Option<String>,
}

impl Create {
    /// The app that the flags describe.
    pub(super) async fn into_new_app(self, at: &Opened) -> Result<NewApp, Failure> {
        let only_checks = self.resource_server && self.redirect_uri.is_empty();
        let grants = match self.grant.is_empty() && !only_checks {
            true => None,
            false => Some(self.grant),
        };
        let logo = self.logo.as_deref().map(read_logo).transpose()?;
        let asks = self.asks.over(&Asks::default(), &[]).unwrap_or_default();
        Ok(NewApp {
            dpop_bound: self.dpop_bound,
            name: self.name,
            homepage: self.homepage,
            description: self.description.unwrap_or_default(),
            links: self.links.into_links(),
            owner: at.person(&self.owner).await?,
            organization: None,
            kind: match self.public {
                true => ClientKind::Public,
                false => ClientKind::Confidential,
            },
            authentication: self.authentication.read()?,
            redirect_uris: self.redirect_uri,
            grants,
            scopes: all_of(self.scope).map(|scope| scope.union(&asks.optional)),
            asks,
            resource_server: self.resource_server,
            openid: self.openid.over(&RelyingParty::default()),
            reviewed: false,
            status: ClientStatus::Active,
            logo,
            side: match self.test {
                true => Side::Test,
                false => Side::Live,
            },
            by: Registrar::Operator,
        })
    }
}

impl AsksFlags {
    /// What an app tells with these in place of what it told before; `None`: nothing else. It needs what is named as a
    /// `scope` of it.
    pub(super) fn over(&self, before: &Asks, scope: &[Scope]) -> Option<Asks> {
        let mut asks = before.clone();
        if let Some(needed) = all_of(scope.to_vec()) {
            let still = asks.optional.names().filter(|name| !needed.contains(name));
            asks.optional = still.collect();
        }
        if let Some(optional) = all_of(self.optional_scope.clone()) {
            asks.optional = optional;
        }
        for line in &self.reason {
            let (scope, reason) = line.split_once(' ').unwrap_or((line, ""));
            asks.reasons.set(scope, reason);
        }
        (asks != *before).then_some(asks)
    }
}

/// All names of several scopes; `None` of none.
pub(super) fn all_of(scopes: Vec<Scope>) -> Option<Scope> {
    scopes.into_iter().reduce(|all, one| all.union(&one))
}

/// The picture in a file.
pub(super) fn read_logo(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        Failure::failed(format!("cannot read the logo {}: {error}", file.display()))
    })
}

impl Links {
    fn into_links(self) -> AppLinks {
        AppLinks {
            privacy_policy: self.privacy_policy.unwrap_or_default(),
            terms: self.terms.unwrap_or_default(),
            support: self.support.unwrap_or_default(),
            contact: self.contact.unwrap_or_default(),
        }
    }
}

fn grant(text: &str) -> Result<GrantType, String> {
    let all = GrantType::ALL.into_iter();
    let named = all.clone().find(|grant| grant.short() == text);
    named.or_else(|| GrantType::parse(text)).ok_or_else(|| {
        let known: Vec<_> = all.map(GrantType::short).collect();
        format!("no such grant; there are {}", known.join(", "))
    })
}

/// Reads a scope of a flag.
pub(super) fn scope(text: &str) -> Result<Scope, &'static str> {
    Scope::parse(text).map_err(|fault| match fault {
        ScopeFault::Comma => "separate scopes by spaces, or repeat --scope",
        ScopeFault::TooMany => "a scope has at most 100 names",
        ScopeFault::Character => "a scope is visible ASCII without \" and \\",
    })
}
