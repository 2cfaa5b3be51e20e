//! The outbox: what is addressed to one recipient, such as a mail, waits in a row that was written in the transaction
//! of the change which it tells of, and a job delivers it.
//!
//! A payload says whom and what it is about, and no more: numbers of rows, addresses, counts. It holds no secret and no
//! link, because it is kept, listed and copied into backups; a job makes the link when it sends. [`Payload`] is sealed
//! for that reason: whoever adds one reads this.
mod gone;
mod payload;

pub use gone::{Gone, gone};
pub use payload::{
    BackChannelLogout, DeletedMail, DeveloperMail, DomainLostMail, InvitationMail, LinkMailPayload,
    Payload, ReviewMail, ReviewTold, SecretEndMail, TestMail, TransferMail,
};

use crate::decision::Mint;
use crate::transition::OutboxChange;
use crate::types::text::shortened;
use crate::types::{Lifetime, Locator, MailAddress, UnixTime};

/// What a message is for, and so which job delivers it. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A mail that shows that mail works.
    TestMail,
    /// A mail with a link that acts on an account.
    LinkMail,
    /// A mail that asks somebody to join an organization.
    InvitationMail,
    /// A mail that tells somebody that they may register apps.
    DeveloperMail,
    /// A mail that offers somebody an app.
    TransferMail,
    /// A mail that tells a developer of the end of a secret.
    SecretEndMail,
    /// A mail that tells an owner that a domain counts as proved no more.
    DomainLostMail,
    /// A mail about a request for review.
    ReviewMail,
    /// A mail that tells of an account that is gone.
    DeletedMail,
    /// A call that tells an app of the end of a session.
    BackChannelLogout,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 10] = [
        Kind::TestMail,
        Kind::LinkMail,
        Kind::InvitationMail,
        Kind::DeveloperMail,
        Kind::TransferMail,
        Kind::SecretEndMail,
        Kind::DomainLostMail,
        Kind::ReviewMail,
        Kind::DeletedMail,
        Kind::BackChannelLogout,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::TestMail => "mail.test",
            Kind::LinkMail => "mail.link",
            Kind::InvitationMail => "mail.invitation",
            Kind::DeveloperMail => "mail.developer",
            Kind::TransferMail => "mail.transfer",
            Kind::SecretEndMail => "mail.secret_end",
            Kind::DomainLostMail => "mail.domain_lost",
            Kind::ReviewMail => "mail.review",
            Kind::DeletedMail => "mail.account_deleted",
            Kind::BackChannelLogout => "logout.back_channel",
        }
    }

    /// Reads a name; `None` for one that only another version knows.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What the destinations begin with that are servers of apps.
const APP: &str = "app:";

/// What messages are kept in order for: those to the same destination are delivered one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Destination(String);

impl Destination {
    /// A mailbox, however its address is spelled.
    pub fn mailbox(address: &MailAddress) -> Self {
        Destination(format!("mail:{}", address.key()))
    }

    /// An app. Whatever it is told waits in one line, so that one whose server hangs keeps nobody else waiting.
    pub fn app(client: i64) -> Self {
        Destination(format!("{APP}{client}"))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message as a transition means it. Messages to one destination are delivered in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    id: Locator,
    kind: Kind,
    destination: Destination,
    payload: String,
}

impl Message {
    /// A message with an id of its own.
    pub fn new<P: Payload>(payload: &P, mint: &impl Mint) -> Self {
        Message {
            id: mint.locator(),
            kind: P::KIND,
            destination: payload.destination(),
            // Numbers and texts can always be written.
            payload: serde_json::to_string(payload).unwrap_or_default(),
        }
    }

    /// The same message, which says something else to the same recipient.
    #[must_use]
    pub(crate) fn saying<P: Payload>(self, payload: &P) -> Self {
        Message {
            payload: serde_json::to_string(payload).unwrap_or_default(),
            ..self
        }
    }

