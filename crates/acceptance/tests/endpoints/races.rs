//! Many requests at once for one thing: exactly one wins, and what it wins lives.

use crate::support;
use crate::support::{ANN, CALLBACK, Scene, Tokens, assert_refused, within};
use acceptance::{App, Reply, Request};
use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How many race.
const RACERS: usize = 100;

/// Sends the same request from many connections at the same moment.
fn race(scene: &Scene, request: &Request) -> Vec<Reply> {
    let api = scene.api();
    let start = Barrier::new(RACERS);
    std::thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|_| {
                scope.spawn(|| {
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

/// A form POST with the app's credentials in the header.
fn post(target: &str, app: &App, fields: &[(&str, &str)]) -> Request {
    Request::post(target)
        .basic(&app.client_id, &app.client_secret)
        .form(fields)
}

#[test]
fn a_hundred_redemptions_of_one_code() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[]).code();
    let redeem = post(
        &scene.token(),
        &app,
        &[("grant_type", "authorization_code"), ("code", &code)],
    );
    let replies = race(&scene, &redeem);
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(won.len(), 1, "{}", replies.len());
    for reply in &lost {
        assert_refused(reply, 400, "invalid_grant");
    }
    // The code came again, so what it gave is dead (RFC 6749 section 4.1.2).
    let tokens = Tokens::of(won[0]);
    assert!(!scene.is_active(&app, &tokens.access));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert_refused(&scene.api().send(&redeem), 400, "invalid_grant");
}

#[test]
fn a_hundred_identical_refreshes() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
    ];
    let replies = race(&scene, &post(&scene.token(), &app, &refresh));
    let bodies: HashSet<String> = replies
        .iter()
        .map(|reply| reply.clone().expect(200).text())
        .collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let next = Tokens::of(&replies[0]);
    assert!(scene.is_active(&app, &next.access) && scene.is_active(&app, &next.refresh));
    assert!(
        !scene.is_active(&app, &first.refresh),
        "the consumed token is no longer one"
    );
    let third = Tokens::of(&scene.refresh(&app, &next.refresh));
    assert!(scene.is_active(&app, &third.access));
}

#[test]
fn a_hundred_new_accounts_with_one_address() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let page = browser.open("/sign-up");
    let form = support::form_to(&page, "/sign-up");
    let typed = [
        ("name", "Ben"),
        ("email", "ben@example.com"),
        ("password", "a password of some length"),
    ];
    let replies = race(&scene, &as_form("/sign-up", &browser, &form.filled(&typed)));
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status, 303 | 429)),
        "{:?}",
        replies[0]
    );
    let listed = scene.cli(&["user", "list"]).to_string();
    assert_eq!(listed.matches("ben@example.com").count(), 1, "{listed}");
}

#[test]
fn a_hundred_answers_to_one_question() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
    let filled = support::consent_form(&page).filled(&[("answer", "allow")]);
    let replies = race(&scene, &as_form("/consent", &browser, &filled));
    // The same answer goes to the same place, however often it comes: one code.
    let places: std::collections::BTreeSet<_> = replies
        .iter()
        .map(|reply| {
            assert_eq!(reply.status, 303, "{reply}");
            reply.location().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(places.len(), 1, "{places:?}");
    let code = acceptance::Redirect::parse(&places.into_iter().next().unwrap()).code();
    scene.redeem(&app, &code, &[]).expect(200);
}

#[test]
fn both_answers_to_one_question_at_once() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    for _ in 0..5 {
        let app = scene.confidential(CALLBACK);
        let page = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
        let given = |answer| support::consent_form(&page).filled(&[("answer", answer)]);
        let allow = as_form("/consent", &browser, &given("allow"));
        let deny = as_form("/consent", &browser, &given("deny"));
        let (allowed, denied) = std::thread::scope(|scope| {
            let allowed = scope.spawn(|| race(&scene, &allow));
            let denied = scope.spawn(|| race(&scene, &deny));
            (allowed.join().unwrap(), denied.join().unwrap())
        });
        let won = |replies: &[acceptance::Reply]| replies.iter().all(|reply| reply.status == 303);
        let lost = |replies: &[acceptance::Reply]| replies.iter().all(|reply| reply.status == 409);
        assert!(
            (won(&allowed) && lost(&denied)) || (won(&denied) && lost(&allowed)),
            "one answer is given, and the other told so"
        );
    }
}

#[test]
fn a_hundred_guesses_at_once_are_not_free() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let form = support::form_to(&browser.open("/sign-in"), "/sign-in");
    let filled = form.filled(&[("email", ANN), ("password", "not the password at all")]);
    let replies = race(&scene, &as_form("/sign-in", &browser, &filled));
    let looked_at = replies.iter().filter(|reply| reply.status == 401).count();
    let throttled = replies.iter().filter(|reply| reply.status == 429).count();
    assert_eq!(looked_at + throttled, RACERS, "{}", replies[0]);
    assert!(looked_at <= 20, "{looked_at} guesses were looked at");
}

