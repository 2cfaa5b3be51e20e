//! Signing in: throttles that slow a guesser without locking the owner out, then a session.
use super::guesses;
use super::mail_link::LinkPurpose;
use super::mailbox::notice;
use super::second_factor::Proof;
use crate::decision::Mint;
use crate::facts::{Attempts, ListedSession};
use crate::policy::Policy;
use crate::transition::{SessionChange, ThrottleChange, Transition};
use crate::types::email::email_key;
use crate::types::text::deceives;
use crate::types::{Lifetime, Locator, MailAddress, Person, Session, Subject, UnixTime};
use jose::Digest;
use jose::keyed::Key;
use wire::TokenText;

/// What a session cookie's value starts with.
pub const SESSION_PREFIX: &str = "ss_";
/// How long attempts are counted together.
pub const WINDOW: Lifetime = Lifetime::from_minutes(15);
/// Wrong user codes in all after which everyone's own allowance shrinks, and to what.
const MANY_USER_CODES: u32 = 5_000;
const IN_A_CROWD: u32 = 3;
/// Longest stored name of a browser, in characters.
const MAX_BROWSER: usize = 120;

/// What is limited, and how many failed attempts each may see within [`WINDOW`].
///
/// - One account from one source: 10. A person who mistypes is far from it.
/// - One source over all accounts: 100, so people behind one address do not shut each other out.
/// - One account over all sources: 50, counted only for browsers that were never signed in to it. A browser
///   that was (it holds a known-device cookie) is counted apart, so a stranger's guesses never lock the
///   owner out: 20 for each, 50 for all that know the account; nor does what others do behind the same address.
/// - New accounts from one source: 20.
/// - Mails of one purpose to one address: 5, and mails asked for from one source: 20. Strangers ask for them, so neither the
///   mailbox nor the mail server's good name must suffer.
/// - Codes of an authenticator app, after the password: 10 for strangers, 10 for each browser that was signed in to the account;
///   for strangers 50 a day beside it ([`Daily::SecondFactor`](crate::daily::Daily)).
/// - Passkeys that lead nowhere, from one source: 100, counted apart from passwords: nobody guesses one, and whoever guesses
///   passwords behind the same address keeps nobody from theirs.
/// - User codes of devices (RFC 8628 §5.1) that lead nowhere: 10 a session, 30 an account, 50 a source. After 5,000
///   in all, everyone has 3 a session and account: nobody who types their code correctly is shut out by strangers,
///   and even with 10,000 devices waiting a guesser who owns many addresses needs years for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    AccountAndSource,
    Source,
    AccountFromStrangers,
    AccountFromKnownDevice,
    AccountFromKnownDevices,
    SignUpsFromSource,
    MailsToAddress,
    MailsFromSource,
    UserCodesInSession,
    UserCodesOfAccount,
    UserCodesFromSource,
    UserCodesInAll,
    SecondFactorFromStrangers,
    SecondFactorFromKnownDevice,
    PasskeysFromSource,
}

impl Limit {
    fn allowed(self) -> u32 {
        match self {
            Limit::AccountAndSource
            | Limit::UserCodesInSession
            | Limit::SecondFactorFromStrangers
            | Limit::SecondFactorFromKnownDevice => 10,
            Limit::Source | Limit::PasskeysFromSource => 100,
            Limit::AccountFromStrangers
            | Limit::AccountFromKnownDevices
            | Limit::UserCodesFromSource => 50,
            Limit::UserCodesOfAccount => 30,
            Limit::UserCodesInAll => u32::MAX,
            Limit::AccountFromKnownDevice | Limit::SignUpsFromSource | Limit::MailsFromSource => 20,
            Limit::MailsToAddress => 5,
        }
    }
}

impl Limit {
    /// Whether it counts people who have nothing to do with each other.
    fn is_of_many(self) -> bool {
        [
            Limit::Source,
            Limit::PasskeysFromSource,
            Limit::UserCodesFromSource,
            Limit::UserCodesInAll,
        ]
        .contains(&self)
    }

