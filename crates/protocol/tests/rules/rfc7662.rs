//! RFC 7662, Token Introspection. Only a resource server learns of tokens issued to others.

/// A token, who asks, and the answer.
mod asked {
    use protocol::Policy;
    use protocol::facts::AccessFacts;
    use protocol::introspect::introspect;
    use protocol::lookup::{Found, TokenKind};
    use protocol::testing::{Case, NOW, access_facts, text};
    use protocol::types::{Client, ClientRowId, Locator, UnixTime};

    /// A caller that is app `no`.
    pub(crate) fn app(no: i64, resource_server: bool) -> Client {
        Client {
            no: ClientRowId(no),
            resource_server,
            ..Client::for_tests()
        }
    }

    /// An access token of app 1, issued at `NOW`.
    pub(crate) fn access() -> AccessFacts {
        access_facts(Locator::first_at(NOW))
    }

    /// The answer about an access token, as JSON text.
    pub(crate) fn about(facts: AccessFacts, caller: &Client) -> String {
        let token = text("at_", facts.token.id).as_str().to_owned();
        answer(&token, Found::AccessToken(facts), caller, NOW)
    }

    /// The answer about the refresh token of a case.
    pub(crate) fn about_refresh(case: &Case, caller: &Client) -> String {
        let token = case
            .params()
            .get("refresh_token")
            .expect("a refresh token")
            .to_owned();
        let facts = case.refresh.clone().expect("a refresh token");
        answer(&token, Found::RefreshToken(facts), caller, case.now)
    }

    pub(crate) fn answer(token: &str, facts: Found, caller: &Client, now: UnixTime) -> String {
        let caller = protocol::testing::authenticated(caller);
        let kind = TokenKind::of(token, &Policy::for_tests());
        let policy = Policy::for_tests();
        let answer = introspect(&kind, &caller, &facts, &policy, now);
        serde_json::to_string(&answer).expect("an answer is JSON")
    }
}

mod section_2_1_introspection_request {
    use super::asked::app;
    use protocol::introspect::may_introspect;
    use protocol::testing::{Case, authenticated};

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
    use super::asked::{about, about_refresh, access, answer, app};
    use protocol::facts::{AccessFacts, AccountStatus};
    use protocol::lookup::Found;
    use protocol::revocations::name_of;
    use protocol::testing::{Case, NOW, Spoil, text};
    use protocol::types::{Client, ClientStatus, Locator, UnixTime};
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
        own.person = AccountStatus::GOOD;
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
        facts.person = AccountStatus::GOOD;
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
            |facts| facts.person.not_before = Locator(facts.token.id.0 + 1),
            |facts| facts.token.digest = jose::Digest::of(b"another secret"),
            |facts| {
                let status = ClientStatus::Disabled;
                facts.client = Some(Arc::new(protocol::types::Client {
                    status,
                    ..Client::for_tests()
                }));
            },
            |facts| {
                let not_before = Locator(facts.token.id.0 + 1);
                facts.client = Some(Arc::new(protocol::types::Client {
                    not_before,
                    ..Client::for_tests()
                }));
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
                answer(token, Found::Nothing, &app(2, true), NOW),
                INACTIVE,
                "{sentence}"
            );
        }
        // Facts of another kind than the text's say nothing either.
        let facts = Found::AccessToken(access());
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
        cut.not_before = Locator(i64::MAX);
        assert_eq!(about_refresh(&Case::refresh(), &cut), INACTIVE);
    }
}

mod section_4_security_considerations {
    use super::asked::{access, app};
    use protocol::Policy;
    use protocol::facts::AccessFacts;
    use protocol::inactive::{self, Inactive};
    use protocol::lookup::{Found, TokenKind};
    use protocol::testing::{Case, NOW, Spoil, Verdict};
    use protocol::types::{Client, ClientRowId, ClientStatus, GrantType, Locator, Scope, Side};
    use std::collections::HashSet;
    use std::sync::Arc;

