//! An app from its form to its tokens, and from its end back again.

use super::{
    APPS, BACK, DELETE, Developer, EVE, NEW, OPEN, RESTORE, UPDATE, acts, href, listed, names,
    open, registered, says, shown, works,
};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, Scene, assert_page, assert_refused, form_to};
use acceptance::{App, Browser, Reply, encode, unescape};

fn another(scene: &Scene) -> Browser {
    scene.provider.browser_of(OWNER, PASSWORD)
}

#[test]
fn from_an_empty_account_to_an_app_that_others_use() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let list = ann.browser.open(APPS).expect(200);
    says(&list, "You have no apps yet");
    assert!(
        list.text()
            .contains(&format!("id=\"new-app\" href=\"{NEW}\"")),
        "{list}"
    );
    let made = ann.try_register(&[]).expect(200);
    says(&made, "This is the only time that you see it.");
    assert_eq!(made.header("Cache-Control"), Some("no-store"), "{made}");
    let app = super::credentials(&made);
    assert!(app.client_secret.starts_with("cs_"), "{made}");
    scene.tokens_of(&mut another(&scene), &app, "tasks:read");
    let list = ann.browser.open(APPS).expect(200);
    assert_eq!(listed(&list), [&*app.client_id], "{list}");
    for page in [list, ann.page(&app)] {
        says(&page, "Task Board");
        assert!(!page.text().contains(&app.client_secret), "{page}");
    }
    assert_eq!(acts(&scene, &app, &scene.ann), ["app.registered"]);
}

#[test]
fn an_app_without_a_secret_proves_itself_with_pkce() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let made = ann.try_register(&[("kind", "public")]).expect(200);
    assert_eq!(shown(&made, "client-secret"), None, "{made}");
    let app = super::credentials(&made);
    scene.tokens_of(&mut another(&scene), &app, "tasks:read");
    let bare = another(&scene).authorize(&scene.question(&app, &[]));
    assert_eq!(bare.param("error"), Some("invalid_request"), "{bare:?}");
    let page = ann.page(&app);
    assert!(
        !page.text().contains("/secrets/"),
        "no forms of secrets: {page}"
    );
}

#[test]
fn an_app_acts_on_its_own_behalf_where_that_was_ticked() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let own = ann.register(&[("own-behalf", "on")]);
    assert!(
        !scene
            .client_credentials(&own)
            .expect(200)
            .member("access_token")
            .is_empty()
    );
    let usual = ann.register(&[]);
    assert_refused(
        &scene.client_credentials(&usual),
        400,
        "unauthorized_client",
    );
    let before = registered(&scene);
    let neither = ann
        .try_register(&[("own-behalf", "on"), ("kind", "public")])
        .expect(400);
    says(&neither, "a public app cannot act on its own behalf");
    assert_eq!(form_to(&neither, NEW).value("name"), Some("Task Board"));
    assert_eq!(registered(&scene), before);
    // The tick goes and comes by the app's page.
    let save = |ann: &mut Developer, typed: &[(&str, &str)]| {
        ann.act(&own, UPDATE, typed).expect(303);
    };
    save(&mut ann, &[]);
    assert_refused(&scene.client_credentials(&own), 400, "unauthorized_client");
    save(&mut ann, &[("own-behalf", "on")]);
    scene.client_credentials(&own).expect(200);
}

#[test]
fn an_app_asks_from_a_device_where_that_was_ticked() {
    let scene = open(&format!("{OPEN}\n[grants]\ndevice_code = true"));
    let mut ann = Developer::ann(&scene);
    let (device, usual) = (ann.register(&[("device", "on")]), ann.register(&[]));
    let path = scene.endpoint("device_authorization_endpoint");
    let ask = |app: &App| {
        scene
            .api()
            .post_form_as(&path, app, &[("scope", "tasks:read")])
    };
    assert!(!ask(&device).expect(200).member("user_code").is_empty());
    assert_refused(&ask(&usual), 400, "unauthorized_client");
}

