//! RFC 7636, Proof Key for Code Exchange. `plain` does not exist here.

mod section_4_1_client_creates_a_code_verifier {
    use jose::Digest;
    use protocol::testing::{Case, Verdict};
    use protocol::token::{GrantFault, TokenError};
    use protocol::types::CodeChallenge;

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        let sentence =
            "with a minimum length of 43 characters and a maximum length of 128 characters";
        for good in ["a".repeat(43), "Az09-._~".repeat(16)] {
            let case = Case::code().with(|case| {
                case.set("code_verifier", &good);
                let challenge = Digest::of(good.as_bytes()).base64url();
                case.code_mut().code.challenge = CodeChallenge::parse(&challenge);
            });
            assert!(case.answer().change().is_some(), "{sentence}");
        }
        let unreserved = "code-verifier = 43*128unreserved";
        for bad in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{} ", "a".repeat(43)),
            format!("{}+", "a".repeat(43)),
            format!("{}/", "a".repeat(43)),
            format!("{}=", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
        ] {
            let case = Case::code().with(|case| {
                case.set("code_verifier", &bad);
                let challenge = Digest::of(bad.as_bytes()).base64url();
                case.code_mut().code.challenge = CodeChallenge::parse(&challenge);
            });
            let challenge = case
                .code
                .as_ref()
                .and_then(|facts| facts.code.challenge.as_ref());
            assert!(
                challenge.is_some_and(|challenge| !challenge.verify(&bad)),
                "{unreserved}"
            );
            let malformed = TokenError::InvalidGrant(GrantFault::VerifierMismatch);
            assert_eq!(
                case.answer().error(),
                malformed,
                "{sentence}, {unreserved}: {bad}"
            );
        }
    }
}

mod section_4_2_client_creates_the_code_challenge {
    use protocol::testing::{CHALLENGE, VERIFIER};
    use protocol::types::CodeChallenge;

    #[test]
    fn the_vector_of_appendix_b_holds() {
        let sentence = "code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))";
        let challenge = CodeChallenge::parse(CHALLENGE).expect("a challenge");
        assert!(challenge.verify(VERIFIER), "{sentence}");
        assert_eq!(challenge.as_str(), CHALLENGE);
    }

    #[test]
    fn a_challenge_can_be_the_s256_of_something() {
        for bad in [
            "",
            "short",
            &CHALLENGE[..42],
            &format!("{CHALLENGE}="),
            &format!("{CHALLENGE}A"),
            &CHALLENGE.replace('-', "+"),
            &CHALLENGE.replace('-', "~"),
        ] {
            assert_eq!(CodeChallenge::parse(bad), None, "{bad}");
        }
    }
}

mod section_4_3_client_sends_the_code_challenge {
    use protocol::testing::{CHALLENGE, Case, Spoil, VERIFIER};

