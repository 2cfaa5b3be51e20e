//! Browsers that come back from another provider.
use super::known::{named, redirect_uri, way};
use super::own::linked;
use super::sentences::Told;
use crate::account::second_factor::enter;
use crate::account::throttle::admit;
use crate::account::welcome::Ways;
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::{Carried, Continuation, OwnPage, with_handle};
use crate::ops::clock;
use crate::ops::upstream::{CallFault, UpstreamProvider};
use crate::state::App;
use axum::extract::{Path, State};
use axum::response::Response;
use jose::base64url;
use pages::{SignIns, path};
use protocol::Params;
use protocol::accounts::second_factor::Proof;
use protocol::accounts::sign_in::{Attempt, HandedOff};
use protocol::handoff::LoginOutcome;
use protocol::transition::UpstreamChange;
use protocol::types::{MailAddress, Person, UnixTime};
use protocol::upstream::{
    ANSWER_LIFE, Aim, ArrivalError, ArrivalFacts, Departure, Metadata, Profile, ReturnFault,
    Returned, arrive, code_of,
};
use store::Outcome;

/// A browser that came back to where it was sent from.
struct Return<'a> {
    upstream: &'a UpstreamProvider,
    departure: Departure,
    continuation: Continuation,
    /// Where to try again.
    again: String,
}

/// Who came back, when they proved it, and how.
struct Who {
    profile: Profile,
    auth_time: UnixTime,
    methods: Vec<String>,
}

/// `GET`: the browser comes back.
pub(super) async fn come_back(
    State(app): State<App>,
    Path(id): Path<String>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let upstream = named(&app, &id).ok_or(PageFault::NotFound)?;
    let departure = params
        .get("state")
        .and_then(|state| Departure::read(state, &app.key));
    // What it left for is nothing that another browser is told.
    let own = departure.filter(|departure| departure.is_of(browser.told()));
    let Some(departure) = own else {
        let (id, cause) = match params.get("state").is_some() {
            true => ("upstream-other-browser", ReturnFault::OtherBrowser.cause()),
            false => ("upstream-unknown", "there is no such sign-in"),
        };
        return Ok(Told::new(&app, &browser, upstream).refused(id, cause, path::SIGN_IN));
    };
    let onward = match &departure.aim {
        Aim::SignIn { onward } => onward.clone(),
        Aim::Link { .. } => None,
    };
    let continuation = Continuation::load(&app, &Carried::kept(onward), &mut browser).await?;
    let again = match departure.aim {
        Aim::SignIn { .. } => every_way(&continuation),
        Aim::Link { .. } => SignIns::PATH.to_owned(),
    };
    let back = Return {
        upstream,
        departure,
        continuation,
        again,
    };
    back.judge(&app, browser, &params).await
}

/// The sign-in page with all that it offers, also where an address led straight away from it.
fn every_way(continuation: &Continuation) -> String {
    let href = continuation.with(path::SIGN_IN);
    let mark = if href.contains('?') { '&' } else { '?' };
    format!("{href}{mark}with=password")
}

