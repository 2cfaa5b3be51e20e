//! What the example `tasks-api` opens: the scopes of a token, cut by the rights of its user.

use crate::support;
use crate::support::tasks_api::{Stage, TasksApi};
use crate::support::{CALLBACK, Scene};
use acceptance::Json;
use serde_json::json;

#[test]
fn t7_each_scope_of_the_catalogue_opens_its_part_of_the_api_and_no_other() {
    let stage = Stage::of(Scene::profile("appexample"), json!({}));
    let app = stage.scene.confidential(CALLBACK);
    let thing = json!({ "title": "x" });
    let acts = |kind: &'static str| {
        [
            ("read", "GET", format!("/v1/{kind}"), None, 200),
            ("write", "POST", format!("/v1/{kind}"), Some(&thing), 201),
            ("delete", "DELETE", format!("/v1/{kind}/1"), None, 404),
        ]
        .map(|(act, method, path, body, done)| (format!("{kind}:{act}"), method, path, body, done))
    };
    let name = json!({ "name": "Ann" });
    let mut all: Vec<_> = ["tasks", "projects", "files"]
        .into_iter()
        .flat_map(acts)
        .collect();
    let me = "/v1/users/me".to_owned();
    all.push(("users:read".to_owned(), "GET", me.clone(), None, 200));
    all.push(("users:write".to_owned(), "PATCH", me, Some(&name), 200));
    let mut browser = stage.scene.browser();
    for (scope, ..) in &all {
        let token = stage.scene.tokens_of(&mut browser, &app, scope).access;
        for (needed, method, path, body, done) in &all {
            let reply = stage.tasks.call(method, path, &token, *body);
            // Nothing of that id may be there to delete.
            let expected = match (needed == scope, *done) {
                (false, _) => reply.status == 403 && reply.member("error") == "insufficient_scope",
                (true, 404) => [404, 204].contains(&reply.status),
                (true, done) => reply.status == done,
            };
            assert!(expected, "{scope} at {method} {path}: {reply}");
        }
        assert_eq!(stage.tasks.get("/v1/admin/counts", &token), 403, "{scope}");
    }
}

#[test]
fn t7_a_thing_that_was_written_is_read_changed_and_deleted() {
    let stage = Stage::of(Scene::profile("appexample"), json!({}));
    let app = stage.scene.confidential(CALLBACK);
    let token = stage
        .scene
        .tokens(&app, "tasks:read tasks:write tasks:delete")
        .access;
    let call = |method, path: &str, body: Json| {
        let body = Some(&body).filter(|body| !body.is_null());
        stage.tasks.call(method, path, &token, body)
    };
    let made = call("POST", "/v1/tasks", json!({ "title": "Write" })).expect(201);
    let path = format!("/v1/tasks/{}", made.json()["id"]);
    call("PUT", &path, json!({ "title": "Write", "done": true })).expect(200);
    assert_eq!(
        call("GET", &path, Json::Null).expect(200).json()["done"],
        true
    );
    call("DELETE", &path, Json::Null).expect(204);
    call("GET", &path, Json::Null).expect(404);
    call("POST", "/v1/tasks", json!({ "name": "Write" })).expect(400);
}

#[test]
fn t7_the_approved_scope_opens_everything_to_an_admin_alone() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(CALLBACK);
    scene.cli(&["app", "approve-scope", &app.client_id, "admin:*"]);
    let token = scene.tokens(&app, "admin:*").access;
    let ann = scene.ann.clone();
    let stage = Stage::of(scene, json!({}));
    assert_eq!(stage.tasks.get("/v1/tasks", &token), 200);
    let counts = stage
        .tasks
        .call("GET", "/v1/admin/counts", &token, None)
        .expect(403);
    assert_eq!(
        counts.member("error"),
        "forbidden",
        "Ann is no admin: {counts}"
    );
    let admins = TasksApi::start(
        &stage.scene.provider,
        &stage.api,
        &json!({ "roles": { ann: "admin" } }),
    );
    assert_eq!(admins.get("/v1/admin/counts", &token), 200);
}

#[test]
fn o1_the_code_flow_opens_the_rest_and_the_graphql_api() {
    let stage = Stage::of(Scene::profile("opsduty"), json!({}));
    let app = stage.scene.confidential(CALLBACK);
    let token = stage.scene.tokens(&app, "api api:v1").access;
    let added = stage.tasks.call(
        "POST",
        "/api/v1/tasks",
        &token,
        Some(&json!({ "title": "Rest" })),
    );
    added.expect(201);
    let query = json!({ "query": "{ me { id } tasks { title } }" });
    let answer = stage
        .tasks
        .call("POST", "/graphql", &token, Some(&query))
        .expect(200)
        .json();
    let expected =
        json!({ "data": { "me": { "id": stage.scene.ann }, "tasks": [{ "title": "Rest" }] } });
    assert_eq!(answer, expected);
    let wrong = json!({ "query": "{ tasks { secrets } }" });
    stage
        .tasks
        .call("POST", "/graphql", &token, Some(&wrong))
        .expect(400);
    assert_eq!(stage.tasks.api().get("/api/v1/tasks").status, 401);
}

#[test]
fn o3_a_scope_gives_an_app_no_more_than_its_user_has() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    let token = scene.tokens(&app, "api:v1").access;
    let task = json!({ "title": "x" });
    let api = scene.resource_server();
    let with_role = |role: &str| {
        let roles = json!({ "roles": { scene.ann.clone(): role } });
        TasksApi::start(&scene.provider, &api, &roles)
    };
    let (viewer, editor) = (with_role("viewer"), with_role("editor"));
    assert_eq!(viewer.get("/api/v1/tasks", &token), 200);
    for (method, path, body) in [
        ("POST", "/api/v1/tasks", Some(&task)),
        ("PUT", "/api/v1/tasks/1", Some(&task)),
        ("DELETE", "/api/v1/tasks/1", None),
    ] {
        let reply = viewer.call(method, path, &token, body).expect(403);
        assert_eq!(reply.member("error"), "forbidden", "{reply}");
        assert!(
            reply.header("WWW-Authenticate").is_none(),
            "no other token would help: {reply}"
        );
        assert_ne!(
            editor.call(method, path, &token, body).status,
            403,
            "{method}"
        );
    }
    // And it is that user's own: another's things are not there.
    let other = scene.provider.browser_of(support::OWNER, support::PASSWORD);
    let others = scene.tokens_of(&mut { other }, &app, "api:v1").access;
    editor
        .call("POST", "/api/v1/tasks", &token, Some(&task))
        .expect(201);
    let listed = |token: &str| {
        editor
            .call("GET", "/api/v1/tasks", token, None)
            .expect(200)
            .json()
    };
    assert_eq!(listed(&others), json!([]));
    assert_ne!(listed(&token), json!([]));
}

#[test]
fn o4_api_opens_graphql_and_api_v1_opens_rest_and_neither_the_other() {
    let stage = Stage::of(Scene::profile("opsduty"), json!({}));
    let app = stage.scene.confidential(CALLBACK);
    let query = json!({ "query": "{ me { id } }" });
    let mut browser = stage.scene.browser();
    for (scope, graphql, rest) in [
        ("api", 200, 403),
        ("api:v1", 403, 200),
        ("api api:v1", 200, 200),
    ] {
        let token = stage.scene.tokens_of(&mut browser, &app, scope).access;
        assert_eq!(
            stage
                .tasks
                .call("POST", "/graphql", &token, Some(&query))
                .status,
            graphql,
            "{scope}"
        );
        assert_eq!(stage.tasks.get("/api/v1/tasks", &token), rest, "{scope}");
    }
}
