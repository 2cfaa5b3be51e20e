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
const CLAIMS: [&str; 22] = [
    "official",
    "offiziell",
    "offizielle",
    "support",
    "help",
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
    "service",
    "services",
    "app",
    "api",
    "inc",
    "verified",
];

/// Whether an app of this name passes for the provider: it is called like it, alone or with words such as "official" and
/// "support". Naming the provider among other words, as in "Task Board for Acme", is no imitation.
pub fn imitates(name: &str, provider: &str) -> bool {
    let own = skeleton(provider);
    let claims = CLAIMS.map(skeleton);
    let words = name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
    let words = words.filter(|word| !word.is_empty()).map(skeleton);
    let left: String = words.filter(|word| !claims.contains(word)).collect();
    !own.is_empty() && (skeleton(name) == own || left == own)
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
        ] {
            assert!(imitates(name, "Acme Tasks"), "{name}");
        }
        for name in [
            "Task Board",
            "Task Board for Acme Tasks",
            "Acme",
            "Support",
            "Tasks Acme",
        ] {
            assert!(!imitates(name, "Acme Tasks"), "{name}");
        }
        assert!(!imitates("Support", ""), "no provider, no imitation");
    }
}
