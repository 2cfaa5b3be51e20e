//! `valetkey dev`, the first thing a newcomer types.

use crate::support::dev::{Dev, Place, api, browser, paste, valetkey};
use crate::support::within;
use acceptance::{Json, Reply, Request, Url, free_port, output, wait_for_exit};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

/// How soon a line is in the log.
const SOON: Duration = Duration::from_secs(2);

/// The one sentence on standard error of a command that refused to start.
#[track_caller]
fn sentence(done: &Output) -> String {
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(text.trim_end().lines().count(), 1, "one sentence: {text}");
    assert!(text.starts_with("error: "), "{text}");
    assert!(
        done.stdout.is_empty(),
        "nothing is printed besides: {done:?}"
    );
    text
}

/// A token of the demo app itself.
#[track_caller]
fn own_token(dev: &Dev) -> String {
    let id = dev.text("/app/client_id");
    let request = Request::post("/oauth2/token")
        .form(&[
            ("grant_type", "client_credentials"),
            ("scope", "tasks:read"),
        ])
        .basic(id, dev.text("/app/client_secret"));
    let reply = api(dev.text("/issuer")).send(&request).expect(200);
    let token = reply.json()["access_token"].as_str().map(str::to_owned);
    token.unwrap_or_else(|| panic!("no token: {reply}"))
}

/// The task API, called with a token.
#[track_caller]
fn tasks(dev: &Dev, token: &str) -> Reply {
    let target = Url::parse(dev.text("/tasks_api")).expect("a URL").target();
    api(dev.text("/demo_app")).get_bearer(&target, token)
}

/// Presses Connect in the demo app, answers on the provider's pages, and returns the app's page.
#[track_caller]
fn connect(dev: &Dev) -> Reply {
    let mut app = browser(dev, dev.text("/demo_app"));
    let mut provider = browser(dev, dev.text("/issuer"));
    let login = app.get("/login").expect(303);
    let question = Url::parse(login.location().expect("to the provider")).expect("a URL");
    assert_eq!(question.origin, dev.text("/issuer"));
    let back = provider.authorize(&question.target());
    app.open(&Url::parse(&back.location).expect("a URL").target())
}

#[test]
fn a_public_address_is_refused() {
    let place = Place::new();
    for flag in ["--listen", "--demo-listen"] {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
            let mut command = valetkey(place.folder());
            command
                .args(["dev", flag, address, "--data"])
                .arg(place.data());
            let done = output(&mut command);
            let said = sentence(&done);
            assert_eq!(done.status.code(), Some(1), "{said}");
            for part in [flag, address, "loopback", "127.0.0.1", "valetkey serve"] {
                assert!(said.contains(part), "{part}: {said}");
            }
        }
    }
    assert!(!place.data().exists(), "nothing was made");
}

#[test]
fn where_the_usual_port_is_taken_the_next_free_one_is_used_and_told() {
    // By this test, or by whoever else is on this machine.
    let _taken = TcpListener::bind(("127.0.0.1", 8080));
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let child = valetkey(folder.path())
        .args(["dev", "--json", "--data"])
        .arg(folder.path().join("data"))
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).expect("a file"))
        .spawn();
    let mut child = child.expect("it starts");
    let mut told = String::new();
    let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
    let document = loop {
        let read = said.read_line(&mut told).expect("it is told");
        assert!(read > 0, "{told} {:?}", fs::read_to_string(&log));
        if let Ok(document) = serde_json::from_str::<Json>(&told) {
            break document;
        }
    };
    let issuer = document["issuer"].as_str().unwrap_or_default().to_owned();
    let port: u16 = issuer
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let warned = format!("port 8080 is taken: {port} is used in its place");
    let is_told = within(SOON, || {
        fs::read_to_string(&log).is_ok_and(|log| log.contains(&warned))
    });
    let reached = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    let _ = child.kill();
    let _ = wait_for_exit(&mut child, Duration::from_secs(10));
    assert!((8081..8100).contains(&port) && reached, "{issuer}");
    assert!(is_told, "{:?}", fs::read_to_string(&log));
}

