//! A provider, a browser or somebody between that does what it must not.
use super::provider::{Bend, Elsewhere, http};
use super::{acme, assert_nobody, leave, people, sign_in, with};
use crate::support::assertions::{Signer, now};
use acceptance::Request;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::{Duration, Instant};

/// OpenID Connect Core §3.1.3.7, one by one, from the outside.
#[test]
fn an_id_token_that_is_wrong_in_one_way_signs_nobody_in() {
    let (elsewhere, scene) = acme();
    let bends: [(&str, Bend); 14] = [
        ("iss", |_, claims| {
            claims["iss"] = "https://other.example".into()
        }),
        ("aud", |_, claims| claims["aud"] = "another".into()),
        ("aud besides", |_, claims| {
            claims["aud"] = json!(["us", "another"])
        }),
        ("azp", |_, claims| claims["azp"] = "another".into()),
        ("exp", |_, claims| claims["exp"] = (now() - 120).into()),
        ("no exp", |_, claims| {
            claims["exp"] = serde_json::Value::Null
        }),
        ("iat", |_, claims| claims["iat"] = (now() - 3_600).into()),
        ("iat ahead", |_, claims| {
            claims["iat"] = (now() + 600).into()
        }),
        ("nonce", |_, claims| claims["nonce"] = "another".into()),
        ("no nonce", |_, claims| {
            claims["nonce"] = serde_json::Value::Null
        }),
        ("at_hash", |_, claims| {
            claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("sub", |_, claims| claims["sub"] = "".into()),
        ("typ", |header, _| header["typ"] = "at+jwt".into()),
        ("kid", |header, _| header["kid"] = "another".into()),
    ];
    for (what, bend) in bends {
        elsewhere.ways().bend = Some(bend);
        let mut browser = scene.provider.browser();
        let page = sign_in(&elsewhere, &mut browser, "acme");
        assert!((400..500).contains(&page.status), "{what}: {page}");
        assert_nobody(&page, &mut browser);
    }
    elsewhere.ways().bend = None;
    sign_in(&elsewhere, &mut scene.provider.browser(), "acme").expect(200);
}

#[test]
fn neither_an_unsigned_token_nor_one_by_a_public_key_counts() {
    let (elsewhere, scene) = acme();
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let mut browser = scene.provider.browser();
    for alg in ["none", "HS256"] {
        let away = leave(&mut browser, "acme");
        let header = json!({ "alg": alg, "kid": "first", "typ": "JWT" });
        let claims = json!({ "iss": elsewhere.issuer(), "sub": "admin", "aud": "us", "iat": now(), "exp": now() + 60, "nonce": away.param("nonce") });
        let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
        let key = elsewhere.ways().keys.to_string();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()));
        let tag = if alg == "none" { String::new() } else { tag };
        elsewhere.ways().id_token = Some(format!("{signed}.{tag}"));
        let page = browser.open(&elsewhere.sign_in(&away));
        assert_nobody(&page, &mut browser);
    }
    // Another key than any that it publishes.
    elsewhere.ways().id_token = None;
    elsewhere.ways().signer = Signer::new("first");
    let page = sign_in(&elsewhere, &mut browser, "acme");
    assert_nobody(&page, &mut browser);
    assert_eq!(people(&scene).len(), 2);
}

