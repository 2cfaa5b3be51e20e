//! A PostgreSQL server of one test's own, which may be stopped, killed, silenced and started again.

use crate::process::{Signal, kill, signal};
use crate::{free_port, output, tls, wait_for_exit};
use std::fs::{self, OpenOptions};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take until it answers, or until it has stopped.
const LIMIT: Duration = Duration::from_secs(60);
/// The user who owns everything in it.
const USER: &str = "valetkey";
/// Few of everything, and `fsync` on: these servers are here to crash.
const SETTINGS: [&str; 5] = [
    "fsync=on",
    "max_connections=60",
    "shared_buffers=16MB",
    "listen_addresses=127.0.0.1",
    "restart_after_crash=off",
];

/// A server on a loopback port that stays the same over all its starts. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// User and group to run as, where the tests run as root; PostgreSQL refuses root.
    account: Option<(u32, u32)>,
    settings: Vec<String>,
    env: Vec<(String, String)>,
    child: Option<Child>,
    _own: Option<TempDir>,
}

impl Server {
    /// A new server in a folder that goes away with it; `programs` is the folder of `initdb` and `postgres`.
    ///
    /// # Panics
    /// When it cannot be made.
    #[track_caller]
    pub fn start_new(programs: &Path) -> Self {
        let own = TempDir::new().expect("make a temporary folder");
        let mut server = Self::in_folder(programs, own.path());
        server._own = Some(own);
        server.make(&[]);
        server.start();
        server
    }

