//! RFC 8628, Device Authorization Grant.
mod case;

mod section_3_1_device_authorization_request {
    use crate::case::{Case, Spoil, Verdict, scope};
    use protocol::client_auth::{ClientFault, authenticate};
    use protocol::device::{DeviceRequest, authorize};
    use protocol::token::{RawRequest, RequestFault, ScopeRefusal, TokenError};
    use protocol::types::{GrantType, Lifetime, Scope};
    use protocol::{Decision, Transition};
    use std::sync::Arc;

    fn parse(body: &str) -> Result<DeviceRequest, TokenError> {
        let raw = RawRequest {
            authorization: None,
            content_type: Some("application/x-www-form-urlencoded"),
            query: None,
            body: body.as_bytes(),
        };
        DeviceRequest::parse(&raw, &crate::case::policy())
    }

    /// The decision for a public app that was changed.
    pub(crate) fn ask(
        asked: Option<Scope>,
        spoil: Spoil,
    ) -> Decision<protocol::device::DeviceReply, TokenError> {
        let case = Case::device().with(spoil);
        authorize(asked.as_ref(), &case.authenticated(), &case.context())
    }

    /// "client_id REQUIRED if the client is not authenticating with the authorization server"
    #[test]
    fn client_id_is_required() {
        let missing = |error| match error {
            TokenError::InvalidClient { fault, .. } => fault == ClientFault::Missing,
            _ => false,
        };
        assert!(missing(parse("scope=tasks%3Aread").unwrap_err()));
        let asked = parse("client_id=app&scope=tasks%3Aread").expect("a request");
        assert_eq!(asked.credentials.client_id, "app");
        assert_eq!(asked.scope, Some(scope("tasks:read")));
    }

    /// "Parameters sent without a value MUST be treated as if they were omitted from the request."
    #[test]
    fn an_empty_parameter_is_none() {
        assert_eq!(
            parse("client_id=app&scope=").expect("a request").scope,
            None
        );
    }

    /// "The authorization server MUST ignore unrecognized request parameters."
    #[test]
    fn unknown_parameters_are_ignored() {
        assert!(parse("client_id=app&colour=blue").is_ok());
    }

    /// "Request and response parameters MUST NOT be included more than once."
    #[test]
    fn no_parameter_stands_twice() {
        let fault = parse("client_id=app&client_id=app").unwrap_err();
        let twice = TokenError::InvalidRequest(RequestFault::Repeated("client_id".to_owned()));
        assert_eq!(fault, twice);
    }

    /// "The client authentication requirements of Section 3.2.1 of [RFC6749] apply to requests on this endpoint"
    #[test]
    fn a_confidential_client_authenticates() {
        let asked = parse("client_id=app").expect("a request");
        let found = Some(Arc::new(crate::case::client()));
        assert!(authenticate(&asked.credentials, found).is_err());
    }

    #[test]
    fn only_an_app_that_may_use_the_grant_gets_codes() {
        let error = ask(None, |case| case.client.grants.clear()).error();
        assert_eq!(error, TokenError::UnauthorizedClient(GrantType::DeviceCode));
    }

    #[test]
    fn a_scope_is_checked_as_everywhere() {
        let restricted = ask(Some(scope("admin:users")), |_| {}).error();
        let refusal = ScopeRefusal::Restricted("admin:users".to_owned());
        assert_eq!(restricted, TokenError::InvalidScope(refusal));
        let Some(Transition::KeepDevice(device)) = ask(None, |_| {}).change() else {
            panic!("a request is kept");
        };
        assert_eq!(device.scope, scope("tasks:read"), "the default");
        assert!(!device.scope_named);
        assert_eq!(device.pace.interval, Lifetime::from_seconds(5));
    }
}

mod section_3_2_device_authorization_response {
    use super::section_3_1_device_authorization_request::ask;
    use crate::case::{NOW, Verdict, fields};
    use jose::Presented;
    use protocol::Transition;
    use protocol::types::UserCode;
    use serde_json::{Value, json};

    fn reply() -> Value {
        serde_json::to_value(ask(None, |_| {}).reply()).expect("JSON")
    }

    /// "device_code REQUIRED", "user_code REQUIRED", "verification_uri REQUIRED", "expires_in REQUIRED"
    #[test]
    fn the_response_has_every_member() {
        let reply = reply();
        let mut names = fields(&reply);
        names.sort_unstable();
        let expected = [
            "device_code",
            "expires_in",
            "interval",
            "user_code",
            "verification_uri",
            "verification_uri_complete",
        ];
        assert_eq!(names, expected);
        assert_eq!(reply["verification_uri"], "https://issuer.example/device");
        assert_eq!(
            (&reply["expires_in"], &reply["interval"]),
            (&json!(600), &json!(5))
        );
        let complete = format!(
            "https://issuer.example/device?user_code={}",
            reply["user_code"].as_str().unwrap_or_default()
        );
        assert_eq!(reply["verification_uri_complete"], complete);
    }

