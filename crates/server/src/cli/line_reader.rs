//! Lines of a file of any length, in bounded memory.
use std::io::{BufRead, BufReader, Read, Result};

/// One line, without what ends it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    /// It was passed over.
    TooLong,
}

/// Reads line by line.
pub(super) struct LineReader<R> {
    source: R,
    longest: usize,
    line: Vec<u8>,
    position: u64,
}

impl<R: Read> LineReader<BufReader<R>> {
    /// Lines of `longest` bytes at most.
    pub(super) fn new(source: R, longest: usize) -> Self {
        LineReader {
            source: BufReader::new(source),
            longest,
            line: Vec::new(),
            position: 0,
        }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut any, mut fits) = (false, true);
        loop {
            let found = self.source.fill_buf()?;
            if found.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', found);
            let part = &found[..end.unwrap_or(found.len())];
            fits &= self.line.len() + part.len() <= self.longest;
            if fits {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.source.consume(used);
            self.position += used as u64;
            if end.is_some() {
                break;
            }
        }
        Ok(any.then_some(match fits {
            true => Line::Text(&self.line),
            false => Line::TooLong,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_long_ones_passed_over() {
        let long = "x".repeat(20_000);
        let text = format!("one\n\n12345678\n123456789\n{long}\nlast");
        let mut lines = LineReader::new(text.as_bytes(), 8);
        for expected in [
            Line::Text(b"one"),
            Line::Text(b""),
            Line::Text(b"12345678"),
            Line::TooLong,
            Line::TooLong,
            Line::Text(b"last"),
        ] {
            assert_eq!(lines.next().unwrap(), Some(expected));
        }
        assert_eq!(lines.next().unwrap(), None);
        assert_eq!(lines.position(), text.len() as u64);
        assert!(lines.line.capacity() <= 64);
    }
}
