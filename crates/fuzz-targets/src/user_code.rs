//! User codes (RFC 8628 §6.1), as typed and as made.
use crate::ground::text;
use protocol::types::UserCode;

/// What a person typed; and random bytes to make a code of.
pub(crate) fn user_code(data: &[u8]) {
    if let Some(made) = UserCode::from_random(data) {
        let shown = made.to_string();
        is_plain(&shown);
        assert!(UserCode::parse(&shown) == Some(made));
        let loose = format!(" {} ", shown.to_lowercase().replace('-', " \u{2013} "));
        assert!(UserCode::parse(&loose) == Some(made), "{loose:?}");
        assert!(
            UserCode::parse(&shown[1..]).is_none()
                && UserCode::parse(&format!("{shown}B")).is_none()
        );
    }
    let Some(typed) = text(data) else { return };
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some(code) = UserCode::parse(typed) else {
        // Nothing that a person copied in order is refused.
        let shown = format!(
            "{}-{}",
            letters.get(..4).unwrap_or_default(),
            letters.get(4..).unwrap_or_default()
        );
        assert!(shown != typed || !is_code(&letters), "{typed:?}");
        return;
    };
    let shown = code.to_string();
    is_plain(&shown);
    // Its letters are those typed, in that order, and nothing else was typed that has a meaning.
    assert_eq!(shown.replace('-', ""), letters.to_ascii_uppercase());
    assert!(
        typed
            .chars()
            .all(|c| c.is_ascii_alphabetic() || !c.is_alphanumeric()),
        "{typed:?}"
    );
    assert!(UserCode::parse(&shown) == Some(code));
    let other = UserCode::parse(&shown.replace('B', "C"));
    assert_eq!(
        other.is_some_and(|other| other.digest() == code.digest()),
        !shown.contains('B')
    );
}

fn is_code(letters: &str) -> bool {
    letters.len() == 8
        && letters
            .to_ascii_uppercase()
            .chars()
            .all(|c| "BCDFGHJKLMNPQRSTVWXZ".contains(c))
}

/// `BCDF-GHJK`.
fn is_plain(shown: &str) {
    let (first, second) = shown.split_once('-').expect("a dash");
    assert!(
        first.len() == 4 && is_code(&format!("{first}{second}")),
        "{shown}"
    );
    assert_eq!(shown, shown.to_ascii_uppercase());
}
