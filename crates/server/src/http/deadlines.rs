//! How long a connection may take: to send a head, to take its answers, to say nothing.
//!
//! What happens is counted where it happens; a watch looks at the counts every few seconds. So a request costs a few
//! additions, and no timer is set for it.
use super::sending::Unsent;
use crate::ops::limits::Held;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Time to send a request's head, or to finish a TLS handshake.
pub(crate) const HEAD: Duration = Duration::from_secs(10);
/// Time in which something of an answer must be taken.
const WRITE: Duration = Duration::from_secs(30);
/// The longest time between two looks.
const TICK: Duration = Duration::from_secs(5);
/// How long a connection may say nothing while hardly any other finds a place.
const IDLE_IN_A_CROWD: Duration = Duration::from_secs(5);
/// Time to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// What happened on a connection.
#[derive(Default)]
pub(crate) struct Traffic {
    read: AtomicU32,
    written: AtomicU32,
    /// The other side takes nothing at the moment.
    blocked: AtomicBool,
    asked: AtomicU32,
    answered: AtomicU32,
    read_when_answered: AtomicU32,
    /// How long it may say nothing, in milliseconds, as its last answer told.
    keep_alive: AtomicU64,
    /// HTTP/2 alone needs it: there a client can refuse one answer and take others.
    pub(crate) unsent: Arc<Unsent>,
}

enum Phase {
    /// A head is due.
    Head,
    /// Nothing is.
    Idle,
    /// A request is being answered.
    Busy,
}

/// Adds one to a count that only the connection's own task changes.
fn count(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

impl Traffic {
    /// Nothing happened yet. A connection may say nothing for so long.
    pub(crate) fn begin(keep_alive: Duration) -> Self {
        let traffic = Traffic::default();
        traffic.set_keep_alive(keep_alive);
        traffic
    }

    /// From now on it may say nothing for so long.
    pub(crate) fn set_keep_alive(&self, keep_alive: Duration) {
        let milliseconds = u64::try_from(keep_alive.as_millis()).unwrap_or(u64::MAX);
        self.keep_alive.store(milliseconds, Relaxed);
    }

    fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.keep_alive.load(Relaxed))
    }

    /// Bytes came.
    pub(crate) fn was_read(&self) {
        count(&self.read);
    }

    /// Bytes were taken.
    pub(crate) fn was_written(&self) {
        count(&self.written);
        self.blocked.store(false, Relaxed);
    }

    /// The other side takes nothing, or all that there is was taken.
    pub(crate) fn set_blocked(&self, blocked: bool) {
        self.blocked.store(blocked, Relaxed);
    }

    /// A request's head is there.
    pub(crate) fn asked(self: &Arc<Self>) -> Asked {
        self.asked.fetch_add(1, Relaxed);
        Asked(self.clone())
    }

    fn phase(&self, http2: bool) -> Phase {
        let asked = self.asked.load(Relaxed);
        let begun = || self.read.load(Relaxed) != self.read_when_answered.load(Relaxed);
        if asked != self.answered.load(Relaxed) || self.blocked.load(Relaxed) {
            Phase::Busy
        } else if asked == 0 || (!http2 && begun()) {
            Phase::Head
        } else {
            Phase::Idle
        }
    }
}

/// A request that is being answered; dropped when its answer is ready to be sent, or when the client took it back.
pub(crate) struct Asked(Arc<Traffic>);

impl Drop for Asked {
    fn drop(&mut self) {
        let read = self.0.read.load(Relaxed);
        self.0.read_when_answered.store(read, Relaxed);
        self.0.answered.fetch_add(1, Relaxed);
    }
}

/// How a connection ends that took too long.
pub(crate) enum End {
    /// It is told, and has a moment to finish.
    Told,
    /// At once.
    Now,
}

/// Watches over one connection.
pub(crate) struct Watch {
    traffic: Arc<Traffic>,
    http2: bool,
    /// Its place among all the others.
    held: Held,
    tick: Duration,
    timer: Pin<Box<Sleep>>,
    /// The timer has been polled since it was set, so it wakes the task.
    set: bool,
    /// The timer is that of a head.
    head: bool,
    told: bool,
    asked: u32,
    written: u32,
    quiet: Duration,
    stuck: Duration,
    /// Since it was looked at what is unsent.
    looked: Duration,
}

