//! The providers that there are, and the way to them.
use crate::ops::upstream::{UpstreamProvider, Way};
use crate::state::AppState;
use pages::path;

/// The provider that this id stands for.
pub(super) fn named<'a>(app: &'a AppState, id: &str) -> Option<&'a UpstreamProvider> {
    let mut all = app.upstream.iter();
    all.find(|upstream| upstream.provider().id == id)
}

pub(super) fn way(app: &AppState) -> Way<'_> {
    Way {
        outbound: &app.outbound,
        keys: &app.client_keys,
        plain: app.config.base().starts_with("http://"),
    }
}

/// Where a provider sends browsers back to.
pub(super) fn redirect_uri(app: &AppState, upstream: &UpstreamProvider) -> String {
    let back = path::upstream_return(&upstream.provider().id);
    format!("{}{back}", app.config.base())
}
