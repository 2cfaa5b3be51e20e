//! What a mail service reports of mail that comes back.
use super::{Post, SOON};
use crate::support::{ANN, OWNER, within};
use acceptance::{Json, Reply, Request};
use serde_json::json;

const SECRET: &str = "a-secret-that-only-the-mail-service-has";
const PATH: &str = "/mail/bounces";

fn start() -> Post {
    let mut post = Post::start("");
    let config = post.scene.provider.config_path();
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let hook = format!("[mail.bounces]\npath = \"{PATH}\"\nsecret = \"{SECRET}\"\n");
    std::fs::write(&config, format!("{text}\n{hook}")).expect("write it");
    post.scene.provider.restart();
    post
}

fn report(post: &Post, report: &Json) -> Reply {
    let request = Request::post(PATH).bearer(SECRET).json(report);
    post.scene.api().send(&request)
}

/// What is noted of an address of somebody.
fn noted(post: &Post, email: &str) -> Json {
    let listed = post.scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().cloned().unwrap_or_default();
    let user = users.into_iter().find(|user| user["email"] == email);
    user.map(|user| user["mail"].clone()).unwrap_or_default()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_service_reports_what_comes_back() {
    let post = start();
    // As we say it, as Postmark does, and as Amazon SES does by way of SNS, whose JSON is called text.
    let soft = json!({ "type": "bounce", "email": ANN, "permanent": false });
    report(&post, &soft).expect(200);
    assert_eq!(noted(&post, ANN), Json::Null);
    let known = report(&post, &json!({ "type": "bounce", "email": ANN }));
    let unknown = report(
        &post,
        &json!({ "type": "bounce", "email": "nob@example.com" }),
    );
    for reply in [&known, &unknown] {
        assert_eq!((reply.status, reply.text().as_str()), (200, "{}"));
        assert_eq!(reply.header("Access-Control-Allow-Origin"), None);
    }
    let names = |reply: &Reply| -> Vec<String> {
        reply.headers.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(noted(&post, ANN), "bounce");
    assert_eq!(post.events("mail.bounced"), 2);
    let junk = json!({ "RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": ANN, "Inactive": true });
    let basic = Request::post(PATH).basic("postmark", SECRET).json(&junk);
    post.scene.api().send(&basic).expect(200);
    assert_eq!(noted(&post, ANN), "complaint");
    let message = json!({ "notificationType": "Bounce", "bounce": { "bounceType": "Permanent",
        "bouncedRecipients": [{ "emailAddress": OWNER }] } });
    let published = json!({ "Type": "Notification", "Message": message.to_string() });
    let text = Request::post(PATH)
        .body(
            "text/plain; charset=UTF-8",
            published.to_string().as_bytes(),
        )
        .basic("sns", SECRET);
    post.scene.api().send(&text).expect(200);
    assert_eq!(noted(&post, OWNER), "bounce");
    // The address that says yes is for the operator, in the log; nothing asks it.
    let subscribe = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";
    let asked = json!({ "Type": "SubscriptionConfirmation", "SubscribeURL": subscribe });
    report(&post, &asked).expect(200);
    let told = || post.scene.provider.log().contains(subscribe);
    assert!(within(SOON, told));
    // Who did it is the operator, whose service it is.
    let told = post.scene.cli(&["audit", "--event", "mail.complained"]);
    let event = &told["events"][0];
    assert_eq!(event["actor"]["kind"], "operator", "{event}");
    assert!(
        event["address"].is_string() && event["user"].is_string(),
        "{event}"
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_report_that_proves_or_says_nothing_is_refused() {
    let post = start();
    let api = post.scene.api();
    let good = json!({ "type": "bounce", "email": ANN });
    let bare = || Request::post(PATH).json(&good);
    for wrong in [
        bare(),
        bare().bearer("a-secret-that-somebody-else-has-made-up"),
        bare().bearer(&SECRET[1..]),
        bare().basic(SECRET, ""),
        bare().header("Authorization", SECRET),
        Request::post(&format!("{PATH}?secret={SECRET}")).json(&good),
    ] {
        let reply = api.send(&wrong).expect(401);
        assert_eq!(reply.json()["error"], "invalid_client");
        let challenge = reply.header("WWW-Authenticate");
        assert_eq!(challenge, Some("Basic realm=\"mail bounces\""));
    }
    let long = format!(
        "{{\"type\":\"bounce\",\"email\":\"{}\"}}",
        "a".repeat(70_000)
    );
    for (media_type, body, status) in [
        ("application/json", "", 400),
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
        ("application/json", "{}", 400),
        (
            "application/json",
            "{\"type\":\"bounce\",\"email\":\"no address\"}",
            400,
        ),
        (
            "application/json",
            "{\"type\":\"joy\",\"email\":\"ann@example.com\"}",
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            "type=bounce&email=ann%40example.com",
            415,
        ),
        ("application/json", &long, 413),
    ] {
        let request = Request::post(PATH).bearer(SECRET);
        let reply = api
            .send(&request.body(media_type, body.as_bytes()))
            .expect(status);
        let told = reply.json();
        assert_eq!(told["error"], "invalid_request", "{reply}");
        assert!(told["error_description"].is_string(), "{reply}");
    }
    let read = api.get(PATH).expect(405);
    assert_eq!(read.header("Allow"), Some("POST"));
    assert_eq!(noted(&post, ANN), Json::Null);
    assert_eq!(post.events("mail.bounced"), 0);
    assert!(!post.scene.provider.log().contains(SECRET));
    // Without the table nothing is there.
    let without = Post::start("");
    let reply = without.scene.api().send(&bare().bearer(SECRET));
    reply.expect(404);
}
