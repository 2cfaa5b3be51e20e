//! Dynamic client registration (RFC 7591).
use super::metadata::ClientMetadata;
use super::policy::HostStanding;
use super::told::digest;
use crate::decision::{Decision, Mint};
use crate::grants::Context;
use crate::register::{
    Field, RegistrationError, check_imitation, new_client_id, new_secret, wrong,
};
use crate::transition::{IntroductionChange, IntroductionRecord};
use crate::types::name::skeleton;
use crate::types::{
    Asks, Client, ClientKind, ClientRowId, ClientStatus, Introduction, Locator, RedirectUri, Scope,
    Side, StoredSecret, Subject, UnixTime, Way,
};
use jose::Digest;
use std::sync::Arc;
use wire::token_text;

/// What a registration access token's text starts with.
pub const REGISTRATION_PREFIX: &str = "rg_";

/// What is known of others when an app registers itself.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// One that said the same of itself, and can be shared.
    pub alike: Option<Arc<Client>>,
    /// Whether an app that was reviewed, or an organization that proved a domain, looks called so.
    pub namesake: bool,
}

/// An app that introduced itself, and what it is given.
#[derive(Clone)]
pub struct Introduced {
    /// The app.
    pub client: Arc<Client>,
    /// Its secret, told once.
    pub secret: Option<String>,
    /// The token that manages it (RFC 7592), told once.
    pub token: Option<String>,
}

impl std::fmt::Debug for Introduced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Introduced({})", self.client.id)
    }
}

/// Registers an app that says this of itself. One that has no secret and no key is shared by all that say the same: nothing
/// tells them apart, so it is nobody's to manage.
pub fn register<M: Mint>(
    metadata: ClientMetadata,
    known: &Known,
    context: &Context<'_, M>,
) -> Decision<Introduced, RegistrationError> {
    let policy = context.policy;
    let (mut client, shared) = client(metadata, Way::Registration, context.now);
    if let Err(error) = check_imitation(&client.name, known.namesake, policy) {
        return Decision::refuse(error);
    }
    let digest = digest(&client);
    if let Some(alike) = known.alike.as_ref().filter(|_| shared) {
        return again(alike);
    }
    let (side, now, mint) = (client.side, context.now, context.mint);
    client.id = new_client_id(side, mint);
    let secret = (client.kind == ClientKind::Confidential && client.keys.is_none())
        .then(|| new_secret(side, now, mint));
    let (secret, stored) = secret.unzip();
    client.secrets = stored.into_iter().collect();
    let token = (!shared).then(|| token_text::secret_text(REGISTRATION_PREFIX, &mint.secret()));
    let record = IntroductionRecord {
        digest,
        software: software(&client),
        shared,
        token: token.as_deref().map(|text| Digest::of(text.as_bytes())),
    };
    let room = policy.introductions.room_for(HostStanding::Limited);
    let change = IntroductionChange::Register {
        client: Box::new(client.clone()),
        record,
        room,
    };
    let reply = Introduced {
        client: Arc::new(client),
        secret,
        token,
    };
    Decision::grant(change.into(), reply)
}

/// Such an app is there. One that was switched off stays so.
fn again(alike: &Arc<Client>) -> Decision<Introduced, RegistrationError> {
    if !alike.is_active() {
        let sentence = "an app that says the same of itself was switched off here";
        return Decision::refuse(wrong(Field::Metadata, sentence));
    }
    let change = IntroductionChange::Again { client: alike.no };
    let reply = Introduced {
        client: alike.clone(),
        secret: None,
        token: None,
    };
    Decision::grant(change.into(), reply)
}

/// The digest by which one that says the same is found, if it could be shared.
pub(super) fn shared_digest(metadata: &ClientMetadata) -> Option<Digest> {
    let (client, shared) = client(metadata.clone(), Way::Registration, UnixTime(0));
    shared.then(|| digest(&client))
}

/// The app behind what it says of itself, without an id and credentials, and whether nothing tells it from another that
/// says the same.
pub(super) fn client(metadata: ClientMetadata, way: Way, now: UnixTime) -> (Client, bool) {
    let ClientMetadata {
        name,
        homepage,
        links,
        kind,
        keys,
        redirect_uris,
        grants,
        native,
        dpop_bound,
        openid,
        told,
    } = metadata;
    let shared = kind == ClientKind::Public && keys.is_none();
    let client = Client {
        no: ClientRowId(0),
        version: 1,
        id: String::new(),
        name: name.unwrap_or_else(|| named_by(&homepage, &redirect_uris)),
        homepage,
        description: String::new(),
        links,
        owner: Subject(0),
        organization: None,
        team: Vec::new(),
        publisher: String::new(),
        kind,
        secrets: Vec::<StoredSecret>::new(),
        keys,
        redirect_uris,
        grants,
        scopes: None,
        asks: Asks::default(),
        approved: Scope::default(),
        resource_server: false,
        status: ClientStatus::Active,
        not_before: Locator(0),
        reviewed_at: None,
        logo: None,
        created_at: now,
        side: Side::Live,
        documented: false,
        dpop_bound,
        openid,
        live_of: None,
        introduction: Some(Box::new(Introduction { way, native, told })),
    };
    (client, shared)
}

/// What an app is called that does not say it: by its website, or by where it sends people.
fn named_by(homepage: &str, uris: &[RedirectUri]) -> String {
    let first = uris.first().map(RedirectUri::as_str).unwrap_or_default();
    let url = if homepage.is_empty() { first } else { homepage };
    let host = super::client_url::shown_host(url);
    let host: String = host.chars().take(crate::register::MAX_NAME).collect();
    match host.is_empty() {
        true => "App".to_owned(),
        false => host,
    }
}

/// Of which software an app is: by the id that it names, else by what it is called; by its host, where it came by a
/// document.
pub(super) fn software(client: &Client) -> Digest {
    let own = client.introduction.as_deref();
    let id = own.and_then(|own| own.told.get("software_id")?.as_str());
    let text = match (client.document_url(), id) {
        (Some(url), _) => format!("host {}", super::client_url::shown_host(url)),
        (None, Some(id)) => format!("id {id}"),
        (None, None) => format!("name {}", skeleton(&client.name)),
    };
    Digest::of(text.as_bytes())
}

impl ClientMetadata {
    /// The digest by which one that says the same is found; `None` where none can be shared.
    pub fn shared_digest(&self) -> Option<Digest> {
        shared_digest(self)
    }

    /// What it is called, or would be.
    pub fn called(&self) -> String {
        let usual = || named_by(&self.homepage, &self.redirect_uris);
        self.name.clone().unwrap_or_else(usual)
    }
}
