//! Changing what an app says of itself, where it sends people and what it may ask for.
use crate::decision::Decision;
use crate::policy::{Policy, Registration};
use crate::register::{
    Field, Findings, NewAuthentication, RegistrationError, RegistrationErrors, check_asks,
    check_authentication, check_description, check_homepage, check_imitation, check_links,
    check_logo, check_name, check_redirect_uris, check_relying_party, check_scopes, wrong,
};
use crate::transition::{AppChange, LogoChange, Transition};
use crate::types::name::{claims_review, skeleton};
use crate::types::{
    AppLinks, Asks, Client, ClientKind, ClientStatus, GrantType, Reasons, RedirectUri,
    RelyingParty, Scope, Side,
};
use jose::Digest;

/// Who changes an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// The app itself, with a token of its own. What it may ask for is not its own business.
    App,
    /// Its owner. Restricted scopes are those that were approved, and no others.
    Owner,
    /// An operator.
    Operator,
}

/// What is to be different; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppUpdate {
    /// The version that whoever asks has seen: refused when the app was changed since.
    pub version: Option<i64>,
    /// The name people see.
    pub name: Option<String>,
    /// Its website.
    pub homepage: Option<String>,
    /// One or two sentences.
    pub description: Option<String>,
    /// The page of its privacy policy; empty: none.
    pub privacy_policy: Option<String>,
    /// The page of its terms; empty: none.
    pub terms: Option<String>,
    /// Where its people find help, a page or an e-mail address; empty: none.
    pub support: Option<String>,
    /// The e-mail address of its developers; empty: none.
    pub contact: Option<String>,
    /// Every URI that people may be sent back to from now on.
    pub redirect_uris: Option<Vec<String>>,
    /// How it authenticates from now on.
    pub authentication: NewAuthentication,
    /// Its picture.
    pub logo: Option<LogoUpdate>,
    /// Every scope it may ask for from now on; `Some(None)`: every one that is not restricted.
    pub scopes: Option<Option<Scope>>,
    /// Which scopes it can do without, and why it asks for each.
    pub asks: Option<Asks>,
    /// All that it registers for OpenID Connect from now on.
    pub openid: Option<RelyingParty>,
    /// Whether it may use the device grant.
    pub device_code: Option<bool>,
    /// Whether it may use the client credentials grant.
    pub client_credentials: Option<bool>,
    /// Whether it always proves to hold the key of its tokens.
    pub dpop_bound: Option<bool>,
    /// Whether somebody else's app, or an organization that does not run it, has a name that looks like the new one.
    pub namesake: bool,
}

impl AppUpdate {
    /// Whether it changes nothing but what a test side has of its own.
    fn is_of_test_side(&self) -> bool {
        let shared = AppUpdate {
            version: None,
            redirect_uris: None,
            openid: None,
            authentication: NewAuthentication::default(),
            dpop_bound: None,
            ..self.clone()
        };
        shared == AppUpdate::default()
    }
}

/// The most redirect URIs that an app has: a test side has those of its app, and one on the developer's own computer.
fn most_redirect_uris(client: &Client, policy: &Policy) -> usize {
    policy.redirects.max + usize::from(client.live_of.is_some())
}

/// What becomes of an app's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoUpdate {
    /// It has this one, a PNG, JPEG or WebP file.
    Replace(Vec<u8>),
    /// It has none.
    Remove,
}

/// Changes an app. What a person relies on when they allow it (name, website, picture, addresses, reasons) was looked at when it
/// was reviewed, so changing it takes the review away. Where apps start only after review, the app goes back to waiting
/// for one: until then it may do nothing, and its tokens do not work; nothing is cut off, so they work again once it
/// is approved. An app in test mode meets nobody but its own test users, so it goes on; and what an operator changes is what an
/// operator has looked at.
///
/// Guard: the app is still as it was read.
pub fn update(
    client: &Client,
    update: AppUpdate,
    by: Editor,
    policy: &Policy,
) -> Decision<Client, RegistrationErrors> {
    if client.documented {
        let sentence = "this app is everyone's: it cannot be changed";
        return Decision::refuse(wrong(Field::Body, sentence));
    }
    if client.live_of.is_some() && !update.is_of_test_side() {
        let sentence = "this is the test side of an app: all but its redirect URIs, its keys, whether its tokens are bound to keys, and what it registers for OpenID Connect is changed there";
        return Decision::refuse(wrong(Field::Test, sentence));
    }
    if update.version.is_some_and(|seen| seen != client.version) {
        let sentence = format!(
            "the app was changed since: it is at version {} now; look at it again before you change it",
            client.version
        );
        return Decision::refuse(wrong(Field::Version, sentence));
    }
    checked(client, update, by, policy)
        .map(|(after, logo)| decided(client, after, logo, by, policy))
        .into()
}

