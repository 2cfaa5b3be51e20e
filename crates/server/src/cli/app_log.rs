//! `valetkey app log`: what an app's requests were told.
use super::failure::Failure;
use super::one_app::One;
use super::output::{Output, sheet, table};
use super::place::{Opened, id};
use crate::ops::clock;
use clap::Args;
use protocol::Policy;
use protocol::request_log::{Endpoint, KEPT, LoggedRequest, RequestId};
use protocol::types::{Client, Locator, Side};
use serde_json::{Value, json};
use store::RequestQuery;

/// Which of its requests.
#[derive(Debug, Args)]
pub(super) struct Log {
    #[command(flatten)]
    one: One,
    /// Only those that were refused.
    #[arg(long)]
    errors: bool,
    /// Only the one whose answer named this id.
    #[arg(long, value_name = "ID", value_parser = request_id,
          conflicts_with_all = ["errors", "endpoint", "status", "error", "mode", "before"])]
    request_id: Option<RequestId>,
    /// Only those of this endpoint: authorize, token, device, revoke, introspect, token_info or userinfo.
    #[arg(long, value_parser = endpoint)]
    endpoint: Option<Endpoint>,
    /// Only those that were answered with this status.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(100..=599))]
    status: Option<u16>,
    /// Only those that were refused with this error, such as invalid_grant.
    #[arg(long, value_name = "CODE")]
    error: Option<String>,
    /// Only those of this mode: live or test.
    #[arg(long, value_parser = mode)]
    mode: Option<Side>,
    /// Only those before this one: the id that the page before ended with.
    #[arg(long, value_name = "ID", value_parser = id)]
    before: Option<i64>,
    /// How many at most, 1 to 1000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

fn request_id(text: &str) -> Result<RequestId, String> {
    RequestId::parse(text).ok_or_else(|| {
        "an id has 16 digits, 0 to 9 and a to f, as an answer's request_id".to_owned()
    })
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text).ok_or_else(|| {
        let names = Endpoint::ALL.map(Endpoint::name);
        format!("the endpoints are {}", names.join(", "))
    })
}

fn mode(text: &str) -> Result<Side, String> {
    match text {
        "live" => Ok(Side::Live),
        "test" => Ok(Side::Test),
        _ => Err("write live or test".to_owned()),
    }
}

impl Log {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.look()?;
        let app = at.app(&self.one.client_id).await?;
        if !at.config.request_log.enabled {
            eprintln!("[request_log] is off, so nothing is noted");
        }
        match self.request_id {
            Some(id) => one(&at, &app, id, output).await,
            None => self.list(&at, &app, output).await,
        }
    }

    async fn list(&self, at: &Opened, app: &Client, output: Output) -> Result<(), Failure> {
        let query = RequestQuery {
            before: self.before.map(Locator),
            endpoint: self.endpoint,
            status: self.status,
            error: self.error.clone(),
            side: self.mode,
            only_refused: self.errors,
        };
        let limit = usize::from(self.limit);
        let mut found = at.store.logged_requests(app.no, &query, limit + 1).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| last.id.0.to_string());
        let since = clock::now().minus(KEPT);
        let counts = at.store.request_counts(app.no, since).await?;
        let policy = &at.config.policy;
        let all: Vec<Value> = found.iter().map(|one| as_json(one, policy)).collect();
        let counted: Vec<Value> = counts
            .iter()
            .map(|(endpoint, granted, refused)| {
                json!({ "endpoint": endpoint.name(), "granted": granted, "refused": refused })
            })
            .collect();
        let json = json!({ "requests": all, "next": next, "counts": counted });
        output.show(&json, || {
            let rows: Vec<_> = found.iter().map(row).collect();
            let mut text = match rows.is_empty() {
                true => "Nothing of that kind is kept. Requests are written down once a minute."
                    .to_owned(),
                false => table(HEADS, &rows),
            };
            if let Some(next) = &next {
                text.push_str(&format!("\nMore: --before {next}"));
            }
            text
        });
        Ok(())
    }
}

async fn one(at: &Opened, app: &Client, id: RequestId, output: Output) -> Result<(), Failure> {
    let found = at.store.logged_request(app.no, id).await?;
    let found = found.ok_or_else(|| {
        Failure::failed(format!(
            "the app has no request {id} on record: requests are written down once a minute and kept for 28 days, and it may be another app's"
        ))
    })?;
    let policy = &at.config.policy;
    output.show(&as_json(&found, policy), || {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let refusal = found.refusal.as_ref();
        let advice = refusal.and_then(|one| one.advice(found.endpoint, policy));
        sheet(&[
            ("Request", id.to_string()),
            ("Time", clock::rfc3339(found.id.time())),
            ("Endpoint", found.endpoint.name().to_owned()),
            ("Status", found.status.to_string()),
            ("Mode", found.side.as_str().to_owned()),
            ("Error", text(refusal.map(|one| one.code.as_str()))),
            ("Cause", text(refusal.map(|one| one.cause.as_str()))),
            ("Often", text(advice.map(|advice| advice.cause))),
            ("Mend", text(advice.map(|advice| advice.fix))),
            ("Address", address(&found)),
        ])
    });
    Ok(())
}

const HEADS: [&str; 6] = ["TIME", "REQUEST", "ENDPOINT", "STATUS", "ERROR", "CAUSE"];

fn row(one: &LoggedRequest) -> [String; 6] {
    let (code, cause) = match &one.refusal {
        Some(refusal) => (refusal.code.clone(), refusal.cause.clone()),
        None => Default::default(),
    };
    [
        clock::rfc3339(one.id.time()),
        one.request_id.to_string(),
        one.endpoint.name().to_owned(),
        one.status.to_string(),
        code,
        cause,
    ]
}

fn address(one: &LoggedRequest) -> String {
    one.address
        .map_or_else(String::new, |address| address.to_string())
}

fn as_json(one: &LoggedRequest, policy: &Policy) -> Value {
    let refusal = one.refusal.as_ref();
    let advice = refusal.and_then(|refusal| refusal.advice(one.endpoint, policy));
    json!({
        "id": one.id.0.to_string(),
        "at": clock::rfc3339(one.id.time()),
        "request_id": one.request_id.as_str(),
        "endpoint": one.endpoint.name(),
        "status": one.status,
        "mode": one.side.as_str(),
        "error": refusal.map(|refusal| &refusal.code),
        "cause": refusal.map(|refusal| &refusal.cause),
        "often": advice.map(|advice| advice.cause),
        "fix": advice.map(|advice| advice.fix),
        "address": one.address.map(|address| address.to_string()),
    })
}
