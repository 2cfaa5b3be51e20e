//! How far something long has come: on standard error, and only on a terminal.
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// How often what does not report by itself is drawn.
const TICK: Duration = Duration::from_millis(100);

/// A bar; gone when it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of `all` things, which have this name.
    pub(super) fn of(all: u64, name: &'static str) -> Self {
        let form = "{bar:30} {human_pos} of {human_len} {msg}, {per_sec}, {eta} left";
        Self::shown(ProgressBar::new(all), form, name)
    }

    /// Of nobody knows how many.
    pub(super) fn counting(name: &'static str) -> Self {
        let form = "{spinner} {human_pos} {msg}, {elapsed}";
        let shown = Self::shown(ProgressBar::new_spinner(), form, name);
        shown.0.enable_steady_tick(TICK);
        shown
    }

    /// Of steps that have names.
    pub(super) fn steps() -> Self {
        let shown = Self::shown(ProgressBar::new_spinner(), "{spinner} {msg}, {elapsed}", "");
        shown.0.enable_steady_tick(TICK);
        shown
    }

    /// This step has begun.
    pub(super) fn step(&self, name: &'static str) {
        self.0.set_message(name);
    }

    /// Tells something beside it.
    pub(super) fn line(&self, text: &str) {
        self.0.suspend(|| eprintln!("{text}"));
    }

    fn shown(bar: ProgressBar, form: &str, name: &'static str) -> Self {
        let style = ProgressStyle::with_template(form);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(name);
        Progress(bar)
    }

    /// So many of so many are done.
    pub(super) fn at_of(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }

    /// So many are done.
    pub(super) fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
