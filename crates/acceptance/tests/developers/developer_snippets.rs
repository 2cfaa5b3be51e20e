//! The programs on the developer pages, run exactly as they are served: with the app's credentials in the
//! environment, against the real binary. The Rust ones are compiled and run with `VALETKEY_LONG=1`.

use crate::support::client::tool;
use crate::support::guide::{Guide, Program, target_of};
use crate::support::{ANN, CALLBACK, PASSWORD, Scene, form_to};
use acceptance::{App, AppSpec, Json, Setup, output, wait_for_exit};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const CODE: &str = "/developers/grants/authorization-code";
const DEVICE: &str = "/developers/grants/device-code";
const REFRESH: &str = "/developers/grants/refresh-token";
const MACHINE: &str = "/developers/grants/client-credentials";
const TOKENS: &str = "/developers/tokens";

/// The variables that a program reads.
pub(crate) type Variables = BTreeMap<&'static str, String>;

/// What runs the programs of one language.
#[derive(Debug)]
pub(crate) enum Runner {
    Shell,
    Python(PathBuf),
    Node(PathBuf),
    Go,
    Rust(Workshop),
}

impl Runner {
    pub(crate) fn language(&self) -> &'static str {
        match self {
            Runner::Shell => "bash",
            Runner::Python(_) => "python",
            Runner::Node(_) => "javascript",
            Runner::Go => "go",
            Runner::Rust(_) => "rust",
        }
    }

    /// Runs a program that must succeed; what it printed.
    #[track_caller]
    pub(crate) fn run(&self, program: &Program, variables: &Variables) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let name = match self {
            Runner::Go => "program.go",
            Runner::Shell | Runner::Python(_) | Runner::Node(_) | Runner::Rust(_) => "program.mjs",
        };
        let file = folder.path().join(name);
        fs::write(&file, &program.text).expect("write the program");
        let mut command = match self {
            Runner::Shell => {
                let mut command = Command::new("bash");
                command.args(["-euo", "pipefail"]);
                command
            }
            Runner::Python(path) | Runner::Node(path) => Command::new(path),
            Runner::Go => {
                let mut command = Command::new("go");
                command.arg("run");
                command
            }
            Runner::Rust(workshop) => workshop.built(program),
        };
        if !matches!(self, Runner::Rust(_)) {
            command.arg(&file);
        }
        let done = output(command.envs(variables));
        let (out, error) = (text(&done.stdout), text(&done.stderr));
        assert!(done.status.success(), "{program:?}: {out}{error}");
        out
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A Cargo package that is given one program after the other. It builds offline, with the versions of this
/// repository's lock file.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// Of the package, its own: packages of one name in one folder of results are taken for each other.
    name: String,
    folder: tempfile::TempDir,
    target: PathBuf,
}

const MANIFEST: &str = r#"
[package]
name = "NAME"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
aws-lc-rs = { version = "*", default-features = false, features = ["aws-lc-sys"] }
base64 = "*"
reqwest = { version = "*", default-features = false, features = ["form"] }
tokio = { version = "*", features = ["macros", "rt-multi-thread", "net", "time"] }
"#;

impl Workshop {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("src")).expect("a folder");
        let name = format!("snippet-{}", PACKAGES.fetch_add(1, Relaxed));
        let manifest = MANIFEST.replace("NAME", &name);
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("write it");
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))
            .expect("copy the versions");
        Workshop {
            name,
            folder,
            target: root.join("target/snippets"),
        }
    }

    /// The command that runs a program, which must compile without a warning. The first one waits for all that
    /// it needs to be compiled; the folder of results is shared, so one builds at a time.
    #[track_caller]
    fn built(&self, program: &Program) -> Command {
        let folder = self.folder.path();
        fs::write(folder.join("src/main.rs"), &program.text).expect("write the program");
        let _one_at_a_time = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let log = fs::File::create(folder.join("log")).expect("a log");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--offline"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("RUSTFLAGS", "-Dwarnings")
            .stderr(log);
        let mut child = cargo.spawn().expect("cargo starts");
        let status = wait_for_exit(&mut child, BUILD_LIMIT);
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        let done = status.is_some_and(|status| status.success());
        assert!(done, "{status:?}: {}: {log}", program.text);
        let own = folder.join("snippet");
        fs::copy(self.target.join("debug").join(&self.name), &own).expect("keep the program");
        Command::new(own)
    }
}