    /// Whether a success takes back its own attempt and no other. Whoever guesses user codes can make right ones at
    /// will, with a device of their own.
    fn keeps_failures(self) -> bool {
        let own = [Limit::UserCodesInSession, Limit::UserCodesOfAccount];
        self.is_of_many() || own.contains(&self)
    }
}

/// One attempt to sign in, before anything is known about the account. Unknown addresses are counted like
/// known ones.
#[derive(Debug, Clone)]
pub struct Attempt {
    keys: Vec<(Limit, Digest)>,
    /// What those of its source are counted under in a day, if it may be a guess at somebody else's password.
    of_source: Option<Digest>,
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// Seconds until it is worth trying again.
    pub retry_after: i64,
    /// Because strangers guess at too many accounts: it is worth trying at once in a browser that the account knows.
    pub by_strangers: bool,
}

impl Throttled {
    /// For so many seconds, one at least.
    pub fn after(seconds: i64) -> Self {
        Throttled {
            retry_after: seconds.max(1),
            by_strangers: false,
        }
    }
}

impl Attempt {
    /// An attempt at the account of `email` from `source` (an address, or the /64 of an IPv6 one).
    /// `known_device`: the id of a browser that has proved that it was signed in to this very account before;
    /// each is counted apart, and all of them together.
    pub fn new(email: &str, source: &str, known_device: Option<&str>) -> Self {
        let email = email_key(email);
        let keys = match known_device {
            Some(device) => vec![
                key(Limit::AccountFromKnownDevice, &format!("{email}\n{device}")),
                key(Limit::AccountFromKnownDevices, &email),
            ],
            None => vec![
                key(Limit::AccountAndSource, &format!("{email}\n{source}")),
                key(Limit::AccountFromStrangers, &email),
                key(Limit::Source, source),
            ],
        };
        let of_source = known_device.is_none().then(|| guesses::key_of(source));
        Attempt { keys, of_source }
    }

    fn of(keys: Vec<(Limit, Digest)>) -> Self {
        Attempt {
            keys,
            of_source: None,
        }
    }

    /// If it may be a guess at somebody else's password, which is counted in all ([`guesses`]): what those of its source are
    /// counted under.
    pub fn by_stranger(&self) -> Option<Digest> {
        self.of_source
    }

    /// What its failures from the same source at the same account are counted under.
    fn guessed_at(&self) -> Option<Digest> {
        let own = self
            .keys
            .iter()
            .find(|(limit, _)| *limit == Limit::AccountAndSource);
        own.map(|(_, key)| *key)
    }

    /// An attempt at an account whose password is published: there is nothing to guess, so only the source is
    /// limited, and nobody can shut the others out.
    pub fn at_everyones(source: &str) -> Self {
        Self::of(vec![key(Limit::Source, source)])
    }

    /// An attempt to make an account from `source`.
    pub fn sign_up(source: &str) -> Self {
        Self::of(vec![key(Limit::SignUpsFromSource, source)])
    }

    /// An attempt from `source` to have a mail sent to `address`. Each purpose is counted apart, so that strangers who ask
    /// for one keep nobody from another.
    pub fn mail(purpose: LinkPurpose, address: &MailAddress, source: &str) -> Self {
        let to = format!("{}\n{}", purpose.name(), address.key());
        Self::of(vec![
            key(Limit::MailsToAddress, &to),
            key(Limit::MailsFromSource, source),
        ])
    }

    /// A guess at a device's user code, made in `session` of `subject`.
    pub fn user_code(session: Locator, subject: Subject, source: &str) -> Self {
        Self::of(vec![
            key(Limit::UserCodesInSession, &session.0.to_string()),
            key(Limit::UserCodesOfAccount, &subject.0.to_string()),
            key(Limit::UserCodesFromSource, source),
            key(Limit::UserCodesInAll, ""),
        ])
    }

