//! Device authorization (RFC 8628): a device asks, a person types its code elsewhere and answers.
//! The device's polls are [`grants::device_code`](crate::grants::device_code).
use crate::accounts::mail_link::LinkMail;
use crate::accounts::sign_in::Attempt;
use crate::client_auth::{AuthenticatedClient, Credentials};
use crate::connections::earlier;
use crate::consent::{Asked, is_broad};
use crate::decision::{Decision, Mint};
use crate::facts::{DeviceFacts, SessionFacts};
use crate::grants::device_code::DEVICE_CODE_PREFIX;
use crate::grants::{Context, scope_for, still_allowed};
use crate::openid::OPENID;
use crate::own_api::is_own;
use crate::policy::Policy;
use crate::resource::Resources;
use crate::token::{RawRequest, TokenError, read_scope};
use crate::transition::{DeviceChange, Transition};
use crate::types::{
    Authentication, Client, Connection, DeviceAnswer, DeviceAuthorization, GrantType, Locator,
    Pace, Person, Scope, UnixTime, UserCode,
};
use serde::Serialize;
use wire::TokenText;

/// Where people type a device's code, on the issuer's host (§3.3): short enough to be typed itself.
pub const VERIFICATION_PATH: &str = "/device";

/// A request of a device (§3.1).
#[derive(Debug, Clone)]
pub struct DeviceRequest {
    /// Who claims to ask: "the client authentication requirements of Section 3.2.1 of RFC 6749 apply".
    pub credentials: Credentials,
    /// What is asked for; `None`: the default.
    pub scope: Option<Scope>,
    /// For which APIs.
    pub resources: Resources,
}

/// What the device is told (§3.2).
#[derive(Serialize, Clone, PartialEq, Eq)]
pub struct DeviceReply {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: i64,
    interval: i64,
}

impl std::fmt::Debug for DeviceReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceReply(…)")
    }
}

impl DeviceRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// [`TokenError`], before anything was looked up.
    pub fn parse(raw: &RawRequest<'_>, policy: &Policy) -> Result<Self, TokenError> {
        let params = raw.params(policy)?;
        Ok(DeviceRequest {
            credentials: raw.credentials(&params)?,
            scope: read_scope(&params)?,
            resources: Resources::read(&params, policy),
        })
    }
}

/// Gives a device its two codes. A lost guard means that the user code is in use: decide again, with another.
pub fn authorize<M: Mint>(
    asked: (Option<&Scope>, &Resources),
    client: &AuthenticatedClient,
    context: &Context<'_, M>,
) -> Decision<DeviceReply, TokenError> {
    decide(asked, client, context).into()
}

fn decide<M: Mint>(
    (asked, resources): (Option<&Scope>, &Resources),
    client: &AuthenticatedClient,
    context: &Context<'_, M>,
) -> Result<Decision<DeviceReply, TokenError>, TokenError> {
    let grant = GrantType::DeviceCode;
    if !client.may_use(grant) || !context.policy.offers(&client.id, grant) {
        return Err(TokenError::UnauthorizedClient(grant));
    }
    let scope = scope_for(client, asked, context.policy)?;
    let narrowed = resources.narrow(&scope, context.policy)?;
    let scope_named = asked == Some(&scope) && narrowed.is_none();
    let scope = narrowed.unwrap_or(scope);
    let rules = &context.policy.device;
    let id = context.mint.locator();
    let prefix = client.side.mark(DEVICE_CODE_PREFIX);
    let code = TokenText::new(&prefix, id.0, &context.mint.secret());
    let user_code = new_user_code(context.mint);
    let device = DeviceAuthorization {
        id,
        digest: code.digest(),
        user_code: user_code.digest(),
        client: client.no,
        scope,
        scope_named,
        expires_at: context.now.plus(rules.lifetime),
        pace: Pace {
            interval: rules.interval,
            polled_at: None,
        },
        answer: None,
    };
    let reply = DeviceReply {
        device_code: code.as_str().to_owned(),
        user_code: user_code.to_string(),
        verification_uri: rules.verification_uri.clone(),
        verification_uri_complete: verification_uri_complete(&user_code, context.policy),
        expires_in: rules.lifetime.seconds(),
        interval: rules.interval.seconds(),
    };
    Ok(Decision::grant(
        Transition::Device(DeviceChange::Keep(device)),
        reply,
    ))
}

fn new_user_code<M: Mint>(mint: &M) -> UserCode {
    loop {
        if let Some(code) = UserCode::from_random(&mint.secret()) {
            return code;
        }
    }
}

