//! Pages of the demo app: somebody else's product, not the provider's.

use askama::Template;
use protocol::types::Language;

use crate::{Frame, HOSTILE, Page, samples, samples::pages};

pages!(DemoHome, DemoResult, DemoError);

/// The demo app before anything is connected, with a link to `/login`.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/home.html")]
pub struct DemoHome {
    /// What is around the page.
    pub frame: Frame,
    /// Scopes the app is going to ask for.
    pub scopes: Vec<String>,
    /// Name of the provider, for "Connect with …".
    pub provider: String,
}

/// What the demo app shows once it is connected. Its forms are `POST /refresh`
/// and `POST /revoke`, each with `nonce`.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/result.html")]
pub struct DemoResult {
    /// What is around the page.
    pub frame: Frame,
    /// Tasks read from the API with the token.
    pub tasks: Vec<DemoTask>,
    /// What was sent and received, in order.
    pub steps: Vec<DemoStep>,
    /// Proof that the forms are ours.
    pub nonce: String,
}

impl DemoResult {
    /// Whether the last answer, which is the API's, was not a success: the token opens nothing.
    fn is_locked_out(&self) -> bool {
        let last = self.steps.last();
        self.tasks.is_empty() && last.is_some_and(|step| !step.response.starts_with('2'))
    }
}

/// A task of the demo API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoTask {
    /// What is to be done.
    pub title: String,
    /// Whether it is done.
    pub done: bool,
}

/// One step of the flow, its secrets already shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoStep {
    /// What the step is for.
    pub title: String,
    /// What the app sent.
    pub request: String,
    /// What came back; "" for nothing.
    pub response: String,
}

/// What the demo app shows when the provider sends an error back.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/error.html")]
pub struct DemoError {
    /// What is around the page.
    pub frame: Frame,
    /// The OAuth error code.
    pub error: String,
    /// The provider's description; "" for none.
    pub description: String,
}

impl Page for DemoHome {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-home";

    fn samples(_: Language) -> Vec<Self> {
        let page = |frame, scopes: &[&str], provider: &str| Self {
            frame,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            provider: provider.to_owned(),
        };
        vec![
            page(
                samples::frame(Language::English),
                &["tasks:read", "tasks:write"],
                "Valetkey",
            ),
            page(samples::frame(Language::English), &[], "Acme Tasks"),
            page(
                samples::hostile_frame(Language::English),
                &[HOSTILE],
                HOSTILE,
            ),
        ]
    }
}

impl Page for DemoResult {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-result";

    fn samples(_: Language) -> Vec<Self> {
        let empty = Self {
            frame: samples::frame(Language::English),
            tasks: Vec::new(),
            steps: Vec::new(),
            nonce: "nonce-1".to_owned(),
        };
        let usual = Self {
            tasks: samples::demo_tasks(),
            steps: samples::demo_steps(),
            ..empty.clone()
        };
        let locked_out = Self {
            tasks: Vec::new(),
            steps: samples::demo_steps_after_revocation(),
            ..usual.clone()
        };
        let hostile = Self {
            frame: samples::hostile_frame(Language::English),
            tasks: vec![DemoTask {
                title: HOSTILE.to_owned(),
                done: true,
            }],
            steps: vec![DemoStep {
                title: HOSTILE.to_owned(),
                request: HOSTILE.repeat(5),
                response: HOSTILE.to_owned(),
            }],
            nonce: HOSTILE.to_owned(),
        };
        vec![usual, empty, locked_out, hostile]
    }
}

impl Page for DemoError {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-error";

    fn samples(_: Language) -> Vec<Self> {
        let page = |frame, error: &str, description: &str| Self {
            frame,
            error: error.to_owned(),
            description: description.to_owned(),
        };
        vec![
            page(
                samples::frame(Language::English),
                "access_denied",
                "The person said no.",
            ),
            page(samples::frame(Language::English), "server_error", ""),
            page(samples::hostile_frame(Language::English), HOSTILE, HOSTILE),
        ]
    }
}