    /// What is stored is a digest of each code, and ends when the response says so.
    #[test]
    fn neither_code_is_stored_in_the_clear() {
        let decision = ask(None, |_| {});
        let protocol::Decision::Granted { transition, reply } = decision else {
            panic!("granted");
        };
        let reply = serde_json::to_value(reply).expect("JSON");
        let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
        let Some(Transition::KeepDevice(device)) = transition else {
            panic!("a request is kept");
        };
        let code = Presented::parse(&text("device_code")).expect("a token text");
        assert_eq!((code.locator, code.digest), (device.id.0, device.digest));
        let user_code = UserCode::parse(&text("user_code")).expect("a user code");
        assert_eq!(user_code.digest(), device.user_code);
        assert_eq!(device.expires_at.0, NOW.0 + 600);
    }
}

mod section_3_3_user_interaction {
    use crate::case::{Case, NOW, Spoil, Verdict, session};
    use protocol::Transition;
    use protocol::device::{UserCodeFault, answer};
    use protocol::types::{ClientStatus, DeviceAnswer, Locator, Scope, Subject, UnixTime};

    fn decide(allowed: bool, spoil: Spoil) -> protocol::Decision<(), UserCodeFault> {
        let mut case = Case::device();
        case.device_mut().device.answer = None;
        let case = case.with(spoil);
        let facts = case.device.clone().expect("a device");
        answer(
            &facts,
            Some(&case.client),
            allowed,
            &session(),
            &case.context(),
        )
    }

    #[test]
    fn yes_and_no_are_kept_with_who_said_it() {
        let Some(Transition::AnswerDevice {
            answer, subject, ..
        }) = decide(true, |_| {}).change()
        else {
            panic!("an answer is kept");
        };
        assert_eq!(subject, Subject(7));
        let DeviceAnswer::Allowed { at, auth_time, .. } = answer else {
            panic!("allowed");
        };
        assert!(at > Locator::first_at(UnixTime(NOW.0 - 1)));
        assert_eq!(auth_time, session().session.auth_time);
        let Some(Transition::AnswerDevice { answer, .. }) = decide(false, |_| {}).change() else {
            panic!("an answer is kept");
        };
        assert_eq!(answer, DeviceAnswer::Denied);
    }

    #[test]
    fn nothing_is_asked_for_a_code_that_leads_nowhere() {
        let cases: [(Spoil, UserCodeFault); 7] = [
            (
                |case| case.now = case.device_mut().device.expires_at,
                UserCodeFault::Expired,
            ),
            (
                |case| case.device_mut().device.answer = Some(DeviceAnswer::Denied),
                UserCodeFault::Answered,
            ),
            (
                |case| case.client.status = ClientStatus::Disabled,
                UserCodeFault::Client,
            ),
            (
                |case| case.client.status = ClientStatus::Pending,
                UserCodeFault::Client,
            ),
            (|case| case.client.grants.clear(), UserCodeFault::Client),
            (
                |case| case.client.cutoff = Locator(i64::MAX),
                UserCodeFault::Client,
            ),
            (
                |case| case.client.scopes = Some(Scope::default()),
                UserCodeFault::Client,
            ),
        ];
        for (spoil, fault) in cases {
            let decision = decide(true, spoil);
            let protocol::Decision::Refused { error, transition } = decision else {
                panic!("expected {fault:?}");
            };
            assert_eq!(error, fault);
            assert!(transition.is_none());
        }
    }
}

mod section_3_4_device_access_token_request {
    use crate::case::{Case, Spoil, Verdict, fields, json, text};
    use protocol::Transition;
    use protocol::client_auth::ClientFault;
    use protocol::token::{GrantFault, RequestFault, TokenError};
    use protocol::transition::RevocationCause;
    use protocol::types::{ClientNo, GrantType, Locator, Subject};

    /// "grant_type REQUIRED. Value MUST be set to "urn:ietf:params:oauth:grant-type:device_code"."
    #[test]
    fn the_grant_type_is_the_urn() {
        let short = Case::device().with(|case| case.set("grant_type", "device_code"));
        assert_eq!(short.answer().error(), TokenError::UnsupportedGrantType);
        let off = Case::device().with(|case| case.policy.grants = vec![GrantType::RefreshToken]);
        assert_eq!(off.answer().error(), TokenError::UnsupportedGrantType);
    }

