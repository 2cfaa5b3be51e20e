//! Registering an app and changing what it may do.
mod authentication;
mod credentials;
mod documented;
mod error;
mod imported;
mod relying_party;
mod status;
mod texts;

pub use authentication::NewAuthentication;
pub(crate) use authentication::check_authentication;
pub use credentials::{digest_of, rotate_secret};
pub(crate) use credentials::{new_client_id, new_secret};
pub use documented::{documented, replace_documented_secret};
pub use error::{Field, RegistrationError, RegistrationErrors};
pub(crate) use error::{Findings, wrong};
pub use imported::{KnownBy, KnownSecret, MAX_CLIENT_ID, MIN_CLIENT_ID, import};
pub(crate) use relying_party::check_relying_party;
pub use status::{approve, approve_scopes, disable, enable};
pub(crate) use texts::{check_description, check_homepage, check_links, check_name};

use crate::decision::{Decision, Mint};
use crate::policy::Policy;
use crate::transition::{AppChange, Bounds, Logo, Transition};
use crate::types::asks::{MAX_REASON, is_reason};
use crate::types::name::{claims_review, imitates};
use crate::types::{
    AppLinks, Asks, Client, ClientKeys, ClientKind, ClientRowId, ClientStatus, GrantType, Locator,
    Membership, Person, PictureKind, RedirectUri, RelyingParty, Role, Scope, Side, StoredSecret,
    UnixTime,
};
use jose::Digest;

/// What a client secret's text starts with.
pub const SECRET_PREFIX: &str = "cs_";
/// Longest name of an app, in characters.
pub const MAX_NAME: usize = 80;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 500;
/// Largest logo, in bytes.
pub const MAX_LOGO: usize = 256 * 1024;

/// An app as someone wants to register it.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// The name people will see.
    pub name: String,
    /// Its website.
    pub homepage: String,
    /// One or two sentences; may be empty.
    pub description: String,
    /// Its further pages and addresses.
    pub links: AppLinks,
    /// Who answers for it.
    pub owner: Person,
    /// The organization that is to run it, as the owner belongs to it.
    pub organization: Option<Membership>,
    /// Whether it keeps a secret.
    pub kind: ClientKind,
    /// How it authenticates; nothing said: by a secret, unless it is public.
    pub authentication: NewAuthentication,
    /// Where people may be sent back.
    pub redirect_uris: Vec<String>,
    /// Grants it may use; `None`: code and refresh.
    pub grants: Option<Vec<GrantType>>,
    /// Scopes it may ask for; `None`: every one that is not restricted.
    pub scopes: Option<Scope>,
    /// Which of them it can do without, and why it asks.
    pub asks: Asks,
    /// Whether it is an API that checks tokens issued to others.
    pub resource_server: bool,
    /// Whether it always proves to hold the key of its tokens (RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// What it registers for OpenID Connect.
    pub openid: RelyingParty,
    /// Whether an admin vouches for it already.
    pub reviewed: bool,
    /// Whether it may start now, or waits for review.
    pub status: ClientStatus,
    /// A picture.
    pub logo: Option<Vec<u8>>,
    /// Whether it is for trying things.
    pub side: Side,
    /// Who registers it.
    pub by: Registrar,
}

/// Who registers an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrar {
    /// An operator, by a command: no bounds hold.
    Operator,
    /// Its owner, by themselves.
    Owner(Neighbours),
}

/// What is known of other apps when somebody registers one by themselves, takes one over, or gives one another name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Whether somebody else's app, or an organization that does not run it, has a name that looks like this one.
    pub namesake: bool,
    /// How many apps its owner, a person or an organization, runs so far; those among them that can be brought back.
    pub own: usize,
}

/// What the developer is told, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Registered {
    /// The public id.
    pub client_id: String,
    /// The secret, never to be seen again; `None` for a public app.
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registered({})", self.client_id)
    }
}

