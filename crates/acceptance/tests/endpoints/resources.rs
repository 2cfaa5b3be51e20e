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
