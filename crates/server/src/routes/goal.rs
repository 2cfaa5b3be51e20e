//! Where somebody goes on once they are signed in: what the field `request` of sign-in and sign-up carries.
use super::pending::{self, Pending, with_handle};
use crate::app::App;
use crate::request::RequestId;
use axum::http::StatusCode;
use axum::response::Response;
use pages::Page;
use protocol::authorize::Handle;
use protocol::accounts::people::MAX_NAME;
use protocol::types::text::shortened;
use protocol::types::{Person, Side, UserCode};

/// What stands for the page where a device's code is typed; with a code, `device-BCDF-GHJK`.
const DEVICE: &str = "device";

/// See the module.
pub(crate) enum Goal {
    /// Their own page.
    Account,
    /// An app that waits.
    App(Box<Pending>),
    /// A device that waits, with its code if that is known already.
    Device(Option<UserCode>),
}

impl Goal {
    /// Reads what a page was asked to continue.
    ///
    /// # Errors
    /// As [`pending::load`].
    pub(crate) async fn load(
        app: &App,
        text: Option<&str>,
        id: RequestId,
    ) -> Result<Self, Response> {
        match text {
            None => Ok(Goal::Account),
            Some(text) => match device(text) {
                Some(code) => Ok(Goal::Device(code)),
                None => Ok(Goal::App(Box::new(pending::load(app, text, id).await?))),
            },
        }
    }

    /// What a form carries to come back here.
    pub(crate) fn carried(&self) -> Option<String> {
        match self {
            Goal::Account => None,
            Goal::App(pending) => Some(pending.handle.clone()),
            Goal::Device(None) => Some(DEVICE.to_owned()),
            Goal::Device(Some(code)) => Some(format!("{DEVICE}-{code}")),
        }
    }

    /// Where to go on.
    pub(crate) fn href(&self) -> String {
        match self {
            Goal::Account => "/account".to_owned(),
            Goal::App(pending) => with_handle("/consent", Some(&pending.handle)),
            Goal::Device(None) => "/device".to_owned(),
            Goal::Device(Some(code)) => format!("/device?user_code={code}"),
        }
    }

    /// The name of what waits.
    pub(crate) fn waiting(&self) -> Option<String> {
        match self {
            Goal::Account => None,
            Goal::App(pending) => Some(shortened(&pending.request.client.name, MAX_NAME)),
            Goal::Device(_) => Some("your device".to_owned()),
        }
    }

    /// Whether this person can go on there.
    pub(crate) fn suits(&self, person: &Person) -> bool {
        match self {
            Goal::App(pending) => pending.request.client.may_meet(person),
            Goal::Account | Goal::Device(_) => true,
        }
    }

    /// Whether only test users can.
    pub(crate) fn is_for_tests(&self) -> bool {
        match self {
            Goal::App(pending) => pending.request.client.side == Side::Test,
            Goal::Account | Goal::Device(_) => false,
        }
    }

    /// A page whose forms may lead there.
    pub(crate) fn page(&self, status: StatusCode, page: &impl Page) -> Response {
        match self {
            Goal::App(pending) => pending::page(status, page, Some(pending)),
            _ => pending::page(status, page, None),
        }
    }
}

/// The sign-in page, from which to go on to a device.
pub(crate) fn sign_in_for_device(code: Option<UserCode>) -> String {
    with_handle("/sign-in", Goal::Device(code).carried().as_deref())
}

/// Only what can be a goal of ours goes into a URL.
pub(crate) fn is_goal(text: &str) -> bool {
    device(text).is_some() || Handle::parse(text).is_some()
}

fn device(text: &str) -> Option<Option<UserCode>> {
    let rest = text.strip_prefix(DEVICE)?;
    match rest.strip_prefix('-') {
        None => rest.is_empty().then_some(None),
        Some(code) => UserCode::parse(code).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::{device, is_goal};

    #[test]
    fn only_goals_of_ours_are_carried() {
        assert_eq!(device("device"), Some(None));
        assert!(device("device-BCDF-GHJK").is_some_and(|code| code.is_some()));
        for no in [
            "",
            "devices",
            "device-",
            "device-AEIO",
            "/device",
            "rq_x",
            "device\r\n",
        ] {
            assert!(!is_goal(no), "{no:?}");
        }
    }
}
