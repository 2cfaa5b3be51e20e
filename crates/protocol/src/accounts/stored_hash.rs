//! The hash of a password as it is stored: how it is verified, and whether that costs more than a sign-in may.
//!
//! Ours are of argon2id. Those that come with people from elsewhere may be of argon2, scrypt, PBKDF2 or bcrypt. Whoever
//! types a password makes the server do the work that the hash asks for, so the work is bounded here, where it is read: a
//! hash that asks for more is none, when people are imported and when somebody signs in.
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use std::fmt;

/// Longest text that is read.
const LONGEST: usize = 512;
/// The bytes of a hash: fewer are met by chance, more are none of ours to compare.
const HASH: std::ops::RangeInclusive<usize> = 16..=64;
/// Longest salt, in bytes.
const LONGEST_SALT: usize = 64;
/// Shortest salt of argon2, in bytes (RFC 9106 §3.1).
const SHORTEST_ARGON2_SALT: usize = 8;

/// The memory that one hash may take, in KiB: 128 MiB.
pub const MOST_MEMORY: u32 = 131_072;
/// The memory that argon2 may pass over, in KiB: 1 GiB, as eight passes over 128 MiB or 32 over 32 MiB.
pub const MOST_PASSED: u64 = 1_048_576;
/// The lanes of argon2.
pub const MOST_LANES: u32 = 16;
/// The blocks of 128 bytes that scrypt may fill, over all its lanes: N × r × p.
pub const MOST_BLOCKS: u64 = 1 << 21;
/// The block size and the lanes of scrypt.
const MOST_OF_SCRYPT: u32 = 64;
/// The rounds of PBKDF2 with SHA-1 or SHA-256, for each block of its output.
pub const MOST_ROUNDS: u64 = 3_000_000;
/// The same with SHA-512, of which one takes twice as long.
pub const MOST_ROUNDS_OF_SHA512: u64 = 1_500_000;
/// The cost of bcrypt: the rounds are two to the power of it.
pub const BCRYPT_COST: std::ops::RangeInclusive<u32> = 4..=14;

/// Which argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argon2Variant {
    /// Argon2d.
    D,
    /// Argon2i.
    I,
    /// Argon2id.
    Id,
}

/// What PBKDF2 calculates with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pbkdf2Digest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Pbkdf2Digest {
    /// The rounds for each block, at most.
    fn most_rounds(self) -> u64 {
        match self {
            Pbkdf2Digest::Sha1 | Pbkdf2Digest::Sha256 => MOST_ROUNDS,
            Pbkdf2Digest::Sha512 => MOST_ROUNDS_OF_SHA512,
        }
    }

    /// The bytes of one block.
    fn len(self) -> usize {
        match self {
            Pbkdf2Digest::Sha1 => 20,
            Pbkdf2Digest::Sha256 => 32,
            Pbkdf2Digest::Sha512 => 64,
        }
    }
}

/// How a password becomes a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Argon2 (RFC 9106).
    Argon2 {
        /// Which.
        variant: Argon2Variant,
        /// 16 or 19.
        version: u32,
        /// KiB.
        memory: u32,
        /// Over the memory.
        passes: u32,
        /// Parts that could be calculated at once.
        lanes: u32,
    },
    /// Scrypt (RFC 7914).
    Scrypt {
        /// The logarithm of N.
        log_n: u8,
        /// Block size.
        r: u32,
        /// Lanes.
        p: u32,
    },
    /// PBKDF2 (RFC 8018 §5.2) with HMAC.
    Pbkdf2 {
        /// With which.
        digest: Pbkdf2Digest,
        /// How often.
        rounds: u32,
    },
    /// Bcrypt, of the first 72 bytes.
    Bcrypt {
        /// The logarithm of the rounds.
        cost: u32,
    },
}

/// A hash, read.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash {
    /// How it is made.
    pub way: Way,
    /// With which salt; 16 bytes of bcrypt.
    pub salt: Vec<u8>,
    /// What comes out; 23 bytes of bcrypt.
    pub hash: Vec<u8>,
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredHash({:?}, …)", self.way)
    }
}

/// Why a text is no hash that a password is compared with. It never holds a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashFault {
    /// It begins like none that is known.
    Unknown,
    /// It begins like one, and goes on otherwise.
    Malformed,
    /// It is keyed, or bound to other data.
    Keyed,
    /// It takes more memory than [`MOST_MEMORY`].
    Memory,
    /// It takes more time than is given to one sign-in.
    Time,
}

