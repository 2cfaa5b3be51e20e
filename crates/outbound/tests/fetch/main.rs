//! Fetches from servers on loopback: what is connected to, believed, read, and given up.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod attacks;
mod dns;
mod server;

use bytes::Bytes;
use hyper::HeaderMap;
use outbound::{FetchError, Named, Outbound, Outcome, Resolve, Resolving, Rules, Trust, Wanted};
use server::{Authority, Server};
use std::net::IpAddr;
use std::time::{Duration, Instant};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nproof";

fn wanted() -> Wanted<'static> {
    Wanted {
        accept: "text/plain",
        most_bytes: 1_000,
        within: Duration::from_secs(5),
    }
}

/// A way out that may go to loopback, and to `rules` besides.
fn here() -> Outbound {
    let rules = Rules {
        loopback: true,
        ..Rules::default()
    };
    Outbound::new(rules, Trust::default())
}

async fn fetched(server: &Server) -> Result<outbound::Fetched, FetchError> {
    let url = format!("http://127.0.0.1:{}/file?token=hidden", server.port());
    here().fetch(&url, &wanted()).await
}

#[tokio::test]
async fn an_answer_is_read_whole() {
    let server = Server::plain(OK).await;
    let found = fetched(&server).await.unwrap();
    assert_eq!((found.status, &found.body[..]), (200, &b"proof"[..]));
    assert_eq!(found.headers["content-type"], "text/plain");
    assert_eq!(found.address.port(), server.port());
    let asked = server.asked().join("");
    let asked = asked.to_ascii_lowercase();
    assert!(
        asked.starts_with("get /file?token=hidden http/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains(&format!("host: 127.0.0.1:{}\r\n", server.port())));
    for never in ["accept-encoding", "cookie", "authorization", "referer"] {
        assert!(!asked.contains(never), "{asked}");
    }
}

#[tokio::test]
async fn what_an_answer_may_not_be() {
    let long = "a".repeat(20_000);
    let huge_header = format!("HTTP/1.1 200 OK\r\nX-Long: {long}\r\n\r\n");
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(500));
    let large = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{long}");
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
        + "1f4\r\n"
        + &"a".repeat(500)
        + "\r\n1f5\r\n"
        + &"a".repeat(501)
        + "\r\n0\r\n\r\n";
    let gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na";
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nproof";
    let table: [(&str, Outcome); 9] = [
        (&huge_header, Outcome::Failed),
        (&many_headers, Outcome::Failed),
        (&large, Outcome::Unwanted),
        (announced, Outcome::Unwanted),
        (&chunked, Outcome::Unwanted),
        (gzip, Outcome::Unwanted),
        (short, Outcome::Failed),
        ("SSH-2.0-OpenSSH_9.2\r\n", Outcome::Failed),
        ("", Outcome::Failed),
    ];
    for (answer, outcome) in table {
        let server = Server::plain(answer).await;
        let error = fetched(&server).await.unwrap_err();
        let start: String = answer.chars().take(60).collect();
        assert_eq!(error.outcome(), outcome, "{start}: {error}");
    }
    // As much as is wanted is not too much.
    let most = format!(
        "HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n{}",
        &long[..1000]
    );
    let found = fetched(&Server::plain(&most).await).await.unwrap();
    assert_eq!((found.status, found.body.len()), (404, 1000));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let target = Server::plain(OK).await;
    for status in [301, 302, 303, 307, 308, 300] {
        let location = format!("http://127.0.0.1:{}/", target.port());
        let answer =
            format!("HTTP/1.1 {status} Away\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let error = fetched(&Server::plain(&answer).await).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Redirect(told) if told == status),
            "{error}"
        );
    }
    assert!(target.asked().is_empty());
}

/// Drips a byte now and then, for ever: the time is that of the whole, not of a step.
#[tokio::test]
async fn the_whole_must_be_in_time() {
    let within = Duration::from_millis(300);
    for (beginning, drip) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "a"),
        ("HTTP/1.1 200 OK\r\n", "a: b\r\n"),
        ("", "HTTP/1.1 102 Wait\r\n\r\n"),
        ("", ""),
    ] {
        let server = Server::dripping(beginning, drip).await;
        let url = format!("http://127.0.0.1:{}/", server.port());
        let began = Instant::now();
        let late = Wanted { within, ..wanted() };
        let error = here().fetch(&url, &late).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Late, "{beginning:?}: {error}");
        assert!(began.elapsed() < within * 4, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_host_that_is_closed_or_refused_is_not_reached() {
    let server = Server::plain(OK).await;
    let port = server.port();
    let closed = Outbound::new(Rules::default(), Trust::default());
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "0",
        "[::]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}:{port}/");
            let began = Instant::now();
            let error = closed.fetch(&url, &wanted()).await.unwrap_err();
            assert_eq!(error.outcome(), Outcome::Refused, "{url}: {error}");
            assert!(began.elapsed() < Duration::from_secs(1), "{url}");
        }
    }
    assert!(server.asked().is_empty());
    let counts = closed.counts();
    let refused = counts.iter().find(|one| one.outcome == Outcome::Refused);
    assert_eq!(refused.unwrap().count, 40);
    drop(server);
    let gone = here()
        .fetch(&format!("http://127.0.0.1:{port}/"), &wanted())
        .await;
    assert_eq!(gone.unwrap_err().outcome(), Outcome::Failed);
}

