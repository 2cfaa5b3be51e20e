//! The provider, asked over HTTP: introspection, the revocation feed, its metadata.
use crate::fault::Fault;
use crate::journal::Ended;
use crate::keys::{Fetched, set_of};
use crate::settings::Settings;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use wire::Introspection;
use wire::cache_control::max_age;
use wire::feed::{Event, FeedReply};

/// Largest answer read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// Asks the provider. Connections are kept and used again.
pub(crate) struct Server {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    introspection: String,
    revocations: Option<String>,
    jwks: Option<String>,
    authorization: HeaderValue,
    test_authorization: Option<HeaderValue>,
    timeout: Duration,
}

/// What an answer of the feed ended; `None`: everything is to be forgotten.
pub(crate) fn ended(reply: FeedReply) -> Option<Ended> {
    let mut ended = Ended::default();
    for event in reply.events {
        match event {
            Event::TokenRevoked { jti } => ended.tokens.insert(jti),
            Event::GrantRevoked { grant_id } => ended.grants.insert(grant_id),
            Event::AppCutOff { client_id } => ended.apps.insert(client_id),
            Event::UserCutOff { sub } => ended.people.insert(sub),
            // All workspaces of this person and app: to ask once too often does no harm.
            Event::ConnectionChanged { sub, client_id, .. } => {
                ended.connections.entry(client_id).or_default().insert(sub)
            }
            Event::OrganizationChanged { organization } => ended.organizations.insert(organization),
            Event::Unknown => return None,
        };
    }
    (!reply.reset).then_some(ended)
}

/// The endpoints that an issuer publishes.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) introspection: String,
    pub(crate) revocations: Option<String>,
    pub(crate) jwks: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    introspection_endpoint: Option<String>,
    revocations_endpoint: Option<String>,
    jwks_uri: Option<String>,
}

impl Server {
    /// A client for the endpoints in `settings`.
    ///
    /// # Errors
    /// [`Fault::Settings`] when this machine has no root certificates for https.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Fault> {
        let https = settings.urls().any(|url| url.starts_with("https:"));
        let test = settings.test_credential.as_ref();
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        Ok(Server {
            client: builder.build(connector(https)?),
            introspection: settings.introspection.clone(),
            revocations: settings.revocations.clone(),
            jwks: settings.jwks.clone(),
            authorization: basic(&settings.client_id, &settings.client_secret)?,
            test_authorization: test.map(|(id, secret)| basic(id, secret)).transpose()?,
            timeout: settings.timeout,
        })
    }

    pub(crate) fn has_feed(&self) -> bool {
        self.revocations.is_some()
    }

    /// What a token is; `is_test`: it is of the test side, where another credential asks. A connection that broke is not taken for an answer: the question is asked once more.
    ///
    /// # Errors
    /// [`Fault`].
    pub(crate) async fn introspect(
        &self,
        token: &str,
        is_test: bool,
    ) -> Result<Introspection<'static>, Fault> {
        let body = Bytes::from(format!(
            "token={}&token_type_hint=access_token",
            form(token)
        ));
        let test = self.test_authorization.as_ref();
        let test = test.filter(|_| is_test);
        let authorization = test.unwrap_or(&self.authorization);
        let ask = || async {
            let request = Request::post(&self.introspection)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.header(AUTHORIZATION, authorization.clone());
            self.json(request, body.clone(), &self.introspection, self.timeout)
                .await
        };
        match ask().await {
            Err(Fault::Unreachable { .. }) => ask().await,
            answer => answer,
        }
    }

    /// What the feed tells after `cursor`, held for `wait` while there is nothing.
    ///
    /// # Errors
    /// [`Fault`].
    pub(crate) async fn revocations(
        &self,
        cursor: Option<&str>,
        wait: Duration,
    ) -> Result<FeedReply, Fault> {
        let base = self.revocations.as_deref().unwrap_or_default();
        let mut url = format!("{base}?wait={}", wait.as_millis());
        if let Some(cursor) = cursor {
            url.push_str("&cursor=");
            url.push_str(&form(cursor));
        }
        let request = Request::get(&url).header(AUTHORIZATION, self.authorization.clone());
        let limit = wait + Duration::from_secs(1);
        self.json(request, Bytes::new(), base, limit).await
    }

    /// The set of keys that verify what the provider signs, and how long it may be kept.
    ///
    /// # Errors
    /// [`Fault`].
    pub(crate) async fn keys(&self) -> Fetched {
        let url = self.jwks.as_deref().unwrap_or_default();
        let (request, body) = (Request::get(url), Bytes::new());
        let (headers, body) = self.answer(request, body, url, self.timeout).await?;
        let lines = headers.get_all(CACHE_CONTROL).iter();
        let kept = max_age(lines.filter_map(|line| line.to_str().ok()));
        Ok((set_of(&body, url)?, kept))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        request: hyper::http::request::Builder,
        body: Bytes,
        url: &str,
        limit: Duration,
    ) -> Result<T, Fault> {
        let (_, body) = self.answer(request, body, url, limit).await?;
        serde_json::from_slice(&body).map_err(|error| Fault::Unreadable {
            url: url.to_owned(),
            why: error.to_string(),
        })
    }

    /// The header and body of an answer with status 200.
    async fn answer(
        &self,
        request: hyper::http::request::Builder,
        body: Bytes,
        url: &str,
        limit: Duration,
    ) -> Result<(HeaderMap, Bytes), Fault> {
        let unreachable = |why: String| Fault::Unreachable {
            url: url.to_owned(),
            why,
        };
        let request = request
            .header(ACCEPT, "application/json")
            .body(Full::new(body))
            .map_err(|error| Fault::Settings(format!("{url}: {error}")))?;
        let whole = async {
            let response = self.client.request(request).await;
            let response = response.map_err(|error| unreachable(reason(&error)))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await;
            let body = body.map_err(|error| unreachable(error.to_string()))?;
            Ok((head, body.to_bytes()))
        };
        let silent = |_| Fault::Silent {
            url: url.to_owned(),
            after: limit,
        };
        let (head, body) = tokio::time::timeout(limit, whole).await.map_err(silent)??;
        let status = head.status.as_u16();
        if status != 200 {
            return Err(Fault::Refused {
                url: url.to_owned(),
                status,
                advice: advice(status),
            });
        }
        Ok((head.headers, body))
    }
}

