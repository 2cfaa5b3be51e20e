//! That a passkey was proved on the page behind a link, where a new password is chosen next. It is kept by that page alone.
use super::KeyPlace;
use super::ceremony::LIFETIME;
use crate::types::{Locator, UnixTime};
use jose::keyed::Key;

/// Which, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proved {
    /// Which passkey.
    pub passkey: Locator,
    /// Where its key is.
    pub place: KeyPlace,
    /// When.
    pub at: UnixTime,
}

impl Proved {
    /// Its text, for this browser and the page of this link.
    pub fn write(self, link: Locator, browser: &str, key: &Key) -> String {
        let shown = self.shown();
        let tag = bound(link, browser, &shown, |parts| key.tag(parts));
        format!("{shown}.{tag}")
    }

    /// Reads a text; `None` for what was not written for this browser and this link, or too long ago.
    pub fn read(
        text: &str,
        link: Locator,
        browser: &str,
        key: &Key,
        now: UnixTime,
    ) -> Option<Self> {
        let (shown, tag) = text.rsplit_once('.')?;
        if !bound(link, browser, shown, |parts| key.verify(parts, tag)) {
            return None;
        }
        let mut parts = shown.splitn(3, '.');
        let mut part = || parts.next();
        let proved = Proved {
            passkey: Locator(part()?.parse().ok()?),
            place: match part()? {
                "copied" => KeyPlace::Copied,
                _ => KeyPlace::Device,
            },
            at: UnixTime(part()?.parse().ok()?),
        };
        now.is_near(proved.at, LIFETIME).then_some(proved)
    }

    fn shown(self) -> String {
        let place = match self.place {
            KeyPlace::Device => "device",
            KeyPlace::Copied => "copied",
        };
        format!("{}.{place}.{}", self.passkey.0, self.at.0)
    }
}

/// All that its tag is for.
fn bound<T>(link: Locator, browser: &str, shown: &str, tag: impl FnOnce(&[&[u8]]) -> T) -> T {
    let link = link.0.to_be_bytes();
    tag(&[
        b"passkey proved",
        &link,
        browser.as_bytes(),
        shown.as_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Lifetime;

    #[test]
    fn it_is_for_one_browser_and_one_link_and_ten_minutes() {
        let (key, at, link) = (Key::new(&[7; 32]), UnixTime(1_800_000_000), Locator(5));
        for place in [KeyPlace::Device, KeyPlace::Copied] {
            let proved = Proved {
                passkey: Locator(3),
                place,
                at,
            };
            let text = proved.write(link, "browser", &key);
            let read = |link, browser, now| Proved::read(&text, link, browser, &key, now);
            assert_eq!(read(link, "browser", at), Some(proved));
            let late = at.plus(LIFETIME).plus(Lifetime::from_seconds(1));
            assert_eq!(read(link, "browser", late), None);
            assert_eq!(read(link, "another", at), None);
            assert_eq!(read(Locator(6), "browser", at), None);
            let other = Proved::read(&text, link, "browser", &Key::new(&[8; 32]), at);
            assert_eq!(other, None);
            let more = text.replacen('3', "4", 1);
            assert_eq!(Proved::read(&more, link, "browser", &key, at), None);
        }
        for no in ["", "3", "3.device.5", "3.device.x.tag"] {
            assert_eq!(Proved::read(no, link, "browser", &key, at), None, "{no}");
        }
    }
}
