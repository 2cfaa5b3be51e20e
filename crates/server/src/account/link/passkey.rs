//! A passkey as the second factor of who chooses a new password: it is proved first, and the page knows so then.
use super::followed::Followed;
use super::forms::{field, posted, shown};
use super::page::{Typed, over, page};
use crate::account::ceremonies::{Answered, Checked, Refused, check};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::PasskeyAsk;
use protocol::Params;
use protocol::accounts::passkeys::ceremony::Purpose;
use protocol::accounts::passkeys::proved::Proved;
use protocol::accounts::second_factor::Second;

/// What an authenticator answered on the page of a link.
pub(crate) struct PasskeyForm {
    link: String,
    answered: Answered,
}

impl WholeForm for PasskeyForm {
    const PATH: &'static str = PasskeyAsk::NEW_PASSWORD;
    const NONCE: NonceScope = NonceScope::Browser;

    fn read(fields: &Params) -> Self {
        PasskeyForm {
            link: field(fields, "link"),
            answered: Answered::of(fields),
        }
    }
}

/// `POST`: shows the page again, which asks for the password alone if the answer is good.
pub(crate) async fn submit(
    State(app): State<App>,
    form: Posted<PasskeyForm>,
) -> Result<Response, PageError> {
    let (mut browser, form, problems) = posted(&app, form);
    let PasskeyForm {
        link: text,
        answered,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return Ok(over(&app, &browser, fault)),
    };
    let person = followed.person.as_ref();
    let person = person.filter(|_| problems.is_empty() && !followed.passkeys.is_empty());
    let Some(person) = person else {
        let typed = Typed::with(problems);
        return Ok(page(&app, browser, &followed, &text, typed));
    };
    let link = followed.link.id;
    let whose = (Purpose::NewPassword(link), Some(person.subject));
    let refused = match check(&app, &browser, whose, &answered).await? {
        Checked::Right(_, place, passkey) => {
            let at = clock::now();
            let proved = Proved { passkey, place, at };
            let typed = Typed {
                proved: Some(proved.write(link, browser.told_apart(), &app.key)),
                ..Typed::default()
            };
            return Ok(page(&app, browser, &followed, &text, typed));
        }
        Checked::Refused(refused) => refused,
        // The password is chosen on the page that came of it the first time.
        Checked::Again(_) => Refused::Wrong,
    };
    let (_, sentence) = refused.told(browser.language);
    let throttled = match refused {
        Refused::Throttled(throttled) => Some(throttled),
        Refused::Wrong | Refused::Late | Refused::Copied => None,
    };
    let wrong = (sentence, throttled);
    Ok(shown(&app, browser, &followed, &text, "", wrong))
}

/// What a page says that was proved on it a moment ago, and its text; `None` where that is not so, or the passkey is gone.
pub(super) fn read(
    app: &App,
    browser: &BrowserContext,
    followed: &Followed,
    text: String,
) -> Option<(Second, String)> {
    let (link, own) = (followed.link.id, browser.told()?);
    let proved = Proved::read(&text, link, own, &app.key, clock::now())?;
    let mut passkeys = followed.passkeys.iter();
    let is_there = passkeys.any(|passkey| passkey.id == proved.passkey);
    is_there.then_some((Second::Passkey(proved.place, proved.passkey), text))
}
