//! Handing an app over: offering it, taking the offer back, accepting and declining it.
use super::name_refused::{NameRefused, refused, stays};
use super::show::{Said, page};
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::ops::clock;
use crate::portal::desk::Desk;
use crate::portal::offered::{NotAccepted, accept as accept_offer, decline as decline_offer};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{AppPage, Apps, PORTAL, app_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::apps::ManagedApp;
use protocol::apps::transfer::{self, TransferError};
use protocol::types::{Client, Language, Locator, MailAddress, Membership, Person, Receiver, Role};
use store::{Outcome, StoreError};

/// An app that is to be offered.
pub(crate) struct OfferForm {
    client_id: String,
    /// The version of the app that the page showed.
    version: i64,
    email: String,
    organization: String,
    password: String,
}

impl WholeForm for OfferForm {
    const PATH: &'static str = AppPage::OFFER;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        OfferForm {
            client_id: params.text("app"),
            version: params.number("version"),
            email: params.text("transfer-email"),
            organization: params.text("organization"),
            password: params.text("password"),
        }
    }
}

impl OfferForm {
    /// To whom; nobody where it says none or two.
    fn receiver(&self, memberships: &[Membership]) -> Option<Receiver> {
        match (self.email.trim(), self.organization.as_str()) {
            ("", id) => {
                let id = id.parse().ok().map(Locator)?;
                let own = memberships.iter().find(|own| own.organization.id == id)?;
                Some(Receiver::Organization(own.organization.id))
            }
            (email, "") => MailAddress::parse(email).map(Receiver::Address),
            _ => None,
        }
    }
}

/// `POST`: offers the app. Posted twice, it is offered once.
pub(super) async fn offer(
    State(app): State<App>,
    posted: Posted<OfferForm>,
) -> Result<Response, PageError> {
    let (desk, mut form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Owner).await?;
    let language = desk.browser.language;
    let password = std::mem::take(&mut form.password);
    let mut problems: Vec<Problem> = stale.into_iter().collect();
    let person = &desk.facts.person;
    let memberships = app.store.memberships(person.subject).await?;
    let receiver = form.receiver(&memberships);
    if receiver.is_none() {
        let sentence = language.text("transfer-wrong");
        problems.push(Problem::new("transfer-email", sentence));
    }
    if let (Some(to), true) = (&receiver, problems.is_empty())
        && is_offered(&app, &managed, form.version, (person, to)).await?
    {
        return Ok(done(&form.client_id, "offered"));
    }
    if problems.is_empty() {
        problems.extend(desk.proved(&app, "transfer-password", password).await?);
    }
    let (Some(to), true) = (receiver, problems.is_empty()) else {
        return again(&app, desk, &managed, form, problems).await;
    };
    let mails = app.config.mail.is_some();
    let change = transfer::offer(&managed, person, to.clone(), mails, clock::now(), &app.mint);
    let change = match change {
        Ok(change) => change,
        Err(error) => {
            let problems = vec![Problem::new("transfer-email", said_of(error, language))];
            return again(&app, desk, &managed, form, problems).await;
        }
    };
    if app.settle_one(change, desk.act(&app)).await? == Outcome::Conflict {
        let managed = desk.app(&app, &form.client_id, Role::Owner).await?;
        if is_offered(&app, &managed, form.version, (person, &to)).await? {
            return Ok(done(&form.client_id, "offered"));
        }
        let problems = vec![Problem::new("", language.text("app-stale"))];
        return again(&app, desk, &managed, form, problems).await;
    }
    Ok(done(&form.client_id, "offered"))
}

/// Whether this person has offered the app to them since the page was shown: the same form came before.
async fn is_offered(
    app: &App,
    managed: &ManagedApp,
    shown: i64,
    (person, to): (&Person, &Receiver),
) -> Result<bool, StoreError> {
    let client = managed.client();
    if client.version == shown {
        return Ok(false);
    }
    let open = app.store.transfer_of(client.no, clock::now()).await?;
    Ok(open.is_some_and(|open| open.to == *to && open.offered_by == person.subject))
}

async fn again(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    form: OfferForm,
    problems: Vec<Problem>,
) -> Result<Response, PageError> {
    let said = Said {
        transfer_email: form.email,
        transfer_organization: form.organization,
        problems,
        ..Said::default()
    };
    page(app, desk, managed, said).await
}

