//! What is kept, for how long, and when it is trusted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod provider;

use axum::Router;
use provider::{Provider, api, get_with, now, status, until, until_status};
use serde_json::{Value, json};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use verify::Verifier;

/// A provider, and an API behind a verifier that has heard its feed.
async fn scene() -> (Provider, Verifier, Router) {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let api = api(&verifier, "");
    (provider, verifier, api)
}

#[tokio::test]
async fn an_answer_is_kept() {
    let (provider, verifier, api) = scene().await;
    let token = provider.token("");
    for _ in 0..20 {
        assert_eq!(status(&api, &token).await, 200);
    }
    assert_eq!((provider.asked(), verifier.status().kept), (1, 1));
}

#[tokio::test]
async fn an_answer_is_not_kept_longer_than_set_or_than_its_token_lives() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.keep = Duration::from_millis(150);
    let verifier = Verifier::start(settings).unwrap();
    until(|| verifier.status().fresh).await;
    let api1 = api(&verifier, "");
    let token = provider.token("");
    status(&api1, &token).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while provider.asked() < 2 {
        assert!(Instant::now() < deadline, "it is kept");
        assert_eq!(status(&api1, &token).await, 200);
    }

    let (provider, _verifier, api) = scene().await;
    let short = provider.token_with(json!({ "exp": now() + 2 }));
    assert_eq!(status(&api, &short).await, 200);
    // The provider goes on saying that it works; its end was told once.
    until_status(&api, &short, 401).await;
}

#[tokio::test]
async fn it_is_remembered_for_a_moment_that_a_token_is_dead() {
    let (provider, _verifier, api) = scene().await;
    let token = provider.token("");
    let answer = provider
        .answers
        .tokens
        .lock()
        .unwrap()
        .remove(&token)
        .unwrap();
    for _ in 0..10 {
        assert_eq!(status(&api, &token).await, 401);
    }
    assert_eq!(provider.asked(), 1);
    provider
        .answers
        .tokens
        .lock()
        .unwrap()
        .insert(token.clone(), answer);
    until_status(&api, &token, 200).await;
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn no_more_is_kept_than_set() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.max_entries = 64;
    let verifier = Verifier::start(settings).unwrap();
    until(|| verifier.status().fresh).await;
    let api = api(&verifier, "");
    for _ in 0..300 {
        status(&api, &provider.token("")).await;
    }
    let kept = verifier.status().kept;
    assert!((20..=64).contains(&kept), "{kept}");
}

#[tokio::test]
async fn an_event_drops_what_it_names_and_nothing_else() {
    let (provider, verifier, api) = scene().await;
    let one = |event: Value, changes: Value| (event, provider.token_with(changes));
    let named = [
        one(
            json!({ "event": "token_revoked", "jti": "x1" }),
            json!({ "jti": "x1" }),
        ),
        one(
            json!({ "event": "grant_revoked", "grant_id": "x2" }),
            json!({ "grant_id": "x2" }),
        ),
        one(
            json!({ "event": "app_cut_off", "client_id": "x3" }),
            json!({ "client_id": "x3" }),
        ),
        one(
            json!({ "event": "user_cut_off", "sub": "x4" }),
            json!({ "sub": "x4" }),
        ),
    ];
    let other = provider.token("");
    for token in named.iter().map(|(_, token)| token).chain([&other]) {
        assert_eq!(status(&api, token).await, 200);
    }
    assert_eq!((provider.asked(), verifier.status().kept), (5, 5));
    for (at, (event, token)) in named.iter().enumerate() {
        provider.kill(token);
        let told = Instant::now();
        provider.tell(event.clone());
        until(|| verifier.status().kept == 4 - at).await;
        assert!(
            told.elapsed() < Duration::from_millis(500),
            "{:?}",
            told.elapsed()
        );
        assert_eq!(status(&api, token).await, 401, "{event}");
        assert_eq!(status(&api, &other).await, 200);
    }
    assert_eq!(provider.asked(), 9, "the other was not asked about again");
}

#[tokio::test]
async fn a_reset_drops_everything_and_so_does_an_unknown_event() {
    let (provider, verifier, api) = scene().await;
    for event in [
        json!("reset"),
        json!({ "event": "moon_fell_down", "moon": 1 }),
    ] {
        let token = provider.token("");
        assert_eq!(status(&api, &token).await, 200);
        provider.kill(&token);
        provider.tell(event);
        until(|| verifier.status().kept == 0).await;
        assert_eq!(status(&api, &token).await, 401);
    }
}

