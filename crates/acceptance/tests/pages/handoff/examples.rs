//! The sites of `examples/handoff`: each of them with Valetkey, in a browser of ours and in Chromium.
//!
//! Each is a company's site with its own login, and one endpoint by which it hands people to Valetkey: that is what the mark
//! `hand-off begins` is about, and it has fewer than 30 lines of code.

use super::{SECRET, app_of};
use crate::browser::{ALL_EYES, Eyes, Programs, eyes_of, widths};
use crate::support::client::{target_of, tool};
use crate::support::{PLAIN, Scene, Tokens, consent_form, outlive_a_second, within};
use acceptance::{Api, App, Browser, Reply, Setup, binary, free_port};
use serde_json::json;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Whom each site knows.
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "four quiet winter walks";
/// How long a site may take to start, or a line of the log to be written.
const LIMIT: Duration = Duration::from_secs(30);
/// Lines of code that an endpoint may have at most.
const MOST_LINES: usize = 29;

fn file(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/handoff");
    examples.join(name)
}

fn flask() -> Command {
    let mut command = Command::new(tool("VALETKEY_TEST_PYTHON"));
    command.arg(file("flask/site.py"));
    command
}

/// With the packages of the clients, of which it needs one.
fn express() -> Command {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/node_modules");
    let mut command = Command::new(tool("VALETKEY_TEST_NODE"));
    command
        .arg(file("express/site.cjs"))
        .env("NODE_PATH", packages);
    command
}

/// By PHP's own server, which is told its port by an argument.
fn php() -> Command {
    Command::new(tool("VALETKEY_TEST_PHP"))
}

fn go() -> Command {
    Command::new(tool("VALETKEY_TEST_HANDOFF_GO"))
}

fn axum() -> Command {
    Command::new(binary().with_file_name("handoff-axum"))
}

/// A provider, and a company's site whose login it hands people to.
struct Company {
    scene: Scene,
    port: u16,
    child: Child,
}

impl Company {
    #[track_caller]
    fn start(site: Command) -> Self {
        Self::showing(site, SECRET)
    }

    /// The same with a site that shows this secret, which need not be that of the provider.
    #[track_caller]
    fn showing(mut site: Command, secret: &str) -> Self {
        let port = free_port();
        let handoff = format!(
            "[login.handoff]\nurl = \"http://localhost:{port}/oauth/login\"\nsecrets = [{SECRET:?}]"
        );
        let scene = Scene::start(Setup::toml(PLAIN).with(&handoff));
        let log = File::create(scene.provider.folder().join("site.log")).expect("a log");
        if site.get_program() == tool_or_none("VALETKEY_TEST_PHP") {
            site.args(["-S", &format!("127.0.0.1:{port}")]);
            site.arg(file("php/site.php"));
        }
        site.env("ISSUER", scene.provider.issuer())
            .env("HANDOFF_SECRET", secret)
            .env("PORT", port.to_string())
            .env("NO_PROXY", "localhost")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("share the log"))
            .stderr(log);
        let child = site.spawn();
        let child = child.unwrap_or_else(|e| panic!("{site:?} did not start: {e}"));
        let company = Company { scene, port, child };
        let up = || TcpStream::connect(company.addr()).is_ok();
        assert!(within(LIMIT, up), "no site:\n{}", company.complaints());
        company
    }

    fn addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// What somebody's browser holds of the site.
    fn site(&self) -> Browser {
        let api = Api::new(self.addr(), &format!("localhost:{}", self.port));
        Browser::at(api, &self.url())
    }

    fn complaints(&self) -> String {
        fs::read_to_string(self.scene.provider.folder().join("site.log")).unwrap_or_default()
    }

    /// How often the site has called.
    fn calls(&self) -> [usize; 2] {
        let log = self.scene.provider.log();
        ["/login/challenge", "/login/accept"].map(|path| log.matches(path).count())
    }

    /// The site has called so often, and no more.
    #[track_caller]
    fn called(&self, expected: [usize; 2]) {
        let there = || self.calls() == expected;
        assert!(
            within(LIMIT, there),
            "{:?}\n{}",
            self.calls(),
            self.complaints()
        );
    }

    /// The browser that an app sent to the provider is sent on to the company: one redirect. The path there.
    #[track_caller]
    fn sent_away(&self, browser: &mut Browser, question: &str) -> String {
        let away = browser.open(question);
        let to = away
            .location()
            .unwrap_or_else(|| panic!("no redirect: {away}"));
        assert!(to.starts_with(&self.url()), "{to}");
        target_of(to)
    }

    /// The company sends it back: the path at the provider.
    #[track_caller]
    fn sent_back(&self, reply: &Reply) -> String {
        let to = reply
            .location()
            .unwrap_or_else(|| panic!("{reply}\n{}", self.complaints()));
        let back = format!(
            "{}/login/return?login_ticket=",
            self.scene.provider.issuer()
        );
        assert!(to.starts_with(&back), "{to}");
        target_of(to)
    }

    /// Signs in on the company's own page, where a browser was sent; where it is sent then.
    #[track_caller]
    fn sign_in(&self, site: &mut Browser, reply: &Reply) -> String {
        let form = target_of(&format!("{}{}", self.url(), path_of(reply)));
        let page = site.get(&form).expect(200);
        assert!(page.text().contains("Sign in to Acme"), "{page}");
        let wrong = [("email", EMAIL), ("password", "not the password")];
        let refused = site.post_form(&form, &wrong);
        assert_eq!(refused.status, 401, "{refused}");
        let right = [("email", EMAIL), ("password", PASSWORD)];
        path_of(&site.post_form(&form, &right))
    }
}

