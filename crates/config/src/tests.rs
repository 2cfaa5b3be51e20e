//! Whole configurations: what is taken, and what each fault is told as.
use super::layers::Layers;
use super::*;
use protocol::policy::{
    Bodies, Extra, PersonFact, PkcePolicy, RedirectUriAtToken, Registration, Rotation, SignUp,
};
use protocol::types::GrantType;
use protocol::types::Lifetime;
use protocol::types::ids::SubjectFormat;
use std::path::Path;

mod advised;
mod apis;
mod branding;
mod checks;
mod layered;
mod login;
mod mail;
mod openid;
mod passkeys;
mod sealing;
mod signing;
mod telemetry;
mod upstream;
mod warnings;

/// Reads `toml` as the file `/etc/valetkey/v.toml` would be, with variables and flags.
fn load_with(
    toml: &str,
    variables: &[(&str, &str)],
    overrides: &Overrides,
) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v.toml");
    std::fs::write(&file, toml).unwrap();
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let place = format!("{}/", folder.path().display());
    Config::read(Some(&file), overrides, &variables, check_url)
        .map_err(|fault| fault.to_string().replace(&place, ""))
}

/// Stands in for the database's own reading.
fn check_url(url: &str) -> Result<(), String> {
    match url.contains("sslmode=always") {
        true => Err("sslmode is wrong".to_owned()),
        false => Ok(()),
    }
}

fn load(toml: &str) -> Result<Config, String> {
    load_with(toml, &[], &Overrides::default())
}

#[track_caller]
fn fault(toml: &str) -> String {
    load(toml).map(|_| ()).unwrap_err()
}

#[track_caller]
fn assert_fault(toml: &str, starts: &str) {
    let fault = fault(toml);
    assert!(fault.starts_with(starts), "{fault}");
    assert!(!fault.contains('\n'), "{fault}");
}

#[test]
fn a_new_provider_has_sound_defaults() {
    let config = Config::for_tests();
    assert_eq!(config.listen[0].to_string(), "127.0.0.1:8080");
    assert_eq!(config.issuer, "http://localhost:8080");
    assert_eq!(
        (&config.api_base, &config.portal_base),
        (&config.issuer, &config.issuer)
    );
    assert_eq!(config.paths.token, ["/oauth2/token"]);
    assert_eq!(config.paths.token_info, ["/oauth2/token/info"]);
    assert_eq!(config.paths.revocations, ["/oauth2/revocations"]);
    assert_eq!(config.storage, Storage::Sqlite("valetkey.db".into()));
    assert_eq!(config.keys, Path::new("valetkey.keys"));
    assert_eq!(config.policy.registration, Registration::Review);
    assert_eq!(config.warnings, Vec::<String>::new());
    let policy = &config.policy;
    // The device grant can be misused to talk people into things, so it waits to be switched on.
    assert_eq!(policy.grants, &GrantType::ALL[..3]);
    assert!(config.paths.device.is_empty());
    assert_eq!(policy.pkce, PkcePolicy::All);
    assert_eq!(policy.subjects, SubjectFormat::Prefixed("user_".to_owned()));
    assert_eq!(policy.redirects.max, 10);
    assert_eq!(policy.accounts.sign_up, SignUp::Open);
    assert!(!policy.redirects.localhost_any_port);
    assert_eq!(policy.accounts.min_password, 12);
    let tokens = &policy.tokens;
    let lives = [
        tokens.code,
        tokens.code_personal,
        tokens.access,
        tokens.refresh,
        tokens.grant,
    ];
    assert_eq!(
        lives.map(|life| life.to_string()),
        ["1m", "1m", "1h", "30d", "5y"]
    );
    let grace = Lifetime::from_seconds(60);
    assert_eq!(tokens.rotate, Rotation::Rotate { grace });
    assert_eq!(tokens.bodies, Bodies::default());
}

