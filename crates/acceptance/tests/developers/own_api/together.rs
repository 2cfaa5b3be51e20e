//! What people do together, by program: they hand apps over, run organizations, and look at what others ask for. And the two
//! of an app that had pages alone: its picture, and its test side.

use super::access;
use super::attacks::operations;
use super::description::Agent;
use super::signed_in;
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_refused, form_to};
use acceptance::{Json, Reply};
use serde_json::json;

const EVE: &str = "eve@example.com";
const PNG: &[u8] = include_bytes!("../../clients/picture.png");

fn open(changes: &str) -> Scene {
    let scene = Scene::plain(changes);
    scene.provider.user_create(EVE, "Eve Else", PASSWORD, false);
    scene
}

fn text<'a>(value: &'a Json, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

#[track_caller]
fn post(agent: &Agent<'_>, target: &str, body: Json) -> Reply {
    agent.call("POST", target, Some(&body))
}

/// An organization that somebody starts on a page; its id.
#[track_caller]
fn founded(scene: &Scene, email: &str, name: &str) -> String {
    let mut browser = scene.provider.browser();
    browser.sign_in(email, PASSWORD);
    let form = form_to(&browser.open("/organizations"), "/organizations/found");
    let reply = browser.submit(&form, &[("name", name)]).expect(303);
    let path = reply.location().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn an_app_changes_hands_and_is_for_nobody_else() {
    let scene = open("[apps]\nregistration = \"open\"");
    let [owner, ann, eve] = [OWNER, ANN, EVE].map(|email| Agent::of(&scene, email));
    let made = owner.make("Task Board");
    let id = text(&made, "client_id");
    let own = format!("/valetkey/apps/{id}/transfer");
    assert_refused(&owner.call("GET", &own, None), 404, "not_found");
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "email": "x" }), "/email"),
        (json!({ "organization": "7" }), "/organization"),
        (json!({ "email": ANN, "organization": "7" }), ""),
    ] {
        let refused = post(&owner, &own, body).expect(400).json();
        assert_eq!(refused["fields"][0]["pointer"], pointer, "{refused}");
    }
    let same = post(&owner, &own, json!({ "email": OWNER }));
    assert_refused(&same, 409, "same_owner");
    let offer = post(&owner, &own, json!({ "email": ANN }))
        .expect(201)
        .json();
    assert_eq!(owner.get(&own), offer);
    assert_eq!(ann.get("/valetkey/transfers")["transfers"], json!([offer]));
    assert_eq!(eve.get("/valetkey/transfers")["transfers"], json!([]));
    let answer = |what: &str| format!("/valetkey/transfers/{}/{what}", text(&offer, "id"));
    for what in ["accept", "decline"] {
        let refused = post(&eve, &answer(what), json!({}));
        assert_refused(&refused, 404, "not_found");
    }
    owner.call("DELETE", &own, None).expect(200);
    owner.call("DELETE", &own, None).expect(200);
    let refused = post(&ann, &answer("accept"), json!({}));
    assert_refused(&refused, 404, "not_found");
    let offer = post(&owner, &own, json!({ "email": ANN }))
        .expect(201)
        .json();
    let declined = format!("/valetkey/transfers/{}/decline", text(&offer, "id"));
    post(&ann, &declined, json!({})).expect(200);
    let offer = post(&owner, &own, json!({ "email": ANN }))
        .expect(201)
        .json();
    let accept = format!("/valetkey/transfers/{}/accept", text(&offer, "id"));
    let taken = post(&ann, &accept, json!({})).expect(200).json();
    assert_eq!(text(&taken, "client_id"), id);
    assert_eq!(text(&taken, "publisher"), "Ann Example");
    let gone = format!("/valetkey/apps/{id}");
    assert_refused(&owner.call("GET", &gone, None), 404, "not_found");
    let audit = scene.cli(&["audit", "--app", id, "--event", "app.transferred"]);
    assert_eq!(audit["events"][0]["actor"]["kind"], "person", "{audit}");
}

