//! Hands what is told with `tracing` to the log: its message, and in JSON also its fields and those of the spans around
//! it. Requests are not told so: their lines are written straight into the log.
use super::log::{Fields, Log};
use config::{LogLevel, LogSettings};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber, span};
use tracing_core::span::Current;

/// The crates whose events are ours; what libraries tell is for their authors, and may hold anything.
const OURS: [&str; 2] = ["server", "outbound"];

/// Starts the log, and sends to it what this process tells.
pub(crate) fn start(settings: &LogSettings) -> Log {
    let log = Log::start(settings);
    // There is another only if a process serves twice, and then it has the first one's log.
    let _ = tracing::subscriber::set_global_default(Told::to(log.clone(), settings.level));
    log
}

/// See the module.
struct Told {
    log: Log,
    level: LevelFilter,
    spans: Mutex<HashMap<u64, Open>>,
}

/// A span that somebody holds.
struct Open {
    metadata: &'static Metadata<'static>,
    /// Its own, and those of the spans around it.
    fields: Fields,
    handles: usize,
}

thread_local! {
    /// The spans that this thread is in, the innermost last.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

impl Told {
    fn to(log: Log, level: LogLevel) -> Self {
        Told {
            log,
            level: match level {
                LogLevel::Info => LevelFilter::INFO,
                LogLevel::Warn => LevelFilter::WARN,
                LogLevel::Error => LevelFilter::ERROR,
            },
            spans: Mutex::default(),
        }
    }

    fn spans(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of something by what it is in: the span that it names, else the one that this thread is in.
    fn around(&self, is_root: bool, named: Option<&span::Id>) -> Fields {
        let id = match (is_root, named) {
            (true, _) => None,
            (false, Some(id)) => Some(id.into_u64()),
            (false, None) => entered(),
        };
        let spans = self.spans();
        let open = id.and_then(|id| spans.get(&id));
        open.map_or_else(Fields::default, |open| open.fields.clone())
    }
}

fn entered() -> Option<u64> {
    ENTERED.with_borrow(|entered| entered.last().copied())
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let of = metadata.target().split("::").next().unwrap_or_default();
        *metadata.level() <= self.level && OURS.contains(&of)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Relaxed);
        let mut read = Read::of(self.around(span.is_root(), span.parent()));
        span.record(&mut read);
        let open = Open {
            metadata: span.metadata(),
            fields: read.fields,
            handles: 1,
        };
        self.spans().insert(id, open);
        span::Id::from_u64(id)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        if let Some(open) = self.spans().get_mut(&id.into_u64()) {
            let mut read = Read::of(std::mem::take(&mut open.fields));
            values.record(&mut read);
            open.fields = read.fields;
        }
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut read = Read::of(self.around(event.is_root(), event.parent()));
        event.record(&mut read);
        let level = match *event.metadata().level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO | Level::DEBUG | Level::TRACE => LogLevel::Info,
        };
        self.log.event(level, &read.message, &read.fields);
    }

    fn enter(&self, id: &span::Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(id.into_u64()));
    }

    fn exit(&self, id: &span::Id) {
        ENTERED.with_borrow_mut(|entered| {
            let last = entered.iter().rposition(|other| *other == id.into_u64());
            last.map(|at| entered.remove(at))
        });
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        if let Some(open) = self.spans().get_mut(&id.into_u64()) {
            open.handles += 1;
        }
        id.clone()
    }

    fn try_close(&self, id: span::Id) -> bool {
        let mut spans = self.spans();
        let Some(open) = spans.get_mut(&id.into_u64()) else {
            return false;
        };
        open.handles -= 1;
        let is_last = open.handles == 0;
        if is_last {
            spans.remove(&id.into_u64());
        }
        is_last
    }

    fn current_span(&self) -> Current {
        let Some(id) = entered() else {
            return Current::none();
        };
        match self.spans().get(&id) {
            Some(open) => Current::new(span::Id::from_u64(id), open.metadata),
            None => Current::none(),
        }
    }
}