/// A filled form as the browser sends it.
fn as_form(target: &str, browser: &acceptance::Browser, filled: &[(String, String)]) -> Request {
    let fields = filled
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<(&str, &str)> = fields.collect();
    let cookies = browser.cookies.header().unwrap_or_default();
    Request::post(target)
        .form(&fields)
        .header("Cookie", &cookies)
}

#[test]
fn a_retry_after_a_restart_gets_the_same_answer() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let answer = scene.refresh(&app, &first.refresh).expect(200);
    scene.provider.restart();
    let retry = scene.refresh(&app, &first.refresh).expect(200);
    assert_eq!(retry.text(), answer.text());
    let next = Tokens::of(&retry);
    assert!(scene.is_active(&app, &next.access));
    scene.refresh(&app, &next.refresh).expect(200);
}

#[test]
fn a_replay_after_the_successor_was_used_ends_the_family() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let second = Tokens::of(&scene.refresh(&app, &first.refresh));
    let third = Tokens::of(&scene.refresh(&app, &second.refresh));
    assert!(scene.is_active(&app, &third.access));
    assert_refused(&scene.refresh(&app, &first.refresh), 400, "invalid_grant");
    for token in [&first.access, &second.access, &third.access, &third.refresh] {
        assert!(!scene.is_active(&app, token), "one of the family lives");
    }
    assert_refused(&scene.refresh(&app, &third.refresh), 400, "invalid_grant");
    let other = scene.tokens(&app, "tasks:read");
    assert!(
        scene.is_active(&app, &other.access),
        "a new grant of the same app is not touched"
    );
}

#[test]
fn a_retry_must_be_identical() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read tasks:write");
    let next = Tokens::of(&scene.refresh(&app, &first.refresh));
    let narrower = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &first.refresh),
        ("scope", "tasks:read"),
    ];
    assert_refused(
        &scene.api().post_form_as(&scene.token(), &app, &narrower),
        400,
        "invalid_grant",
    );
    assert_eq!(Tokens::of(&scene.refresh(&app, &first.refresh)), next);
}

#[test]
fn a_refresh_may_ask_for_less_and_then_again_for_all() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read tasks:write");
    let narrower = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &first.refresh),
        ("scope", "tasks:read"),
    ];
    let reply = scene
        .api()
        .post_form_as(&scene.token(), &app, &narrower)
        .expect(200);
    assert_eq!(reply.member("scope"), "tasks:read");
    let whole = scene.refresh(&app, &Tokens::of(&reply).refresh).expect(200);
    assert_eq!(whole.member("scope"), "tasks:read tasks:write");
}

/// Checks that `works` is no longer so within a second of the command's end.
#[track_caller]
fn assert_ends(scene: &Scene, args: &[&str], works: impl Fn() -> bool) {
    assert!(works(), "before {args:?}");
    scene.cli(args);
    let done = Instant::now();
    assert!(
        within(Duration::from_millis(1000), || !works()),
        "{args:?} has no effect"
    );
    assert!(done.elapsed() < Duration::from_secs(2));
}

#[test]
fn what_the_command_line_takes_back_is_refused_within_a_second() {
    let scene = Scene::plain("");
    let (app, other) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let api = scene.resource_server();
    let mut browser = scene.browser();
    let (one, two) = (
        scene.tokens_of(&mut browser, &app, "tasks:read"),
        scene.tokens_of(&mut browser, &app, "tasks:read"),
    );
    let third = scene.tokens_of(&mut browser, &other, "tasks:read");
    let file = scene.provider.secret_file(&one.access);
    let revoke = ["token", "revoke", "--token-file", &file];
    assert_ends(&scene, &revoke, || scene.is_active(&api, &one.access));
    let file = scene.provider.secret_file(&two.refresh);
    let revoke = ["token", "revoke", "--token-file", &file];
    assert_ends(&scene, &revoke, || scene.is_active(&api, &two.access));
    assert_refused(&scene.refresh(&app, &two.refresh), 400, "invalid_grant");
    let fresh = scene.tokens_of(&mut browser, &app, "tasks:read");
    assert_ends(&scene, &["app", "disable", &app.client_id], || {
        scene.is_active(&api, &fresh.access)
    });
    assert_refused(&scene.refresh(&app, &fresh.refresh), 401, "invalid_client");
    assert!(scene.is_active(&api, &third.access));
    assert_ends(&scene, &["user", "disable", ANN], || {
        scene.is_active(&api, &third.access)
    });
    assert_refused(&scene.refresh(&other, &third.refresh), 400, "invalid_grant");
    assert!(
        browser.open("/account").text().contains("Sign in"),
        "her session has ended"
    );
    assert_eq!(
        scene
            .provider
            .browser()
            .try_sign_in(ANN, support::PASSWORD)
            .status,
        403
    );
    scene.cli(&["app", "enable", &app.client_id]);
    let enabled = || scene.refresh(&app, &fresh.refresh).status == 400;
    assert!(
        within(Duration::from_secs(1), enabled),
        "what was issued before stays dead"
    );
}

