//! All that is known of a person, as one document for them. It holds no secret and no digest of one.
use crate::ops::clock;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::Policy;
use protocol::events::{Actor, Recorded};
use protocol::facts::ListedSession;
use protocol::types::{
    Client, ClientRowId, Connection, ConnectionState, Locator, Person, Subject, UnixTime,
};
use serde_json::{Value, json};
use store::{ConnectionPlace, ConnectionQuery, EventQuery, Store, StoreError};

/// Rows that are read at once.
const PAGE: usize = 500;

/// How far back events are told, and how many at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Only those after this one.
    pub(crate) after: Option<Locator>,
    /// The most, the newest ones.
    pub(crate) events: usize,
}

/// The document.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn export(
    store: &Store,
    policy: &Policy,
    person: &Person,
    reach: Reach,
    now: UnixTime,
) -> Result<Value, StoreError> {
    let subject = person.subject;
    let preferences = store.preferences(subject).await?.unwrap_or_default();
    let about = store.about(subject).await?;
    let claims = about.map(|about| about.document.members().clone());
    let has = store.second_factors(subject).await?;
    let second = has
        .app
        .map(|app| json!({ "since": clock::rfc3339(app.created_at) }));
    Ok(json!({
        "exported_at": clock::rfc3339(now),
        "account": {
            "id": policy.subjects.write(subject),
            "name": person.name,
            "email": person.email,
            "email_verified_at": person.verified_at.map(clock::rfc3339),
            "created_at": clock::rfc3339(person.created_at),
            "disabled_at": person.disabled_at.map(clock::rfc3339),
            "language": preferences.language.map(|language| language.tag()),
            "zone": preferences.zone,
            "claims": claims,
            "second_factor": second,
            "recovery_codes_left": has.codes_left,
        },
        "passkeys": passkeys(store, subject).await?,
        "sign_ins": sign_ins(store, subject).await?,
        "sessions": sessions(store, subject, now).await?,
        "connected_apps": connections(store, policy, subject).await?,
        "own_apps": own_apps(store, subject).await?,
        "developer_terms": terms(store, subject).await?,
        "organizations": organizations(store, policy, subject).await?,
        "events": events(store, policy, subject, reach).await?,
    }))
}

/// The terms for developers that they accepted.
pub(crate) async fn terms(store: &Store, subject: Subject) -> Result<Vec<Value>, StoreError> {
    let all = store.accepted_terms(subject).await?;
    let told = all.iter().map(|own| {
        json!({
            "url": own.terms.url,
            "version": own.terms.version,
            "accepted_at": clock::rfc3339(own.accepted_at),
        })
    });
    Ok(told.collect())
}

async fn passkeys(store: &Store, subject: Subject) -> Result<Vec<Value>, StoreError> {
    let all = store.passkeys(subject).await?;
    let told = all.iter().map(|passkey| {
        json!({
            "id": URL_SAFE_NO_PAD.encode(&passkey.credential.id),
            "name": passkey.name,
            "since": clock::rfc3339(passkey.created_at),
            "last_used_at": passkey.used_at.map(clock::rfc3339),
        })
    });
    Ok(told.collect())
}

/// Who they are elsewhere, where they sign in with that.
async fn sign_ins(store: &Store, subject: Subject) -> Result<Vec<Value>, StoreError> {
    let all = store.identities(subject).await?;
    let told = all.iter().map(|one| {
        json!({
            "provider": one.identity.source,
            "id": one.identity.external_id,
            "label": one.identity.label,
            "since": clock::rfc3339(one.since),
            "last_used_at": one.used_at.map(clock::rfc3339),
        })
    });
    Ok(told.collect())
}

async fn sessions(
    store: &Store,
    subject: Subject,
    now: UnixTime,
) -> Result<Vec<Value>, StoreError> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = store.sessions(Some(subject), now, before, PAGE).await?;
        before = page.last().map(|listed| listed.session.id);
        all.extend(page.iter().map(session));
        if page.len() < PAGE {
            return Ok(all);
        }
    }
}