    /// "device_code REQUIRED."
    #[test]
    fn the_device_code_is_required() {
        let missing = Case::device().with(|case| case.unset("device_code"));
        let fault = TokenError::InvalidRequest(RequestFault::Missing("device_code"));
        assert_eq!(missing.answer().error(), fault);
    }

    /// "client_id REQUIRED if the client is not authenticating with the authorization server"
    #[test]
    fn the_client_is_known() {
        let unnamed = Case::device().with(|case| case.unset("client_id"));
        let TokenError::InvalidClient { fault, .. } = unnamed.answer().error() else {
            panic!("invalid_client");
        };
        assert_eq!(fault, ClientFault::Missing);
    }

    #[test]
    fn what_the_person_allowed_is_given_once() {
        let decision = Case::device().answer();
        let Some(Transition::RedeemCode {
            grant,
            access,
            refresh,
        }) = decision.change()
        else {
            panic!("a grant begins");
        };
        let device = Case::device().device.expect("a device").device;
        assert_eq!(grant.id, device.id, "the insert of the grant is the guard");
        assert_eq!((grant.subject, &grant.scope), (Subject(7), &device.scope));
        assert!(access.grant == grant.id && refresh.is_some());
        let reply = json(&Case::device().answer().reply());
        let expected = [
            "access_token",
            "expires_in",
            "refresh_token",
            "scope",
            "token_type",
        ];
        let mut names = fields(&reply);
        names.sort_unstable();
        assert_eq!(names, expected);
        let alone = Case::device().with(|case| case.client.grants = vec![GrantType::DeviceCode]);
        assert!(json(&alone.answer().reply()).get("refresh_token").is_none());
    }

    /// A device code that comes a second time ends what it gave: whoever came first may have stolen it.
    #[test]
    fn a_second_time_revokes() {
        let used = Case::device().with(|case| case.device_mut().redeemed = true);
        let protocol::Decision::Refused { error, transition } = used.answer() else {
            panic!("refused");
        };
        assert_eq!(error, TokenError::InvalidGrant(GrantFault::Replayed));
        let Some(Transition::RevokeGrant { grant, cause, .. }) = transition else {
            panic!("revoked");
        };
        let id = Case::device().device.expect("a device").device.id;
        assert_eq!((grant, cause), (id, RevocationCause::CodeReplay));
    }

    /// Everything that makes a device code worth nothing; none of it tells anything or changes anything.
    #[test]
    fn a_code_is_bound_to_its_client_and_its_secret() {
        let cases: [(Spoil, GrantFault); 6] = [
            (
                |case| case.set("device_code", "dc_garbage"),
                GrantFault::Unknown,
            ),
            (|case| case.device = None, GrantFault::Unknown),
            (
                |case| {
                    let id = case.device_mut().device.id;
                    case.device_mut().device.digest = text("xx_", id).digest();
                },
                GrantFault::Digest,
            ),
            (|case| case.client.no = ClientNo(2), GrantFault::OtherClient),
            (
                |case| {
                    case.client.no = ClientNo(2);
                    case.device_mut().redeemed = true;
                },
                GrantFault::OtherClient,
            ),
            (
                |case| {
                    case.device_mut().redeemed = true;
                    let id = case.device_mut().device.id;
                    case.device_mut().device.digest = text("xx_", id).digest();
                },
                GrantFault::Digest,
            ),
        ];
        for (spoil, fault) in cases {
            let decision = Case::device().with(spoil).answer();
            let protocol::Decision::Refused { error, transition } = decision else {
                panic!("expected {fault:?}");
            };
            assert_eq!(error, TokenError::InvalidGrant(fault));
            assert!(transition.is_none());
        }
    }

    /// Between the answer and the poll the person or the app may be switched off.
    #[test]
    fn the_standing_is_judged_again() {
        let cases: [Spoil; 4] = [
            |case| case.device_mut().person = None,
            |case| {
                let now = case.now;
                let person = case.device_mut().person.as_mut().expect("a person");
                person.disabled_at = Some(now);
            },
            |case| {
                let person = case.device_mut().person.as_mut().expect("a person");
                person.cutoff = Locator(i64::MAX);
            },
            |case| case.client.cutoff = Locator(i64::MAX),
        ];
        for spoil in cases {
            let error = Case::device().with(spoil).answer().error();
            assert_eq!(error, TokenError::InvalidGrant(GrantFault::Person));
        }
        // Switched off and on again before the answer: the answer counts, not when the device asked.
        let back = Case::device().with(|case| {
            let asked = case.device_mut().device.id;
            let person = case.device_mut().person.as_mut().expect("a person");
            person.cutoff = Locator(asked.0 + 1);
        });
        assert!(back.answer().change().is_some());
    }
}

