//! The run of a session: how it begins, what is used up of it, and how it ends.
use super::super::test_side::Pair;
use crate::http::cookies::random;
use crate::http::error::PageError;
use crate::ops::clock;
use crate::portal::desk::Desk;
use crate::portal::playing::{Playing, Run};
use crate::state::App;
use pages::developers::Program;
use pages::{Problem, Speak};
use protocol::apps::playground::{LASTS, PlaygroundRun};
use protocol::apps::secrets::{self, Issued, NewSecret, SecretError};
use protocol::decision::Mint;
use protocol::transition::{PlaygroundChange, SecretChange};
use protocol::types::{Client, ClientKind, Locator};
use store::Outcome;

/// Begins a run, in place of any that the session has with another app. Posted twice, it is one.
pub(super) async fn begin(
    app: &App,
    desk: &Desk,
    pair: &Pair,
) -> Result<Option<Problem>, PageError> {
    let (test, live) = (pair.test()?, pair.live.client());
    let language = desk.browser.language;
    let now = clock::now();
    let session = &desk.facts.session;
    if let Some(row) = app.store.playground_run(session.id, now).await? {
        if playing(app, desk, pair).await?.is_some() {
            return Ok(None);
        }
        over(app, desk, row).await?;
    }
    let (secret, issued) = match secret_for(app, desk, test) {
        Ok(secret) => secret.unzip(),
        Err(SecretError::TooMany) => {
            return Ok(Some(Problem::new("", language.text("app-secrets-full"))));
        }
        Err(_) => return Ok(Some(Problem::new("", language.text("app-stale")))),
    };
    let run = Run::new(
        issued.map(|issued| (issued.stored.id, issued.text)),
        new_round(),
    );
    let id = app.mint.locator();
    let row = PlaygroundRun {
        id,
        session: session.id,
        subject: session.subject,
        live: live.no,
        test: test.no,
        state: run.digest(),
        sealed: run.sealed(app, id),
        expires_at: now.plus(LASTS),
    };
    let change = PlaygroundChange::Begin { run: row, secret };
    let begun = app.settle_one(change.into(), desk.act(app)).await? == Outcome::Committed;
    // Another of the same session may have begun it.
    let is_there = begun || playing(app, desk, pair).await?.is_some();
    Ok((!is_there).then(|| Problem::new("", language.text("app-stale"))))
}

/// What the session plays with this app.
pub(super) async fn playing(
    app: &App,
    desk: &Desk,
    pair: &Pair,
) -> Result<Option<Playing>, PageError> {
    let (live, test) = (pair.live.client().no, pair.test()?.no);
    let playing = Playing::of(app, desk.facts.session.id).await?;
    Ok(playing.filter(|playing| playing.row.live == live && playing.row.test == test))
}

/// A state, and a verifier: 43 characters at least (RFC 7636 §4.1).
fn new_round() -> (String, String) {
    (
        format!("{}{}", random(), random()),
        format!("{}{}", random(), random()),
    )
}

/// A secret that ends with the run, for an app that keeps one.
fn secret_for(
    app: &App,
    desk: &Desk,
    test: &Client,
) -> Result<Option<(SecretChange, Issued)>, SecretError> {
    if test.kind == ClientKind::Public {
        return Ok(None);
    }
    let now = clock::now();
    let new = NewSecret {
        name: desk.browser.language.text("play-title-short").to_string(),
        expires_at: Some(now.plus(LASTS)),
    };
    secrets::adding(test, new, now, &app.mint).map(Some)
}

/// Has a step be made: one that uses something up, by one request alone. `None`: another has made it.
pub(super) async fn ask_once(
    app: &App,
    desk: &Desk,
    playing: Playing,
    program: Program,
) -> Result<Option<Playing>, PageError> {
    if program != Program::Exchange {
        return Ok(Some(playing));
    }
    let (own, next) = (playing.run.state.clone(), new_round());
    let use_up =
        |run: &mut Run| (run.state == own && run.may(program)).then(|| run.use_up(program, &next));
    Ok(playing.change(app, desk.act(app), use_up).await?)
}

/// Ends a run, and its secret; whether it has ended.
pub(super) async fn over(app: &App, desk: &Desk, row: PlaygroundRun) -> Result<bool, PageError> {
    let (id, session, test) = (row.id, row.session, row.test);
    let secret = Playing::opened(app, row).and_then(|playing| playing.run.secret);
    let test = app.store.client_by_no(test).await?;
    let secret = test.zip(secret).and_then(|(test, (secret, _))| {
        secrets::revoking(&test, Locator(secret), true, clock::now()).ok()
    });
    let end = PlaygroundChange::End { id, secret };
    if app.settle_one(end.into(), desk.act(app)).await? == Outcome::Committed {
        return Ok(true);
    }
    // Another may have ended it.
    let left = app.store.playground_run(session, clock::now()).await?;
    Ok(left.is_none_or(|left| left.id != id))
}
