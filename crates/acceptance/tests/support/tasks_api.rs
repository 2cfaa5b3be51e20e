//! The example `tasks-api` in front of a provider, and a relay between the two that a test can cut.

#![allow(dead_code, reason = "each test file uses a part of it")]

use crate::support::{Scene, Tokens, within};
use acceptance::{Api, App, Json, Provider, Reply, Request, binary, free_port, send};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The bound that is promised while the feed is up.
pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// How long it may take to start.
const LIMIT: Duration = Duration::from_secs(30);

/// A running `tasks-api`. Dropping it kills it.
pub(crate) struct TasksApi {
    child: Child,
    addr: SocketAddr,
}

impl TasksApi {
    /// Starts it with the credential of `api`, and `settings` laid over the usual ones.
    #[track_caller]
    pub(crate) fn start(provider: &Provider, api: &App, settings: &Json) -> Self {
        Self::start_with(provider, api, settings, &[])
    }

    /// The same with these environment variables.
    #[track_caller]
    pub(crate) fn start_with(
        provider: &Provider,
        api: &App,
        settings: &Json,
        env: &[(&str, &Path)],
    ) -> Self {
        Self::start_at(free_port(), provider, (api, settings), env)
    }

    /// The same at this port.
    #[track_caller]
    pub(crate) fn start_at(
        port: u16,
        provider: &Provider,
        (api, settings): (&App, &Json),
        env: &[(&str, &Path)],
    ) -> Self {
        let mut all = serde_json::json!({
            "issuer": provider.issuer(),
            "client_id": api.client_id,
            "client_secret": api.client_secret,
        });
        for (name, value) in settings.as_object().expect("an object") {
            all[name] = value.clone();
        }
        let path = provider.folder().join(format!("tasks-api-{port}.json"));
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&path);
        write!(file.expect("a new file"), "{all}").expect("write the settings");
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(executable());
        command
            .arg("--settings")
            .arg(&path)
            .args(["--listen", &addr.to_string()]);
        command.envs(env.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|e| panic!("{command:?} did not start: {e}"));
        let started = TasksApi { child, addr };
        started.wait_until_it_answers();
        started
    }

    #[track_caller]
    fn wait_until_it_answers(&self) {
        let deadline = Instant::now() + LIMIT;
        while !send(self.addr, "localhost", &Request::get("/"))
            .is_ok_and(|reply| reply.status == 404)
        {
            assert!(Instant::now() < deadline, "tasks-api does not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A client of it.
    pub(crate) fn api(&self) -> Api {
        Api::new(self.addr, "localhost")
    }

    /// A request with a token and, if there is one, a JSON body.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: Option<&Json>) -> Reply {
        let request = Request::new(method, path).bearer(token);
        self.api().send(&match body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// The status of a GET with a token.
    #[track_caller]
    pub(crate) fn get(&self, path: &str, token: &str) -> u16 {
        self.call("GET", path, token, None).status
    }
}

impl Drop for TasksApi {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example's executable, beside that of the provider.
#[track_caller]
pub(crate) fn executable() -> PathBuf {
    let path = binary().with_file_name("tasks-api");
    assert!(
        path.is_file(),
        "no {path:?}: run `cargo build --workspace` first"
    );
    path
}

/// Passes bytes on to a provider until it is cut.
pub(crate) struct Relay {
    addr: SocketAddr,
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// A relay to `target`.
    pub(crate) fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let (cut, open) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(Mutex::new(Vec::new())),
        );
        let relay = Relay {
            addr,
            cut: cut.clone(),
            open: open.clone(),
        };
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if cut.load(SeqCst) {
                    return;
                }
                let Ok(server) = TcpStream::connect(target) else {
                    continue;
                };
                let copy = |stream: &TcpStream| stream.try_clone().expect("a second handle");
                open.lock()
                    .expect("no panic")
                    .extend([copy(&client), copy(&server)]);
                let back = (copy(&server), copy(&client));
                std::thread::spawn(move || pass(client, server));
                std::thread::spawn(move || pass(back.0, back.1));
            }
        });
        relay
    }

    /// A URL of the provider by way of the relay.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Ends every connection, and takes no more.
    pub(crate) fn cut(&self) {
        self.cut.store(true, SeqCst);
        for stream in self.open.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the accepting thread, which sees that it is over.
        let _ = TcpStream::connect(self.addr);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.cut();
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A provider and a tasks-api whose feed goes by way of a relay.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) api: App,
    pub(crate) relay: Relay,
    pub(crate) tasks: TasksApi,
}

impl Stage {
    /// Puts it on, with `settings` of the tasks-api.
    #[track_caller]
    pub(crate) fn of(scene: Scene, settings: Json) -> Self {
        let api = scene.resource_server();
        let relay = Relay::start(scene.provider.addr());
        let mut all = settings;
        all["revocations"] = relay.url(&scene.endpoint("revocations_endpoint")).into();
        let tasks = TasksApi::start(&scene.provider, &api, &all);
        Stage {
            scene,
            api,
            relay,
            tasks,
        }
    }

    /// In front of the small provider.
    #[track_caller]
    pub(crate) fn plain() -> Self {
        Self::of(Scene::plain(""), serde_json::json!({}))
    }

    /// A token whose answer the API keeps.
    #[track_caller]
    pub(crate) fn kept_token(&self, app: &App) -> Tokens {
        let tokens = self.scene.tokens(app, "tasks:read");
        self.wait_until_kept(&tokens.access);
        tokens
    }

    /// Calls the API until it answers without asking the provider.
    #[track_caller]
    pub(crate) fn wait_until_kept(&self, token: &str) {
        let kept = || {
            let before = self.questions();
            assert_eq!(self.tasks.get("/v1/tasks", token), 200);
            self.questions() == before
        };
        assert!(
            within(Duration::from_secs(10), kept),
            "every request is asked about"
        );
    }

    /// Issues JWTs until the API reads one without asking the provider: the feed has been followed since before it was
    /// issued.
    #[track_caller]
    pub(crate) fn wait_until_read(&self) {
        let read = || {
            let token = Tokens::of(&self.scene.client_credentials(&self.api)).access;
            let before = self.questions();
            self.tasks.get("/v1/tasks", &token);
            self.questions() == before
        };
        assert!(
            within(Duration::from_secs(10), read),
            "every token is asked about"
        );
    }

    /// How often the provider was asked about a token so far. Its log is written by a thread of its own, so the
    /// count is taken when it stands still.
    pub(crate) fn questions(&self) -> usize {
        let count = || {
            self.scene
                .provider
                .log()
                .matches("/oauth2/introspect")
                .count()
        };
        let mut before = count();
        loop {
            std::thread::sleep(Duration::from_millis(100));
            match count() {
                now if now == before => return now,
                now => before = now,
            }
        }
    }

    /// Checks that a token is refused within a second of `since`, and from then on.
    #[track_caller]
    pub(crate) fn assert_refused_within_a_second(&self, token: &str, since: Instant) {
        let refused = || self.tasks.get("/v1/tasks", token) == 401;
        assert!(
            within(SECOND.saturating_sub(since.elapsed()), refused),
            "{:?}",
            since.elapsed()
        );
        for _ in 0..20 {
            assert!(refused(), "it was refused before");
        }
    }
}
