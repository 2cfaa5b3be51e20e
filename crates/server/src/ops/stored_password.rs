//! Whether a password has a stored hash: ours, or one of those that came with people from elsewhere.
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::pbkdf2;
use protocol::accounts::password::prepared;
use protocol::accounts::stored_hash::{Argon2Variant, Pbkdf2Digest, StoredHash, Way};
use std::num::NonZeroU32;

/// What an unknown address is checked against, so that it takes as long as a known one: random bytes that are
/// the hash of no known password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ryGpcWCUFg1aS5D0Ml2xWw$XJ9Ac13o/kqQs6FnTRGtg5HoqNCyS/4T1MeGdP0ALfM";

/// How much of a password bcrypt looks at, in bytes.
const OF_BCRYPT: usize = 72;

/// What a password is to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// Another one.
    Wrong,
    /// The one that was hashed.
    Right,
    /// The one that was hashed, in a way that is weaker than ours: it is worth hashing anew.
    Outdated,
}

impl Checked {
    /// Whether it is the one that was hashed.
    pub(crate) fn is_right(self) -> bool {
        match self {
            Checked::Wrong => false,
            Checked::Right | Checked::Outdated => true,
        }
    }
}

/// What one hash works in.
pub(super) type Memory = Vec<Block>;

/// Whether a password has this hash. Earlier releases hashed it as it was typed, and so do others, so one whose letters are
/// composed in another way is tried as typed too: always, so that the time tells nothing. No hash makes an empty one right.
pub(super) fn verify(password: &str, stored: Option<&str>, memory: &mut Memory) -> Checked {
    let known = stored.and_then(|stored| StoredHash::parse(stored).ok());
    let Some(hash) = known else {
        nobody(password, memory);
        return Checked::Wrong;
    };
    let weaker = is_weaker(&hash);
    if weaker {
        // What is done sooner would tell that there is an account.
        nobody(password, memory);
    }
    match has_either(password, &hash, memory) && !password.is_empty() {
        true if weaker => Checked::Outdated,
        true => Checked::Right,
        false => Checked::Wrong,
    }
}

/// Works as long as for a hash of ours.
fn nobody(password: &str, memory: &mut Memory) {
    if let Ok(nobody) = StoredHash::parse(NOBODY) {
        has_either(password, &nobody, memory);
    }
}

fn has_either(password: &str, hash: &StoredHash, memory: &mut Memory) -> bool {
    let ready = prepared(password);
    let mut right = has(&ready, hash, memory).unwrap_or(false);
    if ready != password {
        right |= has(password, hash, memory).unwrap_or(false);
    }
    right
}

/// Whether a hash was made with another algorithm than ours, or whoever guesses has less to do for it: that is memory,
/// as often as it is passed over.
pub(crate) fn is_weaker(hash: &StoredHash) -> bool {
    let work = |memory: u32, passes: u32| u64::from(memory) * u64::from(passes);
    let ours = work(Params::DEFAULT_M_COST, Params::DEFAULT_T_COST);
    match hash.way {
        Way::Argon2 {
            variant: Argon2Variant::Id,
            version,
            memory,
            passes,
            ..
        } => version != u32::from(Version::default()) || work(memory, passes) < ours,
        Way::Argon2 { .. } | Way::Scrypt { .. } | Way::Pbkdf2 { .. } | Way::Bcrypt { .. } => true,
    }
}

