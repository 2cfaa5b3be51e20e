//! Another provider on loopback that does as a test says, also what no provider may do.
use crate::support::assertions::{Signer, now};
use acceptance::{Json, Redirect, Url, parse_query, query};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What changes an ID token before it is signed: its header and its claims.
pub(super) type Bend = fn(&mut Json, &mut Json);

/// The provider.
#[derive(Clone)]
pub(super) struct Elsewhere {
    port: u16,
    ways: Arc<Mutex<Ways>>,
}

/// What it does.
pub(super) struct Ways {
    /// By what it signs.
    pub(super) signer: Signer,
    /// The set of keys that it publishes.
    pub(super) keys: Json,
    /// Who signs in.
    pub(super) user: Json,
    /// What it says of somebody in its ID tokens besides.
    pub(super) says: Json,
    /// What is wrong with its ID tokens.
    pub(super) bend: Option<Bend>,
    /// In place of an ID token.
    pub(super) id_token: Option<String>,
    /// What is changed in its metadata.
    pub(super) metadata: Json,
    /// Whole answers, by path; an empty one is silence.
    pub(super) answers: HashMap<&'static str, String>,
    /// What it was asked: path, headers, body.
    pub(super) asked: Vec<(String, String, String)>,
    /// Codes that it gave, and the request of each. None is taken twice.
    codes: HashMap<String, HashMap<String, String>>,
}

