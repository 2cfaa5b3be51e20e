//! Tells developers of secrets that end within a week.
use crate::ops::clock;
use crate::state::App;
use protocol::apps::secrets::{WARNING, warn as warn_of};
use protocol::events::Act;
use protocol::types::{Client, ClientRowId, Locator, MailAddress, Owner, Person, Role};
use store::StoreError;

/// Two nodes that do this at once tell of each secret once: the guard is that nobody has.
pub(super) async fn warn_once(app: &App) -> Result<(), StoreError> {
    // Where no mail is sent, nobody can be told.
    if app.config.mail.is_none() {
        return Ok(());
    }
    let now = clock::now();
    for (client, secret) in app.store.secrets_ending((now, now.plus(WARNING))).await? {
        warn_of_one(app, client, secret).await?;
    }
    Ok(())
}

async fn warn_of_one(app: &App, client: ClientRowId, secret: Locator) -> Result<(), StoreError> {
    let Some(client) = app.store.client_by_no(client).await? else {
        return Ok(());
    };
    let to = developers(app, &client).await?;
    let now = clock::now();
    if let Some(told) = warn_of(&client, secret, to, now, &app.mint) {
        app.store.settle(told, Act::by_job(now)).await?;
    }
    Ok(())
}

/// Who runs an app and has proved an address.
async fn developers(app: &App, client: &Client) -> Result<Vec<MailAddress>, StoreError> {
    let own = |person: Person| person.proved_email().and_then(MailAddress::parse);
    let organization = match client.run_by() {
        Owner::Person(subject) => {
            let person = app.store.person(subject).await?;
            return Ok(person.and_then(own).into_iter().collect());
        }
        Owner::Organization(organization) => app.store.organization(organization).await?,
    };
    let members = organization.into_iter().flat_map(|facts| facts.members);
    // Whoever founds or joins one has proved the address.
    let developers = members.filter(|member| member.role >= Role::Developer);
    Ok(developers
        .filter_map(|member| MailAddress::parse(&member.email))
        .collect())
}
