//! What strangers try: a link to a host of theirs, a link of theirs in somebody else's browser, and an app that wants an
//! address which nobody proved.
use super::{EVE, NEW, Post, is_signed_in};
use crate::device::{Codes, GRANT, answer, television, type_code};
use crate::support::{ANN, OWNER, PASSWORD, PLAIN, assert_page, form_to};
use acceptance::{App, AppSpec, Browser, Form, Json, Request, Setup};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

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

/// A provider with Eve, whose address nobody proved.
fn unproved(changes: &str) -> Post {
    let post = Post::of(Setup::toml(PLAIN).with(changes));
    let file = post.scene.provider.secret_file(PASSWORD);
    let mut made = vec!["user", "create", "--email", EVE, "--name", "Eve"];
    made.extend(["--unverified", "--password-file", &file]);
    post.scene.cli(&made);
    post
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_endpoint_tells_an_app_an_address_that_nobody_proved() {
    let post = unproved(EVERYTHING);
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

const OPENID: &str = "[openid]\nenabled = true\nclaims = { preferred_username = \"email\" }\n\
    [signing]\nalgorithms = [\"ES256\"]\n[grants]\ndevice_code = true\n\
    [scopes.email]\nsentence = \"See your e-mail address\"\npersonal = true\n\
    [scopes.profile]\nsentence = \"See your name\"\npersonal = true\n\
    [[api]]\nidentifier = \"https://tasks.example\"\nscopes = [\"tasks:read\"]\ntoken = \"jwt\"\n";
const WANTED: &str = "openid email profile";

/// What a token says that says something by itself.
#[track_caller]
fn opened(token: &str) -> String {
    let part = token.split('.').nth(1).unwrap_or_default();
    let said = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let said = String::from_utf8(said).expect("text");
    assert!(said.contains("\"sub\""), "{said}");
    said
}

/// What our own API tells a program that Eve let in.
fn told_by_our_api(post: &Post, eve: &mut Browser) -> Vec<(&'static str, String)> {
    let api = post.scene.api();
    let ours = App {
        client_id: "valetkey-cli".to_owned(),
        client_secret: String::new(),
        json: Json::Null,
    };
    let codes = api.post_form_as("/valetkey/device", &ours, &[]).expect(200);
    let page = type_code(eve, &codes.member("user_code")).expect(200);
    answer(eve, &page, "allow").expect(200);
    let code = codes.member("device_code");
    let fields = [("grant_type", GRANT), ("device_code", &code)];
    let tokens = api
        .post_form_as(&post.scene.token(), &ours, &fields)
        .expect(200);
    let told = [
        "/valetkey/apps",
        "/valetkey/organizations",
        "/valetkey/transfers",
    ]
    .map(|path| {
        let reply = api.get_bearer(path, &tokens.member("access_token"));
        (path, reply.expect(200).text())
    });
    [&told[..], &[("its tokens", tokens.text())]].concat()
}

/// What OpenID Connect, a JWT, a device and our own API tell of Eve.
fn told_by_openid(post: &Post) -> Vec<(&'static str, String)> {
    let scene = &post.scene;
    let app = scene.confidential("https://app.example/callback");
    let mut eve = scene.provider.browser_of(EVE, PASSWORD);
    let walk = |eve: &mut Browser, scope| {
        let redirect = eve.authorize(&scene.question(&app, &[("scope", scope)]));
        scene.redeem(&app, &redirect.code(), &[]).expect(200)
    };
    let openid = walk(&mut eve, WANTED);
    let access = openid.member("access_token");
    let info = scene.endpoint("userinfo_endpoint");
    let info = scene.api().get_bearer(&info, &access).expect(200);
    let jwt = walk(&mut eve, "tasks:read").member("access_token");
    let television = television(scene);
    let codes = Codes::ask(scene, &television, &[("scope", WANTED)]);
    let page = type_code(&mut eve, codes.text("user_code")).expect(200);
    answer(&mut eve, &page, "allow").expect(200);
    let device = codes.poll(scene, &television).expect(200);
    let token = device.member("access_token");
    let of_device = scene.endpoint("userinfo_endpoint");
    let of_device = scene.api().get_bearer(&of_device, &token).expect(200);
    let mut told = vec![
        ("the answer", openid.text()),
        ("the ID token", opened(&openid.member("id_token"))),
        ("userinfo", info.text()),
        ("the JWT", opened(&jwt)),
        (
            "the JWT's introspection",
            scene.introspect(&app, &jwt).to_string(),
        ),
        ("the device's answer", device.text()),
        ("the device's ID token", opened(&device.member("id_token"))),
        ("the device's userinfo", of_device.text()),
    ];
    told.extend(told_by_our_api(post, &mut eve));
    told
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn nor_do_openid_a_jwt_a_device_or_our_own_api() {
    let post = unproved(OPENID);
    for (what, text) in told_by_openid(&post) {
        assert!(!text.contains("eve@"), "{what}: {text}");
    }
    post.scene.cli(&["user", "verify", EVE]);
    let telling: Vec<_> = told_by_openid(&post)
        .into_iter()
        .filter(|(_, text)| text.contains("eve@"))
        .map(|(what, _)| what)
        .collect();
    assert_eq!(telling, ["userinfo", "the device's userinfo"]);
}

/// Login CSRF: a stranger has a link to an account of their own, and wants somebody else's browser to post its form, with
/// the stranger's nonce and even with the stranger's cookie.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_form_of_a_link_is_posted_by_nobody_for_somebody_else() {
    let post = Post::start("");
    let mut stranger = post.browser();
    stranger.sign_in(OWNER, PASSWORD);
    let notice = post.mail(OWNER, 1).link();
    stranger = post.browser();
    post.ask(&mut stranger, "/sign-up", EVE).expect(303);
    post.ask(&mut stranger, "/recover", OWNER).expect(303);
    for (link, action, done) in [
        (post.mail(EVE, 1).link(), "/link/join", 303),
        (notice, "/link/confirm", 200),
        (post.mail(OWNER, 2).link(), "/link/password", 303),
    ] {
        let form = form_to(&stranger.open(&link).expect(200), action);
        let typed = [("name", "Eve"), ("password", NEW)];
        let mut victim = post.browser();
        victim.open("/sign-in");
        // With the stranger's nonce alone.
        assert_page(&victim.submit(&form, &typed), 400);
        assert!(!is_signed_in(&mut victim), "{action}");
        // With the cookie too, which a sibling of our host might plant.
        victim.cookies = stranger.cookies.clone();
        let filled = form.filled(&typed);
        let fields: Vec<_> = filled
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        for (header, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.example"),
        ] {
            let request = Request::post(action)
                .form(&fields)
                .header("Accept", "text/html")
                .header(header, value);
            assert_page(&victim.send(request), 403);
            assert!(!is_signed_in(&mut victim), "{action} {value}");
        }
        // Nothing was used up by that.
        assert_eq!(stranger.submit(&form, &typed).status, done, "{action}");
        stranger = post.browser();
    }
}
