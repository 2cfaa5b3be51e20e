//! Transitions to statements, each in a transaction of its own. The guard comes first and locks its row, so that
//! racers queue there; when it is lost nothing has been written. What many ask for at once is in [`super::batch`].
use super::conn::Conn;
use super::feed;
use super::rows::Read;
use super::value::{Values, values_of};
use super::writer::Effect;
use crate::Outcome;
use jose::Digest;
use protocol::Transition;
use protocol::types::person::email_key;
use protocol::types::{Lifetime, Locator, NewPerson, Session, Subject, UnixTime};

/// One transition inside an open transaction.
pub(super) struct Apply<'a> {
    pub(super) conn: &'a Conn,
    pub(super) now: UnixTime,
    /// See [`super::writer::Settle`].
    pub(super) receipt: Locator,
    /// What memory must learn once this is committed.
    pub(super) effects: Vec<Effect>,
}

impl Apply<'_> {
    /// Applies a transition and its line of the audit trail.
    pub(super) async fn transition(&mut self, transition: &Transition) -> Read<Outcome> {
        let outcome = self.change(transition).await?;
        if outcome == Outcome::Committed {
            self.audit(transition).await?;
        }
        Ok(outcome)
    }

    async fn change(&mut self, transition: &Transition) -> Read<Outcome> {
        use Transition as T;
        match transition {
            T::DenyInteraction { interaction, .. } => self.answer(*interaction).await,
            T::KeepDevice(device) => self.keep_device(device).await,
            T::AnswerDevice {
                device,
                subject,
                answer,
                ..
            } => self.answer_device(*device, *subject, *answer).await,
            _ => self.change_account(transition).await,
        }
    }

    async fn change_account(&mut self, transition: &Transition) -> Read<Outcome> {
        use Transition as T;
        match transition {
            T::CreatePerson(person) => return self.create_person(person).await,
            T::SetPassword {
                subject,
                password,
                keep,
            } => {
                let sql = "UPDATE people SET password = $2 WHERE subject = $1";
                self.run(sql, values_of![subject.0, password.as_str()])
                    .await?;
                self.end_sessions(*subject, *keep).await?;
            }
            T::DisablePerson { subject, cutoff } => self.disable_person(*subject, *cutoff).await?,
            T::EnablePerson { subject } => {
                let sql = "UPDATE people SET disabled_at = NULL WHERE subject = $1";
                self.run(sql, values_of![subject.0]).await?;
                self.person_changed(*subject).await?;
            }
            T::StartSession {
                session,
                ends,
                password,
            } => return self.start_session(session, *ends, password).await,
            T::EndSession { subject, session } => {
                let sql = "DELETE FROM sessions WHERE id = $1 AND subject = $2";
                self.run(sql, values_of![session.0, subject.0]).await?;
            }
            T::EndSessions { subject, keep } => self.end_sessions(*subject, *keep).await?,
            T::CountAttempt { keys, window } => return self.count_attempt(keys, *window).await,
            T::ClearAttempts { own, shared, .. } => self.clear_attempts(own, shared).await?,
            _ => return self.change_client(transition).await,
        }
        Ok(Outcome::Committed)
    }

    pub(super) async fn run(&self, sql: &'static str, values: Values<'_>) -> Read<u64> {
        self.conn.execute(sql, values).await
    }

    async fn answer(&self, interaction: Locator) -> Read<Outcome> {
        let guard =
            "UPDATE interactions SET answered_at = $2 WHERE id = $1 AND answered_at IS NULL";
        self.guarded(guard, values_of![interaction.0, self.now.0])
            .await
    }

    async fn create_person(&self, person: &NewPerson) -> Read<Outcome> {
        macro_rules! insert {
            ($subject:literal, $conflict:literal) => {
                concat!(
                    "INSERT INTO people (subject, email, email_key, name, admin, password, disabled_at, cutoff, \
                     created_at, test_app) SELECT ",
                    $subject,
                    ", $2, $3, $4, $5, $6, NULL, 0, $7, $8 ON CONFLICT ",
                    $conflict,
                    " DO NOTHING"
                )
            };
        }
        // A number that another node counted at the same moment is counted again.
        let counted = insert!(
            "(SELECT GREATEST((SELECT MAX(subject) FROM people WHERE subject < 9007199254740991), \
             (SELECT MAX(subjects_above) FROM epochs), 0) + 1 WHERE $1 = 0)",
            "(email_key)"
        );
        let named = insert!("$1", "");
        let values = values_of![
            person.subject.map_or(0, |subject| subject.0),
            person.email.as_str(),
            email_key(&person.email),
            person.name.as_str(),
            person.admin,
            person.password.as_str(),
            self.now.0,
            person.test_app.map(|app| app.0),
        ];
        self.guarded(
            if person.subject.is_some() {
                named
            } else {
                counted
            },
            values,
        )
        .await
    }

    async fn disable_person(&mut self, subject: Subject, cutoff: Locator) -> Read<()> {
        let sql = "UPDATE people SET disabled_at = COALESCE(disabled_at, $2), cutoff = GREATEST(cutoff, $3) \
                   WHERE subject = $1";
        self.run(sql, values_of![subject.0, self.now.0, cutoff.0])
            .await?;
        self.end_sessions(subject, None).await?;
        self.person_changed(subject).await
    }

    async fn person_changed(&mut self, subject: Subject) -> Read<()> {
        self.effects.push(Effect::Person(subject));
        self.feed("person", subject.0, self.now.plus(FED)).await
    }

    /// The guard locks the person's row, so a password or an account that changes meanwhile waits, and then finds
    /// this session to end.
    async fn start_session(
        &self,
        session: &Session,
        ends: Option<Locator>,
        password: &str,
    ) -> Read<Outcome> {
        let guard = "SELECT 1 FROM people WHERE subject = $1 AND password = $2 AND disabled_at IS NULL FOR UPDATE";
        if self
            .conn
            .query(guard, values_of![session.subject.0, password])
            .await?
            .is_empty()
        {
            return Ok(Outcome::Conflict);
        }
        if let Some(ends) = ends {
            self.run("DELETE FROM sessions WHERE id = $1", values_of![ends.0])
                .await?;
        }
        let sql = "INSERT INTO sessions (id, digest, subject, auth_time, expires_at, browser) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let values = values_of![
            session.id.0,
            &session.digest.as_bytes()[..],
            session.subject.0,
            session.auth_time.0,
            session.expires_at.0,
            session.browser.as_str(),
        ];
        self.run(sql, values).await?;
        Ok(Outcome::Committed)
    }

    async fn end_sessions(&self, subject: Subject, keep: Option<Locator>) -> Read<()> {
        let keep = keep.map_or(0, |keep| keep.0);
        let sql = "DELETE FROM sessions WHERE subject = $1 AND id <> $2";
        self.run(sql, values_of![subject.0, keep]).await.map(drop)
    }

    /// Counting is the guard: a count that has reached its limit is not raised, and takes back the others. Keys are
    /// taken in one order, so that attempts made at once wait for each other instead of locking each other out.
    async fn count_attempt(&self, keys: &[(Digest, u32)], window: Lifetime) -> Read<Outcome> {
        if !self.is_first_try().await? {
            return Ok(Outcome::Committed);
        }
        let (begins_after, begins_before) = (self.now.minus(window).0, self.now.plus(window).0);
        let mut keys: Vec<_> = keys.iter().collect();
        keys.sort_by_key(|(key, _)| *key.as_bytes());
        for (key, limit) in keys {
            let guard = "INSERT INTO attempts (key, count, since) VALUES ($1, 1, $2) \
                         ON CONFLICT (key) DO UPDATE SET \
                         count = CASE WHEN attempts.since > $3 AND attempts.since < $4 \
                                 THEN attempts.count + 1 ELSE 1 END, \
                         since = CASE WHEN attempts.since > $3 AND attempts.since < $4 \
                                 THEN attempts.since ELSE excluded.since END \
                         WHERE attempts.since <= $3 OR attempts.since >= $4 OR attempts.count < $5";
            let values = values_of![
                &key.as_bytes()[..],
                self.now.0,
                begins_after,
                begins_before,
                i64::from(*limit)
            ];
            if self.run(guard, values).await? == 0 {
                return Ok(Outcome::Conflict);
            }
        }
        Ok(Outcome::Committed)
    }

    /// Adding to a number and taking from it leave nothing that tells whose doing it was. So each leaves a row of its
    /// own among the attempts, which is swept with them: a try whose commit was not answered is not made twice.
    async fn is_first_try(&self) -> Read<bool> {
        let key = Digest::of(format!("receipt {}", self.receipt.0).as_bytes());
        let sql =
            "INSERT INTO attempts (key, count, since) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
        let values = values_of![&key.as_bytes()[..], self.now.0];
        Ok(self.run(sql, values).await? > 0)
    }

    async fn clear_attempts(&self, own: &[Digest], shared: &[Digest]) -> Read<()> {
        if !self.is_first_try().await? {
            return Ok(());
        }
        let mut keys: Vec<_> = own
            .iter()
            .map(|key| (key, true))
            .chain(shared.iter().map(|key| (key, false)))
            .collect();
        keys.sort_by_key(|(key, _)| *key.as_bytes());
        for (key, own) in keys {
            let sql = match own {
                true => "DELETE FROM attempts WHERE key = $1",
                false => "UPDATE attempts SET count = count - 1 WHERE key = $1 AND count > 0",
            };
            self.run(sql, values_of![&key.as_bytes()[..]]).await?;
        }
        Ok(())
    }

    /// Tells other nodes.
    pub(super) async fn feed(
        &self,
        kind: &'static str,
        reference: i64,
        until: UnixTime,
    ) -> Read<()> {
        feed::tell(self.conn, vec![(kind, reference, until)]).await
    }

    async fn audit(&self, transition: &Transition) -> Read<()> {
        let Some(event) = transition.audit() else {
            return Ok(());
        };
        let sql = "INSERT INTO audit (id, at, event, client, subject, grant_id) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT DO NOTHING";
        let values = values_of![
            self.receipt.0,
            self.now.0,
            event.event,
            event.client.map(|client| client.0),
            event.subject.map(|subject| subject.0),
            event.grant.map(|grant| grant.0),
        ];
        self.run(sql, values).await.map(drop)
    }
}

/// How long other nodes may take to hear of a changed person or app, and APIs of a revoked token; whoever starts
/// later reads the rows.
pub(super) const FED: Lifetime = Lifetime::from_days(1);
