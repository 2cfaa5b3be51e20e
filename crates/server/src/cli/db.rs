//! `valetkey db …`: what an operator does with the database as a whole.
mod fill;

use super::failure::Failure;
use super::output::Output;
use clap::Subcommand;
use std::process::ExitCode;

/// The database as a whole.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make access tokens that nobody holds, to try size and speed.
    Fill(fill::Fill),
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self {
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

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn counts_are_grouped_by_thousands() {
        let all = [0, 999, 1_000, 12_345, 123_456, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "12,345", "123,456", "1,234,567"]);
    }
}
