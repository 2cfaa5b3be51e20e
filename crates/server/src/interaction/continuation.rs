//! Where somebody goes on once they are signed in: what the field `request` of sign-in and sign-up carries.
mod own_page;
mod spot;

pub(crate) use own_page::OwnPage;

use super::pending::{self, Found, Over, Pending};
use crate::http::error::PageError;
use crate::http::reply::{self, LeadsToApp};
use crate::http::session::BrowserContext;
use crate::ops::clock;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Page, Speak, path};
use protocol::accounts::handover::is_state;
use protocol::accounts::people::{MAX_EMAIL, MAX_NAME};
use protocol::apps::signed_in_lately;
use protocol::authorize::Handle;
use protocol::facts::SessionFacts;
use protocol::types::text::{is_plain, shortened};
use protocol::types::{Client, Person, Side, UserCode};
use protocol::{Params, Policy};
use spot::Spot;
use std::sync::Arc;

/// What stands for the portal's own host, to which a browser goes back with what it set out with: whoever is signed in, or
/// whoever proves anew who they are.
const TO_PORTAL: &str = "portal-";
const TO_PORTAL_ANEW: &str = "portal.anew-";

/// What stands for the page where a device's code is typed; with a code, `device-BCDF-GHJK`.
const DEVICE: &str = "device";

/// See the module.
pub(crate) enum Continuation {
    /// Their own page.
    Account,
    /// A page of theirs.
    Own(OwnPage),
    /// A page below one of those.
    Spot(Spot),
    /// The portal's own host.
    Portal(ToPortal),
    /// An app that waits.
    App(Box<Pending>),
    /// A device that waits, with its code if that is known already.
    Device(Option<UserCode>),
    /// An app that waits no more.
    Over(Box<Over>),
}

/// The way back to the portal's own host.
pub(crate) struct ToPortal {
    /// What the browser set out with: for the portal to read.
    state: String,
    /// Whether it takes a proof of the last ten minutes.
    anew: bool,
    /// The portal's base URL.
    base: String,
}

impl ToPortal {
    /// What stands for it in an address.
    fn name(state: &str, anew: bool) -> String {
        let mark = match anew {
            true => TO_PORTAL_ANEW,
            false => TO_PORTAL,
        };
        format!("{mark}{state}")
    }

    /// Which it is, and what the browser set out with.
    fn named(text: &str) -> Option<(&str, bool)> {
        let anew = text.strip_prefix(TO_PORTAL_ANEW).map(|state| (state, true));
        let any = || Some((text.strip_prefix(TO_PORTAL)?, false));
        anew.or_else(any).filter(|(state, _)| is_state(state))
    }
}

/// The sign-in page, from which to go on to the portal's own host.
pub(crate) fn sign_in_for_portal(state: &str, anew: bool) -> String {
    with_handle(path::SIGN_IN, Some(&ToPortal::name(state, anew)))
}

/// What a form or an address carries to come back.
pub(crate) struct Carried {
    request: Option<String>,
    /// The app, which is told even when the request itself is forgotten.
    client_id: Option<String>,
}

impl Carried {
    /// Reads it.
    pub(crate) fn of(params: &Params) -> Self {
        let field = |name: &str| params.get(name).map(str::to_owned);
        Carried {
            request: field("request"),
            client_id: field("app"),
        }
    }

    /// What a cookie of ours kept.
    pub(crate) fn kept(handle: Option<String>) -> Self {
        Carried {
            request: handle.filter(|handle| is_continuation(handle)),
            client_id: None,
        }
    }
}

impl Continuation {
    /// Reads what a page was asked to continue. Its pages speak the language that the app asked for.
    ///
    /// # Errors
    /// When the app may not ask any more, or the store fails.
    pub(crate) async fn load(
        app: &App,
        carried: &Carried,
        browser: &mut BrowserContext,
    ) -> Result<Self, PageError> {
        let Some(text) = carried.request.as_deref() else {
            return Ok(Continuation::Account);
        };
        if let Some(page) = OwnPage::named(text) {
            return Ok(Continuation::Own(page));
        }
        if let Some(spot) = Spot::named(text) {
            return Ok(Continuation::Spot(spot));
        }
        if let Some((state, anew)) = ToPortal::named(text)
            && app.config.has_portal_host()
        {
            return Ok(Continuation::Portal(ToPortal {
                state: state.to_owned(),
                anew,
                base: app.config.portal_base.clone(),
            }));
        }
        if let Some(code) = device(text) {
            return Ok(Continuation::Device(code));
        }
        let found = pending::find(app, text, carried.client_id.as_deref(), browser).await?;
        Ok(match found {
            Found::Pending(pending) => Continuation::App(pending),
            Found::Over(over) => Continuation::Over(over),
        })
    }