impl Watch {
    /// Begins with the wait for the first head.
    pub(crate) fn start(traffic: Arc<Traffic>, http2: bool, held: Held) -> Self {
        Watch {
            tick: tick(&traffic),
            traffic,
            http2,
            held,
            timer: Box::pin(tokio::time::sleep(HEAD)),
            set: false,
            head: true,
            told: false,
            asked: 0,
            written: 0,
            quiet: Duration::ZERO,
            stuck: Duration::ZERO,
            looked: Duration::ZERO,
        }
    }

    /// To be polled whenever something happened.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let phase = self.traffic.phase(self.http2);
        let head = matches!(phase, Phase::Head);
        if head != self.head && !self.told {
            self.head = head;
            self.set_timer(if head { HEAD } else { self.tick });
        }
        if self.set && !self.timer.is_elapsed() {
            return Poll::Pending;
        }
        self.set = true;
        while self.timer.as_mut().poll(cx).is_ready() {
            if self.head || self.told {
                return Poll::Ready(End::Now);
            }
            let end = self.look(&phase);
            self.tick = tick(&self.traffic);
            self.set_timer(self.tick);
            if let Some(end) = end {
                self.told = true;
                self.set_timer(GOODBYE);
                return Poll::Ready(end);
            }
            self.set = true;
        }
        Poll::Pending
    }

    fn set_timer(&mut self, wait: Duration) {
        self.timer.as_mut().reset(Instant::now() + wait);
        self.set = false;
    }

    fn look(&mut self, phase: &Phase) -> Option<End> {
        let traffic = &self.traffic;
        let asked = traffic.asked.load(Relaxed);
        let is_quiet =
            matches!(phase, Phase::Idle) && asked == self.asked && !traffic.unsent.is_any();
        self.quiet = longer(self.quiet, is_quiet, self.tick);
        self.asked = asked;
        let written = traffic.written.load(Relaxed);
        let is_stuck = traffic.blocked.load(Relaxed) && written == self.written;
        self.stuck = longer(self.stuck, is_stuck, self.tick);
        self.written = written;
        self.looked += self.tick;
        let due = self.looked >= TICK;
        if due {
            self.looked = Duration::ZERO;
        }
        if (due && traffic.unsent.look()) || self.stuck >= WRITE {
            return Some(End::Now);
        }
        let keep_alive = traffic.keep_alive();
        let idle = match self.held.is_in_a_crowd() {
            true => keep_alive.min(IDLE_IN_A_CROWD),
            false => keep_alive,
        };
        // Whoever has too many of them keeps none by asking again and again.
        let gives_back = matches!(phase, Phase::Idle) && self.held.is_too_many();
        (self.quiet >= idle || gives_back).then_some(End::Told)
    }
}

/// How often it is looked.
fn tick(traffic: &Traffic) -> Duration {
    (traffic.keep_alive() / 5).min(TICK)
}

