//! `valetkey dev`: the whole thing working in a browser, in one command. A provider, a third-party demo app
//! and a small task API, on loopback only, with data in a folder of its own.
mod setup;
mod tasks_api;
#[cfg(test)]
mod tests;

use crate::http::accept::Signals;
use crate::http::listener::{self, Listener};
use crate::oauth::endpoints::origin;
use crate::ops::subscriber;
use crate::serve::{self, Listeners};
use crate::storage;
use anyhow::{Context, bail};
use config::{Config, Mail, Overrides, Sources};
use pages::DemoYourApp;
use pages::portal::PORTAL;
use setup::Credentials;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the command line may choose.
#[derive(Debug, Clone)]
pub(crate) struct DevArgs {
    /// Where the provider listens; a loopback address.
    pub(crate) listen: Option<SocketAddr>,
    /// Where the demo app and the task API listen; a loopback address.
    pub(crate) demo_listen: Option<SocketAddr>,
    /// The folder that holds database, keys, configuration and credentials.
    pub(crate) data: PathBuf,
    /// Print the addresses and credentials as one JSON document.
    pub(crate) json: bool,
}

/// Where the provider listens, and the demo app, if those ports are free.
const PORT: u16 = 8080;
const DEMO_PORT: u16 = 8081;
/// How many ports are tried where the usual one is taken.
const TRIED: u16 = 20;

/// The configuration of a development provider, written at the first start so that it can be changed.
const CONFIG: &str = include_str!("dev.toml");

/// Runs until Ctrl-C.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) async fn run(args: DevArgs) -> anyhow::Result<()> {
    for (flag, address) in [
        ("--listen", args.listen),
        ("--demo-listen", args.demo_listen),
    ] {
        if let Some(address) = address
            && !address.ip().is_loopback()
        {
            bail!(
                "`valetkey dev` is for this machine only, and {flag} {address} is not a loopback address: \
                 use 127.0.0.1, or `valetkey serve` for a public provider"
            );
        }
    }
    let signals = Signals::catch()?;
    let provider = bind(args.listen, PORT, "--listen")?;
    let demo_app = bind(args.demo_listen, DEMO_PORT, "--demo-listen");
    let demo_app = demo_app.context("the demo app cannot start")?;
    let (listen, demo_listen) = (provider.local_addr()?, demo_app.local_addr()?);
    let (config, sources) = config(&args.data, listen)?;
    let config_path = config.source.clone().unwrap_or_default();
    let log = subscriber::start(&config.log);
    for (chosen, usual, own) in [
        (args.listen, PORT, listen.port()),
        (args.demo_listen, DEMO_PORT, demo_listen.port()),
    ] {
        if chosen.is_none() && own != usual {
            tracing::warn!("port {usual} is taken: {own} is used in its place");
        }
    }
    let listeners = Listeners::beside(Listener::Tcp(provider), &config)?;
    let app = Arc::new(serve::open(config, log).await?);
    let credentials = setup::ensure(&app, &args.data, demo_listen.port()).await?;
    let tasks_api = tasks_api::write_settings(&app, &credentials, &args.data).await?;
    let addresses = Addresses {
        issuer: app.config.issuer.clone(),
        apps: format!("{}{PORTAL}", app.config.portal_base),
        demo: format!("http://localhost:{}", demo_listen.port()),
        config: config_path,
        tasks_api: format!(
            "cargo run --profile quick -p tasks-api -- --settings {}",
            tasks_api.display()
        ),
    };
    match args.json {
        true => println!("{}", addresses.json(&credentials)),
        false => println!("{}", addresses.text(&credentials)),
    }
    let demo = demo::router(registration(&app.config, &credentials, &addresses.demo));
    let demo = tokio::spawn(async move { axum::serve(demo_app, demo).await });
    let served = serve::run(app, sources, listeners, signals).await;
    demo.abort();
    served
}

/// Binds the address that was chosen; where none was, the usual port or the next free one.
fn bind(
    chosen: Option<SocketAddr>,
    usual: u16,
    flag: &str,
) -> anyhow::Result<tokio::net::TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut free =
        (usual..usual + TRIED).filter_map(|port| listener::tcp(at(port), &[], flag).ok());
    match chosen.is_none().then(|| free.next()).flatten() {
        Some(free) => Ok(free),
        None => listener::tcp(chosen.unwrap_or(at(usual)), &[], flag),
    }
}

