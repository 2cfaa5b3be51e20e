//! What a browser brings back from a provider (RFC 6749 §4.1.2, RFC 9207).
use super::{Departure, Metadata};
use crate::Params;
use crate::types::UnixTime;
use crate::types::text::is_plain;

/// Longest code that is taken, in bytes.
const LONGEST_CODE: usize = 4_096;
/// Longest name of an error that is written down.
const LONGEST_ERROR: usize = 60;

/// What the provider said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// A code.
    Code(String),
    /// That the person was not let in, or did not want to.
    Denied,
    /// That something is wrong: the name of the error.
    Failed(String),
}

/// Why what a browser brings is not even looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnFault {
    /// It was made for another browser, or for none.
    OtherBrowser,
    /// It took too long.
    Late,
    /// It was sent to one provider, and comes from another.
    OtherProvider,
    /// It is incomplete, or says something twice.
    Malformed,
}

impl ReturnFault {
    /// What the log says of it.
    pub fn cause(self) -> &'static str {
        match self {
            Self::OtherBrowser => {
                "the sign-in was begun in another browser, or this one keeps no cookies"
            }
            Self::Late => "the way back took too long",
            Self::OtherProvider => "the answer is of another provider than the browser was sent to",
            Self::Malformed => "the provider's answer is incomplete, or says something twice",
        }
    }
}

/// Judges an answer: first whose it is, then which provider's, and what it says last.
///
/// # Errors
/// [`ReturnFault`].
pub fn code_of(
    params: &Params,
    departure: &Departure,
    (provider, metadata): (&str, &Metadata),
    browser: Option<&str>,
    now: UnixTime,
) -> Result<Returned, ReturnFault> {
    if !departure.is_of(browser) {
        return Err(ReturnFault::OtherBrowser);
    }
    if departure.provider != provider {
        return Err(ReturnFault::OtherProvider);
    }
    if !departure.is_alive(now) {
        return Err(ReturnFault::Late);
    }
    if params.repeated().is_some() {
        return Err(ReturnFault::Malformed);
    }
    check_issuer(params.get("iss"), metadata)?;
    match (params.get("error"), params.get("code")) {
        (Some("access_denied"), _) => Ok(Returned::Denied),
        (Some(error), _) => {
            let plain = Some(error).filter(|error| error.len() <= LONGEST_ERROR && is_plain(error));
            Ok(Returned::Failed(plain.unwrap_or("an error").to_owned()))
        }
        (None, Some(code)) if code.len() <= LONGEST_CODE => Ok(Returned::Code(code.to_owned())),
        (None, _) => Err(ReturnFault::Malformed),
    }
}

/// RFC 9207 §2.4. One that is said counts also where it was not announced.
fn check_issuer(said: Option<&str>, metadata: &Metadata) -> Result<(), ReturnFault> {
    match (said, metadata.issuer.as_deref()) {
        (Some(said), Some(own)) if said != own => Err(ReturnFault::OtherProvider),
        (None, _) if metadata.names_itself => Err(ReturnFault::OtherProvider),
        _ => Ok(()),
    }
}
