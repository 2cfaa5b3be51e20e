//! An issuer that shares its host: everything is below its path.

use crate::support::tasks_api::Stage;
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, Tokens, assert_refused};
use acceptance::{App, Browser, Cookie, Json, Reply, Request, Setup, Url, target};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

const PATH: &str = "/id/eu";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

const MORE: &str = r#"
[grants]
device_code = true
[test]
mode = true
[mail]
from = "no-reply@example.com"
folder = "mail"
"#;

fn scene() -> Scene {
    let setup = Setup::profile("openid").with(MORE);
    Scene::start(setup.issuer("http://localhost:{port}/id/eu"))
}

/// An app that is told when its people sign out.
fn app(scene: &Scene) -> App {
    let app = scene.confidential(CALLBACK);
    let back = ["--post-logout-redirect-uri", "http://localhost:9876/out"];
    scene.cli(&[&["app", "update", &app.client_id][..], &back].concat());
    app
}

/// Every address in a document that is on the provider's own host.
fn own_urls<'a>(document: &'a Json, origin: &str) -> Vec<&'a str> {
    let members = document.as_object().expect("an object").values();
    members
        .filter_map(Json::as_str)
        .filter(|text| text.starts_with(origin))
        .collect()
}

/// "any path component … must be inserted" (RFC 8414 §3.1), and "removing any terminating / and appending" (OpenID
/// Connect Discovery §4.1): clients try one after the other, and stop at a 5xx or a redirect to elsewhere.
#[test]
fn the_document_is_at_every_spelling_and_nowhere_else() {
    let scene = scene();
    let (api, issuer) = (scene.api(), scene.provider.issuer());
    assert!(issuer.ends_with(PATH), "{issuer}");
    let origin = issuer.strip_suffix(PATH).expect("it ends so");
    for path in [
        format!("{OAUTH}{PATH}"),
        format!("{OPENID}{PATH}"),
        format!("{PATH}{OPENID}"),
        format!("{PATH}{OAUTH}"),
    ] {
        let document = api.get(&path).expect(200);
        assert_eq!(document.header("Access-Control-Allow-Origin"), Some("*"));
        let document = document.json();
        assert_eq!(document["issuer"], issuer, "{path}");
        let urls = own_urls(&document, origin);
        assert!(urls.len() > 8, "{document}");
        for url in urls {
            assert!(
                url == issuer || url.starts_with(&format!("{issuer}/")),
                "{url}"
            );
        }
        let preflight = Request::new("OPTIONS", &path)
            .header("Origin", "https://inspector.example")
            .header("Access-Control-Request-Method", "GET")
            .header("Access-Control-Request-Headers", "mcp-protocol-version");
        let allowed = api.send(&preflight).expect(204);
        assert_eq!(
            allowed.header("Access-Control-Allow-Headers"),
            Some("authorization, content-type, mcp-protocol-version")
        );
        assert_refused(&api.send(&Request::post(&path)), 405, "invalid_request");
    }
    for path in [
        OAUTH.to_owned(),
        OPENID.to_owned(),
        format!("{OAUTH}/"),
        format!("{OAUTH}/id"),
        format!("{OAUTH}{PATH}/"),
        format!("{OPENID}{PATH}/x"),
        format!("{OPENID}/id%2Feu"),
        format!("/id{OPENID}"),
        format!("/id/EU{OPENID}"),
        format!("{PATH}x{OPENID}"),
        "/sign-in".to_owned(),
        "/oauth2/token".to_owned(),
        "/id/eux/sign-in".to_owned(),
        "/id/eu/../eu/sign-in".to_owned(),
        "/".to_owned(),
    ] {
        assert_refused(&api.get(&path), 404, "not_found");
    }
}

/// Password managers ask the root of a host, and know nothing of a path.
#[test]
fn what_password_managers_look_for_is_at_the_root_too() {
    let scene = scene();
    let (api, issuer) = (scene.api(), scene.provider.issuer());
    for below in ["", PATH] {
        let pages = api.get(&format!("{below}/.well-known/passkey-endpoints"));
        let page = pages.expect(200).json()["manage"].clone();
        assert_eq!(page, format!("{issuer}/account/security"), "{below}");
        let to = api.get(&format!("{below}/.well-known/change-password"));
        let to = to.location().expect("it leads on").to_owned();
        assert!(to.starts_with(PATH), "{below}: {to}");
    }
}