/// Registers an app. The secret has 256 random bits, so its SHA-256 is what is stored.
pub fn register<M: Mint>(
    new: NewApp,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> Decision<Registered, RegistrationErrors> {
    checked(new, policy)
        .map(|checked| registered(checked, policy, now, mint))
        .into()
}

/// What was asked for, and what the checks made of it.
struct CheckedApp {
    new: NewApp,
    grants: Vec<GrantType>,
    redirect_uris: Vec<RedirectUri>,
    keys: Option<Box<ClientKeys>>,
    logo: Option<Logo>,
}

fn checked(mut new: NewApp, policy: &Policy) -> Result<CheckedApp, RegistrationErrors> {
    let mut found = Findings::default();
    found.take(check_side(&new, policy));
    found.take(check_name(&new.name));
    found.take(check_bounds(&new, policy));
    found.take(check_description(&new.description));
    found.take(check_homepage(&new.homepage));
    new.links = check_links(&new.links, &mut found);
    let grants = found.take(check_grants(&new, policy));
    // Whether it must have one depends on grants that may be wrong.
    let judged = grants.as_deref().unwrap_or_default();
    let redirect_uris = found.take(check_redirect_uris(
        &new.redirect_uris,
        judged,
        policy.redirects.max,
    ));
    let keys = found.take(check_authentication(&new.authentication, new.kind, None));
    found.take(check_scopes(new.scopes.as_ref(), policy));
    found.take(check_asks(&new.asks, new.scopes.as_ref(), policy));
    found.take(check_relying_party(&new.openid, policy));
    let logo = found.take(new.logo.take().map(check_logo).transpose());
    let all = grants.zip(redirect_uris).zip(keys.zip(logo));
    found.none(
        all.map(|((grants, redirect_uris), (keys, logo))| CheckedApp {
            new,
            grants,
            redirect_uris,
            keys,
            logo,
        }),
    )
}

/// By what a new app is known: its client id and what is stored of its secret, whose text is told if it is new.
struct Identity {
    id: String,
    secret: Option<(Option<String>, StoredSecret)>,
}

fn registered<M: Mint>(
    checked: CheckedApp,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> Decision<Registered, RegistrationErrors> {
    let (side, kind) = (checked.new.side, checked.new.kind);
    let has_secret = kind == ClientKind::Confidential && checked.keys.is_none();
    let secret = has_secret.then(|| new_secret(side, now, mint));
    let identity = Identity {
        id: new_client_id(side, mint),
        secret: secret.map(|(text, stored)| (Some(text), stored)),
    };
    named(checked, identity, policy, now)
}

fn named(
    checked: CheckedApp,
    identity: Identity,
    policy: &Policy,
    now: UnixTime,
) -> Decision<Registered, RegistrationErrors> {
    let CheckedApp {
        new,
        grants,
        redirect_uris,
        keys,
        logo,
    } = checked;
    let bounds = match new.by {
        Registrar::Operator => None,
        Registrar::Owner(_) => Some(Bounds {
            own_name: names_bind(&new),
            most: most_of(&new, policy),
        }),
    };
    let (text, stored) = identity.secret.unzip();
    let client = Client {
        no: ClientRowId(0),
        version: 1,
        id: identity.id,
        name: new.name.trim().to_owned(),
        homepage: new.homepage,
        description: new.description.trim().to_owned(),
        links: new.links,
        owner: new.owner.subject,
        organization: new.organization.as_ref().map(|own| own.organization.id),
        publisher: match new.organization {
            Some(own) => own.organization.name,
            None => new.owner.name,
        },
        kind: new.kind,
        secrets: stored.into_iter().collect(),
        keys,
        dpop_bound: new.dpop_bound,
        redirect_uris,
        grants,
        scopes: new.scopes,
        asks: new.asks,
        approved: Scope::default(),
        resource_server: new.resource_server,
        status: new.status,
        not_before: Locator(0),
        reviewed_at: new.reviewed.then_some(now),
        logo: logo.as_ref().map(|logo| Digest::of(&logo.bytes)),
        created_at: now,
        side: new.side,
        documented: false,
        openid: new.openid,
        team: Vec::new(),
        live_of: None,
        introduction: None,
    };
    let reply = Registered {
        client_id: client.id.clone(),
        client_secret: text.flatten(),
    };
    let registered = AppChange::Register {
        client: Box::new(client),
        logo,
        bounds,
    };
    Decision::grant(Transition::App(registered), reply)
}

/// Nobody meets an app of the test side but its own test users, so its name deceives nobody. Administrators answer for the
/// names that they give.
fn check_bounds(new: &NewApp, policy: &Policy) -> Result<(), Vec<RegistrationError>> {
    let Registrar::Owner(neighbours) = new.by else {
        return Ok(());
    };
    let mut wrongs = Vec::new();
    if names_bind(new) {
        wrongs.extend(check_imitation(&new.name, neighbours.namesake, policy).err());
    }
    wrongs.extend(check_room(neighbours.own, most_of(new, policy)).err());
    match wrongs.is_empty() {
        true => Ok(()),
        false => Err(wrongs),
    }
}

fn names_bind(new: &NewApp) -> bool {
    new.side == Side::Live && !new.owner.admin
}

fn most_of(new: &NewApp, policy: &Policy) -> usize {
    most_apps(new.organization.is_some(), policy)
}

/// The most apps that an owner runs; 0: any number.
pub(crate) fn most_apps(is_organization: bool, policy: &Policy) -> usize {
    match is_organization {
        true => policy.apps.per_organization,
        false => policy.apps.per_person,
    }
}

/// Whether an owner who runs so many apps may run another.
pub(crate) fn check_room(own: usize, most: usize) -> Result<(), RegistrationError> {
    match most > 0 && own >= most {
        true => Err(wrong(
            Field::Count,
            format!("there are {most} apps of this owner already, which is the most"),
        )),
        false => Ok(()),
    }
}

/// Whether a name may be told apart from the provider, from organizations and from the apps of others.
pub(crate) fn check_imitation(
    name: &str,
    namesake: bool,
    policy: &Policy,
) -> Result<(), RegistrationError> {
    if imitates(name, &policy.apps.provider) {
        let sentence = "the name is that of the provider, or looks like it: choose another";
        return Err(wrong(Field::ProvidersName, sentence));
    }
    if claims_review(name) {
        let sentence = "the name says that the app was reviewed, which pages say of it themselves: leave out the check mark and words such as \"verified\"";
        return Err(wrong(Field::ReviewMark, sentence));
    }
    match namesake {
        true => Err(wrong(
            Field::TakenName,
            "an organization or the app of somebody else has this name, or one that looks like it: choose another",
        )),
        false => Ok(()),
    }
}

/// The test side must be there, and no app belongs to a test user.
fn check_side(new: &NewApp, policy: &Policy) -> Result<(), RegistrationError> {
    if new.side == Side::Test && !policy.test_mode {
        return Err(wrong(
            Field::Test,
            "test mode is switched off here: write mode = true under [test]",
        ));
    }
    if new
        .organization
        .as_ref()
        .is_some_and(|own| own.role < Role::Developer)
    {
        return Err(wrong(
            Field::Owner,
            "a viewer makes no apps: ask an owner of the organization",
        ));
    }
    match new.owner.test_app {
        Some(_) => Err(wrong(
            Field::Owner,
            "a test user cannot answer for an app: name a person",
        )),
        None => Ok(()),
    }
}

fn check_grants(new: &NewApp, policy: &Policy) -> Result<Vec<GrantType>, RegistrationError> {
    let default = || {
        let pair = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        pair.into_iter()
            .filter(|grant| policy.allows(*grant))
            .collect()
    };
    let grants = new.grants.clone().unwrap_or_else(default);
    if let Some(off) = grants.iter().find(|grant| !policy.allows(**grant)) {
        let sentence = format!("the grant {} is switched off here", off.as_str());
        return Err(wrong(Field::Grants, sentence));
    }
    if new.kind == ClientKind::Public && grants.contains(&GrantType::ClientCredentials) {
        return Err(wrong(
            Field::Grants,
            "a public app has no secret, so it cannot use client_credentials",
        ));
    }
    if new.kind == ClientKind::Public && new.resource_server {
        return Err(wrong(
            Field::ResourceServer,
            "a resource server needs a secret: register it as confidential",
        ));
    }
    Ok(grants)
}

/// Every URI that is wrong is told, each with itself as value.
pub(crate) fn check_redirect_uris(
    uris: &[String],
    grants: &[GrantType],
    max: usize,
) -> Result<Vec<RedirectUri>, Vec<RegistrationError>> {
    if uris.len() > max {
        let sentence = format!(
            "an app has at most {max} redirect URIs, and these are {}: take some away",
            uris.len()
        );
        return Err(vec![wrong(Field::RedirectUris, sentence)]);
    }
    if uris.is_empty() && grants.contains(&GrantType::AuthorizationCode) {
        let sentence = "the code grant needs at least one redirect URI";
        return Err(vec![wrong(Field::RedirectUris, sentence)]);
    }
    let (mut registered, mut wrongs) = (Vec::new(), Vec::new());
    let about = |uri: &String, sentence: String| RegistrationError {
        value: Some(uri.clone()),
        ..wrong(Field::RedirectUris, sentence)
    };
    for uri in uris {
        match RedirectUri::register(uri) {
            Ok(known) if registered.contains(&known) => {
                let sentence = "the redirect URI is there twice: take one away";
                wrongs.push(about(uri, sentence.to_owned()));
            }
            Ok(uri) => registered.push(uri),
            Err(fault) => wrongs.push(about(uri, fault.sentence_about(uri))),
        }
    }
    match wrongs.is_empty() {
        true => Ok(registered),
        false => Err(wrongs),
    }
}

pub(crate) fn check_scopes(
    scopes: Option<&Scope>,
    policy: &Policy,
) -> Result<(), RegistrationError> {
    let mut names = scopes.into_iter().flat_map(Scope::names);
    match names.find(|name| policy.scope(name).is_none()) {
        Some(name) => Err(wrong(Field::Scopes, format!("there is no scope '{name}'"))),
        None => Ok(()),
    }
}

/// Reasons and what can be done without are about scopes that the app may ask for.
pub(crate) fn check_asks(
    asks: &Asks,
    scopes: Option<&Scope>,
    policy: &Policy,
) -> Result<(), Vec<RegistrationError>> {
    let own = |name: &str| scopes.is_none_or(|scopes| scopes.contains(name));
    let known = |name: &str| own(name) && policy.scope(name).is_some();
    let reasons = asks.reasons.iter();
    let names = asks.optional.names().chain(reasons.map(|(name, _)| name));
    let unknown = names.filter(|name| !known(name)).map(|name| {
        let sentence = format!("'{name}' is no scope that the app asks for");
        about_scope(name, sentence)
    });
    let unfit = asks
        .reasons
        .iter()
        .filter(|(_, reason)| !is_reason(reason))
        .map(|(name, _)| {
            let sentence = format!("the reason for '{name}' has at most {MAX_REASON} characters on one line, all of which can be seen");
            about_scope(name, sentence)
        });
    let wrongs: Vec<_> = unknown.chain(unfit).collect();
    match wrongs.is_empty() {
        true => Ok(()),
        false => Err(wrongs),
    }
}

fn about_scope(name: &str, sentence: String) -> RegistrationError {
    RegistrationError {
        value: Some(name.to_owned()),
        ..wrong(Field::Reasons, sentence)
    }
}

/// A drawing may hold scripts, so strangers register none.
pub(crate) fn check_logo(bytes: Vec<u8>) -> Result<Logo, RegistrationError> {
    let kind = PictureKind::of(&bytes).filter(|kind| *kind != PictureKind::Svg);
    let kind = kind.ok_or_else(|| wrong(Field::Logo, "a logo is a PNG, JPEG or WebP picture"))?;
    let media_type = kind.media_type();
    match bytes.len() > MAX_LOGO {
        true => Err(wrong(Field::Logo, "a logo has at most 256 KiB")),
        false => Ok(Logo { media_type, bytes }),
    }
}
