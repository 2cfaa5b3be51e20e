//! RFC 6750, Bearer Token Usage: the grammar, the challenge, and what a token says about itself.

mod section_2_1_authorization_request_header_field {
    use wire::bearer::{BearerFault, parse};

    #[test]
    fn reads_the_credentials_of_the_grammar() {
        let sentence = "credentials = \"Bearer\" 1*SP b64token";
        for (header, token) in [
            ("Bearer mF_9.B5f-4.1JqM", "mF_9.B5f-4.1JqM"),
            ("Bearer   mF_9", "mF_9"),
            ("bearer a", "a"),
            ("BEARER a", "a"),
            ("Bearer aZ09-._~+/==", "aZ09-._~+/=="),
        ] {
            assert_eq!(parse(Some(header)), Ok(token), "{sentence}");
        }
    }

    #[test]
    fn refuses_what_is_no_b64token() {
        let sentence =
            "b64token = 1*( ALPHA / DIGIT / \"-\" / \".\" / \"_\" / \"~\" / \"+\" / \"/\" ) *\"=\"";
        for header in [
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Bearer a=b",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a;b",
            "Bearer \"a\"",
            "Bearer a\t",
            "Bearer a\0",
            "Bearer é",
        ] {
            assert_eq!(
                parse(Some(header)),
                Err(BearerFault::Malformed),
                "{sentence}: {header:?}"
            );
        }
    }

    #[test]
    fn another_scheme_is_no_bearer_token() {
        for header in [
            None,
            Some(""),
            Some("Basic YTpi"),
            Some("Bearers a"),
            Some("DPoP a"),
        ] {
            assert_eq!(parse(header), Err(BearerFault::Missing), "{header:?}");
        }
    }
}

mod section_3_the_www_authenticate_response_header_field {
    use wire::bearer::challenge;

    #[test]
    fn the_challenge_names_each_attribute_once() {
        let sentence = "All challenges defined by this specification MUST use the auth-scheme value \
                        \"Bearer\". This scheme MUST be followed by one or more auth-param values.";
        assert_eq!(
            challenge("tasks", &[]),
            "Bearer realm=\"tasks\"",
            "{sentence}"
        );
        let text = challenge(
            "tasks",
            &[
                ("error", "insufficient_scope"),
                ("scope", "tasks:read tasks:write"),
            ],
        );
        let expected = "Bearer realm=\"tasks\", error=\"insufficient_scope\", \
                        scope=\"tasks:read tasks:write\"";
        assert_eq!(text, expected, "{sentence}");
    }
}

mod section_3_1_error_codes {
    use protocol::facts::{AccessFacts, AccountStatus};
    use protocol::testing::{Case, NOW, access_facts, text};
    use protocol::token_info::{TokenInfo, describe};
    use protocol::types::{Client, ClientStatus, Locator, UnixTime};
    use std::sync::Arc;
    use wire::Presented;

    const ID: Locator = Locator(1 << 40);

    fn facts() -> AccessFacts {
        access_facts(ID)
    }

    fn described(facts: Option<AccessFacts>, now: UnixTime) -> Option<TokenInfo> {
        let presented = Presented::parse(text("at_", ID).as_str()).expect("a token");
        describe(&presented, facts, &Case::authorize().policy, now)
    }

    #[test]
    fn a_working_token_describes_itself() {
        let expected = TokenInfo {
            organization: None,
            client_id: "app".to_owned(),
            user_id: Some("user_10".to_owned()),
            scopes: vec!["tasks:read".to_owned(), "tasks:write".to_owned()],
            expires_at: UnixTime(NOW.0 + 10),
            side: protocol::types::Side::Live,
        };
        assert_eq!(described(Some(facts()), NOW), Some(expected));
        let mut own = facts();
        own.token.subject = None;
        own.person = AccountStatus::GOOD;
        assert_eq!(
            described(Some(own), NOW).map(|info| info.user_id),
            Some(None)
        );
    }

    #[test]
    fn an_expired_revoked_or_unknown_token_is_invalid() {
        let sentence = "The access token provided is expired, revoked, malformed, or invalid for \
                        other reasons.";
        let rows: &[fn(&mut AccessFacts)] = &[
            |facts| facts.token.expires_at = NOW,
            |facts| facts.grant_revoked = true,
            |facts| facts.client = None,
            |facts| facts.token.digest = jose::Digest::of(b"another secret"),
            |facts| facts.person.disabled = true,
            |facts| facts.person.not_before = Locator(ID.0 + 1),
            |facts| change(facts, |client| client.status = ClientStatus::Disabled),
            |facts| change(facts, |client| client.status = ClientStatus::Pending),
            |facts| change(facts, |client| client.not_before = Locator(ID.0 + 1)),
        ];
        for spoil in rows {
            let mut facts = facts();
            spoil(&mut facts);
            assert_eq!(described(Some(facts), NOW), None, "{sentence}");
        }
        assert_eq!(described(None, NOW), None, "{sentence}");
        assert!(described(Some(facts()), UnixTime(NOW.0 + 9)).is_some());
    }

    fn change(facts: &mut AccessFacts, change: fn(&mut protocol::types::Client)) {
        let mut client = Client::for_tests();
        change(&mut client);
        facts.client = Some(Arc::new(client));
    }
}