/// Reads the fields of an event or a span. A field that is there already has the newer value.
struct Read {
    message: String,
    fields: Fields,
}

impl Read {
    fn of(fields: Fields) -> Self {
        Read {
            message: String::new(),
            fields,
        }
    }
}

impl Visit for Read {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.plain(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.plain(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.plain(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => self.fields.text(name, value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::LogFormat;
    use tracing::Instrument;

    /// What `tell` has the log say.
    fn said(format: LogFormat, level: LogLevel, tell: impl FnOnce()) -> String {
        let settings = LogSettings {
            format,
            level,
            health: false,
        };
        let log = Log::kept(&settings);
        let told = Told::to(log.clone(), level);
        tracing::subscriber::with_default(told, tell);
        log.waiting()
    }

    fn json(line: &str) -> serde_json::Value {
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn json_has_the_fields_of_an_event_and_of_the_spans_around_it() {
        let lines = said(LogFormat::Json, LogLevel::Info, || {
            let job = tracing::error_span!("job", job = "outbox").entered();
            let span = tracing::error_span!("message", message_id = %7, kind = "mail.test");
            span.in_scope(|| tracing::warn!(attempts = 3, "message {} waits", 7));
            tracing::info!(job = "another", is_late = true, "\u{202e}quoted\"");
            drop(job);
            tracing::info!("outside");
        });
        let lines: Vec<_> = lines.lines().map(json).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        let told = |line: &serde_json::Value| {
            let mut line = line.as_object().unwrap().clone();
            assert!(line.remove("time").is_some());
            serde_json::Value::Object(line)
        };
        assert_eq!(
            told(&lines[0]),
            serde_json::json!({
                "level": "warn", "message": "message 7 waits", "job": "outbox",
                "message_id": "7", "kind": "mail.test", "attempts": 3,
            })
        );
        assert_eq!(
            told(&lines[1]),
            serde_json::json!({
                "level": "info", "message": "\u{202e}quoted\"", "job": "another", "is_late": true,
            })
        );
        assert_eq!(
            told(&lines[2]),
            serde_json::json!({ "level": "info", "message": "outside" })
        );
    }

    #[test]
    fn text_is_the_message_alone_and_the_level_leaves_lines_out() {
        let tell = || {
            let _job = tracing::error_span!("job", job = "sweep").entered();
            tracing::info!("not this");
            tracing::warn!(seconds = 70, "the clock jumped");
            tracing::error!(target: "h2::proto", "nor what libraries tell");
        };
        let text = said(LogFormat::Text, LogLevel::Warn, tell);
        assert!(text.ends_with(" warn  the clock jumped\n"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        // A span is there whatever the level.
        let text = said(LogFormat::Json, LogLevel::Error, || {
            let _job = tracing::error_span!("job", job = "sweep").entered();
            tracing::error!("it failed");
        });
        assert_eq!(json(text.trim_end())["job"], "sweep");
    }

    #[test]
    fn a_span_follows_its_task_and_is_forgotten_after_it() {
        let settings = LogSettings::default();
        let log = Log::kept(&settings);
        let told = std::sync::Arc::new(Told::to(log.clone(), LogLevel::Info));
        let dispatch = tracing::Dispatch::from(told.clone());
        tracing::dispatcher::with_default(&dispatch, || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(async {
                let job = async {
                    let task = async { tracing::info!("within") }.in_current_span();
                    tokio::spawn(task).await.unwrap();
                };
                let other = async { tracing::info!("beside") };
                let job = job.instrument(tracing::error_span!("job", job = "feed"));
                tokio::join!(job, other);
            });
        });
        let text = log.waiting();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        for line in lines {
            let is_within = line.contains("within");
            assert_eq!(line.contains(r#""job":"feed""#), is_within, "{line}");
        }
        assert!(told.spans().is_empty());
    }
}
