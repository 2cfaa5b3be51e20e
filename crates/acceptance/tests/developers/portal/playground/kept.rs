//! A run of the playground is kept in the store: it goes on after a restart and on every node, sealed.

use super::super::OPEN;
use super::super::test_sides::TEST;
use super::{BACK, END, Player, START, member, play_href};
use crate::support::client::tool;
use crate::support::told::TOLD;
use crate::support::{PLAIN, Scene, form_to, within};
use acceptance::postgres::Database;
use acceptance::{Browser, Form, Reply, Setup};
use std::sync::Arc;
use std::thread;

fn setup() -> Setup {
    let with = format!("{OPEN}\n{TEST}\n[grants]\ndevice_code = true");
    Setup::toml(PLAIN).with(&with)
}

/// Two nodes of one provider.
fn nodes() -> [Scene; 2] {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let one = Scene::peopled(setup().postgres(database.clone()).start());
    let keys = one.provider.folder().join("valetkey.keys");
    let keys = format!("[storage]\nkeys = {:?}", keys.display().to_string());
    let two = setup().with(&keys).postgres(database);
    let two = Scene {
        provider: two.issuer(one.provider.issuer()).start(),
        metadata: one.metadata.clone(),
        ann: one.ann.clone(),
    };
    [one, two]
}

/// The same browser, sent to another node.
fn moved(browser: &Browser, to: &Scene) -> Browser {
    let mut moved = to.provider.browser();
    moved.cookies = browser.cookies.clone();
    moved
}

/// Sends a form of one browser many times at once, in turn to each of these nodes.
fn at_once(browser: &Browser, nodes: [&Scene; 2], form: &Form) -> Vec<Reply> {
    let senders: Vec<_> = (0..8)
        .map(|turn| {
            let mut browser = moved(browser, nodes[turn % 2]);
            let form = form.clone();
            thread::spawn(move || browser.submit(&form, &[]))
        })
        .collect();
    let replies = senders.into_iter().map(|sender| sender.join());
    replies.map(|reply| reply.expect("an answer")).collect()
}

fn state(player: &mut Player) -> String {
    let link = super::super::shown(&player.page(), "link").expect("the link");
    let state = link.split("state=").nth(1).unwrap_or_default();
    state.split('&').next().unwrap_or_default().to_owned()
}

#[test]
fn a_run_goes_on_after_a_restart() {
    let mut player = Player::begun();
    player.step("authorize");
    player.scene.provider.restart();
    assert_eq!(player.lit(), "exchange");
    player.step("exchange");
    let token = member(&player.answer("exchange"), "access_token");
    player.scene.provider.restart();
    player.step("token-info");
    assert!(player.answer("token-info").contains("Answered with 200"));
    assert_eq!(
        member(&player.answer("exchange"), "access_token"),
        token,
        "it is what it was"
    );
    let form = form_to(&player.page(), END);
    player.developer.browser.submit(&form, &[]).expect(303);
    player.scene.provider.restart();
    form_to(&player.page(), START);
}

