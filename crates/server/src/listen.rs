//! The accept loop: TCP, TLS, HTTP, with limits on time, header size and connections, and a graceful stop.
use crate::app::App;
use crate::log::RequestLine;
use crate::reply::{Fault, NoStore, Unlogged, plain_error};
use crate::request::{Arrival, ClientAddr, RequestId, names_one_host};
use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// Connections served at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 8_192;
/// Time to send a request's head, or to finish a TLS handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for a request as a whole.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest request head, in bytes.
const MAX_HEAD: usize = 32 * 1024;
/// Time to finish requests under way when stopping.
const DRAIN: Duration = Duration::from_secs(10);

/// Binds an address.
///
/// # Errors
/// Says which port is taken and how to choose another.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {} on {} is taken: stop what listens there, or choose another with --listen {}:PORT",
            address.port(),
            address.ip(),
            address.ip()
        ),
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Resolves on SIGTERM or Ctrl-C. Both are caught from the call on, so that neither ends a server that is still
/// starting without finishing what it began.
///
/// # Errors
/// When the system lets no signal be caught.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Accepts connections until `stop` resolves, then lets requests under way finish.
///
/// # Errors
/// When the TLS certificate or key cannot be used.
pub(crate) async fn serve(
    app: App,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let tls = tls_acceptor(&app)?;
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place?,
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: wait for connections to end.
                    app.log.warn(format!("cannot accept: {error}"));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let connection = Connection {
            app: app.clone(),
            router: router.clone(),
            peer: peer.ip(),
            asked: AtomicBool::new(false),
        };
        let (tls, watcher) = (tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection.serve(stream, tls, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
    Ok(())
}

struct Connection {
    app: App,
    router: Router,
    peer: IpAddr,
    /// Whether a request has come.
    asked: AtomicBool,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>, graceful: Watcher) {
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.http(stream, false, graceful).await,
            Some(tls) => {
                let handshake = tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await;
                if let Ok(Ok(stream)) = handshake {
                    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    self.http(stream, http2, graceful).await;
                }
            }
        }
    }

    async fn http<S>(self, stream: S, http2: bool, graceful: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = Builder::new(TokioExecutor::new());
        // The version is known beforehand, so that the time limit on the first head runs from the start.
        builder = match http2 {
            true => builder.http2_only(),
            false => builder.http1_only(),
        };
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HEAD_TIMEOUT)
            .keep_alive_timeout(HEAD_TIMEOUT)
            .max_header_list_size(MAX_HEAD as u32)
            .max_concurrent_streams(100);
        let this = Arc::new(self);
        let asked = this.clone();
        let service = service_fn(move |request| this.clone().answer(request));
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let served = graceful.watch(connection.into_owned());
        tokio::pin!(served);
        // The reader's own time limit begins with the first byte; silence is limited here.
        tokio::select! {
            _ = &mut served => return,
            () = tokio::time::sleep(HEAD_TIMEOUT) => {}
        }
        if asked.asked.load(Relaxed) {
            let _ = served.await;
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let started = Instant::now();
        self.asked.store(true, Relaxed);
        let id = RequestId::next();
        let client = ClientAddr::of(self.peer, request.headers(), &self.app.config);
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Arrival {
            id,
            address: client,
        });
        let mut response = self.route(request, id).await;
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            response.headers_mut().insert("x-request-id", value);
        }
        if self.app.cookies.is_secure() {
            response.headers_mut().insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        if response.extensions_mut().remove::<Unlogged>().is_some() {
            return Ok(response);
        }
        if let Some(NoStore(error)) = response.extensions_mut().remove() {
            self.app.outage.note(&error);
        }
        let fault = response.extensions_mut().remove::<Fault>();
        self.app.log.request(&RequestLine {
            id,
            method: &method,
            path: uri.path(),
            status: response.status(),
            took: started.elapsed(),
            client: client.0,
            fault: fault.as_ref().map(|fault| fault.0.as_str()),
        });
        Ok(response)
    }
}

impl Connection {
    async fn route(&self, request: Request<Body>, id: RequestId) -> Response<Body> {
        if !names_one_host(request.version(), request.headers()) {
            let description = "the request must have one Host header";
            return plain_error(StatusCode::BAD_REQUEST, "invalid_request", description, id);
        }
        if head_size(&request) > MAX_HEAD {
            let description = "the request's head is larger than 32 KiB";
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return plain_error(status, "invalid_request", description, id);
        }
        let routed = self.router.clone().call(request);
        match tokio::time::timeout(REQUEST_TIMEOUT, routed).await {
            Ok(Ok(response)) => response,
            Err(_) => {
                let description = "the request took longer than 30 seconds";
                plain_error(
                    StatusCode::REQUEST_TIMEOUT,
                    "invalid_request",
                    description,
                    id,
                )
            }
        }
    }
}

/// Bytes of a head that arrived in one piece, which the reader's own bound does not see.
fn head_size(request: &Request<Body>) -> usize {
    let uri = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter();
    headers.fold(uri, |size, (name, value)| {
        size + name.as_str().len() + value.len() + 4
    })
}

fn tls_acceptor(app: &App) -> anyhow::Result<Option<TlsAcceptor>> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let Some(tls) = &app.config.tls else {
        return Ok(None);
    };
    let chain = CertificateDer::pem_file_iter(&tls.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificate {}", tls.cert.display()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .with_context(|| format!("cannot read the key {}", tls.key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("the certificate and the key in [tls] do not fit together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