#[test]
fn a_graceful_stop_finishes_requests() {
    let mut scene = Scene::plain("");
    let machine = scene.machine();
    let request = post(
        &scene.token(),
        &machine,
        &[("grant_type", "client_credentials")],
    );
    let (api, answered) = (scene.api(), AtomicUsize::new(0));
    let (acknowledged, failed) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut tokens = Vec::new();
                    loop {
                        match api.try_send(&request) {
                            Ok(reply) => {
                                tokens.push(Tokens::of(&reply).access);
                                answered.fetch_add(1, Relaxed);
                            }
                            Err(error) => return (tokens, error),
                        }
                    }
                })
            })
            .collect();
        let busy = || answered.load(Relaxed) >= 50;
        assert!(within(Duration::from_secs(10), busy), "few are answered");
        assert!(scene.provider.stop().success(), "{}", scene.provider.log());
        let ended = workers
            .into_iter()
            .map(|worker| worker.join().expect("it ends"));
        ended.fold(
            (Vec::new(), Vec::new()),
            |(mut all, mut errors), (tokens, error)| {
                all.extend(tokens);
                errors.push(error.kind());
                (all, errors)
            },
        )
    });
    assert!(!acknowledged.is_empty());
    // A request that was under way got its answer: connections end before, never within one.
    assert!(
        !failed.contains(&std::io::ErrorKind::InvalidData),
        "{failed:?}"
    );
    scene.provider.start();
    for token in acknowledged.iter().rev().take(50) {
        assert!(scene.is_active(&machine, token));
    }
}

/// A slow sender whose request the server has begun to read gets its answer while the server stops.
#[test]
fn a_request_under_way_is_answered_while_stopping() {
    use std::io::{BufReader, Write};
    let mut scene = Scene::plain("");
    let machine = scene.machine();
    let request = post(
        &scene.token(),
        &machine,
        &[("grant_type", "client_credentials")],
    );
    let bytes = request.bytes("localhost");
    let (head, tail) = bytes.split_at(bytes.len() - 5);
    let mut stream = std::net::TcpStream::connect(scene.provider.addr()).expect("connects");
    stream.write_all(head).expect("sends");
    // That it has begun to read cannot be seen from here.
    std::thread::sleep(Duration::from_millis(100));
    let addr = scene.provider.addr();
    let stopper = std::thread::spawn(move || {
        let status = scene.provider.stop();
        (scene, status)
    });
    let stops = || std::net::TcpStream::connect(addr).is_err();
    assert!(within(Duration::from_secs(5), stops), "it does not stop");
    stream.write_all(tail).expect("sends the rest");
    let reply = acceptance::read_reply(&mut BufReader::new(stream), false).expect("is answered");
    let (mut scene, status) = stopper.join().expect("it stops");
    assert!(status.success(), "{status}");
    scene.provider.start();
    assert!(scene.is_active(&machine, &Tokens::of(&reply).access));
}

/// Each command takes a number while it runs, and there are fewer numbers than commands.
#[test]
fn commands_by_the_hundred_all_succeed() {
    let scene = Scene::plain("");
    scene.confidential(CALLBACK);
    let commands = if support::long() { 500 } else { 150 };
    let password = scene.provider.secret_file(support::PASSWORD);
    let start = Barrier::new(commands);
    let run = |at: usize| {
        let email = format!("user{at}@example.com");
        let create = ["user", "create", "--email", &email, "--name", "Bob"];
        let create = [&create, &["--password-file", &password][..]].concat();
        let args = match at % 5 {
            0 => create.as_slice(),
            1 => &["user", "list"],
            2 => &["audit"],
            _ => &["app", "list"],
        };
        start.wait();
        scene.provider.cli(args)
    };
    let run = &run;
    let failed: Vec<_> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..commands)
            .map(|at| scope.spawn(move || run(at)))
            .collect();
        let done = racers
            .into_iter()
            .map(|racer| racer.join().expect("it ends"));
        done.filter(|done| done.code != Some(0)).collect()
    });
    assert!(failed.is_empty(), "{}: {:?}", failed.len(), failed[0]);
    let people = scene.cli(&["user", "list", "--limit", "1000"]);
    let people = people["users"].as_array().map_or(0, Vec::len);
    assert_eq!(people, 2 + commands / 5);
    support::assert_well(&scene);
}
