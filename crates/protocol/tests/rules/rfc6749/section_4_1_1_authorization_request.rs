//! §4.1.1 Authorization Request: what is asked, and what has to happen before it is answered.
use protocol::authorize::{AuthorizationRequest, Moment, ShownError, Step};
use protocol::consent::{Answer, Chosen, allow, deny};
use protocol::facts::{InteractionFacts, SessionFacts};
use protocol::testing::{CALLBACK, Case, NOW, Spoil, Verdict, scope};
use protocol::transition::AuthorizeChange;
use protocol::types::{ClientStatus, Consent, Interaction, Locator, Subject, UnixTime};
use protocol::{Params, Policy, Transition};
use std::sync::Arc;

/// What this very request gave the last time it was allowed.
fn consent() -> Consent {
    Consent {
        organization: None,
        subject: Subject(7),
        client: Case::authorize().client.no,
        scope: scope("tasks:read"),
        redirect_uris: vec![CALLBACK.to_owned()],
        granted_at: NOW,
        earlier: protocol::types::Scope::default(),
        skipped: protocol::types::Scope::default(),
        standing: protocol::types::AppStanding::Trusted,
    }
}

fn kept(case: &Case, request: &AuthorizationRequest) -> InteractionFacts {
    let (_, transition) = request.keep(&case.context());
    let Transition::Authorize(AuthorizeChange::Keep(interaction)) = transition else {
        panic!("keeping a request keeps an interaction");
    };
    InteractionFacts {
        interaction,
        client: Some(Arc::new(case.client.clone())),
    }
}

#[test]
fn the_app_is_known_and_in_use() {
    let sentence = "client_id REQUIRED. The client identifier as described in Section 2.2.";
    let rows: &[(Spoil, ShownError)] = &[
        (|case| case.unset("client_id"), ShownError::ClientMissing),
        (
            |case| case.set("client_id", "nobody"),
            ShownError::UnknownClient,
        ),
        (
            |case| case.set("client_id", "APP"),
            ShownError::UnknownClient,
        ),
        (
            |case| case.client.status = ClientStatus::Pending,
            ShownError::InactiveClient(ClientStatus::Pending),
        ),
        (
            |case| case.client.status = ClientStatus::Disabled,
            ShownError::InactiveClient(ClientStatus::Disabled),
        ),
    ];
    for (spoil, expected) in rows {
        let case = Case::authorize().with(spoil);
        assert_eq!(case.shown(), *expected, "{sentence}");
        assert_eq!(
            case.shown().code(&case.policy),
            "invalid_request",
            "never invalid_client"
        );
    }
}

#[test]
fn a_kept_request_reads_back_as_it_was() {
    let sentence =
        "validates the request to ensure that all required parameters are present and valid";
    let case = Case::authorize().with(|case| {
        case.set("state", "a b&c=d%é\n");
        case.add("nonce", "1");
    });
    let request = case.passed();
    let facts = kept(&case, &request);
    let params = Params::from_form(facts.interaction.request.as_bytes()).expect("a kept form");
    let again = protocol::authorize::check(params, facts.client, &case.context()).expect(sentence);
    assert_eq!(again.state, request.state, "{sentence}");
    assert_eq!(again.challenge, request.challenge, "{sentence}");
    assert_eq!(again.scope, request.scope, "{sentence}");
    assert_eq!(facts.interaction.answered_at, None);
    assert_eq!(facts.interaction.expires_at.0, NOW.0 + 1_800);
}

#[test]
fn the_handle_is_stored_as_a_digest() {
    let case = Case::authorize();
    let (handle, transition) = case.passed().keep(&case.context());
    let Transition::Authorize(AuthorizeChange::Keep(Interaction {
        digest, request, ..
    })) = transition
    else {
        panic!("keeping a request keeps an interaction");
    };
    assert_eq!(digest, handle.digest());
    assert!(!request.contains(handle.as_str()));
}

#[test]
fn the_person_is_known_and_asked() {
    let sentence = "the authorization server authenticates the resource owner and obtains an \
                    authorization decision";
    let request = Case::authorize().passed();
    let asked = |new: &str| Step::Consent { new: scope(new) };
    let next = |change: fn(&mut Consent)| {
        let mut consent = consent();
        change(&mut consent);
        request.next(
            Some(&SessionFacts::for_tests()),
            &Some(consent),
            &Policy::for_tests(),
            Moment::of_arrival(NOW),
        )
    };
    assert_eq!(
        request.next(
            None,
            &Some(consent()),
            &Policy::for_tests(),
            Moment::of_arrival(NOW)
        ),
        Step::SignIn,
        "{sentence}"
    );
    assert_eq!(
        request.next(
            Some(&SessionFacts::for_tests()),
            &None,
            &Policy::for_tests(),
            Moment::of_arrival(NOW)
        ),
        asked("tasks:read"),
        "{sentence}"
    );
    assert_eq!(
        next(|_| {}),
        Step::Issue(scope("tasks:read")),
        "{sentence}: by establishing approval via other means"
    );
    assert_eq!(
        next(|consent| consent.scope = scope("tasks:read api")),
        Step::Issue(scope("tasks:read")),
        "{sentence}"
    );
    assert_eq!(
        next(|consent| consent.scope = scope("api")),
        asked("tasks:read"),
        "{sentence}"
    );
    assert_eq!(
        next(|consent| consent.subject = Subject(8)),
        asked("tasks:read"),
        "{sentence}"
    );
    assert_eq!(
        next(|consent| consent.redirect_uris.clear()),
        asked(""),
        "{sentence}"
    );
}

