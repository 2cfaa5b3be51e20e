//! `valetkey app …`.
use super::app_new::{AsksFlags, AuthenticationFlags, Create, Links, all_of, read_logo, scope};
use super::app_openid::OpenIdFlags;
use super::app_request;
use super::app_shown::{all_told, as_json, as_sheet, show_new, told};
use super::failure::Failure;
use super::one_app::One;
use super::output::Output;
use super::place::{CHANGED, Opened};
use crate::ops::clock;
use crate::test_side::users_of;
use clap::{Args, Subcommand};
use protocol::apps::{self, AppUpdate, Editor, LogoUpdate};
use protocol::register;
use protocol::transition::Transition;
use protocol::types::{Client, ClientStatus, Scope};
use serde_json::json;
use std::path::PathBuf;
use store::Outcome;

/// Apps that people may let in.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Register an app. Its secret is printed once.
    Create(Box<Create>),
    /// Take in an app with the client id and the secret that another provider gave it.
    Import(Box<super::app_import::Import>),
    /// List the apps.
    List(super::app_list::List),
    /// Show an app.
    Show(One),
    /// Change what an app says of itself, where it sends people and what it may ask for. Its client id stays.
    Update(Box<Update>),
    /// Give an app a new secret; the old one stops working at once.
    RotateSecret(One),
    /// Several secrets of one app.
    #[command(subcommand)]
    Secret(super::app_secret::Verb),
    /// The test side of an app.
    #[command(subcommand)]
    Test(super::app_test::Verb),
    /// Handing an app over to another owner.
    #[command(subcommand)]
    Transfer(super::app_transfer::Verb),
    /// Switch an app off: its tokens never work again.
    Disable(One),
    /// Switch an app on again.
    Enable(One),
    /// Say that you have looked at an app: it may start, and people see that it was reviewed.
    Approve(Approve),
    /// Let an app ask for restricted scopes: all of those named, or none.
    ApproveScope(ApproveScope),
    /// Show what an app's requests were told: the newest first, with cause and mend.
    Log(Box<super::app_log::Log>),
    /// What developers ask administrators to look at.
    #[command(subcommand)]
    Request(super::app_request::Verb),
    /// Delete an app with all it was given; `restore` brings it back within 30 days.
    Delete(One),
    /// Bring back an app that was deleted within the last 30 days. What it was given stays dead.
    Restore(One),
}

/// What is to be different; what is not named stays.
#[derive(Debug, Args)]
pub(super) struct Update {
    #[command(flatten)]
    one: One,
    /// The version that you have looked at, as `app show` prints it: refused when the app was changed since.
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// The name people see.
    #[arg(long)]
    name: Option<String>,
    /// Its website.
    #[arg(long, value_name = "URL")]
    homepage: Option<String>,
    /// One or two sentences on what it does; empty: none.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    links: Links,
    /// A picture to show beside its name: PNG, JPEG or WebP, at most 256 KiB.
    #[arg(long, value_name = "FILE", conflicts_with = "remove_logo")]
    logo: Option<PathBuf>,
    /// It has no picture any more.
    #[arg(long)]
    remove_logo: bool,
    /// Where people may be sent back, in place of all that were registered; may be repeated.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// A scope it may ask for, in place of all before; may be repeated.
    #[arg(long, value_name = "SCOPE", value_parser = scope, conflicts_with = "every_scope")]
    scope: Vec<Scope>,
    /// It may ask for every scope that is not restricted.
    #[arg(long)]
    every_scope: bool,
    #[command(flatten)]
    asks: AsksFlags,
    #[command(flatten)]
    openid: OpenIdFlags,
    #[command(flatten)]
    authentication: AuthenticationFlags,
    /// Whether it may use the device grant.
    #[arg(long, value_name = "BOOL")]
    device_code: Option<bool>,
    /// Whether it may use the client credentials grant.
    #[arg(long, value_name = "BOOL")]
    client_credentials: Option<bool>,
    /// Whether all its tokens are bound to keys: then each of its token requests needs a DPoP proof (RFC 9449).
    #[arg(long, value_name = "BOOL")]
    dpop_bound: Option<bool>,
}

