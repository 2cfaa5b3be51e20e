//! Whose page a form was on, told by the form when the session is over.
use jose::keyed::Key;
use protocol::types::{Lifetime, Subject, UnixTime};

/// How long a form tells whose page it was on. Later, whoever has kept it must not learn from it whether that person
/// is signed in anywhere.
const WHOSE: Lifetime = Lifetime::from_minutes(10);

/// What such a form says.
pub(super) fn written(key: &Key, browser: &str, subject: Subject, now: UnixTime) -> String {
    let shown = format!("{}.{}", subject.0, now.0);
    let tag = key.tag(&parts(browser, &shown));
    format!("{shown}.{tag}")
}

/// Whose page it was on, if it says so truly and not too late.
pub(super) fn read(key: &Key, browser: &str, whose: &str, now: UnixTime) -> Option<Subject> {
    let (shown, tag) = whose.rsplit_once('.')?;
    let (subject, at) = shown.split_once('.')?;
    let at = UnixTime(at.parse().ok()?);
    let is_recent = at <= now && now <= at.plus(WHOSE);
    let proved = key.verify(&parts(browser, shown), tag);
    subject
        .parse()
        .ok()
        .filter(|_| proved && is_recent)
        .map(Subject)
}

/// What the nonce of a form says of whom its page was shown to. What was typed there is theirs, however late it comes.
pub(super) fn reader(key: &Key, browser: &str, subject: Subject) -> String {
    let shown = subject.0.to_string();
    let tag = key.tag(&reader_parts(browser, &shown));
    format!("{shown}.{tag}")
}

/// To whom, if it says so truly.
pub(super) fn read_reader(key: &Key, browser: &str, whose: &str) -> Option<Subject> {
    let (shown, tag) = whose.split_once('.')?;
    let proved = key.verify(&reader_parts(browser, shown), tag);
    shown.parse().ok().filter(|_| proved).map(Subject)
}

fn reader_parts<'a>(browser: &'a str, shown: &'a str) -> [&'a [u8]; 3] {
    [b"reader", browser.as_bytes(), shown.as_bytes()]
}

fn parts<'a>(browser: &'a str, shown: &'a str) -> [&'a [u8]; 3] {
    [b"whose", browser.as_bytes(), shown.as_bytes()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_form_it_is_is_told_by_the_browser_that_was_shown_it() {
        let key = Key::new(b"key");
        let text = reader(&key, "browser", Subject(7));
        assert_eq!(read_reader(&key, "browser", &text), Some(Subject(7)));
        assert_eq!(read_reader(&key, "another", &text), None);
        for changed in [text.replace("7.", "8."), "7".to_owned(), String::new()] {
            assert_eq!(read_reader(&key, "browser", &changed), None, "{changed}");
        }
    }

    #[test]
    fn whose_page_it_was_is_told_for_ten_minutes_to_the_browser_that_saw_it() {
        let key = Key::new(b"key");
        let shown = UnixTime(1_000_000);
        let text = written(&key, "browser", Subject(7), shown);
        let told = |browser: &str, text: &str, seconds: i64| {
            read(&key, browser, text, UnixTime(shown.0 + seconds))
        };
        for seconds in [0, 600] {
            assert_eq!(told("browser", &text, seconds), Some(Subject(7)));
        }
        for seconds in [-1, 601, 1_000_000] {
            assert_eq!(told("browser", &text, seconds), None, "{seconds}");
        }
        assert_eq!(told("another", &text, 0), None);
        let later = text.replace("1000000", "1000500");
        for changed in [later, text.replace("7.1", "8.1"), String::new()] {
            assert_eq!(told("browser", &changed, 700), None, "{changed}");
            assert_eq!(told("browser", &changed, 500), None, "{changed}");
        }
    }
}
