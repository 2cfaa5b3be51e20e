//! The certificate that https is served with.
use anyhow::{Context, anyhow, bail};
use config::Tls;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem, pem::PemObject};
use rustls::server::ParsedCertificate;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Reads certificate and key, and looks whether they belong together.
///
/// # Errors
/// A line for each file that is wrong, which names it and where it was set.
pub(crate) fn acceptor(tls: &Tls) -> anyhow::Result<TlsAcceptor> {
    let (chain, key) = match (chain(&tls.cert), key(&tls.key)) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => {
            let found = [chain.err(), key.err()].into_iter().zip(&tls.set_at);
            let lines = found.filter_map(|(error, at)| Some(format!("{at}: {:#}", error?)));
            bail!(lines.collect::<Vec<_>>().join("\n"));
        }
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| {
            anyhow!(
                "tls: the key {} does not fit the certificate {} ({error}): name the files of one pair, the server's own certificate first in its file",
                tls.key.display(),
                tls.cert.display()
            )
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificates of a file, the server's own first.
///
/// # Errors
/// One sentence.
pub(crate) fn chain(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("tls.cert: cannot read {} as certificates", file.display()))?;
    if chain.is_empty() {
        bail!(
            "tls.cert: {} has no certificate{}",
            file.display(),
            match PrivateKeyDer::from_pem_file(file) {
                Ok(_) => ", but a private key: tls.cert and tls.key are swapped",
                Err(_) => ": name a file in PEM, with BEGIN CERTIFICATE in it",
            }
        );
    }
    Ok(chain)
}

/// Whether the certificate of a file is for this host.
///
/// # Errors
/// One sentence, where it cannot be read.
pub(crate) fn is_for(file: &Path, host: &str) -> anyhow::Result<bool> {
    let chain = chain(file)?;
    let own = chain.first().context("no certificate")?;
    let own = ParsedCertificate::try_from(own)
        .with_context(|| format!("tls.cert: {} cannot be read", file.display()))?;
    let name = ServerName::try_from(host.trim_matches(['[', ']']))
        .with_context(|| format!("{host} is no name that a certificate could be for"))?;
    Ok(verify_server_name(&own, &name).is_ok())
}

fn key(file: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| {
        let file = file.display();
        match error {
            pem::Error::NoItemsFound => anyhow!(
                "tls.key: {file} has no private key: name a file in PEM, with BEGIN PRIVATE KEY in it and without a passphrase"
            ),
            error => anyhow!("tls.key: cannot read {file} as a private key: {error}"),
        }
    })
}
