//! Requests with a proof of possession (RFC 9449): the key that a client holds, and the token that is bound to it. Few
//! requests have one, so what it takes is not in the way of the others.
use super::request::BufferedRequest;
use crate::http::request::ClientAddr;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use protocol::client_auth::AuthenticatedClient;
use protocol::decision::Decision;
use protocol::dpop::{Offered, held, holding};
use protocol::facts::AccessFacts;
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use protocol::transition::AssertionChange;
use std::convert::Infallible;
use store::StoreError;
use wire::Presented;
use wire::dpop::ProofFault;

/// The header with the proof (§4.1).
const PROOF: HeaderName = HeaderName::from_static("dpop");

/// Whether a request has a proof, of whatever kind.
pub(super) fn is_in(headers: &HeaderMap) -> bool {
    headers.contains_key(PROOF)
}

/// A proof with the request that it must be about; most requests have none.
pub(crate) struct ProofHeader(Option<Box<Sent>>);

struct Sent {
    proof: Result<String, ProofFault>,
    method: String,
    path: String,
}

impl ProofHeader {
    /// That of a request.
    pub(crate) fn of(parts: &Parts) -> Self {
        if !is_in(&parts.headers) {
            return ProofHeader(None);
        }
        ProofHeader(Some(Box::new(Sent {
            proof: only(&parts.headers).map(str::to_owned),
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
        })))
    }
}

impl<S: Sync> FromRequestParts<S> for ProofHeader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(ProofHeader::of(parts))
    }
}

/// "There is not more than one DPoP HTTP request header field" (§4.3).
fn only(headers: &HeaderMap) -> Result<&str, ProofFault> {
    let mut values = headers.get_all(PROOF).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(ProofFault::Missing),
        (Some(value), None) => value.to_str().map_err(|_| ProofFault::Several),
        (Some(_), Some(_)) => Err(ProofFault::Several),
    }
}

/// The client of a token request, which is authenticated, with the key that it proves to hold (§5): what it is given is
/// bound to that. The proof has to be [`spent`] before it is given anything.
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub(super) fn holder(
    app: &AppState,
    request: &BufferedRequest,
    client: AuthenticatedClient,
) -> Result<(AuthenticatedClient, AssertionChange), TokenError> {
    let offered = Offered {
        proof: only(&request.parts.headers),
        method: request.parts.method.as_str(),
        path: request.parts.uri.path(),
    };
    holding(client, &offered, &app.key, &app.context())
}

/// Lets a request with a bound token pass if its proof is good and was not used before (§7.1). What is wrong with the
/// token itself is for the endpoint to tell.
///
/// # Errors
/// [`BearerError`], or when the store fails.
pub(super) async fn passed(
    app: &AppState,
    (presented, facts): (&Presented, Option<&AccessFacts>),
    ProofHeader(sent): &ProofHeader,
) -> Result<Result<(), BearerError>, StoreError> {
    if !facts.is_some_and(|facts| facts.token.digest == presented.digest) {
        return Ok(Ok(()));
    }
    let Some(sent) = sent else {
        return Ok(Err(ProofFault::Missing.into()));
    };
    let offered = Offered {
        proof: sent.proof.as_deref().map_err(|fault| *fault),
        method: &sent.method,
        path: &sent.path,
    };
    let proof = match held(presented, &offered, &app.key, &app.context()) {
        Ok(proof) => proof,
        Err(error) => return Ok(Err(error)),
    };
    let nowhere = ClientAddr(std::net::IpAddr::from([0, 0, 0, 0]));
    Ok(match spent(app, &proof, nowhere).await? {
        true => Ok(()),
        false => Err(ProofFault::Replayed.into()),
    })
}

/// Uses a proof up; `false`: it was used before. A second time in the same request it is the same use.
pub(super) async fn spent(
    app: &AppState,
    proof: &AssertionChange,
    from: ClientAddr,
) -> Result<bool, StoreError> {
    let decision: Decision<(), Infallible> = Decision::grant(proof.clone().into(), ());
    Ok(app.settle(decision, app.act_now(from)).await?.is_some())
}
