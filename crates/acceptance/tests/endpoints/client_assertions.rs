//! Apps that authenticate by assertions (`private_key_jwt`), at every endpoint that asks who an app is.

use crate::support::assertions::{ASSERTION_TYPE, KeyHost, Signer, claims, now};
use crate::support::{CALLBACK, Scene, assert_refused, within};
use acceptance::{Json, Pkce, Reply, Request};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::Duration;

pub(crate) const OWN: [&str; 2] = ["--grant", "client_credentials"];

/// A provider, the key of an app, and its client id.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) signer: Signer,
    client_id: String,
}

impl Stage {
    pub(crate) fn start(changes: &str) -> Self {
        let scene = Scene::plain(changes);
        let signer = Signer::new("first");
        let client_id = scene.keyed("--jwks", &signer.set().to_string(), &OWN);
        Stage {
            scene,
            signer,
            client_id,
        }
    }

    pub(crate) fn issuer(&self) -> &str {
        self.scene.provider.issuer()
    }

    /// An assertion with one change.
    fn with(&self, change: impl FnOnce(&mut Json)) -> String {
        self.signer
            .assertion(&self.client_id, self.issuer(), change)
    }

    fn good(&self) -> String {
        self.with(|_| {})
    }

    /// The usual claims under another header.
    fn headed(&self, header: &Json) -> String {
        let claims = claims(&self.client_id, self.issuer());
        self.signer.sign(header, &claims.to_string())
    }

    #[track_caller]
    pub(crate) fn refused(&self, what: &str, assertion: &str) {
        let reply = self.scene.asserted(assertion);
        assert_eq!(reply.status, 401, "{what}: {reply}");
        assert_refused(&reply, 401, "invalid_client");
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        assert!(!reply.to_string().contains(assertion), "{what}");
    }

    /// What a command did is known a moment later.
    #[track_caller]
    pub(crate) fn soon(&self, what: &str, status: u16, assertion: impl Fn() -> String) {
        let answered = || self.scene.asserted(&assertion()).status == status;
        assert!(within(Duration::from_secs(2), answered), "{what}");
    }

    #[track_caller]
    pub(crate) fn taken(&self, what: &str, assertion: &str) -> Reply {
        let reply = self.scene.asserted(assertion);
        assert_eq!(reply.status, 200, "{what}: {reply}");
        reply
    }
}

const EVERY_GRANT: &str = "[grants]\nclient_credentials = true\ndevice_code = true";

#[test]
fn every_endpoint_that_asks_who_an_app_is_takes_an_assertion() {
    let stage = Stage::start(EVERY_GRANT);
    let (scene, good) = (&stage.scene, || stage.good());
    let methods = "token_endpoint_auth_methods_supported";
    assert!(
        scene.metadata[methods]
            .to_string()
            .contains("private_key_jwt")
    );
    let token = stage.taken("a token", &good()).member("access_token");
    let asked = [("token", token.as_str())];
    let told = scene.post_asserted("introspection_endpoint", &good(), &asked);
    assert_eq!(told.expect(200).json()["active"], true);
    scene
        .post_asserted("revocation_endpoint", &good(), &asked)
        .expect(200);
    let told = scene.post_asserted("introspection_endpoint", &good(), &asked);
    assert_eq!(told.expect(200).json()["active"], false);
    let more = ["--grant", "urn:ietf:params:oauth:grant-type:device_code"];
    let device = scene.keyed("--jwks", &stage.signer.set().to_string(), &more);
    let assertion = stage.signer.assertion(&device, stage.issuer(), |_| {});
    let codes = scene.post_asserted("device_authorization_endpoint", &assertion, &[]);
    assert!(!codes.expect(200).member("device_code").is_empty());
    // `client_id` beside it names the same app, or it is refused.
    let own = [
        ("grant_type", "client_credentials"),
        ("client_id", &stage.client_id),
    ];
    scene
        .post_asserted("token_endpoint", &good(), &own)
        .expect(200);
    let other = [
        ("grant_type", "client_credentials"),
        ("client_id", "another"),
    ];
    let reply = scene.post_asserted("token_endpoint", &good(), &other);
    assert_refused(&reply, 401, "invalid_client");
}

