//! ID tokens (OpenID Connect Core §2).
use super::OPENID;
use super::claims::About;
use crate::grants::Context;
use crate::signer::Wanted;
use crate::token::TokenError;
use crate::types::{Authentication, Client, Person, Scope, UnixTime};
use jose::Algorithm;
use jose::base64url;
use jose::jwt::{Audience, Claims};
use serde_json::{Value, json};

/// The type of an ID token.
const ID_TOKEN: &str = "JWT";
/// How somebody proved who they are who signed in with a password (RFC 8176 §2).
const PASSWORD: &str = "pwd";

/// What an ID token is made of.
pub(crate) struct IdToken<'a> {
    /// For whom it is.
    pub(crate) client: &'a Client,
    /// Whom it is about.
    pub(crate) person: &'a Person,
    /// When they signed in.
    pub(crate) auth_time: UnixTime,
    /// What was allowed.
    pub(crate) scope: &'a Scope,
    /// The access token that it comes with.
    pub(crate) access_token: &'a str,
    /// What was asked of the sign-in, and what is known of the person; `None` of a device that was allowed before that was
    /// kept.
    pub(crate) asked: Option<&'a Asked>,
    /// Whether the person was just there: one that a refresh brings has no `nonce` (§12.2).
    pub(crate) first: bool,
}

/// What was asked of a sign-in, with what is known of its person.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked.
    pub authentication: Authentication,
    /// Of whom.
    pub about: About,
}

impl IdToken<'_> {
    /// Its text; `None` where none was asked for.
    ///
    /// # Errors
    /// [`TokenError::CannotSign`].
    pub(crate) fn text<M>(&self, context: &Context<'_, M>) -> Result<Option<String>, TokenError> {
        let Some(openid) = context.policy.openid.as_deref() else {
            return Ok(None);
        };
        if !self.scope.contains(OPENID) {
            return Ok(None);
        }
        let algorithm = openid.id_token_algorithm(self.client);
        let mut claims = self.claims(context);
        let hash = half_hash(algorithm.into(), self.access_token);
        claims.other.insert("at_hash".to_owned(), hash.into());
        claims.exp = Some(context.now.plus(openid.id_token).0);
        let proved = self.asked.map(|asked| &asked.authentication);
        if let Some(acr) = openid.acr_of(
            proved.and_then(|own| own.methods.as_deref()),
            proved.and_then(|own| own.acr.as_deref()),
        ) {
            claims.other.insert("acr".to_owned(), acr.into());
        }
        let text = context.signer.sign(algorithm, ID_TOKEN, &claims);
        text.map(Some).ok_or(TokenError::CannotSign)
    }

    /// How they proved who they are (`amr`), as far as that is known.
    fn methods(&self) -> Option<Vec<&str>> {
        let known = self.asked.map(|asked| &asked.authentication.methods);
        match known {
            Some(Some(methods)) if methods.is_empty() => None,
            Some(Some(methods)) => Some(methods.split(' ').collect()),
            // Nothing is known but whose it is.
            None if self.person.external_id.is_some() => None,
            Some(None) | None => Some(vec![PASSWORD]),
        }
    }

    fn claims<M>(&self, context: &Context<'_, M>) -> Claims {
        let policy = context.policy;
        let mut other = self.asked.map_or_else(Default::default, |asked| {
            let names = &asked.authentication.claims;
            asked.about.asked_by_name(names, self.scope, policy)
        });
        let mut tell = |name: &str, value: Value| other.insert(name.to_owned(), value);
        tell("auth_time", self.auth_time.0.into());
        if let Some(methods) = self.methods() {
            tell("amr", json!(methods));
        }
        if let Some(Asked { authentication, .. }) = self.asked {
            tell("sid", authentication.sid().into());
            if let Some(nonce) = authentication.nonce.as_deref().filter(|_| self.first) {
                tell("nonce", nonce.into());
            }
        }
        Claims {
            iss: Some(policy.issuer.clone()),
            sub: Some(policy.sub_of(self.person)),
            aud: Some(Audience::One(self.client.id.clone())),
            iat: Some(context.now.0),
            other,
            ..Claims::default()
        }
    }
}

/// What an ID token of ours says that comes back as a hint, also one whose time is over; `None` where it is none.
pub(super) fn read_hint<M>(text: &str, context: &Context<'_, M>) -> Option<Claims> {
    let wanted = Wanted {
        typ: ID_TOKEN,
        issuer: &context.policy.issuer,
        expired: true,
    };
    context.signer.read(text, wanted, context.now).ok()
}

/// "Its value is the base64url encoding of the left-most half of the hash of the octets of the ASCII representation of the
/// access_token value, where the hash algorithm used is the hash algorithm used in the alg Header Parameter" (§3.1.3.6).
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let hash = algorithm.hash(text.as_bytes());
    base64url::encode(&hash[..hash.len() / 2])
}
