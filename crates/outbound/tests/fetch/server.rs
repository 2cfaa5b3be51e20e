//! A server on loopback that says what a test tells it to, and an authority of the test's own.
use outbound::Trust;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// An authority whose certificate is in a file.
pub(crate) struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        Authority {
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust {
            ca_file: Some(self.folder.path().join("ca.pem")),
        }
    }

    /// Its file holds another authority from now on.
    pub(crate) fn replace(&self, other: &Authority) {
        let file = |own: &Authority| own.folder.path().join("ca.pem");
        std::fs::copy(file(other), file(self)).unwrap();
    }

    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What a server was told.
#[derive(Default)]
struct Told {
    asked: Vec<String>,
    names: Vec<String>,
}

/// What a server says.
#[derive(Clone)]
struct Script {
    beginning: String,
    /// Said again and again after the beginning, if not only that.
    drip: Option<String>,
}

/// See the module.
pub(crate) struct Server {
    port: u16,
    told: Arc<Mutex<Told>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn plain(answer: &str) -> Self {
        let script = Script {
            beginning: answer.to_owned(),
            drip: None,
        };
        Self::start("127.0.0.1:0", None, script).await
    }

    pub(crate) async fn dripping(beginning: &str, drip: &str) -> Self {
        let script = Script {
            beginning: beginning.to_owned(),
            drip: Some(drip.to_owned()),
        };
        Self::start("127.0.0.1:0", None, script).await
    }

    pub(crate) async fn secure(at: &str, authority: &Authority, name: &str, answer: &str) -> Self {
        let script = Script {
            beginning: answer.to_owned(),
            drip: None,
        };
        Self::start(at, Some(authority.acceptor(name)), script).await
    }

    async fn start(at: &str, tls: Option<TlsAcceptor>, script: Script) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told: Arc<Mutex<Told>> = Arc::default();
        let task = tokio::spawn(accept(listener, tls, script, told.clone()));
        Server { port, told, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The requests that came, as text.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.told.lock().unwrap().asked.clone()
    }

    /// The names that clients gave by SNI, of connections that were made.
    pub(crate) fn names(&self) -> Vec<String> {
        self.told.lock().unwrap().names.clone()
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    script: Script,
    told: Arc<Mutex<Told>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, script, told) = (tls.clone(), script.clone(), told.clone());
        tokio::spawn(async move { answer(stream, tls, script, &told).await });
    }
}

async fn answer(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    script: Script,
    told: &Mutex<Told>,
) -> Option<()> {
    let Some(tls) = tls else {
        return speak(stream, script, told).await;
    };
    let stream = tls.accept(stream).await.ok()?;
    let name = stream.get_ref().1.server_name().unwrap_or_default();
    told.lock().ok()?.names.push(name.to_owned());
    speak(stream, script, told).await
}

async fn speak(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Script,
    told: &Mutex<Told>,
) -> Option<()> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0; 512];
        let read = stream.read(&mut byte).await.ok()?;
        if read == 0 {
            return None;
        }
        asked.extend_from_slice(&byte[..read]);
    }
    let text = String::from_utf8_lossy(&asked).into_owned();
    told.lock().ok()?.asked.push(text);
    stream.write_all(script.beginning.as_bytes()).await.ok()?;
    while let Some(drip) = &script.drip {
        tokio::time::sleep(Duration::from_millis(40)).await;
        stream.write_all(drip.as_bytes()).await.ok()?;
    }
    stream.shutdown().await.ok()
}
