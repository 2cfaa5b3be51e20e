//! What a development provider holds from its first start: a user, an admin, a demo app and the credential of
//! the task API. Passwords and secrets are made once and kept in a file that only its user may read.
use crate::ops::clock;
use crate::ops::hasher;
use crate::state::AppState;
use crate::test_side::new_password;
use anyhow::{Context, anyhow, bail};

use protocol::accounts::people::{self, NewAccount, Role, set_password};
use protocol::events::Act;
use protocol::register::{NewApp, NewAuthentication, Registered, Registrar, register};
use protocol::types::{
    AppLinks, Asks, ClientKind, ClientStatus, GrantType, Person, RelyingParty, Scope, Side,
};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use store::Outcome;

const FILE: &str = "credentials.json";

/// Everything one needs to try the provider.
#[derive(Serialize, Deserialize)]
pub(super) struct Credentials {
    pub(super) user: Login,
    pub(super) admin: Login,
    pub(super) app: AppCredential,
    pub(super) api: AppCredential,
}

/// A person's way in.
#[derive(Serialize, Deserialize)]
pub(super) struct Login {
    pub(super) email: String,
    pub(super) password: String,
}

/// An app's way in.
#[derive(Serialize, Deserialize)]
pub(super) struct AppCredential {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// Reads the credentials of an earlier start, or makes everything anew.
///
/// # Errors
/// One sentence on what is in the way.
pub(super) async fn ensure(
    app: &AppState,
    data: &Path,
    demo_port: u16,
) -> anyhow::Result<Credentials> {
    let path = data.join(FILE);
    if let Ok(text) = std::fs::read_to_string(&path) {
        let credentials: Credentials = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is damaged: delete the folder to start again",
                path.display()
            )
        })?;
        if app
            .store
            .client(&credentials.app.client_id)
            .await?
            .is_some()
        {
            return Ok(credentials);
        }
        bail!(
            "{} speaks of an app that is not in the database: delete the folder {} to start again",
            path.display(),
            data.display()
        );
    }
    let credentials = make(app, demo_port).await?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer_pretty(&mut file, &credentials)?;
    file.flush()?;
    Ok(credentials)
}

async fn make(app: &AppState, demo_port: u16) -> anyhow::Result<Credentials> {
    let (user, _) = make_person(app, "demo@example.com", "Dana Demo", false).await?;
    let (admin, admin_person) = make_person(app, "admin@example.com", "Ada Admin", true).await?;
    let homepage = format!("http://localhost:{demo_port}");
    let demo = NewApp {
        redirect_uris: vec![format!("{homepage}/callback")],
        grants: Some(app.policy().grants.clone()),
        description: "A third-party app that shows your tasks.".to_owned(),
        ..new_app("Task Board", &homepage, admin_person.clone())
    };
    let api = NewApp {
        grants: Some(vec![GrantType::ClientCredentials]),
        resource_server: true,
        scopes: Some(Scope::from_iter(["tasks:read"])),
        ..new_app("Tasks API", &homepage, admin_person)
    };
    Ok(Credentials {
        user,
        admin,
        app: make_app(app, demo).await?,
        api: make_app(app, api).await?,
    })
}

async fn make_person(
    app: &AppState,
    email: &str,
    name: &str,
    admin: bool,
) -> anyhow::Result<(Login, Person)> {
    let password = new_password();
    let account = NewAccount {
        email: email.to_owned(),
        name: name.to_owned(),
        password: password.clone(),
    };
    let role = if admin { Role::Admin } else { Role::Person };
    let transition = people::create(account.into_person(
        hasher::hash(&password)?,
        role,
        Some(clock::now()),
        app.policy(),
        &app.mint,
    ));
    let made = app
        .settle_one(transition, Act::by_operator(clock::now()))
        .await?;
    let person = app.store.person_by_email(email).await?;
    let person = person.ok_or_else(|| anyhow!("the account {email} was not stored"))?;
    if made == Outcome::Conflict {
        // An earlier start was cut short, or its credentials were deleted: the account gets the new password.
        let change = set_password(&person, hasher::hash(&password)?);
        app.settle_one(change, Act::by_operator(clock::now()))
            .await?;
    }
    let login = Login {
        email: email.to_owned(),
        password,
    };
    Ok((login, person))
}

fn new_app(name: &str, homepage: &str, owner: Person) -> NewApp {
    NewApp {
        name: name.to_owned(),
        homepage: homepage.to_owned(),
        description: String::new(),
        links: AppLinks::default(),
        owner,
        organization: None,
        kind: ClientKind::Confidential,
        authentication: NewAuthentication::default(),
        redirect_uris: Vec::new(),
        grants: None,
        scopes: None,
        asks: Asks::default(),
        resource_server: false,
        dpop_bound: false,
        openid: RelyingParty::default(),
        reviewed: false,
        status: ClientStatus::Active,
        logo: None,
        side: Side::Live,
        by: Registrar::Operator,
    }
}

async fn make_app(app: &AppState, new: NewApp) -> anyhow::Result<AppCredential> {
    let decision = register(new, app.policy(), clock::now(), &app.mint);
    let Registered {
        client_id,
        client_secret,
    } = match app.settle(decision, Act::by_operator(clock::now())).await? {
        Some(Ok(registered)) => registered,
        Some(Err(errors)) => {
            let error = errors.first();
            bail!("{}: {}", error.field.as_str(), error.sentence)
        }
        None => bail!("the client id of the demo app is in use: try again"),
    };
    Ok(AppCredential {
        client_id,
        client_secret: client_secret.unwrap_or_default(),
    })
}
