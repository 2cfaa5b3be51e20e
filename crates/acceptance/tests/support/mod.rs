//! What the tests of the real binary share: a provider with people, and the walk to tokens.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod assertions;
pub(crate) mod authenticator;
pub(crate) mod behind;
pub(crate) mod client;
pub(crate) mod collector;
pub(crate) mod dev;
pub(crate) mod guide;
pub(crate) mod introductions;
pub(crate) mod load;
pub(crate) mod mail_server;
pub(crate) mod nodes;
pub(crate) mod phone;
pub(crate) mod proofs;
pub(crate) mod relay;
pub(crate) mod removals;
pub(crate) mod rest;
pub(crate) mod steady;
pub(crate) mod tasks_api;
pub(crate) mod told;
pub(crate) mod watch;

use acceptance::{
    Api, App, AppSpec, Browser, Form, Json, Pkce, Provider, Redirect, Reply, Request, Setup, Url,
    forms, target,
};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The redirect URI of a terminal client.
pub(crate) const CALLBACK: &str = "http://localhost:9876/callback";
/// Who owns the apps.
pub(crate) const OWNER: &str = "owner@example.com";
/// Who uses them.
pub(crate) const ANN: &str = "ann@example.com";
/// The password of both.
pub(crate) const PASSWORD: &str = "walking in the winter garden";
/// A small provider without the ways of any documented one.
pub(crate) const PLAIN: &str = r#"
[apps]
pkce = "public"
[scopes."tasks:read"]
group = "Tasks"
sentence = "See your tasks"
default = true
[scopes."tasks:write"]
group = "Tasks"
sentence = "Add tasks and change them"
risk = "write"
[scopes."admin:all"]
group = "Admin"
sentence = "Do everything"
risk = "full"
restricted = true
"#;

/// A running provider with two people, and where its endpoints are.
pub(crate) struct Scene {
    /// The server.
    pub(crate) provider: Provider,
    /// What it publishes about itself.
    pub(crate) metadata: Json,
    /// Ann's id, as apps see it.
    pub(crate) ann: String,
}

/// Starts a provider whose portal has a host of its own: `dev.localhost`, with the port that it listens on.
#[track_caller]
pub(crate) fn apart(setup: Setup) -> Provider {
    let mut provider = setup.prepare();
    let host = format!("dev.localhost:{}", provider.addr().port());
    provider.env("VALETKEY_HOSTS__PORTAL", &host);
    provider.start();
    provider
}

/// The base URL of that host.
pub(crate) fn portal_of(provider: &Provider) -> String {
    provider
        .issuer()
        .replace("://localhost", "://dev.localhost")
}

/// The two tokens of a code exchange or a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// The access token.
    pub(crate) access: String,
    /// The refresh token, empty when there is none.
    pub(crate) refresh: String,
}

impl Tokens {
    /// The tokens of a successful answer.
    #[track_caller]
    pub(crate) fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{reply}");
        let tokens = Tokens {
            access: reply.member("access_token"),
            refresh: reply.member("refresh_token"),
        };
        assert!(!tokens.access.is_empty(), "no access token: {reply}");
        tokens
    }
}

impl Scene {
    /// Starts a provider and makes its people.
    #[track_caller]
    pub(crate) fn start(setup: Setup) -> Self {
        Self::peopled(setup.start())
    }

    /// Makes the people of a provider that runs.
    #[track_caller]
    pub(crate) fn peopled(provider: Provider) -> Self {
        provider.user_create(OWNER, "Olive Owner", PASSWORD, true);
        let ann = provider.user_create(ANN, "Ann Example", PASSWORD, false);
        let api = provider.api();
        let issuer = Url::parse(provider.issuer()).expect("the issuer is a URL");
        let path = issuer.path.trim_end_matches('/');
        let well_known = format!("/.well-known/oauth-authorization-server{path}");
        Scene {
            metadata: api.get(&well_known).expect(200).json(),
            ann: ann["id"].as_str().unwrap_or_default().to_owned(),
            provider,
        }
    }

    /// One of the profiles in the repository.
    #[track_caller]
    pub(crate) fn profile(name: &str) -> Self {
        Self::start(Setup::profile(name))
    }

    /// The small provider, with TOML laid over it.
    #[track_caller]
    pub(crate) fn plain(changes: &str) -> Self {
        Self::start(Setup::toml(PLAIN).with(changes))
    }

    /// A client without cookies.
    pub(crate) fn api(&self) -> Api {
        self.provider.api()
    }

    /// A browser of Ann's that is not signed in.
    pub(crate) fn browser(&self) -> Browser {
        self.provider.browser_of(ANN, PASSWORD)
    }