#[test]
fn every_endpoint_works_below_the_path() {
    let scene = scene();
    let (app, resource) = (app(&scene), scene.resource_server());
    let mut browser = scene.browser();
    let asked = [
        ("scope", "openid offline_access"),
        ("state", "s"),
        ("nonce", "n"),
    ];
    let back = browser.authorize(&scene.question(&app, &asked));
    assert_eq!(back.param("iss"), Some(scene.provider.issuer()));
    let answer = scene.redeem(&app, &back.code(), &[]).expect(200);
    let tokens = Tokens::of(&answer);
    let claims = answer.member("id_token");
    let userinfo = Request::get(&scene.endpoint("userinfo_endpoint")).bearer(&tokens.access);
    assert_eq!(
        scene.api().send(&userinfo).expect(200).json()["sub"],
        scene.ann.as_str()
    );
    let again = Tokens::of(&scene.refresh(&app, &tokens.refresh));
    let told = scene.introspect(&resource, &again.access);
    assert_eq!(
        (&told["active"], &told["iss"]),
        (&Json::from(true), &Json::from(scene.provider.issuer()))
    );
    let keys = scene
        .api()
        .get(&scene.endpoint("jwks_uri"))
        .expect(200)
        .json();
    assert!(
        keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()),
        "{keys}"
    );
    let out = [
        ("id_token_hint", claims.as_str()),
        ("post_logout_redirect_uri", "http://localhost:9876/out"),
    ];
    let sent = browser.get(&target(&scene.endpoint("end_session_endpoint"), &out));
    assert_eq!(sent.location(), Some("http://localhost:9876/out"));
    let page = browser.open(&format!("{PATH}/account"));
    assert!(
        page.text().contains(&format!("action=\"{PATH}/sign-in\"")),
        "{page}"
    );
}

#[test]
fn a_device_is_let_in_below_the_path() {
    let scene = scene();
    let app = scene.app(&acceptance::AppSpec {
        grants: &["urn:ietf:params:oauth:grant-type:device_code"],
        public: true,
        ..acceptance::AppSpec::default()
    });
    let asked = [("client_id", app.client_id.as_str()), ("scope", "profile")];
    let codes = scene
        .api()
        .post_form(&scene.endpoint("device_authorization_endpoint"), &asked)
        .expect(200)
        .json();
    let page = codes["verification_uri"].as_str().expect("a page");
    assert_eq!(page, format!("{}/device", scene.provider.issuer()));
    let whole = codes["verification_uri_complete"]
        .as_str()
        .and_then(Url::parse)
        .expect("a URL");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let mut reply = browser.open(&whole.target());
    for _ in 0..2 {
        let form = acceptance::forms(&reply.text())
            .into_iter()
            .find(|form| form.action.contains("/device"));
        let form = form.unwrap_or_else(|| panic!("no form: {reply}"));
        let answered = browser.submit(&form, &[("answer", "allow")]);
        reply = browser.follow(answered);
    }
    assert!(reply.text().contains("Your device is connected"), "{reply}");
}

/// `__Host-` cookies have `Path=/`, so their name tells the providers on one host apart.
#[test]
fn cookies_are_called_by_the_path() {
    let names = |issuer: &str| -> Vec<String> {
        let provider = Setup::profile("openid").issuer(issuer).start();
        let path = Url::parse(provider.issuer()).expect("a URL").path;
        let port = provider.addr().port().to_string();
        let page = provider
            .browser()
            .get(&format!("{}/sign-in", path.trim_end_matches('/')));
        let cookies = page.headers_named("Set-Cookie").into_iter();
        let cookies = cookies.map(|cookie| Cookie::parse(cookie).expect("a cookie"));
        cookies
            .map(|cookie| {
                assert_eq!(cookie.attribute("Path"), Some("/"));
                cookie.name.replace(&port, "port")
            })
            .collect()
    };
    let [root, one, other] = [
        "http://localhost:{port}",
        "http://localhost:{port}/id/eu",
        "http://localhost:{port}/id/us",
    ]
    .map(names);
    assert_eq!(root, ["valetkey-form_port"]);
    assert_eq!((one.len(), other.len()), (1, 1));
    assert!(
        one[0].starts_with("valetkey-form_port_") && one != other,
        "{one:?} {other:?}"
    );
}

