//! §4.1.3 Access Token Request.
use protocol::Transition;
use protocol::policy::RedirectUriAtToken;
use protocol::testing::{CALLBACK, Case, NOW, Spoil, Verdict};
use protocol::token::{GrantFault, RequestFault, TokenError};
use protocol::transition::GrantChange;
use protocol::types::{GrantType, Locator};

#[test]
fn refuses_a_code_that_is_not_the_clients_own_or_not_valid() {
    let rows: &[(&str, Spoil, GrantFault)] = &[
        (
            "ensure that the authorization code was issued to the authenticated confidential client",
            |case| case.code_mut().code.client.0 += 1,
            GrantFault::OtherClient,
        ),
        (
            "or if the client is public, ensure that the code was issued to \"client_id\"",
            |case| {
                case.public();
                case.code_mut().code.client.0 += 1;
            },
            GrantFault::OtherClient,
        ),
        (
            "and if included ensure that their values are identical",
            |case| case.set("redirect_uri", "https://app.example/cb/"),
            GrantFault::RedirectUri,
        ),
        (
            "verify that the authorization code is valid",
            |case| case.code = None,
            GrantFault::Unknown,
        ),
        (
            "verify that the authorization code is valid",
            |case| case.set("code", "157845"),
            GrantFault::Unknown,
        ),
        (
            "verify that the authorization code is valid",
            |case| case.code_mut().code.digest = jose::Digest::of(b"another secret"),
            GrantFault::Digest,
        ),
        (
            "verify that the authorization code is valid",
            |case| case.now = case.code_mut().code.expires_at,
            GrantFault::Expired,
        ),
    ];
    for (sentence, spoil, fault) in rows {
        let case = Case::code().with(spoil);
        assert_eq!(case.answer().error(), (*fault).into(), "{sentence}");
        assert!(case.answer().change().is_none(), "{sentence}");
    }
}

#[test]
fn refuses_a_code_whose_person_or_app_was_switched_off() {
    let sentence = "verify that the authorization code is valid";
    let rows: &[Spoil] = &[
        |case| case.code_mut().person = None,
        |case| {
            case.code_mut()
                .person
                .as_mut()
                .expect("a person")
                .disabled_at = Some(NOW)
        },
        |case| {
            // Disabled and enabled again: what was issued before stays dead.
            let after = Locator(case.code_mut().code.id.0 + 1);
            case.code_mut()
                .person
                .as_mut()
                .expect("a person")
                .not_before = after;
        },
        |case| case.client.not_before = Locator(case.code_mut().code.id.0 + 1),
    ];
    for spoil in rows {
        let case = Case::code().with(spoil);
        assert_eq!(
            case.answer().error(),
            GrantFault::Person.into(),
            "{sentence}"
        );
        assert!(case.answer().change().is_none(), "{sentence}");
    }
    let at_the_cutoff: Spoil = |case| case.client.not_before = case.code_mut().code.id;
    assert!(
        Case::code().with(at_the_cutoff).answer().change().is_some(),
        "issued after it"
    );
}

#[test]
fn redirect_uri_is_compared_when_it_is_sent() {
    let sentence = "REQUIRED, if the \"redirect_uri\" parameter was included in the authorization \
                    request as described in Section 4.1.1, and their values MUST be identical.";
    for other in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x",
        "https://app.example:443/cb",
        "http://app.example/cb",
    ] {
        let case = Case::code().with(|case| case.set("redirect_uri", other));
        assert_eq!(
            case.answer().error(),
            GrantFault::RedirectUri.into(),
            "{sentence}"
        );
    }
    // OAuth 2.1 §4.1.3 drops the parameter, so it may be absent unless the profile says otherwise.
    let absent = Case::code().with(|case| case.unset("redirect_uri"));
    assert!(absent.answer().change().is_some());
    let strict: Spoil = |case| case.policy.tokens.redirect_uri = RedirectUriAtToken::Required;
    let missing = TokenError::InvalidRequest(RequestFault::Missing("redirect_uri"));
    assert_eq!(absent.with(strict).answer().error(), missing, "{sentence}");
    assert!(
        Case::code().with(strict).answer().change().is_some(),
        "{sentence}"
    );
}

#[test]
fn a_loopback_code_is_compared_with_the_port_it_was_sent_to() {
    let sentence = "their values MUST be identical";
    let sent_to: Spoil = |case| {
        case.code_mut().code.redirect_uri = "http://127.0.0.1:51004/cb".to_owned();
        case.set("redirect_uri", "http://127.0.0.1:51004/cb");
    };
    assert!(
        Case::code().with(sent_to).answer().change().is_some(),
        "{sentence}"
    );
    let other = Case::code().with(sent_to).with(|case| {
        case.set("redirect_uri", "http://127.0.0.1:51005/cb");
    });
    assert_eq!(
        other.answer().error(),
        GrantFault::RedirectUri.into(),
        "{sentence}"
    );
}

#[test]
fn a_mismatch_may_have_the_name_the_provider_gave_it() {
    let mut case = Case::code().with(|case| case.set("redirect_uri", "https://evil.example"));
    let error = case.answer().error();
    assert_eq!(
        (error.status(), error.code(&case.policy.errors)),
        (400, "invalid_grant")
    );
    case.policy.errors.redirect_mismatch = Some("invalid_redirect_uri".to_owned());
    let error = case.answer().error();
    assert_eq!(
        (error.status(), error.code(&case.policy.errors)),
        (400, "invalid_redirect_uri")
    );
    let other = Case::code()
        .with(|case| case.code_mut().code.client.0 += 1)
        .answer()
        .error();
    assert_eq!(
        other.code(&case.policy.errors),
        "invalid_grant",
        "every other fault keeps its name"
    );
}

#[test]
fn an_app_without_the_grant_is_refused_before_the_code_is_looked_at() {
    let case = Case::code().with(|case| {
        case.client.grants = vec![GrantType::ClientCredentials];
        case.code = None;
    });
    let expected = TokenError::UnauthorizedClient(GrantType::AuthorizationCode);
    assert_eq!(case.answer().error(), expected);
}

#[test]
fn redemption_hands_the_grant_on_unchanged() {
    let case = Case::code();
    let code = case.code.clone().expect("a code").code;
    let Some(Transition::Grant(GrantChange::Redeem {
        grant,
        access,
        refresh,
    })) = case.answer().change()
    else {
        panic!("a valid code is redeemed");
    };
    assert_eq!(
        (grant.id, access.grant),
        (code.id, code.id),
        "the grant has the code's id"
    );
    assert_eq!((grant.client, access.client), (code.client, code.client));
    assert_eq!(
        (grant.subject, access.subject),
        (code.subject, Some(code.subject))
    );
    assert_eq!((&grant.scope, &access.scope), (&code.scope, &code.scope));
    assert_eq!((grant.auth_time, grant.started_at), (code.auth_time, NOW));
    assert_eq!(grant.expires_at, NOW.plus(case.policy.tokens.grant));
    assert_eq!(refresh.map(|token| token.grant), Some(code.id));
    assert_eq!(code.redirect_uri, CALLBACK);
}
