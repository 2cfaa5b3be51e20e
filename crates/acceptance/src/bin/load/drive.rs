//! Runs connections in a closed or an open loop and keeps what they saw.

use crate::connection::{Answer, Connection};
use crate::ticks::Ticks;
use crate::work::{AnyWork, Step};
use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::{JoinSet, LocalSet};

/// Pieces of work of one connection in one phase, at most.
const MOST: u64 = 50_000_000;
/// How long the last replies of a phase may take.
const GRACE: Duration = Duration::from_secs(30);
/// The longest latency told apart, in microseconds.
const LONGEST: u64 = 60_000_000;
/// Characters shown of a wrong answer.
const SHOWN: usize = 300;

/// What one connection does.
pub(crate) struct Lane {
    pub(crate) work: AnyWork,
    /// Added to the work's own part.
    pub(crate) part: usize,
    /// Whether its requests leave at the phase's fixed times, and not when the reply before is there.
    pub(crate) open: bool,
}

impl Lane {
    /// Work in a closed loop.
    pub(crate) fn closed(work: AnyWork) -> Self {
        Lane {
            work,
            part: 0,
            open: false,
        }
    }
}

/// How a phase goes.
#[derive(Clone, Copy)]
pub(crate) struct Phase {
    pub(crate) length: Duration,
    /// Requests a second of the open lanes together.
    pub(crate) rate: u32,
    /// Parts that are counted apart.
    pub(crate) parts: usize,
    /// Pieces of work of one connection, at most.
    pub(crate) most: u64,
}

impl Phase {
    /// A phase of one part in a closed loop.
    pub(crate) fn of(length: Duration) -> Self {
        Phase {
            length,
            rate: 0,
            parts: 1,
            most: MOST,
        }
    }
}

/// What a phase saw.
pub(crate) struct Stats {
    pub(crate) parts: Vec<Tally>,
    /// The first answer that was not as it must be.
    pub(crate) wrong: Option<String>,
}

impl Stats {
    fn new(parts: usize) -> anyhow::Result<Self> {
        let parts = (0..parts).map(|_| Tally::new());
        Ok(Stats {
            parts: parts.collect::<anyhow::Result<_>>()?,
            wrong: None,
        })
    }
}

/// What was seen of one kind of work.
#[derive(Clone)]
pub(crate) struct Tally {
    /// Pieces of work, good or bad.
    pub(crate) done: u64,
    /// Those with an answer that was not what it must be.
    pub(crate) failed: u64,
    /// From the beginning to the last reply.
    pub(crate) elapsed: Duration,
    /// Latencies in microseconds.
    pub(crate) latency: Histogram<u64>,
}

impl Tally {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Tally {
            done: 0,
            failed: 0,
            elapsed: Duration::ZERO,
            latency: Histogram::new_with_bounds(1, LONGEST, 3)?,
        })
    }

    /// Counts a piece of work that took so many microseconds and was answered so long after the beginning.
    pub(crate) fn count(&mut self, micros: u64, elapsed: Duration) {
        self.done += 1;
        self.latency.saturating_record(micros);
        self.elapsed = elapsed;
    }

    /// Takes in what was done at the same time.
    pub(crate) fn add_beside(&mut self, other: &Tally) -> anyhow::Result<()> {
        let elapsed = self.elapsed.max(other.elapsed);
        self.add_after(other)?;
        self.elapsed = elapsed;
        Ok(())
    }

    /// Takes in what was done at another time.
    pub(crate) fn add_after(&mut self, other: &Tally) -> anyhow::Result<()> {
        self.done += other.done;
        self.failed += other.failed;
        self.elapsed += other.elapsed;
        Ok(self.latency.add(&other.latency)?)
    }
}

/// Lets each lane run on a connection of its own; returns them, so that chains go on in the next phase.
pub(crate) fn drive(
    runtime: &Runtime,
    addr: SocketAddr,
    lanes: Vec<Lane>,
    phase: Phase,
) -> anyhow::Result<(Stats, Vec<Lane>)> {
    let local = LocalSet::new();
    local.block_on(runtime, async {
        let limit = phase.length + GRACE;
        let running = tokio::time::timeout(limit, drive_all(addr, lanes, phase));
        running.await.context("replies are missing")?
    })
}

