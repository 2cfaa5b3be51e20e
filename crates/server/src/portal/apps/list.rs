//! The list of a developer's apps.
use super::{offers, terms};
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::pending::app_card;
use crate::ops::clock::Zone;
use crate::portal::desk::{Desk, trail};
use crate::portal::managed::{all_deleted, standing};
use crate::portal::reviewed::open_reviews;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use config::AppOwners;
use pages::portal::{AppRow, Apps, DeletedRow, OwnerTab, PORTAL, apps_of};
use pages::{Speak, Text};
use protocol::apps::review::Reviewer;
use protocol::apps::{Closed, RESTORABLE, Standing, may_register};
use protocol::types::{Client, ClientRowId, Language, Membership, Owner, Person, Role, Side};
use store::StoreError;
use url::form_urlencoded::Serializer;

/// Apps on one page of the list.
const PAGE: usize = 25;
/// The longest text that is sought, in characters: that of a name.
const MOST_SOUGHT: usize = 80;

/// `GET`: the list.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let language = desk.browser.language;
    let zone = app.zone_of(&desk.facts.preferences);
    let memberships = app.store.memberships(desk.facts.person.subject).await?;
    let own = match asked(params.get("organization"), &memberships)? {
        None if app.config.portal.owners == AppOwners::Organizations => memberships.first(),
        own => own,
    };
    if let Some(own) = own {
        desk.hand().acts_for(&app, &own.organization).await?;
    }
    let owner = match own {
        Some(own) => Owner::Organization(own.organization.id),
        None => Owner::Person(desk.facts.person.subject),
    };
    let offers = match own {
        Some(_) => Vec::new(),
        None => offers::to_developer(&app, &desk, &memberships, &zone).await?,
    };
    let after = match params.get("after") {
        Some(id) => app.store.client(id).await?.map(|client| client.no),
        None => None,
    };
    let told = (&zone, language);
    let sought: String = params.text("q").trim().chars().take(MOST_SOUGHT).collect();
    let (apps, next) = listed(&app, owner, &sought, after, told).await?;
    let (deleted, next_deleted) = match (after, own) {
        _ if !sought.is_empty() => (Vec::new(), None),
        (None, Some(own)) if own.role < Role::Owner => (Vec::new(), None),
        (None, _) => restorable(&app, owner, params.get("deleted-after"), told).await?,
        (Some(_), _) => (Vec::new(), None),
    };
    let standing = standing(&app, &desk.facts.person).await?;
    let own_terms = app.store.accepted_terms(desk.facts.person.subject).await?;
    let (terms, accepted) = terms::told(&app, &own_terms, told);
    let (new, closed) = registering(&app, &desk, standing, own);
    let mut browser = desk.browser;
    let page = Apps {
        waiting: waiting(&app, &desk.facts.person).await?,
        nonce: browser.nonce(&app, NonceScope::Session),
        frame: browser.front_frame(&app),
        trail: trail(&app),
        owners: tabs(&app, &memberships, owner, language),
        organization: own.map(|own| own.organization.id.0.to_string()),
        offers,
        notice: params
            .get("done")
            .and_then(done)
            .map(|id| language.text(id)),
        new,
        closed,
        terms,
        accepted,
        // What fits on a page is found by looking.
        sought: (next.is_some() || after.is_some() || !sought.is_empty()).then(|| sought.clone()),
        next_page: next.map(|last| next_page(own, &sought, ("after", &last))),
        next_deleted: next_deleted.map(|last| {
            let page = next_page(own, "", ("deleted-after", &last));
            format!("{page}#deleted-title")
        }),
        apps,
        deleted,
    };
    Ok(browser.keep_browser_id(&app, reply::page(StatusCode::OK, &page, None)))
}

/// The address of the page after the one that ends with an app.
fn next_page(own: Option<&Membership>, sought: &str, (name, last): (&str, &str)) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(own) = own {
        query.append_pair("organization", &own.organization.id.0.to_string());
    }
    if !sought.is_empty() {
        query.append_pair("q", sought);
    }
    query.append_pair(name, last);
    format!("{PORTAL}?{}", query.finish())
}

/// One page of an owner's apps, and the last one on it if there are more.
async fn listed(
    app: &App,
    owner: Owner,
    sought: &str,
    after: Option<ClientRowId>,
    (zone, language): (&Zone, Language),
) -> Result<(Vec<AppRow>, Option<String>), PageError> {
    let mut apps = match sought {
        "" => app.store.clients_of(owner, after, PAGE + 1).await?,
        sought => {
            app.store
                .clients_called(owner, sought, after, PAGE + 1)
                .await?
        }
    };
    let more = apps.len() > PAGE;
    apps.truncate(PAGE);
    let used = match (apps.last(), apps.first()) {
        (Some(oldest), Some(newest)) => {
            let between = (oldest.no, newest.no);
            app.store.clients_at_work(owner, between, MANY + 1).await?
        }
        _ => Vec::new(),
    };
    let open = open_reviews(app, owner, &apps).await?;
    let rows = apps.iter().map(|client| {
        let found = used.iter().find(|(no, ..)| *no == client.no);
        let (at, people) = found.map_or((None, 0), |(_, at, people)| (*at, *people));
        let used = at.map(|at| Text::of_others(zone.moment(at, language)));
        AppRow {
            waits: open.iter().any(|(no, _)| *no == client.no),
            ..row(app, client, used, people_text(people, language))
        }
    });
    let rows = rows.collect();
    let last = apps.last().filter(|_| more);
    Ok((rows, last.map(|last| last.id.clone())))
}

