//! Gives a started server what the scenarios need: apps, their endpoints, refresh tokens, sessions.

use crate::server::Server;
use crate::{Args, Scenario, introduced, portal, sign_in};
use acceptance::{Api, App, AppSpec, Json, Pkce, Provider, Request, Url, target};
use anyhow::Context;

pub(crate) const OWNER: &str = "owner@example.com";
pub(crate) const PASSWORD: &str = "a long enough bench password";
pub(crate) const CALLBACK: &str = "http://localhost:9876/callback";

/// Id and secret of an app.
pub(crate) type Credentials = (String, String);

/// Request targets of the endpoints; empty where a server has none.
#[derive(Default)]
pub(crate) struct Paths {
    pub(crate) token: String,
    pub(crate) introspect: String,
    pub(crate) token_info: String,
    pub(crate) authorize: String,
    pub(crate) revoke: String,
    pub(crate) device: String,
}

/// What the scenarios need to know of one server.
#[derive(Default)]
pub(crate) struct Seeded {
    pub(crate) paths: Paths,
    /// The app that gets `client_credentials` tokens and introspects them.
    pub(crate) machine: Credentials,
    /// The app that people allow, and that refreshes.
    pub(crate) refresher: Credentials,
    /// The app of devices.
    pub(crate) device: Credentials,
    /// One unused refresh token for each connection of each scenario that rotates them.
    pub(crate) refresh_tokens: Vec<String>,
    /// One `Cookie` header for each connection, of people who have allowed the app that refreshes.
    pub(crate) sessions: Vec<String>,
    /// One `Cookie` header for each connection, of a developer with many apps.
    pub(crate) developers: Vec<String>,
    /// The bytes of sign-ins, each of another person.
    pub(crate) sign_ins: Vec<Vec<u8>>,
    /// What people are asked for; `None`: what an app has without asking.
    pub(crate) scope: Option<&'static str>,
}

impl Seeded {
    /// The bytes of a form POST by the machine app on a connection that stays open.
    pub(crate) fn post(&self, server: &Server, target: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        Request::post(target)
            .header("Connection", "keep-alive")
            .basic(&self.machine.0, &self.machine.1)
            .form(fields)
            .bytes(&server.host())
    }

