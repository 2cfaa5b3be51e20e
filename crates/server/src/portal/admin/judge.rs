//! What becomes of a request for review.
use super::desk::Admin;
use super::show::{Said, page, seen};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::portal::reviewed::{Seen, settled};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::admin::{RequestPage, request_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::review::{Judged, ReviewError, Verdict};
use protocol::types::Language;

/// How a request is judged.
pub(crate) struct JudgeForm {
    request: Option<i64>,
    /// The version that the page showed. Our page says one; where it is missing, it is none that there is.
    version: i64,
    text: String,
    password: String,
    verdict: Option<Verdict>,
}

impl WholeForm for JudgeForm {
    const PATH: &'static str = RequestPage::JUDGE;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        JudgeForm {
            request: params.get("request").and_then(|text| text.parse().ok()),
            version: params.number("version"),
            text: params.text("text"),
            password: params.text("password"),
            verdict: params.get("verdict").and_then(|verdict| match verdict {
                "approve" => Some(Verdict::Approve),
                "refuse" => Some(Verdict::Refuse),
                "ask_back" => Some(Verdict::AskBack),
                _ => None,
            }),
        }
    }
}

/// `POST`: judges the request. What is decided already is shown as it is.
pub(super) async fn judge(
    State(app): State<App>,
    posted: Posted<JudgeForm>,
) -> Result<Response, PageError> {
    let (admin, mut form, stale) = Admin::posted(&app, posted)?;
    let found = seen(&app, form.request).await?;
    let language = admin.desk.browser.language;
    let mut problems: Vec<Problem> = stale.into_iter().collect();
    if problems.is_empty() && form.verdict.is_none() {
        problems.push(Problem::new("", language.text("request-verdict-none")));
    }
    if problems.is_empty() {
        let password = std::mem::take(&mut form.password);
        problems.extend(admin.desk.proved(&app, "password", password).await?);
    }
    let said = |problems, conflict| Said {
        text: form.text.clone(),
        problems,
        conflict,
        ..Said::default()
    };
    let verdict = match form.verdict {
        Some(verdict) if problems.is_empty() => verdict,
        _ => return page(&app, admin, &found, said(problems, false)).await,
    };
    let judged = Judged {
        verdict,
        text: &form.text,
        seen: Some(form.version),
    };
    let error = match settled(&app, admin.reviewer, &found, judged, admin.act(&app)).await? {
        Ok(()) => return Ok(done(&found, verdict)),
        Err(error) => error,
    };
    let found = seen(&app, form.request).await?;
    let conflict = matches!(
        error,
        ReviewError::Over | ReviewError::Stale | ReviewError::Changed(_)
    );
    let problems = vec![problem(&error, language)];
    page(&app, admin, &found, said(problems, conflict)).await
}

fn done(seen: &Seen, verdict: Verdict) -> Response {
    let what = match verdict {
        Verdict::Approve => "approved",
        Verdict::Refuse => "refused",
        Verdict::AskBack => "asked",
    };
    let href = request_href(&seen.talk.request.id.0.to_string());
    reply::see_other(&format!("{href}?done={what}"))
}

fn problem(error: &ReviewError, language: Language) -> Problem {
    match error {
        ReviewError::Message => Problem::new("text", language.text("review-text-wrong")),
        ReviewError::Over => Problem::new("", language.text("review-over")),
        ReviewError::Stale => Problem::new("", language.text("request-stale")),
        ReviewError::Changed(_) => Problem::new("", language.text("request-changed")),
        ReviewError::Closed => Problem::new("", language.text("review-closed")),
        ReviewError::TooMany => Problem::new("", language.text("review-too-many")),
        ReviewError::Scope(_) | ReviewError::Nothing | ReviewError::Reason(_) => {
            Problem::new("", language.text("request-scope-gone"))
        }
        ReviewError::Open => Problem::new("", language.text("review-is-open")),
    }
}
