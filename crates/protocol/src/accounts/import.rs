//! People who come from elsewhere with the passwords they have: one JSON object each, read strictly, with a sentence for
//! each fault.
use super::stored_hash::StoredHash;
use crate::decision::Mint;
use crate::handoff::{AnswerFault, LONGEST_NAME, called, flag, id_fault, knows, text};
use crate::policy::Policy;
use crate::transition::{AccountChange, Transition};
use crate::types::ids::SubjectFormat;
use crate::types::{Language, MailAddress, NewPerson, Preferences, Subject, UnixTime};
use jose::json::{self, JsonFault, Object};
use serde_json::Value;

/// Longest line that is read, in bytes.
pub const LONGEST_LINE: usize = 64 * 1_024;
/// Longest name of a time zone.
const LONGEST_ZONE: usize = 64;

const KNOWN: [&str; 8] = [
    "email",
    "email_verified",
    "name",
    "password_hash",
    "external_id",
    "locale",
    "zone",
    "created_at",
];

/// A person who comes from elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Their account.
    pub person: NewPerson,
    /// When they had it made, there.
    pub created_at: UnixTime,
    /// How they are told things.
    pub preferences: Preferences,
}

impl std::fmt::Debug for Newcomer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Newcomer(…)")
    }
}

impl Newcomer {
    /// Reads a line. An address counts as proved from `now` on where the line says that it is.
    ///
    /// # Errors
    /// The first thing that is wrong. It never holds a part of the hash.
    pub fn read<M: Mint>(
        line: &[u8],
        policy: &Policy,
        now: UnixTime,
        mint: &M,
    ) -> Result<Self, AnswerFault> {
        let line = json::object(line, LONGEST_LINE).map_err(not_read)?;
        knows(&line, "", &KNOWN)?;
        let external_id = external_id(&line, policy)?;
        let email = email(&line, external_id.is_some())?;
        let verified = flag(&line, "", "email_verified")? && !email.is_empty();
        let name = text(&line, "", "name")?.unwrap_or_default();
        let instead = external_id.as_deref().filter(|_| email.is_empty());
        Ok(Newcomer {
            person: NewPerson {
                subject: match policy.subjects {
                    SubjectFormat::Prefixed(_) => Some(Subject(mint.locator().0)),
                    SubjectFormat::Number => None,
                },
                name: called(name, instead.unwrap_or(&email), LONGEST_NAME),
                email,
                verified_at: verified.then_some(now),
                admin: false,
                password: password(&line, external_id.is_some())?,
                test_app: None,
                external_id,
            },
            created_at: created_at(&line, now)?,
            preferences: preferences(&line)?,
        })
    }
}

/// Makes the accounts of a batch, all or none.
pub fn create_all(newcomers: Vec<Newcomer>) -> Transition {
    Transition::Account(AccountChange::Import(newcomers))
}

fn not_read(fault: JsonFault) -> AnswerFault {
    AnswerFault::at(
        "",
        match fault {
            JsonFault::TooLong => format!("the line is longer than {LONGEST_LINE} bytes"),
            JsonFault::Malformed => "the line is not one object of JSON in UTF-8".to_owned(),
            JsonFault::NotAnObject => "the line is JSON, and no object".to_owned(),
            fault @ (JsonFault::Repeated | JsonFault::TooDeep) => {
                format!("the line is not taken: {fault}")
            }
        },
    )
}

fn external_id(line: &Object, policy: &Policy) -> Result<Option<String>, AnswerFault> {
    let Some(id) = text(line, "", "external_id")? else {
        return Ok(None);
    };
    let fault = |what: &str| Err(AnswerFault::at("/external_id", what));
    if !policy.external_ids {
        return fault("nobody signs in elsewhere here: configure [login.handoff], or leave it out");
    }
    match id_fault(id) {
        Some(what) => fault(&what),
        None => Ok(Some(id.to_owned())),
    }
}

/// Who is known by an id needs no address.
fn email(line: &Object, has_id: bool) -> Result<String, AnswerFault> {
    let fault = |what: &str| Err(AnswerFault::at("/email", what));
    match text(line, "", "email")? {
        None | Some("") if has_id => Ok(String::new()),
        None | Some("") => fault("this is missing"),
        Some(email) => match MailAddress::parse(email) {
            Some(address) => Ok(address.into()),
            None => fault("this is not an address that mail could go to"),
        },
    }
}

