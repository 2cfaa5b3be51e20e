//! What the mails about accounts say.
use crate::mail::Letter;
use crate::ops::clock::Zone;
use pages::{Arguments, Speak, Text, browser_text, path};
use protocol::accounts::mail_link::{LinkPurpose, MailLink};
use protocol::accounts::mailbox::Mailbox;
use protocol::types::text::isolated;
use protocol::types::{Language, MailAddress, Person, Preferences, Session, UnixTime};

/// What is known when a mail is written.
pub(super) struct Found {
    /// Whose address it is now.
    pub(super) holder: Option<Person>,
    /// How they are told things.
    pub(super) preferences: Preferences,
    /// The session that the mail is about.
    pub(super) session: Option<Session>,
    /// What the app is called that the mail is about.
    pub(super) app: Option<String>,
    /// Whether no more of its kind come for a while.
    pub(super) last: bool,
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

/// How a mail is written.
pub(super) struct Writer<'a> {
    pub(super) product: &'a str,
    pub(super) base: &'a str,
    pub(super) language: Language,
    pub(super) zone: Zone,
}

/// What a mail says: what it is about, and the words of its link.
struct Words {
    subject: Text,
    before: Vec<Text>,
    link: Option<(Text, String)>,
    after: Vec<Text>,
}

/// The letter that brings a link.
pub(super) fn letter(by: &Writer<'_>, link: &MailLink, found: &Found, href: String) -> Letter {
    let words = by.words(link, found, href);
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
        after.insert(0, by.at("mail-until", link.expires_at));
    }
    if found.last {
        after.push(by.text("mail-last-for-now"));
    }
    Letter {
        language: by.language,
        to: found.recipient(link),
        subject,
        before,
        link: button,
        after,
    }
}

