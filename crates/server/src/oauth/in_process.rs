//! A request of an app that our own playground makes: the endpoint answers it without HTTP between the two.
use super::possession::ProofHeader;
use super::request::BufferedRequest;
use super::{device, revoke, token, token_info};
use crate::http::render::{Asker, written};
use crate::http::request::{Arrival, MAX_BODY, Reader, RequestId};
use crate::state::App;
use axum::body::{Bytes, to_bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::IntoResponse;

/// The endpoints that are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Token,
    TokenInfo,
    Revoke,
    Device,
}

/// Sends a request to an endpoint: the value of its `Authorization` header, if it has one, and its form. It is noted in
/// the app's request log like any other. What comes back is the status, and the body.
pub(crate) async fn ask(
    app: &App,
    endpoint: Asked,
    authorization: Option<&str>,
    form: String,
    from: Arrival,
) -> (u16, String) {
    let arrival = Arrival {
        id: RequestId::next(),
        ..from
    };
    let mut parts = Request::new(()).into_parts().0;
    describe(&mut parts, authorization, arrival);
    let state = State(app.clone());
    let answer = match endpoint {
        Asked::TokenInfo => {
            let proof = ProofHeader::of(&parts);
            token_info::token_info(state, parts.headers, proof, arrival).await
        }
        Asked::Token | Asked::Revoke | Asked::Device => {
            let request = BufferedRequest {
                address: arrival.address,
                parts,
                body: Bytes::from(form),
            };
            match endpoint {
                Asked::Revoke => revoke::revoke(state, request).await,
                Asked::Device => device::device(state, request).await,
                Asked::Token | Asked::TokenInfo => token::token(state, request).await,
            }
        }
    };
    let asker = Asker {
        reader: Reader {
            id: arrival.id,
            language: arrival.spoken.language(),
        },
        wants_page: false,
        visits: false,
    };
    let response = written(app, answer.into_response(), &Method::POST, asker);
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), MAX_BODY).await;
    let body = body.unwrap_or_default();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn describe(parts: &mut Parts, authorization: Option<&str>, arrival: Arrival) {
    parts.method = Method::POST;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    parts.headers.insert(header::CONTENT_TYPE, form);
    if let Some(Ok(mut value)) = authorization.map(HeaderValue::from_str) {
        value.set_sensitive(true);
        parts.headers.insert(header::AUTHORIZATION, value);
    }
    parts.extensions.insert(arrival);
}
