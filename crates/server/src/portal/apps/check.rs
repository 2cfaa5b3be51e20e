//! What a redirect URI is told that somebody looks up: whether it is accepted, and what the matter is.
use pages::portal::CheckedUri;
use pages::{Speak, Text};
use protocol::Policy;
use protocol::types::redirect_uri::{Difference, difference};
use protocol::types::text::shortened;
use protocol::types::{Client, Language, RedirectUri};

/// Most characters that are looked at and shown.
const MOST: usize = 2_000;
/// What nobody sees around it, and so many of those that are shown.
const BLANKS: [char; 2] = [' ', '\t'];
const MOST_BLANKS: usize = 20;

/// Looks at a redirect URI as this app would send it.
pub(in crate::portal) fn checked(
    client: &Client,
    sent: &str,
    policy: &Policy,
    language: Language,
) -> CheckedUri {
    let sent = exactly(sent);
    let accepted = client
        .verify_redirect_uri(Some(&sent), policy.redirects)
        .is_ok();
    let nearest = nearest(client, sent.trim_matches(BLANKS));
    let found = match (accepted, nearest) {
        (true, _) => None,
        (false, nearest) => Some(difference(&sent, nearest.map(RedirectUri::as_str))),
    };
    CheckedUri {
        difference: nearest.filter(|_| !accepted).map(|nearest| {
            let same = common(&sent, nearest.as_str());
            let rest = |text: &str| text[same.len()..].to_owned();
            let sent = seen(&rest(&sent));
            (same.to_owned(), sent, rest(nearest.as_str()))
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

/// What was sent, with the blanks and tabs around it as they were: those are seen as such.
fn exactly(sent: &str) -> String {
    let bare = sent.trim_matches(BLANKS);
    let behind = sent.trim_start_matches(BLANKS);
    let (before, after) = sent.split_at(sent.len() - behind.len());
    let some = |blanks: &str| blanks.chars().take(MOST_BLANKS).collect::<String>();
    let after = &after[bare.len()..];
    format!("{}{}{}", some(before), shortened(bare, MOST), some(after))
}

/// The same with marks for blanks and tabs before and behind it, which nobody sees.
fn seen(text: &str) -> String {
    let mark = |blank: &str| blank.replace('\t', "⇥").replace(' ', "␣");
    let behind = text.trim_start();
    let middle = behind.trim_end();
    let (before, after) = (&text[..text.len() - behind.len()], &behind[middle.len()..]);
    format!("{}{middle}{}", mark(before), mark(after))
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
        Difference::Blank => language.text("redirect-blank"),
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
