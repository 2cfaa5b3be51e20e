//! From a lookup to what is on record, and from a decision to its answer: the two ends of every rule, for requests,
//! commands and the development provider alike.
use protocol::Decision;
use protocol::events::Act;
use protocol::lookup::{Found, Lookup};
use store::{Outcome, Store, StoreError};

/// Makes durable what a rule decided, granted or refused, and only then gives its answer. `None` when another won the
/// guard: what was read is stale.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn settle<R, E>(
    store: &Store,
    decision: Decision<R, E>,
    act: impl Into<Act>,
) -> impl Future<Output = Result<Option<Result<R, E>>, StoreError>> {
    // Taken apart before anything waits, so that what waits is small.
    let (transition, answer) = decision.into_parts();
    let settled = transition.map(|transition| store.settle(transition, act));
    async move {
        let committed = match settled {
            Some(settled) => settled.await? == Outcome::Committed,
            None => true,
        };
        Ok(committed.then_some(answer))
    }
}

/// The same, with how its person had signed in, whatever it is for: where apps are told of a second factor.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn look_up_proved(store: &Store, lookup: Lookup) -> Result<Found, StoreError> {
    let mut found = look_up(store, lookup).await?;
    if let Some((grant, person)) = found.unproved() {
        let asked = store.known_of(grant, person).await?;
        found.proved_by(asked);
    }
    Ok(found)
}

/// Reads what a rule has to know of a code or token.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn look_up(store: &Store, lookup: Lookup) -> Result<Found, StoreError> {
    Ok(match lookup {
        Lookup::Code(at) => store.code(at).await?.into(),
        Lookup::AccessToken(at) => store.access_token(at).await?.into(),
        Lookup::RefreshToken(at) => store.refresh_token(at).await?.into(),
        Lookup::Device(at) => store.device(at).await?.into(),
        Lookup::Nothing => Found::Nothing,
    })
}
