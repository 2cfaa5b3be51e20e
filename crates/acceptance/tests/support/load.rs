//! Clients that work on one or more nodes from many sides while these are killed, cut off or silenced.

use super::Tokens;
use super::told::{Told, random_below};
use acceptance::{Api, App, Redirect, Reply, Request};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a client waits before it tries again what was not answered.
const PAUSE: Duration = Duration::from_millis(20);
/// The grant type of devices (RFC 8628 section 3.4).
pub(crate) const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A code that Ann has allowed, for an app or for a device.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// The grant type that it is presented with.
    pub(crate) grant: &'static str,
    /// The parameter that it is presented in.
    pub(crate) name: &'static str,
    /// The code.
    pub(crate) text: String,
}

impl Code {
    pub(crate) fn of_app(text: String) -> Self {
        let (grant, name) = ("authorization_code", "code");
        Code { grant, name, text }
    }

    pub(crate) fn of_device(text: String) -> Self {
        let (grant, name) = (DEVICE, "device_code");
        Code { grant, name, text }
    }

    /// The form that redeems it.
    pub(crate) fn fields(&self) -> [(&str, &str); 2] {
        [("grant_type", self.grant), (self.name, &self.text)]
    }
}

/// What became of all requests.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How often each status came; 0 stands for a connection that broke.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// Refusals by 503 that do not say when to come back.
    pub(crate) hopeless: usize,
    /// The longest that a request took.
    pub(crate) longest: Duration,
}

/// The nodes, and what all clients share.
pub(crate) struct Clients {
    pub(crate) nodes: Vec<Api>,
    pub(crate) app: App,
    pub(crate) token: String,
    pub(crate) revoke: String,
    /// An authorization request that Ann has allowed before.
    pub(crate) question: String,
    /// The cookie of Ann's session.
    pub(crate) session: String,
    pub(crate) told: Mutex<Told>,
    pub(crate) seen: Mutex<Seen>,
    /// Codes to redeem, and codes to race for.
    pub(crate) codes: Mutex<Vec<Code>>,
    pub(crate) contested: Mutex<Vec<Code>>,
    /// Chains of refresh tokens.
    pub(crate) chains: Vec<String>,
    /// Tokens of earlier, to be revoked.
    pub(crate) older: Mutex<Vec<String>>,
    pub(crate) next: AtomicUsize,
    pub(crate) over: AtomicBool,
}

fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("nobody panicked")
}

impl Clients {
    /// Runs them all until `disturb` is done, which begins once each kind of work has been answered.
    pub(crate) fn work(&mut self, disturb: impl FnOnce()) -> bool {
        let chains = std::mem::take(&mut self.chains);
        std::thread::scope(|scope| {
            let this = &*self;
            for _ in 0..3 {
                scope.spawn(|| this.keep_issuing());
            }
            for _ in 0..2 {
                scope.spawn(|| this.keep_revoking());
                scope.spawn(|| this.redeem_all());
            }
            scope.spawn(|| this.race_for_codes());
            scope.spawn(|| this.keep_walking());
            for (at, chain) in chains.into_iter().enumerate() {
                // The first chain is pulled by two at once.
                scope.spawn(move || this.keep_refreshing(chain, at == 0));
            }
            let begun = || held(&this.told).has_some_of_each();
            let answered = super::within(Duration::from_secs(30), begun);
            disturb();
            this.over.store(true, Relaxed);
            answered
        })
    }

    fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    fn note(&self, note: impl FnOnce(&mut Told)) {
        note(&mut held(&self.told));
    }

    /// The answer of the next node in turn; `None` when there was none, or 503: then what became of it is not known.
    fn send(&self, request: &Request) -> Option<Reply> {
        self.send_to(self.next.fetch_add(1, Relaxed), request)
    }

    fn send_to(&self, node: usize, request: &Request) -> Option<Reply> {
        let began = Instant::now();
        let reply = self.nodes[node % self.nodes.len()].try_send(request).ok();
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        {
            let mut seen = held(&self.seen);
            *seen.statuses.entry(status).or_default() += 1;
            seen.longest = seen.longest.max(began.elapsed());
            let hopeless =
                |reply: &Reply| reply.status == 503 && reply.header("Retry-After").is_none();
            seen.hopeless += usize::from(reply.as_ref().is_some_and(hopeless));
        }
        let answered = reply.filter(|reply| reply.status != 503);
        if answered.is_none() {
            std::thread::sleep(PAUSE);
        }
        answered
    }

    fn post(&self, target: &str, fields: &[(&str, &str)]) -> Request {
        let request = Request::post(target).form(fields);
        request.basic(&self.app.client_id, &self.app.client_secret)
    }

