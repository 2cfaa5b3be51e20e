//! What organizations think of the apps that their members let in for them.
use crate::facts::workspaces;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::types::{AppStanding, ClientRowId, Locator, Subject, WorkspaceApp};

impl Store {
    /// What the owners of an organization think of an app, if they judged it, and of those that they did not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn app_standing(
        &self,
        organization: Locator,
        client: ClientRowId,
    ) -> Fact<(Option<AppStanding>, AppStanding)> {
        self.one(&workspaces::STANDING, &values![organization, client])
            .await
    }

    /// What each organization of a person thinks of an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn app_standings(
        &self,
        subject: Subject,
        client: ClientRowId,
    ) -> Result<Vec<(Locator, AppStanding)>, StoreError> {
        self.many(&workspaces::STANDINGS, &values![subject, client])
            .await
    }

    /// The apps that members let in for an organization or that it judged, by name: so many at most, after an app or from
    /// the first on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn workspace_apps(
        &self,
        organization: Locator,
        after: Option<ClientRowId>,
        limit: usize,
    ) -> Result<Vec<WorkspaceApp>, StoreError> {
        let values = values![organization, limit as i64, after.unwrap_or(ClientRowId(0))];
        self.many(&workspaces::APPS, &values).await
    }

    /// An app, as an organization has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn workspace_app(
        &self,
        organization: Locator,
        client: ClientRowId,
    ) -> Fact<WorkspaceApp> {
        self.one(&workspaces::APP, &values![organization, client])
            .await
    }
}
