//! A person's own sign-ins at other providers: what there are, and how they add and remove one.
use super::away::send;
use super::known::named;
use super::sentences::Told;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted, Query};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Continuation, OwnPage, again};
use crate::ops::clock;
use crate::ops::upstream::UpstreamProvider;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Elsewhere, LinkedLine, SignIns, Speak, Text};
use protocol::Params;
use protocol::apps::signed_in_lately;
use protocol::facts::SessionFacts;
use protocol::upstream::{
    Aim, Departure, LinkError, LinkFacts, LinkedIdentity, Profile, Question, link, unlink,
};

/// A sign-in to be added.
pub(crate) struct AddForm {
    provider: String,
}

impl Form for AddForm {
    const PATH: &'static str = SignIns::ADD;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        AddForm {
            provider: fields.text("provider"),
        }
    }
}

/// A sign-in to be taken away.
pub(crate) struct RemoveForm {
    source: String,
    id: String,
}

impl Form for RemoveForm {
    const PATH: &'static str = SignIns::REMOVE;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        RemoveForm {
            source: fields.text("source"),
            id: fields.text("id"),
        }
    }
}

/// What the page says besides.
#[derive(Default)]
struct Said {
    notice: Option<Text>,
    problem: Option<Text>,
}

/// Whoever is signed in. Neither a test user nor anybody whose password is published has sign-ins elsewhere.
fn signed_in(app: &App, browser: &BrowserContext) -> Result<SessionFacts, PageError> {
    let Some(facts) = browser.session.clone() else {
        let sign_in = reply::see_other(&OwnPage::SignIns.sign_in());
        return Err(PageError::instead(sign_in));
    };
    let person = &facts.person;
    match app.config.is_published(&person.email) || person.test_app.is_some() {
        true => Err(PageFault::NotFound.into()),
        false => Ok(facts),
    }
}

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let facts = signed_in(&app, &browser)?;
    let notice = match params.get("done") {
        Some("added") => Some(browser.language.text("upstream-done-added")),
        Some("removed") => Some(browser.language.text("upstream-done-removed")),
        _ => None,
    };
    let said = Said {
        notice,
        problem: None,
    };
    page(&app, browser, &facts, said).await
}

async fn page(
    app: &App,
    mut browser: BrowserContext,
    facts: &SessionFacts,
    said: Said,
) -> Result<Response, PageError> {
    let linked = app.store.identities(facts.person.subject).await?;
    let has = app.store.second_factors(facts.person.subject).await?;
    let language = browser.language;
    let names = app.upstream.iter().map(|upstream| Elsewhere {
        name: upstream.own.name.in_language(language).to_owned(),
        href: upstream.provider().id.clone(),
    });
    let page = SignIns {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        notice: said.notice,
        linked: linked
            .iter()
            .map(|one| line(app, &browser, facts, one))
            .collect(),
        others: names.collect(),
        last: linked.len() < 2 && !facts.person.signs_in_here() && has.passkeys == 0,
        problem: said.problem,
    };
    let status = match page.problem.is_some() {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    };
    // Its form leads to the provider.
    let response = reply::page(status, &page, Some(reply::LeadsToApp));
    Ok(browser.keep_browser_id(app, response))
}

fn line(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
    linked: &LinkedIdentity,
) -> LinkedLine {
    let (language, identity) = (browser.language, &linked.identity);
    let zone = app.zone_of(&facts.preferences);
    let mut all = app.upstream.iter();
    let of = all.find(|upstream| upstream.provider().source() == identity.source);
    let name = of.map(|upstream| upstream.own.name.in_language(language));
    let time = zone.moment(linked.since, language);
    LinkedLine {
        provider: name.unwrap_or(&identity.source).to_owned(),
        label: identity.label.clone(),
        times: match linked.used_at {
            None => language.text_of("upstream-since", &[("time", &time)]),
            Some(used) => {
                let used = zone.moment(used, language);
                let told: pages::Arguments<'_> = &[("time", &time), ("used", &used)];
                language.text_of("upstream-since-used", told)
            }
        },
        carried: (identity.source.clone(), identity.external_id.clone()),
    }
}

