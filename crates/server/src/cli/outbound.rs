//! `valetkey outbound …`.
use super::failure::Failure;
use super::output::{Output, sheet};
use super::place::Place;
use crate::ops::outbound::outbound;
use ::outbound::{FetchError, Fetched, Place as Asked, Wanted};
use clap::{Args, Subcommand};
use serde_json::json;
use std::time::{Duration, Instant};

/// The longest answer that is read.
const MOST_BYTES: usize = 1 << 20;
/// How long it may take.
const WITHIN: Duration = Duration::from_secs(10);

/// What the server may fetch from elsewhere.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Fetch a URL as the server would, and say what came or why nothing is fetched. The answer itself is not shown.
    Check(Check),
}

/// Which URL.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    place: Place,
    /// The URL, https://…
    #[arg(value_name = "URL")]
    url: String,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let Verb::Check(check) = self;
        check.run(output).await
    }
}

impl Check {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.place.load()?;
        let wanted = Wanted {
            accept: "*/*",
            most_bytes: MOST_BYTES,
            within: WITHIN,
        };
        let began = Instant::now();
        let fetched = outbound(&config).fetch(&self.url, &wanted).await;
        let host = Asked::parse(&self.url).map_or_else(|_| String::new(), |place| place.host());
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match fetched {
            Ok(fetched) => {
                show(output, &host, &fetched, ms);
                Ok(())
            }
            Err(error) => Err(told(output, &host, &error, ms)),
        }
    }
}

fn show(output: Output, host: &str, fetched: &Fetched, ms: u64) {
    let media_type = fetched.headers.get("content-type");
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let json = json!({
        "host": host,
        "outcome": "answered",
        "address": fetched.address.to_string(),
        "status": fetched.status,
        "content_type": media_type,
        "bytes": fetched.body.len(),
        "ms": ms,
    });
    output.show(&json, || {
        sheet(&[
            ("Host", host.to_owned()),
            ("Address", fetched.address.to_string()),
            ("Status", fetched.status.to_string()),
            ("Content type", media_type.unwrap_or_default().to_owned()),
            ("Bytes", fetched.body.len().to_string()),
            ("Took", format!("{ms} ms")),
        ])
    });
}

/// Why nothing came: as JSON besides, where that is asked for.
fn told(output: Output, host: &str, error: &FetchError, ms: u64) -> Failure {
    let json = json!({
        "host": host,
        "outcome": error.outcome().name(),
        "error": error.to_string(),
        "ms": ms,
    });
    if output.json {
        output.show(&json, String::new);
    }
    let host = if host.is_empty() { "the URL" } else { host };
    let next = match error {
        FetchError::Refused(::outbound::Refusal::Address { .. }) => {
            ". If it is your own, name it in outbound.allow"
        }
        FetchError::Tls(_) => ". If its authority is your own, name that in outbound.ca_file",
        FetchError::Url(_)
        | FetchError::Refused(_)
        | FetchError::Unresolved(_)
        | FetchError::Unreachable(_)
        | FetchError::Http(_)
        | FetchError::Redirect(_)
        | FetchError::Encoded
        | FetchError::Large(_)
        | FetchError::Late(_)
        | FetchError::Trust(_) => "",
    };
    Failure::failed(format!("{host} is not fetched: {error}{next}"))
}
