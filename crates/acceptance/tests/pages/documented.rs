//! Each documented provider in a real Chromium: a developer registers an app by page as the documentation tells it, and
//! another person meets it at once, by the documentation's own link, command or sample.

use crate::browser::{ALL_EYES, Programs};
use crate::support::{ANN, OWNER, PASSWORD, apart, portal_of};
use acceptance::{Setup, free_port};

/// Who registers the app. Ann meets it.
const DEVELOPER: &str = "dan@example.com";

/// One walk through a provider, in one of the ways to see it. `VALETKEY_TEST_ON` says on which engine.
#[track_caller]
fn walk(profile: &str, developer: &str, eyes: usize) {
    let setup = Setup::profile(profile);
    // Whose documentation has a host for developers is walked with one.
    let provider = match profile {
        "sqowey" => apart(setup),
        _ => setup.start(),
    };
    let portal = match profile {
        "sqowey" => portal_of(&provider),
        _ => provider.issuer().to_owned(),
    };
    let person = |email: &str, name: &str, admin| {
        provider.user_create(email, name, PASSWORD, admin);
        serde_json::json!({ "email": email, "password": PASSWORD })
    };
    let user = person(ANN, "Ann Example", false);
    let developer = person(developer, "Dan Developer", developer == OWNER);
    let site = serde_json::json!({
        "provider": profile,
        "issuer": provider.issuer(),
        "portal": portal,
        "developer": developer,
        "user": user,
        "client": free_port(),
    });
    Programs::find().walk_on("documented", &ALL_EYES[eyes], &site, Vec::new());
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn o1_o6_o7_an_app_of_the_developer_settings_and_the_terminal_client() {
    walk("opsduty", DEVELOPER, 0);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn t1_a_new_oauth_app_and_the_sample_in_javascript() {
    walk("appexample", DEVELOPER, 1);
}

/// Only administrators register apps there.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn m5_an_app_of_an_administrator_and_the_commands() {
    walk("miwa", OWNER, 2);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn d1_d2_a_registered_application_and_the_documented_requests() {
    walk("digitalocean", DEVELOPER, 3);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn q1_q2_create_application_and_the_documented_exchange() {
    walk("sqowey", DEVELOPER, 0);
}