    const SENTENCE: &str =
        "the authorization server MUST perform all applicable checks against a token's state";

    /// An access token that one thing speaks against.
    type Row = (Inactive, fn(&mut AccessFacts, &mut Policy));

    fn of_app(facts: &mut AccessFacts, change: fn(&mut Client)) {
        let mut app = Client::for_tests();
        change(&mut app);
        facts.client = Some(Arc::new(app));
    }

    const ACCESS: [Row; 12] = [
        (Inactive::AppDeleted, |facts, _| facts.client = None),
        (Inactive::Revoked, |facts, _| facts.grant_revoked = true),
        (Inactive::Expired, |facts, _| facts.token.expires_at = NOW),
        (Inactive::AppDisabled, |facts, _| {
            of_app(facts, |app| app.status = ClientStatus::Disabled);
        }),
        (Inactive::AppPending, |facts, _| {
            of_app(facts, |app| app.status = ClientStatus::Pending);
        }),
        (Inactive::AppWasDisabled, |facts, _| {
            of_app(facts, |app| app.not_before = Locator(i64::MAX));
        }),
        (Inactive::TestModeOff, |facts, policy| {
            of_app(facts, |app| app.side = Side::Test);
            policy.test_mode = false;
        }),
        (Inactive::NotPublished, |facts, _| {
            of_app(facts, |app| app.documented = true);
        }),
        (Inactive::Removed, |facts, _| {
            facts.connection.not_before = Locator(i64::MAX);
        }),
        (Inactive::Paused, |facts, _| facts.connection.paused = true),
        (Inactive::UserDisabled, |facts, _| {
            facts.person.disabled = true;
        }),
        (Inactive::UserWasDisabled, |facts, _| {
            facts.person.not_before = Locator(i64::MAX);
        }),
    ];

    const REFRESH: [(Inactive, Spoil); 17] = [
        (Inactive::Revoked, |case| {
            case.refresh_mut().grant.revoked_at = Some(NOW);
        }),
        (Inactive::Used, |case| {
            case.rotated();
            case.now.0 += 3_600; // beyond the window for a lost reply
        }),
        (Inactive::Expired, |case| {
            case.refresh_mut().token.expires_at = NOW;
        }),
        (Inactive::Expired, |case| {
            case.refresh_mut().grant.expires_at = NOW;
        }),
        (Inactive::AppDisabled, |case| {
            case.client.status = ClientStatus::Disabled;
        }),
        (Inactive::AppPending, |case| {
            case.client.status = ClientStatus::Pending;
        }),
        (Inactive::AppWasDisabled, |case| {
            case.client.not_before = Locator(i64::MAX);
        }),
        (Inactive::TestModeOff, |case| {
            case.client.side = Side::Test;
            case.policy.test_mode = false;
        }),
        (Inactive::NotPublished, |case| case.client.documented = true),
        (Inactive::Removed, |case| {
            case.refresh_mut().connection.not_before = Locator(i64::MAX);
        }),
        (Inactive::Paused, |case| {
            case.refresh_mut().connection.paused = true;
        }),
        (Inactive::UserGone, |case| case.refresh_mut().person = None),
        (Inactive::UserDisabled, |case| {
            let person = case.refresh_mut().person.as_mut().expect("a person");
            person.disabled_at = Some(NOW);
        }),
        (Inactive::UserWasDisabled, |case| {
            let person = case.refresh_mut().person.as_mut().expect("a person");
            person.not_before = Locator(i64::MAX);
        }),
        (Inactive::OtherMode, |case| {
            let person = case.refresh_mut().person.as_mut().expect("a person");
            person.test_app = Some(ClientRowId(1));
        }),
        (Inactive::MayNotRefresh, |case| {
            let refresh = GrantType::RefreshToken;
            case.client.grants.retain(|grant| *grant != refresh);
        }),
        (Inactive::NoScopeLeft, |case| {
            case.client.scopes = Some(Scope::from_iter(["identity"]));
        }),
    ];

