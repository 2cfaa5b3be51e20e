//! Whether something has been told to stop: the server, so that what waits, such as a held request, waits no longer;
//! or its jobs.
use tokio::sync::watch;

/// See the module.
#[derive(Default)]
pub(crate) struct Stopping(watch::Sender<bool>);

impl Stopping {
    /// It stops, now and for good.
    pub(crate) fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Resolves when it stops, at once if it does already.
    pub(crate) async fn begun(&self) {
        let mut stopping = self.0.subscribe();
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}
