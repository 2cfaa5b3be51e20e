//! When sessions were used last. It is noted in memory, where their browsers pass, and written once a minute: some minutes of it
//! may be lost, and no request waits for it.
use protocol::accounts::session::{note_every, used};
use protocol::policy::AccountPolicy;
use protocol::transition::{SessionChange, SessionUse, Transition};
use protocol::types::{Locator, Session, UnixTime};
use rustc_hash::FxHashMap;
use std::sync::{Mutex, PoisonError};

/// The most that are noted between two writings.
const MOST: usize = 100_000;
/// How many are written in one transaction.
const TOGETHER: usize = 500;

/// See the module. Its keys are numbers that we give, so nobody can choose them to collide.
#[derive(Default)]
pub(crate) struct ActiveSessions(Mutex<FxHashMap<Locator, Noted>>);

#[derive(Clone, Copy)]
struct Noted {
    used: SessionUse,
    /// Whether it was taken to be written. It stays for a while, so that the same session is not noted anew at once.
    taken: bool,
}

impl ActiveSessions {
    /// Notes that a session was used, unless that was noted a few minutes ago.
    #[inline]
    pub(crate) fn note(&self, session: &Session, policy: &AccountPolicy, now: UnixTime) {
        if let Some(used) = used(session, policy, now) {
            self.keep(used, policy);
        }
    }

    fn keep(&self, used: SessionUse, policy: &AccountPolicy) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = noted
            .get(&used.session)
            .is_some_and(|noted| used.at < noted.used.at.plus(note_every(policy)));
        if !lately && noted.len() < MOST {
            noted.insert(used.session, Noted { used, taken: false });
        }
    }

    /// All that was noted since the last time, as it is written.
    pub(crate) fn take(&self, policy: &AccountPolicy, now: UnixTime) -> Vec<Transition> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, one| !one.taken || now < one.used.at.plus(note_every(policy)));
        let waiting = noted.values_mut().filter(|one| !one.taken);
        let uses: Vec<_> = waiting
            .map(|one| {
                one.taken = true;
                one.used
            })
            .collect();
        drop(noted);
        let together = uses.chunks(TOGETHER);
        together
            .map(|uses| Transition::Session(SessionChange::NoteUse(uses.to_vec())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Policy;
    use protocol::types::Lifetime;

    #[test]
    fn a_session_is_written_once_in_five_minutes_however_often_it_is_used() {
        let mut policy = Policy::for_tests().accounts;
        policy.session_idle = Lifetime::from_minutes(60);
        let begun = UnixTime(1_000_000);
        let session = Session {
            id: Locator(7),
            digest: jose::Digest::of(b"cookie"),
            subject: protocol::types::Subject(1),
            auth_time: begun,
            expires_at: begun.plus(policy.session_idle),
            browser: String::new(),
            device: None,
            methods: None,
        };
        let active = ActiveSessions::default();
        let written = |seconds: i64| {
            let now = UnixTime(begun.0 + seconds);
            active.note(&session, &policy, now);
            active.note(&session, &policy, now);
            active.take(&policy, now).len()
        };
        let rounds = [(0, 0), (299, 0), (300, 1), (301, 0), (599, 0), (600, 1)];
        for (seconds, count) in rounds {
            assert_eq!(written(seconds), count, "{seconds}");
        }
        assert_eq!(active.take(&policy, UnixTime(begun.0 + 10_000)).len(), 0);
        assert!(
            active.0.lock().unwrap().is_empty(),
            "forgotten after a while"
        );
    }
}
