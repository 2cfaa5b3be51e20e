//! What a browser made when it was asked for a new passkey.
use crate::account::ceremonies::{handle_of, may_have};
use crate::http::session::BrowserContext;
use crate::ops::clock;
use crate::ops::passkeys::Unproved;
use crate::state::App;
use protocol::Params;
use protocol::accounts::passkeys::ceremony::{Ceremony, CeremonyFault, Purpose};
use protocol::accounts::passkeys::{Credential, name};
use protocol::types::{Locator, Person};

/// A new passkey, as a form brings it.
pub(super) struct Made {
    name: String,
    pub(super) ceremony: String,
    credential: String,
}

impl Made {
    pub(super) fn of(fields: &Params) -> Self {
        Made {
            name: fields.text("name"),
            ceremony: fields.text("ceremony"),
            credential: fields.text("credential"),
        }
    }
}

/// Why nothing was made.
pub(super) enum NotMade {
    /// Nobody has passkeys here, or not this person.
    Nobody,
    /// A message.
    Because(&'static str),
}

/// What a browser made, if it is what this person was asked for in it; and under which name it is kept.
pub(super) fn made(
    app: &App,
    browser: &BrowserContext,
    (person, purpose): (&Person, Purpose),
    form: &Made,
) -> Result<(Locator, Credential, String), NotMade> {
    let can = app.passkeys.as_ref().filter(|_| may_have(app, person));
    let passkeys = can.ok_or(NotMade::Nobody)?;
    let name = name(&form.name).ok_or(NotMade::Because("passkeys-name-wrong"))?;
    let own = browser.told().unwrap_or_default();
    let now = clock::now();
    let ceremony = Ceremony::read(&form.ceremony, purpose, own, &app.key, now);
    let ceremony = ceremony.map_err(|fault| {
        NotMade::Because(match fault {
            CeremonyFault::Late => "passkey-late",
            CeremonyFault::Foreign => "passkeys-not-added",
        })
    })?;
    let handle = handle_of(app, person.subject);
    match passkeys.added(&ceremony.state, &form.credential, handle) {
        Ok(credential) => Ok((ceremony.id, credential, name)),
        Err(Unproved::Copied | Unproved::Wrong(_)) => Err(NotMade::Because("passkeys-not-added")),
    }
}