    /// A code of the second factor of `subject`, after their password was right. Whoever knows it and guesses is counted apart
    /// from the browsers that were signed in to the account, so nobody is locked out by them for good; and recovery codes,
    /// which nobody guesses, are not counted here.
    pub fn second_factor(subject: Subject, source: &str, known_device: Option<&str>) -> Self {
        let keys = match known_device {
            // What others do behind the same address shuts no browser out that is known.
            Some(device) => {
                let text = format!("{}\n{device}", subject.0);
                vec![key(Limit::SecondFactorFromKnownDevice, &text)]
            }
            None => {
                let own = key(Limit::SecondFactorFromStrangers, &subject.0.to_string());
                vec![own, key(Limit::Source, source)]
            }
        };
        Self::of(keys)
    }

    /// A recovery code, of which nobody guesses one: the source is limited alone.
    pub fn recovery_code(source: &str) -> Self {
        Self::at_everyones(source)
    }

    /// A passkey, of which nobody guesses one: that is limited because looking at it costs something.
    pub fn passkey(source: &str) -> Self {
        Self::of(vec![key(Limit::PasskeysFromSource, source)])
    }

    /// What is counted.
    pub fn keys(&self) -> Vec<Digest> {
        self.keys.iter().map(|(_, key)| *key).collect()
    }

    /// Whether this mail, if it is admitted by the same counts, is the last to its address for now. Of those that are
    /// asked for at the same moment none may be.
    pub fn is_last_mail(&self, counts: &[Attempts], now: UnixTime) -> bool {
        self.keys.iter().zip(counts).any(|((limit, _), attempts)| {
            let before = match now.is_near(attempts.since, WINDOW) {
                true => attempts.count,
                false => 0,
            };
            *limit == Limit::MailsToAddress && before + 1 == limit.allowed()
        })
    }

    /// Admits the attempt, given the counts of [`keys`](Self::keys) in their order. The count is raised before
    /// the password is looked at, so guesses made at once are not free. `in_all`: how many guesses of strangers there may be in a
    /// day, of all accounts together, if that is limited.
    ///
    /// # Errors
    /// [`Throttled`] when any limit is reached.
    pub fn admit(
        &self,
        counts: &[Attempts],
        in_all: Option<u32>,
        now: UnixTime,
    ) -> Result<Transition, Throttled> {
        let counted = || self.keys.iter().zip(counts);
        let is_over = |attempts: &Attempts, allowed: u32| {
            now.is_near(attempts.since, WINDOW) && attempts.count >= allowed
        };
        let crowded = counted().any(|((limit, _), attempts)| {
            *limit == Limit::UserCodesInAll && is_over(attempts, MANY_USER_CODES)
        });
        let reached = counted().filter(|((limit, _), attempts)| {
            let allowed = match crowded && !limit.is_of_many() {
                true => limit.allowed().min(IN_A_CROWD),
                false => limit.allowed(),
            };
            is_over(attempts, allowed)
        });
        let wait = reached
            .map(|(_, attempts)| now.seconds_until(attempts.since.plus(WINDOW)))
            .max();
        match wait {
            Some(retry_after) => Err(Throttled::after(retry_after)),
            None => Ok(self.count(in_all)),
        }
    }

    fn count(&self, in_all: Option<u32>) -> Transition {
        let keys = self.keys.iter().map(|(limit, key)| (*key, limit.allowed()));
        let by_stranger = self.of_source.zip(in_all);
        let in_a_day = by_stranger.map(|(of_source, most)| {
            let share = guesses::share_of(most);
            [(guesses::key(), most), (of_source, share)]
        });
        Transition::Throttle(ThrottleChange::Count {
            keys: keys.collect(),
            window: WINDOW,
            in_a_day: in_a_day.into_iter().flatten().collect(),
        })
    }

    /// What a success forgets: every failure of the account, of what many people share this attempt alone, and of what
    /// strangers guessed in all those at this account from the same source.
    pub fn succeeded(&self) -> Transition {
        let of = |shared: bool| {
            let kept = self
                .keys
                .iter()
                .filter(move |(limit, _)| limit.keeps_failures() == shared);
            kept.map(|(_, key)| *key).collect()
        };
        Transition::Throttle(ThrottleChange::Clear {
            own: of(false),
            shared: of(true),
            in_a_day: self.in_a_day(),
            as_many_as: self.guessed_at(),
        })
    }

