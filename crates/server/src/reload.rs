//! The configuration that is in force, and the next one taking its place: read whole and checked whole, then in force at once
//! or refused.
use crate::http::brand::Brand;
use crate::http::connection::Shared;
use crate::http::cookies::Cookies;
use crate::http::site::Site;
use crate::jobs;
use crate::oauth::endpoints::endpoints;
use crate::ops::metrics::Requests;
use crate::ops::outbound::outbound;
use crate::ops::passkeys::Passkeys;
use crate::ops::request_log::RequestLog;
use crate::ops::sealing::{self, Sealing};
use crate::ops::service;
use crate::ops::stopping::Stopping;
use crate::ops::telemetry::Telemetry;
use crate::ops::upstream;
use crate::preflight;
use crate::rooms;
use crate::state::{App, AppState, Current, Lasting};
use crate::test_side;
use anyhow::bail;
use config::{Config, Overrides, Sources};
use protocol::metadata;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio::sync::{Mutex, watch};

/// How often it is looked whether certificates, keys and secrets have changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// See the module. Requests under way are finished by the configuration that they began with; each one after that, on
/// whichever connection, is answered by the next.
pub(crate) struct Configuration {
    /// Whoever makes the next one holds it.
    sources: Mutex<Sources>,
    app: watch::Sender<App>,
    connections: watch::Sender<Arc<Shared>>,
}

/// What the next configuration is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Its file, as it is now.
    File,
    /// The same text as the one in force: other files have changed, and what is being written into its own is not to be
    /// taken by accident.
    SameText,
}

impl Configuration {
    /// Begins with the one that the server was opened with.
    ///
    /// # Errors
    /// When the TLS certificate or key cannot be used.
    pub(crate) fn begin(app: App, sources: Sources) -> anyhow::Result<(Arc<Self>, Current)> {
        let shared = Shared::of(app.clone(), rooms::sites(&app.config))?;
        let (app, current) = Current::of(app);
        let configuration = Configuration {
            sources: Mutex::new(sources),
            app,
            connections: watch::Sender::new(Arc::new(shared)),
        };
        Ok((Arc::new(configuration), current))
    }

    /// The server as it is configured now.
    pub(crate) fn app(&self) -> App {
        self.app.borrow().clone()
    }

    /// What the command line said at the start in place of the file.
    pub(crate) async fn overrides(&self) -> Overrides {
        self.sources.lock().await.overrides().clone()
    }

    /// What connections are served by, now and later.
    pub(crate) fn connections(&self) -> watch::Receiver<Arc<Shared>> {
        self.connections.subscribe()
    }

    /// Reads the configuration again and puts it in force. The log tells what came of it.
    ///
    /// # Errors
    /// All that is wrong, one sentence a line; the earlier one stays in force.
    pub(crate) async fn reload(&self) -> anyhow::Result<App> {
        self.replace(Of::File).await
    }

    async fn replace(&self, of: Of) -> anyhow::Result<App> {
        let mut sources = self.sources.lock().await;
        if of == Of::File {
            service::reloading();
        }
        let replaced = self.replaced(&mut sources, of).await;
        service::ready(match &replaced {
            Ok(_) => "the configuration was read again",
            Err(_) => "the configuration was refused, and the earlier one stays in force",
        });
        replaced
    }

    async fn replaced(&self, sources: &mut Sources, of: Of) -> anyhow::Result<App> {
        let (known, before) = (sources.clone(), self.app());
        let made = tokio::task::spawn_blocking(move || made(&known, &before, of));
        let reloads = &self.app().reloads;
        match made.await? {
            Ok((read, shared)) => {
                *sources = read;
                let app = shared.app.clone();
                prepare(&app).await;
                self.connections.send_replace(shared);
                let earlier = self.app.send_replace(app.clone());
                if !Arc::ptr_eq(&earlier.request_log, &app.request_log) {
                    jobs::write_request_log_of(&earlier).await;
                }
                reloads.taken();
                tell(&app.config);
                Ok(app)
            }
            Err(error) => {
                reloads.refused();
                Err(error)
            }
        }
    }
}

/// What takes the place of `before`.
fn made(sources: &Sources, before: &App, of: Of) -> anyhow::Result<(Sources, Arc<Shared>)> {
    let sources = match of {
        Of::File => sources.read_again()?,
        Of::SameText => sources.clone(),
    };
    let config = sources.next(&before.config)?;
    preflight::check(&config)?;
    let sealing = Sealing::read(&config)?;
    let sealed = before.sealing.seals();
    if !sealing.states().iter().any(|(key, _)| *key == sealed) {
        bail!(
            "sealing: key {sealed}, under which secrets are sealed until now, is not among the keys any more: keep it, and put the new one behind it"
        );
    }
    let app = Arc::new(configured(
        config,
        before.lasting.clone(),
        sealing,
        Some(before),
    )?);
    let sites = rooms::sites(&app.config);
    Ok((sources, Arc::new(Shared::of(app, sites)?)))
}