fn tool_or_none(variable: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_default()
}

/// A redirect within a site: some write the whole URL, others the path.
#[track_caller]
fn path_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 302, "{reply}");
    let to = reply.location().expect("a redirect");
    match to.starts_with("http") {
        true => target_of(to),
        false => to.to_owned(),
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One redirect to the company and two calls of it, and the person is back.
#[track_caller]
fn hands_people_over(program: fn() -> Command) {
    let company = Company::start(program());
    let scene = &company.scene;
    let app = app_of(scene);
    let (mut browser, mut site) = (scene.provider.browser(), company.site());
    let question = scene.question(&app, &[("scope", "tasks:read")]);
    let away = company.sent_away(&mut browser, &question);
    // Nobody is signed in there yet: the company's own page comes first, and nothing is called before.
    let first = site.get(&away);
    let onward = company.sign_in(&mut site, &first);
    assert_eq!(company.calls(), [0, 0]);
    let back = company.sent_back(&site.get(&onward));
    company.called([1, 1]);
    let page = browser.open(&back).expect(200);
    assert!(page.text().contains(EMAIL), "{page}");
    let allowed = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    let code = acceptance::Redirect::parse(allowed.location().expect("to the app")).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[]));
    assert_eq!(
        scene.introspect(&scene.resource_server(), &tokens.access)["sub"],
        "u-1815"
    );
    straight_back(&company, &app, &mut site);
    asked_again(&company, &app, &mut site);
    cancels(&company, &app);
    refuses(&company, &app, &mut site);
    tells_whose_fault_it_is(program());
}

/// Who is signed in at the company sees no page of it: one redirect there, one back, two calls.
#[track_caller]
fn straight_back(company: &Company, app: &App, site: &mut Browser) {
    let mut browser = company.scene.provider.browser();
    let question = company.scene.question(app, &[("scope", "tasks:read")]);
    let away = company.sent_away(&mut browser, &question);
    let back = company.sent_back(&site.get(&away));
    company.called([2, 2]);
    let done = browser.open(&back);
    let redirect = acceptance::Redirect::parse(done.location().expect("to the app"));
    assert!(!redirect.code().is_empty());
}

