//! The addresses of a provider's endpoints, as its configuration has them.
use config::Config;
use pages::path::DEVELOPERS;
use protocol::metadata::Endpoints;

/// The endpoints that are switched on: for the metadata and the developer pages.
pub(crate) fn endpoints(config: &Config) -> Endpoints {
    let at =
        |base: &str, paths: &[String]| paths.first().map(|path| format!("{}{path}", origin(base)));
    let paths = &config.paths;
    Endpoints {
        authorization: at(&config.issuer, &paths.authorize),
        token: at(&config.issuer, &paths.token),
        revocation: at(&config.issuer, &paths.revoke),
        introspection: at(&config.issuer, &paths.introspect),
        token_info: at(&config.api_base, &paths.token_info),
        device_authorization: at(&config.issuer, &paths.device),
        revocations: at(&config.issuer, &paths.revocations),
        userinfo: at(&config.issuer, &paths.userinfo),
        end_session: at(&config.issuer, &paths.logout),
        jwks: jwks_path(config).map(|path| format!("{}{path}", origin(&config.issuer))),
        documentation: config
            .developers
            .page
            .then(|| format!("{}{DEVELOPERS}", origin(&config.issuer))),
    }
}

/// `scheme://host[:port]` of a URL.
pub(crate) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

/// The path of the set of keys, where anything is signed. It goes with that of the metadata document.
pub(crate) fn jwks_path(config: &Config) -> Option<String> {
    let path = config.issuer[origin(&config.issuer).len()..].trim_end_matches('/');
    let signs = !config.signing.algorithms.is_empty();
    signs.then(|| format!("/.well-known/jwks.json{path}"))
}

/// The paths of the metadata document: the well-known name stands before the issuer's own path, as RFC 8414 §3.1 asks,
/// and where OpenID Connect is spoken under its name too, before that path and behind it (Discovery §4). Where it is not,
/// a client would expect members under that name which are missing.
pub(crate) fn metadata_paths(config: &Config) -> Vec<String> {
    let path = config.issuer[origin(&config.issuer).len()..].trim_end_matches('/');
    let mut paths = vec![format!("/.well-known/oauth-authorization-server{path}")];
    if config.policy.openid.is_some() {
        paths.push(format!("/.well-known/openid-configuration{path}"));
        if !path.is_empty() {
            paths.push(format!("{path}/.well-known/openid-configuration"));
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::metadata_paths;
    use config::Config;

    #[test]
    fn only_under_the_name_of_this_standard() {
        for (issuer, path) in [
            ("https://h.example", ""),
            ("https://h.example/", ""),
            ("https://h.example/t", "/t"),
        ] {
            let mut config = Config::for_tests();
            issuer.clone_into(&mut config.issuer);
            let name = "/.well-known/oauth-authorization-server";
            assert_eq!(metadata_paths(&config), [format!("{name}{path}")]);
        }
    }
}
