//! What an issuer is called: its metadata, `iss`, TLS, and the proxies it believes.

use crate::support::client::curl;
use crate::support::{CALLBACK, PLAIN, Scene, assert_refused, within};
use acceptance::{Json, Setup, output};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

#[test]
fn an_issuer_that_others_would_repair_is_refused_with_what_to_do() {
    for (issuer, what) in [
        ("http://localhost:{port}/t/", "does not end with a slash"),
        ("http://localhost:{port}/t/../u", "between single slashes"),
        (
            "http://localhost:{port}/.well-known/t",
            "not below /.well-known",
        ),
    ] {
        let log = Setup::toml(PLAIN).issuer(issuer).try_start();
        let log = log.expect_err("it must not start");
        assert!(log.contains(what), "{log}");
    }
}

#[test]
fn metadata_of_an_issuer_without_a_path() {
    let scene = Scene::plain("");
    let document = &scene.metadata;
    let path = "/.well-known/oauth-authorization-server";
    assert_eq!(&scene.api().get(path).expect(200).json(), document);
    let openid = scene.api().get("/.well-known/openid-configuration");
    assert_refused(&openid, 404, "not_found");
    assert_eq!(document["issuer"], scene.provider.issuer());
    assert_eq!(
        document["response_types_supported"],
        Json::from(vec!["code"])
    );
    assert_eq!(
        document["code_challenge_methods_supported"],
        Json::from(vec!["S256"])
    );
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    let methods = Json::from(vec![
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    ]);
    assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
    // What is restricted is not listed: who asks for all that is listed gets it.
    let scopes = Json::from(vec!["tasks:read", "tasks:write"]);
    let listed = document["scopes_supported"].as_array().expect("a list");
    assert_eq!(listed.len(), 2, "{document}");
    assert!(
        listed
            .iter()
            .all(|name| scopes.as_array().is_some_and(|all| all.contains(name)))
    );
}

#[test]
fn the_host_header_changes_nothing() {
    let scene = Scene::plain("");
    let request = acceptance::Request::get("/.well-known/oauth-authorization-server");
    let request = request
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example");
    assert_eq!(
        scene.api().send(&request).expect(200).json(),
        scene.metadata
    );
}

#[test]
fn iss_is_in_every_authorization_response() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let issuer = Some(scene.provider.issuer());
    let mut browser = scene.browser();
    assert_eq!(
        browser.authorize(&scene.question(&app, &[])).param("iss"),
        issuer,
        "allowed"
    );
    assert_eq!(
        browser.authorize(&scene.question(&app, &[])).param("iss"),
        issuer,
        "remembered"
    );
    let more = scene.question(&app, &[("scope", "tasks:write")]);
    assert_eq!(browser.deny(&more).param("iss"), issuer, "denied");
    for pairs in [
        ("scope", "nonsense"),
        ("response_mode", "fragment"),
        ("code_challenge", "x"),
    ] {
        let back = browser.authorize(&scene.question(&app, &[pairs]));
        assert_eq!(
            (back.param("iss"), back.param("code")),
            (issuer, None),
            "{back:?}"
        );
    }
}

#[test]
fn a_registered_query_is_kept() {
    let scene = Scene::plain("");
    let callback = "https://myapp.example/cb?tenant=1&code=theirs";
    let app = scene.confidential(callback);
    let back = scene.allow(&app, &[("redirect_uri", callback), ("state", "s")]);
    assert_eq!(back.param("tenant"), Some("1"));
    let codes = back
        .params
        .iter()
        .filter(|(name, _)| name == "code")
        .count();
    assert_eq!(codes, 1, "{back:?}");
    scene
        .redeem(&app, &back.code(), &[("redirect_uri", callback)])
        .expect(200);
}

/// Makes a certificate for `localhost` that nobody has signed.
#[track_caller]
fn self_signed(folder: &Path) {
    let mut command = Command::new("openssl");
    command
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder);
    let done = output(&mut command);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn https_is_served_with_a_certificate() {
    let changes = "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"";
    let setup = Setup::toml(PLAIN)
        .with(changes)
        .issuer("https://localhost:{port}");
    let mut provider = setup.prepare();
    self_signed(provider.folder());
    provider.spawn();
    let issuer = provider.issuer().to_owned();
    let cert = provider.folder().join("cert.pem").display().to_string();
    let ready = || {
        let url = format!("{issuer}/health/ready");
        let mut command = Command::new("curl");
        output(command.args(["--silent", "--fail", "--cacert", &cert, &url]))
            .status
            .success()
    };
    assert!(within(Duration::from_secs(20), ready), "{}", provider.log());
    let page = curl(&["--http1.1", "--cacert", &cert, &format!("{issuer}/sign-in")]).expect(200);
    assert!(
        page.header("Strict-Transport-Security")
            .is_some_and(|it| it.starts_with("max-age="))
    );
    let cookies = page.headers_named("Set-Cookie");
    assert!(!cookies.is_empty(), "{page:?}");
    for cookie in cookies {
        assert!(
            cookie.starts_with("__Host-") && cookie.contains("; Secure"),
            "{cookie}"
        );
    }
    let well_known = format!("{issuer}/.well-known/oauth-authorization-server");
    let document = curl(&["--http1.1", "--cacert", &cert, &well_known])
        .expect(200)
        .json();
    assert_eq!(document["issuer"], issuer.as_str());
    let plain = acceptance::send(
        provider.addr(),
        "localhost",
        &acceptance::Request::get("/health/live"),
    );
    assert!(
        !plain.is_ok_and(|reply| reply.status == 200),
        "plain http on the same port"
    );
}

#[test]
fn a_certificate_that_is_not_there_stops_the_start() {
    let changes = "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"";
    let setup = Setup::toml(PLAIN)
        .with(changes)
        .issuer("https://localhost:{port}");
    let log = setup.try_start().expect_err("it must not start");
    assert!(log.contains("cert.pem"), "{log}");
}

#[test]
fn only_listed_proxies_are_believed() {
    for (listed, believed) in [(r#"["127.0.0.1"]"#, true), ("[]", false)] {
        let provider = Setup::toml(PLAIN)
            .with(&format!("trusted_proxies = {listed}"))
            .start();
        let request = acceptance::Request::get("/.well-known/oauth-authorization-server")
            .header("X-Forwarded-For", "203.0.113.9");
        provider.api().send(&request).expect(200);
        let logged = || provider.log().contains("203.0.113.9");
        assert_eq!(
            within(Duration::from_millis(500), logged),
            believed,
            "{}",
            provider.log()
        );
    }
}

#[test]
fn one_clear_sentence_stops_a_wrong_configuration() {
    let cases = [
        ("[token]\nbodys = [\"form\"]", "bodies"),
        ("[token.lifetimes]\naccess = \"forever\"", "access"),
        (
            "[grants]\nauthorization_code = false\nclient_credentials = false",
            "grant",
        ),
        ("listen = \"nowhere\"", "nowhere"),
        ("[scopes.x]\ngroup = \"X\"", "sentence"),
    ];
    for (change, word) in cases {
        let provider = Setup::toml(PLAIN).with(change).prepare();
        let path = provider.config_path();
        let done = provider.cli(&["config", "check"]);
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(
            done.code.is_some_and(|code| code != 0) && said.contains(word),
            "{change}: {done:?}"
        );
        assert!(!said.contains("panicked"), "{said}");
        assert!(fs::metadata(path).is_ok());
    }
}
