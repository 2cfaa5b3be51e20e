//! Signing out for an app (OpenID Connect RP-Initiated Logout), and telling apps that somebody did (Back-Channel Logout).
use super::id_token;
use crate::authorize::MAX_STATE;
use crate::decision::Mint;
use crate::facts::SessionFacts;
use crate::grants::Context;
use crate::outbox::{BackChannelLogout, Message};
use crate::params::{Params, ParamsFault};
use crate::policy::Policy;
use crate::signer::Signer;
use crate::transition::{OpenIdChange, Transition};
use crate::types::{Authentication, Client, ClientRowId, Lifetime, Locator, Subject, UnixTime};
use jose::json::Object;
use jose::jwt::{Audience, Claims};
use serde_json::json;
use std::sync::Arc;

/// The type of a logout token (Back-Channel Logout §2.4).
pub const LOGOUT_TOKEN: &str = "logout+jwt";
/// The event that it tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// "this specification recommends [...] preferably no more than two minutes" (§2.4).
const LOGOUT_TOKEN_LIFE: Lifetime = Lifetime::from_minutes(2);

/// What an app asks for that sends somebody to sign out.
#[derive(Debug, Clone)]
pub struct LogoutRequest {
    /// The app that it says it is.
    client_id: Option<String>,
    hint: Option<Hint>,
    uri: Option<String>,
    state: Option<String>,
}

/// An ID token of ours that the app was given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hint {
    subject: String,
    sid: Option<String>,
}

/// Why nobody is sent on. Shown, for there is nobody trustworthy to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutFault {
    /// The parameters cannot be decoded.
    Params(ParamsFault),
    /// A parameter stands more than once.
    Repeated,
    /// `id_token_hint` is no ID token of this provider, or was changed.
    Hint,
    /// `id_token_hint` was given to another app than `client_id`.
    OtherClient,
    /// No such app.
    UnknownClient,
    /// There is somewhere to go to, and nobody who says so.
    Nobody,
    /// The app did not register this URI.
    Uri,
    /// `state` is longer than is carried.
    State,
}

impl LogoutFault {
    /// What the app's developer is told.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Params(fault) => fault.sentence(),
            Self::Repeated => "a parameter stands more than once",
            Self::Hint => {
                "id_token_hint is no ID token of this provider, or it was changed on its way"
            }
            Self::OtherClient => "id_token_hint was given to another app than client_id",
            Self::UnknownClient => "there is no such app",
            Self::Nobody => "post_logout_redirect_uri needs an id_token_hint, or else a client_id",
            Self::Uri => "post_logout_redirect_uri is none that the app registered",
            Self::State => "state is longer than 4096 bytes",
        }
    }
}

impl LogoutRequest {
    /// Reads a request. "When an id_token_hint parameter is present, the OP MUST validate that it was the issuer of the ID
    /// Token. The OP SHOULD accept ID Tokens when the RP identified by the ID Token's aud claim and/or sid claim has a
    /// current session or had a recent session at the OP, even when the exp time has passed" (RP-Initiated Logout §2).
    ///
    /// # Errors
    /// [`LogoutFault`].
    pub fn read<M>(params: &Params, context: &Context<'_, M>) -> Result<Self, LogoutFault> {
        if params.repeated().is_some() {
            return Err(LogoutFault::Repeated);
        }
        let own = |name: &str| params.get(name).map(str::to_owned);
        let state = own("state");
        if state.as_ref().is_some_and(|state| state.len() > MAX_STATE) {
            return Err(LogoutFault::State);
        }
        let hint = params
            .get("id_token_hint")
            .map(|text| read_hint(text, context));
        let (hint, given_to) = hint.transpose()?.unzip();
        let client_id = match (own("client_id"), given_to) {
            (Some(named), Some(given_to)) if named != given_to => {
                return Err(LogoutFault::OtherClient);
            }
            (named, given_to) => named.or(given_to),
        };
        Ok(LogoutRequest {
            client_id,
            hint,
            uri: own("post_logout_redirect_uri"),
            state,
        })
    }

