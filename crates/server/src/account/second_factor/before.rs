//! What was proved before the second factor, and what both are together.
use super::standing::Newcomer;
use crate::http::error::PageError;
use crate::state::App;
use protocol::accounts::second_factor::{Proof, Second, with_second};
use protocol::accounts::sign_in::HandedOff;
use protocol::handoff::LoginOutcome;
use protocol::types::{Locator, UnixTime};

/// Both together.
pub(super) enum Together {
    /// After the password.
    Password(Second),
    /// After a sign-in at another provider: what that said, when, and the methods of both.
    Elsewhere(Locator, UnixTime, String),
    /// In a session that had begun before: when, and the methods of both.
    Besides(UnixTime, String),
}

impl Together {
    pub(super) fn proof(&self) -> Proof<'_> {
        match self {
            Together::Password(second) => Proof::PasswordAnd(*second),
            Together::Elsewhere(answer, auth_time, methods) => Proof::HandedOff(HandedOff {
                answer: *answer,
                auth_time: *auth_time,
                methods,
            }),
            Together::Besides(at, methods) => Proof::Besides(*at, methods),
        }
    }

    /// After a sign-in that is under way: by the password, or by what another provider `answer`ed; `None` where that is
    /// forgotten.
    pub(super) async fn after(
        app: &App,
        answer: Option<Locator>,
        second: Second,
    ) -> Result<Option<Self>, PageError> {
        let Some(id) = answer else {
            return Ok(Some(Together::Password(second)));
        };
        let answer = app.store.login_answer(id).await?;
        Ok(match answer.map(|answer| answer.outcome) {
            Some(LoginOutcome::SignedIn {
                auth_time, methods, ..
            }) => {
                let methods = with_second(&methods, second);
                Some(Together::Elsewhere(id, auth_time, methods))
            }
            Some(LoginOutcome::Refused) | None => None,
        })
    }

    /// Of somebody who sets a second factor up.
    pub(super) async fn of_newcomer(
        app: &App,
        newcomer: &Newcomer,
    ) -> Result<Option<Self>, PageError> {
        match &newcomer.session {
            Some(own) => {
                let before = own.methods.as_deref().unwrap_or("pwd");
                let both = with_second(before, Second::Code);
                Ok(Some(Together::Besides(own.auth_time, both)))
            }
            None => Self::after(app, newcomer.answer, Second::Code).await,
        }
    }
}
