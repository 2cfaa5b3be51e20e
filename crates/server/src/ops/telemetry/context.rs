//! What a caller says of the trace that its request belongs to (W3C Trace Context). What cannot be read is as if it were not
//! there.
use axum::http::{HeaderMap, HeaderName};
use std::fmt::Write as _;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Longest state that is kept, in bytes (§3.3.1.5: at least 512 should be).
const LONGEST_STATE: usize = 512;
/// Most members of a state (§3.3.1.1).
const MOST_MEMBERS: usize = 32;

/// Names a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(pub(super) [u8; 16]);

/// Names a span of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanId(pub(super) [u8; 8]);

#[cfg(test)]
impl TraceId {
    /// One of the same bytes.
    pub(crate) fn of_digits(byte: u8) -> Self {
        TraceId([byte; 16])
    }
}

#[cfg(test)]
impl SpanId {
    /// One of the same bytes.
    pub(crate) fn of_digits(byte: u8) -> Self {
        SpanId([byte; 8])
    }
}

impl TraceId {
    /// Writes its digits.
    pub(crate) fn write(self, out: &mut String) {
        hex(&self.0, out);
    }
}

impl SpanId {
    /// Writes its digits.
    pub(crate) fn write(self, out: &mut String) {
        hex(&self.0, out);
    }
}

fn hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// The caller's span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    /// Whether the caller keeps its trace.
    pub(super) sampled: bool,
}

impl Parent {
    /// The one that headers name, if exactly one is named.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut named = headers.get_all(TRACEPARENT).iter();
        let first = named.next()?;
        match named.next() {
            None => Self::parse(first.as_bytes()),
            Some(_) => None,
        }
    }

    /// Reads `version "-" trace-id "-" parent-id "-" flags` (§3.2). Of a version to come, what this one knows.
    fn parse(text: &[u8]) -> Option<Self> {
        let (known, rest) = text.split_at_checked(55)?;
        let [version] = read(&known[..2])?;
        let is_whole = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.first().is_none_or(|next| *next == b'-'),
        };
        let dashes = [2, 35, 52].iter().all(|at| known[*at] == b'-');
        if !is_whole || !dashes {
            return None;
        }
        let trace: [u8; 16] = read(&known[3..35])?;
        let span: [u8; 8] = read(&known[36..52])?;
        let [flags] = read(&known[53..])?;
        (trace != [0; 16] && span != [0; 8]).then_some(Parent {
            trace: TraceId(trace),
            span: SpanId(span),
            sampled: flags & 1 == 1,
        })
    }
}

/// Bytes of lower-case hexadecimal digits, which are the only ones (§3.2.2).
fn read<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The state that systems before this one left (§3.3), as it came; none where one part of it cannot be read.
pub(super) fn state(headers: &HeaderMap) -> Option<Box<str>> {
    let mut members = Vec::new();
    for header in headers.get_all(TRACESTATE) {
        let list = header.to_str().ok()?.split(',');
        members.extend(list.map(str::trim).filter(|member| !member.is_empty()));
    }
    let all_sound = members.iter().all(|member| is_member(member));
    let joined = members.join(",");
    let fits = members.len() <= MOST_MEMBERS && joined.len() <= LONGEST_STATE;
    (all_sound && fits && !joined.is_empty()).then(|| joined.into())
}

/// `key "=" value` (§3.3.1.3).
fn is_member(text: &str) -> bool {
    let Some((key, value)) = text.split_once('=') else {
        return false;
    };
    let in_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/@".contains(&b);
    let begins = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=256).contains(&key.len())
        && key.as_bytes().first().is_some_and(begins)
        && key.bytes().all(in_key)
        && (1..=256).contains(&value.len())
        && value
            .bytes()
            .all(|b| (b' '..=b'~').contains(&b) && b != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_parent_is_read_strictly() {
        let parent = Parent::of(&headers(&[("traceparent", GOOD)])).unwrap();
        let mut text = String::new();
        parent.trace.write(&mut text);
        parent.span.write(&mut text);
        assert_eq!(text, "0af7651916cd43dd8448eb211c80319cb7ad6b7169203331");
        assert!(parent.sampled);
        let other = |from: &str, to: &str| GOOD.replacen(from, to, 1);
        for good in [
            other("00-", "cc-"),
            format!("{}-more", other("00-", "cc-")),
            other("-01", "-03"),
        ] {
            assert_eq!(Parent::parse(good.as_bytes()), Some(parent), "{good}");
        }
        assert!(
            !Parent::parse(other("-01", "-00").as_bytes())
                .unwrap()
                .sampled
        );
        for bad in [
            // §3.2.2.2: version 255 is invalid.
            other("00-", "ff-"),
            // §3.2.2.3: all zeroes are invalid.
            other("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            other("b7ad6b7169203331", &"0".repeat(16)),
            // Of version 0 nothing follows the flags.
            format!("{GOOD}-more"),
            format!("{GOOD} "),
            other("00-", "cc-") + "x",
            GOOD.to_uppercase(),
            other("0af", "0ag"),
            other("-b7", "_b7"),
            GOOD[..54].to_owned(),
            String::new(),
        ] {
            assert_eq!(Parent::parse(bad.as_bytes()), None, "{bad}");
        }
        let twice = headers(&[("traceparent", GOOD), ("traceparent", GOOD)]);
        assert_eq!(Parent::of(&twice), None);
    }

    #[test]
    fn a_state_is_kept_as_it_came_or_not_at_all() {
        let kept = |list: &[&str]| {
            let list: Vec<_> = list.iter().map(|value| ("tracestate", *value)).collect();
            state(&headers(&list)).map(String::from)
        };
        assert_eq!(kept(&["a=1,b@c=x y"]).as_deref(), Some("a=1,b@c=x y"));
        assert_eq!(kept(&["a=1", " , b=2"]).as_deref(), Some("a=1,b=2"));
        let many = vec!["a=1"; 33].join(",");
        let long = format!("a={}", "x".repeat(257));
        for bad in ["", "a", "A=1", "a=1=2", "=1", "a=", "a=x\ty", &many, &long] {
            assert_eq!(kept(&[bad]), None, "{bad}");
        }
    }
}
