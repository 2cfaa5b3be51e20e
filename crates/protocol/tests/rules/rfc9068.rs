//! RFC 9068, JWT Profile for OAuth 2.0 Access Tokens: how they are made, and what the provider takes for one. What an API
//! checks (§4) stands in the tests of the crate `verify`.

/// A provider with APIs, and what its tokens say.
mod made {
    use jose::jwt::Claims;
    use protocol::apis::{Api, TokenForm};
    use protocol::signer::{Signer, Wanted};
    use protocol::signing_keys::SigningAlgorithm::{EdDsa, Es256};
    use protocol::testing::{Case, Verdict, json};
    use protocol::transition::GrantChange;
    use protocol::types::{AccessToken, Lifetime};
    use protocol::{Policy, Transition};

    /// The API whose tokens most tests are about.
    pub(crate) const TASKS: &str = "https://tasks.example";
    /// Another that wants the same.
    pub(crate) const PEOPLE: &str = "https://people.example";
    /// One that asks.
    pub(crate) const ASKING: &str = "https://asking.example";

    /// Tells APIs apart: of tasks and of people with JWTs, one with opaque tokens, and one that signs otherwise.
    pub(crate) fn with_apis(policy: &mut Policy) {
        let api = |identifier: &str, scopes: &[&str], form, minutes| Api {
            identifier: identifier.to_owned(),
            scopes: scopes.iter().map(|name| (*name).to_owned()).collect(),
            form,
            lifetime: Lifetime::from_minutes(minutes),
        };
        policy.apis = vec![
            api(
                TASKS,
                &["tasks:read", "tasks:write"],
                TokenForm::Jwt(Es256),
                5,
            ),
            api(PEOPLE, &["identity"], TokenForm::Jwt(Es256), 3),
            api(ASKING, &["api"], TokenForm::Opaque, 60),
            api("urn:example:other", &["api:v1"], TokenForm::Jwt(EdDsa), 5),
        ];
    }

    /// A case of a provider with APIs.
    pub(crate) fn case(case: Case) -> Case {
        case.with(|case| with_apis(&mut case.policy))
    }

    /// Every way to a token, each for tasks.
    pub(crate) fn every_grant() -> [Case; 4] {
        let own = Case::own_behalf().with(|case| case.set("scope", "tasks:read"));
        [Case::code(), Case::refresh(), Case::device(), own].map(case)
    }

    /// The text of the access token that is answered.
    pub(crate) fn text(case: &Case) -> String {
        let reply = json(&case.answer().reply());
        reply["access_token"].as_str().expect("a token").to_owned()
    }

    /// The row that is written of it.
    pub(crate) fn row(case: &Case) -> AccessToken {
        match case.answer().change() {
            Some(Transition::Grant(
                GrantChange::Redeem { access, .. }
                | GrantChange::Rotate { access, .. }
                | GrantChange::IssueAccessToken(access),
            )) => access,
            other => panic!("no token: {other:?}"),
        }
    }

    /// What a token says that the provider signed.
    pub(crate) fn claims(case: &Case, text: &str) -> Claims {
        let wanted = Wanted {
            typ: "at+jwt",
            issuer: &case.policy.issuer,
            expired: false,
        };
        let read = case.signer.read(text, wanted, case.now);
        read.unwrap_or_else(|fault| panic!("{fault}: {text}"))
    }

    /// A claim that is text.
    pub(crate) fn said<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
        claims
            .other
            .get(name)
            .map(|value| value.as_str().expect("text"))
    }

    /// Whether a token is opaque.
    pub(crate) fn is_opaque(text: &str) -> bool {
        wire::Presented::parse(text).is_some()
    }
}

mod section_2_1_header {
    use super::made::{claims, every_grant, text};
    use jose::jws::Unverified;
    use jose::{SigningAlgorithm, SigningKey};
    use protocol::apis::TokenForm;
    use protocol::testing::{Case, Verdict};
    use protocol::token::TokenError;
    use std::sync::Arc;

