//! What holds for every input: nothing panics, and what is accepted has the form it must have.

use proptest::prelude::*;
use protocol::client_auth::Credentials;
use protocol::lookup::TokenKind;
use protocol::testing::{Case, query};
use protocol::types::{CodeChallenge, RedirectUri, Scope};
use protocol::{Params, token};
use wire::Presented;

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1_000)
    }
}

/// Text that looks like a URI, most of the time almost one.
fn almost_uris() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        Just("https"),
        Just("http"),
        Just("com.example.app"),
        Just("javascript"),
        Just("")
    ];
    let start = prop_oneof![Just("://"), Just(":/"), Just(":"), Just("//"), Just("")];
    let host = prop_oneof![
        Just("app.example".to_owned()),
        Just("127.0.0.1".to_owned()),
        Just("[::1]".to_owned()),
        Just("localhost".to_owned()),
        "[a-z.\\[\\]:@%0-9]{0,12}",
    ];
    let port = prop_oneof![Just(String::new()), ":[0-9]{0,6}", ":[0-9@]{1,4}"];
    let rest = prop_oneof!["[/?#a-z=&%]{0,12}", "\\PC{0,6}", any::<String>()];
    (scheme, start, host, port, rest)
        .prop_map(|(scheme, start, host, port, rest)| format!("{scheme}{start}{host}{port}{rest}"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn parameters_read_back(
        pairs in proptest::collection::vec(("[^\0]{0,8}", "[^\0]{0,24}"), 0..12),
    ) {
        // A pair without name and value is nothing at all in a form.
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let params = Params::from_pairs(pairs.filter(|(name, _)| !name.is_empty()));
        prop_assert_eq!(Params::from_form(params.to_form().as_bytes()), Ok(params));
    }

    #[test]
    fn parameters_are_decoded_or_refused(bytes in any::<Vec<u8>>(), text in "[a-z0-9=&%+]{0,40}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(params) = Params::from_form(bytes) {
                prop_assert_eq!(Params::from_form(params.to_form().as_bytes()), Ok(params));
            }
            let _ = Params::from_json(bytes);
        }
    }

    #[test]
    fn token_text_is_parsed_or_refused(text in any::<String>(), near in "[a-z]{2}_[A-Za-z0-9_-]{55,65}") {
        for text in [text.as_str(), near.as_str()] {
            let policy = protocol::Policy::for_tests();
            prop_assert!(Presented::parse(text).is_none(), "a checksum by chance");
            prop_assert!(matches!(TokenKind::of(text, &policy), TokenKind::Unknown));
        }
    }

    #[test]
    fn token_text_reads_back(prefix in "[a-z_]{0,12}", id in 1..=i64::MAX, secret in any::<[u8; 32]>()) {
        let text = wire::TokenText::new(&prefix, id, &secret);
        let seen = Presented::parse(text.as_str()).expect("our own token");
        prop_assert_eq!((seen.prefix(), seen.locator), (prefix.as_str(), id));
        prop_assert_eq!(seen.digest, text.digest());
    }

    #[test]
    fn what_is_registered_is_https_loopback_or_an_apps_own_scheme(text in almost_uris(), any in any::<String>()) {
        for text in [text, any] {
            let Ok(uri) = RedirectUri::register(&text) else { continue };
            prop_assert_eq!(uri.as_str(), &text);
            prop_assert!(!text.contains('#') && text.bytes().all(|b| b.is_ascii_graphic()), "{}", text);
            let (scheme, rest) = text.split_once(':').expect("a scheme");
            let authority = rest.strip_prefix("//").map(|rest| {
                rest.split(['/', '?']).next().unwrap_or_default()
            });
            match scheme {
                "https" => prop_assert!(authority.is_some_and(|a| !a.is_empty() && !a.contains('@'))),
                "http" => {
                    let authority = authority.expect("an authority");
                    let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| {
                        authority.strip_prefix(host).is_some_and(|port| {
                            let digits = port.strip_prefix(':').unwrap_or("1");
                            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
                        })
                    });
                    prop_assert!(host.is_some(), "{}", text);
                }
                own => prop_assert!(own.contains('.'), "{}", text),
            }
        }
    }

    #[test]
    fn only_what_is_registered_is_redirected_to(sent in almost_uris()) {
        let case = Case::authorize().with(|case| {
            let uris = ["https://app.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"];
            let uris = uris.iter().map(|uri| RedirectUri::register(uri).expect("a redirect URI"));
            case.client.redirect_uris = uris.collect();
            case.set("redirect_uri", &sent);
        });
        if let Ok(request) = case.check() {
            let port = sent.strip_prefix("http://127.0.0.1").and_then(|rest| rest.strip_suffix("/cb"));
            let loopback = port.is_some_and(|port| port.is_empty() || port[1..].parse::<u16>().is_ok());
            let exact = ["https://app.example/cb", "com.example.app:/cb"].contains(&sent.as_str());
            prop_assert!(loopback || exact, "{}", request.redirect_uri.as_str());
        }
    }

    #[test]
    fn state_comes_back_whole(state in "[^\0]{1,1024}") {
        // At most four bytes a character, so within the bound of a state.
        let url = Case::authorize().with(|case| case.set("state", &state)).allowed();
        prop_assert!(query(&url).contains(&("state".to_owned(), state)));
        prop_assert!(url.bytes().all(|b| b.is_ascii_graphic()));
    }

    #[test]
    fn no_request_panics(
        pairs in proptest::collection::vec((
            prop_oneof![
                Just("client_id"), Just("redirect_uri"), Just("response_type"), Just("scope"), Just("state"),
                Just("code_challenge"), Just("code_challenge_method"), Just("grant_type"), Just("code"),
                Just("code_verifier"), Just("refresh_token"), Just("client_secret"),
            ],
            prop_oneof![
                any::<String>(), Just("code".to_owned()), Just("app".to_owned()), Just("S256".to_owned()),
                Just("authorization_code".to_owned()), Just("refresh_token".to_owned()),
            ],
        ), 0..10),
        header in proptest::option::of(any::<String>()),
    ) {
        let mut case = Case::authorize();
        case.form.clear();
        pairs.iter().for_each(|(name, value)| case.add(name, value));
        let _ = case.check();
        case.authorization = header.clone();
        let _ = case.answer();
        let _ = Credentials::from_request(header.as_deref(), &case.params());
    }

    #[test]
    fn scopes_challenges_and_descriptions_keep_to_their_grammar(text in any::<String>()) {
        if let Ok(scope) = Scope::parse(&text) {
            prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
        }
        if let Some(challenge) = CodeChallenge::parse(&text) {
            prop_assert_eq!(challenge.as_str().len(), 43);
        }
        let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        prop_assert!(token::printable(&text).chars().all(fits));
    }
}
