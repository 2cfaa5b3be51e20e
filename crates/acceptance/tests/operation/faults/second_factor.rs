//! A second step under a clock that is moved: codes by the time, a first step that is too old, guesses of another day.
use super::ground::Ground;
use crate::support::phone::{STEP, first_step, send_code, with_second_step};
use crate::support::{ANN, PASSWORD, Scene};

const MINUTES: i64 = 60;
const DAY: i64 = 86_400;

#[test]
fn codes_and_the_first_step_go_by_the_clock() {
    let ground = Ground::new();
    let scene = Scene::start(ground.setup());
    let (_, phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    let mut browser = scene.provider.browser();
    let page = first_step(&mut browser, ANN, PASSWORD);
    // An hour later the code of an hour ago is none any more, and this first step is too old.
    let old = phone.now();
    ground.set_clock(60 * MINUTES);
    phone.set_clock(60 * MINUTES);
    let reply = send_code(&mut browser, &page, STEP, &phone.now());
    assert_eq!(reply.location(), Some("/sign-in?after=late"), "{reply}");
    let mut anew = scene.provider.browser();
    let page = first_step(&mut anew, ANN, PASSWORD);
    assert_eq!(send_code(&mut anew, &page, STEP, &old).status, 401);
    // A telephone that goes a step wrong is taken, and one that goes three wrong is not.
    phone.set_clock(60 * MINUTES - 90);
    assert_eq!(send_code(&mut anew, &page, STEP, &phone.now()).status, 401);
    phone.set_clock(60 * MINUTES + 30);
    let ahead = phone.now();
    send_code(&mut anew, &page, STEP, &ahead).expect(303);
    // Nine minutes are no longer than somebody may take to find their telephone.
    let mut slow = scene.provider.browser();
    let page = first_step(&mut slow, ANN, PASSWORD);
    ground.set_clock(69 * MINUTES);
    phone.set_clock(69 * MINUTES);
    send_code(&mut slow, &page, STEP, &phone.now()).expect(303);
    // Recovery codes know no time.
    ground.set_clock(DAY);
    let mut lost = scene.provider.browser();
    let page = first_step(&mut lost, ANN, PASSWORD);
    send_code(&mut lost, &page, STEP, &codes[9]).expect(303);
}

#[test]
fn strangers_have_fifty_guesses_a_day() {
    let ground = Ground::new();
    let scene = Scene::start(ground.setup());
    let (mut known, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    known.sign_out();
    let mut thief = scene.provider.browser();
    let (mut tried, mut at) = (0, 0);
    // Ten within each quarter of an hour, until the day's are gone.
    let waits = loop {
        let page = first_step(&mut thief, ANN, PASSWORD);
        let reply = loop {
            phone.set_clock(at);
            let reply = send_code(&mut thief, &page, STEP, &phone.wrong());
            match reply.status {
                401 => tried += 1,
                429 => break reply,
                _ => panic!("{reply}"),
            }
        };
        let wait = reply.header("Retry-After").and_then(|it| it.parse().ok());
        let wait: i64 = wait.expect("when it is worth another");
        if wait > 15 * MINUTES {
            break wait;
        }
        at += 16 * MINUTES;
        ground.set_clock(at);
    };
    assert_eq!(tried, 50);
    assert!(waits > DAY - 2 * 60 * MINUTES && waits <= DAY, "{waits}");
    // The browser that the account knows is not kept out by them.
    let page = first_step(&mut known, ANN, PASSWORD);
    phone.set_clock(at);
    send_code(&mut known, &page, STEP, &phone.now()).expect(303);
    // Nor is anybody for good.
    ground.set_clock(at + waits + 1);
    phone.set_clock(at + waits + 1);
    let mut new = scene.provider.browser();
    let page = first_step(&mut new, ANN, PASSWORD);
    send_code(&mut new, &page, STEP, &phone.now()).expect(303);
}
