//! Whether an address has an account: the answer and the work are the same, byte by byte and row by row.
use super::Post;
use crate::support::behind::{read, run, tables};
use crate::support::mail_server::MailServer;
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to};
use acceptance::{Api, Reply, forms, free_port};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What an answer is, but for what is new in each: its id and time, nonces, what a passkey would sign, the values of
/// cookies; and for the address.
fn shape(reply: &Reply, email: &str) -> (u16, Vec<(String, String)>, String) {
    let id = reply.header("X-Request-Id").unwrap_or("no id");
    let mut said = reply.text().replace(id, "(id)").replace(email, "(address)");
    for form in forms(&reply.text()) {
        let nonce = form.value("nonce").into_iter();
        // A ceremony begins with its number, time and tag.
        let ceremony = form
            .value("ceremony")
            .and_then(|all| all.split(".{").next());
        for new in nonce.chain(ceremony) {
            said = said.replace(new, "(new)");
        }
    }
    let challenge = said.split("challenge&#34;:&#34;").nth(1);
    let challenge = challenge.and_then(|rest| rest.split('&').next());
    if let Some(challenge) = challenge.map(str::to_owned) {
        said = said.replace(&challenge, "(new)");
    }
    let header = |(name, value): &(String, String)| {
        let name = name.to_ascii_lowercase();
        let value = match &*name {
            "date" | "x-request-id" => "(new)".to_owned(),
            "set-cookie" => {
                let (cookie, rest) = value.split_once('=').unwrap_or_default();
                let (text, attributes) = rest.split_once(';').unwrap_or((rest, ""));
                format!("{cookie}=({});{attributes}", text.len())
            }
            _ => value.replace(email, "(address)"),
        };
        (name, value)
    };
    let headers = reply.headers.iter().map(header).collect();
    (reply.status, headers, said)
}

/// What has been done so far: rows of every table that a statement wrote, changed or deleted, also to what they were; changes
/// by their kind, and hashes of passwords.
struct Work {
    metrics: Api,
}

type Done = BTreeMap<String, i64>;

const SENT: &str = "valetkey_transitions_total{name=\"account.send_link\"}";
const COUNTED: &str = "valetkey_transitions_total{name=\"throttle.count\"}";
const FORGOTTEN: &str = "valetkey_transitions_total{name=\"throttle.clear\"}";
const HASHED: &str = "valetkey_passwords_hashed_total";

impl Work {
    fn counted(&self, post: &Post) -> Done {
        let rows = read(&post.scene, TOUCHED).into_iter().filter_map(|told| {
            let (what, count) = told.split_once('=')?;
            // What becomes of mails, and that a node is there, is written when it becomes that.
            let kept = !["UPDATE outbox", "UPDATE nodes"].contains(&what);
            kept.then(|| Some((what.to_owned(), count.parse().ok()?)))?
        });
        let told = self.metrics.get("/metrics").expect(200).text();
        let counted = told.lines().filter_map(|line| {
            let (name, count) = line.split_once(' ')?;
            let kept = [
                "valetkey_transitions_total",
                "valetkey_passwords_hashed_total",
            ];
            // What becomes of mails is counted when it becomes that.
            let kept = kept.iter().any(|kept| name.starts_with(kept)) && !name.contains("outbox.");
            kept.then(|| Some((name.to_owned(), count.parse().ok()?)))?
        });
        rows.chain(counted).collect()
    }

    /// What `act` does beyond what was done before.
    fn of<T>(&self, post: &Post, act: impl FnOnce() -> T) -> (T, Done) {
        let before = self.counted(post);
        let done = act();
        let mut after = self.counted(post);
        for (name, count) in &mut after {
            *count -= before.get(name).copied().unwrap_or_default();
        }
        after.retain(|_, count| *count != 0);
        (done, after)
    }
}

