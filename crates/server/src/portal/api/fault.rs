//! Why nothing is done, as programs are told: a code, what is wrong where, and what to do next.
use crate::http::error::{ApiError, Told, ToldField};
use crate::portal::managed::NotTheirs;
use protocol::accounts::sign_in::Throttled;
use protocol::apps::Closed;
use protocol::apps::review::ReviewError;
use protocol::apps::secrets::SecretError;
use protocol::apps::transfer::TransferError;
use protocol::organizations::OrganizationError;
use protocol::register::{Field, RegistrationError, RegistrationErrors};
use protocol::types::DeveloperTerms;

const MEND: &str = "mend what the fields name, and send it again";
const READ: &str = "GET the app, and send what is still to be changed";

/// One thing that is wrong with what was sent; `pointer`: where (RFC 6901).
pub(super) fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> ApiError {
    let (pointer, message) = (pointer.into(), message.into());
    told(400, "invalid_request", message.clone(), MEND).with(vec![ToldField { pointer, message }])
}

/// There is no such thing, or it is another's.
pub(super) fn not_found(what: &str) -> ApiError {
    let next = "GET /valetkey/apps lists the apps that there are";
    let message = format!("there is no such {what}, or it is not yours");
    ApiError::Told(told(404, "not_found", message, next).into())
}

/// The same of something that is no app, with where to look.
fn not_there(what: &str, next: &'static str) -> ApiError {
    let message = format!("there is no such {what}, or it is not for you");
    ApiError::Told(told(404, "not_found", message, next).into())
}

/// Nothing of this kind is done, whoever asks.
pub(super) fn refused(code: &'static str, message: impl Into<String>) -> ApiError {
    let next = "GET it, and ask for what it allows";
    ApiError::Told(told(409, code, message, next).into())
}

/// There were enough today.
pub(super) fn spent(throttled: Throttled) -> ApiError {
    let message = "you did that as often as one may in a day";
    let mut told = told(
        429,
        "too_many_requests",
        message,
        "wait as long as Retry-After says",
    );
    told.retry_after = Some(throttled.retry_after);
    ApiError::Told(told.into())
}

/// Why an app does not change hands.
pub(super) fn transfer(error: TransferError) -> ApiError {
    match error {
        TransferError::Unknown => not_there(
            "offer",
            "GET /valetkey/transfers lists what is offered to you",
        ),
        TransferError::ForOwners => NotTheirs::Role.into(),
        TransferError::Same => refused("same_owner", "whoever is to have it runs it already"),
        TransferError::TestSide => refused(
            "test_side",
            "the test side of an app goes with that app: offer that one",
        ),
        TransferError::Name(error) => {
            let next = "ask whoever offers it to give the app another name, then accept the offer";
            ApiError::Told(told(409, error.code(), error.sentence, next).into())
        }
        TransferError::Full(error) => {
            let next = "hand another app over, or ask the people who run the service for more, then accept the offer";
            ApiError::Told(told(409, error.code(), error.sentence, next).into())
        }
    }
}

/// Why nothing is done with an organization.
pub(super) fn organization(error: OrganizationError) -> ApiError {
    match error {
        OrganizationError::ForOwners => NotTheirs::Role.into(),
        OrganizationError::SecondFactor => NotTheirs::SecondFactor.into(),
        OrganizationError::Unknown => not_there(
            "member or invitation",
            "GET the organization: it lists its members and invitations",
        ),
        OrganizationError::Email => invalid("/email", "this is no e-mail address"),
        OrganizationError::Member => refused("is_member", "whoever has the address belongs to it"),
        OrganizationError::Full => refused("full", "there is room for no more"),
        OrganizationError::LastOwner => refused("last_owner", "it would have no owner"),
        OrganizationError::OfCompany => refused(
            "decided_elsewhere",
            "the company says what it is called and who belongs to it",
        ),
        OrganizationError::Unproved => refused(
            "address_not_confirmed",
            "the address of the account is not confirmed",
        ),
        OrganizationError::HasApps
        | OrganizationError::Name
        | OrganizationError::ProvidersName
        | OrganizationError::ReviewMark
        | OrganizationError::TakenName
        | OrganizationError::Logo
        | OrganizationError::Domain
        | OrganizationError::DomainTwice
        | OrganizationError::ManyDomains => refused("refused", "this is done by page"),
    }
}

