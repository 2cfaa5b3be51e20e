//! The tasks of the task API.
use serde::Serialize;
use std::sync::{Mutex, PoisonError};

/// Most tasks it keeps.
const MAX_TASKS: usize = 100;

/// One task.
#[derive(Clone, Serialize)]
pub(crate) struct Task {
    pub(crate) title: String,
    pub(crate) done: bool,
}

/// The tasks, gone when the process ends.
pub(crate) struct Tasks(Mutex<Vec<Task>>);

impl Tasks {
    pub(crate) fn new() -> Self {
        let task = |title: &str, done| Task {
            title: title.to_owned(),
            done,
        };
        Tasks(Mutex::new(vec![
            task("Hand over the valet key, not the house keys", true),
            task("Read what the app may do before pressing Allow", true),
            task("Take the key back", false),
        ]))
    }

    pub(crate) fn all(&self) -> Vec<Task> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn add(&self, title: &str) -> bool {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.len() >= MAX_TASKS {
            return false;
        }
        tasks.push(Task {
            title: title.to_owned(),
            done: false,
        });
        true
    }
}
