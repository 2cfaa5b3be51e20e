//! Access tokens that are JWTs (RFC 9068 §4), read by the API itself.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod provider;

use aws_lc_rs::hmac;
use axum::Router;
use jose::SigningAlgorithm::{EdDsa, Es256, Rs256};
use jose::{Algorithm, SigningKey, base64url};
use provider::{API, ISSUER, Provider, api, get_with, now, status, until, until_status};
use serde_json::{Value, json};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use verify::{Settings, Verifier};

/// A provider that signs with ES256, and an API that reads its JWTs.
async fn scene() -> (Provider, Verifier, Router) {
    let provider = Provider::start().await;
    provider.rotate(Es256);
    let verifier = provider.reader().await;
    let api = api(&verifier, "tasks:read");
    (provider, verifier, api)
}

/// The same with changed settings, before anything was told.
async fn with(change: impl FnOnce(&mut Settings)) -> (Provider, Verifier, Router) {
    let provider = Provider::start().await;
    provider.rotate(Es256);
    let mut settings = provider.reading();
    change(&mut settings);
    let verifier = Verifier::start(settings).unwrap();
    let api = api(&verifier, "tasks:read");
    (provider, verifier, api)
}

/// Why a text is no access token, as RFC 9068 says, and the text.
type Forgery = (&'static str, String);

const TYP: &str = "The resource server MUST verify that the \"typ\" header value is \"at+jwt\" or \"application/at+jwt\" \
                   and reject tokens carrying any other value.";
const ISS: &str = "The issuer identifier for the authorization server […] MUST exactly match the value of the \"iss\" claim.";
const AUD: &str = "The JWT access token MUST be rejected if \"aud\" does not contain a resource indicator of the current \
                   resource server as a valid audience.";
const SIGNATURE: &str =
    "The resource server MUST validate the signature of all incoming JWT access tokens";
const NONE: &str =
    "The resource server MUST reject any JWT in which the value of \"alg\" is \"none\".";
const KEYS: &str = "The resource server MUST use the keys provided by the authorization server.";
const EXP: &str = "The current time MUST be before the time represented by the \"exp\" claim.";
const REQUIRED: &str = "REQUIRED (§2.2)";

/// What the provider's own key signed, and is for something else.
fn misused(provider: &Provider) -> Vec<Forgery> {
    let types = ["JWT", "logout+jwt", "client-authentication+jwt", ""].into_iter();
    let types = types.map(|typ| (TYP, provider.sign(typ, &Provider::claims(json!({})))));
    let claims = [
        (ISS, json!({ "iss": "https://other.example" })),
        (ISS, json!({ "iss": format!("{ISSUER}/") })),
        (ISS, json!({ "iss": null })),
        (AUD, json!({ "aud": "https://other.example" })),
        (
            AUD,
            json!({ "aud": ["https://other.example", "https://API.example"] }),
        ),
        (AUD, json!({ "aud": [] })),
        (AUD, json!({ "aud": null })),
        (EXP, json!({ "exp": now() })),
        (EXP, json!({ "exp": null })),
        ("from the future", json!({ "iat": now() + 60 })),
        ("from the future", json!({ "nbf": now() + 60 })),
        (REQUIRED, json!({ "sub": null })),
        (REQUIRED, json!({ "client_id": null })),
        (REQUIRED, json!({ "iat": null })),
        (REQUIRED, json!({ "jti": null })),
    ];
    let signed = |claims| provider.sign("at+jwt", &Provider::claims(claims));
    let claims = claims.into_iter();
    types
        .chain(claims.map(|(why, claims)| (why, signed(claims))))
        .collect()
}

/// What others made.
fn forged(provider: &Provider) -> Vec<Forgery> {
    let (own, kid) = {
        let keys = provider.answers.keys.lock().unwrap();
        let key = keys.last().unwrap();
        (key.public().json(), key.kid().to_owned())
    };
    let claims = Provider::claims(json!({}));
    let compact = |header: Value, signature: &dyn Fn(&str) -> Vec<u8>| {
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = base64url::encode(&signature(&signed));
        format!("{signed}.{signature}")
    };
    let mac = |signed: &str| {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, own.as_bytes());
        hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
    };
    let foreign = SigningKey::generate(Es256).with_kid(kid.clone());
    let theirs = |signed: &str| foreign.sign(signed.as_bytes());
    let by_theirs = |more: Value| {
        let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
        for (name, value) in more.as_object().unwrap() {
            header[name] = value.clone();
        }
        compact(header, &theirs)
    };
    let jwk: Value = serde_json::from_str(&foreign.public().json()).unwrap();
    let mut bent = provider.sign("at+jwt", &claims).into_bytes();
    let at = bent.len() - 30;
    bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
    vec![
        (TYP, compact(json!({ "alg": "ES256", "kid": kid }), &theirs)),
        (SIGNATURE, String::from_utf8(bent).unwrap()),
        (SIGNATURE, by_theirs(json!({}))),
        (
            NONE,
            compact(json!({ "alg": "none", "typ": "at+jwt" }), &|_| Vec::new()),
        ),
        (
            NONE,
            compact(json!({ "alg": "NONE", "typ": "at+jwt" }), &|_| {
                b"x".to_vec()
            }),
        ),
        (
            KEYS,
            compact(json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }), &mac),
        ),
        (
            KEYS,
            by_theirs(json!({ "jku": "https://other.example/jwks", "jwk": jwk })),
        ),
        (KEYS, by_theirs(json!({ "crit": ["b64"], "b64": false }))),
    ]
}

