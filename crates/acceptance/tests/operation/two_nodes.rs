//! Two servers of one provider on one PostgreSQL database, with nothing that sticks a client to one of them: what
//! one gave the other knows, what is spent on one is spent on both, what one revokes both refuse within a second.
//!
//! `VALETKEY_TEST_POSTGRES` names a server whose user may make databases (`./test` starts one).

use crate::support::assertions::Signer;
use crate::support::client::tool;
use crate::support::nodes::Nodes;
use crate::support::proofs::Holder;
use crate::support::tasks_api::TasksApi;
use crate::support::told::TOLD;
use crate::support::{
    ANN, CALLBACK, PASSWORD, Scene, Tokens, assert_refused, form_to, long, within,
};
use acceptance::postgres::Database;
use acceptance::{App, Browser, Reply, Request};
use std::collections::HashSet;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

/// How many race, half of them on each node.
const RACERS: usize = 40;

/// What two nodes are asked for.
trait Together {
    /// Sends the same request to both nodes from many connections at the same moment.
    fn race(&self, request: &Request) -> Vec<Reply>;
    /// The other node sees it within a second of `since`.
    fn assert_told(&self, since: Instant, what: &str, seen: impl FnMut(&Scene) -> bool);
}

impl Together for Nodes {
    fn race(&self, request: &Request) -> Vec<Reply> {
        let start = Barrier::new(RACERS);
        let apis = [self.one.api(), self.two.api()];
        std::thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS)
                .map(|at| {
                    let (api, start) = (&apis[at % 2], &start);
                    scope.spawn(move || {
                        start.wait();
                        api.send(request)
                    })
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().expect("it replies"))
                .collect()
        })
    }

    #[track_caller]
    fn assert_told(&self, since: Instant, what: &str, mut seen: impl FnMut(&Scene) -> bool) {
        for node in self.both() {
            let told = within(TOLD.saturating_sub(since.elapsed()), || seen(node));
            assert!(
                told,
                "{what} is not known on both nodes after {:?}",
                since.elapsed()
            );
        }
    }
}

/// A form POST with the app's credentials in the header.
fn post(target: &str, app: &App, fields: &[(&str, &str)]) -> Request {
    Request::post(target)
        .basic(&app.client_id, &app.client_secret)
        .form(fields)
}

/// Presses a button on the page of an app that its person let in.
fn press(browser: &mut Browser, app: &App, wish: &[(&str, &str)]) {
    let page = browser.open(&format!("/account/apps/{}", app.client_id));
    let form = form_to(&page.expect(200), "/account/apps/change");
    browser.submit(&form, wish).expect(303);
}

