//! The chapters, each from its template. A chapter of something that is switched off is not there.
use super::call::{Auth, Call, Link, Value, encoded};
use super::markdown::{code_span, escaped};
use super::offer::{Device, Endpoint, Extra, Offer, ScopeRow, TestSide};
use crate::{Speak, Text, risk};
use askama::Template;
use protocol::policy::{Registration, Rotation};
use protocol::types::Language;

/// One chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its path below `/developers`, "" for the first.
    pub path: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The rest, in Markdown; headings start at the second level.
    pub body: String,
}

/// All chapters of an offer, in the order of the table of contents.
#[must_use]
pub fn chapters(offer: &Offer) -> Vec<Chapter> {
    let scope = offer.example_scope();
    let scope = scope.as_str();
    let mut all = vec![
        chapter("", "Overview", Overview { o: offer }),
        chapter("/apps", "Register an app", apps(offer)),
    ];
    if let Some(portal) = &offer.apps.portal {
        let page = YourApp { o: offer, portal };
        all.push(chapter("/your-app", "Run your app", page));
    }
    if let Some(authorize) = &offer.endpoints.authorize {
        let page = authorization_code(offer, authorize, scope);
        all.push(chapter(
            "/grants/authorization-code",
            "Authorization code",
            page,
        ));
    }
    if let Some(device) = &offer.device {
        let page = device_code(offer, device, scope);
        all.push(chapter("/grants/device-code", "Device code", page));
    }
    if offer.grants.refresh_token {
        let page = refresh_token(offer, scope);
        all.push(chapter("/grants/refresh-token", "Refresh token", page));
    }
    if offer.grants.client_credentials {
        let page = client_credentials(offer, scope);
        all.push(chapter(
            "/grants/client-credentials",
            "Client credentials",
            page,
        ));
    }
    if let Some(tests) = &offer.tests {
        all.push(chapter(
            "/test-mode",
            "Test mode",
            TestMode { o: offer, tests },
        ));
    }
    all.push(chapter("/scopes", "Scopes", Scopes { o: offer, scope }));
    all.push(chapter("/tokens", "Tokens", tokens(offer, scope)));
    all.push(chapter("/errors", "Errors", Errors { o: offer }));
    all
}

/// All chapters as one Markdown document; its links are complete addresses.
#[must_use]
pub fn whole(offer: &Offer) -> String {
    let head = format!("# {}: developer documentation\n", escaped(&offer.product));
    let below = |chapter: &Chapter| {
        let body = chapter
            .body
            .replace("\n### ", "\n#### ")
            .replace("\n## ", "\n### ");
        format!("\n## {}\n\n{body}", chapter.title)
    };
    let chapters: String = chapters(offer).iter().map(below).collect();
    let own = format!("]({}/developers", offer.base);
    format!("{head}{chapters}").replace("](/developers", &own)
}

fn chapter(path: &'static str, title: &'static str, template: impl Template) -> Chapter {
    let body = template
        .render()
        .expect("rendering writes to a String, which cannot fail");
    Chapter {
        path,
        title,
        body: format!("{}\n", body.trim()),
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/overview.md", escape = "none")]
struct Overview<'a> {
    o: &'a Offer,
}

#[derive(Template)]
#[template(path = "developers/chapters/apps.md", escape = "none")]
struct Apps<'a> {
    o: &'a Offer,
    read: String,
}

fn apps(offer: &Offer) -> Apps<'_> {
    let read = |endpoint: &Endpoint| {
        let call = Call {
            url: &endpoint.url,
            auth: Auth::Bearer,
            fields: Vec::new(),
            answers: true,
            client_id: None,
        };
        call.markdown()
    };
    Apps {
        o: offer,
        read: offer.endpoints.app.as_ref().map(read).unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/your_app.md", escape = "none")]
struct YourApp<'a> {
    o: &'a Offer,
    portal: &'a str,
}

#[derive(Template)]
#[template(path = "developers/chapters/test_mode.md", escape = "none")]
struct TestMode<'a> {
    o: &'a Offer,
    tests: &'a TestSide,
}

#[derive(Template)]
#[template(path = "developers/chapters/authorization_code.md", escape = "none")]
struct AuthorizationCode<'a> {
    o: &'a Offer,
    authorize: &'a Endpoint,
    scope: &'a str,
    link: String,
    exchange: String,
    answer: String,
    public: String,
    json: String,
    query: String,
}

