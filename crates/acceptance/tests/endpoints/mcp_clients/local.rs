//! Clients that run on people's own computers, and have them sent back there.

use super::steps::{
    Asks, Connected, Known, Met, NO_DOCUMENTS, Published, Steps, document, first_of, registration,
    well_knowns,
};
use crate::support::{assert_refused, within};
use acceptance::{Pkce, Url};
use serde_json::json;
use std::time::Duration;

/// Steps with a redirect URI, else as usual.
fn back_to(redirect: &str) -> Steps<'_> {
    Steps {
        redirect,
        ..Steps::default()
    }
}

/// Claude Code. Steps: claude.com/docs/connectors/building/authentication; its document. Its trap (anthropics/claude-code#37747
/// #41011 #42301, supabase/auth#2703): it listens at any port of `localhost`, and its document lists the name without one.
#[test]
fn claude_code_listens_at_any_port_of_localhost() {
    let met = Met::fresh("");
    let published = Published::of(document!("claude_code"));
    for redirect in [
        "http://localhost:3118/callback",
        "http://localhost:51873/callback",
        "http://127.0.0.1:49152/callback",
    ] {
        met.by_document(&published, &back_to(redirect));
    }
    // Port alone: neither another path nor another name for the same computer.
    for other in [
        "http://localhost:3118/callback/",
        "http://localhost:3118/",
        "http://[::1]:3118/callback",
        "https://localhost:3118/callback",
        "http://localhost.evil.example:3118/callback",
    ] {
        let page = met.refused_page(&published.known(), other);
        assert!(page.text().contains("this entry is missing"), "{page}");
    }
}

/// The part of Codex's callback that is its own for each server: twelve letters of base64url.
const OF_SERVER: &str = "4-bzS8rt42zJ";
/// rmcp asks for metadata under the oldest revision, whatever is spoken later.
const RMCP: &[(&str, &str)] = &[("MCP-Protocol-Version", "2024-11-05")];

/// Codex. Steps: openai/codex, codex-rs/rmcp-client/src/perform_oauth_login.rs and its `mcp` manual; what it sends is rmcp's. It
/// takes the shared document only where metadata list `none` and answers name their issuer, else the one of the server.
#[test]
fn codex_takes_the_document_that_fits_the_provider() {
    let met = Met::fresh("");
    let steps = Steps {
        headers: RMCP,
        asks: Asks::Resource,
        redirect: "http://127.0.0.1:51001/callback",
        ..Steps::default()
    };
    let found = met.discover(&steps);
    let iss = &found.provider["authorization_response_iss_parameter_supported"];
    assert_eq!(iss, true);
    let shared = Published::of(document!("codex"));
    met.by_document(&shared, &steps);
    let path = format!("/callback/{OF_SERVER}");
    let own = Published::of(document!("codex_of_server"));
    let redirect = format!("http://127.0.0.1:51002{path}");
    met.by_document(&own, &back_to(&redirect));
    let page = met.refused_page(&shared.known(), &redirect);
    assert!(page.text().contains(&redirect), "{page}");
}

/// Codex where documents are off: what rmcp registers. Its trap (openai/codex#30460 #31658): the callback ends with letters that
/// are those of the server, so that an app set by hand for `/callback` meets another.
#[test]
fn codex_registers_its_callback_and_names_the_one_that_is_missing() {
    let met = Met::fresh(NO_DOCUMENTS);
    let redirect = format!("http://127.0.0.1:51003/callback/{OF_SERVER}");
    let body = json!({
        "client_name": "Codex",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    });
    let steps = Steps {
        headers: RMCP,
        ..back_to(&redirect)
    };
    let Connected { known, .. } = met.by_registration(&body, &steps);
    // It signs in again with what it registered, and listens elsewhere.
    let later = redirect.replace("51003", "60111");
    let found = met.discover(&steps);
    met.connect(known, &back_to(&later), &found);
    let app = met.scene.public("http://127.0.0.1/callback");
    let by_hand = Known {
        id: app.client_id,
        secret: None,
    };
    let page = met.refused_page(&by_hand, &redirect);
    assert!(page.text().contains(&redirect), "{page}");
}

