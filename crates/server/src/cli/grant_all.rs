//! `valetkey grant end-all|restore-all`: what an app may do for all members of an organization.
use super::failure::Failure;
use super::output::{Output, sheet};
use super::place::{CHANGED, Opened, Place};
use crate::ops::clock;
use clap::Args;
use protocol::organizations::{OrganizationFacts, end_app, restore_app};
use protocol::types::{Client, Locator, WorkspaceApp};
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
    /// The id of the organization.
    #[arg(long, value_name = "ID")]
    organization: i64,
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
    facts: OrganizationFacts,
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
                found.app.name, found.facts.organization.name
            )));
        }
        let before = found.facts.organization.clone();
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
        let before = found.facts.organization.clone();
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
        let id = Locator(self.organization);
        let facts = at.store.organization(id).await?;
        let facts =
            facts.ok_or_else(|| Failure::failed(format!("no organization has the id {}", id.0)))?;
        let own = at.store.workspace_app(id, app.no).await?;
        let own = own.ok_or_else(|| Failure::failed("that app was deleted"))?;
        Ok(Found { app, facts, own })
    }
}

/// For how many members it works, or worked until it was ended now.
fn tell(output: Output, found: &Found, said: &str) {
    let Found { app, facts, own } = found;
    let organization = &facts.organization;
    let told = json!({
        "client_id": app.id,
        "organization": organization.id.0.to_string(),
        "members": own.members,
        "said": said,
    });
    output.show(&told, || {
        let sheet = sheet(&[
            ("app", format!("{} ({})", app.name, app.id)),
            (
                "organization",
                format!("{} ({})", organization.name, organization.id.0),
            ),
            ("members", own.members.to_string()),
        ]);
        format!("{said}\n\n{sheet}")
    });
}
