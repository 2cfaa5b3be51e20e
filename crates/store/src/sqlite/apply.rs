//! Transitions to statements. The guard comes first; when it is lost nothing has been written. What many ask for at
//! once is here, all else runs by its steps.
use super::statements::Statements;
use super::writer::Effect;
use crate::changes::{ANSWER, Change, Hot, ISSUE, code_values, counted};
use crate::connections::named;
use crate::facts::clients::TEST_SIDE_NO;
use crate::facts::feed::About;
use crate::facts::tokens::{access_columns, all_access_columns};
use crate::facts::{connections, people, workspaces};
use crate::feed::{self, FED};
use crate::row::Query;
use crate::steps::{Kind, Step, Steps};
use crate::value::{Value, values};
use crate::{IdMint, Outcome};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::events::Act;
use protocol::facts::AccountStatus;
use protocol::outbox::Message;
use protocol::types::{
    AccessToken, AuthorizationCode, ConnectionStanding, Grant, Interaction, Locator, RefreshToken,
    UnixTime,
};
use rusqlite::Result;

/// One transition inside an open transaction.
pub(super) struct Apply<'a, 'c> {
    pub(super) db: &'a Statements<'c>,
    pub(super) mint: &'a IdMint,
    pub(super) act: Act,
    /// What memory must learn once this is committed.
    pub(super) effects: &'a mut Vec<Effect>,
}

/// What became of a change.
enum Done {
    Changed,
    /// It was so before: success, and nothing to tell.
    Unchanged,
    Lost,
}

impl From<bool> for Done {
    fn from(won: bool) -> Self {
        match won {
            true => Done::Changed,
            false => Done::Lost,
        }
    }
}

impl Apply<'_, '_> {
    /// Applies a transition and writes its event.
    pub(super) fn transition(&mut self, transition: &Transition) -> Result<Outcome> {
        let (done, messages) = match Change::from(transition) {
            Change::Hot(change) => {
                debug_assert!(
                    transition.messages().is_empty(),
                    "what is hot sends nothing"
                );
                (self.hot(change)?, &[][..])
            }
            // Nothing is tried again here, so nobody asks for a receipt.
            Change::Cold(change) => {
                let done = self.steps(&change.steps(self.act.at, Locator(0)))?;
                (done, transition.messages())
            }
        };
        match done {
            Done::Changed => {
                self.event(transition)?;
                self.post(messages).map(|()| Outcome::Committed)
            }
            Done::Unchanged => Ok(Outcome::Committed),
            Done::Lost => Ok(Outcome::Conflict),
        }
    }

    fn hot(&mut self, change: Hot<'_>) -> Result<Done> {
        match change {
            Hot::Issue(token) => self.insert_access(token).map(|()| Done::Changed),
            Hot::Rotate {
                consumed,
                successor,
                access,
                reply,
            } => {
                let reply = reply.map(|reply| &reply.0[..]);
                self.rotate(consumed, successor, access, reply)
            }
            Hot::Redeem {
                grant,
                access,
                refresh,
            } => self.redeem(grant, access, refresh),
            Hot::Keep(interaction) => self.keep(interaction).map(|()| Done::Changed),
            Hot::IssueCode { code, interaction } => self.issue_code(code, interaction),
            Hot::Poll {
                device,
                before,
                after,
            } => {
                let guard = "UPDATE device_codes SET wait = $2, polled_at = $3 WHERE id = $1 AND wait = $4 \
                             AND polled_at IS NOT DISTINCT FROM $5 AND answer IS NULL";
                let values = values![
                    device,
                    after.interval,
                    after.polled_at,
                    before.interval,
                    before.polled_at,
                ];
                Ok((self.run(guard, &values)? > 0).into())
            }
            Hot::RevokeGrant(grant) => self.revoke_grant(grant),
            Hot::RevokeAccessToken(token) => {
                if self.run("DELETE FROM access_tokens WHERE id = $1", &values![token])? == 0 {
                    return Ok(Done::Unchanged);
                }
                self.tell(About::Token(token))?;
                Ok(Done::Changed)
            }
        }
    }

    /// Writes messages to the outbox.
    fn post(&mut self, messages: &[Message]) -> Result<()> {
        let sql = "INSERT INTO outbox (id, kind, destination, payload, created_at, due_at, attempts) \
                   VALUES ($1, $2, $3, $4, $5, $5, 0)";
        for message in messages {
            let values = values![
                message.id(),
                message.kind().name(),
                message.destination().as_str(),
                message.payload(),
                self.act.at,
            ];
            self.run(sql, &values)?;
            self.effects.push(Effect::Message);
        }
        Ok(())
    }

    fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize> {
        self.db.execute(sql, values)
    }

    fn insert_access(&self, token: &AccessToken) -> Result<()> {
        let alone = concat!(
            "INSERT INTO access_tokens (",
            access_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
        );
        let for_organization = concat!(
            "INSERT INTO access_tokens (",
            all_access_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        );
        let values = values![
            token.id,
            &token.digest,
            token.grant,
            token.client,
            token.subject,
            &token.scope,
            token.expires_at,
            token.organization,
        ];
        match token.organization {
            None => self.run(alone, &values[..7]).map(drop),
            Some(_) => self.run(for_organization, &values).map(drop),
        }
    }

    fn insert_refresh(&self, token: &RefreshToken) -> Result<()> {
        let sql =
            "INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) VALUES ($1, $2, $3, $4)";
        let values = values![token.id, &token.digest, token.grant, token.expires_at];
        self.run(sql, &values).map(drop)
    }

    fn rotate(
        &self,
        consumed: Locator,
        successor: &RefreshToken,
        access: &AccessToken,
        reply: Option<&[u8]>,
    ) -> Result<Done> {
        let guard = "INSERT INTO used_refresh_tokens (id, successor, used_at) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING";
        if self.run(guard, &values![consumed, successor.id, self.act.at])? == 0 {
            return Ok(Done::Lost);
        }
        self.insert_refresh(successor)?;
        self.insert_access(access)?;
        if let Some(sealed) = reply {
            let sql = "INSERT INTO refresh_replies (id, sealed) VALUES ($1, $2)";
            self.run(sql, &values![successor.id, sealed])?;
        }
        Ok(Done::Changed)
    }

