//! `valetkey token …`. The token's text comes from standard input or a file, never as an argument.
use super::failure::Failure;
use super::output::{Output, sheet};
use super::place::{CHANGED, Opened, Place};
use super::user::read_secret;
use crate::clock;
use clap::{Args, Subcommand};
use jose::Digest;
use protocol::Policy;
use protocol::facts::{AccessFacts, RefreshFacts, Standing};
use protocol::introspect::is_active;
use protocol::revoke::{TokenFacts, TokenKind};
use protocol::transition::{GrantChange, RevocationCause, Transition};
use protocol::types::{Client, Locator, Subject, UnixTime};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What is said of a token that cannot be found.
const NO_RECORD: &str =
    "there is no record of this token: it was revoked, has expired, or belongs to another database";

/// Tokens, named by their text.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Tell what a token is and whether it works.
    Inspect(Which),
    /// Make a token worthless; a refresh token takes with it all that its person allowed at the same time.
    Revoke(Which),
}

/// Which token.
#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// A file that holds the token's text; - for standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    token_file: PathBuf,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Inspect(which) => which.inspect(output).await,
            Verb::Revoke(which) => which.revoke(output).await,
        }
    }
}

impl Which {
    async fn inspect(self, output: Output) -> Result<(), Failure> {
        let (at, facts) = self.load().await?;
        let about = match &facts {
            TokenFacts::Access(facts) => About::access(facts, &at.config.policy),
            TokenFacts::Refresh(facts) => {
                let client = at.store.client_by_no(facts.grant.client).await?;
                About::refresh(facts, client)
            }
            TokenFacts::None => {
                let nothing = json!({ "active": false, "reason": NO_RECORD });
                output.show(&nothing, || format!("works  no: {NO_RECORD}"));
                return Ok(());
            }
        };
        output.show(&about.as_json(&at), || about.as_sheet(&at));
        at.close().await;
        Ok(())
    }

    async fn revoke(self, output: Output) -> Result<(), Failure> {
        let (at, facts) = self.load().await?;
        let (kind, change) = match facts {
            TokenFacts::Access(facts) => (
                "access",
                Transition::Grant(GrantChange::RevokeAccessToken {
                    token: facts.token.id,
                    client: facts.token.client,
                }),
            ),
            TokenFacts::Refresh(facts) => (
                "refresh",
                Transition::Grant(GrantChange::Revoke {
                    grant: facts.grant.id,
                    until: facts.grant.expires_at,
                    client: facts.grant.client,
                    cause: RevocationCause::Operator,
                }),
            ),
            TokenFacts::None => return Err(Failure::failed(NO_RECORD)),
        };
        at.commit(change, CHANGED).await?;
        output.show(&json!({ "revoked": true, "kind": kind }), || match kind {
            "access" => "The access token is revoked.".to_owned(),
            _ => "The refresh token and all tokens of the same grant are revoked.".to_owned(),
        });
        at.close().await;
        Ok(())
    }

    /// Reads the token's text and what is on record about it; a digest that differs is no record.
    async fn load(&self) -> Result<(Opened, TokenFacts), Failure> {
        let text = read_secret(&self.token_file, "token")?;
        let at = self.place.open()?;
        let known = |stored: &Digest, presented: &Digest| stored == presented;
        let facts = match TokenKind::of(text.trim(), &at.config.policy) {
            TokenKind::Access(presented) => {
                let facts = at.store.access_token(Locator(presented.locator)).await?;
                let facts = facts.filter(|facts| known(&facts.token.digest, &presented.digest));
                facts.map_or(TokenFacts::None, |facts| {
                    TokenFacts::Access(Box::new(facts))
                })
            }
            TokenKind::Refresh(presented) => {
                let facts = at.store.refresh_token(Locator(presented.locator)).await?;
                let facts = facts.filter(|facts| known(&facts.token.digest, &presented.digest));
                facts.map_or(TokenFacts::None, |facts| {
                    TokenFacts::Refresh(Box::new(facts))
                })
            }
            TokenKind::Unknown => {
                return Err(Failure::failed(
                    "this is not the whole text of a token of this provider: copy it again, prefix and all",
                ));
            }
        };
        Ok((at, facts))
    }
}

/// What is told of a token.
struct About {
    kind: &'static str,
    /// Why it does not work; `None`: it does.
    dead: Option<&'static str>,
    client: Option<Arc<Client>>,
    subject: Option<Subject>,
    scope: String,
    issued_at: UnixTime,
    expires_at: UnixTime,
}

impl About {
    fn access(facts: &AccessFacts, policy: &Policy) -> Self {
        let token = &facts.token;
        let dead = (!is_active(facts, policy, clock::now())).then(|| {
            let client = facts.client.as_deref();
            match facts.grant_revoked {
                true => "its grant was revoked",
                false => why_dead(token.id, token.expires_at, client, Some(facts.person)),
            }
        });
        About {
            kind: "access",
            dead,
            client: facts.client.clone(),
            subject: token.subject,
            scope: token.scope.to_string(),
            issued_at: token.id.time(),
            expires_at: token.expires_at,
        }
    }

    fn refresh(facts: &RefreshFacts, client: Option<Arc<Client>>) -> Self {
        let (token, grant) = (&facts.token, &facts.grant);
        let standing = facts.person.as_ref().map(Standing::from);
        let dead = match (facts.used.is_some(), grant.revoked_at.is_some()) {
            (_, true) => "its grant was revoked",
            (true, _) => "it was used and replaced",
            _ => why_dead(token.id, token.expires_at, client.as_deref(), standing),
        };
        About {
            kind: "refresh",
            dead: Some(dead).filter(|why| !why.is_empty()),
            client,
            subject: Some(grant.subject),
            scope: grant.scope.to_string(),
            issued_at: token.id.time(),
            expires_at: token.expires_at,
        }
    }

    fn as_json(&self, at: &Opened) -> Value {
        json!({
            "active": self.dead.is_none(),
            "reason": self.dead,
            "kind": self.kind,
            "client_id": self.client.as_ref().map(|client| &client.id),
            "user_id": self.subject.map(|subject| at.config.policy.subjects.write(subject)),
            "scope": self.scope,
            "issued_at": clock::rfc3339(self.issued_at),
            "expires_at": clock::rfc3339(self.expires_at),
        })
    }

    fn as_sheet(&self, at: &Opened) -> String {
        let app = self.client.as_ref();
        let app = app.map_or_else(String::new, |app| format!("{} ({})", app.name, app.id));
        let user = self
            .subject
            .map(|subject| at.config.policy.subjects.write(subject));
        let works = self
            .dead
            .map_or_else(|| "yes".to_owned(), |why| format!("no: {why}"));
        sheet(&[
            ("kind", self.kind.to_owned()),
            ("works", works),
            ("app", app),
            ("user", user.unwrap_or_default()),
            ("scope", self.scope.clone()),
            ("issued", clock::rfc3339(self.issued_at)),
            ("expires", clock::rfc3339(self.expires_at)),
        ])
    }
}

/// Why something made as `id` does not work, as far as its row, its app and its person tell; empty: it does.
fn why_dead(
    id: Locator,
    expires_at: UnixTime,
    client: Option<&Client>,
    person: Option<Standing>,
) -> &'static str {
    let Some(client) = client else {
        return "its app was deleted";
    };
    let Some(person) = person else {
        return "its user's account is gone";
    };
    if clock::now() >= expires_at {
        return "it has expired";
    }
    if !client.is_active() || id < client.cutoff {
        return "its app is or was disabled";
    }
    match person.honours(id) {
        true => "",
        false => "its user is or was disabled",
    }
}