mod section_3_5_device_access_token_response {
    use crate::case::{Case, NOW, Spoil};
    use protocol::policy::ErrorAliases;
    use protocol::token::TokenError;
    use protocol::types::{DeviceAnswer, Lifetime, Pace, UnixTime};
    use protocol::{Decision, Transition};

    fn refused(spoil: Spoil) -> (TokenError, Option<Transition>) {
        match Case::device().with(spoil).answer() {
            Decision::Refused { error, transition } => (error, transition),
            granted => panic!("granted: {granted:?}"),
        }
    }

    fn code(error: &TokenError) -> (u16, String) {
        (
            error.status(),
            error.code(&ErrorAliases::default()).to_owned(),
        )
    }

    /// "authorization_pending: The authorization request is still pending"
    #[test]
    fn pending_until_there_is_an_answer() {
        let (error, change) = refused(|case| case.device_mut().device.answer = None);
        assert_eq!(code(&error), (400, "authorization_pending".to_owned()));
        let Some(Transition::PollDevice { before, after, .. }) = change else {
            panic!("the poll is noted");
        };
        assert_eq!(before.interval, after.interval);
        assert_eq!(after.polled_at, Some(NOW));
    }

    /// "slow_down: … the interval MUST be increased by 5 seconds for this and all subsequent requests."
    #[test]
    fn too_soon_makes_the_interval_longer_for_good() {
        let (error, change) = refused(|case| {
            let device = &mut case.device_mut().device;
            device.answer = None;
            device.pace.polled_at = Some(UnixTime(NOW.0 - 4));
        });
        assert_eq!(code(&error), (400, "slow_down".to_owned()));
        let Some(Transition::PollDevice { after, .. }) = change else {
            panic!("the poll is noted");
        };
        assert_eq!(after.interval, Lifetime::from_seconds(10));
        // What was in time before is too soon now.
        let slowed = |seconds: i64| {
            let mut case = Case::device();
            case.device_mut().device.answer = None;
            case.device_mut().device.pace = Pace {
                interval: after.interval,
                polled_at: Some(UnixTime(NOW.0 - seconds)),
            };
            match case.answer() {
                Decision::Refused { error, .. } => error,
                granted => panic!("granted: {granted:?}"),
            }
        };
        let interval = Lifetime::from_seconds(15);
        assert_eq!(slowed(9), TokenError::SlowDown { interval });
        assert_eq!(slowed(10), TokenError::AuthorizationPending);
    }

    #[test]
    fn the_first_poll_is_never_too_soon() {
        let (error, _) = refused(|case| {
            let device = &mut case.device_mut().device;
            device.answer = None;
            device.pace.polled_at = None;
        });
        assert_eq!(error, TokenError::AuthorizationPending);
    }

    #[test]
    fn the_interval_never_outgrows_an_hour() {
        let (error, _) = refused(|case| {
            let device = &mut case.device_mut().device;
            device.answer = None;
            device.pace = Pace {
                interval: Lifetime::from_minutes(60),
                polled_at: Some(NOW),
            };
        });
        let interval = Lifetime::from_minutes(60);
        assert_eq!(error, TokenError::SlowDown { interval });
    }

    /// "access_denied: The authorization request was denied."
    #[test]
    fn a_no_is_told() {
        let (error, change) =
            refused(|case| case.device_mut().device.answer = Some(DeviceAnswer::Denied));
        assert_eq!(code(&error), (400, "access_denied".to_owned()));
        assert!(change.is_none());
    }

    /// "expired_token: The "device_code" has expired, and the device authorization session has concluded."
    #[test]
    fn an_expired_code_is_told_whatever_was_answered() {
        let cases: [Spoil; 3] = [
            |case| case.device_mut().device.answer = None,
            |case| case.device_mut().device.answer = Some(DeviceAnswer::Denied),
            |_| {},
        ];
        for spoil in cases {
            let mut case = Case::device().with(spoil);
            case.now = case.device_mut().device.expires_at;
            let Decision::Refused { error, transition } = case.answer() else {
                panic!("granted");
            };
            assert_eq!(code(&error), (400, "expired_token".to_owned()));
            assert!(transition.is_none());
        }
    }

