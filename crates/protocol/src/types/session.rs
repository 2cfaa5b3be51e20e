//! Signed-in browsers.
use crate::accounts::second_factor::is_multi_factor;
use crate::types::{CodeChallenge, Locator, Subject, UnixTime};
use jose::Digest;

/// A browser in which a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id of its row.
    pub id: Locator,
    /// SHA-256 of the cookie.
    pub digest: Digest,
    /// Who.
    pub subject: Subject,
    /// When they proved who they are.
    pub auth_time: UnixTime,
    /// When it ends by itself.
    pub expires_at: UnixTime,
    /// What the browser calls itself, shortened for the list of sessions.
    pub browser: String,
    /// Which browser it is in, the same over several sign-ins; `None` for one that an earlier release began.
    pub device: Option<String>,
    /// How they proved who they are (RFC 8176), separated by spaces; `None`: by their password here.
    pub methods: Option<String>,
}

/// A browser that is signed in on the portal's own host, or comes there with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalSession {
    /// The id of its row.
    pub id: Locator,
    /// The session at the issuer behind it.
    pub session: Locator,
    /// SHA-256 of the code.
    pub code: Digest,
    /// The challenge that the code was asked for with.
    pub challenge: CodeChallenge,
    /// SHA-256 of the cookie; `None`: the code was not redeemed.
    pub cookie: Option<Digest>,
    /// When the code, or the cookie, ends by itself.
    pub expires_at: UnixTime,
}

impl Session {
    /// Whether it began with a second factor.
    pub fn has_second_factor(&self) -> bool {
        is_multi_factor(self.methods.as_deref())
    }

    /// The names of the browser and of the system that it runs on, as far as they are known, from what it calls itself.
    pub fn browser_and_system(&self) -> (Option<&'static str>, Option<&'static str>) {
        browser_and_system(&self.browser)
    }
}

/// What a browser that calls itself so is, and on which system, if both are well known.
pub fn browser_and_system(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find = |names: &[(&str, &'static str)]| {
        let known = names.iter().find(|(mark, _)| user_agent.contains(mark));
        known.map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    (browser, system)
}