/// Login CSRF, and codes that are put into another's way back.
#[test]
fn what_was_begun_in_another_browser_ends_there() {
    let (elsewhere, scene) = acme();
    let (mut attacker, mut victim) = (scene.provider.browser(), scene.provider.browser());
    let back = elsewhere.sign_in(&leave(&mut attacker, "acme"));
    let page = victim.open(&back);
    assert_nobody(&page, &mut victim);
    // Nor in one that was sent there itself.
    let own = leave(&mut victim, "acme");
    let page = victim.open(&back);
    assert_nobody(&page, &mut victim);
    // The attacker's code with the victim's state: the verifier is another.
    let code = back
        .split("code=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .expect("a code");
    let state = acceptance::encode(own.param("state").expect("a state"));
    let iss = acceptance::encode(&elsewhere.issuer());
    let mixed = format!("/sign-in/with/acme/return?code={code}&state={state}&iss={iss}");
    let page = victim.open(&mixed);
    assert_nobody(&page, &mut victim);
}

#[test]
fn a_return_counts_once_and_a_head_not_at_all() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    let back = elsewhere.sign_in(&leave(&mut browser, "acme"));
    let head = browser.send(Request::new("HEAD", &back));
    assert!(
        head.status >= 400 && head.header("Set-Cookie").is_none(),
        "{head}"
    );
    browser.open(&back).expect(200);
    browser.sign_out();
    let page = browser.open(&back);
    assert!(page.text().contains("used already"), "{page}");
    assert_nobody(&page, &mut browser);
    let calls = elsewhere
        .ways()
        .asked
        .iter()
        .filter(|(path, ..)| path == "/token")
        .count();
    assert_eq!(calls, 1, "the code was not even shown again");
}

#[test]
fn a_state_that_is_forged_or_missing_is_nothing() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    let back = elsewhere.sign_in(&leave(&mut browser, "acme"));
    let state = back
        .split("state=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .expect("a state");
    let bent = match state.ends_with('A') {
        true => format!("{}B", &state[..state.len() - 1]),
        false => format!("{}A", &state[..state.len() - 1]),
    };
    for target in [
        back.replace(state, &bent),
        back.replace(state, ""),
        back.replace("code=", "c="),
        format!("{back}&code=another"),
        format!("{back}&iss=x"),
        "/sign-in/with/acme/return".to_owned(),
        back.replace("/acme/", "/nobody/"),
    ] {
        let page = browser.open(&target);
        assert_nobody(&page, &mut browser);
    }
}

/// RFC 9207 §2.4: "clients MUST reject" an answer of another issuer, and one without where it was announced.
#[test]
fn an_answer_of_another_provider_is_not_taken() {
    let (one, other) = (Elsewhere::start(), Elsewhere::start());
    let scene = with(&format!(
        "{}{}",
        one.table("one", ""),
        other.table("two", "")
    ));
    let mut browser = scene.provider.browser();
    let (issuer, others) = (
        acceptance::encode(&one.issuer()),
        acceptance::encode(&other.issuer()),
    );
    let back = one.sign_in(&leave(&mut browser, "one"));
    for mixed in [
        back.replace(&issuer, &others),
        back.replace(&format!("&iss={issuer}"), ""),
        back.replace("/one/", "/two/"),
        back.replace("/one/", "/two/").replace(&issuer, &others),
    ] {
        assert_ne!(mixed, back);
        let page = browser.open(&mixed);
        assert_nobody(&page, &mut browser);
    }
    assert!(other.ways().asked.iter().all(|(path, ..)| path != "/token"));
    browser.open(&back).expect(200);
}

#[test]
fn metadata_of_another_issuer_send_nobody_away() {
    let (elsewhere, scene) = acme();
    elsewhere.ways().metadata = json!({ "issuer": "https://other.example" });
    let page = scene.provider.browser().get("/sign-in/with/acme");
    assert_eq!(page.status, 400, "{page}");
}

#[test]
fn keys_that_turn_while_somebody_is_there_are_fetched_again_and_not_without_end() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    sign_in(&elsewhere, &mut browser, "acme").expect(200);
    let away = leave(&mut browser, "acme");
    let next = Signer::new("second");
    elsewhere.ways().keys = next.set();
    elsewhere.ways().signer = next;
    browser.open(&elsewhere.sign_in(&away)).expect(200);
    let fetched = |elsewhere: &Elsewhere| {
        elsewhere
            .ways()
            .asked
            .iter()
            .filter(|(path, ..)| path == "/jwks")
            .count()
    };
    assert_eq!(fetched(&elsewhere), 2);
    elsewhere.ways().signer = Signer::new("third");
    for _ in 0..3 {
        let mut browser = scene.provider.browser();
        let page = sign_in(&elsewhere, &mut browser, "acme");
        assert_nobody(&page, &mut browser);
    }
    assert_eq!(fetched(&elsewhere), 2, "once a minute");
}

