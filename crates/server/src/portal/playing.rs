//! What is being played in the playground: each run of one session, for an hour, sealed in the store. Its secret and tokens
//! are written nowhere else, and go with it.
use crate::ops::clock;
use crate::ops::sealing::PLAYGROUND_RUN;
use crate::state::App;
use jose::Digest;
use jose::seal::Sealed;
use pages::developers::Program;
use protocol::apps::playground::PlaygroundRun;
use protocol::events::Act;
use protocol::transition::PlaygroundChange;
use protocol::types::Locator;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Outcome, StoreError};

/// How often a change is tried again where another was there first.
const TRIES: usize = 50;

/// A run, and the row that it was read from.
pub(in crate::portal) struct Playing {
    pub(in crate::portal) row: PlaygroundRun,
    pub(in crate::portal) run: Run,
}

/// What a run holds. There is no way to print it.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::portal) struct Run {
    /// The secret that was made for it, if the app keeps one: its id and its text.
    pub(in crate::portal) secret: Option<(i64, String)>,
    /// What the authorization request carries, and nobody else knows.
    pub(in crate::portal) state: String,
    pub(in crate::portal) verifier: String,
    /// What variables hold by now: `CODE`, `ACCESS_TOKEN` and so on.
    pub(in crate::portal) held: Held,
    /// What each step was answered the last time, by its name.
    answers: BTreeMap<String, Answered>,
}

/// What was given so far.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::portal) struct Held {
    pub(in crate::portal) code: Option<String>,
    pub(in crate::portal) access: Option<String>,
    pub(in crate::portal) refresh: Option<String>,
    pub(in crate::portal) device_code: Option<String>,
}

/// An answer.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::portal) struct Answered {
    pub(in crate::portal) status: u16,
    pub(in crate::portal) body: String,
}

impl Playing {
    /// The run of a session, if it has not ended. One that no key opens is none, which is told to the log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(in crate::portal) async fn of(
        app: &App,
        session: Locator,
    ) -> Result<Option<Self>, StoreError> {
        let row = app.store.playground_run(session, clock::now()).await?;
        Ok(row.and_then(|row| Self::opened(app, row)))
    }

    /// The run that was asked with this state.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn of_state(app: &App, state: &str) -> Result<Option<Self>, StoreError> {
        let state = Digest::of(state.as_bytes());
        let row = app.store.playground_run_of(&state, clock::now()).await?;
        Ok(row.and_then(|row| Self::opened(app, row)))
    }

    /// What a row holds, if a key opens it.
    pub(in crate::portal) fn opened(app: &App, row: PlaygroundRun) -> Option<Self> {
        let sealed = Sealed::from_stored(row.sealed.clone());
        let plain = app
            .sealing
            .open(PLAYGROUND_RUN, &row.id.0.to_be_bytes(), &sealed);
        match plain {
            Ok(plain) => serde_json::from_slice(&plain)
                .ok()
                .map(|run| Playing { row, run }),
            Err(why) => {
                tracing::error!("a run of the playground does not open: {why}");
                None
            }
        }
    }

    /// Changes the run, and again as it is by then where another change was there first. `None`: it has ended, or `change`
    /// finds nothing to do any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(in crate::portal) async fn change(
        mut self,
        app: &App,
        act: Act,
        mut change: impl FnMut(&mut Run) -> Option<()>,
    ) -> Result<Option<Self>, StoreError> {
        for _ in 0..TRIES {
            if change(&mut self.run).is_none() {
                return Ok(None);
            }
            let replace = PlaygroundChange::Replace {
                id: self.row.id,
                before: self.row.sealed.clone(),
                sealed: self.run.sealed(app, self.row.id),
                state: self.run.digest(),
            };
            if app.settle_one(replace.into(), act).await? == Outcome::Committed {
                return Ok(Some(self));
            }
            let id = self.row.id;
            let again = Self::of(app, self.row.session).await?;
            let Some(again) = again.filter(|again| again.row.id == id) else {
                return Ok(None);
            };
            self = again;
        }
        Ok(None)
    }

    /// Takes the answer of an authorization request to the run that waits for it: once, and only with the state that it
    /// was asked with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(in crate::portal) async fn take_back(
        app: &App,
        act: Act,
        state: &str,
        answer: Result<String, Answered>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(playing) = Self::of_state(app, state).await? else {
            return Ok(None);
        };
        let take = |run: &mut Run| {
            (run.state == state && run.held.code.is_none()).then(|| match &answer {
                Ok(code) => {
                    run.held.code = Some(code.clone());
                    let answered = Answered {
                        status: 303,
                        body: String::new(),
                    };
                    run.note(Program::Link, answered);
                }
                Err(answered) => run.note(Program::Link, answered.clone()),
            })
        };
        playing.change(app, act, take).await
    }
}

impl Run {
    /// One that begins.
    pub(in crate::portal) fn new(
        secret: Option<(Locator, String)>,
        (state, verifier): (String, String),
    ) -> Self {
        Run {
            secret: secret.map(|(id, text)| (id.0, text)),
            state,
            verifier,
            held: Held::default(),
            answers: BTreeMap::new(),
        }
    }

    /// As it is kept in a row.
    pub(in crate::portal) fn sealed(&self, app: &App, row: Locator) -> Vec<u8> {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        let sealed = app
            .sealing
            .seal(PLAYGROUND_RUN, &row.0.to_be_bytes(), &plain);
        sealed.as_bytes().to_vec()
    }

    /// What its state is known by.
    pub(in crate::portal) fn digest(&self) -> Digest {
        Digest::of(self.state.as_bytes())
    }

    fn note(&mut self, program: Program, answered: Answered) {
        self.answers.insert(program.name().to_owned(), answered);
    }

    pub(in crate::portal) fn answer(&self, program: Program) -> Option<&Answered> {
        self.answers.get(program.name())
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

    /// Uses up what a step can be made with but once, before it is made: who comes meanwhile finds it gone. The next round
    /// has a state and a verifier of its own.
    pub(in crate::portal) fn use_up(&mut self, program: Program, next: &(String, String)) {
        if program == Program::Exchange {
            self.held.code = None;
            (self.state, self.verifier) = next.clone();
        }
    }

    /// Keeps what an answer gave.
    pub(in crate::portal) fn keep(&mut self, program: Program, answered: Answered) {
        let given = serde_json::from_str::<Value>(&answered.body).unwrap_or_default();
        let member = |name: &str| given[name].as_str().map(str::to_owned);
        self.held.access = member("access_token").or(self.held.access.take());
        self.held.refresh = member("refresh_token").or(self.held.refresh.take());
        self.held.device_code = member("device_code").or(self.held.device_code.take());
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
