//! What the doctor finds.
use super::*;
use std::sync::mpsc::{Receiver, channel};

#[test]
fn the_doctor_names_what_is_wrong() {
    use std::os::unix::fs::PermissionsExt;
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let database = provider.folder.path().join("valetkey.db");
    std::fs::set_permissions(&database, PermissionsExt::from_mode(0o644)).unwrap();
    let told = provider.run(&["doctor", "--json"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let checks = report["checks"].as_array().unwrap();
    let modes = checks
        .iter()
        .find(|one| one["check"] == "file modes")
        .unwrap();
    assert_eq!(modes["state"], "failed");
    assert!(
        modes["message"].as_str().unwrap().contains("run chmod 600"),
        "{modes}"
    );
}

/// Somebody who gives this answer to everyone; where.
fn answering(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// What the doctor says about a thing.
#[track_caller]
fn finding(folder: &Path, args: &[&str], about: &str) -> (String, String) {
    let args = [&["doctor", "--json"], args].concat();
    let told = run(folder, &args, "");
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let mut found = checks.iter().filter(|one| one["check"] == about);
    let first = found.next().unwrap_or_else(|| panic!("{about}: {report}"));
    assert!(found.next().is_none(), "{report}");
    let text = |key: &str| first[key].as_str().unwrap().to_owned();
    (text("state"), text("message"))
}

#[test]
fn the_doctor_asks_who_answers() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let document = |issuer: &str| {
        let body =
            format!("{{\"issuer\":\"{issuer}\",\"token_endpoint\":\"{issuer}/oauth2/token\"}}");
        http("200 OK", &body)
    };
    for (answer, part) in [
        (
            document("https://other.example"),
            "is another provider, https://other.example",
        ),
        (
            document("https://auth.example.com"),
            "calls itself this issuer, but nobody serves ",
        ),
        (
            http(
                "200 OK",
                "{\"issuer\":\"https://auth.example.com\",\"token_endpoint\":\"https://auth.example.com/t\"}",
            ),
            "calls itself this issuer, but has other endpoints",
        ),
        (
            http("404 Not Found", ""),
            "is not a Valetkey, nor any OAuth provider (it answers 404)",
        ),
        ("SSH-2.0-x\r\n".to_owned(), "gives no answer"),
    ] {
        let listen = answering(answer.clone()).to_string();
        let args = ["--config", "v.toml", "--listen", &listen];
        let (state, message) = finding(at, &args, "port");
        assert_eq!(state, "failed", "{answer}: {message}");
        assert!(message.contains(part), "{answer}: {message}");
        let issuer = format!("http://{listen}");
        let args = [&args[..], &["--issuer", &issuer]].concat();
        let (state, message) = finding(at, &args, "issuer");
        assert_eq!(state, "failed", "{answer}: {message}");
    }
}

/// A clock that is an hour off is seen by what a provider answers at which people sign in, unless a cache kept that.
#[test]
fn the_doctor_compares_the_clock_with_that_of_others() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let dated = "HTTP/1.1 200 OK\r\nDate: Fri, 27 Nov 2020 10:00:00 GMT\r\n";
    for (age, is_told) in [("", true), ("Age: 3600\r\n", false)] {
        let answer = format!("{dated}{age}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        let issuer = format!("http://{}", answering(answer));
        std::fs::write(at.join("secret"), "a secret of some length").unwrap();
        let config = format!(
            "{CONFIG}\n[[login.upstream]]\nid = \"acme\"\nname = \"Acme\"\nissuer = \"{issuer}\"\n\
             client_id = \"me\"\nsecret_file = \"secret\"\n"
        );
        std::fs::write(at.join("v.toml"), config).unwrap();
        let args = [
            "doctor",
            "--json",
            "--config",
            "v.toml",
            "--issuer",
            "http://localhost:1",
        ];
        let told = run(at, &args, "");
        let report: Value = serde_json::from_str(&told.stdout).expect(&told.stderr);
        let checks = report["checks"].as_array().unwrap();
        let clocks = checks.iter().find(|one| one["check"] == "other clocks");
        assert_eq!(clocks.is_some(), is_told, "{report}");
        let Some(clocks) = clocks else { continue };
        let message = clocks["message"].as_str().unwrap();
        assert_eq!(clocks["state"], "failed");
        assert!(
            message.contains("ahead of that of") && message.contains(&issuer),
            "{message}"
        );
    }
}

/// Whom people cannot sign in at is found, and whether nobody answers there or somebody else.
#[test]
fn the_doctor_asks_each_provider_upstream() {
    let provider = Provider::new();
    let at = provider.folder.path();
    std::fs::write(at.join("secret"), "a secret of some length").unwrap();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let other = "{\"issuer\":\"https://other.example\",\"authorization_endpoint\":\"https://other.example/a\",\"token_endpoint\":\"https://other.example/t\",\"jwks_uri\":\"https://other.example/k\"}";
    let other = format!("http://{}", answering(http("200 OK", other)));
    let nothing = format!("http://{}", answering(http("404 Not Found", "")));
    for (issuer, parts) in [
        (closed, ["does not answer", "valetkey outbound check"]),
        (other, ["says what is not taken", "correct its `issuer`"]),
        (nothing, ["does not answer", "404"]),
    ] {
        let config = format!(
            "{CONFIG}\n[[login.upstream]]\nid = \"acme\"\nname = \"Acme\"\nissuer = \"{issuer}\"\n\
             client_id = \"me\"\nsecret_file = \"secret\"\n"
        );
        std::fs::write(at.join("v.toml"), config).unwrap();
        let args = ["--config", "v.toml", "--issuer", "http://localhost:1"];
        let (state, message) = finding(at, &args, "upstream");
        assert_eq!(state, "failed", "{issuer}: {message}");
        assert!(message.contains(&issuer), "{message}");
        assert!(
            parts.iter().all(|part| message.contains(part)),
            "{issuer}: {message}"
        );
    }
}

/// Somebody who gives this answer to everyone, and what they were asked for, line by line.
fn noting(answer: String) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..read]);
            let _ = told.send(head.lines().next().unwrap_or_default().to_owned());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