/// The terms for developers are to be accepted before an app is made.
pub(super) fn terms_first(terms: &DeveloperTerms) -> ApiError {
    let url = &terms.url;
    let message = match terms.version.as_str() {
        "" => format!("the terms for developers are not accepted: {url}"),
        version => format!("the terms for developers, version {version}, are not accepted: {url}"),
    };
    let next = "have your person read them; if they agree, POST /valetkey/terms with the version that GET tells";
    ApiError::Told(told(403, "terms_not_accepted", message, next).into())
}

/// There is no such organization, or they do not belong to it.
pub(super) fn no_organization(why: NotTheirs) -> ApiError {
    match why {
        NotTheirs::NotFound => not_there(
            "organization",
            "GET /valetkey/organizations lists those that you belong to",
        ),
        why => why.into(),
    }
}

/// There is no such invitation.
pub(super) fn no_invitation() -> ApiError {
    not_there(
        "invitation",
        "GET /valetkey/organizations lists those that are for you",
    )
}

/// There is no such request for review, or whoever asks is no administrator.
pub(super) fn no_review() -> ApiError {
    not_there(
        "request",
        "administrators alone look at requests for review",
    )
}

/// Why a request for review is not judged.
pub(super) fn review(error: &ReviewError) -> ApiError {
    let sentence = error.sentence();
    match error {
        ReviewError::Message => invalid("/text", sentence),
        ReviewError::Stale | ReviewError::Changed(_) => refused("changed", sentence),
        ReviewError::Over => refused("over", sentence),
        ReviewError::Open
        | ReviewError::TooMany
        | ReviewError::Nothing
        | ReviewError::Closed
        | ReviewError::Scope(_)
        | ReviewError::Reason(_) => refused("refused", sentence),
    }
}

/// Another was faster.
pub(super) fn conflict() -> ApiError {
    let message = "the app was changed at the same moment";
    ApiError::Told(told(409, "conflict", message, READ).into())
}

/// A deleted app cannot have its name again.
pub(super) fn name_is_gone(error: &RegistrationError) -> ApiError {
    let next =
        "make another app with another name, or ask whoever runs this server to bring it back";
    ApiError::Told(told(409, error.code(), error.sentence.clone(), next).into())
}

/// A key was used for another request.
pub(super) fn key_used() -> ApiError {
    let message = "this Idempotency-Key made another app, or one that was changed since";
    let next = "take a new key for each app that you make";
    ApiError::Told(told(409, "idempotency_key_used", message, next).into())
}

fn told(status: u16, code: &'static str, message: impl Into<String>, next: &'static str) -> Told {
    Told {
        status,
        code,
        message: message.into(),
        next,
        fields: Vec::new(),
        retry_after: None,
    }
}

impl Told {
    fn with(self, fields: Vec<ToldField>) -> ApiError {
        ApiError::Told(Box::new(Told { fields, ..self }))
    }
}

impl From<NotTheirs> for ApiError {
    fn from(why: NotTheirs) -> Self {
        match why {
            NotTheirs::NotFound => not_found("app"),
            NotTheirs::Role => {
                let message = "your role in the organization does not allow this";
                let next = "ask an owner of the organization";
                ApiError::Told(told(403, "insufficient_role", message, next).into())
            }
            NotTheirs::SecondFactor => {
                let message = "the organization takes a sign-in with a second factor, and this token is of one without";
                let next = "set a second factor up at /account/security, sign in anew, and have the program let in once more";
                ApiError::Told(told(403, "second_factor_required", message, next).into())
            }
            NotTheirs::Store(error) => error.into(),
        }
    }
}

