//! The little DER and PEM that keys need beside what the library reads.
use base64::{Engine, engine::general_purpose::STANDARD};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// Whether it is one sequence, and nothing behind it.
pub(super) fn is_one_sequence(der: &[u8]) -> bool {
    element(der, SEQUENCE).is_some_and(|(_, rest)| rest.is_empty())
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 §A.1.1), without leading zeros.
pub(super) fn rsa_components(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (body, _) = element(der, SEQUENCE)?;
    let (n, rest) = element(body, INTEGER)?;
    let (e, _) = element(rest, INTEGER)?;
    let plain = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    Some((plain(n), plain(e)))
}

/// The content of the element of this tag that `der` begins with, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let add = |all: usize, byte: &u8| all << 8 | usize::from(*byte);
            (length.iter().fold(0, add), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The bytes between the lines of PEM that say `PRIVATE KEY` (RFC 7468 §10); what stands before or after is passed over.
pub(super) fn private_key_of_pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_is_cut_short_is_none() {
        assert_eq!(element(&[2, 1, 5, 9], 2), Some((&[5][..], &[9][..])));
        for der in [
            &[][..],
            &[2],
            &[2, 2, 5],
            &[2, 0x81],
            &[2, 0x82, 1],
            &[2, 0x80],
            &[2, 0x84, 0, 0, 0, 0],
        ] {
            assert_eq!(element(der, 2), None, "{der:?}");
        }
        assert_eq!(element(&[4, 1, 5], 2), None);
    }
}
