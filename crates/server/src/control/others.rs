//! What is asked of the servers that run already: who they are, and their sockets.
use super::{Answer, Outcome, Question, ask, places, sockets, wait_for_end};
use crate::ops::server_key;
use crate::storage;
use anyhow::{Context as _, bail};
use config::{Config, Storage};
use std::os::fd::OwnedFd;
use store::Serving;

/// The servers of this configuration that run on this machine. One of an earlier version does not say.
///
/// # Errors
/// When the folder of their sockets cannot be looked into.
pub(crate) fn running(config: &Config) -> anyhow::Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for socket in sockets(&server_key::control_folder(&config.keys))? {
        if let Ok(Some(asked)) = ask(&socket, &Question::Tell) {
            answers.push(asked.answer);
        }
    }
    Ok(answers)
}

/// What came of asking for the sockets of the server before.
pub(crate) enum Asking {
    /// They are here.
    Taken(Vec<OwnedFd>),
    /// No server of this configuration runs; why those are other ones that answered.
    Nobody(Vec<String>),
}

/// Takes the sockets of the server that this configuration is of, and waits until it has let go of its file. That of the
/// metrics is among them unless this process has one already, or needs none.
///
/// # Errors
/// When it hands over to another, does not end, or serves this file and listens elsewhere.
pub(crate) fn take_over(config: &Config, with_metrics: bool) -> anyhow::Result<Asking> {
    let question = Question::HandOver {
        listen: places(config, with_metrics),
        storage: storage::location(config)?.to_string(),
        public: Some(config.listen.len()),
    };
    let mut others = Vec::new();
    for socket in sockets(&server_key::control_folder(&config.keys))? {
        let Some(asked) = ask(&socket, &question)? else {
            continue;
        };
        let Answer {
            process,
            sentences,
            outcome,
            ..
        } = asked.answer;
        match outcome {
            Outcome::Other => others.push(format!("process {process}: {}", sentences.join("; "))),
            Outcome::Refused => bail!(
                "process {process} does not hand over: {}",
                sentences.join("; ")
            ),
            Outcome::Done => {
                if matches!(config.storage, Storage::Sqlite(_)) {
                    wait_for_end(asked.stream).with_context(|| {
                        format!("process {process} has handed over its sockets and does not end")
                    })?;
                }
                return Ok(Asking::Taken(asked.sockets));
            }
        }
    }
    match &config.storage {
        Storage::Sqlite(path) if !others.is_empty() && Serving::holder(path).is_some() => {
            bail!(not_taken(&others))
        }
        _ => Ok(Asking::Nobody(others)),
    }
}

/// Why nothing was taken over, and what to do.
pub(crate) fn not_taken(others: &[String]) -> String {
    format!(
        "nothing is taken over, and the server that runs goes on: {}; listen where it does and on the same storage, or stop it and start without --take-over",
        others.join("; ")
    )
}
