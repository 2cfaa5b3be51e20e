//! A clock that jumps a day ahead and is set back, under a running server.
use super::ground::{Ground, assert_said, lines};
use crate::support::client::tool;
use crate::support::watch::{until_one_is_held, watched};
use crate::support::{ANN, CALLBACK, PASSWORD, PLAIN, Scene, Tokens, assert_refused, within};
use acceptance::{AppSpec, Request, Setup, postgres::Database, target};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;
/// A round of the sweeper, and a bit.
const SWEPT: Duration = Duration::from_secs(40);

/// The true time.
#[allow(
    clippy::disallowed_methods,
    reason = "what the server says is compared with it"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

#[test]
fn a_day_ahead_and_back_costs_nothing_for_good() {
    let ground = Ground::new();
    let scene = Scene::start(ground.setup());
    let app = scene.confidential(CALLBACK);
    let machine = scene.machine();
    let first = scene.tokens(&app, "tasks:read");
    let second = scene.tokens(&app, "tasks:read");
    let code = scene.allow(&app, &[]).code();
    let mut signed_in = scene.browser();
    signed_in.sign_in(ANN, PASSWORD);
    let from = lines(&scene);

    ground.set_clock(DAY);
    assert!(!scene.is_active(&app, &first.access), "it has expired");
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
    let of_tomorrow = Tokens::of(&scene.refresh(&app, &first.refresh));
    assert!(scene.is_active(&app, &of_tomorrow.access));
    assert!(signed_in.open("/account").text().contains(ANN), "14 days");
    let mut guesser = scene.provider.browser();
    let guess = |guesser: &mut acceptance::Browser| guesser.try_sign_in(ANN, "wrong").status;
    for _ in 0..10 {
        assert_eq!(guess(&mut guesser), 401);
    }
    assert_eq!(guess(&mut guesser), 429);
    assert_said(&scene, from, "nothing is swept for an hour");

    ground.set_clock(0);
    // Nothing was swept by the wrong clock, and nobody is shut out until tomorrow.
    assert!(scene.is_active(&app, &first.access));
    scene.provider.browser().sign_in(ANN, PASSWORD);
    let again = Tokens::of(&scene.redeem(&app, &code, &[]));
    assert!(scene.is_active(&app, &again.access));
    // What was issued tomorrow lives on, by its own time.
    assert!(scene.is_active(&app, &of_tomorrow.access));
    let told = scene.introspect(&app, &of_tomorrow.access);
    assert!(told["exp"].as_i64() > Some(now() + DAY), "{told}");
    // New tokens are of now, though their ids are above those of tomorrow.
    let third = Tokens::of(&scene.refresh(&app, &of_tomorrow.refresh));
    let told = scene.introspect(&app, &third.access);
    let (iat, exp) = (told["iat"].as_i64(), told["exp"].as_i64());
    assert!(iat <= Some(now()) && iat > Some(now() - 60), "{told}");
    assert!(exp > Some(now()) && exp <= Some(now() + 3_600), "{told}");
    assert!(
        Tokens::of(&scene.client_credentials(&machine))
            .refresh
            .is_empty()
    );
    // A token that was used tomorrow and comes again is a replay at once, and not for another day a retry.
    let lost = scene.tokens(&app, "tasks:read");
    ground.set_clock(DAY);
    Tokens::of(&scene.refresh(&app, &lost.refresh));
    ground.set_clock(0);
    assert_refused(&scene.refresh(&app, &lost.refresh), 400, "invalid_grant");
    assert_refused(&scene.refresh(&app, "rt_x"), 400, "invalid_grant");
    Tokens::of(&scene.refresh(&app, &second.refresh));
}

#[test]
fn the_node_number_is_held_by_the_clock_that_is_set_right() {
    let ground = Ground::new();
    let scene = Scene::start(ground.setup());
    let db = Connection::open(scene.provider.database_path()).expect("open");
    let until = || -> i64 {
        let sql = "SELECT MAX(lease_until) FROM nodes";
        db.query_row(sql, [], |row| row.get(0)).expect("a lease")
    };
    let renewed = |offset: i64| {
        let near = || (until() - now() - offset).abs() <= 62;
        assert!(
            within(Duration::from_secs(25), near),
            "{offset}: {}",
            until()
        );
    };
    ground.set_clock(DAY);
    renewed(DAY);
    ground.set_clock(0);
    renewed(0);
    let machine = scene.machine();
    Tokens::of(&scene.client_credentials(&machine));
}

