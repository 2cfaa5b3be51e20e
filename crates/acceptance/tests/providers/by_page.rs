//! The developer page of each documented provider: an app is registered by page, in the words of the documentation,
//! and another person meets it at once, by the requests that the documentation prints.

use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_page, assert_refused, form_to, within,
};
use crate::{appexample, digitalocean, miwa, opsduty, sqowey};
use acceptance::{App, Browser, Json, Reply, Setup, forms, unescape};
use std::time::Duration;

/// Who makes the apps. Ann uses them.
const DEVELOPER: &str = "dan@example.com";
/// Where the list of apps is, whatever else leads to it.
const APPS: &str = "/apps";
const NEW_APP: &str = "/apps/new";
const UPDATE: &str = "/apps/update";

/// A developer at the pages of a provider.
struct Portal<'a> {
    scene: &'a Scene,
    browser: Browser,
}

impl<'a> Portal<'a> {
    /// An ordinary person, who is not signed in yet.
    fn of(scene: &'a Scene) -> Self {
        let provider = &scene.provider;
        provider.user_create(DEVELOPER, "Dan Developer", PASSWORD, false);
        Self::of_person(scene, DEVELOPER)
    }

    fn of_person(scene: &'a Scene, email: &str) -> Self {
        Portal {
            scene,
            browser: scene.provider.browser_of(email, PASSWORD),
        }
    }

    /// Opens the documented path, signs in where asked, and checks the trail on the list of apps.
    #[track_caller]
    fn open(&mut self, path: &str, trail: &[&str]) -> Reply {
        let away = self.browser.get(path).expect(303);
        let to_sign_in = away.location().unwrap_or_default().contains("/sign-in?");
        assert!(to_sign_in, "nobody is signed in: {away}");
        let led_back = self.browser.authorize_until_consent(path).expect(200);
        assert_eq!(trail_of(&led_back), trail, "{led_back}");
        let list = self.browser.get(path).expect(200);
        assert_eq!(trail_of(&list), trail, "{list}");
        list
    }

    /// Presses the documented button on the list, which leads to a form that has the same button.
    #[track_caller]
    fn press(&mut self, list: &Reply, button: &str) -> Reply {
        let list = list.text();
        let link = between(&list, "id=\"new-app\" href=\"", "</a>").unwrap_or_default();
        let (href, words) = link.split_once("\">").unwrap_or_default();
        let path = href.split('?').next();
        assert_eq!((path, words), (Some(NEW_APP), button), "{list}");
        let page = self.browser.get(href).expect(200);
        let text = page.text();
        let words = between(&text, "id=\"create\" type=\"submit\">", "</button>");
        assert_eq!(words, Some(button), "{page}");
        page
    }

    /// Fills in the form and reads the credentials, which are shown this once.
    #[track_caller]
    fn register(&mut self, page: &Reply, typed: &[(&str, &str)]) -> App {
        let form = form_to(page, NEW_APP);
        let made = self.browser.submit(&form, typed).expect(200);
        let app = App {
            client_id: self.copied(&made, "client-id"),
            client_secret: self.copied(&made, "client-secret"),
            json: Json::Null,
        };
        assert!(app.client_secret.starts_with("cs_"), "{made}");
        assert_eq!(made.header("Cache-Control"), Some("no-store"), "{made}");
        let notice = "This is the only time that you see it.";
        assert!(made.text().contains(notice), "{made}");
        let again = self.browser.submit(&form, typed);
        let again = self.browser.follow(again).expect(200);
        for page in [again, self.page_of(&app), self.browser.get(APPS)] {
            let text = page.expect(200).text();
            assert!(text.contains(&app.client_id), "{text}");
            assert!(!text.contains(&app.client_secret), "{text}");
        }
        let log = self.scene.provider.log();
        assert!(!log.contains(&app.client_secret), "the secret is logged");
        app
    }

    /// What a field shows that has a control to copy it, which a script of ours adds.
    #[track_caller]
    fn copied(&mut self, page: &Reply, id: &str) -> String {
        let text = page.text();
        let field = between(&text, &format!("<input id=\"{id}\" "), ">");
        let field = field.unwrap_or_else(|| panic!("no {id}: {page}"));
        assert!(field.ends_with("data-copy") || field.contains("data-copy "));
        let script = between(&text, "<script src=\"", "\"").expect("a script");
        let policy = page.header("Content-Security-Policy").unwrap_or_default();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        let script = self.browser.get(script).expect(200).text();
        assert!(script.contains("input[data-copy]"), "{script}");
        unescape(between(field, "value=\"", "\"").unwrap_or_default())
    }

