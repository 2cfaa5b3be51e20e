//! An authenticator in software: it makes passkeys and answers with them (WebAuthn), truly or as an attacker would have it.
use super::form_to;
use acceptance::{Browser, Form, Json, Reply, unescape};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::json;

/// Where a passkey is added, where it signs in, where it is set up at a sign-in that takes one, and where it is the second factor.
pub(crate) const ADD: &str = "/account/security/passkeys/add";
pub(crate) const SIGN_IN: &str = "/sign-in/passkey";
pub(crate) const SET_UP: &str = "/sign-in/second-factor/set-up/passkey";
pub(crate) const NEW_PASSWORD: &str = "/link/password/passkey";
pub(crate) const SECOND: &str = "/sign-in/second-factor/passkey";

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// A passkey, and how it answers.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// By what it knows its person.
    pub(crate) handle: Option<String>,
    /// What it counts next; 0: it does not count.
    pub(crate) count: u32,
    /// Whether it verified its person.
    pub(crate) verifies: bool,
    /// Whether it can be copied to other devices.
    pub(crate) copies: bool,
    /// The site that the browser says it is on.
    pub(crate) origin: String,
    /// The domain that it answers for.
    pub(crate) rp_id: String,
}

impl Authenticator {
    /// One for a provider, which answers truly.
    pub(crate) fn at(issuer: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref()[..20].to_vec();
        Authenticator {
            key,
            id,
            handle: None,
            count: 1,
            verifies: true,
            copies: false,
            origin: issuer.to_owned(),
            rp_id: "localhost".to_owned(),
        }
    }

    /// The id of its credential.
    pub(crate) fn id(&self) -> String {
        BASE64.encode(&self.id)
    }

    fn client_data(&self, kind: &str, options: &Json) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let flags = [
            (true, USER_PRESENT),
            (self.verifies, USER_VERIFIED),
            (self.copies, BACKUP_ELIGIBLE | BACKED_UP),
        ];
        let flags = flags
            .iter()
            .filter(|(is, _)| *is)
            .fold(more, |all, (_, one)| all | one);
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend_from_slice(&self.count.to_be_bytes());
        data
    }

    /// What it answers when it is asked to make a passkey.
    pub(crate) fn create(&mut self, options: &Json) -> String {
        self.handle = options["user"]["id"].as_str().map(str::to_owned);
        let mut data = self.authenticator_data(HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        let length = u16::try_from(self.id.len()).expect("a short id");
        data.extend_from_slice(&length.to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("fewer than 256 bytes"));
        object.extend_from_slice(&data);
        let client = self.client_data("webauthn.create", options);
        self.counts();
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client),
            "attestationObject": BASE64.encode(object),
        }))
    }

    /// The public key (RFC 9052, RFC 9053): EC2, ES256, P-256, x, y.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend_from_slice(&point[1..33]);
        key.extend_from_slice(b"\x22\x58\x20");
        key.extend_from_slice(&point[33..65]);
        key
    }

    /// What it answers when it is asked to prove possession.
    pub(crate) fn get(&mut self, options: &Json) -> String {
        let data = self.authenticator_data(0);
        let client = self.client_data("webauthn.get", options);
        let signed = [&data[..], digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed);
        self.counts();
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.expect("signed")),
            "userHandle": self.handle,
        }))
    }

    fn counts(&mut self) {
        if self.count > 0 {
            self.count += 1;
        }
    }

    fn answer(&self, response: Json) -> String {
        let answer = json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "extensions": {},
            "response": response,
        });
        answer.to_string()
    }

    /// Adds its passkey on the page of a person who is signed in.
    pub(crate) fn add(&mut self, browser: &mut Browser) -> Reply {
        let page = browser.open("/account/security").expect(200);
        let answer = self.create(&options(&page));
        let typed = [("name", "Key"), ("credential", answer.as_str())];
        browser.submit(&form_to(&page, ADD), &typed)
    }

    /// Signs in, with nothing typed.
    pub(crate) fn sign_in(&mut self, browser: &mut Browser) -> Reply {
        let page = browser.open("/sign-in").expect(200);
        self.answer_to(browser, &page, SIGN_IN)
    }

    /// Answers what a page asks.
    pub(crate) fn answer_to(&mut self, browser: &mut Browser, page: &Reply, action: &str) -> Reply {
        let answer = self.get(&options(page));
        send(browser, &form_to(page, action), &answer)
    }
}

/// Sends an answer with a form.
pub(crate) fn send(browser: &mut Browser, form: &Form, answer: &str) -> Reply {
    browser.submit(form, &[("credential", answer)])
}

/// What a page asks.
#[track_caller]
pub(crate) fn options(page: &Reply) -> Json {
    let text = page.text();
    let written = text.split("data-options=\"").nth(1);
    let written = written.and_then(|rest| rest.split('"').next());
    let written = written.unwrap_or_else(|| panic!("it asks for no passkey: {page}"));
    let read = unescape(written);
    serde_json::from_str(&read).unwrap_or_else(|error| panic!("{error}: {read}"))
}
