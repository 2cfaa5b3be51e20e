//! `[sealing]`: where the keys are.
use super::*;
use crate::SealingKeys;

#[test]
fn keys_are_the_servers_own_or_come_from_one_place() {
    assert_eq!(load("").unwrap().sealing, SealingKeys::Own);
    let named = load("[sealing]\nkeys_file = \"x.keys\"").unwrap().sealing;
    let SealingKeys::File(file) = named else {
        panic!("{named:?}");
    };
    assert!(file.is_absolute() && file.ends_with("x.keys"), "{file:?}");
    let variable = [("VALETKEY_SEALING__KEYS_FILE", "/run/keys")];
    let by_variable = load_with("", &variable, &Overrides::default()).unwrap();
    assert_eq!(by_variable.sealing, SealingKeys::File("/run/keys".into()));
    let variable = [("VALETKEY_SEALING__KEYS", "12345678")];
    let by_variable = load_with("", &variable, &Overrides::default()).unwrap();
    assert!(matches!(&by_variable.sealing, SealingKeys::Text(text) if text.0 == "12345678"));
    assert!(!format!("{by_variable:?}").contains("12345678"));
    let both = fault("[sealing]\nkeys = \"a\"\nkeys_file = \"b\"");
    assert_eq!(
        both,
        "v.toml:3: sealing.keys_file: stands beside sealing.keys: one of them is enough"
    );
}
