//! §3.2 Device Authorization Response.
use super::section_3_1_device_authorization_request::ask;
use protocol::Transition;
use protocol::testing::{NOW, Verdict, fields};
use protocol::transition::DeviceChange;
use protocol::types::UserCode;
use serde_json::{Value, json};
use wire::Presented;

fn reply() -> Value {
    serde_json::to_value(ask(None, |_| {}).reply()).expect("JSON")
}

/// "device_code REQUIRED", "user_code REQUIRED", "verification_uri REQUIRED", "expires_in REQUIRED"
#[test]
fn the_response_has_every_member() {
    let reply = reply();
    let mut names = fields(&reply);
    names.sort_unstable();
    let expected = [
        "device_code",
        "expires_in",
        "interval",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
    ];
    assert_eq!(names, expected);
    assert_eq!(reply["verification_uri"], "https://issuer.example/device");
    assert_eq!(
        (&reply["expires_in"], &reply["interval"]),
        (&json!(600), &json!(5))
    );
    let complete = format!(
        "https://issuer.example/device?user_code={}",
        reply["user_code"].as_str().unwrap_or_default()
    );
    assert_eq!(reply["verification_uri_complete"], complete);
}

/// What is stored is a digest of each code, and ends when the response says so.
#[test]
fn neither_code_is_stored_in_the_clear() {
    let decision = ask(None, |_| {});
    let protocol::Decision::Granted { transition, reply } = decision else {
        panic!("granted");
    };
    let reply = serde_json::to_value(reply).expect("JSON");
    let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
    let Some(Transition::Device(DeviceChange::Keep(device))) = transition else {
        panic!("a request is kept");
    };
    let code = Presented::parse(&text("device_code")).expect("a token text");
    assert_eq!((code.locator, code.digest), (device.id.0, device.digest));
    let user_code = UserCode::parse(&text("user_code")).expect("a user code");
    assert_eq!(user_code.digest(), device.user_code);
    assert_eq!(device.expires_at.0, NOW.0 + 600);
}