    #[test]
    fn the_type_says_that_it_is_an_access_token() {
        let sentence = "JWT access tokens MUST include this media type in the \"typ\" header parameter […] the \"typ\" value \
                        used SHOULD be \"at+jwt\".";
        for case in every_grant() {
            let text = text(&case);
            let read = Unverified::parse(&text).expect("a JWT");
            assert_eq!(read.header().typ(), Some("at+jwt"), "{sentence}");
        }
    }

    #[test]
    fn it_is_signed_by_an_asymmetric_key_of_the_provider() {
        let sentence = "JWT access tokens MUST be signed. […] JWT access tokens MUST NOT use \"none\" as the signing algorithm.";
        for case in every_grant() {
            let text = text(&case);
            // Reading verifies.
            claims(&case, &text);
            let read = Unverified::parse(&text).expect("a JWT");
            assert_eq!(read.header().algorithm().name(), "ES256", "{sentence}");
            assert!(read.header().kid().is_some());
        }
    }

    #[test]
    fn rs256_is_among_the_algorithms() {
        let sentence = "The authorization server and resource server conforming to this specification MUST include RS256 […] \
                        among their supported signature algorithms.";
        let case = super::made::case(Case::code()).with(|case| {
            let key = SigningKey::generate(SigningAlgorithm::Rs256);
            case.signer.published = Arc::new(
                [key.verifying().expect("its public part")]
                    .into_iter()
                    .collect(),
            );
            case.signer.signing.push(Arc::new(key));
            case.policy.apis[0].form = TokenForm::Jwt(SigningAlgorithm::Rs256);
        });
        claims(&case, &text(&case));
        let text = text(&case);
        let read = Unverified::parse(&text).expect("a JWT");
        assert_eq!(read.header().algorithm().name(), "RS256", "{sentence}");
    }

    #[test]
    fn without_a_key_there_is_no_token_and_nothing_is_used_up() {
        for case in every_grant() {
            let case = case.with(|case| case.signer.signing.clear());
            let decision = case.answer();
            let (change, answer) = decision.into_parts();
            assert!(
                change.is_none(),
                "the code or refresh token can be shown again"
            );
            assert_eq!(answer.expect_err("no key"), TokenError::CannotSign);
            assert_eq!(case.answer().error().status(), 503);
        }
    }
}

mod section_2_2_data_structure {
    use super::made::{TASKS, claims, every_grant, row, said, text};
    use jose::jwt::Audience;
    use protocol::organizations::public_id;
    use protocol::revocations::name_of;
    use protocol::testing::Case;
    use protocol::types::{Locator, Side};

    #[test]
    fn every_required_claim_is_there() {
        for case in every_grant() {
            let (row, text) = (row(&case), text(&case));
            let claims = claims(&case, &text);
            assert_eq!(
                claims.iss.as_deref(),
                Some("https://issuer.example"),
                "iss REQUIRED"
            );
            assert_eq!(claims.exp, Some(case.now.0 + 300), "exp REQUIRED");
            assert_eq!(row.expires_at.0, case.now.0 + 300);
            assert_eq!(
                claims.aud,
                Some(Audience::One(TASKS.to_owned())),
                "aud REQUIRED"
            );
            assert_eq!(
                said(&claims, "client_id"),
                Some("app"),
                "client_id REQUIRED"
            );
            assert_eq!(claims.iat, Some(case.now.0), "iat REQUIRED");
            assert_eq!(said(&claims, "scope"), Some(row.scope.as_str()));
        }
    }

    #[test]
    fn sub_is_the_person_or_the_app() {
        let sentence = "In cases of access tokens obtained through grants where a resource owner is involved […] the value of \
                        \"sub\" SHOULD correspond to the subject identifier of the resource owner. […] where no resource owner \
                        is involved […] an identifier the authorization server uses to indicate the client application.";
        let subs = every_grant().map(|case| claims(&case, &text(&case)).sub);
        let ann = Some("user_7".to_owned());
        assert_eq!(
            subs,
            [ann.clone(), ann.clone(), ann, Some("app".to_owned())],
            "{sentence}"
        );
    }