#[test]
fn commands_hand_an_app_over_too() {
    let scene = open("[apps]\nregistration = \"open\"");
    let made = Agent::of(&scene, OWNER).make("Task Board");
    let id = text(&made, "client_id");
    let offer = ["app", "transfer", "offer", id, "--to", ANN];
    assert_eq!(scene.cli(&offer)["email"], ANN);
    assert_eq!(scene.cli(&["app", "transfer", "show", id])["email"], ANN);
    scene.cli(&["app", "transfer", "withdraw", id]);
    let acme = founded(&scene, ANN, "Acme");
    scene.cli(&["app", "transfer", "offer", id, "--organization", &acme]);
    let done = scene.cli(&["app", "transfer", "accept", id]);
    assert_eq!(done["owner"]["organization"], acme);
    assert_eq!(scene.cli(&["app", "show", id])["publisher"], "Acme");
}

#[test]
fn an_organization_is_run_by_those_who_belong_to_it() {
    let scene = open("[apps]\nregistration = \"open\"");
    let acme = founded(&scene, ANN, "Acme");
    let [ann, eve] = [ANN, EVE].map(|email| Agent::of(&scene, email));
    let own = format!("/valetkey/organizations/{acme}");
    let listed = ann.get("/valetkey/organizations");
    assert_eq!(listed["organizations"][0]["id"], *acme);
    assert_eq!(listed["organizations"][0]["role"], "owner");
    assert_eq!(
        eve.get("/valetkey/organizations")["organizations"],
        json!([])
    );
    assert_refused(&eve.call("GET", &own, None), 404, "not_found");
    let invitations = format!("{own}/invitations");
    let refused = post(
        &ann,
        &invitations,
        json!({ "email": "x", "role": "viewer" }),
    );
    assert_eq!(refused.expect(400).json()["fields"][0]["pointer"], "/email");
    let refused = post(&ann, &invitations, json!({ "email": EVE, "role": "king" }));
    assert_eq!(refused.expect(400).json()["fields"][0]["pointer"], "/role");
    let asked = || {
        let body = json!({ "email": EVE, "role": "developer" });
        let asked = post(&ann, &invitations, body).expect(200).json();
        text(&asked["invitations"][0], "id").to_owned()
    };
    let taken_back = format!("{invitations}/{}", asked());
    ann.call("DELETE", &taken_back, None).expect(200);
    assert_eq!(eve.get("/valetkey/organizations")["invitations"], json!([]));
    let id = asked();
    let found = eve.get("/valetkey/organizations");
    assert_eq!(found["invitations"][0]["id"], *id, "{found}");
    let accept = format!("/valetkey/invitations/{id}/accept");
    assert_refused(&post(&ann, &accept, json!({})), 404, "not_found");
    let joined = post(&eve, &accept, json!({})).expect(200).json();
    assert_eq!(joined["role"], "developer");
    assert_refused(&post(&eve, &accept, json!({})), 404, "not_found");
    let member = |of: &Json, email: &str| {
        let all = of["members"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|member| member["email"] == email);
        text(found.expect("a member"), "id").to_owned()
    };
    let seat = |email: &str| format!("{own}/members/{}", member(&joined, email));
    let role = |agent: &Agent<'_>, email: &str, role: &str| {
        agent.call("PATCH", &seat(email), Some(&json!({ "role": role })))
    };
    // Owners alone, and never the last one.
    for refused in [
        role(&eve, EVE, "owner"),
        eve.call("DELETE", &seat(ANN), None),
        post(
            &eve,
            &invitations,
            json!({ "email": OWNER, "role": "owner" }),
        ),
    ] {
        assert_refused(&refused, 403, "insufficient_role");
    }
    assert_refused(&role(&ann, ANN, "viewer"), 409, "last_owner");
    let leave = ann.call("DELETE", &seat(ANN), None);
    assert_refused(&leave, 409, "last_owner");
    let owners = role(&ann, EVE, "owner").expect(200).json();
    assert_eq!(owners["members"][1]["role"], "owner", "{owners}");
    ann.call("DELETE", &seat(ANN), None).expect(200);
    assert_refused(&ann.call("GET", &own, None), 404, "not_found");
    assert_eq!(eve.get(&own)["members"].as_array().map(Vec::len), Some(1));
}

