//! What a name looks like: two names that people take for each other have one skeleton (Unicode Technical Standard 39,
//! section 4), whatever letters, cases, spaces and signs they are written with.
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a name looks like. Names are compared by it and never shown as it.
///
/// Of what two names differ in, this is left out: the case; letters that are drawn alike, from whichever alphabet
/// (`а` and `a`, `I` and `l` and `1`, `0` and `o`); accents on Latin, Greek and Cyrillic letters; spaces and signs. A name
/// of signs alone keeps them.
pub fn skeleton(name: &str) -> String {
    let alike = drawn_alike(&drawn_alike(&name.nfkc().collect::<String>()));
    let letters: String = alike
        .chars()
        .filter(|c| c.is_alphanumeric() || is_combining_mark(*c))
        .collect();
    match letters.is_empty() {
        true => alike.split_whitespace().collect(),
        false => letters,
    }
}

/// One look of every letter, in small letters. Done twice: a small letter has lookalikes that its capital has not.
fn drawn_alike(text: &str) -> String {
    let small = unicode_security::skeleton(text).flat_map(char::to_lowercase);
    small
        .filter(|c| !is_accent(*c))
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect()
}

/// A mark of the scripts in which it makes no other word.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Words by which an app claims to be its provider.
const CLAIMS: [&str; 43] = [
    "official",
    "offiziell",
    "offizielle",
    "support",
    "help",
    "helpdesk",
    "hilfe",
    "team",
    "security",
    "sicherheit",
    "staff",
    "admin",
    "account",
    "accounts",
    "konto",
    "login",
    "signin",
    "anmeldung",
    "service",
    "services",
    "kundendienst",
    "kundenservice",
    "kundenbetreuung",
    "customer",
    "customers",
    "kunden",
    "care",
    "billing",
    "abrechnung",
    "center",
    "centre",
    "app",
    "apps",
    "api",
    "inc",
    "llc",
    "ltd",
    "corp",
    "gmbh",
    "ag",
    "company",
    "verified",
    "reviewed",
];

/// Words that make another name of none: articles, prepositions, editions and the machines that an app is for.
const FILLERS: [&str; 61] = [
    "the", "a", "an", "of", "by", "for", "from", "and", "to", "on", "at", "in", "with", "my",
    "your", "our", "new", "der", "die", "das", "dem", "den", "des", "von", "vom", "für", "fuer",
    "und", "zu", "zum", "zur", "auf", "bei", "im", "mit", "mein", "meine", "ihr", "ihre", "unser",
    "unsere", "neu", "neue", "pro", "plus", "premium", "beta", "free", "lite", "mobile", "desktop",
    "web", "online", "ios", "iphone", "ipad", "android", "windows", "mac", "macos", "linux",
];

/// Whether an app of this name passes for the provider: it is called like it, alone or with words such as "official" and
/// "support", or such that say nothing, as "the", "for iOS" and "2". Naming the provider among other words, as in "Task
/// Board for Acme", is no imitation.
pub fn imitates(name: &str, provider: &str) -> bool {
    let own = skeleton(provider);
    if own.is_empty() || skeleton(name) == own {
        return !own.is_empty();
    }
    let idle: Vec<String> = CLAIMS
        .iter()
        .chain(&FILLERS)
        .map(|word| skeleton(word))
        .collect();
    let words: Vec<Word> = words(name).map(|word| Word::of(word, &idle)).collect();
    let joined = |kept: &dyn Fn(usize, &Word) -> bool| -> [String; 2] {
        let kept = || {
            words
                .iter()
                .enumerate()
                .filter(|(at, word)| kept(*at, word))
        };
        [
            kept().map(|(_, word)| word.whole.as_str()).collect(),
            kept().map(|(_, word)| word.unnumbered.as_str()).collect(),
        ]
    };
    if joined(&|_, word| !word.idle).contains(&own) {
        return true;
    }
    // The provider's own name may have such words.
    let runs = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| from..to));
    let mut runs = runs.filter(|run| {
        let mut around = words.iter().enumerate();
        around.all(|(at, word)| word.idle || run.contains(&at))
    });
    runs.any(|run| joined(&|at, _| run.contains(&at)).contains(&own))
}

