//! The way that every client library for MCP is led, and what must come of it.

use super::stage::{LIFE, Stage};
use crate::flows::visited;
use crate::support::outlive;
use crate::talk::{Library, Talk};
use acceptance::{Browser, Json, Redirect, forms, parse_query};
use serde_json::json;

/// Where the clients get their answers: on the computer of their user.
pub(crate) const CALLBACK: &str = "http://localhost:8787/callback";

/// What a client is to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How it authenticates, where it registers.
    pub(crate) auth: &'static str,
    /// The URL of a document about the client, which registers itself otherwise.
    pub(crate) document: Option<String>,
    /// Whether it has its tokens bound to a key.
    pub(crate) dpop: bool,
    /// A revision of MCP, where it is not to find the newest that both know.
    pub(crate) mode: Option<&'static str>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            auth: "none",
            document: None,
            dpop: false,
            mode: None,
        }
    }
}

impl Plan {
    /// What the program is told.
    pub(crate) fn order(&self, stage: &Stage) -> Json {
        json!({
            "flow": "notes",
            "auth": self.auth,
            "server": stage.resource,
            "redirect_uri": CALLBACK,
            "document": self.document,
            "dpop": self.dpop,
            "mode": self.mode,
        })
    }
}

/// What a program told of a call of its: the tokens after it, and the client that it is.
pub(crate) struct Called(Json);

impl Called {
    pub(crate) fn token(&self) -> &str {
        self.0["tokens"]["access_token"]
            .as_str()
            .unwrap_or_default()
    }

    /// The secret that it was given, if it was.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.0["client"]["client_secret"].as_str()
    }

    /// The `token_type`.
    pub(crate) fn kind(&self) -> &str {
        self.0["tokens"]["token_type"].as_str().unwrap_or_default()
    }

    pub(crate) fn client_id(&self) -> &str {
        self.0["client"]["client_id"].as_str().unwrap_or_default()
    }
}

/// The whole way of a client: it is refused, finds the provider, introduces itself, its person allows reading, a tool is
/// called; the token expires, the tool is called again; a tool that writes is refused, its person is asked for more, and it is
/// called. Returns the first and the last call.
#[track_caller]
pub(crate) fn walk(stage: &Stage, library: &Library, plan: &Plan) -> (Called, Called) {
    let mut talk = library.start(&stage.scene, &plan.order(stage));
    answer(stage, &mut talk, "notes:read");
    let tools = talk.hear("tools");
    assert_eq!(tools["tools"], json!(["read_notes", "write_note"]));
    talk.say(&json!("go on"));
    let first = called(&mut talk, "no notes yet");
    // Libraries that go by their own clock count from when they got it.
    outlive(LIFE + 1);
    talk.say(&json!("go on"));
    // Nobody is asked: it has a refresh token.
    let second = called(&mut talk, "no notes yet");
    assert_ne!(first.token(), second.token());
    let refused = stage.call("read_notes", Some(first.token()));
    assert_eq!(refused.status, 401, "{refused}");
    talk.say(&json!("go on"));
    answer(stage, &mut talk, "notes:read notes:write");
    let third = called(&mut talk, "written");
    assert_eq!(second.client_id(), third.client_id());
    talk.say(&json!("go on"));
    called(&mut talk, "buy milk");
    talk.say(&json!("go on"));
    talk.hear("done");
    talk.end();
    (first, third)
}

#[track_caller]
fn called(talk: &mut Talk, text: &str) -> Called {
    let said = talk.hear("called");
    assert_eq!(
        (said["called"].as_str(), &said["failed"]),
        (Some(text), &json!(false)),
        "{said}"
    );
    Called(said)
}

/// Ann signs in and ticks all that is asked for, which must be these scopes, for this server; the program gets the callback.
#[track_caller]
pub(crate) fn answer(stage: &Stage, talk: &mut Talk, scope: &str) {
    let target = visited(&stage.scene, &talk.hear("visit"));
    let (_, query) = target.split_once('?').expect("a query");
    let asked = parse_query(query);
    let value = |name: &str| {
        let found = asked.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    assert_eq!(value("resource"), stage.resource, "{target}");
    assert_eq!(value("code_challenge_method"), "S256", "{target}");
    let mut scopes: Vec<&str> = value("scope").split(' ').collect();
    scopes.retain(|name| *name != "offline_access");
    scopes.sort_unstable();
    assert_eq!(scopes.join(" "), scope, "{target}");
    let back = consent(&mut stage.scene.browser(), &target);
    talk.say(&json!({ "callback": back.location }));
}

/// Somebody ticks all that an app which introduced itself asks for.
#[track_caller]
pub(crate) fn consent(browser: &mut Browser, target: &str) -> Redirect {
    let page = browser.authorize_until_consent(target);
    assert!(
        page.text().contains("has checked"),
        "who asks is unknown: {page}"
    );
    let form = forms(&page.text())
        .into_iter()
        .find(|form| form.action == "/consent");
    let form = form.unwrap_or_else(|| panic!("no consent: {page}"));
    let boxes = form.fields.iter().filter(|field| field.kind == "checkbox");
    let mut typed: Vec<_> = boxes
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    assert!(!typed.is_empty(), "{page}");
    typed.push(("answer", "allow"));
    let reply = browser.submit(&form, &typed);
    let reply = browser.follow(reply);
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no way back: {reply}")))
}
