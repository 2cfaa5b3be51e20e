//! The playground: each step of a test side, one after the other, as it is sent and as it is answered.
use super::new_app::{password, summary};
use super::{Trail, playground_href, test_href, try_href};
use crate::developers::Program;
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(PlaygroundPage, PlaygroundBack);

/// The playground of an app's test side. Its forms carry `nonce` and `app` (the client id of the live app):
/// [`START`](Self::START) (where it is asked, `password`), [`STEP`](Self::STEP) (`step`; `person` for the first),
/// [`END`](Self::END).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/playground.html")]
pub struct PlaygroundPage {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// The client id of the live app.
    pub client_id: String,
    /// The name that both have.
    pub name: String,
    /// The client id of the test side.
    pub test_client_id: String,
    /// Whether its tokens are bound to keys: the playground has none.
    pub is_bound: bool,
    /// What is being played.
    pub run: Option<PlayRun>,
    /// Whether passwords are asked.
    pub asks_password: bool,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// What is being played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayRun {
    /// When it ends, and its secret with it.
    pub ends: Text,
    /// The link that a person is sent to.
    pub link: String,
    /// Those who may allow it: number and address.
    pub people: Vec<(String, String)>,
    /// The steps, in order.
    pub steps: Vec<PlayStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayStep {
    /// Which.
    pub program: Program,
    /// How it stands.
    pub state: StepState,
    /// The request, for the shell.
    pub curl: String,
    /// What was answered the last time.
    pub answer: Option<PlayAnswer>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It was answered well.
    Done,
    /// It comes next.
    Next,
    /// It can be made.
    Open,
    /// Another comes before it.
    Waits,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayAnswer {
    /// The status.
    pub status: String,
    /// The body, with what opens anything cut short.
    pub masked: String,
    /// The body as it came, if it is another.
    pub whole: Option<String>,
}

impl PlaygroundPage {
    /// Makes a secret that ends in an hour, and starts.
    pub const START: &str = "/apps/playground/start";
    /// Makes a step.
    pub const STEP: &str = "/apps/playground/step";
    /// Ends it, and its secret.
    pub const END: &str = "/apps/playground/end";

    fn test_href(&self) -> String {
        test_href(&self.client_id)
    }

    fn try_href(&self) -> String {
        try_href(&self.test_client_id)
    }

    fn summary(&self) -> Problems<'_> {
        summary(&self.frame, &self.problems)
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            problem: problem_of(&self.problems, "password"),
            ..password(&self.frame, &self.problems)
        }
    }

    fn title_of(&self, program: &Program) -> Text {
        let frame = &self.frame;
        match program {
            Program::Link => frame.text("play-authorize"),
            Program::Exchange => frame.text("try-exchange"),
            Program::TokenInfo => frame.text("try-token-info"),
            Program::Refresh => frame.text("try-refresh"),
            Program::Revoke => frame.text("try-revoke"),
            Program::DeviceCodes => frame.text("try-device-codes"),
            Program::DevicePoll => frame.text("try-device-poll"),
            Program::ClientCredentials => frame.text("try-client-credentials"),
        }
    }

    fn state_of(&self, state: &StepState) -> Option<(Text, &'static str)> {
        let frame = &self.frame;
        match state {
            StepState::Done => Some((frame.text("play-done"), "good")),
            StepState::Next => Some((frame.text("play-next"), "new")),
            StepState::Open => None,
            StepState::Waits => Some((frame.text("play-waits"), "")),
        }
    }
}

impl Page for PlaygroundPage {
    const NAME: &'static str = "playground";
    const ASKS_PASSWORD: bool = true;
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let before = PlaygroundPage {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            nonce: "nonce-1".to_owned(),
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            name: "Task Board".to_owned(),
            test_client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            is_bound: true,
            run: None,
            asks_password: true,
            problems: Vec::new(),
        };
        let states = [StepState::Done, StepState::Next, StepState::Open];
        let states = states.into_iter().chain([StepState::Waits; 5]);
        let step = |(program, state)| PlayStep {
            program,
            state,
            curl: "curl".to_owned(),
            answer: (state == StepState::Done).then(|| PlayAnswer {
                status: "200".to_owned(),
                masked: "{}".to_owned(),
                whole: Some("{}".to_owned()),
            }),
        };
        let running = PlaygroundPage {
            run: Some(PlayRun {
                ends: Text::of_others("2026-11-21 09:14 UTC"),
                link: "https://board.example.org/oauth/callback".to_owned(),
                people: vec![("1".to_owned(), "ada@example.com".to_owned())],
                steps: Program::ALL.into_iter().zip(states).map(step).collect(),
            }),
            ..before.clone()
        };
        let failed = PlaygroundPage {
            problems: vec![Problem::new(
                "password",
                language.text("app-wrong-password"),
            )],
            ..before.clone()
        };
        let hostile = PlaygroundPage {
            frame: samples::hostile_frame(language),
            trail: Trail(vec![Text::of_others(HOSTILE)]),
            nonce: HOSTILE.to_owned(),
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            test_client_id: HOSTILE.to_owned(),
            is_bound: true,
            run: Some(PlayRun {
                ends: Text::of_others(HOSTILE),
                link: HOSTILE.to_owned(),
                people: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
                steps: vec![PlayStep {
                    program: Program::Link,
                    state: StepState::Done,
                    curl: HOSTILE.to_owned(),
                    answer: Some(PlayAnswer {
                        status: "200".to_owned(),
                        masked: HOSTILE.to_owned(),
                        whole: Some(HOSTILE.to_owned()),
                    }),
                }],
            }),
            ..before.clone()
        };
        vec![before, running, failed, hostile]
    }
}

/// What a person's browser shows when the answer has come from another than the developer's.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/playground_back.html")]
pub struct PlaygroundBack {
    /// What is around the page.
    pub frame: Frame,
    /// The client id of the live app; `None` when nobody waits for this answer.
    pub client_id: Option<String>,
}

impl PlaygroundBack {
    fn href(client_id: &str) -> String {
        playground_href(client_id)
    }
}

impl Page for PlaygroundBack {
    const NAME: &'static str = "playground-back";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let taken = PlaygroundBack {
            frame: samples::frame(language),
            client_id: Some("h9XW2pQ0nT4kLr7sVbYc1a".to_owned()),
        };
        let nobody = PlaygroundBack {
            client_id: None,
            ..taken.clone()
        };
        let hostile = PlaygroundBack {
            frame: samples::hostile_frame(language),
            client_id: Some(HOSTILE.to_owned()),
        };
        vec![taken, nobody, hostile]
    }
}