/// A value other than the default for every setting.
const EVERY: &str = r##"
        issuer = "https://auth.example.com"
        listen = "[::1]:9000"
        trusted_proxies = ["10.0.0.0/8", "::1"]
        hosts = { portal = "dev.example.com", api = "api.example.com:8443" }
        [paths]
        revoke = []
        [authorization]
        iss = false
        [token]
        bodies = ["form", "query", "json"]
        redirect_uri = "required"
        token_type = "bearer"
        always_name_scope = false
        rotate = false
        errors = { redirect_mismatch = "invalid_redirect_uri", invalid_token = "invalid_request" }
        extras = { uid = "user.number", info = { name = "user.name", mail = "user.email" } }
        lifetimes = { code = "5m", code_personal = "90s", access = "2s" }
        prefix = { access = "x_", refresh = "y_" }
        [apps]
        registration = "admin"
        pkce = "public"
        max_redirect_uris = 3
        localhost_any_port = true
        [accounts]
        sign_up = false
        id = "number"
        [grants]
        authorization_code = false
        device_code = true
        [device]
        lifetime = "1600s"
        interval = "10s"
        [branding]
        product = "Tasks"
        accent = "#06a"
        accent_dark = "#7bf"
        logo = "logo.svg"
        icon = "/etc/icon.png"
        consent_button = "Authorize"
        mail_footer = """
Acme Ltd
1 Long Road
"""
        links = { terms = "https://a.example/terms", support = "mailto:help@a.example" }
        [tls]
        cert = "tls/cert.pem"
        key = "/etc/key.pem"
        [outbound]
        allow = ["Keys.Corp.example", "10.1.0.0/16", "fd00::7"]
        ca_file = "corp.pem"
        [log]
        format = "json"
        [storage]
        url = "sqlite:data/v.db"
        "##;

#[test]
fn every_setting_reaches_the_configuration() {
    let config = load(EVERY).unwrap();
    assert_eq!(config.api_base, "https://api.example.com:8443");
    assert_eq!(config.portal_base, "https://dev.example.com");
    assert_eq!(config.trusted_proxies.len(), 2);
    assert!(config.paths.revoke.is_empty() && config.paths.authorize.is_empty());
    let without_code = &GrantType::ALL[1..];
    assert_eq!(config.policy.grants, without_code);
    assert_eq!(config.paths.device, ["/oauth2/device"]);
    let device = &config.policy.device;
    assert_eq!(
        (device.lifetime.seconds(), device.interval.seconds()),
        (1600, 10)
    );
    assert_eq!(device.verification_uri, "https://auth.example.com/device");
    assert_eq!(config.policy.errors.invalid_token(), "invalid_request");
    assert_eq!(config.policy.subjects, SubjectFormat::Number);
    assert_eq!(config.policy.redirects.max, 3);
    let tokens = &config.policy.tokens;
    assert_eq!(tokens.rotate, Rotation::Keep);
    assert_eq!(tokens.redirect_uri, RedirectUriAtToken::Required);
    assert_eq!(
        (tokens.bodies.json, tokens.bodies.query, &*tokens.token_type),
        (true, true, "bearer")
    );
    assert_eq!(tokens.code_personal.seconds(), 90);
    let member = |name: &str, extra| (name.to_owned(), extra);
    let info = vec![
        member("name", Extra::Fact(PersonFact::Name)),
        member("mail", Extra::Fact(PersonFact::Email)),
    ];
    let extras = [
        member("uid", Extra::Fact(PersonFact::Number)),
        member("info", Extra::Object(info)),
    ];
    assert_eq!(tokens.extras, extras);
    assert_eq!(config.log.format, LogFormat::Json);
    let folder = config.source.as_deref().and_then(Path::parent).unwrap();
    assert_eq!(config.storage, Storage::Sqlite(folder.join("data/v.db")));
    assert_eq!(config.keys, folder.join("data/v.keys"));
    let tls = config.tls.unwrap();
    assert_eq!(tls.cert, folder.join("tls/cert.pem"));
    assert_eq!(tls.key, Path::new("/etc/key.pem"));
    assert!(!config.policy.response_iss);
}

