//! What people type for the second step: a code of an authenticator app, or a recovery code.
use crate::ground::text;
use jose::keyed::Key;
use protocol::accounts::second_factor::Typed;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::totp::Seed;
use protocol::types::UnixTime;

/// What was typed; and bytes that codes are made of.
pub(crate) fn typed_code(data: &[u8]) {
    made(data);
    let Some(typed) = text(data) else { return };
    let bare: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    match Typed::read(typed) {
        Some(Typed::Code(code)) => {
            assert_eq!(code, bare);
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
        }
        Some(Typed::Recovery(code)) => {
            // Its letters are those typed, in that order, but for digits that are taken for a letter.
            let letters = |text: &str| {
                let upper = text.to_ascii_uppercase().replace('-', "");
                upper.replace('0', "O").replace('1', "I").replace('8', "B")
            };
            assert_eq!(letters(&code.text()), letters(&bare), "{typed:?}");
            assert!(bare.is_ascii() && bare.len() == 16, "{typed:?}");
            is_read(&code);
        }
        None => {
            let digits = bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit());
            assert!(!digits, "{typed:?}");
        }
    }
}

/// Codes of these bytes read back, as they are shown and as people type them.
fn made(data: &[u8]) {
    let codes = RecoveryCode::of_round(&Key::new(&[7; 32]), data);
    is_read(&codes[data.len() % codes.len()]);
    let Some(seed) = data.get(..20).and_then(Seed::from_stored) else {
        return;
    };
    let at = data.get(20..24).and_then(|bytes| bytes.try_into().ok());
    let now = UnixTime(i64::from(u32::from_be_bytes(at.unwrap_or_default())));
    let code = seed.code(now);
    let shown = format!(" {} {} ", &code[..3], &code[3..]);
    assert!(matches!(Typed::read(&shown), Some(Typed::Code(typed)) if typed == code));
    let step = seed.step_of(&code, now).expect("its own");
    assert!((now.0 / 30 - 1..=now.0 / 30 + 1).contains(&step));
}

fn is_read(code: &RecoveryCode) {
    let shown = code.text();
    let loose = shown.to_lowercase().replace('-', " ").replace('o', "0");
    for typed in [&shown, &loose] {
        let read = Typed::read(typed);
        assert!(
            matches!(&read, Some(Typed::Recovery(read)) if read == code),
            "{typed}"
        );
    }
    let cut = Typed::read(&shown[1..]);
    assert!(
        !matches!(cut, Some(Typed::Recovery(_))),
        "one letter less is none"
    );
}