    fn client(&self) -> Option<&Arc<Client>> {
        match self {
            Continuation::App(pending) => Some(&pending.request.client),
            Continuation::Over(over) => over.client.as_ref(),
            Continuation::Account
            | Continuation::Own(_)
            | Continuation::Spot(_)
            | Continuation::Portal(_)
            | Continuation::Device(_) => None,
        }
    }

    /// The client id of the app, for a form to carry.
    pub(crate) fn client_id(&self) -> Option<String> {
        self.client().map(|client| client.id.clone())
    }

    /// `path` with what comes back here.
    pub(crate) fn with(&self, path: &str) -> String {
        let carried = self.carried();
        let url = with_handle(path, carried.as_deref());
        match (self, carried, self.client_id()) {
            (Continuation::Over(_), Some(_), Some(client_id)) => format!("{url}&app={client_id}"),
            _ => url,
        }
    }

    /// What a form carries to come back here.
    pub(crate) fn carried(&self) -> Option<String> {
        match self {
            Continuation::Account => None,
            Continuation::Own(page) => Some(page.name().to_owned()),
            Continuation::Spot(spot) => Some(spot.name()),
            Continuation::Portal(way) => Some(ToPortal::name(&way.state, way.anew)),
            Continuation::App(pending) => Some(pending.handle.clone()),
            // It came from a form or link; only what could be ours goes on.
            Continuation::Over(over) => {
                Some(over.handle.clone()).filter(|handle| is_continuation(handle))
            }
            Continuation::Device(None) => Some(DEVICE.to_owned()),
            Continuation::Device(Some(code)) => Some(format!("{DEVICE}-{code}")),
        }
    }

    /// Where to go on.
    pub(crate) fn href(&self) -> String {
        match self {
            Continuation::Account => path::ACCOUNT.to_owned(),
            Continuation::Own(page) => page.href().to_owned(),
            Continuation::Spot(spot) => spot.href().to_owned(),
            Continuation::Portal(way) => {
                format!("{}{}?state={}", way.base, path::SIGN_IN, way.state)
            }
            Continuation::App(_) | Continuation::Over(_) => self.with(path::CONSENT),
            Continuation::Device(None) => path::DEVICE.to_owned(),
            Continuation::Device(Some(code)) => format!("{}?user_code={code}", path::DEVICE),
        }
    }

    /// The name of what waits.
    pub(crate) fn waiting(&self, speaker: impl Speak) -> Option<String> {
        match self {
            Continuation::Account
            | Continuation::Own(_)
            | Continuation::Spot(_)
            | Continuation::Portal(_) => None,
            Continuation::Device(_) => Some(speaker.text("device-yours").to_string()),
            Continuation::App(_) | Continuation::Over(_) => self
                .client()
                .map(|client| shortened(&client.name, MAX_NAME)),
        }
    }

    /// Whether this person can go on there.
    pub(crate) fn suits(&self, person: &Person) -> bool {
        self.client().is_none_or(|client| client.may_meet(person))
    }

    /// Whether whoever has this session goes on there without signing in.
    pub(crate) fn is_met_by(&self, session: &SessionFacts, policy: &Policy) -> bool {
        match self {
            Continuation::App(pending) => {
                let moment = pending.moment();
                pending.request.is_met_by(session, policy, moment)
            }
            Continuation::Portal(way) if way.anew => {
                signed_in_lately(&session.session, clock::now())
            }
            _ => self.suits(&session.person),
        }
    }

    /// Whether they would, had it begun with a second factor.
    pub(crate) fn lacks_second_factor(&self, session: &SessionFacts, policy: &Policy) -> bool {
        match self {
            Continuation::App(pending) => {
                let moment = pending.moment();
                pending
                    .request
                    .lacks_second_factor_alone(session, policy, moment)
            }
            Continuation::Account
            | Continuation::Own(_)
            | Continuation::Spot(_)
            | Continuation::Portal(_)
            | Continuation::Device(_)
            | Continuation::Over(_) => false,
        }
    }

    /// Whether what waits takes a proof of the last minutes, whoever is signed in elsewhere.
    pub(crate) fn wants_proof(&self) -> bool {
        matches!(self, Continuation::Portal(way) if way.anew)
    }

    /// The address that an app expects to sign in with, if it can be one.
    pub(crate) fn login_hint(&self) -> Option<&str> {
        let Continuation::App(pending) = self else {
            return None;
        };
        let hint = pending.request.login_hint();
        hint.filter(|hint| hint.len() <= MAX_EMAIL && hint.contains('@') && is_plain(hint))
    }

    /// Whether only test users can.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.client()
            .is_some_and(|client| client.side == Side::Test)
    }

    /// A page whose forms may lead there.
    pub(crate) fn page(&self, status: StatusCode, page: &impl Page) -> Response {
        let leads =
            matches!(self, Continuation::App(_) | Continuation::Over(_)).then_some(LeadsToApp);
        reply::page(status, page, leads)
    }
}

