//! The first token of a provider, by the commands of the page on installing.
use super::inside::Way;
use super::of_page;
use anyhow::{Context, ensure};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the commands are.
pub(super) const PAGE: &str = "docs/how-to/install.md";

/// How long it may take from the unpacked files to the token.
const MINUTE: Duration = Duration::from_secs(60);

/// A server, killed when dropped.
pub(super) struct Serving(Child);

impl Serving {
    /// Starts the server of a way to install at a port of loopback, and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready within a minute.
    pub(super) fn start(way: &Way, port: u16) -> anyhow::Result<Self> {
        let began = Instant::now();
        let log = way.data.with_extension("log");
        let mut serve = way.run();
        // An image says by its environment where it listens; that is what is said here.
        serve.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        serve.stdin(Stdio::null()).stderr(File::create(&log)?);
        let mut serving = Serving(serve.spawn().context("it does not start")?);
        while !is_ready(port) {
            let ended = serving.0.try_wait()?;
            ensure!(ended.is_none(), "it ended: {}", fs::read_to_string(&log)?);
            ensure!(began.elapsed() < MINUTE, "not ready within a minute");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the provider at a port of its own, makes an account and an app, and takes a token.
///
/// # Errors
/// When one of them fails, or it takes too long.
pub(super) fn first(way: &Way) -> anyhow::Result<()> {
    let began = Instant::now();
    let port = free_port()?;
    settle_on(&way.settings, port)?;
    let _serving = Serving::start(way, port)?;
    let quoted: Vec<_> = way.words().iter().map(|word| format!("'{word}'")).collect();
    let token = take(
        &format!("valetkey() {{ {} \"$@\"; }}", quoted.join(" ")),
        port,
    )?;
    let took = began.elapsed();
    ensure!(took < MINUTE, "the first token took {took:?}");
    println!(
        "{}: a token of {} characters after {took:.1?}",
        way.name,
        token.len()
    );
    Ok(())
}

/// Runs the commands of the page after `prelude`, which says what `valetkey` is; the token.
///
/// # Errors
/// When one fails.
pub(super) fn take(prelude: &str, port: u16) -> anyhow::Result<String> {
    let person = of_page(PAGE, "valetkey user create")?;
    shell(
        &format!("{prelude}\n{person}"),
        "walking in the winter garden\n",
    )?;
    let app = of_page(PAGE, "valetkey app create")?;
    let app = shell(&format!("{prelude}\n{app} --json"), "")?;
    let app: Value = serde_json::from_str(&app).with_context(|| app.clone())?;
    let text = |name: &str| {
        app[name]
            .as_str()
            .with_context(|| format!("no {name}: {app}"))
    };
    let ask = of_page(PAGE, "curl ")?
        .replace("CLIENT_ID", text("client_id")?)
        .replace("CLIENT_SECRET", text("client_secret")?)
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
    let answer = shell(&ask, "")?;
    let parsed: Value = serde_json::from_str(&answer).with_context(|| answer.clone())?;
    let token = parsed["access_token"].as_str();
    Ok(token
        .with_context(|| format!("no token: {answer}"))?
        .to_owned())
}

/// Runs a line as a person would paste it; what it prints.
fn shell(line: &str, input: &str) -> anyhow::Result<String> {
    let mut bash = Command::new("bash");
    bash.args(["-ec", line]).stdin(Stdio::piped());
    let mut running = bash.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = running.stdin.take().context("its input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let done = running.wait_with_output()?;
    let complained = String::from_utf8_lossy(&done.stderr);
    ensure!(
        done.status.success(),
        "{line}: {}: {complained}",
        done.status
    );
    Ok(String::from_utf8(done.stdout)?)
}

/// Has the settings that were packed speak of a provider on loopback.
///
/// # Errors
/// When they are not what they were.
pub(super) fn settle_on(settings: &Path, port: u16) -> anyhow::Result<()> {
    let text = fs::read_to_string(settings)?;
    let before = "issuer = \"https://auth.example.com\"";
    ensure!(text.contains(before), "{}: no {before}", settings.display());
    let text = text.replace(before, &format!("issuer = \"http://localhost:{port}\""));
    let text = text.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
    Ok(fs::write(settings, text)?)
}

/// A port of loopback that nobody listens on.
pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Whether the server says that it is ready.
pub(super) fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(
            b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
