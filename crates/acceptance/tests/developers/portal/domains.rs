//! Domains that organizations prove: by their file alone, for one organization at a time, and nothing else is fetched.

use super::{ANN, Developer, EVE, FOUND, OPEN, ORGANIZATIONS, found, joined, names, open, says};
use crate::support::mail_server::MailServer;
use crate::support::{OWNER, PASSWORD, Scene, assert_page, form_to, within};
use acceptance::{Form, Reply, forms, unescape};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const ADD: &str = "/organizations/domains/add";
const CHECK: &str = "/organizations/domains/check";
const TAKE_OUT: &str = "/organizations/domains/remove";
const FILE: &str = "/.well-known/valetkey-domain.txt";

/// A website on loopback, which answers what it was told last, and notes what it was asked.
#[derive(Clone)]
struct Website {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Website {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let website = Website {
            port: listener.local_addr().expect("an address").port(),
            answer: Arc::default(),
            asked: Arc::default(),
        };
        let own = website.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                while lines.next().is_some_and(|line| !line.is_empty()) {}
                own.asked.lock().expect("it is held briefly").push(first);
                let answer = own.answer.lock().expect("it is held briefly").clone();
                let _ = stream.write_all(&answer);
            }
        });
        website
    }

    /// Its name, as the domain is called.
    fn name(&self) -> String {
        format!("localhost:{}", self.port)
    }

    fn says(&self, head: &str, body: &[u8]) {
        let length = body.len();
        let mut answer =
            format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
                .into_bytes();
        answer.extend(body);
        *self.answer.lock().expect("it is held briefly") = answer;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("it is held briefly"))
    }
}

fn page_of(id: &str) -> String {
    format!("{ORGANIZATIONS}/{id}/domains")
}

/// The page, and the form on it of this action.
#[track_caller]
fn form(developer: &mut Developer, id: &str, action: &str) -> Form {
    form_to(&developer.browser.open(&page_of(id)).expect(200), action)
}

#[track_caller]
pub(super) fn add(developer: &mut Developer, id: &str, name: &str) -> Reply {
    let form = form(developer, id, ADD);
    developer.browser.submit(&form, &[("domain", name)])
}

/// What its file has to hold.
#[track_caller]
fn token(developer: &mut Developer, id: &str) -> String {
    let page = developer.browser.open(&page_of(id)).expect(200);
    super::shown(&page, "token-1").expect("what the file holds")
}

/// Looks for the file of the first domain; the page after it.
#[track_caller]
fn check(developer: &mut Developer, id: &str) -> Reply {
    let form = form(developer, id, CHECK);
    let sent = developer.browser.submit(&form, &[]).expect(303);
    developer.browser.follow(sent).expect(200)
}

/// Whether the page of an organization says that it has proved a domain.
#[track_caller]
fn is_proved(developer: &mut Developer, id: &str, name: &str) -> bool {
    let page = developer.browser.open(&format!("{ORGANIZATIONS}/{id}"));
    unescape(&page.expect(200).text()).contains(&format!("Proved: {name}"))
}

fn told(scene: &Scene, id: &str) -> Vec<String> {
    let audit = scene.cli(&["audit", "--limit", "100"]);
    let events = audit["events"].as_array().expect("events").iter().rev();
    let own = events.filter(|event| event["organization"] == id);
    let named = own.map(|event| event["event"].as_str().unwrap_or_default().to_owned());
    named.filter(|event| event.contains("domain")).collect()
}