    /// The request target of a published endpoint.
    #[track_caller]
    pub(crate) fn endpoint(&self, name: &str) -> String {
        let url = self.metadata[name].as_str().and_then(Url::parse);
        let url = url.unwrap_or_else(|| panic!("no {name} in {}", self.metadata));
        url.target()
    }

    /// The token endpoint's request target.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        self.endpoint("token_endpoint")
    }

    /// A confidential app with one redirect URI.
    #[track_caller]
    pub(crate) fn confidential(&self, callback: &str) -> App {
        self.app(&AppSpec {
            redirect_uris: &[callback],
            ..AppSpec::default()
        })
    }

    /// An app without a secret.
    #[track_caller]
    pub(crate) fn public(&self, callback: &str) -> App {
        self.app(&AppSpec {
            name: "Pocket App",
            redirect_uris: &[callback],
            public: true,
            ..AppSpec::default()
        })
    }

    /// An app that acts for itself alone.
    #[track_caller]
    pub(crate) fn machine(&self) -> App {
        self.app(&AppSpec {
            name: "Night Job",
            grants: &["client_credentials"],
            ..AppSpec::default()
        })
    }

    /// An API that may ask about the tokens of others. It has tokens of its own where the provider
    /// offers that.
    #[track_caller]
    pub(crate) fn resource_server(&self) -> App {
        let grants = self.metadata["grant_types_supported"].to_string();
        let own: &[&str] = match grants.contains("client_credentials") {
            true => &["client_credentials"],
            false => &[],
        };
        self.app(&AppSpec {
            name: "Tasks API",
            redirect_uris: &[CALLBACK],
            grants: own,
            resource_server: true,
            ..AppSpec::default()
        })
    }

    /// Any app of the owner's.
    #[track_caller]
    pub(crate) fn app(&self, spec: &AppSpec<'_>) -> App {
        self.provider.app_create(spec)
    }

    /// An authorization request of `app` with `pairs` behind the usual two parameters.
    #[track_caller]
    pub(crate) fn question(&self, app: &App, pairs: &[(&str, &str)]) -> String {
        let mut all = vec![("response_type", "code"), ("client_id", &app.client_id)];
        all.extend(pairs);
        target(&self.endpoint("authorization_endpoint"), &all)
    }

    /// Ann allows what `pairs` ask for, in a new browser.
    #[track_caller]
    pub(crate) fn allow(&self, app: &App, pairs: &[(&str, &str)]) -> Redirect {
        self.browser().authorize(&self.question(app, pairs))
    }

    /// Redeems a code with the app's secret in the body.
    #[track_caller]
    pub(crate) fn redeem(&self, app: &App, code: &str, pairs: &[(&str, &str)]) -> Reply {
        let mut all = vec![("grant_type", "authorization_code"), ("code", code)];
        all.extend(pairs);
        self.api().post_form_as(&self.token(), app, &all)
    }

    /// The whole walk for a scope, to the first tokens. The app has one redirect URI.
    #[track_caller]
    pub(crate) fn tokens(&self, app: &App, scope: &str) -> Tokens {
        self.tokens_of(&mut self.browser(), app, scope)
    }

    /// The same, in a browser that may be signed in already.
    #[track_caller]
    pub(crate) fn tokens_of(&self, browser: &mut Browser, app: &App, scope: &str) -> Tokens {
        let pkce = Pkce::random();
        let question = self.question(
            app,
            &[
                ("scope", scope),
                ("code_challenge", &pkce.challenge),
                ("code_challenge_method", "S256"),
            ],
        );
        let code = browser.authorize(&question).code();
        let reply = self.redeem(app, &code, &[("code_verifier", &pkce.verifier)]);
        Tokens::of(&reply)
    }

    /// Presents a refresh token.
    #[track_caller]
    pub(crate) fn refresh(&self, app: &App, token: &str) -> Reply {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.api().post_form_as(&self.token(), app, &fields)
    }

    /// A token of the app's own.
    #[track_caller]
    pub(crate) fn client_credentials(&self, app: &App) -> Reply {
        let fields = [("grant_type", "client_credentials")];
        self.api().post_form_as(&self.token(), app, &fields)
    }

    /// Revokes a token.
    #[track_caller]
    pub(crate) fn revoke(&self, app: &App, token: &str) -> Reply {
        let path = self.endpoint("revocation_endpoint");
        self.api().post_form_as(&path, app, &[("token", token)])
    }

    /// What `asker` learns of a token.
    #[track_caller]
    pub(crate) fn introspect(&self, asker: &App, token: &str) -> Json {
        let path = self.endpoint("introspection_endpoint");
        let reply = self
            .api()
            .post_form_basic(&path, asker, &[("token", token)]);
        reply.expect(200).json()
    }

    /// Whether `asker` is told that a token works.
    #[track_caller]
    pub(crate) fn is_active(&self, asker: &App, token: &str) -> bool {
        self.introspect(asker, token)["active"] == true
    }

    /// Runs a verb of the command line that must succeed.
    #[track_caller]
    pub(crate) fn cli(&self, args: &[&str]) -> Json {
        let args = [args, &["--json"]].concat();
        self.provider.cli(&args).json()
    }
}

