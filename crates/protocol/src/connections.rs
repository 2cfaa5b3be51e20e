//! What people take back from apps: for a while, for good, and whether that can be taken back.
use crate::accounts::mail_link::{LinkMail, LinkPurpose};
use crate::accounts::mailbox;
use crate::decision::Mint;
use crate::transition::{ConnectionChange, ConnectionStep, Narrowing};
use crate::types::{
    ClientRowId, Connection, ConnectionState, End, Lifetime, Locator, Narrowed, Person, Scope,
    UnixTime,
};

/// How long an end can be taken back.
pub const RESTORABLE: Lifetime = Lifetime::from_days(1);

/// What somebody wants to become of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Keep the app out for a while.
    Pause,
    /// Let it in again.
    Resume,
    /// Take its access away.
    End,
    /// Take that back.
    Restore,
}

impl Wish {
    /// All of them.
    pub const ALL: [Wish; 4] = [Wish::Pause, Wish::Resume, Wish::End, Wish::Restore];

    /// The word for it, in forms and commands.
    pub fn name(self) -> &'static str {
        match self {
            Wish::Pause => "pause",
            Wish::Resume => "resume",
            Wish::End => "end",
            Wish::Restore => "restore",
        }
    }

    /// Whether it lets the app in.
    pub fn lets_in(self) -> bool {
        match self {
            Wish::Resume | Wish::Restore => true,
            Wish::Pause | Wish::End => false,
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }
}

/// The change that fulfils a wish; `None` where nothing is to be done, or it is too late: an end that was a day ago is
/// final.
pub fn change<M: Mint>(
    wish: Wish,
    connection: &Connection,
    mint: &M,
    now: UnixTime,
) -> Option<ConnectionChange> {
    let step = match (wish, connection.state) {
        (Wish::Pause, ConnectionState::Active) => ConnectionStep::Pause(now),
        (Wish::Resume, ConnectionState::Paused(_)) => ConnectionStep::Resume,
        (Wish::End, ConnectionState::Active | ConnectionState::Paused(_)) => {
            ConnectionStep::End(End(mint.locator()))
        }
        (Wish::Restore, ConnectionState::Ended(end)) if is_restorable(end, now) => {
            ConnectionStep::Restore {
                end,
                at: mint.locator(),
            }
        }
        _ => return None,
    };
    Some(ConnectionChange {
        key: connection.key(),
        step,
        link: None,
    })
}

/// The change that takes one scope away from an app; `None` if it has no such scope, or no other: then it is to be removed.
pub fn narrow<M: Mint>(connection: &Connection, name: &str, mint: &M) -> Option<ConnectionChange> {
    if matches!(connection.state, ConnectionState::Ended(_)) {
        return None;
    }
    let without = |scope: &Scope| -> Scope { scope.names().filter(|own| *own != name).collect() };
    let (all, left) = (connection.access(), without(&connection.access()));
    if left == all || left.is_empty() {
        return None;
    }
    // What those lost that were narrowed before does not come back to them.
    let earlier = connection.narrowed.as_ref();
    let not_before = earlier
        .filter(|earlier| !earlier.scope.covers(&left))
        .map_or(Locator(0), |earlier| earlier.before);
    let narrowing = Narrowing {
        was: connection.scope.clone(),
        scope: without(&connection.scope),
        earlier: without(&connection.earlier),
        narrowed: Narrowed::to(left, mint.locator()),
        not_before,
    };
    Some(ConnectionChange {
        key: connection.key(),
        step: ConnectionStep::Narrow(narrowing),
        link: None,
    })
}

/// What an app may do already, whatever it is allowed now: its tokens have that, so its person is shown it.
pub fn earlier(known: Option<&Connection>) -> Scope {
    let lasts = |known: &&Connection| !matches!(known.state, ConnectionState::Ended(_));
    known
        .filter(lasts)
        .map_or_else(Scope::default, Connection::access)
}

/// Whether an end can still be taken back.
pub fn is_restorable(End(end): End, now: UnixTime) -> bool {
    now.is_near(end.time(), RESTORABLE)
}

/// The mail that tells a person of an app which they let in for the first time, or again after they removed it. None goes
/// to an address that is not proved.
pub fn notice<M: Mint>(
    person: &Person,
    (client, organization): (ClientRowId, Option<Locator>),
    before: Option<&Connection>,
    now: UnixTime,
    mint: &M,
) -> Option<Box<LinkMail>> {
    let is_new = match before.map(|before| before.state) {
        None | Some(ConnectionState::Ended(_)) => true,
        Some(ConnectionState::Active | ConnectionState::Paused(_)) => false,
    };
    let mail = is_new.then(|| mailbox::notice(LinkPurpose::AppConnected, person, now, mint));
    Some(Box::new(mail.flatten()?.removing(client, organization)))
}
