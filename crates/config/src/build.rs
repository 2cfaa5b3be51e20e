//! Checks the settings and makes the configuration.
use super::address::BaseUrl;
use super::branding::{self, Branding};
use super::checks::{Checks, LONGEST, within};
use super::developers::{self, Developers};
use super::fault::ConfigFaults;
use super::hosts::{Hosts, hosts};
use super::layers::Layers;
use super::limits::{self, Limits};
use super::listen::{self, Listen};
use super::mail::{self, Mail};
use super::outbound::{self, OutboundAllowance};
use super::passkeys::{self, RelyingParty};
use super::password::Password;
use super::paths;
use super::portal::{self, Portal};
use super::request_log::{self, RequestLog};
use super::sealing::{self, SealingKeys};
use super::settings::{LogSettings, PathSettings, Synchronous, TestCredentials};
use super::signing::{self, Signing};
use super::storage::{self, CheckUrl, Storage};
use super::telemetry::{self, Telemetry};
use super::upstream::{self, Upstream};
use super::values::Span;
use super::{introductions, login, network, policy, test_side, without_effect};
use protocol::Policy;
use protocol::types::Lifetime;
use protocol::types::email::email_key;
use protocol::types::ids::Region;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// A configuration that was found to be in order.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from, if any.
    pub source: Option<PathBuf>,
    /// Where to listen: one place at least.
    pub listen: Vec<Listen>,
    /// The issuer identifier, byte for byte as configured.
    pub issuer: String,
    /// The API's, with the issuer's path: where `token_info` is published.
    pub api_base: String,
    /// The developer portal's: the issuer's, or that of a host of its own.
    pub portal_base: String,
    /// The database.
    pub storage: Storage,
    /// The folder of the server's key files.
    pub keys: PathBuf,
    /// Where the sealing keys are.
    pub sealing: SealingKeys,
    /// The keys that sign.
    pub signing: Signing,
    /// What an answer waits for.
    pub synchronous: Synchronous,
    /// Where this server is: ids of different regions are never the same.
    pub region: Region,
    /// How long the addresses of events are kept; 0: not at all.
    pub keep_addresses: Lifetime,
    /// What rules obey.
    pub policy: Policy,
    /// The company's own login, where people sign in there.
    pub handoff: Option<login::Handoff>,
    /// Other providers at which people can sign in.
    pub upstream: Vec<Upstream>,
    /// By what browsers bind passkeys; `None`: nobody has any.
    pub passkeys: Option<RelyingParty>,
    /// What an app shows to register itself, where that is asked for.
    pub initial_token: Option<Password>,
    /// Test credentials that are published, if there are any.
    pub documented: Option<TestCredentials>,
    /// Endpoint paths, the first of each published; none where it is switched off.
    pub paths: PathSettings,
    /// What people see of the provider.
    pub branding: Branding,
    /// The developer pages.
    pub developers: Developers,
    /// The pages on which developers run their apps.
    pub portal: Portal,
    /// What is kept of apps' requests.
    pub request_log: RequestLog,
    /// A certificate to serve https with.
    pub tls: Option<Tls>,
    /// How mail is sent, if it is.
    pub mail: Option<Mail>,
    /// What may be fetched from elsewhere.
    pub outbound: OutboundAllowance,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// How long a connection stays open on which nothing is asked.
    pub keep_alive: Duration,
    /// How much is taken at the door.
    pub limits: Limits,
    /// The log.
    pub log: LogSettings,
    /// Where metrics are told.
    pub metrics: Option<Listen>,
    /// Files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
    /// Who is handed traces and metrics, if anybody is.
    pub telemetry: Option<Telemetry>,
    /// What was left aside, one sentence each.
    pub notes: Vec<String>,
    /// What is allowed but deserves a second look, one sentence each.
    pub warnings: Vec<String>,
}

impl Config {
    /// The issuer without a slash at its end: what every path of ours stands behind.
    pub fn base(&self) -> &str {
        self.issuer.strip_suffix('/').unwrap_or(&self.issuer)
    }

    /// The path that every path of ours stands behind, such as `/tenant`; empty at the root of a host.
    pub fn prefix(&self) -> &str {
        let base = self.base();
        let host = base.find("://").map_or(0, |at| at + 3);
        let path = base[host..].find('/');
        path.map_or("", |at| &base[host + at..])
    }

    /// Whether the portal is on a host of its own. The issuer is at the root of its host then.
    pub fn has_portal_host(&self) -> bool {
        self.portal_base != self.base()
    }

    /// Whether the account of this address has a password that the documentation publishes.
    pub fn is_published(&self, email: &str) -> bool {
        let published = self.documented.as_ref();
        published.is_some_and(|credentials| email_key(&credentials.email) == email_key(email))
    }
}

/// A certificate, both files in PEM. They are not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate with its chain.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Where each of them was set, such as `valetkey.toml:12`: first the certificate, then the key.
    pub set_at: [String; 2],
}

