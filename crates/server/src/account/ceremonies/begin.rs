//! How a ceremony begins, and what comes back of it.
use crate::http::session::BrowserContext;
use crate::interaction::continuation::Carried;
use crate::ops::clock;
use crate::ops::passkeys::Begun;
use crate::state::App;
use pages::PasskeyAsk;
use protocol::Params;
use protocol::accounts::passkeys;
use protocol::accounts::passkeys::ceremony::{Ceremony, Purpose};
use protocol::decision::Mint;
use protocol::types::{Person, Subject};

/// What an authenticator answered, beside what a form carries on.
pub(in crate::account) struct Answered {
    pub(in crate::account) carried: Carried,
    pub(super) ceremony: String,
    pub(super) credential: String,
}

impl Answered {
    pub(in crate::account) fn of(fields: &Params) -> Self {
        Answered {
            carried: Carried::of(fields),
            ceremony: fields.text("ceremony"),
            credential: fields.text("credential"),
        }
    }
}

/// A ceremony that this browser begins now, as a page brings it.
pub(super) fn begin(
    app: &App,
    browser: &mut BrowserContext,
    (purpose, action): (Purpose, &'static str),
    begun: Begun,
) -> PasskeyAsk {
    let ceremony = Ceremony {
        id: app.mint.locator(),
        at: clock::now(),
        state: begun.state,
    };
    PasskeyAsk {
        action,
        options: begun.options,
        ceremony: ceremony.write(purpose, browser.told_apart(), &app.key),
    }
}

/// By what authenticators know a person: the same for all of their passkeys, and it tells nothing of them.
pub(in crate::account) fn handle_of(app: &App, subject: Subject) -> [u8; 16] {
    let secret = app
        .key
        .derive(&[b"passkey handle", &subject.0.to_be_bytes()]);
    let mut handle = [0; 16];
    handle.copy_from_slice(&secret[..16]);
    handle
}

/// Whether a person may have passkeys here.
pub(in crate::account) fn may_have(app: &App, person: &Person) -> bool {
    passkeys::may_have(person, app.config.is_published(&person.email))
}
