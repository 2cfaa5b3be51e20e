//! Apps that introduce themselves, and the page on which their people tick each scope.

use super::Scene;
use super::assertions::KeyHost;
use acceptance::{Browser, Json, Pkce, Redirect, Reply, Request, forms, target};
use serde_json::json;

/// Everything on, for unknown hosts as they are by default.
pub(crate) const OPEN: &str = "[introductions]\nregistration = \"open\"\ndocuments = true";

/// A public app that registers itself.
pub(crate) fn metadata() -> Json {
    json!({
        "client_name": "Task Talk",
        "redirect_uris": ["http://localhost:8787/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    })
}

/// The document of an app at a host, with one change.
pub(crate) fn document(host: &KeyHost, change: impl FnOnce(&mut Json)) -> Json {
    let mut document = json!({
        "client_id": host.url(),
        "client_name": "Task Talk",
        "redirect_uris": ["http://localhost/callback", "https://talk.example/callback"],
    });
    change(&mut document);
    document
}

/// A host with such a document.
pub(crate) fn document_host(change: impl FnOnce(&mut Json)) -> KeyHost {
    let host = KeyHost::of(&json!({}));
    host.publish(&document(&host, change), "max-age=3600");
    host
}

impl Scene {
    /// Registers an app by program.
    #[track_caller]
    pub(crate) fn register(&self, metadata: &Json) -> Reply {
        let path = self.endpoint("registration_endpoint");
        self.api().send(&Request::post(&path).json(metadata))
    }

    /// An authorization request of a public app with PKCE.
    #[track_caller]
    pub(crate) fn asks(&self, client_id: &str, callback: &str, pkce: &Pkce) -> String {
        let pairs = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", callback),
            ("scope", "tasks:read"),
            ("state", "xyz"),
            ("code_challenge", pkce.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        target(&self.endpoint("authorization_endpoint"), &pairs)
    }

    /// Redeems a code of a public app.
    #[track_caller]
    pub(crate) fn redeem_public(
        &self,
        client_id: &str,
        code: &str,
        callback: &str,
        pkce: &Pkce,
    ) -> Reply {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", code),
            ("redirect_uri", callback),
            ("code_verifier", pkce.verifier.as_str()),
        ];
        self.api().post_form(&self.token(), &fields)
    }

    /// Presents a refresh token of a public app.
    #[track_caller]
    pub(crate) fn refresh_public(&self, client_id: &str, token: &str) -> Reply {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", token),
        ];
        self.api().post_form(&self.token(), &fields)
    }

    /// The walk of an app that introduced itself, to the answer of the token endpoint.
    #[track_caller]
    pub(crate) fn walk(&self, client_id: &str, callback: &str) -> Reply {
        let pkce = Pkce::random();
        let mut browser = self.browser();
        let page = browser.authorize_until_consent(&self.asks(client_id, callback, &pkce));
        let code = tick_and_allow(&mut browser, &page).code();
        self.redeem_public(client_id, &code, callback, &pkce)
    }
}

/// Ticks each box of a consent page and allows.
#[track_caller]
pub(crate) fn tick_and_allow(browser: &mut Browser, page: &Reply) -> Redirect {
    let form = forms(&page.text())
        .into_iter()
        .find(|form| form.action == "/consent")
        .unwrap_or_else(|| panic!("no consent: {page}"));
    let typed = [("answer", "allow"), ("scope-1", "tasks:read")];
    let reply = browser.submit(&form, &typed);
    let reply = browser.follow(reply);
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no way back: {reply}")))
}
