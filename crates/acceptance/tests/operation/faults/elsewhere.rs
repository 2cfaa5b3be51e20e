//! Sign-ins at the company's own login and at other providers, under a clock that is moved: what comes late is not taken, and a
//! clock that is a minute off keeps nobody out.
use super::ground::Ground;
use crate::support::assertions::now;
use crate::support::proofs::Holder;
use crate::support::{CALLBACK, PLAIN, Scene, assert_refused};
use acceptance::{Browser, Json, Redirect, Reply, Request, Setup, Url};
use serde_json::json;

#[allow(dead_code, reason = "little of it is bent here")]
#[path = "../../pages/upstream/provider.rs"]
mod provider;

use provider::Elsewhere;

const MINUTES: i64 = 60;
const SECRET: &str = "the-company-shows-this-secret-0001";
const HANDOFF: &str = r#"
[login.handoff]
url = "http://localhost:9/login"
secrets = ["the-company-shows-this-secret-0001"]
"#;

fn call(scene: &Scene, path: &str, body: &Json) -> Reply {
    let request = Request::post(path).json(body).bearer(SECRET);
    scene.api().send(&request)
}

/// Where a browser is sent.
#[track_caller]
fn away(reply: &Reply) -> Redirect {
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no redirect: {reply}")))
}

/// The challenge that a browser is sent away with.
#[track_caller]
fn challenge(browser: &mut Browser, target: &str) -> String {
    let away = away(&browser.open(target));
    away.param("login_challenge")
        .expect("a challenge")
        .to_owned()
}

fn ada(challenge: &str) -> Json {
    json!({ "challenge": challenge, "user": { "id": "u-1815", "name": "Ada Lovelace" } })
}

/// Where the browser is sent back to, as a target here.
#[track_caller]
fn way_back(reply: Reply) -> String {
    let url = reply.expect(200).member("redirect_to");
    Url::parse(&url).expect("a URL").target()
}

#[track_caller]
fn assert_late(page: &Reply, browser: &mut Browser) {
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains("took too long"), "{page}");
    assert!(page.text().contains("/sign-in"), "a way on: {page}");
    assert_eq!(browser.get("/account").status, 303, "somebody is signed in");
}

#[test]
fn a_challenge_and_a_ticket_end_by_the_clock() {
    let ground = Ground::new();
    let scene = Scene::start(ground.lay(Setup::toml(PLAIN).with(HANDOFF)));
    let mut browsers = [(); 3].map(|()| scene.provider.browser());
    let [slow, late, lost] = &mut browsers;
    let of_slow = challenge(slow, "/sign-in");
    let of_late = challenge(late, "/sign-in");
    let of_lost = challenge(lost, "/sign-in");
    let named = |challenge: &str| json!({ "challenge": challenge });
    // Nearly a quarter of an hour is no longer than somebody may take to make an account there.
    ground.set_clock(14 * MINUTES);
    call(&scene, "/login/challenge", &named(&of_slow)).expect(200);
    let back = way_back(call(&scene, "/login/accept", &ada(&of_slow)));
    let back_late = way_back(call(&scene, "/login/accept", &ada(&of_late)));
    ground.set_clock(16 * MINUTES);
    for (path, body) in [
        ("/login/challenge", named(&of_lost)),
        ("/login/accept", ada(&of_lost)),
        ("/login/refuse", named(&of_lost)),
        // What was answered in time is not answered again.
        ("/login/accept", ada(&of_slow)),
    ] {
        let refused = call(&scene, path, &body);
        assert_refused(&refused, 410, "expired_challenge");
        assert!(refused.member("next").contains("begin anew"), "{refused}");
    }
    // The way back has minutes of its own.
    ground.set_clock(18 * MINUTES);
    slow.open(&back).expect(200);
    ground.set_clock(20 * MINUTES);
    let page = late.open(&back_late);
    assert_late(&page, late);
    // It is begun anew.
    let again = challenge(lost, "/sign-in");
    let back = way_back(call(&scene, "/login/accept", &ada(&again)));
    lost.open(&back).expect(200);
}

#[test]
fn a_return_from_another_provider_ends_by_the_clock() {
    let ground = Ground::new();
    let other = Elsewhere::start();
    let scene = Scene::start(ground.lay(Setup::toml(PLAIN).with(&other.table("acme", ""))));
    let (mut soon, mut late) = (scene.provider.browser(), scene.provider.browser());
    let to_soon = away(&soon.get("/sign-in/with/acme"));
    let to_late = away(&late.get("/sign-in/with/acme"));
    ground.set_clock(11 * MINUTES);
    let page = late.open(&other.sign_in(&to_late));
    assert_late(&page, &mut late);
    let asked = |path: &str| other.ways().asked.iter().any(|(asked, ..)| asked == path);
    assert!(!asked("/token"), "the code is not even shown");
    // The other is no later than it may be, by a clock that is right again.
    ground.set_clock(0);
    soon.open(&other.sign_in(&to_soon)).expect(200);
}

/// The company's clock, the provider's and an app's are right, and this server's is not.
#[test]
fn a_clock_that_is_a_minute_off_keeps_nobody_out() {
    for off in [60, -60] {
        let ground = Ground::new();
        ground.set_clock(off);
        let scene = Scene::start(ground.lay(Setup::toml(PLAIN).with(HANDOFF)));
        let app = scene.confidential(CALLBACK);
        let mut browser = scene.provider.browser();
        let say = |challenge: &str| {
            let mut body = ada(challenge);
            body["auth_time"] = now().into();
            way_back(call(&scene, "/login/accept", &body))
        };
        let back = say(&challenge(&mut browser, "/sign-in"));
        browser.open(&back).expect(200);
        // Also where the sign-in must be of now.
        let mut browser = scene.provider.browser();
        let question = scene.question(&app, &[("prompt", "login")]);
        let back = say(&challenge(&mut browser, &question));
        let page = browser.open(&back).expect(200);
        assert!(page.text().contains("Ada Lovelace"), "{off}: {page}");

        let ground = Ground::new();
        ground.set_clock(off);
        let other = Elsewhere::start();
        let scene = Scene::start(ground.lay(Setup::toml(PLAIN).with(&other.table("acme", ""))));
        let mut browser = scene.provider.browser();
        let sent = away(&browser.get("/sign-in/with/acme"));
        browser.open(&other.sign_in(&sent)).expect(200);

        let (machine, holder) = (scene.machine(), Holder::new());
        let own = [("grant_type", "client_credentials")];
        let reply = scene.proved(&machine, &own, &scene.proof(&holder));
        match off > 0 {
            true => {
                reply.expect(200);
            }
            // One from the future could be kept until then: its app is told what is wrong.
            false => {
                assert_refused(&reply, 400, "invalid_dpop_proof");
                assert!(reply.text().contains("set the clock"), "{reply}");
            }
        }
    }
}
