//! Checks of the test side.
use super::fault::ConfigFault;
use super::layers::Layers;
use super::settings::TestCredentials;
use protocol::accounts::people::NewAccount;
use protocol::policy::AccountPolicy;
use protocol::types::TEST_MARK;

/// Checks `[test]`; the credentials that are published, if there are any.
pub(super) fn test_side(
    layers: &Layers,
    accounts: &AccountPolicy,
) -> Result<Option<TestCredentials>, ConfigFault> {
    let test = &layers.settings.test;
    let Some(credentials) = &test.credentials else {
        return Ok(None);
    };
    if !test.mode {
        let what = "these work in test mode only: write mode = true under [test]";
        return Err(layers.fault("test.credentials", what));
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
            return Err(layers.fault(&format!("test.credentials.{key}"), what));
        }
    }
    let account = NewAccount {
        email: credentials.email.clone(),
        name: "Test".to_owned(),
        password: credentials.password.clone(),
    };
    match account.published_faults(accounts).first() {
        Some(fault) => Err(layers.fault(
            &format!("test.credentials.{}", fault.field),
            fault.sentence.clone(),
        )),
        None => Ok(Some(credentials.clone())),
    }
}