#[test]
fn a_taken_port_is_named_with_the_flag_that_changes_it() {
    let place = Place::new();
    for (port, flag) in [
        (place.port, " --listen "),
        (place.demo_port, " --demo-listen "),
    ] {
        let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let done = output(&mut place.command());
        let said = sentence(&done);
        assert_eq!(done.status.code(), Some(1), "{said}");
        for part in [&format!("port {port} "), "taken", flag] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    assert!(!place.data().exists(), "nothing was made");
}

#[test]
fn json_says_where_everything_is() {
    let place = Place::new();
    let dev = place.start();
    assert_eq!(
        dev.text("/issuer"),
        format!("http://localhost:{}", place.port)
    );
    assert_eq!(
        dev.text("/demo_app"),
        format!("http://localhost:{}", place.demo_port)
    );
    assert_eq!(
        dev.text("/tasks_api"),
        format!("{}/v1/tasks", dev.text("/demo_app"))
    );
    assert_eq!(Path::new(dev.text("/config")), place.config());
    for person in ["/user", "/admin"] {
        assert!(dev.text(&format!("{person}/email")).contains('@'));
        assert!(dev.text(&format!("{person}/password")).len() >= 16);
    }
    for app in ["/app", "/resource_server"] {
        assert!(!dev.text(&format!("{app}/client_id")).is_empty());
        assert!(dev.text(&format!("{app}/client_secret")).len() >= 32);
    }
    let metadata = api(dev.text("/issuer")).get("/.well-known/oauth-authorization-server");
    assert_eq!(metadata.expect(200).json()["issuer"], dev.text("/issuer"));
    assert_eq!(
        dev.stop(),
        Vec::<String>::new(),
        "one document, and nothing after it"
    );
}

#[test]
fn the_second_start_finds_everything_again() {
    let mut place = Place::new();
    let first = place.start();
    let site = first.site.clone();
    let token = own_token(&first);
    assert!(connect(&first).expect(200).text().contains("Your tasks"));
    let mut visitor = browser(&first, first.text("/issuer"));
    visitor.sign_in(first.text("/user/email"), first.text("/user/password"));
    first.stop();

    let second = place.start();
    assert_eq!(second.site, site, "the same clients and passwords");
    tasks(&second, &token).expect(200);
    visitor.get("/account").expect(200);
    connect(&second).expect(200);
    second.stop();

    // On other ports: the same people and apps, at other addresses.
    (place.port, place.demo_port) = (free_port(), free_port());
    let third = place.start();
    for same in ["/user", "/admin", "/app", "/resource_server"] {
        assert_eq!(third.site.pointer(same), site.pointer(same));
    }
    assert_ne!(third.text("/issuer"), site["issuer"]);
    assert!(connect(&third).expect(200).text().contains("Your tasks"));
}

#[test]
fn nobody_else_may_read_keys_and_secrets() {
    let place = Place::new();
    let dev = place.start();
    let mode = |path: &Path| {
        let metadata = fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        format!("{:o}", metadata.permissions().mode() & 0o7777)
    };
    assert_eq!(mode(&place.data()), "700");
    let (folders, files) = walk(&place.data());
    for folder in &folders {
        assert_eq!(mode(folder), "700", "{}", folder.display());
    }
    // A socket is guarded by its folder alone.
    let is_socket = |file: &Path| fs::metadata(file).is_ok_and(|file| file.file_type().is_socket());
    let kept = files.iter().filter(|file| !is_socket(file));
    for file in kept.filter(|file| **file != place.config()) {
        assert_eq!(mode(file), "600", "{}", file.display());
    }
    let secrets = [
        "/user/password",
        "/app/client_secret",
        "/resource_server/client_secret",
    ];
    let config = fs::read_to_string(place.config()).expect("the configuration is there");
    for secret in secrets {
        assert!(
            !config.contains(dev.text(secret)),
            "no secret in the configuration"
        );
    }
    let holds_key = files
        .iter()
        .any(|file| file.extension().is_some_and(|end| end == "key"));
    assert!(holds_key, "{files:?}");
}

/// All folders below `folder`, and all files.
fn walk(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let (inner_folders, inner_files) = walk(&path);
            folders.push(path);
            folders.extend(inner_folders);
            files.extend(inner_files);
        } else {
            files.push(path);
        }
    }
    (folders, files)
}

