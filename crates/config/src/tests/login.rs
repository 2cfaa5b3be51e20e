//! `[login]`: the company's own login.
use super::*;
use protocol::policy::SignUp;

const SECRET: &str = "abcdefghijklmnopqrstuvwx";

fn handoff(rest: &str) -> String {
    format!("issuer = \"https://id.acme.example\"\n[login.handoff]\n{rest}")
}

#[test]
fn people_sign_in_there_and_nobody_makes_an_account_here() {
    let url = "url = \"https://app.acme.example/login?from=api\"\n";
    let config = load(&handoff(&format!("{url}secrets = [\"{SECRET}\"]"))).unwrap();
    let own = config.handoff.expect("a hand-off");
    assert_eq!(own.url.as_str(), "https://app.acme.example/login?from=api");
    assert_eq!(own.secrets.len(), 1);
    assert!(config.policy.external_ids);
    assert_eq!(config.policy.accounts.sign_up, SignUp::Off);
    let without = load("").unwrap();
    assert!(without.handoff.is_none() && !without.policy.external_ids);
}

#[test]
fn what_is_wrong_is_told() {
    let url = "url = \"https://app.acme.example/login\"\n";
    let secrets = format!("secrets = [\"{SECRET}\"]\n");
    let three = format!("secrets = [\"{SECRET}1\", \"{SECRET}2\", \"{SECRET}3\"]\n");
    for (rest, setting) in [
        (secrets.clone(), "login.handoff.url"),
        (
            format!("url = \"http://app.acme.example/login\"\n{secrets}"),
            "login.handoff.url",
        ),
        (
            format!("url = \"https://app.acme.example/login#top\"\n{secrets}"),
            "login.handoff.url",
        ),
        (
            format!("url = \"https://me:pw@app.acme.example/\"\n{secrets}"),
            "login.handoff.url",
        ),
        (format!("url = \"/login\"\n{secrets}"), "login.handoff.url"),
        (url.to_owned(), "login.handoff.secret_files"),
        (
            format!("{url}secrets = [\"short\"]"),
            "login.handoff.secrets",
        ),
        (
            format!("{url}secret_files = [\"missing\"]"),
            "login.handoff.secret_files",
        ),
        (format!("{url}{three}"), "login.handoff.secrets"),
        (
            format!("{url}{secrets}[accounts]\nsign_up = \"open\""),
            "accounts.sign_up",
        ),
    ] {
        let faults = load(&handoff(&rest)).unwrap_err().to_string();
        assert!(faults.contains(setting), "{rest}: {faults}");
    }
}

#[test]
fn the_companys_words_are_for_those_of_apps() {
    let url = "url = \"https://app.acme.example/login\"\n";
    let on = format!("{url}secrets = [\"{SECRET}\"]\n");
    let openid = "[openid]\nenabled = true\nacr = \"one\"\nsecond_factor_acr = \"two\"\n";
    let of = |acr: &str| load(&handoff(&format!("{on}acr = {acr}\n{openid}")));
    assert!(of("{ one = \"silver\", two = \"gold\" }").is_ok());
    assert!(of("{ two = \"one-and-another\" }").is_ok());
    for (acr, setting) in [
        ("{ three = \"gold\" }", "login.handoff.acr.three"),
        ("{ two = \"with space\" }", "login.handoff.acr.two"),
        ("{ two = \"\" }", "login.handoff.acr.two"),
        ("{ two = \"one\" }", "login.handoff.acr: calls"),
    ] {
        let faults = of(acr).unwrap_err().to_string();
        assert!(faults.contains(setting), "{acr}: {faults}");
    }
    let without = load(&handoff(&format!("{on}acr = {{ two = \"gold\" }}")));
    let faults = without.unwrap_err().to_string();
    assert!(faults.contains("is no word of apps"), "{faults}");
}
