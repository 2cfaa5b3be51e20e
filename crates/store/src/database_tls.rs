//! What the URL of a PostgreSQL database says about TLS, in the words of libpq.
use std::path::PathBuf;

/// `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// In the clear.
    Disable,
    /// In the clear, or encrypted where the server insists.
    Allow,
    /// Encrypted where the server can; nobody proves who they are. In the clear otherwise.
    #[default]
    Prefer,
    /// Encrypted, by a server with a certificate of an authority that is trusted.
    VerifyCa,
    /// The same, and the certificate is for this host. `require` is this too, stricter than libpq.
    VerifyFull,
}

/// What a URL says about TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DatabaseTls {
    /// `sslmode`.
    pub(crate) mode: Mode,
    /// `sslrootcert`: certificates of the authorities that sign the server's, in place of the system's.
    pub(crate) root: Option<PathBuf>,
    /// Whether `sslrootcert` was given at all; `system` means the default.
    names_root: bool,
    /// `sslcert`: the certificate by which this node shows who it is.
    pub(crate) cert: Option<PathBuf>,
    /// `sslkey`: its private key.
    pub(crate) key: Option<PathBuf>,
}

impl DatabaseTls {
    /// Takes a parameter of the URL; `false` when it is about something else.
    ///
    /// # Errors
    /// A sentence on what is wrong with its value.
    pub(crate) fn take(&mut self, name: &str, value: String) -> Result<bool, String> {
        let file = |value: String| (!value.is_empty()).then(|| PathBuf::from(value));
        match name {
            "sslmode" => self.mode = mode(&value)?,
            "sslrootcert" => {
                self.root = file(value).filter(|file| file.as_os_str() != "system");
                self.names_root = true;
            }
            "sslcert" => self.cert = file(value),
            "sslkey" => self.key = file(value),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Looks at the whole.
    ///
    /// # Errors
    /// A sentence on what does not fit together.
    pub(crate) fn check(&self) -> Result<(), String> {
        let verifies = matches!(self.mode, Mode::VerifyCa | Mode::VerifyFull);
        if self.names_root && !verifies {
            return Err(
                "sslrootcert is used by sslmode=verify-ca, verify-full and require alone: add one of them"
                    .to_owned(),
            );
        }
        match (&self.cert, &self.key) {
            (Some(_), Some(_)) if self.mode == Mode::Disable => {
                Err("sslcert has no use with sslmode=disable: take one of them away".to_owned())
            }
            (Some(_), Some(_)) | (None, None) => Ok(()),
            (None, _) => Err("sslcert is missing beside sslkey: name both files".to_owned()),
            (_, None) => Err("sslkey is missing beside sslcert: name both files".to_owned()),
        }
    }
}

fn mode(value: &str) -> Result<Mode, String> {
    Ok(match value {
        "disable" => Mode::Disable,
        "allow" => Mode::Allow,
        "prefer" => Mode::Prefer,
        "verify-ca" => Mode::VerifyCa,
        "require" | "verify-full" => Mode::VerifyFull,
        _ => {
            return Err(
                "sslmode is disable, allow, prefer, require, verify-ca or verify-full".to_owned(),
            );
        }
    })
}