#[test]
fn commands_run_organizations_too() {
    let scene = open("");
    let acme = founded(&scene, ANN, "Acme");
    let run = |verb: &str, more: &[&str]| {
        let args = [&["organization", verb, acme.as_str()], more].concat();
        scene.cli(&args)
    };
    assert_eq!(
        scene.cli(&["organization", "list"])["organizations"][0]["id"],
        *acme
    );
    let asked = run("invite", &[EVE, "--role", "viewer"]);
    assert_eq!(asked["invitations"][0]["email"], EVE);
    assert_eq!(run("withdraw", &[EVE])["invitations"], json!([]));
    let asked = run("invite", &[EVE]);
    assert_eq!(asked["invitations"][0]["role"], "developer");
    let eve = Agent::of(&scene, EVE);
    let open = eve.get("/valetkey/organizations");
    let id = text(&open["invitations"][0], "id");
    post(
        &eve,
        &format!("/valetkey/invitations/{id}/decline"),
        json!({}),
    )
    .expect(200);
    assert_eq!(run("show", &[])["invitations"], json!([]));
    run("invite", &[EVE]);
    let open = eve.get("/valetkey/organizations");
    let id = text(&open["invitations"][0], "id");
    post(
        &eve,
        &format!("/valetkey/invitations/{id}/accept"),
        json!({}),
    )
    .expect(200);
    let owners = run("set-role", &[EVE, "owner"]);
    assert_eq!(owners["members"][1]["role"], "owner", "{owners}");
    let left = run("remove", &[ANN]);
    assert_eq!(left["members"].as_array().map(Vec::len), Some(1), "{left}");
    assert_eq!(left["members"][0]["email"], EVE);
}

/// Every operation about an organization is another's 404, whichever is added.
#[test]
fn the_organizations_of_others_are_not_there() {
    let scene = open("");
    let acme = founded(&scene, ANN, "Acme");
    let token = signed_in(&scene, EVE);
    let eve = Agent::with(&scene, access(&token));
    let mut tried = 0;
    for (method, path) in operations(&scene) {
        if !path.contains("{organization_id}") {
            continue;
        }
        let target = path.replace("{organization_id}", &acme);
        let target = target.replace("{member_id}", "1");
        let target = target.replace("{invitation_id}", "1");
        let body = match path.rsplit('/').next() {
            Some("invitations") => json!({ "email": EVE, "role": "owner" }),
            _ if method == "PATCH" => json!({ "role": "owner" }),
            _ => json!({}),
        };
        let body = (method != "GET" && method != "DELETE").then_some(&body);
        let refused = eve.call(&method, &target, body);
        assert_refused(&refused, 404, "not_found");
        assert!(!refused.text().contains("Acme"), "{refused}");
        tried += 1;
    }
    assert!(tried >= 5, "{tried}");
}

#[test]
fn administrators_decide_on_reviews_and_to_others_there_are_none() {
    let scene = open("[apps]\nregistration = \"review\"");
    let [owner, ann] = [OWNER, ANN].map(|email| Agent::of(&scene, email));
    let made = ann.make("Task Board");
    let id = text(&made, "client_id");
    assert_eq!(made["status"], "pending");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let mut ask = || {
        let page = browser.open(&format!("/apps/{id}/review"));
        let form = form_to(&page, "/apps/review/ask");
        browser
            .submit(&form, &[("note", "Please look")])
            .expect(303);
    };
    ask();
    let queue = owner.get("/valetkey/reviews");
    let review = text(&queue["reviews"][0], "id").to_owned();
    assert_eq!(queue["reviews"][0]["client_id"], *id, "{queue}");
    let target = format!("/valetkey/reviews/{review}");
    let verdict = |verdict: &str, text: &str, version: i64| json!({ "verdict": verdict, "text": text, "version": version });
    let mut tried = 0;
    for (method, path) in operations(&scene) {
        if !path.starts_with("/valetkey/reviews") {
            continue;
        }
        let body = (method == "POST").then(|| verdict("approve", "", 1));
        let target = path.replace("{review_id}", &review);
        let refused = ann.call(&method, &target, body.as_ref());
        assert_refused(&refused, 404, "not_found");
        tried += 1;
    }
    assert_eq!(tried, 3);
    let shown = owner.get(&target);
    assert_eq!(shown["messages"][0]["text"], "Please look");
    let version = shown["version"].as_i64().unwrap_or_default();
    let stale = post(&owner, &target, verdict("approve", "", version + 7));
    assert_refused(&stale, 409, "changed");
    let mute = post(&owner, &target, verdict("refuse", "", version));
    assert_eq!(mute.expect(400).json()["fields"][0]["pointer"], "/text");
    let back = post(&owner, &target, verdict("ask_back", "What for?", version));
    let back = back.expect(200).json();
    assert_eq!(back["state"], "asked_back");
    // The same again says it once.
    let again = post(&owner, &target, verdict("ask_back", "What for?", version));
    assert_eq!(again.expect(200).json(), back);
    let other = post(&owner, &target, verdict("ask_back", "Why?", version));
    assert_refused(&other, 409, "changed");
    let version = back["version"].as_i64().unwrap_or_default();
    for _ in 0..2 {
        let refused = post(&owner, &target, verdict("refuse", "Not like this", version));
        assert_eq!(refused.expect(200).json()["state"], "refused");
    }
    let over = post(&owner, &target, verdict("approve", "", version + 1));
    assert_refused(&over, 409, "over");
    ask();
    let queue = owner.get("/valetkey/reviews");
    let review = text(&queue["reviews"][0], "id");
    let version = queue["reviews"][0]["version"].as_i64().unwrap_or_default();
    let target = format!("/valetkey/reviews/{review}");
    let done = post(&owner, &target, verdict("approve", "", version));
    assert_eq!(done.expect(200).json()["state"], "approved");
    assert_eq!(ann.get(&format!("/valetkey/apps/{id}"))["status"], "active");
    let audit = scene.cli(&["audit", "--app", id, "--limit", "5"]);
    let by = audit["events"].as_array().expect("events").iter();
    let mut by = by.filter(|event| event["actor"]["kind"] == "administrator");
    assert!(by.next().is_some(), "{audit}");
}

