//! What apps' requests were told, for the log that their developers read. It is noted in memory where the requests pass,
//! and written once a minute: up to a minute of it may be lost, and no request waits for it.
use config::Config;
use protocol::request_log::{
    Endpoint, GRANTED_KEPT, LoggedRequest, REFUSED_PER_HOUR, RequestBatch, RequestCount,
    UNPROVED_PER_HOUR, hour_of,
};
use protocol::types::{ClientRowId, UnixTime};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Apps are spread over so many locks; a power of two.
const SHARDS: usize = 16;
/// The most apps behind one lock between two writings.
const MOST_APPS: usize = 100_000 / SHARDS;
/// The most requests that are held in memory, of all apps: some 5 MB. What comes beyond is counted and no more.
const MOST_HELD: usize = 50_000;

/// See the module. A lock is held for the time of a look into a table and a few numbers.
pub(crate) struct RequestLog {
    /// None where no log is kept.
    shards: Vec<Mutex<Shard>>,
    held: AtomicUsize,
    /// The most refused requests that are kept of an app in the database.
    most: u32,
}

/// By numbers that we give, so nobody can choose them to collide.
type Shard = FxHashMap<ClientRowId, Noted>;

/// What was noted of an app.
#[derive(Default)]
struct Noted {
    hour: i64,
    /// Of that hour, by the places of [`Endpoint::ALL`]: granted, refused.
    counts: [(u32, u32); Endpoint::ALL.len()],
    /// Of hours that are over.
    earlier: Vec<RequestCount>,
    /// The last ones that went well. When it is full, `oldest` is the place of the next.
    granted: Vec<LoggedRequest>,
    oldest: usize,
    refused: Vec<LoggedRequest>,
    /// Of that hour: refused requests that were noted, and those of them that nobody knows to come from the app.
    kept: u32,
    unproved: u32,
}

impl RequestLog {
    /// The log that a configuration asks for.
    pub(crate) fn of(config: &Config) -> Self {
        let shards = match config.request_log.enabled {
            true => (0..SHARDS).map(|_| Mutex::default()).collect(),
            false => Vec::new(),
        };
        RequestLog {
            shards,
            held: AtomicUsize::new(0),
            most: config.request_log.entries_per_app,
        }
    }

    /// Whether one is kept.
    pub(crate) fn is_kept(&self) -> bool {
        !self.shards.is_empty()
    }

    /// Notes a request of an app; `proved`: it is known to come from there.
    pub(crate) fn note(&self, client: ClientRowId, proved: bool, request: LoggedRequest) {
        let Some(shard) = self.shards.get(client.0 as usize & (SHARDS - 1)) else {
            return;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = shard.len() >= MOST_APPS;
        let noted = match shard.get_mut(&client) {
            Some(noted) => noted,
            None if is_full => return,
            None => shard.entry(client).or_default(),
        };
        noted.count(&request);
        let has_room = self.held.load(Relaxed) < MOST_HELD;
        if noted.keep(request, proved, has_room) {
            self.held.fetch_add(1, Relaxed);
        }
    }

    /// All that was noted since the last time, as it is written, at `now`.
    pub(crate) fn take(&self, now: UnixTime) -> Vec<RequestBatch> {
        let hour = now.0 / 3_600;
        let mut taken = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for (client, noted) in shard.iter_mut() {
                taken.extend(noted.take(*client, self.most));
            }
            // What was refused in an hour is remembered until it is over, so that its bound is that of the hour.
            shard.retain(|_, noted| noted.kept > 0 && noted.hour >= hour);
        }
        self.held.fetch_sub(taken.iter().map(held).sum(), Relaxed);
        taken
    }
}

impl RequestLog {
    /// What was noted of one app.
    pub(crate) fn take_of(&self, client: ClientRowId) -> Option<RequestBatch> {
        let shard = self.shards.get(client.0 as usize & (SHARDS - 1))?;
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = shard.get_mut(&client)?.take(client, self.most)?;
        self.held.fetch_sub(held(&batch), Relaxed);
        Some(batch)
    }
}

/// How many requests a batch holds.
fn held(batch: &RequestBatch) -> usize {
    batch.granted.len() + batch.refused.len()
}

impl Noted {
    fn count(&mut self, request: &LoggedRequest) {
        let hour = hour_of(request.id);
        if hour != self.hour {
            self.end_hour();
            (self.hour, self.kept, self.unproved) = (hour, 0, 0);
        }
        let (granted, refused) = &mut self.counts[request.endpoint as usize];
        match request.refusal {
            None => *granted = granted.saturating_add(1),
            Some(_) => *refused = refused.saturating_add(1),
        }
    }

    /// Puts the counts of the hour with those of earlier ones.
    fn end_hour(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        let hour = self.hour;
        let counted = Endpoint::ALL.into_iter().zip(counts);
        let counted = counted.filter(|(_, count)| *count != (0, 0));
        self.earlier
            .extend(counted.map(|(endpoint, (granted, refused))| RequestCount {
                hour,
                endpoint,
                granted,
                refused,
            }));
    }