/// A word of a name, as it looks.
struct Word {
    whole: String,
    /// Without a number at its end.
    unnumbered: String,
    /// Whether it makes no other name of one.
    idle: bool,
}

impl Word {
    fn of(word: &str, idle: &[String]) -> Self {
        let whole = skeleton(word);
        let unnumbered = word.trim_end_matches(char::is_numeric);
        Word {
            idle: idle.contains(&whole) || unnumbered.is_empty() || matches!(unnumbered, "v" | "V"),
            unnumbered: skeleton(unnumbered),
            whole,
        }
    }
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    let words = name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
    words.filter(|word| !word.is_empty())
}

/// What pages call an app that was looked at, in each language.
const MARKS: [&str; 6] = [
    "verified",
    "reviewed",
    "approved",
    "verifiziert",
    "geprüft",
    "geprueft",
];

/// Whether a name wears the mark of an app that was reviewed: a sign that ticks it off, or a word that pages say it by.
pub fn claims_review(name: &str) -> bool {
    let ticks = |c: char| {
        matches!(
            c,
            '\u{2611}'
                | '\u{2705}'
                | '\u{2713}'
                | '\u{2714}'
                | '\u{237b}'
                | '\u{10102}'
                | '\u{1f5f8}'
                | '\u{1f5f9}'
        )
    };
    let marks = MARKS.map(skeleton);
    name.chars().any(ticks) || words(name).any(|word| marks.contains(&skeleton(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [
            ("Task Board", "task board"),
            ("Task Board", "Task  Board!"),
            ("Task Board", "TASK-BOARD"),
            ("Task Board", "Tаsk Boаrd"),
            ("Task Board", "Τask Βoard"),
            ("Task Board", "Ｔask Ｂoard"),
            ("Task Board", "Täsk Bóard"),
            ("Paypal", "PaypaI"),
            ("Paypal", "Paypa1"),
            ("Insta", "lnsta"),
            ("Google", "G00gle"),
            ("Modern", "Modem"),
            ("𝓣ask Board", "Task Board"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn other_names_have_others() {
        for (one, other) in [
            ("Task Board", "Task Boards"),
            ("Task Board", "Board Task"),
            ("किताब", "कितब"),
            ("☀️", "🌧"),
            ("任务", "任劳"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for name in ["☀️", "!!!", "任务", "לוח משימות", "a"] {
            assert!(!skeleton(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn who_passes_for_the_provider_imitates_it() {
        for name in [
            "Acme Tasks",
            "acme-tasks",
            "Acme Tasks Official",
            "Official Acme Tasks",
            "Acme Tasks · Security Team",
            "Асmе Tаsks Support",
            "AcmeTasks App",
            "Acme Tasks – Kundendienst",
            "Acme Tasks für Support",
            "The Acme Tasks",
            "Acme Tasks for iOS",
            "Acme Tasks 2",
            "Acme Tasks2",
            "Acme Tasks v3",
        ] {
            assert!(imitates(name, "Acme Tasks"), "{name}");
        }
        assert!(imitates("Acme Support Team", "Acme Support"));
        assert!(!imitates("Acme", "Acme Support"));
        for name in [
            "Task Board",
            "Task Board for Acme Tasks",
            "Timer for Acme Tasks 2",
            "Acme",
            "Support",
            "Tasks Acme",
        ] {
            assert!(!imitates(name, "Acme Tasks"), "{name}");
        }
        assert!(!imitates("Support", ""), "no provider, no imitation");
    }

    #[test]
    fn a_name_cannot_wear_the_mark_of_a_review() {
        for name in [
            "✅ Verified",
            "Night Owl ✓",
            "Night Owl ✔️",
            "☑ Night Owl",
            "Night Owl (Reviewed)",
            "Night Owl – geprüft",
            "Vеrified Owl",
        ] {
            assert!(claims_review(name), "{name}");
        }
        for name in ["Night Owl", "Book Reviews", "Review Board", "☀️ Owl", "✗"] {
            assert!(!claims_review(name), "{name}");
        }
    }
}