#[test]
fn an_assertion_works_once_wherever_and_also_after_a_restart() {
    let mut stage = Stage::start("");
    let used = stage.good();
    let token = stage.taken("the first time", &used).member("access_token");
    stage.refused("the second time", &used);
    let reply = stage
        .scene
        .post_asserted("introspection_endpoint", &used, &[("token", &token)]);
    assert_refused(&reply, 401, "invalid_client");
    stage.scene.provider.restart();
    stage.refused("after a restart", &used);
    // The name counts, and not the text.
    let renamed = stage.with(|claims| claims["jti"] = "mine".into());
    stage.taken("a name", &renamed);
    let again = stage.with(|claims| {
        claims["jti"] = "mine".into();
        claims["exp"] = (now() + 90).into();
    });
    stage.refused("the same name in another text", &again);
    // Another app may use the same name.
    let other = stage
        .scene
        .keyed("--jwks", &stage.signer.set().to_string(), &OWN);
    let same = stage.signer.assertion(&other, stage.issuer(), |claims| {
        claims["jti"] = "mine".into()
    });
    stage.taken("of another app", &same);
}

#[test]
fn of_many_at_once_one_is_taken() {
    let stage = Stage::start("");
    let used = stage.good();
    let taken = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| stage.scene.asserted(&used).status))
            .collect();
        let all = tries.into_iter().map(|one| one.join().expect("an answer"));
        all.filter(|status| *status == 200).count()
    });
    assert_eq!(taken, 1);
}

#[test]
fn a_failed_authentication_uses_nothing_up() {
    let stage = Stage::start("");
    let (scene, named) = (&stage.scene, |aud: &str| {
        stage.with(|claims| {
            claims["jti"] = "kept".into();
            claims["aud"] = aud.into();
        })
    });
    stage.refused("for somebody else", &named("https://elsewhere.example"));
    stage.taken("the same name, for us", &named(stage.issuer()));

    let keys = stage.signer.set().to_string();
    let app = scene.keyed("--jwks", &keys, &["--redirect-uri", CALLBACK]);
    let pkce = Pkce::random();
    let question = acceptance::target(
        &scene.endpoint("authorization_endpoint"),
        &[
            ("response_type", "code"),
            ("client_id", &app),
            ("scope", "tasks:read"),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ],
    );
    let code = scene.browser().authorize(&question).code();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", pkce.verifier.as_str()),
    ];
    let stranger = Signer::new("first");
    let forged = stranger.assertion(&app, stage.issuer(), |_| {});
    let reply = scene.post_asserted("token_endpoint", &forged, &fields);
    assert_refused(&reply, 401, "invalid_client");
    let own = stage.signer.assertion(&app, stage.issuer(), |_| {});
    let tokens = scene.post_asserted("token_endpoint", &own, &fields);
    let tokens = crate::support::Tokens::of(&tokens);
    let own = stage.signer.assertion(&app, stage.issuer(), |_| {});
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
    ];
    scene
        .post_asserted("token_endpoint", &own, &fields)
        .expect(200);
}

