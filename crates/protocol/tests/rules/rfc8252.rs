//! RFC 8252, OAuth 2.0 for Native Apps: redirect URIs on a device.

/// Which requested URIs match which registered one.
mod matching {
    use protocol::testing::Case;
    use protocol::types::RedirectUri;

    /// Whether a request may name `sent` when `registered` is on record of an app that keeps a secret.
    pub(crate) fn matches(registered: &str, sent: &str, localhost_any_port: bool) -> bool {
        matches_of(Case::authorize(), &[registered], sent, localhost_any_port)
    }

    /// The same of the app of a case, with all that is on its record.
    pub(crate) fn matches_of(
        mut case: Case,
        registered: &[&str],
        sent: &str,
        localhost_any_port: bool,
    ) -> bool {
        let uris = registered.iter();
        case.client.redirect_uris = uris
            .map(|uri| RedirectUri::register(uri).expect(uri))
            .collect();
        case.policy.redirects.localhost_any_port = localhost_any_port;
        case.set("redirect_uri", sent);
        case.check().is_ok()
    }
}

mod section_7_1_private_use_uri_scheme_redirection {
    use protocol::types::{RedirectUri, RedirectUriFault};

    #[test]
    fn a_private_use_scheme_has_a_dot() {
        // §8.4.
        let sentence = "any private-use URI scheme that doesn't contain a period character (\".\") \
                        SHOULD be rejected";
        for good in [
            "com.example.app:/cb",
            "com.example.app://cb",
            "com.example.my-app2:/a?b=c",
        ] {
            assert!(RedirectUri::register(good).is_ok(), "{sentence}: {good}");
        }
        for bad in [
            "myapp:/cb",
            "myapp://cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "about:blank",
            "blob:https://app.example/1",
            "mailto:ada@example.com",
            "urn:ietf:wg:oauth:2.0:oob",
            "HTTPS://app.example/cb",
            "1com.example:/cb",
            ".com:/cb",
            "com.exa_mple:/cb",
        ] {
            assert_eq!(
                RedirectUri::register(bad),
                Err(RedirectUriFault::Scheme),
                "{sentence}: {bad}"
            );
        }
    }
}

mod section_7_3_loopback_interface_redirection {
    use super::matching::matches;
    use protocol::testing::Case;
    use protocol::types::{RedirectUri, RedirectUriFault};

    #[test]
    fn a_loopback_address_frees_the_port() {
        let sentence = "The authorization server MUST allow any port to be specified at the time of \
                        the request for loopback IP redirect URIs";
        for (registered, sent) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb"),
            ("http://127.0.0.1", "http://127.0.0.1:51004"),
            ("http://127.0.0.1/cb?a=b", "http://127.0.0.1:65535/cb?a=b"),
            ("http://127.0.0.1?a=b", "http://127.0.0.1:1?a=b"),
            ("http://[::1]/cb", "http://[::1]:51004/cb"),
            ("http://[::1]:3000/cb", "http://[::1]:51004/cb"),
        ] {
            for switch in [false, true] {
                assert!(
                    matches(registered, sent, switch),
                    "{sentence}: {registered} {sent}"
                );
            }
        }
    }

    #[test]
    fn the_answer_goes_to_the_port_of_the_request() {
        let uri = "http://127.0.0.1:51004/cb";
        let case = Case::authorize().with(|case| {
            let registered = RedirectUri::register("http://127.0.0.1/cb");
            case.client.redirect_uris = vec![registered.expect("a redirect URI")];
            case.set("redirect_uri", uri);
        });
        assert!(
            case.allowed()
                .starts_with("http://127.0.0.1:51004/cb?code=")
        );
        assert_eq!(
            case.passed().redirect_uri.registered(),
            "http://127.0.0.1/cb"
        );
    }

    #[test]
    fn nothing_but_the_port_is_free() {
        // §8.4.
        let sentence = "the exception is loopback redirects, where an exact match is required except \
                        for the port URI component";
        for sent in [
            "https://127.0.0.1:51004/cb",
            "HTTP://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004/cb/",
            "http://127.0.0.1:51004/",
            "http://127.0.0.1:51004",
            "http://127.0.0.1:51004/CB",
            "http://127.0.0.1:51004/cb?a=b",
            "http://127.0.0.1:51004/cb#x",
            "http://127.0.0.1:51004/cb/../cb",
            "http://127.0.0.2:51004/cb",
            "http://127.1:51004/cb",
            "http://2130706433/cb",
            "http://0x7f.0.0.1/cb",
            "http://[::1]:51004/cb",
            "http://[::ffff:127.0.0.1]:51004/cb",
            "http://localhost:51004/cb",
            "http://user@127.0.0.1:51004/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:-1/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:80:80/cb",
            "http://127.0.0.1: 80/cb",
            "http://127.0.0.1:8O/cb",
        ] {
            for switch in [false, true] {
                assert!(
                    !matches("http://127.0.0.1/cb", sent, switch),
                    "{sentence}: {sent}"
                );
            }
        }
    }

    #[test]
    fn look_alikes_are_other_hosts() {
        let sentence = "reject authorization requests that specify a redirect URI that doesn't \
                        exactly match the one that was registered";
        for (registered, sent) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1\\@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1#@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1?@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1%2eevil.example/cb"),
            ("http://127.0.0.1/cb", "http://evil.example/cb"),
            ("http://127.0.0.1/cb", "http://evil.example:127.0.0.1/cb"),
            ("http://[::1]/cb", "http://[::1].evil.example/cb"),
            ("http://[::1]/cb", "http://[::1]@evil.example/cb"),
            ("http://[::1]/cb", "http://[::1]:80@evil.example/cb"),
            (
                "http://localhost:9876/cb",
                "http://localhost:9876@evil.example/cb",
            ),
            (
                "http://localhost:9876/cb",
                "http://localhost.evil.example:9876/cb",
            ),
            (
                "http://localhost:9876/cb",
                "http://localhost%00.evil.example/cb",
            ),
            (
                "http://localhost:9876/cb",
                "http://localhost\0.evil.example/cb",
            ),
        ] {
            for switch in [false, true] {
                assert!(!matches(registered, sent, switch), "{sentence}: {sent}");
            }
        }
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        let sentence = "Loopback redirect URIs use the \"http\" scheme and are constructed with the \
                        loopback IP literal and whatever port the client is listening on.";
        for good in [
            "http://127.0.0.1/cb",
            "http://[::1]:8080",
            "http://localhost:9876/callback",
        ] {
            let uri = RedirectUri::register(good);
            assert!(uri.is_ok(), "{sentence}: {good}");
        }
        for bad in [
            "http://app.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.2/cb",
            "http://0.0.0.0/cb",
            "http://10.0.0.1/cb",
            "http://[::]/cb",
            "http://[::2]/cb",
            "http://localhost.evil.example/cb",
            "http://LOCALHOST/cb",
        ] {
            assert_eq!(
                RedirectUri::register(bad),
                Err(RedirectUriFault::Http),
                "{sentence}: {bad}"
            );
        }
        // A browser would go to 127.0.0.1, but this is no literal.
        let short = RedirectUri::register("http://127.1/cb");
        assert_eq!(short, Err(RedirectUriFault::Malformed), "{sentence}");
    }
}

