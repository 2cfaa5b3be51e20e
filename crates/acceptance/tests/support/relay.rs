//! A relay between a node and its database, which can end every connection or let them hang.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What a relay does with bytes and with new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// They are passed on.
    Open,
    /// There is no connection.
    Cut,
    /// Connections are taken, and nothing comes out of them.
    Silent,
}

/// A relay on a port of its own.
pub(crate) struct Relay {
    pub(crate) addr: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    way: Mutex<Way>,
    changed: Condvar,
    streams: Mutex<Vec<TcpStream>>,
}

impl Shared {
    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the relay is silent.
    fn wait(&self) -> Way {
        let silent = |way: &mut Way| *way == Way::Silent;
        let way = self.changed.wait_while(self.way(), silent);
        *way.unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes one connection on, both ways.
    fn take(self: &Arc<Self>, client: TcpStream, target: SocketAddr) {
        let shared = self.clone();
        std::thread::spawn(move || {
            if shared.wait() == Way::Cut {
                return;
            }
            let Ok(server) = TcpStream::connect(target) else {
                return;
            };
            let copy = |stream: &TcpStream| stream.try_clone().expect("a second handle");
            let (from_server, to_client) = (copy(&server), copy(&client));
            shared.streams().extend([copy(&client), copy(&server)]);
            let other = shared.clone();
            std::thread::spawn(move || other.pass(from_server, to_client));
            shared.pass(client, server);
        });
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16_384];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if self.wait() == Way::Cut || to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

impl Relay {
    /// A relay to `target`.
    pub(crate) fn start(target: &str) -> Self {
        let target: SocketAddr = target.parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let shared = Arc::new(Shared {
            way: Mutex::new(Way::Open),
            changed: Condvar::new(),
            streams: Mutex::default(),
        });
        let relay = Relay {
            addr: listener.local_addr().expect("it is bound"),
            shared: shared.clone(),
        };
        std::thread::spawn(move || {
            // A connection that is taken and dropped is one that breaks at once.
            for client in listener.incoming().map_while(Result::ok) {
                if *shared.way() != Way::Cut {
                    shared.take(client, target);
                }
            }
        });
        relay
    }

    /// Goes another way from now on.
    pub(crate) fn go(&self, way: Way) {
        *self.shared.way() = way;
        self.shared.changed.notify_all();
        if way == Way::Cut {
            for stream in self.shared.streams().drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.go(Way::Cut);
    }
}
