//! What concerns the machine: TLS, events, log, storage.
use crate::values::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A certificate, both files in PEM.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TlsSettings {
    /// The certificate with its chain.
    pub(crate) cert: Option<PathBuf>,
    /// Its private key.
    pub(crate) key: Option<PathBuf>,
}

/// The log on standard error.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// `text` for people, `json` for machines, `auto`: text on a terminal.
    pub format: LogFormat,
    /// The least that is worth a line: `info`, `warn` or `error`. A request is `info`, or `error` when the server failed.
    pub level: LogLevel,
    /// Whether probes of `/health/live` and `/health/ready` that go well have a line each.
    pub health: bool,
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings {
            format: LogFormat::Auto,
            level: LogLevel::Info,
            health: false,
        }
    }
}

/// Metrics for Prometheus and whatever reads its format, and the health of the server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MetricsSettings {
    /// Where `/metrics`, `/health/live` and `/health/ready` are answered in plain http: an address and port such as
    /// `127.0.0.1:9464`, `unix:PATH` or `systemd:NAME`, as in `listen`, that only those who watch the server can reach.
    /// Without it there are no metrics.
    pub(crate) listen: Option<String>,
}

/// One place to listen at, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected an address such as \"127.0.0.1:8080\", or a list of them"
)]
pub(crate) enum ListenSetting {
    /// One, or several with commas between them.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much a line matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something happened.
    Info,
    /// An operator should look at it.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// As log lines have it.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        }
    }
}

/// Where everything is kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StorageSettings {
    /// `sqlite:` and the path of the database file, which is made if it is missing; or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`, which any number of nodes may share.
    pub(crate) url: String,
    /// The folder of the server's key files, the same for all nodes. Default: the database file's name with the
    /// ending `.keys`, or `valetkey.keys` beside PostgreSQL.
    pub(crate) keys: Option<PathBuf>,
    /// What an answer waits for. `full`: the disk, so what was answered survives a power cut. `normal`: the
    /// operating system, so a power cut may take back the newest tokens and bring revoked ones back to life.
    /// `off`: the same, and a power cut may break the database beyond repair. All three survive a crash of the server.
    pub(crate) synchronous: Synchronous,
    /// Where this server is, 0 to 31. Databases whose servers have different regions never give the same id, so that
    /// their rows can be brought together.
    pub(crate) region: u8,
}

/// Keys under which secrets are stored that the server must be able to read again. Without this table they are in
/// `sealing.keys` of the folder that `storage.keys` names, which the first start makes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SealingSettings {
    /// The keys, 32 bytes each in base64, with commas between, the newest last: it seals, all open. Better left to
    /// `keys_file` or to the environment.
    pub(crate) keys: Option<String>,
    /// A file that holds the keys, one a line: readable by the server alone, or by its group.
    pub(crate) keys_file: Option<PathBuf>,
}

/// Events: who did what, read by `valetkey audit`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EventSettings {
    /// How long the addresses from which people and apps did something are kept: up to 2y; `0s` keeps none. The
    /// events themselves stay.
    pub(crate) keep_addresses: Span,
}

impl Default for EventSettings {
    fn default() -> Self {
        EventSettings {
            keep_addresses: Span::days(30),
        }
    }
}

impl Default for StorageSettings {
    fn default() -> Self {
        StorageSettings {
            url: "sqlite:valetkey.db".to_owned(),
            keys: None,
            synchronous: Synchronous::Full,
            region: 0,
        }
    }
}

/// What an answer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// The disk.
    Full,
    /// The operating system; the disk now and then.
    Normal,
    /// The operating system.
    Off,
}
