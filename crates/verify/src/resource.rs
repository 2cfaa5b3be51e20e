//! What the API says about itself (RFC 9728): a client that is refused finds the provider by it.
use crate::fault::Fault;
use crate::settings::Settings;
use bytes::Bytes;
use hyper::Response;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use wire::protected_resource::{self, NAME, place, url_of};

/// The document, and where it belongs. Made by [`Settings::describe`].
#[derive(Debug, Clone)]
pub struct ProtectedResource {
    path: String,
    body: Bytes,
}

impl ProtectedResource {
    /// Where it is to be served at the API's host: the well-known name before the path of the API.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The answer to a `GET`: JSON that any page may read and that may be kept for five minutes.
    #[must_use]
    pub fn response<R: From<Bytes>>(&self) -> Response<R> {
        let mut response = Response::new(R::from(self.body.clone()));
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=300"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl Settings {
    /// Describes the API by its [`audience`](Self::audience), which must be its address, as one that takes the tokens of
    /// [`issuer`](Self::issuer) with these scopes, and names the document in challenges from now on. To be served at
    /// [`ProtectedResource::path`]. Whether it takes tokens that are bound to keys is told by [`url`](Self::url): set that
    /// before.
    ///
    /// # Errors
    /// [`Fault::Settings`] where the address or the issuer is not known.
    pub fn describe(&mut self, scopes: &str) -> Result<ProtectedResource, Fault> {
        let unknown = |what: &str| Fault::Settings(what.to_owned());
        let issuer = self.issuer.as_deref();
        let issuer =
            issuer.ok_or_else(|| unknown("issuer is not set: discover the settings, or set it"))?;
        let own = self.audience.as_deref();
        let own = own.and_then(|own| Some((own, place(own)?.1, url_of(own)?)));
        let (audience, path, url) = own.ok_or_else(|| {
            unknown(
                "audience is not the address of the API: write it like https://api.example.com/v1",
            )
        })?;
        let scopes = scopes.split(' ').filter(|name| !name.is_empty()).collect();
        let document = protected_resource::ProtectedResource::new(audience, issuer, scopes);
        let document = match self.url {
            Some(_) => document.with_proofs(),
            None => document,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let described = ProtectedResource {
            path: format!("{NAME}{path}"),
            body: Bytes::from(body),
        };
        self.resource_metadata = Some(url);
        Ok(described)
    }
}
