//! An administrator at a page of theirs.
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted};
use crate::http::session::BrowserContext;
use crate::interaction::continuation::OwnPage;
use crate::portal::desk::{Desk, taken};
use crate::state::App;
use pages::Problem;
use protocol::apps::review::Reviewer;
use protocol::events::Act;

/// An administrator who is signed in.
pub(super) struct Admin {
    pub(super) desk: Desk,
    pub(super) reviewer: Reviewer,
}

impl Admin {
    /// Whoever is signed in.
    ///
    /// # Errors
    /// The way to the sign-in page, for nobody; that there is no such page, for anybody else.
    pub(super) fn of(browser: BrowserContext, app: &App) -> Result<Self, PageError> {
        let desk = Desk::at(OwnPage::Requests, browser, app)?;
        let reviewer = Reviewer::of(&desk.facts.person).ok_or(PageFault::NotFound)?;
        Ok(Admin { desk, reviewer })
    }

    /// Whoever posted a form, the form, and what is wrong with one that is out of date.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(super) fn posted<F>(
        app: &App,
        posted: Posted<F>,
    ) -> Result<(Self, F, Option<Problem>), PageError>
    where
        F: Form<Page = F>,
    {
        let (browser, form, stale) = taken(app, posted);
        Ok((Admin::of(browser, app)?, form, stale))
    }

    /// What they do now.
    pub(super) fn act(&self, app: &App) -> Act {
        Act {
            actor: Some(self.reviewer.actor()),
            ..app.act_now(self.desk.browser.address)
        }
    }
}