    /// The page of one app.
    #[track_caller]
    fn page_of(&mut self, app: &App) -> Reply {
        self.browser.get(&format!("{APPS}/{}", app.client_id))
    }
}

/// What stands between two marks, from the first of them on.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

/// The steps above the heading.
fn trail_of(page: &Reply) -> Vec<String> {
    let text = page.text();
    let trail = between(&text, "<p class=\"trail\">", "</p>");
    let steps = trail.into_iter().flat_map(|trail| {
        trail
            .split("<span aria-hidden=\"true\">›</span>")
            .map(|step| unescape(step.trim()))
    });
    steps.collect()
}

/// Checks what fields are called.
#[track_caller]
fn assert_labels(page: &Reply, labels: &[(&str, &str)]) {
    let text = page.text();
    for (id, label) in labels {
        let found = between(&text, &format!("<label for=\"{id}\">"), "</label>");
        assert_eq!(found.map(unescape).as_deref(), Some(*label), "{id}: {page}");
    }
}

/// The names of the fields for redirect URIs on a page.
fn redirect_fields(page: &Reply) -> Vec<String> {
    let fields = forms(&page.text()).into_iter().flat_map(|form| form.fields);
    fields
        .map(|field| field.name)
        .filter(|name| name.starts_with("redirect-"))
        .collect()
}

#[test]
fn o1_o6_an_app_is_made_in_the_developer_settings() {
    let scene = Scene::profile("opsduty");
    let mut portal = Portal::of(&scene);
    let settings = "/app/organization/developer-settings";
    portal.open(settings, &["Organization", "Developer Settings"]);
    let page = portal.browser.open(NEW_APP).expect(200);
    assert!(unescape(&page.text()).contains("Apps are run by organizations here"));
    let mine = portal.browser.open("/organizations");
    let founded = portal.browser.submit(
        &form_to(&mine, "/organizations/found"),
        &[("name", "Ops GmbH")],
    );
    portal.browser.follow(founded.expect(303)).expect(200);
    let list = portal.browser.open(settings);
    let page = portal.press(&list, "Create an app");
    let app = portal.register(
        &page,
        &[
            ("name", "Terminal"),
            ("homepage", "https://client.example"),
            ("redirect-1", CALLBACK),
        ],
    );
    let tokens = Tokens::of(&opsduty::oauth2c(&scene, &app));
    assert!(!tokens.refresh.is_empty());
    let seen = scene.introspect(&app, &tokens.access);
    assert_eq!(seen["sub"], scene.ann.as_str(), "her token: {seen}");
}

/// The documentation's app, as its form is filled in.
const MY_AWESOME_APP: [(&str, &str); 4] = [
    ("name", "My Awesome App"),
    ("homepage", "https://myapp.com"),
    ("redirect-1", appexample::MYAPP),
    ("description", "My integration with Product"),
];

/// Registers it by page.
#[track_caller]
fn new_oauth_app(portal: &mut Portal<'_>) -> App {
    let list = portal.open(
        "/settings/developers/oauth-apps",
        &["Settings", "Developers", "OAuth Apps"],
    );
    let page = portal.press(&list, "New OAuth App");
    assert_labels(
        &page,
        &[
            ("name", "Application Name"),
            ("homepage", "Homepage URL"),
            ("redirect-1", "Authorization Callback URL"),
            ("description", "Description"),
        ],
    );
    portal.register(&page, &MY_AWESOME_APP)
}

#[test]
fn t1_a_new_oauth_app_gets_client_id_and_secret() {
    let scene = Scene::profile("appexample");
    let mut portal = Portal::of(&scene);
    let app = new_oauth_app(&mut portal);
    let asked = [
        ("redirect_uri", appexample::MYAPP),
        ("scope", appexample::SCOPE),
        ("state", "RANDOM_STRING"),
    ];
    let back = scene.allow(&app, &asked);
    assert_eq!(back.param("state"), Some("RANDOM_STRING"));
    let reply = appexample::exchange(&scene, &app, &back.code());
    let tokens = appexample::assert_token_answer(&reply, appexample::SCOPE);
    let form = format!(
        "grant_type=refresh_token&refresh_token={}&{}",
        tokens.refresh,
        appexample::credentials(&app)
    );
    let reply = appexample::post_by_curl(&scene, "/oauth/token", &form);
    let tokens = appexample::assert_token_answer(&reply, appexample::SCOPE);
    let form = format!("token={}&{}", tokens.access, appexample::credentials(&app));
    appexample::post_by_curl(&scene, "/oauth/revoke", &form).expect(200);
    let info = scene.endpoint("token_info_endpoint");
    let reply = scene.api().get_bearer(&info, &tokens.access);
    assert_refused(&reply, 401, "invalid_token");
}