#[test]
fn a_rotation_of_the_sealing_keys_takes_runs_along() {
    let mut player = Player::begun();
    player.step("authorize");
    let listed = |player: &Player| player.scene.cli(&["key", "list"]);
    let values = |player: &Player| {
        let keys = listed(player)["keys"].clone();
        let keys = keys.as_array().cloned().unwrap_or_default();
        let of = |key: &acceptance::Json| key["values"].as_u64().unwrap_or_default();
        keys.iter().map(of).collect::<Vec<_>>()
    };
    let before = values(&player);
    assert!(before.iter().sum::<u64>() > 0, "{}", listed(&player));
    player.scene.cli(&["key", "rotate"]);
    let after = values(&player);
    assert_eq!(
        after.iter().sum::<u64>(),
        before.iter().sum::<u64>(),
        "{after:?}"
    );
    assert_eq!(after.last(), Some(&before.iter().sum()), "{after:?}");
    player.step("exchange");
    assert!(player.answer("exchange").contains("Answered with 200"));
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_developer_plays_on_either_node_at_every_step() {
    let [one, two] = nodes();
    let mut player = Player::in_scene(one);
    let mut nodes = [player.scene.provider.browser(), two.provider.browser()];
    let mut turn = 0;
    for (step, next) in [
        ("authorize", "exchange"),
        ("exchange", "token-info"),
        ("token-info", "refresh"),
        ("refresh", "revoke"),
        ("revoke", "device"),
        ("device", "device-poll"),
    ] {
        turn += 1;
        let there = &mut nodes[turn % 2];
        there.cookies = player.developer.browser.cookies.clone();
        std::mem::swap(&mut player.developer.browser, there);
        // The other node hears of a new secret a moment later.
        assert!(within(TOLD, || player.form(step).is_some()), "{step}");
        player.step(step);
        assert_eq!(player.lit(), next, "{}", player.answer(step));
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn of_what_comes_to_two_nodes_at_once_nothing_is_lost_or_doubled() {
    let [one, two] = nodes();
    let mut player = Player::in_scene(one);
    let secrets = |player: &Player| {
        let listed = ["app", "secret", "list", &*player.test.client_id];
        let listed = player.scene.cli(&listed)["secrets"].clone();
        listed.as_array().map_or(0, Vec::len)
    };
    let end = form_to(&player.page(), END);
    let ended = at_once(&player.developer.browser, [&player.scene, &two], &end);
    assert!(ended.iter().any(|reply| reply.status == 303), "{ended:?}");
    assert_eq!(secrets(&player), 1);
    // Begun by many, it is one run with one secret.
    let begin = form_to(&player.page(), START);
    let begun = at_once(&player.developer.browser, [&player.scene, &two], &begin);
    assert!(begun.iter().any(|reply| reply.status == 303), "{begun:?}");
    assert_eq!(secrets(&player), 2);
    // An answer comes to both: one has it.
    let target = format!("{BACK}?code=test_ac_forged&state={}", state(&mut player));
    let browsers = [&player.scene, &two, &player.scene, &two]
        .map(|node| moved(&player.developer.browser, node));
    let comes = browsers.map(|mut browser| {
        let target = target.clone();
        thread::spawn(move || browser.get(&target).status)
    });
    let mut came = comes.map(|comes| comes.join().expect("an answer"));
    came.sort_unstable();
    assert_eq!(came, [303, 400, 400, 400]);
    // Answers to different steps come at once, and each is there.
    let steps = ["client-credentials", "device"].map(|step| player.form(step).expect("a form"));
    let senders: Vec<_> = (0..8)
        .map(|turn| {
            let node = [&player.scene, &two][turn % 2];
            let mut browser = moved(&player.developer.browser, node);
            let form = steps[turn / 2 % 2].clone();
            thread::spawn(move || browser.submit(&form, &[]).status)
        })
        .collect();
    for sender in senders {
        assert_eq!(sender.join().expect("an answer"), 303);
    }
    for step in ["client-credentials", "device"] {
        let answer = player.answer(step);
        assert!(answer.contains("Answered with 200"), "{answer}");
    }
}

#[test]
fn a_code_is_exchanged_once_by_however_many() {
    let mut player = Player::begun();
    player.step("authorize");
    let form = player.form("exchange").expect("a form");
    let nodes = [&player.scene, &player.scene];
    let replies = at_once(&player.developer.browser, nodes, &form);
    let made = replies.iter().filter(|reply| reply.status == 303);
    assert_eq!(made.count(), 1, "{replies:?}");
    assert!(player.answer("exchange").contains("Answered with 200"));
    // The code was not replayed, which would have ended what it gave.
    player.step("token-info");
    let answer = player.answer("token-info");
    assert!(answer.contains("Answered with 200"), "{answer}");
    let page = player.developer.browser.open(&play_href(&player.live));
    page.expect(200);
}
