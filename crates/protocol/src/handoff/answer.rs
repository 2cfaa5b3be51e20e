//! What the company says of a person: one JSON object, read strictly, with a sentence for each fault.
use super::memberships::{ExternalMembership, memberships};
use super::reading::{AnswerFault, LONGEST_NAME, called, flag, id_fault, knows, missing, text};
use crate::openid::claims::Document;
use crate::types::{MailAddress, UnixTime};
use jose::Digest;
use jose::json::{self, JsonFault, Object};
use serde_json::Value;

/// Longest answer that is read, in bytes.
pub const LONGEST_ANSWER: usize = 64 * 1_024;
const MOST_METHODS: usize = 10;
const LONGEST_METHOD: usize = 32;

/// A person, as the company knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalPerson {
    /// The company's id, which apps and APIs are told.
    pub id: String,
    /// Their address, if there is one. Several may share one.
    pub email: Option<MailAddress>,
    /// Whether the company vouches for the address.
    pub email_verified: bool,
    /// What they are called.
    pub name: String,
    /// Claims beside them; `None`: those that are there stay.
    pub claims: Option<Document>,
    /// The company's organizations that they belong to, all of them; `None`: it stays as it is.
    pub organizations: Option<Vec<ExternalMembership>>,
}

/// What the company says to a challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Who it is.
    pub person: ExternalPerson,
    /// When they proved it; `None`: now.
    pub auth_time: Option<UnixTime>,
    /// How, by the names of RFC 8176.
    pub methods: Vec<String>,
    /// What that is worth, in the company's words; `None`: what its methods tell.
    pub acr: Option<String>,
    /// SHA-256 of all that was said, however it was written.
    pub said: Digest,
}

/// Reads a body: an object of JSON.
///
/// # Errors
/// What is wrong with it.
fn object(body: &[u8]) -> Result<Object, AnswerFault> {
    json::object(body, LONGEST_ANSWER).map_err(|fault| {
        let what = match fault {
            JsonFault::TooLong => format!("the body is longer than {LONGEST_ANSWER} bytes"),
            fault => format!("the body is not taken: {fault}"),
        };
        AnswerFault::at("", what)
    })
}

impl Answer {
    /// Reads an answer, with the challenge that it is to.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(body: &[u8]) -> Result<(String, Self), AnswerFault> {
        let body = object(body)?;
        knows(&body, "", &["challenge", "user", "auth_time", "amr", "acr"])?;
        if !body.contains_key("challenge") && !body.contains_key("user") {
            return Err(AnswerFault::at("", "challenge and user are missing"));
        }
        let challenge = text(&body, "", "challenge")?;
        let challenge = challenge.ok_or_else(|| missing("/challenge"))?.to_owned();
        let user = match body.get("user") {
            Some(Value::Object(user)) => user,
            Some(_) => return Err(AnswerFault::at("/user", "this is not an object")),
            None => return Err(missing("/user")),
        };
        let answer = Answer {
            person: person(user)?,
            auth_time: auth_time(&body)?,
            methods: methods(&body)?,
            acr: text(&body, "", "acr")?.map(str::to_owned),
            said: Digest::of(Value::Object(body).to_string().as_bytes()),
        };
        Ok((challenge, answer))
    }

    /// Reads a body that names a challenge and nothing else.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn challenge_of(body: &[u8]) -> Result<String, AnswerFault> {
        named(body, "challenge")
    }

    /// Reads a body that names a person and nothing else.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn user_of(body: &[u8]) -> Result<String, AnswerFault> {
        named(body, "user")
    }
}

fn named(body: &[u8], name: &str) -> Result<String, AnswerFault> {
    let body = object(body)?;
    knows(&body, "", &[name])?;
    let found = text(&body, "", name)?;
    found
        .map(str::to_owned)
        .ok_or_else(|| missing(&format!("/{name}")))
}

fn person(user: &Object) -> Result<ExternalPerson, AnswerFault> {
    const KNOWN: [&str; 6] = [
        "id",
        "email",
        "email_verified",
        "name",
        "claims",
        "organizations",
    ];
    knows(user, "/user", &KNOWN)?;
    let id = text(user, "/user", "id")?.ok_or_else(|| missing("/user/id"))?;
    if let Some(what) = id_fault(id) {
        return Err(AnswerFault::at("/user/id", what));
    }
    let email = match text(user, "/user", "email")? {
        None | Some("") => None,
        Some(email) => {
            let address = MailAddress::parse(email);
            let what =
                "this is not an address that mail could go to: leave it out where there is none";
            Some(address.ok_or_else(|| AnswerFault::at("/user/email", what))?)
        }
    };
    let email_verified = flag(user, "/user", "email_verified")? && email.is_some();
    let name = text(user, "/user", "name")?.unwrap_or_default();
    let address = email.as_ref().map(MailAddress::as_str);
    Ok(ExternalPerson {
        id: id.to_owned(),
        name: called(name, address.unwrap_or(id), LONGEST_NAME),
        email_verified,
        claims: claims(user)?,
        organizations: memberships(user)?,
        email,
    })
}

