//! What an app registers for OpenID Connect, as its page shows it.
use crate::HOSTILE;

/// Its registration for signing in and out. The form carries `post-logout`, one URL a line, `back-channel`,
/// `id-token-alg` and `userinfo-alg`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppOpenId {
    /// Where people may be sent who signed out for it, one a line.
    pub post_logout: String,
    /// Where it is told that a session ended.
    pub back_channel: String,
    /// The algorithms that there are keys for.
    pub algorithms: Vec<&'static str>,
    /// What signs where an app has no wish.
    pub default: &'static str,
    /// What signs its ID tokens; empty: no wish.
    pub id_token: String,
    /// What signs what it is told at userinfo; empty: it is plain JSON.
    pub userinfo: String,
}

impl AppOpenId {
    /// Whether nothing is registered.
    pub(super) fn is_empty(&self) -> bool {
        [
            &self.post_logout,
            &self.back_channel,
            &self.id_token,
            &self.userinfo,
        ]
        .into_iter()
        .all(String::is_empty)
    }
}

pub(super) fn usual() -> AppOpenId {
    AppOpenId {
        post_logout: "https://board.example.org/oauth/callback".to_owned(),
        back_channel: String::new(),
        algorithms: vec!["RS256", "ES256"],
        default: "RS256",
        id_token: "ES256".to_owned(),
        userinfo: String::new(),
    }
}

pub(super) fn hostile() -> AppOpenId {
    AppOpenId {
        post_logout: HOSTILE.to_owned(),
        back_channel: HOSTILE.to_owned(),
        ..usual()
    }
}
