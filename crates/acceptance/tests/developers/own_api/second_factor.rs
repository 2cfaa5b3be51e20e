//! Organizations whose members act for them only after a sign-in with a second factor.
use super::{GRANT, access, asked, ours, signed_in};
use crate::support::phone::set_up;
use crate::support::{OWNER, PASSWORD, Scene, form_to};
use acceptance::{Browser, Json, Request};
use serde_json::json;

const APPS: &str = "/valetkey/apps";

/// A token of whoever is signed in there.
#[track_caller]
fn let_in(scene: &Scene, browser: &mut Browser) -> Json {
    let codes = asked(scene);
    let typed = [("user_code", codes["user_code"].as_str().unwrap_or_default())];
    let page = browser.open("/device").expect(200);
    let page = browser
        .submit(&form_to(&page, "/device/code"), &typed)
        .expect(200);
    let form = form_to(&page, "/device/answer");
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    let code = codes["device_code"].as_str().unwrap_or_default();
    let fields = [("grant_type", GRANT), ("device_code", code)];
    let reply = scene.api().post_form_as(&scene.token(), &ours(), &fields);
    reply.expect(200).json()
}

#[test]
fn a_program_that_was_let_in_without_runs_no_app_of_theirs() {
    let scene = Scene::plain("[apps]\nregistration = \"open\"");
    let weak = signed_in(&scene, OWNER);
    let mut olive = scene.provider.browser();
    olive.sign_in(OWNER, PASSWORD);
    let form = form_to(&olive.open("/organizations"), "/organizations/found");
    let reply = olive.submit(&form, &[("name", "Acme")]).expect(303);
    let path = reply.location().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let acme = path.rsplit('/').next().unwrap_or_default().to_owned();
    let make = |token: &Json, name: &str| {
        let new = json!({ "name": name, "homepage": "https://cool.page", "organization": acme,
                          "redirect_uris": ["https://cool.page/callback"] });
        let request = Request::post(APPS).json(&new).bearer(access(token));
        scene.api().send(&request)
    };
    let made = make(&weak, "Board").expect(201).json();
    let id = made["client_id"].as_str().unwrap_or_default().to_owned();
    set_up(&mut olive);
    let page = olive.open(&path).expect(200);
    let form = form_to(&page, "/organizations/second-factor");
    olive.submit(&form, &[("required", "yes")]).expect(303);
    let strong = let_in(&scene, &mut olive);

    let one = format!("{APPS}/{id}");
    let of_acme = format!("{APPS}?organization={acme}");
    let all = |token: &Json| {
        let get = |path: &str| Request::get(path).bearer(access(token));
        let delete = Request::new("DELETE", &one).bearer(access(token));
        let secret = format!("{one}/secrets");
        let secret = Request::post(&secret)
            .json(&json!({}))
            .bearer(access(token));
        [get(&one), get(&of_acme), secret, delete].map(|request| scene.api().send(&request))
    };
    let refused = all(&weak);
    for reply in refused.iter().chain([&make(&weak, "Another")]) {
        assert_eq!(reply.status, 403, "{reply}");
        assert_eq!(reply.member("error"), "second_factor_required", "{reply}");
    }
    // Her own apps she runs with it as before.
    let own = Request::get(APPS).bearer(access(&weak));
    scene.api().send(&own).expect(200);
    // Nor is a deleted one brought back.
    for reply in all(&strong) {
        assert!(reply.status < 300, "{reply}");
    }
    let back = |token: &Json| {
        let restore = Request::post(&format!("{one}/restore")).json(&json!({}));
        scene.api().send(&restore.bearer(access(token)))
    };
    assert_eq!(back(&weak).member("error"), "second_factor_required");
    back(&strong).expect(200);
}
