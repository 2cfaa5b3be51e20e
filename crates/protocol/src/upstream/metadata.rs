//! What a provider publishes about itself (OpenID Connect Discovery §3, RFC 8414 §2).
use super::Endpoints;
use jose::Algorithm;
use jose::json::{self, Object};
use serde_json::Value;

/// Longest document that is read, in bytes.
pub const LONGEST_METADATA: usize = 64 * 1_024;
/// Longest URL in it.
const LONGEST_URL: usize = 2_048;

/// What is known of a provider's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Its issuer identifier, if it has one.
    pub issuer: Option<String>,
    /// Where browsers are sent.
    pub authorization: String,
    /// Where a code is redeemed.
    pub token: String,
    /// Where its keys are; none where it signs nothing for us.
    pub jwks: Option<String>,
    /// Where it says who the holder of a token is.
    pub user: Option<String>,
    /// Where people sign out there.
    pub end_session: Option<String>,
    /// Whether it names itself in each answer (RFC 9207 §3).
    pub names_itself: bool,
    /// Whether the secret goes in the header, and not in the form.
    pub by_header: bool,
    /// By which algorithms its ID tokens are signed.
    pub algorithms: Vec<Algorithm>,
    /// Whether it says that it tells when somebody signed in.
    pub tells_time: bool,
}

/// Why a document is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataFault {
    /// It is no object of JSON.
    Json,
    /// It is of another issuer.
    Issuer,
    /// A member is missing, or no URL that may be followed.
    Member(&'static str),
    /// It signs by no algorithm that is taken.
    Algorithms,
}

impl MetadataFault {
    /// What the log says of it.
    pub fn cause(&self) -> String {
        match self {
            Self::Json => "the provider's metadata are no object of JSON".to_owned(),
            Self::Issuer => "the provider's metadata name another issuer".to_owned(),
            Self::Member(inner) => {
                format!("the member `{inner}` of the provider's metadata is missing or malformed")
            }
            Self::Algorithms => {
                "the provider signs ID tokens by no algorithm that is taken here".to_owned()
            }
        }
    }
}

impl Metadata {
    /// Where the document of an issuer is (OpenID Connect Discovery §4).
    pub fn place(issuer: &str) -> String {
        let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
        format!("{issuer}/.well-known/openid-configuration")
    }

    /// Those of a provider that publishes none.
    pub fn of(endpoints: &Endpoints) -> Self {
        Metadata {
            issuer: endpoints.issuer.clone(),
            authorization: endpoints.authorization.clone(),
            token: endpoints.token.clone(),
            jwks: None,
            user: Some(endpoints.user.clone()),
            end_session: None,
            names_itself: false,
            by_header: false,
            algorithms: Vec::new(),
            tells_time: false,
        }
    }

    /// Reads a document. `plain`: URLs may be http, since the issuer here is on loopback too.
    ///
    /// # Errors
    /// [`MetadataFault`].
    pub fn parse(body: &[u8], issuer: &str, plain: bool) -> Result<Self, MetadataFault> {
        let document = json::object(body, LONGEST_METADATA).map_err(|_| MetadataFault::Json)?;
        if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(MetadataFault::Issuer);
        }
        let needed = |name: &'static str| {
            let found = url(&document, name, plain)?;
            found.ok_or(MetadataFault::Member(name))
        };
        let flag = document.get("authorization_response_iss_parameter_supported");
        let methods = list(&document, "token_endpoint_auth_methods_supported");
        let says = |method: &str| methods.as_ref().is_some_and(|all| all.contains(&method));
        Ok(Metadata {
            issuer: Some(issuer.to_owned()),
            authorization: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            jwks: Some(needed("jwks_uri")?),
            user: url(&document, "userinfo_endpoint", plain)?,
            end_session: url(&document, "end_session_endpoint", plain)?,
            names_itself: flag.and_then(Value::as_bool) == Some(true),
            by_header: !says("client_secret_post") || says("client_secret_basic"),
            algorithms: algorithms(&document)?,
            tells_time: list(&document, "claims_supported")
                .is_some_and(|all| all.contains(&"auth_time")),
        })
    }
}

/// Those that it says, of those that are taken. Neither `none` nor HMAC is among these, whatever it says.
fn algorithms(document: &Object) -> Result<Vec<Algorithm>, MetadataFault> {
    let Some(said) = list(document, "id_token_signing_alg_values_supported") else {
        return Ok(Algorithm::ALL.to_vec());
    };
    let taken: Vec<_> = said.into_iter().filter_map(Algorithm::named).collect();
    match taken.is_empty() {
        true => Err(MetadataFault::Algorithms),
        false => Ok(taken),
    }
}

fn list<'a>(document: &'a Object, name: &str) -> Option<Vec<&'a str>> {
    let all = document.get(name)?.as_array()?;
    Some(all.iter().filter_map(Value::as_str).collect())
}

fn url(
    document: &Object,
    name: &'static str,
    plain: bool,
) -> Result<Option<String>, MetadataFault> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(url)) if is_followed(url, plain) => Ok(Some(url.clone())),
        Some(_) => Err(MetadataFault::Member(name)),
    }
}

fn is_followed(url: &str, plain: bool) -> bool {
    let secure = url.starts_with("https://") || (plain && url.starts_with("http://"));
    let sound = |b: u8| b.is_ascii_graphic() && !b"#\"<>\\".contains(&b);
    secure && url.len() <= LONGEST_URL && url.bytes().all(sound)
}
