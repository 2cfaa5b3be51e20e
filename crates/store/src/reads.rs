//! Facts, for who asks with ids and gets types.
use crate::connections::named;
use crate::facts::{authorize, devices, events, mail_links, people, sessions, tokens};
use crate::lease::{COMMAND, SERVING};
use crate::value::values;
use crate::{Engine, EventQuery, Fact, Store, StoreError, UNSETTLED};
use jose::Digest;
use protocol::accounts::bounce::BounceKind;
use protocol::accounts::mail_link::{EARLIER, MailLink};
use protocol::events::Recorded;
use protocol::facts::{
    AccessFacts, AccountCounts, Attempts, CodeFacts, ConsentFacts, DeviceFacts, Holder,
    InteractionFacts, ListedSession, PeoplePage, PortalFacts, RefreshFacts, SessionFacts,
    UsedRefreshToken,
};
use protocol::types::email::{email_key, email_keys};
use protocol::types::{
    ClientRowId, ConnectionKey, DeviceAnswer, Grant, Locator, Person, Preferences, Subject,
    UnixTime, UserCode,
};

impl Store {
    /// A code with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn code(&self, id: Locator) -> Fact<CodeFacts> {
        let Some(mut facts) = self.one(&authorize::CODE, &values![id]).await? else {
            return Ok(None);
        };
        let memory = self.fresh_memory().await?;
        let code = &mut facts.code;
        facts.connection = memory.connection(Some(code.subject), code.client, code.organization);
        facts.connection.narrow(code.id, &mut code.scope);
        let person = facts.person.as_ref();
        facts.asked = self.asked(code.id, &code.scope, person).await?;
        Ok(Some(facts))
    }

    /// What a device asked for, with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device(&self, id: Locator) -> Fact<DeviceFacts> {
        let Some(mut facts) = self.one(&devices::BY_ID, &values![id]).await? else {
            return Ok(None);
        };
        let memory = self.fresh_memory().await?;
        let subject = facts.person.as_ref().map(|person| person.subject);
        let device = &mut facts.device;
        let organization = match device.answer {
            Some(DeviceAnswer::Allowed { organization, .. }) => organization,
            Some(DeviceAnswer::Denied) | None => None,
        };
        facts.connection = memory.connection(subject, device.client, organization);
        facts.connection.narrow(device.id, &mut device.scope);
        let person = facts
            .person
            .as_ref()
            .filter(|_| facts.device.answer.is_some());
        facts.asked = self
            .asked(facts.device.id, &facts.device.scope, person)
            .await?;
        Ok(Some(facts))
    }

    /// The same, by the code that a person typed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_by_user_code(&self, code: &UserCode) -> Fact<DeviceFacts> {
        self.one(&devices::BY_USER_CODE, &values![code.digest()])
            .await
    }

    /// A refresh token with its grant, its use and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh_token(&self, id: Locator) -> Fact<RefreshFacts> {
        let Some(mut facts) = self.refresh_row(id).await? else {
            return Ok(None);
        };
        let memory = self.fresh_memory().await?;
        let grant = &mut facts.grant;
        facts.connection = memory.connection(Some(grant.subject), grant.client, grant.organization);
        facts.connection.narrow(grant.id, &mut grant.scope);
        let person = facts.person.as_ref();
        facts.asked = self.asked(grant.id, &grant.scope, person).await?;
        Ok(Some(facts))
    }

    async fn refresh_row(&self, id: Locator) -> Fact<RefreshFacts> {
        if let Engine::Postgres(engine) = &self.engine {
            return engine.refresh_token(id).await;
        }
        let Some((facts, used)) = self.one(&tokens::REFRESH, &values![id]).await? else {
            return Ok(None);
        };
        let Some((successor, used_at)) = used else {
            return Ok(Some(facts));
        };
        let came_of_it = self.one(&tokens::USE, &values![successor]).await?;
        let (successor_used, reply) = came_of_it.unwrap_or_default();
        let used = Some(UsedRefreshToken {
            successor,
            used_at,
            successor_used,
            reply,
        });
        Ok(Some(RefreshFacts { used, ..facts }))
    }

    /// An access token: one row, and what memory knows of its grant, app and person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access_token(&self, id: Locator) -> Fact<AccessFacts> {
        let found = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| db.one(&tokens::ACCESS, &values![id]))?,
            Engine::Postgres(engine) => engine.access_token(id).await?,
        };
        let Some(mut token) = found else {
            return Ok(None);
        };
        let memory = self.fresh_memory().await?;
        let connection = memory.connection(token.subject, token.client, token.organization);
        connection.narrow(token.grant, &mut token.scope);
        Ok(Some(AccessFacts {
            client: self.client_by_no(token.client).await?,
            grant_revoked: token.subject.is_some() && memory.is_revoked(token.grant),
            person: memory.standing(token.subject),
            connection,
            token,
            holder: None,
        }))
    }

    /// A grant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grant(&self, id: Locator) -> Fact<Grant> {
        self.one(&tokens::GRANT, &values![id]).await
    }

    /// Who allowed a grant, as introspection tells it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn holder(&self, grant: Locator) -> Fact<Holder> {
        self.one(&tokens::HOLDER, &values![grant]).await
    }

    /// The same, with how they had signed in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proved_holder(&self, grant: Locator) -> Fact<Holder> {
        let Some(holder) = self.holder(grant).await? else {
            return Ok(None);
        };
        let proved = self.one(&tokens::PROVED, &values![grant]).await?;
        let (methods, acr) = proved.unwrap_or_default();
        Ok(Some(Holder {
            methods,
            acr,
            ..holder
        }))
    }

    /// A session with its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, id: Locator) -> Fact<SessionFacts> {
        self.one(&sessions::BY_ID, &values![id]).await
    }

    /// Who is signed in on the portal's own host, or comes there with a code, as long as the session behind it is there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn portal_session(&self, id: Locator) -> Fact<PortalFacts> {
        self.one(&sessions::AT_PORTAL, &values![id]).await
    }

    /// A session and whose it is, without what tells of them, and what that person allowed an app before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_and_consent(
        &self,
        id: Locator,
        client: ClientRowId,
    ) -> Fact<(SessionFacts, ConsentFacts)> {
        self.one(&sessions::WITH_CONSENT, &values![client, id])
            .await
    }

    /// A pending request with its app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn interaction(&self, id: Locator) -> Fact<InteractionFacts> {
        let Some(interaction) = self.one(&authorize::INTERACTION, &values![id]).await? else {
            return Ok(None);
        };
        Ok(Some(InteractionFacts {
            client: self.client_by_no(interaction.client).await?,
            interaction,
        }))
    }

    /// The same where people let apps in for organizations too: what that person allowed for the only workspace for
    /// which they did, if they belong to it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_and_only_consent(
        &self,
        id: Locator,
        client: ClientRowId,
    ) -> Fact<(SessionFacts, ConsentFacts)> {
        self.one(&sessions::WITH_ONLY_CONSENT, &values![client, id])
            .await
    }

    /// What a person allowed an app before, for a workspace.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consent(&self, key: ConnectionKey) -> Result<ConsentFacts, StoreError> {
        self.one(&authorize::CONSENT, &named(key)).await
    }

    /// What a person allowed an app last, for whichever workspace.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_consent(
        &self,
        subject: Subject,
        client: ClientRowId,
    ) -> Result<ConsentFacts, StoreError> {
        self.one(&authorize::LAST_CONSENT, &values![subject, client])
            .await
    }

    /// A person, unless the account was deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person(&self, subject: Subject) -> Fact<Person> {
        self.one(&people::THERE, &values![subject]).await
    }

    /// How somebody is told things.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn preferences(&self, subject: Subject) -> Fact<Preferences> {
        self.one(&people::PREFERENCES, &values![subject]).await
    }

    /// A person by address, in whichever spelling; one that an earlier release stored is found too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person_by_email(&self, email: &str) -> Fact<Person> {
        for key in email_keys(email) {
            let found = self.one(&people::BY_EMAIL_KEY, &values![key]).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A link in a mail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail_link(&self, id: Locator) -> Fact<MailLink> {
        let found = self.one(&mail_links::BY_ID, &values![id]).await?;
        Ok(found.flatten())
    }

    /// The passwords by one of which a person takes back what a link is about, as PHC strings: the oldest that the account had
    /// then and within [`EARLIER`] before, three at most. None if the link takes nothing back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn earlier_passwords(
        &self,
        subject: Subject,
        link: &MailLink,
    ) -> Result<Vec<String>, StoreError> {
        let since = Locator::first_at(link.created_at.minus(EARLIER));
        let values = values![subject, link.id, since];
        self.many(&mail_links::EARLIER_PASSWORDS, &values).await
    }

    /// How an address answers to mail, if it was noted that mail comes back or is unwelcome.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn bounce(&self, email: &str) -> Fact<BounceKind> {
        let found = self
            .one(&mail_links::BOUNCE, &values![email_key(email)])
            .await?;
        Ok(found.flatten())
    }

    /// People by subject, `limit` from the one after `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people(
        &self,
        after: Option<Subject>,
        limit: usize,
    ) -> Result<PeoplePage, StoreError> {
        let after = after.unwrap_or(Subject(i64::MIN));
        let values = values![after, limit as i64 + 1];
        let mut people = self.many(&people::PAGE, &values).await?;
        let more = people.len() > limit;
        people.truncate(limit);
        let next = people.last().map(|person| person.subject).filter(|_| more);
        Ok(PeoplePage { people, next })
    }

    /// Attempts counted for each key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempts(&self, keys: &[Digest]) -> Result<Vec<Attempts>, StoreError> {
        let none = Attempts {
            count: 0,
            since: UnixTime(0),
        };
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            let found = self.one(&people::ATTEMPTS, &values![key]).await?;
            all.push(found.unwrap_or(none));
        }
        Ok(all)
    }

    /// What was counted of something that is limited by the day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn daily(&self, key: &Digest) -> Fact<Attempts> {
        self.one(&people::DAILY, &values![key]).await
    }

    /// How many accounts of people there are that were made before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accounts_older_than(&self, before: UnixTime) -> Result<u64, StoreError> {
        let counted = self.many(&people::OLDER_THAN, &values![before]).await?;
        Ok(counted.first().copied().unwrap_or(0))
    }

    /// How many nodes serve this database.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn serving_nodes(&self, now: UnixTime) -> Result<u32, StoreError> {
        let held = self.many(&SERVING, &values![now.plus(COMMAND)]).await?;
        Ok(u32::try_from(held.len()).unwrap_or(u32::MAX))
    }

    /// Live sessions of a person, or of everybody, newest first, `limit` before the one named.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions(
        &self,
        whose: Option<Subject>,
        now: UnixTime,
        before: Option<Locator>,
        limit: usize,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let query = match whose {
            Some(_) => &sessions::OF_PERSON,
            None => &sessions::OF_ALL,
        };
        let before = before.unwrap_or(Locator(i64::MAX));
        let values = values![
            whose.unwrap_or(Subject(i64::MIN)),
            before,
            now,
            limit as i64
        ];
        self.many(query, &values).await
    }

    /// How much hangs on an account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_counts(&self, subject: Subject, now: UnixTime) -> Fact<AccountCounts> {
        self.one(&people::COUNTS, &values![subject, now]).await
    }

    /// Events, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events(
        &self,
        query: &EventQuery,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let name = query.name.as_deref().unwrap_or_default();
        let values = values![
            query.after.unwrap_or(Locator(0)),
            query.before.unwrap_or(Locator(i64::MAX)),
            name,
            format!("{name}."),
            query.client.unwrap_or(ClientRowId(0)),
            query.subject.unwrap_or(Subject(0)),
            limit as i64,
        ];
        match query.newest_first {
            true => self.many(&events::NEWEST_FIRST, &values).await,
            false => self.many(&events::OLDEST_FIRST, &values).await,
        }
    }

    /// The place below which no event can appear any more: whoever follows them by cursor reads those
    /// [`before`](EventQuery::before) it. On SQLite they are numbered in the order of their commits.
    pub fn settled_before(&self, now: UnixTime) -> Locator {
        match &self.engine {
            Engine::Sqlite(_) => Locator(i64::MAX),
            Engine::Postgres(_) => Locator::first_at(now.minus(UNSETTLED)),
        }
    }
}
