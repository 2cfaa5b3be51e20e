//! What it costs to take an app's access back beside many others: a store of many people with one connection each and ten
//! live tokens each, against one of fewer. And how much memory it takes to remember that all of them were taken back.

use crate::Args;
use crate::ledger::{Ledger, Taken};
use crate::round::Round;
use crate::sample::{Sample, count};
use crate::seed::{CALLBACK, OWNER, PASSWORD, Seeded, seed};
use crate::server::{LARGE, SMALL, Server};
use crate::usage::pss_mib;
use acceptance::{Browser, Json, Pkce, Provider, Reply, Request, forms, target};
use anyhow::{Context, ensure};
use std::time::Duration;
use tokio::runtime::Runtime;

/// What the server has in addition: a second scope, so that one can be taken away.
pub(crate) const CONFIG: &str =
    "[scopes.write]\ngroup = \"Bench\"\nsentence = \"Change your things\"\nrisk = \"write\"";

/// What a person does with an app, in this order, and whether its token works afterwards.
const ACTS: [(&str, bool); 4] = [
    ("narrow", true),
    ("pause", false),
    ("resume", true),
    ("end", false),
];
/// How often each is done; the fewest count, since jobs write now and then as well.
const TIMES: usize = 5;
/// Live tokens of a connection.
const TOKENS: u64 = 10;
const CHANGE: &str = "/account/apps/change";

/// Measures both stores.
pub(crate) fn measure(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let sizes = args.sizes();
    let mut samples = Vec::new();
    for (name, tokens) in [(SMALL, sizes.small), (LARGE, sizes.large)] {
        let mut round = Round::new(args, 1, runtime);
        let mut server = Server::valetkey_called(args, name)?;
        server.start()?;
        let seeded = seed(&server, args)?;
        server.stop();
        let people = tokens / TOKENS;
        run(&server, &filled(&server, &seeded, people))?;
        eprintln!("load: {name}: {people} connections, {tokens} live tokens");
        server.start()?;
        std::thread::sleep(Duration::from_secs(1));
        let idle = pss_mib(server.pid()?)?;
        round.add_one(&server, "PSS, nothing taken back (MiB)", idle);
        take_back(&mut round, &server, &seeded)?;
        server.stop();
        run(&server, &ended(&server))?;
        let start = server.start()?;
        round.add_one(
            &server,
            "start, all taken back (ms)",
            start.as_secs_f64() * 1000.0,
        );
        std::thread::sleep(Duration::from_secs(1));
        let full = pss_mib(server.pid()?)?;
        round.add_one(&server, "PSS, all taken back (MiB)", full);
        let each = (full - idle) * 1024.0 * 1024.0 / count(people);
        round.add_one(&server, "memory per connection taken back (bytes)", each);
        server.stop();
        samples.extend(round.samples);
    }
    Ok(samples)
}

/// A person lets an app in and takes it back in every way, again and again.
fn take_back(round: &mut Round<'_>, server: &Server, seeded: &Seeded) -> anyhow::Result<()> {
    let Server::Valetkey(provider, _) = server else {
        return Ok(());
    };
    let mut person = Person {
        browser: provider.browser_of(OWNER, PASSWORD),
        provider,
        seeded,
    };
    let mut ledger = Ledger::new(server)?;
    let mut fewest: Vec<(String, u64)> = Vec::new();
    for _ in 0..TIMES {
        let token = person.allows()?;
        ensure!(person.works(&token)?, "a new token does not work");
        for (act, works) in ACTS {
            let taken = person.does(act, &mut ledger)?;
            ensure!(person.works(&token)? == works, "after {act}");
            keep_fewest(&mut fewest, act, taken);
        }
    }
    for (measure, value) in fewest {
        round.add_one(server, &measure, count(value));
    }
    Ok(())
}

fn keep_fewest(fewest: &mut Vec<(String, u64)>, act: &str, taken: Taken) {
    for (what, value) in taken {
        let measure = format!("{act}: {what}");
        match fewest.iter_mut().find(|(name, _)| *name == measure) {
            Some((_, least)) => *least = value.min(*least),
            None => fewest.push((measure, value)),
        }
    }
}

/// Somebody with an app of theirs.
struct Person<'a> {
    browser: Browser,
    provider: &'a Provider,
    seeded: &'a Seeded,
}

