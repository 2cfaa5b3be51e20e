//! A collector of a test's own: it takes what is handed over by OTLP, and reads it by the field numbers of its schema.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One request that it took.
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    pub(crate) path: String,
    /// The headers, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// See the module. It takes connections until it is dropped.
pub(crate) struct Collector {
    pub(crate) addr: SocketAddr,
    taken: Arc<Mutex<Vec<Handed>>>,
    gone: Arc<AtomicBool>,
}

impl Collector {
    /// On a free port.
    pub(crate) fn start() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// At an address.
    pub(crate) fn at(addr: SocketAddr) -> Self {
        let listener = TcpListener::bind(addr).expect("a port");
        let collector = Collector {
            addr: listener.local_addr().expect("an address"),
            taken: Arc::default(),
            gone: Arc::default(),
        };
        let (taken, gone) = (collector.taken.clone(), collector.gone.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if gone.load(Ordering::Relaxed) {
                    return;
                }
                if let Some(handed) = stream.ok().and_then(take) {
                    let mut all = taken.lock().unwrap_or_else(PoisonError::into_inner);
                    all.push(handed);
                }
            }
        });
        collector
    }

    /// What it took so far.
    pub(crate) fn taken(&self) -> Vec<Handed> {
        let all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }

    /// The spans of all that.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let taken = self.taken();
        let traces = taken.iter().filter(|handed| handed.path == "/v1/traces");
        traces.flat_map(|handed| spans(&handed.body)).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        // Wakes it.
        let _ = TcpStream::connect(self.addr);
    }
}

fn take(mut stream: TcpStream) -> Option<Handed> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.strip_prefix("POST ")?.split(' ').next()?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer =
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(answer.as_bytes()).ok()?;
    Some(Handed {
        path,
        headers,
        body,
    })
}

/// A field of a message, as far as it is known without its schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

/// A message: its fields by their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(Vec<(u64, Field)>);

impl Message {
    /// Reads all of `bytes`.
    #[track_caller]
    pub(crate) fn read(mut bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            let field = match tag & 7 {
                0 => Field::Number(varint(&mut bytes)),
                1 => Field::Number(u64::from_le_bytes(array(&mut bytes))),
                5 => Field::Number(u32::from_le_bytes(array(&mut bytes)).into()),
                2 => {
                    let length = usize::try_from(varint(&mut bytes)).expect("a length");
                    let (inner, rest) = bytes.split_at(length);
                    bytes = rest;
                    Field::Bytes(inner.to_vec())
                }
                other => panic!("a field of the kind {other}"),
            };
            fields.push((tag >> 3, field));
        }
        Message(fields)
    }

    fn all(&self, number: u64) -> impl Iterator<Item = &Field> {
        let own = self.0.iter().filter(move |(field, _)| *field == number);
        own.map(|(_, field)| field)
    }

    /// The messages of a field.
    pub(crate) fn messages(&self, number: u64) -> Vec<Message> {
        let inner = self.all(number).map(|field| match field {
            Field::Bytes(bytes) => Message::read(bytes),
            Field::Number(_) => panic!("field {number} is a number"),
        });
        inner.collect()
    }

    /// The bytes of a field, empty where it is not there.
    pub(crate) fn bytes(&self, number: u64) -> Vec<u8> {
        match self.all(number).next() {
            Some(Field::Bytes(bytes)) => bytes.clone(),
            None => Vec::new(),
            Some(Field::Number(_)) => panic!("field {number} is a number"),
        }
    }

    /// The text of a field.
    pub(crate) fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number)).expect("a text")
    }

    /// The number of a field, 0 where it is not there.
    pub(crate) fn number(&self, number: u64) -> u64 {
        match self.all(number).next() {
            Some(Field::Number(value)) => *value,
            None => 0,
            Some(Field::Bytes(_)) => panic!("field {number} is no number"),
        }
    }

    /// `KeyValue`s of a field, as text.
    pub(crate) fn attributes(&self, number: u64) -> BTreeMap<String, String> {
        let pairs = self.messages(number).into_iter().map(|pair| {
            let value = pair.messages(2).remove(0);
            let text = match value.0.first() {
                Some((1, _)) => value.text(1),
                Some((_, Field::Number(number))) => number.to_string(),
                other => panic!("an attribute {other:?}"),
            };
            (pair.text(1), text)
        });
        pairs.collect()
    }
}

fn array<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (first, rest) = bytes.split_first_chunk().expect("it is whole");
    *bytes = rest;
    *first
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0..10 {
        let [byte] = array(bytes);
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number of more than 64 bits");
}

/// A span that was handed over.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) state: String,
    pub(crate) name: String,
    pub(crate) kind: u64,
    pub(crate) began: u64,
    pub(crate) ended: u64,
    pub(crate) status: u64,
    pub(crate) flags: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) resource: BTreeMap<String, String>,
}

/// The spans of an `ExportTraceServiceRequest`.
#[track_caller]
pub(crate) fn spans(body: &[u8]) -> Vec<Span> {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut found = Vec::new();
    for resource in Message::read(body).messages(1) {
        let about = resource.messages(1).remove(0).attributes(1);
        for scope in resource.messages(2) {
            for span in scope.messages(2) {
                let status = span.messages(15);
                found.push(Span {
                    trace: hex(span.bytes(1)),
                    id: hex(span.bytes(2)),
                    state: span.text(3),
                    parent: hex(span.bytes(4)),
                    name: span.text(5),
                    kind: span.number(6),
                    began: span.number(7),
                    ended: span.number(8),
                    attributes: span.attributes(9),
                    status: status.first().map_or(0, |status| status.number(3)),
                    flags: span.number(16),
                    resource: about.clone(),
                });
            }
        }
    }
    found
}
