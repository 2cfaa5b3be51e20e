//! An authenticator app: what a telephone makes of the key that it was shown (RFC 6238).
use super::{Scene, form_to};
use acceptance::{Browser, Reply};
use aws_lc_rs::hmac;
use std::cell::Cell;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the second step is proved, and where it is set up.
pub(crate) const STEP: &str = "/sign-in/second-factor";
pub(crate) const SET_UP: &str = "/sign-in/second-factor/set-up";
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECONDS: i64 = 30;
/// Seconds that a code takes from the telephone into the server on a busy machine.
const ROOM: i64 = 5;

/// A telephone with one key. Each code that it shows is a newer one; there are three at a time, because a clock may be a step
/// away.
pub(crate) struct Phone {
    seed: Vec<u8>,
    shown: Cell<i64>,
    /// How far its clock is from this machine's, in seconds.
    ahead: Cell<i64>,
}

impl Phone {
    /// One that has scanned the key of a page.
    #[track_caller]
    pub(crate) fn of(page: &Reply) -> Self {
        let text = page.text();
        let key = text.split("id=\"key\"").nth(1);
        let key = key.and_then(|rest| rest.split('>').nth(1));
        let key = key.and_then(|rest| rest.split('<').next());
        let key = key.unwrap_or_else(|| panic!("no key: {page}"));
        assert!(
            text.contains("src=\"data:image/svg+xml;base64,"),
            "no picture: {page}"
        );
        Phone {
            seed: base32(key),
            shown: Cell::new(now() / SECONDS - 2),
            ahead: Cell::new(0),
        }
    }

    /// Moves its clock to so many seconds from this machine's.
    pub(crate) fn set_clock(&self, seconds: i64) {
        self.ahead.set(seconds);
    }

    /// The code of this moment, whatever was shown before.
    pub(crate) fn now(&self) -> String {
        self.at((now() + self.ahead.get()) / SECONDS)
    }

    /// The next code that it was not asked for before: at first that of the step before this one, which is still taken.
    pub(crate) fn code(&self) -> String {
        loop {
            let now = now() + self.ahead.get();
            let step = (self.shown.get() + 1).max(now / SECONDS - 1);
            let left = SECONDS - now.rem_euclid(SECONDS);
            // What is taken for a moment more would not be taken when it arrives: the next step is waited for.
            if left > ROOM || step >= now / SECONDS {
                self.shown.set(step);
                return self.at(step);
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The code that was shown last, once more.
    pub(crate) fn again(&self) -> String {
        self.at(self.shown.get())
    }

    /// A code that is none of these days.
    pub(crate) fn wrong(&self) -> String {
        let step = (now() + self.ahead.get()) / SECONDS;
        let right: Vec<String> = (-3..4).map(|by| self.at(step + by)).collect();
        let mut numbers = 0..;
        numbers
            .find_map(|number: u32| {
                let code = format!("{number:06}");
                (!right.contains(&code)).then_some(code)
            })
            .unwrap_or_default()
    }

    fn at(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[19] & 0xf);
        let chosen = tag[offset..offset + 4].try_into().expect("four bytes");
        format!(
            "{:06}",
            (u32::from_be_bytes(chosen) & 0x7fff_ffff) % 1_000_000
        )
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the clock that the server reads too"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

fn base32(text: &str) -> Vec<u8> {
    let (mut held, mut bits, mut out) = (0_u32, 0, Vec::new());
    for letter in text.chars().filter(|c| !c.is_whitespace()) {
        let value = ALPHABET.find(letter).expect("Base32");
        held = (held << 5 | value as u32) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
        }
    }
    out
}

/// The recovery codes of the page that shows them.
#[track_caller]
pub(crate) fn recovery_codes(page: &Reply) -> Vec<String> {
    let text = page.text();
    let shown = text.split("id=\"codes\"").nth(1);
    let shown = shown.and_then(|rest| rest.split('>').nth(1));
    let shown = shown.and_then(|rest| rest.split('<').next());
    let shown = shown.unwrap_or_else(|| panic!("no recovery codes: {page}"));
    let codes: Vec<_> = shown.split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{page}");
    codes
}

/// Sets a second step up in a browser that just signed in: the telephone, and the recovery codes.
#[track_caller]
pub(crate) fn set_up(browser: &mut Browser) -> (Phone, Vec<String>) {
    let page = browser
        .open("/sign-in/second-factor?request=security")
        .expect(200);
    let phone = Phone::of(&page);
    let shown = send_code(browser, &page, SET_UP, &phone.code()).expect(200);
    (phone, recovery_codes(&shown))
}

/// Types a code into a page's form to `action`.
#[track_caller]
pub(crate) fn send_code(browser: &mut Browser, page: &Reply, action: &str, code: &str) -> Reply {
    browser.submit(&form_to(page, action), &[("code", code)])
}

/// Signs in with the password and leads to the second step.
#[track_caller]
pub(crate) fn first_step(browser: &mut Browser, email: &str, password: &str) -> Reply {
    let reply = browser.sign_in(email, password);
    let location = reply.location().unwrap_or_default().to_owned();
    assert!(location.starts_with(STEP), "{reply}");
    browser.follow(reply).expect(200)
}

/// Somebody with a second step.
#[track_caller]
pub(crate) fn with_second_step(
    scene: &Scene,
    email: &str,
    password: &str,
) -> (Browser, Phone, Vec<String>) {
    let mut browser = scene.provider.browser();
    browser.sign_in(email, password);
    let (phone, codes) = set_up(&mut browser);
    (browser, phone, codes)
}

/// Whoever signs in where everybody needs a second step sets one up, and goes on: their telephone, and the page then.
#[track_caller]
pub(crate) fn newcomer(browser: &mut Browser, page: &Reply) -> (Phone, Reply) {
    let phone = Phone::of(page);
    let shown = send_code(browser, page, SET_UP, &phone.code()).expect(200);
    recovery_codes(&shown);
    let next = shown.text();
    let next = next.split("id=\"go-on\" href=\"").nth(1);
    let next = next
        .and_then(|rest| rest.split('"').next())
        .expect("a way on");
    (phone, browser.open(&acceptance::unescape(next)))
}
