//! The link builder and the programs on an app's page, run as they are pasted.

use super::test_sides::{scene, switch_on};
use super::{APPS, Developer, EVE, UPDATE, href, says};
use crate::developer_snippets::{Runner, Variables, runners};
use crate::support::guide::{Program, target_of};
use crate::support::{Scene, assert_page};
use acceptance::{App, Browser, Json, Reply, unescape};

fn try_href(app: &App) -> String {
    format!("{}/try", href(app))
}

/// The program under this heading in a language.
#[track_caller]
fn program(page: &Reply, heading: &str, language: &str) -> Program {
    let text = page.text();
    let start = format!("<h3>{heading}</h3>");
    let section = text
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("no {heading}: {page}"));
    let section = section.split("<h3>").next().unwrap_or_default();
    let start = format!("<code class=\"language-{language}\">");
    let code = section
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("no {language}: {section}"));
    Program {
        language: language.to_owned(),
        text: unescape(code.split("</code>").next().unwrap_or_default()),
    }
}

/// Who runs the programs of a page.
struct Reader<'a> {
    scene: &'a Scene,
    page: Reply,
    app: &'a App,
    runner: &'a Runner,
}

impl Reader<'_> {
    /// Runs a program with the app's secret, and these variables, in the environment, and nothing else of it.
    #[track_caller]
    fn run(&self, heading: &str, more: &[(&'static str, &str)]) -> String {
        let secret = ("CLIENT_SECRET", self.app.client_secret.clone());
        let more = more
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let variables: Variables = [secret].into_iter().chain(more).collect();
        let program = program(&self.page, heading, self.runner.language());
        self.runner.run(&program, &variables)
    }

    #[track_caller]
    fn json(&self, heading: &str, more: &[(&'static str, &str)]) -> Json {
        let text = self.run(heading, more);
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("no JSON ({e}): {text}"))
    }

    /// From the link to a token that was given back.
    #[track_caller]
    fn follows(&self, mut person: Browser) {
        let printed = self.run("Make the link in your app", &[]);
        let word = |before: &str| {
            let rest = printed.split_once(before).map_or("", |(_, rest)| rest);
            rest.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let back = person.authorize(&target_of(&word("Send the browser to: ")));
        assert_eq!(back.param("state"), Some(word("STATE=").as_str()));
        let (code, verifier) = (back.code(), word("CODE_VERIFIER="));
        let given = [("CODE", &*code), ("CODE_VERIFIER", &*verifier)];
        let first = self.json("Exchange the code", &given);
        assert_eq!(first["scope"], "tasks:read");
        let refresh = first["refresh_token"].as_str().unwrap_or_default();
        let next = self.json("Get the next tokens", &[("REFRESH_TOKEN", refresh)]);
        let access = next["access_token"].as_str().unwrap_or_default();
        let about = self.json(
            "Ask the access token about itself",
            &[("ACCESS_TOKEN", access)],
        );
        assert_eq!(about["client_id"], self.app.client_id);
        self.run("Give a token back", &[("TOKEN", access)]);
        let info = self.scene.endpoint("token_info_endpoint");
        assert_eq!(self.scene.api().get_bearer(&info, access).status, 401);
        let own = self.json("Get a token of the app\u{2019}s own", &[]);
        assert!(own["access_token"].is_string(), "{own}");
        let codes = self.json("Ask for the codes of a device", &[]);
        assert!(codes["user_code"].is_string(), "{codes}");
    }
}

/// An app with every grant, by page.
#[track_caller]
fn every_grant(developer: &mut Developer) -> App {
    developer.register(&[
        ("device", "on"),
        ("own-behalf", "on"),
        ("scopes", "some"),
        ("scope-1", "tasks:read"),
    ])
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn every_program_on_an_apps_page_runs_as_it_is_pasted() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = every_grant(&mut ann);
    let (test, users) = switch_on(&mut ann, &live);
    for runner in runners() {
        println!("{}", runner.language());
        for app in [&live, &test] {
            let page = ann.browser.open(&try_href(app)).expect(200);
            let reader = Reader {
                scene: &scene,
                page,
                app,
                runner: &runner,
            };
            let person = match app.client_id.starts_with("test_") {
                true => scene.provider.browser_of(&users[0].0, &users[0].1),
                false => scene.browser(),
            };
            reader.follows(person);
        }
    }
}

#[test]
fn a_link_is_made_from_what_is_ticked() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let other = "https://board.example/other?a=b%20c";
    let app = ann.register(&[
        ("redirect-2", other),
        ("scopes", "some"),
        ("scope-1", "tasks:read"),
        ("scope-2", "tasks:write"),
    ]);
    let chosen =
        "built=1&redirect=https%3A%2F%2Fboard.example%2Fother%3Fa%3Db%2520c&scope-2=tasks%3Awrite";
    let page = ann.browser.get(&format!("{}?{chosen}", try_href(&app)));
    let page = page.expect(200);
    let shown = |id: &str| super::shown(&page, id).unwrap_or_default();
    let link = shown("link");
    let back = scene.browser().authorize(&target_of(&link));
    assert_eq!(back.param("state"), Some(shown("state").as_str()));
    assert!(
        back.location
            .starts_with("https://board.example/other?a=b%20c&code="),
        "{}",
        back.location
    );
    let verifier = shown("verifier");
    let fields = [("redirect_uri", other), ("code_verifier", &*verifier)];
    let reply = scene.redeem(&app, &back.code(), &fields);
    assert_eq!(reply.expect(200).member("scope"), "tasks:write");
    // Each link is another, and what is no redirect URI or scope of the app is not in it.
    let again = ann.browser.get(&format!(
        "{}?built=1&redirect=https://evil.example&scope-1=admin:all",
        try_href(&app)
    ));
    let again = super::shown(&again, "link").unwrap_or_default();
    assert!(
        !again.contains("evil") && !again.contains("admin"),
        "{again}"
    );
    assert!(!again.contains(&shown("state")), "{again}");
}

#[test]
fn the_programs_hold_no_secret_and_are_for_those_who_run_the_app() {
    let scene = scene();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let page = ann.browser.open(&try_href(&app)).expect(200);
    assert!(page.text().contains(&app.client_id) && !page.text().contains(&app.client_secret));
    assert!(page.text().contains("CLIENT_SECRET"));
    assert_page(&eve.browser.get(&try_href(&app)), 404);
    assert_page(&eve.browser.get(&format!("{APPS}/nobody/try")), 404);
    let public = ann.register(&[("kind", "public")]);
    let page = ann.browser.open(&try_href(&public)).expect(200);
    assert!(!page.text().contains("CLIENT_SECRET"), "{page}");
    // A redirect URI that breaks no program.
    let strange = "https://board.example/$HOME/'it's'?a=(b);c";
    ann.act(&app, UPDATE, &[("redirect-1", strange)])
        .expect(303);
    let page = ann.browser.open(&try_href(&app)).expect(200);
    says(&page, "board.example/$HOME");
}
