//! Which database: `sqlite:PATH` or `postgres://…`.
use crate::database_tls::DatabaseTls;
use std::fmt;
use std::path::PathBuf;

/// Where everything is kept. Shown without user name, password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; made if it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresUrl),
}

/// The URL of a PostgreSQL database. It may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// What the driver is given: the URL without what the driver does not know.
    pub(crate) driver: String,
    /// How connections are encrypted.
    pub(crate) tls: DatabaseTls,
    /// A pooler in front gives each transaction another connection.
    pub(crate) pooled: bool,
}

impl PostgresUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence on what is wrong with it, without the URL itself.
    pub fn parse(url: &str) -> Result<Self, String> {
        let known = ["postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            return Err("write postgres://USER@HOST/DATABASE".to_owned());
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut tls, mut pooled) = (DatabaseTls::default(), false);
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                (name, value) if name.starts_with("ssl") && tls.take(name, decoded(value)?)? => {}
                ("pooler", "transaction") => pooled = true,
                ("pooler", "session" | "none") => pooled = false,
                ("pooler", _) => return Err("pooler is transaction, session or none".to_owned()),
                _ => kept.push(pair),
            }
        }
        tls.check()?;
        let driver = match kept.is_empty() {
            true => base.to_owned(),
            false => format!("{base}?{}", kept.join("&")),
        };
        let url = PostgresUrl {
            driver,
            tls,
            pooled,
        };
        match url.config() {
            Ok(config) if config.get_hosts().is_empty() => Err("the host is missing".to_owned()),
            Ok(_) => Ok(url),
            Err(error) => Err(error),
        }
    }

    /// Reads the files of certificates that it names.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable) names the one that cannot be used.
    pub fn check_files(&self) -> Result<(), crate::StoreError> {
        crate::postgres::check_tls(&self.tls)
    }

    /// What the driver makes of it.
    pub(crate) fn config(&self) -> Result<tokio_postgres::Config, String> {
        config(&self.driver)
    }

    /// The URL that the driver is given for each host.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let (scheme, rest) = self.driver.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let at = if user.is_empty() { "" } else { "@" };
        let url = |host| format!("{scheme}://{user}{at}{host}{path}");
        hosts.split(',').map(url).collect()
    }
}

/// What the driver makes of a URL.
pub(crate) fn config(driver: &str) -> Result<tokio_postgres::Config, String> {
    driver.parse().map_err(|error: tokio_postgres::Error| {
        let why = std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), ToString::to_string);
        format!("{why}: write postgres://USER@HOST/DATABASE")
    })
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                let hex = text
                    .get(at + 1..at + 3)
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok());
                out.push(hex.ok_or("a % is not followed by two hexadecimal digits")?);
                at += 3;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_err(|_| "a parameter is not UTF-8".to_owned())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Location::Postgres(url) => write!(f, "{url}"),
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.driver.split_once("://").map_or("", |(_, rest)| rest);
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
        write!(f, "postgres://{rest}")
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database_tls::Mode;

    #[test]
    fn sslmode_is_what_libpq_says_and_require_is_stricter() {
        let mode = |query: &str| {
            let url = format!("postgres://db/x{query}");
            PostgresUrl::parse(&url).unwrap().tls.mode
        };
        for (query, expected) in [
            ("", Mode::Prefer),
            ("?sslmode=prefer", Mode::Prefer),
            ("?sslmode=disable", Mode::Disable),
            ("?sslmode=allow", Mode::Allow),
            ("?sslmode=require", Mode::VerifyFull),
            ("?sslmode=verify-ca", Mode::VerifyCa),
            ("?sslmode=verify-full&sslrootcert=system", Mode::VerifyFull),
            ("?sslcert=c.pem&sslkey=k.pem", Mode::Prefer),
        ] {
            assert_eq!(mode(query), expected, "{query}");
        }
    }

    #[test]
    fn a_url_is_shown_without_its_secrets() {
        let url =
            PostgresUrl::parse("postgres://me:se@cret@db1:5433,db2/valetkey?options=-c%20x%3Dy")
                .unwrap();
        let shown = Location::Postgres(url);
        assert_eq!(shown.to_string(), "postgres://db1:5433,db2/valetkey");
        assert_eq!(format!("{shown:?}"), shown.to_string());
    }

    #[test]
    fn what_the_driver_does_not_know_is_taken_out() {
        let url = PostgresUrl::parse(
            "postgresql://db/x?sslmode=verify-full&sslrootcert=%2Fa%20b.pem&pooler=transaction&connect_timeout=3",
        )
        .unwrap();
        assert_eq!(url.driver, "postgresql://db/x?connect_timeout=3");
        assert_eq!(url.tls.mode, Mode::VerifyFull);
        assert_eq!(url.tls.root, Some(PathBuf::from("/a b.pem")));
        assert!(url.pooled);
    }

    #[test]
    fn each_host_has_a_url_of_its_own() {
        let hosts = |url| PostgresUrl::parse(url).unwrap().hosts();
        assert_eq!(
            hosts("postgres://me:se@cret@db1:5433,db2/valetkey?connect_timeout=3"),
            [
                "postgres://me:se@cret@db1:5433/valetkey?connect_timeout=3",
                "postgres://me:se@cret@db2/valetkey?connect_timeout=3"
            ]
        );
        assert_eq!(hosts("postgres://db"), ["postgres://db"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_url() {
        for (url, why) in [
            ("mysql://x", "write postgres://"),
            ("postgres:///x", "the host is missing"),
            ("postgres://me:hidden@db/x?pooler=statement", "pooler is"),
            ("postgres://me:hidden@db/x?sslmode=always", "sslmode is"),
            (
                "postgres://me:hidden@db/x?sslrootcert=/ca.pem",
                "sslrootcert is used by",
            ),
            (
                "postgres://me:hidden@db/x?sslcert=/c.pem",
                "sslkey is missing",
            ),
            (
                "postgres://me:hidden@db/x?sslkey=/k.pem",
                "sslcert is missing",
            ),
            ("postgres://me:hidden@db/x?colour=red", "colour"),
        ] {
            let error = PostgresUrl::parse(url).unwrap_err();
            assert!(error.contains(why) && !error.contains("hidden"), "{error}");
        }
    }
}
