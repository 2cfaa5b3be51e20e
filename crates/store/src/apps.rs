//! Apps, for who asks with ids and gets types.
use crate::changes::NOBODY;
use crate::facts::{clients, organizations, people};
use crate::memory::Memory;
use crate::row::Query;
use crate::value::{Value, values};
use crate::{Fact, Store, StoreError};
use protocol::apps::RESTORABLE;
use protocol::register::Neighbours;
use protocol::transition::Logo;
use protocol::types::name::skeleton;
use protocol::types::{Client, ClientRowId, Locator, Owner, Person, Receiver, Subject, UnixTime};
use std::sync::Arc;

impl Store {
    /// An app by its `client_id`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client(&self, client_id: &str) -> Fact<Arc<Client>> {
        let memory = self.fresh_memory().await?;
        if let Some(client) = memory.client(client_id) {
            return Ok(Some(client));
        }
        Box::pin(self.load(memory, &clients::BY_ID, client_id.into())).await
    }

    /// An app by its number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client_by_no(&self, no: ClientRowId) -> Fact<Arc<Client>> {
        let memory = self.fresh_memory().await?;
        if let Some(client) = memory.client_by_no(no) {
            return Ok(Some(client));
        }
        Box::pin(self.load(memory, &clients::BY_NO, no.into())).await
    }

    /// An app with its secrets, kept in memory unless any app changes meanwhile; a draft of an organization is not.
    async fn load(
        &self,
        memory: &Memory,
        query: &Query<Client>,
        by: Value<'_>,
    ) -> Fact<Arc<Client>> {
        let version = memory.version();
        let Some(mut client) = self.one(query, &[by]).await? else {
            return Ok(None);
        };
        self.add_secrets(std::slice::from_mut(&mut client)).await?;
        if let Some(organization) = client.organization.filter(|_| client.is_draft()) {
            // Who belongs to it may be another at any moment: such an app is read each time.
            let team = values![organization];
            client.team = self.many(&organizations::TEAM, &team).await?;
            return Ok(Some(Arc::new(client)));
        }
        Ok(Some(memory.keep(client, version)))
    }

    /// Apps by number, `limit` from the one after `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients(
        &self,
        after: Option<ClientRowId>,
        limit: usize,
    ) -> Result<Vec<Arc<Client>>, StoreError> {
        let values = values![after.map_or(0, |no| no.0), limit as i64];
        let mut clients = self.many(&clients::PAGE, &values).await?;
        self.add_secrets(&mut clients).await?;
        Ok(clients.into_iter().map(Arc::new).collect())
    }

    /// The apps of an owner, newest first: those that are older than one, so many at most. Their secrets are not read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients_of(
        &self,
        owner: Owner,
        after: Option<ClientRowId>,
        limit: usize,
    ) -> Result<Vec<Arc<Client>>, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&clients::OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&clients::OF_ORGANIZATION, Value::from(id)),
        };
        let values = [
            owner,
            after.map_or(i64::MAX, |no| no.0).into(),
            (limit as i64).into(),
        ];
        let clients = self.many(query, &values).await?;
        Ok(clients.into_iter().map(Arc::new).collect())
    }

    /// The same of those whose name looks as if this were in it, or whose client id it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients_called(
        &self,
        owner: Owner,
        sought: &str,
        after: Option<ClientRowId>,
        limit: usize,
    ) -> Result<Vec<Arc<Client>>, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&clients::FOUND_OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&clients::FOUND_OF_ORGANIZATION, Value::from(id)),
        };
        let mut looks = String::from("%");
        for c in skeleton(sought).chars() {
            looks.extend(['!', '%', '_'].contains(&c).then_some('!'));
            looks.push(c);
        }
        looks.push('%');
        let values = [
            owner,
            after.map_or(i64::MAX, |no| no.0).into(),
            (limit as i64).into(),
            looks.into(),
            sought.into(),
        ];
        let clients = self.many(query, &values).await?;
        Ok(clients.into_iter().map(Arc::new).collect())
    }

    /// Those apps of an owner that are between two numbers: when each was used last, and how many people it is connected
    /// with, counted up to `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients_at_work(
        &self,
        owner: Owner,
        (first, last): (ClientRowId, ClientRowId),
        most: usize,
    ) -> Result<Vec<(ClientRowId, Option<UnixTime>, usize)>, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&clients::AT_WORK_OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&clients::AT_WORK_OF_ORGANIZATION, Value::from(id)),
        };
        let values = [owner, first.into(), last.into(), (most as i64).into()];
        let found = self.many(query, &values).await?.into_iter();
        let counted = |(no, used, people)| (no, used, usize::try_from(people).unwrap_or_default());
        Ok(found.map(counted).collect())
    }

    /// Whether somebody else that people meet looks called so: an organization but this one, or an app that neither this
    /// person runs by themselves nor this organization. `person`: who asks for a name; none for an app of an organization
    /// that is there, which is no single person's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_namesake(
        &self,
        name: &str,
        person: Option<Subject>,
        organization: Option<Locator>,
    ) -> Result<bool, StoreError> {
        self.namesakes(name, person, organization, ClientRowId(0))
            .await
    }

    async fn namesakes(
        &self,
        name: &str,
        person: Option<Subject>,
        organization: Option<Locator>,
        but: ClientRowId,
    ) -> Result<bool, StoreError> {
        let person = person.unwrap_or(NOBODY);
        let organization = organization.unwrap_or(Locator(0));
        let values = values![skeleton(name), person, organization, but];
        let found = self.one(&organizations::NAMESAKES, &values).await?;
        Ok(found.is_some_and(|count| count > 0))
    }

    /// What a rule has to know of other apps when this person accepts this one, for themselves or for an organization.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn neighbours_once_accepted(
        &self,
        client: &Client,
        person: Subject,
        to: &Receiver,
        now: UnixTime,
    ) -> Result<Neighbours, StoreError> {
        let (owner, organization) = match to {
            Receiver::Address(_) => (Owner::Person(person), None),
            Receiver::Organization(id) => (Owner::Organization(*id), Some(*id)),
        };
        let namesake = self.namesakes(&client.name, Some(person), organization, client.no);
        Ok(Neighbours {
            namesake: namesake.await?,
            own: self.count_clients_of(owner, now.minus(RESTORABLE)).await?,
        })
    }

    /// Whether somebody else that people meet looks called as this app is to be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_namesake_of(&self, client: &Client, name: &str) -> Result<bool, StoreError> {
        match client.run_by() {
            Owner::Person(person) => self.has_namesake(name, Some(person), None).await,
            Owner::Organization(organization) => {
                self.has_namesake(name, None, Some(organization)).await
            }
        }
    }

    /// When each app that a person let in was handed over last, of those that ever were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apps_handed_over(
        &self,
        person: Subject,
    ) -> Result<Vec<(ClientRowId, UnixTime)>, StoreError> {
        self.many(&clients::HANDED_OVER, &values![person]).await
    }

    /// How many apps an owner runs; those among them that were deleted after a time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_clients_of(
        &self,
        owner: Owner,
        since: UnixTime,
    ) -> Result<usize, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&clients::COUNT_OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&clients::COUNT_OF_ORGANIZATION, Value::from(id)),
        };
        let count = self.one(query, &[owner, since.into()]).await?;
        Ok(count
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(0))
    }

    /// When an app was used last; and each of its secrets, with the network that it was used from.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client_used(
        &self,
        client: ClientRowId,
    ) -> Result<(Option<UnixTime>, Vec<(Locator, UnixTime, String)>), StoreError> {
        let app = self.one(&clients::USED, &values![client]).await?;
        let secrets = self.many(&clients::SECRETS_USED, &values![client]).await?;
        Ok((app, secrets))
    }

    /// The test side of an app. Its secrets are read too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn test_side(&self, live: ClientRowId) -> Fact<Arc<Client>> {
        match self.one(&clients::TEST_SIDE, &values![live]).await? {
            Some(found) => self.client_by_no(found.no).await,
            None => Ok(None),
        }
    }

    /// The test side of an app, if it was deleted after a time, and when. Its secrets are not read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deleted_test_side(
        &self,
        live: ClientRowId,
        since: UnixTime,
    ) -> Fact<(Client, UnixTime)> {
        self.one(&clients::DELETED_TEST_SIDE, &values![live, since])
            .await
    }

    /// The people that an app of the test side is tried with: so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people_of_test_app(
        &self,
        app: ClientRowId,
        limit: usize,
    ) -> Result<Vec<Person>, StoreError> {
        self.many(&people::OF_TEST_APP, &values![app, limit as i64])
            .await
    }

    /// An app that was deleted after a time, and when. Its secrets are not read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deleted_client(
        &self,
        client_id: &str,
        since: UnixTime,
    ) -> Fact<(Client, UnixTime)> {
        self.one(&clients::DELETED, &values![client_id, since])
            .await
    }

    /// The apps of an owner that were deleted after a time, and when, the last one first: so many at most, `below` one of
    /// them. Their secrets are not read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deleted_clients_of(
        &self,
        owner: Owner,
        since: UnixTime,
        below: Option<(UnixTime, ClientRowId)>,
        limit: usize,
    ) -> Result<Vec<(Client, UnixTime)>, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&clients::DELETED_OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&clients::DELETED_OF_ORGANIZATION, Value::from(id)),
        };
        let (at, no) = below.unwrap_or((UnixTime(i64::MAX), ClientRowId(i64::MAX)));
        let values = [
            owner,
            since.into(),
            (limit as i64).into(),
            at.into(),
            no.into(),
        ];
        self.many(query, &values).await
    }

    /// Gives each of some apps, which are in the order of their numbers, its secrets.
    async fn add_secrets(&self, clients: &mut [Client]) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (clients.first(), clients.last()) else {
            return Ok(());
        };
        let secrets = self
            .many(&clients::SECRETS, &values![first.no, last.no])
            .await?;
        for (no, secret) in secrets {
            if let Ok(at) = clients.binary_search_by_key(&no, |client| client.no) {
                clients[at].secrets.push(secret);
            }
        }
        Ok(())
    }

    /// The logo of an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logo(&self, client: ClientRowId) -> Fact<Logo> {
        self.one(&clients::LOGO, &values![client]).await
    }
}
