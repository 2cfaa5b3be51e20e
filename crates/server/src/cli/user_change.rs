//! `valetkey user update` and `valetkey user reset-link`: what operators change of an account.
use super::failure::Failure;
use super::one_user::{One, as_json, sound};
use super::output::Output;
use super::place::{CHANGED, Opened};
use super::text_file::read_text;
use super::user_shown::tell;
use crate::ops::{clock, server_key};
use clap::Args;
use pages::path;
use protocol::Transition;
use protocol::accounts::{mailbox, people, second_factor};
use protocol::openid::claims::Document;
use protocol::transition::OpenIdChange;
use protocol::types::{Language, MailAddress, Person, Preferences};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is changed.
#[derive(Debug, Args)]
pub(super) struct Update {
    #[command(flatten)]
    one: One,
    /// What the person is called.
    #[arg(long)]
    name: Option<String>,
    /// Another address. Links that were sent to the one before act no more; nobody is told by mail.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The new address is not proved yet: apps are not told it until the person has followed a link sent to it.
    #[arg(long, requires = "email")]
    unverified: bool,
    /// The language of pages and mails, such as de; empty for that of the provider.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// A file with claims that apps may be told of the person beside their account, as one JSON object (OpenID Connect), in
    /// place of those before; - for standard input. An empty object: none.
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

impl Update {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let named = [
            self.name.is_some(),
            self.email.is_some(),
            self.language.is_some(),
            self.claims.is_some(),
        ];
        if !named.contains(&true) {
            return Err(Failure::usage(
                "nothing is changed: name --name, --email, --language or --claims",
            ));
        }
        let at = self.one.place.open()?;
        let person = at.person(&self.one.who).await?;
        // All is looked at before anything is changed.
        let language = self.language.as_deref().map(chosen).transpose()?;
        if let Some(name) = &self.name {
            sound(people::name_fault(name).into_iter().collect())?;
        }
        let address = self.email.as_deref().map(address).transpose()?;
        let claims = self.claims.as_deref().map(document).transpose()?;
        if let Some(name) = &self.name {
            at.commit(people::set_name(&person, name), CHANGED).await?;
        }
        if let Some(language) = language {
            at.commit(spoken_to(&at, &person, language).await?, CHANGED)
                .await?;
        }
        if let Some(address) = &address {
            let change = mailbox::set_address(&person, address, !self.unverified, clock::now());
            let taken = format!("{address} has an account already, or this one has changed");
            at.commit(change, &taken).await?;
        }
        if let Some(claims) = claims {
            let subject = person.subject;
            let change = OpenIdChange::SetClaims { subject, claims };
            at.commit(change.into(), CHANGED).await?;
        }
        let id = at.config.policy.subjects.write(person.subject);
        let person = at.person(&id).await?;
        tell(&at, &person, output, Some("Done.")).await?;
        at.close().await;
        Ok(())
    }
}

/// The claims in a file; `None` for an empty object.
fn document(file: &Path) -> Result<Option<String>, Failure> {
    let text = read_text(file, "claims")?;
    let document = Document::parse(&text).map_err(|fault| {
        Failure::usage(format!(
            "--claims: {}: {}",
            file.display(),
            fault.sentence()
        ))
    })?;
    Ok((!document.is_empty()).then(|| document.json()))
}

fn address(text: &str) -> Result<MailAddress, Failure> {
    MailAddress::parse(text).ok_or_else(|| {
        Failure::usage(format!(
            "{text:?} is no e-mail address: write it like ada@example.com"
        ))
    })
}

/// The language that is asked for; `None` for that of the provider.
fn chosen(tag: &str) -> Result<Option<Language>, Failure> {
    if tag.is_empty() {
        return Ok(None);
    }
    Language::of_tag(tag).map(Some).ok_or_else(|| {
        let known: Vec<_> = Language::ALL.iter().map(|one| one.tag()).collect();
        Failure::usage(format!(
            "{tag:?} is no language of ours: there are {}",
            known.join(", ")
        ))
    })
}

/// The time zone stays as it is.
async fn spoken_to(
    at: &Opened,
    person: &Person,
    language: Option<Language>,
) -> Result<Transition, Failure> {
    let before = at.store.preferences(person.subject).await?;
    let preferences = Preferences {
        language,
        ..before.unwrap_or_default()
    };
    Ok(people::set_preferences(person, preferences))
}

impl One {
    /// Takes the second factor of an account away.
    pub(super) async fn reset_second_factor(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let person = at.person(&self.who).await?;
        if at.store.second_factors(person.subject).await?.is_none() {
            return Err(Failure::failed(format!(
                "{} has no second factor",
                person.label()
            )));
        }
        let told = at.config.mail.is_some() && person.test_app.is_none();
        let change = second_factor::reset(&person, told, clock::now(), &at.mint);
        at.commit(change, CHANGED).await?;
        output.show(&as_json(&person, &at).await?, || {
            let next = match second_factor::needs(&person, &at.config.policy) {
                true => "sets up another at the next sign-in",
                false => "signs in with the password alone",
            };
            format!(
                "{} has no second factor any more and {next}; every session has ended.",
                person.label()
            )
        });
        at.close().await;
        Ok(())
    }

    /// Makes a link with which somebody chooses a new password, and prints it.
    pub(super) async fn reset_link(self, output: Output) -> Result<(), Failure> {
        let config = self.place.load()?;
        if config.mail.is_none() {
            return Err(Failure::failed(
                "no mail is configured, so links are not served: `valetkey user set-password` gives an account a password",
            ));
        }
        let key =
            server_key::load(&config.keys).map_err(|error| Failure::failed(error.to_string()))?;
        let at = self.place.open()?;
        let person = at.person(&self.who).await?;
        if !person.is_active() {
            return Err(Failure::failed(format!(
                "{} is disabled: `valetkey user enable` comes first",
                person.label()
            )));
        }
        let Some((link, change)) = mailbox::reset_link(&person, clock::now(), &at.mint) else {
            return Err(Failure::failed(format!(
                "the address of {0} is not proved, and whoever follows the link would have it proved: `valetkey user verify \
                 {0}` vouches for it",
                person.label()
            )));
        };
        at.commit(change, CHANGED).await?;
        let text = link.text(&key);
        let href = format!("{}{}?t={}", at.config.base(), path::LINK, text.as_str());
        let ends = clock::rfc3339(link.expires_at);
        let json = json!({ "email": person.email, "link": href, "expires_at": ends });
        output.show(&json, || {
            format!(
                "{href}\n\nWhoever follows this chooses a new password for {}: once, until {ends}. It is shown only now.",
                person.label()
            )
        });
        at.close().await;
        Ok(())
    }
}
