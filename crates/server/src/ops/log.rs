//! Log lines: one per request, and events (see `subscriber`). Whoever logs writes the line into a buffer; a thread of
//! its own writes the buffer out. Text for a person at a terminal, JSON otherwise.
#[cfg(test)]
mod fields;
mod out;

use super::clock::{self, write_thousandths};
use super::telemetry::{SpanId, TraceId};
use crate::http::request::RequestId;
use axum::http::{Method, StatusCode};
use config::{LogFormat, LogLevel, LogSettings};
use out::Out;
use protocol::types::text::{escaped, escaped_json};
use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::io::IsTerminal;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long lines are gathered before they are written, so that the writer wakes fifty times a second at most.
const GATHER: Duration = Duration::from_millis(20);
/// Bytes that may wait to be written. Lines beyond that are counted and the count is logged.
const MOST: usize = 4 * 1024 * 1024;
/// A buffer that grew beyond this is not kept.
const KEPT: usize = 512 * 1024;

/// How long the end of the server waits for its last lines.
const FLUSH: Duration = Duration::from_secs(5);

/// One finished request. The query string is never logged: it may carry secrets.
pub(crate) struct RequestLine<'a> {
    pub(crate) id: RequestId,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) took: Duration,
    pub(crate) client: IpAddr,
    /// The trace that it is in, and its span there, where it is traced.
    pub(crate) trace: Option<(TraceId, SpanId)>,
    /// Why the request was refused, for operators; never a secret.
    pub(crate) fault: Option<&'a str>,
}

impl RequestLine<'_> {
    fn level(&self) -> LogLevel {
        match self.status.is_server_error() {
            true => LogLevel::Error,
            false => LogLevel::Info,
        }
    }
}

/// What waits for the writer.
#[derive(Default)]
struct Waiting {
    lines: String,
    dropped: u64,
    /// Whoever waits until all of this is written.
    flushes: Vec<SyncSender<()>>,
    /// The writer sleeps until it is woken.
    idle: bool,
}

struct Queue {
    json: bool,
    level: LogLevel,
    waiting: Mutex<Waiting>,
    wake: Condvar,
    /// Lines that nobody will read.
    lost: AtomicU64,
}

/// The way to the log.
#[derive(Clone)]
pub(crate) struct Log(Arc<Queue>);

thread_local! {
    /// This thread's line in the making.
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Log {
    /// Starts the writer on standard error.
    pub(crate) fn start(settings: &LogSettings) -> Self {
        let log = Self::kept(settings);
        let lines = log.0.clone();
        std::thread::spawn(move || write_lines(&lines));
        log
    }

    /// One whose lines wait for a writer.
    pub(super) fn kept(settings: &LogSettings) -> Self {
        let json = match settings.format {
            LogFormat::Auto => !std::io::stderr().is_terminal(),
            LogFormat::Json => true,
            LogFormat::Text => false,
        };
        Log(Arc::new(Queue {
            json,
            level: settings.level,
            waiting: Mutex::default(),
            wake: Condvar::new(),
            lost: AtomicU64::new(0),
        }))
    }

    /// Logs a finished request.
    pub(crate) fn request(&self, line: &RequestLine<'_>) {
        if line.level() < self.0.level {
            return;
        }
        self.line(|json, out| match json {
            true => request_as_json(line, out),
            false => request_as_text(line, out),
        });
    }

    /// Logs an event. The text for people is its message; machines are told its fields too.
    pub(super) fn event(&self, level: LogLevel, message: &str, fields: &Fields) {
        if level >= self.0.level {
            self.line(|json, out| event(level.as_str(), message, fields, json, out));
        }
    }

    /// Waits until everything logged so far is written, but not for ever: nobody may be reading.
    pub(crate) fn flush(&self) {
        let (done, written) = sync_channel(1);
        self.0.change(|waiting| waiting.flushes.push(done));
        let _ = written.recv_timeout(FLUSH);
    }

    /// How many lines were lost since the start, because the log was full, or slower than the requests.
    pub(crate) fn lost(&self) -> u64 {
        self.0.lost.load(Relaxed)
    }

    /// Writes a line outside the lock, and then puts it with the others.
    fn line(&self, write: impl FnOnce(bool, &mut String)) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            write(self.0.json, line);
            self.0
                .change(|waiting| match waiting.lines.len() + line.len() <= MOST {
                    true => waiting.lines.push_str(line),
                    false => waiting.dropped += 1,
                });
        });
    }
}

