//! What a redirect URI is told that somebody looks up: whether it is accepted, and what the matter is.
use pages::portal::CheckedUri;
use pages::{Speak, Text};
use protocol::Policy;
use protocol::types::redirect_uri::{Difference, difference};
use protocol::types::text::shortened;
use protocol::types::{Client, Language, RedirectUri};

/// Most characters that are looked at and shown.
const MOST: usize = 2_000;

/// Looks at a redirect URI as this app would send it.
pub(in crate::portal) fn checked(
    client: &Client,
    sent: &str,
    policy: &Policy,
    language: Language,
) -> CheckedUri {
    let sent = shortened(sent.trim(), MOST);
    let accepted = client
        .verify_redirect_uri(Some(&sent), policy.redirects)
        .is_ok();
    let nearest = nearest(client, &sent);
    let found = match (accepted, nearest) {
        (true, _) => None,
        (false, nearest) => Some(difference(&sent, nearest.map(RedirectUri::as_str))),
    };
    CheckedUri {
        difference: nearest.filter(|_| !accepted).map(|nearest| {
            let same = common(&sent, nearest.as_str());
            let rest = |text: &str| text[same.len()..].to_owned();
            (same.to_owned(), rest(&sent), rest(nearest.as_str()))
        }),
        registered: nearest.map(|nearest| nearest.as_str().to_owned()),
        sentence: said(found, language),
        accepted,
        sent,
    }
}

/// The registered URI that has most in common with it, at the beginning and at the end: `http` in place of `https` is
/// still the same address.
fn nearest<'a>(client: &'a Client, sent: &str) -> Option<&'a RedirectUri> {
    client.redirect_uris.iter().max_by_key(|own| {
        let own = own.as_str();
        let start = common(sent, own).len();
        let ends = own[start..].bytes().rev().zip(sent[start..].bytes().rev());
        let same = start + ends.take_while(|(a, b)| a == b).count();
        (same, std::cmp::Reverse(sent.len().abs_diff(own.len())))
    })
}

/// What two texts begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let mut pairs = one.char_indices().zip(other.chars());
    let differ = pairs.find(|((_, a), b)| a != b);
    match differ {
        Some(((at, _), _)) => &one[..at],
        None => &one[..one.len().min(other.len())],
    }
}

fn said(found: Option<Difference>, language: Language) -> Text {
    let Some(found) = found else {
        return language.text("redirect-accepted");
    };
    match found {
        Difference::NoneRegistered => language.text("redirect-none"),
        Difference::Fragment => language.text("redirect-fragment"),
        Difference::Wildcard => language.text("redirect-wildcard"),
        Difference::Unfit => language.text("redirect-unfit"),
        Difference::SlashExtra => language.text("redirect-slash-extra"),
        Difference::SlashMissing => language.text("redirect-slash-missing"),
        Difference::Scheme => language.text("redirect-scheme"),
        Difference::Localhost => language.text("redirect-localhost"),
        Difference::Host => language.text("redirect-host"),
        Difference::Port => language.text("redirect-port"),
        Difference::Case => language.text("redirect-case"),
        Difference::Encoding => language.text("redirect-encoding"),
        Difference::Query => language.text("redirect-query"),
        Difference::Path => language.text("redirect-path"),
    }
}
