//! `valetkey app test …`.
use super::app_shown::{as_json, as_sheet, show_new};
use super::failure::Failure;
use super::one_app::One;
use super::output::Output;
use super::place::{CHANGED, Opened};
use crate::ops::clock;
use crate::test_side::make_users;
use clap::Subcommand;
use protocol::apps::test_side::{MAX_PEOPLE, TestSideError, switch_on, switch_on_again};
use protocol::apps::{RESTORABLE, delete};
use protocol::types::{Client, Person};
use serde_json::{Value, json};
use std::sync::Arc;

/// The test side of an app: credentials, people and tokens of its own. `user create --test-app` makes more people, and
/// `user disable` removes one.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Switch the test side on; its secret and the passwords of two test users are printed once. One that was switched
    /// off within the last 30 days has what it had.
    On(One),
    /// Switch the test side off: its tokens stop working, and its users cannot sign in.
    Off(One),
    /// Show the test side of an app, and its users.
    Show(One),
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::On(one) => on(one, output).await,
            Verb::Off(one) => off(one, output).await,
            Verb::Show(one) => show(one, output).await,
        }
    }
}

async fn on(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.open()?;
    let live = at.app(&one.client_id).await?;
    if let Some(test) = at.store.test_side(live.no).await? {
        return Err(Failure::failed(format!(
            "{} has a test side: {}",
            live.id, test.id
        )));
    }
    let since = clock::now().minus(RESTORABLE);
    let policy = &at.config.policy;
    let told = |error: TestSideError| error.sentence().to_owned();
    if let Some((test, deleted_at)) = at.store.deleted_test_side(live.no, since).await? {
        let back = switch_on_again(&live, (&test, deleted_at), policy, &at.mint);
        let back = back.map_err(|error| Failure::failed(told(error)))?;
        at.commit(back, CHANGED).await?;
        let test = at.app(&test.id).await?;
        return shown(&at, &test, output).await;
    }
    let decision = switch_on(&live, policy, clock::now(), &at.mint);
    let registered = at.decide(decision, told).await?;
    let test = at.app(&registered.client_id).await?;
    let users = make_users(&at.store, &at.mint, policy, test.no).await?;
    let secret = registered.client_secret.as_deref();
    show_new(output, &test, &at, secret, &users);
    Ok(())
}

async fn off(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.open()?;
    let test = test_side(&at, &one.client_id).await?;
    at.commit(delete(&test), CHANGED).await?;
    let done = json!({ "client_id": test.id, "deleted": true });
    output.show(&done, || {
        format!(
            "{} is off; its tokens no longer work. `valetkey app test on {}` brings it back within 30 days.",
            test.id, one.client_id
        )
    });
    Ok(())
}

async fn show(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.look()?;
    let test = test_side(&at, &one.client_id).await?;
    shown(&at, &test, output).await
}

async fn test_side(at: &Opened, client_id: &str) -> Result<Arc<Client>, Failure> {
    let live = at.app(client_id).await?;
    let test = at.store.test_side(live.no).await?;
    test.ok_or_else(|| {
        Failure::failed(format!(
            "{client_id} has no test side: `valetkey app test on {client_id}` switches one on"
        ))
    })
}

async fn shown(at: &Opened, test: &Client, output: Output) -> Result<(), Failure> {
    let people = at.store.people_of_test_app(test.no, MAX_PEOPLE).await?;
    let mut json = as_json(test, at);
    json["test_users"] = people.iter().map(|person| user(person, at)).collect();
    output.show(&json, || {
        let mut text = as_sheet(test, at, None);
        for person in &people {
            text.push_str(&format!("\ntest user        {}", person.email));
        }
        text
    });
    Ok(())
}

fn user(person: &Person, at: &Opened) -> Value {
    json!({
        "id": at.config.policy.subjects.write(person.subject),
        "email": person.email,
        "name": person.name,
    })
}
