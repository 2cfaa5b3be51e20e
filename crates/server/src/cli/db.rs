//! `valetkey db …`: what an operator does with the database as a whole.
mod backup;
mod fill;
mod migrate;
mod restore;
mod status;
mod sweep;
mod verify;

use super::failure::Failure;
use super::output::Output;
use clap::Subcommand;
use std::process::ExitCode;

/// The database as a whole.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Tell what is in the database, how large it is and who uses it. Makes and changes nothing.
    Status(status::Status),
    /// Bring the schema of a database up to date, as a start of the server does.
    Migrate(migrate::Migrate),
    /// Copy a SQLite database to a file while the server runs.
    Backup(backup::Backup),
    /// Put a backup in the place of a SQLite database, and close all that was open: nothing that was spent or taken
    /// back since the backup works again.
    Restore(restore::Restore),
    /// Close all that is open, as `restore` does: for a database that was put back by other means.
    CutOff(restore::CutOff),
    /// Look whether the database is sound. Exit code 1 when something is broken.
    Verify(verify::Verify),
    /// Delete all that has expired now; a running server does this by itself.
    Sweep(sweep::Sweep),
    /// Make access tokens that nobody holds, to try size and speed.
    Fill(fill::Fill),
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self {
            Verb::Status(status) => status.run(output).await?,
            Verb::Migrate(migrate) => return migrate.run(output).await,
            Verb::Backup(backup) => backup.run(output)?,
            Verb::Restore(restore) => restore.run(output).await?,
            Verb::CutOff(cut_off) => cut_off.run(output).await?,
            Verb::Verify(verify) => return verify.run(output).await,
            Verb::Sweep(sweep) => sweep.run(output).await?,
            Verb::Fill(fill) => fill.run(output).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A count as people read it: 1,234,567.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes as people read them: 4.2 MiB.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} bytes"),
        _ => format!("{size:.1} {}", units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::{grouped, size};

    #[test]
    fn counts_are_grouped_by_thousands() {
        let all = [0, 999, 1_000, 12_345, 123_456, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "12,345", "123,456", "1,234,567"]);
    }

    #[test]
    fn bytes_are_told_in_the_largest_unit_that_fits() {
        let all = [0, 1_023, 1_024, 1_536, 5 << 30].map(size);
        assert_eq!(
            all,
            ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 KiB", "5.0 GiB"]
        );
    }
}
