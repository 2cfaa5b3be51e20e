//! Rows that many ask for at once, as columns.
use super::apply::actor;
use super::value::{Value, values_of};
use super::writer::Settle;
use protocol::types::{AccessToken, AuthorizationCode, Grant, Locator, RefreshToken};

/// Columns of access tokens.
#[derive(Default)]
pub(super) struct Access<'a> {
    pub(super) id: Vec<i64>,
    pub(super) digest: Vec<&'a [u8]>,
    pub(super) grant: Vec<i64>,
    pub(super) client: Vec<i64>,
    pub(super) subject: Vec<Option<i64>>,
    pub(super) scope: Vec<&'a str>,
    pub(super) expires_at: Vec<i64>,
    pub(super) organization: Vec<Option<i64>>,
}

impl<'a> Access<'a> {
    pub(super) fn push(&mut self, token: &'a AccessToken) {
        self.id.push(token.id.0);
        self.digest.push(token.digest.as_bytes());
        self.grant.push(token.grant.0);
        self.client.push(token.client.0);
        self.subject.push(token.subject.map(|subject| subject.0));
        self.scope.push(token.scope.as_str());
        self.expires_at.push(token.expires_at.0);
        self.organization.push(token.organization.map(|id| id.0));
    }
}

/// Columns of refresh tokens. Where none is issued the id is 0.
#[derive(Default)]
pub(super) struct Refresh<'a> {
    pub(super) id: Vec<i64>,
    pub(super) digest: Vec<&'a [u8]>,
    pub(super) expires_at: Vec<i64>,
}

impl<'a> Refresh<'a> {
    pub(super) fn push(&mut self, token: Option<&'a RefreshToken>) {
        self.id.push(token.map_or(0, |token| token.id.0));
        self.digest
            .push(token.map_or(&[], |token| token.digest.as_bytes()));
        self.expires_at
            .push(token.map_or(0, |token| token.expires_at.0));
    }
}

/// Columns of grants, besides those of their access tokens.
#[derive(Default)]
pub(super) struct Grants {
    pub(super) auth_time: Vec<i64>,
    pub(super) started_at: Vec<i64>,
    pub(super) expires_at: Vec<i64>,
}

impl Grants {
    pub(super) fn push(&mut self, grant: &Grant) {
        self.auth_time.push(grant.auth_time.0);
        self.started_at.push(grant.started_at.0);
        self.expires_at.push(grant.expires_at.0);
    }
}

/// Columns of codes.
#[derive(Default)]
pub(super) struct Codes<'a> {
    pub(super) id: Vec<i64>,
    pub(super) digest: Vec<&'a [u8]>,
    pub(super) client: Vec<i64>,
    pub(super) subject: Vec<i64>,
    pub(super) scope: Vec<&'a str>,
    pub(super) scope_named: Vec<bool>,
    pub(super) redirect_uri: Vec<&'a str>,
    pub(super) challenge: Vec<Option<&'a str>>,
    pub(super) auth_time: Vec<i64>,
    pub(super) expires_at: Vec<i64>,
    pub(super) organization: Vec<Option<i64>>,
    pub(super) interaction: Vec<Option<i64>>,
    /// When it was asked for, which is when its interaction was answered.
    pub(super) at: Vec<i64>,
}

impl<'a> Codes<'a> {
    pub(super) fn push(
        &mut self,
        code: &'a AuthorizationCode,
        interaction: Option<Locator>,
        job: &Settle,
    ) {
        self.id.push(code.id.0);
        self.digest.push(code.digest.as_bytes());
        self.client.push(code.client.0);
        self.subject.push(code.subject.0);
        self.scope.push(code.scope.as_str());
        self.scope_named.push(code.scope_named);
        self.redirect_uri.push(&code.redirect_uri);
        let challenge = code.challenge.as_ref();
        self.challenge
            .push(challenge.map(|challenge| challenge.as_str()));
        self.auth_time.push(code.auth_time.0);
        self.expires_at.push(code.expires_at.0);
        self.organization.push(code.organization.map(|id| id.0));
        self.interaction.push(interaction.map(|id| id.0));
        self.at.push(job.act.at.0);
    }
}

/// Columns of events, each with the id of what must have been won for it to have happened.
#[derive(Default)]
pub(super) struct Events {
    pub(super) of: Vec<i64>,
    pub(super) id: Vec<i64>,
    pub(super) at: Vec<i64>,
    pub(super) name: Vec<&'static str>,
    pub(super) actor: Vec<Option<&'static str>>,
    pub(super) actor_id: Vec<Option<i64>>,
    pub(super) client: Vec<Option<i64>>,
    pub(super) subject: Vec<Option<i64>>,
    pub(super) grant: Vec<Option<i64>>,
    pub(super) address: Vec<Option<String>>,
}

impl Events {
    /// The event of a transition, if it means one.
    pub(super) fn push(&mut self, of: Locator, job: &Settle) {
        let Some(happened) = job.transition.event() else {
            return;
        };
        let (actor, actor_id) = actor(&job.act, &happened);
        self.of.push(of.0);
        self.id.push(job.receipt.0);
        self.at.push(job.act.at.0);
        self.name.push(happened.event.name());
        self.actor.push(actor);
        self.actor_id.push(actor_id);
        self.client.push(happened.client.map(|client| client.0));
        self.subject.push(happened.subject.map(|subject| subject.0));
        self.grant.push(happened.grant.map(|grant| grant.0));
        let address = job.act.address.map(|address| address.to_string());
        self.address.push(address);
    }

    /// The first ten parameters of a statement, and those that follow on them.
    pub(super) fn and<'a>(&'a self, rest: &[&'a dyn Value]) -> Vec<&'a dyn Value> {
        let own: &[&dyn Value] = values_of![
            self.of,
            self.id,
            self.at,
            self.name,
            self.actor,
            self.actor_id,
            self.client,
            self.subject,
            self.grant,
            self.address,
        ];
        [own, rest].concat()
    }
}

/// The columns of [`Events`] as `happened`, given by [`Events::and`], and their insert as `told`: of those
/// whose `of` is among the ids of what was won.
macro_rules! happened {
    () => {
        "happened AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::text[], $6::int8[], \
         $7::int8[], $8::int8[], $9::int8[], $10::text[]) \
         AS t (of, id, at, event, actor, actor_id, client, subject, grant_id, address))"
    };
}
macro_rules! told {
    ($won:literal) => {
        concat!(
            "told AS (INSERT INTO events (id, at, event, actor, actor_id, client, subject, grant_id, address) \
             SELECT id, at, event, actor, actor_id, client, subject, grant_id, address FROM happened WHERE of IN ",
            $won,
            ")"
        )
    };
}
pub(super) use {happened, told};
