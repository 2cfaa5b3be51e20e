//! The commands and configurations that the documentation shows, run as they stand there.

mod keep_your_login;
mod operation;
mod pictures;

use crate::support::dev::{Dev, Place, api, browser, paste, shell, valetkey};
use crate::support::within;
use acceptance::{Api, Browser, Json, Request, Url, forms, output, send, unescape, wait_for_exit};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A password as a person might choose it.
const PASSWORD: &str = "walking in the winter garden";

/// A page of the documentation.
#[track_caller]
fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The commands of a page: indented lines, each with the lines that it goes on to by a backslash.
fn commands(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("    ")) {
        match found.last_mut() {
            Some(last) if last.ends_with('\\') => *last += &format!("\n{line}"),
            _ => found.push(line.to_owned()),
        }
    }
    found
}

/// The blocks of a page that are marked as `language`.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    let parts = page.split(&start).skip(1);
    let blocks = parts.filter_map(|part| part.split_once("```"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

#[test]
fn the_readme_starts_with_two_commands_that_exist() {
    let found = commands(&page("README.md"));
    assert_eq!(found, ["cargo dev", "./test"]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let test = fs::metadata(root.join("test")).expect("./test is there");
    assert_ne!(test.permissions().mode() & 0o100, 0, "./test can be run");
    let manifest: toml::Table = page("Cargo.toml").parse().expect("TOML");
    let settings: toml::Table = page(".cargo/config.toml").parse().expect("TOML");
    assert_eq!(
        settings["alias"]["dev"].as_str(),
        Some("run --locked --profile quick -- dev")
    );
    assert!(manifest["profile"].get("quick").is_some(), "{manifest}");
    assert_eq!(
        manifest["workspace"]["default-members"][0].as_str(),
        Some("crates/server")
    );
}

#[test]
fn the_tutorial_starts_what_it_speaks_of() {
    let tutorial = page("docs/tutorial/first-token.md");
    assert_eq!(commands(&tutorial), ["cargo dev"]);
    let place = Place::new();
    let help = output(valetkey(place.folder()).args(["dev", "--help"]));
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    // The folder and the demo app's port are where it says they are.
    for (said, default) in [
        ("valetkey-dev/", "valetkey-dev"),
        ("http://localhost:8081", ":8081"),
    ] {
        assert!(tutorial.contains(said), "{said}");
        assert!(help.contains(default), "{default}: {help}");
    }

    // "Change a scope's sentence, start again …: the consent page says what you wrote."
    place.start().stop();
    let config = fs::read_to_string(place.config()).expect("an ordinary configuration");
    let (before, after) = ("See your tasks", "Read every one of your tasks");
    assert!(config.contains(before), "{config}");
    fs::write(place.config(), config.replace(before, after)).expect("change it");
    let dev = place.start();
    let mut app = browser(&dev, dev.text("/demo_app"));
    let login = app.get("/login").expect(303);
    let question = Url::parse(login.location().expect("to the provider")).expect("a URL");
    let mut provider = browser(&dev, dev.text("/issuer"));
    let consent = provider.authorize_until_consent(&question.target()).text();
    assert!(
        consent.contains(after) && !consent.contains(before),
        "{consent}"
    );
}

#[test]
fn the_tutorial_of_a_first_app_can_be_followed() {
    let place = Place::new();
    let dev = place.start();
    let tutorial = page("docs/tutorial/first-app.md");
    let tutorial = [("8080", place.port), ("8081", place.demo_port)]
        .into_iter()
        .fold(tutorial, |text, (said, port)| {
            text.replace(&format!(":{said}"), &format!(":{port}"))
                .replace(&format!("%3A{said}"), &format!("%3A{port}"))
        });
    for told in ["/apps", "/your_app"] {
        let address = format!("`{}`", dev.text(told));
        assert!(tutorial.contains(&address), "{address}: {tutorial}");
    }
    let all = commands(&tutorial);
    let [start, id, secret, making @ .., exchange, call] = &all[..] else {
        panic!("the commands of the tutorial: {all:?}");
    };
    assert_eq!(start, "cargo dev");
    let run = |lines: &[&str]| {
        let done = paste(&lines.join("\n"), place.folder(), "");
        assert!(done.status.success(), "{lines:?}: {done:?}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    };

    let mut developer = browser(&dev, dev.text("/issuer"));
    let (client_id, client_secret) = first_app(&mut developer, &dev, &tutorial);
    let id = id.replace("YOUR_CLIENT_ID", &client_id);
    let secret = secret.replace("YOUR_CLIENT_SECRET", &client_secret);
    // Each paste is a shell of its own, so what it knew is printed.
    let asked = run(&[&id, &making.join("\n"), "echo $CODE_VERIFIER"]);
    let (address, verifier) = asked.split_once('\n').expect("two lines");
    let address = Url::parse(address).expect("a URL");
    let answer = developer.authorize(&address.target());
    let arrived = Url::parse(&answer.location).expect("a URL");
    let shown = api(dev.text("/demo_app")).get(&arrived.target());
    let exchange = exchange.replace("YOUR_CODE", &answer.code());
    let shown = unescape(&shown.expect(200).text());
    for line in exchange.lines().map(str::trim) {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let verifier = format!("CODE_VERIFIER={verifier}");
    let tokens = run(&[&id, &secret, &verifier, &exchange]);
    let tokens: Json = serde_json::from_str(&tokens).expect("JSON");
    let token = tokens["access_token"].as_str().expect("a token");
    let tasks = run(&[&call.replace("ACCESS_TOKEN", token)]);
    let tasks: Json = serde_json::from_str(&tasks).expect("JSON");
    assert!(
        tasks.as_array().is_some_and(|all| !all.is_empty()),
        "{tasks}"
    );
}

/// Registers the app of the tutorial with what it says of each field; its client id and secret.
#[track_caller]
fn first_app(developer: &mut Browser, dev: &Dev, tutorial: &str) -> (String, String) {
    let row = |label: &str| {
        let row = tutorial.lines().find_map(|line| line.strip_prefix(label));
        let row = row.unwrap_or_else(|| panic!("no row {label}: {tutorial}"));
        row.trim_matches([' ', '|', '`']).to_owned()
    };
    let (name, homepage, redirect) = (row("| Name"), row("| Homepage URL"), row("| Redirect URL"));
    developer.sign_in(dev.text("/user/email"), dev.text("/user/password"));
    let list = developer.get("/apps").expect(200).text();
    assert!(list.contains(">Create an app<"), "{list}");
    let form = developer.get("/apps/new").expect(200).text();
    let form = forms(&form)
        .into_iter()
        .find(|form| form.action == "/apps/new");
    let typed = [
        ("name", name.as_str()),
        ("homepage", &homepage),
        ("redirect-1", &redirect),
    ];
    let made = developer
        .submit(&form.expect("the form"), &typed)
        .expect(200)
        .text();
    let field = |id: &str| {
        let (_, rest) = made.split_once(&format!("id=\"{id}\"")).expect("a field");
        let (_, rest) = rest.split_once("value=\"").expect("a value");
        unescape(rest.split('"').next().unwrap_or_default())
    };
    (field("client-id"), field("client-secret"))
}

/// A provider made by following a page of `docs/how-to` in a folder of its own: on the configuration of `serve.md`
/// lies what the page adds.
struct Followed {
    place: Place,
    /// The page, with its domain and folders replaced by ones that are on this machine.
    page: String,
}

impl Followed {
    fn new() -> Self {
        let place = Place::new();
        let page = here(&place, "serve");
        let config = blocks(&page, "toml").swap_remove(0);
        fs::write(place.folder().join("valetkey.toml"), config).expect("write it");
        Followed { place, page }
    }

    /// The server of `serve.md` with one account, and the page `name` on top.
    fn on_top(name: &str) -> (Self, Serving) {
        let mut followed = Self::new();
        let more = here(&followed.place, name);
        let config = followed.place.folder().join("valetkey.toml");
        let mut all = fs::read_to_string(&config).expect("the configuration of serve.md");
        all.extend(blocks(&more, "toml"));
        fs::write(&config, all).expect("write it");
        let serving = followed.serve();
        followed.run(&followed.command("valetkey user create"), PASSWORD);
        followed.page = more;
        (followed, serving)
    }

    /// The one command of the page that starts with `verb`, wherever it stands.
    #[track_caller]
    fn command(&self, verb: &str) -> String {
        let inline = self.page.split('`').skip(1).step_by(2).map(str::to_owned);
        let all: Vec<String> = commands(&self.page).into_iter().chain(inline).collect();
        let found = all.iter().find(|line| line.starts_with(verb));
        found
            .unwrap_or_else(|| panic!("no `{verb}` among {all:?}"))
            .clone()
    }

    /// Runs a command of the page and returns what it printed.
    #[track_caller]
    fn run(&self, command: &str, input: &str) -> String {
        let done = paste(command, self.place.folder(), input);
        assert!(done.status.success(), "{command}: {done:?}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Runs the page's `serve` until it is ready.
    #[track_caller]
    fn serve(&self) -> Serving {
        self.serve_as(&self.command("valetkey serve"))
    }

    /// The same, by a command that another page has.
    #[track_caller]
    fn serve_as(&self, command: &str) -> Serving {
        let command = format!("exec {command}");
        let mut shell = shell(self.place.folder());
        shell
            .args(["-c", &command])
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let serving = Serving(shell.spawn().expect("bash starts"));
        let addr = SocketAddr::from(([127, 0, 0, 1], self.place.port));
        let deadline = Instant::now() + Duration::from_secs(30);
        let ready = Request::get("/health/ready");
        while !send(addr, "localhost", &ready).is_ok_and(|reply| reply.status == 200) {
            assert!(Instant::now() < deadline, "`{command}` is not ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        serving
    }
}

/// A page of `docs/how-to`, its domain and folders replaced by ones that are on this machine.
fn here(place: &Place, name: &str) -> String {
    let folder = format!("{}/", place.folder().display());
    let issuer = format!("http://localhost:{}", place.port);
    page(&format!("docs/how-to/{name}.md"))
        .replace("https://auth.example.com", &issuer)
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{}", place.port))
        .replace("/var/lib/valetkey/", &folder)
        .replace("/etc/valetkey/", &folder)
        .replace("127.0.0.1:9464", &format!("127.0.0.1:{}", place.demo_port))
        // Nobody is there.
        .replace("127.0.0.1:4318", "127.0.0.1:9")
}

/// The commands of a page that begin with `start`, also those within lists.
fn commands_of(page: &str, start: &str) -> Vec<String> {
    let indented = page.lines().filter(|line| line.starts_with("    "));
    let lines = indented
        .map(str::trim)
        .filter(|line| line.starts_with(start));
    lines.map(str::to_owned).collect()
}

/// What stands behind `name` on a sheet that a command printed.
#[track_caller]
fn told(printed: &str, name: &str) -> String {
    let line = printed.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name}: {printed}"))
        .trim()
        .to_owned()
}

/// A server that a test started; killed when dropped.
struct Serving(Child);

impl Serving {
    /// Stops it in good order.
    #[track_caller]
    fn stop(mut self) {
        let _ = output(Command::new("kill").arg(self.0.id().to_string()));
        let ended = wait_for_exit(&mut self.0, Duration::from_secs(10));
        assert!(ended.is_some(), "it does not stop");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = wait_for_exit(&mut self.0, Duration::from_secs(10));
    }
}

#[test]
fn how_to_serve_can_be_followed() {
    let followed = Followed::new();
    let api = api(&format!("http://localhost:{}", followed.place.port));
    let checked = followed.run(&followed.command("valetkey config check"), "");
    assert!(checked.contains("in order"), "{checked}");
    let show = followed.command("valetkey config show");
    let variable = followed.command("VALETKEY_");
    let shown = followed.run(&format!("{variable} {show}"), "");
    let (name, value) = variable.split_once('=').expect("NAME=VALUE");
    let line = shown.lines().find(|line| line.contains(name));
    assert!(line.is_some_and(|line| line.contains(value)), "{shown}");

    let _serving = followed.serve();
    for path in ["/health/live", "/health/ready"] {
        assert!(followed.page.contains(path));
        api.get(path).expect(200);
    }
    assert!(followed.page.contains("`POST /oauth2/introspect`"));
    api.post_form("/oauth2/introspect", &[("token", "x")])
        .expect(401);
    followed.run(&followed.command("valetkey user create"), PASSWORD);
    let create = followed.command("valetkey app create");
    let created = followed.run(&create, "");
    let id = told(&created, "client id");
    assert!(created.contains("client secret"), "shown once: {created}");
    followed.run(&followed.command("valetkey doctor"), "");

    let token = robot_token(&followed, &create, &api);
    followed.run(&followed.command("valetkey token revoke"), &token);
    followed.run(
        &followed
            .command("valetkey app disable")
            .replace("CLIENT_ID", &id),
        "",
    );
    followed.run(&followed.command("valetkey user disable"), "");
    let soon = Duration::from_secs(1);
    let revoked = || api.get_bearer("/oauth2/token/info", &token).status == 401;
    assert!(within(soon, revoked), "within a second");
    let link = format!("/oauth2/authorize?response_type=code&client_id={id}");
    let disabled = || api.get(&link).status == 400;
    assert!(within(soon, disabled), "the app is disabled");
}

/// A token to revoke: of an app made by the page's command, but with the client-credentials grant.
#[track_caller]
fn robot_token(followed: &Followed, create: &str, api: &Api) -> String {
    let robot = format!("{create} --resource-server --grant client_credentials --json");
    let robot: Json = serde_json::from_str(&followed.run(&robot, "")).expect("JSON");
    let text = |name: &str| robot[name].as_str().unwrap_or_default().to_owned();
    let fields = [("grant_type", "client_credentials")];
    let request = Request::post("/oauth2/token").form(&fields);
    let reply = api.send(&request.basic(&text("client_id"), &text("client_secret")));
    let token = reply.clone().expect(200).json()["access_token"]
        .as_str()
        .map(str::to_owned);
    let token = token.unwrap_or_else(|| panic!("no token: {reply}"));
    api.get_bearer("/oauth2/token/info", &token).expect(200);
    token
}

#[test]
fn every_block_of_how_to_serve_is_a_configuration() {
    let followed = Followed::new();
    let blocks = blocks(&followed.page, "toml");
    assert!(blocks.len() > 1, "{}", followed.page);
    let path = followed.place.folder().join("all.toml");
    let mut file = fs::File::create(&path).expect("make the file");
    for block in &blocks {
        writeln!(file, "{block}").expect("write the file");
    }
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
    let pair = pair.expect("a certificate");
    for (name, text) in [
        ("fullchain.pem", pair.cert.pem()),
        ("key.pem", pair.signing_key.serialize_pem()),
        ("corp-ca.pem", pair.cert.pem()),
    ] {
        fs::write(followed.place.folder().join(name), text).expect("write it");
    }
    let check = followed
        .command("valetkey config check")
        .replace("valetkey.toml", "all.toml");
    let done = paste(&check, followed.place.folder(), "");
    assert!(done.status.success(), "{done:?}");
}