#[test]
fn links_that_leave_the_site_lead_back_below_the_path() {
    let mut scene = scene();
    let issuer = scene.provider.issuer().to_owned();
    let listen = scene.provider.addr().to_string();
    scene.provider.env("VALETKEY_ISSUER", &issuer);
    scene.provider.env("VALETKEY_LISTEN", &listen);
    let looked = scene.provider.cli(&["doctor"]).stdout;
    assert!(looked.contains("and is ready"), "{looked}");
    let link = scene.cli(&["user", "reset-link", ANN]);
    let link = link["link"]
        .as_str()
        .unwrap_or_else(|| panic!("no link: {link}"));
    assert!(
        link.starts_with(&format!("{}/link?t=", scene.provider.issuer())),
        "{link}"
    );
    let page = scene
        .browser()
        .open(&Url::parse(link).expect("a URL").target())
        .expect(200);
    assert!(page.text().contains(&format!("action=\"{PATH}/")), "{page}");
    let slash = scene.browser().get(&format!("{PATH}/?lang=de"));
    assert_eq!(
        (slash.status, slash.location()),
        (303, Some("/id/eu?lang=de"))
    );
    let slash = scene.browser().get(&format!("{PATH}/sign-in/"));
    assert_eq!(
        (slash.status, slash.location()),
        (303, Some("/id/eu/sign-in"))
    );
    let llms = scene
        .api()
        .get(&format!("{PATH}/llms.txt"))
        .expect(200)
        .text();
    let origin = scene
        .provider
        .issuer()
        .strip_suffix(PATH)
        .expect("it ends so");
    for (at, _) in llms.match_indices(origin) {
        let rest = &llms[at + origin.len()..];
        assert!(
            rest.starts_with(PATH) || rest.starts_with(&format!("{OAUTH}{PATH}")),
            "{llms}"
        );
    }
    let missing = scene.api().get(&format!("{PATH}/nothing")).text();
    assert!(missing.contains(&format!("{OAUTH}{PATH}")), "{missing}");
}

/// What an API imports finds everything by the issuer, and hears of a revocation.
#[test]
fn an_api_is_told_the_issuer_and_hears_of_revocations() {
    let setup = Setup::toml(PLAIN).issuer("http://localhost:{port}/id/eu");
    let stage = Stage::of(Scene::start(setup), json!({}));
    let app = stage.scene.confidential(CALLBACK);
    let tokens = stage.kept_token(&app);
    let before = Instant::now();
    stage.scene.revoke(&app, &tokens.access).expect(200);
    stage.assert_refused_within_a_second(&tokens.access, before);
}

/// Every page that a person can walk to, from the first one, with all that is on it.
#[test]
fn no_page_leads_out_of_the_path() {
    let scene = scene();
    let app = app(&scene);
    let mut people = scene.provider.browser_of(OWNER, PASSWORD);
    people
        .authorize(&scene.question(&app, &[("scope", "openid email")]))
        .code();
    for languages in ["en", "de"] {
        people.speak(languages);
        let seen = crawl(&mut people, scene.provider.issuer());
        for page in [
            "/account",
            "/account/apps",
            "/apps",
            "/developers",
            "/developers/errors",
            "/account/data",
        ] {
            let path = format!("{PATH}{page}");
            assert!(
                seen.keys().any(|own| own.starts_with(&path)),
                "{path} in {:?}",
                seen.keys()
            );
        }
        assert!(seen.len() >= 36, "{}: {:?}", seen.len(), seen.keys());
        for (path, status) in seen {
            assert!(status < 400, "{path}: {status}");
        }
    }
}

/// The status of everything that pages lead to by a link, a picture, a style sheet or a script.
fn crawl(browser: &mut Browser, issuer: &str) -> BTreeMap<String, u16> {
    let (mut seen, mut ahead) = (BTreeMap::new(), VecDeque::from([PATH.to_owned()]));
    while let Some(path) = ahead.pop_front() {
        if seen.contains_key(&path) || seen.len() >= 360 {
            continue;
        }
        let reply = browser.open(&path);
        seen.insert(path.clone(), reply.status);
        for link in links(&reply) {
            let link = link
                .strip_prefix(issuer)
                .map_or(link.clone(), |rest| format!("{PATH}{rest}"));
            if link.contains(':') || link.starts_with(['#', '?']) {
                continue;
            }
            let below = link.strip_prefix(PATH);
            assert!(
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])),
                "{link:?} on {path}"
            );
            ahead.push_back(link.split('#').next().unwrap_or_default().to_owned());
        }
    }
    seen
}

/// What a page leads to; that of its forms is looked at and not followed.
fn links(reply: &Reply) -> Vec<String> {
    let page = reply.text();
    if !reply
        .header("Content-Type")
        .is_some_and(|own| own.starts_with("text/html"))
    {
        return Vec::new();
    }
    let values = |name: &str| -> Vec<String> {
        let before = format!(" {name}=\"");
        let parts = page.split(&before).skip(1);
        parts
            .filter_map(|rest| rest.split('"').next())
            .map(acceptance::unescape)
            .collect()
    };
    for action in ["action", "formaction"]
        .iter()
        .flat_map(|name| values(name))
    {
        assert!(
            action.starts_with(PATH) || action.contains("://"),
            "{action} on {page}"
        );
    }
    [values("href"), values("src")].concat()
}