/// Which app, as it was looked at.
#[derive(Debug, Args)]
pub(super) struct Approve {
    #[command(flatten)]
    one: One,
    /// The version that you have looked at, as `app show` prints it: refused when the app was changed since. Without:
    /// the app as it is now.
    #[arg(long, value_name = "N")]
    version: Option<i64>,
}

/// Which scopes for which app.
#[derive(Debug, Args)]
pub(super) struct ApproveScope {
    #[command(flatten)]
    one: One,
    /// The restricted scopes.
    #[arg(value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Create(create) => create_app(*create, output).await,
            Verb::Import(import) => import.run(output).await,
            Verb::List(list) => list.run(output).await,
            Verb::Show(one) => one.show(output).await,
            Verb::Update(update) => update.run(output).await,
            Verb::RotateSecret(one) => one.rotate_secret(output).await,
            Verb::Secret(verb) => verb.run(output).await,
            Verb::Test(verb) => verb.run(output).await,
            Verb::Transfer(verb) => verb.run(output).await,
            Verb::Disable(one) => {
                let change = |app: &Client, at: &Opened| register::disable(app, &at.mint);
                one.change(output, "is disabled; its tokens no longer work", change)
                    .await
            }
            Verb::Enable(one) => {
                let change =
                    |app: &Client, opened: &Opened| register::enable(app, &opened.store.mint());
                one.change(output, "is enabled", change).await
            }
            Verb::Approve(approve) => approve.run(output).await,
            Verb::ApproveScope(approve) => approve.run(output).await,
            Verb::Log(log) => log.run(output).await,
            Verb::Request(verb) => verb.run(output).await,
            Verb::Delete(one) => one.delete(output).await,
            Verb::Restore(one) => one.restore(output).await,
        }
    }
}

/// Registers an app.
async fn create_app(new: Create, output: Output) -> Result<(), Failure> {
    let at = new.place.open()?;
    let new = new.into_new_app(&at).await?;
    let decision = register::register(new, &at.config.policy, clock::now(), &at.mint);
    let registered = at.decide(decision, all_told).await?;
    let app = at.app(&registered.client_id).await?;
    let users = users_of(&at.store, &at.mint, &at.config.policy, &app).await?;
    show_new(
        output,
        &app,
        &at,
        registered.client_secret.as_deref(),
        &users,
    );
    Ok(())
}

impl Update {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let id = self.one.client_id.clone();
        let app = at.app(&id).await?;
        let update = self.into_update(&app)?;
        let decision = apps::update(&app, update, Editor::Operator, &at.config.policy);
        at.decide(decision, all_told).await?;
        let app = at.app(&id).await?;
        output.show(&as_json(&app, &at), || as_sheet(&app, &at, None));
        Ok(())
    }

    fn into_update(self, app: &Client) -> Result<AppUpdate, Failure> {
        let logo = match &self.logo {
            Some(file) => Some(LogoUpdate::Replace(read_logo(file)?)),
            None => self.remove_logo.then_some(LogoUpdate::Remove),
        };
        let asks = self.asks.over(&app.asks, &self.scope);
        let named = match all_of(self.asks.optional_scope) {
            None => all_of(self.scope),
            Some(optional) => all_of(self.scope)
                .or(app.scopes.clone())
                .map(|scope| scope.union(&optional)),
        };
        Ok(AppUpdate {
            version: self.version,
            name: self.name,
            homepage: self.homepage,
            description: self.description,
            privacy_policy: self.links.privacy_policy,
            terms: self.links.terms,
            support: self.links.support,
            contact: self.links.contact,
            authentication: self.authentication.read()?,
            redirect_uris: Some(self.redirect_uri).filter(|uris| !uris.is_empty()),
            logo,
            scopes: match self.every_scope {
                true => Some(None),
                false => named.map(Some),
            },
            asks,
            openid: Some(self.openid.over(&app.openid)).filter(|openid| *openid != app.openid),
            device_code: self.device_code,
            client_credentials: self.client_credentials,
            dpop_bound: self.dpop_bound,
            namesake: false,
        })
    }
}

/// What is told of an app that is pending, and whose review nobody has asked for.
const DRAFT: &str =
    "It is a draft until its developer asks for a review: whoever runs it can use it.";

