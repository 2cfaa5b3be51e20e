//! Checks `[hosts]`: the provider's hosts besides the issuer's.
use super::address::{BaseUrl, host_of, is_loopback};
use super::checks::Checks;

/// The base URLs of the other hosts; the issuer's where none is set.
pub(super) struct Hosts {
    /// The API's, with the issuer's path.
    pub(super) api: String,
    /// The developer portal's.
    pub(super) portal: String,
}

/// Checks the table.
pub(super) fn hosts(checks: &mut Checks<'_>, issuer: &BaseUrl) -> Hosts {
    let settings = &checks.settings().hosts;
    let api = base(checks, issuer, "hosts.api", settings.api.as_deref());
    let portal = portal(checks, issuer, settings.portal.as_deref());
    let settings = checks.settings();
    let no_token_info = settings.paths.token_info.is_empty();
    let is_own = portal != issuer.base();
    if is_own && portal == api && !no_token_info {
        let what = "is hosts.api too, but the portal's host serves no paths.token_info: choose another host for one of them";
        checks.fault("hosts.portal", what);
    }
    if is_own && settings.portal.page && settings.paths.authorize.is_empty() {
        checks.warn("hosts.portal: nobody can sign in on that host while paths.authorize is empty");
    }
    Hosts { api, portal }
}

/// The base URL of another host of the provider; an issuer on loopback takes in every host that is not.
fn base(checks: &mut Checks<'_>, issuer: &BaseUrl, path: &str, host: Option<&str>) -> String {
    let Some(host) = host else {
        return issuer.base();
    };
    if host_of(host).is_none() {
        let what =
            format!("{host:?} is not a host: write it like api.example.com, without https://");
        checks.fault(path, what);
    }
    match issuer.is_loopback() && !is_loopback(host) {
        true => issuer.base(),
        false => issuer.on(host),
    }
}

/// The portal's, spelled as browsers do, which say it back to us: its cookies and its pages are apart from the issuer's only
/// if it is another host.
fn portal(checks: &mut Checks<'_>, issuer: &BaseUrl, host: Option<&str>) -> String {
    let Some(host) = host.map(|host| plain(issuer.scheme, host)) else {
        return issuer.base();
    };
    let (name, own) = ("hosts.portal", plain(issuer.scheme, &issuer.authority));
    if host == own {
        checks.warn("hosts.portal is the issuer's own host, so it changes nothing: leave it out");
        return issuer.base();
    }
    let base = base(checks, issuer, name, Some(&host));
    if base == issuer.base() {
        return base;
    }
    if host_of(&host).is_some() && host_of(&host) == host_of(&own) {
        let what = "is the issuer's host with another port, and cookies know no ports: choose another host";
        checks.fault(name, what);
    } else if !issuer.path.is_empty() {
        let what = "goes with an issuer at the root of its host, and this one has a path: leave out one of the two";
        checks.fault(name, what);
    }
    base
}

/// A host in small letters, without the port that its scheme means anyway.
fn plain(scheme: &str, authority: &str) -> String {
    let host = authority.to_ascii_lowercase();
    let usual = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    host.strip_suffix(usual).map(str::to_owned).unwrap_or(host)
}
