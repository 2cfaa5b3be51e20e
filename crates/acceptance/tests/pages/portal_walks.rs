//! Developers and administrators in a real Chromium, at the portal: see [`browser`](crate::browser).

use crate::browser::{ALL_EYES, Eyes, LANGUAGES, Programs, eyes_of, widths};
use crate::support::{ANN, PASSWORD, PLAIN, apart, long};
use acceptance::Setup;
use acceptance::postgres::Database;

/// A developer's walk on the engine of `setup`.
#[track_caller]
fn walk_portal(setup: impl Fn(Setup) -> Setup, eyes: &Eyes) {
    let open = Setup::toml(PLAIN).with("[apps]\nregistration = \"open\"");
    let provider = setup(open).start();
    provider.user_create(ANN, "Ann Example", PASSWORD, false);
    let user = serde_json::json!({ "email": ANN, "password": PASSWORD });
    let site = serde_json::json!({ "issuer": provider.issuer(), "user": user });
    Programs::find().walk_on("portal", eyes, &site, widths());
}

/// Two developers' walk on the engine of `setup`.
#[track_caller]
fn walk_organizations(setup: impl Fn(Setup) -> Setup, eyes: &Eyes) {
    let open = Setup::toml(PLAIN).with("[apps]\nregistration = \"open\"");
    let provider = setup(open).start();
    let person = |email: &str, name: &str| {
        provider.user_create(email, name, PASSWORD, false);
        serde_json::json!({ "email": email, "password": PASSWORD })
    };
    let (user, other) = (
        person(ANN, "Ann Example"),
        person("eve@example.com", "Eve Else"),
    );
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/picture.png");
    let site = serde_json::json!({
        "issuer": provider.issuer(), "user": user, "other": other, "picture": picture
    });
    Programs::find().walk_on("organizations", eyes, &site, widths());
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_app_is_reviewed() {
    for eyes in eyes_of(1) {
        let review = Setup::toml(PLAIN).with("[apps]\nregistration = \"review\"");
        let provider = review.database("reviews.db").start();
        let person = |email: &str, name: &str, admin| {
            provider.user_create(email, name, PASSWORD, admin);
            serde_json::json!({ "email": email, "password": PASSWORD })
        };
        let user = person(ANN, "Ann Example", false);
        let admin = person("olga@example.com", "Olga Overseer", true);
        let site = serde_json::json!({
            "issuer": provider.issuer(), "user": user, "admin": admin
        });
        Programs::find().walk_on("reviews", &eyes, &site, widths());
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_app_is_tried_on_its_test_side() {
    for eyes in eyes_of(0) {
        let open =
            "[apps]\nregistration = \"open\"\n[test]\nmode = true\n[grants]\ndevice_code = true";
        let provider = Setup::toml(PLAIN).with(open).database("try.db").start();
        provider.user_create(ANN, "Ann Example", PASSWORD, false);
        let user = serde_json::json!({ "email": ANN, "password": PASSWORD });
        let site = serde_json::json!({ "issuer": provider.issuer(), "user": user });
        Programs::find().walk_on("try", &eyes, &site, widths());
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn two_developers_run_an_app_together() {
    for eyes in eyes_of(0) {
        walk_organizations(|setup| setup.database("organizations.db"), &eyes);
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_developer_makes_an_app_in_german() {
    let eyes = Eyes {
        language: LANGUAGES[1],
        ..ALL_EYES[2]
    };
    walk_portal(|setup| setup.database("portal.db"), &eyes);
}

/// All of it once more where the portal has a host of its own: what a browser makes of two hosts, of their cookies and of
/// forms that lead from one to the other.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_portal_is_walked_on_a_host_of_its_own() {
    let tests = "[test]\nmode = true\n[grants]\ndevice_code = true";
    let mut walks = vec![
        ("portal", "open", ""),
        ("organizations", "open", ""),
        ("try", "open", tests),
        ("reviews", "review", ""),
    ];
    walks.truncate(if long() { usize::MAX } else { 3 });
    for ((walk, registration, more), eyes) in walks.into_iter().zip(eyes_of(1).iter().cycle()) {
        let apps = format!("[apps]\nregistration = {registration:?}\n{more}");
        let provider = apart(Setup::toml(PLAIN).with(&apps).database("apart.db"));
        let person = |email: &str, name: &str, admin| {
            provider.user_create(email, name, PASSWORD, admin);
            serde_json::json!({ "email": email, "password": PASSWORD })
        };
        let site = serde_json::json!({
            "issuer": provider.issuer(),
            "user": person(ANN, "Ann Example", false),
            "other": person("eve@example.com", "Eve Else", false),
            "admin": person("olga@example.com", "Olga Overseer", true),
            "picture": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/picture.png"),
        });
        Programs::find().walk_on(walk, eyes, &site, widths());
    }
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_postgres)),
    ignore = "needs Chromium and PostgreSQL: see ./test"
)]
fn a_developer_makes_an_app_on_postgresql() {
    let server = std::env::var("VALETKEY_TEST_POSTGRES").expect("a server");
    for eyes in eyes_of(1) {
        walk_portal(|setup| setup.postgres(Database::on(&server)), &eyes);
    }
}
