//! Redirect URIs: registered, matched, and what is made of them, beside a browser's own reading of URLs.
use crate::ground::{POLICY, client, line, text};
use protocol::policy::RedirectPolicy;
use protocol::types::redirect_uri::MAX_LENGTH;
use protocol::types::{ClientKind, RedirectUri, VerifiedRedirectUri};
use std::net::IpAddr;
use url::Url;

/// A URI to register, a line break, and one that a request presents.
pub(crate) fn redirect_uri(data: &[u8]) {
    let (registered, presented) = line(data);
    let (Some(registered), Some(presented)) = (text(registered), text(presented)) else {
        return;
    };
    documented(presented);
    let kinds = [ClientKind::Public, ClientKind::Confidential];
    for (kind, localhost_any_port) in kinds
        .into_iter()
        .flat_map(|kind| [(kind, false), (kind, true)])
    {
        let policy = RedirectPolicy {
            max: 10,
            localhost_any_port,
        };
        // What is in the store was perhaps registered under other rules.
        let stored = RedirectUri::from_stored(registered);
        let verified = verify(kind, stored, registered, policy).expect("it matches itself");
        let _ = (verified.host(), verified.is_loopback());
        let _ = verified.with_parameters(&[("code", "x")]);
        if let Ok(uri) = RedirectUri::register(registered) {
            is_safe(registered);
            let own = verify(kind, uri.clone(), registered, policy).expect("it matches itself");
            answers(&own);
            if let Some(other) = verify(kind, uri, presented, policy) {
                // A public app that is on its person's computer alone has any port of the name too.
                let any_port = localhost_any_port || kind == ClientKind::Public;
                matches(registered, presented, any_port);
                answers(&other);
            }
        }
    }
}

/// An app whose secret is published is answered at its registered URI and on the asker's own computer only.
fn documented(presented: &str) {
    let home = "https://app.example/cb";
    let uri = RedirectUri::register(home).expect("a redirect URI");
    let mut app = client(ClientKind::Confidential, "s", vec![uri]);
    app.documented = true;
    let Ok(verified) = app.verify_redirect_uri(Some(presented), POLICY.redirects) else {
        return;
    };
    is_safe(presented);
    let seen = Url::parse(presented).expect("a URL");
    let is_own_computer = seen.scheme() == "http" && leads_to_itself(&seen);
    assert!(presented == home || is_own_computer, "{presented}");
    answers(&verified);
}

fn verify(
    kind: ClientKind,
    uri: RedirectUri,
    presented: &str,
    policy: RedirectPolicy,
) -> Option<VerifiedRedirectUri> {
    assert!(uri.as_str().is_ascii() || !presented.is_ascii() || uri.as_str() != presented);
    let secret = if kind == ClientKind::Public { "" } else { "s" };
    let app = client(kind, secret, vec![uri]);
    let verified = app.verify_redirect_uri(Some(presented), policy).ok()?;
    assert_eq!(verified.as_str(), presented);
    assert_eq!(verified.registered(), app.redirect_uris[0].as_str());
    let only = app.verify_redirect_uri(None, policy).expect("the only one");
    assert_eq!(only.as_str(), app.redirect_uris[0].as_str());
    Some(verified)
}

/// What may be registered leads where it says, and runs nothing.
fn is_safe(text: &str) {
    assert!(text.len() <= MAX_LENGTH && text.bytes().all(|b| b.is_ascii_graphic()));
    assert!(!text.contains(['#', '\\', '"', '<', '>']));
    let (scheme, _) = text.split_once(':').expect("a scheme");
    for script in [
        "javascript",
        "data",
        "vbscript",
        "file",
        "blob",
        "about",
        "ws",
        "wss",
        "ftp",
    ] {
        assert!(!scheme.eq_ignore_ascii_case(script), "{text}");
    }
    // A host that no browser can look up (bad Punycode) leads nowhere.
    let Ok(seen) = Url::parse(text) else {
        return;
    };
    assert!(seen.fragment().is_none() && seen.username().is_empty() && seen.password().is_none());
    match scheme {
        "https" => {}
        "http" => assert!(leads_to_itself(&seen), "{text}"),
        _ => assert!(scheme.contains('.') && !seen.cannot_be_a_base(), "{text}"),
    }
}

fn leads_to_itself(seen: &Url) -> bool {
    let host = seen.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Only the port of a loopback URI may differ.
fn matches(registered: &str, presented: &str, localhost_any_port: bool) {
    if registered == presented {
        return;
    }
    let (mut own, mut other) = match (Url::parse(registered), Url::parse(presented)) {
        (Ok(own), Ok(other)) => (own, other),
        _ => panic!("no URLs: {registered} {presented}"),
    };
    let host = own.host_str().unwrap_or_default();
    assert!(own.scheme() == "http" && leads_to_itself(&own));
    assert!(host != "localhost" || localhost_any_port, "{presented}");
    assert!(own.set_port(None).is_ok() && other.set_port(None).is_ok());
    assert_eq!(own, other, "{registered} is not {presented}");
    let after = |text: &str| text.splitn(4, '/').nth(3).map(str::to_owned);
    assert_eq!(after(registered), after(presented));
}

/// Responses, the consent page and its headers take the browser where the registration says.
fn answers(verified: &VerifiedRedirectUri) {
    let state = "a b&c=d#e?\u{e9}";
    let url = verified.with_parameters(&[("code", "x"), ("state", state), ("iss", "https://i")]);
    assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
    let Ok(before) = Url::parse(verified.as_str()) else {
        return;
    };
    let seen = Url::parse(&url).expect("a URL");
    assert_eq!(
        (before.scheme(), before.host(), before.port()),
        (seen.scheme(), seen.host(), seen.port())
    );
    assert_eq!((before.path(), seen.fragment()), (seen.path(), None));
    for (name, value) in [("code", "x"), ("state", state), ("iss", "https://i")] {
        let found: Vec<_> = seen.query_pairs().filter(|(own, _)| own == name).collect();
        assert!(found.len() == 1 && found[0].1 == value, "{url}");
    }
    assert!(seen.query_pairs().all(|(name, _)| name != "error"), "{url}");
    shows_its_host(verified, &before);
}

/// The host that a person is told is the one a browser goes to.
fn shows_its_host(verified: &VerifiedRedirectUri, seen: &Url) {
    let shown = verified.host();
    assert!(shown.bytes().all(|b| b.is_ascii_graphic()), "{shown:?}");
    if !seen.is_special() {
        return;
    }
    let shown = Url::parse(&format!("{}://{shown}/", seen.scheme())).expect("a host");
    assert_eq!((shown.host(), shown.port()), (seen.host(), seen.port()));
    let host = seen.host_str().unwrap_or_default();
    let told = verified.host().to_ascii_lowercase();
    assert!(
        told.starts_with(host) || host.starts_with('['),
        "told {told}, led to {host}"
    );
    assert_eq!(verified.is_loopback(), seen.scheme() == "http");
}