/// Whether a password has this hash, by the hash's own parameters; compared in constant time. `None` when the library
/// does not take them.
fn has(password: &str, stored: &StoredHash, memory: &mut Memory) -> Option<bool> {
    let (password, salt, hash) = (password.as_bytes(), &stored.salt, &stored.hash);
    let mut out = vec![0; hash.len()];
    match stored.way {
        Way::Argon2 {
            variant,
            version,
            memory: kib,
            passes,
            lanes,
        } => {
            let algorithm = match variant {
                Argon2Variant::D => Algorithm::Argon2d,
                Argon2Variant::I => Algorithm::Argon2i,
                Argon2Variant::Id => Algorithm::Argon2id,
            };
            let version = Version::try_from(version).ok()?;
            let params = Params::new(kib, passes, lanes, Some(hash.len())).ok()?;
            memory.resize(params.block_count(), Block::new());
            Argon2::new(algorithm, version, params)
                .hash_password_into_with_memory(password, salt, &mut out, &mut memory[..])
                .ok()?;
        }
        Way::Scrypt { log_n, r, p } => {
            let params = scrypt::Params::new(log_n, r, p).ok()?;
            scrypt::scrypt(password, salt, &params, &mut out).ok()?;
        }
        Way::Pbkdf2 { digest, rounds } => {
            let algorithm = match digest {
                Pbkdf2Digest::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
                Pbkdf2Digest::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
                Pbkdf2Digest::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
            };
            pbkdf2::derive(
                algorithm,
                NonZeroU32::new(rounds)?,
                salt,
                password,
                &mut out,
            );
        }
        Way::Bcrypt { cost } => {
            // A zero ends it, if there is room.
            let ended = [password, &[0]].concat();
            let read = &ended[..ended.len().min(OF_BCRYPT)];
            let made = bcrypt::bcrypt(cost, salt.as_slice().try_into().ok()?, read);
            out.copy_from_slice(made.get(..hash.len())?);
        }
    }
    Some(verify_slices_are_equal(&out, hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::hasher::hash;
    use super::*;
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    #[test]
    fn only_the_right_password_of_a_known_account_is_accepted() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // What another hash left in the memory changes nothing.
        let mut memory = Memory::new();
        for _ in 0..2 {
            let mut check = |password, stored| verify(password, stored, &mut memory);
            assert_eq!(check("correct horse", Some(&*stored)), Checked::Right);
            assert_eq!(check("wrong", Some(&stored)), Checked::Wrong);
            assert_eq!(check("correct horse", None), Checked::Wrong);
            assert_eq!(check("correct horse", Some("not a hash")), Checked::Wrong);
        }
    }

    #[test]
    fn a_hash_is_checked_by_its_own_parameters() {
        let params = Params::new(1_024, 3, 2, Some(24)).unwrap();
        let other = Argon2::new(Algorithm::Argon2i, Version::V0x10, params);
        let stored = other.hash_password(b"correct horse").unwrap().to_string();
        let mut memory = vec![Block::new(); 7];
        let mut check = |password, stored| verify(password, stored, &mut memory);
        assert_eq!(check("correct horse", Some(&*stored)), Checked::Outdated);
        assert_eq!(check("wrong", Some(&stored)), Checked::Wrong);
        assert!(
            Argon2::default()
                .verify_password(b"correct horse", stored.as_str())
                .is_ok()
        );
    }

    #[test]
    fn less_work_than_ours_is_outdated_and_more_is_not() {
        for (memory, passes, checked) in [
            (19_456, 1, Checked::Outdated),
            (9_728, 3, Checked::Outdated),
            (19_456, 2, Checked::Right),
            (47_104, 1, Checked::Right),
        ] {
            let params = Params::new(memory, passes, 1, None).unwrap();
            let other = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let stored = other.hash_password(b"correct horse").unwrap().to_string();
            let mut room = Memory::new();
            assert_eq!(
                verify("correct horse", Some(&stored), &mut room),
                checked,
                "{memory} {passes}"
            );
            assert_eq!(verify("wrong", Some(&stored), &mut room), Checked::Wrong);
        }
    }

    #[test]
    fn a_password_is_one_however_its_letters_are_composed() {
        let (composed, apart) = ("Zo\u{eb} a pass\u{e9}", "Zoe\u{308}\u{a0}a passe\u{301}");
        let mut memory = Memory::new();
        for typed in [composed, apart] {
            let stored = hash(typed).unwrap();
            for again in [composed, apart] {
                let checked = verify(again, Some(&stored), &mut memory);
                assert!(checked.is_right(), "{typed} {again}");
            }
            assert!(!verify("Zoe a passe", Some(&stored), &mut memory).is_right());
            assert!(!verify(apart, None, &mut memory).is_right());
        }
        // As earlier releases hashed.
        let old = Argon2::default().hash_password(apart.as_bytes());
        let old = old.unwrap().to_string();
        let typed = verify(apart, Some(&old), &mut memory);
        assert!(typed.is_right(), "as it was typed");
        assert!(!verify(composed, Some(&old), &mut memory).is_right());
    }

    #[test]
    fn published_hashes_of_each_form_are_verified() {
        let mut memory = Memory::new();
        for (password, stored) in [
            // The tests of the reference implementation of argon2.
            (
                "password",
                "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            ),
            (
                "password",
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            ),
            (
                "password",
                "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
            ),
            // RFC 7914 §12 and §11.
            (
                "password",
                "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA",
            ),
            (
                "passwd",
                "$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
            ),
            // RFC 6070 §2.
            (
                "password",
                "$pbkdf2-sha1$i=4096,l=20$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE",
            ),
            // Passlib's documentation.
            (
                "toomanysecrets",
                "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
            ),
            // Python's hashlib.
            (
                "correct horse",
                "$pbkdf2-sha512$i=1000$c2l4dGVlbiBieXRlcyBvaw$ptC31WcrIu8vobeNmAXW9rpZ5E4T2srS8/KfngxDyeBPCt71EVKiVS5+JogM4VX3GqOfUeU6OHd96qo0eH6lLQ",
            ),
            (
                "correct horse",
                "pbkdf2_sha256$1000$plainSalt$qfnDk7kJPHYHtjLk9tmIqkv03GjoSiFgGQZiuI94RxY=",
            ),
            // The tests of jBCrypt, and PHP's manual.
            (
                "a",
                "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
            ),
            (
                "abcdefghijklmnopqrstuvwxyz",
                "$2b$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz.",
            ),
            (
                "rasmuslerdorf",
                "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq",
            ),
        ] {
            let mut check = |typed: &str| verify(typed, Some(stored), &mut memory);
            // One of these is worth more than ours.
            let right = match stored.starts_with("$argon2id$") {
                true => Checked::Right,
                false => Checked::Outdated,
            };
            assert_eq!(check(password), right, "{stored}");
            assert_eq!(check(&format!("{password}.")), Checked::Wrong, "{stored}");
            assert_eq!(check(""), Checked::Wrong, "{stored}");
        }
    }

    #[test]
    fn no_hash_makes_an_empty_password_right() {
        let mut memory = Memory::new();
        let of_nothing = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";
        let ours = hash("").unwrap();
        for stored in [of_nothing, &ours] {
            assert_eq!(verify("", Some(stored), &mut memory), Checked::Wrong);
        }
    }

    #[test]
    fn bcrypt_looks_at_72_bytes() {
        let mut memory = Memory::new();
        let long = "x".repeat(80);
        let salt = [7; 16];
        let made = bcrypt::bcrypt(4, salt, &long.as_bytes()[..72]);
        let stored = format!(
            "$2b$04${}{}",
            &bcrypt_text(&salt)[..22],
            &bcrypt_text(&made[..23])[..31]
        );
        let mut check = |typed: &str| verify(typed, Some(&stored), &mut memory);
        assert!(check(&long).is_right() && check(&long[..72]).is_right());
        assert!(!check(&long[..71]).is_right());
    }

    fn bcrypt_text(bytes: &[u8]) -> String {
        use base64::Engine;
        bcrypt::BASE_64.encode(bytes)
    }

    #[test]
    fn whatever_is_checked_takes_a_hash_of_ours_at_least() {
        // What takes no time, what is no hash, what costs too much, and nobody at all.
        let cheap = "$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw";
        let dear = "$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        for stored in [Some(cheap), Some("not a hash"), Some(""), Some(dear), None] {
            let mut memory = Memory::new();
            assert_eq!(verify("wrong", stored, &mut memory), Checked::Wrong);
            assert_eq!(memory.len(), Params::DEFAULT.block_count(), "{stored:?}");
        }
    }
}
