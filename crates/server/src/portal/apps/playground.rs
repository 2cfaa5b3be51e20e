//! The playground: each step of a test side, asked of the same endpoints as ever, and shown. A page never speaks HTTP to
//! ourselves: the endpoint is called as a function, and the app is authorized by the rules that the endpoint calls.
mod run;
mod steps;

use self::run::{ask_once, begin, over, playing};
use self::steps::steps;
use super::test_side::Pair;
use super::try_it::scopes;
use crate::http::error::PageError;
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::request::{Arrival, Host, RequestId, Spoken};
use crate::http::session::{BrowserContext, NonceScope};
use crate::oauth::endpoints::endpoints;
use crate::oauth::in_process::{Asked, ask};
use crate::portal::desk::{Desk, trail};
use crate::portal::offer::offer;
use crate::portal::playing::{Answered, Playing, Run};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jose::Digest;
use pages::developers::{AppRequest, FieldValue, OwnApp, Program, app_request};
use pages::portal::{PlayRun, PlaygroundBack, PlaygroundPage, playground_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::apps::test_side::PLAYGROUND;
use protocol::authorize::check;
use protocol::facts::SessionFacts;
use protocol::types::{Client, ClientKind, Locator, Person, Role, Session, Subject};
use std::sync::Arc;

/// That it is to begin.
pub(crate) struct StartForm {
    client_id: String,
    password: String,
}

/// A step.
pub(crate) struct StepForm {
    client_id: String,
    step: Option<Program>,
    person: Subject,
}

/// That it is to end.
pub(crate) struct EndForm {
    client_id: String,
}

impl WholeForm for StartForm {
    const PATH: &'static str = PlaygroundPage::START;

    fn read(params: &Params) -> Self {
        StartForm {
            client_id: params.text("app"),
            password: params.text("password"),
        }
    }
}

impl WholeForm for StepForm {
    const PATH: &'static str = PlaygroundPage::STEP;

    fn read(params: &Params) -> Self {
        StepForm {
            client_id: params.text("app"),
            step: Program::parse(&params.text("step")),
            person: Subject(params.number("person")),
        }
    }
}

impl WholeForm for EndForm {
    const PATH: &'static str = PlaygroundPage::END;

    fn read(params: &Params) -> Self {
        EndForm {
            client_id: params.text("app"),
        }
    }
}

/// `GET`: the page.
pub(in crate::portal) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let pair = Pair::of(&app, &desk, &client_id, Role::Developer).await?;
    page(&app, desk, &pair, None).await
}

/// What a test side's programs ask for: what the link builder begins with.
fn own_app(app: &App, test: &Client, desk: &Desk) -> OwnApp {
    let scopes = scopes(app, test, &Params::default(), desk.browser.language);
    let ticked = scopes.into_iter().filter(|scope| scope.ticked);
    let ticked: Vec<String> = ticked.map(|scope| scope.name).collect();
    OwnApp {
        client_id: test.id.clone(),
        redirect_uri: Some(format!("{}{PLAYGROUND}", app.config.base())),
        scope: ticked.join(" "),
        keeps_secret: test.kind == ClientKind::Confidential,
        grants: test.grants.clone(),
    }
}

