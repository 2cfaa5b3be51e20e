//! Apps, scopes and tokens.
use super::*;

#[test]
fn an_app_is_created_with_its_secret_shown_once() {
    let (provider, app) = Provider::with_app();
    assert!(
        app["client_secret"].as_str().unwrap().starts_with("cs_"),
        "{app}"
    );
    assert_eq!(app["name"], "My App");
    assert_eq!(
        app["redirect_uris"],
        Value::from(vec!["https://myapp.com/cb"])
    );
    let code_and_refresh = vec!["authorization_code", "refresh_token"];
    assert_eq!(app["grants"], Value::from(code_and_refresh));
    assert_eq!(
        (&app["scopes"], &app["status"]),
        (&Value::Null, &"active".into())
    );
    let mut shown = provider.json(&["app", "show", id_of(&app)]);
    assert_eq!(shown["client_secret"], Value::Null);
    shown["client_secret"] = app["client_secret"].clone();
    // Whether a review was asked for is told of an app that is there.
    let review = shown.as_object_mut().unwrap().remove("review");
    assert_eq!(review, Some(Value::Null));
    assert_eq!(shown, app);
    let text = provider.run(&["app", "show", id_of(&app)]);
    assert!(text.text().contains("https://myapp.com/cb"), "{text:?}");
    assert_eq!(
        provider.json(&["app", "list"])["apps"][0]["client_id"],
        app["client_id"]
    );
}

#[test]
fn every_flag_of_an_app_is_taken() {
    let (provider, _) = Provider::with_app();
    let png = b"\x89PNG\r\n\x1a\nrest";
    std::fs::write(provider.folder.path().join("logo.png"), png).unwrap();
    let public = provider.create_app(&[
        "--description",
        "It helps.",
        "--logo",
        "logo.png",
        "--public",
        "--redirect-uri",
        "http://127.0.0.1/cb",
        "--redirect-uri",
        "com.example.app:/cb",
        "--grant",
        "authorization_code",
        "--scope",
        "tasks:read",
        "--scope",
        "tasks:all tasks:read",
    ]);
    let public = public.json();
    assert_eq!(public["client_secret"], Value::Null, "{public}");
    assert_eq!(public["kind"], "public");
    assert_eq!(
        public["scopes"],
        Value::from(vec!["tasks:read", "tasks:all"])
    );
    assert_eq!(public["grants"], Value::from(vec!["authorization_code"]));
    assert_eq!(public["redirect_uris"].as_array().unwrap().len(), 2);
    let api = provider.create_app(&["--resource-server"]).json();
    assert_eq!(
        (&api["resource_server"], &api["grants"]),
        (&true.into(), &Value::Array(vec![]))
    );
}

#[test]
fn an_app_is_refused_with_the_reason() {
    let (provider, app) = Provider::with_app();
    for (more, part) in [
        (&[][..], "--redirect-uri: the code grant needs"),
        (
            &["--redirect-uri", "http://a.example/cb"],
            "--redirect-uri: http://a.example/cb: plain http",
        ),
        (
            &["--grant", "client_credentials", "--scope", "no:such"],
            "--scope: ",
        ),
        (
            &["--grant", "client_credentials", "--public"],
            "--grant: a public app has no secret",
        ),
        (
            &["--grant", "client_credentials", "--logo", "v.toml"],
            "--logo: a logo is a PNG",
        ),
        (
            &["--grant", "client_credentials", "--logo", "nowhere"],
            "cannot read the logo nowhere",
        ),
    ] {
        provider.create_app(more).failed(1, part);
    }
    assert_eq!(provider.create_app(&["--grant", "implicit"]).code, Some(2));
    assert_eq!(provider.create_app(&["--scope", "a,b"]).code, Some(2));
    let args = [
        "app",
        "create",
        "--owner",
        "eve@example.com",
        "--name",
        "E",
        "--homepage",
        "https://e.example",
    ];
    provider
        .run(&args)
        .failed(1, "nobody here is \"eve@example.com\"");
    let all = provider.json(&["app", "list"]);
    assert_eq!(all["apps"].as_array().unwrap().len(), 1, "{all} {app}");
}

#[test]
fn a_scope_that_waits_for_approval_is_told_as_such() {
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let grant = ["--grant", "client_credentials"];
    let scopes = ["--scope", "tasks:read", "--scope", "tasks:all"];
    let told = provider.create_app(&[&grant[..], &scopes].concat());
    assert!(told.stdout.contains("unapproved_scopes"), "{told:?}");
    let app = told.json();
    let id = id_of(&app);
    assert_eq!(app["unapproved_scopes"], Value::from(vec!["tasks:all"]));
    let sheet = || provider.run(&["app", "show", id]).stdout;
    assert!(sheet().contains("tasks:all (needs approval"), "{}", sheet());
    assert!(!sheet().contains("tasks:read ("), "{}", sheet());
    let approved = provider.json(&["app", "approve-scope", id, "tasks:all"]);
    assert_eq!(approved["unapproved_scopes"], Value::Array(vec![]));
    assert!(!sheet().contains("needs approval"), "{}", sheet());
}