fn session(listed: &ListedSession) -> Value {
    let session = &listed.session;
    json!({
        "browser": session.browser,
        "signed_in_at": clock::rfc3339(session.auth_time),
        "active_at": clock::rfc3339(listed.active_at),
        "ends_at": clock::rfc3339(session.expires_at),
    })
}

async fn connections(
    store: &Store,
    policy: &Policy,
    subject: Subject,
) -> Result<Vec<Value>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let query = ConnectionQuery {
            subject,
            after,
            name: "",
            ended_after: UnixTime(0),
            limit: PAGE,
        };
        let page = store.connections(query).await?;
        for found in &page {
            if let Some(app) = store.client_by_no(found.client).await? {
                let organization = match found.organization {
                    Some(id) => {
                        let external = store.organization_external_id(id).await?;
                        Some(policy.organization(id, external.as_deref()))
                    }
                    None => None,
                };
                all.push(connection(&app, found, organization.as_deref()));
            }
        }
        after = page.last().map(ConnectionPlace::of);
        if page.len() < PAGE {
            return Ok(all);
        }
    }
}

fn connection(app: &Client, connection: &Connection, organization: Option<&str>) -> Value {
    json!({
        "client_id": app.id,
        "name": app.name,
        "organization": organization,
        "scope": connection.access().to_string(),
        "since": clock::rfc3339(connection.since),
        "last_used_at": connection.used_at.map(clock::rfc3339),
        "status": match connection.state {
            ConnectionState::Active => "active",
            ConnectionState::Paused(_) => "paused",
            ConnectionState::Ended(_) => "ended",
        },
    })
}

async fn own_apps(store: &Store, subject: Subject) -> Result<Vec<Value>, StoreError> {
    let mut all = Vec::new();
    for no in store.deletion(subject).await?.apps {
        if let Some(app) = store.client_by_no(no).await? {
            let uris: Vec<&str> = app.redirect_uris.iter().map(|uri| uri.as_str()).collect();
            all.push(json!({
                "client_id": app.id,
                "name": app.name,
                "homepage": app.homepage,
                "description": app.description,
                "redirect_uris": uris,
                "created_at": clock::rfc3339(app.created_at),
            }));
        }
    }
    Ok(all)
}

async fn organizations(
    store: &Store,
    policy: &Policy,
    subject: Subject,
) -> Result<Vec<Value>, StoreError> {
    let all = store.memberships(subject).await?;
    let told = all.iter().map(|one| {
        json!({
            "id": policy.organization(one.organization.id, one.organization.external_id.as_deref()),
            "name": one.organization.name,
            "role": one.role.as_str(),
        })
    });
    Ok(told.collect())
}

async fn events(
    store: &Store,
    policy: &Policy,
    subject: Subject,
    reach: Reach,
) -> Result<Vec<Value>, StoreError> {
    let mut query = EventQuery {
        after: reach.after,
        subject: Some(subject),
        newest_first: true,
        ..EventQuery::default()
    };
    let mut all = Vec::new();
    while all.len() < reach.events {
        let limit = PAGE.min(reach.events - all.len());
        let page = store.events(&query, limit).await?;
        for found in &page {
            all.push(event(store, policy, subject, found).await?);
        }
        query.before = page.last().map(|last| last.id);
        if page.len() < limit {
            break;
        }
    }
    Ok(all)
}

/// The address is told where the person came from it themselves.
async fn event(
    store: &Store,
    policy: &Policy,
    subject: Subject,
    event: &Recorded,
) -> Result<Value, StoreError> {
    let own = event.actor == Some(Actor::Person(subject));
    let by = match event.actor {
        Some(Actor::Person(person)) => Some(policy.subjects.write(person)),
        Some(actor) => Some(actor.as_stored().0.to_owned()),
        None => None,
    };
    let app = match event.client {
        Some(client) => app_id(store, client).await?,
        None => None,
    };
    let address = event.address.filter(|_| own);
    Ok(json!({
        "at": clock::rfc3339(event.at),
        "event": event.name,
        "by": by,
        "app": app,
        "address": address.map(|address| address.to_string()),
    }))
}

async fn app_id(store: &Store, client: ClientRowId) -> Result<Option<String>, StoreError> {
    let app = store.client_by_no(client).await?;
    Ok(app.map(|app| app.id.clone()))
}
