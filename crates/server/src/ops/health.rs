//! Whether the server lives, and whether it can do its work; and, to whoever has its key, what arrives of a request.
use super::clock;
use crate::http::reply::{self, Unlogged};
use crate::http::request::Arrival;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use jose::keyed::Key;
use protocol::types::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;

/// The header by which `valetkey doctor` proves that it has the server's key.
pub(crate) const PROOF: &str = "valetkey-doctor";
/// How long a proof is good, in seconds: as far as two clocks may be apart.
const GOOD_FOR: i64 = 60;

/// What arrived of a request.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Whom the server takes for the one who asks.
    pub(crate) client: IpAddr,
    /// `X-Forwarded-For`, all of its lines.
    pub(crate) forwarded_for: String,
    /// `Host`.
    pub(crate) host: Option<String>,
}

/// The process answers.
pub(crate) async fn live(State(app): State<App>) -> Response {
    well(&app, r#"{"status":"ok"}"#)
}

/// A probe that went well is worth no line in the log, unless somebody asks for them.
fn well(app: &App, body: impl Into<axum::body::Body>) -> Response {
    let mut response = reply::json(StatusCode::OK, body);
    if !app.config.log.health {
        response.extensions_mut().insert(Unlogged);
    }
    response
}

/// The storage reads and its writer runs.
pub(crate) async fn ready(
    State(app): State<App>,
    arrival: Arrival,
    headers: HeaderMap,
) -> Response {
    match app.store.ready().await {
        Ok(()) => match is_proved(&app, &headers) {
            true => well(&app, seen(arrival, &headers)),
            false => well(
                &app,
                r#"{"status":"ok","checks":[{"name":"storage","status":"ok"}]}"#,
            ),
        },
        Err(error) => {
            app.outage.note(&error);
            reply::json(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"status":"failing","checks":[{"name":"storage","status":"failing"}]}"#,
            )
        }
    }
}

/// What the doctor shows: the time, and a tag of it that only who has the key can make.
pub(crate) fn proof(key: &Key, issuer: &str, now: UnixTime) -> String {
    format!("{}.{}", now.0, tag(key, issuer, now.0))
}

fn tag(key: &Key, issuer: &str, time: i64) -> String {
    key.tag(&parts(issuer, &time.to_be_bytes()))
}

fn parts<'a>(issuer: &'a str, time: &'a [u8]) -> [&'a [u8]; 3] {
    [b"doctor", issuer.as_bytes(), time]
}

fn is_proved(app: &App, headers: &HeaderMap) -> bool {
    let shown = headers.get(PROOF).and_then(|shown| shown.to_str().ok());
    let shown = shown.and_then(|shown| shown.split_once('.'));
    let Some((time, tag)) = shown else {
        return false;
    };
    let Ok(time) = time.parse::<i64>() else {
        return false;
    };
    let is_fresh = clock::now().0.abs_diff(time) <= GOOD_FOR.unsigned_abs();
    let time = time.to_be_bytes();
    is_fresh && app.key.verify(&parts(&app.config.issuer, &time), tag)
}

fn seen(arrival: Arrival, headers: &HeaderMap) -> String {
    let lines = headers.get_all("x-forwarded-for").iter();
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let seen = Seen {
        client: arrival.address.0,
        forwarded_for: lines.join(", "),
        host: host.map(str::to_owned),
    };
    let checks = json!([{ "name": "storage", "status": "ok" }]);
    json!({ "status": "ok", "checks": checks, "asked": seen }).to_string()
}