#[test]
fn t7_an_app_made_by_page_waits_for_approval_of_full_access() {
    let scene = Scene::profile("appexample");
    let mut portal = Portal::of(&scene);
    let app = new_oauth_app(&mut portal);
    let asked = [("scope", "admin:*")];
    let back = scene.allow(&app, &asked);
    assert_eq!(back.param("error"), Some("invalid_scope"), "{back:?}");
    let page = portal.page_of(&app).expect(200);
    assert!(!page.text().contains("admin:*"), "not to choose: {page}");
    // Nor by a forged box.
    let forged = [("scopes", "some"), ("scope-1", "admin:*")];
    let refused = portal.browser.submit(&form_to(&page, UPDATE), &forged);
    assert_eq!(refused.status, 400, "{refused}");
    assert_eq!(
        scene.allow(&app, &asked).param("error"),
        Some("invalid_scope")
    );
    scene.cli(&["app", "approve-scope", &app.client_id, "admin:*"]);
    let question = scene.question(&app, &asked);
    let approved = || scene.browser().authorize_until_consent(&question).status == 200;
    assert!(within(Duration::from_secs(1), approved));
    let code = scene.allow(&app, &asked).code();
    let reply = appexample::exchange(&scene, &app, &code);
    appexample::assert_token_answer(&reply, "admin:*");
    let page = portal.page_of(&app).expect(200);
    assert!(page.text().contains("admin:*"), "to choose now: {page}");
}

#[test]
fn m5_only_administrators_register_an_app_by_page() {
    let scene = Scene::profile("miwa");
    let mut portal = Portal::of(&scene);
    let list = portal.open(APPS, &[]);
    let closed = "Apps are made by the people who run this service: ask them for one.";
    assert!(list.text().contains(closed), "{list}");
    assert!(!list.text().contains("id=\"new-app\""), "{list}");
    let filled = [
        ("name", "Night Owl"),
        ("homepage", "https://example.com"),
        ("redirect-1", miwa::CALLBACK),
        ("own-behalf", "on"),
    ];
    let page = portal.browser.get(NEW_APP);
    assert_eq!(page.status, 403, "{page}");
    assert!(page.text().contains(closed), "{page}");
    assert!(!page.text().contains("redirect-1"), "{page}");
    let forged = portal.browser.post_form(NEW_APP, &filled);
    assert_eq!(forged.status, 403, "{forged}");
    let apps = scene.cli(&["app", "list"]).to_string();
    assert!(!apps.contains("Night Owl"), "{apps}");

    let mut portal = Portal::of_person(&scene, OWNER);
    let list = portal.open(APPS, &[]);
    assert!(!list.text().contains(closed), "{list}");
    let page = portal.press(&list, "Create an app");
    let app = portal.register(&page, &filled);
    let code = miwa::code_for(&scene, &app);
    let exchange = [("redirect_uri", miwa::CALLBACK)];
    let first = Tokens::of(&scene.redeem(&app, &code, &exchange));
    let second = Tokens::of(&scene.refresh(&app, &first.refresh));
    assert_ne!(first.refresh, second.refresh);
    Tokens::of(&scene.client_credentials(&app));
}

#[test]
fn m5_a_provider_may_let_everybody_register_or_have_no_pages() {
    let open = Scene::start(Setup::profile("miwa").with("[apps]\nregistration = \"open\""));
    let mut portal = Portal::of(&open);
    let list = portal.open(APPS, &[]);
    let page = portal.press(&list, "Create an app");
    let app = portal.register(
        &page,
        &[
            ("name", "Night Owl"),
            ("homepage", "https://example.com"),
            ("redirect-1", miwa::CALLBACK),
        ],
    );
    let code = miwa::code_for(&open, &app);
    Tokens::of(&open.redeem(&app, &code, &[("redirect_uri", miwa::CALLBACK)]));

    let none = Scene::start(Setup::profile("miwa").with("[portal]\npage = false"));
    let mut browser = none.provider.browser_of(OWNER, PASSWORD);
    browser.sign_in(OWNER, PASSWORD);
    assert_page(&browser.get(NEW_APP), 404);
    let documentation = browser.get(APPS).text();
    assert!(!documentation.contains("id=\"new-app\""), "{documentation}");
}