/// What the doctor says of the company's own login, where the issuer is on this machine or elsewhere.
#[track_caller]
fn of_handoff(page: &str, issuer: &str) -> (String, String) {
    let provider = Provider::new();
    let at = provider.folder.path();
    let config = format!(
        "{CONFIG}\n[login.handoff]\nurl = \"{page}\"\nsecrets = [\"what-the-company-shows-us-0001\"]\n"
    );
    std::fs::write(at.join("v.toml"), config).unwrap();
    let args = ["--config", "v.toml", "--issuer", issuer];
    finding(at, &args, "hand-off")
}

/// The issuer of a machine that asks itself.
const HERE: &str = "http://localhost:1";

/// "any HTTP answer below 500": a page that wants a challenge, or a person who is signed in, may well say so.
#[test]
fn the_doctor_asks_whether_the_companys_own_login_answers() {
    for status in [
        "200 OK",
        "302 Found",
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
    ] {
        let (address, asked) = noting(http(status, "Sign in to Acme"));
        let page = format!("http://{address}/oauth/login");
        let (state, message) = of_handoff(&format!("{page}?from=api"), HERE);
        assert_eq!(state, "ok", "{status}: {message}");
        assert!(message.starts_with(&format!("{page} answers")), "{message}");
        // No sign-in begins: what is asked for is the address as it is written, and once.
        let asked: Vec<String> = asked.try_iter().collect();
        assert_eq!(asked, ["GET /oauth/login?from=api HTTP/1.1"]);
    }
}