#[test]
fn a_day_back_and_ahead_again() {
    let ground = Ground::new();
    let (scene, watch) = watched(ground.setup());
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let first = scene.tokens(&app, "tasks:read");
    let ask = |pairs: &[(&str, &str)]| {
        let request = Request::get(&target("/oauth2/revocations", pairs));
        scene
            .api()
            .send(&request.basic(&api.client_id, &api.client_secret))
    };
    let at = ask(&[("wait", "0")]).expect(200).member("cursor");
    ground.set_clock(-DAY);
    assert!(scene.is_active(&app, &first.access));
    let of_yesterday = scene.tokens(&app, "tasks:read");
    assert!(scene.is_active(&app, &of_yesterday.access));
    // A request that is held is woken by what happens, and by time that passes, whatever the clock says.
    let held = Instant::now();
    let told = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&[("cursor", &at), ("wait", "20000")]));
        until_one_is_held(&watch);
        ground.set_clock(DAY);
        scene.revoke(&app, &first.access).expect(200);
        asked.join().expect("an answer").expect(200).json()
    });
    assert!(held.elapsed() < Duration::from_secs(5), "{told}");
    assert_eq!(told["events"].as_array().map(Vec::len), Some(1), "{told}");
    let waited = Instant::now();
    let next = told["cursor"].as_str().expect("a cursor").to_owned();
    ask(&[("cursor", &next), ("wait", "1000")]).expect(200);
    assert!((1..5).contains(&waited.elapsed().as_secs()));
    ground.set_clock(0);
    // An access token of yesterday has had its hour; the rest of the grant goes on.
    assert!(!scene.is_active(&app, &of_yesterday.access));
    Tokens::of(&scene.refresh(&app, &of_yesterday.refresh));
}

/// Two nodes on PostgreSQL, of which the second is a day ahead.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_node_that_is_a_day_ahead_takes_nothing_from_the_others() {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let one = Scene::start(Setup::toml(PLAIN).postgres(database.clone()));
    let keys = one.provider.folder().join("valetkey.keys");
    let keys = format!("[storage]\nkeys = {:?}", keys.display().to_string());
    let app = one.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        grants: &["authorization_code", "refresh_token", "client_credentials"],
        ..AppSpec::default()
    });
    let kept = one.tokens(&app, "tasks:read");
    let ground = Ground::new();
    ground.set_clock(DAY);
    let setup = Setup::toml(PLAIN).with(&keys).postgres(database);
    let two = Scene {
        provider: ground.lay(setup).issuer(one.provider.issuer()).start(),
        metadata: one.metadata.clone(),
        ann: one.ann.clone(),
    };
    assert!(!two.is_active(&app, &kept.access), "a day later it is old");
    // Both go on while the second one takes the lowest number for free, and its turn at sweeping.
    let begun = Instant::now();
    let mut of_tomorrow = String::new();
    while begun.elapsed() < SWEPT {
        Tokens::of(&one.client_credentials(&app));
        of_tomorrow = Tokens::of(&two.client_credentials(&app)).access;
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(one.is_active(&app, &kept.access), "the other node swept it");
    assert!(two.is_active(&app, &of_tomorrow));
    ground.set_clock(0);
    assert!(two.is_active(&app, &kept.access));
    assert!(one.is_active(&app, &of_tomorrow), "a day longer than meant");
    // Whoever swept by tomorrow's clock keeps nobody from it; both can write, and revoke for each other.
    two.revoke(&app, &kept.refresh).expect(200);
    let told = || !one.is_active(&app, &kept.access);
    assert!(within(Duration::from_secs(1), told));
    for node in [&one, &two] {
        node.api().get("/health/ready").expect(200);
        assert!(
            !node.provider.log().contains(r#""status":5"#),
            "{}",
            node.provider.log()
        );
    }
}
