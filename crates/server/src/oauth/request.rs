//! A request as endpoints for programs take it: head and body in memory. Pages have no way to it: what they are posted
//! is read by [`Posted`](crate::http::form::Posted).
use crate::http::error::ApiError;
use crate::http::request::{Arrival, ClientAddr, authorization, media_type, read};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use protocol::token::RawRequest;

/// A whole request in memory: head and body.
pub(super) struct BufferedRequest {
    pub(super) address: ClientAddr,
    pub(super) parts: Parts,
    pub(super) body: Bytes,
}

impl<S: Sync> FromRequest<S> for BufferedRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let Arrival { address, .. } = Arrival::of(&parts.extensions);
        let body = read(&parts.headers, body).await?;
        Ok(BufferedRequest {
            address,
            parts,
            body,
        })
    }
}

impl BufferedRequest {
    /// What was known of it before it was read.
    pub(super) fn arrival(&self) -> Arrival {
        Arrival::of(&self.parts.extensions)
    }

    /// The request as the protocol's rules take it.
    pub(super) fn raw(&self) -> RawRequest<'_> {
        RawRequest {
            authorization: authorization(&self.parts.headers),
            content_type: media_type(&self.parts.headers),
            query: self.parts.uri.query(),
            body: &self.body,
        }
    }
}
