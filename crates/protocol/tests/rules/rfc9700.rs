//! RFC 9700 (BCP 240), Best Current Practice for OAuth 2.0 Security.

mod section_2_1_protecting_redirect_based_flows {
    use protocol::authorize::ShownError;
    use protocol::testing::{Case, Spoil};
    use protocol::types::{RedirectUri, RedirectUriFault};

    #[test]
    fn redirect_uris_match_exactly() {
        let sentence = "authorization servers MUST utilize exact string matching except for port \
                        numbers in localhost redirection URIs of native apps";
        // The pattern attack of §4.1.1.
        let rows: &[Spoil] = &[
            |case| case.set("redirect_uri", "https://attacker.example/.app.example/cb"),
            |case| case.set("redirect_uri", "https://sub.app.example/cb"),
            |case| {
                case.set(
                    "redirect_uri",
                    "https://app.example/cb?redirect_to=https://evil.example",
                )
            },
            |case| {
                let pattern = RedirectUri::register("https://*.app.example/cb");
                assert_eq!(pattern, Err(RedirectUriFault::Malformed));
                case.set("redirect_uri", "https://x.app.example/cb");
            },
        ];
        for spoil in rows {
            let shown = Case::authorize().with(spoil).shown();
            let unregistered = RedirectUriFault::Unregistered;
            assert!(
                matches!(shown, ShownError::RedirectUri { fault, .. } if fault == unregistered),
                "{sentence}"
            );
        }
    }
}

mod section_2_1_1_authorization_code_grant {
    use protocol::testing::{Case, Spoil, Verdict};
    use protocol::token::GrantFault;

    #[test]
    fn public_clients_use_pkce_whatever_the_policy() {
        let sentence = "Public clients MUST use PKCE [RFC7636] to this end";
        let case = Case::authorize().with(Case::public).with(|case| {
            case.unset("code_challenge");
            case.unset("code_challenge_method");
        });
        assert_eq!(
            case.redirected().error.code(),
            "invalid_request",
            "{sentence}"
        );
    }

    #[test]
    fn a_challenge_is_enforced_for_every_client() {
        let sentence = "If a client sends a valid PKCE code_challenge parameter in the authorization \
                        request, the authorization server MUST enforce the correct usage of \
                        code_verifier at the token endpoint.";
        let rows: &[Spoil] = &[|_| {}, Case::public];
        for kind in rows {
            let missing = Case::code()
                .with(kind)
                .with(|case| case.unset("code_verifier"));
            let expected = GrantFault::VerifierMissing.into();
            assert_eq!(missing.answer().error(), expected, "{sentence}");
        }
    }
}

mod section_2_4_resource_owner_password_credentials_grant {
    use protocol::testing::{Case, Verdict};
    use protocol::token::TokenError;

    #[test]
    fn it_does_not_exist() {
        let sentence = "The resource owner password credentials grant [RFC6749] MUST NOT be used.";
        let case = Case::own_behalf().with(|case| {
            case.set("grant_type", "password");
            case.set("username", "ada@example.com");
            case.set("password", "secret");
        });
        assert_eq!(
            case.answer().error(),
            TokenError::UnsupportedGrantType,
            "{sentence}"
        );
    }
}

mod section_2_6_other_recommendations {
    use protocol::types::{RedirectUri, RedirectUriFault};

    #[test]
    fn plain_http_is_for_loopback_alone() {
        let sentence = "authorization servers MUST NOT allow redirection URIs that use the http \
                        scheme except for native clients that use loopback interface redirection";
        let plain = RedirectUri::register("http://app.example/cb");
        assert_eq!(plain, Err(RedirectUriFault::Http), "{sentence}");
        for loopback in [
            "http://127.0.0.1/cb",
            "http://[::1]/cb",
            "http://localhost:5000/cb",
        ] {
            assert!(RedirectUri::register(loopback).is_ok(), "{sentence}");
        }
    }
}

mod section_4_5_authorization_code_injection {
    use protocol::testing::{Case, Verdict};
    use protocol::token::GrantFault;

    #[test]
    fn a_stolen_code_is_of_no_use_in_another_session() {
        // §4.5.3.1: the verifier of the attacker's own session does not fit the stolen code.
        let case = Case::code().with(|case| {
            case.set(
                "code_verifier",
                "attackers-own-verifier-0123456789-0123456789",
            );
        });
        assert_eq!(case.answer().error(), GrantFault::VerifierMismatch.into());
        assert!(
            case.answer().change().is_none(),
            "and its owner can still redeem it"
        );
    }
}

mod section_4_8_pkce_downgrade_attack {
    use protocol::testing::{Case, Spoil, Verdict};
    use protocol::token::GrantFault;

