//! Values of statements: each knows its type, so that both engines take it as it is.
use jose::Digest;
use protocol::types::{ClientRowId, Lifetime, Locator, Scope, Subject, UnixTime};
use std::borrow::Cow;

/// A value that a statement is given. An absent one has a type all the same.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Number(Option<i64>),
    Flag(bool),
    Text(Option<Cow<'a, str>>),
    Bytes(Option<Cow<'a, [u8]>>),
}

impl Value<'_> {
    /// The same, kept beyond what it was made from.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Value::Number(number) => Value::Number(number),
            Value::Flag(flag) => Value::Flag(flag),
            Value::Text(text) => Value::Text(text.map(|text| Cow::Owned(text.into_owned()))),
            Value::Bytes(bytes) => Value::Bytes(bytes.map(|bytes| Cow::Owned(bytes.into_owned()))),
        }
    }

    /// Whether no database that takes only text can hold this: PostgreSQL takes no NUL.
    pub(crate) fn has_nul(&self) -> bool {
        matches!(self, Value::Text(Some(text)) if text.contains('\0'))
    }
}

macro_rules! from {
    ($($type:ty as $from:pat => $value:expr,)*) => {
        $(impl<'a> From<$type> for Value<'a> {
            fn from($from: $type) -> Self {
                $value
            }
        })*
    };
}

from! {
    i64 as number => Value::Number(Some(number)),
    u32 as number => Value::Number(Some(i64::from(number))),
    Option<i64> as number => Value::Number(number),
    Locator as Locator(id) => Value::Number(Some(id)),
    Option<Locator> as id => Value::Number(id.map(|Locator(id)| id)),
    Subject as Subject(number) => Value::Number(Some(number)),
    Option<Subject> as subject => Value::Number(subject.map(|Subject(number)| number)),
    ClientRowId as ClientRowId(number) => Value::Number(Some(number)),
    Option<ClientRowId> as client => Value::Number(client.map(|ClientRowId(number)| number)),
    UnixTime as UnixTime(time) => Value::Number(Some(time)),
    Option<UnixTime> as time => Value::Number(time.map(|UnixTime(time)| time)),
    Lifetime as lifetime => Value::Number(Some(lifetime.seconds())),
    bool as flag => Value::Flag(flag),
    &'a str as text => Value::Text(Some(Cow::Borrowed(text))),
    String as text => Value::Text(Some(Cow::Owned(text))),
    &'a String as text => Value::Text(Some(Cow::Borrowed(text))),
    &'a Scope as scope => Value::Text(Some(Cow::Borrowed(scope.as_str()))),
    Option<&'a Scope> as scope => Value::Text(scope.map(|scope| Cow::Borrowed(scope.as_str()))),
    Option<&'a str> as text => Value::Text(text.map(Cow::Borrowed)),
    Option<String> as text => Value::Text(text.map(Cow::Owned)),
    &'a [u8] as bytes => Value::Bytes(Some(Cow::Borrowed(bytes))),
    Option<&'a [u8]> as bytes => Value::Bytes(bytes.map(Cow::Borrowed)),
    &'a Digest as digest => Value::Bytes(Some(Cow::Borrowed(digest.as_bytes()))),
    Digest as digest => Value::Bytes(Some(Cow::Owned(digest.as_bytes().to_vec()))),
    Option<Digest> as digest => {
        Value::Bytes(digest.map(|digest| Cow::Owned(digest.as_bytes().to_vec())))
    },
    Option<&'a Digest> as digest => {
        Value::Bytes(digest.map(|digest| Cow::Borrowed(&digest.as_bytes()[..])))
    },
}

/// Values in the order of `$1`, `$2` ….
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;
