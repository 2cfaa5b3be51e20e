//! What the commands about one app share.
use super::place::Place;
use clap::Args;

/// What is said beside a secret, on standard error.
pub(super) const ONCE: &str = "Keep the secret now: it is not stored and cannot be shown again.";

/// Which app.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    pub(super) place: Place,
    /// The app's client id.
    #[arg(value_name = "CLIENT_ID")]
    pub(super) client_id: String,
}
