//! TLS with a certificate authority of the test's own, made for one run.

use aws_lc_rs::rand::{self, SystemRandom};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

/// The certificate of the authority, in a provider's folder.
pub(crate) const AUTHORITY: &str = "ca.pem";
/// The settings of a server whose folder holds what [`certify`] wrote.
pub(crate) const SETTINGS: &str = "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"";

/// What a client believes: servers with a certificate of one authority, or of one of several.
#[derive(Clone, Debug)]
pub struct Trust {
    config: Arc<ClientConfig>,
    authorities: Vec<CertificateDer<'static>>,
}

/// Writes a new authority's certificate into `folder`, and a certificate for `localhost` and `dev.localhost` with its key.
pub(crate) fn certify(folder: &Path) -> Trust {
    let (authority, issuer) = authority();
    let names = ["localhost", "dev.localhost"].map(str::to_owned);
    let mut params = CertificateParams::new(names).expect("host names");
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial_number());
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    for (name, text) in [
        (AUTHORITY, authority.pem()),
        ("cert.pem", certificate.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        fs::write(folder.join(name), text).expect("write it into the provider's folder");
    }
    Trust::of(vec![authority.der().clone().into_owned()])
}

fn authority() -> (rcgen::Certificate, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial_number());
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate, Issuer::new(params, key))
}

/// A number of its own: some clients refuse two certificates of one issuer with the same one.
fn serial_number() -> SerialNumber {
    let random: [u8; 16] = rand::generate(&SystemRandom::new())
        .expect("random bytes")
        .expose();
    SerialNumber::from_slice(&random)
}

impl Trust {
    /// The same, and what another client believes.
    pub fn or(&self, other: &Trust) -> Self {
        let all = self.authorities.iter().chain(&other.authorities);
        Self::of(all.cloned().collect())
    }

    fn of(authorities: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        for authority in &authorities {
            roots.add(authority.clone()).expect("a certificate");
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the usual versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Trust {
            config: Arc::new(config),
            authorities,
        }
    }

    /// The same trust of a client that speaks HTTP/2 alone.
    pub(crate) fn http2(&self) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = vec![b"h2".to_vec()];
        Trust {
            config: Arc::new(config),
            authorities: self.authorities.clone(),
        }
    }

    /// Speaks TLS on a connection to `host`, which may be written with a port.
    pub(crate) fn connect(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let name = host.split(':').next().unwrap_or_default().to_owned();
        let name = ServerName::try_from(name).map_err(io::Error::other)?;
        let client = ClientConnection::new(self.config.clone(), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(client, stream))
    }
}