#[test]
fn a_grant_that_is_switched_off_is_not_had_by_a_forged_tick() {
    let off = "[grants]\nclient_credentials = false\ndevice_code = false";
    let scene = open(&format!("{OPEN}\n{off}"));
    let mut ann = Developer::ann(&scene);
    let form = ann.blank();
    assert_eq!(
        (form.value("own-behalf"), form.value("device")),
        (None, None)
    );
    let ticks = [("own-behalf", "on"), ("device", "on")];
    let app = ann.register(&ticks);
    ann.act(&app, UPDATE, &ticks).expect(400);
    let grants = scene.cli(&["app", "show", &app.client_id])["grants"].to_string();
    assert_eq!(grants, r#"["authorization_code","refresh_token"]"#);
}

/// Address and password of each test user on the page that shows them.
fn test_users(page: &Reply) -> Vec<(String, String)> {
    let text = page.text();
    let rows = text.split("<dt><bdi>").skip(1).filter_map(|row| {
        let (email, rest) = row.split_once("</bdi>")?;
        let password = rest.split("<code>").nth(1)?.split('<').next()?;
        Some((unescape(email), unescape(password)))
    });
    rows.collect()
}

#[test]
fn an_app_of_the_test_side_comes_with_people_of_its_own() {
    let scene = open(&format!("{OPEN}\n[test]\nmode = true"));
    let mut ann = Developer::ann(&scene);
    let made = ann.try_register(&[("side", "test")]).expect(200);
    let app = super::credentials(&made);
    assert!(app.client_id.starts_with("test_") && app.client_secret.starts_with("test_cs_"));
    let users = test_users(&made);
    assert_eq!(users.len(), 2, "{made}");
    for (email, password) in &users {
        let mut user = scene.provider.browser_of(email, password);
        let tokens = scene.tokens_of(&mut user, &app, "tasks:read");
        assert!(tokens.access.starts_with("test_at_"), "{tokens:?}");
        // A test user has no apps.
        let refused = user.open(NEW);
        assert_eq!(refused.status, 403, "{refused}");
        assert!(!ann.page(&app).text().contains(password.as_str()));
    }
    let mut live = another(&scene);
    let page = live.open(&scene.question(&app, &[]));
    let typed = [("email", OWNER), ("password", PASSWORD)];
    live.submit(&form_to(&page, "/sign-in"), &typed).expect(403);
    says(&ann.browser.open(APPS), "Test mode");
}

#[test]
fn there_is_no_test_side_where_it_is_switched_off() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    assert_eq!(ann.blank().value("side"), None);
    ann.try_register(&[("side", "test")]).expect(400);
    assert_eq!(registered(&scene), 0);
}

/// Whether an authorization request with this redirect URI gets a code.
fn goes_back(scene: &Scene, app: &App, uri: &str) -> bool {
    let question = scene.question(app, &[("redirect_uri", uri)]);
    let reply = another(scene).authorize_until_consent(&question);
    match reply.status {
        200 => true,
        400 => false,
        _ => panic!("neither: {reply}"),
    }
}

#[test]
fn a_changed_app_keeps_its_client_id() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let tokens = scene.tokens_of(
        &mut scene.provider.browser_of(ANN, PASSWORD),
        &app,
        "tasks:read",
    );
    assert!(goes_back(&scene, &app, BACK) && !goes_back(&scene, &app, CALLBACK));
    let typed = [
        ("name", "Task Wall"),
        ("redirect-1", CALLBACK),
        ("description", "Tasks on a wall."),
        ("privacy", "https://board.example/privacy"),
        ("terms", "https://board.example/terms"),
        ("support", "help@board.example"),
        ("contact", "dev@board.example"),
        ("scopes", "some"),
        ("scope-1", "tasks:read"),
    ];
    let saved = ann.act(&app, UPDATE, &typed).expect(303);
    assert_eq!(
        saved.location(),
        Some(&*format!("{}?done=saved", href(&app)))
    );
    let page = ann.browser.follow(saved);
    says(&page, "Saved.");
    let form = form_to(&page, UPDATE);
    for (name, value) in typed.iter().filter(|(name, _)| !name.starts_with("scope")) {
        assert_eq!(form.value(name), Some(*value), "{page}");
    }
    assert!(goes_back(&scene, &app, CALLBACK) && !goes_back(&scene, &app, BACK));
    scene.refresh(&app, &tokens.refresh).expect(200);
    scene.tokens_of(&mut another(&scene), &app, "tasks:read");
    let more = another(&scene).authorize(&scene.question(&app, &[("scope", "tasks:write")]));
    assert_eq!(more.param("error"), Some("invalid_scope"), "{more:?}");
    assert_eq!(
        acts(&scene, &app, &scene.ann),
        ["app.registered", "app.updated"]
    );
}

