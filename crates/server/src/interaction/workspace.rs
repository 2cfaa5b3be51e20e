//! For which of their organizations, or for their own account, a person lets an app in.
use crate::http::notice::{PlainPage, back_to};
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::path::organization_logo;
use pages::{Left, Speak, Text, Workspace};
use protocol::consent::Chosen;
use protocol::facts::{ConsentFacts, SessionFacts};
use protocol::organizations::public_id;
use protocol::types::text::isolated;
use protocol::types::{
    AppStanding, Client, ClientRowId, Language, Locator, Membership, Role, Scope,
};
use protocol::workspaces::{self, OWN, WorkspaceFault, preselected};
use protocol::{Policy, own_api};
use store::StoreError;

/// Owners who are named to somebody whose app is refused, at most.
const OWNERS: usize = 3;

/// The organizations that a question is about: those that the person can pick, and what each thinks of the app; and the one
/// behind the app.
#[derive(Default)]
pub(crate) struct Workspaces {
    /// The domains that the app's publisher has proved.
    pub(super) domains: Vec<String>,
    /// Where its picture is, if it has proved one and has a picture.
    pub(super) publisher_logo: Option<String>,
    own: Vec<Membership>,
    standings: Vec<(Locator, AppStanding)>,
}

/// The organizations that a person can pick; none where apps are let in for people's own accounts alone.
pub(crate) async fn of(
    app: &App,
    session: &SessionFacts,
    client: &Client,
) -> Result<Workspaces, StoreError> {
    let domains = match client.organization {
        Some(publisher) => app.store.proved_domains(publisher).await?,
        None => Vec::new(),
    };
    let publisher_logo = match client.organization.filter(|_| !domains.is_empty()) {
        Some(publisher) => app.store.organization_picture(publisher).await?,
        None => None,
    };
    let publisher_logo = client.organization.zip(publisher_logo);
    let publisher_logo = publisher_logo.map(|(publisher, digest)| {
        organization_logo(&public_id(publisher), &digest.base64url()[..8])
    });
    if !app.policy().accounts.workspaces {
        return Ok(Workspaces {
            publisher_logo,
            domains,
            ..Workspaces::default()
        });
    }
    let subject = session.person.subject;
    let own = app.store.memberships(subject).await?;
    let standings = match own.is_empty() {
        true => Vec::new(),
        false => app.store.app_standings(subject, client.no).await?,
    };
    Ok(Workspaces {
        domains,
        publisher_logo,
        own,
        standings,
    })
}

impl Workspaces {
    /// Whether the person belongs to no organization, so that nothing is picked.
    pub(super) fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Whether the person may act in this session for what they picked, which may take one that began with a second factor.
    pub(super) fn lets_act(&self, organization: Option<Locator>, session: &SessionFacts) -> bool {
        let picked = |own: &&Membership| Some(own.organization.id) == organization;
        let picked = self.own.iter().find(picked);
        let proved = session.session.has_second_factor();
        picked.is_none_or(|own| own.organization.lets_act(proved))
    }

    /// What of a scope an organization leaves to the app; `None`: nothing.
    fn admitted(&self, organization: Locator, scope: &Scope, policy: &Policy) -> Option<Scope> {
        let mut standings = self.standings.iter();
        let found = standings.find(|(id, _)| *id == organization);
        // One that was joined or ended just now.
        let standing = found.map_or(AppStanding::Blocked, |(_, standing)| *standing);
        workspaces::admitted(standing, scope, policy)
    }

    /// All that an answer rests on: which organizations there are, and what of a scope each leaves to the app.
    pub(super) fn proof<'a>(
        &'a self,
        scope: &Scope,
        policy: &Policy,
    ) -> Vec<(Locator, &'a str, Option<Scope>)> {
        let line = |own: &'a Membership| {
            let organization = &own.organization;
            let left = self.admitted(organization.id, scope, policy);
            (organization.id, organization.name.as_str(), left)
        };
        self.own.iter().map(line).collect()
    }

    /// As they stand on the page: the person's own account comes last.
    pub(super) fn shown(
        &self,
        scope: &Scope,
        policy: &Policy,
        language: Language,
    ) -> Vec<Workspace> {
        if self.is_empty() {
            return Vec::new();
        }
        let admits = |id| self.admitted(id, scope, policy).is_some();
        let picked = preselected(&self.own, admits);
        let organizations = self.own.iter().map(|own| Workspace {
            value: public_id(own.organization.id),
            name: Some(own.organization.name.clone()),
            picked: picked == Some(own.organization.id),
            left: match self.admitted(own.organization.id, scope, policy) {
                None => Left::Nothing,
                Some(left) if left.covers(scope) => Left::All,
                Some(left) => Left::Less(lacking(scope, &left, policy, language)),
            },
        });
        let account = Workspace {
            value: OWN.to_owned(),
            name: None,
            picked: false,
            left: Left::All,
        };
        organizations.chain([account]).collect()
    }
}

/// What our own scopes mean, which no catalogue says: title and sentence.
pub(super) const OWN_API: [(&str, &str, &str); 2] = [
    (own_api::SCOPE, "consent-own-api-title", "consent-own-api"),
    (
        own_api::REVIEWS,
        "consent-own-reviews-title",
        "consent-own-reviews",
    ),
];

/// The sentences of those of our own scopes that `asked` picks.
fn own_sentences(asked: impl Fn(&str) -> bool, language: Language) -> Vec<String> {
    let asked = OWN_API.iter().filter(|(name, _, _)| asked(name));
    asked
        .map(|(_, _, sentence)| language.text(sentence).to_string())
        .collect()
}

/// What is not left of a scope, in words.
fn lacking(scope: &Scope, left: &Scope, policy: &Policy, language: Language) -> Text {
    let lacks = |name: &str| scope.contains(name) && !left.contains(name);
    let entries = policy.scopes.iter().filter(|entry| lacks(&entry.name));
    let mut words: Vec<String> = entries
        .map(|entry| entry.sentence.in_language(language).to_owned())
        .collect();
    // What no catalogue says.
    words.extend(own_sentences(lacks, language));
    Text::of_others(words.join(" · "))
}

/// The session of this id with its person, and what they allowed an app before: for the workspace for which alone they
/// did.
pub(crate) async fn session_and_consent(
    app: &App,
    session: Locator,
    client: ClientRowId,
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
    own: &Workspaces,
    language: Language,
) -> Result<Option<Locator>, Text> {
    workspaces::picked(named, &own.own).map_err(|fault| match fault {
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
    client: ClientRowId,
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
