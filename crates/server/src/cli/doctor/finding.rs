//! What was found.

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Warning,
    Failed,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) about: &'static str,
    pub(super) state: State,
    pub(super) sentence: String,
}

pub(super) fn ok(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Ok, sentence)
}

pub(super) fn warning(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Warning, sentence)
}

pub(super) fn failed(about: &'static str, sentence: impl Into<String>) -> Finding {
    finding(about, State::Failed, sentence)
}

fn finding(about: &'static str, state: State, sentence: impl Into<String>) -> Finding {
    let sentence = sentence.into();
    Finding {
        about,
        state,
        sentence,
    }
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }
}