fn done(client_id: &str, what: &str) -> Response {
    reply::see_other(&format!("{}?done={what}", app_href(client_id)))
}

fn said_of(error: TransferError, language: Language) -> Text {
    match error {
        TransferError::ForOwners => language.text("role"),
        TransferError::Same => language.text("transfer-same"),
        TransferError::TestSide => language.text("transfer-test-side"),
        // What keeps it from its new owner is said to whoever accepts it.
        TransferError::Unknown | TransferError::Name(_) | TransferError::Full(_) => {
            language.text("transfer-gone")
        }
    }
}

/// An offer that is to be taken back.
pub(crate) struct WithdrawForm {
    client_id: String,
    transfer: Locator,
}

impl WholeForm for WithdrawForm {
    const PATH: &'static str = AppPage::WITHDRAW;

    fn read(params: &Params) -> Self {
        WithdrawForm {
            client_id: params.text("app"),
            transfer: Locator(params.number("transfer")),
        }
    }
}

/// `POST`: takes an offer back. Posted twice, it is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    posted: Posted<WithdrawForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Owner).await?;
    if let Some(stale) = stale {
        let said = Said {
            problems: vec![stale],
            ..Said::default()
        };
        return page(&app, desk, &managed, said).await;
    }
    if let Some(open) = app.store.transfer(form.transfer).await? {
        let change = transfer::withdraw(&managed, &open).map_err(|_| PageFault::NotFound)?;
        app.settle_one(change, desk.act(&app)).await?;
    }
    Ok(done(&form.client_id, "withdrawn"))
}

/// What is said where a name keeps an app from being taken over.
const NOT_YOURS: NameRefused = NameRefused {
    cause: "An app that is offered has a name that its new owner could not give it",
    title: "transfer-name-title",
    taken: "transfer-name-taken",
    provider: "transfer-name-provider",
    mark: "transfer-name-mark",
};

/// The page that says that whoever would run an app has as many as they may, and what to do.
fn no_room(app: &App, client: &Client, to: &Receiver, browser: &BrowserContext) -> Response {
    let why = match to {
        Receiver::Address(_) => "transfer-full",
        Receiver::Organization(_) => "transfer-full-organization",
    };
    let cause = "An app that is offered would be one more than its new owner may run";
    stays(app, client, (cause, "transfer-full-title", why), browser)
}

/// An offer that is answered.
pub(crate) struct AcceptForm(Locator);

impl WholeForm for AcceptForm {
    const PATH: &'static str = Apps::ACCEPT;

    fn read(params: &Params) -> Self {
        AcceptForm(Locator(params.number("transfer")))
    }
}

/// An offer that is declined.
pub(crate) struct DeclineForm(Locator);

impl WholeForm for DeclineForm {
    const PATH: &'static str = Apps::DECLINE;

    fn read(params: &Params) -> Self {
        DeclineForm(Locator(params.number("transfer")))
    }
}

/// `POST`: takes an app over. Posted twice, it is theirs.
pub(super) async fn accept(
    State(app): State<App>,
    posted: Posted<AcceptForm>,
) -> Result<Response, PageError> {
    let (desk, AcceptForm(id), stale) = Desk::posted(&app, posted)?;
    if stale.is_some() {
        return Ok(reply::see_other(PORTAL));
    }
    Ok(
        match accept_offer(&app, desk.hand(), id, desk.act(&app)).await? {
            Ok(client) => done(&client.id, "accepted"),
            Err(NotAccepted::Gone) => reply::see_other(&format!("{PORTAL}?done=gone")),
            Err(NotAccepted::Name(client, error)) => {
                refused(&app, &client, &error, &NOT_YOURS, &desk.browser)
            }
            Err(NotAccepted::Full(client, to, _)) => no_room(&app, &client, &to, &desk.browser),
        },
    )
}

/// `POST`: declines an offer. Posted twice, it is declined.
pub(super) async fn decline(
    State(app): State<App>,
    posted: Posted<DeclineForm>,
) -> Result<Response, PageError> {
    let (desk, DeclineForm(id), stale) = Desk::posted(&app, posted)?;
    if stale.is_some() {
        return Ok(reply::see_other(PORTAL));
    }
    // What is declined already, or was made to somebody else, is nothing to them in either case.
    let _ = decline_offer(&app, desk.hand(), id, desk.act(&app)).await?;
    Ok(reply::see_other(&format!("{PORTAL}?done=declined")))
}