/// What an event tells besides its message, as JSON.
#[derive(Clone, Default)]
pub(super) struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// A number or a truth value.
    pub(super) fn plain(&mut self, name: &'static str, value: impl Display) {
        self.set(name, value.to_string());
    }

    /// A text.
    pub(super) fn text(&mut self, name: &'static str, value: &str) {
        let mut quoted = String::new();
        quote(value, &mut quoted);
        self.set(name, quoted);
    }

    fn set(&mut self, name: &'static str, value: String) {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value));
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

    /// Sleeps until something waits, gathers for a moment, and takes all of it. `lines` is an empty buffer.
    fn take(&self, lines: String) -> Waiting {
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
        let empty = Waiting {
            lines,
            ..Waiting::default()
        };
        std::mem::replace(&mut *waiting, empty)
    }
}

fn write_lines(queue: &Queue) {
    let mut out = Out::to(std::io::stderr());
    let mut spare = String::new();
    loop {
        let mut taken = queue.take(std::mem::take(&mut spare));
        let lost = std::mem::take(&mut out.lost);
        if lost > 0 {
            let message = format!("{lost} log lines are lost: the log could not be written");
            event(
                "warn",
                &message,
                &Fields::default(),
                queue.json,
                &mut taken.lines,
            );
        }
        if taken.dropped > 0 {
            let dropped = taken.dropped;
            let message =
                format!("{dropped} log lines were dropped: the log is slower than the requests");
            event(
                "warn",
                &message,
                &Fields::default(),
                queue.json,
                &mut taken.lines,
            );
        }
        out.write(taken.lines.as_bytes());
        let newly = taken.dropped as u64 + out.lost as u64;
        queue.lost.fetch_add(newly, Relaxed);
        if out.lost > 0 {
            out.lost += lost;
        }
        for done in taken.flushes {
            let _ = done.send(());
        }
        if taken.lines.capacity() <= KEPT {
            spare = taken.lines;
            spare.clear();
        }
    }
}

/// Writes text as a JSON string.
fn quote(text: &str, out: &mut String) {
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    match text.bytes().all(plain) {
        true => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        false => {
            let json = serde_json::to_string(text).unwrap_or_default();
            out.push_str(&escaped_json(&json));
        }
    }
}

