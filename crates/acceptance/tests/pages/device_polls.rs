//! A device that polls (RFC 8628 §3.4 and §3.5): too often, at once with itself, and by the dozen.

use crate::device::{Codes, answer, phone, scene, television, type_code};
use crate::support::{assert_refused, assert_well, outlive_a_second};
use acceptance::Reply;
use std::sync::Barrier;

#[test]
fn a_device_that_asks_too_often_is_slowed_down_for_good() {
    let scene = scene("[device]\ninterval = \"5s\"");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    assert_refused(&codes.poll(&scene, &app), 400, "authorization_pending");
    assert_refused(&codes.poll(&scene, &app), 400, "slow_down");
    outlive_a_second();
    let slow = codes.poll(&scene, &app);
    assert_refused(&slow, 400, "slow_down");
    assert!(
        slow.member("error_description").contains("15 seconds"),
        "{slow}"
    );
}

#[test]
fn polls_of_one_moment_are_not_all_in_time() {
    let scene = scene("[device]\ninterval = \"5s\"");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let start = Barrier::new(8);
    let errors: Vec<String> = std::thread::scope(|threads| {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                threads.spawn(|| {
                    start.wait();
                    codes.poll(&scene, &app).member("error")
                })
            })
            .collect();
        racers
            .into_iter()
            .filter_map(|racer| racer.join().ok())
            .collect()
    });
    let pending = errors
        .iter()
        .filter(|error| *error == "authorization_pending");
    assert_eq!(pending.count(), 1, "{errors:?}");
}

/// A device that has lost its patience is told so; the server is not at fault.
#[test]
fn polls_by_the_dozen_are_all_answered() {
    let scene = scene("[device]\ninterval = \"5s\"");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    const POLLS: usize = 60;
    let start = Barrier::new(POLLS);
    let replies: Vec<Reply> = std::thread::scope(|threads| {
        let racers: Vec<_> = (0..POLLS)
            .map(|_| {
                threads.spawn(|| {
                    start.wait();
                    codes.poll(&scene, &app)
                })
            })
            .collect();
        let replies = racers
            .into_iter()
            .map(|racer| racer.join().expect("it replies"));
        replies.collect()
    });
    let of = |error: &str| {
        let mut found = 0;
        for reply in replies
            .iter()
            .filter(|reply| reply.member("error") == error)
        {
            assert_refused(reply, 400, error);
            found += 1;
        }
        found
    };
    let (pending, slowed) = (of("authorization_pending"), of("slow_down"));
    assert_eq!((pending, slowed), (1, POLLS - 1), "{replies:?}");
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code"));
    answer(&mut browser, &page, "allow").expect(200);
    assert_well(&scene);
}

#[test]
fn racing_polls_get_tokens_once() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code"));
    answer(&mut browser, &page, "allow").expect(200);
    let start = Barrier::new(16);
    let replies: Vec<Reply> = std::thread::scope(|threads| {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                threads.spawn(|| {
                    start.wait();
                    codes.poll(&scene, &app)
                })
            })
            .collect();
        racers
            .into_iter()
            .filter_map(|racer| racer.join().ok())
            .collect()
    });
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(won.len(), 1);
    // The others presented a used code: what it gave is revoked.
    let api = scene.resource_server();
    assert!(!scene.is_active(&api, &won[0].member("access_token")));
}
