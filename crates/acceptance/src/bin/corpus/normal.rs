//! Placeholders for what differs between any two runs.

use acceptance::Exchange;
use regex::{Captures, Regex};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What is told by its form alone and never compared: times, and folders of the run.
static TIMES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let month =
        "(?:January|February|March|April|May|June|July|August|September|October|November|December)";
    let patterns = [
        (
            r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
                .to_owned(),
            "<date>",
        ),
        (
            r"20\d\d-\d\d-\d\d(?:[T ]|%20)\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?(?:Z| UTC)?"
                .to_owned(),
            "<time>",
        ),
        (r"20\d\d-\d\d-\d\d".to_owned(), "<day>"),
        (
            format!(r"\d{{1,2}} {month} 20\d\d(?:,? (?:at )?\d\d:\d\d)?"),
            "<day>",
        ),
        (r"\b(?:1[6-9]|2\d)\d{8}(?:\d{3})?\b".to_owned(), "<seconds>"),
        (r"/[^ <>'\x22]*valetkey-test-\w+".to_owned(), "<folder>"),
        // Seconds that pass; a picture of a code that stands beside it.
        (r"(?m)^retry-after: \d+$".to_owned(), "retry-after: <wait>"),
        (
            r#"<\?xml version="1.0" standalone="yes"\?><svg.*</svg>"#.to_owned(),
            "<picture>",
        ),
    ];
    let compiled = |(pattern, name): (String, _)| (regex(&pattern), name);
    patterns.into_iter().map(compiled).collect()
});

/// The length of a body in which something became a placeholder: it differs with that.
static LENGTH: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^[Cc]ontent-[Ll]ength: \d+\r?$"));

/// What is told by its form and stands for something that may appear again.
static NAMES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        // Behind a host, and in the names of cookies.
        (r"((?:[a-z\]1]|%5D)(?::|%3A))([2-6]\d{4})\b", "port"),
        (r"(\b[a-z-]+_)([2-6]\d{4})\b", "port"),
        (
            r"(\b)([BCDFGHJKLMNPQRSTVWXZ2-9]{4}-?[BCDFGHJKLMNPQRSTVWXZ2-9]{4})\b",
            "code",
        ),
        (r"(\b|_)([1-9]\d{13,18})\b", "number"),
        // A person, the end of a feed, a test user's address.
        (r"(\buser_)([0-9A-Za-z]{10,11})\b", "id"),
        (r"(\b\d+\.)([0-9A-Za-z]{11})\b", "cursor"),
        (r"(\b[a-z]+\.)([0-9a-f]{8})(@|%40)", "name"),
        // The id of a row in JSON, a secret that a page shortens, a code as a person types it.
        (r#"(":")([0-9A-Za-z]{10,11})(")"#, "id"),
        (r"(\b|_|=)([A-Za-z0-9_-]{2,5}…[A-Za-z0-9_-]{4})", "short"),
        (r"(user_code=)([a-z2-9]{4}-?[a-z2-9]{4})\b", "code"),
    ];
    let compiled = |(pattern, name)| (regex(pattern), name);
    patterns.into_iter().map(compiled).collect()
});

/// Words that may be ids, secrets or digests.
static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_\-]{16,}"));

/// Locator, secret and checksum of a token, behind its prefix.
const TOKEN_CHARS: usize = 60;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

/// Puts placeholders in and leaves out what was asked and answered several times in turn, as by a test that waits.
pub(crate) fn normalise(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let mut values = Values::default();
    for exchange in &mut exchanges {
        values.begin();
        for text in [&mut exchange.request, &mut exchange.answer] {
            *text = whole(text, &mut values);
        }
    }
    let mut shown = Shown::new(values);
    for exchange in &mut exchanges {
        shown.local.clear();
        for text in [&mut exchange.request, &mut exchange.answer] {
            *text = shown.text(text);
        }
    }
    exchanges.dedup();
    exchanges
}

/// The values of a test in the order of their first appearance.
#[derive(Default)]
struct Values {
    numbers: HashMap<String, usize>,
    names: Vec<&'static str>,
    /// Those that appear in more than one exchange.
    again: HashSet<usize>,
    here: HashSet<usize>,
    earlier: HashSet<usize>,
}

impl Values {
    fn begin(&mut self) {
        self.earlier.extend(self.here.drain());
    }

    /// A mark for a value, to be replaced when all have been seen.
    fn mark(&mut self, name: &'static str, value: &str) -> String {
        let next = self.names.len();
        let number = *self.numbers.entry(value.to_owned()).or_insert(next);
        if number == next {
            self.names.push(name);
        }
        if self.earlier.contains(&number) {
            self.again.insert(number);
        }
        self.here.insert(number);
        format!("\u{1}{number}\u{2}")
    }
}