#[test]
fn whoever_puts_the_file_there_has_proved_the_domain_and_people_see_it() {
    let scene = open(OPEN);
    let (website, mut ann) = (Website::new(), Developer::ann(&scene));
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[("organization", &acme)]);
    let sees = |scene: &Scene| {
        let mut person = scene.provider.browser_of(OWNER, PASSWORD);
        let consent = person.authorize_until_consent(&scene.question(&app, &[]));
        let text = unescape(&consent.text());
        // Its picture is shown to strangers with the domain that it has proved, and not before.
        let pictured = text.contains(&format!("src=\"{ORGANIZATIONS}/{acme}/logo"));
        let named = text.contains(&website.name());
        assert_eq!(pictured, named, "{consent}");
        named
    };
    super::logos::upload_for(&mut ann, &acme, super::logos::PNG).expect(303);
    add(&mut ann, &acme, &website.name()).expect(303);
    assert_eq!(website.asked(), [""; 0], "nothing is fetched unasked");
    website.says("404 Not Found", b"");
    let page = check(&mut ann, &acme);
    says(&page, "the status 404 in place of 200");
    says(&page, "Not proved yet");
    assert!(!is_proved(&mut ann, &acme, &website.name()) && !sees(&scene));
    let token = token(&mut ann, &acme);
    website.says("200 OK", format!("{token}\r\n").as_bytes());
    website.asked();
    says(&check(&mut ann, &acme), "Proved since");
    assert_eq!(website.asked(), [format!("GET {FILE} HTTP/1.1")]);
    assert!(is_proved(&mut ann, &acme, &website.name()) && sees(&scene));
    // What is not found once is not lost yet.
    website.says("500 Oops", b"");
    let page = check(&mut ann, &acme);
    says(&page, "It counts as proved until");
    assert!(is_proved(&mut ann, &acme, &website.name()) && sees(&scene));
    website.says("200 OK", token.as_bytes());
    says(&check(&mut ann, &acme), "Proved since");
    let gone = form(&mut ann, &acme, TAKE_OUT);
    ann.browser.submit(&gone, &[]).expect(303);
    ann.browser.submit(&gone, &[]).expect(303);
    assert!(!is_proved(&mut ann, &acme, &website.name()) && !sees(&scene));
    let told = told(&scene, &acme);
    let all = ["domain_added", "domain_proved", "domain_removed"];
    assert_eq!(told, all.map(|event| format!("organization.{event}")));
}

/// Neither a redirect, nor a long file, nor one that holds more than the token proves anything, and nothing else is fetched.
#[test]
fn nothing_but_the_file_itself_proves_a_domain() {
    let scene = open(OPEN);
    let (website, elsewhere) = (Website::new(), Website::new());
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    add(&mut ann, &acme, &website.name()).expect(303);
    let token = token(&mut ann, &acme);
    elsewhere.says("200 OK", token.as_bytes());
    let long = [token.as_bytes(), &[b'\n'; 2_000]].concat();
    let page = format!("<html>{token}</html>");
    let to = format!(
        "302 Found\r\nLocation: http://localhost:{}{FILE}",
        elsewhere.port
    );
    for (head, body, sentence) in [
        (&*to, token.as_bytes(), "The answer was a redirect"),
        ("200 OK", &long, "The file is too long"),
        ("200 OK", page.as_bytes(), "The file holds something else"),
        ("200 OK", b"domain-x", "The file holds something else"),
        ("200 OK", b"", "The file holds something else"),
        (
            "200 OK\r\nContent-Encoding: gzip",
            b"x",
            "The file holds something else",
        ),
        ("403 Forbidden", token.as_bytes(), "the status 403"),
        ("204 No Content", b"", "the status 204"),
    ] {
        website.says(head, body);
        says(&check(&mut ann, &acme), sentence);
        assert!(!is_proved(&mut ann, &acme, &website.name()), "{head}");
    }
    *website.answer.lock().expect("it is held briefly") = b"SSH-2.0-x\r\n".to_vec();
    says(
        &check(&mut ann, &acme),
        "Nothing could be fetched from there",
    );
    assert_eq!(elsewhere.asked(), [""; 0]);
    assert_eq!(told(&scene, &acme), ["organization.domain_added"]);
}

/// A host that drips is not waited for.
#[test]
fn a_slow_host_is_left() {
    let scene = open(OPEN);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    add(&mut ann, &acme, &format!("127.0.0.1:{port}")).expect(303);
    let began = Instant::now();
    says(
        &check(&mut ann, &acme),
        "Nothing could be fetched from there",
    );
    assert!(began.elapsed() < Duration::from_secs(30));
    drop(listener);
}