/// A sentence without a capital letter and a full stop.
impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HashFault::Unknown => {
                "this is no hash of argon2, scrypt, PBKDF2 or bcrypt in a form that is read here"
            }
            HashFault::Malformed => "this hash is broken: a part is missing, or is not what stands there",
            HashFault::Keyed => "this hash needs a key or data beside the password",
            HashFault::Memory => "this hash costs too much: to compare it would take more than 128 MiB",
            HashFault::Time => {
                "this hash costs too much: argon2 may pass over 1 GiB on 16 lanes, scrypt have an N × r × p of 2097152, \
                 PBKDF2 3000000 rounds, or 1500000 of SHA-512, bcrypt a cost of 14"
            }
        })
    }
}

impl StoredHash {
    /// Reads a hash: a PHC string (`$argon2id$…`, `$scrypt$…`, `$pbkdf2-sha256$…`), bcrypt (`$2b$…`), or PBKDF2 as
    /// Django writes it (`pbkdf2_sha256$…`).
    ///
    /// # Errors
    /// [`HashFault`].
    pub fn parse(text: &str) -> Result<Self, HashFault> {
        if text.len() > LONGEST {
            return Err(HashFault::Malformed);
        }
        let parts: Vec<&str> = text.split('$').collect();
        let stored = match parts.as_slice() {
            ["", "argon2d", rest @ ..] => argon2(Argon2Variant::D, rest)?,
            ["", "argon2i", rest @ ..] => argon2(Argon2Variant::I, rest)?,
            ["", "argon2id", rest @ ..] => argon2(Argon2Variant::Id, rest)?,
            ["", "scrypt", rest @ ..] => scrypt(rest)?,
            ["", "pbkdf2" | "pbkdf2-sha1", rest @ ..] => pbkdf2(Pbkdf2Digest::Sha1, rest)?,
            ["", "pbkdf2-sha256", rest @ ..] => pbkdf2(Pbkdf2Digest::Sha256, rest)?,
            ["", "pbkdf2-sha512", rest @ ..] => pbkdf2(Pbkdf2Digest::Sha512, rest)?,
            ["", "2a" | "2b" | "2y", rest @ ..] => bcrypt(rest)?,
            ["pbkdf2_sha1", rest @ ..] => django(Pbkdf2Digest::Sha1, rest)?,
            ["pbkdf2_sha256", rest @ ..] => django(Pbkdf2Digest::Sha256, rest)?,
            _ => return Err(HashFault::Unknown),
        };
        match stored.salt.len() <= LONGEST_SALT && HASH.contains(&stored.hash.len()) {
            true => stored.bounded(),
            false => Err(HashFault::Malformed),
        }
    }

    /// The same, unless it costs too much.
    fn bounded(self) -> Result<Self, HashFault> {
        let (memory, slow) = match self.way {
            Way::Argon2 {
                memory,
                passes,
                lanes,
                ..
            } => {
                let passed = u64::from(memory) * u64::from(passes);
                (
                    u64::from(memory),
                    passed > MOST_PASSED || lanes > MOST_LANES,
                )
            }
            Way::Scrypt { log_n, r, p } => {
                let filled = u64::from(r).saturating_mul(1 << log_n.min(40));
                let odd = r > MOST_OF_SCRYPT || p > MOST_OF_SCRYPT;
                (
                    filled / 8,
                    odd || filled.saturating_mul(p.into()) > MOST_BLOCKS,
                )
            }
            Way::Pbkdf2 { digest, rounds } => {
                let blocks = self.hash.len().div_ceil(digest.len());
                (0, u64::from(rounds) * blocks as u64 > digest.most_rounds())
            }
            Way::Bcrypt { cost } => (0, cost > *BCRYPT_COST.end()),
        };
        match (memory > u64::from(MOST_MEMORY), slow) {
            (true, _) => Err(HashFault::Memory),
            (false, true) => Err(HashFault::Time),
            (false, false) => Ok(self),
        }
    }
}

fn argon2(variant: Argon2Variant, parts: &[&str]) -> Result<StoredHash, HashFault> {
    let (version, rest) = match parts {
        // A hash that names no version is of the first one.
        [params, _, _] if params.starts_with("m=") => (16, parts),
        [version, rest @ ..] => (
            number(version.strip_prefix("v=").unwrap_or_default())?,
            rest,
        ),
        [] => return Err(HashFault::Malformed),
    };
    let [params, salt, hash] = rest else {
        return Err(HashFault::Malformed);
    };
    if params
        .split(',')
        .any(|one| one.starts_with("keyid=") || one.starts_with("data="))
    {
        return Err(HashFault::Keyed);
    }
    let [memory, passes, lanes] = named(params, ["m", "t", "p"])?;
    let salt = decoded(&PHC, salt)?;
    let lanes_have_room = u64::from(memory) >= 8 * u64::from(lanes);
    let sound = matches!(version, 16 | 19) && passes > 0 && lanes > 0 && lanes_have_room;
    match sound && salt.len() >= SHORTEST_ARGON2_SALT {
        true => Ok(StoredHash {
            way: Way::Argon2 {
                variant,
                version,
                memory,
                passes,
                lanes,
            },
            salt,
            hash: decoded(&PHC, hash)?,
        }),
        false => Err(HashFault::Malformed),
    }
}

