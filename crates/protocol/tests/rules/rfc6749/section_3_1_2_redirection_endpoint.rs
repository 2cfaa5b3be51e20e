//! §3.1.2 Redirection Endpoint: registration, comparison, and what happens to a mismatch.
use protocol::Policy;
use protocol::authorize::ShownError;
use protocol::register::{Field, NewApp, register};
use protocol::testing::{CALLBACK, Case, Counter, NOW, Verdict, query};
use protocol::types::redirect_uri::MAX_LENGTH;
use protocol::types::{
    AppLinks, Asks, ClientKind, ClientStatus, Person, RedirectUri, RedirectUriFault, Side,
};

fn registered(uris: &[&str]) -> Case {
    Case::authorize().with(|case| {
        let uris = uris
            .iter()
            .map(|uri| RedirectUri::register(uri).expect("a redirect URI"));
        case.client.redirect_uris = uris.collect();
    })
}

fn shown(fault: RedirectUriFault, sent: Option<&str>) -> ShownError {
    ShownError::RedirectUri {
        fault,
        sent: sent.map(str::to_owned),
    }
}

#[test]
fn a_registered_uri_is_absolute() {
    let sentence = "The redirection endpoint URI MUST be an absolute URI";
    let long = format!("https://app.example/{}", "a".repeat(MAX_LENGTH));
    for (text, fault) in [
        ("", RedirectUriFault::Malformed),
        ("/cb", RedirectUriFault::Malformed),
        ("app.example/cb", RedirectUriFault::Malformed),
        ("//app.example/cb", RedirectUriFault::Malformed),
        ("https:app.example/cb", RedirectUriFault::Malformed),
        ("https:/app.example/cb", RedirectUriFault::Malformed),
        ("https:///cb", RedirectUriFault::Malformed),
        ("https://:443/cb", RedirectUriFault::Malformed),
        ("https://app.example:port/cb", RedirectUriFault::Malformed),
        ("https://app.example:/cb", RedirectUriFault::Malformed),
        ("https://app.example:99999/cb", RedirectUriFault::Malformed),
        // Browsers read these hosts as IPv4 addresses, so the page would name another place than it leads to.
        ("https://60003/cb", RedirectUriFault::Malformed),
        ("https://1.2/cb", RedirectUriFault::Malformed),
        ("https://0x7f.1/cb", RedirectUriFault::Malformed),
        ("https://app.0X/cb", RedirectUriFault::Malformed),
        ("https://10.0.0.07/cb", RedirectUriFault::Malformed),
        ("https://127.0.0.1./cb", RedirectUriFault::Malformed),
        ("https://[::1/cb", RedirectUriFault::Malformed),
        ("https://[::1].evil.example/cb", RedirectUriFault::Malformed),
        ("https://app.example/a b", RedirectUriFault::Malformed),
        (" https://app.example/cb", RedirectUriFault::Malformed),
        ("https://app.example/cb\n", RedirectUriFault::Malformed),
        ("https://app.example/cb\0", RedirectUriFault::Malformed),
        (
            "https://app.example\\@evil.example/cb",
            RedirectUriFault::Malformed,
        ),
        ("https://äpp.example/cb", RedirectUriFault::Malformed),
        ("https://user@app.example/cb", RedirectUriFault::UserInfo),
        ("https://user:pw@app.example/cb", RedirectUriFault::UserInfo),
        (
            "https://app.example%40@evil.example/cb",
            RedirectUriFault::UserInfo,
        ),
        (&long, RedirectUriFault::TooLong),
    ] {
        assert_eq!(
            RedirectUri::register(text),
            Err(fault),
            "{sentence}: {text:?}"
        );
    }
}

#[test]
fn a_registered_uri_has_no_fragment() {
    let sentence = "The endpoint URI MUST NOT include a fragment component.";
    for text in [
        "https://app.example/cb#",
        "https://app.example/cb#x",
        "com.example.app:/cb#x",
    ] {
        assert_eq!(
            RedirectUri::register(text),
            Err(RedirectUriFault::Fragment),
            "{sentence}"
        );
    }
}

#[test]
fn what_is_registered_is_kept_byte_for_byte() {
    for text in [
        "https://app.example",
        "https://app.example/",
        "https://app.example:8443/cb?tenant=a%20b&x",
        "https://APP.example/CB/",
        "https://[2001:db8::1]/cb",
        "https://203.0.113.7/cb",
        "https://1.app.example/cb",
        "http://localhost:9876/callback",
        "http://localhost:5000/oauth/callback",
    ] {
        assert_eq!(
            RedirectUri::register(text).map(|uri| uri.as_str().to_owned()),
            Ok(text.to_owned())
        );
    }
}

#[test]
fn a_registered_query_survives_and_ours_wins() {
    let sentence = "query component ([RFC3986] Section 3.4), which MUST be retained when adding \
                    additional query parameters";
    let uri = "https://app.example/cb?tenant=a%20b&code=stale&state=theirs&iss=evil&x";
    let case = registered(&[uri]).with(|case| case.set("redirect_uri", uri));
    let url = case.allowed();
    assert!(
        url.starts_with("https://app.example/cb?tenant=a%20b&x&code=ac_"),
        "{sentence}: {url}"
    );
    let values = |name: &str| {
        query(&url)
            .into_iter()
            .filter(|(own, _)| own == name)
            .count()
    };
    for name in ["code", "state", "iss", "tenant", "x"] {
        assert_eq!(values(name), 1, "{sentence}: {name}");
    }
    assert!(
        url.ends_with("&state=xyz&iss=https%3A%2F%2Fissuer.example"),
        "{url}"
    );
    let error = case
        .clone()
        .with(|case| case.set("scope", "none"))
        .redirected();
    assert!(
        error
            .response(&case.policy)
            .location()
            .to_owned()
            .contains("?tenant=a%20b&x&error="),
        "{sentence}"
    );
}

