//! What an app registers for OpenID Connect.
use crate::signing_keys::SigningAlgorithm;
use serde_json::{Map, Value};

/// What an app registers for OpenID Connect (Dynamic Client Registration §2, RP-Initiated Logout §3.1, Back-Channel Logout
/// §2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelyingParty {
    /// Where people may be sent who signed out for it.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended.
    pub backchannel_logout_uri: Option<String>,
    /// What signs its ID tokens; `None`: the provider's choice.
    pub id_token_algorithm: Option<SigningAlgorithm>,
    /// What signs what it is told at userinfo; `None`: it is plain JSON.
    pub userinfo_algorithm: Option<SigningAlgorithm>,
}

const POST_LOGOUT: &str = "post_logout_redirect_uris";
const BACK_CHANNEL: &str = "backchannel_logout_uri";
const ID_TOKEN: &str = "id_token_signed_response_alg";
const USERINFO: &str = "userinfo_signed_response_alg";

impl RelyingParty {
    /// As its metadata are named (Dynamic Client Registration §2); what was not registered is not there.
    pub fn members(&self) -> Map<String, Value> {
        let name = |algorithm: Option<SigningAlgorithm>| algorithm.map(|own| own.name().into());
        let uris = &self.post_logout_redirect_uris;
        let members = [
            (
                POST_LOGOUT,
                (!uris.is_empty()).then(|| uris.as_slice().into()),
            ),
            (
                BACK_CHANNEL,
                self.backchannel_logout_uri.as_deref().map(Value::from),
            ),
            (ID_TOKEN, name(self.id_token_algorithm)),
            (USERINFO, name(self.userinfo_algorithm)),
        ];
        let there = members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        there
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// As it is stored: nothing, or these members.
    pub fn to_stored(&self) -> String {
        match self == &RelyingParty::default() {
            true => String::new(),
            false => Value::Object(self.members()).to_string(),
        }
    }

    /// As it was stored.
    pub fn from_stored(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let members: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let algorithm = |name| SigningAlgorithm::named(members.get(name)?.as_str()?);
        let uris = members.get(POST_LOGOUT).and_then(Value::as_array);
        let uris = uris.into_iter().flatten().filter_map(Value::as_str);
        let back_channel = members.get(BACK_CHANNEL).and_then(Value::as_str);
        RelyingParty {
            post_logout_redirect_uris: uris.map(str::to_owned).collect(),
            backchannel_logout_uri: back_channel.map(str::to_owned),
            id_token_algorithm: algorithm(ID_TOKEN),
            userinfo_algorithm: algorithm(USERINFO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let whole = RelyingParty {
            post_logout_redirect_uris: vec!["https://a.example/out".to_owned()],
            backchannel_logout_uri: Some("https://a.example/logout".to_owned()),
            id_token_algorithm: Some(SigningAlgorithm::Es256),
            userinfo_algorithm: Some(SigningAlgorithm::Rs256),
        };
        for one in [whole, RelyingParty::default()] {
            assert_eq!(RelyingParty::from_stored(&one.to_stored()), one);
        }
        assert_eq!(RelyingParty::default().to_stored(), "");
    }
}