#[test]
fn own_hosts_and_networks_may_be_fetched_from() {
    let config = load(EVERY).unwrap();
    let folder = config.source.as_deref().and_then(Path::parent).unwrap();
    let outbound = &config.outbound;
    assert_eq!(outbound.hosts, ["keys.corp.example"]);
    assert_eq!((outbound.networks.len(), outbound.loopback), (2, false));
    assert_eq!(outbound.ca_file, Some(folder.join("corp.pem")));
    assert!(load("").unwrap().outbound.loopback, "the issuer is there");
}

#[test]
fn an_unknown_key_is_told_with_line_and_suggestion() {
    assert_eq!(
        fault("\n[token.lifetimes]\nacess = \"1h\"\n"),
        "v.toml:3: token.lifetimes.acess is not a setting; did you mean token.lifetimes.access?"
    );
    assert_eq!(
        fault("[token]\nrotate = { gracee = \"1s\" }"),
        "v.toml:2: token.rotate.gracee is not a setting; did you mean token.rotate.grace?"
    );
    assert_eq!(
        fault("[scopes.\"a:b\"]\nsentense = \"x\""),
        "v.toml:2: scopes.\"a:b\".sentense is not a setting; did you mean scopes.\"a:b\".sentence?"
    );
    assert_fault("zzzzzzzzz = 1", "v.toml:1: zzzzzzzzz is not a setting; `");
}

#[test]
fn a_fault_is_one_line_without_control_characters() {
    for file in [
        "[apps]\npkce = \"\\u001b[2Jall\"",
        "[log]\nformat = \"a\\nb\"",
        "[token]\nbodies = [\"form\", \"\\u009b\"]",
    ] {
        let fault = fault(file);
        assert!(!fault.chars().any(char::is_control), "{fault:?}");
    }
}

#[test]
fn a_wrong_value_is_told_with_line_and_name() {
    assert_eq!(
        fault("[paths]\ntoken = \"/token\""),
        "v.toml:2: paths.token: write a list such as [\"…\"], not \"/token\""
    );
    assert_fault(
        "[token.lifetimes]\n\naccess = \"1 hour\"",
        "v.toml:3: token.lifetimes.access: write a number and a unit in quotes, such as \"90s\", \"5m\", \"1h\", \"30d\" or \"2y\", not \"1 hour\"",
    );
    assert_fault(
        "[apps]\nregistration = \"revew\"",
        "v.toml:2: apps.registration: write \"open\", \"invite\", \"review\" or \"admin\", not \"revew\"; did you mean \"review\"?",
    );
    assert_fault(
        "[token]\nrotate = 5",
        "v.toml:2: token.rotate: write true or false, or a table such as { grace = \"1h\" }, not 5",
    );
    assert_fault("a = [", "v.toml:1: ");
    assert_fault("issuer = 1\nissuer = 2", "v.toml:2: ");
}

#[test]
fn a_missing_file_is_told_by_its_name() {
    let file = Some(Path::new("/nowhere/v.toml"));
    let fault = Layers::read(file, &Overrides::default(), &[]);
    let text = fault.map(|_| ()).unwrap_err().to_string();
    assert!(
        text.starts_with("/nowhere/v.toml: cannot be read ("),
        "{text}"
    );
}

