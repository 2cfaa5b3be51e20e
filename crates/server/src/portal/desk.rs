//! Who sits at a page of the portal, and the app that it is about.
use crate::account::proof::{ACCOUNT_PAGE, Proof, prove};
use crate::account::throttle;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::request::Host;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::OwnPage;
use crate::ops::clock;
use crate::portal::managed::{By, Hand, app_of};
use crate::portal::sign_in;
use crate::state::App;
use pages::portal::Trail;
use pages::{Problem, Speak, Text};
use protocol::apps::{ManagedApp, signed_in_lately};
use protocol::events::{Act, Actor};
use protocol::facts::SessionFacts;
use protocol::types::Role;

/// A developer who is signed in.
pub(in crate::portal) struct Desk {
    pub(in crate::portal) browser: BrowserContext,
    pub(in crate::portal) facts: SessionFacts,
}

impl Desk {
    /// Whoever is signed in.
    ///
    /// # Errors
    /// The way to the sign-in page, which leads back to where they are, or to their apps.
    pub(in crate::portal) fn of(browser: BrowserContext, app: &App) -> Result<Self, PageError> {
        Self::at(OwnPage::Apps, browser, app)
    }

    /// Whoever is signed in.
    ///
    /// # Errors
    /// The way to the sign-in page, which leads to this page, or back to where they are below it.
    pub(in crate::portal) fn at(
        page: OwnPage,
        browser: BrowserContext,
        app: &App,
    ) -> Result<Self, PageError> {
        let Some(facts) = browser.session.clone() else {
            let way = match (browser.host, browser.here()) {
                (Host::Portal, Some(here)) => sign_in::href(here),
                (Host::Issuer | Host::Portal, here) => page.sign_in_from(here),
            };
            return Err(PageError::instead(reply::see_other(&way)));
        };
        // Whose password everybody knows runs no apps.
        if app.config.is_published(&facts.person.email) {
            return Err(PageFault::NotFound.into());
        }
        Ok(Desk { browser, facts })
    }

    /// Whoever posted a form, the form, and what is wrong with one that is out of date.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(in crate::portal) fn posted<F>(
        app: &App,
        posted: Posted<F>,
    ) -> Result<(Self, F, Option<Problem>), PageError>
    where
        F: Form<Page = F>,
    {
        let (browser, form, stale) = taken(app, posted);
        Ok((Desk::of(browser, app)?, form, stale))
    }

    /// An app that they run, for what takes this role in its organization.
    ///
    /// # Errors
    /// That there is no such page, for anybody else's; that they may do less there.
    pub(in crate::portal) async fn app(
        &self,
        app: &App,
        client_id: &str,
        role: Role,
    ) -> Result<ManagedApp, PageError> {
        Ok(app_of(app, self.hand(), client_id, role).await?)
    }

    /// Whoever sits there, and how they signed in.
    pub(in crate::portal) fn hand(&self) -> Hand<'_> {
        Hand {
            person: &self.facts.person,
            by: By::Page(self.facts.session.has_second_factor()),
        }
    }

    /// What they do now, with an app of theirs.
    pub(in crate::portal) fn act(&self, app: &App) -> Act {
        Act {
            actor: Some(Actor::Person(self.facts.person.subject)),
            ..app.act_now(self.browser.address)
        }
    }

    /// Whether their password is asked before a secret is made, or the app is deleted. Nobody types it but at the issuer:
    /// on a host of its own the portal sends them there.
    pub(in crate::portal) fn asks_password(&self) -> bool {
        self.facts.person.signs_in_here() && self.is_long_ago() && self.browser.host == Host::Issuer
    }

    fn is_long_ago(&self) -> bool {
        !signed_in_lately(&self.facts.session, clock::now())
    }

    /// What is wrong with the password that was typed, where it is asked; or that it is to be proved at the issuer first, or
    /// where they sign in: the page leads there, and keeps what was typed.
    ///
    /// # Errors
    /// When the store fails, or too many wait to be hashed.
    pub(in crate::portal) async fn proved(
        &self,
        app: &App,
        field: &str,
        password: String,
    ) -> Result<Option<Problem>, PageError> {
        if !self.is_long_ago() {
            return Ok(None);
        }
        let source = self.browser.address.source();
        let language = self.browser.language;
        if self.browser.host == Host::Portal || !self.facts.person.signs_in_here() {
            return Ok(Some(Problem::unproved(language)));
        }
        let proof = prove(app, &self.facts.person, &source, ACCOUNT_PAGE, password).await?;
        Ok(match proof {
            Proof::Right => None,
            Proof::Wrong => Some(Problem::new(field, language.text("app-wrong-password"))),
            Proof::Throttled(throttled) => {
                Some(Problem::new(field, throttle::sentence(throttled, language)))
            }
        })
    }
}

/// Who posted a form, the form, and what is wrong with one that is out of date.
pub(in crate::portal) fn taken<F>(
    app: &App,
    posted: Posted<F>,
) -> (BrowserContext, F, Option<Problem>)
where
    F: Form<Page = F>,
{
    match posted {
        Posted::Current(browser, form) => (browser, form, None),
        Posted::OutOfDate(browser, form) => {
            let stale = Problem::new("", browser.distrust(app, "app-stale"));
            (browser, form, Some(stale))
        }
    }
}

/// Where the pages of the portal are, in the provider's own words.
pub(in crate::portal) fn trail(app: &App) -> Trail {
    let steps = app.config.portal.trail.iter();
    Trail(steps.map(Text::of_others).collect())
}
