//! RFC 9207, Authorization Server Issuer Identification.

mod section_2_response_parameter_iss {
    use protocol::testing::{Case, Spoil, query};

    fn iss(url: &str) -> Vec<String> {
        let named = query(url).into_iter().filter(|(name, _)| name == "iss");
        named.map(|(_, value)| value).collect()
    }

    #[test]
    fn every_response_says_who_answers() {
        let sentence = "In authorization responses to the client, including error responses, an \
                        authorization server supporting this specification MUST indicate its identity \
                        by including the iss parameter in the response.";
        let case = Case::authorize();
        assert_eq!(
            iss(&case.allowed()),
            ["https://issuer.example"],
            "{sentence}"
        );
        let denied = case
            .passed()
            .denied()
            .response(&case.policy)
            .location()
            .to_owned();
        assert_eq!(iss(&denied), ["https://issuer.example"], "{sentence}");
        let rows: &[Spoil] = &[
            |case| case.set("response_type", "token"),
            |case| case.set("response_mode", "fragment"),
            |case| case.set("scope", "nothing"),
            |case| case.set("code_challenge_method", "plain"),
            |case| case.add("state", "again"),
            |case| case.client.grants.clear(),
        ];
        for spoil in rows {
            let case = Case::authorize().with(spoil);
            let url = case
                .redirected()
                .response(&case.policy)
                .location()
                .to_owned();
            assert_eq!(iss(&url), ["https://issuer.example"], "{sentence}");
        }
    }

    #[test]
    fn a_provider_that_documented_none_sends_none_and_does_not_say_it_does() {
        let mut case = Case::authorize();
        case.policy.response_iss = false;
        assert_eq!(iss(&case.allowed()), Vec::<String>::new());
        let denied = case
            .passed()
            .denied()
            .response(&case.policy)
            .location()
            .to_owned();
        assert_eq!(iss(&denied), Vec::<String>::new());
        let endpoints = protocol::metadata::Endpoints {
            authorization: Some("https://issuer.example/authorize".to_owned()),
            ..Default::default()
        };
        let document = protocol::metadata::document(&case.policy, endpoints);
        let document = serde_json::to_value(document).unwrap_or_default();
        let told = &document["authorization_response_iss_parameter_supported"];
        assert!(told.is_null(), "{document}");
    }

    #[test]
    fn a_request_cannot_choose_it() {
        let case = Case::authorize().with(|case| case.add("iss", "https://evil.example"));
        assert_eq!(iss(&case.allowed()), ["https://issuer.example"]);
    }
}

mod section_2_3_providing_the_issuer_identifier {
    use protocol::metadata::{Endpoints, document};
    use protocol::testing::{Case, query};

    #[test]
    fn the_metadata_has_the_same_issuer_and_says_so() {
        let identical = "The issuer identifier included in the server's metadata value issuer MUST be \
                         identical to the iss parameter's value.";
        let support = "setting the metadata parameter \
                       authorization_response_iss_parameter_supported, defined in Section 3, to true";
        for issuer in [
            "https://issuer.example",
            "https://h.example/tenant/",
            "http://127.0.0.1:8080",
        ] {
            let case = Case::authorize().with(|case| case.policy.issuer = issuer.to_owned());
            let endpoints = Endpoints {
                authorization: Some(format!("{issuer}/authorize")),
                ..Endpoints::default()
            };
            let metadata = document(&case.policy, endpoints);
            let metadata = serde_json::to_value(metadata).expect("metadata is JSON");
            let sent = query(&case.allowed())
                .into_iter()
                .find(|(name, _)| name == "iss");
            let sent = sent.expect("an issuer").1;
            assert_eq!(
                (metadata["issuer"].as_str(), sent.as_str()),
                (Some(issuer), issuer),
                "{identical}"
            );
            assert_eq!(
                metadata["authorization_response_iss_parameter_supported"], true,
                "{support}"
            );
        }
    }
}