/// An app that wants a sign-in of now has one.
#[track_caller]
fn asked_again(company: &Company, app: &App, site: &mut Browser) {
    outlive_a_second();
    let mut browser = company.scene.provider.browser();
    let pairs = [("scope", "tasks:read"), ("prompt", "login")];
    let question = company.scene.question(app, &pairs);
    let away = company.sent_away(&mut browser, &question);
    let again = site.get(&away);
    company.called([3, 2]);
    let onward = company.sign_in(site, &again);
    let back = company.sent_back(&site.get(&onward));
    company.called([4, 3]);
    let done = browser.open(&back);
    assert!(
        done.location().is_some_and(|to| to.contains("code=")),
        "{done}"
    );
}

/// Whoever goes back on the company's page: nobody is signed in, and the app is told.
#[track_caller]
fn cancels(company: &Company, app: &App) {
    let (scene, before) = (&company.scene, company.calls());
    let (mut browser, mut site) = (scene.provider.browser(), company.site());
    let question = scene.question(app, &[("state", "s1")]);
    let away = company.sent_away(&mut browser, &question);
    let form = path_of(&site.get(&away));
    let page = site.get(&form).expect(200).text();
    let link = page.split("id=\"cancel\" href=\"").nth(1);
    let link = link.and_then(|rest| rest.split('"').next());
    let link = acceptance::unescape(link.unwrap_or_else(|| panic!("no way back: {page}")));
    let back = company.sent_back(&site.get(&link));
    company.called(before);
    let done = browser.open(&back);
    let told = acceptance::Redirect::parse(done.location().expect("to the app"));
    assert_eq!(told.param("error"), Some("access_denied"));
    assert_eq!(told.param("state"), Some("s1"));
    assert_eq!(browser.get("/account").status, 303, "nobody is signed in");
    // A page that nobody was sent to has none, and nobody writes it anew by the address.
    let page = site.get("/login").expect(200).text();
    assert!(!page.contains("cancel=1"), "{page}");
    let odd = "/login?next=/oauth/login%3F%22%3E%3Cb%3E";
    let page = site.get(odd).expect(200).text();
    assert!(!page.contains("\"><b>"), "{page}");
}

