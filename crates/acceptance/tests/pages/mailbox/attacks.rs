//! What strangers try: a link to a host of theirs, and an app that wants an address which nobody proved.
use super::{EVE, Post};
use crate::support::{ANN, PASSWORD, PLAIN, form_to};
use acceptance::{AppSpec, Browser, Form, Request, Setup};

const EVIL: &str = "evil.example";

/// Posts a form with every header that might say under which host we are, and may be forged.
fn post_forged(browser: &mut Browser, form: &Form, typed: &[(&str, &str)]) -> u16 {
    let filled = form.filled(typed);
    let fields: Vec<_> = filled
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = Request::post(&form.action)
        .form(&fields)
        .header("Sec-Fetch-Site", "same-origin")
        .header("X-Forwarded-Host", EVIL)
        .header("X-Forwarded-Server", EVIL)
        .header("X-Forwarded-Proto", "http")
        .header("X-Forwarded-Port", "81")
        .header("X-Original-Host", EVIL)
        .header("X-Original-URL", "http://evil.example/recover")
        .header("Forwarded", "host=evil.example;proto=http");
    browser.send(request).status
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_host_that_a_request_names_is_in_a_link_of_a_mail() {
    let post = Post::start("");
    let mut browser = post.browser();
    for path in ["/sign-up", "/recover"] {
        let form = form_to(&browser.open(path), path);
        assert_eq!(post_forged(&mut browser, &form, &[("email", EVE)]), 303);
    }
    // The sign-in itself sends one, of a new device.
    let form = form_to(&browser.open("/sign-in"), "/sign-in");
    let typed = [("email", ANN), ("password", PASSWORD)];
    assert_eq!(post_forged(&mut browser, &form, &typed), 303);
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [
        ("new-email", "zoe@example.com"),
        ("email-password", PASSWORD),
    ];
    assert_eq!(post_forged(&mut browser, &form, &typed), 303);
    // A request that names another host in its only place for one.
    let form = form_to(&post.browser().open("/recover"), "/recover");
    let mut body = format!("nonce={}&email=", form.value("nonce").unwrap_or_default());
    body.push_str("max%40example.com");
    let raw = format!(
        "POST /recover HTTP/1.1\r\nHost: {EVIL}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let reply = post.scene.api().send_raw(raw.as_bytes());
    assert!(!reply.text().contains(EVIL), "{reply}");
    post.mail(EVE, 2);
    post.mail(ANN, 1);
    post.mail("zoe@example.com", 1);
    let own = format!("{}/", post.scene.provider.issuer());
    for mail in post.server.taken() {
        assert!(!mail.0.to_string().contains("evil"), "{mail:?}");
        let text = mail.0["text"].as_str().unwrap_or_default();
        let mut links = text.split_whitespace().filter(|word| word.contains("://"));
        assert!(links.all(|link| link.starts_with(&own)), "{text}");
    }
}

const EVERYTHING: &str = "[paths]\napp = [\"/oauth2/app\"]\n\
    [grants]\nclient_credentials = true\n\
    [token]\nextras = { mail = \"user.email\", info = { mail = \"user.email\", name = \"user.name\" } }\n\
    [scopes.\"app:write\"]\nsentence = \"Change its own registration\"\n";

/// All that an app and an API can ask about a person who allowed the app something.
fn told(post: &Post) -> Vec<(&'static str, String)> {
    let scene = &post.scene;
    let app = scene.app(&AppSpec {
        owner: EVE,
        redirect_uris: &["https://app.example/callback"],
        grants: &["authorization_code", "refresh_token", "client_credentials"],
        scopes: &["tasks:read", "app:write"],
        ..AppSpec::default()
    });
    let api = scene.resource_server();
    let mut browser = scene.provider.browser_of(EVE, PASSWORD);
    let redirect = browser.authorize(&scene.question(&app, &[("scope", "tasks:read")]));
    let code = scene.redeem(&app, &redirect.code(), &[]).expect(200);
    let (access, refresh) = (code.member("access_token"), code.member("refresh_token"));
    let refreshed = scene.refresh(&app, &refresh).expect(200);
    let info = scene.endpoint("token_info_endpoint");
    let fields = [("grant_type", "client_credentials"), ("scope", "app:write")];
    let own = scene.api().post_form_as(&scene.token(), &app, &fields);
    let own_token = own.expect(200).member("access_token");
    let latest = refreshed.member("refresh_token");
    let feed = scene.endpoint("revocations_endpoint");
    let feed = Request::get(&feed).basic(&api.client_id, &api.client_secret);
    vec![
        ("the code's answer", code.text()),
        ("the refresh's", refreshed.text()),
        (
            "token info",
            scene.api().get_bearer(&info, &access).expect(200).text(),
        ),
        ("introspection", scene.introspect(&api, &access).to_string()),
        (
            "its own introspection",
            scene.introspect(&app, &latest).to_string(),
        ),
        (
            "its registration",
            scene
                .api()
                .get_bearer("/oauth2/app", &own_token)
                .expect(200)
                .text(),
        ),
        ("the feed", scene.api().send(&feed).text()),
        ("the revocation", scene.revoke(&app, &access).text()),
        ("the metadata", scene.metadata.to_string()),
    ]
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_endpoint_tells_an_app_an_address_that_nobody_proved() {
    let post = Post::of(Setup::toml(PLAIN).with(EVERYTHING));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, PASSWORD).expect("write it");
    let file = file.display().to_string();
    let mut made = vec!["user", "create", "--email", EVE, "--name", "Eve"];
    made.extend(["--unverified", "--password-file", &file]);
    post.scene.cli(&made);
    for (what, text) in told(&post) {
        assert!(!text.contains("eve@"), "{what}: {text}");
    }
    // Once it is proved, those tell it that the configuration names, so there is something to see.
    post.scene.cli(&["user", "verify", EVE]);
    let telling: Vec<_> = told(&post)
        .into_iter()
        .filter(|(_, text)| text.contains("eve@"))
        .map(|(what, _)| what)
        .collect();
    assert!(telling.contains(&"the code's answer"), "{telling:?}");
}