#[test]
fn a_long_list_has_a_second_page() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let mut made: Vec<String> = (1..=30)
        .map(|number| {
            ann.register(&[("name", &format!("App {number}"))])
                .client_id
        })
        .collect();
    let first = ann.browser.open(APPS).expect(200);
    let text = first.text();
    let more = text
        .split("?after=")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let more = more.unwrap_or_else(|| panic!("no second page: {first}"));
    let second = ann
        .browser
        .open(&format!("{APPS}?after={more}"))
        .expect(200);
    assert!(!second.text().contains("?after="), "{second}");
    let (mut all, rest) = (listed(&first), listed(&second));
    assert_eq!((all.len(), rest.len()), (25, 5));
    all.extend(rest);
    all.sort();
    made.sort();
    assert_eq!(all, made);
    // What is no app, or another's, shows nothing of theirs.
    let hers = Developer::of(&scene, OWNER).register(&[]);
    for after in ["x", "", "%00", &hers.client_id] {
        let page = ann.browser.open(&format!("{APPS}?after={after}"));
        assert!([200, 400].contains(&page.status), "{after}: {page}");
        assert!(!listed(&page).contains(&hers.client_id), "{page}");
    }
}

#[test]
fn an_app_is_found_in_a_long_list() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let few = ann.browser.open(APPS);
    assert!(
        !few.text().contains("id=\"find\""),
        "nothing to seek: {few}"
    );
    let ids: Vec<String> = (1..=30)
        .map(|number| {
            let name = format!("App {number} לוח & 100%");
            ann.register(&[("name", &name)]).client_id
        })
        .collect();
    let theirs = Developer::of(&scene, EVE).register(&[("name", "Night Owl")]);
    let mut found = |q: &str| {
        let page = ann.browser.open(&format!("{APPS}?q={}", encode(q)));
        assert!(page.text().contains("id=\"find\""), "{page}");
        assert_eq!(page.status, 200, "{page}");
        (listed(&page), page)
    };
    assert_eq!(found("app 30").0, [&*ids[29]]);
    assert_eq!(found("APP  30 לוח").0, [&*ids[29]], "as it looks");
    assert_eq!(found(&ids[3]).0, [&*ids[3]], "by the client id");
    let (many, page) = found("לוח & 100");
    assert_eq!(many.len(), 25);
    for nothing in ["Night Owl", &theirs.client_id, "app 31", "%_%", "';--"] {
        let (none, page) = found(nothing);
        assert_eq!(none, Vec::<String>::new(), "{nothing}");
        says(&page, "No app has this in its name, or this client ID.");
    }
    // The next page goes on with what is sought.
    let text = unescape(&page.text());
    let next = text.split("href=\"/apps?q=").nth(1);
    let next = next
        .and_then(|rest| rest.split('"').next())
        .expect("a next page");
    let rest = ann.browser.open(&format!("{APPS}?q={next}")).expect(200);
    assert_eq!(listed(&rest).len(), 5);
}

#[test]
fn a_deleted_app_is_dead_at_once_and_comes_back_with_its_secret() {
    let scene = open(OPEN);
    let api = scene.resource_server();
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let mut user = another(&scene);
    let old = scene.tokens_of(&mut user, &app, "tasks:read");
    assert!(scene.is_active(&api, &old.access));
    for wrong in ["", "task board", "Task Board!", &app.client_id] {
        names(&ann.act(&app, DELETE, &[("confirm", wrong)]), "confirm");
    }
    assert!(works(&scene, &app) && scene.is_active(&api, &old.access));
    let form = form_to(&ann.page(&app), DELETE);
    let gone = ann
        .browser
        .submit(&form, &[("confirm", "Task Board")])
        .expect(303);
    assert!(!works(&scene, &app) && !scene.is_active(&api, &old.access));
    let list = ann.browser.follow(gone);
    says(&list, "The app is deleted, and its tokens no longer work.");
    assert_eq!(listed(&list), Vec::<String>::new());
    assert_page(&ann.browser.get(&href(&app)), 404);
    // The button pressed twice: what it asks for is done already.
    let twice = ann
        .browser
        .submit(&form, &[("confirm", "Task Board")])
        .expect(303);
    says(&ann.browser.follow(twice), "The app is deleted");
    let restore = form_to(&list, RESTORE);
    for _ in 0..2 {
        let back = ann.browser.submit(&restore, &[]).expect(303);
        says(&ann.browser.follow(back), "The app is back.");
    }
    assert!(works(&scene, &app));
    assert!(!scene.is_active(&api, &old.access));
    assert_refused(&scene.refresh(&app, &old.refresh), 400, "invalid_grant");
    let asked = user.authorize_until_consent(&scene.question(&app, &[("scope", "tasks:read")]));
    assert_eq!(asked.status, 200, "what was allowed is forgotten: {asked}");
    let new = scene.tokens_of(&mut user, &app, "tasks:read");
    assert!(scene.is_active(&api, &new.access));
    let events = ["app.registered", "app.deleted", "app.restored"];
    assert_eq!(acts(&scene, &app, &scene.ann), events);
}
