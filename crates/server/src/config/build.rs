//! Checks the settings and makes the configuration.
use super::address::{BaseUrl, host_of, is_loopback, listen_address};
use super::fault::ConfigFault;
use super::layers::{Layers, Origin};
use super::settings::SynchronousSetting;
use super::{Branding, Config, Tls, developers, paths, policy, test_side};
use ipnet::IpNet;
use protocol::types::Lifetime;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Location, PostgresUrl, Synchronous};

/// Longest name of a product, in characters.
const MAX_PRODUCT: usize = 60;

/// Checks everything, in the order of the reference.
pub(super) fn config(layers: &Layers) -> Result<Config, ConfigFault> {
    let mut warnings = Vec::new();
    let listen = listen(layers)?;
    let issuer = issuer(layers, listen)?;
    let base = BaseUrl::parse(&issuer).map_err(|what| layers.fault("issuer", what))?;
    let settings = &layers.settings;
    let policy = policy::policy(layers, &issuer, &base.origin(), &mut warnings)?;
    let documented = test_side::test_side(layers, &policy.accounts)?;
    let storage = storage(layers)?;
    let config = Config {
        source: layers.source.clone(),
        listen,
        api_base: host(layers, &base, "hosts.api", settings.hosts.api.as_deref())?,
        portal_base: host(
            layers,
            &base,
            "hosts.portal",
            settings.hosts.portal.as_deref(),
        )?,
        issuer,
        keys: keys(layers, &storage),
        storage,
        synchronous: synchronous(layers, &mut warnings),
        paths: paths::paths(layers)?,
        policy,
        documented,
        branding: branding(layers)?,
        developers: developers::developers(layers)?,
        tls: tls(layers)?,
        trusted_proxies: proxies(layers)?,
        keep_alive: keep_alive(layers)?,
        log: settings.log.format,
        warnings,
    };
    Ok(with_tls_warning(config, &base))
}

fn listen(layers: &Layers) -> Result<SocketAddr, ConfigFault> {
    let text = &layers.settings.listen;
    let fault = || {
        let what = format!(
            "{text:?} is not an address with a port: write it like 127.0.0.1:8080 or [::]:443"
        );
        layers.fault("listen", what)
    };
    listen_address(text).ok_or_else(fault)
}

fn issuer(layers: &Layers, listen: SocketAddr) -> Result<String, ConfigFault> {
    match &layers.settings.issuer {
        Some(issuer) => Ok(issuer.clone()),
        None if listen.ip().is_loopback() => Ok(format!("http://localhost:{}", listen.port())),
        None => Err(ConfigFault::new(
            "issuer",
            "is not set, and people reach this address from elsewhere: write issuer = \"https://…\", the URL they will see",
        )),
    }
}

/// The base URL of another host of the provider; an issuer on loopback takes in every host that is not.
fn host(
    layers: &Layers,
    issuer: &BaseUrl,
    path: &str,
    host: Option<&str>,
) -> Result<String, ConfigFault> {
    let Some(host) = host else {
        return Ok(issuer.origin());
    };
    if host_of(host).is_none() {
        let what =
            format!("{host:?} is not a host: write it like api.example.com, without https://");
        return Err(layers.fault(path, what));
    }
    match issuer.is_loopback() && !is_loopback(host) {
        true => Ok(issuer.origin()),
        false => Ok(issuer.on(host)),
    }
}

/// A path of the file is relative to the file; one from elsewhere is relative to where we run.
fn resolved(layers: &Layers, path: &str, value: &Path) -> PathBuf {
    let folder = layers.source.as_deref().and_then(Path::parent);
    match (layers.origin(path), folder) {
        (Origin::File { .. } | Origin::Default, Some(folder)) => folder.join(value),
        _ => value.to_owned(),
    }
}