    fn of_refresh(case: &Case) -> Result<(), Inactive> {
        let facts = case.refresh.as_ref().expect("a refresh token");
        let person = inactive::refresh_token(facts, Some(&case.client), &case.policy, case.now);
        person.map(|_| ())
    }

    #[test]
    fn every_reason_against_an_access_token_is_told_apart() {
        assert!(inactive::access_token(&access(), &Policy::for_tests(), NOW).is_ok());
        for (reason, spoil) in ACCESS {
            let (mut facts, mut policy) = (access(), Policy::for_tests());
            spoil(&mut facts, &mut policy);
            let told = inactive::access_token(&facts, &policy, NOW).map(|_| ());
            assert_eq!(told, Err(reason), "{SENTENCE}");
        }
    }

    #[test]
    fn every_reason_against_a_refresh_token_is_one_for_which_it_is_refused() {
        assert_eq!(of_refresh(&Case::refresh()), Ok(()));
        Case::refresh().answer().reply();
        for (reason, spoil) in REFRESH {
            let case = Case::refresh().with(spoil);
            assert_eq!(of_refresh(&case), Err(reason), "{SENTENCE}");
            assert!(case.answer().into_parts().1.is_err(), "{reason:?}");
        }
        let mut off = Case::refresh();
        off.policy.grants.clear();
        assert_eq!(of_refresh(&off), Err(Inactive::MayNotRefresh));
        let case = Case::refresh();
        let facts = case.refresh.as_ref().expect("a refresh token");
        let deleted = inactive::refresh_token(facts, None, &case.policy, NOW);
        assert_eq!(deleted.map(|_| ()), Err(Inactive::AppDeleted));
    }

    #[test]
    fn every_reason_has_a_sentence_of_its_own() {
        let sentences: HashSet<_> = Inactive::ALL.map(Inactive::sentence).into();
        assert_eq!(sentences.len(), Inactive::ALL.len());
        assert!(sentences.iter().all(|sentence| !sentence.is_empty()));
        let reached = ACCESS.iter().map(|(reason, _)| *reason);
        let reached: Vec<_> = reached
            .chain(REFRESH.iter().map(|(reason, _)| *reason))
            .collect();
        for reason in Inactive::ALL {
            let known = reason == Inactive::Unknown || reached.contains(&reason);
            assert!(known, "nothing leads to {reason:?}");
        }
    }

    #[test]
    fn a_token_of_the_test_side_works_there_as_long_as_there_is_one() {
        let (mut facts, mut policy) = (access(), Policy::for_tests());
        of_app(&mut facts, |app| app.side = Side::Test);
        let mut case = Case::refresh().with(|case| {
            case.client.side = Side::Test;
            let person = case.refresh_mut().person.as_mut().expect("a person");
            person.test_app = Some(ClientRowId(1));
        });
        assert!(inactive::access_token(&facts, &policy, NOW).is_ok());
        assert_eq!(of_refresh(&case), Ok(()));
        (policy.test_mode, case.policy.test_mode) = (false, false);
        let off = Err(Inactive::TestModeOff);
        let told = inactive::access_token(&facts, &policy, NOW);
        assert_eq!(told.map(|_| ()), off);
        assert_eq!(of_refresh(&case), off);
    }

    #[test]
    fn a_record_of_another_token_is_none() {
        let (found, policy) = (Found::AccessToken(access()), Policy::for_tests());
        let id = access().token.id;
        let guess = wire::TokenText::new("at_", id.0, &[1; 32]);
        for (text, known) in [
            (protocol::testing::text("at_", id).as_str(), true),
            (guess.as_str(), false),
            (protocol::testing::text("rt_", id).as_str(), false),
            ("garbage", false),
        ] {
            let verified = TokenKind::of(text, &policy).verified(found.clone());
            assert_eq!(matches!(verified, Found::AccessToken(_)), known, "{text}");
        }
        let unknown = super::asked::answer("garbage", found, &app(2, true), NOW);
        assert_eq!(unknown, r#"{"active":false}"#);
    }
}
