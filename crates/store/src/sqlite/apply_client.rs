//! Transitions of apps to statements.
use super::apply::{Apply, FED};
use super::writer::Effect;
use crate::Outcome;
use protocol::Transition;
use protocol::transition::Logo;
use protocol::types::{Client, ClientKind, ClientNo, Side, StoredSecret};
use rusqlite::{Result, params};

impl Apply<'_, '_> {
    /// Applies a transition of an app.
    pub(super) fn change_client(&mut self, transition: &Transition) -> Result<Outcome> {
        use Transition as T;
        let client = match transition {
            T::RegisterClient { client, logo } => return self.register(client, logo.as_ref()),
            T::UpdateClient {
                client,
                before,
                after,
            } => {
                if self.update(before, after)? == 0 {
                    return Ok(Outcome::Conflict);
                }
                // Who was allowed is not who it is now: people are asked again.
                if (&before.name, &before.homepage) != (&after.name, &after.homepage) {
                    self.run("DELETE FROM consents WHERE client = ?1", [client.0])?;
                }
                client
            }
            T::SetClientStatus {
                client,
                status,
                cutoff,
                reviewed_at,
            } => {
                let values = params![
                    client.0,
                    status.as_str(),
                    cutoff.0,
                    reviewed_at.map(|t| t.0)
                ];
                self.run(
                    "UPDATE clients SET status = ?2, cutoff = MAX(cutoff, ?3), reviewed_at = ?4 WHERE no = ?1",
                    values,
                )?;
                client
            }
            T::ApproveScopes { client, approved } => {
                let values = params![client.0, approved.to_string()];
                self.run("UPDATE clients SET approved = ?2 WHERE no = ?1", values)?;
                client
            }
            T::ReplaceSecrets { client, secrets } => {
                self.run("DELETE FROM client_secrets WHERE client = ?1", [client.0])?;
                self.insert_secrets(*client, secrets)?;
                client
            }
            T::DeleteClient { client } => {
                self.delete_client(*client)?;
                client
            }
            _ => return Ok(Outcome::Committed),
        };
        self.client_changed(*client)?;
        Ok(Outcome::Committed)
    }

    fn register(&mut self, client: &Client, logo: Option<&Logo>) -> Result<Outcome> {
        let next = "SELECT COALESCE(MAX(no), 0) + 1 FROM clients";
        let no: i64 = self.db.one(next, [], |row| row.get(0))?.unwrap_or(1);
        let grants: Vec<&str> = client.grants.iter().map(|grant| grant.as_str()).collect();
        let values = params![
            no,
            client.id,
            client.name,
            client.homepage,
            client.description,
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
        let guard = "INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, \
                     scopes, approved, resource_server, status, cutoff, reviewed_at, logo, created_at, test, \
                     documented, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
                     ?15, ?16, ?17, ?18, ?19, NULL) ON CONFLICT DO NOTHING";
        if self.run(guard, values)? == 0 {
            return Ok(Outcome::Conflict);
        }
        self.insert_secrets(ClientNo(no), &client.secrets)?;
        if let Some(logo) = logo {
            let sql = "INSERT INTO client_logos (client, media_type, bytes) VALUES (?1, ?2, ?3)";
            self.run(sql, params![no, logo.media_type, logo.bytes])?;
        }
        self.client_changed(ClientNo(no))?;
        Ok(Outcome::Committed)
    }

    fn update(&self, before: &Client, after: &Client) -> Result<usize> {
        let values = params![
            after.no.0,
            after.name,
            after.homepage,
            after.description,
            uris(after),
            after.reviewed_at.map(|time| time.0),
            before.name,
            before.homepage,
            before.description,
            uris(before),
            before.reviewed_at.map(|time| time.0),
        ];
        let guard = "UPDATE clients SET name = ?2, homepage = ?3, description = ?4, redirect_uris = ?5, \
                     reviewed_at = ?6 WHERE no = ?1 AND deleted_at IS NULL AND status = 'active' AND name = ?7 \
                     AND homepage = ?8 AND description = ?9 AND redirect_uris = ?10 \
                     AND reviewed_at IS NOT DISTINCT FROM ?11";
        self.run(guard, values)
    }

    fn insert_secrets(&self, client: ClientNo, secrets: &[StoredSecret]) -> Result<()> {
        for secret in secrets {
            let sql = "INSERT INTO client_secrets (client, digest, created_at) VALUES (?1, ?2, ?3)";
            self.run(
                sql,
                params![client.0, secret.digest.as_bytes(), secret.created_at.0],
            )?;
        }
        Ok(())
    }

    fn delete_client(&self, client: ClientNo) -> Result<()> {
        for sql in [
            "DELETE FROM client_secrets WHERE client = ?1",
            "DELETE FROM client_logos WHERE client = ?1",
            "DELETE FROM consents WHERE client = ?1",
        ] {
            self.run(sql, [client.0])?;
        }
        // Its test users have nothing left to do.
        let sql = "DELETE FROM sessions WHERE subject IN (SELECT subject FROM people WHERE test_app = ?1)";
        self.run(sql, [client.0])?;
        let sql = "UPDATE people SET disabled_at = ?2 WHERE test_app = ?1 AND disabled_at IS NULL";
        self.run(sql, [client.0, self.now.0])?;
        let sql = "UPDATE clients SET deleted_at = ?2, status = 'disabled' WHERE no = ?1";
        self.run(sql, [client.0, self.now.0]).map(drop)
    }

    fn client_changed(&mut self, client: ClientNo) -> Result<()> {
        self.effects.push(Effect::Client(client));
        self.feed("client", client.0, self.now.plus(FED))
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
