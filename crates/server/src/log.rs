//! Log lines: one per request, and events. A thread of its own formats and writes them, so a request only
//! puts a small value into a queue. Text for a person at a terminal, JSON otherwise.
use crate::clock;
use crate::config::LogFormat;
use crate::request::RequestId;
use axum::http::{Method, StatusCode, Uri};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long lines are gathered before they are written, so that the writer wakes fifty times a second at most.
const GATHER: Duration = Duration::from_millis(20);
/// Lines that may wait to be written. Beyond that they are counted and the count is logged.
const QUEUE: usize = 16_384;

/// One finished request. The query string is never logged: it may carry secrets.
pub(crate) struct RequestLine {
    pub(crate) id: RequestId,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) status: StatusCode,
    pub(crate) micros: u128,
    pub(crate) client: IpAddr,
    /// Why the request was refused, for operators; never a secret.
    pub(crate) fault: Option<String>,
}

enum Line {
    Request(Box<RequestLine>),
    Event(&'static str, String),
}

/// What waits for the writer.
#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    dropped: u64,
    /// Whoever waits until all of this is written.
    flushes: Vec<SyncSender<()>>,
    /// The writer sleeps until it is woken.
    idle: bool,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

/// The way to the log.
#[derive(Clone)]
pub(crate) struct Log(Arc<Queue>);

impl Log {
    /// Starts the writer on standard error.
    pub(crate) fn start(format: LogFormat) -> Self {
        let json = match format {
            LogFormat::Auto => !std::io::stderr().is_terminal(),
            LogFormat::Json => true,
            LogFormat::Text => false,
        };
        let queue = Arc::new(Queue::default());
        let lines = queue.clone();
        std::thread::spawn(move || write_lines(&lines, json));
        Log(queue)
    }

    /// Logs a finished request.
    pub(crate) fn request(&self, line: RequestLine) {
        self.send(Line::Request(Box::new(line)));
    }

    /// Logs that something happened.
    pub(crate) fn info(&self, message: impl Into<String>) {
        self.send(Line::Event("info", message.into()));
    }

    /// Logs something an operator should look at.
    pub(crate) fn warn(&self, message: impl Into<String>) {
        self.send(Line::Event("warn", message.into()));
    }

    /// Logs that something failed.
    pub(crate) fn error(&self, message: impl Into<String>) {
        self.send(Line::Event("error", message.into()));
    }

    /// Waits until everything logged so far is written.
    pub(crate) fn flush(&self) {
        let (done, written) = sync_channel(1);
        self.0.change(|waiting| waiting.flushes.push(done));
        let _ = written.recv();
    }

    fn send(&self, line: Line) {
        self.0.change(|waiting| match waiting.lines.len() < QUEUE {
            true => waiting.lines.push(line),
            false => waiting.dropped += 1,
        });
    }
}

impl Queue {
    /// Adds something and wakes the writer if it sleeps; under load it does not, so a line costs no wake-up.
    fn change(&self, add: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut waiting);
        if std::mem::take(&mut waiting.idle) {
            self.wake.notify_one();
        }
    }

    /// Sleeps until something waits, gathers for a moment, and takes all of it.
    fn take(&self) -> Waiting {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.lines.is_empty() && waiting.flushes.is_empty() {
            waiting.idle = true;
            waiting = self
                .wake
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.flushes.is_empty() {
            drop(waiting);
            std::thread::sleep(GATHER);
            waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut *waiting)
    }
}

fn write_lines(queue: &Queue, json: bool) {
    let mut out = std::io::BufWriter::with_capacity(64 * 1024, std::io::stderr());
    let mut text = String::with_capacity(512);
    loop {
        let mut taken = queue.take();
        if taken.dropped > 0 {
            let lost = taken.dropped;
            let message =
                format!("{lost} log lines were dropped: the log is slower than the requests");
            taken.lines.push(Line::Event("warn", message));
        }
        for line in &taken.lines {
            text.clear();
            format_line(line, json, &mut text);
            let _ = out.write_all(text.as_bytes());
        }
        let _ = out.flush();
        for done in taken.flushes {
            let _ = done.send(());
        }
    }
}

fn format_line(line: &Line, json: bool, out: &mut String) {
    match line {
        Line::Request(request) if json => request_as_json(request, out),
        Line::Request(request) => request_as_text(request, out),
        Line::Event(level, message) if json => event_as_json(level, message, out),
        Line::Event(level, message) => {
            let _ = writeln!(out, "{} {level:<5} {message}", clock::timestamp());
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn request_as_json(line: &RequestLine, out: &mut String) {
    let _ = write!(
        out,
        r#"{{"time":"{}","level":"info","message":"request","method":{},"path":{},"status":{},"ms":{:.3},"client":"{}","request_id":"{}""#,
        clock::timestamp(),
        quoted(line.method.as_str()),
        quoted(line.uri.path()),
        line.status.as_u16(),
        line.micros as f64 / 1e3,
        line.client,
        line.id,
    );
    if let Some(fault) = &line.fault {
        let _ = write!(out, r#","fault":{}"#, quoted(fault));
    }
    out.push_str("}\n");
}

fn request_as_text(line: &RequestLine, out: &mut String) {
    let _ = write!(
        out,
        "{} {} {} {} {:.1} ms {} {}",
        clock::timestamp(),
        line.status.as_u16(),
        line.method,
        line.uri.path().escape_debug(),
        line.micros as f64 / 1e3,
        line.client,
        line.id,
    );
    if let Some(fault) = &line.fault {
        let _ = write!(out, " ({fault})");
    }
    out.push('\n');
}

fn event_as_json(level: &str, message: &str, out: &mut String) {
    let message = quoted(message);
    let time = clock::timestamp();
    let _ = writeln!(
        out,
        r#"{{"time":"{time}","level":"{level}","message":{message}}}"#
    );
}