    /// What an attempt forgets at which nobody looked, because too much was asked at once: itself.
    pub fn not_looked_at(&self) -> Transition {
        Transition::Throttle(ThrottleChange::Clear {
            own: Vec::new(),
            shared: self.keys(),
            in_a_day: self.in_a_day(),
            as_many_as: None,
        })
    }

    fn in_a_day(&self) -> Vec<Digest> {
        let both = self.of_source.map(|of_source| [guesses::key(), of_source]);
        both.into_iter().flatten().collect()
    }
}

fn key(limit: Limit, text: &str) -> (Limit, Digest) {
    (limit, Digest::of(format!("{limit:?}\n{text}").as_bytes()))
}

/// A browser that signs in.
pub struct SigningIn<'a> {
    /// What it calls itself.
    pub user_agent: &'a str,
    /// Its name, the same over several sign-ins.
    pub device: &'a str,
    /// What only this browser knows, and the server's key: what its cookie is made from.
    pub secrets: (&'a str, &'a Key),
    /// The session that it has so far.
    pub session: Option<Locator>,
    /// What its person proved.
    pub proof: Proof<'a>,
}

/// That a person proved elsewhere who they are.
#[derive(Debug, Clone, Copy)]
pub struct HandedOff<'a> {
    /// What was answered, which is used up.
    pub answer: Locator,
    /// When they proved it.
    pub auth_time: UnixTime,
    /// How, separated by spaces.
    pub methods: &'a str,
    /// The passkey that was proved here after it.
    pub passkey: Option<Locator>,
}

/// How long after a browser was signed in the same form posted again is taken for the first.
const AGAIN: Lifetime = Lifetime::from_seconds(10);

impl SigningIn<'_> {
    /// The value of the cookie of a session: the same for whoever posts the form twice.
    fn cookie(&self, id: Locator) -> TokenText {
        let (browser, key) = self.secrets;
        let secret = key.derive(&[b"session", browser.as_bytes(), &id.0.to_be_bytes()]);
        TokenText::new(SESSION_PREFIX, id.0, &secret)
    }

    /// The cookie's value of the session that this browser began a moment ago, if it is among these.
    pub fn begun_already(&self, sessions: &[ListedSession], now: UnixTime) -> Option<TokenText> {
        let lately = sessions.iter().map(|listed| &listed.session);
        let lately = lately.filter(|session| now <= session.auth_time.plus(AGAIN));
        lately
            .filter(|session| session.device.as_deref() == Some(self.device))
            .map(|session| (session, self.cookie(session.id)))
            .find(|(session, cookie)| session.digest == cookie.digest())
            .map(|(_, cookie)| cookie)
    }
}