fn request_as_json(line: &RequestLine<'_>, out: &mut String) {
    out.push_str(r#"{"time":""#);
    clock::write_timestamp(out);
    out.push_str(r#"","level":""#);
    out.push_str(line.level().as_str());
    out.push_str(r#"","message":"request","method":"#);
    quote(line.method.as_str(), out);
    out.push_str(r#","path":"#);
    quote(line.path, out);
    out.push_str(r#","status":"#);
    out.push_str(line.status.as_str());
    out.push_str(r#","ms":"#);
    write_millis(line.took, out);
    out.push_str(r#","client":""#);
    write_address(line.client, out);
    out.push_str(r#"","request_id":""#);
    out.push_str(line.id.as_str());
    out.push('"');
    if let Some((trace, span)) = line.trace {
        out.push_str(r#","trace_id":""#);
        trace.write(out);
        out.push_str(r#"","span_id":""#);
        span.write(out);
        out.push('"');
    }
    if let Some(fault) = line.fault {
        out.push_str(r#","fault":"#);
        quote(fault, out);
    }
    out.push_str("}\n");
}

/// Writes an address; the usual kind without going through a formatter.
fn write_address(address: IpAddr, out: &mut String) {
    let IpAddr::V4(address) = address else {
        let _ = write!(out, "{address}");
        return;
    };
    for (place, octet) in address.octets().into_iter().enumerate() {
        if place > 0 {
            out.push('.');
        }
        for unit in [100, 10, 1] {
            if octet >= unit || unit == 1 {
                out.push(char::from(b'0' + octet / unit % 10));
            }
        }
    }
}

/// Writes milliseconds with three digits behind the point.
fn write_millis(took: Duration, out: &mut String) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let _ = write!(out, "{}.", micros / 1_000);
    write_thousandths(micros % 1_000, out);
}

fn request_as_text(line: &RequestLine<'_>, out: &mut String) {
    clock::write_timestamp(out);
    let _ = write!(
        out,
        " {} {} {} {:.1} ms {} {}",
        line.status.as_u16(),
        line.method,
        escaped(line.path),
        line.took.as_secs_f64() * 1e3,
        line.client,
        line.id,
    );
    if let Some(fault) = line.fault {
        let _ = write!(out, " ({})", escaped(fault));
    }
    out.push('\n');
}

fn event(level: &str, message: &str, fields: &Fields, json: bool, out: &mut String) {
    if !json {
        clock::write_timestamp(out);
        let _ = writeln!(out, " {level:<5} {}", escaped(message));
        return;
    }
    out.push_str(r#"{"time":""#);
    clock::write_timestamp(out);
    let _ = write!(out, r#"","level":"{level}","message":"#);
    quote(message, out);
    for (name, value) in &fields.0 {
        let _ = write!(out, r#","{name}":{value}"#);
    }
    out.push_str("}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Log {
        /// The lines that no writer has taken.
        pub(in crate::ops) fn waiting(&self) -> String {
            self.0.waiting.lock().unwrap().lines.clone()
        }
    }

    fn line<'a>(path: &'a str, fault: Option<&'a str>) -> RequestLine<'a> {
        RequestLine {
            id: RequestId::next(),
            method: &Method::POST,
            path,
            status: StatusCode::BAD_REQUEST,
            took: Duration::from_micros(1_002_003),
            client: [127, 0, 0, 1].into(),
            trace: None,
            fault,
        }
    }

    #[test]
    fn a_json_line_is_json_whatever_was_asked() {
        for (path, fault) in [
            ("/oauth/token", None),
            ("/\"quoted\"\\", Some("a \"fault\"\n")),
            ("/\u{7f}é\u{1}", Some("")),
        ] {
            let mut out = String::new();
            request_as_json(&line(path, fault), &mut out);
            let read: serde_json::Value = serde_json::from_str(out.trim_end()).unwrap();
            assert_eq!(read["path"], path);
            assert_eq!(read["method"], "POST");
            assert_eq!(read["ms"], 1_002.003);
            assert_eq!(read["fault"].as_str(), fault);
            assert!(out.ends_with('\n') && out.lines().count() == 1, "{out}");
        }
    }

    #[test]
    fn no_line_holds_what_hides_or_reorders_text() {
        let hostile = "/a\nb\u{202e}\u{200b}\u{9b}\u{7f}\u{e0041}";
        for json in [true, false] {
            let mut out = String::new();
            match json {
                true => request_as_json(&line(hostile, Some(hostile)), &mut out),
                false => request_as_text(&line(hostile, Some(hostile)), &mut out),
            }
            let mut fields = Fields::default();
            fields.text("error", hostile);
            event("warn", hostile, &fields, json, &mut out);
            assert_eq!(out.lines().count(), 2, "{out}");
            assert!(out.lines().all(protocol::types::text::is_plain), "{out}");
        }
    }

    #[test]
    fn an_address_is_written_as_it_is() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "255.10.105.9",
            "9.99.100.200",
            "2001:db8::1",
        ] {
            let mut out = String::new();
            write_address(text.parse().unwrap(), &mut out);
            assert_eq!(out, text);
        }
    }
}
