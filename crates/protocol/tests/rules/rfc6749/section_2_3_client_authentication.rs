//! §2.3 Client Authentication, §2.3.1 Client Password, §3.2.1.
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::Digest;
use protocol::client_auth::ClientFault;
use protocol::policy::ErrorAliases;
use protocol::testing::{Case, SECRET, Spoil, Verdict};
use protocol::token::{RequestFault, TokenError};
use protocol::types::{Client, ClientStatus, Locator, Side, StoredSecret};

/// Moves the credentials from the body to the header.
fn basic(case: &mut Case, id: &str, secret: &str) {
    case.unset("client_id");
    case.unset("client_secret");
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    case.authorization = Some(format!("Basic {pair}"));
}

fn refused(fault: ClientFault, used_header: bool) -> TokenError {
    TokenError::InvalidClient { fault, used_header }
}

#[test]
fn takes_a_secret_in_the_header_or_in_the_body() {
    let rows: &[(&str, Spoil)] = &[
        (
            "MUST support the HTTP Basic authentication scheme",
            |case| {
                basic(case, "app", SECRET);
            },
        ),
        (
            "MAY support including the client credentials in the request-body",
            |_| {},
        ),
        // §3.2.1: "A client MAY use the "client_id" request parameter to identify itself".
        ("MAY use the \"client_id\" request parameter", |case| {
            basic(case, "app", SECRET);
            case.set("client_id", "app");
        }),
        // RFC 9110 §11.1: the scheme's name is case-insensitive.
        (
            "uses a case-insensitive token to identify the authentication scheme",
            |case| {
                basic(case, "app", SECRET);
                case.authorization = case
                    .authorization
                    .take()
                    .map(|text| text.replace("Basic", "bASIC"));
            },
        ),
    ];
    for (sentence, change) in rows {
        let decision = Case::own_behalf().with(change).answer();
        assert!(decision.change().is_some(), "{sentence}");
    }
}

#[test]
fn form_decodes_both_halves_of_basic() {
    let sentence =
        "the client password is encoded using the same algorithm and used as the password";
    let odd = "a b+c%:é";
    let case = Case::own_behalf().with(|case| {
        case.client.id = "app/1".to_owned();
        case.client.secrets[0].digest = Digest::of(odd.as_bytes());
    });
    let encoded = case
        .clone()
        .with(|case| basic(case, "app%2F1", "a+b%2Bc%25%3A%C3%A9"));
    assert!(encoded.answer().change().is_some(), "{sentence}");
    let raw = case.with(|case| basic(case, "app/1", odd));
    let error = raw.answer().error();
    assert_eq!(
        error,
        refused(ClientFault::Header, true),
        "a raw % is not an escape"
    );
}

#[test]
fn a_header_that_holds_no_basic_credentials_is_refused() {
    for header in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YXBw",               // app, without a colon
        "Basic YXBwOmNzX3NlY3JldA", // padding is missing
        "Basic /w==",               // not UTF-8
        "Bearer abc",
        "Digest username=app",
        "YXBwOmNzX3NlY3JldA==",
        "",
    ] {
        let case = Case::own_behalf().with(|case| case.authorization = Some(header.to_owned()));
        let case = case.with(|case| case.unset("client_secret"));
        assert_eq!(
            case.answer().error(),
            refused(ClientFault::Header, true),
            "{header:?}"
        );
    }
}

/// Requests of a client that does not show who it is.
const UNPROVEN: &[(&str, Spoil, ClientFault)] = &[
    (
        "MUST authenticate with the authorization server",
        |case| {
            case.unset("client_secret");
        },
        ClientFault::Method,
    ),
    (
        "(e.g., unknown client",
        |case| case.set("client_id", "nobody"),
        ClientFault::Unknown,
    ),
    (
        "no client authentication included",
        |case| {
            case.unset("client_id");
            case.unset("client_secret");
        },
        ClientFault::Missing,
    ),
    (
        "no client authentication included",
        |case| case.unset("client_id"),
        ClientFault::Missing,
    ),
    (
        "authenticate the client if client authentication is included",
        |case| {
            case.set("client_secret", "cs_guess");
        },
        ClientFault::Secret,
    ),
    (
        "Parameters sent without a value MUST be treated as if they were omitted",
        |case| {
            case.set("client_secret", "");
        },
        ClientFault::Method,
    ),
    (
        "or unsupported authentication method",
        |case| {
            case.public();
            case.set("client_secret", SECRET);
        },
        ClientFault::Method,
    ),
    (
        "authenticate the client if client authentication is included",
        |case| {
            case.client.secrets.clear();
        },
        ClientFault::Secret,
    ),
    (
        "by disabling the client",
        |case| {
            case.client.status = ClientStatus::Disabled;
        },
        ClientFault::SwitchedOff,
    ),
    (
        "by disabling the client",
        |case| {
            case.client.status = ClientStatus::Pending;
        },
        ClientFault::Waits,
    ),
    (
        "by disabling the client",
        |case| {
            case.public();
            case.client.status = ClientStatus::Disabled;
        },
        ClientFault::Inactive,
    ),
];

#[test]
fn refuses_who_does_not_prove_to_be_the_client() {
    for (sentence, spoil, fault) in UNPROVEN {
        let error = Case::own_behalf().with(spoil).answer().error();
        assert_eq!(error, refused(*fault, false), "{sentence}");
    }
}