#[test]
fn a_trailing_slash_or_bare_query_is_kept() {
    for (uri, start) in [
        (
            "https://app.example/auth_redir/",
            "https://app.example/auth_redir/?code=",
        ),
        ("https://app.example", "https://app.example?code="),
        ("https://app.example/cb?", "https://app.example/cb?code="),
        ("com.example.app:/cb", "com.example.app:/cb?code="),
    ] {
        let url = registered(&[uri])
            .with(|case| case.set("redirect_uri", uri))
            .allowed();
        assert!(url.starts_with(start), "{url}");
    }
}

#[test]
fn compares_simple_strings() {
    let sentence = "the authorization server MUST compare the two URIs using simple string comparison \
                    as defined in [RFC3986] Section 6.2.1";
    for sent in [
        "https://app.example/cb/",
        "https://app.example/cb?",
        "https://app.example/cb?a=b",
        "https://app.example/cb#",
        "https://app.example/cb#x",
        "https://app.example/CB",
        "https://APP.example/cb",
        "HTTPS://app.example/cb",
        "http://app.example/cb",
        "https://app.example:443/cb",
        "https://app.example/%63b",
        "https://app.example/x/../cb",
        "https://app.example//cb",
        "https://user@app.example/cb",
        "https://app.example.evil.example/cb",
        "https://app.example@evil.example/cb",
        "https://evil.example/?https://app.example/cb",
        "https://sub.app.example/cb",
        "https://app.example/c",
        " https://app.example/cb",
        "https://app.example/cb ",
        "javascript:alert(1)",
        "x",
    ] {
        let case = Case::authorize().with(|case| case.set("redirect_uri", sent));
        assert_eq!(
            case.shown(),
            shown(RedirectUriFault::Unregistered, Some(sent)),
            "{sentence}"
        );
    }
}

#[test]
fn any_registered_uri_may_be_named() {
    let sentence = "compare and match the value received against at least one of the registered \
                    redirection URIs";
    let uris = ["https://app.example/cb", "https://app.example/other"];
    for uri in uris {
        let case = registered(&uris).with(|case| case.set("redirect_uri", uri));
        let request = case.passed();
        assert_eq!(request.redirect_uri.as_str(), uri, "{sentence}");
        assert_eq!(request.redirect_uri.registered(), uri, "{sentence}");
    }
}

#[test]
fn it_may_be_left_out_only_when_there_is_exactly_one() {
    let sentence = "If multiple redirection URIs have been registered, […] or if no redirection URI \
                    has been registered, the client MUST include a redirection URI";
    for uris in [
        &[][..],
        &["https://app.example/cb", "https://app.example/other"],
    ] {
        let case = registered(uris).with(|case| case.unset("redirect_uri"));
        assert_eq!(
            case.shown(),
            shown(RedirectUriFault::Missing, None),
            "{sentence}"
        );
    }
    let case = registered(&[CALLBACK]).with(|case| case.unset("redirect_uri"));
    assert_eq!(case.passed().redirect_uri.as_str(), CALLBACK, "{sentence}");
}

#[test]
fn a_mismatch_is_shown_under_the_name_the_provider_gave_it() {
    let sentence = "SHOULD inform the resource owner of the error and MUST NOT automatically redirect \
                    the user-agent to the invalid redirection URI";
    let mut case = Case::authorize().with(|case| case.set("redirect_uri", "https://evil.example"));
    assert_eq!(
        case.shown().code(&case.policy),
        "invalid_redirect_uri",
        "{sentence}"
    );
    assert!(!case.shown().sentence().contains("evil"), "{sentence}");
    case.policy.errors.redirect_mismatch = Some("bad_redirect".to_owned());
    assert_eq!(
        case.shown().code(&case.policy),
        "bad_redirect",
        "{sentence}"
    );
}

#[test]
fn an_app_with_the_code_grant_registers_where_to_go() {
    let sentence = "The authorization server MUST require the following clients to register their \
                    redirection endpoint: Public clients.";
    let new = |kind: ClientKind, uris: &[&str]| NewApp {
        authentication: protocol::register::NewAuthentication::default(),
        name: "An app".to_owned(),
        homepage: "https://app.example".to_owned(),
        description: String::new(),
        links: AppLinks::default(),
        owner: Person::for_tests(),
        organization: None,
        kind,
        redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        grants: None,
        scopes: None,
        asks: Asks::default(),
        resource_server: false,
        dpop_bound: false,
        openid: protocol::types::RelyingParty::default(),
        reviewed: false,
        status: ClientStatus::Active,
        logo: None,
        side: Side::Live,
        by: protocol::register::Registrar::Operator,
    };
    let mint = Counter::starting_at(NOW);
    for kind in [ClientKind::Public, ClientKind::Confidential] {
        for uris in [
            &[][..],
            &["http://app.example/cb"],
            &[CALLBACK, "https://app.example/cb#x"],
            &["https://app.example/\u{1b}[2J\n"],
        ] {
            let error = register(new(kind, uris), &Policy::for_tests(), NOW, &mint)
                .error()
                .into_first();
            assert_eq!(error.field, Field::RedirectUris, "{sentence}");
            let told = error.sentence;
            assert!(!told.chars().any(char::is_control), "{told:?}");
        }
        assert!(
            register(new(kind, &[CALLBACK]), &Policy::for_tests(), NOW, &mint)
                .change()
                .is_some()
        );
    }
}
