//! What people and apps have to do with each other, for the pages and commands that list it.
use crate::facts::connections;
use crate::value::{Value, values};
use crate::{Fact, Store, StoreError};
use protocol::types::{ClientRowId, Connection, ConnectionKey, Locator, Subject, UnixTime};

/// Which connections of a person are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionQuery<'a> {
    /// Whose.
    pub subject: Subject,
    /// After this one in the list.
    pub after: Option<ConnectionPlace>,
    /// A part of the app's name, however it is capitalized; empty for all.
    pub name: &'a str,
    /// Those that ended after this moment are listed too.
    pub ended_after: UnixTime,
    /// So many at most.
    pub limit: usize,
}

/// A place in the list of a person's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionPlace {
    /// Since when the connection there is.
    pub since: UnixTime,
    /// Its app.
    pub client: ClientRowId,
    /// The organization that access is given for.
    pub organization: Option<Locator>,
}

impl ConnectionPlace {
    /// That of a connection.
    pub fn of(connection: &Connection) -> Self {
        ConnectionPlace {
            since: connection.since,
            client: connection.client,
            organization: connection.organization,
        }
    }

    /// As it is handed out.
    pub fn write(self) -> String {
        let organization = stored(self.organization);
        format!("{}.{}.{}", self.since.0, self.client.0, organization.0)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.').map(|part| part.parse::<i64>().ok());
        let (since, client) = (parts.next()??, parts.next()??);
        // One that an earlier release handed out names no organization: the whole app comes after it.
        let organization = parts.next().unwrap_or(Some(0))?;
        Some(ConnectionPlace {
            since: UnixTime(since),
            client: ClientRowId(client),
            organization: (organization > 0).then_some(Locator(organization)),
        })
    }
}

/// The organization of a connection as it is stored; what is a person's own has number 0.
pub(crate) fn stored(organization: Option<Locator>) -> Locator {
    organization.unwrap_or(Locator(0))
}

/// The first three values of a statement about one connection.
pub(crate) fn named(key: ConnectionKey) -> [Value<'static>; 3] {
    values![key.subject, key.client, stored(key.organization)]
}

impl Store {
    /// The connection of a person and an app, for a workspace.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connection(&self, key: ConnectionKey) -> Fact<Connection> {
        self.one(&connections::ONE, &named(key)).await
    }

    /// Connections of a person, the last one first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connections(
        &self,
        query: ConnectionQuery<'_>,
    ) -> Result<Vec<Connection>, StoreError> {
        let (since, client, organization) = match query.after {
            Some(after) => (after.since, after.client, stored(after.organization)),
            None => (UnixTime(i64::MAX), ClientRowId(i64::MAX), Locator(0)),
        };
        let values = values![
            query.subject,
            since,
            client,
            query.limit as i64,
            Locator::first_at(query.ended_after),
            pattern(query.name),
            organization,
        ];
        self.many(&connections::OF_PERSON, &values).await
    }
}

/// A pattern of `LIKE` that finds a text anywhere. What would mean more than itself is written after a `~`.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '~') {
            pattern.push('~');
        }
        pattern.push(c);
    }
    pattern + "%"
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn what_is_sought_means_itself() {
        assert_eq!(pattern("100% Sync_ed~"), "%100~% sync~_ed~~%");
        assert_eq!(pattern(""), "%%");
    }
}
