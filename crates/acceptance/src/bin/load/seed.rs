//! Gives a started server what the scenarios need: an app, its endpoints, refresh tokens.

use crate::server::{REFRESH_TOKENS, Server};
use acceptance::{Api, App, AppSpec, Json, Pkce, Provider, Request, Url, target};
use anyhow::Context;

const OWNER: &str = "owner@example.com";
const PASSWORD: &str = "a long enough bench password";
const CALLBACK: &str = "http://localhost:9876/callback";

/// Id and secret of an app.
pub(crate) type Credentials = (String, String);

/// What the scenarios need to know of one server.
pub(crate) struct Seeded {
    /// Request target of the token endpoint.
    pub(crate) token: String,
    /// Request target of the introspection endpoint.
    pub(crate) introspect: String,
    /// The app that gets `client_credentials` tokens and introspects them.
    pub(crate) machine: Credentials,
    /// The app that refreshes.
    pub(crate) refresher: Credentials,
    /// One refresh token per connection, if asked for.
    pub(crate) refresh_tokens: Vec<String>,
}

impl Seeded {
    /// The bytes of a form POST by the machine app on a connection that stays open.
    pub(crate) fn request(
        &self,
        server: &Server,
        target: &str,
        fields: &[(&str, &str)],
    ) -> Vec<u8> {
        Request::post(target)
            .header("Connection", "keep-alive")
            .basic(&self.machine.0, &self.machine.1)
            .form(fields)
            .bytes(&server.host())
    }
}

/// Prepares `server`, with refresh tokens if they are wanted.
pub(crate) fn seed(server: &Server, refresh: bool) -> anyhow::Result<Seeded> {
    match server {
        Server::Floor(floor) => {
            let app = ("bench".to_owned(), "bench-secret".to_owned());
            Ok(Seeded {
                token: "/oauth/token".to_owned(),
                introspect: "/oauth/introspect".to_owned(),
                machine: app.clone(),
                refresher: app,
                refresh_tokens: floor.refresh_tokens()?,
            })
        }
        Server::Valetkey(provider, _) => seed_valetkey(provider, refresh),
    }
}

fn seed_valetkey(provider: &Provider, refresh: bool) -> anyhow::Result<Seeded> {
    let metadata = provider
        .api()
        .get("/.well-known/oauth-authorization-server");
    let metadata = metadata.expect(200).json();
    provider.user_create(OWNER, "Owner", PASSWORD, false);
    let machine = provider.app_create(&AppSpec {
        owner: OWNER,
        name: "Bench machine",
        resource_server: true,
        grants: &["client_credentials"],
        ..AppSpec::default()
    });
    let refresher = provider.app_create(&AppSpec {
        owner: OWNER,
        name: "Bench refresher",
        redirect_uris: &[CALLBACK],
        ..AppSpec::default()
    });
    let mut seeded = Seeded {
        token: endpoint(&metadata, "token_endpoint")?,
        introspect: endpoint(&metadata, "introspection_endpoint")?,
        machine: credentials(&machine),
        refresher: credentials(&refresher),
        refresh_tokens: Vec::new(),
    };
    if refresh {
        let authorize = endpoint(&metadata, "authorization_endpoint")?;
        let mut browser = provider.browser_of(OWNER, PASSWORD);
        for _ in 0..REFRESH_TOKENS {
            let (question, pkce) = authorization(&authorize, &refresher);
            let code = browser.authorize(&question).code();
            let token = redeem(&provider.api(), &seeded.token, &refresher, &code, &pkce);
            seeded.refresh_tokens.push(token);
        }
    }
    Ok(seeded)
}

fn credentials(app: &App) -> Credentials {
    (app.client_id.clone(), app.client_secret.clone())
}

/// The request target of an endpoint in the metadata.
fn endpoint(metadata: &Json, name: &str) -> anyhow::Result<String> {
    let url = metadata[name].as_str().and_then(Url::parse);
    let url = url.with_context(|| format!("no {name} in the metadata: {metadata}"))?;
    Ok(url.target())
}

fn authorization(path: &str, app: &App) -> (String, Pkce) {
    let pkce = Pkce::random();
    let question = [
        ("response_type", "code"),
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("state", "bench"),
    ];
    (target(path, &question), pkce)
}

/// Redeems a code and returns the refresh token.
fn redeem(api: &Api, path: &str, app: &App, code: &str, pkce: &Pkce) -> String {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", pkce.verifier.as_str()),
    ];
    let reply = api.post_form_basic(path, app, &fields).expect(200);
    let token = reply.member("refresh_token");
    assert!(!token.is_empty(), "no refresh token: {reply}");
    token
}
