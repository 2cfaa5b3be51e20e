//! What an app registers for OpenID Connect, as its page shows it.
use crate::state::App;
use pages::portal::AppOpenId;
use pages::{Problem, Speak};
use protocol::register::{Field, RegistrationError};
use protocol::signing_keys::SigningAlgorithm;
use protocol::types::{Client, Language, RelyingParty};

/// What was typed.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) post_logout: String,
    pub(super) back_channel: String,
    pub(super) id_token: String,
    pub(super) userinfo: String,
}

impl Typed {
    /// As it is registered: one URL a line.
    pub(super) fn registered(&self) -> RelyingParty {
        let lines = self.post_logout.lines().map(str::trim);
        let back_channel = self.back_channel.trim();
        RelyingParty {
            post_logout_redirect_uris: lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            backchannel_logout_uri: (!back_channel.is_empty()).then(|| back_channel.to_owned()),
            id_token_algorithm: SigningAlgorithm::named(&self.id_token),
            userinfo_algorithm: SigningAlgorithm::named(&self.userinfo),
        }
    }

    fn of(party: &RelyingParty) -> Self {
        let name =
            |own: Option<SigningAlgorithm>| own.map_or("", SigningAlgorithm::name).to_owned();
        Typed {
            post_logout: party.post_logout_redirect_uris.join("\n"),
            back_channel: party.backchannel_logout_uri.clone().unwrap_or_default(),
            id_token: name(party.id_token_algorithm),
            userinfo: name(party.userinfo_algorithm),
        }
    }
}

/// As the page shows it, with what was typed; nothing where OpenID Connect is not spoken.
pub(super) fn shown(app: &App, client: &Client, typed: Option<Typed>) -> Option<AppOpenId> {
    let openid = app.policy().openid.as_deref()?;
    let own = typed.unwrap_or_else(|| Typed::of(&client.openid));
    Some(AppOpenId {
        post_logout: own.post_logout,
        back_channel: own.back_channel,
        algorithms: openid.algorithms.iter().map(|own| own.name()).collect(),
        default: openid.algorithm.name(),
        id_token: own.id_token,
        userinfo: own.userinfo,
    })
}

/// What the rule found wrong, in the developer's language.
pub(super) fn language_of(error: &RegistrationError, language: Language) -> Problem {
    match error.field {
        Field::PostLogoutRedirectUris => {
            Problem::new("post-logout", language.text("app-openid-back-wrong"))
        }
        Field::BackChannelLogoutUri => {
            Problem::new("back-channel", language.text("app-openid-told-wrong"))
        }
        _ => Problem::new("", language.text("app-stale")),
    }
}
