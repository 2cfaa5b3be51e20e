//! The Bearer scheme (RFC 6750), and that of tokens that are bound to a key (RFC 9449 §7.1): reading credentials, writing
//! challenges.
use crate::dpop;

/// Why an `Authorization` value holds no bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerFault {
    /// There is no header, or it speaks of another scheme: challenge without an error code (§3.1).
    Missing,
    /// The scheme is Bearer but no `b64token` follows: `invalid_request` (§3.1).
    Malformed,
}

/// How a token was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Who has the token may use it.
    Bearer,
    /// Who has the token proves besides to hold the key that it is bound to.
    Dpop,
}

/// Reads a token in either scheme; each is case-insensitive (RFC 9110 §11.1).
///
/// # Errors
/// [`BearerFault`].
pub fn parse_either(authorization: Option<&str>) -> Result<(Scheme, &str), BearerFault> {
    match authorization.and_then(of_dpop) {
        None => parse(authorization).map(|token| (Scheme::Bearer, token)),
        Some(token) => match is_b64token(token) {
            true => Ok((Scheme::Dpop, token)),
            false => Err(BearerFault::Malformed),
        },
    }
}

/// What follows the scheme, if it is that of bound tokens.
fn of_dpop(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_at_checked(dpop::SCHEME.len())?;
    let is_ours = scheme.eq_ignore_ascii_case(dpop::SCHEME);
    let follows = token.is_empty() || token.starts_with(' ');
    (is_ours && follows).then(|| token.trim_matches(' '))
}

/// Reads `Bearer b64token` (§2.1); the scheme is case-insensitive (RFC 9110 §11.1).
///
/// # Errors
/// [`BearerFault`], which says which challenge to answer with.
pub fn parse(authorization: Option<&str>) -> Result<&str, BearerFault> {
    let value = authorization.ok_or(BearerFault::Missing)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(BearerFault::Missing);
    }
    let token = token.trim_matches(' ');
    if is_b64token(token) {
        Ok(token)
    } else {
        Err(BearerFault::Malformed)
    }
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

/// A `WWW-Authenticate` value (§3): realm, then each attribute that is there.
///
/// Values must be free of `"` and `\`; they are codes and fixed sentences of ours.
pub fn challenge(realm: &str, attributes: &[(&str, &str)]) -> String {
    challenge_of("Bearer", realm, attributes)
}

/// The same for a proof of possession (RFC 9449 §7.1), which names the algorithms of proofs too.
pub fn dpop_challenge(realm: &str, attributes: &[(&str, &str)]) -> String {
    let algs = dpop::algs();
    let attributes = [attributes, &[("algs", algs.as_str())]].concat();
    challenge_of(dpop::SCHEME, realm, &attributes)
}

fn challenge_of(scheme: &str, realm: &str, attributes: &[(&str, &str)]) -> String {
    let mut out = format!("{scheme} realm=\"{realm}\"");
    for (name, value) in attributes {
        out.push_str(&format!(", {name}=\"{value}\""));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_grammar_of_section_2_1() {
        assert_eq!(parse(Some("Bearer abc.D-_~+/==")), Ok("abc.D-_~+/=="));
        assert_eq!(parse(Some("bEARER abc")), Ok("abc"));
        assert_eq!(parse(None), Err(BearerFault::Missing));
        assert_eq!(parse(Some("Basic abc")), Err(BearerFault::Missing));
        for bad in [
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Bearer a b",
            "Bearer a=b",
            "Bearer ü",
        ] {
            assert_eq!(parse(Some(bad)), Err(BearerFault::Malformed), "{bad}");
        }
    }

    #[test]
    fn the_scheme_says_whether_a_proof_comes_too() {
        for (value, told) in [
            ("DPoP abc~", Ok((Scheme::Dpop, "abc~"))),
            ("dpop  abc ", Ok((Scheme::Dpop, "abc"))),
            ("Bearer abc", Ok((Scheme::Bearer, "abc"))),
            ("DPoP", Err(BearerFault::Malformed)),
            ("DPoP a b", Err(BearerFault::Malformed)),
            ("DPoPx abc", Err(BearerFault::Missing)),
            ("Basic abc", Err(BearerFault::Missing)),
        ] {
            assert_eq!(parse_either(Some(value)), told, "{value}");
        }
        assert_eq!(parse_either(None), Err(BearerFault::Missing));
        assert_eq!(
            parse(Some("DPoP abc")),
            Err(BearerFault::Missing),
            "who knows no proofs knows no such token"
        );
    }

    #[test]
    fn a_challenge_for_a_proof_names_algorithms() {
        let text = dpop_challenge("tasks", &[("error", "use_dpop_nonce")]);
        assert_eq!(
            text,
            r#"DPoP realm="tasks", error="use_dpop_nonce", algs="ES256 ES384 ES512 EdDSA RS256 RS384 RS512 PS256 PS384 PS512""#
        );
    }

    #[test]
    fn writes_a_challenge() {
        let text = challenge("tasks", &[("error", "invalid_token"), ("scope", "a b")]);
        assert_eq!(
            text,
            r#"Bearer realm="tasks", error="invalid_token", scope="a b""#
        );
    }
}
