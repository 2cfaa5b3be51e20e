//! A proxy in front of PostgreSQL that can lose the answer to a statement, or go away.
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use store::{Location, PostgresUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Proxy {
    url: String,
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    server: String,
    /// The statement whose answer is lost next.
    armed: Mutex<Option<String>>,
    lost: AtomicBool,
    closed: watch::Sender<bool>,
    halted: watch::Sender<bool>,
}

impl Proxy {
    pub(crate) async fn before(url: &str) -> Self {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let host = match &config.get_hosts()[0] {
            tokio_postgres::config::Host::Tcp(host) => host.clone(),
            other => panic!("the server is reached over TCP, not {other:?}"),
        };
        let server = format!("{host}:{}", config.get_ports()[0]);
        let shared = Arc::new(Shared {
            server: server.clone(),
            armed: Mutex::default(),
            lost: AtomicBool::new(false),
            closed: watch::Sender::new(false),
            halted: watch::Sender::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Proxy {
            url: url.replacen(&server, &address.to_string(), 1),
            address,
            shared,
            accepting: Mutex::default(),
        };
        proxy.accept(listener);
        proxy
    }

    pub(crate) fn location(&self) -> Location {
        Location::Postgres(PostgresUrl::parse(&self.url).unwrap())
    }

    /// Loses the answer to the next statement that holds `text`, and the connection with it.
    pub(crate) fn lose(&self, text: &str) {
        self.shared.lost.store(false, SeqCst);
        *self.shared.armed.lock().unwrap() = Some(text.to_owned());
    }

    pub(crate) fn has_lost(&self) -> bool {
        self.shared.lost.load(SeqCst)
    }

    /// Passes on no request, or goes on.
    pub(crate) fn halt(&self, halted: bool) {
        self.shared.halted.send_replace(halted);
    }

    /// Goes away with all connections.
    pub(crate) async fn close(&self) {
        let accepting = self.accepting.lock().unwrap().take().unwrap();
        accepting.abort();
        let _ = accepting.await;
        self.shared.closed.send_replace(true);
    }

    /// Comes back.
    pub(crate) async fn open(&self) {
        self.shared.closed.send_replace(false);
        self.accept(TcpListener::bind(self.address).await.unwrap());
    }

    fn accept(&self, listener: TcpListener) {
        let shared = self.shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&shared.server).await else {
                    return;
                };
                tokio::spawn(relay(client, server, shared.clone()));
            }
        });
        *self.accepting.lock().unwrap() = Some(task);
    }
}

/// Relays one connection until either side ends it, an answer is lost, or the proxy is closed.
async fn relay(client: TcpStream, server: TcpStream, shared: Arc<Shared>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let losing = Arc::new(AtomicBool::new(false));
    let mut closed = shared.closed.subscribe();
    tokio::select! {
        _ = requests(from_client, to_server, shared.clone(), losing.clone()) => {}
        _ = answers(from_server, to_client, losing) => shared.lost.store(true, SeqCst),
        _ = closed.wait_for(|closed| *closed) => {}
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: Arc<Shared>,
    losing: Arc<AtomicBool>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 65_536];
    let mut halted = shared.halted.subscribe();
    // Prepared statements: how a use of one names it, and its text.
    let mut prepared: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let bytes = &buffer[..read];
        if bytes[0] == b'P' {
            let name = bytes[5..].split(|byte| *byte == 0).next().unwrap();
            prepared.push(([&[0], name, &[0]].concat(), bytes.to_vec()));
        } else {
            let armed = shared.armed.lock().unwrap().clone();
            let is_used = |text: &String| {
                let of = |(name, sql): &(Vec<u8>, Vec<u8>)| {
                    holds(sql, text.as_bytes()) && holds(bytes, name)
                };
                holds(bytes, text.as_bytes()) || prepared.iter().any(of)
            };
            if armed.as_ref().is_some_and(is_used) {
                *shared.armed.lock().unwrap() = None;
                losing.store(true, SeqCst);
            }
        }
        let _ = halted.wait_for(|halted| !halted).await;
        to.write_all(bytes).await?;
    }
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Ends when an answer is lost; it has been given then, so the statement has had its effect.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, losing: Arc<AtomicBool>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read) = from.read(&mut buffer).await {
        if losing.load(SeqCst) && read > 0 {
            return;
        }
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    std::future::pending().await
}
