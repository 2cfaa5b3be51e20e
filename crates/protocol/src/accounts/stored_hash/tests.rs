//! Hashes of each form, what costs too much, and what is none.
use super::*;

fn fault(text: &str) -> HashFault {
    StoredHash::parse(text).expect_err(text)
}

fn way(text: &str) -> Way {
    StoredHash::parse(text).expect(text).way
}

const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
const HASH_32: &str = "RdescudvJCsgt3ub+b4dWRWJTmaaJObGRdescudvJCs";

#[test]
fn each_form_is_read() {
    let variants = [
        ("argon2id", Argon2Variant::Id),
        ("argon2i", Argon2Variant::I),
        ("argon2d", Argon2Variant::D),
    ];
    for (name, variant) in variants {
        let text = format!("${name}$v=19$m=65536,t=3,p=4${SALT}${HASH_32}");
        let read = StoredHash::parse(&text).unwrap();
        let expected = Way::Argon2 {
            variant,
            version: 19,
            memory: 65_536,
            passes: 3,
            lanes: 4,
        };
        assert_eq!(read.way, expected);
        assert_eq!((read.salt.len(), read.hash.len()), (16, 32));
    }
    // Without a version it is the first one, as the reference implementation reads it.
    let old = format!("$argon2i$m=4096,t=3,p=1${SALT}${HASH_32}");
    assert!(matches!(way(&old), Way::Argon2 { version: 16, .. }));
    let scrypt = format!("$scrypt$ln=16,r=8,p=1${SALT}${HASH_32}");
    assert_eq!(
        way(&scrypt),
        Way::Scrypt {
            log_n: 16,
            r: 8,
            p: 1
        }
    );
    for (text, digest, rounds) in [
        (
            format!("$pbkdf2-sha256$i=600000,l=32${SALT}${HASH_32}"),
            Pbkdf2Digest::Sha256,
            600_000,
        ),
        (
            format!("$pbkdf2-sha256$29000${SALT}${}", HASH_32.replace('+', ".")),
            Pbkdf2Digest::Sha256,
            29_000,
        ),
        (
            format!("$pbkdf2-sha512$i=210000${SALT}${HASH_32}"),
            Pbkdf2Digest::Sha512,
            210_000,
        ),
        (
            format!("$pbkdf2$131000${SALT}${HASH_32}"),
            Pbkdf2Digest::Sha1,
            131_000,
        ),
        (
            format!("$pbkdf2-sha1$i=1${SALT}${HASH_32}="),
            Pbkdf2Digest::Sha1,
            1,
        ),
        (
            format!("pbkdf2_sha256$1200000$plainSalt${HASH_32}="),
            Pbkdf2Digest::Sha256,
            1_200_000,
        ),
    ] {
        assert_eq!(way(&text), Way::Pbkdf2 { digest, rounds }, "{text}");
    }
    for version in ["2a", "2b", "2y"] {
        let text = format!("${version}$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy");
        let read = StoredHash::parse(&text).unwrap();
        assert_eq!(read.way, Way::Bcrypt { cost: 10 });
        assert_eq!((read.salt.len(), read.hash.len()), (16, 23));
    }
}

#[test]
fn what_costs_more_than_a_sign_in_may_is_refused() {
    let argon2 = |params: &str| format!("$argon2id$v=19${params}${SALT}${HASH_32}");
    let scrypt = |params: &str| format!("$scrypt${params}${SALT}${HASH_32}");
    let pbkdf2 = |params: &str| format!("$pbkdf2-sha256${params}${SALT}${HASH_32}");
    let bcrypt =
        |cost: &str| format!("$2b${cost}$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy");
    for (at_most, beyond, told) in [
        (
            argon2("m=131072,t=8,p=1"),
            argon2("m=131073,t=1,p=1"),
            HashFault::Memory,
        ),
        (
            argon2("m=65536,t=16,p=4"),
            argon2("m=65536,t=17,p=4"),
            HashFault::Time,
        ),
        (
            argon2("m=4096,t=1,p=16"),
            argon2("m=4096,t=1,p=17"),
            HashFault::Time,
        ),
        (
            argon2("m=8,t=131072,p=1"),
            argon2("m=8,t=4294967295,p=1"),
            HashFault::Time,
        ),
        (
            scrypt("ln=17,r=8,p=1"),
            scrypt("ln=18,r=8,p=1"),
            HashFault::Memory,
        ),
        (
            scrypt("ln=17,r=8,p=2"),
            scrypt("ln=17,r=8,p=3"),
            HashFault::Time,
        ),
        (
            scrypt("ln=14,r=8,p=16"),
            scrypt("ln=255,r=8,p=1"),
            HashFault::Memory,
        ),
        (
            scrypt("ln=1,r=64,p=64"),
            scrypt("ln=1,r=65,p=1"),
            HashFault::Time,
        ),
        (
            scrypt("ln=10,r=8,p=1"),
            scrypt("ln=1,r=4294967295,p=4294967295"),
            HashFault::Memory,
        ),
        (
            pbkdf2("i=3000000,l=32"),
            pbkdf2("i=3000001,l=32"),
            HashFault::Time,
        ),
        (pbkdf2("i=1"), pbkdf2("i=99999999999999"), HashFault::Time),
        (bcrypt("14"), bcrypt("15"), HashFault::Time),
        (bcrypt("04"), bcrypt("31"), HashFault::Time),
    ] {
        assert!(StoredHash::parse(&at_most).is_ok(), "{at_most}");
        assert_eq!(fault(&beyond), told, "{beyond}");
    }
}