/// The hash as it came. Without one the person chooses a password by the link of a mail.
fn password(line: &Object, has_id: bool) -> Result<String, AnswerFault> {
    let fault = |what: String| AnswerFault::at("/password_hash", what);
    match text(line, "", "password_hash")? {
        None => Ok(String::new()),
        Some(_) if has_id => Err(fault(
            "who has an external_id signs in at your own login, and with no password here: leave it out".to_owned(),
        )),
        Some(hash) => match StoredHash::parse(hash) {
            Ok(_) => Ok(hash.to_owned()),
            Err(what) => Err(fault(what.to_string())),
        },
    }
}

/// What is none of our languages, or can be no time zone, is no choice.
fn preferences(line: &Object) -> Result<Preferences, AnswerFault> {
    let is_zone = |zone: &&str| {
        let part = |b: u8| b.is_ascii_alphanumeric() || b"_-+/".contains(&b);
        (1..=LONGEST_ZONE).contains(&zone.len()) && zone.bytes().all(part)
    };
    let language = text(line, "", "locale")?.and_then(Language::of_tag);
    let zone = text(line, "", "zone")?.filter(is_zone);
    Ok(Preferences {
        language,
        zone: zone.map(str::to_owned),
    })
}

fn created_at(line: &Object, now: UnixTime) -> Result<UnixTime, AnswerFault> {
    let read = match line.get("created_at") {
        None | Some(Value::Null) => return Ok(now),
        Some(Value::Number(seconds)) => seconds.as_i64().map(UnixTime),
        Some(Value::String(text)) => moment(text),
        Some(_) => None,
    };
    match read.filter(|at| (0..=now.0).contains(&at.0)) {
        Some(at) => Ok(at),
        None => Err(AnswerFault::at(
            "/created_at",
            "this is not a moment since 1970 that is past: write seconds since then, or RFC 3339, such as 2024-02-29T12:00:00Z",
        )),
    }
}

/// A moment as RFC 3339 §5.6 has it, or with a blank between date and time, to the second.
fn moment(text: &str) -> Option<UnixTime> {
    let bytes = text.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let is_there = |(at, separator): (usize, u8)| bytes.get(at) == Some(&separator);
    if !text.is_ascii() || !separators.into_iter().all(is_there) || !b"Tt ".contains(bytes.get(10)?)
    {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        let whole = part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| whole)
    };
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    let behind = text.get(19..)?;
    let behind = match behind.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        Some(_) => return None,
        None => behind,
    };
    // A leap second is the last of its minute.
    let sound = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let local =
        days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second.min(59);
    sound.then_some(())?;
    Some(UnixTime(local - offset(behind)?))
}

