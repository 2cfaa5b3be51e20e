//! The database of one test: a database of its own on the PostgreSQL server that `VALETKEY_TEST_POSTGRES` names, or a
//! file of its own where there is none, or `VALETKEY_TEST_ON` is `sqlite`.
use std::path::PathBuf;
use std::sync::mpsc;
use store::{Location, PostgresUrl};
use tempfile::TempDir;
use tokio_postgres::NoTls;

pub(crate) enum Database {
    File(TempDir),
    Postgres { server: String, name: String },
}

/// Holds what everyone wants to write to, until it is dropped.
pub(crate) enum Blocker {
    File(rusqlite::Connection),
    Postgres(mpsc::Sender<()>, Option<std::thread::JoinHandle<()>>),
}

/// The server that these tests may use.
fn server() -> Option<String> {
    std::env::var("VALETKEY_TEST_POSTGRES").ok()
}

impl Database {
    pub(crate) fn new() -> Self {
        let on_file = std::env::var("VALETKEY_TEST_ON").as_deref() == Ok("sqlite");
        match server() {
            Some(server) if !on_file => Self::postgres(server),
            _ => Self::file(),
        }
    }

    /// One on PostgreSQL, whatever the others are on.
    pub(crate) fn on_postgres() -> Self {
        Self::postgres(server().expect("VALETKEY_TEST_POSTGRES names a server: ./test starts one"))
    }

    pub(crate) fn file() -> Self {
        Database::File(tempfile::tempdir().unwrap())
    }

    /// A copy of one that nobody uses just now.
    pub(crate) fn copied(&self) -> Self {
        match self {
            Database::File(_) => {
                let copy = Self::file();
                std::fs::copy(self.path(), copy.path()).unwrap();
                copy
            }
            Database::Postgres { server, name } => {
                let copy = format!("{name}_copy");
                let all = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                );
                run(server, &all);
                run(server, &format!("CREATE DATABASE {copy} TEMPLATE {name}"));
                Database::Postgres {
                    server: server.clone(),
                    name: copy,
                }
            }
        }
    }

    fn postgres(server: String) -> Self {
        let name = format!(
            "valetkey_test_{:032x}",
            u128::from_be_bytes(jose::random::bytes())
        );
        run(&server, &format!("CREATE DATABASE {name}"));
        if let Ok(level) = std::env::var("VALETKEY_TEST_ISOLATION") {
            let sql =
                format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'");
            run(&server, &sql);
        }
        Database::Postgres { server, name }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Database::Postgres { .. })
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Database::File(_) => Location::Sqlite(self.path()),
            Database::Postgres { .. } => {
                Location::Postgres(PostgresUrl::parse(&self.url()).unwrap())
            }
        }
    }

    /// The file; only of one that is a file.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Database::File(folder) => folder.path().join("valetkey.db"),
            Database::Postgres { .. } => panic!("not a file"),
        }
    }

    /// The URL of a database on a server.
    pub(crate) fn url(&self) -> String {
        match self {
            Database::File(_) => panic!("not on a server"),
            Database::Postgres { server, name } => in_database(server, name),
        }
    }

    /// Runs statements behind the store's back.
    pub(crate) fn run(&self, sql: &str) {
        match self {
            Database::File(_) => rusqlite::Connection::open(self.path())
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Database::Postgres { .. } => run(&self.url(), sql),
        }
    }

    /// The number that a statement gives, asked behind the store's back.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        match self {
            Database::File(_) => rusqlite::Connection::open(self.path())
                .unwrap()
                .query_row(sql, [], |row| row.get(0))
                .unwrap(),
            Database::Postgres { .. } => {
                let (url, sql) = (self.url(), sql.to_owned());
                std::thread::spawn(move || {
                    with_client(&url, async |client| {
                        client.query_one(&sql, &[]).await.unwrap().get(0)
                    })
                })
                .join()
                .unwrap()
            }
        }
    }

    /// Makes every insert of an access token wait.
    pub(crate) fn block(&self) -> Blocker {
        if self.is_postgres() {
            return self.hold("LOCK TABLE access_tokens");
        }
        let conn = rusqlite::Connection::open(self.path()).unwrap();
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        Blocker::File(conn)
    }

    /// Runs statements in a transaction that is not yet committed; only on PostgreSQL.
    pub(crate) fn hold(&self, sql: &str) -> Blocker {
        let sql = format!("BEGIN; {sql}");
        let (url, (held, holding), (release, released)) =
            (self.url(), mpsc::channel(), mpsc::channel::<()>());
        let thread = std::thread::spawn(move || {
            with_client(&url, async |client| {
                client.batch_execute(&sql).await.unwrap();
                held.send(()).unwrap();
                tokio::task::spawn_blocking(move || released.recv())
                    .await
                    .unwrap()
                    .unwrap_err();
                client.batch_execute("COMMIT").await.unwrap();
            });
        });
        holding.recv().unwrap();
        Blocker::Postgres(release, Some(thread))
    }
}

impl Drop for Blocker {
    fn drop(&mut self) {
        match self {
            Blocker::File(conn) => conn.execute_batch("COMMIT").unwrap(),
            Blocker::Postgres(release, thread) => {
                *release = mpsc::channel().0;
                thread.take().unwrap().join().unwrap();
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Database::Postgres { server, name } = self {
            run(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}

/// A server's URL with another database in it.
fn in_database(server: &str, name: &str) -> String {
    let (base, query) = server
        .split_once('?')
        .map_or((server, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..]
        .find('/')
        .map_or(base.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}

fn run(url: &str, sql: &str) {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    let thread = std::thread::spawn(move || {
        with_client(&url, async |client| {
            client.batch_execute(&sql).await.unwrap()
        })
    });
    thread.join().unwrap();
}

/// On a runtime of its own: a test's may have one thread only.
fn with_client<T>(url: &str, work: impl AsyncFnOnce(tokio_postgres::Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        work(client).await
    })
}
