//! Each check with the fault that it tells.
use super::{assert_fault, fault, load};

#[test]
fn each_check_of_the_top_level_stops_the_start() {
    for (toml, starts) in [
        (
            "listen = \"8080\"",
            "v.toml:1: listen: \"8080\" is not an address",
        ),
        (
            "listen = \"0.0.0.0:80\"",
            "issuer: is not set, and people reach",
        ),
        (
            "issuer = \"auth.example.com\"",
            "v.toml:1: issuer: the issuer is a URL",
        ),
        (
            "issuer = \"http://a.example\"",
            "v.toml:1: issuer: plain http is for loopback",
        ),
        (
            "issuer = \"https://a.example/idp/\"",
            "v.toml:1: issuer: the path of an issuer does not end with a slash",
        ),
        (
            "trusted_proxies = [\"10.0.0.1\",\n\"0.0.0.0/0\"]",
            "v.toml:2: trusted_proxies: \"0.0.0.0/0\" takes in a large part",
        ),
        (
            "trusted_proxies = [\"::/0\"]",
            "v.toml:1: trusted_proxies: \"::/0\" takes in a large part",
        ),
        (
            "trusted_proxies = [\"128.0.0.0/1\"]",
            "v.toml:1: trusted_proxies: \"128.0.0.0/1\" takes in",
        ),
        (
            "trusted_proxies = [\"::ffff:0.0.0.0/96\"]",
            "v.toml:1: trusted_proxies: \"::ffff:0.0.0.0/96\" takes in",
        ),
        (
            "issuer = \"https://a.example?x\"",
            "v.toml:1: issuer: an issuer has no query",
        ),
        (
            "trusted_proxies = [\"proxy\"]",
            "v.toml:1: trusted_proxies: \"proxy\" is neither",
        ),
        (
            "hosts = { api = \"https://a\" }",
            "v.toml:1: hosts.api: \"https://a\" is not a host",
        ),
        (
            "hosts = { portal = \"http://dev.localhost:8080\" }",
            "v.toml:1: hosts.portal: \"http://dev.localhost:8080\" is not a host",
        ),
        (
            "issuer = \"https://a.example\"\nhosts = { portal = \"A.example:8443\" }",
            "v.toml:2: hosts.portal: is the issuer's host with another port",
        ),
        (
            "issuer = \"https://a.example/tenant\"\nhosts = { portal = \"dev.a.example\" }",
            "v.toml:2: hosts.portal: goes with an issuer at the root of its host",
        ),
        (
            "issuer = \"https://a.example\"\nhosts = { portal = \"b.example\", api = \"b.example\" }",
            "v.toml:2: hosts.portal: is hosts.api too",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn what_is_fetched_and_what_is_logged_have_their_bounds() {
    for (toml, starts) in [
        (
            "[outbound]\nallow = [\"a.example\",\n\"https://b.example\"]",
            "v.toml:3: outbound.allow: \"https://b.example\" is neither a host nor a network",
        ),
        (
            "[outbound]\nallow = [\"0.0.0.0/0\"]",
            "v.toml:2: outbound.allow: \"0.0.0.0/0\" takes in a large part",
        ),
        (
            "[outbound]\nallow = [\"*.a.example\"]",
            "v.toml:2: outbound.allow: \"*.a.example\" is neither",
        ),
        (
            "[outbound]\nallow = [\"0x7f.1\"]",
            "v.toml:2: outbound.allow: \"0x7f.1\" is neither",
        ),
        (
            "[limits]\npages = { per_minute = 300001, burst = 1 }",
            "v.toml:2: limits.pages.per_minute: 300001 is not between 0 and 300000",
        ),
        (
            "[limits]\nfailures = { per_minute = 1, burst = 0 }",
            "v.toml:2: limits.failures.burst: 0 is not between 1 and 1000000",
        ),
        (
            "[limits]\nconnections = 15",
            "v.toml:2: limits.connections: 15 is not between 16 and 65536",
        ),
        (
            "[limits]\nexempt = [\"the office\"]",
            "v.toml:2: limits.exempt: \"the office\" is neither an address nor a network",
        ),
        (
            "[request_log]\nentries_per_app = 99",
            "v.toml:2: request_log.entries_per_app: 99 is not between 100 and 700000",
        ),
        (
            "[request_log]\nentries = 999",
            "v.toml:2: request_log.entries: 999 is not between 1000 and 100000000",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn each_check_of_tokens_stops_the_start() {
    for (toml, starts) in [
        (
            "[token.lifetimes]\naccess = \"3y\"",
            "v.toml:2: token.lifetimes.access: 3y is not between 1s and 2y",
        ),
        (
            "[token.lifetimes]\nrefresh = \"0s\"",
            "v.toml:2: token.lifetimes.refresh: 0s is not between",
        ),
        (
            "[token.lifetimes]\ncode = \"1h\"",
            "v.toml:2: token.lifetimes.code: 1h is not between 1s and 10m",
        ),
        (
            "[token.lifetimes]\ngrant = \"11y\"",
            "v.toml:2: token.lifetimes.grant: 11y is not between 1s and 10y",
        ),
        (
            "[token.lifetimes]\naccess = \"31d\"",
            "v.toml:2: token.lifetimes.access: 31d is longer than token.lifetimes.refresh, 30d",
        ),
        (
            "[token.lifetimes]\nrefresh = \"1m\"",
            "v.toml:2: token.lifetimes.refresh: 1h is longer than token.lifetimes.refresh, 1m",
        ),
        (
            "[token.rotate]\ngrace = \"2h\"",
            "v.toml:2: token.rotate.grace: 2h is not between",
        ),
        (
            "[token]\nbodies = [\"json\"]",
            "v.toml:2: token.bodies: \"form\" is always taken",
        ),
        (
            "[token]\ntoken_type = \"mac\"",
            "v.toml:2: token.token_type: \"mac\" is not Bearer",
        ),
        (
            "[token.prefix]\naccess = \"a-\"",
            "v.toml:2: token.prefix.access: \"a-\" is not 1 to 16",
        ),
        (
            "[token.prefix]\naccess = \"rt_\"",
            "v.toml:1: token.prefix.refresh: access and refresh tokens both",
        ),
        (
            "[token.errors]\nredirect_mismatch = \"Bad!\"",
            "v.toml:2: token.errors.redirect_mismatch: \"Bad!\"",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn each_check_of_answers_and_devices_stops_the_start() {
    for (toml, starts) in [
        (
            "[token.errors]\ninvalid_token = \"\"",
            "v.toml:2: token.errors.invalid_token: \"\"",
        ),
        (
            "[token]\nextras = { scope = \"user.id\" }",
            "v.toml:2: token.extras.scope: is a member of every token response",
        ),
        (
            "[token.extras]\nuid = \"user.number\"",
            "v.toml:2: token.extras.uid: people have no number here",
        ),
        (
            "[token.extras]\nuid = \"user.password\"",
            "v.toml:2: token.extras.uid: write \"user.number\", \"user.id\", ",
        ),
        (
            "[device]\nlifetime = \"2h\"",
            "v.toml:2: device.lifetime: 2h is not between 1s and 1h",
        ),
        (
            "[device]\nlifetime = \"5s\"\ninterval = \"10s\"",
            "v.toml:3: device.interval: 10s is longer than device.lifetime, 5s",
        ),
        (
            "[device]\ninterval = \"2m\"",
            "v.toml:2: device.interval: 2m is not between 1s and 1m",
        ),
        (
            "[grants]\ndevice_code = true\n[paths]\ndevice = []",
            "v.toml:4: paths.device: the device_code grant needs this endpoint",
        ),
        (
            "[paths]\ntoken = [\"/device\"]",
            "v.toml:2: paths.token: \"/device\" belongs to a page of Valetkey",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn each_check_of_scopes_apps_and_accounts_stops_the_start() {
    for (toml, starts) in [
        (
            "[scopes.a]\n",
            "v.toml:1: scopes.a.sentence: say in plain words",
        ),
        (
            "[scopes.\"a b\"]\nsentence = \"x\"",
            "v.toml:1: scopes.\"a b\": is not a name",
        ),
        (
            "[scopes.\"\"]\nsentence = \"x\"",
            "v.toml:1: scopes.\"\": is not a name",
        ),
        (
            "[scopes.a]\nsentence = \"x\"\ngroup = \"\"",
            "v.toml:3: scopes.a.group: write a heading",
        ),
        (
            "[scopes.a]\nsentence = \"See \\u2066your\\u2069 tasks\"",
            "v.toml:2: scopes.a.sentence: write at most 200 characters",
        ),
        (
            "[scopes.a]\nsentence = \"x\"\ngroup = \"a\\ufeffb\"",
            "v.toml:3: scopes.a.group: write a heading",
        ),
        (
            "[scopes.a]\nsentence = \"x\"\npart_of = [\"b\", \"a\"]",
            "v.toml:3: scopes.a.part_of: \"a\" is not the name of another scope",
        ),
        (
            "[scopes.a]\nsentence = \"x\"\npart_of = [\"b c\"]",
            "v.toml:3: scopes.a.part_of: \"b c\" is not the name of another scope",
        ),
        (
            "[apps]\nunreviewed_people = 1000001",
            "v.toml:2: apps.unreviewed_people: 1000001 is not between 0 and 1000000",
        ),
        (
            "[scopes.a]\nsentence = \"x\"\nrestricted = true\ndefault = true",
            "v.toml:4: scopes.a.default: a restricted scope",
        ),
        (
            "[apps]\nmax_redirect_uris = 0",
            "v.toml:2: apps.max_redirect_uris: 0 is not between",
        ),
        (
            "[accounts]\nmin_password = 4",
            "v.toml:2: accounts.min_password: 4 characters is not",
        ),
        (
            "[accounts]\nsession = \"3y\"",
            "v.toml:2: accounts.session: 3y is not between",
        ),
        (
            "[accounts]\ninteraction = \"2d\"",
            "v.toml:2: accounts.interaction: 2d is not between",
        ),
        (
            "[accounts]\nid = { prefix = \"u:\" }",
            "v.toml:2: accounts.id: \"u:\" is not 1 to 16",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn each_check_of_the_last_tables_stops_the_start() {
    for (toml, starts) in [
        (
            "[grants]\nauthorization_code = false\nclient_credentials = false",
            "v.toml:1: grants: every grant",
        ),
        (
            "[developers]\nintro = \"a\\u200bb\"",
            "v.toml:2: developers.intro: write plain text",
        ),
        (
            "[developers.aliases]\n\"/apps/x\" = \"apps\"",
            "v.toml:1: developers.aliases: \"/apps/x\" belongs to a page",
        ),
        (
            "[developers.aliases]\n\"/oauth2/token\" = \"tokens\"",
            "v.toml:1: developers.aliases: something else is at \"/oauth2/token\"",
        ),
        (
            "[portal]\npath = \"/my/apps\"\n[developers.aliases]\n\"/my/apps\" = \"apps\"",
            "v.toml:3: developers.aliases: something else is at \"/my/apps\"",
        ),
        (
            "[developers.aliases]\n\"/docs/{x}\" = \"apps\"",
            "v.toml:1: developers.aliases: \"/docs/{x}\" is not a plain path",
        ),
        (
            "[developers.aliases]\n\"/docs\" = \"elsewhere\"",
            "v.toml:2: developers.aliases.\"/docs\"",
        ),
        (
            "[tls]\ncert = \"a\"",
            "v.toml:1: tls.key: is missing beside tls.cert",
        ),
        (
            "[storage]\nurl = \"mysql:x\"",
            "v.toml:2: storage.url: only SQLite",
        ),
        (
            "[storage]\nurl = \"sqlite:\"",
            "v.toml:2: storage.url: the path of a file is missing",
        ),
        (
            "[storage]\nurl = \"sqlite:://x\"",
            "v.toml:2: storage.url: the path of a file",
        ),
        (
            "[storage]\nurl = \"sqlite://x\"",
            "v.toml:2: storage.url: a path does not start",
        ),
    ] {
        assert_fault(toml, starts);
    }
}

#[test]
fn paths_are_literal_and_lead_to_one_endpoint() {
    let config = load("[paths]\ntoken = [\"/t/\", \"/t\"]").unwrap();
    assert_eq!(config.paths.token, ["/t/", "/t"]);
    for (paths, starts) in [
        (
            "token = [\"oauth\"]",
            "paths.token: \"oauth\" does not start with a slash",
        ),
        ("token = []", "paths.token: every grant ends"),
        ("authorize = []", "paths.authorize: the authorization_code"),
        (
            "token = [\"/a\", \"/a\"]",
            "paths.token: \"/a\" is listed twice",
        ),
        (
            "token = [\"/oauth2/revoke\"]",
            "paths.revoke: \"/oauth2/revoke\" is listed twice",
        ),
        ("token = [\"/{x}\"]", "paths.token: \"/{x}\" is not a plain"),
        ("token = [\"/a?b\"]", "paths.token: \"/a?b\" is not a plain"),
        (
            "token = [\"/a/:id\"]",
            "paths.token: \"/a/:id\" has a part that begins with a colon",
        ),
        (
            "authorize = [\"/:x\"]",
            "paths.authorize: \"/:x\" has a part that begins with a colon",
        ),
        ("token = [\"/*x\"]", "paths.token: \"/*x\" is not a plain"),
        ("token = [\"/a%20\"]", "paths.token: \"/a%20\" is not"),
        ("token = [\"/a/../b\"]", "paths.token: \"/a/../b\" is not"),
        ("token = [\"//a\"]", "paths.token: \"//a\" has two slashes"),
        ("token = [\"/\"]", "paths.token: \"/\" belongs to"),
        (
            "token = [\"/sign-in\"]",
            "paths.token: \"/sign-in\" belongs",
        ),
        (
            "token = [\"/account/x\"]",
            "paths.token: \"/account/x\" belongs",
        ),
        (
            "token = [\"/.well-known/x\"]",
            "paths.token: \"/.well-known/x\" belongs",
        ),
    ] {
        let fault = fault(&format!("[paths]\n{paths}"));
        let sentence = fault.split_once(": ").unwrap().1;
        assert!(sentence.starts_with(starts), "{fault}");
    }
    assert!(load("[paths]\ntoken = [\"/accounting\"]").is_ok());
}

#[test]
fn names_of_our_own_scopes_are_in_no_catalogue() {
    let entry = "group = \"A\"\nsentence = \"b\"\n";
    assert_fault(
        &format!("[scopes.\"valetkey:apps\"]\n{entry}"),
        "v.toml:1: scopes.\"valetkey:apps\": names that start with valetkey: are for",
    );
}
