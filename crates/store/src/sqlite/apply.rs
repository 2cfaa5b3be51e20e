//! Transitions to statements. The guard comes first; when it is lost nothing has been written.
use super::read;
use super::statements::Statements;
use super::writer::Effect;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::types::person::email_key;
use protocol::types::{
    AccessToken, AuthorizationCode, Consent, Grant, Interaction, Lifetime, Locator, NewPerson,
    RefreshToken, Session, Subject, UnixTime,
};
use rusqlite::{Params, Result, params};

use crate::{IdMint, Outcome};
use jose::Digest;

/// One transition inside an open transaction.
pub(super) struct Apply<'a, 'c> {
    pub(super) db: &'a Statements<'c>,
    pub(super) mint: &'a IdMint,
    pub(super) now: UnixTime,
    /// What memory must learn once this is committed.
    pub(super) effects: &'a mut Vec<Effect>,
}

impl Apply<'_, '_> {
    /// Applies a transition and its line of the audit trail.
    pub(super) fn transition(&mut self, transition: &Transition) -> Result<Outcome> {
        if let Transition::RevokeGrant { grant, until, .. } = transition {
            // Revoking what is revoked is success, and nothing to write down again.
            if self.revoke_grant(*grant, *until)? {
                self.audit(transition)?;
            }
            return Ok(Outcome::Committed);
        }
        let outcome = self.change(transition)?;
        if outcome == Outcome::Committed {
            self.audit(transition)?;
        }
        Ok(outcome)
    }

    fn change(&mut self, transition: &Transition) -> Result<Outcome> {
        use Transition as T;
        match transition {
            T::IssueAccessToken(token) => self.insert_access(token)?,
            T::RotateRefreshToken {
                consumed,
                successor,
                access,
                reply,
                ..
            } => {
                return self.rotate(
                    *consumed,
                    successor,
                    access,
                    reply.as_ref().map(|r| &r.0[..]),
                );
            }
            T::RedeemCode {
                grant,
                access,
                refresh,
            } => {
                return self.redeem(grant, access, refresh.as_ref());
            }
            T::KeepInteraction(interaction) => self.keep_interaction(interaction)?,
            T::IssueCode {
                code,
                interaction,
                consent,
            } => {
                return self.issue_code(code, *interaction, consent.as_ref());
            }
            T::DenyInteraction { interaction, .. } => return self.answer(*interaction),
            T::KeepDevice(device) => return self.keep_device(device),
            T::PollDevice {
                device,
                before,
                after,
            } => return self.poll_device(*device, *before, *after),
            T::AnswerDevice {
                device,
                subject,
                answer,
                ..
            } => return self.answer_device(*device, *subject, *answer),
            T::RevokeAccessToken { token, .. } => {
                if self.run("DELETE FROM access_tokens WHERE id = ?1", [token.0])? > 0 {
                    self.effects.push(Effect::Token);
                    self.feed("token", token.0, self.now.plus(FED))?;
                }
            }
            _ => return self.change_account(transition),
        }
        Ok(Outcome::Committed)
    }

    fn change_account(&mut self, transition: &Transition) -> Result<Outcome> {
        use Transition as T;
        match transition {
            T::CreatePerson(person) => return self.create_person(person),
            T::SetPassword {
                subject,
                password,
                keep,
            } => {
                self.run(
                    "UPDATE people SET password = ?2 WHERE subject = ?1",
                    params![subject.0, password],
                )?;
                self.end_sessions(*subject, *keep)?;
            }
            T::DisablePerson { subject, cutoff } => self.disable_person(*subject, *cutoff)?,
            T::EnablePerson { subject } => {
                self.run(
                    "UPDATE people SET disabled_at = NULL WHERE subject = ?1",
                    [subject.0],
                )?;
                self.person_changed(*subject)?;
            }
            T::StartSession {
                session,
                ends,
                password,
            } => return self.start_session(session, *ends, password),
            T::EndSession { subject, session } => {
                self.run(
                    "DELETE FROM sessions WHERE id = ?1 AND subject = ?2",
                    [session.0, subject.0],
                )?;
            }
            T::EndSessions { subject, keep } => self.end_sessions(*subject, *keep)?,
            T::CountAttempt { keys, window } => return self.count_attempt(keys, *window),
            T::ClearAttempts { own, shared, .. } => self.clear_attempts(own, shared)?,
            _ => return self.change_client(transition),
        }
        Ok(Outcome::Committed)
    }

    pub(super) fn run(&self, sql: &'static str, values: impl Params) -> Result<usize> {
        self.db.execute(sql, values)
    }

    fn insert_access(&self, token: &AccessToken) -> Result<()> {
        let values = params![
            token.id.0,
            token.digest.as_bytes(),
            token.grant.0,
            token.client.0,
            token.subject.map(|subject| subject.0),
            token.scope.as_str(),
            token.expires_at.0,
        ];
        let sql = "INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, values).map(drop)
    }

    fn insert_refresh(&self, token: &RefreshToken) -> Result<()> {
        let values = params![
            token.id.0,
            token.digest.as_bytes(),
            token.grant.0,
            token.expires_at.0
        ];
        let sql =
            "INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, values).map(drop)
    }

