//! A server whose metrics are asked for every second, against the same one that has none; and against that one once more,
//! which says how far apart two equal ones are.

use crate::round::Round;
use crate::sample::Sample;
use crate::seed::{Seeded, seed};
use crate::server::{AGAIN, Server, VALETKEY};
use crate::{Args, issue, look};
use acceptance::{Api, Request, free_port};
use anyhow::ensure;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tokio::runtime::Runtime;

/// How often metrics are asked for; Prometheus itself asks four times a minute.
const EVERY: Duration = Duration::from_secs(1);

/// Loads the three in turn, in each round another one first.
pub(crate) fn measure(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let metrics = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut stores = Vec::new();
    for server in [
        Server::valetkey_called(args, VALETKEY)?,
        Server::scraped(args, metrics)?,
        Server::valetkey_called(args, AGAIN)?,
    ] {
        stores.push(Store::of(server, args, runtime)?);
    }
    let count = AtomicU64::new(0);
    let answered = &count;
    let (stop, stopped) = channel::<()>();
    let samples = std::thread::scope(|scope| {
        scope.spawn(move || scrape(metrics, &stopped, answered));
        let samples = rounds(args, runtime, &mut stores);
        drop(stop);
        samples
    })?;
    let answered = count.into_inner();
    eprintln!("load: metrics were asked for {answered} times");
    ensure!(answered > 0, "nobody told metrics at {metrics}");
    Ok(samples)
}

fn rounds(args: &Args, runtime: &Runtime, stores: &mut [Store]) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for number in 1..=args.rounds {
        let mut round = Round::new(args, number, runtime);
        stores.rotate_left(1);
        for store in &*stores {
            let works = issue::works(&store.server, &store.seeded, args.width());
            round.load(issue::ISSUE, &store.server, works)?;
        }
        for store in &*stores {
            let (server, seeded) = (&store.server, &store.seeded);
            let works = look::introspections(server, seeded, &store.tokens, args.width());
            round.load(look::INTROSPECT, server, works)?;
        }
        samples.extend(round.samples);
    }
    Ok(samples)
}

/// Asks until the other end is dropped.
fn scrape(metrics: SocketAddr, stopped: &Receiver<()>, answered: &AtomicU64) {
    let api = Api::new(metrics, &metrics.to_string());
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let reply = api.try_send(&Request::get("/metrics"));
        if reply.is_ok_and(|reply| reply.status == 200) {
            answered.fetch_add(1, Relaxed);
        }
    }
}

struct Store {
    server: Server,
    seeded: Seeded,
    tokens: Vec<String>,
}

impl Store {
    fn of(mut server: Server, args: &Args, runtime: &Runtime) -> anyhow::Result<Self> {
        server.start()?;
        let seeded = seed(&server, args)?;
        let round = Round::new(args, 1, runtime);
        let tokens = look::tokens(&round, &server, &seeded, look::TOKENS)?;
        Ok(Store {
            server,
            seeded,
            tokens,
        })
    }
}
