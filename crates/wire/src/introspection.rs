//! What introspection answers (RFC 7662 §2.2): one flat object, which the server writes and an API reads.
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What stands before the client id in `sub` where that could name a person too. No person's id has a colon.
pub const APP_MARK: &str = "app:";

/// Whether a `sub` names the app itself: nobody is behind its token.
pub fn is_app(sub: &str, client_id: &str) -> bool {
    sub == client_id || sub.strip_prefix(APP_MARK) == Some(client_id)
}

/// A member that is text.
pub type Text<'a> = Option<Cow<'a, str>>;

/// For which APIs a token is: one text, or a list where they are several (RFC 7662 §2.2, RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience<'a> {
    /// One API.
    One(Cow<'a, str>),
    /// Several.
    Several(Vec<Cow<'a, str>>),
}

impl<'a> Audience<'a> {
    /// The audience of these APIs; `None` where there is none.
    pub fn of(apis: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut all: Vec<Cow<'a, str>> = apis.into_iter().map(Cow::Borrowed).collect();
        match all.len() {
            0 | 1 => all.pop().map(Audience::One),
            _ => Some(Audience::Several(all)),
        }
    }

    /// Whether it names `who`, letter by letter.
    pub fn names(&self, who: &str) -> bool {
        match self {
            Audience::One(own) => own == who,
            Audience::Several(own) => own.iter().any(|own| own == who),
        }
    }
}

/// How its holder is known (RFC 7800 §3.1). Other ways than the one that we know are read over: a token that has one is
/// bound to nothing that can be proved here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of the key (RFC 9449 §6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
}

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
    /// `Bearer`, or `DPoP` of one that is bound to a key; absent for a refresh token.
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
    /// The address by which the person signs in, where the caller may know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Text<'a>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Text<'a>,
    /// For which APIs it is; absent where the provider has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience<'a>>,
    /// When the person had signed in (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How they had (RFC 9470 §6.2), where the provider tells ways apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Text<'a>,
    /// Which side it is on: `test`, and absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Text<'a>,
    /// The organization that access was given for; absent for the person's own account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Text<'a>,
    /// The token's own name in the [feed](crate::feed); for resource servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Text<'a>,
    /// To which key the token is bound (RFC 9449 §6.2); absent for most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Box<Confirmation>>,
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
        let text = r#"{"active":true,"scope":"a b","client_id":"app","token_type":"Bearer","exp":2,"iat":1,"sub":"ann","username":"ann@a.example","iss":"https://a.example","aud":"https://api.example","auth_time":0,"acr":"pwd","mode":"test","organization":"o","jti":"t","cnf":{"jkt":"k"},"grant_id":"g"}"#;
        let read: Introspection<'static> = serde_json::from_str(text).unwrap();
        assert_eq!(read.sub.as_deref(), Some("ann"));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let text = r#"{"active":true,"aud":["https://a.example","https://b.example"]}"#;
        let read: Introspection<'static> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let aud = read.aud.unwrap();
        assert!(aud.names("https://b.example") && !aud.names("https://B.example"));
    }

    #[test]
    fn members_of_later_versions_are_stepped_over() {
        let read: Introspection<'static> =
            serde_json::from_str(r#"{"active":true,"planet":["x"]}"#).unwrap();
        assert!(read.active && read.scope.is_none());
    }
}