/// Checks everything; all that is wrong is told at once.
pub(super) fn config(layers: &Layers, check_url: CheckUrl) -> Result<Config, ConfigFaults> {
    let checks = &mut Checks::new(layers);
    let listen = listen::listen(checks);
    let (issuer, base) = issuer(checks, &listen);
    let settings = checks.settings();
    let signing = signing::signing(checks);
    let Hosts { api, portal } = hosts(checks, &base);
    let mut bases = vec![base.base(), api.clone(), portal.clone()];
    bases.dedup();
    let policy = policy::policy(checks, &issuer, &bases, &signing);
    let documented = test_side::test_side(checks, &policy.accounts);
    let handoff = login::handoff(checks, base.is_loopback(), policy.openid.as_deref());
    let storage = storage::storage(checks, check_url);
    let config = Config {
        source: layers.source.clone(),
        metrics: listen::metrics(checks, &listen),
        listen,
        api_base: api,
        portal_base: portal,
        issuer,
        keys: storage::keys(layers, &storage),
        sealing: sealing::sealing(checks),
        signing,
        synchronous: storage::synchronous(checks, &storage),
        storage,
        region: region(checks),
        keep_addresses: keep_addresses(checks),
        paths: paths::paths(checks),
        upstream: upstream::upstream(checks, base.is_loopback(), policy.accounts.sign_up),
        policy,
        handoff,
        passkeys: passkeys::passkeys(checks, &base),
        initial_token: introductions::initial_token(checks),
        documented,
        branding: branding::branding(checks),
        developers: developers::developers(checks),
        portal: portal::portal(checks),
        request_log: request_log::request_log(checks),
        keep_alive: keep_alive(checks),
        limits: limits::limits(checks),
        tls: tls(checks),
        mail: mail::mail(checks),
        outbound: outbound::outbound(checks, base.is_loopback()),
        telemetry: telemetry::telemetry(checks),
        trusted_proxies: network::proxies(checks),
        log: settings.log.clone(),
        notes: layers.notes.clone(),
        secret_files: Vec::new(),
        warnings: Vec::new(),
    };
    without_effect::warn(checks);
    warn_of_plain_http(checks, &config, base.scheme);
    let mut checks = std::mem::replace(checks, Checks::new(layers));
    let config = Config {
        warnings: std::mem::take(&mut checks.warnings),
        secret_files: std::mem::take(&mut checks.files),
        ..config
    };
    checks.finish(config)
}

fn issuer(checks: &mut Checks<'_>, listen: &[Listen]) -> (String, BaseUrl) {
    let address = listen.iter().find_map(Listen::address);
    let local = format!(
        "localhost:{}",
        address.map_or(8080, |address| address.port())
    );
    let stand_in = BaseUrl {
        scheme: "http",
        authority: local.clone(),
        path: String::new(),
    };
    let Some(issuer) = &checks.settings().issuer else {
        if address.is_none() || !listen.iter().all(Listen::is_local) {
            checks.fault("issuer", "is not set, and people reach this address from elsewhere: write issuer = \"https://…\", the URL they will see");
        }
        return (format!("http://{local}"), stand_in);
    };
    match BaseUrl::parse(issuer) {
        Ok(base) => (issuer.clone(), base),
        Err(what) => {
            checks.fault("issuer", what);
            (issuer.clone(), stand_in)
        }
    }
}

fn tls(checks: &mut Checks<'_>) -> Option<Tls> {
    let (layers, tls) = (checks.layers, &checks.settings().tls);
    match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => {
            return Some(Tls {
                cert: layers.resolved("tls.cert", cert),
                key: layers.resolved("tls.key", key),
                set_at: ["tls.cert", "tls.key"].map(|path| layers.origin(path).to_string()),
            });
        }
        (None, None) => {}
        (None, _) => checks.fault("tls.cert", "is missing beside tls.key: name both files"),
        (_, None) => checks.fault("tls.key", "is missing beside tls.cert: name both files"),
    }
    None
}

fn keep_alive(checks: &mut Checks<'_>) -> Duration {
    let most = Lifetime::from_minutes(60);
    let time = within(checks, "keep_alive", checks.settings().keep_alive, most);
    Duration::from_secs(time.seconds().unsigned_abs())
}

fn region(checks: &mut Checks<'_>) -> Region {
    Region::new(checks.settings().storage.region).unwrap_or_else(|| {
        checks.fault(
            "storage.region",
            format!("is not between 0 and {}", Region::MAX),
        );
        Region::default()
    })
}

fn keep_addresses(checks: &mut Checks<'_>) -> Lifetime {
    let Span(time) = checks.settings().events.keep_addresses;
    let most = LONGEST;
    if time > most {
        checks.fault(
            "events.keep_addresses",
            format!("{time} is longer than {most}"),
        );
    }
    time
}

/// Warns where nothing encrypts what is sent.
fn warn_of_plain_http(checks: &mut Checks<'_>, config: &Config, scheme: &str) {
    let here = IpAddr::from(Ipv4Addr::LOCALHOST);
    let trusts_here = config.trusted_proxies.iter().any(|net| net.contains(&here));
    let unix = config
        .listen
        .iter()
        .find(|listen| matches!(listen, Listen::Unix { .. }));
    if let Some(listen) = unix.filter(|_| !trusts_here) {
        checks.warn(format!(
            "{listen}: whoever connects there counts as 127.0.0.1, which is not among trusted_proxies, so all people behind a proxy have one address, and it is not limited: name 127.0.0.1 there"
        ));
        return;
    }
    if config.tls.is_some() || !config.trusted_proxies.is_empty() {
        return;
    }
    // Which sockets systemd has opened is not known here.
    let is_open = |listen: &&Listen| matches!(listen, Listen::Tcp(_)) && !listen.is_local();
    if let Some(listen) = config.listen.iter().find(is_open) {
        checks.warn(format!(
            "{listen} is reached from elsewhere over plain http, where passwords and tokens can be read: name a certificate under [tls], or the proxy in front in trusted_proxies"
        ));
    } else if scheme == "https" {
        checks.warn(
            "the issuer is https, but there is neither [tls] nor trusted_proxies: name a certificate, or the proxy in front that has one",
        );
    }
}
