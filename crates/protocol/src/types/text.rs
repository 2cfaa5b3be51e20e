//! Texts that strangers wrote and people read: names, descriptions, addresses.
//!
//! One rule: what hides or reorders text is refused where a text is kept, and written as an escape where one is
//! shown that nobody could refuse.
use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// The most marks that one letter carries in any language; more climb over the lines around them.
const MOST_MARKS: usize = 4;
/// The canonical combining class of the signs that take the vowel from an Indic letter.
const VIRAMA: u8 = 9;
/// It keeps two letters apart that would join (ZWNJ).
const NON_JOINER: char = '\u{200c}';
/// It joins two that would stay apart (ZWJ).
const JOINER: char = '\u{200d}';

/// Whether a character cannot be seen or changes how others are shown, so that one text can be made to look like
/// another: controls, format characters (bidirectional controls, zero width, tags, soft hyphen), separators of
/// lines and paragraphs, letters without a shape, and variation selectors.
pub fn deceives(c: char) -> bool {
    !matches!(c, ' '..='~')
        && (c.is_control()
            || matches!(c,
                '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
                | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'))
}

/// Whether a text can be read as it stands: nothing in it [deceives](deceives), and no letter carries more than four
/// marks. What is invisible by itself may stand where it changes what is seen:
///
/// - a variation selector behind a symbol, where it chooses between the black-and-white sign and the coloured one (☀️);
/// - a joiner or non-joiner behind a virama (RFC 5892 appendix A.1 and A.2: क्‍ष);
/// - a non-joiner between two letters that would join (A.1: علی‌رضا), known here for the letters of the Arabic block
///   alone, in which Persian, Urdu and Kurdish are written;
/// - a joiner between two pictographs (👩‍🚀).
pub fn is_plain(text: &str) -> bool {
    judged(text).all(|(_, deceives)| !deceives)
}

/// The characters of a text, each with whether it deceives where it stands.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut seen = Seen::default();
    text.char_indices().map(move |(at, c)| {
        let deceives = !seen.suits(c, &text[at + c.len_utf8()..]);
        seen.push(c);
        (c, deceives)
    })
}

/// What stands before a character.
#[derive(Default)]
struct Seen {
    last: Option<char>,
    /// The last one that stands for itself: no mark, joiner or selector.
    base: Option<char>,
    marks: usize,
}

impl Seen {
    /// Whether `c` may stand here, before `rest`.
    fn suits(&self, c: char, rest: &str) -> bool {
        let follows_virama = || {
            let class = self.last.map(canonical_combining_class);
            class == Some(VIRAMA)
        };
        let between = |before: fn(char) -> bool, after: fn(char) -> bool| {
            let next = rest.chars().find(|c| !is_combining_mark(*c));
            self.base.is_some_and(before) && next.is_some_and(after)
        };
        match c {
            '\u{fe0e}' | '\u{fe0f}' => self.last.is_some_and(is_symbol),
            NON_JOINER => follows_virama() || between(joins_the_next, joins_the_last),
            JOINER => follows_virama() || between(is_pictograph, is_pictograph),
            c if deceives(c) => false,
            c => !is_combining_mark(c) || (self.base.is_some() && self.marks < MOST_MARKS),
        }
    }

    fn push(&mut self, c: char) {
        self.last = Some(c);
        match c {
            NON_JOINER | JOINER => {}
            c if is_combining_mark(c) => self.marks += 1,
            c => (self.base, self.marks) = (Some(c), 0),
        }
    }
}

fn is_symbol(c: char) -> bool {
    !c.is_ascii() && !c.is_alphanumeric() && !is_combining_mark(c) && !deceives(c)
}

/// Arrows, signs and emoji, of which joined ones are drawn as one.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}') && is_symbol(c)
}

/// Letters of the Arabic block that join the one before them.
fn joins_the_last(c: char) -> bool {
    matches!(c, '\u{620}' | '\u{622}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{66e}'..='\u{673}'
        | '\u{675}'..='\u{6d3}' | '\u{6d5}' | '\u{6ee}'..='\u{6ef}' | '\u{6fa}'..='\u{6fc}' | '\u{6ff}')
}

/// Those of them that join the one behind them too: not alef, dal, reh, waw and their kin.
fn joins_the_next(c: char) -> bool {
    joins_the_last(c)
        && !matches!(c, '\u{622}'..='\u{625}' | '\u{627}' | '\u{629}' | '\u{62f}'..='\u{632}' | '\u{648}'
            | '\u{671}'..='\u{673}' | '\u{675}'..='\u{677}' | '\u{688}'..='\u{699}' | '\u{6c0}'
            | '\u{6c3}'..='\u{6cb}' | '\u{6cd}' | '\u{6cf}' | '\u{6d2}'..='\u{6d3}' | '\u{6d5}'
            | '\u{6ee}'..='\u{6ef}')
}

