//! A PostgreSQL server of our own: in a folder that goes away, on loopback.
use crate::steps::{command, said, succeeds};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A server that runs until this is dropped.
pub(crate) struct Server {
    programs: PathBuf,
    folder: TempDir,
    user: Option<String>,
    /// How tests reach it.
    pub(crate) url: String,
}

impl Server {
    /// Starts one by the programs of a folder.
    pub(crate) fn start(programs: &Path) -> Option<Self> {
        let folder = tempfile::Builder::new()
            .prefix("valetkey-postgres-")
            .tempdir()
            .ok()?;
        let port = TcpListener::bind("127.0.0.1:0")
            .ok()?
            .local_addr()
            .ok()?
            .port();
        let server = Server {
            programs: programs.to_owned(),
            user: other_user(),
            url: format!("postgres://valetkey@127.0.0.1:{port}/postgres"),
            folder,
        };
        let path = server.folder.path();
        if let Some(user) = &server.user {
            succeeds(command("chown", &[user]).arg(path)).then_some(())?;
        }
        let mut initdb = server.program("initdb");
        initdb.args(["-U", "valetkey", "--auth=trust", "--no-sync", "-E", "UTF8"]);
        succeeds(initdb.args(["--locale=C", "-D"]).arg(path.join("data"))).then_some(())?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={} -c fsync=off -c max_connections=400",
            path.display()
        );
        let mut start = server.control(&["-w", "-s", "-o", &options]);
        succeeds(start.arg("-l").arg(path.join("log")).arg("start")).then_some(server)
    }

    /// A program of the server, run as a user that it does not refuse.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        match &self.user {
            Some(user) => {
                let mut as_user = command("runuser", &["-u", user, "--"]);
                as_user.arg(program);
                as_user
            }
            None => Command::new(program),
        }
    }

    fn control(&self, arguments: &[&str]) -> Command {
        let mut control = self.program("pg_ctl");
        control
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(arguments);
        control
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        succeeds(&mut self.control(&["-m", "immediate", "-s", "stop"]));
    }
}

/// Whom to run it as, since it refuses to run as root.
fn other_user() -> Option<String> {
    if said(&mut command("id", &["-u"]))? != "0" {
        return None;
    }
    let users = said(&mut command("getent", &["passwd", "postgres", "nobody"]));
    // getent fails when one of them is missing.
    let users = users.or_else(|| said(&mut command("getent", &["passwd", "nobody"])))?;
    users.split(':').next().map(str::to_owned)
}
