//! An open-loop load beside something that happens to the server: a request at each moment of a schedule, whatever became of
//! those before it, and how long each waited from its moment on.

use acceptance::{Api, App, Request};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Requests that can be under way at once.
const WORKERS: usize = 192;

/// A load that runs.
pub(crate) struct Steady {
    workers: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
}

struct Shared {
    apis: Vec<Api>,
    request: Request,
    began: Instant,
    every: Duration,
    next: AtomicU32,
    /// The server that is asked nothing at the moment; none: a number that no server has.
    out: AtomicUsize,
    over: AtomicBool,
    seen: Mutex<Seen>,
}

/// What a load met.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// How many requests there were.
    pub(crate) requests: u32,
    /// What became of those that were not answered with a token, the first few.
    pub(crate) failed: Vec<String>,
    /// From the moment at which a request was due to its answer, the longest.
    pub(crate) longest: Duration,
}

impl Steady {
    /// Asks for tokens at so many moments a second, each time another of the servers.
    pub(crate) fn begin(apis: Vec<Api>, token: &str, app: &App, per_second: u32) -> Self {
        let request = Request::post(token)
            .basic(&app.client_id, &app.client_secret)
            .form(&[("grant_type", "client_credentials")]);
        let shared = Arc::new(Shared {
            apis,
            request,
            began: Instant::now(),
            every: Duration::from_secs(1) / per_second,
            next: AtomicU32::new(0),
            out: AtomicUsize::new(usize::MAX),
            over: AtomicBool::new(false),
            seen: Mutex::default(),
        });
        let worker = |_| {
            let shared = shared.clone();
            std::thread::spawn(move || shared.work())
        };
        Steady {
            workers: (0..WORKERS).map(worker).collect(),
            shared,
        }
    }

    /// Asks one of the servers nothing more, as a balancer does before it is replaced; `usize::MAX`: asks all again.
    pub(crate) fn leave_out(&self, server: usize) {
        self.shared.out.store(server, Relaxed);
    }

    /// Waits until so many more were answered.
    pub(crate) fn wait_for(&self, more: u32) {
        let answered = || self.seen().requests;
        let target = answered() + more;
        let limit = Instant::now() + Duration::from_secs(60);
        while answered() < target {
            assert!(Instant::now() < limit, "{:?}", self.seen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was met so far.
    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen.lock().expect("no worker fails").clone()
    }

    /// Ends it. Nothing may have failed.
    #[track_caller]
    pub(crate) fn end(self, beside: &str) {
        self.shared.over.store(true, Relaxed);
        for worker in self.workers {
            worker.join().expect("it ends");
        }
        let seen = self.shared.seen.lock().expect("no worker fails").clone();
        println!(
            "{beside}: requests {}, failed {}, longest wait {} ms",
            seen.requests,
            seen.failed.len(),
            seen.longest.as_millis()
        );
        assert!(seen.failed.is_empty(), "{beside}: {seen:?}");
        assert!(seen.requests > 0, "{beside}");
    }
}

impl Shared {
    fn work(&self) {
        while !self.over.load(Relaxed) {
            let at = self.next.fetch_add(1, Relaxed);
            let due = self.began + self.every * at;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let turn = at as usize % self.apis.len();
            let turn = match turn == self.out.load(Relaxed) {
                true => (turn + 1) % self.apis.len(),
                false => turn,
            };
            let answered = self.apis[turn].try_send(&self.request);
            let failed = match answered {
                Ok(reply) if reply.status == 200 => None,
                Ok(reply) => Some(format!("request {at}: {}", reply.status)),
                Err(error) => Some(format!("request {at}: {error}")),
            };
            let mut seen = self.seen.lock().expect("no worker fails");
            seen.requests += 1;
            seen.longest = seen.longest.max(due.elapsed());
            seen.failed.extend(failed);
        }
    }
}
