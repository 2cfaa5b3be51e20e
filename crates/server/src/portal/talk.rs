//! What was asked and said about a request for review, as pages show it.
use crate::ops::clock::Zone;
use crate::state::App;
use pages::{AskedScope, Saying, Speak, Text};
use protocol::apps::review::{ReviewMessage, ReviewRequest};
use protocol::events::Actor;
use protocol::types::{Language, Subject};
use store::StoreError;

/// Who reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// The app's developer, who is not told which administrator it was.
    Developer,
    /// An administrator.
    Administrator,
}

/// What was said, in order.
pub(super) async fn sayings(
    app: &App,
    messages: &[ReviewMessage],
    reads: Reads,
    (zone, language): (&Zone, Language),
) -> Result<Vec<Saying>, StoreError> {
    let mut said = Vec::with_capacity(messages.len());
    for message in messages {
        said.push(Saying {
            who: who(app, message.by, reads, language).await?,
            when: Text::of_others(zone.moment(message.at, language)),
            text: message.text.clone(),
        });
    }
    Ok(said)
}

async fn who(app: &App, by: Actor, reads: Reads, language: Language) -> Result<Text, StoreError> {
    let us = || language.text("review-by-us");
    Ok(match (by, reads) {
        (Actor::Person(subject), _) => Text::of_others(name(app, subject).await?),
        (Actor::Administrator(subject), Reads::Administrator) => {
            let name = name(app, subject).await?;
            language.text_of("review-by-administrator", &[("name", &name)])
        }
        (Actor::Administrator(_), Reads::Developer)
        | (Actor::Operator | Actor::Job | Actor::App(_), _) => us(),
    })
}

async fn name(app: &App, subject: Subject) -> Result<String, StoreError> {
    let person = app.store.person(subject).await?;
    Ok(person.map(|person| person.name).unwrap_or_default())
}

/// The restricted scopes that a request asks for.
pub(super) fn scopes(app: &App, request: &ReviewRequest, language: Language) -> Vec<AskedScope> {
    let sentence = |name: &str| match app.policy().scope(name) {
        Some(entry) => Text::of_others(entry.sentence.in_language(language)),
        None => Text::of_others(""),
    };
    let names = request.scopes.names();
    names
        .map(|name| AskedScope {
            name: name.to_owned(),
            sentence: sentence(name),
            reason: request.reasons.of(name).unwrap_or_default().to_owned(),
        })
        .collect()
}
