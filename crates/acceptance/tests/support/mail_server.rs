//! A mail server of a test's own, which tells what it has taken.

use super::client::tool;
use acceptance::{Json, free_port, wait_for_exit};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);

/// `aiosmtpd` on a port that stays the same over all its starts. Dropping it kills it.
pub(crate) struct MailServer {
    python: PathBuf,
    folder: TempDir,
    port: u16,
    more: Vec<String>,
    child: Option<Child>,
}

/// A mail that it has taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken(pub(crate) Json);

impl Taken {
    /// Who gets it.
    pub(crate) fn to(&self) -> &str {
        self.0["to"][0].as_str().unwrap_or_default()
    }

    /// The path of the link in it.
    #[track_caller]
    pub(crate) fn link(&self) -> String {
        let text = self.0["text"].as_str().unwrap_or_default();
        let links = text.lines().filter(|line| line.contains("/link?t="));
        let links: Vec<_> = links.collect();
        assert_eq!(links.len(), 1, "{text}");
        let html = self.0["html"].as_str().unwrap_or_default();
        assert!(html.contains(links[0]), "{html}");
        links[0][links[0].find("/link").unwrap_or(0)..].to_owned()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.0["headers"][name].as_str().unwrap_or_default()
    }

    /// The number of its outbox row, from its Message-ID.
    #[track_caller]
    pub(crate) fn number(&self) -> i64 {
        let id = self.header("Message-ID").trim_start_matches('<');
        let number = id.split('@').next().and_then(|id| id.parse().ok());
        number.unwrap_or_else(|| panic!("no number in {id:?}"))
    }
}

impl MailServer {
    /// One that does not run yet.
    #[track_caller]
    pub(crate) fn prepared() -> Self {
        MailServer {
            python: tool("VALETKEY_TEST_PYTHON"),
            folder: TempDir::new().expect("make a temporary folder"),
            port: free_port(),
            more: Vec::new(),
            child: None,
        }
    }

    /// One that runs, and speaks without TLS.
    #[track_caller]
    pub(crate) fn start_new() -> Self {
        let mut server = Self::prepared();
        server.start();
        server
    }

    /// Has it speak TLS (`tls` or `starttls`) with the certificate in a provider's folder, to this user alone.
    pub(crate) fn secured(mut self, folder: &Path, kind: &str, user: &str, password: &str) -> Self {
        let file = |name: &str| folder.join(name).display().to_string();
        self.more = vec![file("cert.pem"), file("key.pem")];
        self.more.extend([kind, user, password].map(str::to_owned));
        self
    }

    /// The configuration of a provider that sends by it.
    pub(crate) fn settings(&self) -> String {
        let port = self.port;
        format!(
            "[mail]\nfrom = \"Acme <no-reply@acme.example>\"\nsmtp = \"smtp://127.0.0.1:{port}\"\n"
        )
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts it, again.
    #[track_caller]
    pub(crate) fn start(&mut self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/smtp_server.py");
        let child = Command::new(&self.python)
            .arg("-Wignore")
            .arg(script)
            .arg(self.port.to_string())
            .arg(self.log())
            .args(&self.more)
            .stdin(Stdio::null())
            .spawn();
        self.child = Some(child.expect("python starts"));
        let deadline = Instant::now() + LIMIT;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "the mail server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = wait_for_exit(&mut child, LIMIT);
        }
    }

    /// Where it writes down what it takes.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("taken")
    }

    /// All that it has taken, in that order.
    #[track_caller]
    pub(crate) fn taken(&self) -> Vec<Taken> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let whole = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let read = |line: &str| serde_json::from_str(line).map(Taken);
        whole
            .map(|line| read(line).expect("a line of JSON"))
            .collect()
    }

    /// Forgets what it has taken.
    #[track_caller]
    pub(crate) fn forget(&self) {
        let log = fs::OpenOptions::new().write(true).open(self.log());
        log.and_then(|log| log.set_len(0)).expect("empty the log");
    }

    /// Those to an address.
    #[track_caller]
    pub(crate) fn taken_by(&self, to: &str) -> Vec<Taken> {
        let mut all = self.taken();
        all.retain(|mail| mail.to() == to);
        all
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}
