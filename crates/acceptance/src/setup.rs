//! How a provider is to be started.

use crate::postgres::Database;
use crate::{Provider, binary, tls};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A configuration and the ways to change it for one test.
#[derive(Clone, Debug)]
pub struct Setup {
    base: String,
    changes: Vec<String>,
    env: Vec<(String, String)>,
    args: Vec<String>,
    issuer: Option<String>,
    binary: Option<PathBuf>,
    folder: Option<PathBuf>,
    https: bool,
    database: String,
    postgres: Option<Arc<Database>>,
}

impl Setup {
    /// A configuration given as TOML text.
    pub fn toml(text: &str) -> Self {
        Setup {
            base: text.to_owned(),
            changes: Vec::new(),
            env: Vec::new(),
            args: Vec::new(),
            issuer: None,
            binary: None,
            folder: None,
            https: false,
            database: FILE.to_owned(),
            postgres: None,
        }
    }

    /// A configuration file. It is copied into the provider's own folder, so paths in it that are
    /// relative to the file do not reach.
    #[track_caller]
    pub fn file(path: &Path) -> Self {
        let text = std::fs::read_to_string(path);
        Self::toml(&text.unwrap_or_else(|e| panic!("cannot read {path:?}: {e}")))
    }

    /// One of the profiles in the repository: `opsduty`, `appexample` …
    #[track_caller]
    pub fn profile(name: &str) -> Self {
        Self::file(&profile_path(name))
    }

    /// Lays TOML over the configuration: tables are merged, all else is replaced.
    pub fn with(mut self, toml: &str) -> Self {
        self.changes.push(toml.to_owned());
        self
    }

    /// Sets an environment variable of the server and of its command line, such as
    /// `VALETKEY_TOKEN__BODIES`.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument to `serve`.
    pub fn arg(mut self, value: &str) -> Self {
        self.args.push(value.to_owned());
        self
    }

    /// The issuer, instead of `http://localhost:PORT`; `{port}` in it becomes the port.
    pub fn issuer(mut self, url: &str) -> Self {
        self.issuer = Some(url.to_owned());
        self
    }

    /// Serves https, with a certificate of an authority made for this provider alone.
    pub fn https(mut self) -> Self {
        self.https = true;
        self.with(tls::SETTINGS).issuer("https://localhost:{port}")
    }

    /// Another executable than [`binary`].
    pub fn binary(mut self, path: &Path) -> Self {
        self.binary = Some(path.to_owned());
        self
    }

    /// Makes the provider's temporary folder inside `path`, instead of where the system has its own.
    pub fn folder(mut self, path: &Path) -> Self {
        self.folder = Some(path.to_owned());
        self
    }

    /// The SQLite file, relative to the provider's folder, instead of `valetkey.db`.
    pub fn database(mut self, path: &str) -> Self {
        self.database = path.to_owned();
        self
    }

    /// A PostgreSQL database instead of a file in the provider's folder.
    pub fn postgres(mut self, database: impl Into<Arc<Database>>) -> Self {
        self.postgres = Some(database.into());
        self
    }

    /// Writes the configuration into a new folder and starts the server.
    ///
    /// # Panics
    /// When it is not ready in time, showing its log.
    #[track_caller]
    pub fn start(self) -> Provider {
        match self.try_start() {
            Ok(provider) => provider,
            Err(log) => panic!("valetkey did not start:\n{log}"),
        }
    }

    /// The same, but a server that does not start is an `Err` with all it printed.
    #[track_caller]
    pub fn try_start(self) -> Result<Provider, String> {
        let mut provider = self.prepare();
        provider.try_start().map(|()| provider)
    }

    /// Writes the configuration into a new folder, with nothing started: for the command line alone.
    #[track_caller]
    pub fn prepare(self) -> Provider {
        let config = self.config();
        let binary = absolute(&self.binary.unwrap_or_else(binary));
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("valetkey-test-");
        let folder = match &self.folder {
            Some(path) => folder.tempdir_in(absolute(path)),
            None => folder.tempdir(),
        };
        let folder = folder.expect("make a temporary folder");
        let trust = self.https.then(|| tls::certify(folder.path()));
        let mut provider = Provider::prepared(
            folder,
            binary,
            &config,
            self.env,
            self.args,
            self.issuer,
            &self.database,
        );
        provider.trust = trust;
        let free = || (self.database == FILE).then(Database::elsewhere).flatten();
        provider.postgres = self.postgres.or_else(|| free().map(Arc::new));
        provider
    }

    #[track_caller]
    fn config(&self) -> String {
        if self.changes.is_empty() {
            return self.base.clone();
        }
        let mut table = parse(&self.base);
        for change in &self.changes {
            merge(&mut table, parse(change));
        }
        table.to_string()
    }
}

/// The SQLite file of a test that does not care where its server keeps everything.
const FILE: &str = "valetkey.db";

/// The path of a profile in the repository.
pub fn profile_path(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles");
    root.join(format!("{name}.toml"))
}

/// Commands run in the provider's folder, so paths must not depend on this process's own.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).expect("the path is not empty")
}

#[track_caller]
fn parse(text: &str) -> toml::Table {
    text.parse()
        .unwrap_or_else(|e| panic!("no TOML: {e}\n{text}"))
}

fn merge(table: &mut toml::Table, change: toml::Table) {
    for (key, value) in change {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(change)) => merge(inner, change),
            (_, value) => drop(table.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_merged_into_tables() {
        let setup = Setup::toml("a = 1\n[token]\nx = 1\ny = [1, 2]\n")
            .with("[token]\ny = [3]\n[apps]\nz = true\n")
            .with("a = 2");
        let merged = parse(&setup.config());
        assert_eq!(
            merged,
            parse("a = 2\n[token]\nx = 1\ny = [3]\n[apps]\nz = true")
        );
    }

    #[test]
    fn an_unchanged_configuration_stays_as_written() {
        assert_eq!(Setup::toml("# kept\na = 1").config(), "# kept\na = 1");
    }
}
