//! Texts that strangers wrote and people read: names, descriptions, addresses.
//!
//! One rule: what hides or reorders text is refused where a text is kept, and written as an escape where one is
//! shown that nobody could refuse.
use std::borrow::Cow;
use std::fmt::Write as _;

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

/// Whether a text can be read as it stands: nothing in it [deceives](deceives). A variation selector may stand
/// behind a symbol, where it chooses between the black-and-white sign and the coloured one (☀️).
pub fn is_plain(text: &str) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let symbol = !before.is_ascii() && !before.is_alphanumeric() && !deceives(before);
        before = c;
        !deceives(c) || (symbol && matches!(c, '\u{fe0e}' | '\u{fe0f}'))
    })
}

/// The text with `\u{202e}` and the like in place of what [deceives](deceives): for logs and terminals.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match deceives(c) {
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
