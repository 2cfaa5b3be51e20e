//! Whose certificates are believed: those that the machine trusts, and an authority of a company's own.
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, client::Resumption};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// A file with certificates of further authorities, in PEM.
    pub ca_file: Option<PathBuf>,
}

/// Why nobody can be believed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrustFault {
    /// The file of further authorities cannot be read.
    #[error("cannot read {} as certificates: {why}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The machine trusts nobody, and no file was named.
    #[error(
        "this machine has no certificates of authorities: install its ca-certificates, or name a file of your own"
    )]
    Nobody,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Trust {
    /// The certificates of the file, if there is one.
    ///
    /// # Errors
    /// [`TrustFault::File`].
    pub fn own(&self) -> Result<Vec<CertificateDer<'static>>, TrustFault> {
        let Some(file) = &self.ca_file else {
            return Ok(Vec::new());
        };
        let found = certificates(file).and_then(|found| match found.is_empty() {
            true => Err("it has none: name a file with BEGIN CERTIFICATE in it".to_owned()),
            false => Ok(found),
        });
        found.map_err(|why| TrustFault::File {
            file: file.clone(),
            why,
        })
    }

    /// What TLS is spoken with. Files are read, so it is made once.
    pub(crate) fn config(&self) -> Result<Arc<ClientConfig>, TrustFault> {
        let mut roots = RootCertStore::empty();
        for own in self.own()? {
            let added = roots.add(own);
            added.map_err(|error| TrustFault::File {
                file: self.ca_file.clone().unwrap_or_default(),
                why: error.to_string(),
            })?;
        }
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(TrustFault::Nobody);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustFault::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A session ticket is text that a stranger chooses, and would be sent to whatever the name leads to next time.
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_none_is_told_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let trust = Trust {
            ca_file: Some(file.clone()),
        };
        for text in [
            None,
            Some("nothing"),
            Some("-----BEGIN CERTIFICATE-----\n!"),
        ] {
            if let Some(text) = text {
                std::fs::write(&file, text).unwrap();
            }
            let told = trust.config().unwrap_err().to_string();
            assert!(told.contains("ca.pem"), "{told}");
        }
    }
}