#[test]
fn more_output_is_more_work() {
    // Two blocks of SHA-256 are twice the rounds.
    let long = "A".repeat(86);
    let two = |rounds: u32| format!("$pbkdf2-sha256$i={rounds}${SALT}${long}");
    assert!(StoredHash::parse(&two(1_500_000)).is_ok());
    assert_eq!(fault(&two(1_500_001)), HashFault::Time);
    let of_sha512 = |rounds: u32| format!("$pbkdf2-sha512$i={rounds}${SALT}${long}");
    assert!(StoredHash::parse(&of_sha512(1_500_000)).is_ok());
    assert_eq!(fault(&of_sha512(1_500_001)), HashFault::Time);
}

#[test]
fn what_is_none_is_told_from_what_is_broken() {
    for unknown in [
        "",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "{SSHA}0c1d",
        "$1$salt$hash",
        "$5$rounds=5000$salt$hash",
        "$6$salt$hash",
        "$2x$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
        "$argon2$v=19$m=8,t=1,p=1$c$h",
        "bcrypt_sha256$$2b$12$x",
        "argon2id$v=19$m=8",
    ] {
        assert_eq!(fault(unknown), HashFault::Unknown, "{unknown}");
    }
    for broken in [
        "$argon2id$".to_owned(),
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ".to_owned(),
        format!("$argon2id$v=18$m=65536,t=3,p=4${SALT}${HASH_32}"),
        format!("$argon2id$v=19$t=3,m=65536,p=4${SALT}${HASH_32}"),
        format!("$argon2id$v=19$m=065536,t=3,p=4${SALT}${HASH_32}"),
        format!("$argon2id$v=19$m=-1,t=3,p=4${SALT}${HASH_32}"),
        format!("$argon2id$v=19$m=65536,t=0,p=4${SALT}${HASH_32}"),
        format!("$argon2id$v=19$m=8,t=1,p=2${SALT}${HASH_32}"),
        format!("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA${HASH_32}"),
        format!("$argon2id$v=19$m=65536,t=3,p=4${SALT}$c2hvcnQ"),
        format!("$argon2id$v=19$m=65536,t=3,p=4${SALT}${}", "A".repeat(100)),
        format!("$argon2id$v=19$m=65536,t=3,p=4${SALT}$é{HASH_32}"),
        format!("$scrypt$ln=0,r=8,p=1${SALT}${HASH_32}"),
        format!("$scrypt$ln=14,r=8${SALT}${HASH_32}"),
        format!("$pbkdf2-sha256$i=0${SALT}${HASH_32}"),
        format!("$pbkdf2-sha256$i=1000,l=20${SALT}${HASH_32}"),
        format!("$pbkdf2-sha256$${SALT}${HASH_32}"),
        "$2b$10$tooshort".to_owned(),
        "$2b$1$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy".to_owned(),
        "$2b$03$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy".to_owned(),
        "$2b$10$N9qo8uLOickgx2ZMRZoMy\u{e9}IjZAgcfl7p92ldGxad68LJZdL17lhW".to_owned(),
        format!(
            "$argon2id$v=19$m=65536,t=3,p=4${SALT}${HASH_32}${}",
            "x".repeat(600)
        ),
    ] {
        assert_eq!(fault(&broken), HashFault::Malformed, "{broken}");
    }
    let keyed = format!("$argon2id$v=19$m=65536,t=3,p=4,keyid=Zm9v${SALT}${HASH_32}");
    assert_eq!(fault(&keyed), HashFault::Keyed);
}

#[test]
fn nothing_of_a_hash_is_told() {
    let text = format!("$scrypt$ln=14,r=8,p=1${SALT}${HASH_32}");
    let shown = format!("{:?}", StoredHash::parse(&text).unwrap());
    assert!(!shown.contains("salt: ["), "{shown}");
    assert_eq!(shown, "StoredHash(Scrypt { log_n: 14, r: 8, p: 1 }, …)");
}