#[tokio::test]
async fn a_jwt_is_let_in_without_a_question() {
    let (provider, verifier, api) = scene().await;
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        for aud in [json!(API), json!(["https://other.example", API])] {
            let text = provider.sign(typ, &Provider::claims(json!({ "aud": aud })));
            assert_eq!(status(&api, &text).await, 200, "{typ} {aud}");
        }
    }
    assert_eq!((provider.asked(), verifier.status().kept), (0, 6));
    assert_eq!(provider.answers.keys_asked.load(SeqCst), 1);
    let narrow = provider.jwt(json!({ "scope": "tasks:write" }));
    assert_eq!(status(&api, &narrow).await, 403);
}

#[tokio::test]
async fn every_check_of_section_4_is_made() {
    let sentence = "in case of any failure in the validation checks listed above, the authorization server response \
                    MUST include the error code \"invalid_token\"";
    let (provider, _verifier, api) = scene().await;
    let all = [misused(&provider), forged(&provider)].concat();
    for (at, (why, text)) in all.into_iter().enumerate() {
        let response = get_with(&api, &[&format!("Bearer {text}")]).await;
        assert_eq!(response.status(), 401, "{at}: {why}");
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.contains("error=\"invalid_token\""),
            "{sentence}: {challenge}"
        );
    }
    assert_eq!(provider.asked(), 0, "none of them needs a question");
    assert_eq!(
        provider.answers.keys_asked.load(SeqCst),
        1,
        "and no key is looked for"
    );
}

#[tokio::test]
async fn only_algorithms_that_are_allowed_are_taken() {
    let (provider, verifier, api) =
        with(|settings| settings.algorithms = vec![Algorithm::EdDsa]).await;
    until(|| verifier.status().fresh).await;
    assert_eq!(status(&api, &provider.jwt(json!({}))).await, 401);
    assert_eq!(provider.asked(), 0);
}

/// An event about something called so, and the claims of a token that it ends.
type Ending = fn(&str) -> (Value, Value);

