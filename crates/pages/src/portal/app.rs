//! The page of one app.
mod examples;

use super::apps::status;
use super::fields::{AppFields, AppLabels, Shown};
use super::keys::AppKeys;
use super::new_app::{password, summary};
use super::openid::AppOpenId;
use super::picture::PictureForms;
use super::scopes::{ScopeChoice, ScopesShown};
use super::{Trail, Transfer, app_href, review_href, test_href};
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, Page, Problem, Text, samples::pages};
use askama::Template;
use protocol::types::{ClientStatus, Language, Role, Side};

pages!(AppPage);

/// The page of one app. Its forms carry `nonce`, `app` (the client id) and, where it is asked, `password`:
/// [`UPDATE`](Self::UPDATE) (`version`, the [`AppFields`], the [`ScopeChoice`]),
/// [`ADD_SECRET`](Self::ADD_SECRET) (`once`, `version`, `secret-name`, `secret-days`), [`ROTATE`](Self::ROTATE) (`once`,
/// `version`, `overlap` in hours),
/// [`REVOKE`](Self::REVOKE) (`secret`), [`SET_KEYS`](Self::SET_KEYS) (`jwks` or `jwks-uri`),
/// [`DROP_KEYS`](Self::DROP_KEYS), [`OFFER`](Self::OFFER) (`version`, `transfer-email` or `organization`),
/// [`WITHDRAW`](Self::WITHDRAW) (`transfer`), [`DELETE`](Self::DELETE) (`confirm`: the app's name). `?check=` is the
/// redirect URI that is looked at.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/app.html")]
pub struct AppPage {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What a form for a secret carries, so that it makes one however often it comes.
    pub once: String,
    /// The app's client id.
    pub client_id: String,
    /// Its name, as it is now.
    pub name: String,
    /// The organization that runs it.
    pub organization: Option<String>,
    /// What whoever looks may do.
    pub role: Role,
    /// What is said of handing it over.
    pub transfer: Transfer,
    /// Its picture.
    pub logo_url: Option<String>,
    /// Which version of it is shown.
    pub version: i64,
    /// What it may do at the moment.
    pub status: ClientStatus,
    /// Whether it is for trying things.
    pub side: Side,
    /// Whether it was reviewed.
    pub reviewed: bool,
    /// When it was made.
    pub created: Text,
    /// When it was last used.
    pub last_used: Option<Text>,
    /// How many people it is connected with, in words.
    pub people: Text,
    /// The app whose test side it is.
    pub test_of: Option<TestOf>,
    /// Whether it has a test side, where there is one to have.
    pub has_test_side: Option<bool>,
    /// Whether a log of its requests is kept.
    pub has_log: bool,
    /// How it signs assertions, if it does; `None` for an app that can keep no key.
    pub keys: Option<AppKeys>,
    /// What it registers for OpenID Connect; `None` where that is not spoken.
    pub openid: Option<AppOpenId>,
    /// Its secrets; `None` for an app that keeps none.
    pub secrets: Option<Vec<SecretLine>>,
    /// Whether there is room for another secret.
    pub may_add: bool,
    /// What was typed for one.
    pub typed_secret: TypedSecret,
    /// What was typed to confirm that the app is to be deleted.
    pub typed_confirm: String,
    /// What the fields are called.
    pub labels: AppLabels,
    /// What is in them.
    pub fields: AppFields,
    /// Whether something of it needs approval, or did.
    pub reviews: bool,
    /// Whether a request for its review is open.
    pub under_review: bool,
    /// How many people may still connect it, where that is bounded.
    pub room: Option<Text>,
    /// What it asks people for.
    pub scopes: ScopeChoice,
    /// A redirect URI that was looked at.
    pub checked: Option<CheckedUri>,
    /// Whether mail is sent here.
    pub mails: bool,
    /// Whether passwords are asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// The app that a test side belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOf {
    /// Its client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
}

/// The days after which a new secret may end by itself.
pub const SECRET_DAYS: [u32; 4] = [30, 90, 180, 365];

/// One secret, of which nothing but this is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretLine {
    /// What the form that revokes it carries.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created: Text,
    /// When it was last used, and from which network.
    pub last_used: Option<(Text, String)>,
    /// When it ends by itself.
    pub expires: Option<Text>,
}

/// What was typed for a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedSecret {
    /// What it is to be called.
    pub name: String,
    /// After how many days it is to end.
    pub days: Option<u32>,
    /// How many hours the others go on working.
    pub overlap: Option<String>,
}

/// What was found of a redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedUri {
    /// The URI that was typed.
    pub sent: String,
    /// Whether it would be accepted.
    pub accepted: bool,
    /// The nearest of those that are registered.
    pub registered: Option<String>,
    /// Where both are the same, where they differ first in what was sent and what is registered.
    pub difference: Option<(String, String, String)>,
    /// What is the matter, and what to do.
    pub sentence: Text,
}

impl AppPage {
    /// Changes the app.
    pub const UPDATE: &str = "/apps/update";
    /// Makes another secret.
    pub const ADD_SECRET: &str = "/apps/secrets/add";
    /// Makes a secret in place of all.
    pub const ROTATE: &str = "/apps/secrets/rotate";
    /// Ends a secret.
    pub const REVOKE: &str = "/apps/secrets/revoke";
    /// Gives the app keys in place of secrets, or others in place of those.
    pub const SET_KEYS: &str = "/apps/keys/set";
    /// Registers what OpenID Connect wants to know of it.
    pub const SET_OPENID: &str = "/apps/openid";
    /// Takes its keys away, so that it has secrets again.
    pub const DROP_KEYS: &str = "/apps/keys/drop";
    /// Gives the app a picture: `multipart/form-data` with `file`.
    pub const LOGO: &str = "/apps/logo";
    /// Takes its picture away.
    pub const REMOVE_LOGO: &str = "/apps/logo/remove";
    /// Deletes the app.
    pub const DELETE: &str = "/apps/delete";
    /// Offers the app to somebody.
    pub const OFFER: &str = "/apps/transfer/offer";
    /// Takes an offer back.
    pub const WITHDRAW: &str = "/apps/transfer/withdraw";

