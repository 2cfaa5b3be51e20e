//! Moves the keys that sign along their schedule, and publishes the set anew.
use crate::ops::clock;
use crate::ops::signing_keys::settle_due;
use crate::state::App;
use protocol::events::Act;
use store::StoreError;

/// One look. Without an algorithm in the configuration there is nothing to publish, and what an earlier one left goes.
pub(crate) async fn look(app: &App) -> Result<(), StoreError> {
    let act = Act::by_job(clock::now());
    let keys = settle_due(&app.store, &app.sealing, &app.config.signing, act).await?;
    app.keys.publish(&app.store, &app.sealing, &keys).await
}
