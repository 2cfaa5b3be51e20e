//! The addresses of a provider's endpoints, as its configuration has them.
use config::Config;
use pages::path::DEVELOPERS;
use protocol::metadata::Endpoints;

/// The endpoints that are switched on: for the metadata and the developer pages.
pub(crate) fn endpoints(config: &Config) -> Endpoints {
    let at = |base: &str, paths: &[String]| paths.first().map(|path| format!("{base}{path}"));
    let base = config.base();
    let paths = &config.paths;
    Endpoints {
        authorization: at(base, &paths.authorize),
        token: at(base, &paths.token),
        revocation: at(base, &paths.revoke),
        introspection: at(base, &paths.introspect),
        token_info: at(&config.api_base, &paths.token_info),
        device_authorization: at(base, &paths.device),
        revocations: at(base, &paths.revocations),
        userinfo: at(base, &paths.userinfo),
        registration: at(base, &paths.register),
        end_session: at(base, &paths.logout),
        jwks: signs(config).then(|| format!("{base}{JWKS}")),
        documentation: documentation(config),
    }
}

/// The pages for developers, where there are any.
pub(crate) fn documentation(config: &Config) -> Option<String> {
    let page = config.developers.page;
    page.then(|| format!("{}{DEVELOPERS}", config.portal_base))
}

/// `scheme://host[:port]` of a URL.
pub(crate) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

/// The path of the set of keys.
pub(crate) const JWKS: &str = "/.well-known/jwks.json";

/// Whether anything is signed.
pub(crate) fn signs(config: &Config) -> bool {
    !config.signing.algorithms.is_empty()
}

/// The name of the metadata document (RFC 8414 §3).
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// The names of the metadata document. Where OpenID Connect is not spoken a client would expect members under its name
/// (Discovery §4) which are missing.
pub(crate) fn metadata_names(config: &Config) -> Vec<&'static str> {
    let openid = config.policy.openid.is_some();
    let name = openid.then_some("/.well-known/openid-configuration");
    [METADATA].into_iter().chain(name).collect()
}

/// Where the metadata document is told to be: its name stands before the issuer's own path (RFC 8414 §3.1).
pub(crate) fn metadata_url(config: &Config) -> String {
    format!("{}{}", origin(&config.issuer), metadata_path(config))
}

/// The path of that.
pub(crate) fn metadata_path(config: &Config) -> String {
    format!("{METADATA}{}", config.prefix())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_before_the_issuers_path() {
        for (issuer, url) in [
            (
                "https://h.example",
                "https://h.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://h.example/",
                "https://h.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://h.example/t",
                "https://h.example/.well-known/oauth-authorization-server/t",
            ),
        ] {
            let mut config = Config::for_tests();
            issuer.clone_into(&mut config.issuer);
            assert_eq!(metadata_url(&config), url);
            assert_eq!(metadata_names(&config), [METADATA]);
        }
    }
}
