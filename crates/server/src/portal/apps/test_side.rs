//! The test side of an app: its switch, and the people that it is tried with.
use crate::http::cookies::random;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::portal::desk::{Desk, trail};
use crate::portal::once::OnceMint;
use crate::portal::test_switch::{Switched, switch};
use crate::state::App;
use crate::test_side::{TestUser, make_one, more};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{NewSecret, TestPerson, TestSideOn, TestSidePage, test_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::accounts::people::disable;
use protocol::apps::test_side::{MAX_PEOPLE, may_have};
use protocol::apps::{ManagedApp, delete};
use protocol::decision::Mint;
use protocol::types::{Client, Person, Role, Side, Subject};
use std::sync::Arc;
use store::StoreError;

/// That the test side is to be on.
pub(crate) struct SwitchOnForm {
    client_id: String,
    password: String,
}

/// That it is to be off.
pub(crate) struct SwitchOffForm {
    client_id: String,
}

/// That it is to have another person.
pub(crate) struct AddPersonForm {
    client_id: String,
    once: String,
}

/// That it is to have one less.
pub(crate) struct RemovePersonForm {
    client_id: String,
    person: Subject,
}

impl WholeForm for SwitchOnForm {
    const PATH: &'static str = TestSidePage::ON;

    fn read(params: &Params) -> Self {
        SwitchOnForm {
            client_id: params.text("app"),
            password: params.text("password"),
        }
    }
}

impl WholeForm for SwitchOffForm {
    const PATH: &'static str = TestSidePage::OFF;

    fn read(params: &Params) -> Self {
        SwitchOffForm {
            client_id: params.text("app"),
        }
    }
}

impl WholeForm for AddPersonForm {
    const PATH: &'static str = TestSidePage::ADD;

    fn read(params: &Params) -> Self {
        AddPersonForm {
            client_id: params.text("app"),
            once: params.text("once"),
        }
    }
}

impl WholeForm for RemovePersonForm {
    const PATH: &'static str = TestSidePage::REMOVE;

    fn read(params: &Params) -> Self {
        RemovePersonForm {
            client_id: params.text("app"),
            person: Subject(params.number("person")),
        }
    }
}

/// A live app that somebody runs, and its test side.
pub(super) struct Pair {
    pub(super) live: ManagedApp,
    pub(super) test: Option<Arc<Client>>,
}

impl Pair {
    /// The app of this id, for what takes this role in its organization.
    ///
    /// # Errors
    /// That there is no such page: for anybody else's app, for one of the test side, and where there is no test side.
    pub(super) async fn of(
        app: &App,
        desk: &Desk,
        client_id: &str,
        role: Role,
    ) -> Result<Self, PageError> {
        let live = desk.app(app, client_id, role).await?;
        if live.client().side == Side::Test || !app.policy().test_mode {
            return Err(PageFault::NotFound.into());
        }
        let test = app.store.test_side(live.client().no).await?;
        Ok(Pair { live, test })
    }

    /// Its test side.
    ///
    /// # Errors
    /// That it is off: the way to the page that says so.
    pub(super) fn test(&self) -> Result<&Arc<Client>, PageError> {
        let off = || PageError::instead(reply::see_other(&test_href(&self.live.client().id)));
        self.test.as_ref().ok_or_else(off)
    }

    /// Those that it is tried with.
    pub(super) async fn people(&self, app: &App) -> Result<Vec<Person>, StoreError> {
        match &self.test {
            Some(test) => app.store.people_of_test_app(test.no, MAX_PEOPLE).await,
            None => Ok(Vec::new()),
        }
    }
}

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let pair = Pair::of(&app, &desk, &client_id, Role::Viewer).await?;
    let notice = match params.get("done") {
        Some("on") => Some("test-side-done-on"),
        Some("off") => Some("test-side-done-off"),
        Some("removed") => Some("test-people-done-removed"),
        Some("twice") => Some("test-people-twice"),
        _ => None,
    };
    page(&app, desk, &pair, notice, Vec::new()).await
}

