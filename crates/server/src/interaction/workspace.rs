//! For which of their organizations, or for their own account, a person lets an app in.
use crate::http::notice::{PlainPage, back_to};
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, Text, Workspace};
use protocol::consent::Chosen;
use protocol::facts::{ConsentFacts, SessionFacts};
use protocol::organizations::public_id;
use protocol::types::text::isolated;
use protocol::types::{AppStanding, Client, ClientNo, Language, Locator, Membership, Role, Scope};
use protocol::workspaces::{self, OWN, WorkspaceFault, preselected};
use store::StoreError;

/// Owners who are named to somebody whose app is refused, at most.
const OWNERS: usize = 3;

/// The organizations that a person can pick; none where apps are let in for people's own accounts alone.
pub(crate) async fn of(app: &App, session: &SessionFacts) -> Result<Vec<Membership>, StoreError> {
    match app.policy().accounts.workspaces {
        true => app.store.memberships(session.person.subject).await,
        false => Ok(Vec::new()),
    }
}

/// The session of this id with its person, and what they allowed an app before: for the workspace for which alone they
/// did.
pub(crate) async fn session_and_consent(
    app: &App,
    session: Locator,
    client: ClientNo,
) -> Result<Option<(SessionFacts, ConsentFacts)>, StoreError> {
    match app.policy().accounts.workspaces {
        true => app.store.session_and_only_consent(session, client).await,
        false => app.store.session_and_consent(session, client).await,
    }
}

/// The organization that a form named.
///
/// # Errors
/// Why its page is to be shown again.
pub(super) fn picked(
    named: Option<&str>,
    own: &[Membership],
    language: Language,
) -> Result<Option<Locator>, Text> {
    workspaces::picked(named, own).map_err(|fault| match fault {
        WorkspaceFault::Missing => language.text("consent-workspace-missing"),
        WorkspaceFault::NotTheirs => language.text("consent-changed"),
    })
}

/// What was chosen, as far as the organization lets the app in (`None`: the person said no); `None`: not at all.
pub(super) async fn limited(
    app: &App,
    (organization, client): (Option<Locator>, &Client),
    chosen: Option<Chosen>,
) -> Result<Option<Option<Chosen>>, StoreError> {
    let Some(chosen) = chosen else {
        return Ok(Some(None));
    };
    let left = admitted(app, organization, client.no, &chosen.scope).await?;
    Ok(left.map(|scope| Some(Chosen { scope, ..chosen })))
}

/// What of a scope an app may be given for an organization; `None`: nothing.
async fn admitted(
    app: &App,
    organization: Option<Locator>,
    client: ClientNo,
    scope: &Scope,
) -> Result<Option<Scope>, StoreError> {
    let Some(organization) = organization else {
        return Ok(Some(scope.clone()));
    };
    let found = app.store.app_standing(organization, client).await?;
    let standing = found.map(|(judged, new)| judged.unwrap_or(new));
    // One that ended meanwhile is nobody's: the guard of the change finds that out.
    let standing = standing.unwrap_or(AppStanding::Blocked);
    Ok(workspaces::admitted(standing, scope, app.policy()))
}

/// The page that says that an organization does not let an app in, and whom to ask.
pub(super) async fn refused(
    app: &App,
    client: &Client,
    organization: Option<Locator>,
    browser: &BrowserContext,
) -> Result<Response, StoreError> {
    let facts = match organization {
        Some(organization) => app.store.organization(organization).await?,
        None => None,
    };
    let language = browser.language;
    let name = facts.as_ref().map_or("", |facts| &facts.organization.name);
    let members = facts.iter().flat_map(|facts| &facts.members);
    let owners = members.filter(|member| member.role == Role::Owner);
    let owners: Vec<String> = owners
        .take(OWNERS)
        .map(|owner| isolated(&owner.name))
        .collect();
    let (of, asks, owners) = (isolated(name), isolated(&client.name), owners.join(", "));
    let page = PlainPage {
        status: StatusCode::FORBIDDEN,
        cause: Some("An organization does not let this app in"),
        title: language.text_of("workspace-refused-title", &[("organization", &of)]),
        sentence: language.text_of(
            "workspace-refused",
            &[("organization", &of), ("app", &asks), ("owners", &owners)],
        ),
        code: None,
        details: Vec::new(),
        next: back_to(Some(client), language, |name| {
            language.text_of("notice-go-to", &[("app", &name)])
        }),
    };
    Ok(page.page_for(app, browser))
}

/// As they stand on the page: the person's own account comes last.
pub(super) fn shown(own: &[Membership]) -> Vec<Workspace> {
    if own.is_empty() {
        return Vec::new();
    }
    let picked = preselected(own);
    let organizations = own.iter().map(|own| Workspace {
        value: public_id(own.organization.id),
        name: Some(own.organization.name.clone()),
        picked: picked == Some(own.organization.id),
    });
    let account = Workspace {
        value: OWN.to_owned(),
        name: None,
        picked: false,
    };
    organizations.chain([account]).collect()
}