fn longer(since: Duration, still: bool, tick: Duration) -> Duration {
    match still {
        true => since + tick,
        false => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::limits::Connections;

    /// A watch that starts after one request was answered.
    fn after_one(http2: bool) -> (Arc<Traffic>, Watch) {
        after_one_from(&Arc::default(), http2)
    }

    fn after_one_from(all: &Arc<Connections>, http2: bool) -> (Arc<Traffic>, Watch) {
        let traffic = Arc::new(Traffic::begin(Duration::from_secs(75)));
        let held = all.begin([192, 0, 2, 100].into(), Some(16), 16).unwrap();
        let mut watch = Watch::start(traffic.clone(), http2, held);
        traffic.was_read();
        drop(traffic.asked());
        assert!(watch.look(&traffic.phase(http2)).is_none());
        (traffic, watch)
    }

    /// Looks until the connection ends.
    fn looks(watch: &mut Watch, traffic: &Traffic) -> usize {
        let look = |_: &usize| watch.look(&traffic.phase(watch.http2)).is_some();
        (1..100).find(look).unwrap_or(100)
    }

    #[tokio::test]
    async fn silence_has_a_time_of_its_own() {
        let (traffic, mut watch) = after_one(false);
        assert_eq!(looks(&mut watch, &traffic), 15);
        let (traffic, mut watch) = after_one(true);
        // Pings are no requests.
        traffic.was_read();
        traffic.was_written();
        assert_eq!(looks(&mut watch, &traffic), 15);
    }

    #[tokio::test]
    async fn in_a_crowd_nobody_keeps_a_place_for_long() {
        let connections = Arc::new(Connections::default());
        let (traffic, mut watch) = after_one_from(&connections, false);
        let held: Vec<_> = (0..15)
            .map(|n| connections.begin([192, 0, 2, n].into(), None, 16))
            .collect();
        assert_eq!(looks(&mut watch, &traffic), 1);
        drop(held);
        let (traffic, mut watch) = after_one_from(&connections, false);
        assert_eq!(looks(&mut watch, &traffic), 15);
    }

    #[tokio::test]
    async fn in_a_crowd_an_address_with_too_many_keeps_none_by_asking() {
        let connections = Arc::new(Connections::default());
        let (asking, mut one) = after_one_from(&connections, false);
        let ask = |watch: &mut Watch, traffic: &Arc<Traffic>| {
            drop(traffic.asked());
            watch.look(&Phase::Idle).is_some()
        };
        let of_others = |n| connections.begin([192, 0, 2, n].into(), None, 16);
        let mut held: Vec<_> = (0..14).map(of_others).collect();
        assert!(!(0..20).any(|_| ask(&mut one, &asking)), "it has one");
        // With another of its own, it has more than the one place that is left for it.
        held.truncate(4);
        let (_, two) = after_one_from(&connections, false);
        held.extend((4..14).map(of_others));
        assert!(one.look(&Phase::Busy).is_none(), "it is being answered");
        assert!(ask(&mut one, &asking));
        drop(two);
        assert!(!ask(&mut one, &asking));
    }

    #[tokio::test]
    async fn another_time_for_silence_is_in_force_from_the_answer_on_that_tells_it() {
        let (traffic, mut watch) = after_one(false);
        traffic.set_keep_alive(Duration::from_secs(150));
        assert_eq!(looks(&mut watch, &traffic), 30);
        let (traffic, mut watch) = after_one(false);
        traffic.set_keep_alive(Duration::from_secs(10));
        assert_eq!(looks(&mut watch, &traffic), 2);
    }

    #[tokio::test]
    async fn a_begun_head_is_not_silence() {
        let (traffic, _) = after_one(false);
        assert!(matches!(traffic.phase(false), Phase::Idle));
        traffic.was_read();
        assert!(matches!(traffic.phase(false), Phase::Head));
        let asked = traffic.asked();
        assert!(matches!(traffic.phase(false), Phase::Busy));
        drop(asked);
        assert!(matches!(traffic.phase(false), Phase::Idle));
    }

    #[tokio::test]
    async fn an_answer_that_nobody_takes_ends_the_connection() {
        let (traffic, mut watch) = after_one(false);
        traffic.set_blocked(true);
        assert_eq!(looks(&mut watch, &traffic), 6);
        let (traffic, mut watch) = after_one(false);
        traffic.set_blocked(true);
        for _ in 0..20 {
            assert!(watch.look(&Phase::Busy).is_none(), "it makes progress");
            traffic.was_written();
            traffic.set_blocked(true);
        }
    }

    #[tokio::test]
    async fn one_refused_answer_among_others_ends_the_connection() {
        let (traffic, mut watch) = after_one(true);
        let refused = traffic.unsent.begun();
        for look in 1..20 {
            let taken = traffic.unsent.begun();
            drop(traffic.asked());
            let ended = watch.look(&Phase::Busy).is_some();
            drop(taken);
            assert_eq!(ended, look >= 7, "{look}");
            if ended {
                break;
            }
        }
        drop(refused);
        assert!(!traffic.unsent.is_any() && !traffic.unsent.look());
    }

    #[tokio::test]
    async fn an_answer_that_is_taken_slowly_is_no_silence() {
        let (traffic, mut watch) = after_one(true);
        let slow = traffic.unsent.begun();
        for look in 1..60 {
            assert!(watch.look(&Phase::Idle).is_none(), "{look}");
            slow.was_sent();
        }
        assert_eq!(looks(&mut watch, &traffic), 7, "nothing more is taken");
        drop(slow);
        let (traffic, mut watch) = after_one(true);
        drop(traffic.unsent.begun());
        assert_eq!(looks(&mut watch, &traffic), 15, "all of it is taken");
    }
}
