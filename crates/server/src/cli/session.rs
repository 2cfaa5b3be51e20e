//! `valetkey session …`: browsers that are signed in.
use super::failure::Failure;
use super::output::{Output, table};
use super::place::{Opened, Page, Place};
use crate::ops::clock;
use clap::{Args, Subcommand};
use pages::browser_text;
use protocol::Transition;
use protocol::facts::ListedSession;
use protocol::transition::SessionChange;
use protocol::types::{Language, Locator};
use serde_json::{Value, json};
use store::Outcome;

/// Browsers that people are signed in with.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the browsers that are signed in, the newest first: of a person, or of all.
    List(List),
    /// Sign a browser of a person out, or all of them. Tokens of apps go on.
    End(End),
}

/// Whose, and which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id of the person. Without: everybody's.
    #[arg(value_name = "USER")]
    who: Option<String>,
    #[command(flatten)]
    page: Page,
}

/// Which browsers.
#[derive(Debug, Args)]
#[command(
    override_usage = "valetkey session end [OPTIONS] <USER> <SESSION>\n       valetkey session end [OPTIONS] <USER> --all"
)]
pub(super) struct End {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id of the person.
    #[arg(value_name = "USER")]
    who: String,
    /// The session, as `valetkey session list` names it.
    #[arg(value_name = "SESSION", required_unless_present = "all")]
    session: Option<String>,
    /// All that the person has.
    #[arg(long, conflicts_with = "session")]
    all: bool,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(list) => list.run(output).await,
            Verb::End(end) => end.run(output).await,
        }
    }
}

/// A session by the digits that a list showed.
fn session_id(text: &str) -> Result<Locator, Failure> {
    text.parse().map(Locator).map_err(|_| {
        Failure::usage(format!(
            "{text:?} is no session: `valetkey session list` names them by their digits"
        ))
    })
}

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let whose = match &self.who {
            Some(who) => Some(at.person(who).await?.subject),
            None => None,
        };
        let before = self.page.after.as_deref().map(session_id).transpose()?;
        let limit = usize::from(self.page.limit);
        let listed = at.store.sessions(whose, clock::now(), before, limit + 1);
        let mut found = listed.await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more);
        let next = next.map(|last| last.session.id.0.to_string());
        let json: Vec<Value> = found.iter().map(|one| as_json(one, &at)).collect();
        output.show(&json!({ "sessions": json, "next": next }), || {
            let rows: Vec<_> = found.iter().map(row).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => "Nobody is signed in there.".to_owned(),
                false => {
                    table(
                        ["SESSION", "E-MAIL", "BROWSER", "SIGNED IN", "ACTIVE"],
                        &rows,
                    ) + &more
                }
            }
        });
        Ok(())
    }
}

impl End {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let person = at.person(&self.who).await?;
        let subject = person.subject;
        let listed = at
            .store
            .sessions(Some(subject), clock::now(), None, usize::from(u16::MAX));
        let before = listed.await?.len();
        let (change, ended) = match &self.session {
            Some(session) => {
                let session = session_id(session)?;
                (SessionChange::End { subject, session }, 1)
            }
            None => (
                SessionChange::EndAll {
                    subject,
                    keep: None,
                },
                before,
            ),
        };
        if at.settle(Transition::Session(change)).await? == Outcome::Conflict {
            return Err(Failure::failed(format!(
                "{0} has no such session: `valetkey session list {0}` shows those that they have",
                person.label()
            )));
        }
        output.show(&json!({ "ended": ended }), || match ended {
            0 => format!("{} is signed in nowhere.", person.label()),
            1 => "1 session has ended.".to_owned(),
            many => format!("{many} sessions have ended."),
        });
        at.close().await;
        Ok(())
    }
}

fn browser(listed: &ListedSession) -> String {
    browser_text(&listed.session, Language::default()).to_string()
}

fn as_json(listed: &ListedSession, at: &Opened) -> Value {
    let session = &listed.session;
    json!({
        "id": session.id.0.to_string(),
        "user": at.config.policy.subjects.write(session.subject),
        "email": listed.email,
        "browser": browser(listed),
        "signed_in_at": clock::rfc3339(session.auth_time),
        "active_at": clock::rfc3339(listed.active_at),
        "ends_at": clock::rfc3339(session.expires_at),
    })
}

fn row(listed: &ListedSession) -> [String; 5] {
    let session = &listed.session;
    [
        session.id.0.to_string(),
        listed.email.clone(),
        browser(listed),
        clock::rfc3339(session.auth_time),
        clock::rfc3339(listed.active_at),
    ]
}