impl Writer<'_> {
    fn text(&self, id: &'static str) -> Text {
        self.language.text(id)
    }

    /// A message that names the product.
    fn of_product(&self, id: &'static str) -> Text {
        self.language.text_of(id, &[("product", &self.product)])
    }

    /// A message that tells a time, and may name the product.
    fn at(&self, id: &'static str, time: UnixTime) -> Text {
        let time = self.zone.moment(time, self.language);
        self.language
            .text_of(id, &[("product", &self.product), ("time", &time)])
    }

    /// A message that tells an address, and may name the product.
    fn to(&self, id: &'static str, link: &MailLink) -> Text {
        let email = link.email.as_str();
        self.language
            .text_of(id, &[("product", &self.product), ("email", &email)])
    }

    fn words(&self, link: &MailLink, found: &Found, href: String) -> Words {
        let changed = |said| self.changed(link, said, href.clone());
        match link.purpose {
            LinkPurpose::SignUp | LinkPurpose::Invitation | LinkPurpose::Recovery
                if found.is_switched_off() =>
            {
                self.switched_off()
            }
            LinkPurpose::SignUp => {
                let asked = self.of_product("mail-account-asked");
                self.sign_up(found, href, asked, self.text("mail-not-you"))
            }
            LinkPurpose::Invitation => {
                let asked = self.of_product("mail-account-invited");
                self.sign_up(found, href, asked, self.text("mail-not-wanted"))
            }
            LinkPurpose::Recovery => self.recovery(found, href),
            LinkPurpose::AddressProof => Words {
                subject: self.of_product("mail-proof-subject"),
                before: vec![self.to("mail-proof", link)],
                link: Some((self.text("mail-proof-button"), href)),
                after: vec![self.text("mail-not-you")],
            },
            LinkPurpose::AddressChange => self.change(link, found, href),
            LinkPurpose::AddressChanged => Words {
                subject: self.of_product("mail-changed-email-subject"),
                before: vec![
                    self.of_product("mail-changed-email"),
                    self.text("mail-changed-email-undo"),
                ],
                link: Some((self.text("mail-changed-email-button"), href)),
                after: Vec::new(),
            },
            LinkPurpose::PasswordChanged => {
                changed(["mail-changed-password-subject", "mail-changed-password"])
            }
            LinkPurpose::NameChanged => changed(["mail-changed-name-subject", "mail-changed-name"]),
            LinkPurpose::SecondFactorBegun => self.second_factor(link, href),
            LinkPurpose::SecondFactorAdded => {
                changed(["mail-second-added-subject", "mail-second-added"])
            }
            LinkPurpose::SecondFactorRemoved => {
                changed(["mail-second-removed-subject", "mail-second-removed"])
            }
            LinkPurpose::PasskeysChanged => changed(["mail-passkeys-subject", "mail-passkeys"]),
            LinkPurpose::PasskeyCopied => {
                changed(["mail-passkey-copied-subject", "mail-passkey-copied"])
            }
            LinkPurpose::RecoveryCodeUsed => {
                changed(["mail-recovery-code-subject", "mail-recovery-code"])
            }
            LinkPurpose::SignInsChanged => {
                changed(["mail-changed-sign-ins-subject", "mail-changed-sign-ins"])
            }
            LinkPurpose::NewDevice => self.new_device(link, found, href),
            LinkPurpose::AppConnected => self.app_connected(link, found, href),
        }
    }

    fn app_connected(&self, link: &MailLink, found: &Found, href: String) -> Words {
        let name = match &found.app {
            Some(name) => Text::of_others(isolated(name)),
            None => self.text("mail-app-unnamed"),
        };
        let time = self.zone.moment(link.created_at, self.language);
        let told: Arguments<'_> = &[("product", &self.product), ("app", &name), ("time", &time)];
        Words {
            subject: self.language.text_of("mail-app-subject", told),
            before: vec![
                self.language.text_of("mail-app", told),
                self.text("mail-app-not-you"),
            ],
            link: Some((self.text("mail-app-button"), href)),
            after: Vec::new(),
        }
    }

    fn switched_off(&self) -> Words {
        Words {
            subject: self.of_product("mail-off-subject"),
            before: vec![self.of_product("mail-off"), self.text("mail-off-ask")],
            link: None,
            after: Vec::new(),
        }
    }

    fn sign_up(&self, found: &Found, href: String, asked: Text, unasked: Text) -> Words {
        match Mailbox::of(found.holder.as_ref()) {
            Mailbox::Free => Words {
                subject: self.of_product("mail-account-subject"),
                before: vec![asked],
                link: Some((self.text("mail-account-button"), href)),
                after: vec![unasked],
            },
            Mailbox::Unproved => Words {
                subject: self.of_product("mail-account-subject"),
                before: vec![asked, self.text("mail-account-unproved")],
                link: Some((self.text("mail-account-unproved-button"), href)),
                after: vec![unasked],
            },
            Mailbox::Proved => {
                let recover = format!("{}{}", self.base, path::RECOVER);
                let forgotten = self
                    .language
                    .text_of("mail-have-one-forgotten", &[("url", &recover)]);
                let sign_in = format!("{}{}", self.base, path::SIGN_IN);
                Words {
                    subject: self.of_product("mail-have-one-subject"),
                    before: vec![asked, self.text("mail-have-one")],
                    link: Some((self.text("mail-have-one-button"), sign_in)),
                    after: vec![forgotten],
                }
            }
        }
    }

    fn recovery(&self, found: &Found, href: String) -> Words {
        let asked = self.of_product("mail-recovery-asked");
        match Mailbox::of(found.holder.as_ref()) {
            Mailbox::Free => Words {
                subject: self.of_product("mail-recovery-none-subject"),
                before: vec![asked, self.text("mail-recovery-none")],
                link: None,
                after: vec![self.text("mail-not-you")],
            },
            Mailbox::Unproved | Mailbox::Proved => Words {
                subject: self.of_product("mail-recovery-subject"),
                before: vec![asked],
                link: Some((self.text("mail-recovery-button"), href)),
                after: vec![self.text("mail-not-you")],
            },
        }
    }

    fn change(&self, link: &MailLink, found: &Found, href: String) -> Words {
        let holder = found.holder.as_ref();
        let other = holder.filter(|holder| Some(holder.subject) != link.subject);
        let confirm = |before| Words {
            subject: self.of_product("mail-change-subject"),
            before,
            link: Some((self.text("mail-change-button"), href)),
            after: vec![self.text("mail-not-you")],
        };
        let asked = self.to("mail-change", link);
        match Mailbox::of(other) {
            Mailbox::Free => confirm(vec![asked]),
            Mailbox::Unproved => confirm(vec![asked, self.text("link-releases")]),
            Mailbox::Proved => Words {
                subject: self.of_product("mail-change-taken-subject"),
                before: vec![
                    self.of_product("mail-change-taken"),
                    self.text("mail-change-taken-by"),
                ],
                link: None,
                after: vec![self.text("mail-not-you")],
            },
        }
    }

    /// What was done to an account: what the mail is about, and the sentence that says when.
    fn changed(&self, link: &MailLink, [subject, what]: [&'static str; 2], href: String) -> Words {
        let what = self.at(what, link.created_at);
        Words {
            subject: self.of_product(subject),
            before: vec![what, self.text("mail-changed-not-you")],
            link: Some((self.text("mail-changed-button"), href)),
            after: Vec::new(),
        }
    }

    fn second_factor(&self, link: &MailLink, href: String) -> Words {
        Words {
            subject: self.of_product("mail-second-begun-subject"),
            before: vec![
                self.at("mail-second-begun", link.created_at),
                self.text("mail-second-begun-not-you"),
            ],
            link: Some((self.text("mail-second-begun-button"), href)),
            after: Vec::new(),
        }
    }

    fn new_device(&self, link: &MailLink, found: &Found, href: String) -> Words {
        let what = match &found.session {
            None => self.at("mail-device-any", link.created_at),
            Some(session) => {
                let browser = browser_text(session, self.language);
                let time = self.zone.moment(link.created_at, self.language);
                let told: Arguments<'_> = &[
                    ("product", &self.product),
                    ("browser", &browser),
                    ("time", &time),
                ];
                self.language.text_of("mail-device", told)
            }
        };
        Words {
            subject: self.of_product("mail-device-subject"),
            before: vec![what, self.text("mail-device-not-you")],
            link: Some((self.text("mail-device-button"), href)),
            after: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::{Locator, Subject};

    fn link(purpose: LinkPurpose) -> MailLink {
        MailLink {
            organization: None,
            id: Locator(1),
            purpose,
            email: MailAddress::parse("ada@example.com").unwrap(),
            subject: None,
            session: None,
            device: None,
            client: None,
            language: None,
            created_at: UnixTime(1_800_000_000),
            expires_at: UnixTime(1_800_000_060),
            used_at: None,
        }
    }

    fn found(holder: Option<Person>) -> Found {
        Found {
            holder,
            preferences: Preferences::default(),
            session: None,
            app: None,
            last: false,
        }
    }

    fn by(language: Language) -> Writer<'static> {
        Writer {
            product: "Acme",
            base: "https://id.example",
            language,
            zone: Zone::named("Europe/Berlin").unwrap(),
        }
    }

    fn written(by: &Writer<'_>, purpose: LinkPurpose, found: &Found) -> Letter {
        let href = "https://id.example/link?t=x".to_owned();
        letter(by, &link(purpose), found, href)
    }

    #[test]
    fn every_mail_says_what_it_is_about_and_when_its_link_ends() {
        for (language, until) in [
            (Language::English, "until 2027-01-15 09:01 CET"),
            (Language::German, "bis 15.01.2027, 09:01 CET"),
        ] {
            for purpose in LinkPurpose::ALL {
                let letter = written(&by(language), purpose, &found(None));
                assert!(letter.subject.as_str().contains("Acme"), "{letter:?}");
                let told = letter
                    .after
                    .iter()
                    .any(|line| line.as_str().contains(until));
                assert_eq!(told, letter.link.is_some(), "{letter:?}");
            }
        }
    }

    /// Whoever holds the address: nobody, somebody who has not proved it, somebody who has, one who is switched off.
    fn holders() -> [Option<Person>; 4] {
        let holder = |verified_at, disabled_at| {
            Some(Person {
                subject: Subject(7),
                email: "ada@example.com".to_owned(),
                verified_at,
                name: String::new(),
                admin: false,
                password: String::new(),
                disabled_at,
                not_before: Locator(0),
                created_at: UnixTime(0),
                test_app: None,
                device_epoch: 0,
                external_id: None,
            })
        };
        let then = Some(UnixTime(1));
        [
            None,
            holder(None, None),
            holder(then, None),
            holder(then, then),
        ]
    }

    #[test]
    fn no_mail_says_anything_past_the_catalogue() {
        for purpose in LinkPurpose::ALL {
            for holder in holders() {
                let letter = written(&by(Language::Pseudo), purpose, &found(holder));
                letter.assert_of_the_catalogue(&["Acme", "ada@example.com", "2027-01-15", "CET"]);
            }
        }
    }

    #[test]
    fn the_last_mail_for_a_while_says_that_it_is() {
        for purpose in [LinkPurpose::SignUp, LinkPurpose::Recovery] {
            for holder in holders() {
                let mut found = found(holder);
                let says = |found: &Found| {
                    let letter = written(&by(Language::English), purpose, found);
                    letter
                        .after
                        .iter()
                        .any(|said| said.as_str().contains("asked for so often"))
                };
                assert!(!says(&found));
                found.last = true;
                assert!(says(&found));
                let letter = written(&by(Language::Pseudo), purpose, &found);
                letter.assert_of_the_catalogue(&["Acme", "ada@example.com", "2027-01-15", "CET"]);
            }
        }
    }

    #[test]
    fn a_name_from_right_to_left_moves_nothing_around_it() {
        let found = Found {
            app: Some("תזכורות".to_owned()),
            ..found(None)
        };
        let letter = written(&by(Language::English), LinkPurpose::AppConnected, &found);
        assert!(
            letter.subject.as_str().contains("\u{2068}תזכורות\u{2069}"),
            "{letter:?}"
        );
    }
}
