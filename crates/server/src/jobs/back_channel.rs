//! Tells apps that a session ended (OpenID Connect Back-Channel Logout §2.5).
use super::job::{Job, JobError};
use crate::ops::clock;
use crate::ops::signing_keys::ProviderKeys;
use crate::state::App;
use outbound::{Outbound, Wanted};
use protocol::Policy;
use protocol::events::Act;
use protocol::openid::logout::{logout_token, tell};
use protocol::outbox::{BackChannelLogout, Entry};
use protocol::types::{ClientRowId, Subject};
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};

/// Sessions that are looked at in one go.
const AT_ONCE: usize = 100;
/// The longest answer that is read of an app.
const MOST_BYTES: usize = 16 * 1_024;
/// How long an app may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Turns what was written down when sessions ended into messages, one for each app. Two nodes that do this at once write
/// each once.
pub(super) async fn write_messages(app: &App) -> Result<(), StoreError> {
    loop {
        let waiting = app.store.logouts(AT_ONCE).await?;
        for ended in &waiting {
            let client = app.store.client_by_no(ended.1).await?;
            // Where OpenID Connect is switched off meanwhile nobody is told, later neither.
            let listens = client.filter(|_| app.policy().openid.is_some());
            let told = tell(*ended, listens.as_deref(), &app.mint);
            app.store.settle(told, Act::by_job(clock::now())).await?;
        }
        if waiting.len() < AT_ONCE {
            return Ok(());
        }
    }
}

/// See the module.
pub(super) struct TellOfLogout {
    pub(super) store: Store,
    pub(super) outbound: Arc<Outbound>,
    pub(super) keys: Arc<ProviderKeys>,
    pub(super) policy: Policy,
}

impl Job for TellOfLogout {
    type Payload = BackChannelLogout;

    async fn run(&self, entry: &Entry, told: BackChannelLogout) -> Result<(), JobError> {
        let client = self.store.client_by_no(ClientRowId(told.client)).await;
        let client = client.map_err(|error| JobError::Retry(error.to_string()))?;
        let client = client.filter(|client| self.policy.serves(client));
        // An app that is gone, or hears of nothing any more, need not be told.
        let Some(client) = client else { return Ok(()) };
        let Some(url) = &client.openid.backchannel_logout_uri else {
            return Ok(());
        };
        // Most know nobody by another name, and read nothing more.
        let external_id = match self.policy.external_ids {
            true => self.store.external_id(Subject(told.subject)).await,
            false => Ok(None),
        };
        let external_id = external_id.map_err(|error| JobError::Retry(error.to_string()))?;
        let by = (&self.policy, &*self.keys as _, clock::now());
        let told = (&told, external_id.as_deref());
        let token = logout_token(told, entry.id, &client, by);
        let token = token.ok_or_else(|| {
            JobError::Retry("no key signs just now: valetkey key list shows them".to_owned())
        })?;
        let wanted = Wanted {
            accept: "*/*",
            most_bytes: MOST_BYTES,
            within: WITHIN,
        };
        let form = format!("logout_token={token}");
        match self.outbound.post(url, form, &wanted).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            // "If the logout request was invalid or the logout failed, the RP MUST respond with HTTP 400 Bad Request" (§2.8): the
            // next one would be made alike, and those that come after it are not to wait for it.
            Ok(answer) if answer.status == 400 => Err(JobError::Dead(
                "the app refuses the logout token (400)".to_owned(),
            )),
            Ok(answer) => Err(JobError::Retry(format!(
                "the app answers {}",
                answer.status
            ))),
            Err(error) => Err(JobError::Retry(error.to_string())),
        }
    }
}