#[test]
fn the_doctor_says_what_to_do_where_the_companys_own_login_does_not_answer() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let broken = answering(http("503 Service Unavailable", ""));
    let plain = answering(http("200 OK", ""));
    let other = answering("SSH-2.0-x\r\n".to_owned());
    for (page, expected, parts) in [
        (
            format!("http://{closed}/login"),
            "failed",
            ["does not answer (no connection: ", "start your site"],
        ),
        (
            format!("http://{}/login", silent.local_addr().unwrap()),
            "warning",
            ["gives no answer in time", "open it in a browser"],
        ),
        (
            format!("http://{broken}/login"),
            "failed",
            ["answers 503", "look at the log of your site"],
        ),
        (
            format!("https://{plain}/login"),
            "failed",
            ["is refused, as browsers will", "renew its certificate"],
        ),
        (
            format!("http://{other}/login"),
            "failed",
            ["speaks no HTTP", "look at its port"],
        ),
        (
            "http://no-such-host.invalid/login".to_owned(),
            "failed",
            ["has no address", "enter it in DNS"],
        ),
    ] {
        let (state, message) = of_handoff(&page, HERE);
        assert_eq!(state, expected, "{message}");
        assert!(message.contains(&page), "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

/// By the one way out that is guarded: a provider that is elsewhere asks nothing of this machine.
#[test]
fn the_doctor_asks_no_login_that_the_server_may_not_reach() {
    let (address, asked) = noting(http("200 OK", ""));
    let (state, message) = of_handoff(
        &format!("https://{address}/login"),
        "https://auth.example.com",
    );
    assert_eq!(state, "ok", "{message}");
    assert!(
        message.contains("was not asked") && message.contains("outbound.allow"),
        "{message}"
    );
    assert_eq!(asked.try_iter().count(), 0);
}

/// A mail server that is not there, and one that is none.
#[test]
fn the_doctor_greets_who_takes_mails() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    for server in [closed, answering("SSH-2.0-x\r\n".to_owned())] {
        let config = format!(
            "{CONFIG}\n[mail]\nfrom = \"no-reply@acme.example\"\nsmtp = \"smtp://{server}\"\n"
        );
        std::fs::write(at.join("v.toml"), config).unwrap();
        let (state, message) = finding(at, &["--config", "v.toml"], "mail");
        assert_eq!(state, "failed", "{message}");
        assert!(message.contains("wait in the outbox"), "{message}");
    }
}

#[test]
fn the_doctor_tells_plain_http_where_tls_is_configured() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(at.join("cert.pem"), pair.cert.pem()).unwrap();
    std::fs::write(at.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    let config = format!("{CONFIG}\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    std::fs::write(at.join("v.toml"), config).unwrap();
    let listen = answering(http("200 OK", "hello")).to_string();
    let args = ["--config", "v.toml", "--listen", &listen];
    let (state, message) = finding(at, &args, "port");
    assert_eq!(state, "failed", "{message}");
    assert!(
        message.contains("speaks plain http, though [tls]"),
        "{message}"
    );
}

#[test]
fn the_doctor_tells_of_a_certificate_once() {
    let provider = Provider::new();
    let config = format!("{CONFIG}\n[tls]\ncert = \"gone.pem\"\nkey = \"gone.pem\"\n");
    std::fs::write(provider.folder.path().join("v.toml"), config).unwrap();
    let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
    let (state, message) = finding(provider.folder.path(), &args, "certificate");
    assert_eq!(state, "failed", "{message}");
    assert!(message.contains("gone.pem"), "{message}");
}

/// The portal's own host is one more name that the certificate has to have.
#[test]
fn the_doctor_names_the_hosts_that_the_certificate_is_not_for() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let warned = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        let pair = rcgen::generate_simple_self_signed(names.collect::<Vec<_>>()).unwrap();
        std::fs::write(at.join("cert.pem"), pair.cert.pem()).unwrap();
        std::fs::write(at.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
        let config = format!(
            "hosts = {{ portal = \"dev.example.com\" }}\n{CONFIG}\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n"
        );
        std::fs::write(at.join("v.toml"), config).unwrap();
        let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
        let told = run(at, &[&["doctor", "--json"], &args[..]].concat(), "");
        let report: Value = serde_json::from_str(&told.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().iter();
        let own = checks.filter(|one| one["check"] == "certificate" && one["state"] == "warning");
        own.map(|one| one["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        warned(&["auth.example.com", "dev.example.com"]),
        Vec::<String>::new()
    );
    let told = warned(&["auth.example.com"]);
    assert!(
        matches!(&told[..], [one] if one.contains("dev.example.com")),
        "{told:?}"
    );
    let told = warned(&["*.example.org"]);
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn the_doctor_tells_when_a_certificate_ends() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let config = format!("{CONFIG}\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    std::fs::write(at.join("v.toml"), config).unwrap();
    for (year, expected, part) in [
        (2020, "failed", "it ended at 2020-01-01T00:00:00Z: renew it"),
        (2200, "ok", "it is good until 2200-01-01T00:00:00Z"),
    ] {
        let names = vec!["auth.example.com".to_owned()];
        let mut asked = rcgen::CertificateParams::new(names).unwrap();
        asked.not_before = rcgen::date_time_ymd(2019, 1, 1);
        asked.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = asked.self_signed(&key).unwrap();
        std::fs::write(at.join("cert.pem"), made.pem()).unwrap();
        std::fs::write(at.join("key.pem"), key.serialize_pem()).unwrap();
        let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
        let (state, message) = finding(at, &args, "certificate");
        assert_eq!(state, expected, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn the_doctor_knows_of_room_and_of_the_last_backup() {
    let provider = Provider::new();
    let at = provider.folder.path();
    provider.create_user("ada@example.com").json();
    let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
    let (_, room) = finding(at, &args, "disk");
    assert!(room.contains("free at"), "{room}");
    let (state, none) = finding(at, &args, "backup");
    assert_eq!(state, "ok", "{none}");
    assert!(none.starts_with("there is none yet"), "{none}");
    // As the first start does.
    std::fs::create_dir(at.join("valetkey.keys")).unwrap();
    provider.json(&["db", "backup", "--to", "copy.db"]);
    let (state, made) = finding(at, &args, "backup");
    assert_eq!(state, "ok", "{made}");
    assert!(made.starts_with("the last was made at 2"), "{made}");
}

#[test]
fn the_doctor_tells_of_a_collector_that_takes_nothing() {
    let provider = Provider::new();
    let at = provider.folder.path();
    for (status, expected, part) in [
        ("200 OK", "ok", "takes what it is handed"),
        ("404 Not Found", "warning", "it answers 404"),
    ] {
        let endpoint = answering(http(status, ""));
        let config = format!("{CONFIG}\n[telemetry]\nendpoint = \"http://{endpoint}\"\n");
        std::fs::write(at.join("v.toml"), config).unwrap();
        let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
        let (state, message) = finding(at, &args, "telemetry");
        assert_eq!(state, expected, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

/// A server that is down is no good news, and a failure for a timer.
#[test]
fn the_doctor_tells_that_the_server_is_down() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
    for (more, expected) in [(None, "warning"), (Some("--running"), "failed")] {
        let args = [&args[..], more.as_slice()].concat();
        let (state, message) = finding(at, &args, "port");
        assert_eq!(state, expected, "{message}");
        assert!(message.contains("is not running: start it"), "{message}");
    }
}

/// The folder of send-mail.md, before the first mail, and from the folder of the configuration.
#[test]
fn the_doctor_takes_a_mail_folder_that_is_made_later() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let config = format!("{CONFIG}\n[mail]\nfrom = \"a@example.com\"\nfolder = \"mail\"\n");
    std::fs::write(at.join("v.toml"), config).unwrap();
    let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
    let (state, message) = finding(at, &args, "mail");
    assert_eq!(state, "ok", "{message}");
}