    fn rotate(
        &self,
        consumed: Locator,
        successor: &RefreshToken,
        access: &AccessToken,
        reply: Option<&[u8]>,
    ) -> Result<Outcome> {
        let guard = "INSERT INTO used_refresh_tokens (id, successor, used_at) VALUES (?1, ?2, ?3) \
                     ON CONFLICT DO NOTHING";
        if self.run(guard, [consumed.0, successor.id.0, self.now.0])? == 0 {
            return Ok(Outcome::Conflict);
        }
        self.insert_refresh(successor)?;
        self.insert_access(access)?;
        if let Some(sealed) = reply {
            let sql = "INSERT INTO refresh_replies (id, sealed) VALUES (?1, ?2)";
            self.run(sql, params![successor.id.0, sealed])?;
        }
        Ok(Outcome::Committed)
    }

    fn redeem(
        &self,
        grant: &Grant,
        access: &AccessToken,
        refresh: Option<&RefreshToken>,
    ) -> Result<Outcome> {
        let guard = "INSERT INTO grants (id, client, subject, scope, auth_time, started_at, expires_at, revoked_at) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL) ON CONFLICT DO NOTHING";
        let values = params![
            grant.id.0,
            grant.client.0,
            grant.subject.0,
            grant.scope.as_str(),
            grant.auth_time.0,
            grant.started_at.0,
            grant.expires_at.0,
        ];
        if self.run(guard, values)? == 0 {
            return Ok(Outcome::Conflict);
        }
        self.insert_access(access)?;
        refresh.map_or(Ok(()), |token| self.insert_refresh(token))?;
        Ok(Outcome::Committed)
    }

    fn keep_interaction(&self, interaction: &Interaction) -> Result<()> {
        let values = params![
            interaction.id.0,
            interaction.digest.as_bytes(),
            interaction.client.0,
            interaction.request,
            interaction.expires_at.0,
        ];
        let sql = "INSERT INTO interactions (id, digest, client, request, expires_at, answered_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, NULL)";
        self.run(sql, values).map(drop)
    }

    fn answer(&self, interaction: Locator) -> Result<Outcome> {
        let guard =
            "UPDATE interactions SET answered_at = ?2 WHERE id = ?1 AND answered_at IS NULL";
        Ok(match self.run(guard, [interaction.0, self.now.0])? {
            0 => Outcome::Conflict,
            _ => Outcome::Committed,
        })
    }

    fn issue_code(
        &self,
        code: &AuthorizationCode,
        interaction: Option<Locator>,
        consent: Option<&Consent>,
    ) -> Result<Outcome> {
        if let Some(interaction) = interaction
            && self.answer(interaction)? == Outcome::Conflict
        {
            return Ok(Outcome::Conflict);
        }
        let values = params![
            code.id.0,
            code.digest.as_bytes(),
            code.client.0,
            code.subject.0,
            code.scope.as_str(),
            code.scope_named,
            code.redirect_uri,
            code.challenge.as_ref().map(|challenge| challenge.as_str()),
            code.auth_time.0,
            code.expires_at.0,
        ];
        let sql = "INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, \
                   challenge, auth_time, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        self.run(sql, values)?;
        consent.map_or(Ok(()), |consent| self.remember(consent))?;
        Ok(Outcome::Committed)
    }

    fn remember(&self, consent: &Consent) -> Result<()> {
        let values = params![
            consent.subject.0,
            consent.client.0,
            consent.scope.as_str(),
            consent.redirect_uris.join("\n"),
            consent.granted_at.0,
        ];
        let sql = "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (subject, client) DO UPDATE SET \
                   scope = excluded.scope, redirect_uris = excluded.redirect_uris, granted_at = excluded.granted_at";
        self.run(sql, values).map(drop)
    }

    /// Revokes a grant; whether it was alive. The revocation is remembered until the grant's own end, which no
    /// token outlives.
    fn revoke_grant(&mut self, grant: Locator, until: UnixTime) -> Result<bool> {
        let sql = "UPDATE grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING expires_at";
        let Some(end) = self.db.one(sql, [grant.0, self.now.0], |row| row.get(0))? else {
            return Ok(false);
        };
        let until = until.max(UnixTime(end));
        self.feed("grant", grant.0, until)?;
        self.effects.push(Effect::Grant(grant, until));
        Ok(true)
    }

    fn create_person(&self, person: &NewPerson) -> Result<Outcome> {
        let next = "SELECT MAX(COALESCE((SELECT MAX(subject) FROM people WHERE subject < 9007199254740991), 0), \
             COALESCE((SELECT MAX(subjects_above) FROM epochs), 0)) + 1";
        let subject = match person.subject {
            Some(subject) => subject.0,
            None => self.db.one(next, [], |row| row.get(0))?.unwrap_or(1),
        };
        let values = params![
            subject,
            person.email,
            email_key(&person.email),
            person.name,
            person.admin,
            person.password,
            self.now.0,
            person.test_app.map(|app| app.0),
        ];
        let guard = "INSERT INTO people (subject, email, email_key, name, admin, password, disabled_at, cutoff, created_at, \
                     test_app) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, 0, ?7, ?8) ON CONFLICT DO NOTHING";
        Ok(match self.run(guard, values)? {
            0 => Outcome::Conflict,
            _ => Outcome::Committed,
        })
    }