/// The person, the session and the form behind a post to this page.
async fn posted<F: Form>(
    app: &App,
    posted: Posted<F>,
) -> Result<(BrowserContext, SessionFacts, F), PageError> {
    let (browser, form) = match posted {
        Posted::Current(browser, form) => (browser, Some(form)),
        Posted::OutOfDate(browser, _) => (browser, None),
    };
    let facts = signed_in(app, &browser)?;
    match form {
        Some(form) => Ok((browser, facts, form)),
        None => {
            let said = Said {
                problem: Some(browser.distrust(app, "upstream-stale")),
                ..Said::default()
            };
            let page = page(app, browser, &facts, said).await?;
            Err(PageError::instead(page))
        }
    }
}

/// `POST`: sends whoever proved lately who they are to a provider, to add it.
pub(super) async fn add(
    State(app): State<App>,
    form: Posted<AddForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = posted(&app, form).await?;
    let upstream = named(&app, &form.provider).ok_or(PageFault::NotFound)?;
    if !signed_in_lately(&facts.session, clock::now()) {
        return Err(again(&Continuation::Own(OwnPage::SignIns)));
    }
    let aim = Aim::Link {
        subject: facts.person.subject,
        session: facts.session.id,
    };
    let question = Question::default();
    send(
        &app,
        browser,
        upstream,
        (aim, None, question),
        SignIns::PATH,
    )
    .await
}

/// Adds whom a provider named to the account of whoever asked for that.
pub(super) async fn linked(
    app: &App,
    browser: &BrowserContext,
    upstream: &UpstreamProvider,
    departure: &Departure,
    profile: Profile,
) -> Result<Response, PageError> {
    let told = Told::new(app, browser, upstream);
    let identity = profile.identity;
    for context in app.tries() {
        let (source, id) = (&identity.source, &identity.external_id);
        let facts = LinkFacts {
            session: browser.session.clone(),
            owner: app.store.person_by_identity(source, id).await?,
        };
        let mails = app.config.mail.is_some();
        let decision = link(departure, identity.clone(), &facts, mails, &context);
        let act = app.act_now(browser.address);
        let (id, cause) = match app.settle(decision, act).await? {
            None => continue,
            Some(Ok(())) => {
                let done = format!("{}?done=added", SignIns::PATH);
                return Ok(reply::see_other(&done));
            }
            Some(Err(LinkError::Taken)) => ("upstream-taken", "it is another person's"),
            Some(Err(LinkError::LongAgo)) => {
                return Err(again(&Continuation::Own(OwnPage::SignIns)));
            }
            Some(Err(LinkError::OtherSession | LinkError::LastWay | LinkError::Unknown)) => {
                let cause = "another session asked for it";
                ("upstream-other-session", cause)
            }
        };
        return Ok(told.refused(id, cause, SignIns::PATH));
    }
    let cause = "another change came between";
    Ok(told.refused("upstream-other-session", cause, SignIns::PATH))
}

/// `POST`: takes one away.
pub(super) async fn remove(
    State(app): State<App>,
    form: Posted<RemoveForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = posted(&app, form).await?;
    let mut problem = "upstream-gone";
    for context in app.tries() {
        let all = app.store.identities(facts.person.subject).await?;
        let (which, mails) = (
            (form.source.as_str(), form.id.as_str()),
            app.config.mail.is_some(),
        );
        let has = app.store.second_factors(facts.person.subject).await?;
        let decision = unlink(&facts, (&all, has.passkeys), which, mails, &context);
        let act = app.act_now(browser.address);
        match app.settle(decision, act).await? {
            None => {}
            Some(Ok(())) => {
                let done = format!("{}?done=removed", SignIns::PATH);
                return Ok(reply::see_other(&done));
            }
            Some(Err(LinkError::LongAgo)) => {
                return Err(again(&Continuation::Own(OwnPage::SignIns)));
            }
            Some(Err(LinkError::LastWay)) => {
                problem = "upstream-last";
                break;
            }
            Some(Err(LinkError::Unknown | LinkError::Taken | LinkError::OtherSession)) => break,
        }
    }
    let said = Said {
        problem: Some(browser.language.text(problem)),
        ..Said::default()
    };
    page(&app, browser, &facts, said).await
}
