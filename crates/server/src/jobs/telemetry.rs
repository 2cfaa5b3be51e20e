//! Hands traces and metrics to a collector. One that is away is told of once, and once more when it is back.
use crate::ops::metrics::families;
use crate::ops::stopping::Stopping;
use crate::ops::telemetry::{Handed, Telemetry};
use crate::state::{App, Current};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often spans are handed over, if there are not enough of them before.
const SPANS_EVERY: Duration = Duration::from_secs(5);
/// The longest time between two tries of a collector that is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long the end of the server waits for a collector.
const FAREWELL: Duration = Duration::from_secs(3);

/// Until the server ends, whoever the collector is by then, and once more then.
pub(super) async fn hand_over(mut current: Current, ending: Arc<Stopping>) {
    loop {
        let Some(telemetry) = current.app().telemetry.clone() else {
            tokio::select! {
                () = current.changed() => continue,
                () = ending.begun() => return,
            }
        };
        let mut collector = Collector::new(telemetry);
        let ends = collector.serve(&mut current, &ending).await;
        // What waits for a collector that is not the one any more is handed to it all the same.
        let app = current.app();
        let farewell = collector.hand_all(&app);
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
        if ends {
            return;
        }
    }
}

/// A collector, and how it is with it.
struct Collector {
    telemetry: Arc<Telemetry>,
    spans_at: Instant,
    metrics_at: Option<Instant>,
    /// While it is away: how long it is left alone, and how many spans had been dropped before.
    away: Option<(Duration, u64)>,
}

impl Collector {
    fn new(telemetry: Arc<Telemetry>) -> Self {
        let now = Instant::now();
        Collector {
            spans_at: now + SPANS_EVERY,
            metrics_at: telemetry.metrics_every().map(|every| now + every),
            away: None,
            telemetry,
        }
    }

    /// Hands over until there is another collector, or none; or, which is told, until the server ends.
    async fn serve(&mut self, current: &mut Current, ending: &Stopping) -> bool {
        loop {
            tokio::select! {
                () = self.due() => self.hand_over(&current.app()).await,
                () = current.changed() => {
                    let now = current.app().telemetry.clone();
                    if !now.is_some_and(|now| Arc::ptr_eq(&now, &self.telemetry)) {
                        return false;
                    }
                }
                () = ending.begun() => return true,
            }
        }
    }

    /// Waits for the next time something is to be handed over.
    async fn due(&self) {
        let next = self
            .metrics_at
            .map_or(self.spans_at, |at| at.min(self.spans_at));
        match self.away {
            Some(_) => tokio::time::sleep_until(self.spans_at).await,
            None => tokio::select! {
                () = tokio::time::sleep_until(next) => {}
                () = self.telemetry.enough() => {}
            },
        }
    }

    async fn hand_over(&mut self, app: &App) {
        let now = Instant::now();
        let handed = self.telemetry.hand_spans().await;
        let took_spans = self.note(handed);
        if let Some(at) = self.metrics_at.filter(|at| took_spans && *at <= now) {
            let every = self.telemetry.metrics_every().unwrap_or_default();
            self.metrics_at = Some((at + every).max(now));
            let handed = self.hand_metrics(app).await;
            self.note(handed);
        }
        let pause = self.away.map_or(SPANS_EVERY, |(pause, _)| pause);
        self.spans_at = Instant::now() + pause;
    }

    async fn hand_all(&mut self, app: &App) {
        let handed = self.telemetry.hand_spans().await;
        if self.note(handed) && self.metrics_at.is_some() {
            let handed = self.hand_metrics(app).await;
            self.note(handed);
        }
    }

    async fn hand_metrics(&self, app: &App) -> Handed {
        let families = families(app, self.telemetry.started());
        self.telemetry.hand_metrics(&families).await
    }

    /// Tells of a change for the worse or the better; whether it was taken.
    fn note(&mut self, handed: Handed) -> bool {
        let host = self.telemetry.host();
        let (_, dropped) = self.telemetry.counts();
        let why = match handed {
            Handed::All => {
                if let Some((_, before)) = self.away.take() {
                    let dropped = dropped - before;
                    tracing::info!(
                        host,
                        dropped,
                        "the collector {host} takes telemetry again; {dropped} spans were dropped"
                    );
                }
                return true;
            }
            Handed::Later(why) | Handed::Never(why) => why,
        };
        self.away = match self.away {
            Some((pause, before)) => Some(((pause * 2).min(LONGEST_PAUSE), before)),
            None => {
                tracing::warn!(
                    host,
                    error = why,
                    "the collector {host} does not take telemetry ({why}): it is tried again, and what it does not take is dropped"
                );
                Some((SPANS_EVERY, dropped))
            }
        };
        false
    }
}
