//! What a browser may do at the second step: prove it, set one up, or neither.
use crate::account::sessions::everyones;
use crate::http::error::PageError;
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::{self, BrowserContext};
use crate::interaction::continuation::{Continuation, OwnPage, after_url};
use crate::ops::clock;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, path};
use protocol::accounts::second_factor::{Owed, Pending, SecondFactors};
use protocol::apps::signed_in_lately;
use protocol::facts::SessionFacts;
use protocol::types::{Locator, Person, Session};

/// What may be done.
pub(in crate::account) enum Standing {
    /// The person has a second factor, and proves it; and what another provider said before, in place of a password.
    Prove(Box<Person>, SecondFactors, Option<Locator>),
    /// They have none, and set one up.
    SetUp(Box<Newcomer>),
    /// Neither: what is answered.
    Neither(Response),
}

/// Somebody who sets a second factor up.
pub(in crate::account) struct Newcomer {
    pub(in crate::account) person: Person,
    /// The session in which they do; `None`: they sign in, and cannot without.
    pub(in crate::account) session: Option<Session>,
    /// What another provider said, in place of a password.
    pub(in crate::account) answer: Option<Locator>,
    /// Whether they have no other second factor, so that none was asked for.
    pub(in crate::account) is_first: bool,
}

impl Standing {
    /// Of this browser: by the password that it proved a moment ago, or else by its session.
    pub(in crate::account) async fn of(
        app: &App,
        browser: &mut BrowserContext,
        continuation: &Continuation,
    ) -> Result<Self, PageError> {
        let sign_in = continuation.with(path::SIGN_IN);
        if let Some((person, answer)) = proved(app, browser).await? {
            let has = app.store.second_factors(person.subject).await?;
            return Ok(match Owed::by(&person, &has, app.policy()) {
                Owed::Proof => Standing::Prove(Box::new(person), has, answer),
                Owed::SetUp => Standing::SetUp(Box::new(Newcomer {
                    person,
                    session: None,
                    answer,
                    is_first: true,
                })),
                Owed::Nothing => Standing::Neither(reply::see_other(&sign_in)),
            });
        }
        match browser.session.clone() {
            Some(facts) => Self::of_session(app, browser, facts, continuation).await,
            None => {
                let late = browser.password_proved.is_some();
                let sign_in = match late {
                    true => after_url(&sign_in, "late"),
                    false => sign_in,
                };
                Ok(Standing::Neither(reply::see_other(&sign_in)))
            }
        }
    }

    async fn of_session(
        app: &App,
        browser: &mut BrowserContext,
        facts: SessionFacts,
        continuation: &Continuation,
    ) -> Result<Self, PageError> {
        let (person, session) = (&facts.person, &facts.session);
        if app.config.is_published(&person.email) {
            let page = everyones(app, browser, StatusCode::FORBIDDEN);
            return Ok(Standing::Neither(page));
        }
        if person.external_id.is_some() {
            return Ok(Standing::Neither(elsewhere(app, browser, continuation)));
        }
        let sign_in = continuation.with(path::SIGN_IN);
        let has = app.store.second_factors(person.subject).await?;
        // Whoever has a passkey sets an authenticator app up beside it, where they ask for that.
        let sets_up =
            has.app.is_none() && matches!(continuation, Continuation::Own(OwnPage::Security));
        Ok(match (has.is_none(), session.has_second_factor()) {
            (false, true) if !sets_up => Standing::Neither(reply::see_other(&continuation.href())),
            // It began before there was one, and ought to have ended then.
            (false, false) => {
                let mut response = reply::see_other(&sign_in);
                session::sign_out(app, &mut response);
                Standing::Neither(response)
            }
            _ if signed_in_lately(session, clock::now()) => {
                let SessionFacts {
                    person, session, ..
                } = facts;
                Standing::SetUp(Box::new(Newcomer {
                    person,
                    session: Some(session),
                    answer: None,
                    is_first: has.is_none(),
                }))
            }
            _ => Standing::Neither(reply::see_other(&after_url(&sign_in, "proof"))),
        })
    }
}

/// Whose password this browser proved a moment ago, or who signed in with it at another provider, and what that said. Whoever
/// signed in since is another, or has gone on without.
async fn proved(
    app: &App,
    browser: &BrowserContext,
) -> Result<Option<(Person, Option<Locator>)>, PageError> {
    let (Some(text), Some(id)) = (&browser.password_proved, browser.told()) else {
        return Ok(None);
    };
    let Some((pending, tag)) = Pending::read(text) else {
        return Ok(None);
    };
    let since = |facts: &SessionFacts| facts.session.id.time() > pending.at;
    if browser.session.as_ref().is_some_and(since) {
        return Ok(None);
    }
    let person = app.store.person(pending.subject).await?;
    let now = clock::now();
    let person = person.filter(|person| pending.holds(tag, id, person, &app.key, now));
    Ok(person.map(|person| (person, pending.answer)))
}

/// For somebody who signs in at the company's own login, where the second factor is too.
pub(in crate::account) fn elsewhere(
    app: &App,
    browser: &BrowserContext,
    continuation: &Continuation,
) -> Response {
    let language = browser.language;
    let product = &app.config.branding.product;
    let again = after_url(&continuation.with(path::SIGN_IN), "second-factor");
    let page = PlainPage {
        status: StatusCode::FORBIDDEN,
        cause: Some("a second factor of the company's own login is needed"),
        title: language.text("second-elsewhere-title"),
        sentence: language.text_of("second-elsewhere", &[("product", product)]),
        code: None,
        details: Vec::new(),
        next: link(language.text("handoff-again"), &again),
    };
    page.page_for(app, browser)
}
