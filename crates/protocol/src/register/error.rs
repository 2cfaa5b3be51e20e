//! What is wrong with a registration or a change of one, and how it is told (RFC 7591 §3.2.2).

/// What a registration is about, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The client id that it had elsewhere.
    ClientId,
    /// The name people see.
    Name,
    /// A name by which the app passes for the provider.
    ProvidersName,
    /// A name that wears the mark of an app that was reviewed.
    ReviewMark,
    /// A name that looks like that of another's app.
    TakenName,
    /// How many apps its owner runs.
    Count,
    /// The website.
    Homepage,
    /// One or two sentences.
    Description,
    /// The page of its privacy policy.
    PrivacyPolicy,
    /// The page of its terms.
    Terms,
    /// Where its people find help.
    Support,
    /// The address of its developers.
    Contact,
    /// One of its secrets.
    Secret,
    /// How it authenticates.
    AuthMethod,
    /// The algorithms that it signs assertions with.
    AuthAlgorithm,
    /// Its public keys.
    Jwks,
    /// Where they are published.
    JwksUri,
    /// Who answers for it.
    Owner,
    /// Whether it keeps a secret.
    Kind,
    /// Where people may be sent back.
    RedirectUris,
    /// Grants it may use.
    Grants,
    /// Scopes it may ask for.
    Scopes,
    /// Which scopes it can do without, and why it asks for each.
    Reasons,
    /// A restricted scope that it is to be allowed to ask for.
    ApprovedScope,
    /// Whether it checks the tokens of others.
    ResourceServer,
    /// A picture.
    Logo,
    /// Where people may be sent who signed out for it.
    PostLogoutRedirectUris,
    /// Where it is told that a session ended.
    BackChannelLogoutUri,
    /// What signs its ID tokens.
    IdTokenAlgorithm,
    /// What signs what it is told at userinfo.
    UserInfoAlgorithm,
    /// Whether it is in test mode.
    Test,
    /// The version that a change rests on.
    Version,
    /// What an app says of itself by program.
    Metadata,
    /// That it was switched off.
    Off,
    /// The request as a whole.
    Body,
}

impl Field {
    /// Its name, where it has one on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::ClientId => "client_id",
            Field::Name | Field::ProvidersName | Field::ReviewMark | Field::TakenName => "name",
            Field::Count => "owner",
            Field::Homepage => "homepage",
            Field::Description => "description",
            Field::PrivacyPolicy => "privacy_policy",
            Field::Terms => "terms",
            Field::Support => "support",
            Field::Contact => "contact",
            Field::Secret => "secret",
            Field::AuthMethod => "token_endpoint_auth_method",
            Field::AuthAlgorithm => "token_endpoint_auth_signing_algs",
            Field::Jwks => "jwks",
            Field::JwksUri => "jwks_uri",
            Field::Owner => "owner",
            Field::Kind => "kind",
            Field::RedirectUris => "redirect_uris",
            Field::Grants => "grants",
            Field::Scopes | Field::ApprovedScope => "scopes",
            Field::Reasons => "reasons",
            Field::ResourceServer => "resource_server",
            Field::Logo => "logo",
            Field::PostLogoutRedirectUris => "post_logout_redirect_uris",
            Field::BackChannelLogoutUri => "backchannel_logout_uri",
            Field::IdTokenAlgorithm => "id_token_signed_response_alg",
            Field::UserInfoAlgorithm => "userinfo_signed_response_alg",
            Field::Test => "test",
            Field::Version => "version",
            Field::Metadata => "client_metadata",
            Field::Off => "status",
            Field::Body => "body",
        }
    }
}

/// What is wrong with a registration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationError {
    /// Where.
    pub field: Field,
    /// What is wrong and what to do.
    pub sentence: String,
    /// The value that is wrong, where there may be several: for whoever typed it, never for an answer over HTTP.
    pub value: Option<String>,
}

impl RegistrationError {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self.field {
            Field::Version => 409,
            Field::Off => 403,
            _ => 400,
        }
    }

    /// The value of `error`, named as RFC 7591 §3.2.2 does where it has a name.
    pub fn code(&self) -> &'static str {
        match self.field {
            Field::RedirectUris => "invalid_redirect_uri",
            Field::Body => "invalid_request",
            Field::Version => "conflict",
            Field::Off => "access_denied",
            _ => "invalid_client_metadata",
        }
    }
}

pub(crate) fn wrong(field: Field, sentence: impl Into<String>) -> RegistrationError {
    RegistrationError {
        field,
        sentence: sentence.into(),
        value: None,
    }
}

/// All that is wrong with a form, so that one look mends it; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationErrors(Vec<RegistrationError>);

impl RegistrationErrors {
    /// What to tell where only one thing can be told.
    pub fn first(&self) -> &RegistrationError {
        &self.0[0]
    }

    /// The same, by value.
    pub fn into_first(mut self) -> RegistrationError {
        self.0.swap_remove(0)
    }

    /// All, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = &RegistrationError> {
        self.0.iter()
    }
}

impl From<RegistrationError> for RegistrationErrors {
    fn from(error: RegistrationError) -> Self {
        RegistrationErrors(vec![error])
    }
}

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<RegistrationError>);

impl Findings {
    /// The value of a check, or its errors noted.
    pub(crate) fn take<T, E>(&mut self, checked: Result<T, E>) -> Option<T>
    where
        E: IntoIterator<Item = RegistrationError>,
    {
        match checked {
            Ok(value) => Some(value),
            Err(errors) => {
                self.0.extend(errors);
                None
            }
        }
    }

    /// What comes of it when nothing was found.
    pub(crate) fn none<T>(self, value: Option<T>) -> Result<T, RegistrationErrors> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(RegistrationErrors(self.0)),
        }
    }
}

impl IntoIterator for RegistrationError {
    type Item = RegistrationError;
    type IntoIter = std::iter::Once<RegistrationError>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

impl IntoIterator for RegistrationErrors {
    type Item = RegistrationError;
    type IntoIter = std::vec::IntoIter<RegistrationError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