    fn redeem(
        &self,
        grant: &Grant,
        access: &AccessToken,
        refresh: Option<&RefreshToken>,
    ) -> Result<Done> {
        let guard = "INSERT INTO grants (id, client, subject, scope, auth_time, started_at, expires_at, organization) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let values = values![
            grant.id,
            grant.client,
            grant.subject,
            &grant.scope,
            grant.auth_time,
            grant.started_at,
            grant.expires_at,
            grant.organization,
        ];
        if self.run(guard, &values)? == 0 {
            return Ok(Done::Lost);
        }
        self.insert_access(access)?;
        refresh.map_or(Ok(()), |token| self.insert_refresh(token))?;
        Ok(Done::Changed)
    }

    fn keep(&self, interaction: &Interaction) -> Result<()> {
        let sql = "INSERT INTO interactions (id, digest, client, request, expires_at, answered_at) \
                   VALUES ($1, $2, $3, $4, $5, NULL)";
        let values = values![
            interaction.id,
            &interaction.digest,
            interaction.client,
            &interaction.request,
            interaction.expires_at,
        ];
        self.run(sql, &values).map(drop)
    }

    fn issue_code(&self, code: &AuthorizationCode, interaction: Option<Locator>) -> Result<Done> {
        if let Some(interaction) = interaction
            && self.run(ANSWER, &values![interaction, self.act.at, code.id])? == 0
        {
            return Ok(Done::Lost);
        }
        self.run(ISSUE, &code_values(code))?;
        Ok(Done::Changed)
    }

    /// Revoking what is revoked is success, and nothing to write down again.
    fn revoke_grant(&mut self, grant: Locator) -> Result<Done> {
        // Two statements: SQLite makes a table for what one of them returns.
        const END: Query<UnixTime> = Query {
            sql: "SELECT expires_at FROM grants WHERE id = $1 AND revoked_at IS NULL",
            read: |row| row.time(0),
        };
        let Some(end) = self.db.one(&END, &values![grant])? else {
            return Ok(Done::Unchanged);
        };
        let revoke = "UPDATE grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        self.run(revoke, &values![grant, self.act.at])?;
        let above = feed::above(self.mint.locator());
        self.write_line(About::Grant(grant), end, Some(above))?;
        self.effects.push(Effect::Grant(grant, above));
        Ok(Done::Changed)
    }

    /// Runs the steps of a transition. Others may be in the same transaction, so what was written before a guard
    /// was lost is taken back alone.
    fn steps(&mut self, steps: &Steps<'_>) -> Result<Done> {
        let saved = steps.may_write_in_vain();
        if saved {
            self.run("SAVEPOINT steps", &[])?;
        }
        let mut done = Done::Changed;
        for step in &steps.steps {
            match self.step(step)? {
                Done::Changed => {}
                Done::Unchanged => done = Done::Unchanged,
                Done::Lost => {
                    if saved {
                        self.run("ROLLBACK TO steps", &[])?;
                        self.run("RELEASE steps", &[])?;
                    }
                    return Ok(Done::Lost);
                }
            }
        }
        if saved {
            self.run("RELEASE steps", &[])?;
        }
        for about in &steps.told {
            self.steps_told(*about, &done)?;
            if let About::Client(client) = about
                && let Some(pair) = self.db.one(&TEST_SIDE_NO, &values![*client])?
            {
                self.steps_told(About::Client(pair), &done)?;
            }
        }
        Ok(done)
    }

    fn step(&self, step: &Step<'_>) -> Result<Done> {
        match step.kind {
            Kind::Guard => Ok((self.run(step.sql, &step.values)? > 0).into()),
            Kind::Exists => {
                let query = Query {
                    sql: step.sql,
                    read: |_| Ok(()),
                };
                Ok(self.db.one(&query, &step.values)?.is_some().into())
            }
            Kind::Event => Ok(match self.run(step.sql, &step.values)? {
                0 => Done::Unchanged,
                _ => Done::Changed,
            }),
            Kind::Run => self.run(step.sql, &step.values).map(|_| Done::Changed),
            Kind::Lock | Kind::Once => Ok(Done::Changed),
        }
    }

    /// Tells memory; others only of what was not so before.
    fn steps_told(&mut self, about: About, done: &Done) -> Result<()> {
        match done {
            Done::Changed => self.tell(about),
            Done::Unchanged | Done::Lost => self.remember(about),
        }
    }

    /// Tells other processes, and memory, of what is no revoked grant.
    fn tell(&mut self, about: About) -> Result<()> {
        self.write_line(about, self.act.at.plus(FED), about.beside())?;
        self.remember(about)
    }

    /// Tells memory.
    fn remember(&mut self, about: About) -> Result<()> {
        self.effects.push(match about {
            About::Client(client) => Effect::Client(client),
            About::Grant(_) | About::Token(_) => Effect::Token,
            // Read inside the transaction: after the commit the read could fail.
            About::Person(subject) => {
                let person = self.db.one(&people::BY_SUBJECT, &values![subject])?;
                let standing = person
                    .as_ref()
                    .map_or(AccountStatus::GOOD, AccountStatus::from);
                Effect::Person(subject, standing)
            }
            About::Connection(key) => {
                let found = self.db.one(&connections::STANDING, &named(key))?;
                let standing = found.map_or(ConnectionStanding::GOOD, |(_, standing)| standing);
                Effect::Connection(key, standing)
            }
            About::Workspace(organization) => {
                let ends = self.db.many(&workspaces::OF_ONE, &values![organization])?;
                Effect::Workspace(organization, ends)
            }
        });
        Ok(())
    }

    /// Writes a line of the feed.
    fn write_line(&self, about: About, until: UnixTime, above: Option<Locator>) -> Result<()> {
        let (kind, reference) = about.as_stored();
        let organization = about.organization();
        let values = values![kind, reference, until, above, organization];
        self.run(feed::TELL, &values).map(drop)
    }

    /// Writes what happened. Events are numbered in the order of their commits, whichever process writes them, so
    /// whoever follows them misses none.
    fn event(&self, transition: &Transition) -> Result<()> {
        let Some(mut happened) = transition.event() else {
            return Ok(());
        };
        if let Some((query, value)) = counted(transition)
            && let Some(counted) = self.db.one(&query, &[value])?
        {
            happened = counted.named_in(happened);
        }
        let actor = self.act.actor.or(happened.actor);
        let (actor, actor_id) = actor.map(|actor| actor.as_stored()).unzip();
        let sql = "INSERT INTO events (id, at, event, actor, actor_id, client, subject, grant_id, address, organization) \
                   VALUES (MAX($1, (SELECT COALESCE(MAX(id), 0) + 1 FROM events)), $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let values = values![
            self.mint.locator(),
            self.act.at,
            happened.event.name(),
            actor,
            actor_id.flatten(),
            happened.client,
            happened.subject,
            happened.grant,
            self.act.address.map(|address| address.to_string()),
            happened.organization,
        ];
        self.run(sql, &values).map(drop)
    }
}
