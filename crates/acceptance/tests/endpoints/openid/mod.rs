//! OpenID Connect over HTTP: what the OpenID Foundation's modules look at, and what attackers try.
mod attacks;
mod core;
mod logout;
mod userinfo;

use crate::support::{ANN, CALLBACK, PASSWORD, Scene};
use acceptance::{App, Browser, Json, Reply, Setup};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const NONCE: &str = "n-0S6_WzA2Mj";

/// The sixth profile, whose only person has claims of every scope.
fn provider() -> Scene {
    let setup = Setup::profile("openid").with("[openid]\nacr = \"1\"");
    let scene = Scene::start(setup);
    let document = r#"{"given_name":"Ann","given_name#de":"Anna","birthdate":"1985-12-10","phone_number":"+441632960000",
        "phone_number_verified":true,"address":{"locality":"London","country":"United Kingdom"}}"#;
    let file = scene.provider.secret_file(document);
    scene.cli(&["user", "update", ANN, "--claims", &file]);
    scene
}

/// What there is to know where OpenID Connect is discovered.
fn discovery(scene: &Scene) -> Json {
    let path = "/.well-known/openid-configuration";
    scene.api().get(path).expect(200).json()
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

/// What a JWT of the provider says, whose signature is verified by the published set.
#[track_caller]
fn verified(scene: &Scene, jwt: &str) -> (Json, Json) {
    let parts: Vec<&str> = jwt.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("no JWS: {jwt}");
    };
    let read = |part| -> Json { serde_json::from_slice(&decoded(part)).expect("JSON") };
    let head = read(header);
    let keys = scene
        .api()
        .get(&scene.endpoint("jwks_uri"))
        .expect(200)
        .json();
    let keys = keys["keys"].as_array().expect("a set").clone();
    let key = keys.iter().find(|key| key["kid"] == head["kid"]);
    let key = key.expect("its key is published");
    let member = |name: &str| decoded(key[name].as_str().unwrap_or_default());
    let public = RsaPublicKeyComponents {
        n: member("n"),
        e: member("e"),
    };
    let signed = format!("{header}.{payload}");
    let proof = public.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decoded(signature),
    );
    proof.expect("the signature is that of the key");
    (head, read(payload))
}

/// The whole walk in a browser: the answer of the token endpoint.
#[track_caller]
fn walked(scene: &Scene, browser: &mut Browser, app: &App, pairs: &[(&str, &str)]) -> Reply {
    let code = browser.authorize(&scene.question(app, pairs)).code();
    scene.redeem(app, &code, &[]).expect(200)
}

/// The ID token that a walk gives.
#[track_caller]
fn id_token(scene: &Scene, browser: &mut Browser, app: &App, pairs: &[(&str, &str)]) -> Json {
    let reply = walked(scene, browser, app, pairs);
    verified(scene, &reply.member("id_token")).1
}

/// An app with a place to go after signing out.
fn app(scene: &Scene) -> App {
    let app = scene.confidential(CALLBACK);
    let back = [
        "--post-logout-redirect-uri",
        "http://localhost:9876/signed-out",
    ];
    scene.cli(&[&["app", "update", &app.client_id][..], &back].concat());
    app
}

fn signed_in(scene: &Scene) -> Browser {
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser
}