    #[test]
    fn a_verifier_without_a_challenge_is_refused() {
        let sentence = "Authorization servers MUST ensure that if there was no code_challenge in the \
                        authorization request, a request to the token endpoint containing a \
                        code_verifier is rejected.";
        let rows: &[Spoil] = &[|_| {}, Case::public];
        for kind in rows {
            let case = Case::code()
                .with(kind)
                .with(|case| case.code_mut().code.challenge = None);
            assert_eq!(
                case.answer().error(),
                GrantFault::VerifierUnexpected.into(),
                "{sentence}"
            );
            assert!(case.answer().change().is_none(), "{sentence}");
        }
    }
}

mod section_4_14_refresh_token_protection {
    use protocol::Transition;
    use protocol::policy::Rotation;
    use protocol::testing::{Case, NOW, Spoil, Verdict, json};
    use protocol::token::{GrantFault, TokenReply};
    use protocol::transition::RevocationCause;
    use protocol::types::{Lifetime, Locator, UnixTime};

    /// A token that was used at `NOW`, and the reply it got.
    fn used(before: Spoil) -> (Case, TokenReply) {
        let mut case = Case::refresh().with(before);
        let reply = case.rotated();
        (case, reply)
    }

    /// Asserts that the case revokes its grant, as a replay.
    fn assert_revokes(case: &Case, why: &str) {
        assert_eq!(case.answer().error(), GrantFault::Replayed.into(), "{why}");
        let Some(Transition::Grant(protocol::transition::GrantChange::Revoke {
            grant,
            client,
            cause,
            ..
        })) = case.answer().change()
        else {
            panic!("{why}");
        };
        let own = case.refresh.clone().expect("a refresh token").grant;
        assert_eq!((grant, client), (own.id, own.client), "{why}");
        assert_eq!(cause, RevocationCause::RefreshReplay, "{why}");
    }

    #[test]
    fn every_refresh_replaces_the_token_for_every_client() {
        let sentence = "the authorization server issues a new refresh token with every access token \
                        refresh response";
        let rows: &[Spoil] = &[|_| {}, Case::public];
        for kind in rows {
            let case = Case::refresh().with(kind);
            let old = case.params().get("refresh_token").map(str::to_owned);
            let reply = json(&case.answer().reply());
            assert!(reply["refresh_token"].is_string(), "{sentence}");
            assert_ne!(
                reply["refresh_token"].as_str(),
                old.as_deref(),
                "{sentence}"
            );
            let Some(Transition::Grant(protocol::transition::GrantChange::Rotate {
                consumed,
                successor,
                ..
            })) = case.answer().change()
            else {
                panic!("{sentence}");
            };
            let own = case.refresh.clone().expect("a refresh token").token.id;
            assert_eq!(consumed, own, "{sentence}");
            assert!(successor.id > own, "{sentence}");
        }
    }

    #[test]
    fn a_replay_outside_the_window_revokes() {
        let sentence = "one of them will present an invalidated refresh token, which will inform the \
                        authorization server of the breach. […] it will revoke the active refresh token";
        let rows: &[Spoil] = &[
            |case| case.now = UnixTime(NOW.0 + 60),
            |case| case.now = UnixTime(NOW.0 + 3_600),
            // The clock was a day ahead when it was used, and has been set back.
            |case| case.now = UnixTime(NOW.0 - 60),
            |case| case.now = UnixTime(NOW.0 - 86_400),
            |case| case.now = case.refresh_mut().token.expires_at, // an expired one still tells
            |case| {
                case.now = UnixTime(NOW.0 + 60);
                case.set("scope", "admin:*");
            },
            |case| {
                // The record of the use outlives the reply.
                let record = case.refresh_mut().used.as_mut();
                record.expect("a used token").reply = None;
            },
        ];
        for change in rows {
            assert_revokes(&used(|_| {}).0.with(change), sentence);
            assert_revokes(&used(Case::public).0.with(change), sentence);
        }
    }

    #[test]
    fn the_identical_retry_inside_the_window_gets_the_same_reply() {
        for before in [(|_| {}) as Spoil, Case::public, |case| {
            case.set("scope", "tasks:read")
        }] {
            let (case, first) = used(before);
            // Below 0: the retry came to a node whose clock is behind.
            for seconds in [-59, -1, 0, 1, 59] {
                let retry = case.clone().with(|case| case.now.0 += seconds);
                assert_eq!(retry.answer().reply().0, first.0, "byte for byte");
                assert!(retry.answer().change().is_none(), "and nothing changes");
            }
        }
    }

    #[test]
    fn a_retry_that_differs_is_refused_and_revokes_nothing() {
        for (before, asked) in [
            ((|_| {}) as Spoil, "tasks:read"),
            (|_| {}, "tasks:read tasks:write"),
            (|_| {}, "admin:*"),
            (|case| case.set("scope", "tasks:read"), ""),
            (|case| case.set("scope", "tasks:read"), "tasks:write"),
        ] {
            let case = used(before).0.with(|case| case.set("scope", asked));
            assert_eq!(
                case.answer().error(),
                GrantFault::RetryDiffers.into(),
                "{asked}"
            );
            assert!(case.answer().change().is_none(), "{asked}");
        }
    }