#[test]
fn a_provider_that_is_silent_ends_in_a_page_that_offers_to_try_again() {
    let (elsewhere, scene) = acme();
    elsewhere
        .ways()
        .answers
        .insert("/.well-known/openid-configuration", String::new());
    let mut browser = scene.provider.browser();
    let began = Instant::now();
    let page = browser.get("/sign-in/with/acme");
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(page.status, 503, "{page}");
    assert!(
        page.text().contains("/sign-in/with/acme") && page.text().contains("does not answer"),
        "{page}"
    );
    // For a few seconds nobody waits for it.
    let began = Instant::now();
    browser.get("/sign-in/with/acme").expect(503);
    assert!(began.elapsed() < Duration::from_secs(3));
}

/// Silence of each of the others: each has its bound, and no one may take as long as all of them.
#[test]
fn whatever_of_a_provider_is_silent_the_page_comes_soon() {
    let waits = |path: &'static str, seconds: u64| {
        let (elsewhere, scene) = acme();
        let mut browser = scene.provider.browser();
        // Its document is at hand, so that one thing alone is silent.
        let away = leave(&mut browser, "acme");
        elsewhere.ways().answers.insert(path, String::new());
        let began = Instant::now();
        let page = browser.open(&elsewhere.sign_in(&away));
        let took = began.elapsed();
        assert!(took < Duration::from_secs(seconds), "{path}: {took:?}");
        assert_eq!(page.status, 503, "{path}: {page}");
        assert!(page.text().contains("does not answer"), "{path}: {page}");
        assert_eq!(browser.get("/account").status, 303, "{path}");
        // Nothing is lost: it is begun again, and answers.
        elsewhere.ways().answers.remove(path);
        if path != "/jwks" {
            sign_in(&elsewhere, &mut browser, "acme").expect(200);
        }
    };
    std::thread::scope(|scope| {
        for (path, seconds) in [("/token", 20), ("/jwks", 15), ("/userinfo", 15)] {
            scope.spawn(move || waits(path, seconds));
        }
    });
}

#[test]
fn a_provider_that_fails_is_away_and_not_wrong() {
    for path in ["/token", "/userinfo"] {
        let (elsewhere, scene) = acme();
        elsewhere
            .ways()
            .answers
            .insert(path, http(503, "text/plain", "no"));
        let mut browser = scene.provider.browser();
        let page = sign_in(&elsewhere, &mut browser, "acme");
        assert_eq!(page.status, 503, "{path}: {page}");
        assert!(page.text().contains("does not answer"), "{path}: {page}");
        assert_eq!(browser.get("/account").status, 303, "{path}");
    }
}

#[test]
fn userinfo_of_somebody_else_or_none_signs_nobody_in() {
    for answer in [
        http(200, "text/html", "<html></html>"),
        http(
            200,
            "application/json",
            "{\"sub\":\"another\",\"email\":\"ada@acme.example\",\"email_verified\":true}",
        ),
        http(
            200,
            "application/json",
            &format!("{{\"sub\":\"u-1815\",\"x\":\"{}\"}}", "x".repeat(100_000)),
        ),
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
            .to_owned(),
    ] {
        let (elsewhere, scene) = acme();
        elsewhere.ways().answers.insert("/userinfo", answer);
        let mut browser = scene.provider.browser();
        let page = sign_in(&elsewhere, &mut browser, "acme");
        assert_nobody(&page, &mut browser);
    }
}

#[test]
fn who_is_refused_there_may_try_again() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    let departed = leave(&mut browser, "acme");
    let state = acceptance::encode(departed.param("state").expect("a state"));
    let iss = acceptance::encode(&elsewhere.issuer());
    for error in ["access_denied", "server_error", "%3Cscript%3E"] {
        let target = format!("/sign-in/with/acme/return?error={error}&state={state}&iss={iss}");
        let page = browser.open(&target);
        assert!(
            page.text().contains("/sign-in") && !page.text().contains("<script>alert"),
            "{page}"
        );
        assert_nobody(&page, &mut browser);
    }
}
