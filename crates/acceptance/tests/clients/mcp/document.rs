//! A host with a document about a client, by https as every library wants it: with the certificate that the provider of the
//! test has for the same name.

use super::stage::Stage;
use super::walk::CALLBACK;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

/// Publishes what a client of `CALLBACK` is, as long as the test runs; returns the document's URL.
#[track_caller]
pub(crate) fn published(stage: &Stage) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = format!("https://localhost:{port}/note-keeper.json");
    let document = json!({
        "client_id": url,
        "client_name": "Note Keeper",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let config = Arc::new(config(stage.scene.provider.folder()));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &config, &document.to_string());
        }
    });
    url
}

#[track_caller]
fn config(folder: &Path) -> ServerConfig {
    let certificates = CertificateDer::pem_file_iter(folder.join("cert.pem")).expect("a file");
    let certificates = certificates
        .collect::<Result<_, _>>()
        .expect("certificates");
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the usual versions")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .expect("a key for the certificate")
}

fn answer(stream: TcpStream, config: &Arc<ServerConfig>, body: &str) -> io::Result<()> {
    let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::from("-");
    while !line.trim_end().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let stream = reader.get_mut();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}
