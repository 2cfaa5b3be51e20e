//! One connection: HTTP over it, what every answer has, and its end when it takes too long.
use super::cors::{self, Door, Open};
use super::counted::Counted;
use super::deadlines::{End, HEAD, Traffic, Watch};
use super::error::{Refusal, Unanswerable};
use super::language;
use super::listener::Stream;
use super::portal_host::PortalHost;
use super::prefix::Prefix;
use super::render::{self, Asker};
use super::reply::{self, Fault, NoStore, Unlogged};
use super::request::{
    Arrival, ClientAddr, Host, Reader, RequestId, Spoken, names_one_host, wants_page,
};
use super::sending::Sending;
use super::site::Site;
use super::tls;
use crate::ops::limits::Held;
use crate::ops::log::RequestLine;
use crate::ops::telemetry::{Answered, Asked};
use crate::state::App;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Timeout;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// Time for a request as a whole.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest request head, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// What all connections share, as it is configured at present.
pub(crate) struct Shared {
    pub(crate) app: App,
    /// Where https is served: by what certificate.
    pub(super) tls: Option<TlsAcceptor>,
    router: Router,
    open: Open,
    prefix: Option<Prefix>,
    /// The portal's own host, where it has one.
    portal: Option<Box<PortalHost>>,
    /// How long a connection may say nothing, as the answer's `Keep-Alive` header tells it.
    keep_alive: HeaderValue,
}

impl Shared {
    /// What the connections of a provider share.
    ///
    /// # Errors
    /// When the TLS certificate or key cannot be used.
    pub(crate) fn of(app: App, (site, portal): (Site, Option<Site>)) -> anyhow::Result<Self> {
        let tls = app.config.tls.as_ref().map(tls::acceptor).transpose()?;
        let told = format!("timeout={}", app.config.keep_alive.as_secs());
        Ok(Shared {
            tls,
            open: site.open(&app.config.paths.register),
            prefix: Prefix::of(app.config.prefix()),
            portal: PortalHost::of(&app, &site, portal),
            keep_alive: HeaderValue::from_str(&told)
                .unwrap_or_else(|_| HeaderValue::from_static("timeout=75")),
            router: site.into_router().with_state(app.clone()),
            app,
        })
    }
}

/// See the module.
pub(crate) struct Connection {
    /// Each request is answered by the latest.
    pub(crate) shared: watch::Receiver<Arc<Shared>>,
    pub(crate) peer: IpAddr,
    /// Says when the server stops.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Its place among those of its address.
    pub(crate) held: Held,
}

/// What the router answers by.
type Routed = <Router as Service<Request<Body>>>::Future;

/// What a connection's requests are answered with.
struct Answers {
    shared: Arc<Shared>,
    peer: IpAddr,
    traffic: Arc<Traffic>,
    http2: bool,
}

impl Connection {
    /// Serves it to its end.
    pub(crate) async fn serve(self, stream: Stream, tls: Option<TlsAcceptor>) {
        if let Stream::Tcp(stream) = &stream {
            let _ = stream.set_nodelay(true);
        }
        match tls {
            None => self.http(stream, false).await,
            Some(tls) => {
                let handshake = tokio::time::timeout(HEAD, tls.accept(stream)).await;
                if let Ok(Ok(stream)) = handshake {
                    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    self.http(stream, http2).await;
                }
            }
        }
    }

    async fn http<S>(self, stream: S, http2: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let builder = builder(http2);
        let mut latest = self.shared;
        let keep_alive = latest.borrow().app.config.keep_alive;
        let traffic = Arc::new(Traffic::begin(keep_alive));
        let first = Answers {
            shared: latest.borrow_and_update().clone(),
            peer: self.peer,
            traffic: traffic.clone(),
            http2,
        };
        let mut watch = Watch::start(traffic.clone(), http2, self.held);
        let answers = RefCell::new((Arc::new(first), latest));
        let service = service_fn(move |request| Answers::latest(&answers).answer(request));
        let stream = TokioIo::new(Counted::of(stream, traffic));
        let mut connection = pin!(builder.serve_connection(stream, service).into_owned());
        let stopping = self.stopping;
        // Polled once, it wakes this task; whether it has come is then seen without a lock.
        let stop = stopping.clone();
        let mut stop = pin!(async move { stop_of(stop).await });
        let (mut armed, mut told) = (false, false);
        poll_fn(|cx| {
            loop {
                if connection.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                if !told && (!armed || stopping.has_changed().unwrap_or(true)) {
                    armed = true;
                    if stop.as_mut().poll(cx).is_ready() {
                        told = true;
                        connection.as_mut().graceful_shutdown();
                        continue;
                    }
                }
                match watch.poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(End::Now) => return Poll::Ready(()),
                    Poll::Ready(End::Told) => connection.as_mut().graceful_shutdown(),
                }
            }
        })
        .await;
    }
}

