//! RFC 7523, JWTs for client authentication, with what RFC 7521 and RFC 10070 lay down for it.

/// An app that signs assertions, and one assertion that is right in every way.
mod signed {
    use jose::jwt::{self, Audience, Claims};
    use jose::{KeySet, SigningAlgorithm, SigningKey};
    use protocol::client_auth::{AssertionFault, ClientFault, Credentials, LetIn};
    use protocol::testing::{Case, NOW};
    use protocol::token::{TokenError, client_error};
    use protocol::transition::AssertionChange;
    use protocol::types::{Client, ClientKeys, KeySource, RegisteredKeys};
    use protocol::{Decision, Params, Policy, Transition};
    use std::sync::{Arc, LazyLock};

    pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    pub(crate) const TYP: &str = "client-authentication+jwt";
    pub(crate) static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256));

    pub(crate) fn keys_of(key: &SigningKey) -> RegisteredKeys {
        RegisteredKeys::register(&key.public().json()).expect("a public key")
    }

    pub(crate) fn app() -> Client {
        Client {
            secrets: Vec::new(),
            keys: Some(Box::new(ClientKeys {
                source: KeySource::Set(keys_of(&KEY)),
                algorithms: Vec::new(),
                ends_at: None,
            })),
            ..Client::for_tests()
        }
    }

    pub(crate) fn claims() -> Claims {
        Claims {
            iss: Some("app".to_owned()),
            sub: Some("app".to_owned()),
            aud: Some(Audience::One("https://issuer.example".to_owned())),
            exp: Some(NOW.0 + 60),
            iat: Some(NOW.0),
            jti: Some("1".to_owned()),
            ..Claims::default()
        }
    }

    /// The assertion with one change of its claims.
    pub(crate) fn with(change: impl FnOnce(&mut Claims)) -> String {
        let mut claims = claims();
        change(&mut claims);
        jwt::sign(&KEY, TYP, &claims)
    }

    pub(crate) fn params(assertion: &str) -> Params {
        Params::from_pairs([
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion),
        ])
    }

    /// What remembers the assertion that proves this app, or why it proves nothing.
    pub(crate) fn judged(
        assertion: &str,
        client: &Client,
        policy: &Policy,
    ) -> Result<AssertionChange, TokenError> {
        by_params(&params(assertion), client, policy)
    }

    pub(crate) fn by_params(
        params: &Params,
        client: &Client,
        policy: &Policy,
    ) -> Result<AssertionChange, TokenError> {
        let credentials = Credentials::from_request(None, params);
        let credentials = credentials.map_err(|fault| client_error(fault, false))?;
        let known = (credentials.client_id == client.id).then(|| Arc::new(client.clone()));
        let claimed = credentials.claimed(known, policy, LetIn::Active)?;
        let own = client.keys.as_ref().and_then(|keys| keys.set());
        let set = own.map_or_else(|| Arc::new(KeySet::default()), |own| own.set().clone());
        let case = Case {
            policy: policy.clone(),
            ..Case::own_behalf()
        };
        match claimed.prove(&set, &case.context()) {
            Decision::Granted {
                transition: Some(Transition::Assertion(change)),
                reply,
            } => {
                assert_eq!(reply.id, client.id);
                Ok(change)
            }
            Decision::Refused {
                transition: None,
                error,
            } => Err(error),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn taken(assertion: &str) -> bool {
        judged(assertion, &app(), &Policy::for_tests()).is_ok()
    }

    /// The error, which is `invalid_client` with 401 and names no header (§3.2).
    pub(crate) fn fault(assertion: &str) -> AssertionFault {
        fault_of(judged(assertion, &app(), &Policy::for_tests()))
    }

    pub(crate) fn fault_of(judged: Result<AssertionChange, TokenError>) -> AssertionFault {
        match judged {
            Err(TokenError::InvalidClient {
                fault: ClientFault::Assertion(fault),
                used_header: false,
            }) => fault,
            other => panic!("expected the fault of an assertion, got {other:?}"),
        }
    }
}

mod section_2_2_client_authentication {
    use super::signed::{TYPE, app, by_params, claims, fault, judged, params, taken, with};
    use protocol::client_auth::{AssertionFault, ClientFault, Credentials, LetIn, authenticate};
    use protocol::testing::{NOW, SECRET};
    use protocol::token::{RequestFault, TokenError, client_error};
    use protocol::types::{Client, ClientKind, ClientStatus};
    use protocol::{Params, Policy};
    use std::sync::Arc;

    #[test]
    fn an_assertion_proves_the_app_that_signed_it() {
        assert!(taken(&with(|_| {})));
    }

    #[test]
    fn the_type_is_the_one_of_this_profile() {
        let sentence = "The value of the \"client_assertion_type\" is \"urn:ietf:params:oauth:client-assertion-type:jwt-bearer\".";
        let assertion = with(|_| {});
        let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
        for typ in [saml, "", &TYPE.to_uppercase()] {
            let pairs = [
                ("client_assertion_type", typ),
                ("client_assertion", assertion.as_str()),
            ];
            let read = Credentials::from_request(None, &Params::from_pairs(pairs));
            assert_eq!(read, Err(ClientFault::AssertionType), "{sentence}");
        }
        let error = client_error(ClientFault::AssertionType, false);
        assert!(matches!(error, TokenError::InvalidClient { .. }));
    }

    #[test]
    fn it_is_one_jwt() {
        let sentence = "The value of the \"client_assertion\" parameter contains a single JWT. It MUST NOT contain more than one JWT.";
        let one = with(|_| {});
        for two in [
            format!("{one} {one}"),
            format!("{one}.{one}"),
            format!("{one}~{one}"),
        ] {
            let read = Credentials::from_request(None, &params(&two));
            let fault = ClientFault::Assertion(AssertionFault::Malformed);
            assert_eq!(read, Err(fault), "{sentence}");
        }
    }

    #[test]
    fn client_id_may_be_left_out_and_names_the_same_client_if_it_is_sent() {
        let sentence = "If present, the value of the \"client_id\" parameter MUST identify the same client as is identified by the client assertion.";
        let assertion = with(|_| {});
        let named = |id: &'static str| {
            Params::from_pairs([
                ("client_id", id),
                ("client_assertion_type", TYPE),
                ("client_assertion", assertion.as_str()),
            ])
        };
        let policy = Policy::for_tests();
        assert!(by_params(&named("app"), &app(), &policy).is_ok());
        let read = Credentials::from_request(None, &named("another"));
        let fault = ClientFault::Assertion(AssertionFault::Parties);
        assert_eq!(read, Err(fault), "{sentence}");
    }

    #[test]
    fn two_methods_are_one_too_many() {
        let sentence =
            "The client MUST NOT use more than one authentication method in each request";
        let assertion = with(|_| {});
        let mut pairs = vec![
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let with_header =
            Credentials::from_request(Some("Basic YXBwOng="), &Params::from_pairs(pairs.clone()));
        assert_eq!(with_header, Err(ClientFault::TwoMethods), "{sentence}");
        pairs.push(("client_secret", SECRET));
        let with_secret = Credentials::from_request(None, &Params::from_pairs(pairs));
        assert_eq!(with_secret, Err(ClientFault::TwoMethods), "{sentence}");
        assert_eq!(
            client_error(ClientFault::TwoMethods, true),
            TokenError::InvalidRequest(RequestFault::Client(ClientFault::TwoMethods))
        );
    }

    #[test]
    fn the_method_is_the_registered_one() {
        let policy = Policy::for_tests();
        let method = |error| match error {
            TokenError::InvalidClient { fault, .. } => fault,
            other => panic!("{other:?}"),
        };
        // An assertion of an app with a secret, and of a public one.
        let public = Client {
            kind: ClientKind::Public,
            secrets: Vec::new(),
            ..Client::for_tests()
        };
        for client in [Client::for_tests(), public] {
            let error = judged(&with(|_| {}), &client, &policy).expect_err("another method");
            assert_eq!(method(error), ClientFault::Method);
        }
        // A secret of an app with keys, also one that it had before; and no proof at all.
        let both = Client {
            secrets: Client::for_tests().secrets,
            ..app()
        };
        let secret = [("client_id", "app"), ("client_secret", SECRET)];
        for pairs in [&secret[..], &secret[..1]] {
            let pairs = pairs.iter().copied();
            let credentials = Credentials::from_request(None, &Params::from_pairs(pairs));
            let credentials = credentials.expect("credentials");
            let error = authenticate(&credentials, Some(Arc::new(both.clone())), &policy, NOW);
            let error = error.expect_err("another method");
            assert_eq!(method(error), ClientFault::Method);
        }
        let basic =
            Credentials::from_request(Some("Basic YXBwOmNzX3NlY3JldA=="), &Params::default());
        let basic = basic.expect("credentials");
        let error = authenticate(&basic, Some(Arc::new(both)), &policy, NOW);
        assert_eq!(
            method(error.expect_err("another method")),
            ClientFault::Method
        );
    }

    #[test]
    fn an_assertion_is_nothing_for_the_rule_of_secrets() {
        let credentials = Credentials::from_request(None, &params(&with(|_| {})));
        let credentials = credentials.expect("credentials");
        let client = Some(Arc::new(app()));
        assert!(authenticate(&credentials, client, &Policy::for_tests(), NOW).is_err());
    }

    #[test]
    fn an_app_that_is_off_proves_nothing_and_a_draft_where_it_may() {
        let policy = Policy::for_tests();
        let off = Client {
            status: ClientStatus::Disabled,
            ..app()
        };
        let draft = Client {
            status: ClientStatus::Pending,
            ..app()
        };
        let credentials = Credentials::from_request(None, &params(&with(|_| {})));
        let credentials = credentials.expect("credentials");
        let claimed = |client: &Client, let_in| {
            let claimed = credentials.claimed(Some(Arc::new(client.clone())), &policy, let_in);
            claimed.is_ok()
        };
        assert!(!claimed(&off, LetIn::Drafts) && !claimed(&draft, LetIn::Active));
        assert!(claimed(&draft, LetIn::Drafts));
        assert!(credentials.claimed(None, &policy, LetIn::Drafts).is_err());
    }

    #[test]
    fn what_is_sent_is_in_no_message_of_ours() {
        let assertion = with(|_| {});
        let credentials = Credentials::from_request(None, &params(&assertion));
        let told = format!("{credentials:?}");
        assert!(!told.contains(&assertion[..20]), "{told}");
        assert_eq!(fault("a.b"), AssertionFault::Malformed);
        assert!(claims().jti.is_some());
    }
}

mod section_3_jwt_format_and_processing_requirements {
    use super::signed::{KEY, TYP, app, claims, fault, fault_of, judged, keys_of, taken, with};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jose::jwt::{self, Audience};
    use jose::{Algorithm, Digest, SigningAlgorithm, SigningKey, jws};
    use protocol::Policy;
    use protocol::client_auth::AssertionFault;
    use protocol::policy::Conformance;
    use protocol::testing::NOW;
    use protocol::transition::AssertionChange;
    use protocol::types::{Client, ClientKeys, ClientNo, KeySource, UnixTime};

    /// A JWS with this header over the usual claims, signed by the key of the app.
    fn headed(header: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(header), part(&claims().json()));
        let signature = KEY.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn iss_and_sub_are_the_client_id() {
        let issuer = "The JWT MUST contain an \"iss\" (issuer) claim";
        let subject =
            "For client authentication, the subject MUST be the \"client_id\" of the OAuth client.";
        assert_eq!(
            fault(&with(|own| own.iss = None)),
            AssertionFault::Claims,
            "{issuer}"
        );
        assert_eq!(
            fault(&with(|own| own.sub = None)),
            AssertionFault::Claims,
            "{subject}"
        );
        for other in ["another", "", "APP"] {
            let iss = with(|own| own.iss = Some(other.to_owned()));
            assert_eq!(fault(&iss), AssertionFault::Parties, "{issuer}");
            let sub = with(|own| own.sub = Some(other.to_owned()));
            assert_eq!(fault(&sub), AssertionFault::Parties, "{subject}");
        }
    }

    #[test]
    fn the_audience_is_the_issuer_and_nothing_else() {
        let sentence = "The authorization server MUST reject any JWT that does not contain its own identity as the intended audience.";
        let list = |all: &[&str]| {
            let all = all.iter().map(|own| (*own).to_owned()).collect();
            with(|own| own.aud = Some(Audience::List(all)))
        };
        let one = |own: &str| with(|claims| claims.aud = Some(Audience::One(own.to_owned())));
        let (issuer, endpoint) = (
            "https://issuer.example",
            "https://issuer.example/oauth2/token",
        );
        assert!(taken(&one(issuer)) && taken(&list(&[issuer])));
        assert_eq!(
            fault(&with(|own| own.aud = None)),
            AssertionFault::Claims,
            "{sentence}"
        );
        for other in [
            one(endpoint),
            one("https://issuer.example/"),
            one("https://ISSUER.example"),
            one("app"),
            one(""),
            list(&[]),
            list(&[issuer, issuer]),
            list(&[issuer, endpoint]),
            list(&[issuer, "https://other.example"]),
            list(&[endpoint]),
        ] {
            assert_eq!(fault(&other), AssertionFault::Audience, "{sentence}");
        }
        // OpenID Connect Core §9: "The Audience SHOULD be the URL of the Authorization Server's Token Endpoint."
        let policy = Policy {
            conformance: Conformance::OidcCert,
            ..Policy::for_tests()
        };
        for good in [
            one(issuer),
            one(endpoint),
            list(&[endpoint]),
            list(&[issuer, endpoint]),
        ] {
            assert!(judged(&good, &app(), &policy).is_ok());
        }
        for other in [
            list(&[issuer, "https://other.example"]),
            list(&[]),
            one("app"),
        ] {
            let fault = fault_of(judged(&other, &app(), &policy));
            assert_eq!(fault, AssertionFault::Audience);
        }
    }

    #[test]
    fn it_has_an_end_that_is_to_come_and_near() {
        let must = "The JWT MUST contain an \"exp\" (expiration time) claim";
        let passed = "The authorization server MUST reject any JWT with an expiration time that has passed, subject to allowable clock skew between systems.";
        let far = "the authorization server may reject JWTs with an \"exp\" claim value that is unreasonably far in the future";
        let ends = |at: i64| with(|own| own.exp = Some(NOW.0 + at));
        assert_eq!(
            fault(&with(|own| own.exp = None)),
            AssertionFault::Claims,
            "{must}"
        );
        for (at, taken_then) in [
            (1, true),
            (-10, true),
            (-29, true),
            (-30, false),
            (-300, false),
        ] {
            assert_eq!(taken(&ends(at)), taken_then, "{at}: {passed}");
        }
        assert_eq!(fault(&ends(-300)), AssertionFault::Expired);
        assert!(taken(&ends(86_400)));
        assert_eq!(fault(&ends(2 * 86_400)), AssertionFault::LongLived, "{far}");
        assert_eq!(
            fault(&with(|own| own.exp = Some(i64::MAX))),
            AssertionFault::LongLived
        );
    }

    #[test]
    fn clocks_may_be_ten_seconds_apart_and_not_a_minute() {
        let sentence = "\"nbf\" (not before) claim that identifies the time before which the token MUST NOT be accepted for processing";
        for (ahead, taken_then) in [
            (0, true),
            (8, true),
            (10, true),
            (61, false),
            (3_600, false),
        ] {
            let nbf = with(|own| own.nbf = Some(NOW.0 + ahead));
            let iat = with(|own| own.iat = Some(NOW.0 + ahead));
            assert_eq!(taken(&nbf), taken_then, "nbf {ahead}: {sentence}");
            assert_eq!(taken(&iat), taken_then, "iat {ahead}");
        }
        let iat = with(|own| own.iat = Some(NOW.0 + 61));
        assert_eq!(fault(&iat), AssertionFault::Future);
        assert!(taken(&with(|own| own.iat = None)), "it MAY contain iat");
    }

    #[test]
    fn each_has_a_name_of_its_own_and_is_remembered_until_its_end() {
        let sentence = "The authorization server MAY ensure that JWTs are not replayed by maintaining the set of used \"jti\" values";
        assert_eq!(
            fault(&with(|own| own.jti = None)),
            AssertionFault::Claims,
            "{sentence}"
        );
        let empty = with(|own| own.jti = Some(String::new()));
        assert_eq!(fault(&empty), AssertionFault::Claims);
        let policy = Policy::for_tests();
        let used = |assertion: &str, client: &Client| -> (Digest, UnixTime) {
            let AssertionChange::Use { key, until, .. } =
                judged(assertion, client, &policy).expect("it is right");
            (key, until)
        };
        let first = used(&with(|_| {}), &app());
        assert!(
            first.1 > UnixTime(NOW.0 + 60),
            "also as long as clocks may be apart"
        );
        let again = used(&with(|own| own.exp = Some(NOW.0 + 90)), &app());
        assert_eq!(first.0, again.0, "the name counts, and not the text");
        let other = used(&with(|own| own.jti = Some("2".to_owned())), &app());
        assert_ne!(first.0, other.0);
        let others = Client {
            no: ClientNo(2),
            ..app()
        };
        assert_ne!(
            first.0,
            used(&with(|_| {}), &others).0,
            "of each app by itself"
        );
    }

    #[test]
    fn the_signature_is_by_a_key_of_the_app() {
        let sentence =
            "The authorization server MUST reject JWTs with an invalid signature or MAC.";
        let stranger = SigningKey::generate(SigningAlgorithm::Es256);
        let foreign = jwt::sign(&stranger, TYP, &claims());
        assert_eq!(fault(&foreign), AssertionFault::Key, "{sentence}");
        let named = stranger.with_kid(KEY.kid().to_owned());
        let forged = jwt::sign(&named, TYP, &claims());
        assert_eq!(fault(&forged), AssertionFault::Signature, "{sentence}");
        let (head, signature) = {
            let good = with(|_| {});
            let at = good.rfind('.').expect("three parts");
            (good[..at].to_owned(), good[at + 1..].to_owned())
        };
        assert_eq!(fault(&format!("{head}.")), AssertionFault::Signature);
        let changed = head.replace("eyJ", "eyK");
        assert_eq!(
            fault(&format!("{changed}.{signature}")),
            AssertionFault::Malformed
        );
        let other = with(|own| own.jti = Some("2".to_owned()));
        let other = other.rsplit_once('.').expect("three parts").0;
        assert_eq!(
            fault(&format!("{other}.{signature}")),
            AssertionFault::Signature
        );
    }

    #[test]
    fn the_algorithm_is_one_of_the_app_and_of_its_key() {
        let only = |algorithms: &[Algorithm], key: &SigningKey| Client {
            keys: Some(Box::new(ClientKeys {
                source: KeySource::Set(keys_of(key)),
                algorithms: algorithms.to_vec(),
                ends_at: None,
            })),
            ..app()
        };
        let policy = Policy::for_tests();
        let eddsa = SigningKey::generate(SigningAlgorithm::EdDsa);
        let assertion = jwt::sign(&eddsa, TYP, &claims());
        for own in [
            &[][..],
            &[Algorithm::EdDsa],
            &[Algorithm::Es256, Algorithm::EdDsa],
        ] {
            assert!(judged(&assertion, &only(own, &eddsa), &policy).is_ok());
        }
        let fault = fault_of(judged(
            &assertion,
            &only(&[Algorithm::Es256], &eddsa),
            &policy,
        ));
        assert_eq!(fault, AssertionFault::Algorithm);
        // A key that says that it is for PS256 is not used with RS256, whatever the header says.
        let ps256 = SigningKey::generate(SigningAlgorithm::Ps256);
        let rs256 = SigningKey::from_pkcs8(SigningAlgorithm::Rs256, &ps256.to_pkcs8());
        let rs256 = rs256
            .expect("the same key")
            .with_kid(ps256.kid().to_owned());
        let assertion = jwt::sign(&rs256, TYP, &claims());
        let fault = fault_of(judged(&assertion, &only(&[], &ps256), &policy));
        assert_eq!(fault, AssertionFault::Key);
    }

    #[test]
    fn keys_that_came_to_their_end_prove_nothing() {
        let ends = |at: i64| {
            let mut client = app();
            client.keys.as_mut().expect("keys").ends_at = Some(UnixTime(NOW.0 + at));
            client
        };
        let policy = Policy::for_tests();
        assert!(judged(&with(|_| {}), &ends(1), &policy).is_ok());
        for at in [0, -1] {
            let fault = fault_of(judged(&with(|_| {}), &ends(at), &policy));
            assert_eq!(fault, AssertionFault::Key);
        }
    }

    #[test]
    fn none_and_shared_secrets_are_no_signatures() {
        for alg in [
            "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "ES256K", "dir", "",
        ] {
            let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, KEY.kid());
            assert_eq!(fault(&headed(&header)), AssertionFault::Algorithm, "{alg}");
        }
        // The public key taken for a shared secret: algorithm confusion.
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!(
            "{}.{}",
            part(r#"{"alg":"HS256","typ":"JWT"}"#),
            part(&claims().json())
        );
        let key = jose::keyed::Key::new(KEY.public().json().as_bytes());
        let tag = key.tag(&[signed.as_bytes()]);
        assert_eq!(fault(&format!("{signed}.{tag}")), AssertionFault::Algorithm);
        assert_eq!(
            fault(&headed(r#"{"typ":"JWT"}"#)),
            AssertionFault::Malformed
        );
    }

    #[test]
    fn the_type_is_that_of_an_assertion_or_says_nothing() {
        let sentence =
            "the authorization server MUST reject a JWT that is not valid in all other respects";
        for typ in [
            TYP,
            "JWT",
            "jwt",
            "application/client-authentication+jwt",
            "CLIENT-authentication+JWT",
        ] {
            assert!(
                taken(&jws::sign(&KEY, typ, claims().json().as_bytes())),
                "{typ}"
            );
        }
        assert!(taken(&headed(r#"{"alg":"ES256"}"#)), "RFC 7523 has no type");
        for typ in [
            "at+jwt",
            "logout+jwt",
            "dpop+jwt",
            "secevent+jwt",
            "application/at+jwt",
            "JOSE",
            "",
        ] {
            let other = jws::sign(&KEY, typ, claims().json().as_bytes());
            assert_eq!(fault(&other), AssertionFault::Type, "{typ}: {sentence}");
        }
    }

    #[test]
    fn what_must_be_understood_and_is_not_refuses_it() {
        for header in [
            r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
            r#"{"alg":"ES256","crit":[]}"#,
            r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
            r#"{"alg":"ES256","b64":false}"#,
            r#"{"alg":"ES256","zip":"DEF"}"#,
            r#"{"alg":"ES256","alg":"none"}"#,
            r#"{"alg":"ES256","cty":"JWT"}"#,
            r#"{"alg":["ES256"]}"#,
            "[]",
            "",
        ] {
            assert_eq!(
                fault(&headed(header)),
                AssertionFault::Malformed,
                "{header}"
            );
        }
    }

    #[test]
    fn nested_detached_encrypted_and_json_forms_are_refused() {
        let good = with(|_| {});
        let parts: Vec<&str> = good.split('.').collect();
        let nested = jws::sign(&KEY, TYP, good.as_bytes());
        assert_eq!(
            fault(&nested),
            AssertionFault::Claims,
            "its payload is no object"
        );
        for bad in [
            format!("{}..{}", parts[0], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{good}.a.b"),
            format!(
                r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#,
                parts[0], parts[1], parts[2]
            ),
            format!(" {good}"),
            format!("{good}="),
            String::from("..."),
        ] {
            assert_eq!(fault(&bad), AssertionFault::Malformed, "{bad}");
        }
    }

    #[test]
    fn a_key_that_the_assertion_brings_along_is_never_used() {
        let own = SigningKey::generate(SigningAlgorithm::Es256);
        let jwk = own.public().json();
        for (member, value) in [
            ("jwk", jwk.as_str()),
            ("jku", r#""http://127.0.0.1:1/jwks.json""#),
            ("x5u", r#""http://127.0.0.1:1/cert.pem""#),
            ("x5c", r#"["MIIB"]"#),
        ] {
            let header = format!(
                r#"{{"alg":"ES256","kid":"{}","{member}":{value}}}"#,
                own.kid()
            );
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let signed = format!("{}.{}", part(&header), part(&claims().json()));
            let signature = URL_SAFE_NO_PAD.encode(own.sign(signed.as_bytes()));
            let fault = fault(&format!("{signed}.{signature}"));
            assert_eq!(fault, AssertionFault::Key, "{member}");
            // Beside a key of the app they say nothing.
            let beside = format!(r#"{{"alg":"ES256","{member}":{value}}}"#);
            assert!(taken(&headed(&beside)), "{member}");
        }
    }

    #[test]
    fn claims_are_read_strictly() {
        let raw = |payload: &str| jws::sign(&KEY, TYP, payload.as_bytes());
        let good = claims().json();
        for (from, to) in [
            (r#""sub":"app""#, r#""sub":["app"]"#),
            (r#""sub":"app""#, r#""sub":"app","sub":"app""#),
            (r#""jti":"1""#, r#""jti":1"#),
            (r#""exp":"#, r#""exp":"soon","x":"#),
            (r#""aud":"https://issuer.example""#, r#""aud":{}"#),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert_eq!(fault(&raw(&bad)), AssertionFault::Claims, "{to}");
        }
        assert_eq!(fault(&raw("[]")), AssertionFault::Claims);
    }
}

mod section_3_2_client_authentication_processing {
    use super::signed::{app, judged, with};
    use jose::SigningAlgorithm;
    use protocol::Policy;
    use protocol::client_auth::{AssertionFault, ClientFault};
    use protocol::policy::ErrorAliases;
    use protocol::token::{TokenError, client_error};

    #[test]
    fn what_is_not_valid_is_invalid_client() {
        let sentence =
            "The value of the \"error\" parameter MUST be the \"invalid_client\" error code.";
        for fault in AssertionFault::ALL {
            let error = client_error(ClientFault::Assertion(fault), false);
            assert_eq!(
                error.code(&ErrorAliases::default()),
                "invalid_client",
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_stranger_is_told_nothing_of_the_keys_of_an_app() {
        let told = |fault| client_error(ClientFault::Assertion(fault), false).description();
        let after_looking_up = [
            AssertionFault::Unfetched,
            AssertionFault::Key,
            AssertionFault::Signature,
            AssertionFault::Expired,
            AssertionFault::Replayed,
        ];
        for fault in after_looking_up {
            assert_eq!(told(fault), told(AssertionFault::Audience));
        }
        let causes: std::collections::HashSet<String> = AssertionFault::ALL
            .map(|fault| client_error(ClientFault::Assertion(fault), false).cause())
            .into();
        assert_eq!(
            causes.len(),
            AssertionFault::ALL.len(),
            "its developer is told more"
        );
    }

    #[test]
    fn what_is_refused_is_not_remembered() {
        // The helper refuses a refusal that changes anything.
        let key = jose::SigningKey::generate(SigningAlgorithm::Es256);
        let forged = jose::jwt::sign(&key, "JWT", &super::signed::claims());
        let refused = judged(&forged, &app(), &Policy::for_tests());
        assert!(matches!(refused, Err(TokenError::InvalidClient { .. })));
        assert!(judged(&with(|_| {}), &app(), &Policy::for_tests()).is_ok());
    }
}

/// How apps come to their keys (RFC 7591 §2).
mod registration {
    use super::signed::{KEY, keys_of};
    use jose::Algorithm;
    use protocol::apps::{AppUpdate, Editor, secrets, update};
    use protocol::decision::Decision;
    use protocol::events::Event;
    use protocol::register::{Field, NewAuthentication, rotate_secret};
    use protocol::testing::{Counter, NOW, Verdict};
    use protocol::types::{Client, ClientKind, KeySource};
    use protocol::{Policy, Transition};

    fn by(change: impl FnOnce(&mut NewAuthentication)) -> NewAuthentication {
        let mut new = NewAuthentication::default();
        change(&mut new);
        new
    }

    fn changed(
        client: &Client,
        authentication: NewAuthentication,
        editor: Editor,
    ) -> Result<(Client, Option<Transition>), Field> {
        let asked = AppUpdate {
            authentication,
            ..AppUpdate::default()
        };
        match update(client, asked, editor, &Policy::for_tests()) {
            Decision::Granted { transition, reply } => Ok((reply, transition)),
            Decision::Refused { error, .. } => Err(error.first().field),
        }
    }

    fn set() -> NewAuthentication {
        by(|new| new.jwks = Some(KEY.public().json()))
    }

    #[test]
    fn an_app_gets_keys_and_has_no_secret_any_more() {
        let (after, change) = changed(&Client::for_tests(), set(), Editor::Owner).expect("keys");
        let keys = after.keys.as_ref().expect("keys");
        assert_eq!(keys.source, KeySource::Set(keys_of(&KEY)));
        assert_eq!(keys.allowed(), Algorithm::ALL);
        assert!(after.secrets.is_empty());
        assert_eq!(after.auth_method().as_str(), "private_key_jwt");
        let event = change.and_then(|change| change.event()).expect("an event");
        assert_eq!(event.event, Event::AppKeysChanged);
        let mint = Counter::starting_at(NOW);
        let add = secrets::add(&after, secrets::NewSecret::default(), NOW, &mint);
        assert_eq!(add.error(), secrets::SecretError::Keys);
        assert_eq!(
            rotate_secret(&after, NOW, &mint).error().field,
            Field::Secret
        );
        // The same again is no change, and back it has a secret once one is added.
        assert!(
            changed(&after, set(), Editor::Owner)
                .expect("the same")
                .1
                .is_none()
        );
        let secret = by(|new| new.method = Some("client_secret_post".to_owned()));
        let (back, _) = changed(&after, secret, Editor::Operator).expect("a secret");
        assert!(back.keys.is_none() && back.secrets.is_empty());
        let add = secrets::add(&back, secrets::NewSecret::default(), NOW, &mint);
        assert!(add.change().is_some());
    }

    #[test]
    fn keys_are_at_one_place() {
        let sentence = "The \"jwks_uri\" and \"jwks\" parameters MUST NOT both be present in the same request or response.";
        let both = by(|new| {
            new.jwks = Some(KEY.public().json());
            new.jwks_uri = Some("https://app.example/jwks.json".to_owned());
        });
        let refused = changed(&Client::for_tests(), both, Editor::Owner);
        assert_eq!(refused.expect_err("both"), Field::Jwks, "{sentence}");
        let uri = by(|new| new.jwks_uri = Some("https://app.example/jwks.json".to_owned()));
        let (after, _) = changed(&Client::for_tests(), uri, Editor::Owner).expect("a URL");
        let keys = after.keys.as_ref().expect("keys");
        assert_eq!(keys.uri(), Some("https://app.example/jwks.json"));
        // The algorithms alone change, and the keys stay.
        let only = by(|new| new.algorithms = Some(vec!["ES256".to_owned(), "ES256".to_owned()]));
        let (after, _) = changed(&after, only, Editor::Owner).expect("algorithms");
        assert_eq!(
            after.keys.as_ref().expect("keys").allowed(),
            [Algorithm::Es256]
        );
        let (after, _) = changed(&after, set(), Editor::Owner).expect("a set in place of it");
        assert!(after.keys.as_ref().expect("keys").uri().is_none());
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        let text = |text: &str| Some(text.to_owned());
        let rows: [(NewAuthentication, Field); 12] = [
            (by(|new| new.method = text("private_key_jwt")), Field::Jwks),
            (
                by(|new| new.method = text("client_secret_jwt")),
                Field::AuthMethod,
            ),
            (
                by(|new| new.method = text("tls_client_auth")),
                Field::AuthMethod,
            ),
            (by(|new| new.method = text("none")), Field::AuthMethod),
            (
                by(|new| {
                    new.method = text("client_secret_basic");
                    new.jwks = Some(KEY.public().json());
                }),
                Field::AuthMethod,
            ),
            (
                by(|new| new.algorithms = Some(vec!["ES256".to_owned()])),
                Field::AuthMethod,
            ),
            (
                by(|new| {
                    new.jwks = Some(KEY.public().json());
                    new.algorithms = Some(vec!["HS256".to_owned()]);
                }),
                Field::AuthAlgorithm,
            ),
            (by(|new| new.jwks = text("no keys")), Field::Jwks),
            (by(|new| new.jwks = text(r#"{"keys":[]}"#)), Field::Jwks),
            (
                by(|new| new.jwks_uri = text("http://app.example/jwks.json")),
                Field::JwksUri,
            ),
            (
                by(|new| new.jwks_uri = text("javascript:alert(1)")),
                Field::JwksUri,
            ),
            (
                by(|new| new.jwks_uri = text("https://a:b@app.example/")),
                Field::JwksUri,
            ),
        ];
        for (new, field) in rows {
            let told = changed(&Client::for_tests(), new.clone(), Editor::Owner);
            assert_eq!(told.expect_err("it is refused"), field, "{new:?}");
        }
        let public = Client {
            kind: ClientKind::Public,
            secrets: Vec::new(),
            ..Client::for_tests()
        };
        assert_eq!(
            changed(&public, set(), Editor::Owner).expect_err("public"),
            Field::AuthMethod
        );
        let own = changed(&Client::for_tests(), set(), Editor::App);
        assert_eq!(own.expect_err("by itself"), Field::AuthMethod);
    }

    #[test]
    fn empty_fields_say_nothing() {
        let empty = by(|new| {
            new.method = Some(" ".to_owned());
            new.jwks = Some(String::new());
            new.jwks_uri = Some(String::new());
        });
        let (after, change) = changed(&Client::for_tests(), empty, Editor::Owner).expect("nothing");
        assert!(after.keys.is_none() && change.is_none());
    }
}
