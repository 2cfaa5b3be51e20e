//! `valetkey grant end-all|restore-all`: what an app may do for all members of an organization.
use super::failure::Failure;
use super::output::{Output, sheet};
use super::place::{CHANGED, Opened, Place};
use crate::ops::clock;
use clap::Args;
use protocol::organizations::{end_app, restore_app};
use protocol::types::{Client, Organization, WorkspaceApp};
use serde_json::json;
use std::sync::Arc;

/// Which app, and for which organization.
#[derive(Debug, Args)]
pub(super) struct OfAll {
    #[command(flatten)]
    place: Place,
    /// The app's client id.
    #[arg(value_name = "CLIENT_ID")]
    client_id: String,
    /// The id of the organization, yours of one that came from your login.
    #[arg(long, value_name = "ID")]
    organization: String,
}

/// The same, and whether to do it.
#[derive(Debug, Args)]
pub(super) struct EndAll {
    #[command(flatten)]
    all: OfAll,
    /// Yes, end it for so many members. Otherwise they are counted and nothing is done.
    #[arg(long)]
    yes: bool,
}

/// What there is.
struct Found {
    app: Arc<Client>,
    organization: Organization,
    /// Its id, as apps are told it.
    named: String,
    own: WorkspaceApp,
}

impl EndAll {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let at = match self.yes {
            true => self.all.place.open()?,
            false => self.all.place.look()?,
        };
        let found = self.all.find(&at).await?;
        if !self.yes {
            tell(output, &found, "Nothing is done yet.");
            let members = match found.own.members {
                1 => "1 member".to_owned(),
                count => format!("{count} members"),
            };
            return Err(Failure::failed(format!(
                "this ends {} for {members} of {}: add --yes to do it",
                found.app.name, found.organization.name
            )));
        }
        let before = found.organization.clone();
        let said = match end_app(before, &found.own, &at.mint) {
            Some(change) => {
                at.commit(change.into(), CHANGED).await?;
                "Done: its tokens for the organization are dead."
            }
            None => "Nothing to do: it works for no member.",
        };
        tell(output, &found, said);
        at.close().await;
        Ok(())
    }
}

impl OfAll {
    pub(super) async fn restore(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let found = self.find(&at).await?;
        let before = found.organization.clone();
        let change = restore_app(before, &found.own, clock::now(), &at.mint);
        let change = change.ok_or_else(|| {
            Failure::failed("there is no end to take back: that is possible for a day")
        })?;
        at.commit(change.into(), CHANGED).await?;
        let found = self.find(&at).await?;
        tell(
            output,
            &found,
            "Done: members need not be asked again. Tokens stay dead.",
        );
        at.close().await;
        Ok(())
    }

    async fn find(&self, at: &Opened) -> Result<Found, Failure> {
        let app = at.app(&self.client_id).await?;
        let organization = at.organization(&self.organization).await?;
        let id = organization.id;
        let own = at.store.workspace_app(id, app.no).await?;
        let own = own.ok_or_else(|| Failure::failed("that app was deleted"))?;
        Ok(Found {
            app,
            named: at.named(id).await?,
            organization,
            own,
        })
    }
}

/// For how many members it works, or worked until it was ended now.
fn tell(output: Output, found: &Found, said: &str) {
    let Found {
        app,
        organization,
        named,
        own,
    } = found;
    let told = json!({
        "client_id": app.id,
        "organization": named,
        "members": own.members,
        "said": said,
    });
    output.show(&told, || {
        let sheet = sheet(&[
            ("app", format!("{} ({})", app.name, app.id)),
            ("organization", format!("{} ({named})", organization.name)),
            ("members", own.members.to_string()),
        ]);
        format!("{said}\n\n{sheet}")
    });
}