    /// Its id, which no other message ever has.
    pub fn id(&self) -> Locator {
        self.id
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it goes.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// What its job has to know, as JSON.
    pub fn payload(&self) -> &str {
        &self.payload
    }
}

/// A message that was written and not delivered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: Locator,
    /// The name of its kind. Text, so that what a later version wrote can be shown.
    pub kind: String,
    /// Where it goes.
    pub destination: String,
    /// What its job has to know, as JSON.
    pub payload: String,
    /// When it was written.
    pub created_at: UnixTime,
    /// When it is tried next.
    pub due_at: UnixTime,
    /// How often it was tried in vain since it was written, or since an operator had it tried anew: 0 of a dead letter,
    /// 1 of one that waited.
    pub attempts: u32,
    /// Why it could not be delivered the last time: one line.
    pub last_error: Option<String>,
    /// Since when it is a dead letter: not tried any more unless an operator says so.
    pub dead_at: Option<UnixTime>,
}

/// How long a dead letter is kept.
pub const DEAD_KEPT: Lifetime = Lifetime::from_days(30);

/// The longest time between two attempts, but for the jitter.
pub const LONGEST_WAIT: Lifetime = Lifetime::from_minutes(60);
/// Seconds before the second attempt, but for the jitter.
const FIRST_WAIT: i64 = 5;
/// Attempts after which a message is given up: the waits between them add up to about a day.
const MOST_ATTEMPTS: u32 = 34;
/// The longest reason that is kept, in characters.
const MAX_ERROR: usize = 200;

/// What becomes of a message that could not be delivered: it is tried again after twice the time that it waited before,
/// and given up after about a day. `random` spreads what failed at the same moment over a tenth of that time.
pub fn not_delivered(entry: &Entry, why: &str, now: UnixTime, random: u8) -> OutboxChange {
    match entry.attempts.saturating_add(1) < MOST_ATTEMPTS {
        true => OutboxChange::Defer {
            id: entry.id,
            attempts: entry.attempts,
            due_at: now.plus(wait_after(entry.attempts, random)),
            why: kept(why),
        },
        false => given_up(entry, why, now),
    }
}

/// A message that will not be delivered by trying again becomes a dead letter.
pub fn given_up(entry: &Entry, why: &str, now: UnixTime) -> OutboxChange {
    OutboxChange::GiveUp {
        id: entry.id,
        attempts: entry.attempts,
        dead_at: now,
        why: kept(why),
    }
}

/// How long is waited after an attempt before which there were `earlier` ones.
fn wait_after(earlier: u32, random: u8) -> Lifetime {
    let doubled = FIRST_WAIT << earlier.min(16);
    let wait = doubled.min(LONGEST_WAIT.seconds());
    let jitter = wait * i64::from(random) / (10 * 255);
    Lifetime::from_seconds(u32::try_from(wait + jitter).unwrap_or(u32::MAX))
}

/// A reason as it is kept: others wrote it, and it is shown on terminals.
fn kept(why: &str) -> String {
    shortened(why.trim(), MAX_ERROR)
}

/// Mails to an address that show that mail works.
pub fn test_mails(to: &MailAddress, copies: u16, mint: &impl Mint) -> OutboxChange {
    let message = |copy| {
        let to = to.clone();
        Message::new(&TestMail { to, copy, copies }, mint)
    };
    OutboxChange::TestMail((1..=copies).map(message).collect())
}

impl Entry {
    /// Whether it goes to a server of an app, which may be slow on purpose.
    pub fn is_to_app(&self) -> bool {
        self.destination.starts_with(APP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Counter, NOW};

    fn counter() -> Counter {
        Counter::starting_at(NOW)
    }

    fn test_mail(copy: u16) -> TestMail {
        TestMail {
            to: MailAddress::parse("Ada@example.com").unwrap(),
            copy,
            copies: 9,
        }
    }

    fn entry(attempts: u32) -> Entry {
        Entry {
            id: Locator(7),
            kind: Kind::TestMail.name().to_owned(),
            destination: "mail:ada@example.com".to_owned(),
            payload: "{}".to_owned(),
            created_at: UnixTime(0),
            due_at: UnixTime(0),
            attempts,
            last_error: None,
            dead_at: None,
        }
    }

    #[test]
    fn every_kind_is_read_back_by_its_own_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
        }
        assert_eq!(Kind::parse("mail.of_tomorrow"), None);
    }

