//! What connections are accepted from: addresses, Unix sockets, and sockets that another process opened.
use anyhow::{Context as _, bail};
use config::Listen;
use listenfd::ListenFd;
use std::fs;
use std::io::{self, ErrorKind, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

/// Connections that wait to be accepted: those that come while one process hands over to the next.
const BACKLOG: u32 = 4_096;

/// See the module.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A connection that was accepted.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    /// Listens at an address or a Unix socket. `beside`: everything that is listened at; `setting`: how another place is
    /// chosen.
    ///
    /// # Errors
    /// Says what is taken and how to choose another.
    pub(crate) fn bind(at: &Listen, beside: &[Listen], setting: &str) -> anyhow::Result<Self> {
        match at {
            Listen::Tcp(address) => tcp(*address, beside, setting).map(Listener::Tcp),
            Listen::Unix { path, mode } => unix(path, *mode).map(Listener::Unix),
            Listen::Systemd(_) => bail!("{setting} {at}: systemd has handed over no such socket"),
        }
    }

    /// One that another process opened.
    ///
    /// # Errors
    /// When it is no socket that listens.
    pub(crate) fn of(socket: OwnedFd) -> io::Result<Self> {
        match rustix::net::getsockname(&socket)?.address_family() {
            rustix::net::AddressFamily::UNIX => {
                let listener = std::os::unix::net::UnixListener::from(socket);
                listener.set_nonblocking(true)?;
                Ok(Listener::Unix(UnixListener::from_std(listener)?))
            }
            _ => {
                let listener = std::net::TcpListener::from(socket);
                listener.set_nonblocking(true)?;
                Ok(Listener::Tcp(TcpListener::from_std(listener)?))
            }
        }
    }

    /// What it is called where the configuration has `at`: the port that the system chose is known only now.
    pub(crate) fn place(&self, at: &Listen) -> String {
        match (self, at) {
            (Listener::Tcp(listener), Listen::Tcp(_)) => match listener.local_addr() {
                Ok(address) => address.to_string(),
                Err(_) => at.to_string(),
            },
            _ => at.to_string(),
        }
    }

    /// The next connection, and where it comes from. Whoever uses a Unix socket is on this machine: a proxy, as a rule.
    pub(crate) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Stream, IpAddr)>> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, peer) = ready!(listener.poll_accept(cx))?;
                Poll::Ready(Ok((Stream::Tcp(stream), peer.ip())))
            }
            Listener::Unix(listener) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                Poll::Ready(Ok((Stream::Unix(stream), Ipv4Addr::LOCALHOST.into())))
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Listener::Tcp(listener) => listener.as_fd(),
            Listener::Unix(listener) => listener.as_fd(),
        }
    }
}

/// Listens at an address.
///
/// # Errors
/// Says which port is taken and how to choose another.
pub(crate) fn tcp(
    address: SocketAddr,
    beside: &[Listen],
    setting: &str,
) -> anyhow::Result<TcpListener> {
    // One that takes both families would leave no place for the other.
    let has_other = |other: &Listen| {
        let other = other.address();
        other.is_some_and(|other| other.is_ipv4() && other.port() == address.port())
    };
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if address.is_ipv6() && beside.iter().any(has_other) {
            rustix::net::sockopt::set_ipv6_v6only(&socket, true)?;
        }
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    match listen() {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {} on {} is taken: stop what listens there, or choose another with {setting} {}PORT",
            address.port(),
            address.ip(),
            SocketAddr::new(address.ip(), 0)
                .to_string()
                .trim_end_matches('0'),
        ),
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Takes the place of a socket that nobody listens at any more, and of nothing else. It has its name only once it has its
/// mode.
fn unix(path: &Path, mode: u32) -> anyhow::Result<UnixListener> {
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            bail!(
                "{} is no socket: choose another place with listen",
                path.display()
            );
        }
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            bail!(
                "{} is taken: stop what listens there, or choose another place with listen",
                path.display()
            );
        }
    }
    let listen = || {
        let mut new = path.as_os_str().to_owned();
        new.push("~");
        let new = Path::new(&new);
        let _ = fs::remove_file(new);
        let socket = tokio::net::UnixSocket::new_stream()?;
        socket.bind(new)?;
        fs::set_permissions(new, fs::Permissions::from_mode(mode))?;
        let listener = socket.listen(BACKLOG)?;
        fs::rename(new, path)?;
        Ok::<_, io::Error>(listener)
    };
    listen().with_context(|| format!("cannot listen on {}", path.display()))
}

/// Sockets that systemd opened, by their names.
pub(crate) struct Handed(Vec<(String, OwnedFd)>);

impl Handed {
    /// Takes those of this process (`LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`).
    ///
    /// # Errors
    /// When one is no socket that listens.
    pub(crate) fn take() -> anyhow::Result<Self> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':').map(str::to_owned);
        let mut sockets = ListenFd::from_env();
        let mut handed = Vec::new();
        for at in 0..sockets.len() {
            let name = names.next().unwrap_or_default();
            let tcp = sockets.take_tcp_listener(at);
            let socket = match tcp {
                Ok(Some(listener)) => OwnedFd::from(listener),
                _ => sockets
                    .take_unix_listener(at)?
                    .context("a socket that systemd hands over is gone")?
                    .into(),
            };
            handed.push((name, socket));
        }
        Ok(Handed(handed))
    }

    /// Those of a place: by name, or all that `others` do not name.
    pub(crate) fn of(&mut self, name: Option<&str>, others: &[&str]) -> Vec<OwnedFd> {
        let is_meant = |own: &str| match name {
            Some(name) => own == name,
            None => !others.contains(&own),
        };
        let (meant, rest) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(own, _)| is_meant(own));
        self.0 = rest;
        let meant: Vec<(String, OwnedFd)> = meant;
        meant.into_iter().map(|(_, socket)| socket).collect()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Stream::Unix(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
