//! The configuration that is in force, and the next one taking its place.
use crate::http::connection::Shared;
use crate::rooms;
use crate::state::{App, Current};
use std::sync::Arc;
use tokio::sync::watch;

/// See the module. Requests under way are finished by the configuration that they began with; each one after that, on
/// whichever connection, is answered by the next.
pub(crate) struct Configuration {
    app: watch::Sender<App>,
    connections: watch::Sender<Arc<Shared>>,
}

impl Configuration {
    /// Begins with the one that the server was opened with.
    ///
    /// # Errors
    /// When the TLS certificate or key cannot be used.
    pub(crate) fn begin(app: App) -> anyhow::Result<(Self, Current)> {
        let shared = Shared::of(app.clone(), rooms::sites(&app.config))?;
        let (app, current) = Current::of(app);
        let connections = watch::Sender::new(Arc::new(shared));
        Ok((Configuration { app, connections }, current))
    }

    /// The server as it is configured now.
    pub(crate) fn app(&self) -> App {
        self.app.borrow().clone()
    }

    /// What connections are served by, now and later.
    pub(crate) fn connections(&self) -> watch::Receiver<Arc<Shared>> {
        self.connections.subscribe()
    }
}