/// Whoever has the secret is told that the app waits or is off; whoever has not is told what everybody is.
#[test]
fn an_app_that_is_not_in_use_is_told_so_by_its_secret_alone() {
    let told = |status, secret: &str| {
        let case = Case::own_behalf().with(|case| {
            case.client.status = status;
            case.set("client_secret", secret);
        });
        let error = case.answer().error();
        assert_eq!(error.code(&ErrorAliases::default()), "invalid_client");
        assert_eq!(error.status(), 401);
        error.description()
    };
    let nobody = told(ClientStatus::Active, "cs_guess");
    for (status, part) in [
        (ClientStatus::Pending, "the app waits for review"),
        (ClientStatus::Disabled, "has switched this app off"),
    ] {
        assert!(told(status, SECRET).contains(part));
        assert_eq!(told(status, "cs_guess"), nobody);
    }
}

#[test]
fn refuses_wrong_credentials_in_the_header() {
    for (id, secret, fault) in [
        ("app", "cs_guess", ClientFault::Secret),
        ("app", "", ClientFault::Secret),
        ("nobody", SECRET, ClientFault::Unknown),
        ("", SECRET, ClientFault::Unknown),
        ("APP", SECRET, ClientFault::Unknown),
    ] {
        let case = Case::own_behalf().with(|case| basic(case, id, secret));
        assert_eq!(case.answer().error(), refused(fault, true), "{id}:{secret}");
    }
}

#[test]
fn refuses_more_than_one_method() {
    let sentence = "The client MUST NOT use more than one authentication method in each request.";
    let rows: &[(Spoil, ClientFault)] = &[
        (
            |case| {
                basic(case, "app", SECRET);
                case.set("client_secret", SECRET);
            },
            ClientFault::TwoMethods,
        ),
        (
            |case| {
                basic(case, "app", SECRET);
                case.set("client_id", "app");
                case.set("client_secret", "cs_guess");
            },
            ClientFault::TwoMethods,
        ),
        (
            |case| {
                basic(case, "app", SECRET);
                case.set("client_id", "other");
            },
            ClientFault::TwoClients,
        ),
    ];
    for (spoil, fault) in rows {
        let error = Case::own_behalf().with(spoil).answer().error();
        let expected = TokenError::InvalidRequest(RequestFault::Client(*fault));
        assert_eq!((error.status(), error), (400, expected), "{sentence}");
    }
}

#[test]
fn every_live_secret_works_and_a_dead_one_does_not() {
    let sentence = "Changing a single set of client credentials is significantly faster";
    let secret = |text: &str| StoredSecret {
        id: Locator(1),
        digest: Digest::of(text.as_bytes()),
        name: String::new(),
        created_at: Client::for_tests().created_at,
        expires_at: None,
    };
    let case = Case::own_behalf().with(|case| {
        case.client.secrets = vec![secret("cs_old"), secret("cs_new")];
    });
    for live in ["cs_old", "cs_new"] {
        let case = case.clone().with(|case| case.set("client_secret", live));
        assert!(case.answer().change().is_some(), "{sentence}");
    }
    let error = case.answer().error();
    assert_eq!(error, refused(ClientFault::Secret, false), "{sentence}");
}

#[test]
fn a_public_client_names_itself_and_no_more() {
    let sentence = "an unauthenticated client MUST send its \"client_id\"";
    let public = Case::code().with(Case::public);
    assert!(public.clone().answer().change().is_some(), "{sentence}");
    let error = public.with(|case| case.unset("client_id")).answer().error();
    assert_eq!(error, refused(ClientFault::Missing, false), "{sentence}");
    let case = Case::code()
        .with(Case::public)
        .with(|case| basic(case, "app", ""));
    assert_eq!(
        case.answer().error(),
        refused(ClientFault::Method, true),
        "{sentence}"
    );
    let advice = ClientFault::Method.sentence();
    assert!(advice.contains("client_id alone, in the body"), "{advice}");
}

#[test]
fn a_failed_authentication_changes_nothing() {
    let wrong: Spoil = |case| case.set("client_secret", "cs_guess");
    let replayed = Case::code()
        .with(wrong)
        .with(|case| case.code_mut().redeemed = true);
    assert!(replayed.answer().change().is_none());
    let mut used = Case::refresh();
    used.rotated();
    used.now.0 += 3_600;
    assert!(used.with(wrong).answer().change().is_none());
}

#[test]
fn an_unknown_client_and_a_wrong_secret_look_alike() {
    let wire = |spoil: Spoil| {
        let case = Case::own_behalf().with(spoil);
        let error = case.answer().error();
        (
            error.status(),
            error.code(&case.policy.errors).to_owned(),
            error.description(),
        )
    };
    let unknown = wire(|case| case.set("client_id", "nobody"));
    assert_eq!(unknown, wire(|case| case.set("client_secret", "cs_guess")));
    assert_eq!(
        unknown,
        wire(|case| {
            case.client.status = ClientStatus::Disabled;
            case.set("client_secret", "cs_guess");
        })
    );
    assert_eq!((unknown.0, unknown.1.as_str()), (401, "invalid_client"));
}

#[test]
fn an_app_that_is_not_served_here_is_unknown() {
    // Without test mode an app of it is not there, nor are published credentials that no longer are.
    let sentence = "The authorization server MUST authenticate the client";
    let rows: &[Spoil] = &[
        |case| {
            case.client.side = Side::Test;
            case.policy.test_mode = false;
        },
        |case| case.client.documented = true,
    ];
    let cases: [fn() -> Case; 4] = [Case::code, Case::refresh, Case::own_behalf, Case::device];
    for case in cases {
        for spoil in rows {
            let answer = case().with(spoil).answer();
            let (change, answer) = answer.into_parts();
            let error = answer.expect_err(sentence);
            assert_eq!(error, refused(ClientFault::Unknown, false), "{sentence}");
            assert!(change.is_none(), "{sentence}");
        }
    }
}
