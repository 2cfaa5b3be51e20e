//! What a command prints.
use protocol::types::text::{escaped, escaped_json};
use serde_json::Value;
use std::io::Write;

/// How a command prints what it found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// One JSON document instead of text.
    pub(super) json: bool,
}

impl Output {
    /// Prints the one or the other.
    pub(super) fn show(self, json: &Value, text: impl FnOnce() -> String) {
        match self.json {
            true => print(&escaped_json(&format!("{json:#}"))),
            false => print(&text()),
        }
    }
}

/// Prints a text and a line end; a reader that has gone away is not an error.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
}

/// Columns under headings, each as wide as it must be. Names that strangers chose move nothing on the terminal.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| escaped(cell)))
        .collect();
    let width = |text: &str| text.chars().count();
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.max().unwrap_or(0).max(width(head[column]))
    });
    let line = |cells: [&str; N]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(head)];
    lines.extend(
        rows.iter()
            .map(|row| line(row.each_ref().map(|cell| &**cell))),
    );
    lines.join("\n")
}

/// Names with values, one a line; without what is empty. Further lines of a value stand below its first.
pub(super) fn sheet(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let shown = rows.iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<_> = shown
        .map(|(name, value)| {
            let lines: Vec<_> = value.lines().map(escaped).collect();
            let value = lines.join(&format!("\n{:width$}  ", ""));
            format!("{name:width$}  {value}")
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            ["é".to_owned(), "x".to_owned()],
            ["long".to_owned(), String::new()],
        ];
        assert_eq!(table(["A", "B"], &rows), "A     B\né     x\nlong");
        let rows = [["a\u{202e}\nb".to_owned()]];
        assert_eq!(table(["A"], &rows), "A\na\\u{202e}\\nb");
        let rows = [("one", "1\n2".to_owned()), ("none", String::new())];
        assert_eq!(sheet(&rows), "one   1\n      2");
        assert_eq!(sheet(&[("one", "1\u{200b}".to_owned())]), "one  1\\u{200b}");
    }
}
