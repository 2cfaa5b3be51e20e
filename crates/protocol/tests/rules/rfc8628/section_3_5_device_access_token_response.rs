//! §3.5 Device Access Token Response.
use protocol::policy::ErrorAliases;
use protocol::testing::{Case, NOW, Spoil};
use protocol::token::{RawRequest, TokenError, TokenRequest};
use protocol::transition::DeviceChange;
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
    let Some(Transition::Device(DeviceChange::Poll { before, after, .. })) = change else {
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
        device.pace.polled_at = Some(UnixTime(NOW.0 - 3));
    });
    assert_eq!(code(&error), (400, "slow_down".to_owned()));
    let Some(Transition::Device(DeviceChange::Poll { after, .. })) = change else {
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
    assert_eq!(slowed(8), TokenError::SlowDown { interval });
    assert_eq!(slowed(10), TokenError::AuthorizationPending);
    // The clock was a day ahead at the last poll.
    assert_eq!(slowed(-86_400), TokenError::AuthorizationPending);
}

/// Libraries poll by a ticker, "the minimum amount of time in seconds that the client SHOULD wait" apart as they
/// leave, not as they arrive.
#[test]
fn a_poll_that_seems_a_second_early_is_in_time() {
    for (interval, seconds, in_time) in [(5, 4, true), (5, 3, false), (2, 1, true), (1, 0, false)] {
        let mut case = Case::device();
        case.device_mut().device.answer = None;
        case.device_mut().device.pace = Pace {
            interval: Lifetime::from_seconds(interval),
            polled_at: Some(UnixTime(NOW.0 - seconds)),
        };
        let Decision::Refused { error, .. } = case.answer() else {
            panic!("nobody has answered yet");
        };
        let pending = error == TokenError::AuthorizationPending;
        assert_eq!(pending, in_time, "{seconds} of {interval}");
    }
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

/// "slow_down: … the polling should continue, but the interval MUST be increased by 5 seconds"
#[test]
fn a_poll_that_others_came_before_every_time_is_told_to_slow_down() {
    let case = Case::device();
    let body = case.body();
    let raw = RawRequest {
        authorization: None,
        content_type: Some("application/x-www-form-urlencoded"),
        query: None,
        body: body.as_bytes(),
    };
    let poll = TokenRequest::parse(&raw, &case.policy).expect("a poll");
    let error = poll.when_contended(&case.policy).expect("an answer");
    assert_eq!(code(&error), (400, "slow_down".to_owned()));
    let interval = Lifetime::from_seconds(10);
    assert_eq!(error, TokenError::SlowDown { interval });
}
