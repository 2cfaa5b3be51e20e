//! The two servers under load, behind one face.

use crate::signature::Algorithm;
use crate::{Args, Scenario, connections, counts, device, introduced};
use acceptance::postgres::Database;
use acceptance::{Provider, Request, Setup, free_port, send, wait_for_exit};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Refresh tokens the floor makes at its first start: one per connection.
pub(crate) const REFRESH_TOKENS: usize = 64;
/// Seconds after which a forgotten floor ends by itself.
const LIFE: &str = "7200";

/// Rows that one command of the command line makes, which is bounded in time.
const FILL: u64 = 500_000;

/// What the servers are called in the report.
pub(crate) const FLOOR: &str = "floor";
pub(crate) const SMALL: &str = "small store";
pub(crate) const LARGE: &str = "large store";
pub(crate) const VALETKEY: &str = "valetkey";
pub(crate) const BEFORE: &str = "before";
pub(crate) const CONTROL: &str = "control";
pub(crate) const INTRODUCED: &str = "introduced";
const LIMITED: &str = "limited";
pub(crate) const SCRAPED: &str = "scraped";
pub(crate) const AGAIN: &str = "again";

/// What `valetkey` runs with; issuer, address and storage come by flags.
const CONFIG: &str = include_str!("bench.toml");

/// Requests of this machine are counted too, against budgets that none of them uses up.
const LIMITS: &str = "[limits]\nexempt = []
programs = { per_minute = 300000, burst = 1000000 }
pages = { per_minute = 300000, burst = 1000000 }
app = { per_minute = 300000, burst = 1000000 }";

/// The bare server.
pub(crate) struct Floor {
    binary: PathBuf,
    folder: TempDir,
    addr: SocketAddr,
    child: Option<Child>,
    database: Option<Database>,
}

impl Floor {
    fn spawn(&mut self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        let mut command = Command::new(&self.binary);
        command.args(["--listen", &self.addr.to_string(), "--life", LIFE]);
        match &self.database {
            Some(database) => command.args(["--postgres", &database.url()]),
            None => command.arg("--db").arg(folder.join("floor.db")),
        };
        if !self.refresh_file().exists() {
            let count = REFRESH_TOKENS.to_string();
            command.args(["--refresh-tokens", &count, "--refresh-file"]);
            command.arg(self.refresh_file());
        }
        let log = File::create(folder.join("floor.log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", self.binary.display()))?;
        self.child = Some(child);
        Ok(())
    }

    fn refresh_file(&self) -> PathBuf {
        self.folder.path().join("refresh")
    }

    /// The refresh tokens made at the first start.
    pub(crate) fn refresh_tokens(&self) -> anyhow::Result<Vec<String>> {
        let deadline = Instant::now() + LIMIT;
        while !self.refresh_file().exists() {
            ensure!(
                Instant::now() < deadline,
                "the floor made no refresh tokens"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let text = fs::read_to_string(self.refresh_file())?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = wait_for_exit(&mut child, LIMIT);
        }
    }
}

/// A server under load.
pub(crate) enum Server {
    Floor(Floor),
    /// `valetkey`, and what its lines of the report are called.
    Valetkey(Box<Provider>, &'static str),
}

impl Server {
    /// The floor with an empty folder, not started.
    pub(crate) fn floor(args: &Args) -> anyhow::Result<Self> {
        let mut folder = tempfile::Builder::new();
        Ok(Server::Floor(Floor {
            binary: args.floor.clone().map_or_else(|| beside("floor"), Ok)?,
            folder: folder.prefix("floor-").tempdir_in(stores(args)?)?,
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())),
            child: None,
            database: args.postgres.as_deref().map(Database::on),
        }))
    }

    /// `valetkey` with an empty folder, not started.
    pub(crate) fn valetkey(args: &Args) -> anyhow::Result<Self> {
        Self::current(args, VALETKEY, None)
    }

