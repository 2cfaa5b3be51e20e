//! Clients that run at their makers', who send people back to a website.

use super::steps::{
    Asks, Connected, Known, Met, NO_DOCUMENTS, Published, Steps, document, registration,
};
use crate::support::assertions::{ASSERTION_TYPE, KeyHost, claims};
use crate::support::{Tokens, assert_refused, within};
use acceptance::{Json, Pkce, Request};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::Duration;

/// OpenID Connect with `offline_access`, which some of them ask for where it is listed.
const OFFLINE: &str = r#"
[openid]
enabled = true
[signing]
algorithms = ["ES256"]
[scopes."offline_access"]
group = "Access"
sentence = "Keep this access while you are away"
"#;

const CLAUDE: &str = "https://claude.ai/api/mcp/auth_callback";

/// Claude on the web and on the desktop. Steps: claude.com/docs/connectors/building/authentication and troubleshooting: the
/// challenge's scope, `offline_access` where the provider lists it, `resource` at both endpoints, no secret.
#[test]
fn claude_comes_by_its_document() {
    let met = Met::fresh(OFFLINE);
    let steps = Steps {
        offline: true,
        redirect: CLAUDE,
        ..Steps::default()
    };
    let published = Published::of(document!("claude"));
    let connected = met.by_document(&published, &steps);
    assert_eq!(connected.scope, "tasks:read offline_access");
    // The second address that its document lists is as good.
    let moved = Steps {
        redirect: "https://claude.com/api/mcp/auth_callback",
        ..steps
    };
    met.by_document(&published, &moved);
}

/// Claude, where documents are off. Its trap: it registers anew at 401 `invalid_client` and at nothing else (the same pages;
/// what it registers is not published, and taken to be what its document says).
#[test]
fn claude_registers_anew_when_it_was_forgotten() {
    let met = Met::fresh(NO_DOCUMENTS);
    let steps = Steps {
        redirect: CLAUDE,
        ..Steps::default()
    };
    let Connected { known, tokens, .. } =
        met.by_registration(&registration(document!("claude")), &steps);
    met.forget(&known);
    let gone = || met.refresh(&known, &tokens.refresh).status == 401;
    assert!(within(Duration::from_secs(2), gone));
    assert_refused(&met.refresh(&known, &tokens.refresh), 401, "invalid_client");
    let again = met.by_registration(&registration(document!("claude")), &steps);
    assert_ne!(again.known.id, known.id);
    assert_eq!(met.tasks.get("/v1/tasks", &tokens.access), 401);
}

/// The same of its document: who was forgotten is told so, and known again when somebody comes by it.
#[test]
fn claude_comes_back_by_its_document_when_it_was_forgotten() {
    let met = Met::fresh("");
    let steps = Steps {
        redirect: CLAUDE,
        ..Steps::default()
    };
    let published = Published::of(document!("claude"));
    let Connected { known, tokens, .. } = met.by_document(&published, &steps);
    met.forget(&known);
    let gone = || met.refresh(&known, &tokens.refresh).status == 401;
    assert!(within(Duration::from_secs(2), gone));
    assert_refused(&met.refresh(&known, &tokens.refresh), 401, "invalid_client");
    met.by_document(&published, &steps);
    assert_eq!(met.tasks.get("/v1/tasks", &tokens.access), 401);
}

const CHATGPT: &str = "https://chatgpt.com/connector_platform_oauth_redirect";

/// A key of RS256, with which ChatGPT signs.
struct Rsa(RsaKeyPair);

impl Rsa {
    fn new() -> Self {
        Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    fn set(&self) -> Json {
        // PKCS#1: a sequence of two numbers, of 2,048 and 17 bits.
        let public = self.0.public_key().as_ref();
        let (n, e) = (&public[9..265], &public[267..]);
        let [n, e] = [n, e].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let key = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": n, "e": e });
        json!({ "keys": [key] })
    }

    fn assertion(&self, client_id: &str, issuer: &str) -> String {
        let header = json!({ "alg": "RS256", "kid": "1", "typ": "JWT" });
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims(client_id, issuer)));
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        let done = self.0.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        );
        done.expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// ChatGPT. Steps: developers.openai.com/apps-sdk/build/auth; document as above. Its trap (PostHog/posthog#80746): its document
/// prefers assertions, it sends none, and a provider that had fetched the document again then wanted one at each refresh.
#[test]
fn chatgpt_goes_on_without_assertions_after_its_document_was_fetched_again() {
    let mut met = Met::fresh("");
    let rsa = Rsa::new();
    let keys = KeyHost::of(&rsa.set());
    let mut published = Published::with(document!("chatgpt"), |own| {
        own["jwks_uri"] = keys.url().into();
    });
    let steps = Steps {
        asks: Asks::Resource,
        redirect: CHATGPT,
        ..Steps::default()
    };
    let Connected { known, tokens, .. } = met.by_document(&published, &steps);
    assert_eq!(keys.asked(), 0, "nothing was signed");
    // It says something else, and what was kept of it is forgotten.
    published.change(|own| own["client_name"] = "ChatGPT Apps".into());
    met.scene.provider.restart();
    met.by_document(&published, &steps);
    let tokens = Tokens::of(&met.refresh(&known, &tokens.refresh));
    // One that is shown is looked at all the same.
    let with = |assertion: &str, token: &str| {
        let fields = [
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ];
        met.ask_token(&known, &fields)
    };
    let issuer = met.scene.provider.issuer();
    let stranger = Rsa::new().assertion(&known.id, issuer);
    assert_refused(&with(&stranger, &tokens.refresh), 401, "invalid_client");
    Tokens::of(&with(&rsa.assertion(&known.id, issuer), &tokens.refresh));
}

