//! RFC 7009, Token Revocation.

/// A token, who asks, and what the store knows.
mod asked {
    use protocol::facts::{AccessFacts, AccountStatus};
    use protocol::lookup::{Found, TokenKind};
    use protocol::revoke::revoke;
    use protocol::testing::{Case, NOW, Verdict, scope, text};
    use protocol::token::TokenError;
    use protocol::types::{AccessToken, Client, ClientRowId, Locator, Person, Subject, UnixTime};
    use protocol::{Decision, Policy, Transition};
    use std::sync::Arc;

    pub(crate) const ACCESS: Locator = Locator(1 << 40);

    /// An access token of app 1.
    pub(crate) fn access() -> (String, Found) {
        let text = text("at_", ACCESS);
        let token = AccessToken {
            organization: None,
            id: ACCESS,
            digest: text.digest(),
            grant: Locator(5),
            client: ClientRowId(1),
            subject: Some(Subject(7)),
            scope: scope("tasks:read"),
            expires_at: UnixTime(NOW.0 + 10),
        };
        let client = Some(Arc::new(Client::for_tests()));
        let person = AccountStatus::from(&Person::for_tests());
        let facts = AccessFacts {
            token,
            client,
            grant_revoked: false,
            person,
            connection: protocol::types::ConnectionStanding::GOOD,
            holder: None,
        };
        (text.as_str().to_owned(), Found::AccessToken(facts))
    }

    /// A refresh token of app 1.
    pub(crate) fn refresh(change: fn(&mut Case)) -> (String, Found) {
        let case = Case::refresh().with(change);
        let text = case
            .params()
            .get("refresh_token")
            .expect("a refresh token")
            .to_owned();
        (text, case.refresh.into())
    }

    /// The decision for app `no`.
    pub(crate) fn by(no: i64, text: &str, facts: Found) -> Decision<(), TokenError> {
        let case = Case::authorize().with(|case| case.client.no = ClientRowId(no));
        revoke(
            &TokenKind::of(text, &Policy::for_tests()),
            &case.authenticated(),
            facts,
        )
    }

    pub(crate) fn change(no: i64, text: &str, facts: Found) -> Option<Transition> {
        by(no, text, facts).change()
    }
}

mod section_2_1_revocation_request {
    use super::asked::{ACCESS, access, by, change, refresh};
    use protocol::client_auth::ClientFault;
    use protocol::lookup::TokenKind;
    use protocol::revoke::token_of;
    use protocol::testing::{Case, Verdict};
    use protocol::token::{GrantFault, RequestFault, TokenError};
    use protocol::transition::RevocationCause;
    use protocol::types::{ClientRowId, GrantType, UnixTime};
    use protocol::{Params, Policy, Transition};

    #[test]
    fn token_is_required() {
        let sentence = "token REQUIRED. The token that the client wants to get revoked.";
        for form in ["", "token=", "token_type_hint=access_token"] {
            let params = Params::from_form(form.as_bytes()).expect("a form");
            let missing = TokenError::InvalidRequest(RequestFault::Missing("token"));
            assert_eq!(token_of(&params), Err(missing), "{sentence}");
        }
    }

    #[test]
    fn the_token_is_told_by_its_own_text_whatever_the_hint_says() {
        let sentence = "If the server is unable to locate the token using the given hint, it MUST \
                        extend its search across all of its supported token types.";
        for hint in ["", "&token_type_hint=refresh_token", "&token_type_hint=x"] {
            let (text, facts) = access();
            let form = format!("token={text}{hint}");
            let params = Params::from_form(form.as_bytes()).expect("a form");
            let kind = TokenKind::of(token_of(&params).expect("a token"), &Policy::for_tests());
            assert!(matches!(kind, TokenKind::Access(_)), "{sentence}");
            let change = change(1, &text, facts);
            assert!(
                matches!(
                    change,
                    Some(Transition::Grant(
                        protocol::transition::GrantChange::RevokeAccessToken { .. }
                    ))
                ),
                "{sentence}"
            );
        }
    }

    #[test]
    fn an_access_token_dies_alone() {
        let sentence = "In the next step, the authorization server invalidates the token.";
        let (text, facts) = access();
        let Some(Transition::Grant(protocol::transition::GrantChange::RevokeAccessToken {
            token,
            client,
            ..
        })) = change(1, &text, facts)
        else {
            panic!("{sentence}");
        };
        assert_eq!((token, client), (ACCESS, ClientRowId(1)), "{sentence}");
    }

    #[test]
    fn a_refresh_token_takes_its_grant_along() {
        let sentence = "then the authorization server SHOULD also invalidate all access tokens based \
                        on the same authorization grant";
        let used = |case: &mut Case| {
            case.rotated();
        };
        let rows: &[fn(&mut Case)] = &[
            |_| {},
            used,
            |case| case.refresh_mut().token.expires_at = UnixTime(0),
            |case| case.refresh_mut().person = None,
            |case| case.refresh_mut().grant.revoked_at = Some(UnixTime(0)),
        ];
        for spoil in rows {
            let (text, facts) = refresh(*spoil);
            let Some(Transition::Grant(protocol::transition::GrantChange::Revoke {
                grant,
                client,
                cause,
                ..
            })) = change(1, &text, facts)
            else {
                panic!("{sentence}");
            };
            let own = Case::refresh().refresh.expect("a refresh token").grant.id;
            assert_eq!((grant, client), (own, ClientRowId(1)), "{sentence}");
            assert_eq!(cause, RevocationCause::App);
        }
    }

