//! The tower layer.
use crate::cache::Key;
use crate::flights::Answer;
use crate::proofs::Said;
use crate::refusal::Refusal;
use crate::scopes::Scopes;
use crate::step_up::StepUp;
use crate::token::Token;
use crate::verifier::{Verifier, key};
use bytes::Bytes;
use futures_util::future::Either;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::{HeaderMap, Request, Response};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{Layer, Service};
use wire::bearer::{self, BearerFault, Scheme};
use wire::dpop::ProofFault;

/// Lets in requests whose token has the scopes of a route. Made by [`Verifier::require`].
#[derive(Debug, Clone)]
pub struct Require {
    verifier: Verifier,
    needs: Arc<Needs>,
}

/// What a route asks of a token.
#[derive(Debug, Clone)]
struct Needs {
    scopes: Scopes,
    below: String,
    step_up: StepUp,
}

impl Needs {
    /// Whether a token that works will do. What it lacks in scope is told first: a newer sign-in would not help.
    fn check(&self, token: &Token) -> Result<(), Refusal> {
        if !self.scopes.allow(token) {
            return Err(Refusal::Scope);
        }
        match self.step_up.is_met(token) {
            true => Ok(()),
            false => Err(Refusal::Authentication),
        }
    }
}

impl Require {
    pub(crate) fn new(verifier: Verifier, scopes: Scopes) -> Self {
        let needs = Needs {
            scopes,
            below: String::new(),
            step_up: StepUp::default(),
        };
        Require {
            verifier,
            needs: Arc::new(needs),
        }
    }

    /// Lets in only whose person signed in within `age`, in whole seconds; others are told to do so (RFC 9470).
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        Arc::make_mut(&mut self.needs).step_up.max_age = Some(age);
        self
    }

    /// Lets in only whose person signed in in one of these ways, separated by spaces, the preferred one first (RFC 9470).
    ///
    /// # Panics
    /// When one has a character that no challenge can hold, which is a mistake in the source of an API.
    #[must_use]
    pub fn acr(mut self, values: &str) -> Self {
        Arc::make_mut(&mut self.needs).step_up.acr = StepUp::ways(values);
        self
    }

    /// Says that a router around this took the beginning of the path away, such as `/v1` where routes are nested below it:
    /// the proof of a token that is bound to a key is for the whole URL.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        let path = path.trim_end_matches('/');
        path.clone_into(&mut Arc::make_mut(&mut self.needs).below);
        self
    }

    /// What to do with a request, as far as it can be told without asking the provider.
    fn judge<B>(&self, request: &Request<B>) -> Judgement {
        let (scheme, text) = match presented(request.headers()) {
            Ok(sent) => sent,
            Err(refusal) => return Judgement::Refused(refusal),
        };
        let target = (request.method(), self.needs.below.as_str(), request.uri());
        let said = Said::of((scheme, text), request.headers(), target);
        let key = key(text);
        match self.verifier.kept(&key) {
            Some(Answer::Works(token)) => match self.fits(&token, said.as_deref()) {
                Ok(()) => Judgement::LetIn(token),
                Err(refusal) => Judgement::Refused(refusal),
            },
            Some(_) => Judgement::Refused(Refusal::Invalid),
            None => Judgement::Ask(key, text.to_owned(), said),
        }
    }

    /// Whether a token that works will do, from whoever sends it.
    fn fits(&self, token: &Token, said: Option<&Said>) -> Result<(), Refusal> {
        self.verifier.holds(token, said)?;
        self.needs.check(token)
    }

    fn refuse<R: From<Bytes>>(&self, refusal: Refusal) -> Response<R> {
        let needs = (&self.needs.scopes, &self.needs.step_up);
        let mut response = refusal.response(self.verifier.settings(), needs);
        if refusal == Refusal::Proof(ProofFault::Nonce)
            && let Some(nonce) = self.verifier.nonce()
            && let Ok(nonce) = HeaderValue::from_str(&nonce)
        {
            response.headers_mut().insert(NONCE, nonce);
        }
        response
    }
}

enum Judgement {
    LetIn(Token),
    Refused(Refusal),
    Ask(Key, String, Option<Box<Said>>),
}

/// The header with the nonce for the next proof (RFC 9449 §9).
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The token of a request and the scheme that it comes in: one header, one token.
fn presented(headers: &HeaderMap) -> Result<(Scheme, &str), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(value), None) => Some(value.to_str().map_err(|_| Refusal::Malformed)?),
        (Some(_), Some(_)) => return Err(Refusal::Malformed),
    };
    bearer::parse_either(value).map_err(|fault| match fault {
        BearerFault::Missing => Refusal::Missing,
        BearerFault::Malformed => Refusal::Malformed,
    })
}

impl<S> Layer<S> for Require {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard {
            inner,
            require: self.clone(),
        }
    }
}

/// A service behind [`Require`].
#[derive(Debug, Clone)]
pub struct Guard<S> {
    inner: S,
    require: Require,
}

type Answering<R, E> = Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for Guard<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Send + 'static,
    R: From<Bytes> + Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Answering<R, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.require.judge(&request) {
            Judgement::LetIn(token) => {
                request.extensions_mut().insert(token);
                Either::Left(self.inner.call(request))
            }
            Judgement::Refused(refusal) => {
                let response = self.require.refuse(refusal);
                Either::Right(Box::pin(std::future::ready(Ok(response))))
            }
            Judgement::Ask(key, text, said) => {
                // The service that was polled ready is the one to call.
                let another = self.inner.clone();
                let mut ready = std::mem::replace(&mut self.inner, another);
                let require = self.require.clone();
                Either::Right(Box::pin(async move {
                    let answer = require.verifier.check(key, text).await;
                    let fits = |token: Token| require.fits(&token, said.as_deref()).map(|()| token);
                    match answer.and_then(fits) {
                        Ok(token) => {
                            request.extensions_mut().insert(token);
                            ready.call(request).await
                        }
                        Err(refusal) => Ok(require.refuse(refusal)),
                    }
                }))
            }
        }
    }
}
