//! Log lines: one per request, and events. A thread of its own formats and writes them, so a request only
//! puts a small value into a queue. Text for a person at a terminal, JSON otherwise.
use crate::clock;
use crate::config::LogFormat;
use crate::request::RequestId;
use axum::http::{Method, StatusCode, Uri};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};
use std::thread::JoinHandle;

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
    Flush(SyncSender<()>),
}

/// The way to the log.
#[derive(Clone)]
pub(crate) struct Log {
    queue: SyncSender<Line>,
    dropped: Arc<AtomicU64>,
    _writer: Arc<JoinHandle<()>>,
}

impl Log {
    /// Starts the writer on standard error.
    pub(crate) fn start(format: LogFormat) -> Self {
        let json = match format {
            LogFormat::Auto => !std::io::stderr().is_terminal(),
            LogFormat::Json => true,
            LogFormat::Text => false,
        };
        let (queue, lines) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = dropped.clone();
        let writer = std::thread::spawn(move || write_lines(&lines, &counter, json));
        Log {
            queue,
            dropped,
            _writer: Arc::new(writer),
        }
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
        if self.queue.send(Line::Flush(done)).is_ok() {
            let _ = written.recv();
        }
    }

    fn send(&self, line: Line) {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(line) {
            self.dropped.fetch_add(1, Relaxed);
        }
    }
}

fn write_lines(lines: &Receiver<Line>, dropped: &AtomicU64, json: bool) {
    let mut out = std::io::BufWriter::with_capacity(64 * 1024, std::io::stderr());
    let mut text = String::with_capacity(512);
    while let Ok(first) = lines.recv() {
        let mut next = Some(first);
        while let Some(line) = next {
            text.clear();
            let waiting = format_line(&line, json, &mut text);
            let _ = out.write_all(text.as_bytes());
            if let Some(done) = waiting {
                let _ = out.flush();
                let _ = done.send(());
            }
            next = lines.try_recv().ok();
        }
        let lost = dropped.swap(0, Relaxed);
        if lost > 0 {
            let message =
                format!("{lost} log lines were dropped: the log is slower than the requests");
            text.clear();
            format_line(&Line::Event("warn", message), json, &mut text);
            let _ = out.write_all(text.as_bytes());
        }
        let _ = out.flush();
    }
}

fn format_line<'a>(line: &'a Line, json: bool, out: &mut String) -> Option<&'a SyncSender<()>> {
    match line {
        Line::Request(request) if json => request_as_json(request, out),
        Line::Request(request) => request_as_text(request, out),
        Line::Event(level, message) if json => event_as_json(level, message, out),
        Line::Event(level, message) => {
            let _ = writeln!(out, "{} {level:<5} {message}", clock::timestamp());
        }
        Line::Flush(done) => return Some(done),
    }
    None
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
        line.uri.path(),
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
