//! Lines on their way out of the process.
use std::io::Write;

/// Writes whole lines, also to what takes a part and then fails, as a file on a full disk does.
pub(super) struct Out<W> {
    to: W,
    /// The end of a line whose beginning is written.
    begun: Vec<u8>,
    /// Lines that were not written.
    pub(super) lost: usize,
}

impl<W: Write> Out<W> {
    /// To `to`.
    pub(super) fn to(to: W) -> Self {
        Out {
            to,
            begun: Vec::new(),
            lost: 0,
        }
    }

    /// Writes lines; what is not taken is lost, but for the end of a line that was begun.
    pub(super) fn write(&mut self, lines: &[u8]) {
        let begun = std::mem::take(&mut self.begun);
        let left = begun.len() - self.put(&begun);
        if left > 0 {
            self.begun = begun[begun.len() - left..].to_vec();
            return self.lose(lines);
        }
        let (written, rest) = lines.split_at(self.put(lines));
        let end = match written.last() {
            None | Some(b'\n') => 0,
            Some(_) => rest
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |at| at + 1),
        };
        self.begun = rest[..end].to_vec();
        self.lose(&rest[end..]);
    }

    /// Writes as much as is taken; how much that was.
    fn put(&mut self, bytes: &[u8]) -> usize {
        let mut done = 0;
        while done < bytes.len() {
            match self.to.write(&bytes[done..]) {
                Ok(0) => break,
                Ok(more) => done += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        done
    }

    fn lose(&mut self, lines: &[u8]) {
        self.lost += lines.iter().filter(|byte| **byte == b'\n').count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, three at a time, then fails.
    struct Small {
        room: usize,
        has: Vec<u8>,
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(3).min(self.room);
            if taken == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.room -= taken;
            self.has.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_written_whole_or_lost() {
        for room in 0..25 {
            let mut out = Out::to(Small {
                room,
                has: Vec::new(),
            });
            out.write(b"one 1\ntwo 2\nthree\n");
            out.write(b"four\n");
            out.to.room = 1;
            out.write(b"five\n");
            out.to.room = 100;
            out.write(b"six 6\n");
            let has = String::from_utf8(out.to.has).unwrap();
            let known = ["one 1", "two 2", "three", "four", "five", "six 6"];
            assert!(
                has.lines().all(|line| known.contains(&line)),
                "{room}: {has}"
            );
            assert!(has.ends_with("six 6\n"), "{room}: {has}");
            assert_eq!(has.lines().count() + out.lost, 6, "{room}: {has}");
        }
    }
}
