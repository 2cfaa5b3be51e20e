//! How an app is to authenticate: by a secret, by assertions that it signs, or not at all.
use super::error::{Field, RegistrationError, wrong};
use crate::types::{AuthMethod, ClientKeys, ClientKind, KeySource, RedirectUri, RegisteredKeys};
use jose::Algorithm;

/// How an app is to authenticate, as whoever registers or changes it says it (RFC 7591 §2). What is left out, or empty,
/// is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAuthentication {
    /// `token_endpoint_auth_method`.
    pub method: Option<String>,
    /// `jwks`: a set of public keys, or one, as JSON.
    pub jwks: Option<String>,
    /// `jwks_uri`: where such a set is published.
    pub jwks_uri: Option<String>,
    /// The algorithms that it may sign with, by their names; an empty list: every one.
    pub algorithms: Option<Vec<String>>,
}

impl NewAuthentication {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == NewAuthentication::default()
    }

    /// Whether it is to be by assertions, as far as is said.
    pub(super) fn is_by_keys(&self) -> bool {
        let method = AuthMethod::PrivateKeyJwt.as_str();
        match said(self.method.as_ref()) {
            Some(named) => named == method,
            None => self.has_keys(),
        }
    }

    fn has_keys(&self) -> bool {
        said(self.jwks.as_ref()).is_some() || said(self.jwks_uri.as_ref()).is_some()
    }
}

fn said(text: Option<&String>) -> Option<&str> {
    let text = text.map(|text| text.trim());
    text.filter(|text| !text.is_empty())
}

/// The keys that an app of this kind has from now on, which had `before`.
pub(crate) fn check_authentication(
    new: &NewAuthentication,
    kind: ClientKind,
    before: Option<&ClientKeys>,
) -> Result<Option<Box<ClientKeys>>, RegistrationError> {
    let methods = [
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
        AuthMethod::PrivateKeyJwt,
        AuthMethod::None,
    ];
    let named = said(new.method.as_ref()).map(|name| {
        let mut own = methods.into_iter();
        own.find(|method| method.as_str() == name).ok_or_else(|| {
            let sentence =
                "the method is client_secret_basic, client_secret_post, private_key_jwt or none";
            wrong(Field::AuthMethod, sentence)
        })
    });
    let by_keys = match (named.transpose()?, kind) {
        (None, _) => new.has_keys() || before.is_some(),
        (Some(AuthMethod::PrivateKeyJwt), _) => true,
        (Some(AuthMethod::None), ClientKind::Public) => false,
        (Some(AuthMethod::None), ClientKind::Confidential) => {
            let sentence =
                "a confidential app authenticates: one that cannot is made as a public one";
            return Err(wrong(Field::AuthMethod, sentence));
        }
        (
            Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost),
            ClientKind::Confidential,
        ) => false,
        (
            Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost),
            ClientKind::Public,
        ) => {
            return Err(wrong(Field::AuthMethod, "a public app has no secret"));
        }
    };
    if by_keys && kind == ClientKind::Public {
        let sentence = "a public app cannot keep a private key: make it as a confidential one";
        return Err(wrong(Field::AuthMethod, sentence));
    }
    if by_keys {
        return keys(new, before).map(|keys| Some(Box::new(keys)));
    }
    let names_algorithms = new.algorithms.as_ref().is_some_and(|all| !all.is_empty());
    match new.has_keys() || names_algorithms {
        true => Err(wrong(
            Field::AuthMethod,
            "keys and algorithms are for the method private_key_jwt",
        )),
        false => Ok(None),
    }
}

fn keys(
    new: &NewAuthentication,
    before: Option<&ClientKeys>,
) -> Result<ClientKeys, RegistrationError> {
    let source = match (said(new.jwks.as_ref()), said(new.jwks_uri.as_ref())) {
        // "The "jwks_uri" and "jwks" parameters MUST NOT both be present" (RFC 7591 §2).
        (Some(_), Some(_)) => {
            let sentence = "the keys are in jwks or at jwks_uri, not both";
            return Err(wrong(Field::Jwks, sentence));
        }
        (Some(text), None) => {
            let own = RegisteredKeys::register(text);
            KeySource::Set(own.map_err(|fault| wrong(Field::Jwks, fault.sentence()))?)
        }
        (None, Some(uri)) => KeySource::Uri(check_jwks_uri(uri)?),
        (None, None) => match before {
            Some(own) => own.source.clone(),
            None => {
                let sentence = "private_key_jwt needs the app's public keys: send jwks or jwks_uri";
                return Err(wrong(Field::Jwks, sentence));
            }
        },
    };
    let algorithms = match &new.algorithms {
        Some(names) => algorithms(names)?,
        None => before.map(|own| own.algorithms.clone()).unwrap_or_default(),
    };
    // Keys that are to end go on doing so, unless there are others in their place.
    let stays = before.filter(|own| own.source == source);
    Ok(ClientKeys {
        ends_at: stays.and_then(|own| own.ends_at),
        source,
        algorithms,
    })
}

/// What may be fetched is judged when it is; here it is judged whether it is a URL that could be.
fn check_jwks_uri(uri: &str) -> Result<String, RegistrationError> {
    let is_web = uri.starts_with("https://") || uri.starts_with("http://");
    match RedirectUri::register(uri) {
        Ok(_) if is_web => Ok(uri.to_owned()),
        _ => Err(wrong(
            Field::JwksUri,
            "jwks_uri must be an https URL, such as https://app.example/jwks.json",
        )),
    }
}

fn algorithms(names: &[String]) -> Result<Vec<Algorithm>, RegistrationError> {
    let mut all = Vec::new();
    for name in names {
        let Some(algorithm) = Algorithm::named(name) else {
            let known: Vec<_> = Algorithm::ALL.map(Algorithm::name).to_vec();
            let sentence = format!("there is no such algorithm: {} are", known.join(", "));
            return Err(wrong(Field::AuthAlgorithm, sentence));
        };
        if !all.contains(&algorithm) {
            all.push(algorithm);
        }
    }
    Ok(all)
}
