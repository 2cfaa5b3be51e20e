//! A running server with a configuration and a store of its own.

use crate::postgres::Database;
use crate::process::{Signal, kill, signal, terminate};
use crate::{Api, Browser, Request, Trust, Url, free_port, record, tls, wait_for_exit};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take until it is ready, or until it has stopped.
const LIMIT: Duration = Duration::from_secs(30);

/// A certificate of another authority, for a provider to take.
#[derive(Debug)]
pub struct NewCertificate {
    folder: TempDir,
    trust: Trust,
}

impl NewCertificate {
    /// A new one.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = tls::certify(folder.path());
        NewCertificate { folder, trust }
    }

    /// What its clients believe.
    pub fn trust(&self) -> Trust {
        self.trust.clone()
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A `valetkey serve` on loopback. Dropping it kills the server and removes its folder.
#[derive(Debug)]
pub struct Provider {
    folder: TempDir,
    binary: PathBuf,
    env: Vec<(String, String)>,
    args: Vec<String>,
    issuer: String,
    database: PathBuf,
    addr: SocketAddr,
    /// Where it listens, if not there alone.
    places: Option<String>,
    child: Option<Child>,
    /// How its clients know it, when it serves https.
    pub(crate) trust: Option<Trust>,
    /// Where it keeps everything, when that is no file of its own.
    pub(crate) postgres: Option<Arc<Database>>,
}

impl Provider {
    /// Writes `config` into `folder` and chooses a port; starts nothing.
    pub(crate) fn prepared(
        folder: TempDir,
        binary: PathBuf,
        config: &str,
        env: Vec<(String, String)>,
        args: Vec<String>,
        issuer: Option<String>,
        database: &str,
    ) -> Self {
        let port = free_port();
        let issuer = issuer.unwrap_or_else(|| "http://localhost:{port}".to_owned());
        let provider = Provider {
            database: folder.path().join(database),
            folder,
            binary,
            env,
            args,
            issuer: issuer.replace("{port}", &port.to_string()),
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            places: None,
            child: None,
            trust: None,
            postgres: None,
        };
        fs::write(provider.config_path(), config).expect("write the configuration");
        record::own(provider.addr);
        provider
    }

    /// The issuer, without a slash at its end unless it was given with one.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Sets an environment variable for the next start and for the command line.
    pub fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Its folder: configuration, store, log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration file it runs with.
    pub fn config_path(&self) -> PathBuf {
        self.folder().join("valetkey.toml")
    }

    /// The certificate that clients of a provider with https must trust.
    pub fn authority_path(&self) -> PathBuf {
        self.folder().join(tls::AUTHORITY)
    }

    /// The SQLite file it keeps.
    pub fn database_path(&self) -> PathBuf {
        self.database.clone()
    }

    /// The PostgreSQL database it keeps everything in, when that is no file of its own.
    pub fn postgres(&self) -> Option<&Database> {
        self.postgres.as_deref()
    }

    /// The storage as the command line wants it.
    pub fn storage(&self) -> String {
        match &self.postgres {
            Some(database) => database.url(),
            None => format!("sqlite:{}", self.database_path().display()),
        }
    }

    /// All that the server has printed so far, over all its starts.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn log_path(&self) -> PathBuf {
        self.folder().join("valetkey.log")
    }

    /// The process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A client without cookies.
    pub fn api(&self) -> Api {
        let host = crate::Url::parse(&self.issuer).expect("the issuer is a URL");
        self.api_at(host.authority())
    }

    /// The same, of another host of the provider: `host:port`.
    pub fn api_at(&self, host: &str) -> Api {
        let api = Api::new(self.addr, host);
        match &self.trust {
            Some(trust) => api.over_tls(trust.clone()),
            None => api,
        }
    }

    /// A connection to a server of https for HTTP/2, frame by frame. A read waits a second.
    ///
    /// # Panics
    /// When there is no such server.
    pub fn http2(&self) -> impl Read + Write + use<> {
        let stream = TcpStream::connect(self.addr).expect("a connection");
        let second = Some(Duration::from_secs(1));
        stream.set_read_timeout(second).expect("a time limit");
        let trust = self.trust.as_ref().expect("a server of https").http2();
        trust.connect(stream, "localhost").expect("TLS")
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self)
    }

    /// A browser that knows an account to sign in with.
    pub fn browser_of(&self, email: &str, password: &str) -> Browser {
        Browser::new(self).with_account(email, password)
    }

    /// A command of the binary in this provider's environment, as yet without arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VALETKEY_") {
                command.env_remove(name);
            }
        }
        let env = self.env.iter().map(|(name, value)| (name, value));
        command.envs(env).current_dir(self.folder());
        command
    }

    /// Starts the server and returns at once; the caller waits for it.
    ///
    /// # Panics
    /// When it runs already or cannot be started.
    pub fn spawn(&mut self) {
        assert!(self.child.is_none(), "the server runs already");
        let log = self.open_log();
        let mut command = self.command();
        command
            .args(["serve", "--config"])
            .arg(self.config_path())
            .arg("--listen")
            .arg(self.places.clone().unwrap_or_else(|| self.addr.to_string()))
            .args(["--issuer", &self.issuer])
            .args(["--storage", &self.storage()])
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("share the log"))
            .stderr(log);
        let child = command.spawn();
        self.child = Some(child.unwrap_or_else(|e| panic!("{command:?} did not start: {e}")));
    }

    fn open_log(&self) -> File {
        let mut options = OpenOptions::new();
        let log = options.create(true).append(true).open(self.log_path());
        log.expect("open the log")
    }

    /// Starts the server and waits until it is ready; `Err` holds its log.
    pub fn try_start(&mut self) -> Result<(), String> {
        self.spawn();
        let url = Url::parse(self.issuer()).expect("the issuer is a URL");
        let ready = format!("{}/health/ready", url.path.trim_end_matches('/'));
        let (api, ready) = (self.api(), Request::get(&ready));
        let deadline = Instant::now() + LIMIT;
        while Instant::now() < deadline {
            let reply = record::silently(|| api.try_send(&ready));
            if reply.is_ok_and(|reply| reply.status == 200) {
                return Ok(());
            }
            let child = self.child.as_mut().expect("spawned above");
            if let Ok(Some(status)) = child.try_wait() {
                self.child = None;
                return Err(format!("{status}\n{}", self.log()));
            }
            std::thread::sleep(Duration::from_millis(3));
        }
        self.kill();
        Err(format!("not ready within {LIMIT:?}\n{}", self.log()))
    }

    /// Tells the server to read its configuration again (SIGHUP).
    ///
    /// # Panics
    /// When it does not run.
    #[track_caller]
    pub fn hang_up(&self) {
        let pid = self.pid().expect("the server runs");
        assert!(signal(pid, Signal::HangUp), "it cannot be told");
    }

    /// Has files of another certificate take the place of those that the server reads: `cert.pem`, `key.pem`, or both.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn put_certificate(&self, next: &NewCertificate, files: &[&str]) {
        for file in files {
            let text = fs::read(next.folder.path().join(file)).expect("it was made");
            fs::write(self.folder().join(file), text).expect("write it");
        }
    }

    /// What its clients believe, if it serves https.
    pub fn trusted(&self) -> Option<Trust> {
        self.trust.clone()
    }

    /// Has it listen elsewhere than at its address alone, from the next start on.
    pub fn listen(&mut self, places: &str) {
        self.places = Some(places.to_owned());
    }

    /// Has its clients trust another authority.
    pub fn trust(&mut self, trust: Trust) {
        self.trust = Some(trust);
    }

    /// Has a process of `binary` take over from the one that runs, which is given back.
    ///
    /// # Panics
    /// When none runs, or the next one cannot be started.
    #[track_caller]
    pub fn begin_hand_over(&mut self, binary: &Path) -> Child {
        let earlier = self.child.take().expect("the server runs");
        self.binary = binary.to_owned();
        self.args.push("--take-over".to_owned());
        self.spawn();
        self.args.pop();
        earlier
    }

    /// Waits until the earlier process has ended, and the next one serves; how the earlier one ended.
    ///
    /// # Panics
    /// When that takes too long.
    #[track_caller]
    pub fn end_hand_over(&mut self, mut earlier: Child) -> ExitStatus {
        let Some(status) = wait_for_exit(&mut earlier, LIMIT) else {
            kill(&mut earlier);
            panic!("the earlier process did not end:\n{}", self.log());
        };
        let url = Url::parse(self.issuer()).expect("the issuer is a URL");
        let ready = format!("{}/health/ready", url.path.trim_end_matches('/'));
        let reply = record::silently(|| self.api().try_send(&Request::get(&ready)));
        let is_ready = reply.as_ref().is_ok_and(|reply| reply.status == 200);
        assert!(is_ready, "{reply:?}\n{}", self.log());
        status
    }

    /// Stops the server in good order, and starts another binary on the same port and store.
    #[track_caller]
    pub fn restart_as(&mut self, binary: &Path) {
        self.stop();
        self.binary = binary.to_owned();
        self.start();
    }

    /// Starts the server again, on the same port and store.
    ///
    /// # Panics
    /// When it is not ready in time, showing its log.
    #[track_caller]
    pub fn start(&mut self) {
        if let Err(log) = self.try_start() {
            panic!("valetkey did not start:\n{log}");
        }
    }

    /// Asks the server to stop (SIGTERM) and waits for its end.
    ///
    /// # Panics
    /// When it does not run, or has not stopped in time.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the server runs");
        terminate(&child);
        match wait_for_exit(&mut child, LIMIT) {
            Some(status) => status,
            None => {
                kill(&mut child);
                panic!("no stop within {LIMIT:?}:\n{}", self.log());
            }
        }
    }

    /// Kills the server (SIGKILL); nothing happens when it does not run.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            kill(&mut child);
        }
    }

    /// Stops the server in good order and starts it again on the same store.
    #[track_caller]
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.kill();
    }
}