fn authorization_code<'a>(
    offer: &'a Offer,
    authorize: &'a Endpoint,
    scope: &'a str,
) -> AuthorizationCode<'a> {
    let url = authorize.url.as_str();
    AuthorizationCode {
        o: offer,
        authorize,
        scope,
        link: Link {
            url,
            scope,
            client_id: None,
            redirect_uri: None,
        }
        .markdown(),
        exchange: token_call(offer, &exchange_fields(offer)).markdown(),
        answer: answer(offer, scope, offer.grants.refresh_token, true),
        public: public_exchange(offer).shell(),
        json: token_call(offer, &exchange_fields(offer)).shell_as_json(),
        query: token_call(offer, &exchange_fields(offer)).shell_as_query(),
    }
}

/// What is sent to exchange a code; `redirect_uri` only where it must be.
pub(super) fn exchange_fields(offer: &Offer) -> Vec<(&'static str, Value<'static>)> {
    let mut fields = vec![
        ("grant_type", Value::Text("authorization_code")),
        ("code", Value::Variable("CODE")),
        ("code_verifier", Value::Variable("CODE_VERIFIER")),
    ];
    if offer.requests.redirect_uri_required {
        fields.push(("redirect_uri", Value::Variable("REDIRECT_URI")));
    }
    fields
}

/// The exchange of an app without a secret.
fn public_exchange(offer: &Offer) -> Call<'_> {
    let mut fields = exchange_fields(offer);
    fields.push(("client_id", Value::Variable("CLIENT_ID")));
    Call {
        auth: Auth::None,
        ..token_call(offer, &fields)
    }
}

fn token_call<'a>(offer: &'a Offer, fields: &[(&'static str, Value<'a>)]) -> Call<'a> {
    Call {
        url: &offer.endpoints.token.url,
        auth: Auth::Basic,
        fields: fields.to_vec(),
        answers: true,
        client_id: None,
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/device_code.md", escape = "none")]
struct DeviceCode<'a> {
    o: &'a Offer,
    device: &'a Device,
    ask: String,
    poll: String,
    answer: String,
}

/// Devices are public apps, as a rule: what is shown is their way.
fn device_code<'a>(offer: &'a Offer, device: &'a Device, scope: &'a str) -> DeviceCode<'a> {
    let client = ("client_id", Value::Variable("CLIENT_ID"));
    let mut fields = vec![client];
    if !scope.is_empty() {
        fields.push(("scope", Value::Text(scope)));
    }
    let ask = Call {
        url: &device.endpoint.url,
        auth: Auth::None,
        fields,
        answers: true,
        client_id: None,
    };
    let poll = [
        ("grant_type", Value::Text(DEVICE_GRANT)),
        ("device_code", Value::Variable("DEVICE_CODE")),
        client,
    ];
    let poll = Call {
        auth: Auth::None,
        ..token_call(offer, &poll)
    };
    DeviceCode {
        o: offer,
        device,
        ask: ask.markdown(),
        poll: poll.markdown(),
        answer: answer(offer, scope, offer.grants.refresh_token, true),
    }
}

/// The value of `grant_type` that RFC 8628 gave this grant.
pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Template)]
#[template(path = "developers/chapters/refresh_token.md", escape = "none")]
struct RefreshToken<'a> {
    o: &'a Offer,
    call: String,
    answer: String,
}

fn refresh_token<'a>(offer: &'a Offer, scope: &str) -> RefreshToken<'a> {
    let fields = [
        ("grant_type", Value::Text("refresh_token")),
        ("refresh_token", Value::Variable("REFRESH_TOKEN")),
    ];
    RefreshToken {
        o: offer,
        call: token_call(offer, &fields).markdown(),
        answer: answer(offer, scope, true, true),
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/client_credentials.md", escape = "none")]
struct ClientCredentials<'a> {
    o: &'a Offer,
    call: String,
    answer: String,
}