fn done<const N: usize>(counts: [(&str, i64); N]) -> Done {
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

/// Without the rows by which attempts are counted, of which each engine writes as many as it likes.
fn but_attempts(done: &Done) -> Done {
    let mut rest = done.clone();
    rest.retain(|what, _| !what.ends_with(" attempts"));
    assert!(rest.len() < done.len(), "{done:?}");
    rest
}

/// How many rows of each table were touched, and how.
const TOUCHED: &str =
    "SELECT how || ' ' || what || '=' || COUNT(*) FROM touched GROUP BY how, what";

/// Has the database write down which rows are touched from now on.
fn watch(post: &Post) {
    let is_postgres = post.scene.provider.postgres().is_some();
    let mut all = match is_postgres {
        true => {
            "CREATE TABLE touched (how text, what text);
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO touched VALUES (TG_OP, TG_TABLE_NAME); RETURN NULL; END $$;\n"
        }
        false => "BEGIN; CREATE TABLE touched (how TEXT, what TEXT);\n",
    }
    .to_owned();
    for table in tables(&post.scene) {
        for how in ["INSERT", "UPDATE", "DELETE"] {
            let what = match is_postgres {
                true => "FOR EACH ROW EXECUTE FUNCTION touch()".to_owned(),
                false => format!("BEGIN INSERT INTO touched VALUES ('{how}', '{table}'); END"),
            };
            let trigger = format!("\"touch_{table}_{how}\" AFTER {how} ON \"{table}\"");
            all.push_str(&format!("CREATE TRIGGER {trigger} {what};\n"));
        }
    }
    if !is_postgres {
        all.push_str("COMMIT;");
    }
    run(&post.scene, &all);
}

/// What is asked for first in a test, of an address that nothing is counted of: it begins what is counted of its source.
const FIRST: &str = "max@example.com";

/// A provider whose work is counted. Its mail server is away, so that every mail that was written is still there.
fn watched() -> (Post, Work) {
    let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let server = MailServer::prepared();
    let metrics = format!("[metrics]\nlisten = \"{at}\"\n{}", server.settings());
    let scene = Scene::plain(&metrics);
    let work = Work {
        metrics: Api::new(at, &at.to_string()),
    };
    let post = Post { scene, server };
    watch(&post);
    (post, work)
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whether_an_address_has_an_account_shows_nowhere() {
    let (mut post, work) = watched();
    // As long as the address of Ann.
    let nobody = "nob@example.com";
    for path in ["/sign-up", "/recover"] {
        post.ask(&mut post.browser(), path, FIRST).expect(303);
        let seen = [ANN, nobody].map(|email| {
            let mut browser = post.browser();
            let (sent, done) = work.of(&post, || post.ask(&mut browser, path, email));
            let page = browser.follow(sent.clone());
            (shape(&sent, email), shape(&page, email), done)
        });
        assert_eq!(seen[0], seen[1], "{path}");
        // A link, its mail and an event; that it was asked for is counted; no password is hashed.
        let expected = [
            ("INSERT mail_links", 1),
            ("INSERT outbox", 1),
            ("INSERT events", 1),
            (SENT, 1),
            (COUNTED, 1),
        ];
        assert_eq!(but_attempts(&seen[0].2), done(expected), "{path}");
    }
    post.server.start();
    run(&post.scene, "UPDATE outbox SET due_at = created_at");
    for email in [ANN, nobody] {
        post.mail(email, 2);
    }
    let subjects = |to: &str| -> Vec<String> {
        let mails = post.server.taken_by(to);
        mails
            .iter()
            .map(|mail| mail.header("Subject").to_owned())
            .collect()
    };
    assert_eq!(
        subjects(ANN),
        [
            "You have an account at Valetkey",
            "Choose a new password at Valetkey"
        ]
    );
    assert_eq!(
        subjects(nobody),
        [
            "Create your account at Valetkey",
            "No account at Valetkey has this address"
        ]
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whether_an_address_has_an_account_shows_to_nobody_who_wants_it_or_signs_in() {
    let (post, work) = watched();
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    // As long as the address of the owner.
    let nobody = "nobdy@example.com";
    let seen = [FIRST, OWNER, nobody].map(|email| {
        let form = form_to(&ann.open("/account"), "/account/email");
        let typed = [("new-email", email), ("email-password", PASSWORD)];
        let (sent, done) = work.of(&post, || ann.submit(&form, &typed));
        let page = ann.follow(sent.clone());
        (shape(&sent, email), shape(&page, email), done)
    });
    assert_eq!(seen[1], seen[2]);
    // A link, its mail and an event, and one hash: of Ann's own password.
    let expected = [
        ("INSERT mail_links", 1),
        ("INSERT outbox", 1),
        ("INSERT events", 1),
        (SENT, 1),
        (COUNTED, 2),
        (FORGOTTEN, 1),
        (HASHED, 1),
    ];
    assert_eq!(but_attempts(&seen[1].2), done(expected));
    let guessed = [FIRST, OWNER, nobody].map(|email| {
        let mut browser = post.browser();
        let guess = || browser.try_sign_in(email, "a guess that is long enough");
        let (refused, done) = work.of(&post, guess);
        (shape(&refused, email), done)
    });
    assert_eq!(guessed[1], guessed[2]);
    // All guesses of a day are counted, and those of a source.
    let expected = [("UPDATE daily_counts", 2), (COUNTED, 1), (HASHED, 1)];
    assert_eq!(but_attempts(&guessed[1].1), done(expected));
}
