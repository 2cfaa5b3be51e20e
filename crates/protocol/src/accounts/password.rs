//! Passwords: how they are compared, and which are refused.
//!
//! Guessers try what many people have first, and rules do not make a password hard to guess. So one is refused when
//! little is left of it besides the words, repetitions and rows of keys that are tried first (NIST SP 800-63B §3.1.1.2
//! asks for such a list, and for nothing of capitals and digits).
use super::people::{AccountFault, FieldFault, fault};
use crate::policy::AccountPolicy;
use crate::types::text::deceives;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Longest password, in bytes: a bound on what a hash is asked to chew.
pub const MAX_PASSWORD: usize = 1_024;

/// Words of the passwords that are found most often in leaked lists, one a line; docs/explanation/security.md says
/// where they are from.
const COMMON: &str = include_str!("common_passwords.txt");
static COMMON_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.lines().collect());

/// What is left of a password must weigh this much: six letters that follow from nothing, or three common words.
const ENOUGH: u32 = 12;
/// How many characters are looked at: this is slower than linear, and longer passwords have enough by then.
const LOOKED_AT: usize = 64;
/// Shortest and longest word that is looked for.
const WORD: std::ops::RangeInclusive<usize> = 4..=25;
/// Shortest repetition or row of keys.
const ROW: usize = 3;

/// What weighs how much.
const LETTER: u32 = 2;
const DIGIT: u32 = 1;
const COMMON_WORD: u32 = 4;
const OWN_WORD: u32 = 1;
const PATTERN: u32 = 2;

/// Rows that fingers and heads know, forwards and backwards.
const ROWS: [&str; 23] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm,.-",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "!@#$%^&*()_+",
    "!\"§$%&/()=",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qawsedrftgyhujikolp",
    "a1s2d3f4g5h6j7k8l9",
    "1a2s3d4f5g6h7j8k9l0",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];

/// A password as it is hashed: the same, however a keyboard composes its letters (RFC 8265 §4.2, `OpaqueString`: NFC,
/// and every space an ordinary one).
pub fn prepared(typed: &str) -> Cow<'_, str> {
    let is_odd_space = |c: char| c != ' ' && is_space_separator(c);
    if is_nfc(typed) && !typed.contains(is_odd_space) {
        return Cow::Borrowed(typed);
    }
    let spaced = typed.chars().map(|c| if is_odd_space(c) { ' ' } else { c });
    Cow::Owned(spaced.nfc().collect())
}

/// The general category Zs.
fn is_space_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Whose password it is: what others guess first.
#[derive(Clone, Copy, Default)]
pub struct Owner<'a> {
    /// Their address.
    pub email: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// The product they use it for.
    pub product: &'a str,
}

/// What speaks against a password.
pub fn password_fault(
    password: &str,
    owner: Owner<'_>,
    policy: &AccountPolicy,
    field: &'static str,
) -> Option<FieldFault> {
    let weak = || weakness(password, owner).map(|weakness| fault(field, weakness));
    length_fault(password, policy, field).or_else(weak)
}

/// What speaks against a password's length.
pub(super) fn length_fault(
    password: &str,
    policy: &AccountPolicy,
    field: &'static str,
) -> Option<FieldFault> {
    let min = policy.min_password;
    if prepared(password).chars().count() < min {
        return Some(fault(field, AccountFault::PasswordShort { min }));
    }
    (password.len() > MAX_PASSWORD).then(|| fault(field, AccountFault::PasswordLong))
}

/// Why a password is guessed quickly.
fn weakness(password: &str, owner: Owner<'_>) -> Option<AccountFault> {
    let text = Text::of(&prepared(password));
    let own = own_words(owner);
    if text.weight(&own, true) >= ENOUGH {
        return None;
    }
    // The reason is what weighs least: without it the password would do.
    Some(if text.weight(&[], false) < ENOUGH {
        AccountFault::PasswordPattern
    } else if text.weight(&own, false) < ENOUGH {
        AccountFault::PasswordOwn
    } else {
        AccountFault::PasswordCommon
    })
}

/// Names and their parts, as they are compared and without accents. Shorter ones are found in too much.
fn own_words(owner: Owner<'_>) -> Vec<Vec<char>> {
    let mut words = Vec::new();
    for text in [owner.email, owner.name, owner.product] {
        let text = folded(text.trim());
        let parts = text.split(|c: char| !c.is_alphanumeric());
        words.extend(parts.map(str::to_owned));
        words.push(text.split_whitespace().collect());
        words.extend(text.split_once('@').map(|(local, _)| local.to_owned()));
        words.push(text);
    }
    let typed = words.iter().map(|word| word.chars().collect::<Vec<_>>());
    let bare = words.iter().map(|word| word.chars().map(bare).collect());
    let both = typed.chain(bare).filter(|word| word.len() >= ROW);
    both.collect::<HashSet<_>>().into_iter().collect()
}