fn client_credentials<'a>(offer: &'a Offer, scope: &'a str) -> ClientCredentials<'a> {
    let mut fields = vec![("grant_type", Value::Text("client_credentials"))];
    if !scope.is_empty() {
        fields.push(("scope", Value::Text(scope)));
    }
    ClientCredentials {
        o: offer,
        call: token_call(offer, &fields).markdown(),
        answer: answer(offer, scope, false, false),
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/scopes.md", escape = "none")]
struct Scopes<'a> {
    o: &'a Offer,
    scope: &'a str,
}

#[derive(Template)]
#[template(path = "developers/chapters/tokens.md", escape = "none")]
struct Tokens<'a> {
    o: &'a Offer,
    scope: &'a str,
    info: String,
    introspect: String,
    feed: String,
    revoke: String,
}

fn tokens<'a>(offer: &'a Offer, scope: &'a str) -> Tokens<'a> {
    let token = || vec![("token", Value::Variable("TOKEN"))];
    let call = |endpoint: &Option<Endpoint>, auth, fields, answers| match endpoint {
        None => String::new(),
        Some(endpoint) => Call {
            url: &endpoint.url,
            auth,
            fields,
            answers,
            client_id: None,
        }
        .markdown(),
    };
    let endpoints = &offer.endpoints;
    Tokens {
        o: offer,
        scope,
        info: call(&endpoints.token_info, Auth::Bearer, Vec::new(), true),
        introspect: call(&endpoints.introspect, Auth::Basic, token(), true),
        feed: call(&endpoints.revocations, Auth::Basic, Vec::new(), true),
        revoke: call(&endpoints.revoke, Auth::Basic, token(), false),
    }
}

#[derive(Template)]
#[template(path = "developers/chapters/errors.md", escape = "none")]
struct Errors<'a> {
    o: &'a Offer,
}

#[derive(Template)]
#[template(path = "developers/chapters/answer.md", escape = "none")]
struct Answer<'a> {
    o: &'a Offer,
    scope: &'a str,
    refreshes: bool,
    extras: &'a [Extra],
}

/// An answer of the token endpoint; `person` says whether somebody is behind the token.
fn answer(offer: &Offer, scope: &str, refreshes: bool, person: bool) -> String {
    let extras: &[Extra] = match person {
        true => &offer.tokens.extras,
        false => &[],
    };
    let answer = Answer {
        o: offer,
        scope,
        refreshes,
        extras,
    };
    answer
        .render()
        .expect("rendering writes to a String, which cannot fail")
}

/// The published address and its aliases, in one cell of a table.
fn addresses(endpoint: &Endpoint) -> String {
    let also = endpoint.aliases.iter();
    let also = also.map(|alias| format!(", also {}", code_span(alias)));
    format!("{}{}", code_span(&endpoint.url), also.collect::<String>())
}

/// Names as code, with commas.
fn code_list(names: &[&str]) -> String {
    let spans: Vec<String> = names.iter().map(|name| code_span(name)).collect();
    spans.join(", ")
}

fn rotates(offer: &Offer) -> bool {
    offer.tokens.rotation != Rotation::Keep
}

/// What is special about a scope.
fn notes(scope: &ScopeRow) -> String {
    let flag = risk::flag(scope.risk).map(|flag| Language::English.text(flag));
    let notes = [
        (flag.is_some(), flag.as_ref().map_or("", Text::as_str)),
        (scope.default, "Default"),
        (scope.personal, "Personal details"),
        (scope.restricted, "Needs approval"),
    ];
    let true_ones = notes.iter().filter(|(holds, _)| *holds);
    let words: Vec<&str> = true_ones.map(|(_, words)| *words).collect();
    words.join(", ")
}

fn scope_parameter(scope: &str) -> String {
    format!("scope={scope}")
}

/// A JSON string.
fn json_text(text: &str) -> String {
    super::call::quoted(text)
}

/// The members of a JSON array of scope names.
fn json_list(scope: &str) -> String {
    let names: Vec<String> = scope.split_whitespace().map(json_text).collect();
    names.join(", ")
}

/// The page with the code filled in.
fn complete(device: &Device) -> String {
    format!("{}?user_code=BCDF-GHJK", device.page)
}

/// A prefix as the test side writes it.
fn marked(prefix: &str) -> String {
    format!("test_{prefix}")
}

/// An address as a word of the shell.
fn code_word(endpoint: &Endpoint) -> String {
    super::call::sh(&endpoint.url)
}
