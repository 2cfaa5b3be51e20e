//! A portal on a host of its own in a real Chromium: the walk is `clients/browser/walks/own-host.mjs`.

use crate::browser::{Programs, eyes_of};
use crate::support::behind::age_sessions;
use crate::support::{ANN, PASSWORD, PLAIN, Scene, apart, portal_of, within};
use acceptance::Setup;
use std::time::Duration;

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn who_signed_in_long_ago_proves_it_at_the_issuer_in_another_tab() {
    for eyes in eyes_of(0) {
        let open = Setup::toml(PLAIN).with("[apps]\nregistration = \"open\"");
        let scene = Scene::peopled(apart(open.database("own-host.db")));
        let site = serde_json::json!({
            "issuer": scene.provider.issuer(),
            "portal": portal_of(&scene.provider),
            "user": { "email": ANN, "password": PASSWORD },
        });
        let signed_in = || {
            let listed = scene.cli(&["session", "list"]);
            listed["sessions"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if within(Duration::from_secs(30), signed_in) {
                    age_sessions(&scene);
                }
            });
            Programs::find().walk_on("own-host", &eyes, &site, Vec::new());
        });
    }
}
