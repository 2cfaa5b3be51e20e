//! Every target on its seeds, and on what random changes make of them; then on large inputs.
//!
//! This is the short form, on the toolchain that all else is built with: it finds what is near the seeds. The long
//! form (`fuzz/run --long`) goes where coverage leads it. `VALETKEY_LONG=1` makes fifty times as many changes, and
//! `VALETKEY_FUZZ_SEED` repeats those of a run that failed.

use fuzz_targets::{TARGETS, Target};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Inputs for one target.
const INPUTS: u64 = 4_000;
/// Longest input that changes make, in bytes.
const LONGEST: usize = 4_096;
/// What an HTTP body may have at most, and how long reading it may take in an unoptimised build on a busy machine.
/// A parser whose work grows with the square of its input takes minutes.
const LARGE: usize = 64 * 1_024;
const PATIENCE: Duration = Duration::from_secs(5);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The seeds of a target; there must be some.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = folder().join("seeds").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("it is listed").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds for {name}");
    let read = |path: &PathBuf| fs::read(path).expect("a seed can be read");
    paths.iter().map(read).collect()
}

/// The words of a target's dictionary: a quoted one a line, with `\xHH`, `\"` and `\\`.
fn words(name: &str) -> Vec<Vec<u8>> {
    let file = folder().join("dictionaries").join(format!("{name}.dict"));
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file:?}: {e}"));
    let quoted = |line: &str| Some(unescaped(line.strip_prefix('"')?.strip_suffix('"')?));
    text.lines().filter_map(quoted).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        (rest, out) = match (first, after) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digit =
                    |byte: &u8| char::from(*byte).to_digit(16).expect("a hexadecimal digit") as u8;
                (after, [out, vec![digit(high) << 4 | digit(low)]].concat())
            }
            (b'\\', [other, after @ ..]) => (after, [out, vec![*other]].concat()),
            _ => (after, [out, vec![*first]].concat()),
        };
    }
    out
}

/// Chance that can be repeated (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn one<'a>(&mut self, of: &'a [Vec<u8>]) -> &'a [u8] {
        of.get(self.below(of.len())).map_or(&[], Vec::as_slice)
    }

    /// Where a change begins and ends.
    fn span(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(16) + 1)
    }

    /// One change of an input.
    fn change(&mut self, data: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[Vec<u8>]) {
        let span = self.span(data.len());
        match self.below(6) {
            0 => drop(data.splice(span, [])),
            1 => drop(data.splice(span, [self.next() as u8])),
            2 | 3 => drop(data.splice(span, self.one(words).to_vec())),
            4 => {
                let piece = data[span.clone()].to_vec();
                drop(data.splice(span.start..span.start, piece));
            }
            _ => {
                let other = self.one(seeds);
                let piece = other[self.span(other.len())].to_vec();
                drop(data.splice(span, piece));
            }
        }
        data.truncate(LONGEST);
    }
}

/// A number to start from, another one each time.
fn start() -> u64 {
    let given = std::env::var("VALETKEY_FUZZ_SEED").ok();
    let random = || u64::from_ne_bytes(jose::random::bytes());
    given.map_or_else(random, |text| {
        text.parse().expect("VALETKEY_FUZZ_SEED is a number")
    })
}

fn run_on(target: Target, data: &[u8], start: u64) {
    let run = catch_unwind(AssertUnwindSafe(|| (target.1)(data)));
    if let Err(cause) = run {
        eprintln!(
            "VALETKEY_FUZZ_SEED={start}, target {}: {:?}",
            target.0,
            data.escape_ascii().to_string()
        );
        std::panic::resume_unwind(cause);
    }
}

#[test]
fn what_must_hold_holds_near_the_seeds() {
    let long = std::env::var("VALETKEY_LONG").is_ok_and(|value| value == "1");
    let start = start();
    for target in TARGETS {
        let (seeds, words) = (seeds(target.0), words(target.0));
        seeds.iter().for_each(|seed| run_on(target, seed, start));
        let mut dice = Dice(start);
        let mut data = Vec::new();
        for _ in 0..if long { 50 * INPUTS } else { INPUTS } {
            if dice.below(8) == 0 {
                data = dice.one(&seeds).to_vec();
            }
            for _ in 0..=dice.below(3) {
                dice.change(&mut data, &seeds, &words);
            }
            run_on(target, &data, start);
        }
    }
}

#[test]
fn a_large_input_is_read_in_bounded_time() {
    for target in TARGETS {
        for seed in seeds(target.0).into_iter().chain(words(target.0)) {
            if seed.is_empty() {
                continue;
            }
            let large: Vec<u8> = seed.iter().copied().cycle().take(LARGE).collect();
            let began = Instant::now();
            run_on(target, &large, 0);
            let took = began.elapsed();
            let seed = seed.escape_ascii();
            assert!(
                took < PATIENCE,
                "{}: {took:?} for 64 KiB of \"{seed}\"",
                target.0
            );
        }
    }
}

#[test]
fn every_target_is_handed_to_libfuzzer() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let entries = fs::read_dir(folder().join("fuzz_targets")).unwrap();
    assert_eq!(entries.count(), TARGETS.len());
    for (name, _) in TARGETS {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
        let file = folder().join("fuzz_targets").join(format!("{name}.rs"));
        let text = fs::read_to_string(file).unwrap();
        assert!(
            text.contains(&format!("fuzz_targets::run(\"{name}\", data)")),
            "{name}"
        );
    }
}