    #[test]
    fn another_clients_token_is_refused_and_lives() {
        let sentence = "verifies whether the token was issued to the client making the revocation \
                        request. If this validation fails, the request is refused and the client is \
                        informed of the error";
        for (text, facts) in [access(), refresh(|_| {})] {
            assert!(change(2, &text, facts.clone()).is_none(), "{sentence}");
            let error = by(2, &text, facts).error();
            assert_eq!(
                (error.status(), error),
                (400, GrantFault::OtherClient.into()),
                "{sentence}"
            );
        }
    }

    #[test]
    fn the_client_authenticates_first() {
        let sentence = "The authorization server first validates the client credentials (in case of a \
                        confidential client)";
        let error = Case::own_behalf()
            .with(|case| case.set("client_secret", "cs_guess"))
            .answer();
        let fault = ClientFault::Secret;
        let expected = TokenError::InvalidClient {
            fault,
            used_header: false,
        };
        assert_eq!(error.error(), expected, "{sentence}");
        // A public client names itself; an app without any grant may still revoke what it holds.
        let none: Vec<GrantType> = Vec::new();
        let public = Case::authorize()
            .with(Case::public)
            .with(|case| case.client.grants = none);
        assert_eq!(public.authenticated().no, ClientRowId(1));
    }
}

/// An operator's command revokes as an app does, whichever app a token was issued to.
mod by_an_operator {
    use super::asked::{ACCESS, access, refresh};
    use protocol::lookup::{Found, TokenKind};
    use protocol::revoke::revoke_by_operator;
    use protocol::transition::{GrantChange, RevocationCause};
    use protocol::{Policy, Transition};

    fn revoked(text: &str, found: Found) -> Option<Transition> {
        revoke_by_operator(&TokenKind::of(text, &Policy::for_tests()), found)
    }

    #[test]
    fn an_access_token_goes_alone_and_a_refresh_token_with_its_grant() {
        let (text, found) = access();
        let Some(Transition::Grant(GrantChange::RevokeAccessToken { token, .. })) =
            revoked(&text, found)
        else {
            panic!("one token is revoked");
        };
        assert_eq!(token, ACCESS);
        let (text, found) = refresh(|_| {});
        let Some(Transition::Grant(GrantChange::Revoke { cause, .. })) = revoked(&text, found)
        else {
            panic!("a grant is revoked");
        };
        assert_eq!(cause, RevocationCause::Operator);
    }

    #[test]
    fn what_is_not_on_record_is_not_revoked() {
        let (text, found) = access();
        assert!(revoked(&text, Found::Nothing).is_none());
        let seen = wire::Presented::parse(&text).expect("a token");
        let guess = wire::TokenText::new("at_", seen.locator, &[1; 32]);
        assert!(revoked(guess.as_str(), found.clone()).is_none(), "a guess");
        let other = wire::TokenText::new("rt_", seen.locator, &[7; 32]);
        assert!(revoked(other.as_str(), found).is_none(), "another kind");
    }
}

mod section_2_2_revocation_response {
    use super::asked::{access, by, change, refresh};
    use protocol::Policy;
    use protocol::lookup::{Found, TokenKind};
    use protocol::testing::{Verdict, text};
    use protocol::types::Locator;

    #[test]
    fn an_invalid_token_is_success() {
        let sentence = "invalid tokens do not cause an error response since the client cannot handle \
                        such an error in a reasonable way";
        let unknown = text("at_", Locator(99)).as_str().to_owned();
        let foreign = text("gh_", Locator(99)).as_str().to_owned();
        let code = text("ac_", Locator(99)).as_str().to_owned();
        for token in ["garbage", "", "at_", &unknown, &foreign, &code] {
            by(1, token, Found::Nothing).reply();
            assert!(change(1, token, Found::Nothing).is_none(), "{sentence}");
        }
        for token in ["garbage", &foreign, &code] {
            assert!(
                matches!(
                    TokenKind::of(token, &Policy::for_tests()),
                    TokenKind::Unknown
                ),
                "{token}"
            );
        }
    }

    #[test]
    fn a_guess_at_a_known_id_is_success_and_changes_nothing() {
        let sentence = "or if the client submitted an invalid token";
        for (prefix, (token, facts)) in [("at_", access()), ("rt_", refresh(|_| {}))] {
            let seen = wire::Presented::parse(&token).expect("a token");
            let guess = wire::TokenText::new(prefix, seen.locator, &[1; 32]);
            by(1, guess.as_str(), facts.clone()).reply();
            assert!(
                change(1, guess.as_str(), facts.clone()).is_none(),
                "{sentence}"
            );
            assert!(change(2, guess.as_str(), facts).is_none(), "{sentence}");
        }
    }
}
