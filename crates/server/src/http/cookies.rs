//! The cookies that we set: what each is called, how long a browser keeps it, and what it holds. Reading one gives its
//! value, or nothing.
use super::reply;
use crate::oauth::endpoints::origin;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::keyed::Key;
use memchr::memchr_iter;
use protocol::accounts::handover::PortalCookie;
use protocol::accounts::second_factor::PENDING;
use protocol::accounts::session::SessionCookie;
use protocol::types::email::email_key;
use protocol::types::{Language, Lifetime, Person};

/// A cookie of ours.
pub(crate) trait Cookie {
    /// What its name ends with.
    const NAME: &'static str;
    /// How long a browser keeps it.
    const KEPT: Kept;
    /// What it holds.
    type Value;

    /// Reads it; `None` when it is none of ours.
    fn read(text: &str) -> Option<Self::Value>;
}

/// How long a browser keeps a cookie.
pub(crate) enum Kept {
    /// Until it is closed.
    UntilClosed,
    /// As long as a session may last.
    AsSession,
    /// So many seconds.
    Seconds(i64),
}

/// Who is signed in: a token of its own, whose digest is in the store.
pub(crate) struct Session;

impl Cookie for Session {
    const NAME: &'static str = "";
    const KEPT: Kept = Kept::AsSession;
    type Value = SessionCookie;

    fn read(text: &str) -> Option<SessionCookie> {
        SessionCookie::parse(text)
    }
}

/// Who is signed in on the portal's own host. It stands for a session of the issuer's, and is none.
pub(crate) struct PortalSession;

impl Cookie for PortalSession {
    const NAME: &'static str = "-portal";
    const KEPT: Kept = Kept::AsSession;
    type Value = PortalCookie;

    fn read(text: &str) -> Option<PortalCookie> {
        PortalCookie::parse(text)
    }
}

/// Which browser the nonces of forms are for: a random number, signed in each nonce.
pub(crate) struct Browser;

impl Cookie for Browser {
    const NAME: &'static str = "-form";
    const KEPT: Kept = Kept::UntilClosed;
    type Value = String;

