//! Runs connections in a closed loop and keeps what they saw.

use crate::connection::Connection;
use crate::work::{Work, text_member};
use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::{JoinSet, LocalSet};

/// Requests of one connection in one phase, at most.
const MOST: u64 = 50_000_000;
/// How long the last replies of a phase may take.
const GRACE: Duration = Duration::from_secs(30);
/// The longest latency told apart, in microseconds.
const LONGEST: u64 = 60_000_000;

/// What a phase saw.
pub(crate) struct Stats {
    /// Replies, good or bad.
    pub(crate) requests: u64,
    /// Replies whose status was not 2xx or whose body was not what it must be.
    pub(crate) failed: u64,
    /// From the first request to the last reply.
    pub(crate) elapsed: Duration,
    /// Latencies in microseconds.
    pub(crate) latency: Histogram<u64>,
}

/// Lets each piece of work run on a connection of its own for `length`; returns the work, so that
/// chains go on in the next phase.
pub(crate) fn drive(
    runtime: &Runtime,
    addr: SocketAddr,
    works: Vec<Work>,
    length: Duration,
) -> anyhow::Result<(Stats, Vec<Work>)> {
    let local = LocalSet::new();
    local.block_on(runtime, async {
        let limit = length + GRACE;
        let phase = tokio::time::timeout(limit, drive_all(addr, works, length));
        phase.await.context("replies are missing")?
    })
}

async fn drive_all(
    addr: SocketAddr,
    works: Vec<Work>,
    length: Duration,
) -> anyhow::Result<(Stats, Vec<Work>)> {
    let mut ready = Vec::new();
    for work in works {
        ready.push((Connection::open(addr).await?, work));
    }
    let stats = Rc::new(RefCell::new(Stats {
        requests: 0,
        failed: 0,
        elapsed: Duration::ZERO,
        latency: Histogram::new_with_bounds(1, LONGEST, 3)?,
    }));
    let start = Instant::now();
    let mut running = JoinSet::new();
    for (connection, work) in ready {
        running.spawn_local(drive_one(connection, work, start + length, stats.clone()));
    }
    let mut works = Vec::new();
    while let Some(work) = running.join_next().await {
        works.push(work??);
    }
    stats.borrow_mut().elapsed = start.elapsed();
    let stats = Rc::into_inner(stats).context("a connection still runs")?;
    Ok((stats.into_inner(), works))
}

async fn drive_one(
    mut connection: Connection,
    mut work: Work,
    deadline: Instant,
    stats: Rc<RefCell<Stats>>,
) -> anyhow::Result<Work> {
    for _ in 0..MOST {
        let sent = Instant::now();
        if sent >= deadline {
            break;
        }
        let answer = connection.call(work.request()).await?;
        let micros = u64::try_from(sent.elapsed().as_micros())?;
        let good = (200..300).contains(&answer.status) && work.answered(answer.body);
        let mut stats = stats.borrow_mut();
        stats.requests += 1;
        stats.latency.saturating_record(micros);
        if !good {
            stats.failed += 1;
            if matches!(work, Work::Chain(_)) {
                break;
            }
        }
    }
    Ok(work)
}

/// Sends `request` `count` times over a few connections and returns the access tokens.
pub(crate) fn mint(
    runtime: &Runtime,
    addr: SocketAddr,
    request: &[u8],
    count: usize,
) -> anyhow::Result<Vec<String>> {
    const CONNECTIONS: usize = 20;
    let request: Rc<[u8]> = request.into();
    let local = LocalSet::new();
    local.block_on(runtime, async {
        let mut minting = JoinSet::new();
        for _ in 0..CONNECTIONS {
            minting.spawn_local(mint_some(addr, request.clone(), count / CONNECTIONS));
        }
        let mut tokens = Vec::new();
        while let Some(some) = minting.join_next().await {
            tokens.extend(some??);
        }
        Ok(tokens)
    })
}

async fn mint_some(
    addr: SocketAddr,
    request: Rc<[u8]>,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let mut connection = Connection::open(addr).await?;
    let mut tokens = Vec::new();
    for _ in 0..count {
        let answer = connection.call(&request).await?;
        let body = String::from_utf8_lossy(answer.body);
        ensure!(answer.status == 200, "no token: {} {body}", answer.status);
        let token = text_member(answer.body, "access_token");
        tokens.push(
            token
                .with_context(|| format!("no access_token: {body}"))?
                .to_owned(),
        );
    }
    Ok(tokens)
}
