//! What waits in lines, one for each source. The sources take turns, so that nobody waits for another's crowd.
use std::collections::VecDeque;

/// The most that wait at once: of one source, and of all sources together.
pub(crate) const MAX_OF_SOURCE: usize = 100;
pub(crate) const MAX_WAITING: usize = 1_000;

/// What one source waits for, in the order it came.
struct Line<T> {
    source: String,
    waiting: VecDeque<T>,
}

/// See the module.
pub(crate) struct Turns<T> {
    lines: VecDeque<Line<T>>,
    waiting: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Turns {
            lines: VecDeque::new(),
            waiting: 0,
        }
    }
}

impl<T> Turns<T> {
    /// Lets something wait. What is too much is handed back; where all together are too many, that is the newest of
    /// the longest line.
    pub(crate) fn add(&mut self, source: &str, item: T) -> Option<T> {
        let crowded = self.waiting >= MAX_WAITING;
        let own = self.lines.iter().position(|line| line.source == source);
        let length = own.map_or(0, |own| self.lines[own].waiting.len());
        if length >= MAX_OF_SOURCE {
            return Some(item);
        }
        let longest = self.lines.iter_mut().max_by_key(|line| line.waiting.len());
        let refused = match longest.filter(|_| crowded) {
            Some(longest) if longest.waiting.len() > length + 1 => longest.waiting.pop_back(),
            Some(_) => return Some(item),
            None => None,
        };
        match own {
            Some(own) => self.lines[own].waiting.push_back(item),
            None => self.lines.push_back(Line {
                source: source.to_owned(),
                waiting: VecDeque::from([item]),
            }),
        }
        self.waiting = self.waiting + 1 - usize::from(refused.is_some());
        refused
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting
    }

    /// The next: the first of the line whose turn it is, which then waits for all others.
    pub(crate) fn next(&mut self) -> Option<T> {
        let mut line = self.lines.pop_front()?;
        let item = line.waiting.pop_front();
        if !line.waiting.is_empty() {
            self.lines.push_back(line);
        }
        self.waiting -= usize::from(item.is_some());
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_take_turns() {
        let mut turns = Turns::default();
        for (source, item) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("b", 6)] {
            assert_eq!(turns.add(source, item), None);
        }
        let order: Vec<_> = std::iter::from_fn(|| turns.next()).collect();
        assert_eq!(order, [1, 4, 5, 2, 6, 3]);
        assert_eq!(turns.waiting, 0);
    }

    #[test]
    fn lines_are_bounded_for_each_source_and_in_all() {
        let mut turns = Turns::default();
        for item in 0..MAX_OF_SOURCE {
            assert_eq!(turns.add("crowd", item), None);
        }
        assert_eq!(turns.add("crowd", 7_000), Some(7_000), "its line is full");
        for item in MAX_OF_SOURCE..MAX_WAITING {
            assert_eq!(turns.add(&format!("source {}", item / 10), item), None);
        }
        // The newest of the longest line makes room.
        assert_eq!(turns.add("another", 8_000), Some(MAX_OF_SOURCE - 1));
        assert_eq!(
            turns.add("crowd", 9_000),
            Some(9_000),
            "the longest is its own"
        );
        assert_eq!(std::iter::from_fn(|| turns.next()).count(), MAX_WAITING);
    }
}
