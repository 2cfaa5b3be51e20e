//! The test side: users made with a test app, and the credentials that the documentation publishes.
use crate::ops::clock;
use crate::ops::hasher;
use crate::state::AppState;
use anyhow::{Context as _, bail};
use config::TestCredentials;
use protocol::Policy;
use protocol::accounts::people::{self, NewAccount, Role, set_password};
use protocol::events::Act;
use protocol::register::{documented, replace_documented_secret};
use protocol::types::{Client, ClientRowId, Side};
use std::sync::Arc;
use store::{IdMint, Outcome, Store};
use wire::token_text::base62;

/// Who every test app can be tried with.
const NAMES: [(&str, &str); 2] = [("ann", "Ann Test"), ("ben", "Ben Test")];
/// Who comes later.
const MORE: [(&str, &str); 3] = [
    ("cem", "Cem Test"),
    ("dora", "Dora Test"),
    ("eli", "Eli Test"),
];

/// A test user's credentials, shown once.
pub(crate) struct TestUser {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// A password nobody can guess, that can be typed.
pub(crate) fn new_password() -> String {
    let half = || base62(u64::from_be_bytes(jose::random::bytes()));
    format!("{}-{}", half(), half())
}

/// Makes the users of a new app, if it is of the test side.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) async fn users_of(
    store: &Store,
    mint: &IdMint,
    policy: &Policy,
    app: &Client,
) -> anyhow::Result<Vec<TestUser>> {
    match app.side {
        Side::Test => make_users(store, mint, policy, app.no).await,
        Side::Live => Ok(Vec::new()),
    }
}

/// Makes the users of a new test app.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) async fn make_users(
    store: &Store,
    mint: &IdMint,
    policy: &Policy,
    app: ClientRowId,
) -> anyhow::Result<Vec<TestUser>> {
    let mut users = Vec::new();
    for who in NAMES {
        users.push(make(store, mint, policy, who, app).await?);
    }
    Ok(users)
}

/// Somebody who is to be made.
pub(crate) struct NewTestUser {
    pub(crate) email: String,
    name: &'static str,
}

/// One more for a test app: the same for the same random bytes.
pub(crate) fn more(random: [u8; 32]) -> NewTestUser {
    let [any, a, b, c, d, ..] = random;
    let who = MORE[usize::from(any) % MORE.len()];
    called(who, u32::from_be_bytes([a, b, c, d]))
}

fn called((local, name): (&str, &'static str), number: u32) -> NewTestUser {
    NewTestUser {
        // `.test` is nobody's domain (RFC 2606 §2).
        email: format!("{local}.{number:08x}@users.test"),
        name,
    }
}

/// Makes one more user of a test app; `None`: there is one of this address already.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) async fn make_one(
    store: &Store,
    mint: &IdMint,
    policy: &Policy,
    app: ClientRowId,
    who: NewTestUser,
) -> anyhow::Result<Option<TestUser>> {
    let user = TestUser {
        email: who.email,
        password: new_password(),
    };
    let made = make_user(store, mint, policy, who.name, &user, app).await?;
    Ok((made == Outcome::Committed).then_some(user))
}

async fn make(
    store: &Store,
    mint: &IdMint,
    policy: &Policy,
    who: (&str, &'static str),
    app: ClientRowId,
) -> anyhow::Result<TestUser> {
    let NewTestUser { email, name } = called(who, u32::from_be_bytes(jose::random::bytes()));
    let user = TestUser {
        email,
        password: new_password(),
    };
    make_user(store, mint, policy, name, &user, app).await?;
    Ok(user)
}

async fn make_user(
    store: &Store,
    mint: &IdMint,
    policy: &Policy,
    name: &str,
    user: &TestUser,
    app: ClientRowId,
) -> anyhow::Result<Outcome> {
    let account = NewAccount {
        email: user.email.clone(),
        name: name.to_owned(),
        password: user.password.clone(),
    };
    let hash = hasher::hash(&user.password)?;
    let now = clock::now();
    let person = account.into_person(hash, Role::TestUser(app), Some(now), policy, mint);
    let made = store.settle(people::create(person), Act::by_operator(now));
    Ok(made.await?)
}

/// Brings the published test credentials into the storage as they are configured. Those that are configured no
/// longer stay there and are not served. What is in the way is told in the log: a stranger's account must not keep
/// the server from starting.
pub(crate) async fn publish(app: &AppState) {
    if let Some(credentials) = &app.config.documented
        && let Err(error) = bring(app, credentials).await
    {
        tracing::warn!("{error:#}; until then the published test credentials do not work");
    }
}

async fn bring(app: &AppState, credentials: &TestCredentials) -> anyhow::Result<()> {
    let client = published_client(app, credentials).await?;
    let found = app.store.person_by_email(&credentials.email).await?;
    let Some(person) = found else {
        let user = TestUser {
            email: credentials.email.clone(),
            password: credentials.password.clone(),
        };
        let (store, mint) = (&app.store, &app.mint);
        make_user(store, mint, app.policy(), "Test User", &user, client.no).await?;
        return Ok(());
    };
    if person.test_app != Some(client.no) {
        bail!(
            "test.credentials.email: {} has an account already: choose another address",
            credentials.email
        );
    }
    let stored = Some(person.password.clone());
    if !app
        .hasher
        .verify("", credentials.password.clone(), stored)
        .await?
        .is_right()
    {
        let hash = hasher::hash(&credentials.password)?;
        app.settle_one(set_password(&person, hash), Act::by_operator(clock::now()))
            .await?;
    }
    Ok(())
}

async fn published_client(
    app: &AppState,
    credentials: &TestCredentials,
) -> anyhow::Result<Arc<Client>> {
    let (id, secret) = (&credentials.client_id, &credentials.client_secret);
    let change = match app.store.client(id).await? {
        None => Some(documented(
            id,
            secret,
            app.policy(),
            clock::now(),
            &app.store.mint(),
        )),
        Some(client) if !client.documented => {
            bail!("test.credentials.client_id: {id} is another app's: choose another id")
        }
        Some(client) => replace_documented_secret(&client, secret, clock::now(), &app.store.mint()),
    };
    if let Some(change) = change {
        app.settle_one(change, Act::by_operator(clock::now()))
            .await?;
    }
    let client = app.store.client(id).await?;
    client.with_context(|| {
        format!(
            "test.credentials.client_id: {id} was deleted, and no id is used twice: choose another"
        )
    })
}
