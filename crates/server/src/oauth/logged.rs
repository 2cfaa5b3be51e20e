//! Notes what an app's request was told, for the log that its developers read.
use super::request::BufferedRequest;
use crate::http::error::{ApiError, PageError, PageFault};
use crate::http::reply::UNAVAILABLE;
use crate::http::request::{Arrival, ClientAddr, RequestId};
use crate::state::AppState;
use axum::response::Response;
use protocol::Mint;
use protocol::authorize::AuthorizationFault;
use protocol::client_auth::{AuthenticatedClient, Credentials};
use protocol::facts::AccessFacts;
use protocol::request_log::{Endpoint, LoggedRequest, Refusal};
use protocol::types::{Client, ClientKind, ClientRowId, Side};
use wire::Presented;

/// The app that a request is from, as far as that has been found out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Caller(Option<Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    client: ClientRowId,
    side: Side,
    proof: Proof,
}

/// How well it is known that a request is from an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It names an app that has a secret or keys, which were not shown.
    Claimed,
    /// It names an app that has no secret, or brings a token of it.
    Taken,
    /// It showed a secret of the app, or an assertion: it comes from a server of it.
    Secret,
}

impl Caller {
    /// The request names this app.
    pub(super) fn claims(&mut self, client: Option<&Client>) {
        self.0 = client.map(|client| Known {
            client: client.no,
            side: client.side,
            proof: match client.kind {
                ClientKind::Public => Proof::Taken,
                ClientKind::Confidential => Proof::Claimed,
            },
        });
    }

    /// Looks which app a request names that is refused, if that was not found out before.
    pub(super) async fn look_in(
        &mut self,
        app: &AppState,
        request: &BufferedRequest,
        refused: bool,
    ) {
        if !refused || self.0.is_some() || !app.request_log.is_kept() {
            return;
        }
        let raw = request.raw();
        let params = raw.params(app.policy()).unwrap_or_default();
        let by_params = |_| Credentials::from_request(None, &params);
        let claimed = Credentials::from_request(raw.authorization, &params).or_else(by_params);
        if let Ok(claimed) = claimed
            && let Ok(client) = app.store.client(&claimed.client_id).await
        {
            self.claims(client.as_deref());
        }
    }

    /// The app has shown who it is.
    pub(super) fn is(&mut self, client: &AuthenticatedClient) {
        if let (Some(known), true) = (&mut self.0, client.is_proved()) {
            known.proof = Proof::Secret;
        }
    }

    /// The request brings a token, whether it works or not, that was given to an app.
    pub(super) fn brings(&mut self, presented: &Presented, facts: Option<&AccessFacts>) {
        let own = facts.filter(|facts| facts.token.digest == presented.digest);
        self.0 = own
            .and_then(|facts| facts.client.as_deref())
            .map(|client| Known {
                client: client.no,
                side: client.side,
                proof: Proof::Taken,
            });
    }
}

/// Notes what an endpoint for programs answers.
pub(super) fn note(
    app: &AppState,
    endpoint: Endpoint,
    Arrival { id, address, .. }: Arrival,
    Caller(known): Caller,
    answer: &Result<Response, ApiError>,
) {
    let Some(known) = known else {
        return;
    };
    let (status, refusal) = match answer {
        Ok(response) => (response.status().as_u16(), None),
        Err(error) => {
            let (status, refusal) = refused(app, error);
            (status, Some(refusal))
        }
    };
    write(app, endpoint, (id, address), known, status, refusal);
}

/// Notes what the authorization endpoint answers a browser.
pub(super) fn note_page(
    app: &AppState,
    id: RequestId,
    Caller(known): Caller,
    answer: &Result<Response, PageError>,
) {
    let Some(known) = known else {
        return;
    };
    let (status, refusal) = match answer {
        Ok(response) => (response.status().as_u16(), None),
        Err(PageError::Fault(PageFault::Authorization(fault, _))) => {
            let (status, refusal) = not_authorized(app, fault);
            (status, Some(refusal))
        }
        Err(PageError::Fault(PageFault::Store(_))) => (503, Some(busy())),
        // Nothing of that is about the app.
        Err(PageError::Fault(_) | PageError::Instead(_)) => return,
    };
    let nowhere = ClientAddr(std::net::IpAddr::from([0, 0, 0, 0]));
    write(
        app,
        Endpoint::Authorize,
        (id, nowhere),
        known,
        status,
        refusal,
    );
}

fn write(
    app: &AppState,
    endpoint: Endpoint,
    (id, address): (RequestId, ClientAddr),
    known: Known,
    status: u16,
    refusal: Option<Refusal>,
) {
    if !app.request_log.is_kept() {
        return;
    }
    let request = LoggedRequest {
        id: app.mint.locator(),
        request_id: id.logged(),
        endpoint,
        status,
        side: known.side,
        // Where no secret was shown, a person's device may have asked.
        address: (known.proof == Proof::Secret).then_some(address.0),
        refusal,
    };
    let proved = known.proof != Proof::Claimed;
    app.request_log.note(known.client, proved, request);
}

fn refused(app: &AppState, error: &ApiError) -> (u16, Refusal) {
    let aliases = &app.policy().errors;
    let plain = |code: &str, cause: &str| Refusal {
        code: code.to_owned(),
        cause: cause.to_owned(),
    };
    match error {
        ApiError::Store(_) => (503, busy()),
        ApiError::Token(error) => {
            let refusal = Refusal::of_cause(error.code(aliases), &error.cause());
            (error.status(), refusal)
        }
        ApiError::Bearer { error, .. } => {
            let refusal = plain(error.code(aliases), error.description());
            (error.status(), refusal)
        }
        ApiError::Registration(error) => (
            error.status(),
            plain(error.code(), "the change is not taken"),
        ),
        ApiError::Limited(exceeded) => {
            (429, plain("temporarily_unavailable", exceeded.class.name()))
        }
        ApiError::NoRoom => (429, plain("temporarily_unavailable", "too many apps")),
        // No endpoint of an app's.
        ApiError::Told(told) => (told.status, plain(told.code, "nothing was done")),
        ApiError::Body(_) => (400, plain("invalid_request", "the body could not be read")),
        ApiError::MediaType(_) => (415, plain("invalid_request", "the body has another type")),
        // No app sends one.
        ApiError::UnprovedReport | ApiError::UnprovedLogin | ApiError::Report(_) => {
            (400, plain("invalid_request", "a report of a mail service"))
        }
    }
}

fn not_authorized(app: &AppState, fault: &AuthorizationFault) -> (u16, Refusal) {
    match fault {
        AuthorizationFault::Shown(error) => {
            let policy = app.policy();
            let refusal = Refusal::of_cause(error.code(policy), &error.cause(policy));
            (400, refusal)
        }
        AuthorizationFault::Redirected(error) => {
            let error = &error.error;
            (303, Refusal::of_cause(error.code(), &error.cause()))
        }
    }
}

fn busy() -> Refusal {
    let (code, _) = UNAVAILABLE;
    Refusal {
        code: code.to_owned(),
        cause: "the server could not store or read just then".to_owned(),
    }
}