    /// Whether one more is held now.
    fn keep(&mut self, request: LoggedRequest, proved: bool, has_room: bool) -> bool {
        if request.refusal.is_none() {
            return self.keep_granted(request, has_room);
        }
        let is_over = self.kept >= REFUSED_PER_HOUR
            || (!proved && self.unproved >= UNPROVED_PER_HOUR)
            || !has_room;
        if is_over {
            return false;
        }
        self.kept += 1;
        self.unproved += u32::from(!proved);
        self.refused.push(request);
        true
    }

    fn keep_granted(&mut self, request: LoggedRequest, has_room: bool) -> bool {
        if self.granted.len() < GRANTED_KEPT && has_room {
            self.granted.push(request);
            return true;
        }
        // The oldest makes room.
        if let Some(oldest) = self.granted.get_mut(self.oldest) {
            *oldest = request;
            self.oldest = (self.oldest + 1) % self.granted.len();
        }
        false
    }

    fn take(&mut self, client: ClientRowId, most: u32) -> Option<RequestBatch> {
        self.end_hour();
        let counts = std::mem::take(&mut self.earlier);
        if counts.is_empty() {
            return None;
        }
        let mut granted = std::mem::take(&mut self.granted);
        granted.rotate_left(std::mem::take(&mut self.oldest));
        Some(RequestBatch {
            client,
            counts,
            granted,
            refused: std::mem::take(&mut self.refused),
            most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::request_log::{Refusal, RequestId};
    use protocol::types::ids::LOCATOR_LOW_BITS;
    use protocol::types::{Locator, Side};

    fn log() -> RequestLog {
        RequestLog::of(&Config::for_tests())
    }

    /// A request at a second.
    fn request(second: i64, nth: i64, refused: bool) -> LoggedRequest {
        LoggedRequest {
            id: Locator((second * 1_000) << LOCATOR_LOW_BITS | nth),
            request_id: RequestId::parse("0123456789abcdef").unwrap(),
            endpoint: Endpoint::Token,
            status: if refused { 400 } else { 200 },
            side: Side::Live,
            address: None,
            refusal: refused.then(|| Refusal::of_cause("invalid_grant", "it is not")),
        }
    }

    fn counted(batch: &RequestBatch) -> Vec<(u32, u32)> {
        let counts = batch.counts.iter();
        counts.map(|one| (one.granted, one.refused)).collect()
    }

    #[test]
    fn all_are_counted_and_the_last_hundred_kept() {
        let log = log();
        for nth in 0..250 {
            log.note(ClientRowId(7), true, request(10, nth, false));
        }
        let [batch] = &log.take(UnixTime(0))[..] else {
            panic!("one app");
        };
        assert_eq!(counted(batch), [(250, 0)]);
        let kept: Vec<i64> = batch.granted.iter().map(|one| one.id.0 & 0xffff).collect();
        assert_eq!(kept, (150..250).collect::<Vec<_>>(), "oldest first");
        assert!(log.take(UnixTime(0)).is_empty());
        assert_eq!(log.held.load(Relaxed), 0);
    }

    #[test]
    fn a_flood_of_refusals_stays_within_the_bound_of_the_hour_however_often_it_is_written() {
        let log = log();
        let mut kept = 0;
        for round in 0..10 {
            for nth in 0..400 {
                log.note(ClientRowId(7), true, request(10 + round, nth, true));
            }
            kept += log
                .take(UnixTime(0))
                .iter()
                .map(|one| one.refused.len())
                .sum::<usize>();
        }
        assert_eq!(kept, 1_000);
        log.note(ClientRowId(7), true, request(3_700, 0, true));
        let next = log.take(UnixTime(0));
        assert_eq!(next[0].refused.len(), 1, "the next hour has its own");
        assert_eq!(counted(&next[0]), [(0, 1)]);
    }

    #[test]
    fn strangers_do_not_hide_what_the_app_itself_is_told() {
        let log = log();
        for nth in 0..5_000 {
            log.note(ClientRowId(7), false, request(10, nth, true));
        }
        log.note(ClientRowId(7), true, request(10, 5_000, true));
        let batch = log.take(UnixTime(0)).remove(0);
        assert_eq!(batch.refused.len(), 501);
        assert_eq!(batch.refused[500].id.0 & 0xffff, 5_000);
        assert_eq!(counted(&batch), [(0, 5_001)]);
    }

    #[test]
    fn memory_is_bounded_over_all_apps() {
        let log = log();
        for app in 0..200 {
            for nth in 0..1_000 {
                log.note(ClientRowId(app), true, request(10, nth, true));
            }
        }
        let all = log.take(UnixTime(0));
        let held: usize = all.iter().map(|one| one.refused.len()).sum();
        assert_eq!(held, MOST_HELD);
        let counted: u32 = all.iter().map(|one| one.counts[0].refused).sum();
        assert_eq!(counted, 200_000);
    }

    #[test]
    fn one_that_is_off_holds_nothing() {
        let mut config = Config::for_tests();
        config.request_log.enabled = false;
        let log = RequestLog::of(&config);
        log.note(ClientRowId(7), true, request(10, 0, true));
        assert!(!log.is_kept() && log.take(UnixTime(0)).is_empty());
    }
}
