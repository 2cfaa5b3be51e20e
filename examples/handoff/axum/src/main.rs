//! A company's own site, whose login Valetkey hands people to. `docs/how-to/keep-your-login.md` says how it is run.
mod site;
mod valetkey;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use site::{Site, field, found, to_login};
use std::sync::Arc;
use valetkey::{Failed, Valetkey};

type Shared = Arc<(Site, Valetkey)>;

// hand-off begins
async fn oauth_login(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let (site, valetkey) = &*shared;
    let challenge = field(uri.query(), "login_challenge");
    if challenge.is_empty() {
        return Err(Failed::NoChallenge);
    }
    let asked = json!({ "challenge": challenge });
    if !field(uri.query(), "cancel").is_empty() {
        return Ok(onward(&valetkey.call("refuse", &asked).await?));
    }
    let Some(session) = site.session(&headers) else {
        return Ok(to_login(&uri));
    };
    let asked = valetkey.call("challenge", &asked).await?;
    if asked["signed_in_since"].as_u64() > Some(session.auth_time) {
        return Ok(to_login(&uri));
    }
    let user = session.user;
    let person =
        json!({ "id": user.id, "email": user.email, "email_verified": true, "name": user.name });
    let answer = json!({ "challenge": challenge, "user": person, "auth_time": session.auth_time, "amr": ["pwd"] });
    Ok(onward(&valetkey.call("accept", &answer).await?))
}
// hand-off ends

fn onward(done: &Value) -> Response {
    found(done["redirect_to"].as_str().unwrap_or("/"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let shared = Arc::new((Site::default(), Valetkey::of_environment()?));
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let app = Router::new()
        .route("/", get(|| async { "Acme" }))
        .route("/oauth/login", get(oauth_login))
        .route("/login", get(site::form).post(site::sign_in))
        .with_state(shared);
    Ok(axum::serve(listener, app).await?)
}
