//! Programs with a site of their own, or before other people's: oauth2-proxy, Apache with mod_auth_openidc, and a site
//! with Spring Security.

use super::{
    SCOPE, assert_goodbye, assert_identity, assert_info, assert_question, foreign_nonce, provider,
    target_of, with_goodbye,
};
use crate::support::client::tool;
use crate::support::{ANN, Scene, within};
use acceptance::{Api, App, Browser, Redirect, Reply, free_port};
use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// How long a program may take until it listens: Java beside all other tests.
const LIMIT: Duration = Duration::from_secs(60);

/// A program that is an app of the provider's, where it will be.
struct Place {
    /// A folder that it can read, whoever it runs as; the provider's is its owner's.
    folder: TempDir,
    port: u16,
    app: App,
}

impl Place {
    #[track_caller]
    fn new(scene: &Scene, callback: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
        let authority = folder.path().join("ca.pem");
        fs::copy(scene.provider.authority_path(), authority).expect("a copy");
        let port = free_port();
        let site = format!("http://localhost:{port}");
        let app = scene.confidential(&format!("{site}{callback}"));
        let app = with_goodbye(scene, app, &format!("{site}/goodbye"));
        Place { folder, port, app }
    }

    fn site(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the program; it listens when this returns.
    #[track_caller]
    fn run(&self, mut command: Command) -> Running {
        let log = self.path("log");
        let file = File::create(&log).expect("a file for its log");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the same file"))
            .stderr(file)
            .spawn()
            .expect("the program starts");
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let api = Api::new(addr, &format!("localhost:{}", self.port));
        let running = Running {
            child,
            log,
            browser: Browser::at(api, &self.site()),
        };
        let up = || TcpStream::connect(addr).is_ok();
        assert!(within(LIMIT, up), "{}", running.log());
        running
    }
}

/// Registers where the program is told that a session ended.
#[track_caller]
fn with_back_channel(scene: &Scene, place: &Place, path: &str) {
    let uri = format!("{}{path}", place.site());
    let id = &place.app.client_id;
    let update = ["app", "update", id, "--backchannel-logout-uri", &uri];
    let updated = scene.provider.cli(&update);
    assert_eq!(updated.code, Some(0), "{updated:?}");
}

/// A program under way, until it is dropped.
struct Running {
    child: Child,
    log: PathBuf,
    /// A browser at it.
    browser: Browser,
}

impl Running {
    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its answer at a path, which must have this status.
    #[track_caller]
    fn get(&mut self, path: &str, status: u16) -> Reply {
        let reply = self.browser.get(path);
        assert_eq!(reply.status, status, "{path}: {reply}\n{}", self.log());
        reply
    }

