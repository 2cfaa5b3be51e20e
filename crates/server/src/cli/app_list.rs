//! `valetkey app list`.
use super::app_shown::{as_json, as_row};
use super::failure::Failure;
use super::output::{Output, table};
use super::place::{Page, Place};
use clap::Args;
use protocol::types::Owner;
use serde_json::json;

/// Which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// Only those of this user: an e-mail address or id. The newest come first.
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    #[command(flatten)]
    page: Page,
}

impl List {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let limit = usize::from(self.page.limit);
        let after = match &self.page.after {
            Some(id) => Some(at.app(id).await?.no),
            None => None,
        };
        let mut apps = match &self.owner {
            Some(owner) => {
                let owner = Owner::Person(at.person(owner).await?.subject);
                at.store.clients_of(owner, after, limit + 1).await?
            }
            None => at.store.clients(after, limit + 1).await?,
        };
        let more = apps.len() > limit;
        apps.truncate(limit);
        let next = apps.last().filter(|_| more).map(|app| app.id.clone());
        let all: Vec<_> = apps.iter().map(|app| as_json(app, &at)).collect();
        output.show(&json!({ "apps": all, "next": next }), || {
            let rows: Vec<_> = apps.iter().map(|app| as_row(app)).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => {
                    "There are no apps yet: register one with `valetkey app create`.".to_owned()
                }
                false => table(["CLIENT ID", "NAME", "MODE", "OWNER", "STATUS"], &rows) + &more,
            }
        });
        Ok(())
    }
}
