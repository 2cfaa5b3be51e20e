//! A question to whoever listens on an address. Nothing secret is sent, so whoever answers is believed to be there and
//! no more: their certificate is not judged.
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// How long to wait for an answer from the network.
const PATIENCE: Duration = Duration::from_secs(3);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// What was said.
#[derive(Debug)]
pub(super) struct Answer {
    /// Whether it came over TLS.
    pub(super) encrypted: bool,
    /// The status code.
    pub(super) status: u16,
    /// The text.
    pub(super) body: String,
    /// When it was said, by the clock of whoever said it.
    pub(super) date: Option<String>,
    /// The certificate that was shown.
    pub(super) certificate: Option<Vec<u8>>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// As a client of which host.
    pub(super) host: &'a str,
    /// For what.
    pub(super) path: &'a str,
    /// Further lines of the head, each with its end.
    pub(super) headers: &'a str,
}

/// Asks `address`: over TLS or plainly as `tls` says, and if that is not understood, the other way.
///
/// # Errors
/// When there is no answer in HTTP, why.
pub(super) fn ask(
    address: SocketAddr,
    question: Question<'_>,
    tls: bool,
) -> Result<Answer, String> {
    let first = ask_one_way(address, question, tls);
    if first.as_ref().is_ok_and(|answer| answer.status != 400) {
        return first;
    }
    match ask_one_way(address, question, !tls) {
        Ok(answer) if answer.status != 400 || first.is_err() => Ok(answer),
        _ => first,
    }
}

fn ask_one_way(address: SocketAddr, question: Question<'_>, tls: bool) -> Result<Answer, String> {
    let dialled = TcpStream::connect_timeout(&address, PATIENCE);
    let stream = dialled.map_err(|error| error.to_string())?;
    let limited = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
    limited.map_err(|error| error.to_string())?;
    let (reply, certificate) = match tls {
        true => {
            let mut stream = StreamOwned::new(greeting(question.host)?, stream);
            let reply = talk(&mut stream, question)?;
            let shown = stream.conn.peer_certificates();
            let own = shown.and_then(<[_]>::first);
            (reply, own.map(|own| own.to_vec()))
        }
        false => (talk(stream, question)?, None),
    };
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let status = head
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.get(2..5)?.parse().ok());
    Ok(Answer {
        encrypted: tls,
        status: status.ok_or("it does not speak HTTP")?,
        body: body.to_owned(),
        date: date(head),
        certificate,
    })
}

/// The `Date` of a head; none where a cache kept the answer for a while.
fn date(head: &str) -> Option<String> {
    let field = |wanted: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let (_, value) = field("date").filter(|_| field("age").is_none())?;
    Some(value.trim().to_owned())
}

fn talk(mut stream: impl Read + Write, question: Question<'_>) -> Result<String, String> {
    let Question {
        host,
        path,
        headers,
    } = question;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.flush())
        .map_err(|error| error.to_string())?;
    let mut reply = Vec::new();
    let read = stream.take(LONGEST).read_to_end(&mut reply);
    match read {
        // Some end a connection without the farewell that TLS asks for.
        Err(error) if reply.is_empty() => Err(error.to_string()),
        _ => Ok(String::from_utf8_lossy(&reply).into_owned()),
    }
}

fn greeting(host: &str) -> Result<ClientConnection, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())
}

/// Takes whoever answers.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
