//! Checks of the test side.
use super::checks::Checks;
use super::settings::TestCredentials;
use protocol::accounts::people::NewAccount;
use protocol::policy::AccountPolicy;
use protocol::types::TEST_MARK;

/// The shortest published secret that is not warned about, without its mark: 96 bits in base62 have 17.
const SHORT: usize = 16;

/// Checks `[test]`; the credentials that are published, if there are any.
pub(super) fn test_side(
    checks: &mut Checks<'_>,
    accounts: &AccountPolicy,
) -> Option<TestCredentials> {
    let test = &checks.settings().test;
    let credentials = test.credentials.as_ref()?;
    if !test.mode {
        let what = "these work in test mode only: write mode = true under [test]";
        checks.fault("test.credentials", what);
    }
    for (key, value) in [
        ("client_id", &credentials.client_id),
        ("client_secret", &credentials.client_secret),
    ] {
        let rest = value.strip_prefix(TEST_MARK).unwrap_or_default();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        if !((1..=100).contains(&rest.len()) && rest.bytes().all(plain)) {
            let what = format!(
                "starts with {TEST_MARK} and goes on with letters, digits, _ and -: write it like \"{TEST_MARK}abc123\""
            );
            checks.fault(&format!("test.credentials.{key}"), what);
        }
    }
    if is_guessable(&credentials.client_secret) {
        checks.warn(format!(
            "test.credentials.client_secret can be guessed: whoever does can pretend to be your documentation's test app, so make it {TEST_MARK} and {SHORT} or more random characters"
        ));
    }
    let account = NewAccount {
        email: credentials.email.clone(),
        name: "Test".to_owned(),
        password: credentials.password.clone(),
    };
    for fault in account.published_faults(accounts) {
        let path = format!("test.credentials.{}", fault.field);
        checks.fault(&path, fault.fault.to_string());
    }
    Some(credentials.clone())
}

fn is_guessable(secret: &str) -> bool {
    let rest = secret.strip_prefix(TEST_MARK).unwrap_or_default();
    let different: std::collections::BTreeSet<u8> = rest.bytes().collect();
    rest.len() < SHORT || different.len() < SHORT / 2
}
