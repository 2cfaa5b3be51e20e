//! What one connection asks, request after request.

use crate::connection::Answer;
use acceptance::Request;
use std::rc::Rc;
use std::time::Instant;

/// How a piece of work stands after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It needs a further request.
    More,
    /// It is done: what is counted.
    Done,
    /// The answer is not what it must be.
    Wrong,
}

impl Step {
    /// Done, or wrong.
    pub(crate) fn done_if(right: bool) -> Self {
        if right { Step::Done } else { Step::Wrong }
    }
}

/// A stream of pieces of work, each of one request or several.
pub(crate) trait Work {
    /// The bytes of the next request.
    fn request(&mut self) -> &[u8];

    /// Takes the answer in.
    fn answered(&mut self, answer: &Answer<'_>) -> Step;

    /// Which of the kinds that are counted apart the next piece is.
    fn part(&self) -> usize {
        0
    }

    /// The moment before which the next piece must not begin.
    fn due(&self) -> Option<Instant> {
        None
    }
}

/// Work that is driven.
pub(crate) type AnyWork = Box<dyn Work>;

/// The same bytes each time, and what tells a right answer.
pub(crate) struct Same {
    bytes: Rc<[u8]>,
    is_right: fn(&Answer<'_>) -> bool,
}

impl Same {
    pub(crate) fn work(bytes: &Rc<[u8]>, is_right: fn(&Answer<'_>) -> bool) -> AnyWork {
        Box::new(Same {
            bytes: bytes.clone(),
            is_right,
        })
    }
}

impl Work for Same {
    fn request(&mut self) -> &[u8] {
        &self.bytes
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        Step::done_if((self.is_right)(answer))
    }
}

/// A list of requests in turn, whose answers hold a mark of their rightness.
pub(crate) struct Turn {
    list: Rc<[Vec<u8>]>,
    next: usize,
    mark: &'static str,
}

impl Turn {
    /// Work number `number` of `of` over the same list; each begins elsewhere in it.
    pub(crate) fn work(
        list: &Rc<[Vec<u8>]>,
        number: usize,
        of: usize,
        mark: &'static str,
    ) -> AnyWork {
        Box::new(Turn {
            list: list.clone(),
            next: number * list.len() / of,
            mark,
        })
    }
}

impl Work for Turn {
    fn request(&mut self) -> &[u8] {
        self.next = (self.next + 1) % self.list.len();
        &self.list[self.next]
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        let body = std::str::from_utf8(answer.body);
        let marked = body.is_ok_and(|body| body.contains(self.mark));
        Step::done_if(answer.is_success() && marked)
    }
}

/// What a browser with this `Cookie` header asks for when it goes to a page, from where `Sec-Fetch-Site` says.
pub(crate) fn visit(target: &str, from: &str, cookie: &str) -> Request {
    Request::get(target)
        .header("Connection", "keep-alive")
        .header("Accept", "text/html,*/*;q=0.8")
        .header("Sec-Fetch-Site", from)
        .header("Sec-Fetch-Mode", "navigate")
        .header("Cookie", cookie)
}

/// A form POST of an app whose body changes from request to request.
pub(crate) struct Post {
    /// Request line and headers up to the value of `Content-Length`.
    head: Rc<[u8]>,
    bytes: Vec<u8>,
}

impl Post {
    pub(crate) fn new(target: &str, host: &str, basic: &(String, String)) -> Self {
        let request = Request::post(target)
            .header("Connection", "keep-alive")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .basic(&basic.0, &basic.1)
            .header("Content-Length", "");
        let mut head = request.bytes(host);
        head.truncate(head.len() - b"\r\n\r\n".len());
        Post {
            head: head.into(),
            bytes: Vec::new(),
        }
    }

    /// The request with the body that `parts` make, which need no encoding in a form.
    pub(crate) fn with(&mut self, parts: &[&str]) -> &[u8] {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.bytes.clear();
        self.bytes.extend_from_slice(&self.head);
        self.bytes.extend_from_slice(length.to_string().as_bytes());
        self.bytes.extend_from_slice(b"\r\n\r\n");
        for part in parts {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        &self.bytes
    }
}

/// Whether an answer brings an access token.
pub(crate) fn has_access_token(answer: &Answer<'_>) -> bool {
    answer.is_success() && text_member(answer.body, "access_token").is_some()
}

/// The text member `name` of a flat JSON object whose values need no unescaping.
pub(crate) fn text_member<'a>(body: &'a [u8], name: &str) -> Option<&'a str> {
    let body = std::str::from_utf8(body).ok()?;
    let mut parts = body.split('"');
    parts.find(|part| *part == name)?;
    let colon = parts.next()?;
    (colon.trim() == ":").then(|| parts.next())?
}

/// An answer for tests of works.
#[cfg(test)]
pub(crate) fn answer<'a>(status: u16, head: &'a str, body: &'a str) -> Answer<'a> {
    Answer {
        status,
        head: head.as_bytes(),
        body: body.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_asked_in_turn_and_its_answers_are_read() {
        let list: Rc<[Vec<u8>]> = [b"a".to_vec(), b"b".to_vec()].into();
        let mut work = Turn::work(&list, 1, 2, r#""active":true"#);
        assert_eq!(work.request(), b"a");
        assert_eq!(work.request(), b"b");
        let right = answer(200, "", r#"{"active":true}"#);
        assert_eq!(work.answered(&right), Step::Done);
        let inactive = answer(200, "", r#"{"active":false}"#);
        assert_eq!(work.answered(&inactive), Step::Wrong);
        let refused = answer(401, "", r#"{"active":true}"#);
        assert_eq!(work.answered(&refused), Step::Wrong);
    }

    #[test]
    fn a_post_says_how_long_it_is() {
        let basic = ("id".to_owned(), "secret".to_owned());
        let mut post = Post::new("/oauth/token", "localhost:1", &basic);
        let request = String::from_utf8(post.with(&["a=b", "c"]).to_vec()).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /oauth/token HTTP/1.1\r\nHost: localhost:1\r\n"));
        assert!(head.ends_with("\r\nContent-Length: 4"), "{head}");
        assert_eq!(body, "a=bc");
    }

    #[test]
    fn members_of_flat_objects() {
        let body = br#"{"access_token":"a","refresh_token": "b"}"#;
        assert_eq!(text_member(body, "refresh_token"), Some("b"));
        assert_eq!(text_member(body, "scope"), None);
        assert!(!has_access_token(&answer(
            400,
            "",
            r#"{"access_token":"a"}"#
        )));
    }
}