    /// An answer is not held back because the device asked too soon.
    #[test]
    fn the_pace_matters_only_while_it_waits() {
        let case = Case::device().with(|case| case.device_mut().device.pace.polled_at = Some(NOW));
        assert!(matches!(case.answer(), Decision::Granted { .. }));
    }
}

mod section_5_1_user_code_brute_forcing {
    use crate::case::{NOW, session};
    use protocol::Transition;
    use protocol::device::guess;
    use protocol::facts::Attempts;
    use protocol::types::{Locator, UnixTime};

    /// "the authorization server SHOULD rate-limit user code attempts": each of four counts can end the guessing.
    #[test]
    fn guesses_are_limited_by_session_account_source_and_in_all() {
        let attempt = guess(&session(), "192.0.2.1");
        let keys = attempt.keys();
        assert_eq!(keys.len(), 4);
        let none = Attempts {
            count: 0,
            since: UnixTime(0),
        };
        assert!(attempt.admit(&[none; 4], NOW).is_ok());
        for (at, limit) in [10, 30, 50, 5_000].into_iter().enumerate() {
            let mut counts = [none; 4];
            counts[at] = Attempts {
                count: limit,
                since: NOW,
            };
            assert!(attempt.admit(&counts, NOW).is_err(), "count {at}");
            counts[at].count -= 1;
            assert!(attempt.admit(&counts, NOW).is_ok(), "count {at}");
        }
    }

    #[test]
    fn another_session_or_source_is_counted_apart_but_for_the_whole() {
        let mut other = session();
        other.session.id = Locator(9);
        let here = guess(&session(), "192.0.2.1").keys();
        let there = guess(&other, "192.0.2.2").keys();
        let same: Vec<bool> = here.iter().zip(&there).map(|(a, b)| a == b).collect();
        assert_eq!(same, [false, true, false, true]);
    }

    /// A right code gives back what it was counted: people who type theirs correctly never add up to a limit.
    #[test]
    fn a_right_code_is_forgotten() {
        let attempt = guess(&session(), "192.0.2.1");
        let keys = attempt.keys();
        let Transition::ClearAttempts { own, shared, .. } =
            attempt.succeeded(session().person.subject)
        else {
            panic!("counts are cleared");
        };
        assert_eq!((own, shared), (keys[..2].to_vec(), keys[2..].to_vec()));
    }
}

mod section_6_1_user_code_recommendations {
    use proptest::prelude::*;
    use protocol::types::UserCode;

    fn read(text: &str) -> Option<String> {
        UserCode::parse(text).map(|code| code.to_string())
    }

    /// "The server should ignore any characters like "-" that are not in the user code character set", and case.
    #[test]
    fn it_is_read_as_people_type_it() {
        for typed in [
            "WDJB-MJHT",
            "wdjb-mjht",
            "WDJBMJHT",
            " wdjb mjht ",
            "W-D-J-B-M-J-H-T",
            "wdjb\u{2013}mjht",
            "wdjb.mjht",
            "WDJB_MJHT",
        ] {
            assert_eq!(read(typed).as_deref(), Some("WDJB-MJHT"), "{typed:?}");
        }
    }

    #[test]
    fn other_text_is_none() {
        let long = "-".repeat(100) + "WDJBMJHT";
        for typed in [
            "",
            "WDJB",
            "WDJB-MJH",
            "WDJB-MJHTT",
            "AEIO-UYAE",
            "WDJB-MJH1",
            "WDJB-MJH\u{0}",
            "\u{ff37}DJBMJHT",
            "WDJB+MJHT",
            &long,
        ] {
            assert_eq!(read(typed), None, "{typed:?}");
        }
    }

    /// "It is RECOMMENDED to avoid … characters that are easily confused": no vowels, no digits.
    #[test]
    fn every_letter_is_as_likely_as_another() {
        let mut seen = std::collections::BTreeMap::new();
        for byte in 0..=255u8 {
            let code = UserCode::from_random(&[byte; 32]).map(|code| code.to_string());
            assert_eq!(code.is_some(), byte < 240);
            for letter in code.iter().flat_map(|code| code.chars().next()) {
                *seen.entry(letter).or_insert(0) += 1;
            }
        }
        assert_eq!(seen.keys().collect::<String>(), "BCDFGHJKLMNPQRSTVWXZ");
        assert!(seen.values().all(|count| *count == 12));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(bytes in prop::array::uniform32(any::<u8>())) {
            if let Some(code) = UserCode::from_random(&bytes) {
                prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
                prop_assert_eq!(code.to_string().len(), 9);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Some(code) = UserCode::parse(&text) {
                prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
            }
        }
    }
}
