//! RFC 9470, OAuth 2.0 Step Up Authentication Challenge Protocol: what the provider tells of how a person signed in. The
//! challenge (§3) stands in the tests of the crate `verify`.

mod section_6_2_introspection {
    use protocol::Policy;
    use protocol::apis::{Api, TokenForm};
    use protocol::facts::{AccessFacts, Holder};
    use protocol::introspect::{holder_wanted, introspect};
    use protocol::lookup::{Found, TokenKind};
    use protocol::testing::{NOW, access_facts, authenticated, scope, text};
    use protocol::types::{Client, ClientRowId, Lifetime, Locator, UnixTime};

    fn policy() -> Policy {
        let mut policy = Policy::for_tests();
        policy.apis = vec![Api {
            identifier: "https://api.example".to_owned(),
            scopes: vec!["tasks:read".to_owned(), "identity".to_owned()],
            form: TokenForm::Opaque,
            lifetime: Lifetime::from_minutes(5),
            proofs: false,
        }];
        policy
    }

    /// The answer about a token with this scope of app 1, to app `no`, and whether its person was read for it.
    fn asked(
        facts: AccessFacts,
        (no, resource_server): (i64, bool),
        policy: &Policy,
    ) -> (serde_json::Value, bool) {
        let client = Client {
            no: ClientRowId(no),
            resource_server,
            ..Client::for_tests()
        };
        let caller = authenticated(&client);
        let token = text("at_", facts.token.id).as_str().to_owned();
        let kind = TokenKind::of(&token, policy);
        let mut found = Found::AccessToken(facts);
        let wanted = holder_wanted(&kind, &caller, &found, policy);
        if let Some(grant) = wanted {
            assert_eq!(grant, Locator(5));
            found.held_by(Some(Holder {
                workspace: None,
                external_id: None,
                methods: None,
                acr: None,
                auth_time: UnixTime(NOW.0 - 99),
                email: Some("ann@example.com".to_owned()),
            }));
        }
        let answer = introspect(&kind, &caller, &found, policy, NOW);
        (
            serde_json::to_value(&answer).expect("JSON"),
            wanted.is_some(),
        )
    }

    fn of(names: &str) -> AccessFacts {
        let mut facts = access_facts(Locator::first_at(NOW));
        facts.token.scope = scope(names);
        facts
    }

    #[test]
    fn auth_time_is_told() {
        let sentence = "auth_time: Time when the user authentication occurred. A JSON numeric value representing the number of \
                        seconds from 1970-01-01T00:00:00Z as measured in UTC until the date/time of the authentication event.";
        for caller in [(2, true), (1, false)] {
            let (answer, _) = asked(of("tasks:read"), caller, &policy());
            assert_eq!(answer["auth_time"], NOW.0 - 99, "{sentence}");
            assert!(
                answer.get("acr").is_none(),
                "no ways of signing in are told apart"
            );
        }
    }

    #[test]
    fn acr_is_told_where_one_was_agreed_on() {
        let mut policy = policy();
        policy.openid = Policy::with_openid().openid;
        let openid = policy.openid.as_deref_mut().expect("it is on");
        openid.acr = Some("pwd".to_owned());
        let (answer, _) = asked(of("tasks:read"), (2, true), &policy);
        assert_eq!(answer["acr"], "pwd");
    }

    #[test]
    fn of_a_token_that_nobody_allowed_or_may_know_nobody_is_read() {
        let mut own = of("tasks:read");
        own.token.subject = None;
        let (answer, read) = asked(own, (2, true), &policy());
        assert!(answer["active"] == true && answer.get("auth_time").is_none() && !read);
        let (answer, read) = asked(of("tasks:read"), (2, false), &policy());
        assert!(answer["active"] == false && !read);
        // Nor where no APIs are told apart: what introspection reads is what it read before.
        let (answer, read) = asked(of("tasks:read"), (2, true), &Policy::for_tests());
        assert!(answer["active"] == true && !read);
        for name in ["auth_time", "aud", "username"] {
            assert!(answer.get(name).is_none(), "{name}");
        }
    }

    #[test]
    fn username_is_told_where_a_scope_shows_personal_details() {
        let sentence = "username OPTIONAL. Human-readable identifier for the resource owner who authorized this token.";
        let (answer, _) = asked(of("tasks:read identity"), (2, true), &policy());
        assert_eq!(answer["username"], "ann@example.com", "{sentence}");
        let (answer, _) = asked(of("tasks:read"), (2, true), &policy());
        assert!(answer.get("username").is_none(), "{sentence}");
    }

    #[test]
    fn aud_names_the_apis_that_the_scope_is_for() {
        let sentence = "aud OPTIONAL. Service-specific string identifier or list of string identifiers representing the \
                        intended audience for this token";
        let mut several = policy();
        several.apis.push(Api {
            identifier: "https://other.example".to_owned(),
            scopes: vec!["api".to_owned()],
            ..several.apis[0].clone()
        });
        for (names, expected) in [
            ("tasks:read", serde_json::json!("https://api.example")),
            (
                "tasks:read api",
                serde_json::json!(["https://api.example", "https://other.example"]),
            ),
            ("admin:users", serde_json::Value::Null),
        ] {
            let (answer, _) = asked(of(names), (2, true), &several);
            assert_eq!(answer["aud"], expected, "{sentence} {names}");
        }
    }
}
