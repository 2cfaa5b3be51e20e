//! Where two records of one test differ.

use acceptance::Exchange;
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// Longer records are compared exchange by exchange, without looking for what was put in or left out.
const ALIGNED: usize = 3000;

/// What two records are to each other.
#[derive(Debug, PartialEq)]
pub(crate) enum Finding {
    Same,
    /// The same exchanges, each as often, in another order, as threads that race have them.
    OtherOrder,
    /// What differs, for people.
    Differs(String),
}

/// Compares two records with placeholders. Only what `races` may be in another order.
pub(crate) fn compare(before: &[Exchange], after: &[Exchange], races: bool) -> Finding {
    if before == after {
        return Finding::Same;
    }
    if races && kinds(before) == kinds(after) {
        return Finding::OtherOrder;
    }
    let mut out = String::new();
    let mut left: Vec<&Exchange> = Vec::new();
    let mut put: Vec<&Exchange> = Vec::new();
    for (one, other) in align(before, after) {
        match (one, other) {
            (Some(one), Some(other)) if one == other => flush(&mut out, &mut left, &mut put),
            (one, other) => {
                left.extend(one);
                put.extend(other);
            }
        }
    }
    flush(&mut out, &mut left, &mut put);
    Finding::Differs(out)
}

/// How often each exchange is in a record, without the numbers that tell one value from another.
fn kinds(exchanges: &[Exchange]) -> BTreeMap<String, usize> {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<([a-z]+)[0-9:]+>").expect("a pattern"));
    let plain = |exchange: &Exchange| {
        let whole = format!("{}\n\n{}", exchange.request, exchange.answer);
        NUMBER.replace_all(&whole, "<$1>").into_owned()
    };
    let mut kinds = BTreeMap::new();
    for exchange in exchanges {
        *kinds.entry(plain(exchange)).or_default() += 1;
    }
    kinds
}

type Pair<'a> = (Option<&'a Exchange>, Option<&'a Exchange>);

/// Pairs equal exchanges along their longest common sequence.
fn align<'a>(before: &'a [Exchange], after: &'a [Exchange]) -> Vec<Pair<'a>> {
    if before.len().max(after.len()) > ALIGNED {
        let longest = before.len().max(after.len());
        return (0..longest)
            .map(|at| (before.get(at), after.get(at)))
            .collect();
    }
    let (rows, columns) = (before.len(), after.len());
    let mut common = vec![vec![0_u32; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if before[row] == after[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut pairs = Vec::new();
    while row < rows || column < columns {
        let (one, other) = (before.get(row), after.get(column));
        let only_before =
            column == columns || (row < rows && common[row + 1][column] >= common[row][column + 1]);
        if one.is_some() && one == other {
            pairs.push((one, other));
            (row, column) = (row + 1, column + 1);
        } else if only_before {
            pairs.push((one, None));
            row += 1;
        } else {
            pairs.push((None, other));
            column += 1;
        }
    }
    pairs
}

/// Tells of exchanges between two that are equal on both sides.
fn flush(out: &mut String, left: &mut Vec<&Exchange>, put: &mut Vec<&Exchange>) {
    let longest = left.len().max(put.len());
    for at in 0..longest {
        let (one, other) = (left.get(at), put.get(at));
        let line = |exchange: Option<&&Exchange>| {
            let line = exchange.and_then(|exchange| exchange.request.lines().next());
            line.unwrap_or_default().to_owned()
        };
        let asked = line(one.or(other));
        let _ = match (one, other) {
            (Some(_), Some(_)) => writeln!(out, "  {asked}"),
            (Some(_), None) => writeln!(out, "  only before: {asked}"),
            _ => writeln!(out, "  only after: {asked}"),
        };
        if let (Some(one), Some(other)) = (one, other) {
            lines(out, &one.request, &other.request);
            lines(out, &one.answer, &other.answer);
        }
    }
    left.clear();
    put.clear();
}

/// Tells of lines that only one text has.
fn lines(out: &mut String, before: &str, after: &str) {
    let missing = |from: &str, other: &str| -> Vec<String> {
        let lines = from
            .lines()
            .filter(|line| !other.lines().any(|of| of == *line));
        lines.map(str::to_owned).collect()
    };
    for line in missing(before, after) {
        let _ = writeln!(out, "    - {line}");
    }
    for line in missing(after, before) {
        let _ = writeln!(out, "    + {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(request: &str, answer: &str) -> Exchange {
        Exchange {
            request: request.to_owned(),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn a_changed_answer_is_told_line_by_line() {
        let before = [exchange("GET /a", "200\na: 1\n"), exchange("GET /b", "200")];
        let after = [exchange("GET /a", "200\na: 2\n"), exchange("GET /b", "200")];
        assert_eq!(compare(&before, &before, false), Finding::Same);
        let told = "  GET /a\n    - a: 1\n    + a: 2\n".to_owned();
        assert_eq!(compare(&before, &after, true), Finding::Differs(told));
    }

    #[test]
    fn an_exchange_more_is_told_and_another_order_where_nothing_races() {
        let (one, two) = (
            exchange("GET /<id1>", "200"),
            exchange("GET /<id2> b", "200"),
        );
        let (one_later, two_first) = (
            exchange("GET /<id2>", "200"),
            exchange("GET /<id1> b", "200"),
        );
        let turned = [two_first, one_later];
        assert_eq!(
            compare(&[one.clone(), two.clone()], &turned, true),
            Finding::OtherOrder
        );
        let still = compare(&[one.clone(), two.clone()], &turned, false);
        assert!(matches!(still, Finding::Differs(_)), "{still:?}");
        let again = [one.clone(), two.clone(), one.clone()];
        let more = compare(&[one.clone(), two.clone()], &again, true);
        assert!(matches!(more, Finding::Differs(_)), "{more:?}");
        let told = "  only after: GET /<id2> b\n".to_owned();
        assert_eq!(
            compare(std::slice::from_ref(&one), &[one.clone(), two], false),
            Finding::Differs(told)
        );
    }
}
