//! What a handler learns of the token that let its request in.
use crate::clock;
use crate::proofs::Binding;
use jose::jwt::Claims;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use wire::Introspection;
use wire::dpop::{SCHEME, Thumbprint};
use wire::introspection::{Confirmation, Text, is_app};
use wire::token_text::key_of;

/// A token that works, as an extension of the request. Cheap to clone; it does not hold the token's text.
#[derive(Debug, Clone)]
pub struct Token(Arc<Details>);

/// Whether a token opens real data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Real data.
    Live,
    /// A sandbox: the token was made with test credentials.
    Test,
}

#[derive(Debug)]
struct Details {
    client_id: String,
    subject: String,
    scopes: Vec<Box<str>>,
    expires_at: u64,
    mode: Mode,
    issued_at: Option<u64>,
    auth_time: Option<u64>,
    acr: Option<String>,
    names: Names,
    binding: Binding,
}

/// What a token of this type is bound to; `None` for a type that is none of ours.
fn binding(kind: &str, cnf: Option<&Confirmation>) -> Option<Binding> {
    let key = cnf.and_then(|cnf| cnf.jkt.as_deref());
    let key = key.and_then(Thumbprint::parse).map(Binding::Key);
    match (kind.eq_ignore_ascii_case("bearer"), cnf) {
        (true, None) => Some(Binding::Free),
        (true, Some(_)) => Some(key.unwrap_or(Binding::Other)),
        (false, _) if kind.eq_ignore_ascii_case(SCHEME) => Some(key.unwrap_or(Binding::Other)),
        (false, _) => None,
    }
}

/// How the revocation feed names what a token belongs to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) jti: Option<String>,
    pub(crate) grant_id: Option<String>,
    pub(crate) organization: Option<String>,
}

impl Token {
    /// The token of an active answer; `None` when the answer is not about an access token that works now.
    pub(crate) fn of(answer: Introspection<'_>, now: Duration) -> Option<Self> {
        // A refresh token is described without a type; it opens nothing.
        let kind = answer.token_type.as_deref()?;
        let binding = binding(kind, answer.cnf.as_deref())?;
        let expires_at = u64::try_from(answer.exp?).ok()?;
        let works = answer.active && Duration::from_secs(expires_at) > now;
        let client_id = answer.client_id?.into_owned();
        let mode = match answer.mode.as_deref() {
            None | Some("live") => Mode::Live,
            Some(_) => Mode::Test,
        };
        let text = |member: Text<'_>| member.map(Cow::into_owned);
        let scopes = answer.scope.unwrap_or_default();
        works.then(|| {
            Token(Arc::new(Details {
                subject: text(answer.sub).unwrap_or_else(|| client_id.clone()),
                client_id,
                scopes: scopes.split_whitespace().map(Box::from).collect(),
                expires_at,
                mode,
                issued_at: answer.iat.and_then(|at| u64::try_from(at).ok()),
                auth_time: answer.auth_time.and_then(|at| u64::try_from(at).ok()),
                acr: text(answer.acr),
                names: Names {
                    jti: text(answer.jti),
                    grant_id: text(answer.grant_id),
                    organization: text(answer.organization),
                },
                binding,
            }))
        })
    }

    /// The token of a JWT that was verified (RFC 9068); `None` where it lacks a claim that it must have.
    pub(crate) fn of_claims(claims: &Claims, leeway: Duration) -> Option<Self> {
        let other = |name: &str| claims.other.get(name);
        let text = |name: &str| other(name).and_then(Value::as_str).map(Cow::Borrowed);
        let answer = Introspection {
            active: true,
            scope: text("scope"),
            client_id: Some(text("client_id")?),
            token_type: Some(Cow::Borrowed("Bearer")),
            // Whatever is in it says that not everybody who has the token may use it.
            cnf: other("cnf").map(|_| {
                let jkt = key_of(claims).map(|key| key.text());
                Box::new(Confirmation { jkt })
            }),
            exp: claims.exp,
            iat: Some(claims.iat?),
            sub: Some(Cow::Borrowed(claims.sub.as_deref()?)),
            mode: text("mode"),
            organization: text("organization"),
            jti: Some(Cow::Borrowed(claims.jti.as_deref()?)),
            grant_id: text("grant_id"),
            auth_time: other("auth_time").and_then(Value::as_i64),
            acr: text("acr"),
            ..Introspection::default()
        };
        // Its end was looked at already, with the clocks' difference.
        Token::of(answer, clock::since_1970().saturating_sub(leeway))
    }

    /// The app that the token was issued to.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The person who allowed it, or the app itself when it acts for itself.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Whether a person allowed it.
    pub fn is_personal(&self) -> bool {
        !is_app(&self.0.subject, &self.0.client_id)
    }

    /// What it may be used for.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(AsRef::as_ref)
    }

    /// Whether it has this scope. Names are opaque: `api` is not `api:v1`.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    /// When it stops working, in Unix seconds.
    pub fn expires_at(&self) -> u64 {
        self.0.expires_at
    }

    /// Whether it opens real data.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// When its person had signed in, in Unix seconds, if one allowed it and the provider says.
    pub fn auth_time(&self) -> Option<u64> {
        self.0.auth_time
    }

    /// How they had, if the provider tells ways apart.
    pub fn acr(&self) -> Option<&str> {
        self.0.acr.as_deref()
    }

    /// The organization that access was given for; `None`: the person's own account.
    pub fn organization(&self) -> Option<&str> {
        self.0.names.organization.as_deref()
    }

    /// The thumbprint of the key that it is bound to (RFC 9449); whoever sent it has proved to hold that.
    pub fn key_thumbprint(&self) -> Option<String> {
        match self.0.binding {
            Binding::Key(key) => Some(key.text()),
            Binding::Free | Binding::Other => None,
        }
    }

    pub(crate) fn binding(&self) -> Binding {
        self.0.binding
    }

    pub(crate) fn issued_at(&self) -> Option<u64> {
        self.0.issued_at
    }

    pub(crate) fn names(&self) -> &Names {
        &self.0.names
    }

    /// Whether the feed would name everything that may end it. What it could not name must not be kept.
    pub(crate) fn can_be_followed(&self) -> bool {
        let names = self.names();
        names.jti.is_some() && (names.grant_id.is_some() || !self.is_personal())
    }
}