impl Elsewhere {
    /// One that is right in every way.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let signer = Signer::new("first");
        let ways = Ways {
            keys: signer.set(),
            signer,
            user: json!({ "sub": "u-1815", "name": "Ada Lovelace", "email": "ada@acme.example", "email_verified": true }),
            says: json!({}),
            bend: None,
            id_token: None,
            metadata: json!({}),
            answers: HashMap::new(),
            asked: Vec::new(),
            codes: HashMap::new(),
        };
        let own = Elsewhere {
            port: listener.local_addr().expect("an address").port(),
            ways: Arc::new(Mutex::new(ways)),
        };
        let served = own.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = served.clone();
                std::thread::spawn(move || served.serve(&stream));
            }
        });
        own
    }

    /// Its issuer identifier.
    pub(super) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it does, to be changed.
    pub(super) fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().expect("no panic")
    }

    /// Its table of the configuration, named after `id`.
    pub(super) fn table(&self, id: &str, more: &str) -> String {
        let issuer = self.issuer();
        format!(
            "[[login.upstream]]\nid = \"{id}\"\nname = \"{}\"\nissuer = \"{issuer}\"\nclient_id = \"us\"\nsecret = \"shh & more\"\n{more}\n",
            id.to_uppercase()
        )
    }

    /// The same of a plain provider, with an endpoint that lists addresses if there is one.
    pub(super) fn hub(&self, more: &str) -> String {
        let base = self.issuer();
        format!(
            "[[login.upstream]]\nid = \"hub\"\nname = \"Hub\"\nkind = \"oauth2\"\nclient_id = \"us\"\nsecret = \"shh & more\"\nscopes = [\"read:user\"]\n\
             authorization_endpoint = \"{base}/authorize\"\ntoken_endpoint = \"{base}/token\"\nuser_endpoint = \"{base}/user\"\n{more}\n"
        )
    }

    /// Its person signs in there: where the browser is sent back to, as a target here.
    #[track_caller]
    pub(super) fn sign_in(&self, away: &Redirect) -> String {
        assert!(
            away.location.starts_with(&self.issuer()),
            "{}",
            away.location
        );
        let asked = Url::parse(&away.location).expect("a URL").query;
        let asked: HashMap<_, _> = parse_query(&asked.unwrap_or_default())
            .into_iter()
            .collect();
        let code = format!("code-{}", self.ways().codes.len() + 1);
        let (state, back) = (asked["state"].clone(), asked["redirect_uri"].clone());
        self.ways().codes.insert(code.clone(), asked);
        let said = [
            ("code", code.as_str()),
            ("state", &state),
            ("iss", &self.issuer()),
        ];
        format!(
            "{}?{}",
            Url::parse(&back).expect("a URL").path,
            query(&said)
        )
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            head.push_str(&line);
            line.clear();
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        let path = head.split(' ').nth(1)?.to_owned();
        let told = self.ways().answers.get(path.as_str()).cloned();
        let asked = (path.clone(), head.clone(), body.clone());
        self.ways().asked.push(asked);
        let answer = match told {
            Some(answer) if answer.is_empty() => {
                std::thread::sleep(Duration::from_secs(30));
                return None;
            }
            Some(answer) => answer,
            None => {
                let (status, told) = self.answer(&path, &head, &body);
                http(status, "application/json", &told.to_string())
            }
        };
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).ok()
    }

    fn answer(&self, path: &str, head: &str, body: &str) -> (u16, Json) {
        let issuer = self.issuer();
        match path {
            "/.well-known/openid-configuration" => {
                let mut metadata = json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/jwks"),
                    "userinfo_endpoint": format!("{issuer}/userinfo"),
                    "end_session_endpoint": format!("{issuer}/end"),
                    "authorization_response_iss_parameter_supported": true,
                    "id_token_signing_alg_values_supported": ["ES256", "RS256"],
                });
                laid_over(&mut metadata, &self.ways().metadata);
                (200, metadata)
            }
            "/jwks" => (200, self.ways().keys.clone()),
            "/token" => self.token(head, body),
            "/userinfo" | "/user" if head.contains("Bearer at-") => (200, self.ways().user.clone()),
            _ => (404, json!({ "error": "not_found" })),
        }
    }

    fn token(&self, head: &str, body: &str) -> (u16, Json) {
        let form: HashMap<_, _> = parse_query(body).into_iter().collect();
        let refused = |why: &str| {
            (
                400,
                json!({ "error": "invalid_grant", "error_description": why }),
            )
        };
        let in_header = head.to_ascii_lowercase().contains("authorization: basic ");
        let in_form = form
            .get("client_secret")
            .is_some_and(|secret| secret == "shh & more");
        if !(in_header || in_form || form.contains_key("client_assertion")) {
            return (401, json!({ "error": "invalid_client" }));
        }
        let code = form.get("code").cloned().unwrap_or_default();
        let Some(asked) = self.ways().codes.remove(&code) else {
            return refused("the code is unknown, or was redeemed");
        };
        let verifier = form.get("code_verifier").cloned().unwrap_or_default();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        if asked.get("code_challenge") != Some(&URL_SAFE_NO_PAD.encode(digest)) {
            return refused("the verifier is another");
        }
        if asked.get("redirect_uri") != form.get("redirect_uri") {
            return refused("the redirect URI is another");
        }
        let mut told = json!({ "access_token": format!("at-{code}"), "token_type": "bearer" });
        if let Some(nonce) = asked.get("nonce") {
            told["id_token"] = self.id_token(nonce).into();
        }
        (200, told)
    }

    fn id_token(&self, nonce: &str) -> String {
        let issuer = self.issuer();
        let ways = self.ways();
        if let Some(text) = &ways.id_token {
            return text.clone();
        }
        let mut header = json!({ "alg": "ES256", "kid": ways.signer.jwk()["kid"], "typ": "JWT" });
        let mut claims = json!({
            "iss": issuer, "sub": ways.user["sub"], "aud": "us", "nonce": nonce,
            "iat": now(), "exp": now() + 60,
        });
        laid_over(&mut claims, &ways.says);
        if let Some(bend) = ways.bend {
            bend(&mut header, &mut claims);
        }
        ways.signer.sign(&header, &claims.to_string())
    }
}

/// A whole answer.
pub(super) fn http(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn laid_over(object: &mut Json, changes: &Json) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value.is_null() {
            true => {
                object.as_object_mut().expect("an object").remove(name);
            }
            false => object[name] = value.clone(),
        }
    }
}