#[test]
fn an_app_is_changed_and_deleted() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let rotated = provider.json(&["app", "rotate-secret", id]);
    assert_ne!(rotated["client_secret"], app["client_secret"]);
    assert_eq!(provider.json(&["app", "disable", id])["status"], "disabled");
    assert_eq!(provider.json(&["app", "enable", id])["status"], "active");
    let approved = provider.json(&["app", "approve", id]);
    assert!(approved["reviewed_at"].is_string(), "{approved}");
    let scoped = provider.json(&["app", "approve-scope", id, "tasks:all"]);
    assert_eq!(scoped["approved_scopes"], Value::from(vec!["tasks:all"]));
    let open = provider.run(&["app", "approve-scope", id, "tasks:read"]);
    open.failed(1, "is not restricted");
    let gone = provider.json(&["app", "delete", id]);
    assert_eq!(
        (&gone["client_id"], &gone["deleted"]),
        (&app["client_id"], &true.into())
    );
    provider
        .run(&["app", "show", id])
        .failed(1, "no app has the client id");
}

#[test]
fn an_app_is_approved_as_it_was_looked_at() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let seen = provider.json(&["app", "show", id])["version"].to_string();
    provider.json(&["app", "approve-scope", id, "tasks:all"]);
    let stale = provider.run(&["app", "approve", id, "--version", &seen]);
    stale.failed(1, "--version: the app was changed since: it is at version");
    let shown = provider.json(&["app", "show", id]);
    assert_eq!(shown["reviewed_at"], Value::Null);
    let now = shown["version"].to_string();
    let approved = provider.json(&["app", "approve", id, "--version", &now]);
    assert!(approved["reviewed_at"].is_string(), "{approved}");
}

#[test]
fn scopes_are_approved_all_or_none() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let half = provider.run(&["app", "approve-scope", id, "tasks:all", "no:such"]);
    half.failed(1, "no:such");
    let shown = provider.json(&["app", "show", id]);
    assert_eq!(shown["approved_scopes"], Value::Array(vec![]));
}

#[test]
fn a_public_app_has_no_secret_to_rotate() {
    let (provider, _) = Provider::with_app();
    let app = provider.create_app(&["--public", "--redirect-uri", "https://myapp.com/cb"]);
    let app = app.json();
    provider
        .run(&["app", "rotate-secret", id_of(&app)])
        .failed(1, "a public app has no secret");
}

#[test]
fn a_text_that_is_no_token_is_refused() {
    let provider = Provider::new();
    for verb in ["inspect", "revoke"] {
        let garbage = provider.run_with(&["token", verb], "at_garbage\n");
        garbage.failed(1, "not the whole text of a token");
    }
}

#[test]
fn the_scope_catalogue_is_listed() {
    let provider = Provider::new();
    let all = provider.json(&["scope", "list"]);
    assert_eq!(all["scopes"][0]["name"], "tasks:read");
    assert_eq!(all["scopes"][1]["restricted"], true);
    let text = provider.run(&["scope", "list"]);
    assert!(text.text().contains("See your tasks"), "{text:?}");
}

#[test]
fn an_app_with_too_many_addresses_is_told_the_limit() {
    let (provider, _) = Provider::with_app();
    let uris: Vec<String> = (0..11).map(|n| format!("https://a.example/{n}")).collect();
    let args: Vec<&str> = uris
        .iter()
        .flat_map(|uri| ["--redirect-uri", uri])
        .collect();
    provider
        .create_app(&args)
        .failed(1, "an app has at most 10 redirect URIs, and these are 11");
}

#[test]
fn an_app_is_updated_by_a_command() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let changed = provider.json(&[
        "app",
        "update",
        id,
        "--name",
        "Other",
        "--terms",
        "https://myapp.com/terms",
        "--support",
        "help@myapp.com",
        "--redirect-uri",
        "https://myapp.com/other",
        "--scope",
        "tasks:read",
    ]);
    assert_eq!(changed["client_id"], app["client_id"]);
    assert_eq!(
        (&changed["name"], &changed["support"]),
        (&"Other".into(), &"help@myapp.com".into())
    );
    assert_eq!(
        changed["redirect_uris"],
        Value::from(vec!["https://myapp.com/other"])
    );
    assert_eq!(changed["scopes"], Value::from(vec!["tasks:read"]));
    let back = provider.json(&["app", "update", id, "--every-scope", "--support", ""]);
    assert_eq!(
        (&back["scopes"], &back["support"]),
        (&Value::Null, &"".into())
    );
    let stale = provider.run(&["app", "update", id, "--version", "1", "--name", "Third"]);
    stale.failed(1, "--version: the app was changed since");
    let both = provider.run(&["app", "update", id, "--name", "", "--terms", "x"]);
    for part in ["--name: ", "--terms: "] {
        assert!(both.stderr.contains(part), "{both:?}");
    }
}

#[test]
fn secrets_are_added_rotated_and_revoked_by_commands() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let added = provider.json(&["app", "secret", "add", id, "--name", "ci"]);
    assert!(added["client_secret"].is_string() && added["expires_at"].is_null());
    let rotated = provider.json(&["app", "secret", "rotate", id, "--overlap", "0"]);
    let listed = provider.json(&["app", "secret", "list", id]);
    let all = listed["secrets"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    let going_on = all.iter().filter(|one| one["expires_at"].is_null());
    assert_eq!(
        going_on.map(|one| &one["id"]).collect::<Vec<_>>(),
        [&rotated["id"]]
    );
    let last = rotated["id"].to_string();
    let refused = provider.run(&["app", "secret", "revoke", id, &last]);
    refused.failed(1, "this is the last secret that works");
    let forced = provider.json(&["app", "secret", "revoke", id, &last, "--force"]);
    assert_eq!(forced["revoked"], Value::from(true));
}
