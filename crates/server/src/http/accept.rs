//! The accept loop, with a limit on connections, and the signals that stop it.
use super::connection::{Connection, REQUEST_TIMEOUT, Shared};
use super::listener::{Listener, Stream};
use crate::ops::limits::{Class, Held};
use crate::state::App;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};

/// Time to finish requests under way when stopping: as long as one may take, so that none is broken off for it.
pub(crate) const DRAIN: Duration = REQUEST_TIMEOUT;

/// The signals that a server may be sent. They are caught for as long as the process lives, so that none ends a
/// server that is still starting, or stopping, without finishing what it began.
pub(crate) struct Signals {
    stop: [Signal; 3],
    hangup: Signal,
    other: [Signal; 2],
}

impl Signals {
    /// Catches them.
    ///
    /// # Errors
    /// When the system lets no signal be caught.
    pub(crate) fn catch() -> anyhow::Result<Self> {
        Ok(Signals {
            stop: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
                signal(SignalKind::quit())?,
            ],
            hangup: signal(SignalKind::hangup())?,
            other: [
                signal(SignalKind::user_defined1())?,
                signal(SignalKind::user_defined2())?,
            ],
        })
    }

    /// What resolves at SIGTERM, Ctrl-C or SIGQUIT, and SIGHUP. The log tells of the others, which change nothing.
    pub(crate) fn apart(self) -> (impl Future<Output = ()>, Signal) {
        (stop(self.stop, self.other), self.hangup)
    }
}

async fn stop(stop: [Signal; 3], other: [Signal; 2]) {
    let [mut terminate, mut interrupt, mut quit] = stop;
    let [mut first, mut second] = other;
    loop {
        let name = tokio::select! {
            _ = terminate.recv() => return,
            _ = interrupt.recv() => return,
            _ = quit.recv() => return,
            _ = first.recv() => "SIGUSR1",
            _ = second.recv() => "SIGUSR2",
        };
        tracing::warn!(
            signal = name,
            "{name} changes nothing: SIGHUP has the configuration read again, SIGTERM stops the server"
        );
    }
}

/// Counts a connection; `None` if its address has as many as it may have, and then it ends. What a proxy brings is not its own.
fn held(app: &App, peer: IpAddr) -> Option<Held> {
    let (config, limits) = (&app.config, &app.limits);
    let address = peer.to_canonical();
    let is_proxy = config
        .trusted_proxies
        .iter()
        .any(|net| net.contains(&address));
    let per_address = config.limits.connections_per_address;
    let per_address = per_address.filter(|_| !is_proxy && !config.limits.exempts(address));
    let held = limits
        .connections
        .begin(address, per_address, config.limits.connections);
    if held.is_none() {
        limits.refused(Class::Connections);
    }
    held
}

/// Accepts connections until `stop` resolves, then lets requests under way finish.
///
/// # Errors
/// Never in practice: places are only closed with the process.
pub(crate) async fn serve(
    mut shared: watch::Receiver<Arc<Shared>>,
    listeners: Arc<Vec<Listener>>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let mut most = shared.borrow().app.config.limits.connections;
    let (stopping, told) = watch::channel(false);
    let places = Arc::new(Semaphore::new(most as usize));
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place?,
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = next(&listeners) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: wait for connections to end.
                    tracing::warn!(%error, "cannot accept: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // The connection has this one as its first, and sees by itself when there is another.
        let (app, tls) = {
            let latest = shared.borrow_and_update();
            (latest.app.clone(), latest.tls.clone())
        };
        let wanted = app.config.limits.connections;
        places.add_permits(wanted.saturating_sub(most) as usize);
        let too_many = most.saturating_sub(wanted) as usize;
        // Those that are taken stay.
        most = most.max(wanted) - places.forget_permits(too_many) as u32;
        let Some(held) = held(&app, peer) else {
            continue;
        };
        let connection = Connection {
            shared: shared.clone(),
            peer,
            stopping: told.clone(),
            held,
        };
        tokio::spawn(async move {
            connection.serve(stream, tls).await;
            drop(place);
        });
    }
    drop(listeners);
    let _ = stopping.send(true);
    let ended = places.acquire_many(most);
    let _ = tokio::time::timeout(DRAIN, ended).await;
    Ok(())
}

/// The next connection, of whichever listener; a busy one does not keep the others waiting.
pub(crate) async fn next(listeners: &[Listener]) -> io::Result<(Stream, IpAddr)> {
    static FIRST: AtomicUsize = AtomicUsize::new(0);
    let first = FIRST.fetch_add(1, Relaxed) % listeners.len().max(1);
    let (before, from) = listeners.split_at(first);
    poll_fn(|cx| {
        let mut turns = from.iter().chain(before);
        let accepted = turns.find_map(|listener| match listener.poll_accept(cx) {
            Poll::Ready(accepted) => Some(accepted),
            Poll::Pending => None,
        });
        accepted.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}