    #[test]
    fn no_payload_holds_a_link_or_a_text_as_long_as_a_secret() {
        for kind in Kind::ALL {
            let message = match kind {
                Kind::TestMail => Message::new(&test_mail(1), &counter()),
                Kind::LinkMail => {
                    let to = test_mail(1).to;
                    Message::new(&LinkMailPayload { to, last: true }, &counter())
                }
                Kind::InvitationMail => {
                    let (to, invitation) = (test_mail(1).to, i64::MAX);
                    Message::new(&InvitationMail { to, invitation }, &counter())
                }
                Kind::DeveloperMail => {
                    let to = test_mail(1).to;
                    Message::new(&DeveloperMail { to }, &counter())
                }
                Kind::TransferMail => {
                    let (to, transfer) = (test_mail(1).to, i64::MAX);
                    Message::new(&TransferMail { to, transfer }, &counter())
                }
                Kind::SecretEndMail => {
                    let (client, secret) = (i64::MAX, i64::MAX);
                    let to = test_mail(1).to;
                    Message::new(&SecretEndMail { to, client, secret }, &counter())
                }
                Kind::DomainLostMail => {
                    let (to, organization) = (test_mail(1).to, i64::MAX);
                    Message::new(&DomainLostMail { to, organization }, &counter())
                }
                Kind::ReviewMail => {
                    let mail = ReviewMail {
                        to: test_mail(1).to,
                        request: i64::MAX,
                        told: ReviewTold::AskedBack,
                    };
                    Message::new(&mail, &counter())
                }
                Kind::BackChannelLogout => {
                    let (client, session, subject) = (i64::MAX, i64::MAX, i64::MAX);
                    let told = BackChannelLogout {
                        client,
                        session,
                        subject,
                    };
                    Message::new(&told, &counter())
                }
                Kind::DeletedMail => {
                    let (to, language) = (test_mail(1).to, Some("de".to_owned()));
                    Message::new(&DeletedMail { to, language }, &counter())
                }
            };
            let payload = message.payload();
            assert!(!payload.contains("://"), "{payload}");
            let longest = payload.split('"').map(str::len).max();
            assert!(longest < Some(40) && payload.len() < 500, "{payload}");
        }
    }

    #[test]
    fn whatever_an_app_is_told_waits_in_one_line() {
        let told = |session| BackChannelLogout {
            client: 7,
            session,
            subject: 3,
        };
        assert_eq!(told(1).destination(), told(2).destination());
        let waiting = |destination: &str| Entry {
            destination: destination.to_owned(),
            ..entry(0)
        };
        assert!(waiting(told(1).destination().as_str()).is_to_app());
        assert!(!waiting(test_mail(1).destination().as_str()).is_to_app());
    }

    #[test]
    fn a_payload_is_read_back_and_what_is_none_is_not() {
        let message = Message::new(&test_mail(3), &counter());
        let written = r#"{"to":"Ada@example.com","copy":3,"copies":9}"#;
        assert_eq!(message.payload(), written);
        let read: TestMail = serde_json::from_str(written).unwrap();
        assert_eq!(read, test_mail(3));
        let odd = r#"{"to":"ada@example.com\r\nBcc: eve@example.com","copy":1,"copies":1}"#;
        assert!(serde_json::from_str::<TestMail>(odd).is_err());
        assert_eq!(message.destination().as_str(), "mail:ada@example.com");
    }

    #[test]
    fn waits_double_up_to_an_hour_and_end_after_about_a_day() {
        let mut waited = 0;
        for attempts in 0.. {
            match not_delivered(&entry(attempts), "busy", UnixTime(100), 128) {
                OutboxChange::Defer { due_at, .. } => {
                    let wait = due_at.0 - 100;
                    assert!((5..=3_960).contains(&wait), "{attempts}: {wait}");
                    waited += wait;
                }
                OutboxChange::GiveUp { dead_at, why, .. } => {
                    assert_eq!((dead_at, why.as_str()), (UnixTime(100), "busy"));
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        let hours = waited / 3_600;
        assert!((23..=26).contains(&hours), "{hours} hours");
        assert_eq!(wait_after(0, 0).seconds(), 5);
        assert_eq!(wait_after(3, 0).seconds(), 40);
        assert_eq!(wait_after(u32::MAX, 255).seconds(), 3_960);
    }

    #[test]
    fn what_others_say_is_kept_short_and_plain() {
        let why = format!("no\r\n\u{202e}{}", "x".repeat(1_000));
        let OutboxChange::GiveUp { why, .. } = given_up(&entry(0), &why, UnixTime(1)) else {
            panic!("it is given up");
        };
        assert!(why.chars().count() <= MAX_ERROR + 1, "{why}");
        assert!(why.starts_with("no\\r\\n\\u{202e}x"), "{why}");
    }

    #[test]
    fn test_mails_are_numbered_in_order() {
        let change = test_mails(&test_mail(1).to, 3, &counter());
        let ids: Vec<_> = change.messages().iter().map(Message::id).collect();
        let same = counter();
        assert_eq!(ids, [(); 3].map(|()| same.locator()));
    }
}