#[test]
fn allowing_gives_a_code_and_remembers() {
    let case = Case::authorize().with(|case| case.set("scope", "api"));
    let request = case.passed();
    let facts = kept(&case, &request);
    let decision = allow(
        (&request, Chosen::all(&request.scope)),
        answer(&facts),
        &SessionFacts::for_tests(),
        Some(consent()),
        (None, None),
        &case.context(),
    );
    let Some(Transition::Authorize(AuthorizeChange::IssueCode {
        code,
        interaction,
        consent,
        ..
    })) = decision.change()
    else {
        panic!("an allowed request gives a code");
    };
    assert_eq!(interaction, Some(facts.interaction.id), "one answer only");
    assert_eq!(
        code.scope,
        scope("api"),
        "the code carries what was asked now"
    );
    let consent = consent.expect("it is remembered");
    assert_eq!(consent.scope, scope("tasks:read api"), "the memory grows");
    assert_eq!(consent.redirect_uris, [CALLBACK]);
}

/// Sent from our own form.
fn answer(facts: &InteractionFacts) -> Answer<'_> {
    Answer {
        organization: None,
        interaction: &facts.interaction,
        nonce: "a nonce of this browser",
    }
}

/// "The client MUST NOT use the authorization code more than once" (§4.1.2) holds for what a double click brings too:
/// there is one code, and the second click goes where the first went.
#[test]
fn the_same_answer_posted_twice_goes_to_the_same_place_and_another_does_not() {
    let case = Case::authorize();
    let request = case.passed();
    for allowed in [true, false] {
        let mut facts = kept(&case, &request);
        let decision = match allowed {
            true => allow(
                (&request, Chosen::all(&request.scope)),
                answer(&facts),
                &SessionFacts::for_tests(),
                None,
                (None, None),
                &case.context(),
            ),
            false => deny(
                &request,
                answer(&facts),
                &SessionFacts::for_tests(),
                &case.policy,
            ),
        };
        let (change, url) = decision.into_parts();
        let code = match change {
            Some(Transition::Authorize(AuthorizeChange::IssueCode { code, .. })) => Some(code),
            Some(Transition::Authorize(AuthorizeChange::Deny { .. })) => None,
            other => panic!("{other:?}"),
        };
        let url = url.expect("somewhere to go");
        let again = |answer: Answer<'_>, allowed, seconds| {
            let moment = (&case.policy, UnixTime(case.now.0 + seconds));
            answer.repeated(&request, allowed, code.as_ref(), moment)
        };
        assert_eq!(again(answer(&facts), allowed, 0), None, "not answered yet");
        facts.interaction.answered_at = Some(case.now);
        facts.interaction.code = code.as_ref().map(|code| code.id);
        assert_eq!(again(answer(&facts), allowed, 59), Some(url));
        assert_eq!(again(answer(&facts), !allowed, 0), None, "another answer");
        assert_eq!(again(answer(&facts), allowed, 60), None, "too late");
        let other = Answer {
            nonce: "a nonce of another browser",
            ..answer(&facts)
        };
        // A no has nothing that is worth keeping from anybody.
        assert_eq!(again(other, allowed, 0).is_some(), !allowed);
        facts.interaction.id.0 += 1;
        assert_eq!(again(answer(&facts), true, 0), None, "another request's");
    }
}

#[test]
fn declining_gives_no_code() {
    let case = Case::authorize();
    let request = case.passed();
    let facts = kept(&case, &request);
    let decision = deny(
        &request,
        answer(&facts),
        &SessionFacts::for_tests(),
        &case.policy,
    );
    let Some(Transition::Authorize(AuthorizeChange::Deny { interaction, .. })) = decision.change()
    else {
        panic!("a declined request is answered");
    };
    assert_eq!(interaction, facts.interaction.id);
}

#[test]
fn a_disabled_person_gives_no_code() {
    let case = Case::authorize();
    let request = case.passed();
    let mut session = SessionFacts::for_tests();
    session.person.disabled_at = Some(NOW);
    assert!(
        request
            .issue_code(request.scope.clone(), &session, &case.context())
            .change()
            .is_none()
    );
    session.person.disabled_at = None;
    session.person.not_before = Locator(i64::MAX);
    assert!(
        request
            .issue_code(request.scope.clone(), &session, &case.context())
            .change()
            .is_none()
    );
}
