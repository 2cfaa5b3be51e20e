//! What the demo's television is doing.
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// There is one in the living room; it shows the same to every browser.
pub(crate) struct Television(Mutex<Screen>);

/// What it is doing.
#[derive(Clone)]
pub(crate) enum Screen {
    Off,
    Waiting(Waiting),
    Connected { access_token: String },
    Refused { error: String },
}

/// A code that nobody has answered yet.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) codes: Value,
    pub(crate) picture: String,
    pub(crate) interval: Duration,
    pub(crate) next_poll: Instant,
}

impl Waiting {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.codes[name].as_str().unwrap_or_default()
    }
}

impl Television {
    pub(crate) fn new() -> Self {
        Television(Mutex::new(Screen::Off))
    }

    pub(crate) fn now(&self) -> Screen {
        let screen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        screen.clone()
    }

    pub(crate) fn show(&self, screen: Screen) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = screen;
    }
}
