//! The harness itself, as far as it needs no server.

use acceptance::{
    Cookie, CookieJar, Pkce, Redirect, Request, Url, decode, encode, forms, free_port, parse_query,
    query, read_reply, target, unescape,
};

/// RFC 7636 appendix B.
#[test]
fn pkce_gives_the_challenge_of_the_rfc() {
    let pkce = Pkce::of_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        pkce.challenge,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn random_verifiers_have_43_characters_and_differ() {
    let (first, second) = (Pkce::random(), Pkce::random());
    assert_eq!(first.verifier.len(), 43);
    assert_ne!(first.verifier, second.verifier);
}

#[test]
fn forms_are_found_with_their_fields() {
    let page = r#"<!doctype html><!-- <form action="/no"> --><p>1 < 2
        <script>document.write('<form action="/neither">')</script>
        <form method="POST" action="/consent?a=1&amp;b=2">
          <input type=hidden name="request" value='r&quot;1'><input type="hidden" name=nonce value=n/1>
          <input type="checkbox" name="remember" value="yes" checked/>
          <button name="answer" value="allow">Allow</button><button name="answer" value="deny">Deny</button>
        </form><form action="/search"><input name="q" placeholder="a > b"></form>"#;
    let found = forms(page);
    assert_eq!(found.len(), 2, "{found:?}");
    let consent = &found[0];
    assert_eq!(consent.action, "/consent?a=1&b=2");
    assert_eq!(consent.method, "post");
    assert_eq!(consent.value("request"), Some("r\"1"));
    assert_eq!(consent.value("nonce"), Some("n/1"));
    assert_eq!(consent.value("remember"), Some("yes"));
    assert_eq!(found[1].method, "get");
    assert_eq!(found[1].value("q"), Some(""));
}

#[test]
fn a_filled_form_sends_what_a_browser_would() {
    let page = r#"<form action="/consent"><input type="hidden" name="request" value="r">
        <input name="name" value="old"><input type="checkbox" name="extra">
        <button name="answer" value="allow"></button></form>"#;
    let form = &forms(page)[0];
    let filled = form.filled(&[("name", "new"), ("answer", "deny")]);
    let expected = [("request", "r"), ("name", "new"), ("answer", "deny")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(filled, expected);
}

#[test]
fn broken_pages_end_nothing() {
    for page in [
        "<",
        "<form",
        "<form action",
        "<form action=",
        "<input name='x",
        "<a b=\"c",
        "< =>",
        "</form>",
    ] {
        let _ = forms(page);
    }
    assert_eq!(forms("<form><input name=a>").len(), 1);
}

#[test]
fn character_references() {
    assert_eq!(
        unescape("a &amp;&lt;&#39;&#x27;&gt; &unknown; &"),
        "a &<''> &unknown; &"
    );
}

#[test]
fn urls_are_cut_and_not_changed() {
    let url = Url::parse("http://localhost:9876/callback?code=a%20b&state=#top").unwrap();
    assert_eq!(url.origin, "http://localhost:9876");
    assert_eq!(url.authority(), "localhost:9876");
    assert_eq!(url.target(), "/callback?code=a%20b&state=");
    assert_eq!(url.fragment.as_deref(), Some("top"));
    assert_eq!(Url::parse("https://a.example").unwrap().path, "/");
    assert_eq!(
        Url::parse("https://a.example?x=/y").unwrap().origin,
        "https://a.example"
    );
    assert_eq!(
        Url::parse("com.example.app:/cb?code=1").unwrap().origin,
        "com.example.app:"
    );
    assert_eq!(Url::parse("/sign-in?request=1"), None);
}

#[test]
fn redirects_are_read() {
    let redirect =
        Redirect::parse("https://a.example/cb?code=c%2B1&state=s+1&state=2&iss=http%3A%2F%2Fb");
    assert_eq!(redirect.code(), "c+1");
    assert_eq!(redirect.param("state"), Some("s 1"));
    assert_eq!(redirect.param("iss"), Some("http://b"));
    assert_eq!(redirect.params.len(), 4);
    assert_eq!(Redirect::parse("app:/cb#x").params, []);
}

#[test]
fn queries_go_there_and_back() {
    let pairs = [("scope", "read write"), ("state", "ü&=%+"), ("empty", "")];
    let text = query(&pairs);
    assert!(text.is_ascii());
    let back = parse_query(&text);
    assert!(
        pairs
            .iter()
            .zip(&back)
            .all(|(a, b)| (a.0, a.1) == (&b.0, &b.1)),
        "{back:?}"
    );
    assert_eq!(target("/a/", &[("b", "c d")]), "/a/?b=c+d");
    assert_eq!(decode(&encode("a b&c=ü")), "a b&c=ü");
}

#[test]
fn requests_go_out_as_written() {
    let request = Request::get("/oauth/authorize?scope=identify%bot");
    let bytes = String::from_utf8(request.bytes("localhost:1")).unwrap();
    assert_eq!(
        bytes,
        "GET /oauth/authorize?scope=identify%bot HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"
    );
    let request = Request::post("/t")
        .header("host", "evil")
        .basic("id", "s")
        .form(&[("a", "b c")]);
    let bytes = String::from_utf8(request.bytes("localhost:1")).unwrap();
    assert!(!bytes.contains("localhost"), "{bytes}");
    assert!(bytes.contains("\r\nContent-Length: 5\r\n"), "{bytes}");
    assert!(
        bytes.contains("\r\nAuthorization: Basic aWQ6cw==\r\n"),
        "{bytes}"
    );
    assert!(bytes.ends_with("\r\n\r\na=b+c"), "{bytes}");
}

#[test]
fn replies_are_read_whole() {
    let sized = "HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n{\"error\":\"bad\"}rest";
    let reply = read_reply(&mut sized.as_bytes(), false).unwrap();
    assert_eq!(reply.status, 400);
    assert_eq!(reply.member("error"), "bad");
    assert_eq!(reply.headers_named("Set-Cookie"), ["a=1", "b=2"]);
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
    assert_eq!(
        read_reply(&mut chunked.as_bytes(), false).unwrap().text(),
        "abcde"
    );
    let closed = "HTTP/1.1 200 OK\r\n\r\nall of it";
    assert_eq!(
        read_reply(&mut closed.as_bytes(), false).unwrap().text(),
        "all of it"
    );
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    assert!(
        read_reply(&mut head.as_bytes(), false).is_err(),
        "a body cut short"
    );
    assert!(
        read_reply(&mut head.as_bytes(), true)
            .unwrap()
            .body
            .is_empty()
    );
    assert!(read_reply(&mut "SSH-2.0\r\n".as_bytes(), false).is_err());
}

#[test]
fn cookies_come_and_go() {
    let mut jar = CookieJar::default();
    jar.set("valetkey_8080=abc; Path=/; HttpOnly; SameSite=Lax");
    jar.set("other=1");
    jar.set("valetkey_8080=def; path=/; Max-Age=60");
    assert_eq!(jar.header().as_deref(), Some("other=1; valetkey_8080=def"));
    jar.set("valetkey_8080=; Max-Age=0");
    jar.set("other=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(jar.header(), None);
    let cookie = Cookie::parse("a=b=c; Secure; SameSite=Lax").unwrap();
    assert_eq!(cookie.value, "b=c");
    assert_eq!(cookie.attribute("secure"), Some(""));
    assert_eq!(cookie.attribute("samesite"), Some("Lax"));
    assert_eq!(cookie.attribute("HttpOnly"), None);
}

#[test]
fn free_ports_differ() {
    assert_ne!(free_port(), free_port());
}
