//! The keys that sign.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::SigningKeyChange;

/// A key that loses its number, its name or its place to another is not kept.
const MAKE: &str = "INSERT INTO signing_keys (kid, algorithm, number, state, public_key, sealed, made_at, signs_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a SigningKeyChange) -> Steps<'a> {
    match change {
        SigningKeyChange::Make(key) => {
            let facts = &key.facts;
            let values = values![
                &facts.kid,
                facts.algorithm.name(),
                facts.number,
                facts.state.as_str(),
                &facts.public,
                &key.sealed[..],
                facts.made_at,
                facts.signs_at,
            ];
            steps.guard(MAKE, values)
        }
        // The earlier one first: never do two sign.
        SigningKeyChange::Sign {
            kid,
            algorithm,
            at,
            earlier_ends_at,
        } => steps
            .run(
                "UPDATE signing_keys SET state = 'retired', ends_at = $2 WHERE algorithm = $1 AND state = 'signing'",
                values![algorithm.name(), *earlier_ends_at],
            )
            .guard(
                "UPDATE signing_keys SET state = 'signing', signs_at = $2 WHERE kid = $1 AND state = 'published'",
                values![kid, *at],
            ),
        SigningKeyChange::Retire { kid, ends_at } => steps.guard(
            "UPDATE signing_keys SET state = 'retired', ends_at = $2 WHERE kid = $1 AND state = 'signing'",
            values![kid, *ends_at],
        ),
        SigningKeyChange::Remove { kid, state } => steps.guard(
            "DELETE FROM signing_keys WHERE kid = $1 AND state = $2",
            values![kid, state.as_str()],
        ),
        SigningKeyChange::Reseal {
            kid,
            before,
            sealed,
        } => steps.guard(
            "UPDATE signing_keys SET sealed = $3 WHERE kid = $1 AND sealed = $2",
            values![kid, &before[..], &sealed[..]],
        ),
    }
}