impl Return<'_> {
    async fn judge(
        self,
        app: &App,
        mut browser: BrowserContext,
        params: &Params,
    ) -> Result<Response, PageError> {
        let told = Told::new(app, &browser, self.upstream);
        let metadata = match self.upstream.metadata(way(app)).await {
            Ok(metadata) => metadata,
            Err(fault) => return Ok(told.fault(&fault, &self.again)),
        };
        let from = (self.upstream.provider().id.as_str(), &*metadata);
        let said = code_of(params, &self.departure, from, browser.told(), clock::now());
        let code = match said {
            Ok(Returned::Code(code)) => code,
            Ok(Returned::Denied) => {
                let cause = "the provider let nobody in";
                return Ok(told.refused("upstream-denied", cause, &self.again));
            }
            Ok(Returned::Failed(error)) => {
                let fault = CallFault::Wrong(format!("it answers with {error}"));
                return Ok(told.fault(&fault, &self.again));
            }
            Err(ReturnFault::Late) => {
                let cause = ReturnFault::Late.cause();
                return Ok(told.refused("upstream-late", cause, &self.again));
            }
            Err(fault) => {
                let fault = CallFault::Wrong(fault.cause().to_owned());
                return Ok(told.fault(&fault, &self.again));
            }
        };
        self.take(app, &mut browser, &metadata, &code).await
    }

    /// Notes that it came back, asks the provider, and goes on. Who has the provider asked for nothing is slowed down.
    async fn take(
        self,
        app: &App,
        browser: &mut BrowserContext,
        metadata: &Metadata,
        code: &str,
    ) -> Result<Response, PageError> {
        let told = Told::new(app, browser, self.upstream);
        let attempt = Attempt::at_everyones(&browser.address.source());
        if let Some(throttled) = admit(app, &attempt).await? {
            return Ok(told.throttled(throttled, &self.again));
        }
        let now = clock::now();
        let noted = UpstreamChange::Return {
            challenge: self.departure.noted(),
            expires_at: now.plus(ANSWER_LIFE),
        };
        if app.settle_one(noted.into(), now).await? == Outcome::Conflict {
            return self.came_before(app, browser).await;
        }
        let who = match self.ask(app, metadata, code).await {
            Ok(who) => who,
            Err(fault) => return Ok(told.fault(&fault, &self.again)),
        };
        app.settle_one(attempt.succeeded(), clock::now()).await?;
        match self.departure.aim {
            Aim::SignIn { .. } => self.sign_in(app, browser, who).await,
            Aim::Link { .. } => {
                linked(app, browser, self.upstream, &self.departure, who.profile).await
            }
        }
    }

    /// A page that was loaded twice goes on, if it was by whoever is signed in by now.
    async fn came_before(self, app: &App, browser: &BrowserContext) -> Result<Response, PageError> {
        if matches!(self.departure.aim, Aim::Link { .. }) {
            return Ok(reply::see_other(SignIns::PATH));
        }
        let answer = app.store.login_answer(self.departure.id).await?;
        let subject = browser.session.as_ref().map(|facts| facts.person.subject);
        if subject.is_some() && answer.is_some_and(|answer| answer.is_of(subject)) {
            return Ok(reply::see_other(&self.continuation.href()));
        }
        let told = Told::new(app, browser, self.upstream);
        Ok(told.refused("upstream-used", "the sign-in was used already", &self.again))
    }

    async fn ask(&self, app: &App, metadata: &Metadata, code: &str) -> Result<Who, CallFault> {
        let (upstream, way) = (self.upstream, way(app));
        let verifier = self.departure.verifier(&app.key);
        let back = redirect_uri(app, upstream);
        let named = (
            clock::now(),
            base64url::encode(&jose::random::bytes::<16>()),
        );
        let tokens = upstream
            .redeem(way, metadata, (code, &verifier, &back), named)
            .await?;
        let now = clock::now();
        if !upstream.provider().is_openid() {
            return Ok(Who {
                profile: upstream.holder(way, metadata, &tokens).await?,
                auth_time: now,
                methods: Vec::new(),
            });
        }
        let departure = (&self.departure, &*app.key);
        let proved = upstream
            .verified(way, metadata, &tokens, departure, now)
            .await?;
        let profile = upstream.profile(way, metadata, (&tokens, &proved)).await?;
        Ok(Who {
            profile,
            auth_time: proved.auth_time.unwrap_or(now),
            methods: proved.methods,
        })
    }

    async fn sign_in(
        self,
        app: &App,
        browser: &mut BrowserContext,
        who: Who,
    ) -> Result<Response, PageError> {
        let told = Told::new(app, browser, self.upstream);
        let (email, identity) = (who.profile.email.clone(), who.profile.identity.clone());
        for context in app.tries() {
            let (source, id) = (&identity.source, &identity.external_id);
            let person = app.store.person_by_identity(source, id).await?;
            let known = person
                .as_ref()
                .and_then(|person| browser.known_to(app, person));
            let told_by_mail = person.is_some() && known.is_none() && app.config.mail.is_some();
            let facts = ArrivalFacts {
                holder: holder(app, email.as_ref()).await?,
                person,
            };
            let of = (self.upstream.provider(), who.profile.clone());
            let when = (who.auth_time, &who.methods[..]);
            let decision = arrive(self.departure.id, of, when, &facts, &context);
            let act = app.act_now(browser.address);
            match app.settle(decision, act).await? {
                None => {}
                Some(Ok(())) => return self.welcomed(app, browser, told_by_mail).await,
                Some(Err(ArrivalError::AddressHeld)) => {
                    let email = email.as_ref().map(MailAddress::as_str).unwrap_or_default();
                    let sign_in = OwnPage::SignIns.sign_in();
                    return Ok(told.held(email, &sign_in));
                }
                Some(Err(ArrivalError::NoAccount)) => {
                    let cause = "nobody here is known by that sign-in";
                    return Ok(told.refused("upstream-no-account", cause, &self.again));
                }
                Some(Err(ArrivalError::SwitchedOff)) => {
                    let cause = "the account is switched off";
                    return Ok(told.refused("upstream-switched-off", cause, &self.again));
                }
            }
        }
        let cause = "another sign-in came between";
        Ok(told.refused("upstream-used", cause, &self.again))
    }

    async fn welcomed(
        self,
        app: &App,
        browser: &mut BrowserContext,
        told_by_mail: bool,
    ) -> Result<Response, PageError> {
        let told = Told::new(app, browser, self.upstream);
        let used = || told.refused("upstream-used", "the sign-in was used already", &self.again);
        let Some(answer) = app.store.login_answer(self.departure.id).await? else {
            return Ok(used());
        };
        let LoginOutcome::SignedIn {
            subject,
            auth_time,
            methods,
        } = &answer.outcome
        else {
            return Ok(used());
        };
        let person = app.store.person(*subject).await?;
        let person = person.filter(Person::is_active);
        let Some(person) = person.filter(|person| self.continuation.suits(person)) else {
            let cause = "the account may not go on there";
            return Ok(told.refused("upstream-no-account", cause, &self.again));
        };
        let handed_off = HandedOff {
            answer: answer.id,
            auth_time: *auth_time,
            methods,
            passkey: None,
        };
        let ways = Ways {
            on: self.continuation.href(),
            back: with_handle(path::SIGN_IN, self.continuation.carried().as_deref()),
        };
        // Who has a second factor here proves it, unless they proved one there.
        let how = (
            &self.continuation,
            told_by_mail,
            Proof::HandedOff(handed_off),
        );
        enter(app, &person, browser, how, ways).await
    }
}

/// The account here that has an address.
async fn holder(app: &App, email: Option<&MailAddress>) -> Result<Option<Person>, PageError> {
    match email {
        None => Ok(None),
        Some(email) => Ok(app.store.person_by_email(email.as_str()).await?),
    }
}
