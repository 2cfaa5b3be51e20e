//! The test app whose credentials a provider publishes.
use super::credentials::stored;
use crate::decision::Mint;
use crate::policy::Policy;
use crate::transition::{AppChange, SecretChange, Transition};
use crate::types::{
    AppLinks, Asks, Client, ClientKind, ClientRowId, ClientStatus, Locator, RelyingParty, Scope,
    Side, Subject, UnixTime,
};

/// The test app whose credentials are published: every grant that is on, every scope that is not restricted, and
/// no redirect URI but those of the asker's own computer.
pub fn documented<M: Mint>(
    id: &str,
    secret: &str,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let client = Client {
        no: ClientRowId(0),
        version: 1,
        id: id.to_owned(),
        name: "Test app".to_owned(),
        homepage: policy.issuer.clone(),
        description: "Published credentials for trying things.".to_owned(),
        links: AppLinks::default(),
        owner: Subject(0),
        organization: None,
        team: Vec::new(),
        publisher: String::new(),
        kind: ClientKind::Confidential,
        secrets: vec![stored(secret, now, mint.locator())],
        redirect_uris: Vec::new(),
        grants: policy.grants.clone(),
        scopes: None,
        asks: Asks::default(),
        approved: Scope::default(),
        resource_server: false,
        status: ClientStatus::Active,
        not_before: Locator(0),
        reviewed_at: None,
        logo: None,
        created_at: now,
        side: Side::Test,
        documented: true,
        openid: RelyingParty::default(),
        live_of: None,
        introduction: None,
        keys: None,
        dpop_bound: false,
    };
    Transition::App(AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: None,
    })
}

/// Gives the test app the secret that is published now; `None` when it has it.
pub fn replace_documented_secret<M: Mint>(
    client: &Client,
    secret: &str,
    now: UnixTime,
    mint: &M,
) -> Option<Transition> {
    let new = stored(secret, now, mint.locator());
    let has = matches!(&client.secrets[..], [own] if own.digest == new.digest);
    (!has).then(|| {
        Transition::App(AppChange::Secret(SecretChange::Replace {
            client: client.no,
            version: client.version,
            secrets: vec![new],
        }))
    })
}