/// The same browser, sent to another node.
fn moved(browser: &Browser, to: &Scene) -> Browser {
    let mut moved = Browser::at(to.api(), to.provider.issuer());
    moved.cookies = browser.cookies.clone();
    moved
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_person_and_an_app_may_come_to_either_at_every_step() {
    let nodes = Nodes::start();
    let app = nodes.one.confidential(CALLBACK);
    let mut browser = nodes.one.browser();
    browser.sign_in(ANN, PASSWORD);
    // Signed in on one, allows on the other without signing in again, redeems on the first, and so on.
    let mut browser = moved(&browser, &nodes.two);
    let code = browser.authorize(&nodes.two.question(&app, &[])).code();
    let tokens = Tokens::of(&nodes.one.redeem(&app, &code, &[]));
    assert_refused(&nodes.two.redeem(&app, &code, &[]), 400, "invalid_grant");
    nodes.assert_told(Instant::now(), "a replayed code", |node| {
        !node.is_active(&app, &tokens.access)
    });

    let code = moved(&browser, &nodes.one)
        .authorize(&nodes.one.question(&app, &[]))
        .code();
    let first = Tokens::of(&nodes.two.redeem(&app, &code, &[]));
    let second = Tokens::of(&nodes.one.refresh(&app, &first.refresh));
    // A lost reply is given again, by the other node as well.
    assert_eq!(Tokens::of(&nodes.two.refresh(&app, &first.refresh)), second);
    let third = Tokens::of(&nodes.two.refresh(&app, &second.refresh));
    // The successor was used, which ends the grace: the first one again is a replay, and kills the family.
    assert_refused(
        &nodes.one.refresh(&app, &first.refresh),
        400,
        "invalid_grant",
    );
    nodes.assert_told(Instant::now(), "a replay", |node| {
        !node.is_active(&app, &third.access)
    });
    for node in nodes.both() {
        assert_refused(&node.refresh(&app, &third.refresh), 400, "invalid_grant");
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn one_code_and_one_refresh_token_have_one_winner() {
    let nodes = Nodes::start();
    let app = nodes.one.confidential(CALLBACK);
    for _ in 0..if long() { 10 } else { 2 } {
        let code = nodes.one.allow(&app, &[]).code();
        let fields = [("grant_type", "authorization_code"), ("code", &code)];
        let replies = nodes.race(&post(&nodes.one.token(), &app, &fields));
        let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(
            won.len(),
            1,
            "{:?}",
            replies.iter().map(|reply| reply.status).collect::<Vec<_>>()
        );

        let first = nodes.two.tokens(&app, "tasks:read");
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &first.refresh),
        ];
        let replies = nodes.race(&post(&nodes.one.token(), &app, &fields));
        let bodies: HashSet<String> = replies
            .iter()
            .map(|reply| reply.clone().expect(200).text())
            .collect();
        assert_eq!(bodies.len(), 1, "one rotation, told to all: {bodies:?}");
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn what_one_takes_back_both_refuse_within_a_second() {
    let nodes = Nodes::start();
    let app = nodes.one.confidential(CALLBACK);
    let machine = nodes.two.machine();
    let tokens = nodes.one.tokens(&app, "tasks:read");
    let active = |token: &str| nodes.both().iter().all(|node| node.is_active(&app, token));
    assert!(active(&tokens.access));

    nodes.two.revoke(&app, &tokens.refresh).expect(200);
    nodes.assert_told(Instant::now(), "a revoked grant", |node| {
        !node.is_active(&app, &tokens.access)
    });

    let own = nodes
        .one
        .client_credentials(&machine)
        .member("access_token");
    nodes.two.revoke(&machine, &own).expect(200);
    nodes.assert_told(Instant::now(), "a revoked token", |node| {
        !node.is_active(&machine, &own)
    });

    // A connection that its person pauses on one, and removes on the other.
    let tokens = nodes.one.tokens(&app, "tasks:read");
    let mut browser = nodes.one.browser();
    browser.sign_in(ANN, PASSWORD);
    press(&mut browser, &app, &[("wish", "pause")]);
    nodes.assert_told(Instant::now(), "a paused app", |node| {
        !node.is_active(&app, &tokens.access)
    });
    press(&mut browser, &app, &[("wish", "resume")]);
    nodes.assert_told(Instant::now(), "a resumed app", |node| {
        node.is_active(&app, &tokens.access)
    });
    press(&mut moved(&browser, &nodes.two), &app, &[("wish", "end")]);
    nodes.assert_told(Instant::now(), "a removed app", |node| {
        !node.is_active(&app, &tokens.access)
    });
    for node in nodes.both() {
        assert_refused(&node.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    }

    let tokens = nodes.two.tokens(&app, "tasks:read");
    let mut browser = nodes.one.browser();
    browser.sign_in(ANN, PASSWORD);
    nodes.one.cli(&["user", "disable", ANN]);
    nodes.assert_told(Instant::now(), "a disabled person", |node| {
        !node.is_active(&app, &tokens.access)
    });
    nodes.one.cli(&["user", "enable", ANN]);
    assert!(!active(&tokens.access), "what was dead stays dead");

    let tokens = nodes.two.tokens(&app, "tasks:read");
    nodes.two.cli(&["app", "disable", &app.client_id]);
    let refused = |node: &Scene| node.refresh(&app, &tokens.refresh).status != 200;
    nodes.assert_told(Instant::now(), "a disabled app", refused);
}

/// An API asks one node; what its callers' person takes back on the other it refuses within a second.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn an_api_behind_one_refuses_what_was_taken_back_on_the_other() {
    let nodes = Nodes::start();
    let app = nodes.one.confidential(CALLBACK);
    let api = nodes.one.resource_server();
    let tasks = TasksApi::start(&nodes.one.provider, &api, &serde_json::json!({}));
    let mut browser = nodes.one.browser();
    browser.sign_in(ANN, PASSWORD);
    let both = "tasks:read tasks:write";
    let token = nodes.one.tokens_of(&mut browser, &app, both).access;
    let mut browser = moved(&browser, &nodes.two);
    let reads = || tasks.get("/v1/tasks", &token);
    let task = serde_json::json!({ "title": "Water the plants" });
    let writes = || tasks.call("POST", "/v1/tasks", &token, Some(&task)).status;
    let soon = |since: Instant, what: &str, is_so: &dyn Fn() -> bool| {
        let told = within(TOLD.saturating_sub(since.elapsed()), is_so);
        assert!(told, "{what} after {:?}", since.elapsed());
    };
    assert_eq!((reads(), writes()), (200, 201));
    press(
        &mut browser,
        &app,
        &[("wish", "narrow"), ("scope", "tasks:write")],
    );
    soon(Instant::now(), "narrowed", &|| writes() == 403);
    assert_eq!(reads(), 200, "the rest works");
    press(&mut browser, &app, &[("wish", "pause")]);
    soon(Instant::now(), "paused", &|| reads() == 401);
    press(&mut browser, &app, &[("wish", "resume")]);
    soon(Instant::now(), "resumed", &|| reads() == 200);
    press(&mut browser, &app, &[("wish", "end")]);
    soon(Instant::now(), "removed", &|| {
        reads() == 401 && writes() == 401
    });
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_password_is_guessed_no_more_often_on_two() {
    let nodes = Nodes::start();
    let attempts = |browser: &mut Browser| browser.try_sign_in(ANN, "not the password").status;
    let mut browsers = [nodes.one.browser(), nodes.two.browser()];
    let mut looked_at = 0;
    for at in 0..40 {
        if attempts(&mut browsers[at % 2]) == 429 {
            break;
        }
        looked_at += 1;
    }
    assert!(looked_at < 20, "{looked_at} guesses");
    for browser in &mut browsers {
        assert_eq!(attempts(browser), 429, "on both");
    }
}

/// Who holds a row of `nodes`: the process ids.
fn holders(node: &Scene, which: &str) -> Vec<u32> {
    let database = node.provider.postgres().expect("on PostgreSQL");
    let held = format!("SELECT split_part(holder, '-', 1) FROM nodes WHERE {which}");
    let held = database.read(&held);
    held.iter().filter_map(|pid| pid.parse().ok()).collect()
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn what_a_node_held_is_free_as_soon_as_it_has_stopped() {
    /// The row of whoever delivers messages.
    const DELIVERER: &str = "node = -2";
    /// The row of whoever sweeps.
    const SWEEPER: &str = "node = -1";
    let Nodes { mut one, mut two } = Nodes::start();
    for _ in 0..if long() { 20 } else { 3 } {
        let deliverer = holders(&one, DELIVERER);
        if deliverer != [one.provider.pid().expect("it runs")] {
            std::mem::swap(&mut one, &mut two);
        }
        let [leaving, staying] = [&one, &two].map(|node| node.provider.pid().expect("it runs"));
        assert_eq!(holders(&one, DELIVERER), [leaving]);
        one.provider.stop();
        let left = holders(&two, "node >= -2");
        assert!(
            !left.contains(&leaving),
            "{left:?}: {leaving} holds nothing"
        );
        // A node that was killed would keep it for 15 seconds.
        let taken = || holders(&two, DELIVERER) == [staying];
        assert!(
            within(Duration::from_secs(5), taken),
            "{:?}",
            holders(&two, "true")
        );
        one.provider.start();
        // It sweeps as soon as it starts, if nobody does.
        let swept = || holders(&two, SWEEPER).len() == 1;
        assert!(within(Duration::from_secs(5), swept), "nobody sweeps");
    }
}

/// Two operators rotate what signs at the same moment: the nodes publish the same set, and one key of each algorithm signs.
#[test]
fn nodes_that_rotate_at_once_sign_with_the_same_keys() {
    let server = crate::support::client::tool("VALETKEY_TEST_POSTGRES");
    let server = server.to_str().expect("a URL");
    let database = std::sync::Arc::new(acceptance::postgres::Database::on(server));
    let changes = "[signing]\nalgorithms = [\"ES256\", \"EdDSA\"]";
    let mut nodes = Nodes::on([database.clone(), database], changes);
    let path = nodes.one.endpoint("jwks_uri");
    let set = |node: &Scene| node.api().get(&path).expect(200).json();
    assert_eq!(set(&nodes.one), set(&nodes.two));
    assert_eq!(set(&nodes.one)["keys"].as_array().map(Vec::len), Some(2));
    std::thread::scope(|scope| {
        for node in nodes.both() {
            scope.spawn(|| node.cli(&["key", "rotate", "--signing", "--now"]));
        }
    });
    let listed = nodes.one.cli(&["key", "list"]);
    let keys = listed["signing"].as_array().expect("a list");
    for algorithm in ["ES256", "EdDSA"] {
        let signing =
            |key: &&acceptance::Json| key["algorithm"] == algorithm && key["state"] == "signing";
        assert_eq!(keys.iter().filter(signing).count(), 1, "{listed}");
    }
    nodes.one.provider.restart();
    nodes.two.provider.restart();
    assert_eq!(set(&nodes.one), set(&nodes.two));
    assert_eq!(
        set(&nodes.one)["keys"].as_array().map(Vec::len),
        Some(keys.len())
    );
}

/// An assertion that one node took is known to the other, also where both are shown it at the same moment.
#[test]
fn an_assertion_works_once_on_all_nodes() {
    let nodes = Nodes::start();
    let signer = Signer::new("first");
    let client_id = nodes.one.keyed(
        "--jwks",
        &signer.set().to_string(),
        &["--grant", "client_credentials"],
    );
    let issuer = nodes.one.provider.issuer();
    for _ in 0..5 {
        let used = signer.assertion(&client_id, issuer, |_| {});
        nodes.one.asserted(&used).expect(200);
        assert_refused(&nodes.two.asserted(&used), 401, "invalid_client");
        let used = signer.assertion(&client_id, issuer, |_| {});
        let answers = std::thread::scope(|scope| {
            let asked = nodes
                .both()
                .map(|node| scope.spawn(|| node.asserted(&used).status));
            asked.map(|one| one.join().expect("an answer"))
        });
        let taken = answers.iter().filter(|status| **status == 200).count();
        assert_eq!(taken, 1, "{answers:?}");
    }
}

/// So is a proof of possession (RFC 9449 §11.1), and a nonce that one node gave.
#[test]
fn a_proof_works_once_on_all_nodes() {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let nodes = Nodes::on(
        [database.clone(), database],
        "[token]\ndpop_nonce = \"required\"",
    );
    let (machine, holder) = (nodes.one.machine(), Holder::new());
    let own = [("grant_type", "client_credentials")];
    let asked = nodes.one.proved(&machine, &own, &nodes.one.proof(&holder));
    let nonce = asked.header("DPoP-Nonce").expect("a nonce").to_owned();
    let url = nodes.one.url("token_endpoint");
    let proof = || {
        holder.with("POST", &url, |claims| {
            claims["nonce"] = nonce.as_str().into()
        })
    };
    for [first, second] in [[&nodes.one, &nodes.two], [&nodes.two, &nodes.one]] {
        let used = proof();
        first.proved(&machine, &own, &used).expect(200);
        let again = second.proved(&machine, &own, &used);
        assert_refused(&again, 400, "invalid_dpop_proof");
    }
    for _ in 0..5 {
        let used = proof();
        let answers = std::thread::scope(|scope| {
            let asked = nodes
                .both()
                .map(|node| scope.spawn(|| node.proved(&machine, &own, &used).status));
            asked.map(|one| one.join().expect("an answer"))
        });
        let taken = answers.iter().filter(|status| **status == 200).count();
        assert_eq!(taken, 1, "{answers:?}");
    }
}

/// Each node gives out its share, so that both together give out no more than the budget says.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn budgets_are_shared_by_the_nodes() {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let changes = "trusted_proxies = [\"127.0.0.1\"]\n[limits]\n\
                   programs = { per_minute = 1, burst = 40 }";
    let nodes = Nodes::on([database.clone(), database], changes);
    // Asks as a new address until it is refused.
    let given = |node: &Scene, address: &str| {
        let ask = |_: &usize| {
            let request = Request::get("/.well-known/oauth-authorization-server");
            let reply = node.api().send(&request.header("X-Forwarded-For", address));
            reply.status == 429
        };
        (0..60).find(ask).expect("sixty are not too many")
    };
    // The first node hears of the second when it renews its lease.
    let mut tried = 0;
    let shares = || {
        tried += 1_u16;
        let address = format!("2001:db8:0:{tried:x}::1");
        let given = nodes.both().map(|node| given(node, &address));
        given.iter().all(|given| (20..=23).contains(given))
    };
    assert!(within(Duration::from_secs(40), shares));
}
