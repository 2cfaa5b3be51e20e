//! Advice on apps that do not authenticate as they are registered.
use super::{Advice, advice};
use crate::client_auth::{AssertionFault, ClientFault};

impl ClientFault {
    /// All but those of assertions.
    pub(super) const ALL: [ClientFault; 12] = [
        ClientFault::Missing,
        ClientFault::Header,
        ClientFault::TwoMethods,
        ClientFault::TwoClients,
        ClientFault::Unknown,
        ClientFault::Secret,
        ClientFault::Method,
        ClientFault::NoApi,
        ClientFault::Inactive,
        ClientFault::Waits,
        ClientFault::SwitchedOff,
        ClientFault::AssertionType,
    ];

    pub(super) fn advice(self) -> Advice {
        match self {
            Self::Missing => advice(
                "There is neither an Authorization header nor a client_id.",
                "Send HTTP Basic, or client_id and client_secret in the body.",
            ),
            Self::Header => advice(
                "The header is not Basic, or not the base64 of client_id:client_secret.",
                "Let your HTTP library make the header from the two values.",
            ),
            Self::TwoMethods => advice(
                "Two of these came: the Authorization header, client_secret and client_assertion.",
                "Keep the one that the app is registered with.",
            ),
            Self::TwoClients => advice(
                "The header was made for one app and client_id names another.",
                "Take both from the same app, or leave client_id out of the body.",
            ),
            Self::Unknown => advice(
                "There is no app with this client_id.",
                "Compare it with the registration; mind the environment it is from.",
            ),
            Self::Secret => advice(
                "The secret is not one of the app's.",
                "Look for blanks around it; if it is lost, make a new one.",
            ),
            Self::OtherSide => advice(
                "Test and live were mixed: a test secret came for a live app, or a live one for a test app.",
                "Keep the client_id and the secret of each mode together, in a configuration of its own.",
            ),
            Self::Method => advice(
                "An app with a secret came without it, or an app without a secret sent one; or an app with keys sent no assertion.",
                "Authenticate as the app is registered: by its secret, by an assertion, or not at all.",
            ),
            Self::NoApi => advice(
                "An app asked for the revocations that only resource servers are told.",
                "Have the API registered as a resource server, and ask with its credentials.",
            ),
            Self::Inactive => advice(
                "The app waits for review, or was switched off.",
                "Ask the provider.",
            ),
            Self::Waits => advice(
                "The app proved who it is, and has not been approved yet: it works for whoever runs it alone.",
                "Try it with the owner's account, or ask the provider to approve it.",
            ),
            Self::SwitchedOff => advice(
                "The app proved who it is, and was switched off by the provider.",
                "Ask the provider why.",
            ),
            Self::AssertionType => advice(
                "client_assertion came with another client_assertion_type, or without one.",
                "Send urn:ietf:params:oauth:client-assertion-type:jwt-bearer beside it.",
            ),
            Self::Assertion(fault) => fault.advice(),
        }
    }
}

impl AssertionFault {
    fn advice(self) -> Advice {
        match self {
            Self::Malformed => advice(
                "client_assertion is encrypted, nested, cut short, or its header demands an extension.",
                "Let a library make a JWT that is signed and nothing else.",
            ),
            Self::Algorithm => advice(
                "The alg is none, one of shared secrets such as HS256, or not among those of the app.",
                "Sign with ES256, EdDSA or PS256, as the app is registered.",
            ),
            Self::Type => advice(
                "The typ in the header is that of an access token, a logout token or the like.",
                "Write client-authentication+jwt.",
            ),
            Self::Claims => advice(
                "iss, sub, aud, exp or jti is missing, or is no text or number as it must be.",
                "Send all five.",
            ),
            Self::Parties => advice(
                "iss or sub is not the client_id, or client_id in the body is another.",
                "Write the client_id in both, and leave it out of the body.",
            ),
            Self::Unfetched => advice(
                "The jwks_uri of the app does not answer, or not with a set of public keys.",
                "Open it from elsewhere: it answers 200 with JSON within seconds, without a redirect.",
            ),
            Self::Key => advice(
                "The app signs with a key that is not registered, or has another kid.",
                "Register the public key, or publish it at the jwks_uri, before signing with it.",
            ),
            Self::Signature => advice(
                "The key that signed is not the registered one of that kid.",
                "Compare the thumbprints of both.",
            ),
            Self::Audience => advice(
                "aud names the token endpoint, something else, or several.",
                "Write the issuer and nothing else, byte for byte as in the metadata.",
            ),
            Self::Expired => advice(
                "exp is over: the assertion is old, or a clock is wrong.",
                "Make a new assertion for each request, and set the clock.",
            ),
            Self::Future => advice("iat or nbf is to come: a clock is wrong.", "Set the clock."),
            Self::LongLived => advice(
                "exp is more than a day off.",
                "Let an assertion live for a minute.",
            ),
            Self::Replayed => advice(
                "The same jti came before: the assertion was kept and sent again.",
                "Make a new assertion for each request, also for a retry.",
            ),
        }
    }
}
