//! §4.4 Client Credentials Grant.
use protocol::Transition;
use protocol::client_auth::ClientFault;
use protocol::testing::{Case, Spoil, Verdict, fields, json, scope};
use protocol::token::{ScopeRefusal, TokenError};
use protocol::transition::GrantChange;
use protocol::types::{GrantType, Locator};

#[test]
fn only_confidential_clients_with_the_grant() {
    let sentence = "The client credentials grant type MUST only be used by confidential clients.";
    let rows: &[Spoil] = &[Case::public, |case| {
        case.client.grants = vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
    }];
    for spoil in rows {
        let error = Case::own_behalf().with(spoil).answer().error();
        let expected = TokenError::UnauthorizedClient(GrantType::ClientCredentials);
        assert_eq!((error.status(), error), (400, expected), "{sentence}");
    }
}

#[test]
fn the_client_authenticates() {
    let sentence = "The authorization server MUST authenticate the client.";
    let error = Case::own_behalf()
        .with(|case| case.unset("client_secret"))
        .answer()
        .error();
    let fault = ClientFault::Method;
    assert_eq!(
        error,
        TokenError::InvalidClient {
            fault,
            used_header: false
        },
        "{sentence}"
    );
}

#[test]
fn there_is_no_refresh_token() {
    let sentence = "A refresh token SHOULD NOT be included.";
    let reply = json(&Case::own_behalf().answer().reply());
    let names = ["access_token", "expires_in", "scope", "token_type"];
    assert_eq!(fields(&reply), names, "{sentence}");
}

#[test]
fn the_token_is_the_apps_own() {
    let case = Case::own_behalf();
    let Some(Transition::Grant(GrantChange::IssueAccessToken(token))) = case.answer().change()
    else {
        panic!("an access token alone");
    };
    assert_eq!(token.subject, None, "nobody stands behind it");
    assert_eq!(token.client, case.client.no);
    assert_eq!(
        token.grant,
        Locator(case.client.no.0),
        "one standing grant per app"
    );
    assert_eq!(token.expires_at, case.now.plus(case.policy.tokens.access));
    assert_eq!(token.scope, scope("tasks:read"), "the default");
}

#[test]
fn scope_is_what_was_asked_and_allowed() {
    let sentence = "scope OPTIONAL. The scope of the access request as described by Section 3.3.";
    let case = Case::own_behalf().with(|case| case.set("scope", "api tasks:write"));
    assert_eq!(
        json(&case.answer().reply())["scope"],
        "api tasks:write",
        "{sentence}"
    );
    let case = case.with(|case| case.set("scope", "admin:*"));
    let refusal = ScopeRefusal::Restricted("admin:*".to_owned());
    assert_eq!(
        case.answer().error(),
        TokenError::InvalidScope(refusal),
        "{sentence}"
    );
}
