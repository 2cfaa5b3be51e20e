//! The device flow (RFC 8628): libraries that poll, while Ann's browser answers for them.

use crate::flows::{Refusal, assert_tokens};
use crate::support::{ANN, PASSWORD, Scene, form_to, within};
use crate::talk::{Library, order};
use crate::{CALLBACK, setup};
use acceptance::{App, AppSpec, Json, Reply, Url};
use serde_json::json;
use std::time::Duration;

/// How long a library may take until it asks for the first time.
const FIRST_POLL: Duration = Duration::from_secs(20);

/// A provider that lets devices in, and lets them ask every two seconds.
#[track_caller]
pub(crate) fn provider() -> Scene {
    let on = "[grants]\ndevice_code = true\n[device]\ninterval = \"2s\"";
    Scene::start(setup().with(on))
}

/// An app on devices; with a secret where it is not public.
#[track_caller]
pub(crate) fn television(scene: &Scene, public: bool) -> App {
    scene.app(&AppSpec {
        name: "Living Room TV",
        grants: &["device_code", "refresh_token"],
        public,
        ..AppSpec::default()
    })
}

/// A device gets tokens after it was told to wait; another is refused. `refusing` is how the second one
/// authenticates; what the library makes of the refusal is returned.
#[track_caller]
pub(crate) fn walk(library: &Library, refusing: &str) -> Refusal {
    let scene = provider();
    let app = television(&scene, true);
    let mut talk = library.start(&scene, &order(&scene, &app, "device", "none", CALLBACK));
    let asked = talk.hear("approve");
    assert_waits(&scene);
    answer(&scene, &asked["approve"], "allow").expect(200);
    let said = talk.hear("tokens");
    assert_eq!(
        assert_tokens(&scene, &app, &said, Some(&scene.ann)).len(),
        1
    );
    assert_refreshes(&scene, &app, &said["tokens"][0]);
    talk.say(&json!("go on"));
    talk.hear("done");
    talk.end();
    let app = television(&scene, refusing == "none");
    let mut talk = library.start(&scene, &order(&scene, &app, "device", refusing, CALLBACK));
    let asked = talk.hear("approve");
    answer(&scene, &asked["approve"], "deny").expect(200);
    let refusal = Refusal::of(&talk.hear("refused"));
    talk.end();
    let log = scene.provider.log();
    assert!(!log.contains("slow_down"), "it asked too often: {log}");
    refusal
}

/// Waits until the device was told that nobody has answered yet.
#[track_caller]
pub(crate) fn assert_waits(scene: &Scene) {
    // As the log names it.
    let told = || scene.provider.log().contains("authorization_pending");
    assert!(within(FIRST_POLL, told), "{}", scene.provider.log());
}

/// Ann goes where the device sends her, finds the code or types it, and gives her answer.
#[track_caller]
pub(crate) fn answer(scene: &Scene, codes: &Json, word: &str) -> Reply {
    let text = |name: &str| codes[name].as_str().unwrap_or_default();
    let complete = text("verification_uri_complete");
    let address = match complete {
        "" => text("verification_uri"),
        complete => complete,
    };
    let url = Url::parse(address).unwrap_or_else(|| panic!("no address in {codes}"));
    assert_eq!(url.origin, scene.provider.issuer(), "{codes}");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open(&url.target()).expect(200);
    let form = form_to(&page, "/device/code");
    let page = browser.submit(&form, &[("user_code", text("user_code"))]);
    let form = form_to(&page.expect(200), "/device/answer");
    browser.submit(&form, &[("answer", word)])
}

/// Checks that a device's refresh token works.
#[track_caller]
pub(crate) fn assert_refreshes(scene: &Scene, app: &App, token: &Json) {
    let refresh = token["refresh_token"].as_str().unwrap_or_default();
    scene.refresh(app, refresh).expect(200);
}
