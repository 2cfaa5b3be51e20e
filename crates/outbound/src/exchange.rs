//! One request and one answer on a connection that is made for it.
use crate::error::FetchError;
use crate::place::Place;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What is wanted of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The media type that is asked for.
    pub accept: &'a str,
    /// The longest body, in bytes.
    pub most_bytes: usize,
    /// How long it may take, from the name to the last byte.
    pub within: Duration,
}

/// What goes with a request.
#[derive(Default)]
pub(crate) struct Sent {
    /// A body with its media type, which makes it a `POST`.
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// A credential for this host.
    pub(crate) authorization: Option<String>,
    /// What else a host asks for that an operator named.
    pub(crate) headers: HeaderMap,
}

/// How long one of several addresses is waited for.
const CONNECT: Duration = Duration::from_secs(3);
/// The most bytes of status line and headers.
const MOST_HEADERS: usize = 16 * 1024;

/// An answer: its status, its headers, its body.
pub(crate) type Answer = (u16, HeaderMap, Bytes);

/// Connects to one of the addresses, which were judged, and to nothing else.
pub(crate) async fn connect(
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr), FetchError> {
    let mut why = FetchError::Unreachable(String::new());
    for address in addresses {
        match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => why = FetchError::Unreachable(error.to_string()),
            // Packets that nobody answers are not a connection that was refused.
            Err(_) => why = FetchError::Late(CONNECT),
        }
    }
    Err(why)
}

/// Speaks TLS, and believes a certificate of the place alone.
pub(crate) async fn secure(
    stream: TcpStream,
    place: &Place,
    config: Arc<ClientConfig>,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send, FetchError> {
    let name = match place.address() {
        Some(address) => ServerName::from(address),
        None => ServerName::try_from(place.host())
            .map_err(|error| FetchError::Tls(error.to_string()))?,
    };
    let connecting = TlsConnector::from(config).connect(name, stream);
    connecting
        .await
        .map_err(|error| FetchError::Tls(error.to_string()))
}

/// Asks, and reads the answer.
pub(crate) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    place: &Place,
    sent: Sent,
    wanted: &Wanted<'_>,
) -> Result<Answer, FetchError> {
    let spoken = http1::Builder::new()
        .max_buf_size(MOST_HEADERS)
        .handshake(TokioIo::new(stream));
    let (mut sender, connection) = spoken.await.map_err(http)?;
    let request = request(place, sent, wanted)?;
    let mut exchange = pin!(async move {
        let response = sender.send_request(request).await.map_err(http)?;
        read(response, wanted.most_bytes).await
    });
    let mut connection = pin!(connection);
    let mut is_open = true;
    loop {
        tokio::select! {
            answer = &mut exchange => return answer,
            // What is wrong with it is told to the exchange as well.
            _ = &mut connection, if is_open => is_open = false,
        }
    }
}

fn request(
    place: &Place,
    sent: Sent,
    wanted: &Wanted<'_>,
) -> Result<Request<Full<Bytes>>, FetchError> {
    let Sent {
        body,
        authorization,
        headers,
    } = sent;
    let request = Request::builder()
        .method(if body.is_some() {
            Method::POST
        } else {
            Method::GET
        })
        .uri(place.path_and_query())
        .header(HOST, place.authority())
        .header(ACCEPT, wanted.accept)
        .header(USER_AGENT, "Valetkey")
        .header(CONNECTION, "close");
    let request = match &body {
        Some((kind, _)) => request.header(CONTENT_TYPE, *kind),
        None => request,
    };
    let request = match authorization {
        Some(shown) => request.header(AUTHORIZATION, shown),
        None => request,
    };
    let body = body.map_or_else(Bytes::new, |(_, body)| body);
    let request = request.body(Full::new(body));
    let mut request = request.map_err(|error| FetchError::Http(error.to_string()))?;
    request.headers_mut().extend(headers);
    Ok(request)
}

async fn read(response: Response<Incoming>, most: usize) -> Result<Answer, FetchError> {
    let status = response.status();
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        return Err(FetchError::Redirect(status.as_u16()));
    }
    let encodings = response.headers().get_all(CONTENT_ENCODING);
    let is_plain = |value: &[u8]| value.eq_ignore_ascii_case(b"identity");
    if encodings.iter().any(|value| !is_plain(value.as_bytes())) {
        return Err(FetchError::Encoded);
    }
    let (head, body) = response.into_parts();
    Ok((status.as_u16(), head.headers, whole(body, most).await?))
}

/// The body, if it is no longer than `most`.
async fn whole(mut body: Incoming, most: usize) -> Result<Bytes, FetchError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(FetchError::Large(most));
    }
    let mut read = BytesMut::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(http)?.into_data() else {
            continue;
        };
        if read.len() + data.len() > most {
            return Err(FetchError::Large(most));
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

fn http(error: hyper::Error) -> FetchError {
    FetchError::Http(error.to_string())
}