    fn disable_person(&mut self, subject: Subject, cutoff: Locator) -> Result<()> {
        let sql = "UPDATE people SET disabled_at = COALESCE(disabled_at, ?2), cutoff = MAX(cutoff, ?3) \
                   WHERE subject = ?1";
        self.run(sql, [subject.0, self.now.0, cutoff.0])?;
        self.end_sessions(subject, None)?;
        self.person_changed(subject)
    }

    fn person_changed(&mut self, subject: Subject) -> Result<()> {
        let standing = read::standing(self.db, subject)?;
        self.effects.push(Effect::Person(subject, standing));
        self.feed("person", subject.0, self.now.plus(FED))
    }

    fn start_session(
        &self,
        session: &Session,
        ends: Option<Locator>,
        password: &str,
    ) -> Result<Outcome> {
        let guard =
            "SELECT 1 FROM people WHERE subject = ?1 AND password = ?2 AND disabled_at IS NULL";
        let values = params![session.subject.0, password];
        if self.db.one(guard, values, |_| Ok(()))?.is_none() {
            return Ok(Outcome::Conflict);
        }
        if let Some(ends) = ends {
            self.run("DELETE FROM sessions WHERE id = ?1", [ends.0])?;
        }
        let values = params![
            session.id.0,
            session.digest.as_bytes(),
            session.subject.0,
            session.auth_time.0,
            session.expires_at.0,
            session.browser,
        ];
        let sql = "INSERT INTO sessions (id, digest, subject, auth_time, expires_at, browser) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, values)?;
        Ok(Outcome::Committed)
    }

    fn end_sessions(&self, subject: Subject, keep: Option<Locator>) -> Result<()> {
        let keep = keep.map_or(0, |keep| keep.0);
        self.run(
            "DELETE FROM sessions WHERE subject = ?1 AND id <> ?2",
            [subject.0, keep],
        )
        .map(drop)
    }

    /// No other transaction comes between the guard and the counting, so attempts made at once are counted
    /// one after the other.
    fn count_attempt(&self, keys: &[(Digest, u32)], window: Lifetime) -> Result<Outcome> {
        let (begins_after, begins_before) = (self.now.minus(window).0, self.now.plus(window).0);
        for (key, limit) in keys {
            let guard = "SELECT 1 FROM attempts \
                         WHERE key = ?1 AND since > ?2 AND since < ?3 AND count >= ?4";
            let values = params![key.as_bytes(), begins_after, begins_before, limit];
            if self.db.one(guard, values, |_| Ok(()))?.is_some() {
                return Ok(Outcome::Conflict);
            }
        }
        for (key, _) in keys {
            let sql = "INSERT INTO attempts (key, count, since) VALUES (?1, 1, ?2) \
                       ON CONFLICT (key) DO UPDATE SET \
                       count = CASE WHEN attempts.since > ?3 AND attempts.since < ?4 \
                               THEN attempts.count + 1 ELSE 1 END, \
                       since = CASE WHEN attempts.since > ?3 AND attempts.since < ?4 \
                               THEN attempts.since ELSE excluded.since END";
            let values = params![key.as_bytes(), self.now.0, begins_after, begins_before];
            self.run(sql, values)?;
        }
        Ok(Outcome::Committed)
    }

    fn clear_attempts(&self, own: &[Digest], shared: &[Digest]) -> Result<()> {
        for key in own {
            self.run("DELETE FROM attempts WHERE key = ?1", [&key.as_bytes()[..]])?;
        }
        for key in shared {
            let sql = "UPDATE attempts SET count = count - 1 WHERE key = ?1 AND count > 0";
            self.run(sql, [&key.as_bytes()[..]])?;
        }
        Ok(())
    }

    /// Tells other processes. The number is the highest yet plus one; a transaction has the only say.
    pub(super) fn feed(&self, kind: &str, reference: i64, until: UnixTime) -> Result<()> {
        let sql = "INSERT INTO changes (seq, kind, ref, until) \
                   SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3 FROM changes";
        self.run(sql, params![kind, reference, until.0]).map(drop)
    }

    fn audit(&self, transition: &Transition) -> Result<()> {
        let Some(event) = transition.audit() else {
            return Ok(());
        };
        let values = params![
            self.mint.locator().0,
            self.now.0,
            event.event,
            event.client.map(|client| client.0),
            event.subject.map(|subject| subject.0),
            event.grant.map(|grant| grant.0),
        ];
        let sql = "INSERT INTO audit (id, at, event, client, subject, grant_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, values).map(drop)
    }
}

/// How long other processes may take to hear of a changed person or app, and APIs of a revoked token; whoever
/// starts later reads the rows.
pub(super) const FED: Lifetime = Lifetime::from_days(1);
