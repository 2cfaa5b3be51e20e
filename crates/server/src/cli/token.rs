//! `valetkey token …`. The token's text comes from standard input or a file, never as an argument.
use super::failure::Failure;
use super::output::{Output, sheet};
use super::place::{CHANGED, Opened, Place};
use super::text_file::read_text;
use crate::ops::clock;
use crate::settle::look_up;
use clap::{Args, Subcommand};
use protocol::Policy;
use protocol::facts::{AccessFacts, RefreshFacts};
use protocol::inactive::{self, Inactive};
use protocol::lookup::{Found, TokenKind};
use protocol::revoke::revoke_by_operator;
use protocol::types::{Client, Subject, UnixTime};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use wire::dpop::Thumbprint;

/// The exit code of `inspect` for a token that does not work, so that a script can tell it from a failure.
const DOES_NOT_WORK: u8 = 3;

/// Tokens, named by their text.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Tell what a token is and whether it works; exit code 3 when it does not.
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
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self {
            Verb::Inspect(which) => which.inspect(output).await,
            Verb::Revoke(which) => {
                which.revoke(output).await?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

impl Which {
    async fn inspect(self, output: Output) -> Result<ExitCode, Failure> {
        let (at, kind, found) = self.load(Place::look).await?;
        let policy = &at.config.policy;
        let about = match kind.verified(found) {
            Found::AccessToken(facts) => Some(About::access(facts, policy)),
            Found::RefreshToken(facts) => {
                let client = at.store.client_by_no(facts.grant.client).await?;
                Some(About::refresh(&facts, client, policy))
            }
            Found::Code(_) | Found::Device(_) | Found::Nothing => None,
        };
        let key = kind.key();
        let about = about.map(|about| About { key, ..about });
        let inactive = match &about {
            Some(about) => about.inactive,
            None => Some(Inactive::Unknown),
        };
        match about {
            Some(about) => output.show(&about.as_json(&at), || about.as_sheet(&at)),
            None => {
                let why = Inactive::Unknown.sentence();
                let nothing = json!({ "active": false, "reason": why });
                output.show(&nothing, || format!("works  no: {why}"));
            }
        }
        Ok(match inactive {
            None => ExitCode::SUCCESS,
            Some(_) => ExitCode::from(DOES_NOT_WORK),
        })
    }

    async fn revoke(self, output: Output) -> Result<(), Failure> {
        let (at, kind, found) = self.load(Place::open).await?;
        let change = revoke_by_operator(&kind, found);
        let change = change.ok_or_else(|| Failure::failed(Inactive::Unknown.sentence()))?;
        at.commit(change, CHANGED).await?;
        let (name, done) = match kind {
            TokenKind::Refresh(_) => (
                "refresh",
                "The refresh token and all tokens of the same grant are revoked.",
            ),
            TokenKind::Access(_) | TokenKind::Unknown => ("access", "The access token is revoked."),
        };
        output.show(&json!({ "revoked": true, "kind": name }), || {
            done.to_owned()
        });
        Ok(())
    }

    /// Reads the token's text and what is on record about it.
    async fn load(
        &self,
        open: impl FnOnce(&Place) -> Result<Opened, Failure>,
    ) -> Result<(Opened, TokenKind, Found), Failure> {
        let text = read_text(&self.token_file, "token")?;
        let at = open(&self.place)?;
        let kind = TokenKind::of(text.trim(), &at.config.policy);
        if matches!(kind, TokenKind::Unknown) {
            return Err(Failure::failed(
                "this is not the whole text of a token of this provider: copy it again, prefix and all",
            ));
        }
        let found = look_up(&at.store, kind.lookup()).await?;
        Ok((at, kind, found))
    }
}

/// What is told of a token.
struct About {
    kind: &'static str,
    /// Why it does not work; `None`: it does.
    inactive: Option<Inactive>,
    client: Option<Arc<Client>>,
    subject: Option<Subject>,
    scope: String,
    issued_at: UnixTime,
    expires_at: UnixTime,
    /// The key that it is bound to.
    key: Option<Thumbprint>,
}

impl About {
    fn access(facts: AccessFacts, policy: &Policy) -> Self {
        let inactive = inactive::access_token(&facts, policy, clock::now()).err();
        let token = facts.token;
        About {
            kind: "access",
            inactive,
            client: facts.client,
            subject: token.subject,
            scope: token.scope.to_string(),
            issued_at: token.id.time(),
            expires_at: token.expires_at,
            key: None,
        }
    }

    fn refresh(facts: &RefreshFacts, client: Option<Arc<Client>>, policy: &Policy) -> Self {
        let now = clock::now();
        let inactive = inactive::refresh_token(facts, client.as_deref(), policy, now).err();
        let (token, grant) = (&facts.token, &facts.grant);
        About {
            kind: "refresh",
            inactive,
            client,
            subject: Some(grant.subject),
            scope: grant.scope.to_string(),
            issued_at: token.id.time(),
            expires_at: token.expires_at,
            key: None,
        }
    }

    fn as_json(&self, at: &Opened) -> Value {
        json!({
            "active": self.inactive.is_none(),
            "reason": self.inactive.map(Inactive::sentence),
            "kind": self.kind,
            "client_id": self.client.as_ref().map(|client| &client.id),
            "user_id": self.subject.map(|subject| at.config.policy.subjects.write(subject)),
            "scope": self.scope,
            "issued_at": clock::rfc3339(self.issued_at),
            "expires_at": clock::rfc3339(self.expires_at),
            "jkt": self.key.map(|key| key.text()),
        })
    }

    fn as_sheet(&self, at: &Opened) -> String {
        let app = self.client.as_ref();
        let app = app.map_or_else(String::new, |app| format!("{} ({})", app.name, app.id));
        let user = self
            .subject
            .map(|subject| at.config.policy.subjects.write(subject));
        let works = match self.inactive {
            None => "yes".to_owned(),
            Some(why) => format!("no: {}", why.sentence()),
        };
        sheet(&[
            ("kind", self.kind.to_owned()),
            ("works", works),
            ("app", app),
            ("user", user.unwrap_or_default()),
            ("scope", self.scope.clone()),
            ("issued", clock::rfc3339(self.issued_at)),
            ("expires", clock::rfc3339(self.expires_at)),
            (
                "bound to key",
                self.key.map(|key| key.text()).unwrap_or_default(),
            ),
        ])
    }
}
