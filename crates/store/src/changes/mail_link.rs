//! Links in mails, along with the changes that they tell of or allow.
use super::bounce::arrived;
use crate::steps::Steps;
use crate::value::values;
use protocol::accounts::mail_link::{LinkMail, MailLink};
use protocol::types::{Language, Locator, Subject, UnixTime};

/// Keeps the link of a mail.
pub(super) fn keep<'a>(steps: Steps<'a>, mail: &'a LinkMail) -> Steps<'a> {
    keep_link(steps, &mail.link)
}

/// Keeps a link.
pub(super) fn keep_link<'a>(steps: Steps<'a>, link: &'a MailLink) -> Steps<'a> {
    steps.run(
        "INSERT INTO mail_links (id, purpose, email, email_key, subject, session, created_at, expires_at, used_at, language, device, client, organization) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        values![
            link.id,
            link.purpose.name(),
            link.email.as_str(),
            link.email.key(),
            link.subject,
            link.session,
            link.created_at,
            link.expires_at,
            link.language.map(Language::tag),
            link.device.as_deref(),
            link.client,
            link.organization,
        ],
    )
}

/// Keeps the link of a mail that goes with another change, if there is one.
pub(super) fn tell<'a>(steps: Steps<'a>, notice: Option<&'a LinkMail>) -> Steps<'a> {
    match notice {
        Some(mail) => keep(steps, mail),
        None => steps,
    }
}

/// Remembers the password that an account has at this moment, by which its person takes back what a mail tells of.
pub(super) fn remember_password<'a>(
    steps: Steps<'a>,
    subject: Subject,
    notice: Option<&'a LinkMail>,
) -> Steps<'a> {
    const REMEMBER: &str = "INSERT INTO earlier_passwords (id, subject, password) \
        SELECT $2, subject, password FROM people WHERE subject = $1 AND password <> '' ON CONFLICT DO NOTHING";
    match notice {
        Some(mail) => steps.run(REMEMBER, values![subject, mail.link.id]),
        None => steps,
    }
}

/// The same, if the account has no second factor yet: one that is there when a mail is sent is not taken back by it.
pub(super) fn remember_unless_proved<'a>(
    steps: Steps<'a>,
    subject: Subject,
    notice: Option<&'a LinkMail>,
) -> Steps<'a> {
    const REMEMBER: &str = "INSERT INTO earlier_passwords (id, subject, password) \
        SELECT $2, subject, password FROM people WHERE subject = $1 AND password <> '' \
        AND NOT EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = $1) \
        AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = $1) ON CONFLICT DO NOTHING";
    match notice {
        Some(mail) => steps.run(REMEMBER, values![subject, mail.link.id]),
        None => steps,
    }
}

/// That a link takes back every second factor of an account.
pub(super) fn may_take_back(steps: Steps<'_>, subject: Subject, link: Locator) -> Steps<'_> {
    steps.exists(
        "SELECT 1 FROM earlier_passwords WHERE id = $2 AND subject = $1",
        values![subject, link],
    )
}

/// Uses a link up. Of two who follow it at once, one finds that it is used.
pub(super) fn use_up(steps: Steps<'_>, link: Locator, now: UnixTime) -> Steps<'_> {
    let guarded = steps.guard(
        "UPDATE mail_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2",
        values![link, now],
    );
    arrived(guarded, link)
}

/// The links that could still change an account: all but what takes a change back.
macro_rules! open_links {
    ($of:literal) => {
        concat!(
            "DELETE FROM mail_links WHERE ",
            $of,
            " AND used_at IS NULL AND purpose IN \
             ('sign_up', 'invitation', 'recovery', 'address_proof', 'address_change')"
        )
    };
}

/// Withdraws what was sent for an account, and to the address that it has.
pub(super) fn withdraw(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    withdraw_of(steps, subject).run(
        open_links!("email_key = (SELECT email_key FROM people WHERE subject = $1)"),
        values![subject],
    )
}

/// Withdraws what was sent for an account.
pub(super) fn withdraw_of(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.run(open_links!("subject = $1"), values![subject])
}

/// Withdraws what was sent to an address. An earlier release may have kept it for its account in another spelling.
pub(super) fn withdraw_to<'a>(steps: Steps<'a>, key: String) -> Steps<'a> {
    steps.run(open_links!("email_key = $1"), values![key])
}