    #[test]
    fn the_successors_first_use_ends_the_window() {
        let (case, _) = used(|_| {});
        let after = case.with(|case| {
            case.refresh_mut()
                .used
                .as_mut()
                .expect("a used token")
                .successor_used = true;
        });
        assert_revokes(
            &after,
            "the app has the successor, so this is somebody else",
        );
    }

    #[test]
    fn without_a_window_every_replay_revokes() {
        let no_grace: Spoil = |case| {
            case.policy.tokens.rotate = Rotation::Rotate {
                grace: Lifetime::from_seconds(0),
            };
        };
        let (case, _) = used(no_grace);
        let kept = &case.refresh.as_ref().expect("a refresh token").used;
        assert!(
            kept.as_ref().is_some_and(|used| used.reply.is_none()),
            "nothing is kept"
        );
        assert_revokes(&case, "grace 0");
        let (case, _) = used(|_| {});
        assert_revokes(&case.with(no_grace), "grace was taken back");
        let (case, _) = used(|_| {});
        let keep: Spoil = |case| case.policy.tokens.rotate = Rotation::Keep;
        assert_revokes(&case.with(keep), "rotation was switched off after the use");
    }

    #[test]
    fn only_the_tokens_own_client_can_trigger_it() {
        let rows: &[(Spoil, GrantFault)] = &[
            (
                |case| case.refresh_mut().grant.client.0 += 1,
                GrantFault::OtherClient,
            ),
            (
                |case| case.refresh_mut().token.digest = jose::Digest::of(b"another secret"),
                GrantFault::Digest,
            ),
            (
                |case| case.refresh_mut().grant.revoked_at = Some(NOW),
                GrantFault::Revoked,
            ),
            (|case| case.refresh_mut().person = None, GrantFault::Person),
            (
                |case| case.client.not_before = Locator(i64::MAX),
                GrantFault::Revoked,
            ),
        ];
        for seconds in [0, 3_600] {
            for (spoil, fault) in rows {
                let case = used(|_| {})
                    .0
                    .with(spoil)
                    .with(|case| case.now.0 += seconds);
                assert_eq!(case.answer().error(), (*fault).into());
                assert!(case.answer().change().is_none(), "{fault:?}");
            }
        }
    }

    #[test]
    fn the_kept_reply_is_sealed_under_the_token() {
        let (case, reply) = used(|_| {});
        let refresh = case.refresh.expect("a refresh token");
        let sealed = refresh
            .used
            .and_then(|used| used.reply)
            .expect("a kept reply");
        let needle = &reply.0.as_bytes()[..24];
        assert!(sealed.0.windows(needle.len()).all(|part| part != needle));
        let digest = refresh.token.digest;
        assert!(
            jose::seal::open(digest.as_bytes(), b"app\n", &sealed.0).is_none(),
            "not by the row"
        );
    }
}

mod section_4_15_client_impersonating_resource_owner {
    use protocol::register::{NewApp, NewAuthentication, register};
    use protocol::testing::{Counter, NOW, Verdict};
    use protocol::types::ids::SubjectFormat;
    use protocol::types::{AppLinks, Asks, ClientKind, ClientStatus, Person};
    use protocol::{Policy, Transition};

    #[test]
    fn a_client_id_is_never_a_subject() {
        let sentence = "SHOULD NOT allow clients to influence their client_id or \
                        any claim that could cause confusion with a genuine resource owner";
        let mint = Counter::starting_at(NOW);
        for _ in 0..200 {
            let new = NewApp {
                name: "user_10".to_owned(),
                homepage: "https://app.example".to_owned(),
                description: String::new(),
                links: AppLinks::default(),
                owner: Person::for_tests(),
                organization: None,
                kind: ClientKind::Confidential,
                authentication: NewAuthentication::default(),
                redirect_uris: vec!["https://app.example/cb".to_owned()],
                grants: None,
                scopes: None,
                asks: Asks::default(),
                resource_server: false,
                dpop_bound: false,
                openid: protocol::types::RelyingParty::default(),
                reviewed: false,
                status: ClientStatus::Active,
                logo: None,
                side: protocol::types::Side::Live,
                by: protocol::register::Registrar::Operator,
            };
            let change = register(new, &Policy::for_tests(), NOW, &mint).change();
            let Some(Transition::App(protocol::transition::AppChange::Register { client, .. })) =
                change
            else {
                panic!("{sentence}");
            };
            assert!(
                client.id.bytes().all(|b| b.is_ascii_alphanumeric()),
                "{sentence}"
            );
            for format in [
                SubjectFormat::Prefixed("user_".to_owned()),
                SubjectFormat::Number,
            ] {
                assert_eq!(format.read(&client.id), None, "{sentence}: {}", client.id);
            }
        }
    }
}