impl One {
    async fn show(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let app = at.app(&self.client_id).await?;
        let last = at.store.reviews_of(app.no, 1).await?;
        let open = last.first().filter(|request| request.state.is_open());
        let open = open.filter(|_| app.status == ClientStatus::Pending);
        let mut shown = as_json(&app, &at);
        shown["review"] = open.map(|request| request.state.as_str()).into();
        output.show(&shown, || {
            let sheet = as_sheet(&app, &at, None);
            match (app.status, open) {
                (ClientStatus::Pending, None) => format!("{sheet}\n{DRAFT}"),
                _ => sheet,
            }
        });
        Ok(())
    }

    async fn rotate_secret(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let app = at.app(&self.client_id).await?;
        let decision = register::rotate_secret(&app, clock::now(), &at.mint);
        let secret = at.decide(decision, told).await?;
        show_new(output, &app, &at, Some(&secret), &[]);
        Ok(())
    }

    async fn delete(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let app = at.app(&self.client_id).await?;
        at.commit(apps::delete(&app), CHANGED).await?;
        let done = json!({ "client_id": app.id, "deleted": true });
        output.show(&done, || {
            format!(
                "{} ({}) is deleted; its tokens no longer work. `valetkey app restore {}` brings it back within 30 days.",
                app.name, app.id, app.id
            )
        });
        Ok(())
    }

    async fn restore(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let now = clock::now();
        let since = now.minus(apps::RESTORABLE);
        let deleted = at.store.deleted_client(&self.client_id, since).await?;
        let back = deleted.and_then(|(app, at_time)| {
            let with = (&at.config.policy, now, &at.mint);
            let back = apps::restore(&app, at_time, apps::Restorer::Operator, with).ok()?;
            Some((app, back))
        });
        let Some((app, back)) = back else {
            return Err(Failure::failed(format!(
                "no app {:?} was deleted within the last 30 days",
                self.client_id
            )));
        };
        if let Outcome::Conflict = at.settle(back).await? {
            return Err(not_back(&at, &app).await?);
        }
        let app = at.app(&self.client_id).await?;
        output.show(&as_json(&app, &at), || {
            format!(
                "{} ({}) is back; its earlier tokens stay dead.",
                app.name, app.id
            )
        });
        Ok(())
    }

    /// Makes a change and shows the app as it is then.
    async fn change(
        self,
        output: Output,
        done: &str,
        change: impl FnOnce(&Client, &Opened) -> Transition,
    ) -> Result<(), Failure> {
        let at = self.place.open()?;
        let app = at.app(&self.client_id).await?;
        at.commit(change(&app, &at), CHANGED).await?;
        let app = at.app(&self.client_id).await?;
        output.show(&as_json(&app, &at), || {
            format!("{} ({}) {done}.", app.name, app.id)
        });
        Ok(())
    }
}

/// Why an app did not come back.
async fn not_back(at: &Opened, app: &Client) -> Result<Failure, Failure> {
    let owner = match app.organization {
        Some(_) => true,
        None => at.store.person(app.owner).await?.is_some(),
    };
    Ok(Failure::failed(match owner {
        true => CHANGED.to_owned(),
        false => format!(
            "the account that {} ({}) belonged to is deleted, so the app cannot come back: register another with `valetkey app create`, which has a client id of its own",
            app.name, app.id
        ),
    }))
}

impl Approve {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let app = at.app(&self.one.client_id).await?;
        let asked = app_request::about_whole(&at, &app).await?;
        match asked.filter(|_| self.version.is_none_or(|seen| seen == app.version)) {
            Some(asked) => asked.approve(&at, &app).await?,
            None => {
                let decision = register::approve(&app, self.version, clock::now());
                at.decide(decision, told).await?;
            }
        }
        app_request::tell_open(&at, &app).await?;
        let app = at.app(&self.one.client_id).await?;
        output.show(&as_json(&app, &at), || {
            format!("{} ({}) is approved.", app.name, app.id)
        });
        Ok(())
    }
}

impl ApproveScope {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let app = at.app(&self.one.client_id).await?;
        let decision = register::approve_scopes(&app, &self.scopes, &at.config.policy);
        at.decide(decision, told).await?;
        app_request::tell_open(&at, &app).await?;
        let app = at.app(&self.one.client_id).await?;
        output.show(&as_json(&app, &at), || {
            format!("{} ({}) may ask for {}.", app.name, app.id, app.approved)
        });
        Ok(())
    }
}
