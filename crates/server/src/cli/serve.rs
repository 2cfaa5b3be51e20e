//! `valetkey serve`.
use super::failure::Failure;
use super::output::Output;
use super::place::provider_file;
use super::runtime::{wait, wait_on_all_cores};
use crate::http::listener::Handed;
use crate::preflight;
use crate::serve::{Sockets, serve};
use crate::storage::{self, check_url};
use clap::Args;
use config::{Config, Overrides, Sources};
use serde_json::json;
use std::path::PathBuf;
use store::operator::Database;
use store::{Location, StoreError};

/// Run a provider until it is told to stop (SIGTERM or Ctrl-C).
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The provider's configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen, such as 127.0.0.1:8080, unix:/run/valetkey.sock or systemd; several with commas between them.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The issuer. One on loopback, such as http://localhost:8080, stands in for all hosts of the provider.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The database, such as sqlite:valetkey.db.
    #[arg(long, value_name = "URL")]
    storage: Option<String>,
    /// Take the listening sockets from the server of this configuration that runs on this machine, which then finishes
    /// what is under way and ends: nobody who connects meanwhile is turned away. Without one, start as usual. A configuration
    /// that is not in order, or a database that this version cannot serve, leaves that server as it is.
    #[arg(long)]
    take_over: bool,
}

impl Serve {
    /// Runs until it is told to stop. With `--json`, first prints what it is about to serve.
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        let file = provider_file(self.config, self.storage.is_some() || self.issuer.is_some())?;
        let overrides = Overrides {
            listen: self.listen,
            issuer: self.issuer,
            storage: self.storage,
        };
        let sources = Sources::read(file.as_deref(), &overrides, check_url)?;
        let config = sources.config()?;
        preflight::check(&config)?;
        if output.json {
            let about = json!({
                "issuer": config.issuer,
                "listen": config.listen.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
                "storage": storage::location(&config)?.to_string(),
            });
            output.show(&about, String::new);
        }
        let handed = Handed::take()?;
        if self.take_over {
            refuse_newer(&config)?;
        }
        let take_over = self.take_over;
        let sockets = Sockets { handed, take_over };
        Ok(wait_on_all_cores(serve(config, sources, sockets))??)
    }
}

/// Refuses a file that only a newer version can serve, before the server that does gives it up.
fn refuse_newer(config: &Config) -> Result<(), Failure> {
    let location = storage::location(config)?;
    let Location::Sqlite(path) = &location else {
        return Ok(());
    };
    if !path.exists() {
        return Ok(());
    }
    let schema = wait(async { Database::look(&location).await?.schema().await })??;
    match schema.applied > schema.known {
        true => {
            let (applied, known) = (schema.applied, schema.known);
            let what = format!("schema {applied}, where this one knows {known}");
            Err(StoreError::NewerSchema(what).into())
        }
        false => Ok(()),
    }
}
