//! What a page costs whoever opens it: how much is sent, and that nobody else is asked for anything.

use super::{for_every_sample, opening};
use flate2::{Compression, write::GzEncoder};
use pages::{copy_script, passkey_script, show_password_script, stylesheet, submit_script};
use std::io::Write;

/// The most that a page weighs with all that it links, compressed, in bytes.
const MOST: usize = 100 * 1024;

/// How much is sent of a text.
fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes());
    let sent = written.and_then(|()| encoder.finish());
    sent.expect("writing to memory").len()
}

#[test]
fn every_page_is_light() {
    let linked: usize = [
        stylesheet(),
        copy_script(),
        passkey_script(),
        show_password_script(),
        submit_script(),
    ]
    .iter()
    .map(|(_, text)| compressed(text))
    .sum();
    for_every_sample(|_, sample| {
        let whole = compressed(&sample.html) + linked;
        assert!(whole < MOST, "{whole} bytes");
    });
}

#[test]
fn no_page_asks_anybody_else_for_anything() {
    for_every_sample(|tags, _| {
        let loaded = [("img", "src"), ("script", "src"), ("source", "srcset")];
        let loaded = loaded
            .into_iter()
            .flat_map(|(name, attribute)| opening(tags, name).map(move |tag| (tag, attribute)));
        let links = opening(tags, "link").filter(|tag| tag.get("rel") != Some("canonical"));
        let links = links.map(|tag| (tag, "href"));
        for (tag, attribute) in loaded.chain(links) {
            let address = tag.get(attribute).unwrap_or_default();
            let elsewhere = ["http:", "https:", "//"];
            let is_elsewhere = elsewhere.iter().any(|start| address.starts_with(start));
            assert!(!is_elsewhere, "{tag:?}");
        }
        for other in ["iframe", "object", "embed", "video", "audio", "base"] {
            assert_eq!(opening(tags, other).count(), 0, "{other}");
        }
    });
    for (_, text) in [
        stylesheet(),
        copy_script(),
        passkey_script(),
        show_password_script(),
        submit_script(),
    ] {
        for word in [
            "@import",
            "http:",
            "https:",
            "url(",
            "fetch(",
            "XMLHttpRequest",
        ] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