    #[test]
    fn jti_names_the_row_which_holds_the_digest_of_the_text() {
        for case in every_grant() {
            // Each answer mints anew, so text and row are taken of one.
            let text = text(&case);
            let presented = wire::Presented::parse_jwt(&text).expect("an access token");
            let claims = claims(&case, &text);
            let id = Locator(presented.locator);
            assert_eq!(claims.jti, Some(name_of(id)), "jti REQUIRED");
            assert_eq!(presented.digest, jose::Digest::of(text.as_bytes()));
        }
    }

    #[test]
    fn the_feed_and_introspection_name_what_it_belongs_to_as_it_does() {
        for case in every_grant() {
            let claims = claims(&case, &text(&case));
            let row = row(&case);
            let grant = row.subject.map(|_| name_of(row.grant));
            assert_eq!(said(&claims, "grant_id"), grant.as_deref());
            assert_eq!(said(&claims, "organization"), None);
            assert_eq!(said(&claims, "mode"), None);
        }
        let case = super::made::case(Case::code()).with(|case| {
            case.code_mut().code.organization = Some(Locator(9));
            case.client.side = Side::Test;
            case.code_mut().person.as_mut().expect("a person").test_app = Some(case.client.no);
        });
        let claims = claims(&case, &text(&case));
        assert_eq!(
            said(&claims, "organization"),
            Some(public_id(Locator(9)).as_str())
        );
        assert_eq!(said(&claims, "mode"), Some("test"));
    }

    #[test]
    fn nothing_else_is_said_of_a_person() {
        let case = super::made::case(Case::code());
        let claims = claims(&case, &text(&case));
        let names: Vec<&str> = claims.other.keys().map(String::as_str).collect();
        assert_eq!(names, ["auth_time", "client_id", "grant_id", "scope"]);
    }
}

mod section_2_2_1_authentication_information {
    use super::made::{case, claims, said, text};
    use protocol::openid::OpenIdPolicy;
    use protocol::signing_keys::SigningAlgorithm;
    use protocol::testing::Case;
    use protocol::types::Lifetime;

    #[test]
    fn acr_is_what_was_agreed_on() {
        let case = case(Case::code()).with(|case| {
            let openid = OpenIdPolicy {
                id_token: Lifetime::from_minutes(5),
                algorithm: SigningAlgorithm::Es256,
                algorithms: vec![SigningAlgorithm::Es256],
                acr: Some("urn:example:password".to_owned()),
                mapped: Vec::new(),
            };
            case.policy.openid = Some(Box::new(openid));
        });
        let read = claims(&case, &text(&case));
        assert_eq!(said(&read, "acr"), Some("urn:example:password"));
        let own = Case::own_behalf().with(|own| own.policy = case.policy.clone());
        assert_eq!(
            said(&claims(&own, &text(&own)), "acr"),
            None,
            "nobody signed in"
        );
    }

    #[test]
    fn auth_time_is_that_of_the_authorization_however_often_the_token_is_renewed() {
        let sentence = "Their values are fixed and remain the same across all access tokens that derive from a given \
                        authorization response";
        for (grant, expected) in [
            (Case::code(), Case::code().code_mut().code.auth_time),
            (
                Case::refresh(),
                Case::refresh().refresh_mut().grant.auth_time,
            ),
        ] {
            let case = case(grant);
            let claims = claims(&case, &text(&case));
            assert_eq!(claims.other["auth_time"], expected.0, "{sentence}");
        }
        let own = case(Case::own_behalf());
        assert!(
            !claims(&own, &text(&own)).other.contains_key("auth_time"),
            "nobody signed in"
        );
    }
}

