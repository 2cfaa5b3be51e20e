//! What the feed told lately. An answer that was under way meanwhile may have been overtaken by it.
use crate::token::Token;
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

/// Most answers of the feed that are remembered.
const MAX_BATCHES: usize = 256;
/// How much later than the feed's another machine of the provider may learn of a revocation. An answer to a
/// question asked this shortly after an event that concerns it is not kept.
const LAG: Duration = Duration::from_secs(1);

/// What one answer of the feed ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) tokens: HashSet<String>,
    pub(crate) grants: HashSet<String>,
    pub(crate) apps: HashSet<String>,
    pub(crate) people: HashSet<String>,
    pub(crate) organizations: HashSet<String>,
    /// Of each of these apps, these people.
    pub(crate) connections: HashMap<String, HashSet<String>>,
}

impl Ended {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Ended::default()
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        let Ended {
            tokens,
            grants,
            apps,
            people,
            organizations,
            connections,
        } = self;
        let connections: usize = connections.values().map(HashSet::len).sum();
        let sets = [tokens, grants, apps, people, organizations];
        sets.iter().map(|set| set.len()).sum::<usize>() + connections
    }

    /// Adds what another answer ended.
    pub(crate) fn add(&mut self, other: &Ended) {
        self.tokens.extend(other.tokens.iter().cloned());
        self.grants.extend(other.grants.iter().cloned());
        self.apps.extend(other.apps.iter().cloned());
        self.people.extend(other.people.iter().cloned());
        self.organizations
            .extend(other.organizations.iter().cloned());
        for (app, people) in &other.connections {
            let own = self.connections.entry(app.clone()).or_default();
            own.extend(people.iter().cloned());
        }
    }

    pub(crate) fn concerns(&self, token: &Token) -> bool {
        let names = token.names();
        let among = |set: &HashSet<String>, name: &Option<String>| {
            name.as_ref().is_some_and(|name| set.contains(name))
        };
        among(&self.tokens, &names.jti)
            || among(&self.grants, &names.grant_id)
            || among(&self.organizations, &names.organization)
            || self.apps.contains(token.client_id())
            || self.people.contains(token.subject())
            || self
                .connections
                .get(token.client_id())
                .is_some_and(|people| people.contains(token.subject()))
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// The feed has been heard, so nothing is missed from here on.
    follows: bool,
    /// Counts the times when everything had to be forgotten.
    life: u64,
    /// The number of the next batch.
    next: u64,
    batches: VecDeque<Batch>,
}

#[derive(Debug)]
struct Batch {
    number: u64,
    at: Instant,
    ended: Ended,
}

/// The place in the journal at which a question was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    life: u64,
    next: u64,
    at: Instant,
}

impl Journal {
    /// The feed has been heard.
    pub(crate) fn follow(&mut self) {
        self.follows = true;
    }

    /// Everything is forgotten: answers under way too.
    pub(crate) fn reset(&mut self) {
        self.life += 1;
        self.batches.clear();
    }

    pub(crate) fn write(&mut self, ended: Ended, at: Instant) {
        let number = self.next;
        self.next += 1;
        self.batches.push_back(Batch { number, at, ended });
        if self.batches.len() > MAX_BATCHES {
            self.batches.pop_front();
        }
    }

    /// A mark for a question asked now; `None` while the feed has not been heard.
    pub(crate) fn mark(&self, now: Instant) -> Option<Mark> {
        self.follows.then_some(Mark {
            life: self.life,
            next: self.next,
            at: now,
        })
    }

    /// Whether nothing has ended the token since `mark`, as far as the feed has told.
    pub(crate) fn stands(&self, mark: Mark, token: &Token) -> bool {
        let gap = self
            .batches
            .front()
            .is_some_and(|oldest| oldest.number > mark.next);
        let recent = |batch: &&Batch| batch.number >= mark.next || batch.at + LAG >= mark.at;
        let mut since = self.batches.iter().rev().take_while(recent);
        self.life == mark.life && !gap && !since.any(|batch| batch.ended.concerns(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Introspection;

    fn token() -> Token {
        let answer = r#"{"active":true,"client_id":"app","sub":"ann","exp":99,"token_type":"Bearer","jti":"t",
            "grant_id":"g"}"#;
        let answer: Introspection<'static> = serde_json::from_str(answer).unwrap();
        Token::of(answer, Duration::ZERO).unwrap()
    }

    fn of(token: &str) -> Ended {
        Ended {
            tokens: HashSet::from([token.to_owned()]),
            ..Ended::default()
        }
    }

    fn following() -> Journal {
        let mut journal = Journal::default();
        journal.follow();
        journal
    }

    #[test]
    fn an_event_concerns_what_it_names_and_nothing_else() {
        let set = |name: &str| HashSet::from([name.to_owned()]);
        for name in ["t", "g", "app", "ann", "x"] {
            let sets = [
                Ended {
                    tokens: set(name),
                    ..Ended::default()
                },
                Ended {
                    grants: set(name),
                    ..Ended::default()
                },
                Ended {
                    apps: set(name),
                    ..Ended::default()
                },
                Ended {
                    people: set(name),
                    connections: HashMap::new(),
                    ..Ended::default()
                },
            ];
            let hits = sets.iter().filter(|ended| ended.concerns(&token())).count();
            assert_eq!(hits, usize::from(name != "x"), "{name}");
        }
    }

    #[test]
    fn an_answer_that_an_event_overtook_does_not_stand() {
        let (mut journal, now) = (following(), Instant::now());
        let mark = journal.mark(now).unwrap();
        assert!(journal.stands(mark, &token()));
        journal.write(of("another"), now);
        assert!(journal.stands(mark, &token()), "an event of another token");
        journal.write(of("t"), now);
        assert!(!journal.stands(mark, &token()));
    }

    #[test]
    fn shortly_after_an_event_an_answer_does_not_stand_either() {
        let (mut journal, now) = (following(), Instant::now());
        journal.write(of("t"), now);
        let soon = journal.mark(now + LAG / 2).unwrap();
        assert!(!journal.stands(soon, &token()));
        let later = journal.mark(now + LAG * 2).unwrap();
        assert!(journal.stands(later, &token()));
    }

    #[test]
    fn nothing_stands_across_a_reset_or_a_gap_or_before_the_feed_was_heard() {
        let now = Instant::now();
        assert!(Journal::default().mark(now).is_none());
        let mut journal = following();
        let mark = journal.mark(now).unwrap();
        journal.reset();
        assert!(!journal.stands(mark, &token()));
        let mark = journal.mark(now).unwrap();
        for _ in 0..=MAX_BATCHES {
            journal.write(of("another"), now);
        }
        assert!(!journal.stands(mark, &token()));
    }
}