/// The page with the code filled in: what a QR code holds (§3.3.1).
pub fn verification_uri_complete(code: &UserCode, policy: &Policy) -> String {
    format!("{}?user_code={code}", policy.device.verification_uri)
}

/// Why a user code leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserCodeFault {
    /// It is no user code, or none that is known.
    Unknown,
    /// It has expired.
    Expired,
    /// It was answered already.
    Answered,
    /// The app is gone, switched off, or no longer allowed to ask.
    Client,
    /// The app is for test users, and this is none of its own; or the other way round.
    Side,
}

/// Whether a person may be asked about what a device wants.
///
/// # Errors
/// [`UserCodeFault`].
pub fn check<'a>(
    device: &DeviceAuthorization,
    client: Option<&'a Client>,
    person: &Person,
    policy: &Policy,
    now: UnixTime,
) -> Result<&'a Client, UserCodeFault> {
    if now >= device.expires_at {
        return Err(UserCodeFault::Expired);
    }
    if device.answer.is_some() {
        return Err(UserCodeFault::Answered);
    }
    let client = client.filter(|client| {
        client.works_for(person.subject)
            && policy.serves(client)
            && client.may_use(GrantType::DeviceCode)
            && policy.offers(&client.id, GrantType::DeviceCode)
            && device.id >= client.not_before
    });
    let client = client.ok_or(UserCodeFault::Client)?;
    if !client.may_meet(person) {
        return Err(UserCodeFault::Side);
    }
    match still_allowed(client, &device.scope, policy) == device.scope {
        true => Ok(client),
        false => Err(UserCodeFault::Client),
    }
}

/// What a person is asked for a device: all of it, whatever they allowed another one.
pub fn asked<'a>(
    device: &'a DeviceAuthorization,
    client: &'a Client,
    policy: &Policy,
) -> Asked<'a> {
    Asked {
        client,
        scope: &device.scope,
        new: &device.scope,
        skipped: Scope::NONE,
        broad: is_broad(device.scope_named, &device.scope, policy),
    }
}

/// The person's answer, and the mail that tells of it if they allow it: what they chose and the organization that it is for, or
/// `None`. Guard: nobody has
/// answered before.
pub fn answer<M: Mint>(
    facts: &DeviceFacts,
    client: Option<&Client>,
    chosen: Option<(&Scope, Option<Locator>)>,
    (known, notice): (Option<&Connection>, Option<Box<LinkMail>>),
    session: &SessionFacts,
    context: &Context<'_, M>,
) -> Decision<(), UserCodeFault> {
    let person = &session.person;
    let client = match check(&facts.device, client, person, context.policy, context.now) {
        Ok(client) => client,
        Err(fault) => return Decision::refuse(fault),
    };
    let subject = session.person.subject;
    let answer = match chosen {
        Some((_, organization)) => DeviceAnswer::Allowed {
            at: context.mint.locator(),
            subject,
            organization,
            auth_time: session.session.auth_time,
        },
        None => DeviceAnswer::Denied,
    };
    let scope = chosen.map_or(&facts.device.scope, |(scope, _)| scope);
    let transition = Transition::Device(DeviceChange::Answer {
        device: facts.device.id,
        client: client.no,
        subject,
        answer,
        less: (*scope != facts.device.scope).then(|| scope.clone()),
        scope: scope.union(&earlier(known)),
        authentication: chosen
            .and_then(|(scope, _)| proved(&facts.device, scope, session, context)),
        notice: notice.filter(|_| chosen.is_some()),
    });
    Decision::grant(transition, ())
}

/// What the grant of a device knows of its person's sign-in: where it is told of, or decides what the device may do.
fn proved<M>(
    device: &DeviceAuthorization,
    scope: &Scope,
    SessionFacts { session, .. }: &SessionFacts,
    context: &Context<'_, M>,
) -> Option<Box<Authentication>> {
    let policy = context.policy;
    let tells = scope.contains(OPENID) && policy.openid.is_some();
    let second = session.has_second_factor() && (policy.tells_second_factor() || is_own(scope));
    // The grant begins when the device asks for the last time.
    let end = device.expires_at.plus(policy.tokens.grant);
    (tells || second).then(|| Box::new(Authentication::plain(device.id, session.id, end)))
}

/// One guess at a user code by somebody who is signed in.
pub fn guess(session: &SessionFacts, source: &str) -> Attempt {
    Attempt::user_code(session.session.id, session.person.subject, source)
}