/// Reads the metadata of an issuer, which must name itself exactly so (RFC 8414 §3.3).
///
/// # Errors
/// [`Fault`].
pub(crate) async fn discover(settings: &Settings, issuer: &str) -> Result<Found, Fault> {
    settings.check_url(issuer)?;
    let server = Server::new(settings)?;
    let host = issuer.find("://").map_or(0, |at| at + 3);
    let path = issuer[host..]
        .find('/')
        .map_or(issuer.len(), |at| host + at);
    let (origin, path) = issuer.split_at(path);
    let path = path.trim_end_matches('/');
    let url = format!("{origin}/.well-known/oauth-authorization-server{path}");
    let request = Request::builder().method(Method::GET).uri(&url);
    let found: Metadata = server
        .json(request, Bytes::new(), &url, settings.timeout)
        .await?;
    let unfit = |why: String| Fault::Unreadable {
        url: url.clone(),
        why,
    };
    if found.issuer != issuer {
        return Err(unfit(format!(
            "its issuer is {:?}: write the issuer exactly so",
            found.issuer
        )));
    }
    let introspection = found.introspection_endpoint;
    Ok(Found {
        introspection: introspection.ok_or_else(|| {
            unfit("the provider offers no introspection: switch it on".to_owned())
        })?,
        revocations: found.revocations_endpoint,
        jwks: found.jwks_uri,
    })
}

fn connector(https: bool) -> Result<HttpsConnector<HttpConnector>, Fault> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Settings(error.to_string()))?;
    let config = match https {
        true => config.with_native_roots().map_err(|error| {
            Fault::Settings(format!(
                "this machine has no root certificates ({error}): install ca-certificates, or name a file in SSL_CERT_FILE"
            ))
        })?,
        false => config.with_root_certificates(rustls::RootCertStore::empty()),
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
}

/// HTTP Basic credentials (RFC 6749 §2.3.1).
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Fault> {
    let pair = STANDARD.encode(format!("{}:{}", form(id), form(secret)));
    let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
        .map_err(|_| Fault::Settings("the client id or secret is not text".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "use the client id and secret of an app registered as a resource server",
        404 | 405 => "look up the address of this endpoint in the provider's configuration",
        _ => "look into the provider's log",
    }
}

/// An error with its innermost cause, which says most.
fn reason(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