    /// Both nodes are asked the same at once, or one node twice.
    fn send_twice(&self, request: &Request) -> [Option<Reply>; 2] {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.send_to(1, request));
            let one = self.send_to(0, request);
            [one, other.join().expect("it replies")]
        })
    }

    /// A new token of the app's own.
    fn issue(&self) -> Option<String> {
        let request = self.post(&self.token, &[("grant_type", "client_credentials")]);
        Some(Tokens::of(&self.send(&request)?).access)
    }

    /// Issues tokens and keeps them.
    fn keep_issuing(&self) {
        while !self.is_over() {
            if let Some(token) = self.issue() {
                self.note(|told| told.alive.push(token));
            }
        }
    }

    /// Revokes the tokens of earlier, then issues its own and revokes them.
    fn keep_revoking(&self) {
        while !self.is_over() {
            let older = held(&self.older).pop();
            if let Some(token) = older.or_else(|| self.issue()) {
                self.revoke(&[&token]);
            }
        }
    }

    /// Revokes the first of `tokens`, with which the others end.
    fn revoke(&self, tokens: &[&str]) {
        let Some(reply) = self.send(&self.post(&self.revoke, &[("token", tokens[0])])) else {
            return;
        };
        reply.expect(200);
        let tokens = tokens.iter().map(|token| (*token).to_owned());
        self.note(|told| told.revoked.extend(tokens));
    }

    /// Redeems codes, one after the other.
    fn redeem_all(&self) {
        while !self.is_over() {
            let Some(code) = held(&self.codes).pop() else {
                return;
            };
            match self.send(&self.post(&self.token, &code.fields())) {
                Some(reply) => {
                    let tokens = Tokens::of(&reply);
                    self.note(|told| told.redeemed.push((code, tokens)));
                }
                None => self.note(|told| told.unanswered.push(code)),
            }
            // Spread over the time until the end, which is not known.
            std::thread::sleep(random_below(20));
        }
    }

    /// Presents a code at two places at once: one wins at most, and what it wins is taken back for the other.
    fn race_for_codes(&self) {
        while !self.is_over() {
            let Some(code) = held(&self.contested).pop() else {
                return;
            };
            let replies = self.send_twice(&self.post(&self.token, &code.fields()));
            let won: Vec<_> = replies
                .iter()
                .flatten()
                .filter(|reply| reply.status == 200)
                .collect();
            let lost: Vec<_> = replies
                .iter()
                .flatten()
                .filter(|reply| reply.status == 400)
                .collect();
            assert_eq!(
                won.len() + lost.len(),
                replies.iter().flatten().count(),
                "{replies:?}"
            );
            assert!(lost.len() < 2, "nobody has won: {replies:?}");
            self.note(|told| {
                told.twice += won.len().saturating_sub(1);
                match (won.first(), lost.first()) {
                    (Some(won), Some(_)) => {
                        let tokens = Tokens::of(won);
                        told.revoked.extend([tokens.access, tokens.refresh]);
                    }
                    // The other may have come to it and taken it back, without an answer.
                    (Some(_), None) => told.used.push(code),
                    _ => told.unanswered.push(code),
                }
            });
        }
    }

    /// Trades a refresh token for its successor, over and over; what was not answered is asked again.
    fn keep_refreshing(&self, mut newest: String, contested: bool) {
        while !self.is_over() {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", newest.as_str()),
            ];
            let request = self.post(&self.token, &fields);
            let replies = match contested {
                true => self.send_twice(&request),
                false => [self.send(&request), None],
            };
            let mut given: Vec<Tokens> = replies.iter().flatten().map(Tokens::of).collect();
            given.dedup();
            self.note(|told| told.twice += given.len().saturating_sub(1));
            let Some(tokens) = given.pop() else { continue };
            let spent = std::mem::replace(&mut newest, tokens.refresh);
            self.note(|told| {
                told.spent.push(spent);
                told.alive.push(tokens.access);
            });
        }
        self.note(|told| told.newest.push(newest));
    }

    /// Walks from the authorization request to the revocation, over and over, each step on the next node.
    fn keep_walking(&self) {
        while !self.is_over() {
            self.walk();
        }
    }

    fn walk(&self) -> Option<()> {
        let asked = Request::get(&self.question).header("Cookie", &self.session);
        let reply = self.send(&asked)?.expect(303);
        let code = Code::of_app(Redirect::parse(reply.location().unwrap_or_default()).code());
        self.note(|told| told.authorized += 1);
        let Some(reply) = self.send(&self.post(&self.token, &code.fields())) else {
            self.note(|told| told.unanswered.push(code));
            return None;
        };
        let first = Tokens::of(&reply);
        self.note(|told| told.used.push(code));
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh.as_str()),
        ];
        let reply = self.send(&self.post(&self.token, &fields))?;
        let second = Tokens::of(&reply);
        self.note(|told| told.spent.push(first.refresh.clone()));
        self.revoke(&[&second.refresh, &second.access, &first.access]);
        Some(())
    }
}
