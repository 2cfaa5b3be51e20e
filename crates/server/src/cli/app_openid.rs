//! What commands say of an app's OpenID Connect.
use clap::Args;
use protocol::signing_keys::SigningAlgorithm;
use protocol::types::RelyingParty;

/// What it registers for OpenID Connect.
#[derive(Debug, Args)]
pub(super) struct OpenIdFlags {
    /// Where people may be sent who signed out for it, in place of all before; may be repeated. Empty: nowhere.
    #[arg(long, value_name = "URL")]
    post_logout_redirect_uri: Vec<String>,
    /// Where it is told that a session ended; empty: nowhere.
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// What signs its ID tokens: one of `signing.algorithms`, or `default`.
    #[arg(long, value_name = "ALGORITHM", value_parser = algorithm)]
    id_token_algorithm: Option<Choice>,
    /// What signs what it is told at userinfo: one of `signing.algorithms`, or `default` for plain JSON.
    #[arg(long, value_name = "ALGORITHM", value_parser = algorithm)]
    userinfo_algorithm: Option<Choice>,
}

/// An algorithm, or none in particular.
#[derive(Debug, Clone, Copy)]
struct Choice(Option<SigningAlgorithm>);

fn algorithm(text: &str) -> Result<Choice, String> {
    match SigningAlgorithm::named(text) {
        Some(named) => Ok(Choice(Some(named))),
        None if text == "default" => Ok(Choice(None)),
        None => {
            let known = SigningAlgorithm::ALL.map(SigningAlgorithm::name);
            Err(format!("there are {} and default", known.join(", ")))
        }
    }
}

impl OpenIdFlags {
    /// What an app registers with these in place of what it registered before.
    pub(super) fn over(self, before: &RelyingParty) -> RelyingParty {
        let mut party = before.clone();
        if !self.post_logout_redirect_uri.is_empty() {
            let uris = self.post_logout_redirect_uri.into_iter();
            party.post_logout_redirect_uris = uris.filter(|uri| !uri.is_empty()).collect();
        }
        if let Some(uri) = self.backchannel_logout_uri {
            party.backchannel_logout_uri = Some(uri).filter(|uri| !uri.is_empty());
        }
        if let Some(Choice(algorithm)) = self.id_token_algorithm {
            party.id_token_algorithm = algorithm;
        }
        if let Some(Choice(algorithm)) = self.userinfo_algorithm {
            party.userinfo_algorithm = algorithm;
        }
        party
    }
}