async fn page(
    app: &App,
    desk: Desk,
    pair: &Pair,
    notice: Option<&'static str>,
    problems: Vec<Problem>,
) -> Result<Response, PageError> {
    let people = pair.people(app).await?;
    let asks_password = desk.asks_password();
    let mut browser = desk.browser;
    let language = browser.language;
    let client = pair.live.client();
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = TestSidePage {
        nonce: browser.nonce(app, NonceScope::Session),
        once: random(),
        frame: browser.front_frame(app),
        trail: trail(app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        on: pair.test.as_ref().map(|test| TestSideOn {
            client_id: test.id.clone(),
            may_add: people.len() < MAX_PEOPLE,
            people: people.into_iter().map(shown).collect(),
        }),
        changes: pair.live.may(Role::Developer) && may_have(client, app.policy()).is_ok(),
        asks_password,
        notice: notice.map(|id| language.text(id)),
        problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

fn shown(person: Person) -> TestPerson {
    TestPerson {
        id: person.subject.0.to_string(),
        email: person.email,
        name: person.name,
    }
}

/// `POST`: switches it on, and shows what is told once. One that was on before has what it had. Posted twice, it is on.
pub(super) async fn on(
    State(app): State<App>,
    posted: Posted<SwitchOnForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    let mut problems: Vec<Problem> = stale.into_iter().collect();
    if problems.is_empty() {
        problems.extend(desk.proved(&app, "password", form.password).await?);
    }
    if !problems.is_empty() {
        return page(&app, desk, &pair, None, problems).await;
    }
    match switch(&app, &pair.live, desk.act(&app)).await? {
        Ok(Switched::Back) => Ok(done(&form.client_id, "on")),
        Ok(Switched::Made {
            test,
            secret,
            users,
        }) => Ok(told_once(&app, desk, &pair, &test, secret, users)),
        Err(_) => {
            let sentence = desk.browser.language.text("test-side-not-here");
            let problems = vec![Problem::new("", sentence)];
            page(&app, desk, &pair, None, problems).await
        }
    }
}

/// `POST`: switches it off. Posted twice, it is off.
pub(super) async fn off(
    State(app): State<App>,
    posted: Posted<SwitchOffForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    if let Some(stale) = stale {
        return page(&app, desk, &pair, None, vec![stale]).await;
    }
    if let Some(test) = &pair.test {
        app.settle_one(delete(test), desk.act(&app)).await?;
    }
    Ok(done(&form.client_id, "off"))
}

/// `POST`: makes another person, and shows their password. Posted twice, it is one, whose password is not shown again.
pub(super) async fn add(
    State(app): State<App>,
    posted: Posted<AddPersonForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    let test = pair.test()?;
    let way = format!("person of {}", test.id);
    let once = OnceMint::of(&app, &way, &form.once, desk.facts.person.subject);
    let who = more(once.secret());
    let mut problems: Vec<Problem> = stale.into_iter().collect();
    if problems.is_empty() && app.store.person_by_email(&who.email).await?.is_some() {
        return Ok(done(&form.client_id, "twice"));
    }
    if pair.people(&app).await?.len() >= MAX_PEOPLE {
        let sentence = desk.browser.language.text("test-people-full");
        problems.push(Problem::new("", sentence));
    }
    if !problems.is_empty() {
        return page(&app, desk, &pair, None, problems).await;
    }
    let made = make_one(&app.store, &app.mint, app.policy(), test.no, who)
        .await
        .map_err(|_| PageFault::Store(StoreError::Overloaded))?;
    Ok(match made {
        Some(user) => told_once(&app, desk, &pair, test, None, vec![user]),
        None => done(&form.client_id, "twice"),
    })
}

/// `POST`: removes a person. Posted twice, they are gone.
pub(super) async fn remove(
    State(app): State<App>,
    posted: Posted<RemovePersonForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    pair.test()?;
    if let Some(stale) = stale {
        return page(&app, desk, &pair, None, vec![stale]).await;
    }
    let mut people = pair.people(&app).await?.into_iter();
    if let Some(person) = people.find(|person| person.subject == form.person) {
        app.settle_one(disable(&person, &app.mint), desk.act(&app))
            .await?;
    }
    Ok(done(&form.client_id, "removed"))
}

fn done(client_id: &str, what: &str) -> Response {
    reply::see_other(&format!("{}?done={what}", test_href(client_id)))
}

/// The page with what is shown nowhere else.
fn told_once(
    app: &App,
    desk: Desk,
    pair: &Pair,
    test: &Client,
    secret: Option<String>,
    users: Vec<TestUser>,
) -> Response {
    let is_new = users.len() > 1;
    let page = NewSecret {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        app: test.name.clone(),
        client_id: test.id.clone(),
        secret,
        is_new,
        only_people: !is_new,
        is_test: true,
        next: Some(pair.live.client().id.clone()),
        others_until: None,
        test_users: users
            .into_iter()
            .map(|user| (user.email, user.password))
            .collect(),
    };
    reply::page(StatusCode::OK, &page, None)
}
