//! One HTTP/1.1 request and its reply, over a connection of its own, bytes under the test's control.

use crate::{Json, Trust, query, record};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long one read or write may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest body read.
const BODY_LIMIT: u64 = 64 * 1024 * 1024;

/// A request. The target goes out as it stands, so that tests can send what no URL library would.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, target: &str) -> Self {
        Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Its method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Its target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// GET of `target`.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// POST to `target`, as yet without a body.
    pub fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// Adds a header; one given as `Host`, `Connection` or `Content-Length` replaces the usual one.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body and its content type.
    pub fn body(mut self, content_type: &str, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self.header("Content-Type", content_type)
    }

    /// Sets the body alone, for a request whose headers name its type already.
    pub fn raw_body(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    /// A form body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = query(fields);
        self.body("application/x-www-form-urlencoded", body.as_bytes())
    }

    /// A JSON body.
    pub fn json(self, value: &Json) -> Self {
        self.body("application/json", value.to_string().as_bytes())
    }

    /// HTTP Basic credentials, joined as they stand.
    pub fn basic(self, id: &str, secret: &str) -> Self {
        let pair = STANDARD.encode(format!("{id}:{secret}"));
        self.header("Authorization", &format!("Basic {pair}"))
    }

    /// A bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// The bytes that go out; `host` stands in the `Host` header unless the request has its own.
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let length = self.body.len().to_string();
        let has_body = !self.body.is_empty() || self.method == "POST";
        let usual = [
            ("Host", Some(host)),
            ("Connection", Some("close")),
            ("Content-Length", has_body.then_some(length.as_str())),
        ];
        for (name, value) in usual {
            let given = |(key, _): &(String, String)| key.eq_ignore_ascii_case(name);
            if let (Some(value), false) = (value, self.headers.iter().any(given)) {
                head += &format!("{name}: {value}\r\n");
            }
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        [head.as_bytes(), &self.body].concat()
    }
}

/// A reply, read whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names and values in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, un-chunked.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header called `name`, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).first().copied()
    }

    /// All headers called `name`.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        let found = self.headers.iter().filter(named);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text; bytes that are not UTF-8 are shown as replacement characters.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none, showing status and body.
    #[track_caller]
    pub fn json(&self) -> Json {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|e| panic!("no JSON ({e}) in {self}"))
    }

    /// The text of a member of the JSON body, empty when it is absent or no text.
    pub fn member(&self, name: &str) -> String {
        let json: Json = serde_json::from_slice(&self.body).unwrap_or_default();
        json[name].as_str().unwrap_or_default().to_owned()
    }

    /// The `Location` header.
    pub fn location(&self) -> Option<&str> {
        self.header("Location")
    }

    /// Returns the reply itself if it has this status.
    ///
    /// # Panics
    /// When it has another, showing status and body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let location = self.location().unwrap_or("-");
        write!(f, "status {}, location {location}: ", self.status)?;
        f.write_str(&self.text())
    }
}

/// Sends `request` to `addr` and reads the reply; errors are those of the connection.
pub fn send(addr: SocketAddr, host: &str, request: &Request) -> io::Result<Reply> {
    let bodiless = request.method == "HEAD";
    exchange(addr, &request.bytes(host), bodiless)
}

/// Sends `bytes` as they are and reads the reply.
pub fn send_raw(addr: SocketAddr, bytes: &[u8]) -> io::Result<Reply> {
    exchange(addr, bytes, false)
}

/// Sends `request` over TLS to `host` at `addr` and reads the reply.
pub fn send_over_tls(
    addr: SocketAddr,
    host: &str,
    trust: &Trust,
    request: &Request,
) -> io::Result<Reply> {
    let stream = trust.connect(connect(addr)?, host)?;
    let bytes = request.bytes(host);
    exchange_on(stream, addr, &bytes, request.method == "HEAD")
}

fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&addr, LIMIT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    Ok(stream)
}

fn exchange(addr: SocketAddr, bytes: &[u8], bodiless: bool) -> io::Result<Reply> {
    exchange_on(connect(addr)?, addr, bytes, bodiless)
}

fn exchange_on(
    mut stream: impl Read + Write,
    addr: SocketAddr,
    bytes: &[u8],
    bodiless: bool,
) -> io::Result<Reply> {
    // A server may answer and close before it has read an oversized body: the reply counts then.
    let written = stream.write_all(bytes);
    match read_reply(&mut BufReader::new(stream), bodiless) {
        Ok(reply) => {
            record::exchange(addr, bytes, &reply);
            Ok(reply)
        }
        Err(e) => Err(written.err().unwrap_or(e)),
    }
}

/// Reads one reply; `bodiless` when it answers a HEAD request.
pub fn read_reply(stream: &mut impl BufRead, bodiless: bool) -> io::Result<Reply> {
    let line = read_line(stream)?;
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    let status = status
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| bad(&format!("no status line: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| bad(&format!("no header: {line:?}")))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut reply = Reply {
        status,
        headers,
        body: Vec::new(),
    };
    if !bodiless && !matches!(status, 100..=199 | 204 | 304) {
        reply.body = read_body(stream, &reply)?;
    }
    Ok(reply)
}

fn read_body(stream: &mut impl BufRead, reply: &Reply) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if reply.header("Transfer-Encoding") == Some("chunked") {
        loop {
            let size = read_line(stream)?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| bad("no chunk size"))?;
            read_exactly(stream, size, &mut body)?;
            read_line(stream)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    match reply.header("Content-Length") {
        Some(length) => {
            let length = length.parse().map_err(|_| bad("no content length"))?;
            read_exactly(stream, length, &mut body)?;
        }
        None => drop(stream.take(BODY_LIMIT).read_to_end(&mut body)?),
    }
    Ok(body)
}

fn read_exactly(stream: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if length > BODY_LIMIT {
        return Err(bad("the body is too large for a test"));
    }
    let read = stream.by_ref().take(length).read_to_end(body)?;
    if read as u64 == length {
        Ok(())
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.by_ref().take(64 * 1024).read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

fn bad(reason: &str) -> Error {
    Error::new(ErrorKind::InvalidData, reason)
}