    #[test]
    fn s256_is_the_only_method() {
        // Absent means plain: "OPTIONAL, defaults to "plain" if not present in the request."
        let sentence = "If the server supporting PKCE does not support the requested transformation, \
                        the authorization endpoint MUST return the authorization error response with \
                        \"error\" value set to \"invalid_request\".";
        let rows: &[Spoil] = &[
            |case| case.unset("code_challenge_method"),
            |case| case.set("code_challenge_method", ""),
            |case| case.set("code_challenge_method", "plain"),
            |case| case.set("code_challenge_method", "s256"),
            |case| case.set("code_challenge_method", "S512"),
            |case| {
                case.set("code_challenge_method", "plain");
                case.set("code_challenge", VERIFIER);
            },
        ];
        for spoil in rows {
            let error = Case::authorize().with(spoil).redirected().error;
            assert_eq!(error.code(), "invalid_request", "{sentence}");
            // §4.4.1: "SHOULD explain the nature of error, e.g., transform algorithm not supported".
            assert!(
                error
                    .description()
                    .contains("transform algorithm not supported"),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_malformed_challenge_is_refused() {
        let rows: &[Spoil] = &[
            |case| case.unset("code_challenge"),
            |case| case.set("code_challenge", ""),
            |case| case.set("code_challenge", "abc"),
            |case| case.set("code_challenge", &format!("{CHALLENGE}=")),
            |case| case.set("code_challenge", &"+".repeat(43)),
        ];
        for spoil in rows {
            let error = Case::authorize().with(spoil).redirected().error;
            assert_eq!(error.code(), "invalid_request");
        }
    }
}

mod section_4_4_server_returns_the_code {
    use protocol::Transition;
    use protocol::facts::SessionFacts;
    use protocol::policy::PkcePolicy;
    use protocol::testing::{CHALLENGE, Case, Spoil, Verdict};
    use protocol::types::CodeChallenge;

    /// The challenge that the code keeps.
    fn kept(case: &Case) -> Option<CodeChallenge> {
        let request = case.passed();
        let decision = request.issue_code(
            request.scope.clone(),
            &SessionFacts::for_tests(),
            &case.context(),
        );
        let Some(Transition::Authorize(protocol::transition::AuthorizeChange::IssueCode {
            code,
            ..
        })) = decision.change()
        else {
            panic!("a code is issued");
        };
        code.challenge
    }

    #[test]
    fn the_code_keeps_the_challenge() {
        let sentence = "When the server issues the authorization code in the authorization response, \
                        it MUST associate the \"code_challenge\" and \"code_challenge_method\" values \
                        with the authorization code so it can be verified later.";
        assert_eq!(
            kept(&Case::authorize()),
            CodeChallenge::parse(CHALLENGE),
            "{sentence}"
        );
        let without = Case::authorize().with(|case| {
            case.unset("code_challenge");
            case.unset("code_challenge_method");
        });
        assert_eq!(kept(&without), None, "{sentence}");
    }

    #[test]
    fn who_must_use_it_is_refused_without() {
        // §4.4.1.
        let sentence = "If the server requires Proof Key for Code Exchange (PKCE) by OAuth public \
                        clients and the client does not send the \"code_challenge\" in the request, \
                        the authorization endpoint MUST return the authorization error response with \
                        the \"error\" value set to \"invalid_request\".";
        let rows: &[Spoil] = &[Case::public, |case| case.policy.pkce = PkcePolicy::All];
        for change in rows {
            assert!(
                kept(&Case::authorize().with(change)).is_some(),
                "{sentence}"
            );
            let error = Case::authorize()
                .with(change)
                .with(|case| {
                    case.unset("code_challenge");
                    case.unset("code_challenge_method");
                })
                .redirected()
                .error;
            assert_eq!(error.code(), "invalid_request", "{sentence}");
            assert_eq!(error.description(), "code challenge required", "{sentence}");
        }
    }
}

mod section_4_6_server_verifies_code_verifier {
    use protocol::testing::{CHALLENGE, Case, Spoil, Verdict};
    use protocol::token::GrantFault;

    #[test]
    fn a_missing_or_wrong_verifier_is_invalid_grant() {
        let sentence = "If the values are not equal, an error response indicating \"invalid_grant\" as \
                        described in Section 5.2 of [RFC6749] MUST be returned.";
        let rows: &[(Spoil, GrantFault)] = &[
            (
                |case| case.unset("code_verifier"),
                GrantFault::VerifierMissing,
            ),
            (
                |case| case.set("code_verifier", &"a".repeat(43)),
                GrantFault::VerifierMismatch,
            ),
            // The challenge itself, as plain would have it.
            (
                |case| case.set("code_verifier", CHALLENGE),
                GrantFault::VerifierMismatch,
            ),
            (
                |case| {
                    case.public();
                    case.unset("code_verifier");
                },
                GrantFault::VerifierMissing,
            ),
        ];
        for (spoil, fault) in rows {
            let case = Case::code().with(spoil);
            let error = case.answer().error();
            assert_eq!(
                error.code(&case.policy.errors),
                "invalid_grant",
                "{sentence}"
            );
            assert_eq!(error, (*fault).into(), "{sentence}");
            assert!(
                case.answer().change().is_none(),
                "{sentence}: and the code still works"
            );
        }
    }

    #[test]
    fn the_right_verifier_goes_on_as_normal() {
        let sentence =
            "If the values are equal, the token endpoint MUST continue processing as normal";
        assert!(Case::code().answer().change().is_some(), "{sentence}");
        let without = Case::code().with(|case| {
            case.code_mut().code.challenge = None;
            case.unset("code_verifier");
        });
        assert!(without.answer().change().is_some(), "{sentence}");
    }
}
