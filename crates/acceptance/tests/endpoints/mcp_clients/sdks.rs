//! The SDKs that most clients are made of, where they differ from those clients.

use super::steps::{
    Asks, Known, Met, Published, Steps, document, send, tick_all_and_allow, well_knowns,
};
use crate::support::Tokens;
use acceptance::{Json, Pkce, Redirect, Request, encode};
use serde_json::json;

const CALLBACK: &str = "http://localhost:6274/oauth/callback";

fn metadata(method: &str) -> Json {
    json!({
        "client_name": "An inspector",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    })
}

/// The TypeScript SDK in a browser (modelcontextprotocol/typescript-sdk, packages/client/src/client/auth.ts): metadata with
/// `MCP-Protocol-Version`, for which browsers ask beforehand.
#[test]
fn typescript_in_a_browser_may_read_what_it_needs() {
    let met = Met::fresh("");
    let origin = ("Origin", "https://inspector.example");
    let found = met.discover(&Steps::default());
    let mut urls = well_knowns(found.provider["issuer"].as_str().expect("an issuer"));
    urls.truncate(1);
    let own = |name: &str| {
        found.provider[name]
            .as_str()
            .expect("an endpoint")
            .to_owned()
    };
    urls.extend([own("registration_endpoint"), own("token_endpoint")]);
    for url in &urls {
        let asked = "mcp-protocol-version, content-type, authorization, dpop";
        let preflight = send(
            "OPTIONS",
            url,
            &[
                origin,
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", asked),
            ],
        );
        assert!((200..300).contains(&preflight.status), "{preflight}");
        let allowed = preflight
            .header("Access-Control-Allow-Headers")
            .unwrap_or_default();
        for name in asked.split(", ") {
            assert!(allowed.contains(name), "{name}: {preflight}");
        }
        let reply = send(
            "GET",
            url,
            &[origin, ("MCP-Protocol-Version", "2025-11-25")],
        );
        assert_eq!(
            reply.header("Access-Control-Allow-Origin"),
            Some("*"),
            "{reply}"
        );
    }
}

/// The TypeScript SDK asks for `offline_access` where it is listed, and then for the question too (SEP-2207): people who
/// allowed it before are asked again, and nobody is refused for the asking.
#[test]
fn typescript_asks_anew_with_offline_access() {
    let offline = r#"
[openid]
enabled = true
[signing]
algorithms = ["ES256"]
[scopes."offline_access"]
group = "Access"
sentence = "Keep this access while you are away"
"#;
    let met = Met::fresh(offline);
    let redirect = "https://claude.ai/api/mcp/auth_callback";
    let published = Published::of(document!("claude"));
    let steps = Steps {
        offline: true,
        redirect,
        ..Steps::default()
    };
    let (known, found) = (published.known(), met.discover(&steps));
    let listed = found.provider["scopes_supported"].to_string();
    assert!(listed.contains("offline_access"), "{listed}");
    let mut browser = met.scene.browser();
    for _ in 0..2 {
        let pkce = Pkce::random();
        let code = met.authorize(&mut browser, (&known, &steps), &found, &pkce);
        assert!(!code.is_empty());
    }
    // Without it the second time asks nothing.
    let plain = Steps {
        offline: false,
        ..steps
    };
    let (question, _) = met.question((&known, &plain), &found, &Pkce::random());
    let back = browser.open(&question);
    Redirect::parse(back.location().unwrap_or_default()).code();
}

/// A code with a client that has a secret, by a header that the SDK makes its own way.
#[track_caller]
fn with_basic(met: &Met, known: &Known, authorization: &str, client_id_too: bool) {
    let steps = Steps {
        redirect: CALLBACK,
        ..Steps::default()
    };
    let (found, pkce) = (met.discover(&steps), Pkce::random());
    let mut browser = met.scene.browser();
    let code = met.authorize(&mut browser, (known, &steps), &found, &pkce);
    let ask = |fields: &[(&str, &str)]| {
        let mut all = fields.to_vec();
        if client_id_too {
            all.push(("client_id", &known.id));
        }
        all.push(("resource", &met.address));
        let request = Request::post(&met.scene.token());
        let request = request.header("Authorization", authorization).form(&all);
        Tokens::of(&met.scene.api().send(&request))
    };
    let tokens = ask(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", &pkce.verifier),
        ("redirect_uri", CALLBACK),
    ]);
    let tokens = ask(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh),
    ]);
    assert_eq!(met.tasks.get("/v1/tasks", &tokens.access), 200);
}

fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Both SDKs with a secret: TypeScript's header is raw, Python's (modelcontextprotocol/python-sdk, client/auth) percent-encoded,
/// with `client_id` in the body too. The answer says the method that was registered, which Python looks at.
#[test]
fn each_sdk_shows_its_secret_in_its_own_way() {
    let met = Met::fresh("");
    let found = met.discover(&Steps::default());
    let reply = met
        .try_register(&found, &metadata("client_secret_basic"))
        .expect(201);
    assert_eq!(
        reply.member("token_endpoint_auth_method"),
        "client_secret_basic"
    );
    let known = Known {
        id: reply.member("client_id"),
        secret: Some(reply.member("client_secret")),
    };
    let secret = known.secret.clone().expect("a secret");
    with_basic(&met, &known, &basic(&known.id, &secret), false);
    let encoded = basic(&encode(&known.id), &encode(&secret));
    with_basic(&met, &known, &encoded, true);
}

/// The Python SDK asks for every scope of `scopes_supported` where neither challenge nor document names any: what is listed is
/// what anybody may ask for, and people leave out what they like.
#[test]
fn python_asks_for_every_scope_that_is_listed() {
    let met = Met::fresh("");
    let steps = Steps {
        asks: Asks::Everything,
        redirect: CALLBACK,
        ..Steps::default()
    };
    let connected = met.by_registration(&metadata("none"), &steps);
    assert_eq!(connected.scope, "tasks:read tasks:write");
    let found = met.discover(&steps);
    assert!(
        !found.provider["scopes_supported"]
            .to_string()
            .contains("admin:all")
    );
    let (question, _) = met.question((&connected.known, &steps), &found, &Pkce::random());
    let mut browser = met.scene.browser();
    let page = browser.authorize_until_consent(&question);
    assert_eq!(
        page.text().matches("type=\"checkbox\"").count(),
        2,
        "{page}"
    );
    tick_all_and_allow(&mut browser, &page).code();
}
