//! The description of the API: every answer that a test meets is held against it.

use super::{access, signed_in};
use crate::support::{ANN, Scene};
use acceptance::{Json, Reply, Request};

/// A program that acts for somebody.
pub(super) struct Agent<'a> {
    scene: &'a Scene,
    token: String,
    described: Json,
}

impl<'a> Agent<'a> {
    /// One that somebody has signed in.
    #[track_caller]
    pub(super) fn of(scene: &'a Scene, email: &str) -> Self {
        Self::with(scene, access(&signed_in(scene, email)))
    }

    /// One with this token.
    #[track_caller]
    pub(super) fn with(scene: &'a Scene, token: &str) -> Self {
        let described = scene.api().get("/valetkey/openapi.json").expect(200).json();
        Agent {
            scene,
            token: token.to_owned(),
            described,
        }
    }

    /// The answer to a request of its own, which is as it is described.
    #[track_caller]
    pub(super) fn call(&self, method: &str, target: &str, body: Option<&Json>) -> Reply {
        let request = self.request(method, target);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// A request of its own, to be completed.
    pub(super) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(method, target).bearer(&self.token)
    }

    /// The answer to a request, which is as it is described.
    #[track_caller]
    pub(super) fn send(&self, request: Request) -> Reply {
        let (method, target) = (request.method().to_lowercase(), request.target().to_owned());
        let reply = self.scene.api().send(&request);
        let path = target.split('?').next().unwrap_or_default();
        let operation = &operation_of(&self.described, path)[&method];
        assert!(operation.is_object(), "{method} {path} is not described");
        let status = reply.status.to_string();
        let responses = &operation["responses"];
        let response = match (&responses[&status], reply.status) {
            (found, _) if found.is_object() => found,
            (_, 400..) => &responses["default"],
            _ => panic!("{method} {path}: {status} is not described"),
        };
        let schema = &response["content"]["application/json"]["schema"];
        if let Err(why) = fits(&self.described, schema, &reply.json(), path) {
            panic!("{method} {target}: {why}");
        }
        reply
    }

    #[track_caller]
    pub(super) fn get(&self, target: &str) -> Json {
        self.call("GET", target, None).expect(200).json()
    }

    /// Makes an app.
    #[track_caller]
    pub(super) fn make(&self, name: &str) -> Json {
        let made = self.call("POST", "/valetkey/apps", Some(&app(name)));
        made.expect(201).json()
    }
}

/// An app as it is sent.
pub(super) fn app(name: &str) -> Json {
    serde_json::json!({
        "name": name,
        "homepage": "https://app.example",
        "redirect_uris": ["https://app.example/cb"],
    })
}

/// The operations of the path that is meant.
fn operation_of<'a>(described: &'a Json, path: &str) -> &'a Json {
    let own: Vec<&str> = path.split('/').collect();
    let is_it = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        let mut pairs = parts.iter().zip(&own);
        parts.len() == own.len() && pairs.all(|(part, own)| part.starts_with('{') || part == own)
    };
    let paths = described["paths"].as_object().expect("paths");
    // A path without an id comes before one with.
    let mut fitting: Vec<_> = paths.iter().filter(|(path, _)| is_it(path)).collect();
    fitting.sort_by_key(|(path, _)| path.matches('{').count());
    let found = fitting.first().unwrap_or_else(|| panic!("no path {path}"));
    found.1
}

/// Why a value is not of a schema: the part of JSON Schema that the description uses. An answer has no member that is not
/// described.
fn fits(described: &Json, schema: &Json, value: &Json, place: &str) -> Result<(), String> {
    if let Some(pointer) = schema["$ref"].as_str() {
        let found = described.pointer(pointer.trim_start_matches('#'));
        return fits(described, found.ok_or(pointer)?, value, place);
    }
    let any = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(all) = any {
        let mut all = all.iter();
        let fitting = all.any(|one| fits(described, one, value, place).is_ok());
        return or(fitting, || format!("{place}: {value} is none of {schema}"));
    }
    let own = kind(value);
    let is_one = |one: &Json| one == own || (one == "number" && own == "integer");
    let right = match &schema["type"] {
        Json::Array(types) => types.iter().any(is_one),
        Json::Null => true,
        one => is_one(one),
    };
    or(right, || {
        format!("{place}: {value} is no {}", schema["type"])
    })?;
    let constant = &schema["const"];
    or(constant.is_null() || constant == value, || {
        format!("{place}: {value} is not {constant}")
    })?;
    let list = schema["enum"].as_array();
    let listed = list.is_none_or(|list| list.contains(value));
    or(listed, || format!("{place}: {value} is not in {list:?}"))?;
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(described, &schema["items"], item, &format!("{place}/{at}"))?;
    }
    members_fit(described, schema, value, place)
}

fn members_fit(described: &Json, schema: &Json, value: &Json, place: &str) -> Result<(), String> {
    let (Some(members), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        or(members.contains_key(name), || {
            format!("{place}: no {name} in {value}")
        })?;
    }
    for (name, member) in members {
        let schema = known.get(name);
        let schema = schema.ok_or_else(|| format!("{place}: {name} is not described"))?;
        fits(described, schema, member, &format!("{place}/{name}"))?;
    }
    Ok(())
}

fn or(right: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    match right {
        true => Ok(()),
        false => Err(why()),
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

#[test]
fn the_description_is_there_for_anyone() {
    let scene = Scene::plain("");
    let reply = scene.api().get("/valetkey/openapi.json").expect(200);
    let described = reply.json();
    assert_eq!(described["openapi"], "3.1.0");
    assert_eq!(described["servers"][0]["url"], scene.provider.issuer());
    assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("*"));
    let new = &described["components"]["schemas"]["NewApp"];
    assert_eq!(new["additionalProperties"], false, "{new}");
    for name in ["name", "homepage"] {
        assert!(new["required"].to_string().contains(name), "{new}");
    }
}

#[test]
fn what_is_not_described_is_noticed() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let schema = serde_json::json!({ "$ref": "#/components/schemas/AppsView" });
    let good = serde_json::json!({ "apps": [], "next": null });
    assert_eq!(fits(&agent.described, &schema, &good, ""), Ok(()));
    for bad in [
        serde_json::json!({ "apps": [] , "next": 1 }),
        serde_json::json!({ "apps": [], "next": null, "more": 1 }),
        serde_json::json!({ "next": null }),
        serde_json::json!({ "apps": [{}], "next": null }),
    ] {
        assert!(fits(&agent.described, &schema, &bad, "").is_err(), "{bad}");
    }
}
