//! Requests for review, for administrators. To anybody else there is nothing to look at.
use super::super::caller::{Caller, ReviewCaller};
use super::super::fault::{invalid, no_review, review as refused};
use super::super::sent::{Asked, Sent};
use super::view::{
    MessageView, NewVerdict, ReviewRow, ReviewView, ReviewsView, VerdictName, parts,
};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::portal::reviewed::{Seen, settled};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::review::{Judged, ReviewState, Reviewer, Snapshot, Verdict};
use protocol::events::Act;
use protocol::types::Locator;
use store::ReviewQuery;

/// Requests on one page.
const PAGE: usize = 100;

/// Whoever asks, as an administrator.
fn reviewer(caller: &Caller) -> Result<Reviewer, ApiError> {
    Reviewer::of(&caller.person).ok_or_else(no_review)
}

/// `GET`: the requests; without a state, those that wait for an administrator.
pub(super) async fn list(
    State(app): State<App>,
    ReviewCaller(caller): ReviewCaller,
    asked: Asked,
) -> Result<Response, ApiError> {
    reviewer(&caller)?;
    let params = asked.of(&["state", "after"])?;
    let state = match params
        .get("state")
        .map(|state| (state, ReviewState::parse(state)))
    {
        None => Some(ReviewState::Open),
        Some(("all", _)) => None,
        Some((_, Some(state))) => Some(state),
        Some((_, None)) => {
            let sentence = "state is open, asked_back, approved, refused, withdrawn or all";
            return Err(invalid("", sentence));
        }
    };
    let after = params.get("after").map(|id| id.parse().map(Locator));
    let query = ReviewQuery {
        state,
        after: after
            .transpose()
            .map_err(|_| invalid("", "after is the next of the page before"))?,
        limit: PAGE + 1,
    };
    let mut found = app.store.reviews(query).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more);
    let view = ReviewsView {
        next: next.map(|last| last.request.id.0.to_string()),
        reviews: found.iter().map(ReviewRow::of).collect(),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `GET`: one of them, with everything that is looked at.
pub(super) async fn show(
    State(app): State<App>,
    ReviewCaller(caller): ReviewCaller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    reviewer(&caller)?;
    Ok(shown(&seen(&app, &id).await?))
}

async fn seen(app: &App, id: &str) -> Result<Seen, ApiError> {
    let id = id.parse().map(Locator).map_err(|_| no_review())?;
    Seen::of(app, id).await?.ok_or_else(no_review)
}

fn shown(seen: &Seen) -> Response {
    let snapshot = &seen.talk.request.snapshot;
    let changed = snapshot.differs(&Snapshot::of(&seen.client));
    let view = ReviewView {
        request: ReviewRow::of(&seen.listed),
        looked_at: parts(snapshot),
        changed_since: changed
            .iter()
            .map(|part| part.as_str().to_owned())
            .collect(),
        messages: seen.talk.messages.iter().map(MessageView::of).collect(),
    };
    reply::json_of(StatusCode::OK, &view)
}

/// `POST`: judges it.
pub(super) async fn judge(
    State(app): State<App>,
    ReviewCaller(caller): ReviewCaller,
    Path(id): Path<String>,
    Sent(new): Sent<NewVerdict>,
) -> Result<Response, ApiError> {
    let by = reviewer(&caller)?;
    let found = seen(&app, &id).await?;
    let judged = Judged {
        verdict: match new.verdict {
            VerdictName::Approve => Verdict::Approve,
            VerdictName::Refuse => Verdict::Refuse,
            VerdictName::AskBack => Verdict::AskBack,
        },
        text: &new.text,
        seen: Some(new.version),
    };
    let act = Act {
        actor: Some(by.actor()),
        ..caller.act(&app)
    };
    let done = settled(&app, by, &found, judged, act).await?;
    done.map_err(|error| refused(&error))?;
    Ok(shown(&seen(&app, &id).await?))
}
