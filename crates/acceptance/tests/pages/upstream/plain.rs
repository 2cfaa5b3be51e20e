//! Plain OAuth providers, as GitHub is: a user endpoint, ids that are numbers, addresses listed elsewhere.
use super::provider::{Elsewhere, http};
use super::{assert_nobody, leave, people, sign_in, with};
use serde_json::json;

fn hub(more: &str) -> (Elsewhere, crate::support::Scene) {
    let elsewhere = Elsewhere::start();
    elsewhere.ways().user = json!({ "id": 1815, "login": "ada", "name": null, "email": null });
    let scene = with(&elsewhere.hub(more));
    (elsewhere, scene)
}

#[test]
fn who_holds_the_token_signs_in() {
    let (elsewhere, scene) = hub("claims = { name = \"login\" }");
    let mut browser = scene.provider.browser();
    let away = leave(&mut browser, "hub");
    assert!(away.param("nonce").is_none() && away.param("prompt").is_none());
    let page = browser.open(&elsewhere.sign_in(&away)).expect(200);
    assert!(page.text().contains("<bdi>ada</bdi>"), "{page}");
    // The name is another, the number the same: the same person.
    elsewhere.ways().user["login"] = "countess".into();
    sign_in(&elsewhere, &mut scene.provider.browser(), "hub").expect(200);
    assert_eq!(people(&scene).len(), 3);
    elsewhere.ways().user["id"] = 1816.into();
    sign_in(&elsewhere, &mut scene.provider.browser(), "hub").expect(200);
    assert_eq!(people(&scene).len(), 4);
    // The secret went in the form, as such a provider takes it.
    let ways = elsewhere.ways();
    let (_, head, body) = ways
        .asked
        .iter()
        .find(|(path, ..)| path == "/token")
        .expect("a call");
    assert!(body.contains("client_secret=shh+%26+more"), "{body}");
    assert!(!head.contains("Basic"), "{head}");
}

#[test]
fn an_address_counts_where_the_list_says_that_it_is_proved() {
    let elsewhere = Elsewhere::start();
    elsewhere.ways().user = json!({ "id": 1, "name": "Ada", "email": "shown@hub.example" });
    let scene = with(&elsewhere.hub(&format!(
        "emails_endpoint = \"{}/emails\"",
        elsewhere.issuer()
    )));
    let list = |verified: bool| {
        json!([
            { "email": "other@hub.example", "primary": false, "verified": true },
            { "email": "ada@hub.example", "primary": true, "verified": verified },
        ])
        .to_string()
    };
    let says = |verified| {
        let answer = http(200, "application/json", &list(verified));
        elsewhere.ways().answers.insert("/emails", answer);
        sign_in(&elsewhere, &mut scene.provider.browser(), "hub").expect(200);
        people(&scene)
            .into_iter()
            .find(|user| user["name"] == "Ada")
            .expect("Ada")
    };
    let ada = says(false);
    assert_eq!(
        (&ada["email"], &ada["email_verified"]),
        (&json!("shown@hub.example"), &json!(false)),
        "{ada}"
    );
    let ada = says(true);
    assert_eq!(
        (&ada["email"], &ada["email_verified"]),
        (&json!("ada@hub.example"), &json!(true)),
        "{ada}"
    );
}

#[test]
fn what_is_no_answer_signs_nobody_in() {
    let html = http(200, "text/html", "<html>Sign in</html>");
    let error = http(
        200,
        "application/json",
        "{\"error\":\"bad_verification_code\"}",
    );
    let huge = http(
        200,
        "application/json",
        &format!("{{\"id\":1,\"x\":\"{}\"}}", "x".repeat(100_000)),
    );
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
            .to_owned();
    let nobody = http(200, "application/json", "{\"id\":null,\"login\":\"ada\"}");
    for (path, answer) in [
        ("/user", html.clone()),
        ("/user", huge),
        ("/user", redirect.clone()),
        ("/user", nobody),
        ("/user", http(401, "application/json", "{\"id\":1}")),
        ("/token", html),
        ("/token", error),
        ("/token", redirect),
    ] {
        let (elsewhere, scene) = hub("");
        elsewhere.ways().answers.insert(path, answer.clone());
        let mut browser = scene.provider.browser();
        let page = sign_in(&elsewhere, &mut browser, "hub");
        assert_nobody(&page, &mut browser);
        assert_eq!(people(&scene).len(), 2, "{answer}");
    }
}
