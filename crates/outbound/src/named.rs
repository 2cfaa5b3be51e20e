//! A host that the operator named in the configuration. No stranger chose it, so no rule judges its addresses: it may be this
//! machine, and it may be plain http.
use crate::error::FetchError;
use crate::exchange::{self, Answer, Sent, Wanted};
use crate::place::{Place, UrlFault};
use crate::resolve::{Resolve, SystemResolver};
use crate::trust::{Trust, TrustFault};
use bytes::Bytes;
use hyper::header::HeaderMap;
use rustls::ClientConfig;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// See the module.
#[derive(Debug)]
pub struct Named {
    place: Place,
    trust: Trust,
    /// What is sent along each time, which may be secret.
    headers: HeaderMap,
    /// What TLS is spoken with, once it was read.
    tls: Mutex<Option<Arc<ClientConfig>>>,
}

impl Named {
    /// The place that a URL names, and what it asks to be shown.
    ///
    /// # Errors
    /// [`UrlFault`].
    pub fn new(url: &str, headers: HeaderMap, trust: Trust) -> Result<Self, UrlFault> {
        Ok(Named {
            place: Place::parse(url)?,
            trust,
            headers,
            tls: Mutex::default(),
        })
    }

    /// Its host.
    #[must_use]
    pub fn host(&self) -> String {
        self.place.host()
    }

    /// Hands it `body`, of the media type `kind`, by one `POST`: the status and the body of the answer. The log has no line of
    /// it.
    ///
    /// # Errors
    /// [`FetchError`]. The other side may have read the body all the same.
    pub async fn post(
        &self,
        kind: &'static str,
        body: Bytes,
        wanted: &Wanted<'_>,
    ) -> Result<(u16, Bytes), FetchError> {
        let sent = Sent {
            body: Some((kind, body)),
            headers: self.headers.clone(),
            ..Sent::default()
        };
        let exchange = Box::pin(self.exchange(sent, wanted));
        let answered = tokio::time::timeout(wanted.within, exchange).await;
        let (status, _, body) = answered.unwrap_or(Err(FetchError::Late(wanted.within)))?;
        Ok((status, body))
    }

    async fn exchange(&self, sent: Sent, wanted: &Wanted<'_>) -> Result<Answer, FetchError> {
        let place = &self.place;
        let found = match place.address() {
            Some(address) => vec![address],
            None => SystemResolver
                .resolve(&place.host())
                .await
                .map_err(|error| FetchError::Unresolved(error.to_string()))?,
        };
        let addresses = found.into_iter();
        let addresses = addresses.map(|address| SocketAddr::new(address, place.port()));
        let addresses: Vec<_> = addresses.collect();
        let (stream, _) = exchange::connect(&addresses).await?;
        match place.is_https() {
            true => {
                let stream = exchange::secure(stream, place, self.tls().await?).await?;
                exchange::ask(stream, place, sent, wanted).await
            }
            false => exchange::ask(stream, place, sent, wanted).await,
        }
    }

    /// Has the certificates of authorities read again before the next time.
    pub fn trust_anew(&self) {
        *self.tls.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn tls(&self) -> Result<Arc<ClientConfig>, TrustFault> {
        let kept = || self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let trust = self.trust.clone();
        let reading = tokio::task::spawn_blocking(move || trust.config());
        let failed = |error: tokio::task::JoinError| TrustFault::Tls(error.to_string());
        let read = reading.await.map_err(failed)??;
        *kept() = Some(read.clone());
        Ok(read)
    }
}
