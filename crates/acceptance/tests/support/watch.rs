//! A provider that is watched by its metrics.
use super::{Scene, within};
use acceptance::{Api, Setup, free_port};
use std::net::SocketAddr;
use std::time::Duration;

/// The provider, and where its metrics are.
#[track_caller]
pub(crate) fn watched(setup: Setup) -> (Scene, Api) {
    let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let scene = Scene::start(setup.with(&format!("[metrics]\nlisten = \"{at}\"")));
    (scene, Api::new(at, &at.to_string()))
}

/// Waits until a request for revocations is held.
#[track_caller]
pub(crate) fn until_one_is_held(watch: &Api) {
    let held = || {
        let told = watch.get("/metrics").expect(200).text();
        told.lines()
            .any(|line| line == "valetkey_feed_requests_held 1")
    };
    assert!(within(Duration::from_secs(5), held), "none is held");
}