fn config(data: &Path, listen: SocketAddr) -> anyhow::Result<(Config, Sources)> {
    crate::ops::server_key::make_folder(data)?;
    let path = data.join("valetkey.toml");
    if !path.exists() {
        std::fs::write(&path, CONFIG)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let overrides = Overrides {
        listen: Some(listen.to_string()),
        issuer: Some(format!("http://localhost:{}", listen.port())),
        ..Overrides::default()
    };
    let sources = Sources::read(Some(&path), &overrides, storage::check_url)?;
    let config = sources.config()?;
    crate::preflight::check(&config)?;
    Ok((config, sources))
}

/// What the demo app and the API were told when they were registered.
fn registration(config: &Config, credentials: &Credentials, base: &str) -> demo::Settings {
    let paths = &config.paths;
    let at = |aliases: &[String]| {
        let path = aliases.first().map_or("", String::as_str);
        format!("{}{path}", origin(&config.issuer))
    };
    demo::Settings {
        issuer: config.issuer.clone(),
        apps: format!("{}{PORTAL}", config.portal_base),
        authorization: at(&paths.authorize),
        token: at(&paths.token),
        revocation: at(&paths.revoke),
        device: match paths.device.is_empty() {
            true => String::new(),
            false => at(&paths.device),
        },
        introspection: at(&paths.introspect),
        provider: config.branding.product.clone(),
        base: base.to_owned(),
        client_id: credentials.app.client_id.clone(),
        client_secret: credentials.app.client_secret.clone(),
        api_id: credentials.api.client_id.clone(),
        api_secret: credentials.api.client_secret.clone(),
        scopes: "tasks:read tasks:write".to_owned(),
        mail: config.mail.as_ref().and_then(Mail::folder),
    }
}

/// Where everything is.
struct Addresses {
    issuer: String,
    /// Where developers run their apps.
    apps: String,
    demo: String,
    config: PathBuf,
    /// The command that starts the larger example.
    tasks_api: String,
}

impl Addresses {
    fn json(&self, credentials: &Credentials) -> serde_json::Value {
        serde_json::json!({
            "issuer": self.issuer,
            "apps": self.apps,
            "demo_app": self.demo,
            "your_app": format!("{}{}", self.demo, DemoYourApp::PATH),
            "tasks_api": format!("{}/v1/tasks", self.demo),
            "config": self.config,
            "tasks_api_example": self.tasks_api,
            "user": credentials.user,
            "admin": credentials.admin,
            "app": credentials.app,
            "resource_server": credentials.api,
        })
    }

    fn text(&self, credentials: &Credentials) -> String {
        let Addresses {
            issuer,
            apps,
            demo,
            config,
            tasks_api,
        } = self;
        let Credentials {
            user,
            admin,
            app,
            api,
        } = credentials;
        let config = config.display();
        format!(
            r#"
Valetkey is running. Start here, in a browser:

    {demo}          a demo app of Ada Admin: press Connect
    {issuer}          the provider: your account
    {apps}     your own apps: make one, and get a token with it
    {demo}/v1/tasks a small API that the token opens
    {demo}/mail     the mails that were sent

Sign in as

    {}    password {}
    {}   password {} (admin)

Try it in another terminal (these lines work when pasted):

    TOKEN=$(curl -s -u {}:{} -d grant_type=client_credentials -d scope=tasks:read {issuer}/oauth2/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
    curl -s -H "Authorization: Bearer $TOKEN" {demo}/v1/tasks
    curl -s -u {}:{} -d token=$TOKEN {issuer}/oauth2/introspect

A larger API, to be run beside this one from the folder of the sources (its secret is in the file):
    {tasks_api}

Settings are in {config}; the commands of `valetkey app` and `valetkey user` take it by --config.
Stop with Ctrl-C. The next start finds all of this again.
"#,
            user.email,
            user.password,
            admin.email,
            admin.password,
            app.client_id,
            app.client_secret,
            api.client_id,
            api.client_secret,
        )
    }
}
