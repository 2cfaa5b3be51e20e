//! A store of a few maps, and the requests that race for it.
use protocol::decision::Mint;
use protocol::facts::{CodeFacts, RefreshFacts, UsedRefreshToken};
use protocol::grants::Context;
use protocol::grants::authorization_code::{self, CodeRedemption};
use protocol::grants::refresh_token::{self, RefreshRequest};
use protocol::resource::Resources;
use protocol::testing::{Case, Verdict, json};
use protocol::token::{TokenError, TokenReply};
use protocol::transition::GrantChange;
use protocol::types::{
    ClientRowId, ConnectionStanding, Grant, Locator, RefreshToken, SealedReply, UnixTime,
};
use protocol::{Decision, Transition};
use std::cell::Cell;
use std::collections::BTreeMap;
use wire::Presented;

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    /// The code, with this proof.
    Redeem(Proof),
    /// A refresh with the token of this generation, or the newest there is.
    Refresh(usize),
}

/// What comes with a code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof {
    Right,
    OtherVerifier,
    NoVerifier,
    OtherUri,
    OtherClient,
}

/// How a request ended.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    Reply(String),
    Refused(TokenError),
    /// Three guards lost: 503.
    Busy,
}

/// One request on its way.
struct Actor {
    ask: Ask,
    /// The refresh token it presents, chosen when it first loads.
    token: Option<String>,
    decided: Option<Decision<TokenReply, TokenError>>,
    tries: u8,
    outcome: Option<Outcome>,
}

/// A used-record.
struct Used {
    successor: Locator,
    used_at: UnixTime,
    reply: Option<SealedReply>,
}

/// Ids that follow the clock.
struct Clock(Cell<i64>, UnixTime);

impl Mint for Clock {
    fn locator(&self) -> Locator {
        let next = (self.0.get() + 1).max(Locator::first_at(self.1).0);
        self.0.set(next);
        Locator(next)
    }

    fn secret(&self) -> [u8; 32] {
        *jose::Digest::of(&self.locator().0.to_be_bytes()).as_bytes()
    }
}

/// The store, the clock and everyone who asks.
pub(crate) struct World {
    case: Case,
    clock: Clock,
    grants: BTreeMap<Locator, Grant>,
    refresh: BTreeMap<Locator, RefreshToken>,
    used: BTreeMap<Locator, Used>,
    rotations: BTreeMap<Locator, u32>,
    actors: Vec<Actor>,
    /// Refresh tokens handed out, oldest first.
    texts: Vec<String>,
    /// How many redemptions were committed.
    pub(crate) redemptions: u32,
    /// Whether the store forgets its guards.
    pub(crate) unguarded: bool,
}

impl World {
    /// A code that nobody has redeemed.
    pub(crate) fn with_code(asks: Vec<Ask>) -> Self {
        let case = Case::code();
        let now = case.now;
        let actor = |ask| Actor {
            ask,
            token: None,
            decided: None,
            tries: 0,
            outcome: None,
        };
        World {
            case,
            clock: Clock(Cell::new(0), now),
            grants: BTreeMap::new(),
            refresh: BTreeMap::new(),
            used: BTreeMap::new(),
            rotations: BTreeMap::new(),
            actors: asks.into_iter().map(actor).collect(),
            texts: Vec::new(),
            redemptions: 0,
            unguarded: false,
        }
    }

    /// A grant with its first refresh token.
    pub(crate) fn with_grant(asks: Vec<Ask>) -> Self {
        let mut world = World::with_code(vec![Ask::Redeem(Proof::Right)]);
        world.run(&[]);
        let asks = World::with_code(asks);
        world.actors = asks.actors;
        world
    }

    /// Follows a schedule, then lets everyone finish in turn.
    pub(crate) fn run(&mut self, schedule: &[(usize, i64)]) {
        for (actor, seconds) in schedule {
            self.clock.1.0 += seconds;
            if *actor < self.actors.len() {
                self.step(*actor);
            }
        }
        for _ in 0..8 {
            (0..self.actors.len()).for_each(|actor| self.step(actor));
        }
    }

    /// One load with its decision, or one settle.
    fn step(&mut self, at: usize) {
        if self.actors[at].outcome.is_some() {
            return;
        }
        match self.actors[at].decided.take() {
            None => self.load(at),
            Some(decision) => self.finish(at, decision),
        }
    }

    fn load(&mut self, at: usize) {
        let decided = match self.actors[at].ask {
            Ask::Redeem(proof) => self.redeem(proof),
            Ask::Refresh(generation) => {
                let Some(last) = self.texts.len().checked_sub(1) else {
                    return; // nothing to refresh with yet
                };
                let newest = &self.texts[generation.min(last)];
                let token = self.actors[at]
                    .token
                    .get_or_insert_with(|| newest.clone())
                    .clone();
                self.rotate(&token)
            }
        };
        self.actors[at].decided = Some(decided);
    }

    fn finish(&mut self, at: usize, decision: Decision<TokenReply, TokenError>) {
        let (transition, answer) = decision.into_parts();
        let outcome = match answer {
            Ok(reply) => Outcome::Reply(reply.0),
            Err(error) => Outcome::Refused(error),
        };
        if !transition.is_none_or(|transition| self.settle(transition)) {
            self.actors[at].tries += 1;
            let busy = self.actors[at].tries == 3;
            self.actors[at].outcome = busy.then_some(Outcome::Busy);
            return;
        }
        if let Outcome::Reply(text) = &outcome {
            let reply = json(&TokenReply(text.clone()));
            let token = reply["refresh_token"].as_str().map(str::to_owned);
            self.texts
                .extend(token.filter(|token| !self.texts.contains(token)));
        }
        self.actors[at].outcome = Some(outcome);
    }

