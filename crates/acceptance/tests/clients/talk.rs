//! A talk with a program that uses a client library: one JSON document per line, both ways.

use crate::support::Scene;
use acceptance::{App, Json, wait_for_exit};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a program may be silent.
const LIMIT: Duration = Duration::from_secs(60);

/// A program that uses one client library.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    interpreter: PathBuf,
    script: Option<PathBuf>,
}

impl Library {
    /// A script of `clients/libraries`, run by an interpreter.
    pub(crate) fn script(interpreter: PathBuf, name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients/libraries");
        Library {
            interpreter,
            script: Some(folder.join(name)),
        }
    }

    /// A program that was compiled before.
    pub(crate) fn program(path: PathBuf) -> Self {
        Library {
            interpreter: path,
            script: None,
        }
    }

    /// Starts the program on `order`, with the scene's authority as the only new one that it trusts.
    #[track_caller]
    pub(crate) fn start(&self, scene: &Scene, order: &Json) -> Talk {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Relaxed);
        let errors = scene.provider.folder().join(format!("errors-{number}"));
        let authority = scene.provider.authority_path();
        let mut command = Command::new(&self.interpreter);
        command
            .args(&self.script)
            .env("NODE_EXTRA_CA_CERTS", &authority)
            .env("REQUESTS_CA_BUNDLE", &authority)
            .env("SSL_CERT_FILE", &authority)
            .env("NO_PROXY", "localhost")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors).expect("a file for its errors"));
        let mut child = command.spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut talk = Talk {
            input: child.stdin.take(),
            child,
            lines,
            errors,
        };
        talk.say(order);
        talk
    }
}

/// What a program is told: the provider's endpoints by their published names, and the app.
pub(crate) fn order(scene: &Scene, app: &App, flow: &str, auth: &str, redirect_uri: &str) -> Json {
    let mut order = scene.metadata.clone();
    let told = json!({
        "flow": flow,
        "auth": auth,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "key": app.json["key"],
        "redirect_uri": redirect_uri,
        "scope": super::SCOPE,
    });
    let (Some(order_members), Json::Object(told)) = (order.as_object_mut(), told) else {
        panic!("the metadata is no object: {}", scene.metadata);
    };
    order_members.extend(told);
    order
}

/// A program under way. Dropping it kills the program.
pub(crate) struct Talk {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: PathBuf,
}

impl Talk {
    /// Tells the program something.
    #[track_caller]
    pub(crate) fn say(&mut self, what: &Json) {
        let input = self.input.as_mut().expect("it listens until the end");
        let said = writeln!(input, "{what}").and_then(|()| input.flush());
        if let Err(error) = said {
            panic!(
                "the program does not listen: {error}\n{}",
                self.complaints()
            );
        }
    }

    /// What the program says next, which must have a member `name`.
    #[track_caller]
    pub(crate) fn hear(&mut self, name: &str) -> Json {
        let Ok(line) = self.lines.recv_timeout(LIMIT) else {
            panic!("no word of {name}:\n{}", self.complaints());
        };
        let said: Json = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(
            said.get(name).is_some(),
            "{name}, not {said}\n{}",
            self.complaints()
        );
        said
    }

    /// Waits for the program's end, which must be a good one.
    #[track_caller]
    pub(crate) fn end(mut self) {
        drop(self.input.take());
        let status = wait_for_exit(&mut self.child, LIMIT);
        let good = status.is_some_and(|status| status.success());
        assert!(good, "{status:?}\n{}", self.complaints());
    }

    fn complaints(&self) -> String {
        fs::read_to_string(&self.errors).unwrap_or_default()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