    fn read(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// That this browser was signed in to an account before.
pub(crate) struct Known;

impl Cookie for Known {
    const NAME: &'static str = "-known";
    const KEPT: Kept = Kept::Seconds(365 * 86_400);
    type Value = KnownDevice;

    fn read(text: &str) -> Option<KnownDevice> {
        let (device, tag) = text.split_once('.')?;
        Some(KnownDevice {
            device: device.to_owned(),
            tag: tag.to_owned(),
        })
    }
}

/// The address that an account was made with, for the sign-in that follows. It is in no URL, since those are kept and
/// sent.
pub(crate) struct Address;

impl Cookie for Address {
    const NAME: &'static str = "-address";
    const KEPT: Kept = Kept::Seconds(15 * 60);
    type Value = String;

    fn read(text: &str) -> Option<String> {
        String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// What a browser was about to do when it asked for a mail, for when its link is followed there.
pub(crate) struct Onward;

impl Cookie for Onward {
    const NAME: &'static str = "-onward";
    const KEPT: Kept = Kept::Seconds(24 * 3_600);
    type Value = String;

    fn read(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// That a browser proved a password a moment ago, and owes the second factor.
pub(crate) struct PasswordProved;

impl Cookie for PasswordProved {
    const NAME: &'static str = "-second";
    const KEPT: Kept = Kept::Seconds(PENDING.seconds());
    type Value = String;

    fn read(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// The language that a person chose, for pages that do not know who they are.
pub(crate) struct Spoken;

impl Cookie for Spoken {
    const NAME: &'static str = "-language";
    const KEPT: Kept = Kept::Seconds(365 * 86_400);
    type Value = Language;

    fn read(text: &str) -> Option<Language> {
        Language::of_tag(text)
    }
}

impl Address {
    /// Writes it.
    pub(crate) fn write(email: &str) -> String {
        URL_SAFE_NO_PAD.encode(email)
    }
}

/// A browser that was signed in, and the signature that proves it.
pub(crate) struct KnownDevice {
    device: String,
    tag: String,
}

impl KnownDevice {
    /// A browser, signed for an account.
    pub(crate) fn sign(key: &Key, device: &str, person: &Person) -> Self {
        let (subject, epoch) = numbers(person);
        let tag = key.tag(&Self::signed(device, &subject, &epoch));
        KnownDevice {
            device: device.to_owned(),
            tag,
        }
    }

    /// The browser, if it proved itself to this account and was not forgotten since.
    pub(crate) fn proved(&self, key: &Key, person: &Person) -> Option<&str> {
        let (subject, epoch) = numbers(person);
        let signed = Self::signed(&self.device, &subject, &epoch);
        let proved = key.verify(&signed, &self.tag) || self.proved_earlier(key, person);
        proved.then_some(self.device.as_str())
    }

    /// What an earlier release signed: the address and the hash of the password.
    fn proved_earlier(&self, key: &Key, person: &Person) -> bool {
        let email_key = email_key(&person.email);
        let signed: [&[u8]; 4] = [
            b"known device",
            self.device.as_bytes(),
            email_key.as_bytes(),
            person.password.as_bytes(),
        ];
        person.device_epoch == 0 && key.verify(&signed, &self.tag)
    }

    /// Writes it.
    pub(crate) fn write(&self) -> String {
        format!("{}.{}", self.device, self.tag)
    }

    /// Neither the address nor the hash of the password is a part: both change while person and browser are the same. A
    /// new password counts as forgetting, so whoever had the old one is a stranger under it.
    fn signed<'a>(device: &'a str, subject: &'a [u8], epoch: &'a [u8]) -> [&'a [u8]; 4] {
        [b"known to", device.as_bytes(), subject, epoch]
    }
}

fn numbers(person: &Person) -> ([u8; 8], [u8; 8]) {
    let subject = person.subject.0.to_be_bytes();
    (subject, person.device_epoch.to_be_bytes())
}

/// A number that names a browser.
pub(crate) fn random() -> String {
    URL_SAFE_NO_PAD.encode(jose::random::bytes::<16>())
}

/// The pairs of a `Cookie` line.
fn pairs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b';', line).chain([line.len()]);
    let mut start = 0;
    ends.map(move |end| &line[std::mem::replace(&mut start, end + 1)..end])
}

/// What tells one path from others, for a name: ten letters of its digest.
fn short_digest(path: &str) -> String {
    let mut name = URL_SAFE_NO_PAD.encode(jose::Digest::of(path.as_bytes()).as_bytes());
    name.truncate(10);
    name
}

/// How the cookies of a provider are called and sent.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    before: &'static str,
    after: String,
    secure: bool,
    session: Lifetime,
}

impl Cookies {
    /// `__Host-` and Secure over https. Over plain http on loopback the port is in the name, since cookies do
    /// not know ports and two providers on one machine would share them. `__Host-` asks for `Path=/`, so below a path it
    /// is the name that keeps two providers on one host apart.
    pub(crate) fn of(issuer: &str, session: Lifetime) -> Self {
        let secure = issuer.starts_with("https://");
        let host = origin(issuer);
        let port = host.rsplit(':').next().unwrap_or_default();
        let (before, after) = match secure {
            true => ("__Host-valetkey", String::new()),
            false => ("valetkey", format!("_{}", port.trim_start_matches('/'))),
        };
        let after = match issuer[host.len()..].trim_end_matches('/') {
            "" => after,
            path => format!("{after}_{}", short_digest(path)),
        };
        Cookies {
            before,
            after,
            secure,
            session,
        }
    }

    /// Whether cookies travel over https only.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// What a browser's cookie holds.
    pub(crate) fn get<C: Cookie>(&self, headers: &HeaderMap) -> Option<C::Value> {
        C::read(self.text(C::NAME, headers)?)
    }

    /// The text of a cookie. Others on the parent domain set cookies too, with any bytes in them (RFC 6265bis §5.6):
    /// they are stepped over.
    fn text<'a>(&self, name: &str, headers: &'a HeaderMap) -> Option<&'a str> {
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines.flat_map(|line| pairs(line.as_bytes()));
        let mut own = pairs.filter_map(|pair| {
            let parts = [self.before, name, &self.after, "="];
            let strip = |rest: &'a [u8], part: &&str| rest.strip_prefix(part.as_bytes());
            let value = parts.iter().try_fold(pair.trim_ascii(), strip)?;
            std::str::from_utf8(value).ok()
        });
        own.next()
    }

    /// Puts a cookie into the browser.
    pub(crate) fn set<C: Cookie>(&self, response: &mut Response, text: &str) {
        let seconds = match C::KEPT {
            Kept::UntilClosed => None,
            Kept::AsSession => Some(self.session.seconds()),
            Kept::Seconds(seconds) => Some(seconds),
        };
        self.write::<C>(response, text, seconds);
    }

    /// Takes a cookie out of the browser.
    pub(crate) fn clear<C: Cookie>(&self, response: &mut Response) {
        self.write::<C>(response, "", Some(0));
    }

    fn write<C: Cookie>(&self, response: &mut Response, text: &str, max_age: Option<i64>) {
        let (before, name, after) = (self.before, C::NAME, &self.after);
        let secure = if self.secure { "; Secure" } else { "" };
        let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let line =
            format!("{before}{name}{after}={text}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        reply::set_cookie(response, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use protocol::types::Subject;

    fn cookies() -> Cookies {
        Cookies::of("http://localhost:1", Lifetime::from_minutes(1))
    }

    #[test]
    fn foreign_cookies_hide_none_of_ours() {
        for lines in [
            &[&b"name=Zo\xeb; valetkey_1=ours"[..]][..],
            &[b"valetkey_1=ours; name=Zo\xc3\xab"],
            &[b"a=\xff", b"x=\"y; z\";valetkey_1=ours ; b"],
            &[b"", b"valetkey_1=\xff; valetkey_1=ours", b"valetkey_10=no"],
            &[b"=; ;;valetkey_1=ours;"],
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
            }
            let ours = cookies().text("", &headers);
            assert_eq!(ours, Some("ours"), "{lines:?}");
            assert_eq!(cookies().text("-form", &headers), None, "{lines:?}");
        }
    }

    #[test]
    fn a_device_is_known_to_its_account_until_it_is_forgotten() {
        let key = Key::new(&[7; 32]);
        let ada = Person::for_tests();
        let written = KnownDevice::sign(&key, "a browser", &ada).write();
        let known = Known::read(&written).unwrap();
        let of = |person: &Person| known.proved(&key, person);
        assert_eq!(of(&ada), Some("a browser"));
        let moved = Person {
            email: "ada@example.net".to_owned(),
            password: "another hash of the same".to_owned(),
            ..ada.clone()
        };
        assert_eq!(of(&moved), Some("a browser"));
        let forgotten = Person {
            device_epoch: ada.device_epoch + 1,
            ..ada.clone()
        };
        let other = Person {
            subject: Subject(8),
            ..ada.clone()
        };
        assert_eq!((of(&forgotten), of(&other)), (None, None));
        assert_eq!(known.proved(&Key::new(&[8; 32]), &ada), None);
        assert!(Known::read("no tag").is_none());
    }

    #[test]
    fn a_device_that_an_earlier_release_marked_is_known_until_it_is_forgotten() {
        let (key, ada) = (Key::new(&[7; 32]), Person::for_tests());
        let parts: [&[u8]; 4] = [b"known device", b"old", b"ada@example.com", b""];
        let known = Known::read(&format!("old.{}", key.tag(&parts))).unwrap();
        assert_eq!(known.proved(&key, &ada), Some("old"));
        let forgotten = Person {
            device_epoch: 1,
            external_id: None,
            ..ada.clone()
        };
        let changed = Person {
            password: "new".to_owned(),
            ..ada
        };
        for person in [forgotten, changed] {
            assert_eq!(known.proved(&key, &person), None);
        }
    }

    #[test]
    fn what_is_set_is_read_again_and_cleared() {
        let mut response = Response::default();
        cookies().set::<Address>(&mut response, &Address::write("ann@example.com"));
        let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let (pair, attributes) = set.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Max-Age=900");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, pair.parse().unwrap());
        let read = cookies().get::<Address>(&headers);
        assert_eq!(read.as_deref(), Some("ann@example.com"));
        assert!(cookies().get::<Browser>(&headers).is_none());
        let mut response = Response::default();
        let secure = Cookies::of("https://id.example", Lifetime::from_minutes(1));
        secure.clear::<Session>(&mut response);
        assert_eq!(
            response.headers()[header::SET_COOKIE],
            "__Host-valetkey=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
    }
}