    /// The authorization request that it sends a stranger to.
    #[track_caller]
    fn question(&mut self) -> Redirect {
        let login = self.browser.open("/").expect(302);
        let question = Redirect::parse(login.location().unwrap_or_default());
        assert_question(&question);
        question
    }
}

/// Somebody who is signed in at the program is no longer once the provider's operator ends their sessions.
#[track_caller]
fn assert_hears_of_the_end(scene: &Scene, program: &mut Running) {
    program.get("/", 200);
    let ended = scene.provider.cli(&["session", "end", ANN, "--all"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = within(Duration::from_secs(20), || {
        program.browser.get("/").status == 302
    });
    assert!(told, "{}\n{}", program.log(), scene.provider.log());
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Path and query of a URL of its own.
fn local(location: &str) -> String {
    crate::support::client::target_of(location)
}

#[test]
#[cfg_attr(not(has_oauth2_proxy), ignore = "needs Go: see ./test")]
fn oauth2_proxy_lets_in_who_signed_in() {
    let scene = provider();
    let place = Place::new(&scene, "/oauth2/callback");
    let mut command = Command::new(tool("VALETKEY_TEST_OAUTH2_PROXY"));
    let told = [
        ("http-address", format!("127.0.0.1:{}", place.port)),
        ("provider", "oidc".to_owned()),
        ("oidc-issuer-url", scene.provider.issuer().to_owned()),
        ("client-id", place.app.client_id.clone()),
        ("client-secret", place.app.client_secret.clone()),
        ("redirect-url", format!("{}/oauth2/callback", place.site())),
        ("scope", SCOPE.to_owned()),
        ("code-challenge-method", "S256".to_owned()),
        ("insecure-oidc-skip-nonce", "false".to_owned()),
        (
            "provider-ca-file",
            place.path("ca.pem").display().to_string(),
        ),
        (
            "cookie-secret",
            "0123456789abcdef0123456789abcdef".to_owned(),
        ),
        ("cookie-secure", "false".to_owned()),
        ("cookie-refresh", "1s".to_owned()),
        ("email-domain", "example.com".to_owned()),
        ("upstream", "static://200".to_owned()),
        ("skip-provider-button", "true".to_owned()),
        ("set-xauthrequest", "true".to_owned()),
        ("pass-access-token", "true".to_owned()),
    ];
    command.args(told.map(|(name, value)| format!("--{name}={value}")));
    let mut proxy = place.run(command);
    let question = proxy.question();
    let back = scene.browser().authorize(&target_of(&scene, &question));
    let home = proxy.get(&local(&back.location), 302);
    assert_eq!(home.location(), Some("/"));
    proxy.get("/", 200);
    let user = proxy.get("/oauth2/userinfo", 200).json();
    assert_eq!(user["user"], scene.ann.as_str(), "{user}");
    assert_eq!(user["email"], ANN, "{user}");
    assert_eq!(user["preferredUsername"], ANN, "{user}");
    let token = |proxy: &mut Running| {
        let reply = proxy.get("/oauth2/auth", 202);
        reply
            .header("X-Auth-Request-Access-Token")
            .map(str::to_owned)
    };
    let first = token(&mut proxy);
    assert!(first.is_some(), "{}", proxy.log());
    let refreshed = within(Duration::from_secs(10), || token(&mut proxy) != first);
    assert!(refreshed, "{}", proxy.log());
    proxy.get("/oauth2/sign_out", 302);
    let question = proxy.question();
    let back = scene.browser().authorize(&foreign_nonce(&scene, &question));
    proxy.get(&local(&back.location), 403);
    proxy.question();
}

/// Java's own form of the authority that the provider's certificate is from.
#[track_caller]
fn trust_store(place: &Place) -> PathBuf {
    let store = place.path("trust.p12");
    let mut keytool = Command::new("keytool");
    keytool.args(["-importcert", "-noprompt", "-storepass", "of a test"]);
    keytool.arg("-file").arg(place.path("ca.pem"));
    let done = acceptance::output(keytool.arg("-keystore").arg(&store));
    assert!(done.status.success(), "{done:?}");
    store
}

#[test]
#[cfg_attr(not(has_spring), ignore = "needs Java and Maven: see ./test")]
fn spring_security_signs_in_and_out() {
    let scene = provider();
    let place = Place::new(&scene, "/login/oauth2/code/valetkey");
    with_back_channel(&scene, &place, "/logout/connect/back-channel/valetkey");
    let mut command = Command::new("java");
    // Nobody stays long enough for the better compiler.
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"]);
    let store = trust_store(&place);
    command.arg(format!("-Djavax.net.ssl.trustStore={}", store.display()));
    command.arg("-Djavax.net.ssl.trustStorePassword=of a test");
    command.arg("-jar").arg(tool("VALETKEY_TEST_SPRING"));
    let client = "spring.security.oauth2.client";
    let told = [
        ("server.address".to_owned(), "127.0.0.1".to_owned()),
        ("server.port".to_owned(), place.port.to_string()),
        (
            format!("{client}.provider.valetkey.issuer-uri"),
            scene.provider.issuer().to_owned(),
        ),
        (
            format!("{client}.registration.valetkey.client-id"),
            place.app.client_id.clone(),
        ),
        (
            format!("{client}.registration.valetkey.client-secret"),
            place.app.client_secret.clone(),
        ),
        (
            format!("{client}.registration.valetkey.scope"),
            SCOPE.replace(' ', ","),
        ),
    ];
    command.args(told.map(|(name, value)| format!("--{name}={value}")));
    let mut site = place.run(command);
    let question = site.question();
    let mut browser = scene.browser();
    let back = browser.authorize(&target_of(&scene, &question));
    site.get(&local(&back.location), 302);
    let said = site.get("/", 200).json();
    assert_identity(
        &scene,
        &place.app,
        &said["identity"],
        question.param("nonce"),
    );
    assert_info(&scene, &said["info"]);
    let logout = site.browser.post_form("/logout", &[]).expect(302);
    let goodbye = format!("{}/goodbye", place.site());
    let link = logout.location().unwrap_or_default();
    assert_goodbye(&scene, &mut browser, link, &goodbye);

    let question = site.question();
    let back = scene.browser().authorize(&foreign_nonce(&scene, &question));
    let refused = site.get(&local(&back.location), 403);
    assert!(refused.text().contains("invalid_nonce"), "{refused}");

    let question = site.question();
    let back = browser.authorize(&target_of(&scene, &question));
    site.get(&local(&back.location), 302);
    assert_hears_of_the_end(&scene, &mut site);
}

/// The configuration of an Apache that lets in who signed in, and tells them who they are.
fn apache(scene: &Scene, place: &Place) -> String {
    let module =
        |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let modules = [
        "mpm_event",
        "authn_core",
        "authz_core",
        "authz_user",
        "dir",
        "headers",
        "auth_openidc",
    ];
    let modules: String = modules.map(module).concat();
    let told = [
        (
            "ProviderMetadataURL",
            format!(
                "{}/.well-known/openid-configuration",
                scene.provider.issuer()
            ),
        ),
        ("ClientID", place.app.client_id.clone()),
        ("ClientSecret", place.app.client_secret.clone()),
        ("RedirectURI", format!("{}/callback", place.site())),
        ("Scope", SCOPE.to_owned()),
        ("PKCEMethod", "S256".to_owned()),
        ("CryptoPassphrase", "of a test".to_owned()),
        ("CABundlePath", place.path("ca.pem").display().to_string()),
    ];
    let told: String = told
        .map(|(name, value)| format!("OIDC{name} \"{value}\"\n"))
        .concat();
    let folder = place.folder.path().display();
    format!(
        r#"{modules}
ServerName localhost
Listen 127.0.0.1:{port}
ServerRoot "{folder}"
DefaultRuntimeDir "{folder}"
PidFile "{folder}/pid"
ErrorLog "{folder}/log"
DocumentRoot "{folder}/site"
<IfModule unixd_module>
User www-data
Group www-data
</IfModule>
{told}
<Location "/">
AuthType openid-connect
Require valid-user
Header always set X-Sub "%{{OIDC_CLAIM_sub}}e"
Header always set X-Email "%{{OIDC_CLAIM_email}}e"
Header always set X-Token "%{{OIDC_access_token}}e"
</Location>
"#,
        port = place.port,
    )
}

#[test]
#[cfg_attr(
    not(has_apache),
    ignore = "needs Apache with mod_auth_openidc: see ./test"
)]
fn mod_auth_openidc_lets_in_who_signed_in() {
    let scene = provider();
    let place = Place::new(&scene, "/callback");
    with_back_channel(&scene, &place, "/callback?logout=backchannel");
    fs::create_dir(place.path("site")).expect("a folder");
    fs::write(place.path("site/index.html"), "home").expect("a page");
    fs::write(place.path("apache.conf"), apache(&scene, &place)).expect("its configuration");
    let mut command = Command::new(tool("VALETKEY_TEST_APACHE"));
    // One process, which leaves nobody behind.
    command.args(["-X", "-f"]).arg(place.path("apache.conf"));
    let mut site = place.run(command);
    let question = site.question();
    let mut browser = scene.browser();
    let back = browser.authorize(&target_of(&scene, &question));
    let home = site.get(&local(&back.location), 302);
    assert_eq!(local(home.location().unwrap_or_default()), "/");
    let page = site.get("/", 200);
    assert_eq!(page.header("X-Sub"), Some(scene.ann.as_str()), "{page}");
    assert_eq!(page.header("X-Email"), Some(ANN), "{page}");
    let token = page.header("X-Token").unwrap_or_default().to_owned();
    let home = acceptance::encode(&format!("{}/", place.site()));
    site.get(
        &format!("/callback?refresh={home}&access_token={token}"),
        302,
    );
    let page = site.get("/", 200);
    let renewed = page.header("X-Token").unwrap_or_default();
    assert!(
        renewed != token && !renewed.is_empty(),
        "{page}\n{}",
        site.log()
    );
    let goodbye = format!("{}/goodbye", place.site());
    let logout = site.get(
        &format!("/callback?logout={}", acceptance::encode(&goodbye)),
        302,
    );
    let link = logout.location().unwrap_or_default();
    assert_goodbye(&scene, &mut browser, link, &goodbye);

    let question = site.question();
    let back = scene.browser().authorize(&foreign_nonce(&scene, &question));
    // The page of an error has the status 200.
    let refused = site.get(&local(&back.location), 200);
    assert!(
        refused.text().contains("OpenID Connect Provider error"),
        "{refused}"
    );
    let why = "oidc_proto_validate_nonce: the nonce value (of-another-sign-in)";
    assert!(site.log().contains(why), "{}", site.log());

    let question = site.question();
    let back = browser.authorize(&target_of(&scene, &question));
    site.get(&local(&back.location), 302);
    assert_hears_of_the_end(&scene, &mut site);
}
