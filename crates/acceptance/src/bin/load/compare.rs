//! Medians over the rounds, and ratios: each round gives its own, of what stood side by side on the machine, and the
//! median of those counts. The ratio of two medians would compare one moment with another.

use crate::sample::{Figures, Load, Sample};
use crate::server::{AGAIN, BEFORE, CONTROL, FLOOR, INTRODUCED, LARGE, SCRAPED, SMALL, VALETKEY};
use crate::{chain, flow, issue, memory, sign_in, signature, sweep};

/// Heading, name in JSON, digits behind the point, and where the figure stands.
pub(crate) type Column = (&'static str, &'static str, usize, fn(&Load) -> f64);

/// The figures of a load.
pub(crate) const COLUMNS: [Column; 7] = [
    ("per second", "per_second", 0, |load| load.per_second),
    ("p50 ms", "p50_ms", 2, |load| load.p50_ms),
    ("p90 ms", "p90_ms", 2, |load| load.p90_ms),
    ("p99 ms", "p99_ms", 2, |load| load.p99_ms),
    ("p99.9 ms", "p999_ms", 2, |load| load.p999_ms),
    ("max ms", "max_ms", 1, |load| load.max_ms),
    ("CPU µs each", "cpu_us", 1, |load| load.cpu_us),
];

/// Which of them have ratios: heading, name in JSON, place in [`COLUMNS`].
pub(crate) const RATIOS: [(&str, &str, usize); 4] = [
    ("rate", "rate", 0),
    ("p50", "p50", 1),
    ("p99", "p99", 3),
    ("CPU", "cpu", 6),
];

/// What is answered with something signed, where anything is.
const SIGNED: [&str; 3] = [issue::ISSUE, chain::REFRESH, flow::FLOW];

/// What a line of the report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The scenario, or what was measured.
    pub(crate) name: String,
    /// 0 for a single figure.
    pub(crate) connections: usize,
    pub(crate) server: &'static str,
}

/// All rounds of one line.
pub(crate) struct Line {
    pub(crate) key: Key,
    pub(crate) failed: u64,
    /// The round, and the figures in the order of [`COLUMNS`], or the single one.
    rounds: Vec<(u32, Vec<f64>)>,
}

impl Line {
    /// The median of one figure.
    pub(crate) fn median(&self, column: usize) -> f64 {
        median(self.rounds.iter().map(|(_, figures)| figures[column]))
    }

    /// This line's ratios to another's, round by round.
    pub(crate) fn ratio(&self, to: &Line, column: usize) -> Spread {
        let of_round = |(round, figures): &(u32, Vec<f64>)| {
            let other = to.rounds.iter().find(|(other, _)| other == round)?;
            let ratio = figures[column] / other.1[column];
            ratio.is_finite().then_some(ratio)
        };
        Spread::of(self.rounds.iter().filter_map(of_round).collect())
    }
}

/// The middle and the ends of some values; not a number when there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Spread {
    fn of(values: Vec<f64>) -> Self {
        Spread {
            low: values.iter().copied().fold(f64::NAN, f64::min),
            high: values.iter().copied().fold(f64::NAN, f64::max),
            median: median(values.into_iter()),
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.median.is_nan() {
            true => f.write_str("–"),
            false => write!(
                f,
                "{:.2} ({:.2} to {:.2})",
                self.median, self.low, self.high
            ),
        }
    }
}

/// The lines of loads and of single figures, each kind in the order in which they came.
pub(crate) fn lines(samples: &[Sample]) -> (Vec<Line>, Vec<Line>) {
    let (mut loads, mut ones) = (Vec::new(), Vec::new());
    for sample in samples {
        match &sample.figures {
            Figures::Load(load) => {
                let key = Key {
                    name: load.scenario.to_owned(),
                    connections: load.connections,
                    server: sample.server,
                };
                let figures = COLUMNS.iter().map(|(_, _, _, read)| read(load)).collect();
                let line = line_of(&mut loads, key);
                line.failed += load.failed;
                line.rounds.push((sample.round, figures));
            }
            Figures::One { measure, value } => {
                let key = Key {
                    name: measure.clone(),
                    connections: 0,
                    server: sample.server,
                };
                let line = line_of(&mut ones, key);
                line.rounds.push((sample.round, vec![*value]));
            }
        }
    }
    (loads, ones)
}

fn line_of(lines: &mut Vec<Line>, key: Key) -> &mut Line {
    let at = lines.iter().position(|line| line.key == key);
    let at = at.unwrap_or_else(|| {
        lines.push(Line {
            key,
            failed: 0,
            rounds: Vec::new(),
        });
        lines.len() - 1
    });
    &mut lines[at]
}

/// Each line with a line that it is to be compared with, and what that is called beside it.
pub(crate) fn pairs(lines: &[Line]) -> Vec<(&Line, &Line, String)> {
    let mut pairs = Vec::new();
    for line in lines {
        for other in lines {
            if is_reference(&line.key, &other.key) {
                let name = match line.key.server == other.key.server {
                    true => other.key.name.clone(),
                    false => other.key.server.to_owned(),
                };
                pairs.push((line, other, name));
            }
        }
    }
    pairs
}

