//! The stylesheet, the scripts, and their content-addressed paths.

use crate::path::ASSETS;
use std::sync::LazyLock;

const CSS: &str = concat!(
    include_str!("../assets/ground.css"),
    include_str!("../assets/parts.css"),
    include_str!("../assets/pages.css"),
    include_str!("../assets/portal.css"),
    include_str!("../assets/developers.css"),
    include_str!("../assets/demo.css"),
);

static PATH: LazyLock<String> =
    LazyLock::new(|| format!("{ASSETS}/valetkey-{}.css", fingerprint(CSS.as_bytes())));

const SHOW_PASSWORD: &str = include_str!("../assets/show-password.js");

static SHOW_PASSWORD_PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = fingerprint(SHOW_PASSWORD.as_bytes());
    format!("{ASSETS}/show-password-{hash}.js")
});

/// Path and text of the script that shows a password as it is typed. Pages that ask for one link it, and are whole
/// without it.
#[must_use]
pub fn show_password_script() -> (&'static str, &'static str) {
    (SHOW_PASSWORD_PATH.as_str(), SHOW_PASSWORD)
}

const COPY: &str = include_str!("../assets/copy.js");

static COPY_PATH: LazyLock<String> =
    LazyLock::new(|| format!("{ASSETS}/copy-{}.js", fingerprint(COPY.as_bytes())));

/// Path and text of the script that copies what a page shows to be copied. Pages that do link it, and are whole without
/// it.
#[must_use]
pub fn copy_script() -> (&'static str, &'static str) {
    (COPY_PATH.as_str(), COPY)
}

const SUBMIT: &str = include_str!("../assets/submit.js");

static SUBMIT_PATH: LazyLock<String> =
    LazyLock::new(|| format!("{ASSETS}/submit-{}.js", fingerprint(SUBMIT.as_bytes())));

/// Path and text of the script that sends the one form of a page. A page that is on its way to an app links it, and has
/// a button for whoever runs none.
#[must_use]
pub fn submit_script() -> (&'static str, &'static str) {
    (SUBMIT_PATH.as_str(), SUBMIT)
}

const PASSKEY: &str = include_str!("../assets/passkey.js");

static PASSKEY_PATH: LazyLock<String> =
    LazyLock::new(|| format!("{ASSETS}/passkey-{}.js", fingerprint(PASSKEY.as_bytes())));

/// Path and text of the script that has the browser ask for a passkey. Pages where one can be used link it, and have
/// everything else without it.
#[must_use]
pub fn passkey_script() -> (&'static str, &'static str) {
    (PASSKEY_PATH.as_str(), PASSKEY)
}

/// Path and text of the one stylesheet. The path changes with the content, so
/// it may be cached for ever.
#[must_use]
pub fn stylesheet() -> (&'static str, &'static str) {
    (PATH.as_str(), CSS)
}

/// The first 12 hex digits of the content's FNV-1a hash. It names a file in
/// caches and protects nothing, so a short, dependency-free hash will do; the
/// standard library's hasher is not promised to be the same in the next release.
fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:012x}", hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_fingerprint_is_fnv_1a() {
        assert_eq!(fingerprint(b""), "cbf29ce48422");
        assert_eq!(fingerprint(b"foobar"), "85944171f739");
    }
}
