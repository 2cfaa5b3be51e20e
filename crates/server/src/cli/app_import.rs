//! `valetkey app import`.
use super::app_new::Create;
use super::app_shown::{all_told, show_new};
use super::failure::Failure;
use super::output::Output;
use super::place::Opened;
use super::text_file::read_text;
use crate::ops::clock;
use crate::test_side::users_of;
use clap::Args;
use protocol::apps::RESTORABLE;
use protocol::register::{KnownBy, KnownSecret, import};
use std::path::PathBuf;

/// An app that another provider knows.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The client id that it has.
    #[arg(long, value_name = "ID")]
    client_id: String,
    #[command(flatten)]
    secret: SecretFlags,
    #[command(flatten)]
    app: Create,
}

/// The secret that it has.
#[derive(Debug, Args)]
#[group(required = false, multiple = false)]
struct SecretFlags {
    /// A file that holds the secret; - for standard input. One line end at its end is left out. It must be random: at
    /// least 128 bits.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// A file that holds the SHA-256 of the secret, without a salt, as 64 hexadecimal digits; - for standard input. Only
    /// for secrets that were made at random: you vouch for it.
    #[arg(long, value_name = "FILE")]
    secret_sha256_file: Option<PathBuf>,
    /// The client id stays, and the app has a new secret, which is printed once: where the old one is known to nobody, or
    /// kept by a hash made for passwords, such as bcrypt.
    #[arg(long)]
    new_secret: bool,
}

impl Import {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let known = KnownBy {
            secret: self.secret.read()?,
            client_id: self.client_id,
        };
        warn_of_encoding(&known.secret);
        let at = self.app.place.open()?;
        let taken = taken(&known.client_id);
        if is_in_use(&at, &known.client_id).await? {
            return Err(Failure::failed(taken));
        }
        let new = self.app.into_new_app(&at).await?;
        let decision = import(new, &known, &at.config.policy, clock::now(), &at.mint);
        let imported = at.decide_or(decision, all_told, &taken).await?;
        let app = at.app(&imported.client_id).await?;
        let users = users_of(&at.store, &at.mint, &at.config.policy, &app).await?;
        show_new(output, &app, &at, imported.client_secret.as_deref(), &users);
        Ok(())
    }
}

impl SecretFlags {
    fn read(&self) -> Result<KnownSecret, Failure> {
        if let Some(file) = &self.secret_file {
            return read_text(file, "secret").map(KnownSecret::Text);
        }
        if let Some(file) = &self.secret_sha256_file {
            return read_text(file, "hash").map(KnownSecret::Sha256);
        }
        Ok(match self.new_secret {
            true => KnownSecret::Replaced,
            false => KnownSecret::None,
        })
    }
}

fn taken(client_id: &str) -> String {
    format!(
        "--client-id: {client_id}: an app has this client id, or had it and was deleted: no id is used twice"
    )
}

/// Whether there is such an app, or one that can be brought back.
async fn is_in_use(at: &Opened, client_id: &str) -> Result<bool, Failure> {
    let since = clock::now().minus(RESTORABLE);
    Ok(at.store.client(client_id).await?.is_some()
        || at.store.deleted_client(client_id, since).await?.is_some())
}

/// Basic credentials are form-encoded before they are put together (RFC 6749 §2.3.1), and many apps leave that out.
fn warn_of_encoding(secret: &KnownSecret) {
    match secret {
        KnownSecret::Text(text) if text.contains(['+', '%']) => eprintln!(
            "note: the secret has a + or a %: an app that sends it by Basic must encode it first (RFC 6749 §2.3.1); as client_secret in the body it works as ever"
        ),
        KnownSecret::Text(_)
        | KnownSecret::Sha256(_)
        | KnownSecret::Replaced
        | KnownSecret::None => {}
    }
}