fn decided(
    before: &Client,
    mut after: Client,
    logo: Option<LogoChange>,
    by: Editor,
    policy: &Policy,
) -> Decision<Client, RegistrationErrors> {
    if by != Editor::Operator && relied_on(before) != relied_on(&after) {
        after.reviewed_at = None;
        if policy.registration == Registration::Review
            && before.side == Side::Live
            && before.is_active()
        {
            after.status = ClientStatus::Pending;
        }
    }
    if after == *before {
        return Decision::unchanged(after);
    }
    let transition = Transition::App(AppChange::Update {
        before: Box::new(before.clone()),
        after: Box::new(after.clone()),
        logo: logo.filter(|_| before.logo != after.logo),
        own_name: takes_a_name(before, &after.name, by),
    });
    Decision::grant(transition, after)
}

fn checked(
    client: &Client,
    update: AppUpdate,
    by: Editor,
    policy: &Policy,
) -> Result<(Client, Option<LogoChange>), RegistrationErrors> {
    let mut found = Findings::default();
    let mut after = client.clone();
    if let Some(name) = &update.name {
        found.take(check_name(name));
        if takes_a_name(client, name, by) {
            found.take(check_imitation(name, update.namesake, policy));
        }
        after.name = name.trim().to_owned();
    }
    if let Some(homepage) = &update.homepage {
        found.take(check_homepage(homepage));
        after.homepage.clone_from(homepage);
    }
    if let Some(description) = &update.description {
        found.take(check_description(description));
        after.description = description.trim().to_owned();
    }
    after.links = links(client, &update, &mut found);
    if let Some(uris) = &update.redirect_uris {
        let uris = found.take(check_redirect_uris(
            uris,
            &client.grants,
            most_redirect_uris(client, policy),
        ));
        after.redirect_uris = uris.unwrap_or_default();
    }
    found.take(set_keys(&mut after, &update.authentication, by));
    found.take(set_binding(&mut after, update.dpop_bound, by));
    found.take(set_grant(
        &mut after,
        GrantType::DeviceCode,
        update.device_code,
        by,
        policy,
    ));
    let own_behalf = (GrantType::ClientCredentials, update.client_credentials);
    found.take(set_grant(
        &mut after,
        own_behalf.0,
        own_behalf.1,
        by,
        policy,
    ));
    if let Some(scopes) = update.scopes {
        found.take(may_ask_for(scopes.as_ref(), client, by, policy));
        after.scopes = scopes;
    }
    if let Some(openid) = update.openid {
        found.take(check_relying_party(&openid, policy));
        after.openid = openid;
    }
    found.take(set_asks(&mut after, update.asks, by, policy));
    let logo = update.logo.and_then(|logo| found.take(logo_change(logo)));
    if let Some(logo) = &logo {
        after.logo = logo.digest();
    }
    found.none(Some((after, logo)))
}

/// Whether a name that binds the app is another than it has. Nobody meets an app of the test side but its own test users;
/// operators answer for the names that they give.
fn takes_a_name(client: &Client, name: &str, by: Editor) -> bool {
    let bound = match by {
        Editor::App | Editor::Owner => client.side == Side::Live,
        Editor::Operator => false,
    };
    // Signs, such as a check mark, are not part of what a name looks like.
    let marks = !claims_review(&client.name) && claims_review(name);
    bound && (marks || skeleton(&client.name) != skeleton(name))
}

/// An app that signs assertions has no secrets any more. One that signs none any more has no secret until one is added.
fn set_keys(
    client: &mut Client,
    new: &NewAuthentication,
    by: Editor,
) -> Result<(), RegistrationError> {
    if new.is_empty() {
        return Ok(());
    }
    if by == Editor::App {
        let sentence = "an app does not choose how it authenticates";
        return Err(wrong(Field::AuthMethod, sentence));
    }
    client.keys = check_authentication(new, client.kind, client.keys.as_deref())?;
    if client.keys.is_some() {
        client.secrets.clear();
    }
    Ok(())
}

/// An app that could switch it off by a token of its own would have a thief of that token switch it off.
fn set_binding(
    client: &mut Client,
    bound: Option<bool>,
    by: Editor,
) -> Result<(), RegistrationError> {
    let Some(bound) = bound else {
        return Ok(());
    };
    if by == Editor::App {
        let sentence = "an app does not choose whether its tokens are bound to keys";
        return Err(wrong(Field::AuthMethod, sentence));
    }
    client.dpop_bound = bound;
    Ok(())
}