    fn changes(&self) -> bool {
        self.role >= Role::Developer
    }

    fn owns(&self) -> bool {
        self.role == Role::Owner && self.test_of.is_none()
    }

    fn transfer_field(&self) -> Field<'_> {
        Field {
            id: "transfer-email",
            label: self.frame.text("transfer-to"),
            kind: "email",
            autocomplete: "off",
            value: &self.transfer.email,
            problem: self.problem("transfer-email"),
            optional: true,
            ..Field::default()
        }
    }

    fn href(&self) -> String {
        app_href(&self.client_id)
    }

    fn log_href(&self) -> String {
        super::log_href(&self.client_id)
    }

    fn try_href(&self) -> String {
        super::try_href(&self.client_id)
    }

    fn test_href(&self) -> String {
        let own = self.test_of.as_ref().map(|live| live.client_id.as_str());
        test_href(own.unwrap_or(&self.client_id))
    }

    fn review_href(&self) -> String {
        review_href(&self.client_id)
    }

    fn status(&self) -> Option<(Text, &'static str)> {
        status(self.status, self.under_review, self.frame.language)
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            frame: &self.frame,
            labels: &self.labels,
            fields: &self.fields,
            problems: &self.problems,
        }
    }

    fn scopes_shown(&self) -> ScopesShown<'_> {
        ScopesShown {
            frame: &self.frame,
            choice: &self.scopes,
        }
    }

    fn summary(&self) -> Problems<'_> {
        summary(&self.frame, &self.problems)
    }

    /// The same field on each form that asks for it, under an id of its own.
    fn password_field(&self, id: &'static str) -> Field<'_> {
        Field {
            id,
            name: Some("password"),
            problem: problem_of(&self.problems, id),
            ..password(&self.frame, &self.problems)
        }
    }

    fn picture(&self) -> PictureForms<'_> {
        PictureForms {
            frame: &self.frame,
            nonce: &self.nonce,
            whose: ("app", &self.client_id),
            logo_url: self.logo_url.as_deref(),
            paths: (Self::LOGO, Self::REMOVE_LOGO),
            hint: self.frame.text("app-logo-hint"),
            problem: self.problem("file"),
        }
    }

    fn problem(&self, field: &str) -> Option<&Text> {
        problem_of(&self.problems, field)
    }

    /// Whether one of these fields is wrong, so that what they are folded into stands open.
    fn is_wrong(&self, fields: &[&str; 2]) -> bool {
        fields.iter().any(|field| self.problem(field).is_some())
    }

    fn has_wrong_keys(&self) -> bool {
        self.is_wrong(&["jwks", "jwks-uri"]) || self.problem("keys-password").is_some()
    }

    fn back_channel_field<'a>(&'a self, openid: &'a AppOpenId) -> Field<'a> {
        Field {
            id: "back-channel",
            label: self.frame.text("app-openid-told"),
            kind: "url",
            autocomplete: "off",
            value: &openid.back_channel,
            hint: Some(self.frame.text("app-openid-told-hint")),
            problem: self.problem("back-channel"),
            optional: true,
            ..Field::default()
        }
    }

    fn keys_uri_field<'a>(&'a self, keys: &'a AppKeys) -> Field<'a> {
        Field {
            id: "jwks-uri",
            label: self.frame.text("app-keys-uri"),
            kind: "url",
            autocomplete: "off",
            value: &keys.typed_uri,
            hint: Some(self.frame.text("app-keys-uri-hint")),
            problem: self.problem("jwks-uri"),
            optional: true,
            ..Field::default()
        }
    }

    fn secret_name_field(&self) -> Field<'_> {
        Field {
            id: "secret-name",
            label: self.frame.text("app-secret-name"),
            kind: "text",
            autocomplete: "off",
            value: &self.typed_secret.name,
            problem: self.problem("secret-name"),
            optional: true,
            ..Field::default()
        }
    }

    fn overlap(&self) -> &str {
        self.typed_secret.overlap.as_deref().unwrap_or("24")
    }

    /// Whether something was typed for a secret, so that its form stands open.
    fn adds_secret(&self) -> bool {
        let typed = &self.typed_secret;
        !typed.name.is_empty() || typed.days.is_some()
    }

    fn ends_after(&self, days: &u32) -> bool {
        self.typed_secret.days == Some(*days)
    }

    fn days(days: &u32) -> usize {
        usize::try_from(*days).unwrap_or_default()
    }

    fn confirm_field(&self) -> Field<'_> {
        Field {
            id: "confirm",
            label: self
                .frame
                .text_of("app-delete-confirm", &[("name", &self.name)]),
            kind: "text",
            autocomplete: "off",
            value: &self.typed_confirm,
            problem: problem_of(&self.problems, "confirm"),
            ..Field::default()
        }
    }
}

impl Page for AppPage {
    const NAME: &'static str = "app";
    const ASKS_PASSWORD: bool = true;
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        examples::all(language)
    }
}