/// ChatGPT by the document of one connector, whose only method is the assertion (the form of its documents until mid-2026):
/// `…/oauth/{id}/client.json`, back to `…/connector/oauth/{id}`.
#[test]
fn chatgpt_signs_where_its_document_lists_nothing_else() {
    let met = Met::fresh("");
    let rsa = Rsa::new();
    let keys = KeyHost::of(&rsa.set());
    let redirect = "https://chatgpt.com/connector/oauth/7NsWlQyClcg9";
    let published = Published::with(document!("chatgpt_connector"), |own| {
        own["jwks_uri"] = keys.url().into();
    });
    let steps = Steps {
        redirect,
        ..Steps::default()
    };
    let (known, pkce) = (published.known(), Pkce::random());
    let found = met.discover(&steps);
    let mut browser = met.scene.browser();
    let code = met.authorize(&mut browser, (&known, &steps), &found, &pkce);
    let assertion = || rsa.assertion(&known.id, met.scene.provider.issuer());
    let asked = |grant: &[(&str, &str)]| {
        let assertion = assertion();
        let mut fields = vec![
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        fields.extend(grant);
        met.ask_token(&known, &fields)
    };
    let tokens = Tokens::of(&asked(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect),
        ("code_verifier", &pkce.verifier),
    ]));
    assert_refused(&met.refresh(&known, &tokens.refresh), 401, "invalid_client");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
    ];
    let tokens = Tokens::of(&asked(&fields));
    assert_eq!(met.tasks.get("/v1/tasks", &tokens.access), 200);
}

const SLACK: &str = "https://oauth2.slack.com/external/auth/callback";

/// Slack as a client. Steps: docs.slack.dev/ai/slackbot-mcp-client: it registers by program. Its traps are the ways in which
/// `apps.manifest.update` says that this failed (docs.slack.dev, slack_kit 1.0.0-alpha.0): a redirect URI that is not taken,
/// an answer that is no registration, metadata without endpoints.
#[test]
fn slack_registers_and_each_of_its_failures_is_told_apart() {
    let met = Met::fresh("");
    let slack = registration(document!("slack"));
    let steps = Steps {
        redirect: SLACK,
        ..Steps::default()
    };
    met.by_registration(&slack, &steps);
    let found = met.discover(&steps);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
    ] {
        let url = found.provider[endpoint].as_str().expect("an endpoint");
        assert!(url.starts_with(met.scene.provider.issuer()), "{url}");
    }
    let answer = met.try_register(&found, &slack).expect(201);
    let told = answer.json();
    assert!(
        answer
            .header("Content-Type")
            .is_some_and(|kind| kind.starts_with("application/json"))
    );
    for member in [
        "client_id",
        "redirect_uris",
        "grant_types",
        "token_endpoint_auth_method",
    ] {
        assert!(!told[member].is_null(), "{member}: {told}");
    }
    let mut plain = slack.clone();
    plain["redirect_uris"] = json!([SLACK.replace("https", "http")]);
    assert_refused(
        &met.try_register(&found, &plain),
        400,
        "invalid_redirect_uri",
    );
    let mut odd = slack.clone();
    odd["token_endpoint_auth_method"] = "tls_client_auth".into();
    assert_refused(
        &met.try_register(&found, &odd),
        400,
        "invalid_client_metadata",
    );
    let path = met.scene.endpoint("registration_endpoint");
    let form = Request::post(&path).form(&[("client_name", "Slack")]);
    assert_eq!(met.scene.api().send(&form).status, 415);
}

/// Slack by its document, which it has had since 2026-07.
#[test]
fn slack_comes_by_its_document() {
    let met = Met::fresh("");
    let steps = Steps {
        redirect: SLACK,
        ..Steps::default()
    };
    let published = Published::of(document!("slack"));
    met.by_document(&published, &steps);
}

/// Microsoft 365 Copilot, Copilot Studio and Gemini Enterprise, which somebody sets by hand: a secret, and one redirect URI
/// (learn.microsoft.com, copilot extensibility: plugin-authentication; cloud.google.com, Gemini Enterprise). Only steps that
/// their pages tell; none of them is known to show its code.
#[test]
fn those_that_are_set_by_hand_bring_a_secret() {
    let met = Met::fresh("");
    for redirect in [
        "https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect",
        "https://global.consent.azure-apim.net/redirect",
        "https://vertexaisearch.cloud.google.com/oauth-redirect",
    ] {
        let steps = Steps {
            redirect,
            ..Steps::default()
        };
        let found = met.discover(&steps);
        let known = met.set_by_hand(redirect);
        let connected = met.connect(known, &steps, &found);
        let bare = Known {
            secret: None,
            ..connected.known
        };
        let refused = met.refresh(&bare, &connected.tokens.refresh);
        assert_refused(&refused, 401, "invalid_client");
    }
}
