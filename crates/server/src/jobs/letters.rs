//! What the mails about accounts say.
use crate::mail::Letter;
use crate::ops::clock;
use pages::path;
use protocol::accounts::mail_link::{LinkPurpose, MailLink};
use protocol::accounts::mailbox::Mailbox;
use protocol::types::{MailAddress, Person, Session};

/// What is known when a mail is written.
pub(super) struct Found {
    /// Whose address it is now.
    pub(super) holder: Option<Person>,
    /// The session that the mail is about.
    pub(super) session: Option<Session>,
}

impl Found {
    /// Whose mailbox: of one that an account has, as that account spells it, because somebody else may have typed it.
    fn recipient(&self, link: &MailLink) -> MailAddress {
        let own = self.holder.as_ref();
        let own = own.and_then(|person| MailAddress::parse(&person.email));
        own.filter(|own| own.key() == link.email.key())
            .unwrap_or_else(|| link.email.clone())
    }

    fn is_switched_off(&self) -> bool {
        self.holder
            .as_ref()
            .is_some_and(|person| !person.is_active())
    }
}

/// What a mail says: what it is about, and the words of its link.
struct Words {
    subject: String,
    before: Vec<String>,
    link: Option<(&'static str, String)>,
    after: Vec<String>,
}

/// The letter that brings a link.
pub(super) fn letter(
    product: &str,
    issuer: &str,
    link: &MailLink,
    found: &Found,
    href: String,
) -> Letter {
    let words = match link.purpose {
        LinkPurpose::SignUp | LinkPurpose::Invitation | LinkPurpose::Recovery
            if found.is_switched_off() =>
        {
            switched_off(product)
        }
        LinkPurpose::SignUp => sign_up(
            product,
            issuer,
            found,
            href,
            &format!(
                "Somebody, probably you, asked for an account at {product} with this address."
            ),
        ),
        LinkPurpose::Invitation => sign_up(
            product,
            issuer,
            found,
            href,
            &format!("You are invited to have an account at {product}."),
        ),
        LinkPurpose::Recovery => recovery(product, found, href),
        LinkPurpose::AddressProof => Words {
            subject: format!("Confirm your e-mail at {product}"),
            before: vec![format!(
                "Confirm that you read the mail for {}.",
                link.email
            )],
            link: Some(("Confirm your e-mail", href)),
            after: vec![NOT_YOU.to_owned()],
        },
        LinkPurpose::AddressChange => change(product, link, found, href),
        LinkPurpose::AddressChanged => address_changed(product, href),
        LinkPurpose::PasswordChanged => changed(product, "password", link, href),
        LinkPurpose::NameChanged => changed(product, "name", link, href),
        LinkPurpose::NewDevice => new_device(product, link, found, href),
    };
    let Words {
        subject,
        before,
        link: button,
        mut after,
    } = words;
    // What leads to a page of its own says no time.
    if button
        .as_ref()
        .is_some_and(|(_, href)| href.contains("?t="))
    {
        let until = clock::minute(link.expires_at);
        after.insert(0, format!("The link works once, until {until}."));
    }
    Letter {
        to: found.recipient(link),
        subject,
        before,
        link: button.map(|(label, href)| (label.to_owned(), href)),
        after,
    }
}

const NOT_YOU: &str = "If you did not ask for this, there is nothing to do.";

fn switched_off(product: &str) -> Words {
    Words {
        subject: format!("Your account at {product}"),
        before: vec![
            format!(
                "Your account at {product} has been switched off, so nothing can be done with it."
            ),
            "Ask the people who run this service.".to_owned(),
        ],
        link: None,
        after: Vec::new(),
    }
}

fn sign_up(product: &str, issuer: &str, found: &Found, href: String, asked: &str) -> Words {
    match Mailbox::of(found.holder.as_ref()) {
        Mailbox::Free => Words {
            subject: format!("Create your account at {product}"),
            before: vec![asked.to_owned()],
            link: Some(("Create your account", href)),
            after: vec![NOT_YOU.to_owned()],
        },
        Mailbox::Unproved => Words {
            subject: format!("Create your account at {product}"),
            before: vec![
                asked.to_owned(),
                "There is one that nobody has confirmed. It becomes yours: you choose a new password, and whoever made it is signed out.".to_owned(),
            ],
            link: Some(("Make it yours", href)),
            after: vec![NOT_YOU.to_owned()],
        },
        Mailbox::Proved => Words {
            subject: format!("You have an account at {product}"),
            before: vec![asked.to_owned(), "You have one already.".to_owned()],
            link: Some(("Sign in", format!("{issuer}{}", path::SIGN_IN))),
            after: vec![format!(
                "Have you forgotten your password? Choose a new one at {issuer}{}",
                path::RECOVER
            )],
        },
    }
}

fn recovery(product: &str, found: &Found, href: String) -> Words {
    let asked = format!(
        "Somebody, probably you, asked for a new password for an account at {product} with this address."
    );
    match Mailbox::of(found.holder.as_ref()) {
        Mailbox::Free => Words {
            subject: format!("No account at {product} has this address"),
            before: vec![
                asked,
                "There is no such account. Perhaps you have one with another address.".to_owned(),
            ],
            link: None,
            after: vec![NOT_YOU.to_owned()],
        },
        Mailbox::Unproved | Mailbox::Proved => Words {
            subject: format!("Choose a new password at {product}"),
            before: vec![asked],
            link: Some(("Choose a new password", href)),
            after: vec![NOT_YOU.to_owned()],
        },
    }
}

fn change(product: &str, link: &MailLink, found: &Found, href: String) -> Words {
    let taken = found
        .holder
        .as_ref()
        .is_some_and(|holder| Some(holder.subject) != link.subject);
    match taken {
        true => Words {
            subject: format!("This address has an account at {product}"),
            before: vec![
                format!(
                    "Somebody, probably you, wants to use this address for an account at {product}."
                ),
                "Another account has it already, so it cannot be used for this one.".to_owned(),
            ],
            link: None,
            after: vec![NOT_YOU.to_owned()],
        },
        false => Words {
            subject: format!("Confirm your new e-mail at {product}"),
            before: vec![format!(
                "Confirm that you read the mail for {}, and it becomes the address of your account at {product}.",
                link.email
            )],
            link: Some(("Use this address", href)),
            after: vec![NOT_YOU.to_owned()],
        },
    }
}

fn address_changed(product: &str, href: String) -> Words {
    Words {
            subject: format!("Your e-mail at {product} was changed"),
            before: vec![
                format!("Your account at {product} has another e-mail address now."),
                "If you did this, there is nothing to do. If you did not, undo it: you get your address back, choose a new password, and every browser is signed out.".to_owned(),
            ],
            link: Some(("Undo it", href)),
            after: Vec::new(),
    }
}

fn changed(product: &str, what: &str, link: &MailLink, href: String) -> Words {
    Words {
        subject: format!("Your {what} at {product} was changed"),
        before: vec![
            format!(
                "The {what} of your account at {product} was changed on {}.",
                clock::minute(link.created_at)
            ),
            "If you did this, there is nothing to do. If you did not, sign out whoever did, then choose a new password.".to_owned(),
        ],
        link: Some(("Sign them out", href)),
        after: Vec::new(),
    }
}

fn new_device(product: &str, link: &MailLink, found: &Found, href: String) -> Words {
    let browser = found.session.as_ref().map(Session::browser_name);
    let browser = browser.unwrap_or_else(|| "A browser".to_owned());
    Words {
        subject: format!("A new device signed in to {product}"),
        before: vec![
            format!(
                "{browser} was signed in to your account at {product} on {}. It was not known before.",
                clock::minute(link.created_at)
            ),
            "If this was you, there is nothing to do. If it was not, sign it out, then choose a new password.".to_owned(),
        ],
        link: Some(("Sign it out", href)),
        after: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::{Locator, UnixTime};

    #[test]
    fn every_mail_says_what_it_is_about_and_when_its_link_ends() {
        for purpose in LinkPurpose::ALL {
            let link = MailLink {
                id: Locator(1),
                purpose,
                email: MailAddress::parse("ada@example.com").unwrap(),
                subject: None,
                session: None,
                created_at: UnixTime(1_800_000_000),
                expires_at: UnixTime(1_800_000_060),
                used_at: None,
            };
            let found = Found {
                holder: None,
                session: None,
            };
            let href = "https://id.example/link?t=x".to_owned();
            let letter = letter("Acme", "https://id.example", &link, &found, href);
            assert!(letter.subject.contains("Acme"), "{letter:?}");
            let told = letter
                .after
                .iter()
                .any(|line| line.contains("until 2027-01-15 08:01 UTC"));
            assert_eq!(told, letter.link.is_some(), "{letter:?}");
        }
    }
}
