//! RFC 7662, Token Introspection. Only a resource server learns of tokens issued to others.
mod case;

/// A token, who asks, and the answer.
mod asked {
    use crate::case::{Case, NOW, client, person, policy, scope, text};
    use protocol::facts::{AccessFacts, Standing};
    use protocol::introspect::introspect;
    use protocol::revoke::{TokenFacts, TokenKind};
    use protocol::types::{AccessToken, Client, ClientNo, Locator, Subject, UnixTime};
    use std::sync::Arc;

    /// A caller that is app `no`.
    pub(crate) fn app(no: i64, resource_server: bool) -> Client {
        Client {
            no: ClientNo(no),
            resource_server,
            ..client()
        }
    }

    /// An access token of app 1, issued at `NOW`.
    pub(crate) fn access() -> AccessFacts {
        let id = Locator::first_at(NOW);
        let token = AccessToken {
            id,
            digest: text("at_", id).digest(),
            grant: Locator(5),
            client: ClientNo(1),
            subject: Some(Subject(62)),
            scope: scope("tasks:read tasks:write"),
            expires_at: UnixTime(NOW.0 + 10),
        };
        let client = Some(Arc::new(client()));
        AccessFacts {
            token,
            client,
            grant_revoked: false,
            person: Standing::from(&person()),
        }
    }

    /// The answer about an access token, as JSON text.
    pub(crate) fn about(facts: AccessFacts, caller: &Client) -> String {
        let token = text("at_", facts.token.id).as_str().to_owned();
        answer(&token, TokenFacts::Access(Box::new(facts)), caller, NOW)
    }

    /// The answer about the refresh token of a case.
    pub(crate) fn about_refresh(case: &Case, caller: &Client) -> String {
        let token = case
            .params()
            .get("refresh_token")
            .expect("a refresh token")
            .to_owned();
        let facts = case.refresh.clone().expect("a refresh token");
        answer(
            &token,
            TokenFacts::Refresh(Box::new(facts)),
            caller,
            case.now,
        )
    }

    pub(crate) fn answer(token: &str, facts: TokenFacts, caller: &Client, now: UnixTime) -> String {
        let caller = crate::case::authenticated(caller);
        let kind = TokenKind::of(token, &policy());
        let policy = policy();
        let answer = introspect(&kind, &caller, &facts, &policy, now);
        serde_json::to_string(&answer).expect("an answer is JSON")
    }
}

mod section_2_1_introspection_request {
    use crate::asked::app;
    use crate::case::{Case, authenticated};
    use protocol::introspect::may_introspect;

    #[test]
    fn a_public_client_may_not_ask() {
        let sentence = "To prevent token scanning attacks, the endpoint MUST also require some form \
                        of authorization to access this endpoint, such as client authentication";
        let public = Case::authorize().with(Case::public);
        assert!(!may_introspect(&public.authenticated()), "{sentence}");
        assert!(may_introspect(&authenticated(&app(1, false))), "{sentence}");
        assert!(may_introspect(&authenticated(&app(2, true))), "{sentence}");
    }
}

mod section_2_2_introspection_response {
    use crate::asked::{about, about_refresh, access, answer, app};
    use crate::case::{Case, NOW, Spoil, client, text};
    use protocol::facts::{AccessFacts, Standing};
    use protocol::revocations::name_of;
    use protocol::revoke::TokenFacts;
    use protocol::types::{ClientStatus, Locator, UnixTime};
    use std::sync::Arc;

    /// All that may be said about a token that does not work.
    const INACTIVE: &str = r#"{"active":false}"#;

    #[test]
    fn an_active_token_is_described() {
        let sentence = "The server responds with a JSON object";
        let expected = format!(
            "{{\"active\":true,\"scope\":\"tasks:read tasks:write\",\"client_id\":\"app\",\
             \"token_type\":\"Bearer\",\"exp\":{},\"iat\":{},\"sub\":\"user_10\",\
             \"iss\":\"https://issuer.example\"}}",
            NOW.0 + 10,
            NOW.0
        );
        assert_eq!(
            about(access(), &app(1, false)),
            expected,
            "{sentence}: an app's own token"
        );
    }

    #[test]
    fn no_token_is_said_to_be_of_the_future() {
        let sentence =
            "iat OPTIONAL. Integer timestamp […] indicating when this token was originally issued";
        // Ids go on rising after a clock that was ahead is set back; the moment in them is then still to come.
        let mut ahead = access();
        ahead.token.id = Locator::first_at(UnixTime(NOW.0 + 86_400));
        ahead.token.digest = text("at_", ahead.token.id).digest();
        let answer = about(ahead, &app(1, false));
        assert!(
            answer.contains(&format!("\"iat\":{},", NOW.0)),
            "{sentence}: {answer}"
        );
    }

