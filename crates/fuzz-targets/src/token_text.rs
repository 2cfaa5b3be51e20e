//! Token text, as presented and as made.
use crate::ground::text;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::Digest;
use wire::dpop::Thumbprint;
use wire::token_text::{base62, from_base62};
use wire::{Presented, TokenText};

/// Anything presented as a token; and the same with a checksum that is right, to come past it.
pub(crate) fn token_text(data: &[u8]) {
    let Some(text) = text(data) else { return };
    jwt(text);
    presented(text);
    presented(&format!("{text}{}", checksum(text)));
    if let Some(number) = from_base62(text) {
        assert_eq!(base62(number), text);
    }
    if let Some((raw, prefix)) = data.split_at_checked(40) {
        let plain = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
        let prefix = prefix.iter().take(16).filter(plain).map(|b| char::from(*b));
        made(&prefix.collect::<String>(), raw);
    }
}

/// What is taken for a token is one: made anew from its parts it is the same text.
fn presented(text: &str) {
    let Some(seen) = Presented::parse(text) else {
        return;
    };
    assert!(seen.locator > 0);
    assert_eq!(seen.text(), text);
    assert_eq!(seen.digest, Digest::of(text.as_bytes()));
    let body = &text[seen.prefix().len()..text.len() - 6];
    let (body, key) = body.split_once('~').unwrap_or((body, ""));
    let key = Thumbprint::parse(key);
    assert_eq!((seen.is_bound(), seen.key()), (key.is_some(), key));
    let raw = URL_SAFE_NO_PAD.decode(body).expect("it was decoded");
    let (locator, secret) = raw.split_at(8);
    assert_eq!(locator, seen.locator.to_be_bytes());
    let secret = secret.try_into().expect("32 bytes");
    assert_eq!(
        TokenText::bound_to(key.as_ref(), seen.prefix(), seen.locator, secret).as_str(),
        text
    );
    bent(text);
}

/// What is taken for a JWT is none of the other form, and says itself what it is.
fn jwt(text: &str) {
    let Some(seen) = Presented::parse_jwt(text) else {
        return;
    };
    assert!(seen.locator > 0 && Presented::parse(text).is_none());
    assert_eq!((seen.text(), seen.prefix()), (text, ""));
    assert_eq!(seen.digest, Digest::of(text.as_bytes()));
    let read = jose::jws::Unverified::parse(text).expect("it was read");
    assert!(read.header().is_type(wire::JWT_TYPE));
}

/// What we make is read back, and no single change of it is.
fn made(prefix: &str, raw: &[u8]) {
    let (locator, secret) = raw.split_at(8);
    let locator = i64::from_be_bytes(locator.try_into().expect("8 bytes"));
    let secret = secret.try_into().expect("32 bytes");
    let key = Thumbprint::parse(&Digest::of(raw).base64url());
    for key in [None, key] {
        let token = TokenText::bound_to(key.as_ref(), prefix, locator, secret);
        let seen = Presented::parse(token.as_str());
        assert_eq!(seen.is_some(), locator > 0);
        let Some(seen) = seen else { return };
        assert_eq!((seen.prefix(), seen.locator), (prefix, locator));
        assert_eq!((seen.digest, seen.key()), (token.digest(), key));
        bent(token.as_str());
    }
}

fn bent(text: &str) {
    for at in [0, text.len() / 2, text.len() - 1] {
        let other = if text.as_bytes()[at] == b'A' {
            'B'
        } else {
            'A'
        };
        let bent = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        assert!(Presented::parse(&bent).is_none(), "{bent}");
    }
}

/// CRC-32 as six base62 digits, by other means.
fn checksum(text: &str) -> String {
    format!("{:0>6}", base62(crc32fast::hash(text.as_bytes()).into()))
}
