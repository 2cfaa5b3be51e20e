//! The how-tos about the sample servers in Python and for Node.js, followed as they stand.

use super::samples::{example, served};
use super::stage::{LIFE, Stage};
use super::walk::consent;
use crate::support::client::tool;
use crate::support::dev::{Place, api, paste, shell};
use crate::support::{PASSWORD, outlive, within};
use acceptance::{Browser, Reply, Request, Url, wait_for_exit};
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
    /// `said`: where the page has its programs, which here are at `there`.
    #[track_caller]
    fn new(name: &str, said: &str, there: &str) -> Self {
        let place = Place::new();
        let listen = format!("export LISTEN=127.0.0.1:{} ISSUER", place.demo_port);
        let page = page(name)
            .replace(":8080", &format!(":{}", place.port))
            .replace(":8083", &format!(":{}", place.demo_port))
            .replace("examples/mcp", &example("").display().to_string())
            .replace("export ISSUER", &listen)
            .replace(said, there);
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
    fn to_the_end(&self, server: &str) -> [Running; 2] {
        let folder = self.place.folder();
        fs::write(folder.join("valetkey.toml"), block(&self.page, "toml")).expect("write it");
        fs::write(folder.join("password"), PASSWORD).expect("write it");
        self.run(self.line("valetkey user create"));
        let made = self.run(self.line("valetkey app create"));
        let provider = self.start("", self.line("valetkey serve"));
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
        let server = self.start(&settings, self.line(server));
        self.answered(self.place.demo_port, &Request::post("/mcp"), 401);
        let said = self.run(self.line("curl")).replace('\r', "");
        let said = said.to_lowercase();
        for line in block(&self.page, "http").lines() {
            assert!(said.contains(&line.to_lowercase()), "{line}: {said}");
        }
        [provider, server]
    }

    /// Runs a client of the page that opens its user's browser twice: to read, and for more. What it prints.
    #[track_caller]
    fn client(&self, command: &str) -> String {
        let folder = self.place.folder();
        let (opened, printed) = (folder.join("opened"), folder.join("printed"));
        let opener = format!("echo \"$1\" >>{}", opened.display());
        fs::write(folder.join("opener"), opener).expect("write it");
        let settings = "export NO_PROXY=localhost BROWSER='sh opener %s'";
        let command = format!("{command} >{}", printed.display());
        let mut client = self.start(settings, &command);
        let issuer = format!("http://localhost:{}", self.place.port);
        let ada = Browser::at(api(&issuer), &issuer);
        let mut ada = ada.with_account("ada@example.com", PASSWORD);
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        for nth in 1..=2 {
            let is_asked = || text(&opened).lines().count() == nth;
            assert!(within(LIMIT, is_asked), "{nth}: {}", text(&self.log()));
            let urls = text(&opened);
            let url = urls.lines().last().and_then(Url::parse).expect("a URL");
            let back = consent(&mut ada, &url.target()).location;
            let callback = Url::parse(&back).expect("a URL");
            // It has the page opened before it listens for whoever comes back.
            let page = Request::get(&callback.target());
            let is_taken = || {
                api(&back)
                    .try_send(&page)
                    .is_ok_and(|reply| reply.status == 200)
            };
            let came = within(LIMIT, is_taken);
            assert!(came, "{nth}: {}", text(&self.log()));
        }
        let ended = wait_for_exit(&mut client.0, LIMIT);
        let good = ended.is_some_and(|status| status.success());
        assert!(good, "{}", text(&self.log()));
        text(&printed)
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
    let programs = python.parent().expect("a folder").display().to_string();
    let followed = Followed::new("mcp-server-in-python.md", "venv/bin", &programs);
    let fetch = followed.line(&format!("{programs}/pip install"));
    let (_, list) = fetch.split_once(" -r ").expect("a list");
    assert!(Path::new(list).is_file(), "{list}");
    let _running = followed.to_the_end(&format!("{programs}/python"));
    let said = followed.client(followed.line(&format!("{programs}/fastmcp")));
    assert!(said.contains("written"), "{said}");
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn how_to_for_node_can_be_followed() {
    let node = format!("    {} ", tool("VALETKEY_TEST_NODE").display());
    let followed = Followed::new("mcp-server-in-node.md", "    node ", &node);
    let fetch = followed.line("npm ci");
    let (_, folder) = fetch.split_once(" --prefix ").expect("a folder");
    let lock = Path::new(folder).join("package-lock.json");
    assert!(lock.is_file(), "{folder}");
    followed.to_the_end(node.trim());
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
