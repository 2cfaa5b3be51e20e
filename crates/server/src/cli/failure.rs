//! Why a command did not do what it was asked.
use crate::preflight::NotReady;
use config::ConfigFaults;
use std::fmt;
use std::process::ExitCode;
use store::StoreError;

/// Why a command did not do what it was asked: one sentence that says what to do next.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    sentence: String,
}

impl Failure {
    /// The request was understood and refused, or something failed: exit code 1.
    pub(super) fn failed(sentence: impl Into<String>) -> Self {
        Failure {
            code: 1,
            sentence: sentence.into(),
        }
    }

    /// The command line or the configuration is wrong: exit code 2.
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Failure {
            code: 2,
            sentence: sentence.into(),
        }
    }

    /// The exit code of the process.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<ConfigFaults> for Failure {
    fn from(faults: ConfigFaults) -> Self {
        Failure::usage(faults.to_string())
    }
}

impl From<NotReady> for Failure {
    fn from(faults: NotReady) -> Self {
        Failure::usage(faults.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::failed(format!("{error:#}"))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if let StoreError::Refused(sentence) = error {
            return Failure::failed(sentence);
        }
        Failure::failed(format!(
            "the database cannot be used ({error}): try again, and run `valetkey doctor` if it stays so"
        ))
    }
}