    /// The same with a key of this algorithm, by which it signs access tokens and ID tokens.
    pub(crate) fn signing(args: &Args, algorithm: Algorithm) -> anyhow::Result<Self> {
        Self::current(args, algorithm.name(), Some(&algorithm.config()))
    }

    /// The same, where the app that people allow registered itself.
    pub(crate) fn introduced(args: &Args) -> anyhow::Result<Self> {
        Self::current(args, INTRODUCED, Some(introduced::CONFIG))
    }

    /// The same, where requests of this machine are counted against budgets as those of others are.
    pub(crate) fn limited(args: &Args) -> anyhow::Result<Self> {
        Self::current(args, LIMITED, Some(LIMITS))
    }

    /// The same, which tells its metrics there.
    pub(crate) fn scraped(args: &Args, metrics: SocketAddr) -> anyhow::Result<Self> {
        let config = format!("[metrics]\nlisten = \"{metrics}\"");
        Self::current(args, SCRAPED, Some(&config))
    }

    /// The same, but the report calls it `name`.
    pub(crate) fn valetkey_called(args: &Args, name: &'static str) -> anyhow::Result<Self> {
        match Self::valetkey(args)? {
            Server::Valetkey(provider, _) => Ok(Server::Valetkey(provider, name)),
            floor @ Server::Floor(_) => Ok(floor),
        }
    }

    /// The earlier `valetkey`, if one is to be measured.
    pub(crate) fn before(args: &Args) -> anyhow::Result<Option<Self>> {
        Self::earlier(args, BEFORE)
    }

    /// The same once more, if that is asked for.
    pub(crate) fn control(args: &Args) -> anyhow::Result<Option<Self>> {
        match args.control {
            true => Self::earlier(args, CONTROL),
            false => Ok(None),
        }
    }

    fn earlier(args: &Args, name: &'static str) -> anyhow::Result<Option<Self>> {
        let binary = args.before.as_deref();
        binary
            .map(|binary| Self::provider(args, binary, name, None))
            .transpose()
    }

    /// The `valetkey` that is measured.
    fn current(args: &Args, name: &'static str, more: Option<&str>) -> anyhow::Result<Self> {
        let binary = args.valetkey.clone();
        let binary = binary.map_or_else(|| beside("valetkey"), Ok)?;
        Self::provider(args, &binary, name, more)
    }

