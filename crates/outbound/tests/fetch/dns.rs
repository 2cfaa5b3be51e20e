//! A DNS server on loopback that answers as a test tells it to, and a resolver that asks no other.
use outbound::{Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UdpSocket;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// What the server says of a name.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// These addresses.
    Here(&'static [&'static str]),
    /// What is said of another name, by a CNAME in the same answer.
    Alias(&'static str, &'static [&'static str]),
}

/// See the module. It answers a name with one thing after the other, and stays at the last.
pub(crate) struct Dns {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Dns {
    /// One that says this, the first for the first question after an address of each family, and so on.
    pub(crate) async fn saying(answers: Vec<Says>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<(String, u16)>>> = Arc::default();
        let task = tokio::spawn(answer(socket, answers, asked.clone()));
        Dns { at, asked, task }
    }

    /// A resolver that asks it.
    pub(crate) fn resolver(&self) -> Box<dyn Resolve> {
        Box::new(Stub { server: self.at })
    }

    /// How often it was asked for addresses of the fourth version.
    pub(crate) fn asked(&self) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(_, kind)| *kind == A).count()
    }
}

async fn answer(socket: UdpSocket, answers: Vec<Says>, asked: Arc<Mutex<Vec<(String, u16)>>>) {
    let mut question = [0; 512];
    while let Ok((length, from)) = socket.recv_from(&mut question).await {
        let Some((name, kind)) = read_question(&question[..length]) else {
            continue;
        };
        let before = {
            let mut asked = asked.lock().unwrap();
            let before = asked.iter().filter(|(_, own)| *own == kind).count();
            asked.push((name, kind));
            before
        };
        let says = &answers[before.min(answers.len() - 1)];
        let reply = reply(&question[..length], kind, says);
        let _ = socket.send_to(&reply, from).await;
    }
}

/// Name and type of the only question (RFC 1035 §4.1.2).
fn read_question(message: &[u8]) -> Option<(String, u16)> {
    let mut at = 12;
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).into_owned());
        at += length;
    }
    let kind = message.get(at..at + 2)?;
    Some((labels.join("."), u16::from_be_bytes([kind[0], kind[1]])))
}

fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// One record that lives for no second, so that nobody may remember it.
fn record(name: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend_from_slice(&kind.to_be_bytes());
    bytes.extend_from_slice(&[0, 1, 0, 0, 0, 0]);
    bytes.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn reply(question: &[u8], kind: u16, says: &Says) -> Vec<u8> {
    // Where the question has the name.
    let (mut owner, mut records) = (vec![0xc0, 12], Vec::new());
    let addresses = match says {
        Says::Here(addresses) => addresses,
        Says::Alias(other, addresses) => {
            records.push(record(&owner, CNAME, &labels(other)));
            owner = labels(other);
            addresses
        }
    };
    for text in *addresses {
        let data = match text.parse().unwrap() {
            IpAddr::V4(address) if kind == A => address.octets().to_vec(),
            IpAddr::V6(address) if kind == AAAA => address.octets().to_vec(),
            _ => continue,
        };
        records.push(record(&owner, kind, &data));
    }
    let mut bytes = question[..2].to_vec();
    bytes.extend_from_slice(&[0x81, 0x80, 0, 1]);
    bytes.extend_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&[0, 0, 0, 0]);
    bytes.extend_from_slice(&question[12..]);
    bytes.extend(records.concat());
    bytes
}

/// Asks one server for both families, as the system's resolver does, and follows what it says.
struct Stub {
    server: SocketAddr,
}

impl Resolve for Stub {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let mut found = Vec::new();
            for kind in [A, AAAA] {
                found.extend(self.ask(name, kind).await?);
            }
            Ok(found)
        })
    }
}

impl Stub {
    async fn ask(&self, name: &str, kind: u16) -> io::Result<Vec<IpAddr>> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        question.extend(labels(name));
        question.extend_from_slice(&kind.to_be_bytes());
        question.extend_from_slice(&[0, 1]);
        socket.send_to(&question, self.server).await?;
        let mut answer = [0; 512];
        let waiting = tokio::time::timeout(Duration::from_secs(2), socket.recv(&mut answer));
        let length = waiting.await.map_err(io::Error::other)??;
        let read = addresses(&answer[..length], question.len());
        read.ok_or_else(|| io::Error::other("no answer of DNS"))
    }
}

/// The addresses of an answer, whose records begin at `at`.
fn addresses(message: &[u8], mut at: usize) -> Option<Vec<IpAddr>> {
    let count = u16::from_be_bytes([*message.get(6)?, *message.get(7)?]);
    let mut found = Vec::new();
    for _ in 0..count {
        while *message.get(at)? != 0 && *message.get(at)? < 0xc0 {
            at += usize::from(message[at]) + 1;
        }
        at += if message[at] == 0 { 1 } else { 2 };
        let head = message.get(at..at + 10)?;
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_be_bytes([head[8], head[9]]));
        let data = message.get(at + 10..at + 10 + length)?;
        at += 10 + length;
        match kind {
            A => found.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
            AAAA => found.push(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
            _ => {}
        }
    }
    Some(found)
}
