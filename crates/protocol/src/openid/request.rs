//! An authentication request (OpenID Connect Core §3.1.2.1): what an authorization request has more when its scope holds
//! `openid`.
use super::id_token::read_hint;
use super::{OPENID, OpenIdPolicy};
use crate::authorize::{AuthorizationError, RequestFault};
use crate::grants::Context;
use crate::params::Params;
use crate::policy::Policy;
use crate::types::Authentication;
use crate::types::{Client, Locator, Person, Scope, UnixTime};
use jose::json::{self, Object};
use serde_json::Value;

/// Longest `nonce`, in bytes.
const MAX_NONCE: usize = 1_024;
/// Longest `claims`, in bytes.
const MAX_CLAIMS: usize = 4_096;
/// Claims asked for by name, at most.
const MOST_CLAIMS: usize = 64;

/// What is asked of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationRequest {
    /// Comes back unchanged in the ID token.
    pub nonce: Option<String>,
    /// Claims that the ID token is to have.
    pub claims: Vec<String>,
    /// Who is to be signed in, as apps see their ids: all of these.
    subjects: Vec<String>,
}

impl AuthenticationRequest {
    /// Reads it from a request for `scope`; `None` where that is none of OpenID Connect.
    ///
    /// # Errors
    /// What cannot be read, is not kept, or cannot be met.
    pub(crate) fn of<M>(
        params: &Params,
        client: &Client,
        (scope, claims): (&Scope, &ClaimsRequest),
        context: &Context<'_, M>,
    ) -> Result<Option<Box<Self>>, AuthorizationError> {
        let Some(openid) = context.policy.openid.as_deref() else {
            return Ok(None);
        };
        if !scope.contains(OPENID) {
            return Ok(None);
        }
        let nonce = params.get("nonce");
        if nonce.is_some_and(|nonce| nonce.len() > MAX_NONCE) {
            return Err(RequestFault::Nonce.into());
        }
        if !claims.is_met_by(openid) {
            return Err(AuthorizationError::UnmetAuthenticationRequirements);
        }
        let hinted = params.get("id_token_hint");
        let hinted = hinted.map(|text| hinted_subject(text, client, context));
        Ok(Some(Box::new(AuthenticationRequest {
            nonce: nonce.map(str::to_owned),
            claims: claims.id_token.clone(),
            subjects: claims
                .subjects
                .iter()
                .cloned()
                .chain(hinted.transpose()?)
                .collect(),
        })))
    }

    /// Whether this is whom the app asks about. Where it is not, and nobody can be asked, "it MUST return an error, such as
    /// login_required" (§3.1.2.1).
    pub fn is_about(&self, person: &Person, policy: &Policy) -> bool {
        let own = || policy.sub_of(person);
        self.subjects.is_empty() || self.subjects.iter().all(|subject| *subject == own())
    }

    /// What of it a code is issued with.
    pub(crate) fn carried(&self, id: Locator, session: Locator, end: UnixTime) -> Authentication {
        Authentication {
            // The store reads it of the session.
            methods: None,
            acr: None,
            id,
            session,
            nonce: self.nonce.clone(),
            claims: self.claims.clone(),
            expires_at: end,
        }
    }
}

/// Whom an ID token of ours is about that this app was given, also one whose time is over.
fn hinted_subject<M>(
    text: &str,
    client: &Client,
    context: &Context<'_, M>,
) -> Result<String, RequestFault> {
    let claims = read_hint(text, context).ok_or(RequestFault::Hint)?;
    let own = claims.aud.is_some_and(|aud| aud.names(&client.id));
    claims.sub.filter(|_| own).ok_or(RequestFault::Hint)
}

/// The `claims` of a request (§5.5): which are asked for by name, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// At userinfo.
    pub userinfo: Vec<String>,
    /// In the ID token.
    pub id_token: Vec<String>,
    subjects: Vec<String>,
    /// One of these `acr` must be met.
    acr: Option<Vec<String>>,
}

impl ClaimsRequest {
    /// Reads the parameter. What it has beside what is known here is passed over.
    ///
    /// # Errors
    /// `invalid_request` where it is not what §5.5 describes.
    pub(crate) fn of(params: &Params) -> Result<Self, RequestFault> {
        let Some(text) = params.get("claims") else {
            return Ok(Self::default());
        };
        let asked = json::object(text.as_bytes(), MAX_CLAIMS).map_err(|_| RequestFault::Claims)?;
        let (userinfo, id_token) = (part(&asked, "userinfo")?, part(&asked, "id_token")?);
        let subject = |part: Option<&Object>| {
            let value = part?.get("sub")?.get("value")?;
            value.as_str().map(str::to_owned)
        };
        Ok(ClaimsRequest {
            subjects: [userinfo, id_token]
                .into_iter()
                .filter_map(subject)
                .collect(),
            acr: id_token.and_then(|part| essential_acr(part.get("acr")?)),
            userinfo: names(userinfo)?,
            id_token: names(id_token)?,
        })
    }

    /// The scopes that open what is asked for by name: a claim is allowed as its scope is. `may_ask` tells whether the app
    /// may ask for a scope; a claim of another is passed over.
    pub(crate) fn scopes<'a>(
        &self,
        policy: &'a Policy,
        may_ask: impl Fn(&str) -> bool,
    ) -> Vec<&'a str> {
        let names = self.userinfo.iter().chain(&self.id_token);
        let opens = |name: &String| {
            let mut entries = policy.scopes.iter();
            let entry = entries.find(|entry| entry.claims.contains(name) && may_ask(&entry.name));
            entry.map(|entry| entry.name.as_str())
        };
        names.filter_map(opens).collect()
    }

    /// "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat that
    /// outcome as a failed authentication attempt" (§5.5.1.1).
    fn is_met_by(&self, openid: &OpenIdPolicy) -> bool {
        let meets = |values: &Vec<String>| {
            let mut own = openid.acr.iter().chain(&openid.second_factor_acr);
            own.any(|own| values.contains(own))
        };
        self.acr.as_ref().is_none_or(meets)
    }

    /// What the sign-in must be worth: one of these.
    pub(crate) fn essential_acr(&self) -> Option<&[String]> {
        self.acr.as_deref()
    }
}

fn part<'a>(asked: &'a Object, name: &str) -> Result<Option<&'a Object>, RequestFault> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(part)) => Ok(Some(part)),
        Some(_) => Err(RequestFault::Claims),
    }
}

/// Each is asked for by `null`, or by an object that says how (§5.5.1).
fn names(part: Option<&Object>) -> Result<Vec<String>, RequestFault> {
    let members = part.into_iter().flatten();
    if members
        .clone()
        .any(|(_, how)| !how.is_null() && !how.is_object())
    {
        return Err(RequestFault::Claims);
    }
    let names: Vec<String> = members.map(|(name, _)| name.clone()).collect();
    match names.len() > MOST_CLAIMS {
        true => Err(RequestFault::Claims),
        false => Ok(names),
    }
}

fn essential_acr(how: &Value) -> Option<Vec<String>> {
    how.get("essential")?
        .as_bool()
        .filter(|essential| *essential)?;
    let one = how
        .get("value")
        .and_then(Value::as_str)
        .map(|one| vec![one.to_owned()]);
    let several = how.get("values").and_then(Value::as_array).map(|values| {
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    });
    one.or(several)
}