/// How many packages there are.
static PACKAGES: AtomicUsize = AtomicUsize::new(0);

/// Held while something is built.
static BENCH: Mutex<()> = Mutex::new(());

/// How long a build may take: the first compiles a TLS library.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

/// The runners of all languages.
#[track_caller]
pub(crate) fn runners() -> Vec<Runner> {
    let mut all = vec![
        Runner::Shell,
        Runner::Python(tool("VALETKEY_TEST_PYTHON")),
        Runner::Node(tool("VALETKEY_TEST_NODE")),
    ];
    let long = std::env::var("VALETKEY_LONG").is_ok_and(|value| value == "1");
    all.extend(cfg!(has_go).then_some(Runner::Go));
    all.extend(long.then(|| Runner::Rust(Workshop::new())));
    all
}

/// A provider, its pages, and the app that follows them.
struct Reader {
    scene: Scene,
    guide: Guide,
    app: App,
}

impl Reader {
    #[track_caller]
    fn of(scene: Scene) -> Self {
        let guide = Guide::of(&scene);
        let app = scene.confidential(CALLBACK);
        Reader { scene, guide, app }
    }

    fn variables(&self) -> Variables {
        let own = [
            ("CLIENT_ID", self.app.client_id.clone()),
            ("CLIENT_SECRET", self.app.client_secret.clone()),
            ("REDIRECT_URI", CALLBACK.to_owned()),
        ];
        own.into()
    }

    /// Runs the program of a section and adds variables that it needs.
    #[track_caller]
    fn run(
        &self,
        runner: &Runner,
        (path, section): (&str, &str),
        more: &[(&'static str, &str)],
    ) -> String {
        let program = self.guide.program(path, section, runner.language());
        let mut variables = self.variables();
        variables.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        runner.run(&program, &variables)
    }

    /// Makes the link, follows it as Ann, and returns the code and the verifier.
    #[track_caller]
    fn code(&self, runner: &Runner) -> (String, String) {
        let printed = self.run(runner, (CODE, "1-send-the-person-to-allow-your-app"), &[]);
        let word = |before: &str| {
            let rest = printed.split_once(before).map_or("", |(_, rest)| rest);
            let word = rest.split_whitespace().next().unwrap_or_default();
            assert!(!word.is_empty(), "no {before} in {printed}");
            word.to_owned()
        };
        let back = self
            .scene
            .browser()
            .authorize(&target_of(&word("Send the browser to: ")));
        assert_eq!(back.param("state"), Some(word("STATE=").as_str()));
        (back.code(), word("CODE_VERIFIER="))
    }

    /// Follows the pages from the link to the end of the tokens.
    #[track_caller]
    fn follows(&self, runner: &Runner) {
        let (code, verifier) = self.code(runner);
        let given = [
            ("CODE", code.as_str()),
            ("CODE_VERIFIER", verifier.as_str()),
        ];
        let first = json(&self.run(runner, (CODE, "3-exchange-the-code"), &given));
        let shown = self.guide.programs(CODE, "3-exchange-the-code");
        assert_eq!(members(&first), members(&answer_of(&shown)));
        let refresh = [("REFRESH_TOKEN", member(&first, "refresh_token"))];
        let shown = self.guide.programs(REFRESH, "");
        let next = json(&self.run(runner, (REFRESH, ""), &refresh));
        assert_eq!(members(&next), members(&answer_of(&shown)));
        self.handles(runner, member(&next, "access_token"));
    }

    /// Asks about a token and gives it back, as far as the provider offers that.
    #[track_caller]
    fn handles(&self, runner: &Runner, token: &str) {
        let offers = |name: &str| self.scene.metadata[name].is_string();
        if offers("token_info_endpoint") {
            let about = json(&self.run(
                runner,
                (TOKENS, "ask-a-token-about-itself"),
                &[("ACCESS_TOKEN", token)],
            ));
            let shown = self.guide.programs(TOKENS, "ask-a-token-about-itself");
            assert_eq!(members(&about), members(&answer_of(&shown)));
        }
        if offers("introspection_endpoint") {
            let about = self.run(runner, (TOKENS, "check-a-token"), &[("TOKEN", token)]);
            assert_eq!(json(&about)["active"], true, "{about}");
        }
        if offers("revocations_endpoint") {
            let api = self.scene.resource_server();
            let own = [
                ("CLIENT_ID", api.client_id.as_str()),
                ("CLIENT_SECRET", api.client_secret.as_str()),
            ];
            let told = json(&self.run(runner, (TOKENS, "follow-what-is-revoked"), &own));
            let shown = self.guide.programs(TOKENS, "follow-what-is-revoked");
            assert_eq!(members(&told), members(&answer_of(&shown)));
        }
        if offers("revocation_endpoint") {
            self.run(runner, (TOKENS, "revoke-a-token"), &[("TOKEN", token)]);
            assert!(!self.scene.is_active(&self.app, token));
        }
    }

    /// Gets a token for the app itself.
    #[track_caller]
    fn acts_for_itself(&self, runner: &Runner) -> Json {
        let machine = self.scene.app(&AppSpec {
            grants: &["client_credentials"],
            ..AppSpec::default()
        });
        let own = [
            ("CLIENT_ID", machine.client_id.as_str()),
            ("CLIENT_SECRET", machine.client_secret.as_str()),
        ];
        let answer = json(&self.run(runner, (MACHINE, ""), &own));
        assert_eq!(
            members(&answer),
            members(&answer_of(&self.guide.programs(MACHINE, "")))
        );
        answer
    }
}

#[track_caller]
fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("no JSON ({e}): {text}"))
}

