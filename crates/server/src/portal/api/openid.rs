//! What an app registers for OpenID Connect, by the names of Dynamic Client Registration §2.
use crate::http::error::ApiError;
use crate::portal::api::fault::invalid;
use protocol::signing_keys::SigningAlgorithm;
use protocol::types::RelyingParty;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an app registers for OpenID Connect.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OpenIdMetadata {
    /// Where people may be sent who signed out for it.
    post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended; without: nowhere.
    backchannel_logout_uri: Option<String>,
    /// What signs its ID tokens, such as `ES256`; without: the provider's choice.
    id_token_signed_response_alg: Option<String>,
    /// What signs what it is told at userinfo; without: it is plain JSON.
    userinfo_signed_response_alg: Option<String>,
}

impl OpenIdMetadata {
    /// As it was registered.
    pub(super) fn of(party: &RelyingParty) -> Self {
        let name = |own: Option<SigningAlgorithm>| own.map(|own| own.name().to_owned());
        OpenIdMetadata {
            post_logout_redirect_uris: party.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: party.backchannel_logout_uri.clone(),
            id_token_signed_response_alg: name(party.id_token_algorithm),
            userinfo_signed_response_alg: name(party.userinfo_algorithm),
        }
    }

    /// As it is to be registered.
    ///
    /// # Errors
    /// Where an algorithm is none that signs here.
    pub(super) fn into_party(self) -> Result<RelyingParty, ApiError> {
        let algorithm = |name: Option<String>, pointer| {
            let read = |name: String| {
                let named = SigningAlgorithm::named(&name);
                named.ok_or_else(|| invalid(pointer, "this is no algorithm that signs here"))
            };
            name.map(read).transpose()
        };
        Ok(RelyingParty {
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            backchannel_logout_uri: self.backchannel_logout_uri,
            id_token_algorithm: algorithm(
                self.id_token_signed_response_alg,
                "/openid/id_token_signed_response_alg",
            )?,
            userinfo_algorithm: algorithm(
                self.userinfo_signed_response_alg,
                "/openid/userinfo_signed_response_alg",
            )?,
        })
    }
}
