//! The one place where the server asks what time it is.
use jiff::tz::TimeZone;
use protocol::types::{Language, Preferences, UnixTime};
use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present moment, in whole seconds.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is read here and passed on"
)]
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime(since.as_secs().try_into().unwrap_or(i64::MAX))
}

/// The present moment, as files keep it.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is read here and passed on"
)]
pub(crate) fn precisely() -> SystemTime {
    SystemTime::now()
}

thread_local! {
    /// The second that this thread wrote last, and its text up to the seconds.
    static SECOND: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// Writes the present moment as RFC 3339 in UTC, with milliseconds: for log lines.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is read here and passed on"
)]
pub(crate) fn write_timestamp(out: &mut String) {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != since.as_secs() {
            *second = since.as_secs();
            *text = rfc3339(UnixTime(second.cast_signed()));
            text.truncate(text.len().saturating_sub(1));
        }
        out.push_str(text);
        out.push('.');
        write_thousandths(since.subsec_millis().into(), out);
        out.push('Z');
    });
}

/// Writes a number below 1,000 with three digits.
pub(crate) fn write_thousandths(number: u64, out: &mut String) {
    for place in [100, 10, 1] {
        out.push(char::from(b'0' + (number / place % 10) as u8));
    }
}

/// A time zone that people are told times in.
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// The one that a person chose, or that is usual; what the database of zones has no more is no choice.
    pub(crate) fn of(preferences: &Preferences, usual: &TimeZone) -> Self {
        let chosen = preferences.zone.as_deref().and_then(Zone::named);
        chosen.unwrap_or_else(|| Zone(usual.clone()))
    }

    /// The one of that name (IANA).
    pub(crate) fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Zone)
    }

    /// The names of all, in their order.
    pub(crate) fn names() -> Vec<String> {
        let names = jiff::tz::db().available();
        names.map(|name| name.as_str().to_owned()).collect()
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// A moment as people read it, to the minute: `2025-10-14 13:30 CEST`, in German `14.10.2025, 13:30 CEST`.
    pub(crate) fn moment(&self, time: UnixTime, language: Language) -> String {
        let form = match language {
            Language::English | Language::Pseudo => "%Y-%m-%d %H:%M %Z",
            Language::German => "%d.%m.%Y, %H:%M %Z",
        };
        self.written(time, form)
    }

    /// The same to the second.
    pub(crate) fn second(&self, time: UnixTime, language: Language) -> String {
        let form = match language {
            Language::English | Language::Pseudo => "%Y-%m-%d %H:%M:%S %Z",
            Language::German => "%d.%m.%Y, %H:%M:%S %Z",
        };
        self.written(time, form)
    }

    fn written(&self, time: UnixTime, form: &str) -> String {
        let moment = jiff::Timestamp::from_second(time.0);
        let moment = moment.map(|moment| moment.to_zoned(self.0.clone()));
        moment.map_or_else(
            |_| String::new(),
            |moment| moment.strftime(form).to_string(),
        )
    }
}

/// A moment as RFC 3339 in UTC: `2025-10-14T11:30:00Z`.
pub(crate) fn rfc3339(time: UnixTime) -> String {
    jiff::Timestamp::from_second(time.0).map_or_else(|_| String::new(), |t| t.to_string())
}