/// A challenge that is missing, is none or was used, and a page that is elsewhere.
#[track_caller]
fn refuses(company: &Company, app: &App, site: &mut Browser) {
    let alone = site.get("/oauth/login");
    assert_eq!(alone.status, 400, "{alone}");
    assert!(alone.text().contains("start there"), "{alone}");
    let mut browser = company.scene.provider.browser();
    let question = company.scene.question(app, &[("scope", "tasks:read")]);
    let used = company.sent_away(&mut browser, &question);
    browser.open(&company.sent_back(&site.get(&used)));
    for over in [&*used, "/oauth/login?login_challenge=lc_none"] {
        let over = site.get(over);
        assert_eq!(over.status, 400, "{over}");
        assert!(over.text().contains("start again"), "{over}");
    }
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/oauth/login@evil.example",
    ] {
        let form = format!("/login?next={elsewhere}");
        let right = [("email", EMAIL), ("password", PASSWORD)];
        let mut new = company.site();
        assert_eq!(path_of(&new.post_form(&form, &right)), "/", "{elsewhere}");
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_site_in_flask_hands_people_over() {
    hands_people_over(flask);
}

/// A site that shows a wrong secret, and then one whose provider is down: no person can mend that, and none is told to.
#[track_caller]
fn tells_whose_fault_it_is(site: Command) {
    let mut company = Company::showing(site, "the-company-shows-another-secret-0009");
    let app = app_of(&company.scene);
    let (mut browser, mut site) = (company.scene.provider.browser(), company.site());
    let question = company.scene.question(&app, &[]);
    let away = company.sent_away(&mut browser, &question);
    let first = site.get(&away);
    let onward = company.sign_in(&mut site, &first);
    let ours = |reply: Reply| {
        assert_eq!(reply.status, 502, "{reply}");
        let text = reply.text();
        assert!(
            text.contains("our fault") && !text.contains("start again"),
            "{text}"
        );
    };
    ours(site.get(&onward));
    // Whoever runs the site is told, and whoever runs the provider.
    let said = || company.complaints().contains("401");
    assert!(within(LIMIT, said), "{}", company.complaints());
    let warned = "a call of /login/challenge from 127.0.0.1 shows no secret of login.handoff";
    assert!(within(LIMIT, || company
        .scene
        .provider
        .log()
        .contains(warned)));
    company.scene.provider.kill();
    ours(site.get(&onward));
    ours(site.get(&format!("{away}&cancel=1")));
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn a_site_in_express_hands_people_over() {
    hands_people_over(express);
}

#[test]
#[cfg_attr(not(has_php), ignore = "needs PHP: see ./test")]
fn a_site_in_php_hands_people_over() {
    hands_people_over(php);
}

#[test]
#[cfg_attr(not(has_handoff_go), ignore = "needs Go: see ./test")]
fn a_site_in_go_hands_people_over() {
    hands_people_over(go);
}

#[test]
fn a_site_in_axum_hands_people_over() {
    hands_people_over(axum);
}

/// A person in Chromium goes from the app to the company's page, and by the consent page to the app.
#[track_caller]
fn walk(site: Command, eyes: &Eyes) {
    let programs = Programs::find();
    let company = Company::start(site);
    // The company is the app too, so that the browser ends on a page.
    let callback = format!("{}/", company.url());
    let app = company.scene.confidential(&callback);
    let pairs = [("scope", "tasks:read"), ("redirect_uri", &*callback)];
    let question = company.scene.question(&app, &pairs);
    let site = json!({
        "issuer": company.scene.provider.issuer(),
        "question": format!("{}{question}", company.scene.provider.issuer()),
        "company": company.url(),
        "user": { "email": EMAIL, "password": PASSWORD },
    });
    programs.walk_on("handoff", eyes, &site, widths());
    company.called([2, 2]);
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_python)),
    ignore = "needs Chromium and Python: see ./test"
)]
fn a_person_signs_in_at_the_site_in_flask() {
    for eyes in eyes_of(0) {
        walk(flask(), &eyes);
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_signs_in_at_the_site_in_express() {
    walk(express(), &ALL_EYES[0]);
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_php)),
    ignore = "needs Chromium and PHP: see ./test"
)]
fn a_person_signs_in_at_the_site_in_php() {
    walk(php(), &ALL_EYES[0]);
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_handoff_go)),
    ignore = "needs Chromium and Go: see ./test"
)]
fn a_person_signs_in_at_the_site_in_go() {
    walk(go(), &ALL_EYES[0]);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_signs_in_at_the_site_in_axum() {
    walk(axum(), &ALL_EYES[0]);
}

/// The lines between the marks.
fn endpoint(name: &str) -> Vec<String> {
    let text = fs::read_to_string(file(name)).expect("an example");
    let lines = text.lines();
    let lines = lines
        .skip_while(|line| !line.ends_with("hand-off begins"))
        .skip(1);
    let lines = lines.take_while(|line| !line.ends_with("hand-off ends"));
    lines.map(str::to_owned).collect()
}

/// Without blank lines and comments. What it calls is an ordinary POST, and not counted.
#[test]
fn each_endpoint_has_fewer_than_30_lines_and_the_how_to_tells_how_many() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/how-to/keep-your-login.md");
    let page = fs::read_to_string(page).expect("the how-to");
    for name in [
        "flask/site.py",
        "express/site.cjs",
        "php/site.php",
        "go/main.go",
        "axum/src/main.rs",
    ] {
        let is_code = |line: &&String| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//") && !line.starts_with('#')
        };
        let lines = endpoint(name);
        let count = lines.iter().filter(is_code).count();
        assert!((5..=MOST_LINES).contains(&count), "{name}: {count}");
        let folder = name.trim_end_matches("/src/main.rs");
        let mut rows = page.lines().filter(|line| line.starts_with("| "));
        let row = rows.find(|row| row.contains(&format!("`examples/handoff/{folder}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not told"));
        assert!(row.ends_with(&format!("| {count} |")), "{count}: {row}");
    }
    let flask = endpoint("flask/site.py").join("\n");
    assert!(page.contains(&format!("```python\n{}\n```", flask.trim())));
}
