//! The how-tos about the sample servers in Python and for Node.js, followed as they stand.

use super::samples::{example, served};
use super::stage::{LIFE, Stage};
use crate::support::client::tool;
use crate::support::dev::{Place, api, paste, shell};
use crate::support::{PASSWORD, outlive, within};
use acceptance::{Reply, Request, wait_for_exit};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long something may take to start.
const LIMIT: Duration = Duration::from_secs(60);

/// A program of a page; killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = wait_for_exit(&mut self.0, LIMIT);
    }
}

/// A page, and a folder in which it is followed.
struct Followed {
    place: Place,
    page: String,
}

impl Followed {
    /// `ours`: what the page calls a program that is elsewhere here.
    #[track_caller]
    fn new(name: &str, ours: (&str, &Path)) -> Self {
        let place = Place::new();
        let (said, there) = ours;
        let page = page(name)
            .replace(":8080", &format!(":{}", place.port))
            .replace(":8083", &format!(":{}", place.demo_port))
            .replace("examples/mcp", &example("").display().to_string())
            .replace(
                &format!("    {said} "),
                &format!("    {} ", there.display()),
            )
            .replace(
                "export ISSUER",
                &format!("export LISTEN=127.0.0.1:{} ISSUER", place.demo_port),
            );
        Followed { place, page }
    }

    /// The indented line that starts with `verb`.
    #[track_caller]
    fn line(&self, verb: &str) -> &str {
        let mut lines = self
            .page
            .lines()
            .filter_map(|line| line.strip_prefix("    "));
        let line = lines.find(|line| line.starts_with(verb));
        line.unwrap_or_else(|| panic!("no {verb}: {}", self.page))
    }