/// Starts a session for a person who proved who they are. Returns the cookie's value. The browser's earlier
/// session, if any, ends: an id never survives a sign-in. Its life counts from this proof, whatever the earlier one had left.
/// `told`: the person hears of it by mail, because the browser was not known.
pub fn start_session<M: Mint>(
    person: &Person,
    browser: &SigningIn<'_>,
    told: bool,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> (TokenText, Transition) {
    let id = mint.locator();
    let cookie = browser.cookie(id);
    let (said, handed_off) = (browser.user_agent.chars(), browser.proof.handed_off());
    let session = Session {
        id,
        digest: cookie.digest(),
        subject: person.subject,
        auth_time: browser.proof.auth_time(now),
        expires_at: now.plus(policy.accounts.session_idle),
        browser: said.filter(|c| !deceives(*c)).take(MAX_BROWSER).collect(),
        device: Some(browser.device.to_owned()),
        methods: browser.proof.methods().map(str::to_owned),
    };
    let notice = told
        .then(|| notice(LinkPurpose::NewDevice, person, now, mint))
        .flatten();
    let notice = notice.map(|notice| Box::new(notice.ending(&session)));
    let transition = Transition::Session(SessionChange::Start {
        password: person.password.clone(),
        session,
        ends_at: now.plus(policy.accounts.session),
        // A ticket works once, so it needs no such guard.
        alone_since: handed_off
            .is_none()
            .then(|| Locator::first_at(now.minus(AGAIN))),
        ends: browser.session,
        answer: handed_off.map(|by| by.answer),
        passkey: browser.proof.passkey(),
        notice,
    });
    (cookie, transition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(attempt: &Attempt) -> Vec<Limit> {
        attempt.keys.iter().map(|(limit, _)| *limit).collect()
    }

    #[test]
    fn the_source_counts_where_the_browser_is_not_known() {
        let attempts = [
            Attempt::new("ada@example.com", "192.0.2.1", None),
            Attempt::at_everyones("192.0.2.1"),
        ];
        for attempt in attempts {
            assert!(counted(&attempt).contains(&Limit::Source), "{attempt:?}");
        }
        let known = Attempt::new("ada@example.com", "192.0.2.1", Some("device"));
        assert!(!counted(&known).contains(&Limit::Source) && known.by_stranger().is_none());
    }

    #[test]
    fn whoever_guesses_passwords_behind_an_address_takes_no_passkey_from_others() {
        let (key, code) = (
            Attempt::passkey("192.0.2.1"),
            Attempt::recovery_code("192.0.2.1"),
        );
        let guess = Attempt::new("ada@example.com", "192.0.2.1", None);
        let shared = |one: &Attempt| one.keys().iter().any(|key| guess.keys().contains(key));
        assert!(!shared(&key) && shared(&code));
        assert_ne!(key.keys(), Attempt::passkey("192.0.2.2").keys());
        // One that is right takes back itself alone.
        let Transition::Throttle(ThrottleChange::Clear { own, shared, .. }) = key.succeeded()
        else {
            panic!("it is");
        };
        assert!(own.is_empty() && shared == key.keys());
    }

    #[test]
    fn known_devices_are_counted_each_and_together() {
        let of = |email: &str, device| Attempt::new(email, "192.0.2.1", Some(device));
        let (one, two) = (of("ada@example.com", "1"), of("ada@example.com", "2"));
        let same: Vec<_> = one.keys().into_iter().zip(two.keys()).collect();
        assert_ne!(same[0].0, same[0].1, "each for itself");
        assert_eq!(same[1].0, same[1].1, "all of the account");
        assert!(!of("ben@example.com", "1").keys().contains(&same[1].0));
        let full = |count| Attempts {
            count,
            since: UnixTime(1_000),
        };
        let counts = [full(0), full(50)];
        assert!(one.admit(&counts, None, UnixTime(1_010)).is_err());
    }

    #[test]
    fn the_fifth_mail_to_an_address_is_the_last_for_now() {
        let address = MailAddress::parse("ada@example.com").unwrap();
        let mail = Attempt::mail(LinkPurpose::Recovery, &address, "192.0.2.1");
        let of = |count, since| Attempts {
            count,
            since: UnixTime(since),
        };
        for (to_address, from_source, is_last) in [(0, 0, false), (3, 9, false), (4, 9, true)] {
            let counts = [of(to_address, 1_000), of(from_source, 1_000)];
            assert!(mail.admit(&counts, None, UnixTime(1_010)).is_ok());
            assert_eq!(mail.is_last_mail(&counts, UnixTime(1_010)), is_last);
        }
        // What was counted long ago counts no more.
        let counts = [of(4, 1_000), of(0, 1_000)];
        assert!(!mail.is_last_mail(&counts, UnixTime(1_000).plus(WINDOW)));
        let sign_in = Attempt::new("ada@example.com", "192.0.2.1", None);
        assert!(!sign_in.is_last_mail(&[of(4, 1_000); 3], UnixTime(1_010)));
    }

    #[test]
    fn an_address_has_one_throttle_in_every_spelling() {
        let keys = |email: &str| Attempt::new(email, "192.0.2.1", None).keys();
        let spelled = ["Ada@xn--bcher-kva.example", "ada@BÜCHER.example."];
        for email in spelled {
            assert_eq!(keys(email), keys("ada@bücher.example"), "{email}");
        }
    }
}