#[tokio::test]
async fn a_revoked_jwt_is_refused_within_a_second() {
    let (provider, verifier, api) = scene().await;
    let events: [Ending; 6] = [
        |name| {
            (
                json!({ "event": "token_revoked", "jti": name }),
                json!({ "jti": name }),
            )
        },
        |name| {
            (
                json!({ "event": "grant_revoked", "grant_id": name }),
                json!({ "grant_id": name }),
            )
        },
        |name| {
            (
                json!({ "event": "app_cut_off", "client_id": name }),
                json!({ "client_id": name }),
            )
        },
        |name| {
            (
                json!({ "event": "user_cut_off", "sub": name }),
                json!({ "sub": name }),
            )
        },
        |name| {
            let event = json!({ "event": "connection_changed", "sub": name, "client_id": "app" });
            (event, json!({ "sub": name }))
        },
        |name| {
            let event = json!({ "event": "organization_changed", "organization": name });
            (event, json!({ "organization": name }))
        },
    ];
    let other = provider.jwt(json!({}));
    for (at, event) in events.iter().enumerate() {
        let (event, changes) = event(&format!("x{at}"));
        // One that was shown before, and one that is shown for the first time afterwards.
        let (shown, new) = (provider.jwt(changes.clone()), provider.jwt(changes));
        assert_eq!(status(&api, &shown).await, 200, "{event}");
        provider.kill(&shown);
        provider.kill(&new);
        let (told, kept) = (Instant::now(), verifier.status().kept);
        provider.tell(event.clone());
        until(|| verifier.status().kept < kept).await;
        assert!(
            told.elapsed() < Duration::from_secs(1),
            "{:?}",
            told.elapsed()
        );
        for text in [&shown, &new] {
            assert_eq!(status(&api, text).await, 401, "{event}");
        }
        assert_eq!(status(&api, &other).await, 200);
    }
    assert_eq!(
        provider.asked(),
        12,
        "about those that something was told of, and no other"
    );
}

#[tokio::test]
async fn what_was_told_of_may_work_all_the_same() {
    let (provider, _verifier, api) = scene().await;
    let paused = provider.jwt(json!({ "sub": "eve" }));
    let before = provider.answers.feed_asked.load(SeqCst);
    provider.tell(json!({ "event": "connection_changed", "sub": "eve", "client_id": "app" }));
    until(|| provider.answers.feed_asked.load(SeqCst) > before).await;
    assert_eq!((status(&api, &paused).await, provider.asked()), (200, 1));
}

#[tokio::test]
async fn one_that_was_issued_before_the_feed_was_followed_is_asked_about() {
    let (provider, verifier, api) = scene().await;
    let earlier = provider.jwt(json!({ "iat": now() - 30 }));
    for _ in 0..3 {
        assert_eq!(status(&api, &earlier).await, 200);
    }
    assert_eq!(provider.asked(), 1, "once");
    let gone = provider.jwt(json!({ "iat": now() - 30 }));
    provider.kill(&gone);
    assert_eq!(status(&api, &gone).await, 401);
    // Something may have been missed.
    let new = provider.jwt(json!({}));
    provider.tell(json!("reset"));
    until(|| verifier.status().kept == 0).await;
    let asked = provider.asked();
    assert_eq!(
        (status(&api, &new).await, provider.asked()),
        (200, asked + 1)
    );
}

#[tokio::test]
async fn while_the_feed_is_down_every_request_is_asked_about() {
    let (provider, verifier, api) = scene().await;
    let text = provider.jwt(json!({}));
    assert_eq!((status(&api, &text).await, provider.asked()), (200, 0));
    provider.answers.feed_broken.store(true, SeqCst);
    until(|| !verifier.status().fresh).await;
    for asked in 1..4 {
        assert_eq!((status(&api, &text).await, provider.asked()), (200, asked));
    }
    provider.kill(&text);
    assert_eq!(status(&api, &text).await, 401, "at once");
}

