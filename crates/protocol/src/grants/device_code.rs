//! A device asks whether its person has answered (RFC 8628 §3.4, §3.5).
use super::begin::Allowed;
use super::{Context, check_connection, still_holds};
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::facts::DeviceFacts;
use crate::params::Params;
use crate::policy::Policy;
use crate::resource::Resources;
use crate::token::{GrantFault, RequestFault, TokenError, TokenReply};
use crate::transition::{DeviceChange, GrantChange, RevocationCause, Transition};
use crate::types::{DeviceAnswer, DeviceAuthorization, GrantType, Lifetime, Pace};
use wire::Presented;

/// What a device code's text starts with.
pub const DEVICE_CODE_PREFIX: &str = "dc_";

/// "the interval MUST be increased by 5 seconds for this and all subsequent requests" (§3.5).
const SLOWER: u32 = 5;
/// The interval grows no further: it would outlive any code.
const SLOWEST: u32 = 3_600;

pub(super) fn read(params: &Params) -> Result<Option<Presented>, TokenError> {
    let code = params.get("device_code");
    let code = code.ok_or(RequestFault::Missing("device_code"))?;
    Ok(Presented::parse(code))
}

/// The answer to a poll that other polls of the same device came before every time: it came too soon after them, and
/// the longer interval stands in what they left.
pub(super) fn crowded_out(policy: &Policy) -> TokenError {
    TokenError::SlowDown {
        interval: slower(policy.device.interval),
    }
}

/// Answers a poll: the tokens once the person has allowed it, and only once.
///
/// The pace matters only while the person has not answered: an answer is never held back.
pub fn poll<M: Mint>(
    (presented, resources): (Option<&Presented>, &Resources),
    client: &AuthenticatedClient,
    facts: Option<DeviceFacts>,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    check(presented, client, facts)
        .map(|facts| decide(client, resources, facts, context))
        .into()
}

fn check(
    presented: Option<&Presented>,
    client: &AuthenticatedClient,
    facts: Option<DeviceFacts>,
) -> Result<DeviceFacts, TokenError> {
    if !client.may_use(GrantType::DeviceCode) {
        return Err(TokenError::UnauthorizedClient(GrantType::DeviceCode));
    }
    let presented = presented.ok_or(GrantFault::Unknown)?;
    let facts = facts.ok_or(GrantFault::Unknown)?;
    if facts.device.digest != presented.digest {
        return Err(GrantFault::Digest.into());
    }
    match facts.device.client == client.no {
        true => Ok(facts),
        false => Err(GrantFault::of_another(presented.prefix(), client.side).into()),
    }
}

fn decide<M: Mint>(
    client: &AuthenticatedClient,
    resources: &Resources,
    facts: DeviceFacts,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    let device = &facts.device;
    if facts.redeemed {
        return Decision::Refused {
            error: GrantFault::Replayed.into(),
            transition: Some(Transition::Grant(GrantChange::Revoke {
                grant: device.id,
                client: device.client,
                subject: facts.person.as_ref().map(|person| person.subject),
                cause: RevocationCause::CodeReplay,
            })),
        };
    }
    if context.now >= device.expires_at {
        return Decision::refuse(TokenError::ExpiredToken);
    }
    match device.answer {
        None => wait(device, context),
        Some(DeviceAnswer::Denied) => Decision::refuse(TokenError::AccessDenied),
        Some(DeviceAnswer::Allowed { at, .. })
            if !still_holds(client, facts.person.as_ref(), at) =>
        {
            Decision::refuse(GrantFault::Person)
        }
        Some(DeviceAnswer::Allowed {
            subject,
            organization,
            auth_time,
            ..
        }) => {
            if let Err(error) = check_connection(&facts.connection, device.id, &device.scope) {
                return Decision::refuse(error);
            }
            let allowed = Allowed {
                id: device.id,
                subject,
                organization,
                workspace: facts.workspace.clone(),
                scope: device.scope.clone(),
                scope_named: device.scope_named,
                auth_time,
                asked: facts.asked.clone(),
            };
            allowed.begin(client, facts.person.as_ref(), resources, context)
        }
    }
}

/// The shortest time between two polls that is let pass. Time here is whole seconds and networks delay one poll more
/// than the next, so a device that keeps to its interval may seem a second early.
fn least(interval: Lifetime) -> Lifetime {
    let seconds = u32::try_from(interval.seconds()).unwrap_or(SLOWEST);
    Lifetime::from_seconds(seconds.saturating_sub(1).max(1))
}

/// Nobody has answered yet. A poll that comes too soon makes the interval longer for good.
fn wait<M>(
    device: &DeviceAuthorization,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    let before = device.pace;
    let too_soon = before
        .polled_at
        .is_some_and(|last| context.now.is_near(last, least(before.interval)));
    let interval = match too_soon {
        true => slower(before.interval),
        false => before.interval,
    };
    let error = match too_soon {
        true => TokenError::SlowDown { interval },
        false => TokenError::AuthorizationPending,
    };
    let after = Pace {
        interval,
        polled_at: Some(context.now),
    };
    Decision::Refused {
        error,
        transition: Some(Transition::Device(DeviceChange::Poll {
            device: device.id,
            before,
            after,
        })),
    }
}

fn slower(interval: Lifetime) -> Lifetime {
    let seconds = u32::try_from(interval.seconds()).unwrap_or(SLOWEST);
    Lifetime::from_seconds(seconds.saturating_add(SLOWER).min(SLOWEST))
}
