//! What is allowed but deserves a second look.
use super::{EVERY, load};

#[test]
fn what_deserves_a_second_look_is_warned_about() {
    let config = load(
        "issuer = \"https://a.example\"\n[token]\nbodies = [\"form\", \"query\"]\nlifetimes = { access = \"2y\", refresh = \"2y\", grant = \"366d\" }\n[storage]\nsynchronous = \"normal\"",
    );
    let warnings = config.unwrap().warnings;
    for (warning, starts) in warnings.iter().zip([
        "token.lifetimes.access is 2y, but token.lifetimes.grant ends it after 366d",
        "token.lifetimes.refresh is 2y, but ",
        "token.lifetimes.access is 2y: ",
        "token.lifetimes.refresh is 2y: ",
        "token.bodies has \"query\": ",
        "storage.synchronous is not full: ",
        "the issuer is https, but ",
    ]) {
        assert!(warning.starts_with(starts), "{warning}");
    }
    assert_eq!(warnings.len(), 7);
}

#[test]
fn what_acts_later_is_told_with_the_rest() {
    let config = load(EVERY).unwrap();
    let starts = [
        "token.bodies has \"query\"",
        "token.rotate is false",
        "outbound.allow lets developers have the server fetch from keys.corp.example, 10.1.0.0/16, fd00::7/128",
    ];
    for (warning, start) in config.warnings.iter().zip(starts) {
        assert!(warning.starts_with(start), "{warning}");
    }
    assert_eq!(config.warnings.len(), 3, "{:?}", config.warnings);
}

#[test]
fn what_weakens_a_provider_is_warned_about() {
    for (toml, starts) in [
        (
            "issuer = \"https://a.example\"\nlisten = \"0.0.0.0:80\"",
            "0.0.0.0:80 is reached from elsewhere over plain http",
        ),
        ("[token]\nrotate = false", "token.rotate is false: "),
        (
            "[branding]\naccent = \"#ffe600\"",
            "branding.accent is hard to read on light pages, so they have the nearest colour that is not: write \"#",
        ),
        (
            "[branding]\naccent_dark = \"#00f\"",
            "branding.accent_dark is hard to read on dark pages",
        ),
        (
            "trusted_proxies = [\"104.0.0.0/8\"]",
            "trusted_proxies has 104.0.0.0/8: ",
        ),
        (
            "[test]\nmode = true\ncredentials = { client_id = \"test_a\", client_secret = \"test_x\", email = \"a@b.example\", password = \"a long enough secret\" }",
            "test.credentials.client_secret can be guessed",
        ),
        (
            "[test]\nmode = true\ncredentials = { client_id = \"test_a\", client_secret = \"test_aaaaaaaaaaaaaaaaaaaaaaaa\", email = \"a@b.example\", password = \"a long enough secret\" }",
            "test.credentials.client_secret can be guessed",
        ),
        (
            "hosts = { portal = \"LOCALHOST:8080\" }",
            "hosts.portal is the issuer's own host",
        ),
        (
            "hosts = { portal = \"dev.localhost:8080\" }\nportal = { page = false }\ndevelopers = { page = false }",
            "hosts.portal has no effect",
        ),
        (
            "hosts = { portal = \"dev.localhost:8080\" }\npaths = { authorize = [] }\ngrants = { authorization_code = false }",
            "hosts.portal: nobody can sign in on that host",
        ),
        (
            "hosts = { api = \"api.localhost\" }\npaths = { token_info = [] }",
            "hosts.api has no effect",
        ),
    ] {
        let warnings = load(toml).unwrap().warnings;
        let [only] = warnings.as_slice() else {
            panic!("{toml}: {warnings:?}");
        };
        assert!(only.starts_with(starts), "{only}");
    }
    for narrow in [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "fc00::/7",
        "104.16.0.0/13",
        "2400:cb00::/32",
    ] {
        let config = load(&format!("trusted_proxies = [\"{narrow}\"]")).unwrap();
        assert_eq!(config.warnings, Vec::<String>::new(), "{narrow}");
    }
}

#[test]
fn a_printed_path_of_what_is_off_is_warned_about() {
    let config = load("[developers.aliases]\n\"/auth/device\" = \"device-code\"").unwrap();
    let told =
        "developers.aliases.\"/auth/device\" has no effect: what its page is about is switched off";
    assert_eq!(config.warnings, [told]);
    let on =
        "[grants]\ndevice_code = true\n[developers.aliases]\n\"/auth/device\" = \"device-code\"";
    assert!(load(on).unwrap().warnings.is_empty());
}
