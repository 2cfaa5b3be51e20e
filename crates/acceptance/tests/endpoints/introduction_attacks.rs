//! Attacks by what apps say of themselves: hosts that are nobody's business or that answer slowly, many apps, and apps that want
//! to be taken for others.

use crate::support::assertions::{KeyHost, Signer};
use crate::support::introductions::{OPEN, document, document_host, metadata};
use crate::support::{PLAIN, Scene, Tokens, assert_refused, assert_well, within};
use acceptance::{Api, Json, Pkce, Reply, Request, Setup, Url, free_port};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

const CALLBACK: &str = "http://localhost:51413/callback";
const WEB: &str = "https://talk.example/callback";

/// A host on loopback that answers each connection on a thread of its own.
struct Host {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Host {
    fn answering(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::<AtomicUsize>::default();
        let (count, answer) = (connections.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                count.fetch_add(1, SeqCst);
                let answer = answer.clone();
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(&stream).lines();
                    let first = lines.next().and_then(Result::ok).unwrap_or_default();
                    while lines
                        .next()
                        .and_then(Result::ok)
                        .is_some_and(|line| !line.is_empty())
                    {}
                    let path = first.split(' ').nth(1).unwrap_or_default();
                    answer(path, &mut stream);
                });
            }
        });
        Host { port, connections }
    }

    /// One with a document at every path.
    fn of_documents() -> Self {
        let port = Arc::<AtomicUsize>::default();
        let own = port.clone();
        let host = Self::answering(move |path, stream| {
            let port = own.load(SeqCst);
            let says = json!({
                "client_id": format!("http://127.0.0.1:{port}{path}"),
                "client_name": format!("App {path}"),
                "redirect_uris": ["http://localhost/callback"],
            });
            let body = says.to_string();
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            );
        });
        port.store(usize::from(host.port), SeqCst);
        host
    }

    /// One that says this at once, then a byte now and then, for longer than anybody waits.
    fn dripping(beginning: &'static str) -> Self {
        Self::answering(move |_, stream| {
            let _ = stream.write_all(beginning.as_bytes());
            for _ in 0..200 {
                std::thread::sleep(Duration::from_millis(100));
                if stream.write_all(b"a").is_err() {
                    return;
                }
            }
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

/// What somebody sees whom an app of this document sends here.
fn sent(scene: &Scene, client_id: &str) -> Reply {
    let question = scene.asks(client_id, CALLBACK, &Pkce::random());
    scene.provider.browser().get(&question)
}

/// How many fetches were refused before anything was connected to, as the metrics at a port say.
fn refusals(port: u16) -> usize {
    let told = Api::new(([127, 0, 0, 1], port).into(), "localhost").get("/metrics");
    let line = "outbound_fetches_total{outcome=\"refused\"} ";
    let text = told.expect(200).text();
    let count = text
        .lines()
        .find_map(|one| one.split_once(line)?.1.parse().ok());
    count.unwrap_or_else(|| panic!("{text}"))
}

/// One of each block that is no host of the internet, and names and spellings that lead there.
const INSIDE: [&str; 37] = [
    "127.0.0.1",
    "127.0.0.2",
    "localhost",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "100.100.100.200",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[ff02::1]",
    "[100::1]",
    "[3fff::1]",
    "[5f00::1]",
];

/// An issuer on the internet, behind a proxy: nothing on this machine is fetched from, by no name and by no spelling.
#[test]
fn documents_are_fetched_from_hosts_of_the_internet_alone() {
    let metrics = free_port();
    let setup = Setup::toml(PLAIN)
        .with(OPEN)
        .with(&format!("[metrics]\nlisten = \"127.0.0.1:{metrics}\""));
    let scene = Scene::start(setup.issuer("https://id.example.com"));
    let host = Host::of_documents();
    let refused = |url: &str, told: &str| {
        let page = sent(&scene, url);
        assert_eq!(page.status, 400, "{url}: {page}");
        assert!(page.text().contains(told), "{url}: {page}");
    };
    let port = host.port;
    for host in INSIDE {
        refused(&format!("https://{host}:{port}/c"), "could not be read");
    }
    assert_eq!(refusals(metrics), INSIDE.len());
    // Numbers that a browser would take for an address name no app at all; nor does plain http.
    for odd in [
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.1",
        "127.1",
        "127.0.0.01",
    ] {
        refused(&format!("https://{odd}:{port}/c"), "names no app");
    }
    refused(&format!("http://127.0.0.1:{port}/c"), "names no app");
    assert_eq!(
        refusals(metrics),
        INSIDE.len(),
        "those are not even looked at"
    );
    assert_eq!(host.connections(), 0);
    // What else an app names is fetched in the same way.
    let mut own = metadata();
    own["token_endpoint_auth_method"] = "private_key_jwt".into();
    own["jwks_uri"] = format!("https://127.0.0.1:{port}/keys").into();
    let reply = scene.register(&own).expect(201);
    let assertion =
        Signer::new("one").assertion(&reply.member("client_id"), scene.provider.issuer(), |_| {});
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
    let asked = scene.post_asserted("token_endpoint", &assertion, &fields);
    assert_refused(&asked, 401, "invalid_client");
    assert_eq!(host.connections(), 0);
}

/// How many hosts of strangers are asked at once.
const AT_ONCE: usize = 16;

/// Hosts that answer a byte at a time: each visitor is told in time, also of many at once, and everybody else goes on.
#[test]
fn slow_hosts_hold_up_those_who_named_them_alone() {
    let scene = Scene::plain(&format!("{OPEN}\n[grants]\nclient_credentials = true"));
    let known = document_host(|_| {});
    Tokens::of(&scene.walk(&known.url(), CALLBACK));
    let signer = Signer::new("one");
    let keys = KeyHost::of(&signer.set());
    let machine = ["--grant", "client_credentials"];
    let keyed = scene.keyed("--jwks-uri", &keys.url(), &machine);
    let slow = [
        Host::dripping(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
        ),
        Host::dripping("HTTP/1.1 200 OK\r\nX: "),
        Host::dripping(""),
    ];
    std::thread::scope(|scope| {
        // Many documents of many hosts, and one of them that many ask for.
        for at in 0..30 {
            let url = slow[at % 3].url(&format!("/{at}"));
            let scene = &scene;
            scope.spawn(move || slowly(scene, &url));
        }
        for _ in 0..6 {
            let url = slow[0].url("/same");
            let scene = &scene;
            scope.spawn(move || slowly(scene, &url));
        }
        let asked = || slow.iter().map(Host::connections).sum::<usize>();
        assert!(
            within(Duration::from_secs(3), || asked() >= AT_ONCE),
            "{}",
            asked()
        );
        let began = Instant::now();
        // Keys of an app that somebody registered, the document of one that was here, and what fetches nothing.
        let assertion = signer.assertion(&keyed, scene.provider.issuer(), |_| {});
        scene.asserted(&assertion).expect(200);
        assert_eq!(keys.asked(), 1);
        sent(&scene, &known.url()).expect(303);
        scene.register(&metadata()).expect(201);
        scene.tokens(
            &scene.confidential("https://board.example/cb"),
            "tasks:read",
        );
        let took = began.elapsed();
        assert!(took < Duration::from_secs(4), "{took:?}");
    });
    // The hosts are let go, and a stranger who answers is taken.
    sent(&scene, &document_host(|_| {}).url()).expect(303);
    assert_well(&scene);
}

/// A visitor whose app's host does not answer. They wait for one host and those before them, not for each in turn.
fn slowly(scene: &Scene, url: &str) {
    let began = Instant::now();
    let page = sent(scene, url);
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains("could not be read"), "{page}");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
}

/// Many documents of one host fill their host's room, those of many hosts the whole; what is there goes on, and none of it is
/// remembered for those that were turned away.
#[test]
fn many_documents_of_one_host_and_of_many_are_bounded() {
    let scene = Scene::plain(&format!("{OPEN}\nmost_unused = 5\nmost_unused_of_one = 2"));
    let known = document_host(|_| {});
    let tokens = Tokens::of(&scene.walk(&known.url(), CALLBACK));
    let hosts: Vec<_> = (0..3).map(|_| Host::of_documents()).collect();
    let full = |reply: &Reply| reply.status == 400 && reply.text().contains("Too many new apps");
    for host in &hosts[..2] {
        for at in 0..2 {
            sent(&scene, &host.url(&format!("/{at}"))).expect(303);
        }
        for at in 2..8 {
            let reply = sent(&scene, &host.url(&format!("/{at}")));
            assert!(full(&reply), "{reply}");
        }
    }
    sent(&scene, &hosts[2].url("/0")).expect(303);
    let reply = sent(&scene, &hosts[2].url("/1"));
    assert!(full(&reply), "the whole is full: {reply}");
    assert_refused(&scene.register(&metadata()), 429, "temporarily_unavailable");
    let all = scene.cli(&["app", "list"]);
    let kept = all.to_string().matches("http://127.0.0.1:").count();
    assert!(kept >= 6, "{all}");
    assert!(!all.to_string().contains("/7"), "{all}");
    // Who is there: one that somebody uses, one that nobody uses yet, and those who were registered by people.
    let tokens = Tokens::of(&scene.refresh_public(&known.url(), &tokens.refresh));
    assert!(!tokens.access.is_empty());
    Tokens::of(&scene.walk(&hosts[0].url("/0"), CALLBACK));
    scene.tokens(
        &scene.confidential("https://board.example/cb"),
        "tasks:read",
    );
    // The one that is used now made room.
    sent(&scene, &hosts[2].url("/1")).expect(303);
}

fn id(reply: &Reply) -> String {
    reply.member("client_id")
}

/// A flood locks newcomers out for minutes, not for as long as an unused app is kept: those that crowd out others go sooner.
#[test]
fn a_flood_of_registrations_passes_in_minutes() {
    let keep = "most_unused = 4\nmost_unused_of_one = 100\nunused = \"288s\"";
    let scene = Scene::plain(&format!("{OPEN}\n{keep}"));
    let known = scene.register(&metadata()).expect(201);
    Tokens::of(&scene.walk(&id(&known), "http://localhost:8787/callback"));
    let called = |name: &str| {
        let mut sent = metadata();
        sent["client_name"] = name.into();
        scene.register(&sent)
    };
    for at in 0..4 {
        called(&format!("Flood {at}")).expect(201);
    }
    assert_refused(&called("Newcomer"), 429, "temporarily_unavailable");
    let document = document_host(|_| {});
    let full = sent(&scene, &document.url());
    assert!(full.text().contains("Too many new apps"), "{full}");
    // Two seconds of 288 are what ten minutes are of a day.
    let room = || called("Newcomer").status == 201;
    assert!(within(Duration::from_secs(20), room));
    sent(&scene, &document.url()).expect(303);
    // Who is in use stays, and no more were forgotten than had to be.
    let again = scene.register(&metadata()).expect(201);
    assert_eq!(id(&again), id(&known));
    let all = scene.cli(&["app", "list"]).to_string();
    assert!(all.contains("Flood 3"), "{all}");
}

/// Registrations that say what others say, or name them: each is an app of its own, and the others are as they were.
#[test]
fn nobody_becomes_another_app_by_registering() {
    let scene = Scene::plain(OPEN);
    let board = scene.public("https://board.example/cb");
    let shown = scene.cli(&["app", "show", &board.client_id]);
    let published = document_host(|_| {});
    let tokens = Tokens::of(&scene.walk(&published.url(), CALLBACK));
    let first = scene.register(&metadata()).expect(201);
    // What people's own apps and those with documents say, word for word.
    let like_board = json!({
        "client_name": shown["name"],
        "client_uri": shown["homepage"],
        "redirect_uris": ["https://board.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    let without_secret = |own: &mut Json| own["token_endpoint_auth_method"] = "none".into();
    let like_document = document(&published, without_secret);
    let named = |name: &str, value: Json| {
        let mut sent = metadata();
        sent[name] = value;
        sent
    };
    let victim = id(&first);
    for sent in [
        like_board.clone(),
        like_document,
        named("client_id", board.client_id.as_str().into()),
        named("client_id", published.url().into()),
        named("client_id", "https://claude.ai/oauth/client".into()),
        named("software_id", victim.as_str().into()),
        named("client_secret", "cs_mine".into()),
        named("registration_access_token", "rg_mine".into()),
    ] {
        let reply = scene.register(&sent).expect(201);
        let own = id(&reply);
        assert!(own != board.client_id && own != published.url(), "{reply}");
        assert!(!own.contains("://"), "{reply}");
        let told = reply.json();
        assert!(told["client_secret"].is_null(), "{reply}");
        assert!(told["registration_access_token"].is_null(), "{reply}");
    }
    assert_eq!(scene.cli(&["app", "show", &board.client_id]), shown);
    let other = scene
        .register(&named("software_id", victim.as_str().into()))
        .expect(201);
    assert_ne!(
        id(&other),
        victim,
        "who names another software is another app"
    );
    // Nor is what was allowed to the one allowed to the other.
    let alike = id(&scene
        .register(&document(&published, without_secret))
        .expect(201));
    let stolen = scene.refresh_public(&alike, &tokens.refresh);
    assert_refused(&stolen, 400, "invalid_grant");
    let question = scene.asks(&alike, WEB, &Pkce::random());
    let page = scene
        .browser()
        .authorize_until_consent(&question)
        .expect(200);
    assert!(page.text().contains("registered itself"), "{page}");
    Tokens::of(&scene.refresh_public(&published.url(), &tokens.refresh));
    // A document that says it is an app of people's is none.
    let liar = document_host(|own| own["client_id"] = board.client_id.as_str().into());
    let page = sent(&scene, &liar.url());
    assert!(
        page.text().contains("is not the URL that leads to it"),
        "{page}"
    );
}

/// The token of one registration at the place of another, and what it may not say there (RFC 7592).
#[test]
fn a_registration_is_managed_by_nobody_elses_token() {
    let scene = Scene::plain(OPEN);
    let confidential = |name: &str| {
        let mut sent = metadata();
        sent["client_name"] = name.into();
        sent["token_endpoint_auth_method"] = "client_secret_post".into();
        sent["redirect_uris"] = json!([WEB]);
        sent
    };
    let [own, other] =
        ["Mine", "Theirs"].map(|name| scene.register(&confidential(name)).expect(201));
    let token = own.member("registration_access_token");
    let place = |client_id: &str| {
        let at = scene.endpoint("registration_endpoint");
        format!("{at}/{}", acceptance::encode(client_id))
    };
    let shared = id(&scene.register(&metadata()).expect(201));
    let published = document_host(|_| {});
    sent(&scene, &published.url()).expect(303);
    let people = scene.confidential("https://board.example/cb").client_id;
    for victim in [&id(&other), &shared, &published.url(), &people, "nobody"] {
        let mut named = confidential("Mine");
        named["client_id"] = (*victim).into();
        let put = Request::new("PUT", &place(victim)).json(&named);
        for request in [
            Request::get(&place(victim)),
            put,
            Request::new("DELETE", &place(victim)),
        ] {
            let reply = scene.api().send(&request.bearer(&token));
            assert!([401, 404].contains(&reply.status), "{victim}: {reply}");
        }
    }
    // At its own place it stays what it is.
    let uri = Url::parse(&own.member("registration_client_uri")).expect("a URL");
    for victim in [id(&other), published.url(), people.clone(), String::new()] {
        let mut named = confidential("Mine");
        named["client_id"] = victim.into();
        let put = Request::new("PUT", &uri.target())
            .bearer(&token)
            .json(&named);
        assert_refused(&scene.api().send(&put), 400, "invalid_client_metadata");
    }
    // Nor does a name or a key that it brings make it another.
    let mut theirs = confidential("Theirs");
    theirs["client_id"] = id(&own).into();
    let put = Request::new("PUT", &uri.target())
        .bearer(&token)
        .json(&theirs);
    let told = scene.api().send(&put).expect(200);
    assert_eq!(id(&told), id(&own));
    let there = other.member("registration_access_token");
    let uri = Url::parse(&other.member("registration_client_uri")).expect("a URL");
    let kept = scene.api().get_bearer(&uri.target(), &there).expect(200);
    assert_eq!(
        (id(&kept), kept.member("client_name")),
        (id(&other), "Theirs".to_owned())
    );
    let app = acceptance::App {
        client_id: people,
        client_secret: own.member("client_secret"),
        json: Json::Null,
    };
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
    let crossed = scene.api().post_form_as(&scene.token(), &app, &fields);
    assert_refused(&crossed, 401, "invalid_client");
}
