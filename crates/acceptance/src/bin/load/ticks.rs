//! Fixed times at which the requests of an open loop leave.

use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

/// The times still to come, shared by the connections: whichever is free takes the next one. When none is free the
/// times wait, and the wait counts in the latency.
#[derive(Clone)]
pub(crate) struct Ticks(Rc<Mutex<mpsc::UnboundedReceiver<Instant>>>);

impl Ticks {
    /// `rate` times a second from `start` on, for `length`; none when the rate is 0. They come from a thread of
    /// their own, since the runtime's timer knows whole milliseconds only.
    pub(crate) fn start(start: Instant, rate: u32, length: Duration) -> Self {
        let (send, receive) = mpsc::unbounded_channel();
        if rate > 0 {
            std::thread::spawn(move || tick(start, rate, length, &send));
        }
        Ticks(Rc::new(Mutex::new(receive)))
    }

    /// The next time, once it has come; `None` after the last.
    pub(crate) async fn next(&self) -> Option<Instant> {
        self.0.lock().await.recv().await
    }
}

fn tick(start: Instant, rate: u32, length: Duration, send: &mpsc::UnboundedSender<Instant>) {
    for number in 0.. {
        let after = Duration::from_secs(1) * number / rate;
        if after >= length {
            return;
        }
        let planned = start + after;
        std::thread::sleep(planned.saturating_duration_since(Instant::now()));
        if send.send(planned).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_planned_however_late_they_are_taken() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let start = Instant::now();
        let ticks = Ticks::start(start, 200, Duration::from_millis(50));
        std::thread::sleep(Duration::from_millis(30));
        let mut taken = Vec::new();
        while let Some(at) = runtime.block_on(ticks.next()) {
            taken.push((at - start).as_millis());
        }
        assert_eq!(taken, [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
        let none = Ticks::start(start, 0, Duration::from_secs(1));
        assert_eq!(runtime.block_on(none.next()), None);
    }
}
