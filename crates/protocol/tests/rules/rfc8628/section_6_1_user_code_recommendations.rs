//! §6.1 User Code Recommendations.
use proptest::prelude::*;
use protocol::types::UserCode;

fn read(text: &str) -> Option<String> {
    UserCode::parse(text).map(|code| code.to_string())
}

/// "The server should ignore any characters like "-" that are not in the user code character set", and case.
#[test]
fn it_is_read_as_people_type_it() {
    for typed in [
        "WDJB-MJHT",
        "wdjb-mjht",
        "WDJBMJHT",
        " wdjb mjht ",
        "W-D-J-B-M-J-H-T",
        "wdjb\u{2013}mjht",
        "wdjb.mjht",
        "WDJB_MJHT",
    ] {
        assert_eq!(read(typed).as_deref(), Some("WDJB-MJHT"), "{typed:?}");
    }
}

#[test]
fn other_text_is_none() {
    let long = "-".repeat(100) + "WDJBMJHT";
    for typed in [
        "",
        "WDJB",
        "WDJB-MJH",
        "WDJB-MJHTT",
        "AEIO-UYAE",
        "WDJB-MJH1",
        "WDJB-MJH\u{0}",
        "\u{ff37}DJBMJHT",
        "WDJB+MJHT",
        &long,
    ] {
        assert_eq!(read(typed), None, "{typed:?}");
    }
}

/// "It is RECOMMENDED to avoid … characters that are easily confused": no vowels, no digits.
#[test]
fn every_letter_is_as_likely_as_another() {
    let mut seen = std::collections::BTreeMap::new();
    for byte in 0..=255u8 {
        let code = UserCode::from_random(&[byte; 32]).map(|code| code.to_string());
        assert_eq!(code.is_some(), byte < 240);
        for letter in code.iter().flat_map(|code| code.chars().next()) {
            *seen.entry(letter).or_insert(0) += 1;
        }
    }
    assert_eq!(seen.keys().collect::<String>(), "BCDFGHJKLMNPQRSTVWXZ");
    assert!(seen.values().all(|count| *count == 12));
}

proptest! {
    #[test]
    fn what_is_shown_reads_back(bytes in prop::array::uniform32(any::<u8>())) {
        if let Some(code) = UserCode::from_random(&bytes) {
            prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
            prop_assert_eq!(code.to_string().len(), 9);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        if let Some(code) = UserCode::parse(&text) {
            prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
        }
    }
}
