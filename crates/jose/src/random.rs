//! Random bytes from the operating system's seeded generator.

/// `N` random bytes.
///
/// # Panics
/// When the system has no randomness to give, in which case nothing secret may be made at all.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    aws_lc_rs::rand::fill(&mut out).expect("the system's random generator answers");
    out
}
