//! What the revocation feed answers: what an API that keeps introspection answers must forget.
//!
//! An event names what it ends as introspection names it (`jti`, `grant_id`, `client_id`, `sub`), so an API drops the
//! answers that carry the same member and value, and no others.
use serde::{Deserialize, Serialize};

/// Something that an API must forget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// One access token.
    TokenRevoked {
        /// Its id, as introspection gives it.
        jti: String,
    },
    /// All that a person once allowed an app.
    GrantRevoked {
        /// Its id, as introspection gives it.
        grant_id: String,
    },
    /// An app was disabled or deleted: all of its tokens issued so far.
    AppCutOff {
        /// The app.
        client_id: String,
    },
    /// A person's account was disabled: all tokens issued so far in that person's name.
    UserCutOff {
        /// The person.
        sub: String,
    },
    /// A person paused or removed an app: all answers for this person and app are to be asked for anew. An end is for
    /// good, a pause may pass.
    ConnectionChanged {
        /// The person.
        sub: String,
        /// The app.
        client_id: String,
        /// The organization that access was given for; absent for the person's own account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organization: Option<String>,
    },
    /// Access that was given for an organization is over, of some or of all: all answers that name it are to be asked for
    /// anew.
    OrganizationChanged {
        /// The organization.
        organization: String,
    },
    /// One that only later versions know. It is read and never written.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedReply {
    /// Where to go on next time.
    pub cursor: String,
    /// What to forget.
    pub events: Vec<Event>,
    /// Everything is to be forgotten, since events may have been missed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
}

impl FeedReply {
    /// Whether it tells anything.
    pub fn is_news(&self) -> bool {
        self.reset || !self.events.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            r#"{"cursor":"a.b","events":[]}"#,
            r#"{"cursor":"a.b","events":[{"event":"token_revoked","jti":"t"},{"event":"grant_revoked","grant_id":"g"},{"event":"app_cut_off","client_id":"app"},{"event":"user_cut_off","sub":"ann"},{"event":"connection_changed","sub":"ann","client_id":"app"},{"event":"connection_changed","sub":"ann","client_id":"app","organization":"o"},{"event":"organization_changed","organization":"o"}],"reset":true}"#,
        ] {
            let read: FeedReply = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_read_and_never_written() {
        let text = r#"{"cursor":"a","events":[{"event":"planet_lost","name":"x"}]}"#;
        let read: FeedReply = serde_json::from_str(text).unwrap();
        assert_eq!(read.events, [Event::Unknown]);
        assert!(serde_json::to_string(&read).is_err());
    }
}
