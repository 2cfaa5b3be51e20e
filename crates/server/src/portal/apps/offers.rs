//! What pages say of apps that are offered to somebody.
use crate::http::error::PageError;
use crate::ops::clock::{self, Zone};
use crate::portal::desk::Desk;
use crate::portal::offered::offers;
use crate::state::App;
use pages::portal::OfferRow;
use pages::{Speak, Text};
use protocol::apps::ManagedApp;
use protocol::types::{Membership, Owner, Receiver, Role, Transfer};

/// What a developer is offered.
pub(super) async fn to_developer(
    app: &App,
    desk: &Desk,
    memberships: &[Membership],
    zone: &Zone,
) -> Result<Vec<OfferRow>, PageError> {
    let language = desk.browser.language;
    let mut rows = Vec::new();
    for (open, client) in offers(app, desk.hand()).await? {
        let from = app.store.person(open.offered_by).await?;
        let from = from.map(|person| person.name).unwrap_or_default();
        let until = zone.moment(open.expires_at, language);
        let offered = match receiving(&open, memberships) {
            Some(organization) => language.text_of(
                "transfer-from-to",
                &[
                    ("name", &from),
                    ("organization", &organization),
                    ("time", &until),
                ],
            ),
            None => language.text_of("transfer-from", &[("name", &from), ("time", &until)]),
        };
        rows.push(OfferRow {
            id: open.id.0.to_string(),
            name: client.name.clone(),
            offered,
        });
    }
    Ok(rows)
}

/// The name of the organization that an app is offered to.
fn receiving(open: &Transfer, memberships: &[Membership]) -> Option<String> {
    let Receiver::Organization(id) = open.to else {
        return None;
    };
    let own = memberships.iter().find(|own| own.organization.id == id)?;
    Some(own.organization.name.clone())
}

/// What the page of an app says of handing it over.
pub(super) async fn of_app(
    app: &App,
    desk: &Desk,
    managed: &ManagedApp,
    (email, organization): (String, String),
    zone: &Zone,
) -> Result<pages::portal::Transfer, PageError> {
    if !managed.may(Role::Owner) {
        return Ok(pages::portal::Transfer::default());
    }
    let language = desk.browser.language;
    let memberships = app.store.memberships(desk.facts.person.subject).await?;
    let open = app
        .store
        .transfer_of(managed.client().no, clock::now())
        .await?;
    let open = match open {
        None => None,
        Some(open) => {
            let to = match &open.to {
                Receiver::Address(email) => email.as_str().to_owned(),
                Receiver::Organization(id) => {
                    let facts = app.store.organization(*id).await?;
                    facts
                        .map(|facts| facts.organization.name)
                        .unwrap_or_default()
                }
            };
            let until = Text::of_others(zone.moment(open.expires_at, language));
            Some((to, until, open.id.0.to_string()))
        }
    };
    let run_by = managed.client().run_by();
    let others = memberships
        .into_iter()
        .map(|own| own.organization)
        .filter(|organization| run_by != Owner::Organization(organization.id));
    Ok(pages::portal::Transfer {
        open,
        organizations: others
            .map(|organization| (organization.id.0.to_string(), organization.name))
            .collect(),
        email,
        organization,
    })
}
