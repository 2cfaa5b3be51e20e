//! Request parameters: form, query string and JSON object, decoded strictly.
//!
//! "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1): a repetition is
//! kept and reported, where a map would hide it. Nothing is repaired: a bad `%` escape, bad UTF-8 or a NUL
//! makes the whole text a fault.
use memchr::{memchr, memchr_iter, memchr3};
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;

/// Most parameters that one request may carry.
pub const MAX_PARAMETERS: usize = 64;
/// Most fields of a form of our own pages: that of an app has one for each of its redirect URIs and scopes.
pub const MAX_FIELDS: usize = 400;

/// The parameters that OAuth and its extensions name. An error tells these back, and never a name or a value that
/// only the request knows: it would stand in our sentence, and in the app's.
const KNOWN: [&str; 23] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "cursor",
    "device_code",
    "grant_type",
    "nonce",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "token_type_hint",
    "user_code",
    "wait",
];

/// What an error calls a parameter: its name if it is one that we know, else `a parameter`.
pub fn told(name: &str) -> &'static str {
    let known = KNOWN.into_iter().find(|known| *known == name);
    known.unwrap_or("a parameter")
}

/// Why a text holds no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamsFault {
    /// A `%` without two hexadecimal digits behind it.
    Escape,
    /// Bytes that are not UTF-8.
    Utf8,
    /// A NUL character.
    Nul,
    /// More than [`MAX_PARAMETERS`], or than [`MAX_FIELDS`] on a form of ours.
    TooMany,
    /// Not a JSON object whose values are all strings.
    Json,
}

impl ParamsFault {
    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Escape => {
                "a percent sign is not followed by two hexadecimal digits; write it as %25"
            }
            Self::Utf8 => "the parameters are not UTF-8",
            Self::Nul => "a parameter contains a NUL character",
            Self::TooMany => "there are more than 64 parameters",
            Self::Json => "the body must be one JSON object whose values are strings",
        }
    }
}