#[test]
fn only_names_of_domains_are_listed_and_a_few_at_most() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    for name in [
        "",
        "example",
        "https://example.com",
        "example.com/x",
        "example.com:80",
        "ada@example.com",
        "10.0.0.1",
        "169.254.169.254",
        "169.254.169.254:80",
        "[::1]",
        "0x7f000001",
        "localhost",
        "localhost:80/x",
        "*.example.com",
        "exаmple.com",
        "example.com.",
    ] {
        let refused = add(&mut ann, &acme, name);
        names(&refused, "domain");
        assert_eq!(form_to(&refused, ADD).value("domain"), Some(name));
    }
    for number in 0..5 {
        add(&mut ann, &acme, &format!(" Sub{number}.Example.com ")).expect(303);
    }
    let page = ann.browser.open(&page_of(&acme));
    says(
        &page,
        "https://sub0.example.com/.well-known/valetkey-domain.txt",
    );
    names(&add(&mut ann, &acme, "sub0.example.com"), "domain");
    let sixth = add(&mut ann, &acme, "sub5.example.com");
    says(&sixth, "as many domains as an organization may have");
}

/// Whoever writes the file says whose the domain is: the one before loses it, and is told.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_domain_is_proved_for_one_organization_at_a_time() {
    let server = MailServer::start_new();
    let scene = open(&format!("{OPEN}\n{}", server.settings()));
    let website = Website::new();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let (acme, owls) = (found(&mut ann, "Board Makers"), found(&mut eve, "Owls"));
    add(&mut ann, &acme, &website.name()).expect(303);
    add(&mut eve, &owls, &website.name()).expect(303);
    let (hers, theirs) = (token(&mut ann, &acme), token(&mut eve, &owls));
    assert_ne!(hers, theirs);
    website.says("200 OK", hers.as_bytes());
    says(&check(&mut ann, &acme), "Proved since");
    // Somebody else's file proves nothing.
    says(&check(&mut eve, &owls), "The file holds something else");
    assert!(is_proved(&mut ann, &acme, &website.name()));
    assert!(!is_proved(&mut eve, &owls, &website.name()));
    website.says("200 OK", theirs.as_bytes());
    // Of many who look at once, one takes it.
    let again = form(&mut eve, &owls, CHECK);
    thread::scope(|scope| {
        for _ in 0..4 {
            let (mut browser, again) = (eve.browser.clone(), &again);
            scope.spawn(move || browser.submit(again, &[]).expect(303));
        }
    });
    assert!(is_proved(&mut eve, &owls, &website.name()));
    assert!(!is_proved(&mut ann, &acme, &website.name()));
    assert_eq!(
        told(&scene, &acme).last().map(String::as_str),
        Some("organization.domain_lost")
    );
    let proved = "organization.domain_proved";
    let times = told(&scene, &owls);
    assert_eq!(times.iter().filter(|event| *event == proved).count(), 1);
    let came = || {
        let mails = server.taken_by(ANN).into_iter();
        mails
            .filter(|mail| mail.header("Subject").contains("counts as proved no more"))
            .count()
    };
    assert!(within(Duration::from_secs(10), || came() == 1));
}

/// Neither members who are no owners, nor others, nor the owner of another organization see or change it.
#[test]
fn domains_are_for_owners() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Board Makers");
    add(&mut ann, &acme, "example.com").expect(303);
    let own = found(&mut eve, "Owls");
    let nonce = form_to(&eve.browser.open(ORGANIZATIONS), FOUND);
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let tries = |eve: &mut Developer, status: u16| {
        assert_page(&eve.browser.get(&page_of(&acme)), status);
        for action in [ADD, CHECK, TAKE_OUT] {
            let fields = [
                ("nonce", &*nonce),
                ("organization", &acme),
                ("domain", "example.com"),
            ];
            assert_page(&eve.browser.post_form(action, &fields), status);
        }
    };
    tries(&mut eve, 404);
    // A domain of one organization is none of another's.
    for (action, status) in [(CHECK, 400), (TAKE_OUT, 303)] {
        let fields = [
            ("nonce", &*nonce),
            ("organization", &own),
            ("domain", "example.com"),
        ];
        eve.browser.post_form(action, &fields).expect(status);
    }
    joined(&mut ann, &acme, (EVE, "developer"), &mut eve);
    tries(&mut eve, 403);
    let page = ann.browser.open(&page_of(&acme));
    says(&page, "example.com");
    let forms = forms(&page.text()).into_iter();
    assert_eq!(forms.filter(|form| form.action == CHECK).count(), 1);
    assert_eq!(told(&scene, &acme), ["organization.domain_added"]);
}
