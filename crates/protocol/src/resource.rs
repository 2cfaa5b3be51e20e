//! Resource indicators (RFC 8707): a request names the API that a token is to be for. A scope belongs to one API at most, so
//! a token is for an API by having no scope of another one. Where no API is configured the parameter is as unknown as any
//! other, and ignored (RFC 6749 §3.1).
use crate::apis::is_alike;
use crate::params::Params;
use crate::policy::Policy;
use crate::types::Scope;

/// What a request names as `resource`, in its own spelling; nothing as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources(Vec<String>);

/// Why a token cannot be for what was named (`invalid_target`, RFC 8707 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetFault {
    /// It is no API of this provider: unknown, relative, or with a fragment.
    Unknown,
    /// Nothing that is asked for, or was allowed, is of this API.
    NotAsked,
}

impl TargetFault {
    /// Both.
    pub const ALL: [TargetFault; 2] = [TargetFault::Unknown, TargetFault::NotAsked];

    /// What to tell the developer.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            TargetFault::Unknown => {
                "resource is no API of this provider: write the identifier of one, letter by letter"
            }
            TargetFault::NotAsked => {
                "none of the scopes is of the API that resource names: ask for one of its scopes too"
            }
        }
    }
}

impl Resources {
    /// Those that a request names, each once; none where there are no APIs.
    pub(crate) fn read(params: &Params, policy: &Policy) -> Self {
        let mut named: Vec<String> = Vec::new();
        if !policy.apis.is_empty() {
            for resource in params.all("resource") {
                if !named.iter().any(|other| other == resource) {
                    named.push(resource.to_owned());
                }
            }
        }
        Resources(named)
    }

    /// Whether none is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they were spelled.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What is left of a scope for the APIs that are named, "the authorization server … SHOULD restrict" (RFC 8707 §2.2);
    /// what is for the provider itself stays. `None` where none is named, or nothing goes.
    ///
    /// # Errors
    /// [`TargetFault`] for the first that is no API, or that no name is of.
    pub(crate) fn narrow(
        &self,
        scope: &Scope,
        policy: &Policy,
    ) -> Result<Option<Scope>, TargetFault> {
        if self.is_empty() {
            return Ok(None);
        }
        for resource in self.iter() {
            let is_own = is_alike(resource, &policy.issuer);
            if !is_own
                && !policy
                    .apis
                    .iter()
                    .any(|api| is_alike(resource, &api.identifier))
            {
                return Err(TargetFault::Unknown);
            }
            if !policy.audience(scope).any(|own| is_alike(resource, own)) {
                return Err(TargetFault::NotAsked);
            }
        }
        let is_named = |name: &&str| match policy.api_of(name) {
            Some(api) => self
                .iter()
                .any(|resource| is_alike(resource, &api.identifier)),
            None => policy.is_for_provider(name),
        };
        let left: Scope = scope.names().filter(is_named).collect();
        Ok((left != *scope).then_some(left))
    }

    /// How a request spelled the identifier of an API that it names; `None` where it did not, or spelled it the same.
    pub(crate) fn spelling_of(&self, identifier: &str) -> Option<&str> {
        let mut alike = self
            .iter()
            .filter(|resource| is_alike(resource, identifier));
        alike.next().filter(|resource| *resource != identifier)
    }
}
