//! The endpoints.

use crate::sqlite::Found;
use crate::store::{Db, Job, Table};
use crate::token::{Ids, LIFETIME, Presented, mint, sha256};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes, extract::State};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Arc;

/// Everything a request needs.
pub(crate) struct App {
    /// Id of the one app.
    pub(crate) client: String,
    /// SHA-256 of its secret.
    pub(crate) secret: [u8; 32],
    pub(crate) ids: Ids,
    pub(crate) store: Db,
}

/// The routes over `app`.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/introspect", post(introspect))
        .route("/v1/token/info", get(token_info))
        .route("/health/ready", get(ready))
        .with_state(app)
}

/// The form fields that count, empty when absent.
#[derive(Default)]
struct Form {
    grant_type: String,
    client_id: String,
    client_secret: String,
    refresh_token: String,
    token: String,
}

impl Form {
    fn parse(body: &[u8]) -> Self {
        let mut form = Form::default();
        for (key, value) in form_urlencoded::parse(body) {
            let field = match &*key {
                "grant_type" => &mut form.grant_type,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "refresh_token" => &mut form.refresh_token,
                "token" => &mut form.token,
                _ => continue,
            };
            *field = value.into_owned();
        }
        form
    }
}

async fn ready() -> Response {
    json(r#"{"status":"ready"}"#.to_owned())
}

async fn token(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if !app.authenticated(&headers, &form) {
        return error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    match form.grant_type.as_str() {
        "client_credentials" => app.issue().await,
        "refresh_token" => app.refresh(&form.refresh_token).await,
        _ => error(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    }
}

async fn introspect(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if !app.authenticated(&headers, &form) {
        return error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    match app.find(Table::Access, &form.token).await {
        Some((_, Found { iat, exp })) => json(format!(
            r#"{{"active":true,"client_id":"{}","scope":"read","exp":{exp},"iat":{iat},"token_type":"Bearer"}}"#,
            app.client
        )),
        None => json(r#"{"active":false}"#.to_owned()),
    }
}

/// Tells about the access token that the request is made with.
async fn token_info(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let value = headers.get(header::AUTHORIZATION);
    let text = value.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match app.find(Table::Access, text.unwrap_or_default()).await {
        Some((_, Found { exp, .. })) => json(format!(
            r#"{{"client_id":"{}","scopes":["read"],"expires_at":{exp}}}"#,
            app.client
        )),
        None => error(StatusCode::UNAUTHORIZED, "invalid_token"),
    }
}

impl App {
    /// Checks HTTP Basic, or the secret in the form.
    fn authenticated(&self, headers: &HeaderMap, form: &Form) -> bool {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return self.knows(&form.client_id, &form.client_secret);
        };
        let basic = value.as_bytes().strip_prefix(b"Basic ").unwrap_or_default();
        let pair = STANDARD.decode(basic).unwrap_or_default();
        let pair = String::from_utf8_lossy(&pair);
        let (id, secret) = pair.split_once(':').unwrap_or_default();
        self.knows(id, secret)
    }

    fn knows(&self, id: &str, secret: &str) -> bool {
        let same = verify_slices_are_equal(&sha256(secret.as_bytes()), &self.secret);
        id == self.client && same.is_ok()
    }

    /// `client_credentials`: one access token, durable before the answer.
    async fn issue(&self) -> Response {
        let (text, access) = mint(&self.ids);
        match self.store.commit(Job::Append(Table::Access, access)).await {
            Some(_) => json(format!(
                r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":{LIFETIME},"scope":"read"}}"#
            )),
            None => unavailable(),
        }
    }

    /// `refresh_token`: checked by id and hash; used-record, successor and access token in one commit.
    async fn refresh(&self, text: &str) -> Response {
        let Some((presented, _)) = self.find(Table::Refresh, text).await else {
            return error(StatusCode::BAD_REQUEST, "invalid_grant");
        };
        let (refresh_text, refresh) = mint(&self.ids);
        let (access_text, access) = mint(&self.ids);
        let used = presented.id;
        let job = Job::Rotate {
            used,
            refresh,
            access,
        };
        match self.store.commit(job).await {
            Some(true) => json(format!(
                r#"{{"access_token":"{access_text}","token_type":"Bearer","expires_in":{LIFETIME},"refresh_token":"{refresh_text}","scope":"read"}}"#
            )),
            Some(false) => error(StatusCode::BAD_REQUEST, "invalid_grant"),
            None => unavailable(),
        }
    }

    async fn find(&self, table: Table, text: &str) -> Option<(Presented, Found)> {
        let presented = Presented::parse(text)?;
        let found = self.store.find(table, &presented).await?;
        Some((presented, found))
    }
}

fn json(body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (headers, body).into_response()
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, json(format!(r#"{{"error":"{code}"}}"#))).into_response()
}

fn unavailable() -> Response {
    error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
}
