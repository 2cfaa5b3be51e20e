//! Proofs of possession at the provider (RFC 9449): who holds the key that a token is bound to, or is to be. What makes a
//! proof good stands in [`wire::dpop`], for an API judges it likewise.
use crate::client_auth::AuthenticatedClient;
use crate::decision::Mint;
use crate::grants::Context;
use crate::token::TokenError;
use crate::token_info::BearerError;
use crate::transition::AssertionChange;
use crate::types::UnixTime;
use jose::keyed::Key;
use wire::bearer::Scheme;
use wire::dpop::{Expected, Nonces, Proof, ProofFault, Target};
use wire::{Presented, TokenText};

/// How proofs are judged here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DpopPolicy {
    /// What the URLs of the endpoints start with: the scheme, the host, and the path of the issuer. They are several where
    /// the provider's documentation has endpoints on a host of their own.
    pub bases: Vec<String>,
    /// Whether a proof needs a nonce that the server gave (§8).
    pub nonces: bool,
}

/// A request with a proof, as HTTP brought it.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// The `DPoP` header; a fault where it stands more than once or is no text.
    pub proof: Result<&'a str, ProofFault>,
    /// The method.
    pub method: &'a str,
    /// The path below the base, without query.
    pub path: &'a str,
}

impl Offered<'_> {
    /// The proof in it, if it is good and was not used before, which is for the store to tell: what has to be settled for
    /// that comes with it. `token` is the access token that the request is made with.
    ///
    /// # Errors
    /// [`ProofFault`].
    fn judge<M: Mint>(
        &self,
        token: Option<&str>,
        key: &Key,
        context: &Context<'_, M>,
    ) -> Result<(Proof, AssertionChange), ProofFault> {
        let policy = &context.policy.dpop;
        let bases = policy.bases.iter();
        let targets: Vec<Target> = bases
            .filter_map(|base| Target::new(base, self.path))
            .collect();
        let nonces = Nonces::new(key);
        let expected = Expected {
            method: self.method,
            targets: &targets,
            token,
            nonces: policy.nonces.then_some(&nonces),
        };
        let proof = Proof::read(self.proof?, &expected, context.now.0)?;
        let used = AssertionChange::Use {
            key: proof.name,
            receipt: context.mint.locator(),
            until: UnixTime(proof.until),
        };
        Ok((proof, used))
    }
}

/// The client, which proves at the token endpoint to hold a key (§5), and what has to be settled before it is given
/// anything. A guard that is lost means [`ProofFault::Replayed`].
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub fn holding<M: Mint>(
    client: AuthenticatedClient,
    offered: &Offered<'_>,
    key: &Key,
    context: &Context<'_, M>,
) -> Result<(AuthenticatedClient, AssertionChange), TokenError> {
    let (proof, used) = offered.judge(None, key, context)?;
    Ok((client.with_key(proof.key), used))
}

/// Whether a token may be used in this scheme at all: one that is bound by its holder only, and "a DPoP-bound access token
/// [is] not … used as a bearer token" (§7.2); one that is bound to nothing is none for a proof (§7.1).
///
/// # Errors
/// [`BearerError::Bound`], [`BearerError::Unbound`].
pub fn fits(scheme: Scheme, presented: &Presented) -> Result<(), BearerError> {
    match (scheme, presented.is_bound()) {
        (Scheme::Bearer, false) | (Scheme::Dpop, true) => Ok(()),
        (Scheme::Bearer, true) => Err(BearerError::Bound),
        (Scheme::Dpop, false) => Err(BearerError::Unbound),
    }
}

/// What has to be settled before a request with a bound token is answered: that its proof was not used before (§7.1).
///
/// # Errors
/// [`BearerError`].
pub fn held<M: Mint>(
    presented: &Presented,
    offered: &Offered<'_>,
    key: &Key,
    context: &Context<'_, M>,
) -> Result<AssertionChange, BearerError> {
    let (proof, used) = offered.judge(Some(presented.text()), key, context)?;
    match presented.key() == Some(proof.key) {
        true => Ok(used),
        false => Err(BearerError::OtherKey),
    }
}

/// Makes the text of something that is bound to the key that a client holds, if it holds one.
pub(crate) fn text_for(
    client: &AuthenticatedClient,
    prefix: &str,
    id: i64,
    secret: &[u8; 32],
) -> TokenText {
    TokenText::bound_to(client.key(), prefix, id, secret)
}

impl From<ProofFault> for TokenError {
    fn from(fault: ProofFault) -> Self {
        TokenError::Proof(fault)
    }
}

impl From<ProofFault> for BearerError {
    fn from(fault: ProofFault) -> Self {
        BearerError::Proof(fault)
    }
}
