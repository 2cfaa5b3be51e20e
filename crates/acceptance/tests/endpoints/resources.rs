//! A client that knows nothing but the address of an API (RFC 9728): it is refused, and finds everything from there.

use crate::support::tasks_api::TasksApi;
use crate::support::{CALLBACK, PLAIN, Scene, Tokens, assert_refused};
use acceptance::{Api, Json, Request, Setup, Url, free_port};
use serde_json::json;

/// What a challenge says under this name.
fn attribute(challenge: &str, name: &str) -> String {
    let (_, rest) = challenge
        .split_once(&format!("{name}=\""))
        .unwrap_or_else(|| panic!("no {name}: {challenge}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn json(api: &Api, url: &str) -> Json {
    let url = Url::parse(url).expect("a URL");
    let reply = api.get(&url.target()).expect(200);
    assert_eq!(
        reply.header("Access-Control-Allow-Origin"),
        Some("*"),
        "{reply}"
    );
    reply.json()
}

/// "resource_metadata: The URL of the protected resource metadata" (RFC 9728 §5.1), of the provider's own too.
#[test]
fn the_providers_own_refusals_lead_to_its_document() {
    for issuer in ["http://localhost:{port}", "http://localhost:{port}/id/eu"] {
        let scene = Scene::start(Setup::toml(PLAIN).issuer(issuer));
        let path = scene.endpoint("token_info_endpoint");
        for refused in [
            scene.api().get(&path),
            scene.api().get_bearer(&path, "at_unknown"),
        ] {
            let refused = refused.expect(401);
            let challenge = refused.header("WWW-Authenticate").expect("a challenge");
            let document = json(&scene.api(), &attribute(challenge, "resource_metadata"));
            assert_eq!(document["resource"], scene.provider.issuer());
        }
    }
}

#[test]
fn from_a_refusal_to_a_token() {
    let port = free_port();
    let address = format!("http://127.0.0.1:{port}");
    let apis =
        format!("[[api]]\nidentifier = \"{address}\"\nscopes = [\"tasks:read\", \"tasks:write\"]");
    for issuer in ["http://localhost:{port}", "http://localhost:{port}/id/eu"] {
        let scene = Scene::start(Setup::toml(PLAIN).with(&apis).issuer(issuer));
        let credential = scene.resource_server();
        let settings = json!({ "audience": address, "scopes": "tasks:read tasks:write" });
        let tasks = TasksApi::start_at(port, &scene.provider, (&credential, &settings), &[]);
        let refused = tasks.api().get("/v1/tasks").expect(401);
        let challenge = refused.header("WWW-Authenticate").expect("a challenge");
        assert_eq!(attribute(challenge, "scope"), "tasks:read");
        let document = json(&tasks.api(), &attribute(challenge, "resource_metadata"));
        assert_eq!(document["resource"], address.as_str());
        assert_eq!(
            document["authorization_servers"],
            json!([scene.provider.issuer()])
        );
        let found = scene.metadata["protected_resources"]
            .as_array()
            .expect("APIs");
        assert!(found.contains(&document["resource"]), "{found:?}");
        // The provider says the same of it, for an API that cannot.
        let hosted = format!("/.well-known/oauth-protected-resource/127.0.0.1:{port}");
        let hosted = scene.api().get(&hosted).expect(200).json();
        for member in ["resource", "authorization_servers", "scopes_supported"] {
            assert_eq!(hosted[member], document[member], "{member}");
        }
        let app = scene.public(CALLBACK);
        let pkce = acceptance::Pkce::random();
        let asked = [
            ("scope", "tasks:read"),
            ("resource", address.as_str()),
            ("code_challenge", pkce.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let code = scene.allow(&app, &asked).code();
        let with = [
            ("code_verifier", pkce.verifier.as_str()),
            ("resource", address.as_str()),
        ];
        let tokens = Tokens::of(&scene.redeem(&app, &code, &with));
        assert_eq!(tasks.get("/v1/tasks", &tokens.access), 200);
    }
}

#[test]
fn the_provider_hosts_the_documents_of_its_apis() {
    let apis = r#"
[[api]]
identifier = "https://tasks.example/v1"
scopes = ["tasks:read"]
[[api]]
identifier = "https://files.example/v1"
scopes = ["tasks:write", "admin:all"]
"#;
    let scene = Scene::plain(apis);
    let document = |host: &str, path: &str| {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        scene.api().send(&Request::get(&path).header("Host", host))
    };
    for (host, path, resource) in [
        ("tasks.example", "/v1", "https://tasks.example/v1"),
        ("FILES.example", "/v1", "https://files.example/v1"),
        ("localhost", "/tasks.example/v1", "https://tasks.example/v1"),
        ("localhost", "", scene.provider.issuer()),
    ] {
        let answer = document(host, path).expect(200);
        assert_eq!(answer.header("Vary"), Some("Host"));
        let told = answer.json();
        assert_eq!(told["resource"], resource, "{host} {path}");
        assert_eq!(
            told["resource_documentation"],
            scene.metadata["service_documentation"]
        );
    }
    let files = document("files.example", "/v1").json();
    assert_eq!(
        files["scopes_supported"],
        json!(["tasks:write"]),
        "what takes an approval is not listed"
    );
    for (host, path) in [
        ("localhost", "/v1"),
        ("tasks.example", "/v2"),
        ("tasks.example", "/v1/"),
        ("localhost", "/other.example/v1"),
    ] {
        assert_refused(&document(host, path), 404, "not_found");
    }
}

/// Two APIs, of which one reads its tokens itself and the other asks: what was given for the one is nothing at the other,
/// whichever was asked first, and also after a refresh that narrows it.
#[test]
fn a_token_of_one_api_opens_no_other() {
    let apis = r#"
[signing]
algorithms = ["ES256"]
[[api]]
identifier = "https://reads.example"
scopes = ["tasks:read"]
token = "jwt"
[[api]]
identifier = "https://asks.example"
scopes = ["tasks:write"]
"#;
    let scene = Scene::plain(apis);
    let api = scene.resource_server();
    let [reads, asks] = ["https://reads.example", "https://asks.example"].map(|audience| {
        let settings = json!({ "audience": audience, "leeway": 0 });
        TasksApi::start(&scene.provider, &api, &settings)
    });
    let app = scene.confidential(CALLBACK);
    let task = json!({ "title": "Water the plants" });
    let reading = |at: &TasksApi, token: &str| at.get("/v1/tasks", token);
    let writing =
        |at: &TasksApi, token: &str| at.call("POST", "/v1/tasks", token, Some(&task)).status;
    let wide = scene.tokens(&app, "tasks:read tasks:write");
    let narrowed = |resource: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", wide.refresh.as_str()),
            ("resource", resource),
        ];
        let reply = scene.api().post_form_as(&scene.token(), &app, &fields);
        Tokens::of(&reply).access
    };
    let of_reads = scene.tokens(&app, "tasks:read").access;
    let of_asks = scene.tokens(&app, "tasks:write").access;
    assert!(of_reads.contains('.') && !of_asks.contains('.'));
    assert_eq!(
        (reading(&reads, &of_reads), reading(&asks, &of_reads)),
        (200, 401)
    );
    assert!(![401, 403].contains(&writing(&asks, &of_asks)));
    assert_eq!(
        (reading(&reads, &of_asks), writing(&reads, &of_asks)),
        (401, 401)
    );
    // One for both is taken at both, for what is each one's; narrowed it is for one.
    assert_eq!(
        (reading(&reads, &wide.access), reading(&asks, &wide.access)),
        (200, 200)
    );
    let narrow = narrowed("https://asks.example");
    assert!(![401, 403].contains(&writing(&asks, &narrow)));
    assert_eq!(
        (reading(&reads, &narrow), writing(&reads, &narrow)),
        (401, 401)
    );
}
