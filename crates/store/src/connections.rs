//! What people and apps have to do with each other, for the pages and commands that list it.
use crate::facts::connections;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::types::{ClientNo, Connection, Subject, UnixTime};

/// Which connections of a person are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionQuery<'a> {
    /// Whose.
    pub subject: Subject,
    /// After this one in the list: since when it is, and its app.
    pub after: Option<(UnixTime, ClientNo)>,
    /// A part of the app's name, however it is capitalized; empty for all.
    pub name: &'a str,
    /// Those that ended after this moment are listed too.
    pub ended_after: UnixTime,
    /// So many at most.
    pub limit: usize,
}

impl Store {
    /// The connection of a person and an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connection(&self, subject: Subject, client: ClientNo) -> Fact<Connection> {
        self.one(&connections::ONE, &values![subject, client]).await
    }

    /// Connections of a person, the last one first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connections(
        &self,
        query: ConnectionQuery<'_>,
    ) -> Result<Vec<Connection>, StoreError> {
        let (since, client) = query
            .after
            .unwrap_or((UnixTime(i64::MAX), ClientNo(i64::MAX)));
        let values = values![
            query.subject,
            since,
            client,
            query.limit as i64,
            protocol::types::Locator::first_at(query.ended_after),
            pattern(query.name),
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