/// Whether a line is to be compared with another one.
fn is_reference(line: &Key, to: &Key) -> bool {
    let is_same_work = line.name == to.name && line.connections == to.connections;
    let servers = (line.server, to.server);
    let names = (line.name.as_str(), to.name.as_str());
    match servers {
        (VALETKEY | BEFORE, FLOOR)
        | (VALETKEY | CONTROL, BEFORE)
        | (INTRODUCED | SCRAPED | AGAIN, VALETKEY)
        | (LARGE, SMALL) => is_same_work,
        (VALETKEY | BEFORE, sign_in::ARGON2) => line.name == sign_in::SIGN_IN,
        (server, same) if server == same => match names {
            (name, signature::ALONE) => {
                let work = name.strip_suffix(": instructions");
                work.is_some_and(|work| SIGNED.contains(&work))
            }
            (flow::FLOW, issue::ISSUE) => line.connections == to.connections,
            (issue::FIXED_BESIDE, issue::FIXED)
            | (issue::BESIDE, sign_in::SIGN_IN)
            | (sweep::DURING, sweep::WITHOUT)
            | (memory::LAST, memory::FIRST) => true,
            _ => false,
        },
        _ => false,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, wanted: f64) -> bool {
        (value - wanted).abs() < 1e-9
    }

    fn one(round: u32, server: &'static str, measure: &str, value: f64) -> Sample {
        Sample {
            round,
            server,
            figures: Figures::One {
                measure: measure.to_owned(),
                value,
            },
        }
    }

    #[test]
    fn medians() {
        assert!(near(median([3.0, 1.0, 2.0].into_iter()), 2.0));
        assert!(near(median([4.0, 1.0].into_iter()), 2.5));
        assert!(median(std::iter::empty()).is_nan());
    }

    /// The machine got twice as fast after the first round: each round says 0.5, and so does the report.
    #[test]
    fn a_ratio_is_the_median_of_each_rounds_own() {
        let samples = [
            one(1, FLOOR, "start", 10.0),
            one(1, VALETKEY, "start", 5.0),
            one(2, FLOOR, "start", 20.0),
            one(2, VALETKEY, "start", 8.0),
            one(3, VALETKEY, "start", 12.0),
            one(3, FLOOR, "start", 20.0),
            one(4, VALETKEY, "start", 99.0),
        ];
        let (loads, ones) = lines(&samples);
        assert!(loads.is_empty());
        let pairs = pairs(&ones);
        let [(line, to, name)] = pairs.as_slice() else {
            panic!("{} pairs", pairs.len());
        };
        assert_eq!(name, FLOOR);
        let spread = line.ratio(to, 0);
        assert!(near(spread.median, 0.5) && near(spread.low, 0.4) && near(spread.high, 0.6));
        assert_eq!(spread.to_string(), "0.50 (0.40 to 0.60)");
    }

    #[test]
    fn a_ratio_without_a_round_in_common_is_none() {
        let samples = [one(1, FLOOR, "start", 1.0), one(2, VALETKEY, "start", 1.0)];
        let (_, ones) = lines(&samples);
        assert_eq!(ones[1].ratio(&ones[0], 0).to_string(), "–");
    }

    #[test]
    fn what_is_compared_with_what() {
        let key = |name: &str, connections, server| Key {
            name: name.to_owned(),
            connections,
            server,
        };
        let cc = key(issue::ISSUE, 64, VALETKEY);
        assert!(is_reference(&cc, &key(issue::ISSUE, 64, FLOOR)));
        assert!(is_reference(&cc, &key(issue::ISSUE, 64, BEFORE)));
        assert!(!is_reference(&cc, &key(issue::ISSUE, 256, FLOOR)));
        assert!(!is_reference(&cc, &cc));
        assert!(!is_reference(&key(issue::ISSUE, 64, FLOOR), &cc));
        assert!(is_reference(&key(flow::FLOW, 64, VALETKEY), &cc));
        assert!(!is_reference(&cc, &key(flow::FLOW, 64, VALETKEY)));
        let bare = key(sign_in::SIGN_IN, 2, sign_in::ARGON2);
        assert!(is_reference(&key(sign_in::SIGN_IN, 8, VALETKEY), &bare));
        let (small, large) = (key(issue::ISSUE, 64, SMALL), key(issue::ISSUE, 64, LARGE));
        assert!(is_reference(&large, &small) && !is_reference(&small, &large));
        let flows = [VALETKEY, INTRODUCED].map(|server| key("code flow: instructions", 0, server));
        assert!(is_reference(&flows[1], &flows[0]) && !is_reference(&flows[0], &flows[1]));
        let alone = key(signature::ALONE, 0, "EdDSA");
        assert!(is_reference(
            &key("code flow: instructions", 0, "EdDSA"),
            &alone
        ));
        for other in [
            "code flow: commits",
            "introspection: instructions",
            signature::ALONE,
        ] {
            assert!(!is_reference(&key(other, 0, "EdDSA"), &alone), "{other}");
        }
        let of_other = key("code flow: instructions", 0, "ES256");
        assert!(!is_reference(&of_other, &alone));
    }
}