/// The parameters of the authorization request.
fn question<'a>(own: &'a OwnApp, run: &'a Run, challenge: &'a str) -> Params {
    let redirect_uri = own.redirect_uri.as_deref().unwrap_or_default();
    let scope = (!own.scope.is_empty()).then_some(("scope", own.scope.as_str()));
    let pairs = [
        ("response_type", "code"),
        ("client_id", &*own.client_id),
        ("redirect_uri", redirect_uri),
        ("state", &*run.state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    Params::from_pairs(pairs.into_iter().chain(scope))
}

async fn page(
    app: &App,
    desk: Desk,
    pair: &Pair,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let test = pair.test()?;
    let live = pair.live.client();
    let people = pair.people(app).await?;
    let own = own_app(app, test, &desk);
    let playing = playing(app, &desk, pair).await?;
    let zone = app.zone_of(&desk.facts.preferences);
    let asks_password = desk.asks_password();
    let mut browser = desk.browser;
    let language = browser.language;
    let shown = playing.map(|playing| PlayRun {
        ends: Text::of_others(zone.moment(playing.row.expires_at, language)),
        link: link(app, &own, &playing.run),
        people: people
            .into_iter()
            .map(|person| (person.subject.0.to_string(), person.email))
            .collect(),
        steps: steps(app, &own, &playing.run),
    });
    let status = match problem {
        None => StatusCode::OK,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let page = PlaygroundPage {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        trail: trail(app),
        client_id: live.id.clone(),
        name: live.name.clone(),
        test_client_id: test.id.clone(),
        is_bound: test.dpop_bound,
        run: shown,
        asks_password,
        problems: problem.into_iter().collect(),
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

fn link(app: &App, own: &OwnApp, run: &Run) -> String {
    let url = endpoints(&app.config).authorization.unwrap_or_default();
    let challenge = Digest::of(run.verifier.as_bytes()).base64url();
    format!("{url}?{}", question(own, run, &challenge).to_form())
}

/// `POST`: makes the secret, and begins.
pub(in crate::portal) async fn start(
    State(app): State<App>,
    posted: Posted<StartForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    let problem = match stale {
        Some(stale) => Some(stale),
        None => desk.proved(&app, "password", form.password).await?,
    };
    if problem.is_some() {
        return page(&app, desk, &pair, problem).await;
    }
    match begin(&app, &desk, &pair).await? {
        None => Ok(reply::see_other(&playground_href(&form.client_id))),
        problem => page(&app, desk, &pair, problem).await,
    }
}

/// `POST`: makes a step.
pub(in crate::portal) async fn step(
    State(app): State<App>,
    posted: Posted<StepForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    let test = pair.test()?;
    if stale.is_some() {
        return page(&app, desk, &pair, stale).await;
    }
    let language = desk.browser.language;
    let said = |id| Some(Problem::new("", language.text(id)));
    let Some(playing) = playing(&app, &desk, &pair).await? else {
        let over = said("play-over");
        return page(&app, desk, &pair, over).await;
    };
    let run = playing.run.clone();
    let Some(program) = form.step.filter(|program| run.may(*program)) else {
        let impossible = said("play-not-possible");
        return page(&app, desk, &pair, impossible).await;
    };
    let own = own_app(&app, test, &desk);
    if program == Program::Link {
        let mut people = pair.people(&app).await?.into_iter();
        let Some(person) = people.find(|person| person.subject == form.person) else {
            let nobody = said("play-nobody-allows");
            return page(&app, desk, &pair, nobody).await;
        };
        return match allow(&app, &desk, (test, &own), &run, person).await? {
            Some(url) => Ok(reply::see_other(&url)),
            None => page(&app, desk, &pair, said("play-not-possible")).await,
        };
    }
    let Some(request) = app_request(&offer(&app.config), &own, program) else {
        let impossible = said("play-not-possible");
        return page(&app, desk, &pair, impossible).await;
    };
    let Some(asks) = ask_once(&app, &desk, playing, program).await? else {
        let impossible = said("play-not-possible");
        return page(&app, desk, &pair, impossible).await;
    };
    let answered = send(&app, &desk, program, &request, (test, &run)).await;
    let keep = |run: &mut Run| {
        run.keep(program, answered.clone());
        Some(())
    };
    asks.change(&app, desk.act(&app), keep).await?;
    Ok(reply::see_other(&format!(
        "{}#{}",
        playground_href(&form.client_id),
        program.name()
    )))
}

/// Lets a person of the test side allow the app, by the rules of the authorization endpoint: where the browser goes.
async fn allow(
    app: &App,
    desk: &Desk,
    (test, own): (&Arc<Client>, &OwnApp),
    run: &Run,
    person: Person,
) -> Result<Option<String>, PageError> {
    let challenge = Digest::of(run.verifier.as_bytes()).base64url();
    let asked = question(own, run, &challenge);
    let Ok(request) = check(asked, Some(test.clone()), &app.context()) else {
        return Ok(None);
    };
    let context = app.context();
    // Nobody signs in: whoever runs the test side made this person.
    let facts = SessionFacts {
        session: Session {
            id: Locator(0),
            digest: Digest::of(b""),
            subject: person.subject,
            auth_time: context.now,
            expires_at: context.now,
            browser: String::new(),
            device: None,
            methods: None,
        },
        preferences: desk.facts.preferences.clone(),
        person,
    };
    let issued = request.issue_code(request.scope.clone(), &facts, &context);
    let settled = app.settle(issued, desk.act(app)).await?;
    let answer = settled.and_then(Result::ok);
    Ok(answer.map(|answer| answer.location().to_owned()))
}

/// Sends a request to our own endpoint.
async fn send(
    app: &App,
    desk: &Desk,
    program: Program,
    request: &AppRequest,
    (test, run): (&Client, &Run),
) -> Answered {
    let filled = request
        .fields
        .iter()
        .filter_map(|(name, value)| match value {
            FieldValue::Text(text) => Some((*name, text.as_str())),
            FieldValue::Variable(variable) => Some((*name, run.variable(variable)?)),
        });
    let form = Params::from_pairs(filled).to_form();
    let basic = run.secret.as_ref().filter(|_| request.shows_secret);
    let authorization = match (basic, program) {
        (Some((_, secret)), _) => {
            let pair = STANDARD.encode(format!("{}:{secret}", test.id));
            Some(format!("Basic {pair}"))
        }
        (None, Program::TokenInfo) => {
            let token = run.held.access.as_deref().unwrap_or_default();
            Some(format!("Bearer {token}"))
        }
        (None, _) => None,
    };
    let from = Arrival {
        id: RequestId::next(),
        address: desk.browser.address,
        spoken: Spoken::default(),
        host: Host::Issuer,
    };
    let endpoint = match program {
        Program::TokenInfo => Asked::TokenInfo,
        Program::Revoke => Asked::Revoke,
        Program::DeviceCodes => Asked::Device,
        Program::Link
        | Program::Exchange
        | Program::Refresh
        | Program::DevicePoll
        | Program::ClientCredentials => Asked::Token,
    };
    let (status, body) = ask(app, endpoint, authorization.as_deref(), form, from).await;
    Answered { status, body }
}

/// `GET`: the answer of an authorization request comes back, in the developer's browser or in a person's.
pub(in crate::portal) async fn back(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let state = params.get("state").unwrap_or_default();
    let answer = match (params.get("code"), params.get("error")) {
        (Some(code), _) => Ok(code.to_owned()),
        (None, error) => Err(Answered {
            status: 400,
            body: error.unwrap_or_default().to_owned(),
        }),
    };
    let act = app.act_now(browser.address);
    let taken = Playing::take_back(&app, act, state, answer).await?;
    let live = match &taken {
        Some(playing) => app.store.client_by_no(playing.row.live).await?,
        None => None,
    };
    let own = browser.session.as_ref().map(|facts| facts.session.id);
    if let (Some(playing), Some(live)) = (&taken, &live)
        && own == Some(playing.row.session)
    {
        return Ok(reply::see_other(&playground_href(&live.id)));
    }
    let status = match &live {
        Some(_) => StatusCode::OK,
        None => StatusCode::BAD_REQUEST,
    };
    let page = PlaygroundBack {
        frame: browser.front_frame(&app),
        client_id: live.map(|live| live.id.clone()),
    };
    Ok(reply::page(status, &page, None))
}

/// `POST`: ends it, and its secret. Posted twice, it is over.
pub(in crate::portal) async fn end(
    State(app): State<App>,
    posted: Posted<EndForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let pair = Pair::of(&app, &desk, &form.client_id, Role::Developer).await?;
    if stale.is_some() {
        return page(&app, desk, &pair, stale).await;
    }
    if let Some(playing) = playing(&app, &desk, &pair).await?
        && !over(&app, &desk, playing.row).await?
    {
        let stale = Problem::new("", desk.browser.language.text("app-stale"));
        return page(&app, desk, &pair, Some(stale)).await;
    }
    Ok(reply::see_other(&playground_href(&form.client_id)))
}
