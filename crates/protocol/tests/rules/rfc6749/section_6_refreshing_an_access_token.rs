//! §6 Refreshing an Access Token. Rotation and replay stand under RFC 9700 §4.14.2.
use protocol::Transition;
use protocol::client_auth::ClientFault;
use protocol::policy::Rotation;
use protocol::testing::{Case, NOW, Spoil, Verdict, json, scope};
use protocol::token::{GrantFault, ScopeRefusal, TokenError};
use protocol::transition::GrantChange;
use protocol::types::{Lifetime, Locator, ScopeFault};

/// Refresh tokens that are worth nothing.
const WORTHLESS: &[(&str, Spoil, GrantFault)] = &[
    (
        "ensure that the refresh token was issued to the authenticated client",
        |case| case.refresh_mut().grant.client.0 += 1,
        GrantFault::OtherClient,
    ),
    (
        "the refresh token is bound to the client to which it was issued",
        |case| {
            case.public();
            case.refresh_mut().grant.client.0 += 1;
        },
        GrantFault::OtherClient,
    ),
    (
        "validate the refresh token",
        |case| case.refresh = None,
        GrantFault::Unknown,
    ),
    (
        "validate the refresh token",
        |case| case.set("refresh_token", "rt_garbage"),
        GrantFault::Unknown,
    ),
    (
        "validate the refresh token",
        |case| case.refresh_mut().token.digest = jose::Digest::of(b"another secret"),
        GrantFault::Digest,
    ),
    (
        "validate the refresh token",
        |case| case.now = case.refresh_mut().token.expires_at,
        GrantFault::Expired,
    ),
    (
        "validate the refresh token",
        |case| {
            case.now = case.refresh_mut().grant.expires_at;
            case.refresh_mut().token.expires_at.0 += 1_000_000_000;
        },
        GrantFault::Expired,
    ),
    (
        "validate the refresh token",
        |case| case.refresh_mut().grant.revoked_at = Some(NOW),
        GrantFault::Revoked,
    ),
    (
        "validate the refresh token",
        |case| case.client.not_before = Locator(case.refresh_mut().token.id.0 + 1),
        GrantFault::Revoked,
    ),
    (
        "validate the refresh token",
        |case| case.refresh_mut().person = None,
        GrantFault::Person,
    ),
    (
        "validate the refresh token",
        |case| {
            case.refresh_mut()
                .person
                .as_mut()
                .expect("a person")
                .disabled_at = Some(NOW)
        },
        GrantFault::Person,
    ),
    (
        "validate the refresh token",
        |case| {
            let after = Locator(case.refresh_mut().token.id.0 + 1);
            case.refresh_mut()
                .person
                .as_mut()
                .expect("a person")
                .not_before = after;
        },
        GrantFault::Person,
    ),
];

#[test]
fn refuses_a_token_that_is_not_the_clients_own_or_not_valid() {
    for (sentence, spoil, fault) in WORTHLESS {
        let case = Case::refresh().with(spoil);
        let error = case.answer().error();
        assert_eq!(
            (error.status(), error),
            (400, (*fault).into()),
            "{sentence}"
        );
        assert!(case.answer().change().is_none(), "{sentence}");
    }
}

#[test]
fn confidential_clients_authenticate() {
    let sentence = "If the client type is confidential […], the client MUST authenticate";
    let case = Case::refresh().with(|case| case.unset("client_secret"));
    let fault = ClientFault::Method;
    let expected = TokenError::InvalidClient {
        fault,
        used_header: false,
    };
    assert_eq!(case.answer().error(), expected, "{sentence}");
    assert!(
        Case::refresh()
            .with(Case::public)
            .answer()
            .change()
            .is_some()
    );
}

#[test]
fn scope_may_shrink_and_never_grow() {
    let sentence = "The requested scope MUST NOT include any scope not originally granted by the \
                    resource owner";
    let asking = |scope: &str| Case::refresh().with(|case| case.set("scope", scope));
    for wider in [
        "api",
        "tasks:read api",
        "tasks:read tasks:write identity",
        "tasks:*",
    ] {
        let case = asking(wider);
        let expected = TokenError::InvalidScope(ScopeRefusal::Exceeds);
        assert_eq!(case.answer().error(), expected, "{sentence}");
        assert!(
            case.answer().change().is_none(),
            "{sentence}: and the token still works"
        );
    }
    let fault = ScopeRefusal::Fault(ScopeFault::Character);
    assert_eq!(
        asking("a\"b").answer().error(),
        TokenError::InvalidScope(fault)
    );
    for (asked, given) in [
        ("tasks:read", "tasks:read"),
        ("tasks:write tasks:read", "tasks:write tasks:read"),
        ("tasks:read tasks:read", "tasks:read"),
    ] {
        assert_eq!(
            json(&asking(asked).answer().reply())["scope"],
            given,
            "{sentence}"
        );
    }
}

#[test]
fn scope_that_is_left_out_is_the_one_granted() {
    let sentence =
        "if omitted is treated as equal to the scope originally granted by the resource owner";
    let reply = json(&Case::refresh().answer().reply());
    assert_eq!(reply["scope"], "tasks:read tasks:write", "{sentence}");
}

#[test]
fn a_narrower_refresh_does_not_narrow_the_grant() {
    let sentence = "If a new refresh token is issued, the refresh token scope MUST be identical to \
                    that of the refresh token included by the client in the request.";
    let case = Case::refresh().with(|case| case.set("scope", "tasks:read"));
    let granted = case.refresh.clone().expect("a refresh token").grant;
    let Some(Transition::Grant(GrantChange::Rotate {
        successor, access, ..
    })) = case.answer().change()
    else {
        panic!("a refresh rotates");
    };
    assert_eq!(
        access.scope,
        scope("tasks:read"),
        "the access token alone is narrower"
    );
    assert_eq!(successor.grant, granted.id, "{sentence}");
}

#[test]
fn without_rotation_the_token_stays() {
    let sentence = "The authorization server MAY issue a new refresh token";
    let case = Case::refresh().with(|case| case.policy.tokens.rotate = Rotation::Keep);
    let reply = json(&case.answer().reply());
    assert!(reply.get("refresh_token").is_none(), "{sentence}");
    let Some(Transition::Grant(GrantChange::IssueAccessToken(access))) = case.answer().change()
    else {
        panic!("an access token alone");
    };
    assert_eq!(
        access.grant,
        case.refresh.clone().expect("a refresh token").grant.id
    );
    let spent = case.with(|case| case.now = case.refresh_mut().token.expires_at);
    assert_eq!(
        spent.answer().error(),
        GrantFault::Expired.into(),
        "it does not live longer"
    );
}

#[test]
fn a_successor_gets_its_full_lifetime_up_to_the_grants_end() {
    let successor = |spoil: Spoil| {
        let case = Case::refresh().with(spoil);
        let Some(Transition::Grant(GrantChange::Rotate { successor, .. })) = case.answer().change()
        else {
            panic!("a refresh rotates");
        };
        successor.expires_at.0 - NOW.0
    };
    assert_eq!(successor(|_| {}), Lifetime::from_days(30).seconds());
    let near_the_end: Spoil = |case| case.refresh_mut().grant.expires_at.0 = NOW.0 + 5;
    assert_eq!(successor(near_the_end), 5);
}
