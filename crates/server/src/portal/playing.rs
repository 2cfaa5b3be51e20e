//! What is being played in the playground: in memory, each of one session, for an hour. Its secret and tokens are written
//! nowhere else, and go with it.
use pages::developers::Program;
use protocol::types::{ClientNo, Lifetime, Locator, UnixTime};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a run lasts, and its secret with it.
pub(crate) const HOUR: Lifetime = Lifetime::from_minutes(60);
/// The most runs at a time; who comes then takes the place of the one that ends first.
const MOST: usize = 1_000;

/// See the module. The key is the session.
#[derive(Default)]
pub(crate) struct Playgrounds(Mutex<HashMap<Locator, Run>>);

/// One run.
#[derive(Clone)]
pub(in crate::portal) struct Run {
    pub(in crate::portal) live: ClientNo,
    pub(in crate::portal) test: ClientNo,
    pub(in crate::portal) ends: UnixTime,
    /// The secret that was made for it, if the app keeps one: its id and its text.
    pub(in crate::portal) secret: Option<(Locator, String)>,
    /// What the authorization request carries, and nobody else knows.
    pub(in crate::portal) state: String,
    pub(in crate::portal) verifier: String,
    /// What variables hold by now: `CODE`, `ACCESS_TOKEN` and so on.
    pub(in crate::portal) held: Held,
    /// What each step was answered the last time.
    pub(in crate::portal) answers: Vec<(Program, Answered)>,
}

/// What was given so far.
#[derive(Clone, Default)]
pub(in crate::portal) struct Held {
    pub(in crate::portal) code: Option<String>,
    pub(in crate::portal) access: Option<String>,
    pub(in crate::portal) refresh: Option<String>,
    pub(in crate::portal) device_code: Option<String>,
}

/// An answer.
#[derive(Clone)]
pub(in crate::portal) struct Answered {
    pub(in crate::portal) status: u16,
    pub(in crate::portal) body: String,
}

impl Playgrounds {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Locator, Run>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins one, in place of any that the session has.
    pub(in crate::portal) fn begin(&self, session: Locator, run: Run, now: UnixTime) {
        self.with(|runs| {
            runs.retain(|_, run| now < run.ends);
            if runs.len() >= MOST
                && let Some(first) = runs
                    .iter()
                    .min_by_key(|(_, run)| run.ends)
                    .map(|(id, _)| *id)
            {
                runs.remove(&first);
            }
            runs.insert(session, run);
        });
    }

    /// The run of a session, about this app, if it has not ended.
    pub(in crate::portal) fn of(
        &self,
        session: Locator,
        live: ClientNo,
        now: UnixTime,
    ) -> Option<Run> {
        let found = self.with(|runs| runs.get(&session).cloned());
        found.filter(|run| run.live == live && now < run.ends)
    }

    /// Changes a run that is still the one with this state.
    pub(in crate::portal) fn change(
        &self,
        session: Locator,
        state: &str,
        change: impl FnOnce(&mut Run),
    ) {
        self.with(|runs| {
            if let Some(run) = runs.get_mut(&session).filter(|run| run.state == state) {
                change(run);
            }
        });
    }

    /// Takes the answer of an authorization request to the run that waits for it: once, and only with the state that it
    /// was asked with. Whose session it is, and the app.
    pub(in crate::portal) fn take_back(
        &self,
        state: &str,
        answer: Result<String, Answered>,
        now: UnixTime,
    ) -> Option<(Locator, ClientNo)> {
        self.with(|runs| {
            let waits = |run: &Run| now < run.ends && run.held.code.is_none();
            let (session, run) = runs.iter_mut().find(|(_, run)| {
                waits(run) && jose::digest::same(run.state.as_bytes(), state.as_bytes())
            })?;
            match answer {
                Ok(code) => {
                    run.held.code = Some(code);
                    let answered = Answered {
                        status: 303,
                        body: String::new(),
                    };
                    run.note(Program::Link, answered);
                }
                Err(answered) => run.note(Program::Link, answered),
            }
            Some((*session, run.live))
        })
    }

    /// Ends the run of a session.
    pub(in crate::portal) fn end(&self, session: Locator) {
        self.with(|runs| runs.remove(&session));
    }
}

impl Run {
    pub(in crate::portal) fn note(&mut self, program: Program, answered: Answered) {
        self.answers.retain(|(own, _)| *own != program);
        self.answers.push((program, answered));
    }

    pub(in crate::portal) fn answer(&self, program: Program) -> Option<&Answered> {
        let mut answers = self.answers.iter();
        answers
            .find(|(own, _)| *own == program)
            .map(|(_, answer)| answer)
    }

    /// What a variable of a request holds.
    pub(in crate::portal) fn variable(&self, name: &str) -> Option<&str> {
        match name {
            "CODE" => self.held.code.as_deref(),
            "CODE_VERIFIER" => Some(&self.verifier),
            "REFRESH_TOKEN" => self.held.refresh.as_deref(),
            "ACCESS_TOKEN" | "TOKEN" => self.held.access.as_deref(),
            "DEVICE_CODE" => self.held.device_code.as_deref(),
            _ => None,
        }
    }

    /// Whether all is there that a step needs.
    pub(in crate::portal) fn may(&self, program: Program) -> bool {
        match program {
            Program::Link => self.held.code.is_none(),
            Program::Exchange => self.held.code.is_some(),
            Program::TokenInfo | Program::Revoke => self.held.access.is_some(),
            Program::Refresh => self.held.refresh.is_some(),
            Program::DevicePoll => self.held.device_code.is_some(),
            Program::DeviceCodes | Program::ClientCredentials => true,
        }
    }

    /// Keeps what an answer gave. A code that was exchanged is used up: the next round has a state and a verifier of its
    /// own.
    pub(in crate::portal) fn keep(
        &mut self,
        program: Program,
        answered: Answered,
        next: (String, String),
    ) {
        let given = serde_json::from_str::<Value>(&answered.body).unwrap_or_default();
        let member = |name: &str| given[name].as_str().map(str::to_owned);
        self.held.access = member("access_token").or(self.held.access.take());
        self.held.refresh = member("refresh_token").or(self.held.refresh.take());
        self.held.device_code = member("device_code").or(self.held.device_code.take());
        if program == Program::Exchange {
            self.held.code = None;
            (self.state, self.verifier) = next;
        }
        self.note(program, answered);
    }
}

impl Answered {
    pub(in crate::portal) fn is_good(&self) -> bool {
        (200..400).contains(&self.status)
    }

    /// The body with what opens anything cut short; `None` where there is no such thing in it.
    pub(in crate::portal) fn masked(&self) -> Option<String> {
        let mut given: Value = serde_json::from_str(&self.body).ok()?;
        let mut cut = false;
        for name in ["access_token", "refresh_token", "device_code"] {
            if let Some(Value::String(text)) = given.get_mut(name) {
                let start: String = text.chars().take(8).collect();
                *text = format!("{start}…");
                cut = true;
            }
        }
        cut.then(|| serde_json::to_string_pretty(&given).unwrap_or_default())
    }

    /// The body, with a line for each member.
    pub(in crate::portal) fn pretty(&self) -> String {
        let given = serde_json::from_str::<Value>(&self.body);
        given
            .ok()
            .and_then(|given| serde_json::to_string_pretty(&given).ok())
            .unwrap_or_else(|| self.body.clone())
    }
}