#[test]
fn a_variable_stands_above_the_file_and_a_flag_above_both() {
    let file = "listen = \"127.0.0.1:1\"\n[token.lifetimes]\naccess = \"1h\"";
    let variables = [
        ("VALETKEY_TOKEN__LIFETIMES__ACCESS", "2s"),
        ("VALETKEY_APPS__MAX_REDIRECT_URIS", "3"),
        ("VALETKEY_BRANDING__PRODUCT", "42"),
        ("VALETKEY_TOKEN__BODIES", "[\"form\", \"json\"]"),
        ("VALETKEY_ACCOUNTS", "{ sign_up = false }"),
        ("VALETKEY_STORAGE__URL", "sqlite:here.db"),
        ("VALETKEY_SCOPES__READ__SENTENCE", "See things"),
        ("VALETKEY_LISTEN", "127.0.0.1:2"),
        ("HOME", "/"),
    ];
    let flags = Overrides {
        listen: Some("127.0.0.1:3".to_owned()),
        ..Overrides::default()
    };
    let config = load_with(file, &variables, &flags).unwrap();
    assert_eq!(config.policy.tokens.access.seconds(), 2);
    assert_eq!(config.policy.redirects.max, 3);
    assert_eq!(config.branding.product, "42");
    assert!(config.policy.tokens.bodies.json);
    assert_eq!(config.policy.accounts.sign_up, SignUp::Off);
    assert_eq!(config.policy.accounts.min_password, 12);
    assert_eq!(config.storage, Storage::Sqlite("here.db".into()));
    assert_eq!(config.policy.scopes[0].sentence.as_str(), "See things");
    assert_eq!(config.listen[0].address().unwrap().port(), 3);
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    for (name, value, told) in [
        (
            "VALETKEY_ISUER",
            "x",
            "VALETKEY_ISUER: is not a setting; did you mean VALETKEY_ISSUER?",
        ),
        (
            "VALETKEY_TOKN",
            "x",
            "VALETKEY_TOKN: is not a setting; unset it, or see `valetkey config show` for all settings",
        ),
        (
            "VALETKEY_APPS__MAX_REDIRECT_URIS",
            "many",
            "VALETKEY_APPS__MAX_REDIRECT_URIS: write a whole number, not \"many\"",
        ),
        (
            "VALETKEY_ISSUER",
            "http://a.example",
            "VALETKEY_ISSUER: plain http is for loopback only: write https://",
        ),
        (
            "VALETKEY_TOKEN",
            "{ bodys = [\"form\"] }",
            "VALETKEY_TOKEN: token.bodys is not a setting; did you mean token.bodies?",
        ),
    ] {
        let fault = load_with("", &[(name, value)], &Overrides::default());
        assert_eq!(fault.map(|_| ()).unwrap_err(), told);
    }
}

#[test]
fn a_secret_can_be_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "sqlite:/data/v.db\n").unwrap();
    let name = file.to_str().unwrap();
    let variables = [("VALETKEY_STORAGE__URL_FILE", name)];
    let config = load_with("", &variables, &Overrides::default()).unwrap();
    assert_eq!(config.storage, Storage::Sqlite("/data/v.db".into()));
    let fault = load_with(
        "",
        &[("VALETKEY_STORAGE__URL_FILE", "/nowhere")],
        &Overrides::default(),
    );
    assert!(
        fault
            .unwrap_err()
            .starts_with("VALETKEY_STORAGE__URL_FILE: /nowhere cannot be read")
    );
}

#[test]
fn an_issuer_on_loopback_takes_in_the_other_hosts() {
    let file = "issuer = \"https://a.example\"\nhosts = { api = \"api.example\", portal = \"dev.localhost:1\" }";
    let flags = Overrides {
        issuer: Some("http://localhost:8080".to_owned()),
        ..Overrides::default()
    };
    let config = load_with(file, &[], &flags).unwrap();
    assert_eq!(config.api_base, "http://localhost:8080");
    assert_eq!(config.portal_base, "http://dev.localhost:1");
    assert_eq!(config.policy.issuer, "http://localhost:8080");
    assert_eq!(load(file).unwrap().api_base, "https://api.example");
}

#[test]
fn the_portals_host_is_spelled_as_browsers_say_it_back() {
    for (portal, base) in [
        ("Dev.A.example", "https://dev.a.example"),
        ("dev.a.example:443", "https://dev.a.example"),
        ("dev.a.example:8443", "https://dev.a.example:8443"),
        ("a.example:443", "https://a.example"),
        ("A.example", "https://a.example"),
    ] {
        let file = format!("issuer = \"https://a.example/\"\nhosts = {{ portal = {portal:?} }}");
        let config = load(&file).unwrap();
        assert_eq!(config.portal_base, base);
        assert_eq!(config.has_portal_host(), base.contains("dev."), "{portal}");
    }
    let elsewhere = "hosts = { portal = \"dev.a.example\" }";
    assert!(!load(elsewhere).unwrap().has_portal_host());
}

