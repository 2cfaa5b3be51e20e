//! What introspection answers (RFC 7662 §2.2): one flat object, which the server writes and an API reads.
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A member that is text.
pub type Text<'a> = Option<Cow<'a, str>>;

/// The answer. An inactive token says nothing else: "the authorization server SHOULD NOT include any additional
/// information about an inactive token". Times are Unix seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introspection<'a> {
    /// Whether the token works now.
    pub active: bool,
    /// Its scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Text<'a>,
    /// The app it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Text<'a>,
    /// `Bearer`; absent for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Text<'a>,
    /// When it stops working.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The person, or for client credentials the app itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Text<'a>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Text<'a>,
    /// Which side it is on: `test`, and absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Text<'a>,
    /// The organization that access was given for; absent for the person's own account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Text<'a>,
    /// The token's own name in the [feed](crate::feed); for resource servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Text<'a>,
    /// Its grant's name there; for resource servers, and absent when no person allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let inactive = Introspection::default();
        assert_eq!(
            serde_json::to_string(&inactive).unwrap(),
            r#"{"active":false}"#
        );
        let text = r#"{"active":true,"scope":"a b","client_id":"app","token_type":"Bearer","exp":2,"iat":1,"sub":"ann","iss":"https://a.example","mode":"test","organization":"o","jti":"t","grant_id":"g"}"#;
        let read: Introspection<'static> = serde_json::from_str(text).unwrap();
        assert_eq!(read.sub.as_deref(), Some("ann"));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn members_of_later_versions_are_stepped_over() {
        let read: Introspection<'static> =
            serde_json::from_str(r#"{"active":true,"aud":["x"]}"#).unwrap();
        assert!(read.active && read.scope.is_none());
    }
}
