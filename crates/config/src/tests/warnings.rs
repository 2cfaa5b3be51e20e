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
    let idle = |warning: &&String| !warning.contains("no effect");
    let told = config.warnings.iter().filter(idle).count();
    assert_eq!(told, 3, "{:?}", config.warnings);
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

#[test]
fn what_has_no_effect_is_warned_about() {
    for (toml, settings) in [
        (
            "[telemetry]\nsample = 0.5\ncallers = [\"10.0.0.7\"]\nservice = \"id\"",
            vec!["telemetry.service", "telemetry.sample", "telemetry.callers"],
        ),
        (
            "[openid]\nacr = \"urn:a\"\nid_token = \"5m\"",
            vec!["openid.id_token", "openid.acr"],
        ),
        (
            "[introductions]\nregistration = \"open\"\nhosts = { \"a.example\" = \"trusted\" }",
            vec!["introductions.hosts"],
        ),
        (
            "[introductions]\ninitial_token = \"aaaaaaaaaaaabbbbbbbbbbbbcccc\"\nunused = \"2d\"",
            vec!["introductions.initial_token", "introductions.unused"],
        ),
        ("[device]\nlifetime = \"5m\"", vec!["device.lifetime"]),
        (
            "[grants]\nrefresh_token = false\n[token]\nrotate = true",
            vec!["token.rotate"],
        ),
        (
            "[passkeys]\nenabled = false\nrp_id = \"localhost\"",
            vec!["passkeys.rp_id"],
        ),
        (
            "[portal]\npage = false\nnew_app = \"New\"",
            vec!["portal.new_app"],
        ),
        (
            "[developers]\npage = false\nintro = \"Hello\"",
            vec!["developers.intro"],
        ),
        (
            "[apps]\nregistration = \"open\"\nunreviewed_people = 5",
            vec!["apps.unreviewed_people"],
        ),
        (
            "[request_log]\nenabled = false\nentries = 5000",
            vec!["request_log.entries"],
        ),
        (
            "[storage]\nurl = \"postgres://v@db.example/v\"\nsynchronous = \"off\"",
            vec!["storage.synchronous"],
        ),
        (
            "[branding]\nmail_footer = \"Acme\"",
            vec!["branding.mail_footer"],
        ),
        ("[paths]\nuserinfo = [\"/me\"]", vec!["paths.userinfo"]),
        ("[paths]\nuserinfo = []", vec![]),
    ] {
        let warnings = load(toml).unwrap().warnings;
        let told = warnings
            .iter()
            .map(|one| one.split_once(" has no effect while "));
        let told: Vec<_> = told.map(|one| one.map(|(name, _)| name)).collect();
        let expected: Vec<_> = settings.into_iter().map(Some).collect();
        assert_eq!(told, expected, "{toml}: {warnings:?}");
    }
}

#[test]
fn a_setting_in_the_table_is_one_that_there_is() {
    let known = crate::known::Known::new();
    for setting in crate::without_effect::settings() {
        let path: Vec<String> = setting.split('.').map(str::to_owned).collect();
        assert_eq!(known.check(&path), Ok(()), "{setting}");
    }
}

#[test]
fn a_unix_socket_needs_its_proxy_to_be_believed() {
    let unix = "issuer = \"https://a.example\"\nlisten = \"unix:/run/v.sock\"\n";
    let warnings = load(unix).unwrap().warnings;
    assert!(
        matches!(&*warnings, [one] if one.contains("name 127.0.0.1 there")),
        "{warnings:?}"
    );
    let other = load(&format!("{unix}trusted_proxies = [\"10.0.0.7\"]")).unwrap();
    assert_eq!(other.warnings, warnings);
    let named = load(&format!("{unix}trusted_proxies = [\"127.0.0.1\"]")).unwrap();
    assert_eq!(named.warnings, Vec::<String>::new());
    // Nobody knows here where systemd listens.
    let systemd = "issuer = \"http://localhost:8080\"\nlisten = \"systemd\"";
    assert_eq!(load(systemd).unwrap().warnings, Vec::<String>::new());
}
