//! The Bearer scheme (RFC 6750): reading credentials, writing challenges.

/// Why an `Authorization` value holds no bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerFault {
    /// There is no header, or it speaks of another scheme: challenge without an error code (§3.1).
    Missing,
    /// The scheme is Bearer but no `b64token` follows: `invalid_request` (§3.1).
    Malformed,
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
    let mut out = format!("Bearer realm=\"{realm}\"");
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
    fn writes_a_challenge() {
        let text = challenge("tasks", &[("error", "invalid_token"), ("scope", "a b")]);
        assert_eq!(
            text,
            r#"Bearer realm="tasks", error="invalid_token", scope="a b""#
        );
    }
}
