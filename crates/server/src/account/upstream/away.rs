//! Browsers that are sent to another provider.
use super::known::{named, redirect_uri, way};
use super::sentences::Told;
use crate::account::handoff::is_anew;
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::ops::clock;
use crate::ops::upstream::{CallFault, UpstreamProvider};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Elsewhere, Speak, Text, path};
use protocol::Params;
use protocol::accounts::people::MAX_EMAIL;
use protocol::types::text::{is_plain, isolated};
use protocol::types::{Language, UnixTime};
use protocol::upstream::{Aim, Departure, Question, authorization_url, sign_out_url};

/// The providers that a sign-in page shows. `what`: what led to it. Test users have accounts here alone.
pub(in crate::account) fn offered(
    app: &App,
    continuation: &Continuation,
    what: &str,
    language: Language,
) -> Vec<Elsewhere> {
    let all = app.upstream.iter();
    let all = all.filter(|_| !continuation.is_for_tests());
    all.map(|upstream| Elsewhere {
        name: upstream.own.name.in_language(language).to_owned(),
        href: href(continuation, upstream, what),
    })
    .collect()
}

fn href(continuation: &Continuation, upstream: &UpstreamProvider, what: &str) -> String {
    let href = continuation.with(&path::upstream(&upstream.provider().id));
    match is_anew(what) {
        true => after_url(&href, what),
        false => href,
    }
}

/// The provider to which an address belongs, by its domain.
fn of_address<'a>(app: &'a App, address: &str) -> Option<&'a UpstreamProvider> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let mut all = app.upstream.iter();
    all.find(|upstream| upstream.own.domains.contains(&domain))
}

/// Where to go on with an address that an app expects, if it belongs to a provider.
pub(in crate::account) fn lead(app: &App, continuation: &Continuation) -> Option<Response> {
    let hint = continuation.login_hint()?;
    let upstream = of_address(app, hint).filter(|_| !continuation.is_for_tests())?;
    Some(reply::see_other(&href(continuation, upstream, "")))
}

/// The same for an address that was typed and opens no account here: it says where it belongs, and leads there.
pub(in crate::account) fn leads(
    app: &App,
    continuation: &Continuation,
    browser: &BrowserContext,
    address: &str,
) -> Option<Response> {
    let upstream = of_address(app, address).filter(|_| !continuation.is_for_tests())?;
    let language = browser.language;
    let name = isolated(upstream.own.name.in_language(language));
    let href = href(continuation, upstream, "");
    let hint = Params::from_pairs([("hint", address)]).to_form();
    let mark = if href.contains('?') { '&' } else { '?' };
    let told = isolated(address);
    let page = PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: language.text_of("upstream-lead-title", &[("provider", &name)]),
        sentence: language.text_of(
            "upstream-lead-domain",
            &[("email", &told), ("provider", &name)],
        ),
        code: None,
        details: Vec::new(),
        next: link(
            language.text_of("sign-in-with", &[("provider", &name)]),
            &format!("{href}{mark}{hint}"),
        ),
    };
    Some(page.page_for(app, browser))
}

/// `GET`: sends the browser there.
pub(super) async fn begin(
    State(app): State<App>,
    Path(id): Path<String>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let upstream = named(&app, &id).ok_or(PageFault::NotFound)?;
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    if continuation.is_for_tests() {
        return Ok(reply::see_other(&continuation.with(path::SIGN_IN)));
    }
    let what = params.get("after").unwrap_or_default();
    let wish = Wish::of(&continuation, is_anew(what));
    let hint = params.get("hint").filter(|hint| is_address(hint));
    let hint = hint.or(wish.login_hint).map(str::to_owned);
    let aim = Aim::SignIn {
        onward: continuation.carried(),
    };
    let again = href(&continuation, upstream, what);
    let question = Question {
        login_hint: hint.as_deref(),
        ..wish.question()
    };
    send(&app, browser, upstream, (aim, wish.since, question), &again).await
}

fn is_address(hint: &str) -> bool {
    hint.len() <= MAX_EMAIL && hint.contains('@') && is_plain(hint)
}

