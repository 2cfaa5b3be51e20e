//! How much harm a scope can do.
use protocol::policy::Risk;

/// The message of its flag; reading is not flagged.
pub(crate) fn flag(risk: Risk) -> Option<&'static str> {
    match risk {
        Risk::Read => None,
        Risk::Write => Some("risk-write"),
        Risk::Delete => Some("risk-delete"),
        Risk::Full => Some("risk-full"),
    }
}