#[tokio::test]
async fn while_the_feed_is_down_every_request_is_asked_about() {
    let (provider, verifier, api) = scene().await;
    let token = provider.token("");
    status(&api, &token).await;
    provider.answers.feed_broken.store(true, SeqCst);
    provider.tell(json!({ "event": "token_revoked", "jti": "another" }));
    until(|| !verifier.status().fresh).await;
    for _ in 0..3 {
        assert_eq!(status(&api, &token).await, 200);
    }
    assert_eq!(provider.asked(), 4);
    provider.kill(&token);
    assert_eq!(status(&api, &token).await, 401, "at once");
    let fault = verifier.status().fault.unwrap().to_string();
    assert!(fault.contains("/revocations answered 503"), "{fault}");
}

#[tokio::test]
async fn what_was_missed_while_the_feed_was_down_is_made_up_for() {
    let (provider, verifier, api) = scene().await;
    let (gone, stays) = (provider.token(""), provider.token(""));
    for token in [&gone, &stays] {
        status(&api, token).await;
    }
    provider.answers.feed_broken.store(true, SeqCst);
    until(|| !verifier.status().fresh).await;
    let jti = provider.member(&gone, "jti");
    provider.kill(&gone);
    provider.tell(json!({ "event": "token_revoked", "jti": jti }));
    provider.answers.feed_broken.store(false, SeqCst);
    until(|| verifier.status().fresh).await;
    assert!(verifier.status().fault.is_none());
    assert_eq!(status(&api, &gone).await, 401);
    let asked = provider.asked();
    assert_eq!(
        (status(&api, &stays).await, provider.asked()),
        (200, asked),
        "kept through it"
    );
}

#[tokio::test]
async fn a_feed_that_falls_silent_is_trusted_no_longer_than_a_second() {
    let (provider, verifier, api) = scene().await;
    let token = provider.token("");
    status(&api, &token).await;
    provider.answers.feed_silent.store(true, SeqCst);
    let silent = Instant::now();
    until(|| !verifier.status().fresh).await;
    assert!(
        silent.elapsed() < Duration::from_secs(1),
        "{:?}",
        silent.elapsed()
    );
    provider.kill(&token);
    assert_eq!(status(&api, &token).await, 401);
}

#[tokio::test]
async fn the_feed_is_heard_about_three_times_a_second() {
    let (provider, verifier, _) = scene().await;
    let before = provider.answers.feed_asked.load(SeqCst);
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        assert!(verifier.status().fresh, "it never falls behind");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let turns = provider.answers.feed_asked.load(SeqCst) - before;
    assert!((4..=8).contains(&turns), "{turns} in two seconds");
}

#[tokio::test]
async fn without_a_feed_nothing_is_kept() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.revocations = None;
    let verifier = Verifier::start(settings).unwrap();
    let api = api(&verifier, "");
    let token = provider.token("");
    for _ in 0..3 {
        assert_eq!(status(&api, &token).await, 200);
    }
    assert_eq!((provider.asked(), verifier.status().kept), (3, 0));
}

#[tokio::test]
async fn an_answer_that_the_feed_could_not_take_back_is_not_kept() {
    let (provider, verifier, api) = scene().await;
    for missing in ["jti", "grant_id"] {
        let token = provider.token_with(json!({ missing: null }));
        assert_eq!(status(&api, &token).await, 200);
        assert_eq!(verifier.status().kept, 0, "{missing}");
    }
}

#[tokio::test]
async fn an_answer_that_an_event_overtakes_is_not_kept() {
    let (provider, verifier, api) = scene().await;
    let token = provider.token("");
    let jti = provider.member(&token, "jti");
    *provider.answers.slow.lock().unwrap() = Duration::from_millis(400);
    let asking = tokio::spawn({
        let (api, token) = (api.clone(), token.clone());
        async move { status(&api, &token).await }
    });
    // The provider has decided that the token works; its answer is on the way while the token is revoked.
    until(|| provider.asked() == 1).await;
    provider.kill(&token);
    let before = provider.answers.feed_asked.load(SeqCst);
    provider.tell(json!({ "event": "token_revoked", "jti": jti }));
    until(|| provider.answers.feed_asked.load(SeqCst) > before).await;
    assert_eq!(asking.await.unwrap(), 200, "it was decided before");
    assert_eq!(verifier.status().kept, 0);
    *provider.answers.slow.lock().unwrap() = Duration::ZERO;
    assert_eq!(status(&api, &token).await, 401);
}

