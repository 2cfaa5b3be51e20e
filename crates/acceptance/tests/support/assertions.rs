//! Apps that sign assertions, and a host that publishes their keys.

use super::Scene;
use acceptance::{Json, Reply};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The `client_assertion_type` of a signed JWT.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An ES256 key of an app.
pub(crate) struct Signer {
    pair: EcdsaKeyPair,
    kid: String,
}

impl Signer {
    /// A new key under this name.
    pub(crate) fn new(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Signer {
            pair: pair.expect("a key"),
            kid: kid.to_owned(),
        }
    }

    /// Its private part for programs, in PKCS#8 and base64.
    pub(crate) fn pkcs8(&self) -> String {
        let key = self.pair.to_pkcs8v1().expect("a key");
        base64::engine::general_purpose::STANDARD.encode(key.as_ref())
    }

    /// Its public part.
    pub(crate) fn jwk(&self) -> Json {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", "alg": "ES256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// A set with it alone.
    pub(crate) fn set(&self) -> Json {
        json!({ "keys": [self.jwk()] })
    }

    /// These claims under this header, signed.
    pub(crate) fn sign(&self, header: &Json, payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(&header.to_string()), part(payload));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The usual header.
    pub(crate) fn header(&self) -> Json {
        json!({ "alg": "ES256", "kid": self.kid, "typ": "client-authentication+jwt" })
    }

    /// An assertion of an app for an issuer with one change.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        issuer: &str,
        change: impl FnOnce(&mut Json),
    ) -> String {
        let mut claims = claims(client_id, issuer);
        change(&mut claims);
        self.sign(&self.header(), &claims.to_string())
    }
}

/// Claims that are right in every way, under a name that no other have.
pub(crate) fn claims(client_id: &str, issuer: &str) -> Json {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let jti = format!("assertion-{}", NEXT.fetch_add(1, SeqCst));
    json!({
        "iss": client_id, "sub": client_id, "aud": issuer, "jti": jti,
        "iat": now(), "exp": now() + 60,
    })
}

/// The present moment, in Unix seconds.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock that the server reads too"
)]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.expect("a clock").as_secs()).expect("small")
}

impl Scene {
    /// Posts a form with an assertion to a published endpoint.
    #[track_caller]
    pub(crate) fn post_asserted(
        &self,
        endpoint: &str,
        assertion: &str,
        fields: &[(&str, &str)],
    ) -> Reply {
        let mut all = vec![
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ];
        all.extend(fields);
        self.api().post_form(&self.endpoint(endpoint), &all)
    }

    /// Asks for a token of the app's own with an assertion.
    #[track_caller]
    pub(crate) fn asserted(&self, assertion: &str) -> Reply {
        let fields = [("grant_type", "client_credentials")];
        self.post_asserted("token_endpoint", assertion, &fields)
    }

    /// An app with keys: `flag` is `--jwks-uri`, or `--jwks` with the text of a file.
    #[track_caller]
    pub(crate) fn keyed(&self, flag: &str, value: &str, more: &[&str]) -> String {
        let file;
        let value = match flag {
            "--jwks" => {
                file = self.provider.secret_file(value);
                &file
            }
            _ => value,
        };
        let mut args = vec!["app", "create", "--owner", super::OWNER, "--name", "Signer"];
        args.extend(["--homepage", "https://signer.example"]);
        args.extend([flag, value]);
        args.extend(more);
        let app = self.cli(&args);
        assert_eq!(
            app["token_endpoint_auth_method"], "private_key_jwt",
            "{app}"
        );
        assert!(app.get("client_secret").is_none(), "{app}");
        app["client_id"].as_str().expect("a client id").to_owned()
    }
}

/// A host on loopback that answers each request with what a test told it.
pub(crate) struct KeyHost {
    port: u16,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl KeyHost {
    /// One that publishes these keys.
    pub(crate) fn of(set: &Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = KeyHost {
            port: listener.local_addr().expect("an address").port(),
            answer: Arc::default(),
            asked: Arc::default(),
        };
        host.publish(set, "max-age=3600");
        let (answer, asked) = (host.answer.clone(), host.asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                asked.fetch_add(1, SeqCst);
                let answer = answer.lock().expect("no panic").clone();
                // Who waits long enough is there at the same time as others.
                std::thread::sleep(Duration::from_millis(100));
                let _ = reply(&stream, &answer);
            }
        });
        host
    }

    /// Publishes these keys from now on.
    pub(crate) fn publish(&self, set: &Json, cache_control: &str) {
        let body = set.to_string();
        self.answer(&format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: {cache_control}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ));
    }

    /// Answers with this text from now on.
    pub(crate) fn answer(&self, text: &str) {
        text.clone_into(&mut self.answer.lock().expect("no panic"));
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/jwks.json", self.port)
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

fn reply(stream: &TcpStream, answer: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let mut stream = stream;
    stream.write_all(answer.as_bytes())
}