    fn provider(
        args: &Args,
        binary: &Path,
        name: &'static str,
        more: Option<&str>,
    ) -> anyhow::Result<Self> {
        let setup = match &args.config {
            Some(path) => Setup::file(path),
            None => Setup::toml(CONFIG),
        };
        let setup = match args.wants(Scenario::Device) {
            true => setup.with(device::CONFIG),
            false => setup,
        };
        let setup = match args.wants(Scenario::Connections) {
            true => setup.with(connections::CONFIG),
            false => setup,
        };
        let setup = match more {
            Some(config) => setup.with(config),
            None => setup,
        };
        let setup = match &args.postgres {
            Some(server) => setup.postgres(Database::on(server)),
            None => setup,
        };
        let folder = stores(args)?;
        let binary = match args.wants(Scenario::Counts) {
            true => counts::wrapper(&folder, name, binary)?,
            false => binary.to_owned(),
        };
        let provider = setup.binary(&binary).folder(&folder).prepare();
        Ok(Server::Valetkey(Box::new(provider), name))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Server::Floor(_) => FLOOR,
            Server::Valetkey(_, name) => name,
        }
    }

    /// Whether it was made by [`Server::introduced`].
    pub(crate) fn introduces(&self) -> bool {
        self.name() == INTRODUCED
    }

    /// Whether it was made by [`Server::signing`].
    pub(crate) fn signs(&self) -> bool {
        let mut algorithms = Algorithm::value_variants().iter();
        algorithms.any(|algorithm| algorithm.name() == self.name())
    }

    pub(crate) fn is_floor(&self) -> bool {
        matches!(self, Server::Floor(_))
    }

    /// The PostgreSQL database, if there is one.
    pub(crate) fn postgres(&self) -> Option<&Database> {
        match self {
            Server::Floor(floor) => floor.database.as_ref(),
            Server::Valetkey(provider, _) => provider.postgres(),
        }
    }

    /// The folder in which it runs.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Server::Floor(floor) => floor.folder.path().to_owned(),
            Server::Valetkey(provider, _) => provider.folder().to_owned(),
        }
    }

    /// The SQLite file, if there is one.
    pub(crate) fn database(&self) -> Option<PathBuf> {
        match self {
            Server::Floor(floor) => {
                (floor.database.is_none()).then(|| floor.folder.path().join("floor.db"))
            }
            Server::Valetkey(provider, _) => {
                let is_file = provider.storage().starts_with("sqlite:");
                is_file.then(|| provider.database_path())
            }
        }
    }

    /// Whether rows can be made without requests; the floor and older binaries cannot.
    pub(crate) fn can_fill(&self) -> bool {
        matches!(self, Server::Valetkey(_, name) if ![BEFORE, CONTROL].contains(name))
    }

    /// Makes rows of access tokens of `app` that nobody holds, live or expired ones.
    pub(crate) fn fill(&self, app: &str, rows: u64, expired: bool) -> anyhow::Result<()> {
        let Server::Valetkey(provider, _) = self else {
            bail!("the floor cannot be filled");
        };
        let mut left = rows;
        while left > 0 {
            let some = left.min(FILL);
            let count = some.to_string();
            let mut args = vec!["db", "fill", "--app", app, "--access-tokens", &count];
            args.push("--yes");
            if expired {
                args.push("--expired");
            }
            let done = provider.cli(&args);
            ensure!(done.code == Some(0), "db fill: {}", done.stderr);
            left -= some;
        }
        Ok(())
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        match self {
            Server::Floor(floor) => floor.addr,
            Server::Valetkey(provider, _) => provider.addr(),
        }
    }

    /// What stands in the `Host` header.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.addr().port())
    }

    /// The process id.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        let pid = match self {
            Server::Floor(floor) => floor.child.as_ref().map(Child::id),
            Server::Valetkey(provider, _) => provider.pid(),
        };
        pid.context("the server does not run")
    }

    /// Starts it and returns the time to the first 200 of `/health/ready`.
    pub(crate) fn start(&mut self) -> anyhow::Result<Duration> {
        let addr = self.addr();
        let host = self.host();
        let ready = Request::get("/health/ready");
        let begin = Instant::now();
        match self {
            Server::Floor(floor) => floor.spawn()?,
            Server::Valetkey(provider, _) => provider.spawn(),
        }
        while begin.elapsed() < LIMIT {
            if send(addr, &host, &ready).is_ok_and(|reply| reply.status == 200) {
                return Ok(begin.elapsed());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        bail!(
            "{} is not ready after {LIMIT:?}:\n{}",
            self.name(),
            self.log()
        )
    }

    /// Ends it; its store stays until it is dropped.
    pub(crate) fn stop(&mut self) {
        match self {
            Server::Floor(floor) => {
                if let Some(mut child) = floor.child.take() {
                    let _ = child.kill();
                    let _ = child.wait();
                }
            }
            Server::Valetkey(provider, _) => drop(provider.stop()),
        }
    }

    /// The end of what it printed.
    pub(crate) fn log(&self) -> String {
        let log = match self {
            Server::Floor(floor) => {
                fs::read_to_string(floor.folder.path().join("floor.log")).unwrap_or_default()
            }
            Server::Valetkey(provider, _) => provider.log(),
        };
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// Where stores are made.
fn stores(args: &Args) -> anyhow::Result<PathBuf> {
    match &args.folder {
        Some(folder) => Ok(folder.clone()),
        None => beside(""),
    }
}

/// A file beside this executable.
fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let running = std::env::current_exe()?;
    let folder = running.parent().unwrap_or(Path::new("."));
    let path = folder.join(name);
    ensure!(
        path.exists(),
        "{} is missing: build it first, or say where it is",
        path.display()
    );
    Ok(path)
}