/// A text as it is compared, never as it is hashed: letters of any width and form are the ordinary ones (NFKC), in
/// lower case, and what cannot be seen is left out, or lies on no letter.
fn folded(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let is_loose = |c: &char| matches!(c, '\u{300}'..='\u{36f}') || deceives(*c);
    lower.chars().filter(|c| !is_loose(c)).collect()
}

/// A letter without its accents.
fn bare(letter: char) -> char {
    match letter {
        'ß' => 's',
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ı' => 'i',
        other => std::iter::once(other).nfd().next().unwrap_or(other),
    }
}

/// The beginning of a password as guessers see it.
struct Text {
    /// The same in each spelling: as it was typed, without accents, and with letters for the digits and signs that
    /// stand for them.
    spellings: Vec<Vec<char>>,
}

impl Text {
    fn of(password: &str) -> Self {
        let typed: Vec<char> = folded(password).chars().take(LOOKED_AT).collect();
        let bare: Vec<char> = typed.iter().copied().map(bare).collect();
        let read = |one: char| bare.iter().map(|c| letter_for(*c, one)).collect();
        let (read_i, read_l) = (read('i'), read('l'));
        let mut spellings = vec![typed, bare, read_i, read_l];
        spellings.dedup();
        Text { spellings }
    }

    fn typed(&self) -> &[char] {
        &self.spellings[0]
    }

    /// A piece in each spelling.
    fn spelled(&self, start: usize, end: usize) -> impl Iterator<Item = &[char]> {
        self.spellings.iter().map(move |text| &text[start..end])
    }

    /// The least that the text weighs in any way to take it apart.
    fn weight(&self, own: &[Vec<char>], common: bool) -> u32 {
        let mut least = vec![0; self.typed().len() + 1];
        for (end, c) in self.typed().iter().enumerate() {
            let single = if c.is_ascii_digit() { DIGIT } else { LETTER };
            least[end + 1] = least[end] + single;
            for start in 0..end {
                if let Some(piece) = self.piece(start, end + 1, own, common) {
                    least[end + 1] = least[end + 1].min(least[start] + piece);
                }
            }
        }
        least.last().copied().unwrap_or_default()
    }

    /// What a piece weighs that guessers know.
    fn piece(&self, start: usize, end: usize, own: &[Vec<char>], common: bool) -> Option<u32> {
        let is_own = |piece: &[char]| own.iter().any(|word| word == piece);
        if self.spelled(start, end).any(is_own) {
            return Some(OWN_WORD);
        }
        if end - start >= ROW && self.is_pattern(start, end) {
            return Some(PATTERN);
        }
        let is_common = |piece: &[char]| {
            let word: String = piece.iter().collect();
            COMMON_WORDS.contains(word.as_str())
        };
        let is_word =
            common && WORD.contains(&(end - start)) && self.spelled(start, end).any(is_common);
        is_word.then_some(COMMON_WORD)
    }

    /// Whether a piece repeats what stands before it, goes up or down in even steps, is a row of keys, or a year.
    fn is_pattern(&self, start: usize, end: usize) -> bool {
        let length = end - start;
        let repeats = |text: &[char]| {
            let piece = &text[start..end];
            (0..start).any(|earlier| text[earlier..earlier + length] == *piece)
        };
        let is_known = |piece| is_even(piece) || is_year(piece) || is_row(piece) || is_woven(piece);
        self.spelled(start, end).any(is_known) || self.spellings.iter().any(|text| repeats(text))
    }
}

/// `a1b2c3`: two sequences in turn.
fn is_woven(piece: &[char]) -> bool {
    let every_second = |from: usize| {
        piece
            .iter()
            .skip(from)
            .step_by(2)
            .copied()
            .collect::<Vec<_>>()
    };
    piece.len() >= 2 * ROW && is_even(&every_second(0)) && is_even(&every_second(1))
}

/// `aaa`, `abc`, `9876`, `2468`.
fn is_even(piece: &[char]) -> bool {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let mut steps = piece.windows(2).map(step);
    let first = steps.next().unwrap_or_default();
    let is_small = first.abs() <= 1 || (first.abs() == 2 && piece.len() > ROW);
    is_small && steps.all(|step| step == first)
}

