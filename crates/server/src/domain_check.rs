//! Looking for the file by which an organization proves a domain.
use crate::ops::clock;
use crate::state::App;
use outbound::{FetchError, Queue, Wanted};
use protocol::events::Act;
use protocol::organizations::{
    DOMAIN_FILE, MAX_DOMAIN_FILE, looked_for, owners_to_tell, read_domain_file,
};
use protocol::types::{Domain, DomainFault, Locator, MailAddress};
use std::time::Duration;
use store::{Outcome, StoreError};

/// How long a file may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Looks for the file of a domain, and settles what that means.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn look(app: &App, domain: &Domain, act: Act) -> Result<(), StoreError> {
    let file = fetched(app, domain).await;
    let owners = owners(app, domain.organization).await?;
    // What was settled meanwhile is judged anew; what was taken out is left.
    for context in app.tries() {
        let Some(domain) = app.store.domain(domain.organization, &domain.name).await? else {
            return Ok(());
        };
        let holder = app.store.domain_holder(&domain.name).await?;
        let others = match &holder {
            Some(holder) => self::owners(app, holder.organization).await?,
            None => Vec::new(),
        };
        let file = match &file {
            Ok(file) => read_domain_file(&domain, file),
            Err(fault) => Err(*fault),
        };
        let holder = holder.as_ref().map(|holder| (holder, &others[..]));
        let steps = looked_for(&domain, file, holder, &owners, context.now, &app.mint);
        let mut all = true;
        for step in steps {
            let act = Act {
                at: context.now,
                ..act
            };
            all &= app.settle_one(step.into(), act).await? == Outcome::Committed;
        }
        if all {
            break;
        }
    }
    Ok(())
}

/// What the file holds.
async fn fetched(app: &App, domain: &Domain) -> Result<Vec<u8>, DomainFault> {
    let wanted = Wanted {
        accept: "text/plain",
        most_bytes: MAX_DOMAIN_FILE,
        within: WITHIN,
    };
    let url = domain.name.url(DOMAIN_FILE);
    let fetching = app.outbound.fetch_in(Queue::Stranger, &url, &wanted);
    let answer = fetching.await.map_err(|error| fault(&error))?;
    match answer.status {
        200 => Ok(answer.body.to_vec()),
        status => Err(DomainFault::Status(status)),
    }
}

/// What whoever named the domain may be told: what this machine can reach is none of it.
fn fault(error: &FetchError) -> DomainFault {
    match error {
        FetchError::Redirect(_) => DomainFault::Redirect,
        FetchError::Large(_) => DomainFault::Large,
        FetchError::Encoded => DomainFault::Other,
        FetchError::Url(_)
        | FetchError::Refused(_)
        | FetchError::Unresolved(_)
        | FetchError::Unreachable(_)
        | FetchError::Tls(_)
        | FetchError::Http(_)
        | FetchError::Late(_)
        | FetchError::Trust(_) => DomainFault::Away,
    }
}

/// Who is told when a domain of it counts no more; nobody where no mail is sent.
async fn owners(app: &App, organization: Locator) -> Result<Vec<MailAddress>, StoreError> {
    if app.config.mail.is_none() {
        return Ok(Vec::new());
    }
    let facts = app.store.organization(organization).await?;
    Ok(facts.map_or_else(Vec::new, |facts| owners_to_tell(&facts.members)))
}

/// Looks for some files that were not looked for since yesterday; how many.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn look_again(app: &App) -> Result<usize, StoreError> {
    let since = clock::now().minus(protocol::organizations::LOOK_AGAIN);
    let due = app.store.domains_due(since).await?;
    for domain in &due {
        look(app, domain, Act::by_job(clock::now())).await?;
    }
    Ok(due.len())
}
