//! What a program sends: a JSON object of the members that are known, and a query of the parameters that are.
use super::fault::invalid;
use crate::http::error::ApiError;
use crate::http::request::{media_type, read, read_up_to, text};
use crate::state::App;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderName;
use axum::http::request::Parts;
use protocol::Params;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The largest picture, in bytes.
const MAX_PICTURE: usize = 2 * 1024 * 1024;
/// Longest key that makes a request once.
const MAX_KEY: usize = 200;

/// The body. An empty one is an object without members.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body).await?;
        if body.is_empty() {
            return parsed(Map::new()).map(Sent);
        }
        let media_type = media_type(&parts.headers).unwrap_or_default();
        let is_json = |own: &&str| media_type.eq_ignore_ascii_case(own);
        let types = ["application/json", "application/merge-patch+json"];
        if !types.iter().any(is_json) {
            return Err(ApiError::MediaType(
                "send a JSON object as application/json",
            ));
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Object(members)) => parsed(members).map(Sent),
            Ok(_) => Err(invalid("", "send a JSON object")),
            Err(error) => Err(invalid("", format!("this is no JSON: {error}"))),
        }
    }
}

/// A picture, which is the body itself.
pub(super) struct Picture(pub(super) Bytes);

impl FromRequest<App> for Picture {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let media_type = media_type(&parts.headers).unwrap_or_default();
        if !media_type.to_ascii_lowercase().starts_with("image/") {
            return Err(ApiError::MediaType(
                "send a picture as image/png, image/jpeg or image/webp",
            ));
        }
        let body = read_up_to(MAX_PICTURE, &parts.headers, body).await?;
        Ok(Picture(body))
    }
}

/// Reads the members, or tells which one is wrong.
fn parsed<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, ApiError> {
    let read =
        |members: &Map<String, Value>| serde_json::from_value::<T>(Value::Object(members.clone()));
    let error = match read(&members) {
        Ok(read) => return Ok(read),
        Err(error) => error.to_string(),
    };
    // Without the one that is to blame, the error is another or none.
    let to_blame = members.keys().find(|name| {
        let mut others = members.clone();
        others.remove(*name);
        read(&others).map_or_else(|other| other.to_string() != error, |_| true)
    });
    let missing = error.strip_prefix("missing field `");
    let missing = missing.and_then(|rest| rest.split('`').next());
    let name = missing.or(to_blame.map(String::as_str));
    Err(invalid(
        name.map_or(String::new(), |name| format!("/{name}")),
        error,
    ))
}

/// The parameters of a query, each once and each a known one.
pub(super) struct Asked(Params);

impl Asked {
    /// The parameters, which must be of these names.
    ///
    /// # Errors
    /// The first that is not.
    pub(super) fn of(self, known: &[&str]) -> Result<Params, ApiError> {
        if let Some(name) = self.0.repeated() {
            return Err(invalid(
                "",
                format!("{} stands more than once", short(name)),
            ));
        }
        let mut names = self.0.names();
        match names.find(|name| !known.contains(name)) {
            Some(name) => {
                let known = known.join(", ");
                let sentence = format!("there is no parameter {}; there are: {known}", short(name));
                Err(invalid("", sentence))
            }
            None => Ok(self.0.clone()),
        }
    }
}

fn short(name: &str) -> String {
    protocol::types::text::shortened(name, 40)
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let params = Params::from_form(query.as_bytes());
        let params = params.map_err(|fault| invalid("", fault.sentence()))?;
        Ok(Asked(params))
    }
}

/// The key by which a request that comes twice is one, if it has one.
pub(super) struct Once(pub(super) Option<String>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let name = HeaderName::from_static("idempotency-key");
        if !parts.headers.contains_key(&name) {
            return Ok(Once(None));
        }
        let key = text(&parts.headers, name).filter(|key| (1..=MAX_KEY).contains(&key.len()));
        let key = key.ok_or_else(|| {
            let sentence = format!("an Idempotency-Key has 1 to {MAX_KEY} characters of ASCII");
            invalid("", sentence)
        })?;
        Ok(Once(Some(key.to_owned())))
    }
}
