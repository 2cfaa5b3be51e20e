//! How an answer is brought to an app: in the URL, or in a form that the browser posts (Form Post Response Mode).
use super::RequestFault;
use crate::params::Params;
use crate::policy::Policy;
use crate::types::VerifiedRedirectUri;
use jose::{base64url, json};

/// Longest request object that is looked into, in bytes.
const MAX_OBJECT: usize = 16 * 1_024;

/// The value of `response_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form, posted to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// Reads it. Forms are posted where OpenID Connect is spoken.
    ///
    /// # Errors
    /// [`RequestFault::ResponseMode`] for any other.
    pub(super) fn of(params: &Params, policy: &Policy) -> Result<Self, RequestFault> {
        let outside = params.get("response_mode").map(str::to_owned);
        let inside = || params.get("request").and_then(mode_of_object);
        match outside.or_else(inside).as_deref() {
            None | Some("query") => Ok(ResponseMode::Query),
            Some("form_post") if policy.openid.is_some() => Ok(ResponseMode::FormPost),
            Some(_) => Err(RequestFault::ResponseMode),
        }
    }

    /// The answer with these parameters.
    pub(super) fn response(
        self,
        uri: &VerifiedRedirectUri,
        parameters: &[(&'static str, &str)],
    ) -> AuthorizationResponse {
        match self {
            ResponseMode::Query => AuthorizationResponse::Redirect(uri.with_parameters(parameters)),
            ResponseMode::FormPost => {
                let own = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
                AuthorizationResponse::FormPost {
                    action: uri.as_str().to_owned(),
                    fields: parameters.iter().map(own).collect(),
                }
            }
        }
    }
}

/// How a request object wants to be answered: request objects are not taken, and that is told the way it asks for.
/// Nothing else of it is looked at, and nothing is believed.
fn mode_of_object(object: &str) -> Option<String> {
    let payload = base64url::decode(object.split('.').nth(1)?)?;
    let members = json::object(&payload, MAX_OBJECT).ok()?;
    members.get("response_mode")?.as_str().map(str::to_owned)
}

/// What a browser brings to an app (RFC 6749 §4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// It goes to this URL.
    Redirect(String),
    /// It posts these fields.
    FormPost {
        /// To this URL.
        action: String,
        /// By their names.
        fields: Vec<(&'static str, String)>,
    },
}

impl AuthorizationResponse {
    /// Where the browser goes.
    pub fn location(&self) -> &str {
        match self {
            AuthorizationResponse::Redirect(url) => url,
            AuthorizationResponse::FormPost { action, .. } => action,
        }
    }
}
