//! What such clients have in common, from the API's refusal to the second access token.

use crate::support::assertions::KeyHost;
use crate::support::introductions::OPEN;
use crate::support::tasks_api::TasksApi;
use crate::support::{PLAIN, Scene, Tokens};
use acceptance::{
    Api, App, Browser, Json, Pkce, Redirect, Reply, Request, Setup, Url, forms, free_port, target,
};
use serde_json::json;
use std::net::SocketAddr;

/// Where no document is looked at, clients register.
pub(super) const NO_DOCUMENTS: &str = "[introductions]\ndocuments = false";

/// An API and its provider that nobody has met yet.
pub(super) struct Met {
    /// It stops before the provider does.
    pub(super) tasks: TasksApi,
    pub(super) scene: Scene,
    /// The address of the API, which is all that a client is given.
    pub(super) address: String,
}

/// Which scopes a client asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Those of the challenge.
    Challenge,
    /// Those that the API's document lists.
    Resource,
    /// All that the provider's metadata list.
    Everything,
    /// `scope=`.
    Empty,
}

/// How a client goes about it.
pub(super) struct Steps<'a> {
    /// Method of the request that is refused.
    pub(super) first: &'a str,
    /// Headers of its requests for metadata.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// Which scopes it asks for.
    pub(super) asks: Asks,
    /// Whether it asks for `offline_access` too, where that is listed, and for the question with it.
    pub(super) offline: bool,
    /// Where it has people sent back.
    pub(super) redirect: &'a str,
}

impl Default for Steps<'_> {
    fn default() -> Self {
        Steps {
            first: "GET",
            headers: &[("Accept", "application/json")],
            asks: Asks::Challenge,
            offline: false,
            redirect: "",
        }
    }
}

/// What a client found out before it introduced itself.
pub(super) struct Found {
    /// The scope of the challenge.
    pub(super) scope: String,
    /// The API's document.
    pub(super) resource: Json,
    /// The provider's metadata.
    pub(super) provider: Json,
}

/// A client that the provider knows.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

/// A client that is in.
pub(super) struct Connected {
    pub(super) known: Known,
    pub(super) tokens: Tokens,
    /// The scope that it was given.
    pub(super) scope: String,
}

/// A request to whatever on this machine a URL leads to.
#[track_caller]
pub(super) fn send(method: &str, url: &str, headers: &[(&str, &str)]) -> Reply {
    let url = Url::parse(url).expect("a URL");
    let (_, port) = url.authority().rsplit_once(':').expect("a port");
    let addr = SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a number")));
    let request = Request::new(method, &url.target());
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    Api::new(addr, url.authority()).send(&request)
}

/// What a challenge says under this name.
fn attribute(challenge: &str, name: &str) -> String {
    let (_, rest) = challenge
        .split_once(&format!("{name}=\""))
        .unwrap_or_else(|| panic!("no {name}: {challenge}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Where the metadata of an issuer are looked for, in this order (MCP: Authorization Server Metadata Discovery).
pub(super) fn well_knowns(issuer: &str) -> Vec<String> {
    let Url { origin, path, .. } = Url::parse(issuer).expect("an issuer");
    let path = path.trim_end_matches('/');
    let inserted = |name: &str| format!("{origin}/.well-known/{name}{path}");
    let mut all = vec![
        inserted("oauth-authorization-server"),
        inserted("openid-configuration"),
    ];
    if !path.is_empty() {
        all.push(format!("{origin}{path}/.well-known/openid-configuration"));
    }
    all
}

/// The first of some documents that is there. One that is not must say so by 4xx: clients give up at anything else.
#[track_caller]
pub(super) fn first_of(urls: &[String], headers: &[(&str, &str)]) -> Json {
    for url in urls {
        let reply = send("GET", url, headers);
        if reply.status == 200 {
            return reply.json();
        }
        assert!((400..500).contains(&reply.status), "{url}: {reply}");
    }
    panic!("none of {urls:?} is there");
}

/// What a client publishes, as the rules of `cimd` have it.
macro_rules! document {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../protocol/tests/rules/cimd/clients/",
            $name,
            ".json"
        ))
    };
}
pub(super) use document;

/// What a client that says the same by registration sends.
pub(super) fn registration(text: &str) -> Json {
    let mut document: Json = serde_json::from_str(text).expect("JSON");
    let members = document.as_object_mut().expect("members");
    members.remove("client_id");
    document
}

/// The document of a client, at the same path of a host of its own.
pub(super) struct Published {
    host: KeyHost,
    id: String,
    document: Json,
}

impl Published {
    /// Publishes it under its own address, with one change.
    pub(super) fn with(text: &str, change: impl FnOnce(&mut Json)) -> Self {
        let mut document: Json = serde_json::from_str(text).expect("JSON");
        let real = document["client_id"].as_str().and_then(Url::parse);
        let host = KeyHost::of(&json!({}));
        let path = real.expect("a URL").path;
        let id = host.url().replace("/jwks.json", &path);
        document["client_id"] = id.as_str().into();
        change(&mut document);
        let published = Published { host, id, document };
        published.publish();
        published
    }

