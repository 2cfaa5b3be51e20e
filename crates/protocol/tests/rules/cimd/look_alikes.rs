//! Hosts that want to be taken for others (§6.4, §6.8): what could be read in two ways names no app, and of all else the whole
//! host is shown, in ASCII.
use super::case;
use protocol::introduce::{
    DocumentFault, HostStanding, check_client_url, document_host, is_trusted, is_unverified, read,
};
use protocol::{Policy, Transition};
use serde_json::{Value, json};

fn document(url: &str) -> Value {
    json!({
        "client_id": url,
        "client_name": "Claude",
        "client_uri": "https://claude.ai",
        "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
    })
}

fn reading(policy: &Policy, url: &str, document: &Value) -> Result<(), DocumentFault> {
    let text = document.to_string();
    read(url, Some("application/json"), text.as_bytes(), policy).map(drop)
}

#[test]
fn a_host_that_could_be_read_in_two_ways_names_no_app() {
    let long = format!("https://claude.ai.{}.example/c", "a".repeat(500));
    for url in [
        // Letters of other alphabets, and what is not seen.
        "https://cl\u{0430}ude.ai/c",
        "https://\u{217d}laude.ai/c",
        "https://claude\u{3002}ai/c",
        "https://claude\u{ff0e}ai/c",
        "https://claude.ai\u{2044}.evil.example/c",
        "https://claude.\u{200b}ai/c",
        "https://\u{202e}ia.edualc/c",
        "https://b\u{fc}cher.example/c",
        // Whatever else somebody takes for the end of a host, or for its beginning.
        "https://claude.ai@evil.example/c",
        "https://claude.ai:443@evil.example/c",
        "https://claude.ai%40evil.example/c",
        "https://claude.ai%2f.evil.example/c",
        "https://claude%2eai/c",
        "https://claude.ai\\.evil.example/c",
        "https://claude.ai\\@evil.example/c",
        "https://claude.ai?.evil.example/c",
        "https://claude.ai#.evil.example/c",
        "https://claude.ai /c",
        "https://claude.ai\t.evil.example/c",
        "https://claude..ai/c",
        "https://.claude.ai/c",
        "https://claude.ai./c",
        "https://claude.ai:/c",
        "https://claude.ai:80:80/c",
        "https://[claude.ai]/c",
        // Another way to write a name that is listed.
        "https://Claude.AI/c",
        "HTTPS://claude.ai/c",
        long.as_str(),
    ] {
        let told = check_client_url(url, false);
        let is_url = protocol::introduce::is_client_url(url);
        assert!(told.is_err() || !is_url, "{url}");
    }
}

#[test]
fn of_any_other_the_whole_host_is_shown_and_trusted_for_itself_alone() {
    let mut case = case();
    case.policy.introductions.hosts = vec![("claude.ai".to_owned(), HostStanding::Trusted)];
    let long = format!(
        "claude.ai.{}.evil.example",
        ["a".repeat(60), "b".repeat(60)].join(".")
    );
    for host in [
        "xn--clude-3ve.ai",
        "xn--claude-9za.ai",
        "claude.ai.evil.example",
        "claude.ai-connect.evil.example",
        "claude-ai.example",
        "claude_ai.example",
        "c1aude.ai",
        "www.claude.ai",
        "evil.example:8443",
        "203.0.114.7",
        "[2606:4700::1111]",
        &long,
    ] {
        let url = format!("https://{host}/oauth/mcp-oauth-client-metadata");
        assert_eq!(check_client_url(&url, false), Ok(()), "{host}");
        let app = taken(&case, &url);
        assert_eq!(document_host(&app), Some(host));
        assert!(host.is_ascii());
        assert!(
            is_unverified(&app, &case.policy) && !is_trusted(&app, &case.policy),
            "{host}"
        );
        // Its name may be any, its website is its own.
        assert!(
            app.homepage.starts_with(&format!("https://{host}")),
            "{}",
            app.homepage
        );
    }
    let own = taken(&case, "https://claude.ai/oauth/mcp-oauth-client-metadata");
    assert!(is_trusted(&own, &case.policy));
    assert_eq!(own.homepage, "https://claude.ai");
}

fn taken(case: &protocol::testing::Case, url: &str) -> protocol::types::Client {
    let text = document(url).to_string();
    let read = read(url, Some("application/json"), text.as_bytes(), &case.policy).expect("taken");
    let (change, _) =
        protocol::introduce::introduce(read, None, &case.policy, case.now).into_parts();
    match change {
        Some(Transition::Introduction(protocol::transition::IntroductionChange::Register {
            client,
            ..
        })) => *client,
        other => panic!("{other:?}"),
    }
}

/// The document of one address served at another is that of nobody.
#[test]
fn a_copy_of_anothers_document_is_no_document() {
    let policy = case().policy;
    let real = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    for url in [
        "https://claude.ai.evil.example/oauth/mcp-oauth-client-metadata",
        "https://claude.ai:443/oauth/mcp-oauth-client-metadata",
        "https://claude.ai/oauth/mcp-oauth-client-metadata/",
        "https://claude.ai/oauth/mcp-oauth-client-metadata?",
    ] {
        let told = reading(&policy, url, &document(real));
        assert_eq!(told, Err(DocumentFault::ClientId), "{url}");
    }
    assert_eq!(reading(&policy, real, &document(real)), Ok(()));
}

/// What is not seen on a page is no part of a name.
#[test]
fn a_name_turns_no_host_around() {
    let policy = case().policy;
    let url = "https://evil.example/c";
    for name in [
        "Claude\u{202e}",
        "Clau\u{200b}de",
        "Claude\nfrom claude.ai",
        "\u{2066}Claude",
    ] {
        let mut document = document(url);
        document["client_name"] = name.into();
        let told = reading(&policy, url, &document);
        assert!(matches!(told, Err(DocumentFault::Metadata(_))), "{name:?}");
    }
}
