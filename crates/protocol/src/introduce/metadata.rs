//! What an app says of itself (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2): read strictly, and made into
//! what every app has.
use super::methods::methods;
use crate::policy::Policy;
use crate::register::{
    Field, Findings, NewAuthentication, RegistrationError, check_authentication, check_homepage,
    check_links, check_name, check_redirect_uris, check_relying_party, wrong,
};
use crate::types::{
    AppLinks, AuthMethod, ClientKeys, ClientKind, GrantType, RedirectUri, RelyingParty, Way,
};
use jose::{Algorithm, SigningAlgorithm, json};
use serde_json::{Map, Value};

/// Longest registration that is read, in bytes: a set of keys may be in it.
pub const LONGEST_REGISTRATION: usize = 16 * 1_024;
/// Longest text of those that decide on nothing, in bytes, and the most values of a list.
const LONGEST_TEXT: usize = 2_000;
const MOST_VALUES: usize = 100;

/// What an app says of itself, as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMetadata {
    /// `client_name`; none: it has to be called by its host.
    pub name: Option<String>,
    /// `client_uri`, or empty.
    pub homepage: String,
    /// `policy_uri` and `tos_uri`, and the first of `contacts`.
    pub links: AppLinks,
    /// Whether it keeps a secret, or a key.
    pub kind: ClientKind,
    /// Its keys, if it signs assertions.
    pub keys: Option<Box<ClientKeys>>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<RedirectUri>,
    /// `grant_types`, those of them that it may have.
    pub grants: Vec<GrantType>,
    /// `application_type` is `native`.
    pub native: bool,
    /// `dpop_bound_access_tokens` (RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// What it registers for OpenID Connect.
    pub openid: RelyingParty,
    /// What is told again, and decides on nothing.
    pub told: Map<String, Value>,
}

/// Who introduces an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct By {
    /// By which way.
    pub way: Way,
    /// Whether it showed an initial access token.
    pub vouched: bool,
}