async fn stop_of(mut stopping: watch::Receiver<bool>) {
    // An error means that the server is gone altogether.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn builder(http2: bool) -> Builder<TokioExecutor> {
    let builder = Builder::new(TokioExecutor::new());
    // The version is known beforehand: nobody waits for bytes to tell it by.
    let mut builder = match http2 {
        true => builder.http2_only(),
        false => builder.http1_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD)
        .max_header_list_size(MAX_HEAD as u32)
        .max_concurrent_streams(100);
    builder
}

/// Names that no library has; as constants, they are not read anew for each answer.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const DPOP: HeaderName = HeaderName::from_static("dpop");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

impl Answers {
    /// The answers of a connection as they are now: others only if the configuration was read again meanwhile, which
    /// is seen by one number.
    fn latest(known: &RefCell<(Arc<Answers>, watch::Receiver<Arc<Shared>>)>) -> Arc<Answers> {
        let (answers, latest) = &mut *known.borrow_mut();
        if latest.has_changed().unwrap_or(false) {
            let shared = latest.borrow_and_update().clone();
            answers.traffic.set_keep_alive(shared.app.config.keep_alive);
            *answers = Arc::new(Answers {
                shared,
                peer: answers.peer,
                traffic: answers.traffic.clone(),
                http2: answers.http2,
            });
        }
        answers.clone()
    }

    /// Begins to answer a request. It is handed on before anything waits: what waits would carry it along.
    fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Sending>, Infallible>> {
        let asked = self.traffic.asked();
        let started = Instant::now();
        let id = RequestId::next();
        let client = ClientAddr::of(self.peer, request.headers(), &self.shared.app.config);
        let telemetry = self.shared.app.telemetry.as_ref();
        let traced = telemetry.and_then(|telemetry| telemetry.begin(request.headers(), self.peer));
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let keeps_alive = keeps_alive(&request);
        let proves = self.is_to_have_nonce(&request);
        let wants_page = wants_page(request.headers());
        let spoken = match wants_page {
            true => language::spoken(&uri, request.headers(), &self.shared.app),
            false => Spoken::default(),
        };
        let asker = Asker {
            reader: Reader {
                id,
                language: spoken.language(),
            },
            wants_page,
            visits: wants_page && method != Method::POST,
        };
        let host = match &self.shared.portal {
            Some(portal) => portal.host_of(&request),
            None => Host::Issuer,
        };
        let arrival = Arrival {
            id,
            address: client,
            spoken,
            host,
        };
        let door = match host {
            Host::Issuer => self.shared.open.door(&method, uri.path()),
            Host::Portal => Door::OF_PAGES,
        };
        let routed = match self.enter(door, client, started) {
            Ok(()) => self.routed(request, arrival),
            Err(why) => Err(why),
        };
        async move {
            let answered = match routed {
                Ok(routed) => match routed.await {
                    Ok(Ok(response)) => Ok(response),
                    Err(_) => Err(Unanswerable::Slow),
                },
                Err(why) => Err(why),
            };
            let mut response = self.written(answered, &method, asker);
            if let Some(prefix) = &self.shared.prefix {
                // Few have one, and what that takes is not to be carried along by all.
                response = Box::pin(prefix.put_before_links(response)).await;
            }
            if let Some(portal) = &self.shared.portal {
                response = Box::pin(portal.lead(host, response)).await;
            }
            self.dress(&mut response, door.open, asker, keeps_alive);
            if proves {
                reply::dpop_nonce(&mut response, &self.shared.app.dpop_nonce());
            }
            let who = (id, client, traced);
            self.log(&mut response, &method, uri.path(), started, who);
            let response = response.map(|body| match self.http2 {
                true => Sending::watched(body, &self.traffic.unsent),
                false => Sending::unwatched(body),
            });
            drop(asked);
            Ok(response)
        }
    }

    /// Whether the answer brings a nonce for the next proof of possession (RFC 9449 §8.2): each to a request with a proof, where
    /// nonces are needed.
    fn is_to_have_nonce(&self, request: &Request<Incoming>) -> bool {
        self.shared.app.policy().dpop.nonces && request.headers().contains_key(DPOP)
    }

    /// Counts a request before anything of it is read but its head.
    fn enter(&self, door: Door, client: ClientAddr, at: Instant) -> Result<(), Unanswerable> {
        let app = &self.shared.app;
        let entered = app.limits.enter(&app.config, door.class, client.0, at);
        entered.map_err(Unanswerable::Limited)
    }

    /// What a request is answered by, if it can be answered at all.
    fn routed(
        &self,
        request: Request<Incoming>,
        arrival: Arrival,
    ) -> Result<Timeout<Routed>, Unanswerable> {
        if !names_one_host(request.version(), request.headers()) {
            return Err(Unanswerable::Host);
        }
        if head_size(&request) > MAX_HEAD {
            return Err(Unanswerable::Head);
        }
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(arrival);
        let router = match (&self.shared.portal, arrival.host) {
            (Some(portal), Host::Portal) => &portal.router,
            _ => &self.shared.router,
        };
        let routed = router.clone().call(request);
        Ok(tokio::time::timeout(REQUEST_TIMEOUT, routed))
    }

