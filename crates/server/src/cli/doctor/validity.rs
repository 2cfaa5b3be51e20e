//! Until when a certificate is good, read from it (RFC 5280 §4.1).
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Tags of DER.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Seconds since 1970 before which it is not good yet, and after which no more; `None` where that cannot be read.
pub(super) fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let (whole, _) = value(certificate, SEQUENCE)?;
    let (mut to_be_signed, _) = value(whole, SEQUENCE)?;
    if let Some((_, rest)) = value(to_be_signed, VERSION) {
        to_be_signed = rest;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        to_be_signed = any(to_be_signed)?.2;
    }
    let (times, _) = value(to_be_signed, SEQUENCE)?;
    let (kind, from, rest) = any(times)?;
    let from = time(kind, from)?;
    let (kind, until, _) = any(rest)?;
    Some((from, time(kind, until)?))
}

/// The next value, if it has this tag, and what follows it.
fn value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, value, rest) = any(bytes)?;
    (found == tag).then_some((value, rest))
}

/// The next value with its tag, and what follows it.
fn any(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], mut rest) = bytes.split_first_chunk()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let digits = usize::from(first & 0x7f);
        if digits > 4 {
            return None;
        }
        let (written, after) = rest.split_at_checked(digits)?;
        length = written
            .iter()
            .fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = after;
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

fn time(kind: u8, text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let whole = match kind {
        // Two digits of the year: 50 and above are of the last century (RFC 5280 §4.1.2.5.1).
        UTC_TIME if *text.as_bytes().first()? >= b'5' => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let zoned = time.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_read_as_it_was_written() {
        for (year, seconds) in [(2031, 1_924_992_000), (2060, 2_840_140_800)] {
            let mut asked = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            asked.not_before = rcgen::date_time_ymd(1999, 12, 31);
            asked.not_after = rcgen::date_time_ymd(year, 1, 1);
            let key = rcgen::KeyPair::generate().unwrap();
            let made = asked.self_signed(&key).unwrap();
            assert_eq!(validity(made.der()), Some((946_598_400, seconds)));
            for end in 0..made.der().len().min(120) {
                // What is cut off is not read, and nothing panics.
                assert_eq!(validity(&made.der()[..end]), None);
            }
        }
        assert_eq!(validity(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
