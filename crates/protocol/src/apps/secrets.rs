//! Several secrets of one app, so that one is replaced while the other still works.
use crate::decision::{Decision, Mint};
use crate::outbox::{Message, SecretEndMail};
use crate::register::new_secret;
use crate::transition::{AppChange, SecretChange, Transition};
use crate::types::text::is_plain;
use crate::types::{Client, ClientKind, Lifetime, Locator, MailAddress, StoredSecret, UnixTime};

/// The most secrets of an app that work at a time.
pub const MAX_SECRETS: usize = 5;
/// Longest name of a secret, in characters.
pub const MAX_SECRET_NAME: usize = 80;
/// How long the others go on working after a rotation, in hours.
pub const DEFAULT_OVERLAP: u32 = 24;
/// The longest that they do, in hours.
pub const MAX_OVERLAP: u32 = 168;

/// A secret that is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSecret {
    /// What its developer calls it; may be empty.
    pub name: String,
    /// Its end, if it is to have one.
    pub expires_at: Option<UnixTime>,
}

/// A new secret: its text is told once.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The secret, never to be seen again.
    pub text: String,
    /// What is stored of it.
    pub stored: StoredSecret,
}

impl Issued {
    fn called(self, name: String, expires_at: Option<UnixTime>) -> Self {
        let Issued { text, stored } = self;
        let stored = StoredSecret {
            name,
            expires_at,
            ..stored
        };
        Issued { text, stored }
    }
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issued({:?})", self.stored.id)
    }
}

/// Why nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretError {
    /// A public app has none.
    PublicApp,
    /// An app that signs assertions has none.
    Keys,
    /// The published credentials are everyone's.
    Documented,
    /// As many work as may.
    TooMany,
    /// It is the last that works, and nobody said that this is meant.
    Last,
    /// The app has no such secret.
    Unknown,
    /// The name is too long, or cannot be shown.
    Name,
    /// The end is not to come.
    Expiry,
    /// The overlap is longer than may be.
    Overlap,
    /// It was made already: what asks for it came twice.
    Twice,
}

impl SecretError {
    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::PublicApp => "a public app has no secret",
            Self::Keys => "this app authenticates by its keys: it has no secret",
            Self::Documented => "this app is everyone's: its secret cannot be changed",
            Self::TooMany => "an app has at most five secrets that work: revoke one first",
            Self::Last => "this is the last secret that works: add another first, or force it",
            Self::Unknown => "the app has no such secret",
            Self::Name => "a secret's name has at most 80 characters that can all be seen",
            Self::Expiry => "a secret ends at a time to come",
            Self::Overlap => "an overlap is 0 to 168 hours",
            Self::Twice => "this secret was made already",
        }
    }
}

/// Adds a secret. What comes twice, with the same `mint`, makes one. Guard: the app is still as it was read.
pub fn add<M: Mint>(
    client: &Client,
    new: NewSecret,
    now: UnixTime,
    mint: &M,
) -> Decision<Issued, SecretError> {
    let issued = issue(client, now, mint);
    let checked = changeable(client).and_then(|()| {
        is_new(client, &issued)?;
        let room = live(client, now).count() < MAX_SECRETS;
        let to_come = new.expires_at.is_none_or(|end| now < end);
        match (room, to_come) {
            (false, _) => Err(SecretError::TooMany),
            (_, false) => Err(SecretError::Expiry),
            _ => named(&new.name),
        }
    });
    match checked {
        Ok(name) => {
            let issued = issued.called(name, new.expires_at);
            let transition = AppChange::Secret(SecretChange::Add {
                client: client.no,
                version: client.version,
                secret: issued.stored.clone(),
            });
            Decision::grant(Transition::App(transition), issued)
        }
        Err(error) => Decision::refuse(error),
    }
}