    /// A server that keeps its data in `folder/disk`, as yet without any: [`make`](Self::make) makes it.
    ///
    /// # Panics
    /// When the folder cannot be given to the account that runs it.
    #[track_caller]
    pub fn in_folder(programs: &Path, folder: &Path) -> Self {
        let is_root = fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0);
        let server = Server {
            programs: programs.to_owned(),
            folder: folder.to_owned(),
            port: free_port(),
            account: is_root.then(account),
            settings: SETTINGS.map(str::to_owned).to_vec(),
            env: Vec::new(),
            child: None,
            _own: None,
        };
        server.give_away(folder);
        server
    }

    /// Makes the data by `initdb`.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn make(&self, args: &[&str]) {
        fs::create_dir_all(self.data()).expect("make the folder of the data");
        self.give_away(&self.data());
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(self.data()).args(["-U", USER]);
        initdb.args(["--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
        succeed(initdb.args(args));
    }

    /// A second server that follows this one and can be promoted.
    ///
    /// # Panics
    /// When it cannot be made.
    #[track_caller]
    pub fn standby(&self) -> Self {
        let own = TempDir::new().expect("make a temporary folder");
        let mut standby = Self::in_folder(&self.programs, own.path());
        standby._own = Some(own);
        let mut copy = standby.program("pg_basebackup");
        copy.arg("-D")
            .arg(standby.data())
            .args(["-R", "-X", "stream", "--no-sync", "-c", "fast"]);
        let port = self.port.to_string();
        succeed(copy.args(["-h", "127.0.0.1", "-p", &port, "-U", USER]));
        standby.start();
        standby
    }

    /// Ends a standby's following: it takes writes from now on.
    ///
    /// # Panics
    /// When it cannot be promoted.
    #[track_caller]
    pub fn promote(&self) {
        succeed(
            self.program("pg_ctl")
                .args(["promote", "-w", "-D"])
                .arg(self.data()),
        );
    }

    /// A setting (`name=value`) for the next start; the last of a name counts.
    pub fn set(&mut self, setting: &str) {
        self.settings.push(setting.to_owned());
    }

    /// An environment variable for the next start.
    pub fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Lets it offer TLS from the next start on, with a certificate for `localhost`; the file of its authority.
    ///
    /// # Panics
    /// When that cannot be made.
    #[track_caller]
    pub fn certify(&mut self) -> PathBuf {
        tls::certify(&self.folder);
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| self.folder.join(name));
        self.own(&cert);
        self.own(&key);
        self.set("ssl=on");
        self.set(&format!("ssl_cert_file={}", cert.display()));
        self.set(&format!("ssl_key_file={}", key.display()));
        self.folder.join(tls::AUTHORITY)
    }

    /// The URL of its first database.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@{}/postgres", self.address())
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("disk")
    }

    /// Gives a file to the account that runs the server, for it alone.
    #[track_caller]
    fn own(&self, file: &Path) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("set the mode");
        self.give_away(file);
    }

    #[track_caller]
    fn give_away(&self, path: &Path) {
        if let Some((user, group)) = self.account {
            chown(path, Some(user), Some(group)).expect("give it away");
        }
    }

    /// Starts it and waits until it answers.
    ///
    /// # Panics
    /// When it runs already, or does not answer in time.
    #[track_caller]
    pub fn start(&mut self) {
        assert!(self.child.is_none(), "the server runs already");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path());
        let log = log.expect("open the log");
        let mut postgres = self.program("postgres");
        postgres.arg("-D").arg(self.data());
        for setting in &self.settings {
            postgres.args(["-c", setting]);
        }
        let sockets = format!("unix_socket_directories={}", self.folder.display());
        postgres.args(["-c", &format!("port={}", self.port), "-c", &sockets]);
        postgres.envs(self.env.iter().map(|(name, value)| (name, value)));
        postgres
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("share the log"));
        self.child = Some(postgres.stderr(log).spawn().expect("postgres starts"));
        let deadline = Instant::now() + LIMIT;
        while !self.answers() {
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().ok())
                .flatten();
            let in_time = Instant::now() < deadline && ended.is_none();
            assert!(in_time, "PostgreSQL does not answer:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether it takes connections and has recovered.
    fn answers(&self) -> bool {
        TcpStream::connect(self.address()).is_ok()
            && super::try_run(&self.url(), "SELECT 1").is_ok()
    }

    /// Stops it in good order (`fast`), or as after a crash (`immediate`).
    ///
    /// # Panics
    /// When it does not end in time.
    #[track_caller]
    pub fn stop(&mut self, mode: Stop) {
        let mut child = self.child.take().expect("the server runs");
        signal(child.id(), mode.signal());
        if wait_for_exit(&mut child, LIMIT).is_none() {
            kill(&mut child);
            panic!("PostgreSQL does not stop:\n{}", self.log());
        }
    }

    /// Ends all its processes at once (SIGKILL), none of which does anything after the first has ended.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let all = freeze(child.id());
        for pid in &all {
            signal(*pid, Signal::Kill);
        }
        let _ = child.wait();
        let deadline = Instant::now() + LIMIT;
        while all
            .iter()
            .any(|pid| state(*pid).is_some_and(|state| state != 'Z'))
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Lets it answer nothing while `work` runs, with all its connections open.
    ///
    /// # Panics
    /// When it does not run.
    #[track_caller]
    pub fn silent<T>(&self, work: impl FnOnce() -> T) -> T {
        let all = self.halt();
        let done = work();
        for pid in all {
            signal(pid, Signal::Continue);
        }
        done
    }

    /// Halts all its processes; their ids.
    ///
    /// # Panics
    /// When it does not run.
    #[track_caller]
    pub fn halt(&self) -> Vec<u32> {
        freeze(self.child.as_ref().expect("the server runs").id())
    }

    /// What it has printed over all its starts.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// One of its programs, run as its account.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are ended, and what is in memory is written.
    Fast,
    /// All processes end at once; the next start recovers.
    Immediate,
}

impl Stop {
    fn signal(self) -> Signal {
        match self {
            Stop::Fast => Signal::Interrupt,
            Stop::Immediate => Signal::Quit,
        }
    }
}

/// User and group of `postgres`, or else of `nobody`.
fn account() -> (u32, u32) {
    let accounts = fs::read_to_string("/etc/passwd").expect("read the accounts");
    let of = |name: &str| {
        let line = accounts
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    of("postgres")
        .or_else(|| of("nobody"))
        .expect("there is an account to run PostgreSQL as")
}

/// Halts a process and its children; all of them.
fn freeze(parent: u32) -> Vec<u32> {
    let mut all = Vec::new();
    let mut halt = |pid| {
        signal(pid, Signal::Stop);
        let deadline = Instant::now() + LIMIT;
        while state(pid).is_some_and(|state| !matches!(state, 'T' | 'Z'))
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        all.push(pid);
    };
    // The parent first: what is halted makes no more children.
    halt(parent);
    children(parent).into_iter().for_each(halt);
    all
}

/// State and parent of a process, as `/proc` tells.
fn about(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn state(pid: u32) -> Option<char> {
    about(pid).map(|(state, _)| state)
}

fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("list the processes").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|&pid| about(pid).is_some_and(|(_, of)| of == parent))
        .collect()
}

#[track_caller]
fn succeed(command: &mut Command) {
    let done = output(command);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
}
