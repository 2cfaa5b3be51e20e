//! What a browser holds of us: a session cookie, and the handle of a request that waits for its person.

use protocol::Transition;
use protocol::accounts::session::SessionCookie;
use protocol::accounts::sign_in::SESSION_PREFIX;
use protocol::authorize::{
    AuthorizationFault, HANDLE_PREFIX, Handle, InteractionFault, ShownError,
};
use protocol::facts::{InteractionFacts, SessionFacts};
use protocol::testing::{Case, NOW, text};
use protocol::transition::AuthorizeChange;
use protocol::types::{Client, ClientStatus, UnixTime};
use std::sync::Arc;

/// A session on record, and its cookie.
fn signed_in() -> (SessionCookie, SessionFacts) {
    let mut facts = SessionFacts::for_tests();
    let cookie = text(SESSION_PREFIX, facts.session.id);
    facts.session.digest = cookie.digest();
    let cookie = SessionCookie::parse(cookie.as_str()).expect("a session cookie");
    (cookie, facts)
}

#[test]
fn a_session_signs_in_until_it_ends() {
    let (cookie, facts) = signed_in();
    assert_eq!(cookie.locator(), facts.session.id);
    assert!(cookie.signs_in(&facts, NOW));
    let last = UnixTime(facts.session.expires_at.0 - 1);
    assert!(cookie.signs_in(&facts, last));
    assert!(!cookie.signs_in(&facts, facts.session.expires_at));
}

#[test]
fn a_session_of_a_disabled_account_or_with_another_secret_signs_nobody_in() {
    let spoils: [fn(&mut SessionFacts); 2] = [
        |facts| facts.person.disabled_at = Some(NOW),
        |facts| facts.session.digest = jose::Digest::of(b"another secret"),
    ];
    for spoil in spoils {
        let (cookie, mut facts) = signed_in();
        spoil(&mut facts);
        assert!(!cookie.signs_in(&facts, NOW));
    }
}

#[test]
fn what_is_no_text_of_ours_is_looked_up_nowhere() {
    let id = SessionFacts::for_tests().session.id;
    for prefix in ["at_", "rt_", "ac_", "rq_", "test_ss_"] {
        assert!(SessionCookie::parse(text(prefix, id).as_str()).is_none());
    }
    for prefix in ["at_", "rt_", "ac_", "ss_", "test_rq_"] {
        assert!(Handle::parse(text(prefix, id).as_str()).is_none());
    }
    for garbage in ["", "garbage", "ss_", "rq_"] {
        assert!(SessionCookie::parse(garbage).is_none() && Handle::parse(garbage).is_none());
    }
}

/// A case of this moment.
fn at(now: UnixTime) -> Case {
    Case::authorize().with(|case| case.now = now)
}

/// A request that waits, and the browser's handle.
fn waiting() -> (Handle, InteractionFacts) {
    let case = Case::authorize();
    let request = case.passed();
    let (handle, kept) = request.keep(&case.context());
    let Transition::Authorize(AuthorizeChange::Keep(interaction)) = kept else {
        panic!("a request is kept");
    };
    assert!(handle.as_str().starts_with(HANDLE_PREFIX));
    let facts = InteractionFacts {
        interaction,
        client: Some(Arc::new(Client::for_tests())),
    };
    (Handle::parse(handle.as_str()).expect("a handle"), facts)
}

#[test]
fn a_request_that_waits_goes_on_as_it_came() {
    let (handle, facts) = waiting();
    assert_eq!(handle.locator(), facts.interaction.id);
    let last = UnixTime(facts.interaction.expires_at.0 - 1);
    for now in [NOW, last] {
        let resumed = handle.resume(Some(facts.clone()), None, &at(now).context());
        let (_, request) = resumed.expect("it waits");
        assert_eq!(request.state.as_deref(), Some("xyz"));
        assert_eq!(request.redirect_uri.as_str(), protocol::testing::CALLBACK);
    }
}

#[test]
fn a_request_that_cannot_go_on_says_why() {
    let fault = |spoil: fn(&mut InteractionFacts), now: UnixTime| {
        let (handle, mut facts) = waiting();
        spoil(&mut facts);
        handle
            .resume(Some(facts), None, &at(now).context())
            .map(|_| ())
            .unwrap_err()
    };
    let (handle, facts) = waiting();
    let end = facts.interaction.expires_at;
    let none = handle.resume(None, None, &at(NOW).context()).map(|_| ());
    assert!(matches!(none, Err(InteractionFault::Unknown)));
    let guess = fault(
        |facts| facts.interaction.digest = jose::Digest::of(b"x"),
        NOW,
    );
    assert!(matches!(guess, InteractionFault::Unknown), "{guess:?}");
    let late = fault(|_| {}, end);
    assert!(matches!(late, InteractionFault::Expired(_)), "{late:?}");
    let answered = |facts: &mut InteractionFacts| facts.interaction.answered_at = Some(NOW);
    let twice = fault(answered, NOW);
    assert!(matches!(twice, InteractionFault::Answered(_)), "{twice:?}");
    let old = fault(answered, end);
    assert!(matches!(old, InteractionFault::Expired(_)), "{old:?}");
}

#[test]
fn a_request_is_checked_anew_against_its_app_as_it_is_now() {
    let (handle, mut facts) = waiting();
    let mut app = Client::for_tests();
    app.status = ClientStatus::Pending;
    facts.client = Some(Arc::new(app));
    let resumed = handle
        .resume(Some(facts), None, &at(NOW).context())
        .map(|_| ());
    let Err(InteractionFault::Refused(AuthorizationFault::Shown(error))) = resumed else {
        panic!("it is refused: {resumed:?}");
    };
    let waits = ShownError::InactiveClient(ClientStatus::Pending);
    assert_eq!(error, waits);
}
