//! Advice on codes and refresh tokens that are refused.
use super::{Advice, advice};
use crate::policy::{Policy, Rotation};
use crate::token::GrantFault;
use crate::types::GrantType;

/// What a grant can be refused for.
pub(super) fn grant_faults(policy: &Policy) -> Vec<GrantFault> {
    let code = policy.allows(GrantType::AuthorizationCode);
    let people = code || policy.allows(GrantType::DeviceCode);
    let renews = policy.allows(GrantType::RefreshToken);
    let replaces = renews && policy.tokens.rotate != Rotation::Keep;
    let switched = [
        (people, GrantFault::Unknown),
        (people, GrantFault::Expired),
        (people, GrantFault::Replayed),
        (replaces, GrantFault::RetryDiffers),
        (people, GrantFault::Revoked),
        (people, GrantFault::OtherClient),
        (people, GrantFault::Key),
        (people, GrantFault::Removed),
        (people, GrantFault::Person),
        (code, GrantFault::VerifierMissing),
        (code, GrantFault::VerifierMismatch),
        (code, GrantFault::VerifierUnexpected),
        (code, GrantFault::RedirectUri),
    ];
    let occurring = switched.into_iter().filter(|(occurs, _)| *occurs);
    occurring.map(|(_, fault)| fault).collect()
}

impl GrantFault {
    pub(super) fn advice(self) -> Advice {
        match self {
            Self::Unknown | Self::Digest => advice(
                "The code or token is cut short, from elsewhere, or was removed after its end.",
                "Send it whole, as it was given; else start a new authorization.",
            ),
            Self::OtherClient => advice(
                "It was given to another app.",
                "Use the client_id that it was asked for with.",
            ),
            Self::OtherSide => advice(
                "Test and live were mixed: it was given to a test app, and a live one sends it, or the other way.",
                "Keep the client_id, the secret and the tokens of each mode together, in a configuration of its own.",
            ),
            Self::RedirectUri => advice(
                "redirect_uri differs from the one of the authorization request.",
                "Send the very same text in both requests.",
            ),
            Self::VerifierMissing => advice(
                "The authorization request had a code_challenge, and no code_verifier came.",
                "Send the verifier that belongs to the challenge.",
            ),
            Self::VerifierMismatch => advice(
                "The verifier is another person's, or was made anew.",
                "Keep it in the person's session, beside state.",
            ),
            Self::VerifierUnexpected => advice(
                "A code_verifier came, but the authorization request had no code_challenge.",
                "Send both or neither; both is safer.",
            ),
            Self::Replayed => advice(
                "It was used before. A second use ends all that was given out for it.",
                "Use a code once, and always store the newest refresh token.",
            ),
            Self::RetryDiffers => advice(
                "A used refresh token came again in another request than before.",
                "Repeat a lost request unchanged, and never refresh in two places at once.",
            ),
            Self::Expired => advice(
                "Its lifetime is over.",
                "Exchange codes at once, and refresh in time.",
            ),
            Self::Revoked => advice(
                "It was revoked, or the app was switched off.",
                "Ask the person again.",
            ),
            Self::Key => advice(
                "The DPoP proof is by another key than the one that the code or refresh token was asked for with.",
                "Keep one key for as long as its tokens, and prove with that.",
            ),
            Self::Removed => advice(
                "The person removed the app from those that they let in.",
                "Forget the tokens, and ask the person only if they come back.",
            ),
            Self::Person => advice(
                "The person's account is closed or switched off.",
                "Forget the tokens.",
            ),
        }
    }
}