/// Parameters in the order they came. An empty value counts as omitted (RFC 6749 §3.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_list()
            .entries(self.pairs.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Params {
    /// Decodes `application/x-www-form-urlencoded` bytes: a body or a query string.
    ///
    /// # Errors
    /// [`ParamsFault`] for what cannot be decoded without guessing.
    pub fn from_form(bytes: &[u8]) -> Result<Self, ParamsFault> {
        Self::from_form_of(bytes, MAX_PARAMETERS)
    }

    /// The same, for a form of our own pages: at most [`MAX_FIELDS`].
    ///
    /// # Errors
    /// As [`from_form`](Self::from_form).
    pub fn from_page(bytes: &[u8]) -> Result<Self, ParamsFault> {
        Self::from_form_of(bytes, MAX_FIELDS)
    }

    fn from_form_of(bytes: &[u8], most: usize) -> Result<Self, ParamsFault> {
        // Looked at once and not again for each name and value, where it is text as it came.
        let text = std::str::from_utf8(bytes).ok();
        let plain = text.filter(|_| memchr3(b'+', b'%', 0, bytes).is_none());
        let piece = |from: usize, to: usize| match plain {
            Some(text) => Ok(text[from..to].to_owned()),
            None => decode(&bytes[from..to], text.map(|text| &text[from..to])),
        };
        let mut pairs = Vec::with_capacity(8);
        let ends = memchr_iter(b'&', bytes).chain([bytes.len()]);
        let mut start = 0;
        for end in ends {
            let from = std::mem::replace(&mut start, end + 1);
            if from == end {
                continue;
            }
            let pair = match memchr(b'=', &bytes[from..end]) {
                Some(at) => (piece(from, from + at)?, piece(from + at + 1, end)?),
                None => (piece(from, end)?, String::new()),
            };
            pairs.push(pair);
            if pairs.len() > most {
                return Err(ParamsFault::TooMany);
            }
        }
        Ok(Params { pairs })
    }

    /// Reads a JSON object of strings; `null` counts as omitted.
    ///
    /// # Errors
    /// [`ParamsFault`] for anything else.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ParamsFault> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let params = reader
            .deserialize_map(ObjectOfStrings)
            .map_err(|_| ParamsFault::Json)?;
        reader.end().map_err(|_| ParamsFault::Json)?;
        if params.pairs.len() > MAX_PARAMETERS {
            return Err(ParamsFault::TooMany);
        }
        let nul = params
            .pairs
            .iter()
            .any(|(n, v)| n.contains('\0') || v.contains('\0'));
        if nul {
            Err(ParamsFault::Nul)
        } else {
            Ok(params)
        }
    }

    /// Parameters given as pairs.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Params {
            pairs: pairs.into_iter().map(own).collect(),
        }
    }

    /// These parameters and then `other`'s; what stands in both is thereby repeated.
    ///
    /// # Errors
    /// [`ParamsFault::TooMany`] when they are too many together.
    pub fn joined(mut self, other: Params) -> Result<Self, ParamsFault> {
        self.pairs.extend(other.pairs);
        match self.pairs.len() > MAX_PARAMETERS {
            true => Err(ParamsFault::TooMany),
            false => Ok(self),
        }
    }

    /// The value of a parameter, `None` when omitted or empty. Of a repeated one the first; ask
    /// [`repeated`](Self::repeated) before relying on it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(own, _)| own == name);
        pair.map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All values of a name that may stand more than once, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.pairs.iter().filter(move |(own, _)| own == name);
        let values = pairs.map(|(_, value)| value.as_str());
        values.filter(|value| !value.is_empty())
    }

    /// The text of a field; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A number of ours that a field carries; 0, which names nothing, where it carries none.
    pub fn number(&self, name: &str) -> i64 {
        let number = self.get(name).and_then(|text| text.parse().ok());
        number.unwrap_or_default()
    }

    /// The first parameter that stands more than once (`resource` may, RFC 8707 §2).
    pub fn repeated(&self) -> Option<&str> {
        let mut rest = self.pairs.as_slice();
        while let [(name, _), after @ ..] = rest {
            if name != "resource" && after.iter().any(|(other, _)| other == name) {
                return Some(name);
            }
            rest = after;
        }
        None
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// Whether `name` stands more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.pairs.iter().filter(|(own, _)| own == name).count() > 1
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The parameters as a form, in order.
    pub fn to_form(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(&self.pairs);
        out.finish()
    }
}

/// Decodes one name or value: `+` is a space, `%XX` a byte. `text`: the same, if that is known to be text.
fn decode(bytes: &[u8], text: Option<&str>) -> Result<String, ParamsFault> {
    let Some(plain) = memchr3(b'+', b'%', 0, bytes) else {
        let text = match text {
            Some(text) => text,
            None => std::str::from_utf8(bytes).map_err(|_| ParamsFault::Utf8)?,
        };
        return Ok(text.to_owned());
    };
    let mut out = Vec::with_capacity(bytes.len());
    let (before, mut rest) = bytes.split_at(plain);
    out.extend_from_slice(before);
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match first {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else {
                    return Err(ParamsFault::Escape);
                };
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            other => *other,
        });
    }
    if out.contains(&0) {
        return Err(ParamsFault::Nul);
    }
    String::from_utf8(out).map_err(|_| ParamsFault::Utf8)
}

fn hex(digit: u8) -> Result<u8, ParamsFault> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(ParamsFault::Escape),
    }
}

/// Form-decodes one half of Basic credentials (RFC 6749 §2.3.1).
///
/// # Errors
/// [`ParamsFault`] as for any parameter.
pub fn decode_credential(text: &str) -> Result<String, ParamsFault> {
    decode(text.as_bytes(), Some(text))
}

struct ObjectOfStrings;

