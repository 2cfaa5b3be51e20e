//! How an app came here that nobody registered by hand.
use serde_json::{Map, Value, json};

/// How an app introduced itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It registered itself (RFC 7591).
    Registration,
    /// Its `client_id` is the URL of a document about it (Client ID Metadata Document).
    Document,
}

impl Way {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Registration => "registration",
            Way::Document => "document",
        }
    }
}

/// What is kept of an app that introduced itself, beside what every app has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// By which way it came.
    pub way: Way,
    /// Whether it says that it runs on people's own devices (`application_type` is `native`).
    pub native: bool,
    /// What else it said of itself, by the names of RFC 7591 §2. It is told again, and decides on nothing.
    pub told: Map<String, Value>,
}

impl Introduction {
    /// As it is stored; empty: the app did not introduce itself.
    pub fn to_stored(introduction: Option<&Introduction>) -> String {
        let Some(own) = introduction else {
            return String::new();
        };
        json!({ "way": own.way.as_str(), "native": own.native, "told": own.told }).to_string()
    }

    /// As it was stored.
    pub fn from_stored(text: &str) -> Option<Box<Self>> {
        let members: Map<String, Value> = match text.is_empty() {
            true => return None,
            false => serde_json::from_str(text).unwrap_or_default(),
        };
        let is_document = members.get("way").and_then(Value::as_str) == Some("document");
        Some(Box::new(Introduction {
            way: match is_document {
                true => Way::Document,
                false => Way::Registration,
            },
            native: members.get("native").and_then(Value::as_bool) == Some(true),
            told: match members.get("told") {
                Some(Value::Object(told)) => told.clone(),
                _ => Map::new(),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let mut told = Map::new();
        told.insert("software_id".to_owned(), "x".into());
        for way in [Way::Registration, Way::Document] {
            let one = Introduction {
                way,
                native: way == Way::Document,
                told: told.clone(),
            };
            let stored = Introduction::to_stored(Some(&one));
            assert_eq!(Introduction::from_stored(&stored).as_deref(), Some(&one));
        }
        assert_eq!(
            Introduction::from_stored(&Introduction::to_stored(None)),
            None
        );
    }
}