/// How many seconds before UTC: `Z`, `+01:00`, and `+00` as PostgreSQL writes it.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "00"));
    let two = |part: &str| {
        let whole = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| whole)
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Counter, NOW};
    use serde_json::json;

    const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    fn policy(external_ids: bool) -> Policy {
        Policy {
            external_ids,
            ..Policy::for_tests()
        }
    }

    fn read_by(policy: &Policy, line: &[u8]) -> Result<Newcomer, AnswerFault> {
        Newcomer::read(line, policy, NOW, &Counter::starting_at(NOW))
    }

    fn read(line: &Value) -> Result<Newcomer, String> {
        let text = line.to_string();
        read_by(&policy(false), text.as_bytes()).map_err(|fault| fault.pointer)
    }

    #[test]
    fn a_line_says_who_it_is() {
        let line = json!({
            "email": "Ada@Example.com",
            "email_verified": true,
            "name": "Ada Lovelace",
            "password_hash": BCRYPT,
            "locale": "de-CH",
            "zone": "Europe/Zurich",
            "created_at": "2019-05-06T07:08:09+02:00",
        });
        let ada = read(&line).unwrap();
        assert_eq!(ada.person.email, "Ada@Example.com");
        assert_eq!(ada.person.verified_at, Some(NOW));
        assert_eq!(ada.person.name, "Ada Lovelace");
        assert_eq!(ada.person.password, BCRYPT);
        assert!(ada.person.subject.is_some() && !ada.person.admin);
        assert_eq!(ada.created_at, UnixTime(1_557_119_289));
        assert_eq!(ada.preferences.language, Some(Language::German));
        assert_eq!(ada.preferences.zone.as_deref(), Some("Europe/Zurich"));
    }

    #[test]
    fn an_address_is_enough_and_is_proved_only_where_the_line_says_so() {
        let ada = read(&json!({ "email": "ada@example.com", "locale": "tlh", "zone": "no zone" }));
        let ada = ada.unwrap();
        assert_eq!((ada.person.verified_at, ada.created_at), (None, NOW));
        assert_eq!(ada.person.name, "ada@example.com");
        assert_eq!(ada.person.password, "");
        assert_eq!(ada.preferences, Preferences::default());
    }

    #[test]
    fn who_is_known_elsewhere_has_an_id_and_no_password_here() {
        let line = |line: Value| read_by(&policy(true), line.to_string().as_bytes());
        let ada = line(json!({ "external_id": "u-17", "email_verified": true })).unwrap();
        assert_eq!(ada.person.external_id.as_deref(), Some("u-17"));
        assert_eq!(
            (ada.person.name.as_str(), ada.person.verified_at),
            ("u-17", None)
        );
        let both = json!({ "external_id": "u-17", "password_hash": BCRYPT });
        assert_eq!(line(both).unwrap_err().pointer, "/password_hash");
        let marked = json!({ "external_id": "local:17" });
        assert_eq!(line(marked).unwrap_err().pointer, "/external_id");
        // An account of our own beside them is one with an address.
        assert_eq!(
            line(json!({ "name": "Ada" })).unwrap_err().pointer,
            "/email"
        );
        assert!(line(json!({ "email": "ada@example.com", "password_hash": BCRYPT })).is_ok());
        let nowhere = read(&json!({ "email": "ada@example.com", "external_id": "u-17" }));
        assert_eq!(nowhere, Err("/external_id".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let email = "ada@example.com";
        for (line, pointer) in [
            (json!({}), "/email"),
            (json!({ "email": "" }), "/email"),
            (json!({ "email": null }), "/email"),
            (json!({ "email": "nobody" }), "/email"),
            (json!({ "email": 17 }), "/email"),
            (json!({ "email": email, "emial": 1 }), "/emial"),
            (
                json!({ "email": email, "email_verified": "true" }),
                "/email_verified",
            ),
            (json!({ "email": email, "name": ["Ada"] }), "/name"),
            (
                json!({ "email": email, "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99" }),
                "/password_hash",
            ),
            (
                json!({ "email": email, "password_hash": BCRYPT.replace("$10$", "$17$") }),
                "/password_hash",
            ),
            (json!({ "email": email, "created_at": true }), "/created_at"),
            (
                json!({ "email": email, "created_at": NOW.0 + 1 }),
                "/created_at",
            ),
            (json!({ "email": email, "created_at": -1 }), "/created_at"),
            (
                json!({ "email": email, "created_at": "yesterday" }),
                "/created_at",
            ),
        ] {
            assert_eq!(read(&line), Err(pointer.to_owned()), "{line}");
        }
        let long = json!({ "email": email, "name": "x".repeat(LONGEST_LINE) });
        assert_eq!(read(&long), Err(String::new()));
        for broken in [
            &b"{\"email\":"[..],
            b"\xff\xfe",
            b"[]",
            b"{\"email\":\"a@b.example\"} {}",
        ] {
            assert_eq!(read_by(&policy(false), broken).unwrap_err().pointer, "");
        }
        let twice = br#"{"email":"a@b.example","email":"c@d.example"}"#;
        assert!(read_by(&policy(false), twice).is_err());
    }

    #[test]
    fn no_fault_tells_a_hash() {
        for hash in [
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "$2b$31$N9qo8uLOickgx2ZMRZoMye",
            "$argon2id$v=19$x",
        ] {
            let line = json!({ "email": "ada@example.com", "password_hash": hash });
            let fault = read_by(&policy(false), line.to_string().as_bytes()).unwrap_err();
            assert!(!format!("{fault:?} {fault}").contains(hash), "{fault:?}");
        }
    }

    #[test]
    fn moments_are_read_as_databases_write_them() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2024-02-29T12:00:00.123456z", 1_709_208_000),
            ("2024-02-29 12:00:00+00", 1_709_208_000),
            ("2024-02-29t14:30:00+02:30", 1_709_208_000),
            ("2024-02-28T22:00:00-14:00", 1_709_208_000),
            ("2016-12-31T23:59:60Z", 1_483_228_799),
            ("1969-12-31T23:00:00-01:00", 0),
        ] {
            assert_eq!(moment(text), Some(UnixTime(seconds)), "{text}");
        }
        for wrong in [
            "",
            "2024-02-30T12:00:00Z",
            "2023-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "2024-13-01T12:00:00Z",
            "2024-00-01T12:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T12:60:00Z",
            "2024-01-01T12:00:00",
            "2024-01-01T12:00:00.Z",
            "2024-01-01T12:00:00+1:00",
            "2024-01-01T12:00:00+01:00x",
            "2024-01-01",
            "+024-01-01T12:00:00Z",
            "2024-01-01T12:00:00é",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
