//! What a live access token takes on disk.

use crate::drive::mint;
use crate::issue;
use crate::round::Round;
use crate::sample::count;
use crate::seed::Seeded;
use crate::server::Server;
use std::path::Path;

/// Bytes of the database file for each of many new tokens, taken with the server stopped and the write-ahead log
/// worked in; and the log's size under way, which does not grow with the tokens.
pub(crate) fn measure(
    round: &mut Round<'_>,
    server: &mut Server,
    seeded: &Seeded,
) -> anyhow::Result<()> {
    let Some(file) = server.database() else {
        eprintln!("load: what a token takes on disk is measured with a file only");
        return Ok(());
    };
    server.stop();
    let before = size_at_rest(&file)?;
    server.start()?;
    let tokens = round.args.sizes().tokens;
    let request = issue::request(server, seeded);
    mint(
        round.runtime,
        server.addr(),
        &request,
        tokens,
        "access_token",
    )?;
    let log = size(&wal(&file));
    server.stop();
    let grown = size_at_rest(&file)?.saturating_sub(before);
    let each = count(grown) / count(tokens as u64);
    round.add_one(server, "database file per live access token (bytes)", each);
    round.add_one(server, "write-ahead log under way (MiB)", mib(log));
    server.start()?;
    Ok(())
}

/// The size of a database file that no server has open, after its log was worked in.
pub(crate) fn size_at_rest(file: &Path) -> anyhow::Result<u64> {
    let database = rusqlite::Connection::open(file)?;
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(size(file))
}

/// The write-ahead log beside a database file.
pub(crate) fn wal(file: &Path) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The size of a file; 0 when there is none.
pub(crate) fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}

/// Bytes as MiB.
pub(crate) fn mib(bytes: u64) -> f64 {
    count(bytes) / 1024.0 / 1024.0
}
