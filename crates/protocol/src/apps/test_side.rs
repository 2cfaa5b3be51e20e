//! The test side of an app: an app of its own on the other side, with credentials, people and tokens of its own. What
//! people and administrators are told of the app, what it may ask for, and who runs it, both share.
use super::ownership::back;
use crate::decision::{Decision, Mint};
use crate::policy::Policy;
use crate::register::{Registered, new_client_id, new_secret};
use crate::transition::{AppChange, Transition};
use crate::types::{
    Client, ClientKind, ClientRowId, ClientStatus, GrantType, Locator, RedirectUri, Side, UnixTime,
};

/// Where a program on the developer's own computer gets the answer, whichever port it chooses.
pub const LOOPBACK: &str = "http://127.0.0.1/callback";
/// Where the answer goes while a developer plays a test side through, behind the issuer: a page of our own, which takes
/// it for nobody but whoever has the state that it was asked with.
pub const PLAYGROUND: &str = "/apps/playground";
/// The most people that a test side has at a time.
pub const MAX_PEOPLE: usize = 20;

/// Why an app gets no test side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSideError {
    /// There is no test side here.
    Off,
    /// It is on that side itself.
    IsTest,
    /// An administrator switched the app off.
    Disabled,
}

impl TestSideError {
    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Off => "test mode is switched off here: write mode = true under [test]",
            Self::IsTest => "this is an app of the test side already",
            Self::Disabled => "the app is switched off",
        }
    }
}

/// Whether an app may have a test side.
///
/// # Errors
/// Why not.
pub fn may_have(live: &Client, policy: &Policy) -> Result<(), TestSideError> {
    match (policy.test_mode, live.side, live.status) {
        (false, ..) => Err(TestSideError::Off),
        (true, Side::Test, _) => Err(TestSideError::IsTest),
        (true, Side::Live, ClientStatus::Disabled) => Err(TestSideError::Disabled),
        (true, Side::Live, ClientStatus::Active | ClientStatus::Pending) => Ok(()),
    }
}

/// Gives an app a test side. It begins with the redirect URIs of the app, and one on the developer's own computer.
/// Guard: the app is there, and has none.
pub fn switch_on<M: Mint>(
    live: &Client,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> Decision<Registered, TestSideError> {
    if let Err(error) = may_have(live, policy) {
        return Decision::refuse(error);
    }
    let secret = (live.kind == ClientKind::Confidential).then(|| new_secret(Side::Test, now, mint));
    let (text, stored) = secret.unzip();
    let client = Client {
        no: ClientRowId(0),
        version: 1,
        id: new_client_id(Side::Test, mint),
        secrets: stored.into_iter().collect(),
        keys: None,
        redirect_uris: redirect_uris(live),
        status: ClientStatus::Active,
        not_before: Locator(0),
        reviewed_at: None,
        logo: None,
        created_at: now,
        side: Side::Test,
        live_of: Some(live.no),
        ..live.clone()
    };
    let reply = Registered {
        client_id: client.id.clone(),
        client_secret: text,
    };
    let change = AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: None,
    };
    Decision::grant(Transition::App(change), reply)
}

/// Switches a test side on again that was switched off, with its credentials and people; what it had issued stays dead.
/// Guard: it is still off.
///
/// # Errors
/// Why not.
pub fn switch_on_again<M: Mint>(
    live: &Client,
    (test, deleted_at): (&Client, UnixTime),
    policy: &Policy,
    mint: &M,
) -> Result<Transition, TestSideError> {
    may_have(live, policy).map(|()| back(test, deleted_at, false, mint))
}

fn redirect_uris(live: &Client) -> Vec<RedirectUri> {
    let mut uris = live.redirect_uris.clone();
    if live.may_use(GrantType::AuthorizationCode)
        && let Ok(loopback) = RedirectUri::register(LOOPBACK)
        && !uris.contains(&loopback)
    {
        uris.push(loopback);
    }
    uris
}
