//! `valetkey db fill`.
use super::figures::grouped;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use clap::Args;
use protocol::grants::client_credentials::standing_grant;
use protocol::grants::scope_for;
use serde_json::json;
use std::time::Instant;

/// The most at once; an id has room for them within seven hours of the past.
const MOST: u64 = 100_000_000;

/// Whose, and how many.
#[derive(Debug, Args)]
pub(in crate::cli) struct Fill {
    #[command(flatten)]
    place: Place,
    /// The app that they are of.
    #[arg(long, value_name = "CLIENT_ID")]
    app: String,
    /// How many access tokens, 1 to 100000000.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    access_tokens: u64,
    /// Make them as if they had expired already, for the sweeper to delete.
    #[arg(long)]
    expired: bool,
    /// Yes, write so many rows to this database.
    #[arg(long)]
    yes: bool,
}

impl Fill {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let count = grouped(self.access_tokens);
        if !self.yes {
            let place = self.place.location()?;
            return Err(Failure::failed(format!(
                "this writes {count} rows to {place} that nothing but their expiry takes away: add --yes to do it"
            )));
        }
        let at = self.place.open()?;
        let app = at.app(&self.app).await?;
        let policy = &at.config.policy;
        let scope = scope_for(&app, None, policy).map_err(|refusal| {
            let why = refusal.sentence();
            Failure::failed(format!("{} has no default scope: {why}", app.name))
        })?;
        let fill = store::operator::Fill {
            client: app.no,
            grant: standing_grant(&app),
            scope,
            lifetime: policy.tokens.access,
            expired: self.expired,
        };
        let progress = Progress::of(self.access_tokens, "rows");
        let began = Instant::now();
        let told = |made| progress.at(made);
        at.store.fill(&fill, self.access_tokens, told).await?;
        drop(progress);
        let seconds = began.elapsed().as_secs_f64();
        let report = json!({
            "client_id": app.id,
            "access_tokens": self.access_tokens,
            "expired": self.expired,
            "seconds": (seconds * 1_000.0).round() / 1_000.0,
        });
        output.show(&report, || {
            let kind = if self.expired { "expired " } else { "" };
            format!(
                "{count} {kind}access tokens of {}, which nobody holds, were made in {seconds:.1} s.",
                app.name
            )
        });
        Ok(())
    }
}