/// The text with `\u{202e}` and the like in place of what deceives where it stands: for logs and terminals.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (c, deceives) in judged(text) {
        match deceives {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// JSON text with what [deceives](deceives) as `\uXXXX`. In JSON that was written by a machine such characters
/// stand within strings only, but for the white space between values.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| deceives(c) && !matches!(c, '\n' | '\r' | '\t');
    if !json.chars().any(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match hidden(c) {
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// At most `max` characters of a stranger's text, [escaped]; `…` stands for what is left out.
pub fn shortened(text: &str, max: usize) -> String {
    let text = escaped(text);
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// A name within a sentence of ours: set apart by isolates (U+2068, U+2069), so that one written from right to left
/// moves nothing around it.
pub fn isolated(name: &str) -> String {
    match name.is_ascii() {
        true => name.to_owned(),
        false => format!("\u{2068}{name}\u{2069}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_reorders_is_not_plain() {
        for c in [
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{ad}',
            '\u{61c}',
            '\u{85}',
            '\u{1b}',
            '\n',
            '\u{7f}',
            '\u{2028}',
            '\u{3164}',
            '\u{2060}',
            '\u{180e}',
            '\u{fff9}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{fe0f}',
            '\u{1d173}',
            '\u{17b5}',
        ] {
            assert!(deceives(c) && !is_plain(&format!("Pay{c}pal")), "{c:?}");
        }
        for name in [
            "Zoë's Täsk Board",
            "任务 👩",
            "חשבון",
            "☀️ Weather",
            "नमस्ते",
            "O’Neil & Söhne — 1",
        ] {
            assert!(is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn joiners_stand_where_they_are_seen() {
        for name in [
            "علی\u{200c}رضا",
            "می\u{200c}خواهم",
            "بی\u{64e}\u{200c}\u{64e}نام",
            "क्\u{200d}ष",
            "राजेन्\u{200c}द्र",
            "ශ්\u{200d}රී",
            "മോഹന്\u{200d}",
            "👩\u{200d}🚀 Space",
            "👩🏽\u{200d}❤\u{fe0f}\u{200d}👨🏿",
            "👁\u{fe0f}\u{200d}🗨\u{fe0f}",
        ] {
            assert!(is_plain(name), "{name:?}");
            assert!(matches!(escaped(name), Cow::Borrowed(_)), "{name:?}");
        }
        for name in [
            "Pay\u{200c}pal",
            "Pay\u{200d}pal",
            "\u{200c}رضا",
            "علی\u{200c}",
            "علی\u{200c} رضا",
            "علی\u{200c}\u{200c}رضا",
            "علی\u{200d}رضا",
            "دار\u{200c}ا",
            "علی\u{200c}Ali",
            "क\u{200d}ष",
            "क्\u{200d}\u{200d}ष",
            "\u{200d}🚀",
            "👩\u{200d}",
            "👩\u{200d}a",
            "👩\u{200d}\u{200d}🚀",
            "👩\u{200c}🚀",
            "क्\u{200b}ष",
        ] {
            assert!(!is_plain(name), "{name:?}");
            assert!(escaped(name).contains("\\u{200"), "{name:?}");
        }
    }

    #[test]
    fn a_letter_carries_a_few_marks() {
        let piled = |count| format!("Z{}oe", "\u{301}".repeat(count));
        for count in 0..=MOST_MARKS {
            assert!(is_plain(&piled(count)), "{count}");
        }
        for count in [5, 6, 50] {
            assert!(!is_plain(&piled(count)), "{count}");
        }
        assert_eq!(
            escaped(&piled(5)),
            "Z\u{301}\u{301}\u{301}\u{301}\\u{301}oe"
        );
        for name in [
            "\u{301}Zoe",
            "z\u{301}\u{fe0f}",
            "a\u{94d}\u{94d}\u{200d}\u{94d}\u{94d}\u{94d}",
        ] {
            assert!(!is_plain(name), "{name:?}");
        }
        for name in ["Nguye\u{302}\u{303}n", "שָׁלוֹם", "བརྒྱུད་", "ที่นี่", "मुक्ति"]
        {
            assert!(is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn what_is_shown_is_escaped_and_cut() {
        assert_eq!(escaped("a\u{202e}b\n"), "a\\u{202e}b\\n");
        assert!(matches!(escaped("Zoë ☀️"), Cow::Borrowed(_)));
        assert_eq!(shortened("abcdef", 3), "abc…");
        assert_eq!(shortened("abc", 3), "abc");
        let json = "{\n \"a\":\"\u{202e}\u{e0041}\u{7f}\"}";
        assert_eq!(
            escaped_json(json),
            "{\n \"a\":\"\\u202e\\udb40\\udc41\\u007f\"}"
        );
        assert_eq!(isolated("Task"), "Task");
        assert_eq!(isolated("Zoë"), "\u{2068}Zoë\u{2069}");
    }
}