/// The names in an object, in order of the alphabet.
fn members(object: &Json) -> Vec<&str> {
    let names = object.as_object().into_iter().flatten();
    let mut names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[track_caller]
fn member<'a>(object: &'a Json, name: &str) -> &'a str {
    object[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {object}"))
}

/// The example answer among the blocks of a section.
#[track_caller]
fn answer_of(blocks: &[Program]) -> Json {
    let mut answers = blocks.iter().filter(|block| block.language == "json");
    json(&answers.next().expect("an answer is shown").text)
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn every_program_works_on_every_profile() {
    for profile in ["opsduty", "appexample", "miwa", "digitalocean", "sqowey"] {
        let reader = Reader::of(Scene::profile(profile));
        let machines = reader.guide.paths().contains(MACHINE);
        for runner in runners() {
            println!("{profile}: {}", runner.language());
            reader.follows(&runner);
            if machines {
                reader.acts_for_itself(&runner);
            }
        }
    }
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn a_device_gets_its_tokens_by_the_programs() {
    let mut reader = Reader::of(Scene::plain("[grants]\ndevice_code = true"));
    reader.app = reader.scene.app(&AppSpec {
        name: "Living Room TV",
        grants: &["device_code", "refresh_token"],
        public: true,
        ..AppSpec::default()
    });
    for runner in runners() {
        let asked = json(&reader.run(&runner, (DEVICE, "1-ask-for-the-codes"), &[]));
        let shown = reader.guide.programs(DEVICE, "1-ask-for-the-codes");
        assert_eq!(members(&asked), members(&answer_of(&shown)));
        let mut phone = reader.scene.browser();
        phone.sign_in(ANN, PASSWORD);
        let page = phone.open(&target_of(member(&asked, "verification_uri_complete")));
        let page = phone.submit(&form_to(&page, "/device/code"), &[]);
        phone.submit(&form_to(&page, "/device/answer"), &[("answer", "allow")]);
        let code = [("DEVICE_CODE", member(&asked, "device_code"))];
        let section = (DEVICE, "3-ask-whether-the-person-has-answered");
        let tokens = json(&reader.run(&runner, section, &code));
        let shown = reader.guide.programs(DEVICE, section.1);
        assert_eq!(members(&tokens), members(&answer_of(&shown)));
    }
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn an_app_reads_and_changes_its_registration_by_the_programs() {
    let reader = Reader::of(Scene::profile("digitalocean"));
    let section = ("/developers/apps", "change-it-by-program");
    let machine = reader.scene.machine();
    let form = [("grant_type", "client_credentials"), ("scope", "app:write")];
    let reply = reader
        .scene
        .api()
        .post_form_as(&reader.scene.token(), &machine, &form);
    let token = reply.expect(200).member("access_token");
    let variables: Variables = [("ACCESS_TOKEN", token)].into();
    for runner in runners() {
        let all = reader.guide.programs(section.0, section.1);
        let mut own = all
            .iter()
            .filter(|program| program.language == runner.language());
        let read = own.next().expect("a program that reads");
        assert_eq!(
            json(&runner.run(read, &variables))["client_id"],
            machine.client_id
        );
        if let Some(change) = own.next() {
            let changed = json(&runner.run(change, &variables));
            assert_eq!(changed["description"], "Puts your tasks on a board");
        }
    }
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn strange_names_of_scopes_and_paths_break_no_program() {
    let strange = "it's$HOME`id`&#!{x}%41";
    let toml = format!(
        "[scopes.{strange:?}]\nsentence = \"Be strange\"\ndefault = true\n[paths]\ntoken = [\"/o$x'y&z/token\"]\n\
         authorize = [\"/o$x'y&z\"]"
    );
    let reader = Reader::of(Scene::start(Setup::toml(&toml)));
    for runner in runners() {
        println!("{}", runner.language());
        reader.follows(&runner);
        let answer = reader.acts_for_itself(&runner);
        assert_eq!(answer["scope"], strange);
    }
}

/// Runs the one shell program of a section that has no other language.
#[track_caller]
fn exchanged(reader: &Reader, section: &str) -> Json {
    let (code, verifier) = reader.code(&Runner::Shell);
    let given = [
        ("CODE", code.as_str()),
        ("CODE_VERIFIER", verifier.as_str()),
    ];
    json(&reader.run(&Runner::Shell, (CODE, section), &given))
}

#[test]
fn the_other_ways_to_send_a_request_work_where_they_are_shown() {
    let ways = "[token]\nbodies = [\"form\", \"json\", \"query\"]\nredirect_uri = \"required\"";
    let mut reader = Reader::of(Scene::plain(ways));
    for section in ["json-bodies", "parameters-in-the-url"] {
        member(&exchanged(&reader, section), "access_token");
    }
    reader.app = reader.scene.public(CALLBACK);
    member(&exchanged(&reader, "apps-without-a-secret"), "access_token");
}

#[test]
#[cfg_attr(
    not(all(has_python, has_node)),
    ignore = "needs Python and Node.js: see ./test"
)]
fn a_program_that_is_refused_says_why() {
    let reader = Reader::of(Scene::plain(""));
    for runner in runners() {
        let program = reader.guide.program(REFRESH, "", runner.language());
        let mut variables = reader.variables();
        variables.insert("REFRESH_TOKEN", "rt_not-a-token".to_owned());
        if let Runner::Python(path) | Runner::Node(path) = &runner {
            let mut command = Command::new(path);
            let option = if runner.language() == "python" {
                "-c"
            } else {
                "--input-type=module"
            };
            command.arg(option);
            if runner.language() == "javascript" {
                command.arg("-e");
            }
            let done = output(command.arg(&program.text).envs(&variables));
            let error = text(&done.stderr);
            assert!(
                !done.status.success() && error.contains("invalid_grant"),
                "{error}"
            );
        }
    }
}
