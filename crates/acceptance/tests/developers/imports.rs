//! Apps that another provider knows: they keep their client id and secret.

use crate::support::{OWNER, PASSWORD, Scene, assert_refused};
use acceptance::{App, Finished, Json};

/// A client id of 12 and a secret of 64 hexadecimal digits.
const ID: &str = "59174eb5c8c8";
const SECRET: &str = "8ca4f303f3bdbf91d0a5e7c264b89f1302d6bc75e9a84173f0c2d5e6b798a401";
/// The SHA-256 of that secret.
const SHA256: &str = "b9ad265e6080581dc49db6a5d8b0b03aff00a0202d21217ae7330c8287f97c58";
const CALLBACK: &str = "https://cool.page/auth_redir/";

fn known() -> App {
    App {
        client_id: ID.to_owned(),
        client_secret: SECRET.to_owned(),
        json: Json::Null,
    }
}

/// Imports an app with `more` arguments.
fn import(scene: &Scene, id: &str, more: &[&str]) -> Finished {
    let args = [
        "app",
        "import",
        "--client-id",
        id,
        "--owner",
        OWNER,
        "--name",
        "Cool Page",
        "--homepage",
        "https://cool.page",
        "--redirect-uri",
        CALLBACK,
        "--json",
    ];
    scene.provider.cli(&[&args[..], more].concat())
}

#[test]
fn an_app_goes_on_with_the_id_and_secret_that_it_had() {
    let scene = Scene::plain("");
    let file = scene.provider.secret_file(SECRET);
    let grants = [
        "--grant",
        "authorization_code",
        "--grant",
        "refresh_token",
        "--grant",
        "client_credentials",
    ];
    let flags = [&["--secret-file", &file][..], &grants].concat();
    let imported = import(&scene, ID, &flags);
    let shown = imported.json();
    assert_eq!(shown["client_id"], ID);
    assert!(shown.get("client_secret").is_none(), "{shown}");
    for said in [&imported.stdout, &imported.stderr] {
        assert!(!said.contains(SECRET), "{imported:?}");
    }
    let tokens = scene.tokens(&known(), "tasks:read");
    assert!(scene.is_active(&known(), &tokens.access));
    scene.refresh(&known(), &tokens.refresh).expect(200);
    scene.client_credentials(&known()).expect(200);
    let wrong = App {
        client_secret: SECRET.replace('8', "9"),
        ..known()
    };
    assert_refused(&scene.client_credentials(&wrong), 401, "invalid_client");
}

#[test]
fn a_hash_does_as_well_as_the_secret() {
    let scene = Scene::plain("");
    let file = scene.provider.secret_file(SHA256);
    let flags = ["--secret-sha256-file", &file];
    let credentials = ["--grant", "client_credentials"];
    import(&scene, ID, &[&flags[..], &credentials].concat()).json();
    scene.client_credentials(&known()).expect(200);
}

#[test]
fn no_id_is_used_twice() {
    let scene = Scene::plain("");
    let file = scene.provider.secret_file(SECRET);
    let flags = ["--secret-file", file.as_str()];
    import(&scene, ID, &flags).json();
    let refused = import(&scene, ID, &flags);
    assert!(
        refused.stderr.contains("an app has this client id"),
        "{refused:?}"
    );
    scene.cli(&["app", "delete", ID]);
    let refused = import(&scene, ID, &flags);
    assert!(
        refused.stderr.contains("an app has this client id"),
        "{refused:?}"
    );
    scene.cli(&["app", "restore", ID]);
    scene.tokens(&known(), "tasks:read");
}

#[test]
fn what_does_not_fit_is_refused_with_what_to_do() {
    let scene = Scene::plain("");
    let file = |text: &str| scene.provider.secret_file(text);
    let (secret, words) = (file(SECRET), file("hunter2 hunter2"));
    let (short, again) = (file("hunter2hunter2"), file("ab".repeat(40).as_str()));
    let (bcrypt, short_hash) = (file("$2b$12$abcdefghijklmnopqrstuv"), file("12"));
    let own = ["--secret-file", secret.as_str()];
    for (id, flags, part) in [
        (ID, &["--secret-file", &words][..], "no space"),
        (ID, &["--secret-file", &short], "could be guessed"),
        (ID, &["--secret-file", &again], "could be guessed"),
        (ID, &["--secret-sha256-file", &bcrypt], "--new-secret"),
        (
            ID,
            &["--secret-sha256-file", &secret, "--public"],
            "a public app has",
        ),
        (
            ID,
            &["--secret-sha256-file", &short_hash],
            "64 hexadecimal digits",
        ),
        (ID, &[], "--secret-file"),
        (
            "short",
            &own,
            "--client-id: short: a client id has 8 to 128",
        ),
        ("../../etc/passwd", &own, "--client-id: "),
        ("test_59174eb5c8c8", &own, "of the test side"),
        (
            ID,
            &[own[0], own[1], "--redirect-uri", "http://c.page/"],
            "plain http",
        ),
    ] {
        let refused = import(&scene, id, flags);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(part), "{part}: {refused:?}");
        assert!(!refused.stderr.contains("hunter2"), "{refused:?}");
    }
    assert_nothing_imported(&scene);
    let two = import(&scene, ID, &["--secret-file", &secret, "--new-secret"]);
    assert_eq!(two.code, Some(2), "{two:?}");
}

#[track_caller]
fn assert_nothing_imported(scene: &Scene) {
    let listed = scene.cli(&["app", "list"]).to_string();
    assert!(!listed.contains("client_id"), "{listed}");
}

#[test]
fn a_secret_that_nobody_has_is_replaced() {
    let scene = Scene::plain("");
    let shown = import(&scene, ID, &["--new-secret"]).json();
    let secret = shown["client_secret"].as_str().unwrap_or_default();
    assert!(secret.starts_with("cs_"), "{shown}");
    let app = App {
        client_secret: secret.to_owned(),
        ..known()
    };
    scene.tokens(&app, "tasks:read");
}

#[test]
fn an_app_without_a_secret_moves_too() {
    let scene = Scene::plain("");
    let shown = import(&scene, "Iv1.8a61f9b3a7aba766", &["--public"]).json();
    assert_eq!(shown["kind"], "public");
    let app = App {
        client_id: "Iv1.8a61f9b3a7aba766".to_owned(),
        client_secret: String::new(),
        json: Json::Null,
    };
    scene.tokens(&app, "tasks:read");
    let mut owner = scene.provider.browser();
    owner.sign_in(OWNER, PASSWORD);
    owner.get("/apps/Iv1.8a61f9b3a7aba766").expect(200);
}
