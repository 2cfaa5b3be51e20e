//! The developer pages say what the server does: for every profile, and for every switch both ways.

use crate::support;
use crate::support::Scene;
use crate::support::guide::{Guide, reply};
use acceptance::{Setup, profile_path};
use std::collections::BTreeSet;

const OVERVIEW: &str = "/developers";
const APPS: &str = "/developers/apps";
const CODE: &str = "/developers/grants/authorization-code";
const DEVICE: &str = "/developers/grants/device-code";
const REFRESH: &str = "/developers/grants/refresh-token";
const MACHINE: &str = "/developers/grants/client-credentials";
const TESTS: &str = "/developers/test-mode";
const SCOPES: &str = "/developers/scopes";
const TOKENS: &str = "/developers/tokens";
const ERRORS: &str = "/developers/errors";
/// How an app is run on the portal.
const YOUR_APP: &str = "/developers/your-app";

/// A profile and what its file sets: lengths of time as people say them, and ways of its own.
struct Expected {
    profile: &'static str,
    words: &'static [(&'static str, &'static str)],
    absent: &'static [(&'static str, &'static str)],
    missing: &'static [&'static str],
}

const PROFILES: [Expected; 5] = [
    Expected {
        profile: "opsduty",
        words: &[
            (TOKENS, "Access token at_ 2 years"),
            (TOKENS, "Refresh token rt_ 2 years; replaced at each use"),
            (TOKENS, "10 years at the most"),
            (OVERVIEW, "/oauth2/token/"),
            (APPS, "The app works at once"),
            (APPS, "any other app needs the very port"),
            (SCOPES, "A request that names none gets api, api:v1."),
        ],
        absent: &[
            (OVERVIEW, "Client credentials"),
            (TOKENS, "Ask a token about itself"),
            (OVERVIEW, "or JSON"),
        ],
        missing: &[MACHINE],
    },
    Expected {
        profile: "appexample",
        words: &[
            (TOKENS, "Access token at_ 1 hour"),
            (TOKENS, "Ask a token about itself"),
            (TESTS, "Access token test_at_"),
            (CODE, "JSON bodies"),
            (CODE, "redirect_uri may be left out"),
            (
                ERRORS,
                "invalid_redirect_uri (HTTP 400) “redirect_uri is not the one of the authorization request”",
            ),
            (
                SCOPES,
                "admin:* Do everything you can do yourself, without limits Full access, Needs approval",
            ),
            (APPS, "Approval for restricted scopes"),
            (TOKENS, r#""user_id": "user_"#),
        ],
        absent: &[(CODE, "Parameters in the URL"), (CODE, "90 seconds")],
        missing: &[],
    },
    Expected {
        profile: "miwa",
        words: &[
            (TOKENS, "Access token at_ 1 hour"),
            (TOKENS, "Refresh token rt_ 7 days"),
            (CODE, "redirect_uri must be sent"),
            (OVERVIEW, "Can a token be revoked by the app? No"),
            (OVERVIEW, "/api/oauth2/token"),
            (APPS, "miwa registers apps itself"),
            (MACHINE, "with no person involved"),
        ],
        absent: &[
            (TOKENS, "Revoke a token"),
            (TOKENS, "Ask a token about itself"),
            (CODE, "JSON bodies"),
        ],
        missing: &[],
    },
    Expected {
        profile: "digitalocean",
        words: &[
            (TOKENS, "Access token at_ 30 days"),
            (TOKENS, "Refresh token rt_ 90 days"),
            (TOKENS, "normally 2592000"),
            (
                TOKENS,
                "info more about the person; only when a person is behind the token",
            ),
            (CODE, "Parameters in the URL"),
            (CODE, r#""token_type": "bearer""#),
            (
                CODE,
                r#""uid": 100101, "info": {"name":"Ada Example","email":"ada@example.com"}"#,
            ),
            (DEVICE, "\"interval\": 10"),
            (DEVICE, "every 10 seconds"),
            (DEVICE, "Both codes live 1600 seconds"),
            (OVERVIEW, "/v1/app"),
            (APPS, "Change it by program"),
            (ERRORS, "insufficient_scope (HTTP 403)"),
            (OVERVIEW, "Asking for a device's codes POST"),
            (ERRORS, "authorization_pending (HTTP 400)"),
            (
                ERRORS,
                "invalid_request (HTTP 401) “the access token is unknown",
            ),
        ],
        absent: &[
            (MACHINE, "\"uid\""),
            (
                ERRORS,
                "invalid_token (HTTP 401) “the access token is unknown",
            ),
        ],
        missing: &[],
    },
    Expected {
        profile: "sqowey",
        words: &[
            (
                CODE,
                "works once and for 5 minutes, or 90 seconds with a scope that shows personal details",
            ),
            (TOKENS, "left out when that is exactly what you asked for"),
            (TOKENS, "Revoke a token"),
            (APPS, "An app has between one and 3"),
            (OVERVIEW, "/oauth2/token/revoke"),
        ],
        absent: &[
            (CODE, r#""scope": "identity bot" }"#),
            (TOKENS, "client credentials acts for the app"),
        ],
        missing: &[MACHINE],
    },
];

#[test]
fn every_profile_has_its_own_pages() {
    for expected in &PROFILES {
        let scene = Scene::profile(expected.profile);
        let guide = Guide::of(&scene);
        println!("{}", expected.profile);
        has_all_endpoints(&scene, &guide);
        has_all_scopes(expected.profile, &guide);
        for (path, words) in expected.words {
            assert!(
                guide.text(path).contains(words),
                "{path}: {words}: {}",
                guide.text(path)
            );
        }
        for (path, words) in expected.absent {
            assert!(!guide.text(path).contains(words), "{path}: {words}");
        }
        for path in expected.missing {
            reply(&scene.api(), path).expect(404);
        }
        assert_eq!(guide.broken_links(), Vec::<String>::new());
    }
}

/// Every endpoint of the metadata is in the table of the first page.
#[track_caller]
fn has_all_endpoints(scene: &Scene, guide: &Guide) {
    let published = scene.metadata.as_object().expect("an object");
    let endpoints = published
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint"));
    for (name, url) in endpoints {
        let url = url.as_str().unwrap_or_default();
        assert!(guide.text(OVERVIEW).contains(url), "{name}: {url}");
    }
}

/// Every scope of the profile's file is there, with its sentence.
#[track_caller]
fn has_all_scopes(profile: &str, guide: &Guide) {
    let file = std::fs::read_to_string(profile_path(profile)).expect("the profile");
    let file: toml::Table = file.parse().expect("TOML");
    let scopes = file["scopes"].as_table().expect("scopes");
    assert!(!scopes.is_empty());
    for (name, scope) in scopes {
        let sentence = scope["sentence"].as_str().unwrap_or_default();
        let row = format!("{name} {sentence}");
        assert!(
            guide.text(SCOPES).contains(&row),
            "{row}: {}",
            guide.text(SCOPES)
        );
    }
}

/// The pages of the small provider with TOML laid over it.
#[track_caller]
fn guide(changes: &str) -> Guide {
    let guide = Guide::of(&Scene::plain(changes));
    assert_eq!(guide.broken_links(), Vec::<String>::new(), "{changes}");
    guide
}

/// Checks that `words` stand on a page with one configuration and not with another.
#[track_caller]
fn turns(path: &str, words: &str, on: &str, off: &str) {
    let (with, without) = (guide(on), guide(off));
    assert!(with.text(path).contains(words), "{on}: {}", with.text(path));
    assert!(!without.text(path).contains(words), "{off}: {words}");
}

#[test]
fn m5_what_is_switched_off_leaves_the_pages() {
    for (switch, path, words) in [
        ("revoke", "/r-e-v", "Revoke a token"),
        ("introspect", "/i-n-t", "Check a token"),
        ("revocations", "/f-e-d", "Follow what is revoked"),
        ("token_info", "/i-n-f", "Ask a token about itself"),
    ] {
        let on = guide(&format!("[paths]\n{switch} = [{path:?}]"));
        assert!(
            on.text(OVERVIEW).contains(path) && on.text(TOKENS).contains(words),
            "{switch}"
        );
        let off = guide(&format!("[paths]\n{switch} = []"));
        let all = off.all();
        assert!(
            !all.contains(path) && !all.contains(words),
            "{switch}: {all}"
        );
    }
    let all = guide("[paths]\nrevoke = []").all();
    assert!(
        !all.contains("oauth2/revoke") && !all.contains("RFC 7009"),
        "{all}"
    );
}

#[test]
fn m4_a_grant_has_a_page_exactly_if_it_is_on() {
    let all: BTreeSet<&str> = [
        OVERVIEW, APPS, YOUR_APP, CODE, REFRESH, MACHINE, SCOPES, TOKENS, ERRORS,
    ]
    .into();
    assert_eq!(guide("").paths(), all);
    let mut without = all.clone();
    without.remove(YOUR_APP);
    assert_eq!(guide("[portal]\npage = false").paths(), without);
    let device = guide("[grants]\ndevice_code = true");
    assert!(device.paths().contains(DEVICE) && device.all().contains("slow_down"));
    assert!(!guide("").all().to_lowercase().contains("device code"));
    for (grant, pages, word) in [
        ("client_credentials", &[MACHINE][..], "client_credentials"),
        ("refresh_token", &[REFRESH], "refresh_token"),
        ("authorization_code", &[CODE, REFRESH], "authorization_code"),
    ] {
        let off = guide(&format!("[grants]\n{grant} = false"));
        let left: BTreeSet<&str> = all
            .iter()
            .copied()
            .filter(|path| !pages.contains(path))
            .collect();
        assert_eq!(off.paths(), left, "{grant}");
        assert!(!off.all().contains(word), "{grant}: {}", off.all());
    }
}

#[test]
fn requests_are_told_as_they_are_taken() {
    turns(
        CODE,
        "JSON bodies",
        "[token]\nbodies = [\"form\", \"json\"]",
        "",
    );
    turns(
        CODE,
        "Parameters in the URL",
        "[token]\nbodies = [\"form\", \"query\"]",
        "",
    );
    let query = "send the parameters in the body, not in the URL";
    turns(ERRORS, query, "", "[token]\nbodies = [\"form\", \"query\"]");
    let required = "[token]\nredirect_uri = \"required\"";
    turns(CODE, "redirect_uri must be sent", required, "");
    turns(CODE, "redirect_uri may be left out", "", required);
    turns(OVERVIEW, "Yes, by every app", "[apps]\npkce = \"all\"", "");
    turns(
        OVERVIEW,
        "By apps without a secret",
        "",
        "[apps]\npkce = \"all\"",
    );
}

#[test]
fn answers_are_told_as_they_are_given() {
    turns(
        CODE,
        r#""token_type": "bearer""#,
        "[token]\ntoken_type = \"bearer\"",
        "",
    );
    turns(
        TOKENS,
        "left out when",
        "[token]\nalways_name_scope = false",
        "",
    );
    turns(
        CODE,
        r#""scope": "tasks:read tasks:write" }"#,
        "",
        "[token]\nalways_name_scope = false",
    );
    turns(
        CODE,
        r#""access_token": "key_EXAMPLE"#,
        "[token.prefix]\naccess = \"key_\"",
        "",
    );
    turns(
        REFRESH,
        "within 90 seconds",
        "[token]\nrotate = { grace = \"90s\" }",
        "[token]\nrotate = { grace = \"0s\" }",
    );
    turns(
        REFRESH,
        "The refresh token stays",
        "[token]\nrotate = false",
        "",
    );
    turns(
        REFRESH,
        "The refresh token is replaced",
        "",
        "[token]\nrotate = false",
    );
    turns(
        TOKENS,
        r#""user_id": "100101""#,
        "[accounts]\nid = \"number\"",
        "",
    );
    turns(
        TOKENS,
        r#""user_id": "who-"#,
        "[accounts]\nid = { prefix = \"who-\" }",
        "",
    );
    turns(
        ERRORS,
        "wrong_place",
        "[token.errors]\nredirect_mismatch = \"wrong_place\"",
        "",
    );
}

#[test]
fn test_mode_and_self_management_are_told_where_they_are_on() {
    let tests = "[test]\nmode = true";
    let published = "[test]\nmode = true\n[test.credentials]\nclient_id = \"test_abc123\"\n\
        client_secret = \"test_secret_def456\"\nemail = \"try@example.com\"\npassword = \"try things with this\"";
    turns(OVERVIEW, "Yes, test mode", tests, "");
    turns(TESTS, "test_secret_def456", published, tests);
    let app = "[paths]\napp = [\"/me/app\"]\n[scopes.\"app:write\"]\nsentence = \"Change its own registration\"";
    turns(OVERVIEW, "/me/app", app, "");
    turns(APPS, "Change it by program", app, "");
    turns(ERRORS, "insufficient_scope", app, "");
}

#[test]
fn the_issuer_in_the_redirect_is_told_where_it_is_sent() {
    turns(CODE, "&iss=", "", "[authorization]\niss = false");
    turns(
        CODE,
        "also check that iss is",
        "",
        "[authorization]\niss = false",
    );
    turns(ERRORS, "&iss=…", "", "[authorization]\niss = false");
}

#[test]
fn lifetimes_are_told_in_words() {
    let lives = guide(
        "[token.lifetimes]\ncode = \"2m\"\ncode_personal = \"45s\"\naccess = \"36h\"\nrefresh = \"2d\"\ngrant = \"1y\"\n\
         [scopes.\"me\"]\nsentence = \"See who you are\"\npersonal = true",
    );
    let tokens = lives.text(TOKENS);
    for words in [
        "Code ac_ 2 minutes, once; 45 seconds with a scope that shows personal details",
        "Access token at_ 36 hours",
        "Refresh token rt_ 2 days;",
        "1 year at the most",
        "normally 129600",
    ] {
        assert!(tokens.contains(words), "{words}: {tokens}");
    }
}

#[test]
fn the_ways_to_register_are_told() {
    for (policy, words) in [
        ("open", "The app works at once"),
        ("invite", "People who were invited to"),
        ("review", "looks at each app and lets it in"),
        ("admin", "registers apps itself"),
    ] {
        let guide = guide(&format!("[apps]\nregistration = {policy:?}"));
        assert!(
            guide.text(APPS).contains(words),
            "{policy}: {}",
            guide.text(APPS)
        );
    }
    turns(
        APPS,
        "So may http://localhost/….",
        "[apps]\nlocalhost_any_port = true",
        "",
    );
    turns(APPS, "An app has one.", "[apps]\nmax_redirect_uris = 1", "");
    let open = "[scopes.\"admin:all\"]\nrestricted = false";
    turns(APPS, "Approval for restricted scopes", "", open);
    turns(
        OVERVIEW,
        "/b, also",
        "[paths]\ntoken = [\"/b\", \"/c/\"]",
        "",
    );
}

#[test]
fn the_operator_may_add_words_or_switch_the_pages_off() {
    let house = "[developers]\nintro = \"Tasks <for> *everyone*.\"\nsupport = \"mailto:api@example.com\"\n\
                 terms = \"https://example.com/terms\"";
    turns(OVERVIEW, "Tasks <for> *everyone*.", house, "");
    let with = guide(house);
    for href in [
        "href=\"mailto:api@example.com\"",
        "href=\"https://example.com/terms\"",
    ] {
        assert!(with.html(OVERVIEW).contains(href), "{href}");
    }
    for wrong in [
        "support = \"api@example.com\"",
        "terms = \"http://x\"",
        "intro = \"\"",
    ] {
        let setup = Setup::toml(support::PLAIN).with(&format!("[developers]\n{wrong}"));
        let log = setup.try_start().expect_err(wrong);
        assert!(log.contains("developers."), "{log}");
    }
    let off = Scene::plain("[developers]\npage = false");
    for path in [OVERVIEW, SCOPES, "/developers.md"] {
        reply(&off.api(), path).expect(404);
    }
    assert!(!off.api().get("/sign-in").text().contains("/developers"));
}