    #[test]
    fn a_resource_server_learns_how_the_revocation_feed_names_the_token() {
        let sentence = "jti OPTIONAL. String identifier for the token";
        let answer = about(access(), &app(2, true));
        let jti = name_of(access().token.id);
        assert!(
            answer.ends_with(&format!(
                "\"iss\":\"https://issuer.example\",\"jti\":\"{jti}\",\"grant_id\":\"5\"}}"
            )),
            "{sentence}: {answer}"
        );
        let mut own = access();
        own.token.subject = None;
        own.person = Standing::GOOD;
        let answer = about(own, &app(2, true));
        assert!(
            answer.contains("jti") && !answer.contains("grant_id"),
            "no person allowed it: {answer}"
        );
    }

    #[test]
    fn an_apps_own_token_has_the_app_as_subject() {
        let mut facts = access();
        facts.token.subject = None;
        facts.person = Standing::GOOD;
        let answer = about(facts, &app(2, true));
        assert!(answer.contains("\"sub\":\"app\""), "{answer}");
    }

    #[test]
    fn who_may_not_know_is_told_that_it_is_inactive() {
        let sentence = "or the protected resource is not allowed to introspect this particular token, \
                        then the authorization server MUST return an introspection response with the \
                        \"active\" field set to \"false\"";
        assert_eq!(about(access(), &app(2, false)), INACTIVE, "{sentence}");
        let case = Case::refresh();
        for caller in [app(2, false), app(2, true)] {
            assert_eq!(
                about_refresh(&case, &caller),
                INACTIVE,
                "{sentence}: not usable at an API"
            );
        }
    }

    #[test]
    fn an_inactive_token_says_nothing_else() {
        let sentence = "the authorization server SHOULD NOT include any additional information about \
                        an inactive token, including why the token is inactive";
        let rows: &[fn(&mut AccessFacts)] = &[
            |facts| facts.token.expires_at = NOW,
            |facts| facts.grant_revoked = true,
            |facts| facts.client = None,
            |facts| facts.person.disabled = true,
            |facts| facts.person.cutoff = Locator(facts.token.id.0 + 1),
            |facts| facts.token.digest = jose::Digest::of(b"another secret"),
            |facts| {
                let status = ClientStatus::Disabled;
                facts.client = Some(Arc::new(protocol::types::Client { status, ..client() }));
            },
            |facts| {
                let cutoff = Locator(facts.token.id.0 + 1);
                facts.client = Some(Arc::new(protocol::types::Client { cutoff, ..client() }));
            },
        ];
        for spoil in rows {
            for caller in [app(2, true), app(1, false)] {
                let mut facts = access();
                spoil(&mut facts);
                assert_eq!(about(facts, &caller), INACTIVE, "{sentence}");
            }
        }
    }

    #[test]
    fn garbage_and_unknown_tokens_are_inactive() {
        let sentence = "the token is not active, does not exist on this server";
        let code = text("ac_", Locator(99)).as_str().to_owned();
        let unknown = text("at_", Locator(99)).as_str().to_owned();
        for token in ["", "garbage", &code, &unknown] {
            assert_eq!(
                answer(token, TokenFacts::None, &app(2, true), NOW),
                INACTIVE,
                "{sentence}"
            );
        }
        // Facts of another kind than the text's say nothing either.
        let facts = TokenFacts::Access(Box::new(access()));
        let refresh = text("rt_", access().token.id).as_str().to_owned();
        assert_eq!(
            answer(&refresh, facts, &app(2, true), NOW),
            INACTIVE,
            "{sentence}"
        );
    }

    #[test]
    fn a_refresh_token_is_active_for_its_own_app() {
        let answer = about_refresh(&Case::refresh(), &app(1, false));
        assert!(
            answer.starts_with("{\"active\":true,\"scope\":\"tasks:read tasks:write\""),
            "{answer}"
        );
        assert!(
            !answer.contains("token_type"),
            "it is no access token: {answer}"
        );
        let rows: &[Spoil] = &[
            |case| {
                case.rotated();
            },
            |case| case.refresh_mut().grant.revoked_at = Some(NOW),
            |case| case.now = case.refresh_mut().token.expires_at,
            |case| case.refresh_mut().person = None,
            |case| {
                case.refresh_mut()
                    .person
                    .as_mut()
                    .expect("a person")
                    .disabled_at = Some(NOW)
            },
            |case| case.refresh_mut().token.digest = jose::Digest::of(b"another secret"),
        ];
        for spoil in rows {
            let case = Case::refresh().with(spoil);
            assert_eq!(about_refresh(&case, &app(1, false)), INACTIVE);
        }
        let mut cut = app(1, false);
        cut.cutoff = Locator(i64::MAX);
        assert_eq!(about_refresh(&Case::refresh(), &cut), INACTIVE);
    }
}