    /// Commits a change; false when its guard is lost.
    fn settle(&mut self, transition: Transition) -> bool {
        match transition {
            Transition::Grant(GrantChange::Redeem { grant, refresh, .. }) => {
                if self.grants.contains_key(&grant.id) && !self.unguarded {
                    return false;
                }
                self.redemptions += 1;
                self.grants.insert(grant.id, grant);
                self.refresh.extend(refresh.map(|token| (token.id, token)));
            }
            Transition::Grant(GrantChange::Rotate {
                consumed,
                successor,
                reply,
                ..
            }) => {
                if self.used.contains_key(&consumed) && !self.unguarded {
                    return false;
                }
                *self.rotations.entry(consumed).or_default() += 1;
                let used_at = successor.id.time();
                self.used.insert(
                    consumed,
                    Used {
                        successor: successor.id,
                        used_at,
                        reply,
                    },
                );
                self.refresh.insert(successor.id, successor);
            }
            Transition::Grant(GrantChange::Revoke { grant, .. }) => {
                let grant = self.grants.get_mut(&grant).expect("a grant that exists");
                grant.revoked_at.get_or_insert(self.clock.1);
            }
            other => panic!("nobody asks for {other:?}"),
        }
        true
    }

    fn context(&self) -> Context<'_, Clock> {
        Context {
            policy: &self.case.policy,
            now: self.clock.1,
            mint: &self.clock,
            signer: &self.case.signer,
        }
    }

    fn redeem(&self, proof: Proof) -> Decision<TokenReply, TokenError> {
        let mut case = self.case.clone();
        match proof {
            Proof::Right => {}
            Proof::OtherVerifier => case.set("code_verifier", &"a".repeat(43)),
            Proof::NoVerifier => case.unset("code_verifier"),
            Proof::OtherUri => case.set("redirect_uri", "https://app.example/other"),
            Proof::OtherClient => case.client.no = ClientRowId(2),
        }
        let params = case.params();
        let request = CodeRedemption {
            code: params.get("code").and_then(Presented::parse),
            redirect_uri: params.get("redirect_uri").map(str::to_owned),
            verifier: params.get("code_verifier").map(str::to_owned),
        };
        let facts = case.code.clone().expect("a case about a code");
        let redeemed = self.grants.contains_key(&facts.code.id);
        let facts = CodeFacts { redeemed, ..facts };
        authorization_code::redeem(
            (&request, &Resources::default()),
            &case.authenticated(),
            Some(facts),
            &self.context(),
        )
    }

    fn rotate(&self, text: &str) -> Decision<TokenReply, TokenError> {
        let token = Presented::parse(text);
        let facts = token
            .as_ref()
            .and_then(|token| self.refresh_facts(Locator(token.locator)));
        let request = RefreshRequest { token, scope: None };
        refresh_token::rotate(
            (&request, &Resources::default()),
            &self.case.authenticated(),
            facts,
            &self.context(),
        )
    }

    fn refresh_facts(&self, id: Locator) -> Option<RefreshFacts> {
        let token = self.refresh.get(&id)?.clone();
        let used = self.used.get(&id).map(|used| UsedRefreshToken {
            successor: used.successor,
            used_at: used.used_at,
            successor_used: self.used.contains_key(&used.successor),
            reply: used.reply.clone(),
        });
        let grant = self.grants.get(&token.grant)?.clone();
        let person = self
            .case
            .code
            .as_ref()
            .and_then(|facts| facts.person.clone());
        Some(RefreshFacts {
            workspace: None,
            token,
            grant,
            used,
            person,
            connection: ConnectionStanding::GOOD,
            asked: None,
        })
    }
}

/// What the tests ask when everyone has finished.
impl World {
    /// How everyone ended.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.actors
            .iter()
            .filter_map(|actor| actor.outcome.as_ref())
    }

    /// Every reply that was given.
    pub(crate) fn replies(&self) -> Vec<String> {
        let reply = |outcome: &Outcome| match outcome {
            Outcome::Reply(text) => Some(text.clone()),
            _ => None,
        };
        self.outcomes().filter_map(reply).collect()
    }

    /// Whether the one grant is revoked.
    pub(crate) fn is_revoked(&self) -> bool {
        self.grants.values().any(|grant| grant.revoked_at.is_some())
    }

    /// The most successors that any refresh token got.
    pub(crate) fn most_rotations(&self) -> u32 {
        self.rotations.values().copied().max().unwrap_or(0)
    }

    /// Whether all who presented the same refresh token and got a reply got the same one.
    pub(crate) fn one_reply_per_token(&self) -> bool {
        let mut seen = BTreeMap::new();
        self.actors
            .iter()
            .all(|actor| match (&actor.token, &actor.outcome) {
                (Some(token), Some(Outcome::Reply(text))) => {
                    seen.entry(token).or_insert(text) == &text
                }
                _ => true,
            })
    }

    /// The refresh token handed out last.
    pub(crate) fn newest(&self) -> Option<String> {
        self.texts.last().cloned()
    }

    /// A refresh with nobody else about.
    pub(crate) fn refresh_once(&self, text: &str) -> Result<String, TokenError> {
        match self.rotate(text) {
            granted @ Decision::Granted { .. } => Ok(granted.reply().0),
            refused => Err(refused.error()),
        }
    }
}
