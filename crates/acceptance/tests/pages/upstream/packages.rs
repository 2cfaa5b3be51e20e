//! The provider that npm has (`oidc-provider`), run by the tests, as a client of it and in a real Chromium.
use super::{away, leave, people, with};
use crate::browser::{Programs, ways, widths};
use crate::support::Scene;
use crate::support::assertions::Signer;
use crate::support::client::tool;
use acceptance::{Api, Browser, Redirect, Reply, Url, forms, free_port};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SECRET: &str = "a secret of the tests, long enough for it";

/// The provider, until it is dropped.
pub(crate) struct Package {
    child: Child,
    addr: SocketAddr,
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Package {
    /// Starts it for a provider of ours; `keys`: those by which that proves itself.
    #[track_caller]
    pub(crate) fn start(scene: &Scene, port: u16, keys: Option<&Signer>) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients/oidc-provider");
        let ours = scene.provider.issuer();
        let mut command = Command::new(tool("VALETKEY_TEST_OIDC_PROVIDER"));
        command
            .arg("provider.mjs")
            .current_dir(folder)
            .env("PORT", port.to_string())
            .env("REDIRECT_URI", format!("{ours}/sign-in/with/acme/return"))
            .env("AFTER_SIGN_OUT", format!("{ours}/sign-in"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(keys) = keys {
            let mut key = keys.jwk();
            key["kid"] = thumbprint(&key).into();
            command.env("JWKS", serde_json::json!({ "keys": [key] }).to_string());
        }
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let child = command.spawn().expect("the provider starts");
        let package = Package { child, addr };
        let up = || TcpStream::connect(addr).is_ok();
        let is_up = crate::support::within(Duration::from_secs(20), up);
        assert!(is_up, "the provider does not listen");
        package
    }

    /// A person's browser, as that provider sees it.
    fn browser(&self) -> Browser {
        let host = self.addr.to_string();
        Browser::at(Api::new(self.addr, &host), &format!("http://{host}"))
    }

    /// Somebody signs in there; the redirect back.
    #[track_caller]
    fn sign_in(browser: &mut Browser, away: &Redirect, name: &str) -> Redirect {
        let target = Url::parse(&away.location).expect("a URL").target();
        let page = browser.open(&target);
        self::back(&match forms(&page.text()).into_iter().next() {
            Some(form) => {
                let sent = browser.submit(&form, &[("name", name)]);
                browser.follow(sent)
            }
            None => page,
        })
    }
}

/// What ours is called there (RFC 7638).
fn thumbprint(key: &acceptance::Json) -> String {
    let named = format!(
        "{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":{},\"y\":{}}}",
        key["x"], key["y"]
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, named.as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest)
}

#[track_caller]
fn back(reply: &Reply) -> Redirect {
    let back = away(reply);
    assert!(back.param("code").is_some(), "{}", back.location);
    assert!(back.param("iss").is_some(), "{}", back.location);
    back
}

/// The table of ours for it.
pub(crate) fn table(port: u16, proof: &str) -> String {
    format!(
        "[[login.upstream]]\nid = \"acme\"\nname = \"Acme\"\nissuer = \"http://127.0.0.1:{port}\"\nclient_id = \"us\"\nsign_out = true\n{proof}\n"
    )
}

/// The same, that proves itself by a secret.
pub(crate) fn by_secret(port: u16) -> String {
    table(port, &format!("secret = \"{SECRET}\""))
}

#[track_caller]
fn walk(scene: &Scene, package: &Package) {
    let (mut ours, mut theirs) = (scene.provider.browser(), package.browser());
    let returned = Package::sign_in(&mut theirs, &leave(&mut ours, "acme"), "ada");
    let target = Url::parse(&returned.location).expect("a URL").target();
    let page = ours.open(&target).expect(200).text();
    assert!(
        page.contains("ada Lovelace") && page.contains("ada@acme.example"),
        "{page}"
    );
    // A second time nobody types anything.
    ours.sign_out();
    let returned = Package::sign_in(&mut theirs, &leave(&mut ours, "acme"), "nobody");
    let target = Url::parse(&returned.location).expect("a URL").target();
    ours.open(&target).expect(200);
    assert_eq!(people(scene).len(), 3);
}

#[test]
#[cfg_attr(
    not(has_oidc_provider),
    ignore = "needs oidc-provider of npm: ./test installs it"
)]
fn people_sign_in_at_the_provider_of_npm() {
    let port = free_port();
    let scene = with(&by_secret(port));
    let package = Package::start(&scene, port, None);
    walk(&scene, &package);
}

#[test]
#[cfg_attr(
    not(has_oidc_provider),
    ignore = "needs oidc-provider of npm: ./test installs it"
)]
fn we_prove_ourselves_to_it_by_a_key() {
    let (port, signer) = (free_port(), Signer::new("ours"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.pem");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        signer.pkcs8()
    );
    std::fs::write(&file, pem).expect("a file");
    let scene = with(&table(port, &format!("key_file = {file:?}")));
    let package = Package::start(&scene, port, Some(&signer));
    walk(&scene, &package);
}

#[test]
#[cfg_attr(
    not(all(has_oidc_provider, has_node, has_chromium)),
    ignore = "needs oidc-provider of npm, Node.js and Chromium: ./test installs them"
)]
fn a_person_in_a_real_browser() {
    let port = free_port();
    let scene = with(&by_secret(port));
    let _package = Package::start(&scene, port, None);
    let site = serde_json::json!({
        "issuer": scene.provider.issuer(),
        "user": { "email": crate::support::ANN, "password": crate::support::PASSWORD },
    });
    for eyes in ways(&[1]) {
        Programs::find().walk_on("upstream", &eyes, &site, widths());
    }
}