/// Whether the long forms are asked for.
pub(crate) fn long() -> bool {
    std::env::var("VALETKEY_LONG").is_ok_and(|value| value == "1")
}

/// Whether `done` comes true within `limit`.
pub(crate) fn within(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !done() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Waits until what was made so far and lives a second has expired.
pub(crate) fn outlive_a_second() {
    outlive(1);
}

/// The same for so many seconds. Times are whole seconds, so it is as soon as the last of them has begun.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock that the server reads too"
)]
pub(crate) fn outlive(seconds: u64) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let gone = since.expect("a clock").subsec_millis();
    let rest = Duration::from_millis(1_000 * seconds - u64::from(gone));
    std::thread::sleep(rest + Duration::from_millis(20));
}

/// Checks that a reply refuses with this status and code, as JSON with advice, never cached.
#[track_caller]
pub(crate) fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status, reply.member("error").as_str()),
        (status, error),
        "{reply}"
    );
    let advice = reply.member("error_description");
    let printable = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    assert!(
        advice.len() > 10 && advice.chars().all(printable),
        "{reply}"
    );
    assert_eq!(reply.header("Cache-Control"), Some("no-store"), "{reply}");
    assert!(reply.location().is_none(), "{reply}");
}

/// Checks that a reply is an error page of ours: no redirect, advice, a request id, our headers.
#[track_caller]
pub(crate) fn assert_page(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply}");
    assert!(reply.location().is_none(), "{reply}");
    let is =
        |name: &str, value: &str| assert_eq!(reply.header(name), Some(value), "{name}: {reply}");
    is("Content-Type", "text/html; charset=utf-8");
    is("Cache-Control", "no-store");
    is("Referrer-Policy", "no-referrer");
    is("X-Content-Type-Options", "nosniff");
    is("X-Frame-Options", "DENY");
    let csp = reply.header("Content-Security-Policy").unwrap_or_default();
    for rule in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(csp.contains(rule), "no {rule} in {csp:?}");
    }
    // A script of ours, where a password or a passkey may be asked for and nowhere else.
    let second_step = reply.text().contains("action=\"/sign-in/second-factor\"");
    let asks = second_step || reply.text().contains("type=\"password\"");
    assert_eq!(csp.contains("script-src 'self';"), asks, "{csp:?}");
    assert_eq!(csp.matches("script").count(), usize::from(asks), "{csp:?}");
    // What an app does with its visitor is not ours to judge.
    let leads_to_app = reply.text().contains("name=\"request\" value=\"rq_");
    let judged = csp.contains("form-action 'self'");
    assert_eq!(judged, !leads_to_app, "{csp:?}: {reply}");
    assert!(reply.text().contains("<h1>"), "{reply}");
    assert!(
        reply.header("Access-Control-Allow-Origin").is_none(),
        "{reply}"
    );
    let id = reply.header("X-Request-Id").unwrap_or_default();
    assert!(
        id.len() == 16 && reply.text().contains(id),
        "id {id:?} not on the page: {reply}"
    );
}

/// A GET of `target` that says it wants a page, as a browser's does.
pub(crate) fn page_request(target: &str) -> Request {
    Request::get(target).header("Accept", "text/html,*/*;q=0.8")
}

/// The form of a consent page with its Allow and Deny.
#[track_caller]
pub(crate) fn consent_form(page: &Reply) -> Form {
    form_to(page, "/consent")
}

/// The form of a page that goes to `action`.
#[track_caller]
pub(crate) fn form_to(page: &Reply, action: &str) -> Form {
    let mut all = forms(&page.text()).into_iter();
    let found = all.find(|form| form.action == action);
    found.unwrap_or_else(|| panic!("no form to {action}: {page}"))
}

/// The handle of the pending request on a consent page.
#[track_caller]
pub(crate) fn handle_of(page: &Reply) -> String {
    let handle = consent_form(page)
        .value("request")
        .unwrap_or_default()
        .to_owned();
    assert!(handle.starts_with("rq_"), "{handle:?}");
    handle
}

/// A form POST of text as it stands.
pub(crate) fn form_post(target: &str, body: &[u8]) -> Request {
    Request::post(target).body("application/x-www-form-urlencoded", body)
}

/// Checks that the server is well and that its log tells of no fault of its own.
#[track_caller]
pub(crate) fn assert_well(scene: &Scene) {
    scene.api().get("/health/ready").expect(200);
    let log = scene.provider.log();
    assert!(
        !log.contains("panicked") && !log.contains(r#""status":5"#),
        "{log}"
    );
}
