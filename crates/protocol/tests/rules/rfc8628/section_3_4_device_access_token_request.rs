//! §3.4 Device Access Token Request.
use protocol::Transition;
use protocol::client_auth::ClientFault;
use protocol::testing::{Case, Spoil, Verdict, fields, json, text};
use protocol::token::{GrantFault, RequestFault, TokenError};
use protocol::transition::{GrantChange, RevocationCause};
use protocol::types::{ClientRowId, GrantType, Locator, Subject};

/// "grant_type REQUIRED. Value MUST be set to "urn:ietf:params:oauth:grant-type:device_code"."
#[test]
fn the_grant_type_is_the_urn() {
    let short = Case::device().with(|case| case.set("grant_type", "device_code"));
    assert_eq!(short.answer().error(), TokenError::UnsupportedGrantType);
    let off = Case::device().with(|case| case.policy.grants = vec![GrantType::RefreshToken]);
    assert_eq!(off.answer().error(), TokenError::UnsupportedGrantType);
}

/// "device_code REQUIRED."
#[test]
fn the_device_code_is_required() {
    let missing = Case::device().with(|case| case.unset("device_code"));
    let fault = TokenError::InvalidRequest(RequestFault::Missing("device_code"));
    assert_eq!(missing.answer().error(), fault);
}

/// "client_id REQUIRED if the client is not authenticating with the authorization server"
#[test]
fn the_client_is_known() {
    let unnamed = Case::device().with(|case| case.unset("client_id"));
    let TokenError::InvalidClient { fault, .. } = unnamed.answer().error() else {
        panic!("invalid_client");
    };
    assert_eq!(fault, ClientFault::Missing);
}

#[test]
fn what_the_person_allowed_is_given_once() {
    let decision = Case::device().answer();
    let Some(Transition::Grant(GrantChange::Redeem {
        grant,
        access,
        refresh,
    })) = decision.change()
    else {
        panic!("a grant begins");
    };
    let device = Case::device().device.expect("a device").device;
    assert_eq!(grant.id, device.id, "the insert of the grant is the guard");
    assert_eq!((grant.subject, &grant.scope), (Subject(7), &device.scope));
    assert!(access.grant == grant.id && refresh.is_some());
    let reply = json(&Case::device().answer().reply());
    let expected = [
        "access_token",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type",
    ];
    let mut names = fields(&reply);
    names.sort_unstable();
    assert_eq!(names, expected);
    let alone = Case::device().with(|case| case.client.grants = vec![GrantType::DeviceCode]);
    assert!(json(&alone.answer().reply()).get("refresh_token").is_none());
}

/// A device code that comes a second time ends what it gave: whoever came first may have stolen it.
#[test]
fn a_second_time_revokes() {
    let used = Case::device().with(|case| case.device_mut().redeemed = true);
    let protocol::Decision::Refused { error, transition } = used.answer() else {
        panic!("refused");
    };
    assert_eq!(error, TokenError::InvalidGrant(GrantFault::Replayed));
    let Some(Transition::Grant(GrantChange::Revoke { grant, cause, .. })) = transition else {
        panic!("revoked");
    };
    let id = Case::device().device.expect("a device").device.id;
    assert_eq!((grant, cause), (id, RevocationCause::CodeReplay));
}

/// Everything that makes a device code worth nothing; none of it tells anything or changes anything.
#[test]
fn a_code_is_bound_to_its_client_and_its_secret() {
    let cases: [(Spoil, GrantFault); 6] = [
        (
            |case| case.set("device_code", "dc_garbage"),
            GrantFault::Unknown,
        ),
        (|case| case.device = None, GrantFault::Unknown),
        (
            |case| {
                let id = case.device_mut().device.id;
                case.device_mut().device.digest = text("xx_", id).digest();
            },
            GrantFault::Digest,
        ),
        (
            |case| case.client.no = ClientRowId(2),
            GrantFault::OtherClient,
        ),
        (
            |case| {
                case.client.no = ClientRowId(2);
                case.device_mut().redeemed = true;
            },
            GrantFault::OtherClient,
        ),
        (
            |case| {
                case.device_mut().redeemed = true;
                let id = case.device_mut().device.id;
                case.device_mut().device.digest = text("xx_", id).digest();
            },
            GrantFault::Digest,
        ),
    ];
    for (spoil, fault) in cases {
        let decision = Case::device().with(spoil).answer();
        let protocol::Decision::Refused { error, transition } = decision else {
            panic!("expected {fault:?}");
        };
        assert_eq!(error, TokenError::InvalidGrant(fault));
        assert!(transition.is_none());
    }
}

/// Between the answer and the poll the person or the app may be switched off.
#[test]
fn the_standing_is_judged_again() {
    let cases: [Spoil; 4] = [
        |case| case.device_mut().person = None,
        |case| {
            let now = case.now;
            let person = case.device_mut().person.as_mut().expect("a person");
            person.disabled_at = Some(now);
        },
        |case| {
            let person = case.device_mut().person.as_mut().expect("a person");
            person.not_before = Locator(i64::MAX);
        },
        |case| case.client.not_before = Locator(i64::MAX),
    ];
    for spoil in cases {
        let error = Case::device().with(spoil).answer().error();
        assert_eq!(error, TokenError::InvalidGrant(GrantFault::Person));
    }
    // Switched off and on again before the answer: the answer counts, not when the device asked.
    let back = Case::device().with(|case| {
        let asked = case.device_mut().device.id;
        let person = case.device_mut().person.as_mut().expect("a person");
        person.not_before = Locator(asked.0 + 1);
    });
    assert!(back.answer().change().is_some());
}
