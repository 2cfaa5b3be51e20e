//! JSON read strictly: one meaning only. A repeated member is refused at any depth, and what is too large or too deep.
//!
//! RFC 7515 §4, RFC 7517 §4 and RFC 7519 §4 let a reader refuse repeated members or take the last one. Two readers that
//! choose differently see two documents under one signature; we refuse.
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// An object, its members by name.
pub type Object = Map<String, Value>;

/// Objects and lists within each other, at most.
const DEEPEST: usize = 16;

/// Why something is not JSON that we read. It never holds a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// It is longer than what is read here.
    #[error("it is too long")]
    TooLong,
    /// It is not JSON in UTF-8, or something follows it.
    #[error("it is not JSON")]
    Malformed,
    /// An object has two members of one name.
    #[error("a member appears twice")]
    Repeated,
    /// Objects and lists are within each other more than 16 times.
    #[error("it is nested too deeply")]
    TooDeep,
    /// It is JSON, and no object.
    #[error("it is not an object")]
    NotAnObject,
}

/// The object that `text` is, if it is of `longest` bytes at most.
///
/// # Errors
/// What the fault says.
pub fn object(text: &[u8], longest: usize) -> Result<Object, JsonFault> {
    if text.len() > longest {
        return Err(JsonFault::TooLong);
    }
    let fault = Cell::new(JsonFault::Malformed);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let strict = Strict {
        depth: 0,
        fault: &fault,
    };
    let value = strict.deserialize(&mut reader).map_err(|_| fault.get())?;
    reader.end().map_err(|_| JsonFault::Malformed)?;
    match value {
        Value::Object(members) => Ok(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(JsonFault::NotAnObject)
        }
    }
}

/// Reads a value, and notes why not beside the error, which can say a text only.
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<JsonFault>,
}

impl Strict<'_> {
    fn within<E: Error>(&self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(self.refuse(JsonFault::TooDeep));
        }
        Ok(Strict {
            depth: self.depth + 1,
            fault: self.fault,
        })
    }

    fn refuse<E: Error>(&self, fault: JsonFault) -> E {
        self.fault.set(fault);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| self.refuse(JsonFault::Malformed))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.within()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(self.refuse(JsonFault::Repeated));
            }
            let value = map.next_value_seed(self.within()?)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> JsonFault {
        object(text.as_bytes(), 1_024).unwrap_err()
    }

    #[test]
    fn a_repeated_member_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"{"b":[0,{"a":1,"c":0,"a":2}]}"#,
        ] {
            assert_eq!(fault(text), JsonFault::Repeated, "{text}");
        }
        assert!(object(br#"{"a":{"a":1},"b":{"a":1}}"#, 64).is_ok());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "{}}",
            "{} {}",
            "{\"a\":1,}",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":1e999}",
            "{\"a\":NaN}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\n\"}",
            "\u{feff}{}",
            "// x\n{}",
        ] {
            assert_eq!(fault(text), JsonFault::Malformed, "{text:?}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}", 64), Err(JsonFault::Malformed));
        for text in ["null", "[]", "\"{}\"", "1", "true"] {
            assert_eq!(fault(text), JsonFault::NotAnObject, "{text}");
        }
    }

    #[test]
    fn depth_and_length_have_bounds() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(nested(DEEPEST - 1).as_bytes(), 64).is_ok());
        assert_eq!(fault(&nested(DEEPEST + 1)), JsonFault::TooDeep);
        assert_eq!(fault(&nested(400)), JsonFault::TooDeep);
        assert_eq!(object(b"{    }", 5), Err(JsonFault::TooLong));
        assert!(object(b"{   }", 5).is_ok());
    }
}