impl Person<'_> {
    /// Lets the app in; its access token.
    fn allows(&mut self) -> anyhow::Result<String> {
        let pkce = Pkce::random();
        let (id, secret) = &self.seeded.refresher;
        let question = [
            ("response_type", "code"),
            ("client_id", id.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", "read write"),
            ("code_challenge", pkce.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let asked = target(&self.seeded.paths.authorize, &question);
        let code = self.browser.authorize(&asked).code();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", pkce.verifier.as_str()),
        ];
        let request = Request::post(&self.seeded.paths.token).basic(id, secret);
        let reply = self.provider.api().send(&request.form(&fields));
        let token = reply.json()["access_token"].as_str().map(str::to_owned);
        token.with_context(|| format!("no access token: {reply}"))
    }

    /// Presses a button on the page of the app; what the store was given to do by that.
    fn does(&mut self, act: &str, ledger: &mut Ledger) -> anyhow::Result<Taken> {
        let page = format!("/account/apps/{}", self.seeded.refresher.0);
        let page: Reply = self.browser.open(&page);
        let all = forms(&page.text());
        let form = all.iter().find(|form| form.action == CHANGE);
        let form = form.with_context(|| format!("no form: {page}"))?;
        let typed = [("wish", act), ("scope", "write")];
        ledger.begin()?;
        let reply = self.browser.submit(form, &typed);
        let taken = ledger.taken()?;
        ensure!(reply.status == 303, "{act}: {reply}");
        Ok(taken)
    }

    /// Whether the API is told that a token works.
    fn works(&self, token: &str) -> anyhow::Result<bool> {
        let (id, secret) = &self.seeded.machine;
        let request = Request::post(&self.seeded.paths.introspect).basic(id, secret);
        let reply = self.provider.api().send(&request.form(&[("token", token)]));
        let told: Json = reply.json();
        told["active"].as_bool().with_context(|| reply.to_string())
    }
}

/// What the two engines say in different words.
struct Words {
    numbers: fn(u64) -> String,
    now: &'static str,
    digest: &'static str,
}

const SQLITE: Words = Words {
    numbers: |many| {
        format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many}) "
        )
    },
    now: "unixepoch()",
    digest: "randomblob(32)",
};
const POSTGRES: Words = Words {
    numbers: |many| format!("WITH numbers(n) AS (SELECT generate_series(1::bigint, {many})) "),
    now: "EXTRACT(EPOCH FROM now())::bigint",
    digest: "sha256(n::text::bytea)",
};

fn words(server: &Server) -> Words {
    match server.postgres() {
        Some(_) => POSTGRES,
        None => SQLITE,
    }
}

/// The number of a person before the first one who is made here.
const BEFORE_FIRST: u64 = 1_000_000_000;

/// An id of so many seconds ago: milliseconds since 2025, and what tells those of one millisecond apart.
fn id_of(now: &str, seconds_ago: u32) -> String {
    format!("(({now} - 1735689600 - {seconds_ago}) * 1000 * 4194304)")
}

/// Statements that make people with a connection and live tokens each. Nobody holds the tokens.
fn filled(server: &Server, seeded: &Seeded, people: u64) -> String {
    let Words {
        numbers,
        now,
        digest,
    } = words(server);
    let (of_people, of_tokens) = (numbers(people), numbers(people * TOKENS));
    let app = format!(
        "(SELECT no FROM clients WHERE id = '{}')",
        seeded.refresher.0
    );
    let (grant, token) = (id_of(now, 600), id_of(now, 300));
    let person = format!("{BEFORE_FIRST} + n");
    let of_token = format!("1 + (n - 1) / {TOKENS}");
    format!(
        "{of_people} INSERT INTO people (subject, email, email_key, name, admin, password, cutoff, created_at) \
         SELECT {person}, 'p' || n || '@bench.example', 'p' || n || '@bench.example', 'P', admin, password, cutoff, created_at \
         FROM people, numbers WHERE email = '{OWNER}'; \
         {of_people} INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since) \
         SELECT {person}, {app}, 'read write', '{CALLBACK}', {now}, {now} FROM numbers; \
         {of_people} INSERT INTO grants (id, client, subject, scope, auth_time, started_at, expires_at) \
         SELECT {grant} + n, {app}, {person}, 'read write', {now}, {now}, {now} + 86400 FROM numbers; \
         {of_tokens} INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
         SELECT {token} + n, {digest}, {grant} + {of_token}, {app}, {BEFORE_FIRST} + {of_token}, 'read write', {now} + 86400 \
         FROM numbers"
    )
}

/// A statement by which all of them have removed the app.
fn ended(server: &Server) -> String {
    let now = words(server).now;
    let end = id_of(now, 0);
    format!(
        "UPDATE consents SET ended_as = {end}, not_before = {end}, kept_at = granted_at, granted_at = 0 \
         WHERE subject > {BEFORE_FIRST}"
    )
}

/// Runs statements behind the back of a server that is stopped.
fn run(server: &Server, sql: &str) -> anyhow::Result<()> {
    match server.postgres() {
        Some(database) => database.run(sql),
        None => {
            let file = server.database().context("a store of an unknown kind")?;
            let database = rusqlite::Connection::open(file)?;
            database.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")?;
            database.execute_batch(sql)?;
            database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
    }
    Ok(())
}
