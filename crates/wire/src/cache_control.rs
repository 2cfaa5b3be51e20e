//! How long an answer may be kept (RFC 9111 §5.2.2).
use std::time::Duration;

/// What the lines of `Cache-Control` say: `None` where they say nothing of it, zero where nothing may be kept.
pub fn max_age<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Duration> {
    let mut kept = None;
    for directive in lines.into_iter().flat_map(|line| line.split(',')) {
        let directive = directive.trim().to_ascii_lowercase();
        if matches!(directive.as_str(), "no-store" | "no-cache") {
            return Some(Duration::ZERO);
        }
        let seconds = directive.strip_prefix("max-age=");
        let seconds = seconds.and_then(|seconds| seconds.trim_matches('"').parse().ok());
        kept = kept.or(seconds.map(Duration::from_secs));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_age_counts_unless_nothing_may_be_kept() {
        for (lines, kept) in [
            (&["max-age=60"][..], Some(60)),
            (&["public, Max-Age=\"60\", max-age=5"], Some(60)),
            (&["public", "max-age=60"], Some(60)),
            (&["max-age=60", "No-Store"], Some(0)),
            (&["max-age=soon"], None),
            (&["s-maxage=60"], None),
            (&[], None),
        ] {
            let lines = lines.iter().copied();
            assert_eq!(max_age(lines), kept.map(Duration::from_secs));
        }
    }
}