/// People are counted as far as this.
pub(super) const MANY: usize = 1_000;

/// How many people an app is connected with, in words.
pub(super) fn people_text(count: usize, language: Language) -> Text {
    match count > MANY {
        true => language.text_of("app-people-many", &[("count", &MANY)]),
        false => language.text_of("app-people", &[("count", &count)]),
    }
}

/// One page of an owner's apps that can be brought back, and the last one on it if there are more.
async fn restorable(
    app: &App,
    owner: Owner,
    after: Option<&str>,
    (zone, language): (&Zone, Language),
) -> Result<(Vec<DeletedRow>, Option<String>), PageError> {
    let (deleted, more) = all_deleted(app, owner, after, PAGE).await?;
    let last = deleted.last().filter(|_| more);
    let last = last.map(|(last, _)| last.id.clone());
    let rows = deleted.into_iter().map(|(client, deleted_at)| DeletedRow {
        client_id: client.id,
        name: client.name,
        until: Text::of_others(zone.moment(deleted_at.plus(RESTORABLE), language)),
    });
    Ok((rows.collect(), last))
}

/// Words of the button that leads to the form of a new app, or why there is none.
fn registering(
    app: &App,
    desk: &Desk,
    standing: Standing,
    own: Option<&Membership>,
) -> (Option<Text>, Option<Text>) {
    let language = desk.browser.language;
    let person = &desk.facts.person;
    match may_register(person, Side::Live, standing, app.policy()) {
        Ok(_) if own.is_some_and(|own| own.role < Role::Developer) => (None, None),
        Ok(_) => (Some(new_button(app, language)), None),
        Err(closed) => (None, Some(why(closed, person, language))),
    }
}

/// The organization whose apps are asked for.
///
/// # Errors
/// That there is no such page, for whoever does not belong to it.
fn asked<'a>(
    id: Option<&str>,
    memberships: &'a [Membership],
) -> Result<Option<&'a Membership>, PageError> {
    let Some(id) = id else {
        return Ok(None);
    };
    let own = |own: &&Membership| own.organization.id.0.to_string() == id;
    let found = memberships.iter().find(own);
    found.map(Some).ok_or_else(|| PageFault::NotFound.into())
}

/// Whose apps there are to look at; nothing where there are only their own.
fn tabs(app: &App, memberships: &[Membership], shown: Owner, language: Language) -> Vec<OwnerTab> {
    if memberships.is_empty() {
        return Vec::new();
    }
    let own = OwnerTab {
        name: language.text("app-owner-yours"),
        href: PORTAL.to_owned(),
        current: matches!(shown, Owner::Person(_)),
    };
    let others = memberships.iter().map(|own| OwnerTab {
        name: Text::of_others(&own.organization.name),
        href: apps_of(&own.organization.id.0.to_string()),
        current: shown == Owner::Organization(own.organization.id),
    });
    let own = (app.config.portal.owners == AppOwners::Anyone).then_some(own);
    own.into_iter().chain(others).collect()
}

/// How many requests for review wait, for those who look at them.
async fn waiting(app: &App, person: &Person) -> Result<Option<usize>, StoreError> {
    match Reviewer::of(person) {
        Some(_) => app.store.reviews_waiting().await.map(Some),
        None => Ok(None),
    }
}

/// Words of the button that leads to the form of a new app.
pub(super) fn new_button(app: &App, language: Language) -> Text {
    match &app.config.portal.new_app {
        Some(words) => Text::of_others(words),
        None => language.text("apps-new"),
    }
}

/// Why somebody registers no app, and what to do about it.
pub(super) fn why(closed: Closed, person: &Person, language: Language) -> Text {
    match closed {
        Closed::ToAdministrators | Closed::ToTestUsers => language.text("apps-closed-admin"),
        Closed::ToInvited => match person.proved_email() {
            Some(email) => language.text_of("apps-closed-invite", &[("email", &email)]),
            None => language.text("apps-closed-invite-unproved"),
        },
        Closed::ToUnproved => language.text("apps-closed-unproved"),
    }
}

fn done(what: &str) -> Option<&'static str> {
    match what {
        "deleted" => Some("apps-done-deleted"),
        "restored" => Some("apps-done-restored"),
        "terms" => Some("terms-done"),
        "gone" => Some("transfer-gone"),
        "declined" => Some("transfer-done-declined"),
        _ => None,
    }
}

fn row(app: &App, client: &Client, last_used: Option<Text>, people: Text) -> AppRow {
    let card = app_card(client, app.policy());
    AppRow {
        client_id: client.id.clone(),
        name: card.name,
        initial: card.initial,
        logo_url: card.logo_url,
        status: client.status,
        waits: false,
        side: client.side,
        last_used,
        people,
    }
}