/// What a sign-in must be like.
#[derive(Default)]
struct Wish<'a> {
    anew: bool,
    max_age: Option<i64>,
    login_hint: Option<&'a str>,
    ui_locales: Option<&'a str>,
    /// Since when the person must have signed in for the app that waits.
    since: Option<UnixTime>,
}

impl<'a> Wish<'a> {
    fn of(continuation: &'a Continuation, anew: bool) -> Self {
        let anew = anew || continuation.wants_proof();
        let Continuation::App(pending) = continuation else {
            return Wish {
                anew,
                ..Wish::default()
            };
        };
        let (request, asked_at) = (&pending.request, pending.facts.interaction.id.time());
        let prompt = request.sent("prompt").unwrap_or_default();
        Wish {
            anew: anew || prompt.split(' ').any(|word| word == "login"),
            max_age: request.sent("max_age").and_then(|age| age.parse().ok()),
            login_hint: continuation.login_hint(),
            ui_locales: request.sent("ui_locales"),
            since: request.signed_in_since(asked_at, clock::now()),
        }
    }

    fn question(&self) -> Question<'a> {
        Question {
            anew: self.anew,
            max_age: self.max_age,
            login_hint: None,
            ui_locales: self.ui_locales,
        }
    }
}

/// Sends a browser away; or says that the provider does not answer, and links the way `again`.
pub(super) async fn send(
    app: &App,
    mut browser: BrowserContext,
    upstream: &UpstreamProvider,
    (aim, since, question): (Aim, Option<UnixTime>, Question<'_>),
    again: &str,
) -> Result<Response, PageError> {
    let metadata = match upstream.metadata(way(app)).await {
        Ok(metadata) => metadata,
        Err(fault) => return Ok(Told::new(app, &browser, upstream).fault(&fault, again)),
    };
    let language = browser.language;
    let provider = upstream.provider();
    let mut departure = Departure::new(browser.told_apart(), &provider.id, aim, &app.mint);
    let own = question.anew.then(|| departure.left_at());
    departure.since = since.max(own);
    // Who is to sign in anew does so where the provider can say that they did: the address bar can be edited.
    let anew = (question.anew && metadata.tells_time).then_some(0);
    let max_age = question.max_age.or(anew);
    departure.tells_time = max_age.is_some() && provider.is_openid();
    let question = Question {
        max_age,
        ui_locales: question.ui_locales.or(Some(language.tag())),
        ..question
    };
    let sent = (&departure, &*app.key);
    let back = redirect_uri(app, upstream);
    let url = authorization_url(provider, &metadata, sent, question, &back);
    Ok(browser.keep_browser_id(app, reply::see_other(&url)))
}

/// The provider by which the session of a browser began, if people are offered to sign out there too.
pub(in crate::account) async fn begun_at<'a>(
    app: &'a App,
    browser: &BrowserContext,
) -> Result<Option<&'a UpstreamProvider>, PageError> {
    let session = browser.session.as_ref().map(|facts| facts.session.id);
    let Some(session) = session.filter(|_| !app.upstream.is_empty()) else {
        return Ok(None);
    };
    let source = app.store.session_source(session).await?;
    let mut all = app.upstream.iter().filter(|upstream| upstream.own.sign_out);
    Ok(all.find(|one| Some(one.provider().source()) == source.as_deref()))
}

/// What to say of signing out there, and where that is. Nobody waits for it to be signed out here.
pub(in crate::account) async fn sign_out_there(
    app: &App,
    browser: &BrowserContext,
    upstream: Option<&UpstreamProvider>,
) -> Vec<(Text, String)> {
    let Some(upstream) = upstream else {
        return Vec::new();
    };
    let metadata: Result<_, CallFault> = upstream.metadata(way(app)).await;
    let back = format!("{}{}", app.config.base(), path::SIGN_IN);
    let url = metadata
        .ok()
        .and_then(|metadata| sign_out_url(upstream.provider(), &metadata, &back));
    let name = isolated(upstream.own.name.in_language(browser.language));
    let label = browser
        .language
        .text_of("upstream-sign-out", &[("provider", &name)]);
    url.map(|url| (label, url)).into_iter().collect()
}
