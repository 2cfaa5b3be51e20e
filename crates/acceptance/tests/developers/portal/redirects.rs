//! A redirect URI that is looked up on an app's page is told what differs from the registered one.

use super::input::{HOSTILE, inert};
use super::{Developer, OPEN, href, open, says};
use crate::support::{assert_page, assert_well};
use acceptance::{App, Reply, encode, unescape};

#[track_caller]
fn checked(ann: &mut Developer, app: &App, uri: &str) -> Reply {
    let target = format!("{}?check={}", href(app), encode(uri));
    ann.browser.get(&target).expect(200)
}

/// What of the two URIs is marked as different.
fn marked(page: &Reply) -> Vec<String> {
    let text = page.text();
    let marks = text.split("<mark>").skip(1);
    let marks = marks.filter_map(|mark| mark.split("</mark>").next());
    marks.map(unescape).collect()
}

/// What is sent, what it is told, and what of the two URIs is marked.
const DIFFERENCES: [(&str, &str, [&str; 2]); 12] = [
    (
        "https://board.example/callback/",
        "It ends with a slash that",
        ["/", ""],
    ),
    (
        "https://slash.example/cb",
        "The registered one ends with a slash",
        ["", "/"],
    ),
    (
        "http://board.example/callback",
        "The scheme is another",
        ["://board.example/callback", "s://board.example/callback"],
    ),
    (
        "https://board.example:8443/callback",
        "The port is another",
        [":8443/callback", "/callback"],
    ),
    (
        "https://board.example/Callback",
        "Capitals and small letters",
        ["Callback", "callback"],
    ),
    (
        "https://board.example/call%62ack",
        "It is encoded in another way",
        ["%62ack", "back"],
    ),
    (
        "https://*.example/callback",
        "A star stands for itself",
        ["*.example/callback", "board.example/callback"],
    ),
    (
        "https://board.example/callback#top",
        "has no fragment",
        ["#top", ""],
    ),
    (
        "http://127.0.0.1:8080/cb",
        "localhost and 127.0.0.1 are not the same",
        ["127.0.0.1:8080/cb", "localhost:8080/cb"],
    ),
    (
        "https://evil.example/callback",
        "The host is another",
        ["evil.example/callback", "board.example/callback"],
    ),
    (
        "https://board.example/other",
        "The path differs",
        ["other", "callback"],
    ),
    (
        "https://board.example/callback?a=b",
        "behind the question mark",
        ["?a=b", ""],
    ),
];

#[test]
fn a_redirect_uri_is_told_what_differs_first() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let own = [
        ("redirect-1", "https://board.example/callback"),
        ("redirect-2", "http://localhost:8080/cb"),
        ("redirect-3", "https://slash.example/cb/"),
    ];
    let app = ann.register(&own);
    let accepted = "This one is accepted.";
    for (_, uri) in own {
        let page = checked(&mut ann, &app, uri);
        says(&page, accepted);
        assert!(marked(&page).is_empty(), "{page}");
        // A blank that nobody sees is the first difference.
        for (sent, marks) in [
            (format!("{uri} "), ["␣", ""]),
            (format!("{uri}\t"), ["⇥", ""]),
            (format!(" {uri}"), [&*format!("␣{uri}"), uri]),
            (format!("\t {uri} "), [&*format!("⇥␣{uri}␣"), uri]),
        ] {
            let page = checked(&mut ann, &app, &sent);
            says(&page, "It begins or ends with a blank or a tab");
            assert_eq!(marked(&page), marks, "{sent:?}: {page}");
            assert!(!page.text().contains(accepted), "{sent:?}: {page}");
        }
    }
    for (uri, sentence, marks) in DIFFERENCES {
        let page = checked(&mut ann, &app, uri);
        says(&page, sentence);
        assert_eq!(marked(&page), marks, "{uri}: {page}");
        assert!(!page.text().contains(accepted), "{uri}: {page}");
    }
    says(
        &checked(&mut ann, &app, "javascript:alert(1)"),
        "This can be no redirect URL",
    );
}

#[test]
fn the_checker_bears_whatever_it_is_sent() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    for uri in [
        HOSTILE,
        "https://board.example/\u{202e}kcabllac",
        "https://b\u{f6}rd.example/c\u{e4}llback",
        "https://board.example/c\u{e4}",
        "\u{1f468}\u{200d}\u{1f680}",
        "https://",
        "://",
        "#*#",
        "https://[::1",
        "%",
        &"https://board.example/".repeat(90),
    ] {
        let page = checked(&mut ann, &app, uri);
        assert!(!page.text().contains("This one is accepted."), "{page}");
        assert!(
            !page.text().contains('\u{202e}'),
            "it turns the text around: {page}"
        );
        inert(&page);
    }
    for query in ["check=%zz", "check=%ff", "check=a%00"] {
        let reply = ann.browser.get(&format!("{}?{query}", href(&app)));
        assert_page(&reply, 400);
    }
    assert_well(&scene);
}
