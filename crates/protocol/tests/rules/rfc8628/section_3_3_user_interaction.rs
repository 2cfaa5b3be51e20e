//! §3.3 User Interaction.
use protocol::Transition;
use protocol::device::{UserCodeFault, answer};
use protocol::facts::SessionFacts;
use protocol::testing::{Case, NOW, Spoil, Verdict};
use protocol::transition::DeviceChange;
use protocol::types::{ClientStatus, DeviceAnswer, Locator, Scope, Subject, UnixTime};

fn decide(allowed: bool, spoil: Spoil) -> protocol::Decision<(), UserCodeFault> {
    let mut case = Case::device();
    case.device_mut().device.answer = None;
    let case = case.with(spoil);
    let facts = case.device.clone().expect("a device");
    answer(
        &facts,
        Some(&case.client),
        allowed.then_some((&facts.device.scope, Some(Locator(51)))),
        (None, None),
        &SessionFacts::for_tests(),
        &case.context(),
    )
}

#[test]
fn yes_and_no_are_kept_with_who_said_it() {
    let Some(Transition::Device(DeviceChange::Answer {
        answer, subject, ..
    })) = decide(true, |_| {}).change()
    else {
        panic!("an answer is kept");
    };
    assert_eq!(subject, Subject(7));
    let DeviceAnswer::Allowed {
        at,
        auth_time,
        organization,
        ..
    } = answer
    else {
        panic!("allowed");
    };
    assert_eq!(organization, Some(Locator(51)), "the one that was picked");
    assert!(at > Locator::first_at(UnixTime(NOW.0 - 1)));
    assert_eq!(auth_time, SessionFacts::for_tests().session.auth_time);
    let Some(Transition::Device(DeviceChange::Answer { answer, .. })) =
        decide(false, |_| {}).change()
    else {
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
            |case| case.client.not_before = Locator(i64::MAX),
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
