//! The apps that members let in for an organization, and what its owners decide about them.
use super::{OrganizationError, Seat};
use crate::connections::is_restorable;
use crate::decision::Mint;
use crate::transition::OrganizationChange;
use crate::types::{AppStanding, ClientRowId, End, Organization, UnixTime, WorkspaceApp};

impl Seat {
    /// Says what an app may do; `None` when that is so.
    ///
    /// # Errors
    /// Why not.
    pub fn judge_app(
        &self,
        client: ClientRowId,
        was: Option<AppStanding>,
        standing: AppStanding,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.owner()?;
        let before = self.before();
        Ok(
            (was != Some(standing)).then_some(OrganizationChange::JudgeApp {
                before,
                client,
                standing,
            }),
        )
    }

    /// Says what apps may do that nobody judged; `None` when that is so.
    ///
    /// # Errors
    /// Why not.
    pub fn judge_new_apps(
        &self,
        was: AppStanding,
        standing: AppStanding,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.owner()?;
        let before = self.before();
        Ok((was != standing).then_some(OrganizationChange::JudgeNewApps { before, standing }))
    }

    /// Ends what an app may do for all members; `None` when it works for none.
    ///
    /// # Errors
    /// Why not.
    pub fn end_app<M: Mint>(
        &self,
        app: &WorkspaceApp,
        mint: &M,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.owner()?;
        Ok(end_app(self.before(), app, mint))
    }

    /// Takes the end of an app back, within a day.
    ///
    /// # Errors
    /// Why not.
    pub fn restore_app<M: Mint>(
        &self,
        app: &WorkspaceApp,
        now: UnixTime,
        mint: &M,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.owner()?;
        let change = restore_app(self.before(), app, now, mint);
        Ok(Some(change.ok_or(OrganizationError::Unknown)?))
    }
}

/// Ends what an app may do for all members of an organization; `None` when it works for none. It is for owners and operators
/// to say.
pub fn end_app<M: Mint>(
    before: Organization,
    app: &WorkspaceApp,
    mint: &M,
) -> Option<OrganizationChange> {
    (app.members > 0).then(|| OrganizationChange::EndApp {
        before,
        client: app.client,
        end: End(mint.locator()),
    })
}

/// Takes that back; `None` when there is no such end, or it was more than a day ago.
pub fn restore_app<M: Mint>(
    before: Organization,
    app: &WorkspaceApp,
    now: UnixTime,
    mint: &M,
) -> Option<OrganizationChange> {
    let end = app.ended.filter(|end| is_restorable(*end, now))?;
    Some(OrganizationChange::RestoreApp {
        before,
        client: app.client,
        end,
        at: mint.locator(),
    })
}
