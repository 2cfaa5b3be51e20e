//! Where a mail service tells of mail that comes back.
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::{Arrival, ClientAddr, authorization, media_type, read};
use crate::http::site::Site;
use crate::state::App;
use axum::extract::{Request, State};
use axum::response::Response;
use config::Config;
use jose::Digest;
use protocol::accounts::bounce::{self, BounceKind};
use protocol::accounts::bounce_report::{BounceReport, is_proved, parse};
use protocol::events::{Act, Actor};
use protocol::types::MailAddress;
use store::StoreError;

/// What reports come as. Amazon SNS calls its JSON text.
const TYPES: [&str; 2] = ["application/json", "text/plain"];

/// Mounts it, where the configuration names a path.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    let hook = config.mail.as_ref().and_then(|mail| mail.bounces.as_ref());
    if let Some(hook) = hook {
        site.hook(&hook.path, take);
    }
}

/// `POST`: notes what the service reports. The answer is the same whether or not an address is anybody's.
async fn take(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let hook = app
        .config
        .mail
        .as_ref()
        .and_then(|mail| mail.bounces.as_ref());
    let secret = hook.map(|hook| Digest::of(hook.secret.0.as_bytes()));
    if !secret.is_some_and(|secret| is_proved(authorization(&parts.headers), &secret)) {
        return Err(ApiError::UnprovedReport);
    }
    let media_type = media_type(&parts.headers).unwrap_or_default();
    if !TYPES.iter().any(|own| media_type.eq_ignore_ascii_case(own)) {
        return Err(ApiError::MediaType("send the report as application/json"));
    }
    let Arrival { address, .. } = Arrival::of(&parts.extensions);
    match parse(&read(&parts.headers, body).await?)? {
        BounceReport::Noted(noted) => {
            for (mailbox, kind) in noted {
                note(&app, &mailbox, kind, address).await?;
            }
        }
        BounceReport::Subscription(url) => tell_of_subscription(url.as_deref()),
        BounceReport::Nothing => {}
    }
    Ok(reply::done())
}

/// Reports come more than once, so what is noted already is noted again.
async fn note(
    app: &App,
    mailbox: &MailAddress,
    kind: BounceKind,
    from: ClientAddr,
) -> Result<(), StoreError> {
    let holder = app.store.person_by_email(mailbox.as_str()).await?;
    let act = app.act_now(from);
    let change = bounce::note(mailbox, kind, holder.map(|person| person.subject), act.at);
    let act = Act {
        actor: Some(Actor::Operator),
        ..act
    };
    // A note has no guard to lose.
    app.settle_one(change, act).await.map(drop)
}

/// The operator opens the address, and no program: it says that these reports are wanted.
fn tell_of_subscription(url: Option<&str>) {
    match url {
        Some(url) => tracing::warn!(
            url,
            "Amazon SNS asks whether to report bounces here: to say yes, open the address in url"
        ),
        None => tracing::warn!(
            "a subscription of Amazon SNS names an address that is not Amazon's: it was left aside"
        ),
    }
}