    /// The answer as it is sent.
    fn written(
        &self,
        answered: Result<Response<Body>, Unanswerable>,
        method: &Method,
        asker: Asker,
    ) -> Response<Body> {
        let app = &self.shared.app;
        let response = match answered {
            Ok(response) => render::written(app, response, method, asker),
            Err(why) => render::refused(app, Refusal::Request(why), asker.visits, asker.reader),
        };
        debug_assert!(
            has_what_its_status_asks_for(&response),
            "{} without its header",
            response.status()
        );
        response
    }

    /// Adds what every answer has.
    fn dress(&self, response: &mut Response<Body>, open: bool, asker: Asker, keeps_alive: bool) {
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_bytes(asker.reader.id.as_bytes()) {
            headers.insert(X_REQUEST_ID, value);
        }
        if self.shared.app.cookies.is_secure() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        if keeps_alive {
            headers.insert(KEEP_ALIVE, self.shared.keep_alive.clone());
        }
        if open && !(asker.visits && reply::is_page(response.headers())) {
            cors::allow(response);
        }
    }

    fn log(
        &self,
        response: &mut Response<Body>,
        method: &Method,
        path: &str,
        started: Instant,
        (id, client, traced): (RequestId, ClientAddr, Option<Box<Asked>>),
    ) {
        let (status, took) = (response.status(), started.elapsed());
        if let Some(requests) = &self.shared.app.requests {
            requests.answered(path, status.as_u16(), took);
        }
        let is_unlogged = response.extensions_mut().remove::<Unlogged>().is_some();
        let trace = traced.as_ref().map(|asked| (asked.trace, asked.span));
        if let Some(telemetry) = &self.shared.app.telemetry {
            let answered = Answered {
                id,
                method,
                path,
                status: status.as_u16(),
                http2: self.http2,
                took,
            };
            // A probe that is worth no line is worth no span.
            telemetry.answered(traced.filter(|_| !is_unlogged), &answered);
        }
        if is_unlogged {
            return;
        }
        if let Some(NoStore(error)) = response.extensions_mut().remove() {
            self.shared.app.outage.note(&error);
        }
        // Who floods us does not fill the log as well.
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        if limited && !self.shared.app.limits.is_to_be_logged(started) {
            return;
        }
        let fault = response.extensions_mut().remove::<Fault>();
        self.shared.app.log.request(&RequestLine {
            id,
            method,
            path,
            status,
            took,
            client: client.0,
            trace,
            fault: fault.as_ref().map(|fault| fault.0.as_str()),
        });
    }
}

/// Whether an error has the header that says what to do about it: how to prove oneself, which methods there are
/// (RFC 9110 §15.5.2, §15.5.6), or when to come back.
pub(super) fn has_what_its_status_asks_for(response: &Response<Body>) -> bool {
    let asked = match response.status() {
        StatusCode::UNAUTHORIZED => header::WWW_AUTHENTICATE,
        StatusCode::METHOD_NOT_ALLOWED => header::ALLOW,
        StatusCode::TOO_MANY_REQUESTS => header::RETRY_AFTER,
        _ => return true,
    };
    response.headers().contains_key(asked)
}

/// Whether the connection stays open after the answer, as far as the request says.
fn keeps_alive(request: &Request<Incoming>) -> bool {
    let close = |value: &HeaderValue| {
        let mut options = value.as_bytes().split(|byte| *byte == b',');
        options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
    };
    let mut options = request.headers().get_all(header::CONNECTION).iter();
    request.version() == Version::HTTP_11 && !options.any(close)
}

/// Bytes of a head that arrived in one piece, which the reader's own bound does not see.
fn head_size(request: &Request<Incoming>) -> usize {
    let uri = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter();
    headers.fold(uri, |size, (name, value)| {
        size + name.as_str().len() + value.len() + 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_header_that_says_what_to_do() {
        for (status, name, value) in [
            (StatusCode::UNAUTHORIZED, "www-authenticate", "Basic"),
            (StatusCode::METHOD_NOT_ALLOWED, "allow", "GET"),
            (StatusCode::TOO_MANY_REQUESTS, "retry-after", "3"),
        ] {
            let bare = Response::builder().status(status);
            let bare = bare.body(Body::empty()).unwrap();
            assert!(!has_what_its_status_asks_for(&bare), "{status}");
            let whole = Response::builder().status(status).header(name, value);
            let whole = whole.body(Body::empty()).unwrap();
            assert!(has_what_its_status_asks_for(&whole), "{status}");
        }
        let fine = Response::new(Body::empty());
        assert!(has_what_its_status_asks_for(&fine));
    }
}
