//! What is known of organizations and of apps that change hands.
use crate::facts::{clients, organizations, people};
use crate::value::values;
use crate::{Fact, Store, StoreError};
use jose::Digest;
use protocol::accounts::deletion::DeletionFacts;
use protocol::organizations::OrganizationFacts;
use protocol::transition::Logo;
use protocol::types::{
    ClientRowId, Invitation, Locator, Membership, Organization, Subject, Transfer, UnixTime,
};

impl Store {
    /// An organization, with all who belong to it or are asked to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization(&self, id: Locator) -> Fact<OrganizationFacts> {
        let Some(organization) = self.one(&organizations::BY_ID, &values![id]).await? else {
            return Ok(None);
        };
        let members = self.many(&organizations::MEMBERS, &values![id]).await?;
        let invitations = self.many(&organizations::INVITATIONS, &values![id]).await?;
        let apps = self.one(&organizations::APPS, &values![id]).await?;
        Ok(Some(OrganizationFacts {
            organization,
            members,
            invitations: invitations.into_iter().map(|(open, _)| open).collect(),
            apps: usize::try_from(apps.unwrap_or_default()).unwrap_or_default(),
        }))
    }

    /// Its picture.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_logo(&self, id: Locator) -> Fact<Logo> {
        self.one(&organizations::LOGO, &values![id]).await
    }

    /// The digest of its picture.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_picture(&self, id: Locator) -> Fact<Digest> {
        self.one(&organizations::PICTURE, &values![id]).await
    }

    /// All organizations, after one of them: so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organizations(
        &self,
        after: Option<Locator>,
        limit: usize,
    ) -> Result<Vec<Organization>, StoreError> {
        let after = after.unwrap_or(Locator(0));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.many(&organizations::AFTER, &values![after, limit])
            .await
    }

    /// The organization that a form founded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_of_form(&self, once: &Digest) -> Fact<Locator> {
        self.one(&organizations::BY_ONCE, &values![once]).await
    }

    /// The organization that the company calls so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_of_company(&self, external_id: &str) -> Fact<Organization> {
        self.one(&organizations::BY_EXTERNAL_ID, &values![external_id])
            .await
    }

    /// What the company calls an organization, if it is one of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_external_id(&self, id: Locator) -> Fact<String> {
        self.one(&organizations::EXTERNAL_ID, &values![id]).await
    }

    /// The organizations that a person belongs to, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn memberships(&self, subject: Subject) -> Result<Vec<Membership>, StoreError> {
        self.many(&organizations::OF_PERSON, &values![subject])
            .await
    }

    /// What goes with an account, and what keeps it from being deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deletion(&self, subject: Subject) -> Result<DeletionFacts, StoreError> {
        let owner = &organizations::LEFT_WITHOUT_OWNER;
        Ok(DeletionFacts {
            apps: self.many(&people::OWN_APPS, &values![subject]).await?,
            left_without_owner: self.many(owner, &values![subject]).await?,
        })
    }

    /// An organization, if a person belongs to it, and what they may do there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn membership(&self, organization: Locator, subject: Subject) -> Fact<Membership> {
        self.one(&organizations::SEAT, &values![organization, subject])
            .await
    }

    /// How many belong to an organization.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn organization_size(&self, organization: Locator) -> Result<usize, StoreError> {
        let size = self
            .one(&organizations::SIZE, &values![organization])
            .await?;
        Ok(usize::try_from(size.unwrap_or_default()).unwrap_or_default())
    }

    /// An invitation, with the name of its organization.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitation(&self, id: Locator) -> Fact<(Invitation, String)> {
        self.one(&organizations::INVITATION, &values![id]).await
    }

    /// What an address is asked to join, by its key, with the names of the organizations.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations_to(
        &self,
        email_key: &str,
        now: UnixTime,
    ) -> Result<Vec<(Invitation, String)>, StoreError> {
        self.many(&organizations::INVITATIONS_TO, &values![email_key, now])
            .await
    }

    /// Secrets that end between two moments and whose developers were not told, with their apps: the next ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secrets_ending(
        &self,
        (after, until): (UnixTime, UnixTime),
    ) -> Result<Vec<(ClientRowId, Locator)>, StoreError> {
        self.many(&clients::SECRETS_ENDING, &values![after, until])
            .await
    }

    /// An offer of an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn transfer(&self, id: Locator) -> Fact<Transfer> {
        self.one(&organizations::TRANSFER, &values![id]).await
    }

    /// The offer of this app that holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn transfer_of(&self, client: ClientRowId, now: UnixTime) -> Fact<Transfer> {
        self.one(&organizations::TRANSFER_OF, &values![client, now])
            .await
    }

    /// The apps that are offered to a person, by the key of their address, or to an organization that is theirs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn transfers_to(
        &self,
        email_key: &str,
        subject: Subject,
        now: UnixTime,
    ) -> Result<Vec<Transfer>, StoreError> {
        self.many(
            &organizations::TRANSFERS_TO,
            &values![email_key, subject, now],
        )
        .await
    }
}
