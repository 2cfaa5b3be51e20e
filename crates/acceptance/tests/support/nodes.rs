//! Two servers of one provider on one PostgreSQL database, with nothing that sticks a client to one of them.

use super::client::tool;
use super::{PLAIN, Scene, within};
use acceptance::postgres::{Database, Server};
use acceptance::{Api, Setup};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a node may take until it serves again.
const LIMIT: Duration = Duration::from_secs(30);

/// Two nodes of one provider.
pub(crate) struct Nodes {
    pub(crate) one: Scene,
    pub(crate) two: Scene,
}

/// The folder of PostgreSQL's programs, for a server of a test's own.
#[track_caller]
pub(crate) fn programs() -> PathBuf {
    tool("VALETKEY_TEST_POSTGRES_BIN")
}

impl Nodes {
    /// On a database of their own on the server that `VALETKEY_TEST_POSTGRES` names.
    #[track_caller]
    pub(crate) fn start() -> Self {
        let server = tool("VALETKEY_TEST_POSTGRES");
        let database = Arc::new(Database::on(server.to_str().expect("a URL")));
        Self::on([database.clone(), database], "")
    }

    /// On a server of the test's own.
    #[track_caller]
    pub(crate) fn of(server: &Server, changes: &str) -> Self {
        let database = Arc::new(Database::on(&server.url()));
        Self::on([database.clone(), database], changes)
    }

    /// The same of another binary, as `VALETKEY_TEST_POSTGRES` names a server.
    #[track_caller]
    pub(crate) fn of_binary(binary: &Path, changes: &str) -> Self {
        let server = tool("VALETKEY_TEST_POSTGRES");
        let database = Arc::new(Database::on(server.to_str().expect("a URL")));
        let setup = Setup::toml(PLAIN).with(changes).binary(binary);
        Self::with(&setup, [database.clone(), database])
    }

    /// Each on its own way to the same database.
    #[track_caller]
    pub(crate) fn on(databases: [Arc<Database>; 2], changes: &str) -> Self {
        Self::with(&Setup::toml(PLAIN).with(changes), databases)
    }

    #[track_caller]
    fn with(setup: &Setup, [first, second]: [Arc<Database>; 2]) -> Self {
        let one = Scene::start(setup.clone().postgres(first));
        let keys = one.provider.folder().join("valetkey.keys");
        let keys = format!("[storage]\nkeys = {:?}", keys.display().to_string());
        let two = setup
            .clone()
            .with(&keys)
            .postgres(second)
            .issuer(one.provider.issuer());
        let two = Scene {
            provider: two.start(),
            metadata: one.metadata.clone(),
            ann: one.ann.clone(),
        };
        Nodes { one, two }
    }

    pub(crate) fn both(&self) -> [&Scene; 2] {
        [&self.one, &self.two]
    }

    pub(crate) fn apis(&self) -> Vec<Api> {
        vec![self.one.api(), self.two.api()]
    }

    /// Waits until both serve; how long that took.
    #[track_caller]
    pub(crate) fn wait_until_ready(&self) -> Duration {
        let began = Instant::now();
        for node in self.both() {
            let ready = || node.api().get("/health/ready").status == 200;
            assert!(within(LIMIT, ready), "{}", node.provider.log());
        }
        began.elapsed()
    }
}