    #[track_caller]
    fn run(&self, lines: &str) -> String {
        let done = paste(lines, self.place.folder(), "");
        assert!(done.status.success(), "{lines}: {done:?}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Starts what goes on until it is ended.
    #[track_caller]
    fn start(&self, settings: &str, command: &str) -> Running {
        let mut shell = shell(self.place.folder());
        shell.args(["-c", &format!("{settings}\nexec {command}")]);
        let mut log = File::options();
        let log = log.create(true).append(true).open(self.log());
        let log = log.expect("a log");
        let shared = log.try_clone().expect("share the log");
        shell.stdin(Stdio::null()).stdout(shared).stderr(log);
        Running(shell.spawn().expect("bash starts"))
    }

    /// What the programs of the page say.
    fn log(&self) -> PathBuf {
        self.place.folder().join("log")
    }

    /// Waits until a server answers so.
    #[track_caller]
    fn answered(&self, port: u16, request: &Request, status: u16) {
        let api = api(&format!("http://localhost:{port}"));
        let is = |reply: Reply| reply.status == status;
        let up = within(LIMIT, || api.try_send(request).is_ok_and(is));
        assert!(up, "{}", fs::read_to_string(self.log()).unwrap_or_default());
    }

    /// Follows the page from its first line to what it shows of the server, which `server` starts.
    #[track_caller]
    fn to_the_end(&self, server: &str) {
        let folder = self.place.folder();
        fs::write(folder.join("valetkey.toml"), block(&self.page, "toml")).expect("write it");
        fs::write(folder.join("password"), PASSWORD).expect("write it");
        self.run(self.line("valetkey user create"));
        let made = self.run(self.line("valetkey app create"));
        let _provider = self.start("", self.line("valetkey serve"));
        self.answered(self.place.port, &Request::get("/health/ready"), 200);
        let told = |name: &str| {
            let line = made.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name}: {made}")).trim()
        };
        let credential = self
            .line("export CLIENT_ID")
            .replace("YOUR_CLIENT_ID", told("client id"))
            .replace("YOUR_CLIENT_SECRET", told("client secret"));
        let settings = format!("{credential}\n{}", self.line("export LISTEN"));
        let _server = self.start(&settings, self.line(server));
        self.answered(self.place.demo_port, &Request::post("/mcp"), 401);
        let said = self.run(self.line("curl")).replace('\r', "");
        let said = said.to_lowercase();
        for line in block(&self.page, "http").lines() {
            assert!(said.contains(&line.to_lowercase()), "{line}: {said}");
        }
    }
}

fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/how-to");
    let path = folder.join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The first block of a page that is marked as `language`.
#[track_caller]
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let block = page.split(&format!("```{language}\n")).nth(1);
    let block = block.and_then(|rest| rest.split("```").next());
    block.unwrap_or_else(|| panic!("no {language}: {page}"))
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn how_to_for_python_can_be_followed() {
    let python = tool("VALETKEY_TEST_PYTHON");
    let followed = Followed::new("mcp-server-in-python.md", ("venv/bin/python", &python));
    let (_, list) = followed
        .line("venv/bin/pip install")
        .split_once(" -r ")
        .expect("a list");
    assert!(Path::new(list).is_file(), "{list}");
    followed.to_the_end(&python.display().to_string());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn how_to_for_node_can_be_followed() {
    let node = tool("VALETKEY_TEST_NODE");
    let followed = Followed::new("mcp-server-in-node.md", ("node", &node));
    let (_, folder) = followed
        .line("npm ci")
        .split_once(" --prefix ")
        .expect("a folder");
    assert!(
        Path::new(folder).join("package-lock.json").is_file(),
        "{folder}"
    );
    followed.to_the_end(&node.display().to_string());
}

/// A server that reads its tokens itself: for itself alone, as long as they live.
#[track_caller]
fn reads_its_tokens(server: Command) {
    let stage = Stage::start(server, "jwt", "");
    let app = stage.scene.confidential(crate::CALLBACK);
    let token = |scope: &str| stage.scene.tokens(&app, scope).access;
    let [reading, elsewhere] = ["notes:read", "files:read"].map(token);
    assert!(reading.contains('.') && elsewhere.contains('.'));
    let read = stage.call("read_notes", Some(&reading)).expect(200);
    assert!(read.text().contains("no notes yet"), "{read}");
    let more = stage.call("write_note", Some(&reading)).expect(403);
    let told = more.header("WWW-Authenticate").unwrap_or_default();
    assert!(told.contains("insufficient_scope"), "{more}");
    stage.call("read_notes", Some(&elsewhere)).expect(401);
    let (head, signature) = reading.rsplit_once('.').expect("a signature");
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    stage.call("read_notes", Some(&forged)).expect(401);
    outlive(LIFE + 1);
    stage.call("read_notes", Some(&reading)).expect(401);
}

/// A sample server with what its page says about JWTs put into it, in a folder of its own.
fn changed(folder: &Path, name: &str, change: impl FnOnce(String) -> String) -> PathBuf {
    let file = example(name);
    let text = fs::read_to_string(&file).expect("the sample server");
    let path = folder.join(file.file_name().expect("a name"));
    fs::write(&path, change(text)).expect("write it");
    path
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn the_server_in_python_can_read_its_tokens() {
    let page = page("mcp-server-in-python.md");
    let folder = tempfile::tempdir().expect("a folder");
    let server = changed(folder.path(), "python/server.py", |text| {
        let (before, after) = text.split_once("\ntry:\n    auth = ").expect("auth");
        let block = block(&page, "python");
        assert!(after.contains("Tokens()"), "{after}");
        let after = after.replace("Tokens()", "tokens");
        format!("{before}\n{block}\ntry:\n    auth = {after}")
    });
    reads_its_tokens(served("VALETKEY_TEST_PYTHON", &server));
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn the_server_for_node_can_read_its_tokens() {
    let page = page("mcp-server-in-node.md");
    let folder = tempfile::tempdir().expect("a folder");
    let packages = folder.path().join("node_modules");
    fs::create_dir(&packages).expect("make it");
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    for (from, name) in [
        (example("node"), "@modelcontextprotocol"),
        (clients, "jose"),
    ] {
        let package = from.join("node_modules").join(name);
        symlink(package, packages.join(name)).expect("link it");
    }
    let server = changed(folder.path(), "node/server.mjs", |text| {
        let (before, after) = text
            .split_once("async function verifyAccessToken")
            .expect("the function");
        let (_, after) = after.split_once("\n}\n").expect("its end");
        format!("{before}\n{}\n{after}", block(&page, "js"))
    });
    reads_its_tokens(served("VALETKEY_TEST_NODE", &server));
}