/// Answers every name with these addresses.
struct Fixed(&'static [&'static str]);

impl Resolve for Fixed {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let found: Vec<IpAddr> = self.0.iter().map(|one| one.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    }
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_is_closed() {
    let authority = Authority::new();
    let server = Server::secure("127.0.0.3:0", &authority, "two.example", OK).await;
    let resolver = Fixed(&["127.0.0.4", "127.0.0.3"]);
    let rules = Rules {
        loopback: true,
        ..Rules::default()
    };
    let out = Outbound::resolving(rules, authority.trust(), Box::new(resolver));
    let url = format!("https://two.example:{}/", server.port());
    let found = out.fetch(&url, &wanted()).await.unwrap();
    assert_eq!(found.address.ip().to_string(), "127.0.0.3");
}

#[tokio::test]
async fn a_host_of_the_operators_is_believed_by_the_file_as_it_is_now() {
    let (named, other) = (Authority::new(), Authority::new());
    let server = Server::secure("127.0.0.1:0", &other, "localhost", OK).await;
    let url = format!("https://localhost:{}/v1/traces", server.port());
    let host = Named::new(&url, HeaderMap::new(), named.trust()).unwrap();
    let post = async || host.post("text/plain", Bytes::new(), &wanted()).await;
    assert!(matches!(post().await, Err(FetchError::Tls(_))));
    named.replace(&other);
    let kept = post().await;
    assert!(matches!(kept, Err(FetchError::Tls(_))), "it is read once");
    host.trust_anew();
    assert_eq!(post().await.unwrap().0, 200);
}

#[tokio::test]
async fn a_certificate_must_be_of_the_host_and_of_a_trusted_authority() {
    let authority = Authority::new();
    let server = Server::secure("127.0.0.1:0", &authority, "own.example", OK).await;
    let rules = Rules {
        loopback: true,
        ..Rules::default()
    };
    let out = |trust| {
        let resolver = Fixed(&["127.0.0.1"]);
        Outbound::resolving(rules.clone(), trust, Box::new(resolver))
    };
    let url = |host| format!("https://{host}:{}/", server.port());
    let found = out(authority.trust())
        .fetch(&url("own.example"), &wanted())
        .await;
    assert_eq!(&found.unwrap().body[..], b"proof");
    assert_eq!(server.names(), ["own.example"], "the name is told by SNI");
    for (trust, host) in [
        (authority.trust(), "other.example"),
        (authority.trust(), "127.0.0.1"),
        (Authority::new().trust(), "own.example"),
    ] {
        let error = out(trust).fetch(&url(host), &wanted()).await.unwrap_err();
        assert!(matches!(error, FetchError::Tls(_)), "{host}: {error}");
    }
    assert_eq!(server.asked().len(), 1, "nothing was sent without TLS");
    // A file of authorities that is not there stops every fetch, in words that name it.
    let gone = Trust {
        ca_file: Some("/nowhere/ca.pem".into()),
    };
    let error = out(gone)
        .fetch(&url("own.example"), &wanted())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
}
