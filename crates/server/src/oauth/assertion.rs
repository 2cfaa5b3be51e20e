//! A client that authenticates by an assertion: its keys are had, its proof judged, and that it was used remembered.
use crate::http::error::ApiError;
use crate::http::request::ClientAddr;
use crate::ops::client_keys::Network;
use crate::state::AppState;
use outbound::Queue;
use protocol::client_auth::{AuthenticatedClient, Claimed, Credentials, LetIn, lacks_key};
use protocol::decision::Decision;
use protocol::token::TokenError;
use protocol::types::{Client, KeySource};
use std::sync::Arc;
use std::time::Instant;

/// The client behind an assertion.
///
/// # Errors
/// When it is not authenticated, or the store fails.
pub(super) async fn proved(
    app: &AppState,
    credentials: &Credentials,
    client: Option<Arc<Client>>,
    let_in: LetIn,
    from: ClientAddr,
) -> Result<AuthenticatedClient, ApiError> {
    let claimed = credentials.claimed(client, app.policy(), let_in)?;
    let decision = judged(app, &claimed).await;
    let settled = app.settle(decision, app.act_now(from)).await?;
    Ok(settled.unwrap_or_else(|| Err(claimed.replayed()))?)
}

async fn judged(
    app: &AppState,
    claimed: &Claimed<'_>,
) -> Decision<AuthenticatedClient, TokenError> {
    let prove = |keys: &_| claimed.prove(keys, &app.context());
    let uri = match claimed.keys().map(|own| &own.source) {
        Some(KeySource::Set(own)) => return prove(own.set()),
        Some(KeySource::Uri(uri)) => uri,
        None => return Decision::refuse(claimed.without_keys()),
    };
    let network = Network {
        outbound: &app.outbound,
        queue: match claimed.introduced_itself() {
            true => Queue::Known,
            false => Queue::Own,
        },
    };
    let (sets, moment) = (&app.client_keys, Instant::now());
    let Some(keys) = sets.of(uri, &network, moment).await else {
        return Decision::refuse(claimed.without_keys());
    };
    match prove(&keys) {
        Decision::Refused { error, transition } if lacks_key(&error) => {
            match sets.newer(uri, &keys, &network, moment).await {
                Some(newer) => prove(&newer),
                None => Decision::Refused { error, transition },
            }
        }
        decision => decision,
    }
}
