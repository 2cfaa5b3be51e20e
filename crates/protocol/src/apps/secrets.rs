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
    settled(adding(client, new, now, mint))
}

/// The same along with another change.
///
/// # Errors
/// Why not.
pub fn adding<M: Mint>(
    client: &Client,
    new: NewSecret,
    now: UnixTime,
    mint: &M,
) -> Result<(SecretChange, Issued), SecretError> {
    changeable(client)?;
    let issued = issue(client, now, mint);
    is_new(client, &issued)?;
    if live(client, now).count() >= MAX_SECRETS {
        return Err(SecretError::TooMany);
    }
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(SecretError::Expiry);
    }
    let issued = issued.called(named(&new.name)?, new.expires_at);
    let change = SecretChange::Add {
        client: client.no,
        version: client.version,
        secret: issued.stored.clone(),
    };
    Ok((change, issued))
}

fn settled<T>(change: Result<(SecretChange, T), SecretError>) -> Decision<T, SecretError> {
    match change {
        Ok((change, reply)) => Decision::grant(Transition::App(AppChange::Secret(change)), reply),
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
    settled(revoking(client, id, force, now).map(|change| (change, ())))
}

/// The same along with another change.
///
/// # Errors
/// Why not.
pub fn revoking(
    client: &Client,
    id: Locator,
    force: bool,
    now: UnixTime,
) -> Result<SecretChange, SecretError> {
    changeable(client)?;
    if !client.secrets.iter().any(|secret| secret.id == id) {
        return Err(SecretError::Unknown);
    }
    let works = live(client, now).any(|secret| secret.id == id);
    if works && live(client, now).count() == 1 && !force {
        return Err(SecretError::Last);
    }
    Ok(SecretChange::Revoke {
        client: client.no,
        version: client.version,
        secret: id,
    })
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
    settled(rotating(client, &name, overlap, now, mint))
}

fn rotating<M: Mint>(
    client: &Client,
    name: &str,
    overlap: u32,
    now: UnixTime,
    mint: &M,
) -> Result<(SecretChange, Issued), SecretError> {
    changeable(client)?;
    let issued = issue(client, now, mint);
    is_new(client, &issued)?;
    if overlap > MAX_OVERLAP {
        return Err(SecretError::Overlap);
    }
    if overlap != 0 && live(client, now).count() >= MAX_SECRETS {
        return Err(SecretError::TooMany);
    }
    let issued = issued.called(named(name)?, None);
    let change = SecretChange::Rotate {
        client: client.no,
        version: client.version,
        secret: issued.stored.clone(),
        others_end: now.plus(Lifetime::from_minutes(overlap * 60)),
    };
    Ok((change, issued))
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