#[test]
fn the_printed_lines_work_when_pasted() {
    let place = Place::new();
    let (_dev, text) = place.start_in_words("Stop with Ctrl-C");
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("work when pasted"))
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.starts_with("    "))
        .collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines.iter().all(|line| line.contains("curl ")), "{lines:?}");
    let done = paste(&lines.join("\n"), place.folder(), "");
    let printed = String::from_utf8_lossy(&done.stdout);
    let mut answers = serde_json::Deserializer::from_str(&printed).into_iter::<Json>();
    let mut next = || {
        answers
            .next()
            .and_then(Result::ok)
            .unwrap_or_else(|| panic!("{done:?}"))
    };
    let (listed, introspected) = (next(), next());
    assert!(
        listed.as_array().is_some_and(|tasks| !tasks.is_empty()),
        "{listed}"
    );
    assert_eq!(introspected["active"], true, "{introspected}");
    assert_eq!(introspected["scope"], "tasks:read");

    // All that a newcomer needs stands there.
    for part in [
        format!("http://localhost:{}", place.port),
        format!("http://localhost:{}", place.demo_port),
        "demo@example.com".to_owned(),
        "admin@example.com".to_owned(),
        place.config().display().to_string(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
}

#[test]
fn mails_are_shown_on_a_page_of_the_demo() {
    let place = Place::new();
    let dev = place.start();
    let demo = api(dev.text("/demo_app"));
    assert!(demo.get("/").text().contains("href=\"/mail\""));
    let empty = demo.get("/mail").expect(200).text();
    assert!(empty.contains("has not sent any mail yet"), "{empty}");
    let mut test = crate::support::dev::valetkey(place.folder());
    test.args([
        "mail",
        "test",
        "demo@example.com",
        "--copies",
        "2",
        "--wait",
    ]);
    let done = acceptance::output(test.arg("--config").arg(place.config()));
    assert!(done.status.success(), "{done:?}");
    let page = demo.get("/mail").expect(200).text();
    let place_of = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    let newest = place_of("Test mail from Valetkey dev (2 of 2)");
    assert!(newest < place_of("Test mail from Valetkey dev (1 of 2)"));
    assert!(
        page.contains("This is a test") && !page.contains("<script"),
        "{page}"
    );
}

/// What its configuration says of the log, of metrics and of test credentials holds as it does for `valetkey serve`.
#[test]
fn its_configuration_counts_as_a_whole() {
    let place = Place::new();
    place.start().stop();
    let mut config = fs::read_to_string(place.config()).expect("the configuration is there");
    let metrics = free_port();
    config.push_str(&format!(
        "[log]\nformat = \"json\"\nhealth = true\n[metrics]\nlisten = \"127.0.0.1:{metrics}\"\n\
         [hosts]\nportal = \"dev.example.com\"\n[outbound]\nallow = [\"keys.corp.example\"]\n[test.credentials]\nclient_id = \"test_abc123\"\n\
         client_secret = \"test_0123456789abcdef0123456789abcdef\"\nemail = \"test@users.test\"\n\
         password = \"quiet orange bicycle lamp\"\n"
    ));
    fs::write(place.config(), &config).expect("it can be written");
    let dev = place.start_with(&[("VALETKEY_PORT", "tcp://10.0.0.1:8080")]);
    api(dev.text("/issuer")).get("/health/ready").expect(200);
    let counted = api(&format!("http://127.0.0.1:{metrics}"))
        .get("/metrics")
        .expect(200)
        .text();
    assert!(counted.contains("valetkey_uptime_seconds"), "{counted}");
    for (level, part) in [
        ("info", "left aside what Kubernetes"),
        ("warn", "outbound.allow lets developers"),
        ("info", " listens on "),
        ("info", "request"),
    ] {
        let said = |line: &Json| {
            line["level"] == level
                && line["message"]
                    .as_str()
                    .is_some_and(|message| message.contains(part))
        };
        let is_told = || {
            let log = dev.log();
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.any(|line: Json| said(&line))
        };
        assert!(within(SOON, is_told), "{part}: {}", dev.log());
    }
    let own = Request::post("/oauth2/introspect")
        .basic("test_abc123", "test_0123456789abcdef0123456789abcdef")
        .form(&[("token", "none")]);
    api(dev.text("/issuer")).send(&own).expect(200);
    dev.stop();

    config = config.replace("format = \"json\"", "format = \"text\"\nlevel = \"warn\"");
    fs::write(place.config(), &config).expect("it can be written");
    let dev = place.start();
    api(dev.text("/issuer")).get("/health/ready").expect(200);
    let warned = || dev.log().contains(" warn  outbound.allow lets developers");
    assert!(within(SOON, warned), "{}", dev.log());
    let log = dev.log();
    assert!(
        !log.contains("listens on") && !log.contains("/health/ready"),
        "{log}"
    );
}
