//! What was proved before the second factor.
use super::standing::Newcomer;
use crate::http::error::PageError;
use crate::state::App;
use protocol::accounts::second_factor::{Proof, Second, with_second};
use protocol::accounts::sign_in::HandedOff;
use protocol::handoff::LoginOutcome;
use protocol::types::{Locator, Session, UnixTime};

/// What it was.
pub(in crate::account) enum Before {
    /// The password.
    Password,
    /// A sign-in at another provider: what that said, when it was, and by which methods.
    Elsewhere(Locator, UnixTime, String),
    /// A session that had begun before: when, and by which methods.
    Session(UnixTime, String),
}

impl Before {
    /// Of a session that had begun before.
    pub(in crate::account) fn of_session(own: &Session) -> Self {
        let methods = own.methods.as_deref().unwrap_or("pwd");
        Before::Session(own.auth_time, methods.to_owned())
    }

    /// In a sign-in that is under way: the password, or what another provider `answer`ed; `None` where that is forgotten.
    ///
    /// # Errors
    /// When the store fails.
    pub(in crate::account) async fn of_sign_in(
        app: &App,
        answer: Option<Locator>,
    ) -> Result<Option<Self>, PageError> {
        let Some(id) = answer else {
            return Ok(Some(Before::Password));
        };
        let answer = app.store.login_answer(id).await?;
        Ok(match answer.map(|answer| answer.outcome) {
            Some(LoginOutcome::SignedIn {
                auth_time, methods, ..
            }) => Some(Before::Elsewhere(id, auth_time, methods)),
            Some(LoginOutcome::Refused) | None => None,
        })
    }

    /// Of somebody who sets a second factor up.
    ///
    /// # Errors
    /// When the store fails.
    pub(in crate::account) async fn of_newcomer(
        app: &App,
        newcomer: &Newcomer,
    ) -> Result<Option<Self>, PageError> {
        match &newcomer.session {
            Some(own) => Ok(Some(Self::of_session(own))),
            None => Self::of_sign_in(app, newcomer.answer).await,
        }
    }

    /// By which methods it was, with the second factor.
    pub(in crate::account) fn methods(&self, second: Second) -> String {
        match self {
            Before::Password => with_second("pwd", second),
            Before::Elsewhere(_, _, methods) | Before::Session(_, methods) => {
                with_second(methods, second)
            }
        }
    }

    /// Both together, by these [methods](Self::methods).
    pub(in crate::account) fn proof<'a>(&self, second: Second, methods: &'a str) -> Proof<'a> {
        match *self {
            Before::Password => Proof::PasswordAnd(second),
            Before::Elsewhere(answer, auth_time, _) => Proof::HandedOff(HandedOff {
                answer,
                auth_time,
                methods,
                passkey: second.passkey(),
            }),
            Before::Session(auth_time, _) => Proof::Besides(auth_time, methods, second.passkey()),
        }
    }
}
