//! What a provider fetches from elsewhere, tried by hand.
use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const LOCAL: &str = "issuer = \"http://localhost:8080\"\n";
const PUBLIC: &str = "issuer = \"https://auth.example.com\"\n";

/// A server that counts who came.
fn counting() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (
        listener.local_addr().unwrap(),
        Arc::<AtomicUsize>::default(),
    );
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nsecret",
            );
        }
    });
    (address, count)
}

fn provider(config: &str) -> Provider {
    let provider = Provider::new();
    std::fs::write(provider.folder.path().join("v.toml"), config).unwrap();
    provider
}

#[test]
fn a_loopback_issuer_fetches_from_loopback_and_asks_no_proxy() {
    let (proxy, asked) = counting();
    let (server, _) = counting();
    let url = format!("http://{server}/proof?key=hidden");
    let provider = provider(LOCAL);
    let at = format!("http://{proxy}");
    let variables = [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ];
    let variables = variables.map(|name| (name, at.as_str()));
    let args = ["outbound", "check", &url, "--json", "--config", "v.toml"];
    let told = run_in(provider.folder.path(), &variables, &args, "");
    let json = told.json();
    assert_eq!(json["outcome"], "answered");
    assert_eq!((&json["status"], &json["bytes"]), (&200.into(), &6.into()));
    assert_eq!(json["address"], server.to_string());
    assert_eq!(json["host"], "127.0.0.1");
    assert_eq!(asked.load(Ordering::Relaxed), 0, "no proxy is asked");
    let both = told.stdout + &told.stderr;
    assert!(
        !both.contains("hidden") && !both.contains("secret"),
        "{both}"
    );
    let text = provider.run(&["outbound", "check", &url]);
    assert!(text.text().contains("Status        200"), "{text:?}");
}

#[test]
fn any_other_issuer_does_not_and_says_what_to_do() {
    let (server, asked) = counting();
    let port = server.port();
    let provider = provider(PUBLIC);
    for (host, part) in [
        ("127.0.0.1", "127.0.0.1 is this machine itself"),
        ("2130706433", "127.0.0.1 is this machine itself"),
        ("localhost", "is this machine itself"),
        ("10.0.0.1", "10.0.0.1 is in a private network"),
        (
            "[::ffff:169.254.169.254]",
            "169.254.169.254 is set aside for a special use",
        ),
        ("0.0.0.0", "0.0.0.0 is no address of a host"),
    ] {
        let told = provider.run(&["outbound", "check", &format!("https://{host}:{port}/")]);
        told.failed(1, part);
        told.failed(1, "name it in outbound.allow");
    }
    let told = provider.run(&["outbound", "check", "https://u:p@a.example/"]);
    told.failed(
        1,
        "the URL is not fetched: the URL has a user or a password in it",
    );
    assert!(!told.stderr.contains("u:p"), "{told:?}");
    let url = format!("https://127.0.0.1:{port}/");
    let told = provider.run(&["outbound", "check", &url, "--json"]);
    let json: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((told.code, &json["outcome"]), (Some(1), &"refused".into()));
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn what_is_allowed_is_told_at_the_start_and_by_the_doctor() {
    let config = format!("{PUBLIC}[outbound]\nallow = [\"Keys.Corp.example\", \"10.1.0.0/16\"]\n");
    let told = provider(&config).run(&["doctor", "--json"]);
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    let mut checks = report["checks"].as_array().unwrap().iter();
    let warning = checks.find(|one| {
        let message = one["message"].as_str().unwrap();
        one["state"] == "warning" && message.starts_with("outbound.allow lets")
    });
    let message = warning.unwrap()["message"].as_str().unwrap();
    assert!(
        message.contains("keys.corp.example, 10.1.0.0/16"),
        "{message}"
    );
    let provider = provider(&format!("{PUBLIC}[outbound]\nca_file = \"gone.pem\"\n"));
    provider
        .run(&["config", "check"])
        .failed(2, "outbound.ca_file: cannot read ");
}