async fn drive_all(
    addr: SocketAddr,
    lanes: Vec<Lane>,
    phase: Phase,
) -> anyhow::Result<(Stats, Vec<Lane>)> {
    let mut ready = Vec::new();
    for lane in lanes {
        ready.push((Connection::open(addr).await?, lane));
    }
    let stats = Rc::new(RefCell::new(Stats::new(phase.parts)?));
    let start = Instant::now();
    let ticks = Ticks::start(start, phase.rate, phase.length);
    let mut running = JoinSet::new();
    for (connection, lane) in ready {
        let ticks = lane.open.then(|| ticks.clone());
        let lane = Run {
            connection,
            lane,
            start,
            deadline: start + phase.length,
            ticks,
            stats: stats.clone(),
        };
        running.spawn_local(lane.run(phase.most));
    }
    let mut lanes = Vec::new();
    while let Some(lane) = running.join_next().await {
        lanes.push(lane??);
    }
    let stats = Rc::into_inner(stats).context("a connection still runs")?;
    Ok((stats.into_inner(), lanes))
}

/// A lane on its connection.
struct Run {
    connection: Connection,
    lane: Lane,
    start: Instant,
    deadline: Instant,
    ticks: Option<Ticks>,
    stats: Rc<RefCell<Stats>>,
}

impl Run {
    /// Works until the phase is over or an answer is wrong, which fails the whole run anyway.
    async fn run(mut self, most: u64) -> anyhow::Result<Lane> {
        for _ in 0..most {
            let Some(begin) = self.begin().await else {
                break;
            };
            let part = self.lane.part + self.lane.work.part();
            let step = self.piece().await?;
            let micros = u64::try_from(begin.elapsed().as_micros())?;
            let mut stats = self.stats.borrow_mut();
            let tally = &mut stats.parts[part];
            tally.count(micros, self.start.elapsed());
            if step == Step::Wrong {
                tally.failed += 1;
                break;
            }
        }
        Ok(self.lane)
    }

    /// Waits for the next piece's time and returns it: the planned one in an open loop, so that a wait behind
    /// slow answers counts as theirs. `None` when the phase is over.
    async fn begin(&mut self) -> Option<Instant> {
        if let Some(ticks) = &self.ticks {
            return ticks.next().await;
        }
        if let Some(due) = self.lane.work.due()
            && due > Instant::now()
        {
            tokio::time::sleep_until(due.min(self.deadline).into()).await;
        }
        let now = Instant::now();
        (now < self.deadline).then_some(now)
    }

    /// All requests of one piece of work.
    async fn piece(&mut self) -> anyhow::Result<Step> {
        loop {
            let answer = self.connection.call(self.lane.work.request()).await?;
            match self.lane.work.answered(&answer) {
                Step::More => {}
                Step::Done => return Ok(Step::Done),
                Step::Wrong => {
                    let mut stats = self.stats.borrow_mut();
                    stats.wrong.get_or_insert_with(|| shown(&answer));
                    return Ok(Step::Wrong);
                }
            }
        }
    }
}

/// A wrong answer for people.
fn shown(answer: &Answer<'_>) -> String {
    let body = String::from_utf8_lossy(answer.body);
    let body: String = body.chars().take(SHOWN).collect();
    format!("{} {body}", answer.status)
}

/// Sends `request` `count` times over a few connections and returns the member `name` of each answer.
pub(crate) fn mint(
    runtime: &Runtime,
    addr: SocketAddr,
    request: &[u8],
    count: usize,
    name: &'static str,
) -> anyhow::Result<Vec<String>> {
    const CONNECTIONS: usize = 50;
    let request: Rc<[u8]> = request.into();
    let local = LocalSet::new();
    local.block_on(runtime, async {
        let mut minting = JoinSet::new();
        for number in 0..CONNECTIONS {
            let some = count / CONNECTIONS + usize::from(number < count % CONNECTIONS);
            minting.spawn_local(mint_some(addr, request.clone(), some, name));
        }
        let mut minted = Vec::new();
        while let Some(some) = minting.join_next().await {
            minted.extend(some??);
        }
        Ok(minted)
    })
}

async fn mint_some(
    addr: SocketAddr,
    request: Rc<[u8]>,
    count: usize,
    name: &str,
) -> anyhow::Result<Vec<String>> {
    let mut connection = Connection::open(addr).await?;
    let mut minted = Vec::new();
    for _ in 0..count {
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 200, "no {name}: {}", shown(&answer));
        let member = crate::work::text_member(answer.body, name);
        let member = member.with_context(|| format!("no {name}: {}", shown(&answer)))?;
        minted.push(member.to_owned());
    }
    Ok(minted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_only_one_after_the_other() {
        let second = Duration::from_secs(1);
        let mut one = Tally::new().unwrap();
        one.count(5, second);
        let (mut beside, mut after) = (one.clone(), one.clone());
        beside.add_beside(&one).unwrap();
        after.add_after(&one).unwrap();
        assert_eq!((beside.done, beside.elapsed), (2, second));
        assert_eq!((after.done, after.elapsed), (2, second * 2));
        assert_eq!(after.latency.len(), 2);
    }
}
