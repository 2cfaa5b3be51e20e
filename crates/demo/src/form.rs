//! Forms and query strings (`application/x-www-form-urlencoded`).

/// Writes one.
pub(crate) fn written(fields: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(fields).finish()
}

/// The first value of this name; an empty one counts as omitted (RFC 6749 §3.1).
pub(crate) fn value(text: &[u8], name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(text);
    let (_, value) = pairs.find(|(own, _)| own == name)?;
    (!value.is_empty()).then(|| value.into_owned())
}
