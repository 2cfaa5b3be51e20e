//! Figures as people read them.

/// A count as people read it: 1,234,567.
pub(super) fn grouped(count: u64) -> String {
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
pub(in crate::cli) fn size(bytes: u64) -> String {
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