/// VS Code. Steps: microsoft/vscode, src/vs/base/common/oauth.ts and extHostAuthentication.ts: metadata with its own headers,
/// scopes of the API's document, `resource` as it stands there, at a refresh too. It listens at 33418, or where that is taken
/// at any port, which is its trap.
#[test]
fn vs_code_comes_by_its_document() {
    let met = Met::fresh("");
    let published = Published::of(document!("vs_code"));
    for redirect in [
        "http://127.0.0.1:33418/",
        "http://127.0.0.1:52333/",
        "https://vscode.dev/redirect",
    ] {
        let steps = Steps {
            headers: &[
                ("Accept", "application/json"),
                ("MCP-Protocol-Version", "2025-11-25"),
            ],
            asks: Asks::Resource,
            redirect,
            ..Steps::default()
        };
        let connected = met.by_document(&published, &steps);
        assert_eq!(connected.scope, "tasks:read tasks:write");
    }
}

/// VS Code where documents are off: what `fetchDynamicRegistration` of the same file sends. It registers those grants that the
/// provider offers, and as its trap a fixed port beside none, for providers that compare ports. `invalid_client` makes it
/// register anew.
#[test]
fn vs_code_registers_and_does_so_again_when_it_was_forgotten() {
    let met = Met::fresh(NO_DOCUMENTS);
    let own = |name: &str| {
        met.scene.metadata["grant_types_supported"]
            .to_string()
            .contains(name)
    };
    let grants = [
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
    ];
    let grants: Vec<_> = grants.into_iter().filter(|name| own(name)).collect();
    let body = json!({
        "client_name": "Visual Studio Code",
        "client_uri": "https://code.visualstudio.com",
        "grant_types": grants,
        "response_types": ["code"],
        "redirect_uris": [
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/",
        ],
        "scope": "tasks:read tasks:write",
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    });
    let steps = Steps {
        asks: Asks::Resource,
        ..back_to("http://127.0.0.1:52334/")
    };
    let Connected { known, tokens, .. } = met.by_registration(&body, &steps);
    met.forget(&known);
    let gone = || met.refresh(&known, &tokens.refresh).member("error") == "invalid_client";
    assert!(within(Duration::from_secs(2), gone));
    let again = met.by_registration(&body, &steps);
    assert_ne!(again.known.id, known.id);
}