mod section_8_3_loopback_redirect_considerations {
    use super::matching::{matches, matches_of};
    use protocol::testing::Case;
    use protocol::types::ClientKind;

    #[test]
    fn localhost_frees_its_port_by_switch_only() {
        let sentence = "the use of localhost is NOT RECOMMENDED";
        let (registered, sent) = ("http://localhost:9876/cb", "http://localhost:51004/cb");
        assert!(
            matches(registered, registered, false),
            "as registered it works"
        );
        assert!(!matches(registered, sent, false), "{sentence}");
        assert!(matches(registered, sent, true), "{sentence}");
        for other in [
            "http://127.0.0.1:9876/cb",
            "http://localhost:9876/",
            "https://localhost:9876/cb",
        ] {
            assert!(!matches(registered, other, true), "{sentence}: {other}");
        }
        assert!(!matches(
            "http://127.0.0.1:9876/cb",
            "http://localhost:9876/cb",
            true
        ));
    }

    #[test]
    fn an_app_that_runs_on_its_persons_computer_alone_has_any_port() {
        // §7.3 for the name too: what it protects from, another program at the port, PKCE protects from.
        let public = || Case::authorize().with(|case| case.client.kind = ClientKind::Public);
        let own = "http://localhost/callback";
        let sent = "http://localhost:51004/callback";
        assert!(matches_of(public(), &[own], sent, false));
        assert!(matches_of(
            public(),
            &[own, "http://127.0.0.1/callback"],
            sent,
            false
        ));
        for other in [
            "http://localhost:51004/callbac",
            "http://127.0.0.1:51004/callback",
            "http://localhost.evil.example:51004/callback",
            "https://localhost:51004/callback",
            "http://localhost:51004@evil.example/callback",
        ] {
            assert!(!matches_of(public(), &[own], other, false), "{other}");
        }
        // Whoever has a page on the web besides is no such app.
        assert!(!matches_of(
            public(),
            &[own, "https://app.example/cb"],
            sent,
            false
        ));
        assert!(
            !matches_of(Case::authorize(), &[own], sent, false),
            "it has a secret"
        );
    }

    #[test]
    fn https_never_frees_a_port() {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let (registered, sent) = (
                format!("https://{host}/cb"),
                format!("https://{host}:8443/cb"),
            );
            assert!(!matches(&registered, &sent, true), "{host}");
        }
    }
}