/// Takes a secret away at once; the last one that works only when that is said. Guard: the app is still as it was read.
pub fn revoke(
    client: &Client,
    id: Locator,
    force: bool,
    now: UnixTime,
) -> Decision<(), SecretError> {
    if let Err(error) = changeable(client) {
        return Decision::refuse(error);
    }
    if !client.secrets.iter().any(|secret| secret.id == id) {
        return Decision::refuse(SecretError::Unknown);
    }
    let works = live(client, now).any(|secret| secret.id == id);
    if works && live(client, now).count() == 1 && !force {
        return Decision::refuse(SecretError::Last);
    }
    let transition = AppChange::Secret(SecretChange::Revoke {
        client: client.no,
        version: client.version,
        secret: id,
    });
    Decision::grant(Transition::App(transition), ())
}

/// Makes a new secret and gives every other an end `overlap` hours from now; what ends sooner still does. What comes
/// twice, with the same `mint`, makes one. Guard: the app is still as it was read.
pub fn rotate<M: Mint>(
    client: &Client,
    name: String,
    overlap: u32,
    now: UnixTime,
    mint: &M,
) -> Decision<Issued, SecretError> {
    let issued = issue(client, now, mint);
    let checked = changeable(client).and_then(|()| {
        is_new(client, &issued)?;
        let room = overlap == 0 || live(client, now).count() < MAX_SECRETS;
        match (overlap <= MAX_OVERLAP, room) {
            (false, _) => Err(SecretError::Overlap),
            (_, false) => Err(SecretError::TooMany),
            _ => named(&name),
        }
    });
    match checked {
        Ok(name) => {
            let issued = issued.called(name, None);
            let transition = AppChange::Secret(SecretChange::Rotate {
                client: client.no,
                version: client.version,
                secret: issued.stored.clone(),
                others_end: now.plus(Lifetime::from_minutes(overlap * 60)),
            });
            Decision::grant(Transition::App(transition), issued)
        }
        Err(error) => Decision::refuse(error),
    }
}

/// How long before its end the developers are told.
pub const WARNING: Lifetime = Lifetime::from_days(7);

/// Tells developers that a secret ends; `None` when there is nothing to tell, or nobody.
pub fn warn<M: Mint>(
    client: &Client,
    id: Locator,
    to: Vec<MailAddress>,
    now: UnixTime,
    mint: &M,
) -> Option<Transition> {
    live(client, now).find(|secret| secret.id == id && secret.expires_at.is_some())?;
    let mail = |to| {
        let (client, secret) = (client.no.0, id.0);
        Message::new(&SecretEndMail { to, client, secret }, mint)
    };
    let mails: Vec<Message> = to.into_iter().map(mail).collect();
    (!mails.is_empty()).then_some(Transition::App(AppChange::Secret(
        SecretChange::WarnOfEnd {
            client: client.no,
            secret: id,
            mails,
        },
    )))
}

fn changeable(client: &Client) -> Result<(), SecretError> {
    match (client.kind, client.documented) {
        (ClientKind::Public, _) => Err(SecretError::PublicApp),
        (ClientKind::Confidential, true) => Err(SecretError::Documented),
        (ClientKind::Confidential, false) if client.keys.is_some() => Err(SecretError::Keys),
        (ClientKind::Confidential, false) => Ok(()),
    }
}

fn live(client: &Client, now: UnixTime) -> impl Iterator<Item = &StoredSecret> {
    client
        .secrets
        .iter()
        .filter(move |secret| secret.is_live(now))
}

fn named(name: &str) -> Result<String, SecretError> {
    let name = name.trim();
    match name.chars().count() <= MAX_SECRET_NAME && is_plain(name) {
        true => Ok(name.to_owned()),
        false => Err(SecretError::Name),
    }
}

/// Whether the app does not have this very secret.
fn is_new(client: &Client, issued: &Issued) -> Result<(), SecretError> {
    let digest = &issued.stored.digest;
    match client.secrets.iter().any(|own| own.digest == *digest) {
        true => Err(SecretError::Twice),
        false => Ok(()),
    }
}

fn issue<M: Mint>(client: &Client, now: UnixTime, mint: &M) -> Issued {
    let (text, stored) = new_secret(client.side, now, mint);
    Issued { text, stored }
}