    /// The app, to be looked up.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Judges where the browser goes afterwards: "The value MUST have been previously registered with the OP" (§2).
    ///
    /// # Errors
    /// [`LogoutFault`].
    pub fn check(
        self,
        client: Option<Arc<Client>>,
        policy: &Policy,
    ) -> Result<Logout, LogoutFault> {
        let client = client.filter(|client| policy.serves(client));
        if self.client_id.is_some() && client.is_none() {
            return Err(LogoutFault::UnknownClient);
        }
        let back = match (self.uri, &client) {
            (None, _) => None,
            (Some(_), None) => return Err(LogoutFault::Nobody),
            (Some(uri), Some(client)) => {
                let registered = client.openid.post_logout_redirect_uris.contains(&uri);
                Some(uri)
                    .filter(|_| registered)
                    .ok_or(LogoutFault::Uri)
                    .map(Some)?
            }
        };
        Ok(Logout {
            client,
            hint: self.hint,
            back,
            state: self.state,
        })
    }
}

fn read_hint<M>(text: &str, context: &Context<'_, M>) -> Result<(Hint, String), LogoutFault> {
    let mut claims = id_token::read_hint(text, context).ok_or(LogoutFault::Hint)?;
    let sid = claims.other.remove("sid");
    let hint = Hint {
        subject: claims.sub.ok_or(LogoutFault::Hint)?,
        sid: sid.and_then(|sid| sid.as_str().map(str::to_owned)),
    };
    match claims.aud {
        Some(Audience::One(client_id)) => Ok((hint, client_id)),
        Some(Audience::List(_)) | None => Err(LogoutFault::Hint),
    }
}

/// A request to sign out that may be followed.
#[derive(Debug, Clone)]
pub struct Logout {
    /// The app that asks, if it said so.
    pub client: Option<Arc<Client>>,
    hint: Option<Hint>,
    /// Where the browser goes afterwards, as it was registered.
    pub back: Option<String>,
    /// Comes back unchanged.
    pub state: Option<String>,
}

impl Logout {
    /// Whether the person need not be asked: the app was given an ID token in this very session. "the OP SHOULD ask the
    /// End-User whether to log out of the OP as well. Furthermore, the OP MUST ask the End-User this question if an
    /// id_token_hint was not provided or if the supplied ID Token does not belong to the current OP session" (§2).
    pub fn is_of(&self, facts: &SessionFacts, policy: &Policy) -> bool {
        self.hint.as_ref().is_some_and(|hint| {
            let sid = Authentication::sid_of(facts.session.id);
            hint.sid.as_ref() == Some(&sid) && hint.subject == policy.sub_of(&facts.person)
        })
    }

    /// Whether the app was given an ID token: then it is sent back to also where nobody is signed in.
    pub fn is_hinted(&self) -> bool {
        self.hint.is_some()
    }

    /// Where the browser goes afterwards, with the state.
    pub fn location(&self) -> Option<String> {
        let back = self.back.as_deref()?;
        Some(match &self.state {
            Some(state) => {
                let mark = if back.contains('?') { '&' } else { '?' };
                format!(
                    "{back}{mark}{}",
                    Params::from_pairs([("state", state.as_str())]).to_form()
                )
            }
            None => back.to_owned(),
        })
    }
}

/// Has an app told that a session ended; one that wants to hear nothing is left alone.
pub fn tell(
    (session, client, subject): (Locator, ClientRowId, Subject),
    app: Option<&Client>,
    mint: &impl Mint,
) -> Transition {
    let listens = app.is_some_and(|app| app.openid.backchannel_logout_uri.is_some());
    let payload = BackChannelLogout {
        client: client.0,
        session: session.0,
        subject: subject.0,
    };
    OpenIdChange::TellOfLogout {
        session,
        client,
        subject,
        message: listens.then(|| Message::new(&payload, mint)),
    }
    .into()
}

/// The logout token of such a message (Back-Channel Logout §2.4). `None` where no key signs.
pub fn logout_token(
    (told, external_id): (&BackChannelLogout, Option<&str>),
    jti: Locator,
    client: &Client,
    (policy, signer, now): (&Policy, &dyn Signer, UnixTime),
) -> Option<String> {
    let openid = policy.openid.as_deref()?;
    let sid = Authentication::sid_of(Locator(told.session));
    let other = [("events", json!({ EVENT: {} })), ("sid", sid.into())];
    let claims = Claims {
        iss: Some(policy.issuer.clone()),
        sub: Some(policy.sub(Subject(told.subject), external_id)),
        aud: Some(Audience::One(client.id.clone())),
        iat: Some(now.0),
        exp: Some(now.plus(LOGOUT_TOKEN_LIFE).0),
        jti: Some(jti.0.to_string()),
        other: Object::from_iter(other.map(|(name, value)| (name.to_owned(), value))),
        ..Claims::default()
    };
    signer.sign(openid.id_token_algorithm(client), LOGOUT_TOKEN, &claims)
}
