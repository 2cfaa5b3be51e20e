//! RFC 6238, time-based one-time passwords. What HOTP makes of a counter (RFC 4226) is tested in `jose`.
use protocol::accounts::second_factor::totp::Seed;
use protocol::types::UnixTime;

/// The key of appendix B.
fn seed() -> Seed {
    Seed::from_stored(b"12345678901234567890").expect("20 bytes")
}

/// Appendix B, whose eight digits end with our six.
#[test]
fn the_codes_of_the_standard() {
    let sentence = "The algorithm MUST use HOTP as a key building block.";
    for (at, expected) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        assert_eq!(seed().code(UnixTime(at)), expected[2..], "{sentence} {at}");
    }
}

#[test]
fn a_clock_may_be_a_step_away_and_no_more() {
    let sentence = "We RECOMMEND that at most one time step is allowed as the network delay.";
    let (seed, now) = (seed(), UnixTime(1_800_000_000));
    let step_now = now.0 / 30;
    for (away, taken) in [
        (-60, false),
        (-30, true),
        (0, true),
        (30, true),
        (60, false),
    ] {
        let code = seed.code(UnixTime(now.0 + away));
        let found = seed.step_of(&code, now);
        assert_eq!(
            found,
            taken.then_some(step_now + away / 30),
            "{sentence} {away}"
        );
    }
    for no in ["", "00000", "0000000", "abcdef"] {
        assert_eq!(seed.step_of(no, now), None, "{no:?}");
    }
}

#[test]
fn every_key_is_another() {
    let sentence = "There MUST be a unique secret (key) for each prover.";
    let one = Seed::new(&[1; 32]);
    assert_eq!(
        one.as_bytes().len(),
        20,
        "as long as the output of HMAC-SHA-1"
    );
    assert_ne!(one, Seed::new(&[2; 32]), "{sentence}");
    assert_eq!(Seed::from_stored(&[1; 19]), None);
}
