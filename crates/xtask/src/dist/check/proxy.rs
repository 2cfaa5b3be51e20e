//! The examples of proxies: read by the proxies themselves, and a provider reached through them.
use super::inside::{Way, unpacked};
use super::token::{Serving, free_port};
use super::{Packed, program, told};
use crate::steps::{Steps, command};
use anyhow::{Context, ensure};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the examples are.
const EXAMPLES: &str = "examples/deploy";

/// The host that the examples speak of.
const HOST: &str = "auth.example.com";

/// Where the browser is: another address of loopback than the proxy's.
const BROWSER: &str = "127.0.0.2";

/// Goes through each.
pub(super) fn all(steps: &mut Steps, packed: &Packed, place: &Path) {
    match program("nginx", "nginx-light") {
        Some(nginx) => steps.prove("nginx", || by_nginx(&nginx, packed, place)),
        None => steps.skip("nginx", "it is not installed"),
    }
    match program("caddy", "caddy") {
        Some(_) => steps.prove("Caddy", caddy_reads),
        None => steps.skip("Caddy", "it is not installed"),
    }
}

/// A proxy, ended when dropped.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// nginx takes the example with no word changed but names of this machine, and the provider behind it knows where
/// people are.
fn by_nginx(nginx: &Path, packed: &Packed, place: &Path) -> anyhow::Result<()> {
    let place = place.join("nginx");
    fs::create_dir_all(&place)?;
    certificate(&place)?;
    let (plain, tls, port) = (free_port()?, free_port()?, free_port()?);
    let folder = place.display();
    let site = fs::read_to_string(format!("{EXAMPLES}/nginx.conf"))?
        .replace("/etc/ssl/auth.example.com", &folder.to_string())
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"))
        .replace("listen 80;", &format!("listen 127.0.0.1:{plain};"))
        .replace("listen [::]:80;", "")
        .replace("listen 443 ", &format!("listen 127.0.0.1:{tls} "))
        .replace("listen [::]:443 ssl http2;", "");
    let all = format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
         client_body_temp_path {folder}/b;\nproxy_temp_path {folder}/p;\nfastcgi_temp_path {folder}/f;\n\
         uwsgi_temp_path {folder}/u;\nscgi_temp_path {folder}/s;\n{site}\n}}\n"
    );
    let file = place.join("nginx.conf");
    fs::write(&file, all)?;
    let with = |arguments: &[&str]| {
        let mut nginx = Command::new(nginx);
        nginx
            .args(arguments)
            .args(["-e", "stderr", "-c"])
            .arg(&file);
        nginx
    };
    told(&mut with(&["-t", "-q"]))?;

    let way = unpacked(packed, &place)?.into_iter().next();
    let way = way.context("the package")?;
    fs::copy("packaging/valetkey.toml", &way.settings)?;
    let _serving = Serving::start(&way, port)?;
    let mut proxy = with(&[]);
    let log = fs::File::create(place.join("log"))?;
    let proxy = proxy.stdin(Stdio::null()).stderr(log).spawn()?;
    let _proxy = Proxy(proxy);
    let ask = |address: &str| ask(&place, address, &[plain, tls]);
    let began = Instant::now();
    while ask(&format!("https://{HOST}:{tls}/health/ready")).is_err() {
        let log = fs::read_to_string(place.join("log"))?;
        ensure!(
            began.elapsed() < Duration::from_secs(20),
            "nobody answers: {log}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let path = "/.well-known/oauth-authorization-server";
    let metadata = ask(&format!("https://{HOST}:{tls}{path}"))?;
    let issuer = format!("\"issuer\": \"https://{HOST}\"");
    ensure!(metadata.contains(&issuer), "{metadata}");
    let moved = ask(&format!("http://{HOST}:{plain}/sign-in?a=b"))?;
    ensure!(
        moved.contains(&format!("location: https://{HOST}/sign-in?a=b")),
        "{moved}"
    );
    let line = logged(&way, path)?;
    let asked = format!("\"client\":\"{BROWSER}\"");
    ensure!(
        line.contains(&asked),
        "another address than the browser's: {line}"
    );
    Ok(())
}

/// The line of the log about a request.
fn logged(way: &Way, path: &str) -> anyhow::Result<String> {
    let began = Instant::now();
    loop {
        let log = fs::read_to_string(way.data.with_extension("log"))?;
        if let Some(line) = log.lines().find(|line| line.contains(path)) {
            return Ok(line.to_owned());
        }
        ensure!(
            began.elapsed() < Duration::from_secs(10),
            "no line about {path}: {log}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks as a browser would that claims another address; head and body of the answer, with names of fields in small
/// letters.
fn ask(place: &Path, address: &str, ports: &[u16]) -> anyhow::Result<String> {
    let mut curl = command(
        "curl",
        &["--silent", "--show-error", "--include", "--max-time", "10"],
    );
    curl.args(["--interface", BROWSER]);
    curl.args(["--noproxy", "*", "--header", "X-Forwarded-For: 192.0.2.7"]);
    curl.arg("--cacert").arg(place.join("fullchain.pem"));
    for port in ports {
        curl.arg("--resolve")
            .arg(format!("{HOST}:{port}:127.0.0.1"));
    }
    let answer = told(curl.arg(address))?;
    Ok(answer.replace("Location:", "location:"))
}

/// A certificate for the host of the examples, by the names that they use.
fn certificate(folder: &Path) -> anyhow::Result<()> {
    let mut make = command(
        "openssl",
        &["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
    );
    make.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    make.args(["-subj", "/CN=auth.example.com"]);
    make.args(["-addext", "subjectAltName=DNS:auth.example.com"]);
    make.args(["-keyout", "key.pem", "-out", "fullchain.pem"]);
    told(make.current_dir(folder))?;
    Ok(())
}

fn caddy_reads() -> anyhow::Result<()> {
    let home = tempfile::tempdir()?;
    let mut caddy = command("caddy", &["validate", "--adapter", "caddyfile", "--config"]);
    caddy.arg(format!("{EXAMPLES}/Caddyfile"));
    told(
        caddy
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path()),
    )?;
    Ok(())
}
