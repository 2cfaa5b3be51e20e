//! `valetkey app secret …`.
use super::failure::Failure;
use super::one_app::{ONCE, One};
use super::output::{Output, table};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::apps::secrets::{self, Issued, NewSecret, SecretError};
use protocol::types::{Lifetime, Locator, StoredSecret};
use serde_json::{Value, json};

/// The secrets of an app.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Give an app one more secret; it is printed once. At most five work at a time.
    Add(Add),
    /// List the secrets of an app.
    List(One),
    /// Take a secret away at once.
    Revoke(Revoke),
    /// Give an app a new secret, and every other an end.
    Rotate(Rotate),
}

/// The secret to add.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    one: One,
    /// What to call it.
    #[arg(long, default_value = "")]
    name: String,
    /// How many days it works, 1 to 3650. Without: until it is revoked.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

/// Which secret.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    one: One,
    /// The secret's id, as `app secret list` prints it.
    #[arg(value_name = "SECRET_ID")]
    secret: i64,
    /// Also the last one that works: the app can do nothing then.
    #[arg(long)]
    force: bool,
}

/// What becomes of the others.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    one: One,
    /// What to call the new one.
    #[arg(long, default_value = "")]
    name: String,
    /// How many hours the others go on working: 0 to 168.
    #[arg(long, value_name = "HOURS", default_value_t = secrets::DEFAULT_OVERLAP)]
    overlap: u32,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Add(add) => add.run(output).await,
            Verb::List(one) => list(one, output).await,
            Verb::Revoke(revoke) => revoke.run(output).await,
            Verb::Rotate(rotate) => rotate.run(output).await,
        }
    }
}

impl Add {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let app = at.app(&self.one.client_id).await?;
        let now = clock::now();
        let days = self.days.map(|days| now.plus(Lifetime::from_days(days)));
        let new = NewSecret {
            name: self.name,
            expires_at: days,
        };
        let decision = secrets::add(&app, new, now, &at.mint);
        show_issued(output, &at.decide(decision, told).await?);
        Ok(())
    }
}

impl Revoke {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let app = at.app(&self.one.client_id).await?;
        let decision = secrets::revoke(&app, Locator(self.secret), self.force, clock::now());
        at.decide(decision, told).await?;
        output.show(&json!({ "id": self.secret, "revoked": true }), || {
            format!("The secret {} of {} works no more.", self.secret, app.name)
        });
        Ok(())
    }
}

impl Rotate {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let app = at.app(&self.one.client_id).await?;
        let decision = secrets::rotate(&app, self.name, self.overlap, clock::now(), &at.mint);
        show_issued(output, &at.decide(decision, told).await?);
        Ok(())
    }
}

async fn list(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.look()?;
    let app = at.app(&one.client_id).await?;
    let (_, used) = at.store.client_used(app.no).await?;
    let used = |secret: &StoredSecret| used.iter().find(|(id, ..)| *id == secret.id);
    let line = |secret: &StoredSecret| {
        let mut line = as_json(secret);
        line["last_used_at"] = used(secret).map(|(_, at, _)| clock::rfc3339(*at)).into();
        line["last_used_from"] = used(secret).map(|(.., network)| network.clone()).into();
        line
    };
    let all: Vec<_> = app.secrets.iter().map(line).collect();
    output.show(&json!({ "secrets": all }), || {
        let row = |secret: &StoredSecret| {
            let [id, name, created, ends] = as_row(secret);
            let used = used(secret).map_or_else(
                || "never".to_owned(),
                |(_, at, network)| format!("{} from {network}", clock::rfc3339(*at)),
            );
            [id, name, created, ends, used]
        };
        let rows: Vec<_> = app.secrets.iter().map(row).collect();
        match rows.is_empty() {
            true => "The app has no secret.".to_owned(),
            false => table(["ID", "NAME", "CREATED", "ENDS", "LAST USED"], &rows),
        }
    });
    Ok(())
}

fn show_issued(output: Output, issued: &Issued) {
    let mut json = as_json(&issued.stored);
    json["client_secret"] = issued.text.clone().into();
    output.show(&json, || issued.text.clone());
    eprintln!("{ONCE}");
}

fn as_json(secret: &StoredSecret) -> Value {
    json!({
        "id": secret.id.0,
        "name": secret.name,
        "created_at": clock::rfc3339(secret.created_at),
        "expires_at": secret.expires_at.map(clock::rfc3339),
    })
}

fn as_row(secret: &StoredSecret) -> [String; 4] {
    [
        secret.id.0.to_string(),
        secret.name.clone(),
        clock::rfc3339(secret.created_at),
        secret
            .expires_at
            .map_or_else(|| "never".to_owned(), clock::rfc3339),
    ]
}

fn told(error: SecretError) -> String {
    error.sentence().to_owned()
}
