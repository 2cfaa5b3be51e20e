//! The documents that clients of MCP publish, under their real names. `crates/acceptance` has the same walk to their tokens.
use super::case;
use protocol::Policy;
use protocol::introduce::{document_host, introduce, read};
use protocol::transition::IntroductionChange;
use protocol::types::{Client, ClientKind};
use serde_json::Value;

/// What a client publishes, where it has people sent back, and where it does not.
struct Published {
    text: &'static str,
    goes_to: &'static [&'static str],
    never_to: &'static [&'static str],
}

macro_rules! published {
    ($file:literal, $goes_to:expr, $never_to:expr) => {
        Published {
            text: include_str!(concat!("clients/", $file, ".json")),
            goes_to: &$goes_to,
            never_to: &$never_to,
        }
    };
}

/// As they were read between July and October 2026: those of Claude, ChatGPT, VS Code and Slack at their addresses, Codex's in
/// its manual, opencode's in anomalyco/opencode, that of Copilot CLI in github/copilot-cli#4793, which leaves its usual members
/// out.
const CLIENTS: [Published; 10] = [
    published!(
        "claude",
        [
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback"
        ],
        [
            "https://claude.ai/api/mcp/auth_callback/",
            "https://claude.ai.evil.example/api/mcp/auth_callback"
        ]
    ),
    published!(
        "claude_code",
        [
            "http://localhost:3118/callback",
            "http://localhost/callback",
            "http://127.0.0.1:51873/callback"
        ],
        [
            "http://[::1]:3118/callback",
            "https://localhost:3118/callback"
        ]
    ),
    published!(
        "chatgpt",
        ["https://chatgpt.com/connector_platform_oauth_redirect"],
        ["https://chatgpt.com/connector/oauth/7NsWlQyClcg9"]
    ),
    published!(
        "chatgpt_connector",
        ["https://chatgpt.com/connector/oauth/7NsWlQyClcg9"],
        ["https://chatgpt.com/connector/oauth/7NsWlQyClcg8"]
    ),
    published!(
        "codex",
        ["http://127.0.0.1:51001/callback"],
        ["http://127.0.0.1:51001/callback/4-bzS8rt42zJ"]
    ),
    published!(
        "codex_of_server",
        ["http://127.0.0.1:51001/callback/4-bzS8rt42zJ"],
        ["http://127.0.0.1:51001/callback"]
    ),
    published!(
        "vs_code",
        [
            "http://127.0.0.1:33418/",
            "http://127.0.0.1:52333/",
            "https://vscode.dev/redirect"
        ],
        [
            "http://127.0.0.1:33418",
            "https://insiders.vscode.dev/redirect"
        ]
    ),
    published!(
        "opencode",
        ["http://127.0.0.1:51675/callback"],
        ["http://127.0.0.1:19876/mcp/oauth/callback"]
    ),
    published!(
        "copilot_cli",
        ["http://127.0.0.1:33418/", "http://127.0.0.1:60005/"],
        ["http://localhost:60005/"]
    ),
    published!(
        "slack",
        ["https://oauth2.slack.com/external/auth/callback"],
        ["https://slack.com/external/auth/callback"]
    ),
];

fn url_of(text: &str) -> String {
    let json: Value = serde_json::from_str(text).expect("JSON");
    json["client_id"].as_str().expect("a client id").to_owned()
}

fn app(policy: &Policy, text: &str) -> Client {
    let kind = Some("application/json; charset=utf-8");
    let read = read(&url_of(text), kind, text.as_bytes(), policy).expect("it is taken");
    let (change, _) = introduce(read, None, policy, protocol::testing::NOW).into_parts();
    match change {
        Some(protocol::Transition::Introduction(IntroductionChange::Register {
            client, ..
        })) => *client,
        other => panic!("{other:?}"),
    }
}

#[test]
fn their_documents_are_taken_and_lead_where_they_go() {
    let policy = case().policy;
    for Published {
        text,
        goes_to,
        never_to,
    } in CLIENTS
    {
        let app = app(&policy, text);
        let url = url_of(text);
        assert_eq!(app.id, url);
        let host = url.split('/').nth(2);
        assert_eq!(document_host(&app), host, "{url}");
        let leads = |uri: &str| app.verify_redirect_uri(Some(uri), policy.redirects).is_ok();
        for uri in goes_to {
            assert!(leads(uri), "{url}: {uri}");
        }
        for uri in never_to {
            assert!(!leads(uri), "{url}: {uri}");
        }
        // None of them has to sign, but for the connector that lists nothing else.
        let signs = text.contains("private_key_jwt") && !text.contains("\"none\"");
        assert_eq!(app.kind == ClientKind::Confidential, signs, "{url}");
        assert_eq!(
            app.may_choose_method(),
            text.contains("supported\": [\"none\", ")
        );
    }
}
