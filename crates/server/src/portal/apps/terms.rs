//! The terms for developers: asked again when they change.
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::ops::clock::{self, Zone};
use crate::portal::desk::Desk;
use crate::portal::managed::unaccepted;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::Text;
use pages::portal::{Apps, PORTAL, TermsAsked};
use protocol::Params;
use protocol::apps::developers::{accept_terms, has_accepted};
use protocol::types::{AcceptedTerms, DeveloperTerms, Language};

/// What the list of apps says: which terms are to be accepted, of somebody who accepted others, and which were.
pub(super) fn told(
    app: &App,
    own: &[AcceptedTerms],
    (zone, language): (&Zone, Language),
) -> (Option<TermsAsked>, Option<(TermsAsked, Text)>) {
    let Some(terms) = &app.config.developers.terms else {
        return (None, None);
    };
    let asked = (!own.is_empty() && !has_accepted(own, terms)).then(|| shown(terms));
    let last = own.last().map(|accepted| {
        let time = Text::of_others(zone.moment(accepted.accepted_at, language));
        (shown(&accepted.terms), time)
    });
    (asked, last)
}

fn shown(terms: &DeveloperTerms) -> TermsAsked {
    TermsAsked {
        url: terms.url.clone(),
        version: terms.version.clone(),
    }
}

/// That the terms are accepted.
pub(crate) struct TermsForm {
    /// Those that the page showed.
    version: String,
}

impl WholeForm for TermsForm {
    const PATH: &'static str = Apps::TERMS;

    fn read(params: &Params) -> Self {
        TermsForm {
            version: params.text("terms-version"),
        }
    }
}

/// `POST`: accepts the terms that the page showed. Posted twice, they are accepted; others by now are asked again.
pub(super) async fn accept(
    State(app): State<App>,
    posted: Posted<TermsForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let terms = unaccepted(&app, &desk.facts.person).await?;
    let terms = terms.filter(|terms| stale.is_none() && terms.version == form.version);
    if let Some(terms) = terms {
        let accepted = accept_terms(&desk.facts.person, &terms, clock::now());
        app.settle_one(accepted, desk.act(&app)).await?;
        return Ok(reply::see_other(&format!("{PORTAL}?done=terms")));
    }
    Ok(reply::see_other(PORTAL))
}
