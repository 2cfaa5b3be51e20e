//! What the names of apps and organizations look like. The schema cannot work it out, and an earlier release that runs beside this one
//! writes none, so it is made good at each start.
use crate::StoreError;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::values;
use protocol::types::name::skeleton;
use protocol::types::{ClientRowId, Locator};

/// Apps without one, after a number.
const WITHOUT: Query<(ClientRowId, String)> = Query {
    sql: "SELECT no, name FROM clients WHERE skeleton = '' AND no > $1 ORDER BY no LIMIT 100",
    read: |row| Ok((row.client(0)?, row.string(1)?)),
};

/// Organizations without one, after a number.
const ORGANIZATIONS_WITHOUT: Query<(Locator, String)> = Query {
    sql: "SELECT id, name FROM organizations WHERE skeleton = '' AND id > $1 ORDER BY id LIMIT 100",
    read: |row| Ok((row.locator(0)?, row.string(1)?)),
};

/// Gives every app and every organization its own.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn fill(runs: &impl Runs) -> Result<(), StoreError> {
    fill_apps(runs).await?;
    fill_organizations(runs).await
}

async fn fill_organizations(runs: &impl Runs) -> Result<(), StoreError> {
    let mut after = Locator(0);
    loop {
        let found = runs.many(&ORGANIZATIONS_WITHOUT, &values![after]).await?;
        let Some((last, _)) = found.last() else {
            return Ok(());
        };
        after = *last;
        for (id, name) in found {
            let fill = "UPDATE organizations SET skeleton = $3 WHERE id = $1 AND name = $2 AND skeleton = ''";
            let looks = skeleton(&name);
            runs.run(fill, &values![id, name, looks]).await?;
        }
    }
}

async fn fill_apps(runs: &impl Runs) -> Result<(), StoreError> {
    let mut after = ClientRowId(0);
    loop {
        let apps = runs.many(&WITHOUT, &values![after]).await?;
        let Some((last, _)) = apps.last() else {
            return Ok(());
        };
        after = *last;
        for (no, name) in apps {
            let fill =
                "UPDATE clients SET skeleton = $3 WHERE no = $1 AND name = $2 AND skeleton = ''";
            let looks = skeleton(&name);
            runs.run(fill, &values![no, name, looks]).await?;
        }
    }
}
