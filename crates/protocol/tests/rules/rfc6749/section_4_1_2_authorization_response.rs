//! §4.1.2 Authorization Response: the code and the state.
use protocol::Transition;
use protocol::facts::SessionFacts;
use protocol::testing::{CALLBACK, Case, NOW, Spoil, Verdict, query};
use protocol::token::GrantFault;
use protocol::transition::{AuthorizeChange, GrantChange, RevocationCause};
use protocol::types::{AuthorizationCode, UnixTime};
use wire::Presented;

/// The code as it is stored, and its text.
fn issued(case: &Case) -> (AuthorizationCode, String) {
    let request = case.passed();
    let decision = request.issue_code(
        request.scope.clone(),
        &SessionFacts::for_tests(),
        &case.context(),
    );
    let protocol::Decision::Granted { transition, reply } = decision else {
        panic!("a request that was allowed gives a code");
    };
    let Some(Transition::Authorize(AuthorizeChange::IssueCode { code, .. })) = transition else {
        panic!("a code is issued, not {transition:?}");
    };
    let text = query(reply.location())
        .into_iter()
        .find(|(name, _)| name == "code");
    (code, text.expect("a code").1)
}

#[test]
fn the_response_carries_code_and_state() {
    let sentence = "adding the following parameters to the query component of the redirection URI";
    let url = Case::authorize().allowed();
    let names: Vec<String> = query(&url).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["code", "state", "iss"], "{sentence}");
    let url = Case::authorize().with(|case| case.unset("state")).allowed();
    let names: Vec<String> = query(&url).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["code", "iss"],
        "REQUIRED if the \"state\" parameter was present"
    );
}

#[test]
fn state_comes_back_as_it_came() {
    let sentence = "The exact value received from the client.";
    let long = "s".repeat(2_048);
    for state in [
        "xyz",
        " ",
        "a b+c%20d&e=f#g",
        "\"\\\r\n\t",
        "é😀",
        "{\"a\":[1]}",
        "https://app.example/?a=b",
        &long,
    ] {
        let case = Case::authorize().with(|case| case.set("state", state));
        let url = case.allowed();
        let expected = ("state".to_owned(), state.to_owned());
        assert!(query(&url).contains(&expected), "{sentence}: {url}");
        assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
        let refused = case.with(|case| case.set("scope", "none"));
        let url = refused.redirected().response(&refused.policy);
        let url = url.location().to_owned();
        assert!(query(&url).contains(&expected), "{sentence}: {url}");
    }
}

#[test]
fn the_code_is_bound_to_what_was_asked() {
    let sentence = "The authorization code is bound to the client identifier and redirection URI.";
    let case = Case::authorize();
    let (code, text) = issued(&case);
    assert_eq!(
        (code.client, code.redirect_uri.as_str()),
        (case.client.no, CALLBACK),
        "{sentence}"
    );
    assert_eq!(code.auth_time, SessionFacts::for_tests().session.auth_time);
    let seen = Presented::parse(&text).expect("a code is token text");
    assert_eq!(
        (seen.locator, seen.digest),
        (code.id.0, code.digest),
        "stored as a digest"
    );
}

#[test]
fn the_code_expires_shortly() {
    let sentence = "The authorization code MUST expire shortly after it is issued";
    let rows: &[(Spoil, i64)] = &[
        (|_| {}, 300),
        (|case| case.set("scope", "identity"), 90),
        (|case| case.set("scope", "tasks:read identity"), 90),
    ];
    for (change, seconds) in rows {
        let (code, _) = issued(&Case::authorize().with(change));
        assert_eq!(code.expires_at, UnixTime(NOW.0 + seconds), "{sentence}");
    }
}

#[test]
fn an_expired_code_is_refused() {
    let sentence = "The authorization code MUST expire shortly after it is issued";
    let at = |seconds: i64| {
        Case::code().with(|case| case.now = UnixTime(case.code_mut().code.expires_at.0 + seconds))
    };
    assert!(at(-1).answer().change().is_some(), "{sentence}");
    assert_eq!(
        at(0).answer().error(),
        GrantFault::Expired.into(),
        "{sentence}"
    );
    assert!(at(1).answer().change().is_none(), "{sentence}");
}

#[test]
fn second_use_is_refused_and_revokes() {
    let sentence = "If an authorization code is used more than once, the authorization server MUST \
                    deny the request and SHOULD revoke (when possible) all tokens previously issued";
    let rows: &[Spoil] = &[
        |_| {},
        Case::public,
        |case| case.now = UnixTime(NOW.0 + 86_400), // long after the code expired
        |case| case.code_mut().person = None,
        |case| case.unset("redirect_uri"),
    ];
    for change in rows {
        let case = Case::code()
            .with(|case| case.code_mut().redeemed = true)
            .with(change);
        let code = case.code.clone().expect("a code").code;
        assert_eq!(
            case.answer().error(),
            GrantFault::Replayed.into(),
            "{sentence}"
        );
        let Some(Transition::Grant(GrantChange::Revoke {
            grant,
            client,
            cause,
            ..
        })) = case.answer().change()
        else {
            panic!("{sentence}");
        };
        assert_eq!((grant, client), (code.id, code.client), "{sentence}");
        assert_eq!(cause, RevocationCause::CodeReplay);
    }
}

#[test]
fn a_replay_that_is_not_otherwise_valid_revokes_nothing() {
    // OAuth 2.1 §7.5.3: who does not hold the client's proofs must not be able to end its grants.
    let rows: &[Spoil] = &[
        |case| case.code_mut().code.client.0 += 1,
        |case| case.code_mut().code.digest = jose::Digest::of(b"another secret"),
        |case| case.set("redirect_uri", "https://app.example/other"),
        |case| case.unset("code_verifier"),
        |case| case.set("code_verifier", &"a".repeat(43)),
        |case| case.set("client_secret", "cs_guess"),
        |case| case.client.grants.clear(),
    ];
    for spoil in rows {
        let case = Case::code()
            .with(|case| case.code_mut().redeemed = true)
            .with(spoil);
        assert!(
            case.answer().change().is_none(),
            "{:?}",
            case.answer().error()
        );
    }
}