#[tokio::test]
async fn requests_with_one_token_share_a_question() {
    let (provider, _verifier, api) = scene().await;
    *provider.answers.slow.lock().unwrap() = Duration::from_millis(100);
    let token = provider.token("");
    assert_eq!(at_once(&api, &token, 50).await, [200; 50]);
    assert_eq!(provider.asked(), 1);
    let dead = wire::TokenText::new("at_", 9, &[1; 32]);
    assert_eq!(at_once(&api, dead.as_str(), 50).await, [401; 50]);
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn while_the_feed_is_down_they_share_a_question_asked_after_they_came() {
    let (provider, verifier, api) = scene().await;
    provider.answers.feed_broken.store(true, SeqCst);
    until(|| !verifier.status().fresh).await;
    *provider.answers.slow.lock().unwrap() = Duration::from_millis(300);
    let token = provider.token("");
    let first = tokio::spawn({
        let (api, token) = (api.clone(), token.clone());
        async move { status(&api, &token).await }
    });
    until(|| provider.asked() == 1).await;
    provider.kill(&token);
    // These come after the token died: the answer under way is not for them.
    assert_eq!(at_once(&api, &token, 20).await, [401; 20]);
    assert_eq!(first.await.unwrap(), 200);
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_the_others_their_answer() {
    let (provider, _verifier, api) = scene().await;
    *provider.answers.slow.lock().unwrap() = Duration::from_millis(200);
    let token = provider.token("");
    let ask = || {
        tokio::spawn({
            let (api, token) = (api.clone(), token.clone());
            async move { status(&api, &token).await }
        })
    };
    let given_up = ask();
    until(|| provider.asked() == 1).await;
    let stays = ask();
    // That it waits for the same answer cannot be seen from here.
    tokio::time::sleep(Duration::from_millis(20)).await;
    given_up.abort();
    assert_eq!((stays.await.unwrap(), provider.asked()), (200, 1));
}

#[tokio::test]
async fn nobody_is_let_in_while_the_provider_is_down() {
    let (provider, verifier, api) = scene().await;
    let (kept, new) = (provider.token(""), provider.token(""));
    assert_eq!(status(&api, &kept).await, 200);
    provider.stop();
    until(|| !verifier.status().fresh).await;
    for token in [&kept, &new] {
        let response = get_with(&api, &[&format!("Bearer {token}")]).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
        assert!(response.headers().get("www-authenticate").is_none());
    }
    assert!(verifier.status().fault.is_some());
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_named() {
    let mut settings = verify::Settings::new("http://127.0.0.1:9/introspect", "api", "secret");
    settings.revocations = Some("http://127.0.0.1:9/revocations".to_owned());
    let verifier = Verifier::start(settings).unwrap();
    let token = wire::TokenText::new("at_", 9, &[1; 32]);
    assert_eq!(status(&api(&verifier, ""), token.as_str()).await, 503);
    let fault = verifier.status().fault.unwrap().to_string();
    assert!(
        fault.starts_with("http://127.0.0.1:9/introspect cannot be reached"),
        "{fault}"
    );
    assert!(!fault.contains("secret") && !fault.contains(token.as_str()));
}

#[tokio::test]
async fn wrong_credentials_let_nobody_in_and_say_what_to_do() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    (settings.client_secret, settings.revocations) = ("wrong".to_owned(), None);
    let verifier = Verifier::start(settings).unwrap();
    assert_eq!(status(&api(&verifier, ""), &provider.token("")).await, 503);
    let fault = verifier.status().fault.unwrap().to_string();
    assert!(fault.contains("resource server"), "{fault}");
}

/// The statuses of `count` requests made at the same moment.
async fn at_once(api: &Router, token: &str, count: usize) -> Vec<u16> {
    let ask = |_| {
        let (api, token) = (api.clone(), token.to_owned());
        tokio::spawn(async move { status(&api, &token).await })
    };
    let all: Vec<_> = (0..count).map(ask).collect();
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap());
    }
    statuses
}