/// Why somebody registers no app.
pub(super) fn closed(why: Closed) -> ApiError {
    let (message, next) = match why {
        Closed::ToAdministrators => (
            "administrators make apps here",
            "ask them: /developers says where",
        ),
        Closed::ToInvited => (
            "those make apps here who were invited",
            "ask the people who run this service to invite the confirmed address of the account: /developers says where",
        ),
        Closed::ToTestUsers => ("test users have no apps", "sign in with a real account"),
        Closed::ToUnproved => (
            "the address of the account is not confirmed",
            "open /account and have the link sent again",
        ),
    };
    ApiError::Told(told(403, "registration_closed", message, next).into())
}

/// What a rule found wrong; `uris`: those that were sent.
pub(super) fn wrong(errors: &RegistrationErrors, uris: &[String]) -> ApiError {
    let first = errors.first();
    let fields = errors.iter().map(|error| ToldField {
        pointer: pointer(error, uris),
        message: error.sentence.clone(),
    });
    let next = match first.field {
        Field::Version => READ,
        _ => MEND,
    };
    let told = told(first.status(), first.code(), first.sentence.clone(), next);
    told.with(fields.collect())
}

/// The member of a body that an error is about.
fn pointer(error: &RegistrationError, uris: &[String]) -> String {
    let value = error.value.as_deref();
    match error.field {
        Field::RedirectUris => {
            let at = uris.iter().rposition(|uri| Some(uri.as_str()) == value);
            at.map_or_else(
                || "/redirect_uris".to_owned(),
                |at| format!("/redirect_uris/{at}"),
            )
        }
        Field::Reasons => {
            let name = value.unwrap_or_default();
            let name = name.replace('~', "~0").replace('/', "~1");
            format!("/reasons/{name}")
        }
        Field::PostLogoutRedirectUris
        | Field::BackChannelLogoutUri
        | Field::IdTokenAlgorithm
        | Field::UserInfoAlgorithm => format!("/openid/{}", error.field.as_str()),
        Field::Owner => "/organization".to_owned(),
        Field::Grants => "/client_credentials".to_owned(),
        Field::Name
        | Field::ProvidersName
        | Field::ReviewMark
        | Field::TakenName
        | Field::Homepage
        | Field::Description
        | Field::PrivacyPolicy
        | Field::Terms
        | Field::Support
        | Field::Contact
        | Field::Kind
        | Field::AuthMethod
        | Field::AuthAlgorithm
        | Field::Jwks
        | Field::JwksUri
        | Field::Scopes
        | Field::ApprovedScope
        | Field::Metadata
        | Field::Off
        | Field::Test
        | Field::Version => format!("/{}", error.field.as_str()),
        Field::Count
        | Field::ClientId
        | Field::Secret
        | Field::ResourceServer
        | Field::Logo
        | Field::Body => String::new(),
    }
}

/// Why nothing is done with a secret.
pub(super) fn secret(error: SecretError) -> ApiError {
    let sentence = error.sentence();
    let plain = |status, code, next| ApiError::Told(told(status, code, sentence, next).into());
    match error {
        SecretError::Unknown => not_found("secret"),
        SecretError::TooMany => plain(
            409,
            "too_many_secrets",
            "DELETE one that is not used any more",
        ),
        SecretError::Last => plain(409, "last_secret", "add another first, or say force=true"),
        SecretError::PublicApp | SecretError::Documented | SecretError::Keys => plain(
            409,
            "no_secrets",
            "an app that is to keep a secret is made as confidential",
        ),
        SecretError::Name => invalid("/name", sentence),
        SecretError::Expiry => invalid("/days", sentence),
        SecretError::Overlap => invalid("/overlap_hours", sentence),
        SecretError::Twice => conflict(),
    }
}