fn is_year(piece: &[char]) -> bool {
    matches!(piece, ['1', '9', a, b] | ['2', '0', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
}

fn is_row(piece: &[char]) -> bool {
    let forwards: String = piece.iter().collect();
    let backwards: String = piece.iter().rev().collect();
    ROWS.iter()
        .any(|row| row.contains(&forwards) || row.contains(&backwards))
}

/// The letter that a digit or sign is written for; `1` and `!` stand for two.
fn letter_for(c: char, one: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Owner<'_> = Owner {
        email: "ada.lovelace@engine.example",
        name: "Ada Lovelace",
        product: "Task Board",
    };

    #[track_caller]
    fn refused(weakness_of: &[&str], expected: AccountFault) {
        for password in weakness_of {
            assert_eq!(weakness(password, ADA), Some(expected), "{password}");
        }
    }

    #[test]
    fn common_words_with_little_added_are_refused() {
        let common = [
            "password1234",
            "Password123!",
            "P@ssw0rd2026!",
            "letmein12345",
            "dragonmonkey",
            "Summer2026!!!",
            "iloveyou1985",
            "trustno1trustno1!",
            "qwertypassword",
            "Willkommen123",
            "motdepasse2024",
            "contraseña123",
            "administrator1",
            "correcthorsebatterystaple",
            "passwordpassword",
            "ｐａｓｓｗｏｒｄ１２３４",
            "𝓹𝓪𝓼𝓼𝔀𝓸𝓻𝓭1234",
            "ⓟⓐⓢⓢⓦⓞⓡⓓ①②③④",
            "pässwörd1234",
            "p̈ássẃo̊rd1234",
            "pass\u{200b}word\u{ad}1234",
            "PÀ$$W0RD!!!!",
            "contrasena123",
            "frühling2026",
            "Fruhling2026!",
        ];
        refused(&common, AccountFault::PasswordCommon);
    }

    #[test]
    fn repetitions_and_rows_are_refused() {
        let patterns = [
            "aaaaaaaaaaaa",
            "abababababab",
            "123412341234",
            "zkqzkqzkqzkq",
            "123456789012",
            "098765432109",
            "abcdefghijkl",
            "qwertyuiop12",
            "qwertyuiopas",
            "asdfghjkl;'a",
            "1qaz2wsx3edc",
            "zaq12wsxcde3",
            "1q2w3e4r5t6y",
            "QWERTZuiopü1",
            "111111222222",
            "йцукенгшщзхъ",
            "qwertyuiop123",
            "qwértyuiop123",
            "ｑｗｅｒｔｙｕｉｏｐ１２",
            "qw3rtyu10pas",
            "q1w2e3r4t5y6",
            "a1b2c3d4e5f6",
            "1a2b3c4d5e6f",
            "abcabcabcabc",
            "abcdabcdabcd",
            "zkq!zkq!zkq!",
            "147258369147",
            "１２３４５６７８９０１２",
            "qazxswedcvfr",
            "            ",
            "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        ];
        refused(&patterns, AccountFault::PasswordPattern);
    }

    #[test]
    fn ones_own_names_are_refused() {
        let own = [
            "adalovelace1",
            "Lovelace2026!",
            "TaskBoard2026",
            "task board!!!",
            "ada.lovelace@engine.example",
            "engineengine1",
            "ada.lovelace12",
            "4d4l0v3l4c312",
            "ＡｄａＬｏｖｅｌａｃｅ1",
            "àdälövelace12",
            "task-board-12",
        ];
        refused(&own, AccountFault::PasswordOwn);
        let zoe = Owner {
            email: "zoë.müller@bücher.example",
            name: "Zoë Müller",
            product: "",
        };
        for password in [
            "zoemuller123",
            "ZoëMüller123",
            "zoe.muller@12",
            "bucher2026!!",
        ] {
            assert_eq!(
                weakness(password, zoe),
                Some(AccountFault::PasswordOwn),
                "{password}"
            );
        }
    }

    #[test]
    fn what_is_not_guessed_first_is_accepted() {
        for password in [
            "walking in the winter garden",
            "four quiet winter walks",
            "a password of some length",
            "another long password",
            "correct horse battery staple?",
            "dragon monkey tiger",
            "ada walks in the garden",
            "kq7vz1xw9tbm",
            "vT3$kq9!xLm2",
            "384729105836",
            "пятница вечером дома",
            "der schöne grüne wald",
            "शाम को बगीचे में टहलना",
            "冬の庭を静かに歩いていく",
            "xq4vz1kw9tbm ½ ﬁn",
            "ὦ ξεῖν᾽ ἀγγέλλειν",
        ] {
            assert_eq!(weakness(password, ADA), None, "{password}");
        }
    }

    #[test]
    fn a_long_password_takes_no_longer_to_judge() {
        let repeated = "ab".repeat(500);
        assert_eq!(
            weakness(&repeated, ADA),
            Some(AccountFault::PasswordPattern)
        );
    }

    #[test]
    fn letters_are_composed_and_spaces_ordinary() {
        assert_eq!(prepared("Zoe\u{308}\u{a0}e\u{301}"), "Zo\u{eb} \u{e9}");
        assert!(matches!(prepared("plain text"), Cow::Borrowed(_)));
        assert_eq!(
            prepared("\u{fb01} A"),
            "\u{fb01} A",
            "no compatibility mapping"
        );
    }

    #[test]
    fn the_list_is_sorted_and_lower_case() {
        let lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            lines
                .iter()
                .all(|line| line.to_lowercase() == *line && WORD.contains(&line.chars().count()))
        );
    }
}
