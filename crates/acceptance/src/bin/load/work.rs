//! What one connection asks, request after request.

use acceptance::Request;
use std::rc::Rc;

/// A stream of requests.
pub(crate) enum Work {
    /// The same bytes each time, for an access token.
    Same(Rc<[u8]>),
    /// Introspections of a list in turn, of live tokens.
    Turn { list: Rc<[Vec<u8>]>, next: usize },
    /// Rotations of one refresh token after another.
    Chain(Chain),
}

impl Work {
    /// The next request.
    pub(crate) fn request(&mut self) -> &[u8] {
        match self {
            Work::Same(bytes) => bytes,
            Work::Turn { list, next } => {
                *next = (*next + 1) % list.len();
                &list[*next]
            }
            Work::Chain(chain) => chain.request(),
        }
    }

    /// Takes the body of a 2xx reply in; false when it is not what was asked for.
    pub(crate) fn answered(&mut self, body: &[u8]) -> bool {
        match self {
            Work::Same(_) => text_member(body, "access_token").is_some(),
            Work::Turn { .. } => is_active(body),
            Work::Chain(chain) => match text_member(body, "refresh_token") {
                Some(token) => {
                    chain.token.clear();
                    chain.token.push_str(token);
                    true
                }
                None => false,
            },
        }
    }
}

/// Rotates a refresh token: each request presents what the reply before gave.
pub(crate) struct Chain {
    /// Request line and headers up to the value of `Content-Length`.
    head: Rc<[u8]>,
    token: String,
    bytes: Vec<u8>,
}

impl Chain {
    const BODY: &str = "grant_type=refresh_token&refresh_token=";

    /// A chain that starts from `token`, which needs no encoding in a form.
    pub(crate) fn new(target: &str, host: &str, basic: &(String, String), token: &str) -> Self {
        let request = Request::post(target)
            .header("Connection", "keep-alive")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .basic(&basic.0, &basic.1)
            .header("Content-Length", "");
        let mut head = request.bytes(host);
        head.truncate(head.len() - b"\r\n\r\n".len());
        Chain {
            head: head.into(),
            token: token.to_owned(),
            bytes: Vec::new(),
        }
    }

    fn request(&mut self) -> &[u8] {
        let length = Self::BODY.len() + self.token.len();
        self.bytes.clear();
        self.bytes.extend_from_slice(&self.head);
        self.bytes.extend_from_slice(length.to_string().as_bytes());
        self.bytes.extend_from_slice(b"\r\n\r\n");
        self.bytes.extend_from_slice(Self::BODY.as_bytes());
        self.bytes.extend_from_slice(self.token.as_bytes());
        &self.bytes
    }
}

/// Whether an introspection says that the token is live.
fn is_active(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|body| body.contains(r#""active":true"#))
}

/// The text member `name` of a flat JSON object whose values need no unescaping.
pub(crate) fn text_member<'a>(body: &'a [u8], name: &str) -> Option<&'a str> {
    let body = std::str::from_utf8(body).ok()?;
    let mut parts = body.split('"');
    parts.find(|part| *part == name)?;
    let colon = parts.next()?;
    (colon.trim() == ":").then(|| parts.next())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_presents_what_it_got() {
        let basic = ("id".to_owned(), "secret".to_owned());
        let mut work = Work::Chain(Chain::new("/oauth/token", "localhost:1", &basic, "first"));
        let request = String::from_utf8(work.request().to_vec()).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /oauth/token HTTP/1.1\r\nHost: localhost:1\r\n"));
        assert!(head.ends_with("\r\nContent-Length: 44"), "{head}");
        assert_eq!(body, "grant_type=refresh_token&refresh_token=first");
        assert!(work.answered(br#"{"access_token":"a","refresh_token": "second"}"#));
        assert!(work.request().ends_with(b"=second"));
        assert!(!work.answered(b"{}"));
    }
}