    /// The target of an authorization request of the app that refreshes, with further parameters at its end.
    pub(crate) fn authorization(&self, further: &[(&str, &str)]) -> String {
        let mut question = vec![
            ("response_type", "code"),
            ("client_id", self.refresher.0.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_challenge_method", "S256"),
        ];
        question.extend(self.scope.map(|scope| ("scope", scope)));
        question.extend(further);
        target(&self.paths.authorize, &question)
    }
}

/// Prepares `server` for the scenarios that are wanted.
pub(crate) fn seed(server: &Server, args: &Args) -> anyhow::Result<Seeded> {
    match server {
        Server::Floor(floor) => {
            let app = ("bench".to_owned(), "bench-secret".to_owned());
            let mut refresh_tokens = floor.refresh_tokens()?;
            refresh_tokens.truncate(args.width());
            Ok(Seeded {
                paths: Paths {
                    token: "/oauth/token".to_owned(),
                    introspect: "/oauth/introspect".to_owned(),
                    token_info: "/v1/token/info".to_owned(),
                    ..Paths::default()
                },
                machine: app.clone(),
                refresher: app,
                refresh_tokens,
                ..Seeded::default()
            })
        }
        Server::Valetkey(provider, _) => {
            let scope = server.signs().then_some("openid");
            seed_valetkey(provider, (scope, server.introduces()), &server.host(), args)
        }
    }
}

fn seed_valetkey(
    provider: &Provider,
    (scope, introduced): (Option<&'static str>, bool),
    host: &str,
    args: &Args,
) -> anyhow::Result<Seeded> {
    let wants = |any: &[Scenario]| any.iter().any(|scenario| args.wants(*scenario));
    let mut seeded = Seeded {
        scope,
        ..apps(provider, introduced)?
    };
    let refreshing = [
        Scenario::Refresh,
        Scenario::Mixed,
        Scenario::Soak,
        Scenario::Counts,
    ];
    let chains = refreshing
        .into_iter()
        .filter(|own| args.wants(*own))
        .count();
    let mut browser = provider.browser_of(OWNER, PASSWORD);
    for _ in 0..args.width() * chains {
        let (question, pkce) = authorization(&seeded);
        let code = introduced::allow(&mut browser, &question).code();
        let token = redeem(&provider.api(), &seeded, &code, &pkce);
        seeded.refresh_tokens.push(token);
    }
    if wants(&[
        Scenario::Flow,
        Scenario::Consent,
        Scenario::Mixed,
        Scenario::Soak,
        Scenario::Counts,
    ]) {
        for _ in 0..args.width() {
            let mut browser = provider.browser_of(OWNER, PASSWORD);
            // The first one is asked for consent, the others find it remembered.
            introduced::allow(&mut browser, &authorization(&seeded).0).code();
            let cookies = browser.cookies.header();
            let cookies = cookies.context("no cookie after a sign-in")?;
            seeded.sessions.push(cookies);
        }
    }
    if wants(&[Scenario::Portal]) {
        seeded.developers = portal::seed(provider, args.width())?;
    }
    if wants(&[Scenario::SignIn, Scenario::Open]) {
        for number in 0..args.people() {
            let request = sign_in::request(provider, number, host)?;
            seeded.sign_ins.push(request);
        }
    }
    Ok(seeded)
}

fn apps(provider: &Provider, introduced: bool) -> anyhow::Result<Seeded> {
    let metadata = provider
        .api()
        .get("/.well-known/oauth-authorization-server");
    let metadata = metadata.expect(200).json();
    provider.user_create(OWNER, "Owner", PASSWORD, false);
    let machine = AppSpec {
        owner: OWNER,
        name: "Bench machine",
        resource_server: true,
        grants: &["client_credentials"],
        ..AppSpec::default()
    };
    let refresher = AppSpec {
        owner: OWNER,
        name: "Bench refresher",
        redirect_uris: &[CALLBACK],
        ..AppSpec::default()
    };
    let device = AppSpec {
        owner: OWNER,
        name: "Bench device",
        grants: &["device_code"],
        ..AppSpec::default()
    };
    let paths = paths(&metadata);
    let device = (!paths.device.is_empty()).then(|| provider.app_create(&device));
    let seeded = Seeded {
        machine: credentials(&provider.app_create(&machine)),
        refresher: match introduced {
            true => introduced::register(provider, &metadata)?,
            false => credentials(&provider.app_create(&refresher)),
        },
        device: device.as_ref().map(credentials).unwrap_or_default(),
        paths,
        ..Seeded::default()
    };
    anyhow::ensure!(
        !seeded.paths.token.is_empty(),
        "no token_endpoint in the metadata: {metadata}"
    );
    Ok(seeded)
}

fn credentials(app: &App) -> Credentials {
    (app.client_id.clone(), app.client_secret.clone())
}

fn paths(metadata: &Json) -> Paths {
    let path = |name: &str| {
        let url = metadata[name].as_str().and_then(Url::parse);
        url.map(|url| url.target()).unwrap_or_default()
    };
    Paths {
        token: path("token_endpoint"),
        introspect: path("introspection_endpoint"),
        token_info: path("token_info_endpoint"),
        authorize: path("authorization_endpoint"),
        revoke: path("revocation_endpoint"),
        device: path("device_authorization_endpoint"),
    }
}

fn authorization(seeded: &Seeded) -> (String, Pkce) {
    let pkce = Pkce::random();
    let further = [
        ("code_challenge", pkce.challenge.as_str()),
        ("state", "bench"),
    ];
    (seeded.authorization(&further), pkce)
}

/// Redeems a code and returns the refresh token.
fn redeem(api: &Api, seeded: &Seeded, code: &str, pkce: &Pkce) -> String {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", pkce.verifier.as_str()),
    ];
    let (id, secret) = &seeded.refresher;
    let request = Request::post(&seeded.paths.token).basic(id, secret);
    let reply = api.send(&request.form(&fields)).expect(200);
    let token = reply.member("refresh_token");
    assert!(!token.is_empty(), "no refresh token: {reply}");
    token
}
