//! How many checks a second the layer makes when it knows the answers: the whole call of a guarded service, with
//! a request made and dropped each time, on one thread and then on one thread a core.
//!
//! `cargo bench -p verify`
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be set up has nothing to tell"
)]
#[path = "../tests/provider/mod.rs"]
mod provider;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response};
use provider::{Provider, api, status};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::{Layer, Service};
use verify::{Guard, Token, Verifier};

/// Tokens in turn, more than any core's cache of a line or two.
const TOKENS: usize = 10_000;
/// How long each measurement lasts.
const SPAN: Duration = Duration::from_secs(3);
/// Measurements; the middle one counts.
const ROUNDS: usize = 5;

/// A handler that answers at once.
fn handler(request: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    assert!(request.extensions().get::<Token>().is_some());
    ready(Ok(Response::new(Body::from(Bytes::new()))))
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (provider, verifier, headers) = runtime.block_on(warm());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for threads in [1, cores] {
        let mut rates: Vec<f64> = (0..ROUNDS)
            .map(|_| round(&verifier, &headers, threads))
            .collect();
        rates.sort_by(f64::total_cmp);
        let (low, middle, high) = (rates[0], rates[ROUNDS / 2], rates[ROUNDS - 1]);
        println!("{threads} thread(s): {middle:.0} checks/s ({low:.0} to {high:.0})");
    }
    assert_eq!(
        provider.asked(),
        TOKENS,
        "every check was answered from what is kept"
    );
}

/// A verifier that knows all tokens.
async fn warm() -> (Provider, Verifier, Arc<Vec<HeaderValue>>) {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.keep = Duration::from_secs(3_600);
    let verifier = Verifier::start(settings).unwrap();
    provider::until(|| verifier.status().fresh).await;
    let api = api(&verifier, "");
    let mut headers = Vec::new();
    for _ in 0..TOKENS {
        let token = provider.token_with(serde_json::json!({ "exp": provider::now() + 3_600 }));
        assert_eq!(status(&api, &token).await, 200);
        headers.push(HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    }
    (provider, verifier, Arc::new(headers))
}

/// Checks a second of `threads` threads together.
fn round(verifier: &Verifier, headers: &Arc<Vec<HeaderValue>>, threads: usize) -> f64 {
    let start = Instant::now();
    let work = |at: usize| {
        let service = verifier
            .require("tasks:read")
            .layer(tower::service_fn(handler as fn(_) -> _));
        let headers = headers.clone();
        std::thread::spawn(move || checks(service, &headers, at * TOKENS / 2))
    };
    let workers: Vec<_> = (0..threads).map(work).collect();
    let all: usize = workers
        .into_iter()
        .map(|worker| worker.join().unwrap())
        .sum();
    all as f64 / start.elapsed().as_secs_f64()
}

/// Calls the service for a while, one request after the other.
fn checks<S>(mut service: Guard<S>, headers: &[HeaderValue], first: usize) -> usize
where
    Guard<S>: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let end = Instant::now() + SPAN;
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut done = 0;
    while Instant::now() < end {
        for _ in 0..1_000 {
            let mut request = Request::new(Body::empty());
            let header = headers[(first + done) % headers.len()].clone();
            request.headers_mut().insert("authorization", header);
            let mut call = std::pin::pin!(service.call(request));
            match call.as_mut().poll(&mut context) {
                std::task::Poll::Ready(Ok(response)) => assert_eq!(response.status(), 200),
                other => panic!("not answered at once: {}", other.is_ready()),
            }
            done += 1;
        }
    }
    done
}
