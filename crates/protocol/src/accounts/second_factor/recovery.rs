//! Recovery codes: what lets somebody in who has lost the device with their authenticator app. Each works once. They hold 80
//! bits, so nobody guesses one, and a plain digest is kept.
use super::{is_gap, totp::base32};
use jose::Digest;
use jose::keyed::Key;

/// How many there are.
pub const COUNT: usize = 10;
/// Characters of one.
const LENGTH: usize = 16;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// A recovery code.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// The codes that go with `round`, which nobody but the server and the browser has: the same, however often its form
    /// comes.
    pub fn of_round(key: &Key, round: &[u8]) -> Vec<Self> {
        let code = |number: usize| {
            let secret = key.derive(&[b"recovery code", round, &number.to_be_bytes()]);
            RecoveryCode(base32(&secret[..LENGTH * 5 / 8]))
        };
        (0..COUNT).map(code).collect()
    }

    /// Reads what somebody typed, in whichever case and with whatever spaces and hyphens. What is easily taken for a letter
    /// is one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let letter = |c: char| match c.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        };
        let typed = text.chars().filter(|c| !is_gap(*c)).map(letter);
        let code: String = typed.take(LENGTH + 1).collect();
        let plain = |b: u8| matches!(b, b'A'..=b'Z' | b'2'..=b'7');
        (code.len() == LENGTH && code.bytes().all(plain)).then_some(RecoveryCode(code))
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// As people are shown it.
    pub fn text(&self) -> String {
        let groups = self.0.as_bytes().chunks(GROUP);
        let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
        groups.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_shown_and_as_people_type_it() {
        let key = Key::new(&[7; 32]);
        let codes = RecoveryCode::of_round(&key, b"round");
        assert_eq!(codes.len(), COUNT);
        for code in &codes {
            let shown = code.text();
            assert_eq!(shown.len(), 19, "{shown}");
            let lower = shown.to_lowercase().replace('-', " ");
            let bare = shown.replace('-', "").replace('O', "0").replace('I', "1");
            for typed in [shown, lower, bare] {
                assert_eq!(RecoveryCode::read(&typed).as_ref(), Some(code), "{typed}");
            }
        }
        for no in [
            "",
            "123456",
            "AAAA-AAAA-AAAA-AAA",
            "AAAA-AAAA-AAAA-AAAAA",
            "AAAA-AAAA-AAAA-AAA9",
        ] {
            assert_eq!(RecoveryCode::read(no), None, "{no:?}");
        }
    }

    #[test]
    fn every_round_has_its_own() {
        let key = Key::new(&[7; 32]);
        let one = RecoveryCode::of_round(&key, b"one");
        assert_eq!(one, RecoveryCode::of_round(&key, b"one"));
        let mut all = [one, RecoveryCode::of_round(&key, b"two")].concat();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup();
        assert_eq!(all.len(), 2 * COUNT);
        assert!(!format!("{all:?}").contains(&all[0].0));
    }
}
