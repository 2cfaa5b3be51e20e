//! Transitions of apps to statements.
use super::apply::{Apply, FED};
use super::rows::{Read, get};
use super::value::values_of;
use super::writer::Effect;
use crate::Outcome;
use protocol::Transition;
use protocol::transition::Logo;
use protocol::types::{Client, ClientKind, ClientNo, Side, StoredSecret};

impl Apply<'_> {
    /// Applies a transition of an app.
    pub(super) async fn change_client(&mut self, transition: &Transition) -> Read<Outcome> {
        use Transition as T;
        let client = match transition {
            T::RegisterClient { client, logo } => {
                return self.register(client, logo.as_ref()).await;
            }
            T::UpdateClient {
                client,
                before,
                after,
            } => {
                if self.update(before, after).await? == 0 {
                    return Ok(Outcome::Conflict);
                }
                // Who was allowed is not who it is now: people are asked again.
                if (&before.name, &before.homepage) != (&after.name, &after.homepage) {
                    let sql = "DELETE FROM consents WHERE client = $1";
                    self.run(sql, values_of![client.0]).await?;
                }
                client
            }
            T::SetClientStatus {
                client,
                status,
                cutoff,
                reviewed_at,
            } => {
                let sql = "UPDATE clients SET status = $2, cutoff = GREATEST(cutoff, $3), reviewed_at = $4 WHERE no = $1";
                let values = values_of![
                    client.0,
                    status.as_str(),
                    cutoff.0,
                    reviewed_at.map(|t| t.0)
                ];
                self.run(sql, values).await?;
                client
            }
            T::ApproveScopes { client, approved } => {
                let sql = "UPDATE clients SET approved = $2 WHERE no = $1";
                self.run(sql, values_of![client.0, approved.to_string()])
                    .await?;
                client
            }
            T::ReplaceSecrets { client, secrets } => {
                self.lock(*client).await?;
                let sql = "DELETE FROM client_secrets WHERE client = $1";
                self.run(sql, values_of![client.0]).await?;
                self.insert_secrets(*client, secrets).await?;
                client
            }
            T::DeleteClient { client } => {
                self.delete_client(*client).await?;
                client
            }
            _ => return Ok(Outcome::Committed),
        };
        self.client_changed(*client).await?;
        Ok(Outcome::Committed)
    }

    async fn register(&mut self, client: &Client, logo: Option<&Logo>) -> Read<Outcome> {
        let grants: Vec<&str> = client.grants.iter().map(|grant| grant.as_str()).collect();
        // A number that another node counted at the same moment is counted again.
        let guard = "INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, \
                     scopes, approved, resource_server, status, cutoff, reviewed_at, logo, created_at, test, \
                     documented, deleted_at) SELECT (SELECT COALESCE(MAX(no), 0) + 1 FROM clients), $1, $2, $3, $4, \
                     $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULL \
                     ON CONFLICT (id) DO NOTHING RETURNING no";
        let values = values_of![
            client.id.as_str(),
            client.name.as_str(),
            client.homepage.as_str(),
            client.description.as_str(),
            client.owner.0,
            kind(client.kind),
            uris(client),
            grants.join(" "),
            client.scopes.as_ref().map(ToString::to_string),
            client.approved.to_string(),
            client.resource_server,
            client.status.as_str(),
            client.cutoff.0,
            client.reviewed_at.map(|time| time.0),
            client.logo.as_ref().map(|digest| &digest.as_bytes()[..]),
            client.created_at.0,
            client.side == Side::Test,
            client.documented,
        ];
        let rows = self.conn.query(guard, values).await?;
        let Some(row) = rows.first() else {
            return Ok(Outcome::Conflict);
        };
        let no = ClientNo(get(row, 0)?);
        self.insert_secrets(no, &client.secrets).await?;
        if let Some(logo) = logo {
            let sql = "INSERT INTO client_logos (client, media_type, bytes) VALUES ($1, $2, $3)";
            self.run(
                sql,
                values_of![no.0, logo.media_type, logo.bytes.as_slice()],
            )
            .await?;
        }
        self.client_changed(no).await?;
        Ok(Outcome::Committed)
    }

    async fn update(&self, before: &Client, after: &Client) -> Read<u64> {
        let guard = "UPDATE clients SET name = $2, homepage = $3, description = $4, redirect_uris = $5, \
                     reviewed_at = $6 WHERE no = $1 AND deleted_at IS NULL AND status = 'active' AND name = $7 \
                     AND homepage = $8 AND description = $9 AND redirect_uris = $10 \
                     AND reviewed_at IS NOT DISTINCT FROM $11";
        let values = values_of![
            after.no.0,
            after.name.as_str(),
            after.homepage.as_str(),
            after.description.as_str(),
            uris(after),
            after.reviewed_at.map(|time| time.0),
            before.name.as_str(),
            before.homepage.as_str(),
            before.description.as_str(),
            uris(before),
            before.reviewed_at.map(|time| time.0),
        ];
        self.run(guard, values).await
    }

    /// Two nodes that replace an app's secrets at once do so one after the other.
    async fn lock(&self, client: ClientNo) -> Read<()> {
        let sql = "SELECT 1 FROM clients WHERE no = $1 FOR UPDATE";
        self.conn.query(sql, values_of![client.0]).await.map(drop)
    }

    async fn insert_secrets(&self, client: ClientNo, secrets: &[StoredSecret]) -> Read<()> {
        for secret in secrets {
            let sql = "INSERT INTO client_secrets (client, digest, created_at) VALUES ($1, $2, $3)";
            let values = values_of![client.0, &secret.digest.as_bytes()[..], secret.created_at.0];
            self.run(sql, values).await?;
        }
        Ok(())
    }

    async fn delete_client(&self, client: ClientNo) -> Read<()> {
        self.lock(client).await?;
        for sql in [
            "DELETE FROM client_secrets WHERE client = $1",
            "DELETE FROM client_logos WHERE client = $1",
            "DELETE FROM consents WHERE client = $1",
        ] {
            self.run(sql, values_of![client.0]).await?;
        }
        // Its test users have nothing left to do.
        let sql = "UPDATE people SET disabled_at = $2 WHERE test_app = $1 AND disabled_at IS NULL";
        self.run(sql, values_of![client.0, self.now.0]).await?;
        let sql = "DELETE FROM sessions WHERE subject IN (SELECT subject FROM people WHERE test_app = $1)";
        self.run(sql, values_of![client.0]).await?;
        let sql = "UPDATE clients SET deleted_at = $2, status = 'disabled' WHERE no = $1";
        self.run(sql, values_of![client.0, self.now.0])
            .await
            .map(drop)
    }

    async fn client_changed(&mut self, client: ClientNo) -> Read<()> {
        self.effects.push(Effect::Client(client));
        self.feed("client", client.0, self.now.plus(FED)).await
    }
}

/// Redirect URIs as they are stored: one a line.
fn uris(client: &Client) -> String {
    let uris: Vec<&str> = client
        .redirect_uris
        .iter()
        .map(|uri| uri.as_str())
        .collect();
    uris.join("\n")
}

/// How a client's kind is stored.
pub(super) fn kind(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Confidential => "confidential",
        ClientKind::Public => "public",
    }
}
