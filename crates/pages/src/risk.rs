//! How much harm a scope can do, in words.
use protocol::policy::Risk;

/// The words of its flag; reading is not flagged.
pub(crate) fn flag(risk: Risk) -> Option<&'static str> {
    match risk {
        Risk::Read => None,
        Risk::Write => Some("Can make changes"),
        Risk::Delete => Some("Can delete"),
        Risk::Full => Some("Full access"),
    }
}