/// opencode. Steps: anomalyco/opencode, mcp/oauth.ts, over the TypeScript SDK. Its trap (anomalyco/opencode#50510): versions that
/// listen at `127.0.0.1:19876/mcp/oauth/callback`, which is not in the document that they show.
#[test]
fn opencode_is_told_which_redirect_its_document_lacks() {
    let met = Met::fresh("");
    let published = Published::of(document!("opencode"));
    met.by_document(&published, &back_to("http://127.0.0.1:51675/callback"));
    let missing = "http://127.0.0.1:19876/mcp/oauth/callback";
    let page = met.refused_page(&published.known(), missing);
    let text = page.text();
    assert!(text.contains("this entry is missing"), "{page}");
    assert!(
        text.contains(missing) && text.contains(&published.known().id),
        "{page}"
    );
    // Where documents are off it registers the very same address.
    let met = Met::fresh(NO_DOCUMENTS);
    let body = json!({
        "client_name": "OpenCode",
        "client_uri": "https://opencode.ai",
        "redirect_uris": [missing],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    met.by_registration(&body, &back_to(missing));
}

/// Gemini CLI. Steps: google-gemini/gemini-cli, packages/core/src/mcp/oauth-provider.ts and oauth-utils.ts: HEAD, then the
/// challenge's document, then the provider's metadata; it registers with an empty scope. Its trap: where it knows no
/// registration endpoint it guesses the issuer by cutting the end of the authorization endpoint, under an issuer with a path
/// too.
#[test]
fn gemini_cli_guesses_the_issuer_and_sends_an_empty_scope() {
    for issuer in ["http://localhost:{port}", "http://localhost:{port}/id/eu"] {
        let met = Met::at(issuer, NO_DOCUMENTS);
        for (redirect, asks) in [
            ("http://localhost:7777/oauth/callback", Asks::Empty),
            ("http://localhost:53682/oauth/callback", Asks::Everything),
        ] {
            let steps = Steps {
                first: "HEAD",
                headers: &[],
                asks,
                redirect,
                ..Steps::default()
            };
            let found = met.discover(&steps);
            let endpoint = found.provider["authorization_endpoint"].as_str();
            let endpoint = endpoint.expect("an endpoint");
            let guessed = ["/oauth2/authorize", "/oauth/authorize", "/authorize"]
                .into_iter()
                .find_map(|end| endpoint.strip_suffix(end));
            let mut urls = well_knowns(guessed.expect("a known end"));
            let origin = Url::parse(endpoint).expect("a URL").origin;
            urls.push(format!("{origin}/.well-known/oauth-authorization-server"));
            let again = first_of(&urls, &[]);
            assert_eq!(
                again["registration_endpoint"],
                found.provider["registration_endpoint"]
            );
            let body = json!({
                "client_name": "Gemini CLI MCP Client",
                "redirect_uris": [redirect],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
                "scope": "",
            });
            let known = met.register(&found, &body);
            let connected = met.connect(known, &steps, &found);
            assert!(
                connected.scope.contains("tasks:read"),
                "{}",
                connected.scope
            );
        }
    }
}

const CURSOR: [&str; 3] = [
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "http://localhost:8787/callback",
];

/// Cursor, which knows registration alone. Steps: cursor.com/docs/context/mcp; the body as it was recorded on the wire (2026).
/// Its trap (Altinity/altinity-mcp#169, cloudflare/workers-oauth-provider 1.2.1): it names a scheme that it cannot own beside two
/// addresses that it uses. The one is left out and leads nowhere, the others are taken.
#[test]
fn cursor_names_three_redirects_and_uses_two() {
    let met = Met::fresh("");
    let body = json!({
        "client_name": "Cursor",
        "redirect_uris": CURSOR,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let found = met.discover(&Steps::default());
    let told = met.try_register(&found, &body).expect(201).json();
    assert_eq!(told["redirect_uris"], json!(&CURSOR[1..]), "{told}");
    for redirect in &CURSOR[1..] {
        met.by_registration(&body, &back_to(redirect));
    }
    let known = met.register(&found, &body);
    let page = met.refused_page(&known, CURSOR[0]);
    assert!(!page.text().contains("href=\"cursor:"), "{page}");
    // Of versions that name nothing else nothing is left, and the answer says why.
    let mut alone = body;
    alone["redirect_uris"] = json!([CURSOR[0]]);
    let refused = met.try_register(&found, &alone);
    assert_refused(&refused, 400, "invalid_redirect_uri");
}

/// GitHub Copilot CLI by its document (https://github.com/copilot/cli/client-metadata.json, as github/copilot-cli#4793 quotes it)
/// and by registration (#1305, #1951). Its trap is the same in both: it names one port, and listens at another.
#[test]
fn copilot_cli_listens_at_another_port_than_it_says() {
    let met = Met::fresh("");
    let published = Published::of(document!("copilot_cli"));
    met.by_document(&published, &back_to("http://127.0.0.1:60005/"));
    let met = Met::fresh(NO_DOCUMENTS);
    let Connected { known, .. } = met.by_registration(
        &registration(document!("copilot_cli")),
        &back_to("http://127.0.0.1:63450/"),
    );
    let found = met.discover(&Steps::default());
    met.connect(known, &back_to("http://127.0.0.1:61566/"), &found);
}

/// What a browser that is on an API's page is shown of an app on this computer: that it may be any program.
#[test]
fn people_are_told_that_it_is_a_program_on_their_computer() {
    let met = Met::fresh("");
    let published = Published::of(document!("claude_code"));
    let steps = back_to("http://localhost:3118/callback");
    let found = met.discover(&steps);
    let (question, _) = met.question((&published.known(), &steps), &found, &Pkce::random());
    let page = met.scene.browser().authorize_until_consent(&question);
    assert!(page.text().contains("this computer"), "{page}");
}