    /// The same without a change.
    pub(super) fn of(text: &str) -> Self {
        Self::with(text, |_| {})
    }

    fn publish(&self) {
        self.host.publish(&self.document, "public, max-age=300");
    }

    /// Says something else from now on.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Json)) {
        change(&mut self.document);
        self.publish();
    }

    /// Its address.
    pub(super) fn known(&self) -> Known {
        Known {
            id: self.id.clone(),
            secret: None,
        }
    }
}

impl Met {
    /// Both of them, with TOML laid over the small provider's.
    #[track_caller]
    pub(super) fn fresh(changes: &str) -> Self {
        Self::at("http://localhost:{port}", changes)
    }

    /// The same under this issuer.
    #[track_caller]
    pub(super) fn at(issuer: &str, changes: &str) -> Self {
        let port = free_port();
        let address = format!("http://127.0.0.1:{port}/v1");
        let api = format!(
            "[[api]]\nidentifier = \"{address}\"\nscopes = [\"tasks:read\", \"tasks:write\"]"
        );
        let setup = Setup::toml(PLAIN).with(OPEN).with(changes).with(&api);
        let scene = Scene::start(setup.issuer(issuer));
        let credential = scene.resource_server();
        let settings = json!({ "audience": address, "scopes": "tasks:read tasks:write" });
        let tasks = TasksApi::start_at(port, &scene.provider, (&credential, &settings), &[]);
        Met {
            scene,
            tasks,
            address,
        }
    }

    /// From the API's refusal to the provider's metadata.
    #[track_caller]
    pub(super) fn discover(&self, steps: &Steps<'_>) -> Found {
        let refused = send(steps.first, &format!("{}/tasks", self.address), &[]);
        assert_eq!(refused.status, 401, "{refused}");
        let challenge = refused.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer "), "{challenge}");
        let document = attribute(challenge, "resource_metadata");
        let resource = first_of(&[document], steps.headers);
        assert_eq!(
            resource["resource"],
            self.address.as_str(),
            "as it was named"
        );
        let issuer = resource["authorization_servers"][0].as_str();
        let issuer = issuer.expect("an issuer");
        let provider = first_of(&well_knowns(issuer), steps.headers);
        assert_eq!(provider["issuer"], issuer, "compared as a string");
        let methods = &provider["code_challenge_methods_supported"];
        assert!(methods.to_string().contains("\"S256\""), "{methods}");
        Found {
            scope: attribute(challenge, "scope"),
            resource,
            provider,
        }
    }

    /// Registers a client, as it says what it is.
    #[track_caller]
    pub(super) fn register(&self, found: &Found, body: &Json) -> Known {
        let reply = self.try_register(found, body).expect(201);
        let told = reply.json();
        let secret = told["client_secret"].as_str().map(str::to_owned);
        assert_eq!(secret.is_some(), told["client_secret_expires_at"].is_i64());
        Known {
            id: reply.member("client_id"),
            secret,
        }
    }

    /// The answer to such a registration.
    #[track_caller]
    pub(super) fn try_register(&self, found: &Found, body: &Json) -> Reply {
        let endpoint = found.provider["registration_endpoint"].as_str();
        let path = Url::parse(endpoint.expect("an endpoint")).expect("a URL");
        let request = Request::post(&path.target()).json(body);
        self.scene.api().send(&request)
    }