#[test]
fn the_test_side_is_switched_by_program() {
    let scene = open("[apps]\nregistration = \"open\"\n[test]\nmode = true");
    let ann = Agent::of(&scene, ANN);
    let made = ann.make("Task Board");
    let own = format!("/valetkey/apps/{}/test", text(&made, "client_id"));
    assert_eq!(ann.get(&own)["on"], false);
    let on = ann.call("POST", &own, None).expect(200).json();
    let secret = text(&on, "client_secret");
    assert!(secret.starts_with("test_"), "{on}");
    assert_eq!(on["test_users"].as_array().map(Vec::len), Some(2));
    let again = ann.call("POST", &own, None).expect(200).json();
    assert_eq!(again["client_id"], on["client_id"]);
    assert_eq!(again["client_secret"], Json::Null, "it is told once");
    assert_eq!(again["people"].as_array().map(Vec::len), Some(2));
    // Its own test side has none.
    let none = format!("/valetkey/apps/{}/test", text(&on, "client_id"));
    assert_refused(&ann.call("POST", &none, None), 404, "not_found");
    for _ in 0..2 {
        let off = ann.call("DELETE", &own, None).expect(200).json();
        assert_eq!(off["on"], false);
    }
    let back = ann.call("POST", &own, None).expect(200).json();
    assert_eq!(back["client_id"], on["client_id"], "it has what it had");
}

#[test]
fn a_picture_is_set_by_program_and_drawn_anew() {
    let scene = open("[apps]\nregistration = \"open\"");
    let ann = Agent::of(&scene, ANN);
    let made = ann.make("Task Board");
    assert_eq!(made["logo"], Json::Null);
    let own = format!("/valetkey/apps/{}/logo", text(&made, "client_id"));
    let put = |kind: &str, file: &[u8]| ann.send(ann.request("PUT", &own).body(kind, file));
    let polyglot = [PNG, b"<script>alert(1)</script>"].concat();
    let done = put("image/png", &polyglot).expect(200).json();
    let served = scene.api().get(text(&done, "logo")).expect(200);
    assert!(served.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(!served.body.windows(7).any(|part| part == b"<script"));
    for (kind, file, status) in [
        ("image/png", &PNG[..40], 400),
        (
            "image/svg+xml",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            400,
        ),
        ("application/json", b"{}", 415),
        ("image/png", &vec![0; 3 * 1024 * 1024][..], 413),
    ] {
        let refused = put(kind, file);
        assert_eq!(refused.status, status, "{kind}: {refused}");
    }
    let gone = ann.call("DELETE", &own, None).expect(200).json();
    assert_eq!(gone["logo"], Json::Null);
}
