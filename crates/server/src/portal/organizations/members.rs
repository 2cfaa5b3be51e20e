//! Who belongs to an organization.
use super::acts::{Asked, again, done, settle};
use super::show::{Said, seat as in_seat};
use crate::account::throttle;
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::ops::clock;
use crate::portal::daily::spend;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{OrganizationPage, Organizations};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::daily::Daily;
use protocol::organizations::{OrganizationError, Seat};
use protocol::types::{Locator, MailAddress, Role, Subject};
use store::Outcome;

fn role(params: &Params) -> Option<Role> {
    Role::parse(params.get("role").unwrap_or_default())
}

/// Somebody to ask.
pub(crate) struct InviteForm {
    id: String,
    /// The version of the organization that the page showed.
    version: i64,
    email: String,
    role: Option<Role>,
    password: String,
}

impl WholeForm for InviteForm {
    const PATH: &'static str = OrganizationPage::INVITE;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        InviteForm {
            id: params.text("organization"),
            version: params.number("version"),
            email: params.text("email"),
            role: role(params),
            password: params.text("password"),
        }
    }
}

/// `POST`: asks somebody to join. Posted twice, they are asked once.
pub(super) async fn invite(
    State(app): State<App>,
    posted: Posted<InviteForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = in_seat(&app, &desk, &form.id).await?;
    let said = Said {
        email: form.email.clone(),
        role: form.role,
        ..Said::default()
    };
    let there = || reply::see_other(&done(&form.id, "invited"));
    // Nobody chooses a role that there is not.
    let role = form.role.unwrap_or(Role::Viewer);
    if stale.is_none() && is_asked(&seat, form.version, (&form.email, role)) {
        return Ok(there());
    }
    let mails = app.config.mail.is_some();
    let change = seat.invite(&form.email, role, mails, clock::now(), &app.mint);
    let problem = match stale {
        Some(stale) => Some(stale),
        None if change.is_ok() => desk.proved(&app, "invite-password", form.password).await?,
        None => None,
    };
    if let Some(problem) = problem {
        return again(&app, desk, &seat, said, problem).await;
    }
    if change.is_ok()
        && let Err((problem, wait)) = spend(&app, &desk, Daily::Invitation, "email").await?
    {
        let form = again(&app, desk, &seat, said, problem).await?;
        return Ok(throttle::refuse(form, wait));
    }
    let change = match change {
        Ok(change) => change,
        Err(error) => {
            let asked = Asked {
                change: Err(error),
                field: "email",
                said,
                done: done(&form.id, "invited"),
            };
            return settle(&app, desk, &seat, asked).await;
        }
    };
    if app.settle_one(change.into(), desk.act(&app)).await? == Outcome::Committed {
        return Ok(there());
    }
    let seat = in_seat(&app, &desk, &form.id).await?;
    if is_asked(&seat, form.version, (&form.email, role)) {
        return Ok(there());
    }
    let stale = Problem::new("", desk.browser.language.text("app-stale"));
    again(&app, desk, &seat, said, stale).await
}

/// Whether whoever sits there has asked this since the page was shown: the same form came before.
fn is_asked(seat: &Seat, shown: i64, (email, role): (&str, Role)) -> bool {
    let facts = seat.facts();
    let key = MailAddress::parse(email).map(|email| email.key());
    let mut open = facts.invitations.iter();
    facts.organization.version != shown
        && open.any(|open| {
            Some(open.email.key()) == key
                && open.role == role
                && open.invited_by == seat.subject()
                && open.expires_at > clock::now()
        })
}

/// An invitation to take back.
pub(crate) struct WithdrawForm {
    id: String,
    invitation: Locator,
}

impl WholeForm for WithdrawForm {
    const PATH: &'static str = OrganizationPage::WITHDRAW;

    fn read(params: &Params) -> Self {
        WithdrawForm {
            id: params.text("organization"),
            invitation: Locator(params.number("invitation")),
        }
    }
}

/// `POST`: takes an invitation back. Posted twice, it is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    posted: Posted<WithdrawForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = in_seat(&app, &desk, &form.id).await?;
    if let Some(stale) = stale {
        return again(&app, desk, &seat, Said::default(), stale).await;
    }
    let change = match seat.withdraw(form.invitation) {
        Err(OrganizationError::Unknown) => Ok(None),
        change => change.map(Some),
    };
    let asked = Asked {
        change,
        field: "",
        said: Said::default(),
        done: done(&form.id, "withdrawn"),
    };
    settle(&app, desk, &seat, asked).await
}

/// What a member may do from now on.
pub(crate) struct RoleForm {
    id: String,
    member: Subject,
    role: Option<Role>,
    password: String,
}

impl WholeForm for RoleForm {
    const PATH: &'static str = OrganizationPage::ROLE;

    fn read(params: &Params) -> Self {
        RoleForm {
            id: params.text("organization"),
            member: Subject(params.number("member")),
            role: role(params),
            password: params.text("password"),
        }
    }
}

/// `POST`: lets a member do more, or less.
pub(super) async fn set_role(
    State(app): State<App>,
    posted: Posted<RoleForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = in_seat(&app, &desk, &form.id).await?;
    let problem = match (stale, form.role) {
        (Some(stale), _) => Some(stale),
        (None, None) => Some(Problem::new("", desk.browser.language.text("app-stale"))),
        (None, Some(_)) => desk.proved(&app, "", form.password).await?,
    };
    let said = Said {
        chosen: form.role.map(|role| (form.member, role)),
        ..Said::default()
    };
    if let Some(problem) = problem {
        return again(&app, desk, &seat, said, problem).await;
    }
    let role = form.role.unwrap_or(Role::Viewer);
    let asked = Asked {
        change: seat.set_role(form.member, role),
        field: "",
        said,
        done: done(&form.id, "role"),
    };
    settle(&app, desk, &seat, asked).await
}

/// Who belongs to it no longer.
pub(crate) struct RemoveForm {
    id: String,
    member: Subject,
    password: String,
}

impl WholeForm for RemoveForm {
    const PATH: &'static str = OrganizationPage::REMOVE;

    fn read(params: &Params) -> Self {
        RemoveForm {
            id: params.text("organization"),
            member: Subject(params.number("member")),
            password: params.text("password"),
        }
    }
}

/// `POST`: takes a member out, or leaves.
pub(super) async fn remove(
    State(app): State<App>,
    posted: Posted<RemoveForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = in_seat(&app, &desk, &form.id).await?;
    let leaves = form.member == seat.subject();
    let problem = match stale {
        Some(stale) => Some(stale),
        None if leaves => None,
        None => desk.proved(&app, "", form.password).await?,
    };
    if let Some(problem) = problem {
        return again(&app, desk, &seat, Said::default(), problem).await;
    }
    let asked = Asked {
        change: seat.remove(form.member, &app.mint).map(Some),
        field: "",
        said: Said::default(),
        done: match leaves {
            true => format!("{}?done=left", Organizations::PATH),
            false => done(&form.id, "removed"),
        },
    };
    settle(&app, desk, &seat, asked).await
}
