//! After the password, or a sign-in at another provider: a session, or the second factor first.
use crate::account::welcome::{Ways, welcome};
use crate::http::cookies::PasswordProved;
use crate::http::error::PageError;
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::Continuation;
use crate::ops::clock;
use crate::state::App;
use axum::response::Response;
use pages::path;
use protocol::accounts::second_factor::{Owed, Pending, Proof, is_multi_factor};
use protocol::types::Person;

/// Signs a browser in whose person proved their password, or signed in at another provider, or has it prove the second factor
/// first. That is told by nothing before the first is proved. `told`: the person hears by mail of a session that begins now.
pub(in crate::account) async fn enter(
    app: &App,
    person: &Person,
    browser: &mut BrowserContext,
    (continuation, told, proof): (&Continuation, bool, Proof<'_>),
    ways: Ways,
) -> Result<Response, PageError> {
    let has = app.store.second_factors(person.subject).await?;
    let elsewhere = proof.handed_off();
    let is_whole = is_multi_factor(elsewhere.map(|by| by.methods));
    let owed = match is_whole || app.config.is_published(&person.email) {
        true => Owed::Nothing,
        false => Owed::by(person, &has, app.policy()),
    };
    match owed {
        Owed::Nothing => welcome(app, person, browser, (told, proof), ways).await,
        Owed::Proof | Owed::SetUp => {
            let pending = Pending {
                subject: person.subject,
                at: clock::now(),
                answer: elsewhere.map(|by| by.answer),
            };
            let text = pending.write(browser.told_apart(), person, &app.key);
            let mut response = reply::see_other(&continuation.with(path::SECOND_FACTOR));
            app.cookies.set::<PasswordProved>(&mut response, &text);
            Ok(browser.keep_browser_id(app, response))
        }
    }
}
