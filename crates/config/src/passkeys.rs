//! Checks `[passkeys]`: the domain that browsers bind them to.
use super::address::{BaseUrl, host_of};
use super::checks::Checks;
use url::Host;

/// By what browsers and authenticators know this provider (WebAuthn: a relying party).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The domain that passkeys are bound to.
    pub id: String,
    /// Where they are used: scheme, host and port of the issuer.
    pub origin: String,
}

/// Checks the table; `None`: nobody has passkeys.
pub(super) fn passkeys(checks: &mut Checks<'_>, issuer: &BaseUrl) -> Option<RelyingParty> {
    let settings = &checks.settings().passkeys;
    let (enabled, wanted) = (settings.enabled, settings.rp_id.as_deref());
    if !enabled {
        return None;
    }
    let Ok(Host::Domain(host)) = Host::parse(host_of(&issuer.authority)?) else {
        if wanted.is_some() {
            let what = "is set, and the issuer's host is an address: browsers bind passkeys to names alone, so give the issuer one";
            checks.fault("passkeys.rp_id", what);
        } else {
            checks.warn("the issuer's host is an address, and browsers bind passkeys to names alone: people have none until the issuer has a name");
        }
        return None;
    };
    let id = match wanted.map(Host::parse) {
        None => host.clone(),
        Some(Ok(Host::Domain(id))) if covers(&id, &host) => id,
        Some(_) => {
            let what = format!(
                "is no domain that {host} belongs to: write {host:?}, or a domain of yours that it ends with, without https:// and port"
            );
            checks.fault("passkeys.rp_id", what);
            return None;
        }
    };
    Some(RelyingParty {
        id,
        origin: format!("{}://{}", issuer.scheme, issuer.authority),
    })
}

/// Whether a host is this domain or below it. Nobody has a top level for their own.
fn covers(domain: &str, host: &str) -> bool {
    let below = host.strip_suffix(domain);
    host == domain || (domain.contains('.') && below.is_some_and(|rest| rest.ends_with('.')))
}