fn claims(user: &Object) -> Result<Option<Document>, AnswerFault> {
    let claims = match user.get("claims") {
        None | Some(Value::Null) => return Ok(None),
        Some(claims) => claims.to_string(),
    };
    let document = Document::parse(&claims);
    document
        .map(Some)
        .map_err(|fault| AnswerFault::at("/user/claims", fault.sentence()))
}

fn auth_time(body: &Object) -> Result<Option<UnixTime>, AnswerFault> {
    let what = "this is not a time in seconds since 1970";
    match body.get("auth_time") {
        None | Some(Value::Null) => Ok(None),
        Some(time) => match time.as_i64().filter(|time| *time > 0) {
            Some(time) => Ok(Some(UnixTime(time))),
            None => Err(AnswerFault::at("/auth_time", what)),
        },
    }
}

fn methods(body: &Object) -> Result<Vec<String>, AnswerFault> {
    let what = format!(
        "this is not a list of at most {MOST_METHODS} names such as \"pwd\" and \"otp\" (RFC 8176)"
    );
    let fault = || AnswerFault::at("/amr", what.clone());
    let list = match body.get("amr") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MOST_METHODS => list,
        Some(_) => return Err(fault()),
    };
    let is_name = |name: &&str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.:/".contains(&b);
        (1..=LONGEST_METHOD).contains(&name.len()) && name.bytes().all(plain)
    };
    let name = |value: &Value| value.as_str().filter(is_name).map(str::to_owned);
    list.iter()
        .map(|value| name(value).ok_or_else(fault))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(user: &Value) -> Result<ExternalPerson, String> {
        let body = json!({ "challenge": "lc_x", "user": user }).to_string();
        let answer = Answer::parse(body.as_bytes());
        answer
            .map(|(_, answer)| answer.person)
            .map_err(|fault| fault.pointer)
    }

    #[test]
    fn an_answer_says_who_it_is() {
        let body = json!({
            "challenge": "lc_x",
            "user": { "id": "u-17", "email": "Ada@Example.com", "email_verified": true, "name": "Ada", "claims": { "locale": "de" } },
            "auth_time": 1_800_000_000,
            "amr": ["pwd", "otp"],
        });
        let (challenge, answer) = Answer::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(challenge, "lc_x");
        assert_eq!(answer.auth_time, Some(UnixTime(1_800_000_000)));
        assert_eq!(answer.methods, ["pwd", "otp"]);
        let person = answer.person;
        assert_eq!((person.id.as_str(), person.name.as_str()), ("u-17", "Ada"));
        assert!(person.email_verified && person.claims.is_some());
    }

    #[test]
    fn an_id_is_enough_and_no_name_keeps_anybody_out() {
        let person = of(&json!({ "id": "u-17" })).unwrap();
        assert_eq!(person.name, "u-17");
        assert!(person.email.is_none() && !person.email_verified);
        let odd = of(&json!({ "id": "1", "name": "\u{202e}adA\n ", "email_verified": true }));
        let odd = odd.unwrap();
        assert_eq!(odd.name, "adA");
        assert!(!odd.email_verified, "there is no address to vouch for");
        let long = of(&json!({ "id": "1", "name": "x".repeat(5_000) })).unwrap();
        assert!(long.name.chars().count() <= LONGEST_NAME);
        let nameless = of(&json!({ "id": "1", "name": "", "email": "a@b.example" })).unwrap();
        assert_eq!(nameless.name, "a@b.example");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = [
            (json!({}), "/user/id"),
            (json!({ "id": "" }), "/user/id"),
            (json!({ "id": 17 }), "/user/id"),
            (json!({ "id": "x".repeat(256) }), "/user/id"),
            (json!({ "id": "with space" }), "/user/id"),
            (json!({ "id": "é" }), "/user/id"),
            (json!({ "id": "app:x" }), "/user/id"),
            (json!({ "id": "local:7" }), "/user/id"),
            (json!({ "id": "1", "email": "nobody" }), "/user/email"),
            (json!({ "id": "1", "emial": "a@b.example" }), "/user/emial"),
            (
                json!({ "id": "1", "email_verified": "yes" }),
                "/user/email_verified",
            ),
            (json!({ "id": "1", "name": [] }), "/user/name"),
            (
                json!({ "id": "1", "claims": { "sub": "2" } }),
                "/user/claims",
            ),
            (
                json!({ "id": "1", "claims": { "email": "x@y.z" } }),
                "/user/claims",
            ),
            (json!([]), "/user"),
        ];
        for (user, pointer) in wrong {
            assert_eq!(of(&user), Err(pointer.to_owned()), "{user}");
        }
        let user = json!({ "id": "1" });
        for (name, value) in [
            ("auth_time", json!("now")),
            ("auth_time", json!(-5)),
            ("amr", json!("pwd")),
            ("amr", json!(["with space"])),
            ("amr", json!(vec!["pwd"; 11])),
            ("acr", json!(2)),
            ("other", json!(1)),
        ] {
            let body = json!({ "challenge": "lc_x", "user": user, name: value });
            let fault = Answer::parse(body.to_string().as_bytes()).unwrap_err();
            assert_eq!(fault.pointer, format!("/{name}"));
        }
        let twice = br#"{"challenge":"a","challenge":"b","user":{"id":"1"}}"#;
        assert_eq!(Answer::parse(twice).unwrap_err().pointer, "");
    }
}