/// A request or an answer, with marks.
fn whole(text: &str, values: &mut Values) -> String {
    let marked_whole = marked(text, values);
    let body = |text: &str| {
        let ends = text.find("\r\n\r\n").or_else(|| text.find("\n\n"));
        ends.map(|at| text[at..].trim_start().to_owned())
    };
    match body(text) == body(&marked_whole) {
        true => marked_whole,
        false => {
            let masked = LENGTH.replace(&marked_whole, "content-length: <length>");
            masked.into_owned()
        }
    }
}

fn marked(text: &str, values: &mut Values) -> String {
    let mut text = text.to_owned();
    for (pattern, name) in TIMES.iter() {
        text = pattern.replace_all(&text, *name).into_owned();
    }
    let word = |found: &Captures<'_>| {
        let whole = &found[0];
        if !is_random(whole) {
            return whole.to_owned();
        }
        let prefix = whole.len().saturating_sub(TOKEN_CHARS);
        let prefix = if whole[..prefix].ends_with('_') {
            prefix
        } else {
            0
        };
        let mark = values.mark("id", whole);
        format!("{}{mark}", &whole[..prefix])
    };
    text = WORD.replace_all(&text, word).into_owned();
    for (pattern, name) in NAMES.iter() {
        let named = |found: &Captures<'_>| {
            let behind = found.get(3).map_or("", |behind| behind.as_str());
            format!("{}{}{behind}", &found[1], values.mark(name, &found[2]))
        };
        text = pattern.replace_all(&text, named).into_owned();
    }
    text
}

/// Whether nobody would have written such a word: letters with digits among them, or capitals at odd places.
fn is_random(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let pairs = word.as_bytes().windows(2);
    let bumps = pairs.filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    // Ids of requests are 16 hexadecimal digits, now and then without a letter.
    let is_request = digits == 16 && word.len() == 16;
    (digits > 0 && letters > 0) || bumps.count() > 1 || is_request
}

/// Marks become `<id1>`, or `<id:1>` where a value stands in one exchange alone: then how often a test had to ask
/// does not change the numbers of the others.
struct Shown {
    values: Values,
    global: HashMap<usize, usize>,
    local: HashMap<usize, usize>,
}

impl Shown {
    fn new(values: Values) -> Self {
        Shown {
            values,
            global: HashMap::new(),
            local: HashMap::new(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        static MARK: LazyLock<Regex> = LazyLock::new(|| regex("\u{1}([0-9]+)\u{2}"));
        let show = |found: &Captures<'_>| {
            let value: usize = found[1].parse().unwrap_or_default();
            let name = self.values.names[value];
            let (numbers, colon) = match self.values.again.contains(&value) {
                true => (&mut self.global, ""),
                false => (&mut self.local, ":"),
            };
            let next = numbers.len() + 1;
            let number = numbers.entry(value).or_insert(next);
            format!("<{name}{colon}{number}>")
        };
        MARK.replace_all(text, show).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(request: &str, answer: &str) -> Exchange {
        Exchange {
            request: request.to_owned(),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn values_that_come_again_are_numbered() {
        let token = format!("at_{}", "Ab3_".repeat(15));
        let told = format!(
            "200\ndate: Thu, 26 Nov 2026 01:02:03 GMT\n\n{token} 1795655000 aB3aB3aB3aB3aB3aB3"
        );
        let normal = normalise(vec![
            one("GET http://localhost:23456/", &told),
            one(
                &format!("POST http://localhost:23456/ {token}"),
                "WDJB-MJHT 5 000",
            ),
        ]);
        assert_eq!(normal[0].request, "GET http://localhost:<port1>/");
        assert_eq!(
            normal[0].answer,
            "200\ndate: <date>\n\nat_<id2> <seconds> <id:1>"
        );
        assert_eq!(normal[1].request, "POST http://localhost:<port1>/ at_<id2>");
        assert_eq!(normal[1].answer, "<code:1> 5 000");
    }

    #[test]
    fn a_length_is_compared_where_nothing_in_the_body_differs_by_itself() {
        let told = |body: &str| format!("200\nContent-Length: 5\n\n{body}");
        let normal = normalise(vec![
            one("GET /a", &told("plain")),
            one("GET /b", &told("WDJB-MJHT")),
        ]);
        assert_eq!(normal[0].answer, told("plain"));
        assert_eq!(
            normal[1].answer,
            "200\ncontent-length: <length>\n\n<code:1>"
        );
    }

    #[test]
    fn names_stay_and_waiting_is_one_exchange() {
        let word = "authorization_pending Content-Security-Policy";
        let asked = |id: &str| one("GET /wait", &format!("400\nx-request-id: {id}\n\n{word}"));
        let normal = normalise(vec![asked("aaaa1111aaaa1111b"), asked("bbbb1111aaaa1111c")]);
        assert_eq!(normal.len(), 1);
        assert_eq!(
            normal[0].answer,
            format!("400\nx-request-id: <id:1>\n\n{word}")
        );
    }
}