fn storage(layers: &Layers) -> Result<Location, ConfigFault> {
    let fault = |what: &str| layers.fault("storage.url", what);
    let url = &layers.settings.storage.url;
    if url.starts_with("postgres") {
        let read = PostgresUrl::parse(url).map_err(|what| fault(&what))?;
        return Ok(Location::Postgres(read));
    }
    let rest = url.strip_prefix("sqlite:").ok_or_else(|| {
        fault(
            "only SQLite and PostgreSQL are known here: write sqlite:PATH, such as sqlite:/var/lib/valetkey.db, \
             or postgres://USER@HOST/DATABASE",
        )
    })?;
    let path = match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => {
            return Err(fault(
                "a path does not start with two slashes: write sqlite:PATH",
            ));
        }
        None => rest,
    };
    if path.is_empty() || path.starts_with(':') || path.ends_with('/') || path.contains('\0') {
        return Err(fault(
            "the path of a file is missing: write sqlite:PATH, such as sqlite:valetkey.db",
        ));
    }
    let path = resolved(layers, "storage.url", Path::new(path));
    Ok(Location::Sqlite(path))
}

/// Every node of a provider needs the same keys, so beside PostgreSQL their folder is named.
fn keys(layers: &Layers, storage: &Location) -> PathBuf {
    match (&layers.settings.storage.keys, storage) {
        (Some(keys), _) => resolved(layers, "storage.keys", keys),
        (None, Location::Sqlite(path)) => path.with_extension("keys"),
        (None, Location::Postgres(_)) => {
            resolved(layers, "storage.keys", Path::new("valetkey.keys"))
        }
    }
}

/// What an answer waits for; anything but the disk is warned about.
fn synchronous(layers: &Layers, warnings: &mut Vec<String>) -> Synchronous {
    let (synchronous, loses) = match layers.settings.storage.synchronous {
        SynchronousSetting::Full => return Synchronous::Full,
        SynchronousSetting::Normal => (Synchronous::Normal, "lose"),
        SynchronousSetting::Off => (Synchronous::Off, "break the database or lose"),
    };
    warnings.push(format!(
        "storage.synchronous is not full: a power cut may {loses} tokens and revocations that were answered, so keep it for tests"
    ));
    synchronous
}

fn branding(layers: &Layers) -> Result<Branding, ConfigFault> {
    let branding = &layers.settings.branding;
    let product = branding.product.trim();
    let length = product.chars().count();
    if length == 0 || length > MAX_PRODUCT || product.chars().any(char::is_control) {
        let what = format!("write a name of 1 to {MAX_PRODUCT} characters");
        return Err(layers.fault("branding.product", what));
    }
    if let Some(accent) = &branding.accent
        && !is_colour(accent)
    {
        let what = format!("{accent:?} is not a colour: write it like \"#0b7a4b\" or \"#07b\"");
        return Err(layers.fault("branding.accent", what));
    }
    Ok(Branding {
        product: product.to_owned(),
        accent: branding.accent.clone(),
    })
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    [3, 6].contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn tls(layers: &Layers) -> Result<Option<Tls>, ConfigFault> {
    let tls = &layers.settings.tls;
    match (&tls.cert, &tls.key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(Tls {
            cert: resolved(layers, "tls.cert", cert),
            key: resolved(layers, "tls.key", key),
        })),
        (None, _) => Err(layers.fault("tls.cert", "is missing beside tls.key: name both files")),
        (_, None) => Err(layers.fault("tls.key", "is missing beside tls.cert: name both files")),
    }
}

fn keep_alive(layers: &Layers) -> Result<Duration, ConfigFault> {
    let most = Lifetime::from_minutes(60);
    let time = policy::within(layers, "keep_alive", layers.settings.keep_alive, most)?;
    Ok(Duration::from_secs(time.seconds().unsigned_abs()))
}

fn proxies(layers: &Layers) -> Result<Vec<IpNet>, ConfigFault> {
    let read = |text: &String| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
            let what = format!(
                "{text:?} is neither an address nor a network: write it like 10.0.0.7 or 10.0.0.0/8"
            );
            layers.fault("trusted_proxies", what)
        })
    };
    layers.settings.trusted_proxies.iter().map(read).collect()
}

fn with_tls_warning(mut config: Config, issuer: &BaseUrl) -> Config {
    let open = config.tls.is_none() && config.trusted_proxies.is_empty();
    if issuer.scheme == "https" && open {
        config.warnings.push(
            "the issuer is https, but there is neither [tls] nor trusted_proxies: name a certificate, or the proxy in front that has one".to_owned(),
        );
    }
    config
}