    /// The authorization request of a client, and its `state`.
    pub(super) fn question(
        &self,
        (known, steps): (&Known, &Steps<'_>),
        found: &Found,
        pkce: &Pkce,
    ) -> (String, String) {
        let state = Pkce::random().verifier;
        let list = |value: &Json| {
            let names = value.as_array().cloned().unwrap_or_default();
            let names: Vec<_> = names.iter().filter_map(Json::as_str).collect();
            names.join(" ")
        };
        let listed = list(&found.provider["scopes_supported"]);
        let mut scope = match steps.asks {
            Asks::Challenge => found.scope.clone(),
            Asks::Resource => list(&found.resource["scopes_supported"]),
            Asks::Everything => listed.clone(),
            Asks::Empty => String::new(),
        };
        let offline = steps.offline && listed.split(' ').any(|name| name == "offline_access");
        if offline {
            scope.push_str(" offline_access");
        }
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", known.id.as_str()),
            ("code_challenge", pkce.challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("redirect_uri", steps.redirect),
            ("state", &state),
            ("scope", &scope),
            ("resource", &self.address),
        ];
        if offline {
            pairs.push(("prompt", "consent"));
        }
        let endpoint = found.provider["authorization_endpoint"].as_str();
        let endpoint = Url::parse(endpoint.expect("an endpoint")).expect("a URL");
        (target(&endpoint.target(), &pairs), state)
    }

    /// Has a person sign in and allow all that is asked for, and takes the code.
    #[track_caller]
    pub(super) fn authorize(
        &self,
        browser: &mut Browser,
        by: (&Known, &Steps<'_>),
        found: &Found,
        pkce: &Pkce,
    ) -> String {
        let (question, state) = self.question(by, found, pkce);
        let page = browser.authorize_until_consent(&question);
        let back = tick_all_and_allow(browser, &page);
        let redirect = by.1.redirect;
        assert!(
            back.location.starts_with(&format!("{redirect}?")),
            "{back:?}"
        );
        assert_eq!(back.param("state"), Some(state.as_str()));
        assert_eq!(back.param("iss"), found.provider["issuer"].as_str());
        back.code()
    }

    /// A token request, as clients without a secret or with one in the body send it.
    #[track_caller]
    pub(super) fn ask_token(&self, known: &Known, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("client_id", known.id.as_str())];
        if let Some(secret) = &known.secret {
            all.push(("client_secret", secret));
        }
        all.extend(fields);
        all.push(("resource", &self.address));
        self.scene.api().post_form(&self.scene.token(), &all)
    }

    /// Presents a refresh token, without a scope, as they all do.
    #[track_caller]
    pub(super) fn refresh(&self, known: &Known, token: &str) -> Reply {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.ask_token(known, &fields)
    }

    /// The rest of the way of a client that is known, and one refresh: both access tokens open the API.
    #[track_caller]
    pub(super) fn connect(&self, known: Known, steps: &Steps<'_>, found: &Found) -> Connected {
        let pkce = Pkce::random();
        let mut browser = self.scene.browser();
        let code = self.authorize(&mut browser, (&known, steps), found, &pkce);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", steps.redirect),
            ("code_verifier", pkce.verifier.as_str()),
        ];
        let reply = self.ask_token(&known, &fields).expect(200);
        self.connected(known, &reply)
    }

    /// What comes of an answer of the token endpoint.
    #[track_caller]
    pub(super) fn connected(&self, known: Known, reply: &Reply) -> Connected {
        assert_eq!(reply.member("token_type"), "Bearer");
        assert!(reply.json()["expires_in"].is_u64(), "{reply}");
        let tokens = Tokens::of(reply);
        assert_eq!(self.tasks.get("/v1/tasks", &tokens.access), 200);
        let tokens = Tokens::of(&self.refresh(&known, &tokens.refresh));
        assert_eq!(self.tasks.get("/v1/tasks", &tokens.access), 200);
        Connected {
            known,
            tokens,
            scope: reply.member("scope"),
        }
    }

    /// The whole way of a client that has a document.
    #[track_caller]
    pub(super) fn by_document(&self, published: &Published, steps: &Steps<'_>) -> Connected {
        let found = self.discover(steps);
        assert_eq!(
            found.provider["client_id_metadata_document_supported"],
            true
        );
        // Most of them register anew where it is not listed.
        let methods = &found.provider["token_endpoint_auth_methods_supported"];
        assert!(methods.to_string().contains("\"none\""), "{methods}");
        self.connect(published.known(), steps, &found)
    }

    /// The whole way of a client that registers.
    #[track_caller]
    pub(super) fn by_registration(&self, body: &Json, steps: &Steps<'_>) -> Connected {
        let found = self.discover(steps);
        let known = self.register(&found, body);
        self.connect(known, steps, &found)
    }

    /// The page to which a client's request leads that asks for another redirect URI.
    #[track_caller]
    pub(super) fn refused_page(&self, known: &Known, redirect: &str) -> Reply {
        let steps = Steps {
            redirect,
            ..Steps::default()
        };
        let found = self.discover(&steps);
        let (question, _) = self.question((known, &steps), &found, &Pkce::random());
        let page = self.scene.browser().open(&question).expect(400);
        assert!(page.location().is_none(), "{page}");
        page
    }

    /// Makes the provider forget an app.
    #[track_caller]
    pub(super) fn forget(&self, known: &Known) {
        self.scene.cli(&["app", "delete", &known.id]);
    }

    /// An app that an operator made, for a client that cannot make itself known.
    #[track_caller]
    pub(super) fn set_by_hand(&self, redirect: &str) -> Known {
        let App {
            client_id,
            client_secret,
            ..
        } = self.scene.confidential(redirect);
        Known {
            id: client_id,
            secret: Some(client_secret),
        }
    }
}

/// Ticks each box of a consent page and allows, unless the way back is there already.
#[track_caller]
pub(super) fn tick_all_and_allow(browser: &mut Browser, page: &Reply) -> Redirect {
    if let Some(location) = page.location() {
        return Redirect::parse(location);
    }
    let mut all = forms(&page.text()).into_iter();
    let form = all.find(|form| form.action.ends_with("/consent"));
    let form = form.unwrap_or_else(|| panic!("no consent: {page}"));
    let boxes = form.fields.iter().filter(|field| field.kind == "checkbox");
    let mut typed: Vec<(&str, &str)> = boxes
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    typed.push(("answer", "allow"));
    let reply = browser.submit(&form, &typed);
    let reply = browser.follow(reply);
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no way back: {reply}")))
}
