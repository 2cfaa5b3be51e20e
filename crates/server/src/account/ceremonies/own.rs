//! What a person's own page shows of their passkeys.
use super::begin::{begin, handle_of, may_have};
use crate::http::error::PageError;
use crate::http::session::BrowserContext;
use crate::state::App;
use pages::{NewPasskeyAsk, PasskeyAsk, PasskeyLine, Passkeys, Speak, Text};
use protocol::accounts::passkeys::ceremony::Purpose;
use protocol::accounts::passkeys::{AT_MOST, is_only_way};
use protocol::facts::SessionFacts;
use protocol::types::session::browser_and_system;
use protocol::types::{Locator, Person, Session};

/// What a passkey is added in: a session of its person.
pub(in crate::account) fn to_add(facts: &SessionFacts) -> Purpose {
    Purpose::Add(facts.person.subject, facts.session.id)
}

/// What the first one is set up in: the same, or a sign-in of its person that takes one.
pub(in crate::account) fn to_set_up(person: &Person, session: Option<&Session>) -> Purpose {
    let within = session.map_or(Locator(0), |session| session.id);
    Purpose::Add(person.subject, within)
}

/// What the page asks where somebody sets up their first second factor, in a session or at a sign-in, if they may have passkeys.
pub(in crate::account) fn set_up(
    app: &App,
    browser: &mut BrowserContext,
    person: &Person,
    session: Option<&Session>,
) -> Option<NewPasskeyAsk> {
    let passkeys = app.passkeys.as_ref().filter(|_| may_have(app, person))?;
    let shown = (person.label(), person.name.as_str());
    let begun = passkeys.to_add(handle_of(app, person.subject), shown, &[])?;
    let what = (to_set_up(person, session), PasskeyAsk::SET_UP);
    Some(NewPasskeyAsk {
        ask: begin(app, browser, what, begun),
        suggested: suggested(&browser.user_agent),
    })
}

/// The part of the page that is about passkeys; nothing where a person can have none and has none.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn section(
    app: &App,
    browser: &mut BrowserContext,
    facts: &SessionFacts,
) -> Result<Option<Passkeys>, PageError> {
    let person = &facts.person;
    let own = app.store.passkeys(person.subject).await?;
    let can = app.passkeys.as_ref().filter(|_| may_have(app, person));
    if can.is_none() && own.is_empty() {
        return Ok(None);
    }
    let identities = app.store.identities(person.subject).await?.len();
    let begun = can.filter(|_| own.len() < AT_MOST).and_then(|passkeys| {
        let shown = (person.label(), person.name.as_str());
        passkeys.to_add(handle_of(app, person.subject), shown, &own)
    });
    let add = begun.map(|begun| begin(app, browser, (to_add(facts), PasskeyAsk::ADD), begun));
    let zone = app.zone_of(&facts.preferences);
    Ok(Some(Passkeys {
        only_way: own.len() < 2 && is_only_way(person, identities),
        lines: own
            .iter()
            .map(|passkey| PasskeyLine {
                id: passkey.id.0.to_string(),
                name: passkey.name.clone(),
                times: {
                    let since = zone.moment(passkey.created_at, browser.language);
                    let used = passkey
                        .used_at
                        .map(|used| zone.moment(used, browser.language));
                    times(browser, &since, used.as_deref())
                },
            })
            .collect(),
        add,
        suggested: suggested(&facts.session.browser),
    }))
}

fn times(browser: &BrowserContext, since: &str, used: Option<&str>) -> Text {
    match used {
        None => browser
            .language
            .text_of("passkeys-since", &[("time", &since)]),
        Some(used) => {
            let told: pages::Arguments<'_> = &[("time", &since), ("used", &used)];
            browser.language.text_of("passkeys-since-used", told)
        }
    }
}

/// What a new one is called, unless its person knows better: the browser and the system.
fn suggested(user_agent: &str) -> String {
    match browser_and_system(user_agent) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Passkey".to_owned(),
    }
}