fn scrypt(parts: &[&str]) -> Result<StoredHash, HashFault> {
    let [params, salt, hash] = parts else {
        return Err(HashFault::Malformed);
    };
    let [log_n, r, p] = named(params, ["ln", "r", "p"])?;
    let log_n = u8::try_from(log_n).map_err(|_| HashFault::Time)?;
    match log_n > 0 && r > 0 && p > 0 {
        true => Ok(StoredHash {
            way: Way::Scrypt { log_n, r, p },
            salt: decoded(&PHC, salt)?,
            hash: decoded(&PHC, hash)?,
        }),
        false => Err(HashFault::Malformed),
    }
}

/// `i=600000` or `i=600000,l=32`, or the number alone, as Passlib writes it.
fn pbkdf2(digest: Pbkdf2Digest, parts: &[&str]) -> Result<StoredHash, HashFault> {
    let [params, salt, hash] = parts else {
        return Err(HashFault::Malformed);
    };
    let hash = decoded(&PHC, &hash.replace('.', "+"))?;
    let rounds = match (params.starts_with("i="), params.contains(',')) {
        (true, true) => {
            let [rounds, length] = named(params, ["i", "l"])?;
            if length as usize != hash.len() {
                return Err(HashFault::Malformed);
            }
            rounds
        }
        (true, false) => named(params, ["i"]).map(|[rounds]| rounds)?,
        (false, _) => number(params)?,
    };
    of_pbkdf2(
        digest,
        rounds,
        decoded(&PHC, &salt.replace('.', "+"))?,
        hash,
    )
}

/// Django writes the salt as it is, and the hash with its padding.
fn django(digest: Pbkdf2Digest, parts: &[&str]) -> Result<StoredHash, HashFault> {
    let [rounds, salt, hash] = parts else {
        return Err(HashFault::Malformed);
    };
    let salt = salt.as_bytes().to_vec();
    of_pbkdf2(digest, number(rounds)?, salt, decoded(&PHC, hash)?)
}

fn of_pbkdf2(
    digest: Pbkdf2Digest,
    rounds: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
) -> Result<StoredHash, HashFault> {
    match rounds > 0 {
        true => Ok(StoredHash {
            way: Way::Pbkdf2 { digest, rounds },
            salt,
            hash,
        }),
        false => Err(HashFault::Malformed),
    }
}

/// The cost in two digits, and 22 and 31 letters in one.
fn bcrypt(parts: &[&str]) -> Result<StoredHash, HashFault> {
    let [cost, rest] = parts else {
        return Err(HashFault::Malformed);
    };
    let two = cost.len() == 2 && cost.bytes().all(|digit| digit.is_ascii_digit());
    let cost: u32 = cost.parse().map_err(|_| HashFault::Malformed)?;
    match rest.split_at_checked(22) {
        Some((salt, hash)) if two && cost >= *BCRYPT_COST.start() && hash.len() == 31 => {
            Ok(StoredHash {
                way: Way::Bcrypt { cost },
                salt: decoded(&OF_BCRYPT, salt)?,
                hash: decoded(&OF_BCRYPT, hash)?,
            })
        }
        _ => Err(HashFault::Malformed),
    }
}

/// The numbers of `m=65536,t=3,p=4`, by these names and in this order.
fn named<const N: usize>(params: &str, names: [&str; N]) -> Result<[u32; N], HashFault> {
    let mut found = [0; N];
    let mut parts = params.split(',');
    for (found, name) in found.iter_mut().zip(names) {
        let value = parts.next().and_then(|part| part.strip_prefix(name));
        let value = value.and_then(|value| value.strip_prefix('='));
        *found = number(value.ok_or(HashFault::Malformed)?)?;
    }
    match parts.next() {
        None => Ok(found),
        Some(_) => Err(HashFault::Malformed),
    }
}

/// A number without a sign and without zeros before it; one that is too long is one that costs too much.
fn number(text: &str) -> Result<u32, HashFault> {
    let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    match digits && (text.len() == 1 || !text.starts_with('0')) {
        true => text.parse().map_err(|_| HashFault::Time),
        false => Err(HashFault::Malformed),
    }
}

/// Padded or not; the bits that are left over in the last letter tell nothing.
const fn lenient(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, config)
}

static PHC: GeneralPurpose = lenient(&alphabet::STANDARD);
static OF_BCRYPT: GeneralPurpose = lenient(&alphabet::BCRYPT);

fn decoded(engine: &GeneralPurpose, text: &str) -> Result<Vec<u8>, HashFault> {
    engine.decode(text).map_err(|_| HashFault::Malformed)
}

#[cfg(test)]
mod tests;
