//! What you have already: people, and a page where they sign in.
use crate::Shared;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Somebody with an account.
pub(crate) struct User {
    pub(crate) id: &'static str,
    pub(crate) email: &'static str,
    pub(crate) name: &'static str,
    password: &'static str,
}

static USERS: [User; 1] = [User {
    id: "u-1815",
    email: "ada@example.com",
    name: "Ada Lovelace",
    password: "four quiet winter walks",
}];

/// Who signed in, and when.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub(crate) user: &'static User,
    pub(crate) auth_time: u64,
}

/// The browsers that are signed in, by their cookies.
#[derive(Default)]
pub(crate) struct Site(Mutex<HashMap<String, Session>>);

impl Site {
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let mut cookies = cookies.split("; ");
        let id = cookies.find_map(|cookie| cookie.strip_prefix("site="))?;
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(id).copied()
    }

    #[allow(clippy::disallowed_methods, reason = "this site reads its own clock")]
    fn begin(&self, user: &'static User) -> anyhow::Result<String> {
        let mut random = [0_u8; 16];
        aws_lc_rs::rand::fill(&mut random)?;
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let auth_time = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(id.clone(), Session { user, auth_time });
        Ok(id)
    }
}

/// A field of a query or form; empty where it is not there.
pub(crate) fn field(form: Option<&str>, name: &str) -> String {
    let mut fields = form_urlencoded::parse(form.unwrap_or_default().as_bytes());
    let found = fields.find(|(key, _)| key == name);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

pub(crate) fn found(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// To the page where people sign in, and from there on to where they wanted.
pub(crate) fn to_login(onward: &Uri) -> Response {
    let onward = onward
        .path_and_query()
        .map_or("/", |onward| onward.as_str());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", onward);
    found(&format!("/login?{}", query.finish()))
}

/// Where somebody goes on who has signed in; nowhere but where they wanted to be handed over.
fn onward_of(query: Option<&str>) -> String {
    let onward = field(query, "next");
    match onward.starts_with("/oauth/login?") {
        true => onward,
        false => "/".to_owned(),
    }
}

fn page(problem: &str, onward: &str) -> Html<String> {
    let cancel = match onward {
        "/" => String::new(),
        onward => {
            let onward = onward
                .replace('&', "&amp;")
                .replace('"', "&quot;")
                .replace('<', "&lt;");
            format!(r#"<p><a id="cancel" href="{onward}&amp;cancel=1">Cancel</a></p>"#)
        }
    };
    Html(format!(
        r#"<!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">{problem}</p>
<form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<button id="sign-in">Sign in</button></form>{cancel}</main></html>"#
    ))
}

pub(crate) async fn form(RawQuery(query): RawQuery) -> Html<String> {
    page("", &onward_of(query.as_deref()))
}

pub(crate) async fn sign_in(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    form: String,
) -> Response {
    let onward = onward_of(query.as_deref());
    let (email, password) = (field(Some(&form), "email"), field(Some(&form), "password"));
    let user = USERS.iter().find(|user| user.email == email);
    let is_right = |user: &&User| {
        verify_slices_are_equal(user.password.as_bytes(), password.as_bytes()).is_ok()
    };
    let Some(id) = user
        .filter(is_right)
        .and_then(|user| shared.0.begin(user).ok())
    else {
        return (
            StatusCode::UNAUTHORIZED,
            page("E-mail or password is wrong.", &onward),
        )
            .into_response();
    };
    // A name of its own: cookies of one host know no ports.
    let cookie = format!("site={id}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], found(&onward)).into_response()
}