#[tokio::test]
async fn without_a_feed_a_jwt_works_to_its_end_and_no_longer() {
    let (provider, verifier, api) = with(|settings| settings.revocations = None).await;
    let text = provider.jwt(json!({ "exp": now() + 2 }));
    provider.kill(&text);
    for _ in 0..3 {
        assert_eq!(status(&api, &text).await, 200);
    }
    assert_eq!((provider.asked(), verifier.status().kept), (0, 1));
    until_status(&api, &text, 401).await;
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn clocks_may_be_apart_by_as_much_as_is_set() {
    let (provider, _verifier, api) = with(|settings| {
        settings.revocations = None;
        settings.leeway = Duration::from_secs(10);
    })
    .await;
    for (changes, expected) in [
        (json!({ "exp": now() - 5 }), 200),
        (json!({ "exp": now() - 11 }), 401),
        (json!({ "iat": now() + 5 }), 200),
        (json!({ "iat": now() + 20 }), 401),
    ] {
        assert_eq!(
            status(&api, &provider.jwt(changes.clone())).await,
            expected,
            "{changes}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_rotated_meanwhile_breaks_nothing() {
    let (provider, _verifier, api) = scene().await;
    let before = provider.jwt(json!({}));
    assert_eq!(status(&api, &before).await, 200);
    // The set was fetched just now, so it is not fetched again for a name that anybody may have made up: the provider is asked.
    provider.rotate(EdDsa);
    let after = provider.jwt(json!({}));
    assert_eq!((status(&api, &after).await, provider.asked()), (200, 1));
    assert_eq!(provider.answers.keys_asked.load(SeqCst), 1);
    assert_eq!(status(&api, &before).await, 200);
    let made_up = SigningKey::generate(Es256);
    for _ in 0..3 {
        let claims = Provider::claims(json!({})).to_string();
        let text = jose::jws::sign(&made_up, "at+jwt", claims.as_bytes());
        assert_eq!(status(&api, &text).await, 401);
    }
    assert_eq!(provider.answers.keys_asked.load(SeqCst), 1, "once a minute");
}

#[tokio::test]
async fn while_no_key_can_be_had_the_provider_is_asked() {
    let (provider, verifier, api) = with(|_| ()).await;
    provider.answers.keys_broken.store(true, SeqCst);
    until(|| verifier.status().fresh).await;
    let text = provider.jwt(json!({}));
    assert_eq!((status(&api, &text).await, provider.asked()), (200, 1));
    let gone = provider.jwt(json!({}));
    provider.kill(&gone);
    assert_eq!(status(&api, &gone).await, 401);
}

#[tokio::test]
async fn rs256_is_among_the_algorithms() {
    let sentence = "The authorization server and resource server conforming to this specification MUST include RS256 […] \
                    among their supported signature algorithms.";
    let (provider, _verifier, api) = with(|settings| settings.revocations = None).await;
    provider.rotate(Rs256);
    assert_eq!(
        status(&api, &provider.jwt(json!({}))).await,
        200,
        "{sentence}"
    );
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn an_opaque_token_for_another_api_is_refused_too() {
    let (provider, _verifier, api) = scene().await;
    for (aud, expected) in [
        (json!(API), 200),
        (json!(["https://other.example", API]), 200),
        (json!("https://other.example"), 401),
        (json!([]), 401),
        (Value::Null, 401),
    ] {
        let token = provider.token_with(json!({ "aud": aud }));
        assert_eq!(status(&api, &token).await, expected, "{aud}");
    }
}

#[tokio::test]
async fn a_jwt_of_the_test_side_opens_an_api_that_has_a_credential_there() {
    let (provider, _verifier, without) = scene().await;
    let text = provider.jwt(json!({ "mode": "test" }));
    assert_eq!(status(&without, &text).await, 401);
    let mut settings = provider.reading();
    settings.test_credential = Some(("test_api".to_owned(), "secret".to_owned()));
    settings.revocations = None;
    let with = api(&Verifier::start(settings).unwrap(), "");
    let response = get_with(&with, &[&format!("Bearer {text}")]).await;
    let learned = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    let learned: Value = serde_json::from_slice(&learned).unwrap();
    assert_eq!(learned["mode"], "Test");
}

#[tokio::test]
async fn an_app_that_acts_for_itself_is_no_person() {
    let (provider, _verifier, _) = scene().await;
    let mut settings = provider.reading();
    settings.revocations = None;
    let api = api(&Verifier::start(settings).unwrap(), "");
    for (sub, personal) in [("app", false), ("app:app", false), ("ann", true)] {
        let text = provider.jwt(json!({ "sub": sub, "grant_id": null }));
        let response = get_with(&api, &[&format!("Bearer {text}")]).await;
        let learned = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        let learned: Value = serde_json::from_slice(&learned).unwrap();
        assert_eq!(learned["personal"], personal, "{sub}");
    }
}