/// The state of a server with this configuration; `earlier` is what it was before.
///
/// # Errors
/// One sentence on what of the configuration cannot be used.
pub(crate) fn configured(
    config: Config,
    lasting: Arc<Lasting>,
    sealing: Sealing,
    earlier: Option<&AppState>,
) -> anyhow::Result<AppState> {
    let document = metadata::document(&config.policy, endpoints(&config));
    let logged = earlier.filter(|earlier| earlier.config.request_log == config.request_log);
    let is_counted = config.metrics.is_some() || config.telemetry.is_some();
    let counted = is_counted.then(|| Arc::new(counted(&config)));
    // What was counted before goes on, unless other routes are counted now.
    let before = earlier.and_then(|earlier| earlier.requests.clone());
    let before = before.filter(|before| counted.as_ref().is_some_and(|new| new.counts_as(before)));
    let requests = before.or(counted);
    Ok(AppState {
        telemetry: telemetry(&config, requests.as_ref(), earlier)?,
        brand: Brand::read(&config).map_err(anyhow::Error::msg)?,
        upstream: upstream::load(&config).map_err(anyhow::Error::msg)?,
        passkeys: Passkeys::of(&config).map_err(anyhow::Error::msg)?,
        outbound: Arc::new(outbound(&config)),
        request_log: match logged {
            Some(earlier) => earlier.request_log.clone(),
            None => Arc::new(RequestLog::of(&config)),
        },
        requests,
        metadata: serde_json::to_string_pretty(&document)?,
        developer_pages: OnceLock::new(),
        cookies: Cookies::of(&config.issuer, config.policy.accounts.session),
        sealing,
        lasting,
        config,
    })
}

/// What a collector is handed: that of before goes on, unless something of it is to be another way.
fn telemetry(
    config: &Config,
    requests: Option<&Arc<Requests>>,
    earlier: Option<&AppState>,
) -> anyhow::Result<Option<Arc<Telemetry>>> {
    let Some(requests) = requests else {
        return Ok(None);
    };
    let same = earlier.filter(|earlier| {
        let counts = earlier.requests.as_ref();
        counts.is_some_and(|counts| Arc::ptr_eq(counts, requests))
            && earlier.config.telemetry == config.telemetry
            && earlier.config.outbound.ca_file == config.outbound.ca_file
    });
    match same {
        Some(earlier) => {
            earlier.telemetry.iter().for_each(|one| one.trust_anew());
            Ok(earlier.telemetry.clone())
        }
        None => Ok(Telemetry::of(config, requests)?.map(Arc::new)),
    }
}

/// Counts requests by the routes that are mounted.
fn counted(config: &Config) -> Requests {
    let (site, portal) = rooms::sites(config);
    let all = [Some(&site), portal.as_ref()].into_iter().flatten();
    let mounted = all.flat_map(Site::mounted);
    Requests::of(mounted.map(|(_, path)| path.as_str()))
}

/// Brings into the storage what a configuration asks to have there. What fails now is tried again by the jobs.
pub(crate) async fn prepare(app: &App) {
    test_side::publish(app).await;
    // Before the first request, so that nobody keeps an empty set.
    if let Err(error) = jobs::look_at_signing_keys(app).await {
        app.outage.note(&error);
    }
}

/// Tells the log what there is to know of a configuration.
pub(crate) fn tell(config: &Config) {
    for note in &config.notes {
        tracing::info!("{note}");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

/// Reads the configuration again at each SIGHUP.
pub(crate) async fn at_hangup(
    configuration: Arc<Configuration>,
    mut hangup: Signal,
    ending: Arc<Stopping>,
) {
    loop {
        tokio::select! {
            _ = hangup.recv() => tell_of(configuration.reload().await, "SIGHUP"),
            () = ending.begun() => return,
        }
    }
}

/// Tells what came of an attempt, and what it was for.
pub(crate) fn tell_of(reloaded: anyhow::Result<App>, why: &str) {
    match reloaded {
        Ok(_) => tracing::info!("{why}: the configuration was read again and is in force"),
        Err(error) => tracing::error!(
            %error,
            "{why}: the configuration is refused and the earlier one stays in force: {}",
            format!("{error:#}").replace('\n', "; ")
        ),
    }
}

/// Takes over certificates, keys and secrets when their files have changed, and stay as they are for a while: those of a
/// pair are not replaced in the same moment.
pub(crate) async fn when_files_change(configuration: Arc<Configuration>, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let mut taken = states(&configuration.app().config);
    let mut seen = taken.clone();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = ending.begun() => return,
        }
        let now = states(&configuration.app().config);
        let steady = now == seen;
        seen = now;
        // A file that a later configuration names is taken as it was when that was read.
        let changed = seen
            .iter()
            .filter(|(file, state)| taken.get(*file).is_some_and(|before| before != *state));
        let changed: Vec<String> = changed
            .map(|(file, _)| file.display().to_string())
            .collect();
        if changed.is_empty() || steady {
            taken.clone_from(&seen);
        }
        if !changed.is_empty() && steady {
            let why = format!("{} changed", changed.join(", "));
            tell_of(configuration.replace(Of::SameText).await, &why);
        }
    }
}

/// What tells one content of a file from another: where it is, its size, its times. `None`: it is not there.
type FileState = Option<(u64, u64, u64, (i64, i64), (i64, i64))>;

/// The states of the files that certificates, keys and secrets are read from.
fn states(config: &Config) -> BTreeMap<PathBuf, FileState> {
    let tls = config.tls.iter().flat_map(|tls| [&tls.cert, &tls.key]);
    let upstream = config
        .upstream
        .iter()
        .filter_map(|own| own.key_file.as_ref());
    let others = tls.chain(upstream).chain(&config.outbound.ca_file);
    let files = others.chain(&config.secret_files).cloned();
    let files = files.chain(sealing::file_of(config));
    files
        .map(|file| (state(&file), file))
        .map(|(state, file)| (file, state))
        .collect()
}

fn state(file: &Path) -> FileState {
    let about = std::fs::metadata(file).ok()?;
    let written = (about.mtime(), about.mtime_nsec());
    let changed = (about.ctime(), about.ctime_nsec());
    Some((about.dev(), about.ino(), about.len(), written, changed))
}
