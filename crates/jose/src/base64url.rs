//! Base64url as JOSE writes it (RFC 7515 §2): no padding, no line breaks, no white space, nothing in the last bits.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the text of `bytes` to `out`.
pub(crate) fn encode_onto(bytes: &[u8], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// The bytes that `text` stands for; `None` for every text but the one that [`encode`] makes of them.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7515_appendix_c() {
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
    }

    #[test]
    fn there_is_one_text_for_the_same_bytes() {
        for other in [
            "A-z_4ME=",
            "A-z_4MF",
            "A+z_4ME",
            "A-z/4ME",
            " A-z_4ME",
            "A-z_4ME\n",
            "A-z\r\n_4ME",
            "A-z_4M",
            "A",
        ] {
            let decoded = decode(other);
            assert!(
                decoded.is_none_or(|bytes| encode(&bytes) == other && bytes.len() == 4),
                "{other:?}"
            );
        }
        assert!(decode("A-z_4MF").is_none());
        assert!(decode("A").is_none());
    }
}
