//! What a link in a mail is for, and whom.
use crate::ops::clock;
use crate::state::App;
use protocol::accounts::mail_link::{LinkFault, MailLink, PresentedLink};
use protocol::accounts::mailbox::{Choice, Mailbox, admit, choice};
use protocol::accounts::passkeys::Passkey;
use protocol::accounts::second_factor::SecondFactors;
use protocol::types::{Client, Person};
use std::sync::Arc;
use store::StoreError;

/// A link that works, and whose account it is about, if there is one.
pub(super) struct Followed {
    pub(super) link: MailLink,
    pub(super) person: Option<Person>,
    /// Their second factors, where a new password takes it too: of an account whose address is proved. Of another, it may be
    /// that of whoever had an address that was not theirs.
    pub(super) second: Option<SecondFactors>,
    /// Those passkeys of theirs that are among them.
    pub(super) passkeys: Vec<Passkey>,
    /// The passwords by one of which second factors are taken back, where there are some and this link can do that.
    pub(super) earlier: Vec<String>,
    /// Another account that has the address which this one is to have, and never proved it.
    pub(super) squatter: Option<Person>,
    /// The app that it removes.
    pub(super) app: Option<Arc<Client>>,
}

impl Followed {
    /// Reads what a link is for. Nobody takes an account from all those who know its password.
    pub(super) async fn find(app: &App, text: &str) -> Result<Result<Self, LinkFault>, StoreError> {
        let Some(presented) = PresentedLink::parse(text) else {
            return Ok(Err(LinkFault::Unknown));
        };
        let row = app.store.mail_link(presented.locator()).await?;
        let link = match presented.judge(row, &app.key, clock::now()) {
            Ok(link) => link,
            Err(fault) => return Ok(Err(fault)),
        };
        if app.config.is_published(link.email.as_str()) {
            return Ok(Err(LinkFault::Unknown));
        }
        let person = match link.subject {
            Some(subject) => app.store.person(subject).await?,
            None => app.store.person_by_email(link.email.as_str()).await?,
        };
        let squatter = squatter(app, &link).await?;
        let removed = match link.client {
            Some(client) => app.store.client_by_no(client).await?,
            None => None,
        };
        let sign_up = app.policy().accounts.sign_up;
        let admitted = admit(&link, Mailbox::of(person.as_ref()), sign_up);
        let mut followed = Followed {
            link,
            person,
            second: None,
            passkeys: Vec::new(),
            earlier: Vec::new(),
            squatter,
            app: removed,
        };
        if let (Some(Choice::Password), Some(person)) = (followed.chooses(), &followed.person) {
            let has = app.store.second_factors(person.subject).await?;
            if has.passkeys > 0 {
                followed.passkeys = app.store.passkeys(person.subject).await?;
            }
            followed.second = Some(has).filter(|has| !has.is_none());
        }
        let purpose = followed.link.purpose;
        if let (true, Some(person)) = (purpose.takes_back(), &followed.person) {
            let has = app.store.second_factors(person.subject).await?;
            if !has.is_none() {
                let link = &followed.link;
                followed.earlier = app.store.earlier_passwords(person.subject, link).await?;
            }
        }
        Ok(admitted.map(|()| followed))
    }

    /// What its page has a password chosen for.
    pub(super) fn chooses(&self) -> Option<Choice> {
        choice(self.link.purpose, Mailbox::of(self.person.as_ref()))
    }
}

async fn squatter(app: &App, link: &MailLink) -> Result<Option<Person>, StoreError> {
    if !link.purpose.moves_an_address() {
        return Ok(None);
    }
    let holder = app.store.person_by_email(link.email.as_str()).await?;
    let others = |holder: &Person| link.subject != Some(holder.subject);
    Ok(holder.filter(|holder| others(holder) && holder.verified_at.is_none()))
}