#[test]
fn scopes_keep_the_order_of_the_file() {
    let config = load(
        "[scopes]\nb = { sentence = \"B\" }\na = { sentence = \"A\", default = true }\n[scopes.c]\nsentence = \"C\"",
    );
    let policy = config.unwrap().policy;
    let names: Vec<_> = policy.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert_eq!(policy.default_scope().to_string(), "a");
}

#[test]
fn what_the_database_says_of_its_url_is_told_with_its_place() {
    let file = "[storage]\nurl = \"postgres://me:hidden@db/x?sslmode=always\"";
    assert_fault(file, "v.toml:2: storage.url: sslmode is wrong");
    let sound = load("storage = { url = \"postgres://me:hidden@db/x\" }").unwrap();
    let text = PostgresText("postgres://me:hidden@db/x".to_owned());
    assert_eq!(sound.storage, Storage::Postgres(text));
    assert!(!format!("{sound:?}").contains("hidden"));
}

#[test]
fn a_value_is_shown_with_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v.toml");
    std::fs::write(&file, "issuer = \"https://a.example\"\n").unwrap();
    let layers = Layers::read(Some(&file), &Overrides::default(), &[]).unwrap();
    let shown = show::all(&layers, &build::config(&layers, check_url).unwrap());
    let of = |name: &str| {
        let one = shown.iter().find(|one| one.name == name).unwrap();
        (one.value.to_string(), one.source.clone())
    };
    let line = format!("{}:1", file.display());
    assert_eq!(of("issuer"), ("\"https://a.example\"".to_owned(), line));
    assert_eq!(
        of("token.lifetimes.code_personal"),
        ("\"1m\"".to_owned(), "default".to_owned())
    );
    assert_eq!(of("hosts.api").0, "\"a.example\"");
}

fn profile(name: &str) -> Config {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles");
    let file = folder.join(format!("{name}.toml"));
    Config::read(Some(&file), &Overrides::default(), &[], check_url)
        .unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn every_profile_is_in_order() {
    let opsduty = profile("opsduty");
    assert_eq!(opsduty.issuer, "https://opsduty.io");
    assert_eq!(opsduty.paths.token, ["/oauth2/token/"]);
    assert_eq!(opsduty.paths.authorize, ["/oauth2/authorize/"]);
    assert_eq!(opsduty.policy.tokens.access.to_string(), "2y");
    assert_eq!(opsduty.policy.default_scope().to_string(), "api api:v1");
    let app = profile("appexample");
    assert_eq!(app.api_base, "https://api.example.com");
    assert_eq!(app.paths.token_info, ["/v1/oauth/token/info"]);
    assert!(app.policy.tokens.bodies.json && !app.policy.tokens.bodies.query);
    assert!(
        app.policy
            .scope("admin:*")
            .is_some_and(|scope| scope.restricted)
    );
    assert_eq!(app.policy.scopes.len(), 12);
    assert_eq!(app.policy.scopes[0].name, "tasks:read");
    assert_eq!(
        profile("digitalocean").paths.token,
        ["/v1/oauth/token", "/token"]
    );
    for config in [
        opsduty,
        app,
        profile("digitalocean"),
        profile("miwa"),
        profile("sqowey"),
    ] {
        assert_eq!(config.policy.pkce, PkcePolicy::Public);
        assert!(!config.policy.response_iss, "{}", config.issuer);
    }
}

#[test]
fn who_may_sign_up_is_named_or_said_as_before() {
    for (written, meant) in [
        ("\"open\"", SignUp::Open),
        ("\"invited\"", SignUp::Invited),
        ("\"off\"", SignUp::Off),
        ("true", SignUp::Open),
        ("false", SignUp::Off),
    ] {
        let config = load(&format!("[accounts]\nsign_up = {written}")).unwrap();
        assert_eq!(config.policy.accounts.sign_up, meant, "{written}");
    }
}