mod section_2_2_3_authorization_claims {
    use super::made::{PEOPLE, TASKS, case, claims, is_opaque, said, text};
    use jose::jwt::Audience;
    use protocol::testing::{Case, scope};

    /// A code for this scope.
    fn of(names: &str) -> Case {
        let scope = scope(names);
        case(Case::code()).with(|case| case.code_mut().code.scope = scope)
    }

    #[test]
    fn every_name_in_scope_is_of_an_api_in_aud() {
        let sentence = "All the individual scope strings in the \"scope\" claim MUST have meaning for the resources indicated in \
                        the \"aud\" claim.";
        let case = of("tasks:read identity");
        let claims = claims(&case, &text(&case));
        let both = Audience::List(vec![TASKS.to_owned(), PEOPLE.to_owned()]);
        assert_eq!(claims.aud, Some(both), "{sentence}");
        assert_eq!(said(&claims, "scope"), Some("tasks:read identity"));
        assert_eq!(
            claims.exp,
            Some(case.now.0 + 180),
            "the more cautious of both"
        );
        // A name that is of no API makes it opaque.
        assert!(
            is_opaque(&text(&of("tasks:read admin:users"))),
            "{sentence}"
        );
    }

    #[test]
    fn what_would_be_ambiguous_is_no_jwt() {
        let sentence = "The authorization server MUST NOT issue a JWT access token if the authorization granted by the token \
                        would be ambiguous.";
        for names in ["api", "tasks:read api", "admin:users", "tasks:read api:v1"] {
            assert!(is_opaque(&text(&of(names))), "{sentence} {names}");
        }
        for names in [
            "tasks:read",
            "identity",
            "tasks:write identity tasks:read",
            "api:v1",
        ] {
            assert!(!is_opaque(&text(&of(names))), "{names}");
        }
    }

    #[test]
    fn a_narrower_refresh_is_for_fewer_apis() {
        let wide = scope("tasks:read identity api");
        let wide = case(Case::refresh()).with(|case| case.refresh_mut().grant.scope = wide);
        assert!(is_opaque(&text(&wide)));
        let narrow = wide.with(|case| case.set("scope", "identity"));
        let claims = claims(&narrow, &text(&narrow));
        assert_eq!(claims.aud, Some(Audience::One(PEOPLE.to_owned())));
    }

    /// Scopes of OpenID Connect have meaning for the provider, which is named then.
    #[test]
    fn what_is_told_at_userinfo_is_for_the_provider_itself() {
        let of = |names: &str| {
            of(names).with(|case| {
                for entry in &mut case.policy.scopes {
                    entry.opens_userinfo = entry.name == "admin:users";
                }
            })
        };
        let case = of("tasks:read admin:users");
        let claims = claims(&case, &text(&case));
        let both = vec![TASKS.to_owned(), case.policy.issuer.clone()];
        assert_eq!(claims.aud, Some(Audience::List(both)));
        assert_eq!(
            claims.exp,
            Some(case.now.0 + 300),
            "as long as the API says"
        );
        assert!(
            is_opaque(&text(&of("admin:users"))),
            "for the provider alone"
        );
    }

    #[test]
    fn our_own_api_has_opaque_tokens_as_before() {
        let case = of("valetkey:apps").with(|case| {
            case.client.approved = scope("valetkey:apps");
        });
        assert!(is_opaque(&text(&case)));
    }
}

mod section_3_requesting {
    use super::made::{TASKS, case, claims, text};
    use jose::jwt::Audience;
    use protocol::testing::Case;

    #[test]
    fn the_scope_says_for_which_api_it_is() {
        let sentence = "If the request does not include a \"resource\" parameter, the authorization server MUST use a default \
                        resource indicator in the \"aud\" claim. If a \"scope\" parameter is present in the request, the \
                        authorization server SHOULD use it to infer the value";
        // Without a scope the default one, `tasks:read`.
        let case = case(Case::own_behalf());
        let claims = claims(&case, &text(&case));
        assert_eq!(
            claims.aud,
            Some(Audience::One(TASKS.to_owned())),
            "{sentence}"
        );
    }

