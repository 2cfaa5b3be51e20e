//! How an API wants its tokens checked.
use crate::fault::Fault;
use crate::server;
use hyper::Uri;
use jose::Algorithm;
use std::fmt;
use std::time::Duration;
use wire::dpop::Target;

/// The settings of a [`Verifier`](crate::Verifier). Make them with [`new`](Self::new) or
/// [`discover`](Self::discover), then change what should differ.
#[derive(Clone)]
pub struct Settings {
    /// The provider's introspection endpoint (RFC 7662).
    pub introspection: String,
    /// The provider's revocation feed. Without it no answer is kept: the provider is asked for every request.
    pub revocations: Option<String>,
    /// Where the provider's keys are (RFC 7517), to read JWTs here.
    pub jwks: Option<String>,
    /// The issuer that JWTs must name, letter by letter.
    pub issuer: Option<String>,
    /// What names this API in `aud`: its `identifier` at the provider. With it, tokens for other APIs are refused, of
    /// whatever kind; with [`jwks`](Self::jwks) and [`issuer`](Self::issuer) too, JWTs (RFC 9068) are read here, and the
    /// provider is asked only where the feed does not tell enough. Without a feed they work to their end.
    pub audience: Option<String>,
    /// The algorithms of JWTs that are taken.
    pub algorithms: Vec<Algorithm>,
    /// How far apart the clocks of provider and API may be.
    pub leeway: Duration,
    /// The client id of the API, an app registered as a resource server.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The id and secret of the API on the provider's test side, to take tokens made with test credentials too: those
    /// that start with `test_`. Without it they do not work here.
    pub test_credential: Option<(String, String)>,
    /// The `realm` of challenges.
    pub realm: String,
    /// What the provider's access tokens start with. A text with one of these and a wrong checksum is refused
    /// without a question; any other is asked about.
    pub prefixes: Vec<String>,
    /// The error code for a token that does not work, where your documentation names it differently.
    pub invalid_token: String,
    /// Where the API's protected resource metadata is (RFC 9728); named in challenges.
    pub resource_metadata: Option<String>,
    /// What the API's URLs start with where clients call it, without a slash at the end: such as `https://api.example.com`,
    /// or `https://example.com/api` behind a proxy that takes `/api` away. Tokens that are bound to keys (RFC 9449) are
    /// taken with it only: a proof is made for one URL, and a server cannot know its own.
    pub url: Option<String>,
    /// A key of 32 random bytes that all processes of this API share, if a proof must have a nonce of this API
    /// (RFC 9449 §9). Without it none needs one.
    pub dpop_nonces: Option<[u8; 32]>,
    /// How many used proofs are remembered within six minutes. Each process remembers its own: a proof can be used once at
    /// every process within its minute and a half. Beyond that many, requests with proofs are refused with 503.
    pub max_proofs: usize,
    /// How long an answer is kept, at most an hour.
    pub keep: Duration,
    /// How long kept answers are trusted after a question to the feed was sent that it answered, at most a second.
    pub freshness: Duration,
    /// How many answers are kept.
    pub max_entries: usize,
    /// How long the provider may take to answer.
    pub timeout: Duration,
    /// Whether the provider may be reached by plain http on another machine. Tokens and the secret then travel
    /// in the clear: for private networks only.
    pub plain_http: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("introspection", &self.introspection)
            .field("revocations", &self.revocations)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The defaults, with endpoints that are known.
    pub fn new(introspection: &str, client_id: &str, client_secret: &str) -> Self {
        Settings {
            introspection: introspection.to_owned(),
            revocations: None,
            jwks: None,
            issuer: None,
            audience: None,
            algorithms: vec![
                Algorithm::Es256,
                Algorithm::EdDsa,
                Algorithm::Rs256,
                Algorithm::Ps256,
            ],
            leeway: Duration::from_secs(10),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            test_credential: None,
            realm: "api".to_owned(),
            prefixes: vec!["at_".to_owned()],
            invalid_token: "invalid_token".to_owned(),
            resource_metadata: None,
            url: None,
            dpop_nonces: None,
            max_proofs: 1_000_000,
            keep: Duration::from_secs(30),
            freshness: Duration::from_millis(800),
            max_entries: 100_000,
            timeout: Duration::from_secs(5),
            plain_http: false,
        }
    }

    /// The defaults, with the endpoints that the issuer publishes (RFC 8414).
    ///
    /// # Errors
    /// [`Fault`] when the issuer does not answer or offers no introspection.
    pub async fn discover(
        issuer: &str,
        client_id: &str,
        client_secret: &str,
    ) -> Result<Self, Fault> {
        let mut settings = Settings::new(issuer, client_id, client_secret);
        let found = server::discover(&settings, issuer).await?;
        settings.introspection = found.introspection;
        settings.revocations = found.revocations;
        settings.jwks = found.jwks;
        settings.issuer = Some(issuer.to_owned());
        Ok(settings)
    }

    /// Checks what can be checked without asking anybody.
    ///
    /// # Errors
    /// [`Fault::Settings`].
    pub(crate) fn check(&self) -> Result<(), Fault> {
        for url in self.urls() {
            self.check_url(url)?;
        }
        if self.leeway > Duration::from_secs(50) {
            return fault("leeway is longer than 50 s: set the clocks".to_owned());
        }
        let quotable = |text: &str| {
            text.bytes()
                .all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
        };
        for (name, text) in [
            ("realm", Some(&self.realm)),
            ("invalid_token", Some(&self.invalid_token)),
            ("resource_metadata", self.resource_metadata.as_ref()),
        ] {
            if !text.is_none_or(|text| quotable(text)) {
                return fault(format!(
                    "{name} must be plain ASCII without quotes and backslashes"
                ));
            }
        }
        if let Some(url) = &self.url
            && (Target::new(url, "/").is_none() || url.ends_with('/') || url.contains(['?', '#']))
        {
            return fault(format!(
                "{url:?} is not the start of a URL: write it like https://api.example.com, without a slash at the end"
            ));
        }
        if self.keep > Duration::from_secs(3_600) {
            return fault("keep is longer than an hour: the feed promises no more".to_owned());
        }
        let freshness = Duration::from_millis(100)..=Duration::from_secs(1);
        if !freshness.contains(&self.freshness) {
            return fault("freshness must be between 100 ms and 1 s".to_owned());
        }
        Ok(())
    }

    /// Every address that is asked.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &String> {
        let others = self.revocations.iter().chain(&self.jwks);
        std::iter::once(&self.introspection).chain(others)
    }

    pub(crate) fn check_url(&self, url: &str) -> Result<(), Fault> {
        let parsed: Option<Uri> = url.parse().ok();
        let Some((scheme, host)) = parsed
            .as_ref()
            .and_then(|uri| Some((uri.scheme_str()?, uri.host()?)))
        else {
            return fault(format!(
                "{url:?} is not a URL: write it like https://auth.example.com/oauth2/introspect"
            ));
        };
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match scheme {
            "https" => Ok(()),
            "http" if loopback || self.plain_http => Ok(()),
            _ => fault(format!(
                "{url} is not https, so tokens would travel in the clear: use https, or in a private network name the endpoints with Settings::new and set plain_http"
            )),
        }
    }
}

fn fault(sentence: String) -> Result<(), Fault> {
    Err(Fault::Settings(sentence))
}
