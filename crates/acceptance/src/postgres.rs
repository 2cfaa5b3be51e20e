//! A database of one test's own on a PostgreSQL server, and a server of one test's own.

mod server;

pub use server::{Server, Stop};

use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// A new database. Dropping it removes it.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    is_own: bool,
}

impl Database {
    /// A database on the server that this URL names, whose user may make databases.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn on(server: &str) -> Self {
        let mut raw = [0; 16];
        aws_lc_rs::rand::fill(&mut raw).expect("the system gives random bytes");
        let name = format!("valetkey_test_{:032x}", u128::from_ne_bytes(raw));
        run(server, &format!("CREATE DATABASE {name}"));
        Database {
            server: server.to_owned(),
            name,
            is_own: true,
        }
    }

    /// The database of a test that does not care where its server keeps everything: one of its own on
    /// `VALETKEY_TEST_POSTGRES` where `VALETKEY_TEST_ON` is `postgres`; otherwise a file.
    ///
    /// # Panics
    /// When there is no such server, or no such place.
    #[track_caller]
    pub fn elsewhere() -> Option<Self> {
        let engine = std::env::var("VALETKEY_TEST_ON").unwrap_or_default();
        match engine.as_str() {
            "postgres" => {
                let server = std::env::var("VALETKEY_TEST_POSTGRES");
                let server =
                    server.expect("VALETKEY_TEST_POSTGRES names a server (./test starts one)");
                Some(Self::on(&server))
            }
            "sqlite" | "" => None,
            other => panic!("VALETKEY_TEST_ON is sqlite or postgres, not {other:?}"),
        }
    }

    /// The same database, reached by another host and port, with these parameters; whoever made it removes it.
    pub fn by_way_of(&self, address: &str, parameters: &str) -> Self {
        let (scheme, rest) = self.server.split_once("://").unwrap_or_default();
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        Database {
            server: format!("{scheme}://{user}@{address}/?{parameters}"),
            name: self.name.clone(),
            is_own: false,
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        let (base, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let authority = base.find("://").map_or(0, |at| at + 3);
        let end = base[authority..]
            .find('/')
            .map_or(base.len(), |at| authority + at);
        format!("{}/{}?{query}", &base[..end], self.name)
    }

    /// Runs statements behind the servers' back.
    ///
    /// # Panics
    /// When they are refused.
    pub fn run(&self, sql: &str) {
        run(&self.url(), sql);
    }

    /// Runs a statement behind the servers' back; how many rows it changed.
    ///
    /// # Panics
    /// When it is refused.
    pub fn change(&self, sql: &str) -> u64 {
        let done = on_connection(&self.url(), async |client| client.execute(sql, &[]).await);
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The first column of what a statement gives, as text.
    ///
    /// # Panics
    /// When it is refused.
    pub fn read(&self, sql: &str) -> Vec<String> {
        Self::ask(&self.url(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The same of any database, and what is refused is an error.
    pub fn ask(url: &str, sql: &str) -> Result<Vec<String>, Error> {
        let found = on_connection(url, async |client| client.simple_query(sql).await)?;
        let first = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        Ok(found.iter().filter_map(first).collect())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.is_own {
            return;
        }
        // A server that a test has ended took the database with it.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = try_run(&self.server, &sql);
    }
}

fn run(url: &str, sql: &str) {
    try_run(url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn try_run(url: &str, sql: &str) -> Result<(), Error> {
    on_connection(url, async |client| client.batch_execute(sql).await)
}

fn on_connection<T>(
    url: &str,
    work: impl AsyncFnOnce(Client) -> Result<T, Error>,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        work(client).await
    })
}
