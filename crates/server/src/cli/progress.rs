//! How far something long has come: on standard error, and only on a terminal.
use indicatif::{ProgressBar, ProgressStyle};

/// A bar; gone when it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of `all` things, which have this name.
    pub(super) fn of(all: u64, name: &'static str) -> Self {
        let form = "{bar:30} {human_pos} of {human_len} {msg}, {per_sec}, {eta} left";
        Self::shown(ProgressBar::new(all), form, name)
    }

    fn shown(bar: ProgressBar, form: &str, name: &'static str) -> Self {
        let style = ProgressStyle::with_template(form);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(name);
        Progress(bar)
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
