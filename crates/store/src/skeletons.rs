//! What the names of apps look like. The schema cannot work it out, and an earlier release that runs beside this one
//! writes none, so it is made good at each start.
use crate::StoreError;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::values;
use protocol::types::ClientNo;
use protocol::types::name::skeleton;

/// Apps without one, after a number.
const WITHOUT: Query<(ClientNo, String)> = Query {
    sql: "SELECT no, name FROM clients WHERE skeleton = '' AND no > $1 ORDER BY no LIMIT 100",
    read: |row| Ok((row.client(0)?, row.string(1)?)),
};

/// Gives every app its own.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn fill(runs: &impl Runs) -> Result<(), StoreError> {
    let mut after = ClientNo(0);
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
