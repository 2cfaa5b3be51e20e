//! What an app registers for OpenID Connect, on its page.

use super::{Developer, OPEN, OPENID, SET_OPENID, acts, open, says};
use acceptance::target;

#[test]
fn an_app_says_where_people_go_and_what_signs_for_it() {
    let scene = open(OPENID);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let uris = "https://app.example/out\r\n\r\n https://app.example/bye \r\n";
    let typed = [
        ("post-logout", uris),
        ("back-channel", "https://app.example/logout"),
        ("id-token-alg", "EdDSA"),
        ("userinfo-alg", "ES256"),
    ];
    let done = ann.act(&app, SET_OPENID, &typed).expect(303);
    let page = ann.browser.follow(done);
    says(
        &page,
        "https://app.example/out\nhttps://app.example/bye</textarea>",
    );
    says(&page, "<option value=\"EdDSA\" selected>");
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(shown["openid"]["id_token_signed_response_alg"], "EdDSA");
    assert_eq!(shown["openid"]["userinfo_signed_response_alg"], "ES256");
    assert_eq!(
        shown["openid"]["backchannel_logout_uri"],
        "https://app.example/logout"
    );
    let end = scene.endpoint("end_session_endpoint");
    let named = [
        ("client_id", &*app.client_id),
        ("post_logout_redirect_uri", "https://app.example/bye"),
    ];
    let known = scene.provider.browser().get(&target(&end, &named));
    assert_eq!(known.status, 200, "{known}");
    let done = ann.act(
        &app,
        SET_OPENID,
        &[
            ("post-logout", ""),
            ("back-channel", ""),
            ("id-token-alg", ""),
            ("userinfo-alg", ""),
        ],
    );
    done.expect(303);
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(shown["openid"], serde_json::json!({}));
    assert_eq!(
        acts(&scene, &app, &scene.ann).len(),
        3,
        "made, and changed twice"
    );
}

#[test]
fn what_is_wrong_is_told_where_it_was_typed() {
    let scene = open(OPENID);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    for (field, wrong, sentence) in [
        (
            "post-logout",
            "javascript:alert(1)",
            "One of these is no URL",
        ),
        (
            "post-logout",
            "https://app.example/#x",
            "One of these is no URL",
        ),
        (
            "post-logout",
            "https://a.example/\nhttps://a.example/",
            "is there twice",
        ),
        (
            "back-channel",
            "ftp://app.example/",
            "Write a whole https URL, without a # in it.",
        ),
        (
            "back-channel",
            "https://app.example/#x",
            "Write a whole https URL, without a # in it.",
        ),
    ] {
        let page = ann.act(&app, SET_OPENID, &[(field, wrong)]).expect(400);
        says(&page, sentence);
        says(&page, "<details open>");
        says(&page, &format!("href=\"#{field}\""));
    }
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(
        shown["openid"],
        serde_json::json!({}),
        "nothing of that is kept"
    );
}

#[test]
fn where_it_is_not_spoken_nobody_is_asked() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    assert!(!ann.page(&app).text().contains(SET_OPENID));
}