impl<'de> Visitor<'de> for ObjectOfStrings {
    type Value = Params;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Option<String>>()? {
            // One too many is enough to tell; the rest is read and dropped.
            if pairs.len() <= MAX_PARAMETERS {
                pairs.push((name, value.unwrap_or_default()));
            }
        }
        Ok(Params { pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_strictly() {
        let params = Params::from_form(b"a=1+2%203&b=%C3%A9&empty=&flag&&x=y=z").unwrap();
        assert_eq!(params.get("a"), Some("1 2 3"));
        assert_eq!(params.get("b"), Some("é"));
        assert_eq!(params.get("x"), Some("y=z"));
        let half = Params::from_form(b"a=\xc3%a9").unwrap();
        assert_eq!(half.get("a"), Some("é"));
        assert_eq!((params.get("empty"), params.get("flag")), (None, None));
        for (bad, fault) in [
            (&b"scope=identify%bot"[..], ParamsFault::Escape),
            (b"a=%", ParamsFault::Escape),
            (b"a=%4", ParamsFault::Escape),
            (b"a=%+1", ParamsFault::Escape),
            (b"a=%ff", ParamsFault::Utf8),
            (b"a=\xff", ParamsFault::Utf8),
            (b"a=%00", ParamsFault::Nul),
        ] {
            assert_eq!(Params::from_form(bad), Err(fault));
        }
    }

    #[test]
    fn a_repetition_is_seen() {
        let params = Params::from_form(b"a=1&b=2&a=").unwrap();
        assert_eq!(params.repeated(), Some("a"));
        assert!(params.is_repeated("a") && !params.is_repeated("b"));
        let params = Params::from_form(b"resource=1&resource=2&b=2").unwrap();
        assert_eq!(params.repeated(), None);
        let params = Params::from_json(br#"{"code":"1","code":"1"}"#).unwrap();
        assert_eq!(params.repeated(), Some("code"));
    }

    #[test]
    fn only_our_own_names_are_told_back() {
        assert_eq!(told("scope"), "scope");
        for name in ["<script>", "Scope", "", "call 555-0100"] {
            assert_eq!(told(name), "a parameter", "{name}");
        }
    }

    #[test]
    fn the_bound_holds_for_query_and_body_together() {
        let params = |from: usize, to: usize| {
            let pairs: Vec<String> = (from..to).map(|n| format!("p{n}=1")).collect();
            Params::from_form(pairs.join("&").as_bytes()).unwrap()
        };
        let both = |first, second| params(0, first).joined(params(first, first + second));
        assert_eq!(both(64, 0), Ok(params(0, 64)));
        assert_eq!(both(32, 32), Ok(params(0, 64)));
        assert_eq!(both(32, 33), Err(ParamsFault::TooMany));
    }

    #[test]
    fn a_form_of_ours_may_be_longer_than_a_request() {
        let text = |count: usize| {
            let pairs: Vec<String> = (0..count).map(|n| format!("p{n}=1")).collect();
            pairs.join("&")
        };
        let at_most = |count| Params::from_page(text(count).as_bytes()).is_ok();
        assert!(at_most(MAX_FIELDS) && !at_most(MAX_FIELDS + 1));
        assert!(Params::from_form(text(MAX_FIELDS).as_bytes()).is_err());
    }

    #[test]
    fn json_is_one_object_of_strings() {
        let params = Params::from_json(br#"{"grant_type":"x","code":null}"#).unwrap();
        assert_eq!(
            (params.get("grant_type"), params.get("code")),
            (Some("x"), None)
        );
        for bad in [
            "",
            "[]",
            "{}x",
            r#"{"a":1}"#,
            r#"{"a":["x"]}"#,
            "\"a\"",
            r#"{"a":"b"#,
        ] {
            assert_eq!(
                Params::from_json(bad.as_bytes()),
                Err(ParamsFault::Json),
                "{bad}"
            );
        }
        assert_eq!(
            Params::from_json(br#"{"a":"\u0000"}"#),
            Err(ParamsFault::Nul)
        );
    }

    #[test]
    fn a_form_reads_back() {
        let params = Params::from_pairs([("state", "a b&c=%é"), ("x", "")]);
        assert_eq!(Params::from_form(params.to_form().as_bytes()), Ok(params));
    }
}