/// Reads a registration (RFC 7591 §3.1). "The authorization server MUST ignore any client metadata sent by the client that
/// it does not understand" (§2).
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata`, with what is wrong.
pub fn parse(
    body: &[u8],
    vouched: bool,
    policy: &Policy,
) -> Result<(ClientMetadata, Map<String, Value>), RegistrationError> {
    let sent = json::object(body, LONGEST_REGISTRATION).map_err(|fault| {
        let sentence = format!("the registration is no JSON object that is read: {fault}");
        wrong(Field::Metadata, sentence)
    })?;
    let by = By {
        way: Way::Registration,
        vouched,
    };
    Ok((check(&sent, by, policy)?, sent))
}

/// Checks what was sent.
///
/// # Errors
/// The first thing that is wrong; of redirect URIs first.
pub(super) fn check(
    sent: &Map<String, Value>,
    by: By,
    policy: &Policy,
) -> Result<ClientMetadata, RegistrationError> {
    let sent = Sent(sent);
    let methods = methods(&sent, by.way)?;
    let kind = match methods.contains(&AuthMethod::None) {
        true => ClientKind::Public,
        false => ClientKind::Confidential,
    };
    let grants = grants(&sent, (kind, by.vouched), policy)?;
    let redirect_uris = redirect_uris(&sent, &grants, policy)?;
    let keys = match methods.contains(&AuthMethod::PrivateKeyJwt) {
        true => keys(&sent)?,
        false => None,
    };
    let mut found = Findings::default();
    let links = check_links(&links(&sent)?, &mut found);
    let homepage = sent.text("client_uri")?.unwrap_or_default();
    if !homepage.is_empty() {
        found.take(check_homepage(homepage));
    }
    let name = sent.text("client_name")?.map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    found.take(name.map_or(Ok(()), check_name));
    let openid = relying_party(&sent, policy)?;
    found.take(check_relying_party(&openid, policy));
    let native = native(&sent)?;
    let dpop_bound = sent.flag("dpop_bound_access_tokens")?;
    let told = told(&sent, methods, policy)?;
    let whole = ClientMetadata {
        name: name.map(str::to_owned),
        homepage: homepage.to_owned(),
        links,
        kind,
        keys,
        redirect_uris,
        grants,
        native,
        dpop_bound,
        openid,
        told,
    };
    found.none(Some(whole)).map_err(|all| all.into_first())
}

/// The members that were sent.
pub(super) struct Sent<'a>(&'a Map<String, Value>);

impl<'a> Sent<'a> {
    /// A member, if it was sent. "null" is as good as none.
    pub(super) fn of(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, RegistrationError> {
        match self.of(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST_TEXT => Ok(Some(text)),
            Some(_) => Err(metadata(format!(
                "{name} is a text of at most {LONGEST_TEXT} bytes"
            ))),
        }
    }

    /// Whether a member is true; left out it is not.
    fn flag(&self, name: &'static str) -> Result<bool, RegistrationError> {
        match self.of(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(metadata(format!("{name} is true or false"))),
        }
    }

    pub(super) fn list(
        &self,
        name: &'static str,
    ) -> Result<Option<Vec<&'a str>>, RegistrationError> {
        let field = match name {
            "redirect_uris" => Field::RedirectUris,
            _ => Field::Metadata,
        };
        let not = || {
            wrong(
                field,
                format!("{name} is a list of texts, at most {MOST_VALUES}"),
            )
        };
        match self.of(name) {
            None => Ok(None),
            Some(Value::Array(values)) if values.len() <= MOST_VALUES => {
                let texts = values.iter().map(|value| value.as_str().ok_or_else(not));
                texts.collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Err(not()),
        }
    }
}

fn metadata(sentence: impl Into<String>) -> RegistrationError {
    wrong(Field::Metadata, sentence)
}

/// Its grants, as far as it may have them; what it does not say is code and refresh. On its own behalf it acts only if
/// somebody vouched for it.
fn grants(
    sent: &Sent<'_>,
    (kind, vouched): (ClientKind, bool),
    policy: &Policy,
) -> Result<Vec<GrantType>, RegistrationError> {
    let usual = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    let asked = sent.list("grant_types")?;
    let asked = match &asked {
        Some(names) => names
            .iter()
            .filter_map(|name| GrantType::parse(name))
            .collect(),
        None => usual.to_vec(),
    };
    let may = |grant: &GrantType| {
        let alone = *grant == GrantType::ClientCredentials;
        asked.contains(grant)
            && policy.allows(*grant)
            && (!alone || (vouched && kind == ClientKind::Confidential))
    };
    let grants: Vec<_> = GrantType::ALL.into_iter().filter(may).collect();
    if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
        return Err(wrong(
            Field::Grants,
            "none of its grant_types is offered to an app that registers itself",
        ));
    }
    let responses = sent.list("response_types")?;
    let codes = grants.contains(&GrantType::AuthorizationCode);
    match responses.is_some_and(|all| !all.is_empty() && !all.contains(&"code")) && codes {
        true => Err(metadata("the only response_type here is code")),
        false => Ok(grants),
    }
}

/// Schemes that run something, or read a file. Whoever names one means no good.
const HOSTILE: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "view-source",
    "filesystem",
];

/// Where people may be sent back. "Authorization servers that support dynamic registration for redirect-based flows MUST
/// implement support for this metadata value" (RFC 7591 §2). A scheme that no app can own is left out where it stands beside others: some apps name one of an earlier version.
fn redirect_uris(
    sent: &Sent<'_>,
    grants: &[GrantType],
    policy: &Policy,
) -> Result<Vec<RedirectUri>, RegistrationError> {
    let sent = sent.list("redirect_uris")?.unwrap_or_default();
    let scheme = |uri: &str| {
        uri.split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let hostile = |uri: &&&str| HOSTILE.contains(&scheme(uri).as_str());
    if let Some(uri) = sent.iter().find(hostile) {
        return Err(RegistrationError {
            value: Some((*uri).to_owned()),
            ..wrong(
                Field::RedirectUris,
                "a redirect URI leads to an app, and runs nothing in the browser",
            )
        });
    }
    let is_ownable = |uri: &str| {
        let scheme = scheme(uri);
        matches!(scheme.as_str(), "https" | "http") || scheme.contains('.') || !uri.contains(':')
    };
    let kept: Vec<String> = match sent.iter().any(|uri| is_ownable(uri)) {
        true => sent
            .iter()
            .filter(|uri| is_ownable(uri))
            .map(|uri| (*uri).to_owned())
            .collect(),
        false => sent.iter().map(|uri| (*uri).to_owned()).collect(),
    };
    check_redirect_uris(&kept, grants, policy.redirects.max).map_err(|mut all| all.swap_remove(0))
}

/// Its keys, which are told apart from a secret by being there.
fn keys(sent: &Sent<'_>) -> Result<Option<Box<ClientKeys>>, RegistrationError> {
    let algorithm = sent.text("token_endpoint_auth_signing_alg")?;
    let new = NewAuthentication {
        method: Some(AuthMethod::PrivateKeyJwt.as_str().to_owned()),
        jwks: sent.of("jwks").map(Value::to_string),
        jwks_uri: sent.text("jwks_uri")?.map(str::to_owned),
        algorithms: algorithm.map(|name| vec![name.to_owned()]),
    };
    check_authentication(&new, ClientKind::Confidential, None)
}

fn links(sent: &Sent<'_>) -> Result<AppLinks, RegistrationError> {
    let page = |name| Ok(sent.text(name)?.unwrap_or_default().to_owned());
    Ok(AppLinks {
        privacy_policy: page("policy_uri")?,
        terms: page("tos_uri")?,
        ..AppLinks::default()
    })
}

fn native(sent: &Sent<'_>) -> Result<bool, RegistrationError> {
    match sent.text("application_type")? {
        Some("native") => Ok(true),
        Some("web") | None => Ok(false),
        Some(_) => Err(metadata("application_type is web or native")),
    }
}

fn relying_party(sent: &Sent<'_>, policy: &Policy) -> Result<RelyingParty, RegistrationError> {
    if policy.openid.is_none() {
        return Ok(RelyingParty::default());
    }
    if sent
        .text("subject_type")?
        .is_some_and(|kind| kind != "public")
    {
        return Err(metadata("the only subject_type here is public"));
    }
    let algorithm = |name: &'static str, plain: bool| match sent.text(name)? {
        None => Ok(None),
        Some("none") if plain => Ok(None),
        Some(text) => SigningAlgorithm::named(text)
            .map(Some)
            .ok_or_else(|| metadata(format!("{name} is none that signs here"))),
    };
    let uris = sent.list("post_logout_redirect_uris")?.unwrap_or_default();
    Ok(RelyingParty {
        post_logout_redirect_uris: uris.into_iter().map(str::to_owned).collect(),
        backchannel_logout_uri: sent.text("backchannel_logout_uri")?.map(str::to_owned),
        id_token_algorithm: algorithm("id_token_signed_response_alg", false)?,
        userinfo_algorithm: algorithm("userinfo_signed_response_alg", true)?,
    })
}

/// What is told again. A scope is told as far as it is known here, and binds nobody: what an app may ask for is decided when
/// it asks.
fn told(
    sent: &Sent<'_>,
    methods: Vec<AuthMethod>,
    policy: &Policy,
) -> Result<Map<String, Value>, RegistrationError> {
    let mut told = Map::new();
    let sector = policy.openid.as_ref().map(|_| SECTOR);
    let plain = ["logo_uri", "software_id", "software_version"].into_iter();
    for name in plain.chain(sector) {
        if let Some(text) = sent.text(name)? {
            told.insert(name.to_owned(), text.into());
        }
    }
    if let Some(contacts) = sent.list("contacts")? {
        let too_long = contacts.iter().any(|contact| contact.len() > LONGEST_TEXT);
        if too_long {
            return Err(metadata("contacts are addresses"));
        }
        told.insert("contacts".to_owned(), contacts.into());
    }
    if let Some(scope) = sent.text("scope")? {
        let known = |name: &&str| policy.scope(name).is_some_and(|entry| !entry.restricted);
        let known: Vec<_> = scope.split_whitespace().filter(known).collect();
        if !known.is_empty() {
            told.insert("scope".to_owned(), known.join(" ").into());
        }
    }
    let [first, ..] = methods.as_slice() else {
        return Ok(told);
    };
    let singular = match methods.len() {
        1 => *first,
        _ => AuthMethod::PrivateKeyJwt,
    };
    let method = "token_endpoint_auth_method".to_owned();
    told.insert(method, singular.as_str().into());
    if methods.len() > 1 {
        let names: Vec<_> = methods.iter().map(|own| own.as_str()).collect();
        let plural = "token_endpoint_auth_methods_supported".to_owned();
        told.insert(plural, names.into());
    }
    Ok(told)
}

/// The URL at which an app of OpenID Connect lists its redirect URIs.
const SECTOR: &str = "sector_identifier_uri";

impl ClientMetadata {
    /// The URL at which it lists its redirect URIs, if it names one: what is there is judged by
    /// [`is_sector_of`](Self::is_sector_of).
    pub fn sector(&self) -> Option<&str> {
        self.told.get(SECTOR)?.as_str()
    }

    /// "The values of the registered redirect_uris MUST be included in the elements of the array" (OpenID Connect Dynamic
    /// Client Registration §5).
    ///
    /// # Errors
    /// `invalid_client_metadata`; `None`: nothing was found there.
    pub fn is_sector_of(&self, found: Option<&[u8]>) -> Result<(), RegistrationError> {
        let listed = found.and_then(|body| serde_json::from_slice::<Vec<String>>(body).ok());
        let mut own = self.redirect_uris.iter().map(RedirectUri::as_str);
        match listed.is_some_and(|all| own.all(|uri| all.iter().any(|listed| listed == uri))) {
            true => Ok(()),
            false => Err(metadata(
                "sector_identifier_uri must lead, by https, to a JSON list with every redirect URI",
            )),
        }
    }
}

/// The algorithm that it may sign assertions with, where it named one.
pub(super) fn signing_alg(keys: Option<&ClientKeys>) -> Option<&'static str> {
    match keys?.algorithms.as_slice() {
        [one] => Some(Algorithm::name(*one)),
        _ => None,
    }
}