#[test]
fn what_is_not_signed_by_a_key_of_the_app_proves_nothing() {
    let stage = Stage::start("");
    let good = stage.good();
    let parts: Vec<&str> = good.split('.').collect();
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let payload = claims(&stage.client_id, stage.issuer()).to_string();
    for alg in ["none", "None", "nOnE"] {
        let header = part(&json!({ "alg": alg }).to_string());
        stage.refused(alg, &format!("{header}.{}.", part(&payload)));
    }
    // Algorithm confusion: the public key as a shared secret.
    let signed = format!(
        "{}.{}",
        part(r#"{"alg":"HS256","typ":"JWT"}"#),
        part(&payload)
    );
    for secret in [
        stage.signer.jwk().to_string(),
        stage.signer.set().to_string(),
    ] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(tag);
        stage.refused("HS256", &format!("{signed}.{tag}"));
    }
    for alg in ["RS256", "PS256", "EdDSA", "ES384", "HS256"] {
        let header = json!({ "alg": alg, "kid": "first" });
        stage.refused(alg, &stage.headed(&header));
    }
    stage.refused("nested", &stage.signer.sign(&stage.signer.header(), &good));
    stage.refused(
        "nested by cty",
        &stage.headed(&json!({ "alg": "ES256", "cty": "JWT" })),
    );
    stage.refused("detached", &format!("{}..{}", parts[0], parts[2]));
    stage.refused("unsigned", &format!("{}.{}.", parts[0], parts[1]));
    stage.refused("encrypted", "e30.e30.e30.e30.e30");
    let json = json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] });
    stage.refused("as JSON", &json.to_string());
    let stranger = Signer::new("first");
    let forged = stranger.assertion(&stage.client_id, stage.issuer(), |_| {});
    stage.refused("another key of the same kid", &forged);
    let unknown = Signer::new("second").assertion(&stage.client_id, stage.issuer(), |_| {});
    stage.refused("an unknown kid", &unknown);
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "application/at+jwt"] {
        stage.refused(typ, &stage.headed(&json!({ "alg": "ES256", "typ": typ })));
    }
    for header in [
        json!({ "alg": "ES256", "crit": ["exp"], "exp": 1 }),
        json!({ "alg": "ES256", "crit": [] }),
        json!({ "alg": "ES256", "b64": false }),
    ] {
        stage.refused("something that must be understood", &stage.headed(&header));
    }
    for typ in [
        json!({ "alg": "ES256" }),
        json!({ "alg": "ES256", "typ": "JWT" }),
    ] {
        stage.taken("a usual type", &stage.headed(&typ));
    }
    stage.taken("as it should be", &good);
}

#[test]
fn a_key_that_an_assertion_brings_along_is_never_looked_at() {
    let stage = Stage::start("");
    let own = Signer::new("evil");
    let host = KeyHost::of(&own.set());
    for (member, value) in [
        ("jku", json!(host.url())),
        ("x5u", json!(host.url())),
        ("jwk", own.jwk()),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = own.header();
        header[member] = value;
        let payload = claims(&stage.client_id, stage.issuer()).to_string();
        stage.refused(member, &own.sign(&header, &payload));
    }
    assert_eq!(host.asked(), 0, "nothing is fetched for it");
}

#[test]
fn claims_say_who_for_whom_and_how_long() {
    let stage = Stage::start("");
    for claim in ["iss", "sub", "aud", "exp", "jti"] {
        let without = stage.with(|claims| {
            claims.as_object_mut().expect("claims").remove(claim);
        });
        stage.refused(claim, &without);
    }
    let endpoint = format!("{}{}", stage.issuer(), stage.scene.token());
    for (claim, value) in [
        ("iss", json!("another")),
        ("sub", json!("another")),
        ("sub", json!([stage.client_id])),
        ("aud", json!(endpoint)),
        ("aud", json!(format!("{}/", stage.issuer()))),
        ("aud", json!([stage.issuer(), endpoint])),
        ("aud", json!([stage.issuer(), stage.issuer()])),
        ("aud", json!([])),
        ("aud", json!("https://elsewhere.example")),
        ("exp", json!(now() - 300)),
        ("exp", json!(now() + 400_000)),
        ("exp", json!("tomorrow")),
        ("iat", json!(now() + 61)),
        ("nbf", json!(now() + 61)),
        ("iat", json!(now() + 86_400)),
        ("jti", json!("")),
        ("jti", json!(7)),
    ] {
        let spoiled = stage.with(|claims| claims[claim] = value.clone());
        stage.refused(&format!("{claim} {value}"), &spoiled);
    }
    for (claim, value) in [
        ("aud", json!([stage.issuer()])),
        ("iat", json!(now() + 10)),
        ("nbf", json!(now() + 10)),
        ("exp", json!(now() - 10)),
        ("extra", json!({ "unknown": true })),
    ] {
        let fine = stage.with(|claims| claims[claim] = value.clone());
        stage.taken(&format!("{claim} {value}"), &fine);
    }
    let nobody = stage.signer.assertion("nobody", stage.issuer(), |_| {});
    stage.refused("an app that there is not", &nobody);
}