    #[test]
    fn without_apis_nothing_is_a_jwt() {
        for case in [
            Case::code(),
            Case::refresh(),
            Case::device(),
            Case::own_behalf(),
        ] {
            assert!(super::made::is_opaque(&text(&case)));
        }
    }
}

mod section_5_security_considerations {
    use super::made::{case, claims, said, text};
    use jose::SigningKey;
    use protocol::Policy;
    use protocol::lookup::{Found, Lookup, TokenKind};
    use protocol::revocations::name_of;
    use protocol::testing::{Case, NOW, access_facts};
    use protocol::types::Locator;
    use protocol::types::ids::SubjectFormat;

    #[test]
    fn no_client_id_passes_for_a_person() {
        let sentence = "Authorization servers should prevent scenarios where clients can affect the value of the \"sub\" claim \
                        in ways that could confuse resource servers.";
        let number = SubjectFormat::Number;
        let prefixed = SubjectFormat::Prefixed("user_".to_owned());
        for (format, id, sub) in [
            (&number, "7", "app:7"),
            (&number, "app", "app"),
            (&prefixed, "user_7", "app:user_7"),
            (&prefixed, "7", "7"),
        ] {
            let case = case(Case::own_behalf()).with(|case| {
                case.policy.subjects = format.clone();
                case.client.id = id.to_owned();
                case.set("client_id", id);
            });
            let claims = claims(&case, &text(&case));
            assert_eq!(claims.sub.as_deref(), Some(sub), "{sentence}");
            assert_eq!(said(&claims, "client_id"), Some(id));
            assert!(format.read(sub).is_none() && wire::introspection::is_app(sub, id));
        }
    }

    /// Signed by the provider's own key: only the type tells what it is.
    fn signed(typ: &str, jti: &str) -> String {
        let key = SigningKey::generate(jose::SigningAlgorithm::Es256);
        jose::jws::sign(&key, typ, format!(r#"{{"jti":"{jti}"}}"#).as_bytes())
    }

    #[test]
    fn what_is_no_access_token_is_taken_for_none() {
        let sentence = "The explicit typing required in this profile […] helps the resource server to distinguish between JWT \
                        access tokens and OpenID Connect ID Tokens.";
        let (policy, id) = (Policy::for_tests(), Locator::first_at(NOW));
        let jti = name_of(id);
        for typ in [
            "JWT",
            "logout+jwt",
            "client-authentication+jwt",
            "secevent+jwt",
            "",
        ] {
            let kind = TokenKind::of(&signed(typ, &jti), &policy);
            assert_eq!(kind.lookup(), Lookup::Nothing, "{sentence} {typ}");
        }
        let kind = TokenKind::of(&signed("at+jwt", &jti), &policy);
        assert_eq!(kind.lookup(), Lookup::AccessToken(id));
    }

    /// Its row holds the digest of the text that was signed, so a text that differs in one letter is another.
    #[test]
    fn a_text_that_was_not_made_here_is_no_token_whoever_signed_it() {
        let (policy, mut facts) = (Policy::for_tests(), access_facts(Locator::first_at(NOW)));
        let jti = name_of(facts.token.id);
        let own = signed("at+jwt", &jti);
        facts.token.digest = jose::Digest::of(own.as_bytes());
        let found = Found::AccessToken(facts);
        let known = |text: &str| {
            let verified = TokenKind::of(text, &policy).verified(found.clone());
            matches!(verified, Found::AccessToken(_))
        };
        assert!(known(&own));
        // The same claims by the same kind of key, and by the same key once more.
        assert!(!known(&signed("at+jwt", &jti)));
        let (signed_part, _) = own.rsplit_once('.').expect("three parts");
        assert!(!known(signed_part) && !known(&format!("{own}.")) && !known(&format!("{own}A")));
    }
}
