//! `valetkey db migrate`.
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;
use store::StoreError;
use store::operator::Database;

/// Which database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Migrate {
    #[command(flatten)]
    place: Place,
    /// Change nothing; exit code 1 when something is pending.
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let location = self.place.location()?;
        let database = match self.check {
            true => Database::look(&location).await?,
            false => Database::change(&location).await?,
        };
        let schema = database.schema().await?;
        if schema.applied > schema.known {
            return Err(StoreError::NewerSchema(format!("schema {}", schema.applied)).into());
        }
        if !self.check {
            database.migrate().await?;
        }
        let verb = if self.check { "pending" } else { "applied" };
        output.show(
            &json!({ "schema": schema.known, verb: schema.pending }),
            || match (schema.pending.is_empty(), self.check) {
                (true, _) => format!("The schema is up to date: {}.", schema.known),
                (false, true) => format!("Pending: {}.", schema.pending.join(", ")),
                (false, false) => format!("Applied {}.", schema.pending.join(", ")),
            },
        );
        Ok(match self.check && !schema.pending.is_empty() {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        })
    }
}
