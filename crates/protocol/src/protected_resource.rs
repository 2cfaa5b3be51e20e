//! Protected resource metadata (RFC 9728): what an API says about itself, so that a client that knows nothing but its
//! address finds this provider. It is hosted here for every API that is named by an address.
use crate::apis::Api;
use crate::openid::OFFLINE_ACCESS;
use crate::policy::Policy;
pub use wire::protected_resource::{NAME, ProtectedResource, url_of};

/// An API, or the provider itself with what it tells at userinfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// One of the configuration.
    Api(&'a Api),
    /// The issuer.
    Own,
}

/// The host with its port, and the path, of an identifier that is an address.
fn place(identifier: &str) -> Option<(&str, &str)> {
    let (origin, path) = wire::protected_resource::place(identifier)?;
    Some((origin.split_once("://")?.1, path))
}

impl<'a> Resource<'a> {
    /// Every one that is named by an address.
    pub fn all(policy: &'a Policy) -> impl Iterator<Item = Resource<'a>> {
        let apis = policy.apis.iter().map(Resource::Api);
        let all = apis.chain([Resource::Own]);
        all.filter(|own| place(own.identifier(policy)).is_some())
    }

    /// What names it, letter by letter as configured.
    #[must_use]
    pub fn identifier(self, policy: &'a Policy) -> &'a str {
        match self {
            Resource::Api(api) => &api.identifier,
            Resource::Own => &policy.issuer,
        }
    }

    /// What it says about itself. Some clients ask for all that is listed, so scopes that take an approval are left out; and
    /// so is `offline_access`, which is about an app and not about what it opens.
    #[must_use]
    pub fn document(
        self,
        policy: &'a Policy,
        documentation: Option<&'a str>,
    ) -> ProtectedResource<'a> {
        let is_own = |name: &str| match self {
            Resource::Api(api) => api.scopes.iter().any(|own| own == name),
            Resource::Own => policy.is_for_provider(name),
        };
        let scopes = policy.scopes.iter().filter(|scope| !scope.restricted);
        let names = scopes.map(|scope| scope.name.as_str());
        let names = names.filter(|name| *name != OFFLINE_ACCESS);
        let names = names.filter(|name| is_own(name)).collect();
        let said = ProtectedResource {
            resource_documentation: documentation,
            ..ProtectedResource::new(self.identifier(policy), &policy.issuer, names)
        };
        match self {
            Resource::Api(api) if !api.proofs => said,
            Resource::Api(_) | Resource::Own => said.with_proofs(),
        }
    }
}

/// Every path at the root of a host where a document is: behind [`NAME`] the path of the identifier, as a client makes it
/// from an address (§3.1), and behind the host too, for an API on another host that only names the place.
#[must_use]
pub fn paths(policy: &Policy) -> Vec<String> {
    let places = Resource::all(policy).filter_map(|own| place(own.identifier(policy)));
    let both =
        places.flat_map(|(host, path)| [format!("{NAME}{path}"), format!("{NAME}/{host}{path}")]);
    let mut paths: Vec<String> = both.collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Which resource is meant by what stands behind [`NAME`] in a request at this host. Where the host is none of theirs, as
/// behind a proxy that names itself, the path tells if only one has it; else it is the provider's own, if that has it.
#[must_use]
pub fn at<'a>(policy: &'a Policy, host: &str, path: &str) -> Option<Resource<'a>> {
    let of = |own: &Resource<'a>| place(own.identifier(policy));
    let mut with_host = Resource::all(policy).filter(|own| {
        let rest = of(own).and_then(|(host, behind)| {
            path.strip_prefix('/')?
                .strip_prefix(host)?
                .strip_prefix(behind)
        });
        rest == Some("")
    });
    if let Some(named) = with_host.next() {
        return Some(named);
    }
    let with_path = |own: &Resource<'a>| of(own).is_some_and(|(_, own)| own == path);
    let all: Vec<Resource<'a>> = Resource::all(policy).filter(with_path).collect();
    let at_host =
        |own: &&Resource<'a>| of(own).is_some_and(|(own, _)| own.eq_ignore_ascii_case(host));
    let only = all.first().filter(|_| all.len() == 1);
    let meant = all.iter().find(at_host).or(only);
    meant
        .or_else(|| all.iter().find(|own| **own == Resource::Own))
        .copied()
}