/// Those that were set before stay as they were accepted then.
fn links(client: &Client, update: &AppUpdate, found: &mut Findings) -> AppLinks {
    let own = &client.links;
    let asked = |text: &Option<String>| text.clone().unwrap_or_default();
    let checked = check_links(
        &AppLinks {
            privacy_policy: asked(&update.privacy_policy),
            terms: asked(&update.terms),
            support: asked(&update.support),
            contact: asked(&update.contact),
        },
        found,
    );
    let or = |asked: &Option<String>, new: String, own: &String| match asked {
        Some(_) => new,
        None => own.clone(),
    };
    AppLinks {
        privacy_policy: or(
            &update.privacy_policy,
            checked.privacy_policy,
            &own.privacy_policy,
        ),
        terms: or(&update.terms, checked.terms, &own.terms),
        support: or(&update.support, checked.support, &own.support),
        contact: or(&update.contact, checked.contact, &own.contact),
    }
}

fn set_grant(
    client: &mut Client,
    grant: GrantType,
    on: Option<bool>,
    by: Editor,
    policy: &Policy,
) -> Result<(), RegistrationError> {
    let Some(on) = on.filter(|on| *on != client.may_use(grant)) else {
        return Ok(());
    };
    if by == Editor::App {
        return Err(wrong(
            Field::Grants,
            "an app does not choose its own grants",
        ));
    }
    if on && !policy.allows(grant) {
        let sentence = format!("the grant {} is switched off here", grant.as_str());
        return Err(wrong(Field::Grants, sentence));
    }
    if on && grant == GrantType::ClientCredentials && client.kind == ClientKind::Public {
        let sentence = "a public app has no secret, so it cannot use client_credentials";
        return Err(wrong(Field::Grants, sentence));
    }
    match on {
        true => client.grants.push(grant),
        false => client.grants.retain(|own| *own != grant),
    }
    Ok(())
}

fn may_ask_for(
    scopes: Option<&Scope>,
    client: &Client,
    by: Editor,
    policy: &Policy,
) -> Result<(), RegistrationError> {
    check_scopes(scopes, policy)?;
    let unapproved = |name: &&str| {
        let restricted = policy.scope(name).is_some_and(|scope| scope.restricted);
        restricted && !client.approved.contains(name)
    };
    match by {
        Editor::App => Err(wrong(
            Field::Scopes,
            "an app does not choose what it may ask for",
        )),
        Editor::Operator => Ok(()),
        Editor::Owner => match scopes.into_iter().flat_map(Scope::names).find(unapproved) {
            Some(name) => {
                let sentence = format!(
                    "the scope '{name}' is restricted: it must be approved for this app first"
                );
                Err(wrong(Field::Scopes, sentence))
            }
            None => Ok(()),
        },
    }
}

/// Of scopes that the app asks for no more, nothing is told any more.
fn set_asks(
    client: &mut Client,
    asks: Option<Asks>,
    by: Editor,
    policy: &Policy,
) -> Result<(), Vec<RegistrationError>> {
    if let Some(asks) = asks {
        if by == Editor::App {
            let sentence = "an app does not choose what it may ask for";
            return Err(vec![wrong(Field::Reasons, sentence)]);
        }
        check_asks(&asks, client.scopes.as_ref(), policy)?;
        client.asks = asks;
    }
    let Some(own) = client.scopes.clone() else {
        return Ok(());
    };
    let kept = |name: &&str| own.contains(name);
    client.asks.optional = client.asks.optional.names().filter(kept).collect();
    client.asks.reasons.retain(|name| own.contains(name));
    Ok(())
}

fn logo_change(update: LogoUpdate) -> Result<LogoChange, RegistrationError> {
    match update {
        LogoUpdate::Replace(bytes) => check_logo(bytes).map(LogoChange::Replace),
        LogoUpdate::Remove => Ok(LogoChange::Remove),
    }
}

/// What is answered when the guard was lost every time: others are changing the app.
pub fn when_contended() -> RegistrationError {
    let sentence = "the app was changed at the same moment: read it again, and send what is still to be changed";
    wrong(Field::Version, sentence)
}

/// What people rely on when they allow an app.
fn relied_on(client: &Client) -> (&str, &str, Option<Digest>, &[RedirectUri], &Reasons) {
    let Client {
        name,
        homepage,
        logo,
        redirect_uris,
        asks,
        ..
    } = client;
    (name, homepage, *logo, redirect_uris, &asks.reasons)
}
