//! §4.1.2.1 Error Response: which error, in which order, told to whom.
use protocol::authorize::AuthorizationFault;
use protocol::policy::PkcePolicy;
use protocol::testing::{Case, Spoil, query};
use protocol::types::{ClientKind, ClientStatus};

/// Every check in its order, with what fails it alone.
const CHECKS: &[(&str, Spoil)] = &[
    ("shown: repeated client_id", |case| {
        case.add("client_id", "app")
    }),
    ("shown: unknown client", |case| {
        case.client.id = "renamed".to_owned()
    }),
    ("shown: disabled client", |case| {
        case.client.status = ClientStatus::Disabled
    }),
    ("shown: repeated redirect_uri", |case| {
        case.add("redirect_uri", "https://app.example/cb")
    }),
    ("shown: no match", |case| {
        case.set("redirect_uri", "https://evil.example/cb")
    }),
    ("invalid_request: x stands more than once", |case| {
        case.add("x", "1");
        case.add("x", "2");
    }),
    ("unsupported_response_type", |case| {
        case.set("response_type", "token")
    }),
    (
        "invalid_request: the only response_mode here is query",
        |case| {
            case.set("response_mode", "fragment");
        },
    ),
    ("unauthorized_client", |case| case.client.grants.clear()),
    (
        "invalid_request: transform algorithm not supported",
        |case| {
            case.set("code_challenge_method", "plain");
        },
    ),
    ("invalid_scope", |case| case.set("scope", "nothing")),
];

/// The outcome in the words of [`CHECKS`].
fn outcome(case: &Case) -> String {
    match case.check() {
        Err(AuthorizationFault::Shown(error)) => format!("shown: {error:?}"),
        Err(AuthorizationFault::Redirected(error)) => {
            format!("{}: {}", error.error.code(), error.error.description())
        }
        Ok(_) => "passed".to_owned(),
    }
}

#[test]
fn earlier_checks_win() {
    for (first, (name, spoil)) in CHECKS.iter().enumerate() {
        let alone = outcome(&Case::authorize().with(spoil));
        let kind = name.split(':').next().unwrap_or_default();
        assert!(alone.starts_with(kind), "{name} gave {alone}");
        for (later, also) in &CHECKS[first + 1..] {
            let both = outcome(&Case::authorize().with(spoil).with(also));
            // A URI that stands twice is named twice, whatever it says.
            let same = both == alone || both.split('{').next() == alone.split('{').next();
            assert!(same, "{name} before {later}: {both}, not {alone}");
        }
    }
}

#[test]
fn nobody_is_redirected_to_where_the_registration_does_not_lead() {
    let sentence = "MUST NOT automatically redirect the user-agent to the invalid redirection URI";
    for (name, spoil) in CHECKS {
        let case = Case::authorize().with(spoil);
        match case.check() {
            Err(AuthorizationFault::Shown(_)) => assert!(name.starts_with("shown"), "{sentence}"),
            Err(AuthorizationFault::Redirected(error)) => {
                assert!(!name.starts_with("shown"), "{sentence}");
                assert!(
                    error
                        .response(&case.policy)
                        .location()
                        .to_owned()
                        .starts_with("https://app.example/cb?error=")
                );
            }
            Ok(_) => panic!("{name} passed"),
        }
    }
}

#[test]
fn the_app_is_told_a_registered_code_and_its_state() {
    let sentence = "A single ASCII [USASCII] error code from the following";
    for (name, spoil) in CHECKS.iter().filter(|(name, _)| !name.starts_with("shown")) {
        let case = Case::authorize().with(spoil);
        let parameters = query(case.redirected().response(&case.policy).location());
        let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["error", "error_description", "state", "iss"],
            "{name}"
        );
        assert!(name.starts_with(&parameters[0].1), "{sentence}: {name}");
        assert_ne!(
            parameters[0].1, "invalid_client",
            "{sentence}: not one of the list"
        );
        assert_eq!(
            parameters[2].1, "xyz",
            "REQUIRED if a \"state\" parameter was present"
        );
    }
}

#[test]
fn a_repeated_state_does_not_come_back() {
    let case = Case::authorize().with(|case| case.add("state", "other"));
    let url = case
        .redirected()
        .response(&case.policy)
        .location()
        .to_owned();
    assert!(query(&url).iter().all(|(name, _)| name != "state"), "{url}");
}

#[test]
fn a_person_who_declines_is_access_denied() {
    let sentence = "access_denied The resource owner or authorization server denied the request.";
    let case = Case::authorize();
    let parameters = query(case.passed().denied().response(&case.policy).location());
    let expected = [
        ("error", "access_denied"),
        ("error_description", "the person declined"),
        ("state", "xyz"),
        ("iss", "https://issuer.example"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(parameters, expected, "{sentence}");
}

#[test]
fn an_app_or_issuer_without_the_code_grant_is_unauthorized() {
    let sentence =
        "The client is not authorized to request an authorization code using this method.";
    let rows: &[Spoil] = &[
        |case| case.client.grants.clear(),
        |case| case.policy.grants.clear(),
    ];
    for spoil in rows {
        let error = Case::authorize().with(spoil).redirected().error;
        assert_eq!(error.code(), "unauthorized_client", "{sentence}");
    }
}

#[test]
fn descriptions_keep_to_their_characters() {
    let sentence = "Values for the \"error_description\" parameter MUST NOT include characters \
                    outside the set %x20-21 / %x23-5B / %x5D-7E.";
    let odd = "a\"b\\c\r\n\té\u{7f}😀";
    let rows: &[Spoil] = &[
        |case| {
            case.add("a\"b\\c\r\n\té\u{7f}😀", "1");
            case.add("a\"b\\c\r\n\té\u{7f}😀", "2");
        },
        |case| case.set("scope", "a\"b\\c\r\n\té"),
        |case| case.set("scope", &"~".repeat(5_000)),
        |case| case.set("scope", "a,b"),
        |case| case.set("response_type", "a\"b\\c\r\n"),
        |case| case.set("response_mode", "a\"b\\c\r\n"),
        |case| case.set("code_challenge_method", "a\"b\\c\r\n"),
        |case| case.set("code_challenge", "a\"b\\c\r\n"),
        |case| {
            case.policy.pkce = PkcePolicy::All;
            case.unset("code_challenge");
            case.unset("code_challenge_method");
        },
        |case| {
            case.client.kind = ClientKind::Public;
            case.unset("code_challenge");
        },
    ];
    for spoil in rows {
        let case = Case::authorize().with(spoil);
        let url = case
            .redirected()
            .response(&case.policy)
            .location()
            .to_owned();
        let description = query(&url)
            .into_iter()
            .find(|(name, _)| name == "error_description");
        let (_, description) = description.expect("a description");
        let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(description.chars().all(fits), "{sentence}: {description:?}");
        assert!(
            !description.contains(odd) && description.len() <= 200,
            "{description:?}"
        );
    }
}