/// The sign-in page, from which to go on to a device.
pub(crate) fn sign_in_for_device(code: Option<UserCode>) -> String {
    with_handle(
        path::SIGN_IN,
        Continuation::Device(code).carried().as_deref(),
    )
}

/// A path with the handle of the request that it continues.
pub(crate) fn with_handle(path: &str, handle: Option<&str>) -> String {
    match handle {
        Some(handle) => format!("{path}?request={handle}"),
        None => path.to_owned(),
    }
}

/// The address of a page of ours that says what came before.
pub(crate) fn after_url(url: &str, what: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}after={what}")
}

/// The way to sign in again for whoever has no password here, and must prove anew who they are before they do what is
/// theirs alone.
pub(crate) fn again(continuation: &Continuation) -> PageError {
    let sign_in = continuation.with(path::SIGN_IN);
    PageError::instead(reply::see_other(&after_url(&sign_in, "again")))
}

/// Only what can be a continuation of ours goes into a URL.
pub(crate) fn is_continuation(text: &str) -> bool {
    OwnPage::named(text).is_some()
        || Spot::named(text).is_some()
        || ToPortal::named(text).is_some()
        || device(text).is_some()
        || Handle::parse(text).is_some()
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
    use super::{Continuation, OwnPage, Spot, ToPortal, device, is_continuation};
    use protocol::types::UserCode;

    #[test]
    fn only_continuations_of_ours_are_carried() {
        assert_eq!(device("device"), Some(None));
        assert_eq!(ToPortal::named("portal-a.1.c.d"), Some(("a.1.c.d", false)));
        let anew = ToPortal::name("a.1.c.d", true);
        assert_eq!(ToPortal::named(&anew), Some(("a.1.c.d", true)));
        assert!(device("device-BCDF-GHJK").is_some_and(|code| code.is_some()));
        for no in [
            "",
            "devices",
            "device-",
            "device-AEIO",
            "/device",
            "rq_x",
            "device\r\n",
            "portal",
            "portal-",
            "portal-a.b.c",
            "portal-a.b.c./d",
            "portal-//a.b.c.d",
        ] {
            assert!(!is_continuation(no), "{no:?}");
        }
    }

    /// Where each leads that an address can name without the help of an app: another variant does not compile here until it
    /// is said.
    fn leads(of: &Continuation) -> &'static str {
        match of {
            Continuation::Account
            | Continuation::Own(_)
            | Continuation::Spot(_)
            | Continuation::Device(_)
            | Continuation::App(_)
            | Continuation::Over(_) => "/",
            Continuation::Portal(_) => "https://dev.example/",
        }
    }

    #[test]
    fn none_leads_to_a_host_of_somebody_elses() {
        let own = OwnPage::ALL.map(Continuation::Own);
        let code = UserCode::parse("BCDF-GHJK");
        assert!(code.is_some());
        let others = [
            Continuation::Account,
            Continuation::Device(None),
            Continuation::Device(code),
            Continuation::Spot(Spot::at("/apps/a?check=https%3A%2F%2Fa.example").expect("a page")),
            Continuation::Portal(ToPortal {
                state: "a.1.c.d".to_owned(),
                anew: false,
                base: "https://dev.example".to_owned(),
            }),
        ];
        for one in own.into_iter().chain(others) {
            let (href, start) = (one.href(), leads(&one));
            let rest = href.strip_prefix(start);
            let rest = rest.unwrap_or_else(|| panic!("{href}"));
            assert!(!rest.starts_with(['/', '\\', '@', '.']), "{href}");
            assert!(!rest.contains("//"), "{href}");
            // What carries it there is what leads back to it.
            assert!(one.carried().is_none_or(|text| is_continuation(&text)));
        }
    }

    #[test]
    fn what_names_another_place_is_no_continuation() {
        let names = OwnPage::ALL.map(OwnPage::name);
        let others = [
            "device",
            "device-BCDF-GHJK",
            "portal-a.1.c.d",
            "portal.anew-a.1.c.d",
        ];
        for name in names.into_iter().chain(others) {
            assert!(is_continuation(name), "{name}");
            for no in [
                format!("//{name}"),
                format!("/{name}"),
                format!("\\{name}"),
                format!("https://evil.example/{name}"),
                format!("https://evil.example#{name}"),
                format!("{name}@evil.example"),
                format!("{name}//evil.example"),
                format!("{name}/../.."),
                format!("{name}?to=//evil.example"),
                format!("{name}\r\nLocation: //evil.example"),
                format!(" {name}"),
            ] {
                assert!(!is_continuation(&no), "{no:?}");
            }
        }
    }
}