#[test]
fn certification_takes_the_token_endpoint_as_audience_too() {
    let stage = Stage::start("[conformance]\nmode = \"oidc-cert\"");
    let endpoint = format!("{}{}", stage.issuer(), stage.scene.token());
    for aud in [
        json!(stage.issuer()),
        json!(endpoint),
        json!([endpoint]),
        json!([stage.issuer(), endpoint]),
    ] {
        let fine = stage.with(|claims| claims["aud"] = aud.clone());
        stage.taken(&aud.to_string(), &fine);
    }
    let other = stage.with(|claims| claims["aud"] = json!([endpoint, "https://elsewhere.example"]));
    stage.refused("somebody else too", &other);
}

#[test]
fn one_method_at_a_time_and_the_registered_one() {
    let stage = Stage::start("");
    let (scene, machine) = (&stage.scene, stage.scene.machine());
    let (id, secret) = (machine.client_id.as_str(), machine.client_secret.as_str());
    let form = |pairs: &[(&str, &str)]| {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend(pairs);
        Request::post(&scene.token()).form(&all)
    };
    let good = stage.good();
    let asserted = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", good.as_str()),
    ];
    let with_secret = [&asserted[..], &[("client_secret", secret)]].concat();
    for request in [form(&with_secret), form(&asserted).basic(id, secret)] {
        let reply = scene.api().send(&request);
        assert_refused(&reply, 400, "invalid_request");
    }
    // An app with a secret signs nothing, and one with keys shows no secret; public it is not either.
    let foreign = stage.signer.assertion(id, stage.issuer(), |_| {});
    stage.refused("an app with a secret", &foreign);
    let own = [
        ("client_id", stage.client_id.as_str()),
        ("client_secret", secret),
    ];
    for (request, status) in [
        (form(&own), 401),
        (form(&own[..1]), 401),
        (form(&[]).basic(&stage.client_id, secret), 401),
    ] {
        assert_refused(&scene.api().send(&request), status, "invalid_client");
    }
    for typ in [
        "",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    ] {
        let fields = [
            ("client_assertion_type", typ),
            ("client_assertion", good.as_str()),
        ];
        assert_refused(&scene.api().send(&form(&fields)), 401, "invalid_client");
    }
    stage.taken("nothing of that used it up", &good);
}

#[test]
fn an_app_names_the_algorithms_that_it_signs_with() {
    let stage = Stage::start("");
    let keys = stage.signer.set().to_string();
    let eddsa = stage
        .scene
        .keyed("--jwks", &keys, &["--auth-alg", "EdDSA", OWN[0], OWN[1]]);
    let assertion = || stage.signer.assertion(&eddsa, stage.issuer(), |_| {});
    stage.soon("ES256 is not among them", 401, assertion);
    stage.scene.cli(&[
        "app",
        "update",
        &eddsa,
        "--auth-alg",
        "EdDSA",
        "--auth-alg",
        "ES256",
    ]);
    stage.soon("now it is", 200, assertion);
    stage
        .scene
        .cli(&["app", "update", &eddsa, "--auth-alg", "PS256"]);
    stage.soon("and now it is not", 401, assertion);
    let any = stage
        .scene
        .cli(&["app", "update", &eddsa, "--auth-alg", "any"]);
    stage.soon("each is", 200, assertion);
    let named = any["token_endpoint_auth_signing_algs"].as_array();
    assert_eq!(named.map(Vec::len), Some(10), "{any}");
}

#[test]
fn its_developer_is_told_in_the_log_why_an_assertion_was_refused() {
    let mut stage = Stage::start("");
    let other = stage.with(|claims| claims["aud"] = "x".into());
    stage.refused("for somebody else", &other);
    // What was noted is written at the end of a server.
    stage.scene.provider.restart();
    let told = stage
        .scene
        .cli(&["app", "log", &stage.client_id])
        .to_string();
    assert!(told.contains("is not the issuer alone"), "{told}");
    assert!(!told.contains(&other), "{told}");
}
