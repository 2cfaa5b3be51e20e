//! Advice on proofs of possession (RFC 9449).
use super::{Advice, advice};
use crate::policy::Policy;
use wire::dpop::ProofFault;

/// What can be wrong with a proof at the token endpoint.
pub(super) fn proof_faults(policy: &Policy) -> impl Iterator<Item = ProofFault> {
    let nonces = policy.dpop.nonces;
    ProofFault::ALL
        .into_iter()
        .filter(|fault| *fault != ProofFault::Token)
        .filter(move |fault| nonces || *fault != ProofFault::Nonce)
}

/// Of a proof of possession (RFC 9449 §4.3).
pub(super) fn of_proof(fault: ProofFault) -> Advice {
    match fault {
        ProofFault::Missing => advice(
            "The app or the token is bound to keys, and the request has no DPoP header.",
            "Send a proof with every request that gets or uses a token.",
        ),
        ProofFault::Several => advice(
            "The DPoP header stands twice, or holds bytes that are no text.",
            "Set the header, do not add to it.",
        ),
        ProofFault::Malformed => advice(
            "The proof was put together by hand, or is another kind of token.",
            "Let a JOSE library sign it.",
        ),
        ProofFault::Type => advice(
            "The header of the proof says another typ, or none.",
            "Set typ to dpop+jwt.",
        ),
        ProofFault::Algorithm => advice(
            "The proof is unsigned, by a shared secret, or by an algorithm that is not listed.",
            "Sign by ES256, or another listed one.",
        ),
        ProofFault::Key => advice(
            "jwk is missing, names a certificate or a key by id, or is a weak key or one of another type.",
            "Put the whole public key into jwk.",
        ),
        ProofFault::PrivateKey => advice(
            "The key was exported with its private part.",
            "Make a new key; export its public part alone.",
        ),
        ProofFault::Signature => advice(
            "jwk is of another key than the one that signs.",
            "Take both from one key pair.",
        ),
        ProofFault::Claims => advice(
            "One of jti, htm, htu and iat is missing or has the wrong type.",
            "Send all four: iat is a number, the others are text.",
        ),
        ProofFault::Method => advice(
            "The proof was made for another method, or htm is in small letters.",
            "Make it for the request that it goes with.",
        ),
        ProofFault::Uri => advice(
            "The proof was made for another address, or for one that a proxy changed.",
            "Use the address as the metadata names it.",
        ),
        ProofFault::Time => advice(
            "The proof was kept, or a clock is wrong.",
            "Make it when it is sent, and set the clock.",
        ),
        ProofFault::Token => advice(
            "ath is missing, or of another token.",
            "Hash the access token that the request carries.",
        ),
        ProofFault::Nonce => advice(
            "The server gives nonces, and the proof has none or one that is minutes old.",
            "Take the nonce from the DPoP-Nonce header of the answer and ask again; keep it for the next request.",
        ),
        ProofFault::Replayed => advice(
            "The same jti came before: the proof was kept and sent again.",
            "Make a new proof for each request, also for a retry.",
        ),
    }
}