#[test]
fn d1_the_registration_form_has_the_documented_fields() {
    let scene = Scene::profile("digitalocean");
    let mut portal = Portal::of(&scene);
    let list = portal.open(APPS, &["Developers", "Applications"]);
    let page = portal.press(&list, "Register a new application");
    assert_labels(
        &page,
        &[
            ("name", "Application Name"),
            ("homepage", "Application Website"),
            ("redirect-1", "Redirect/Callback URL"),
        ],
    );
    let app = portal.register(
        &page,
        &[
            ("name", "Thedropletbook App"),
            ("homepage", "https://dropletbook.com"),
            ("redirect-1", digitalocean::BACK),
        ],
    );
    let mut ann = scene.browser();
    let prompt = ann.authorize_until_consent(&digitalocean::link(&app));
    for named in ["Thedropletbook App", ANN] {
        assert!(prompt.text().contains(named), "{named}: {prompt}");
    }
    let code = ann.authorize(&digitalocean::link(&app)).code();
    let reply = digitalocean::exchange(&scene, &app, &code).expect(200);
    let answer = digitalocean::documented(&reply.json());
    assert_eq!(answer["info"]["email"], ANN, "{answer}");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", &app.client_id),
        ("client_secret", &app.client_secret),
        ("refresh_token", &Tokens::of(&reply).refresh),
    ];
    digitalocean::post_query(&scene, "/v1/oauth/token", &refresh).expect(200);
}

/// Redirect URIs of one app.
const REDIRECTS: [&str; 4] = [
    sqowey::CALLBACK,
    "https://cool.page/second",
    "https://cool.page/third",
    "https://cool.page/fourth",
];

/// The documented walk to tokens, with one of the redirect URIs.
#[track_caller]
fn walk_to(scene: &Scene, app: &App, redirect_uri: &str) -> Tokens {
    let asked = [
        ("scope", "identity"),
        ("state", sqowey::STATE),
        ("redirect_uri", redirect_uri),
    ];
    let back = scene.allow(app, &asked);
    let expected = format!("{redirect_uri}?code=");
    assert!(back.location.starts_with(&expected), "{back:?}");
    assert_eq!(back.param("state"), Some(sqowey::STATE));
    Tokens::of(&scene.redeem(app, &back.code(), &[]))
}

#[test]
fn q1_q2_create_application_takes_one_to_three_redirects() {
    let scene = Scene::profile("sqowey");
    let mut portal = Portal::of(&scene);
    let list = portal.open(APPS, &[]);
    let page = portal.press(&list, "Create Application");
    let mut typed = vec![
        ("name", "Cool Page"),
        ("homepage", "https://cool.page"),
        ("redirect-1", REDIRECTS[0]),
        ("redirect-2", REDIRECTS[1]),
    ];
    assert!(redirect_fields(&page).len() <= 3, "{page}");
    let forged = [
        &typed[..],
        &[("redirect-3", REDIRECTS[2]), ("redirect-4", REDIRECTS[3])],
    ];
    for bad in [forged.concat(), typed[..2].to_vec()] {
        let refused = portal.browser.submit(&form_to(&page, NEW_APP), &bad);
        assert_eq!(refused.status, 400, "{refused}");
        let apps = scene.cli(&["app", "list"]).to_string();
        assert!(!apps.contains("Cool Page"), "{apps}");
    }
    let app = portal.register(&page, &typed);
    let first = walk_to(&scene, &app, REDIRECTS[0]);
    Tokens::of(&scene.refresh(&app, &first.refresh));

    let page = portal.page_of(&app).expect(200);
    assert_eq!(
        redirect_fields(&page),
        ["redirect-1", "redirect-2", "redirect-3"]
    );
    typed = vec![("redirect-3", REDIRECTS[2])];
    let form = form_to(&page, UPDATE);
    portal.browser.submit(&form, &typed).expect(303);
    let added = || {
        let asked = [("redirect_uri", REDIRECTS[2])];
        let question = scene.question(&app, &asked);
        scene.browser().authorize_until_consent(&question).status == 200
    };
    assert!(within(Duration::from_secs(1), added));
    for redirect_uri in &REDIRECTS[..3] {
        walk_to(&scene, &app, redirect_uri);
    }
    let page = portal.page_of(&app).expect(200);
    assert_eq!(redirect_fields(&page).len(), 3, "{page}");
    let forged = [("redirect-4", REDIRECTS[3])];
    let refused = portal.browser.submit(&form_to(&page, UPDATE), &forged);
    assert_eq!(refused.status, 400, "{refused}");
    let question = scene.question(&app, &[("redirect_uri", REDIRECTS[3])]);
    assert_page(&scene.browser().get(&question), 400);
}
