//! The tower layer.
use crate::cache::Key;
use crate::flights::Answer;
use crate::refusal::Refusal;
use crate::scopes::Scopes;
use crate::token::Token;
use crate::verifier::{Verifier, key};
use bytes::Bytes;
use futures_util::future::Either;
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, Request, Response};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};
use wire::bearer::{self, BearerFault};

/// Lets in requests whose token has the scopes of a route. Made by [`Verifier::require`].
#[derive(Debug, Clone)]
pub struct Require {
    verifier: Verifier,
    scopes: Arc<Scopes>,
}

impl Require {
    pub(crate) fn new(verifier: Verifier, scopes: Scopes) -> Self {
        Require {
            verifier,
            scopes: Arc::new(scopes),
        }
    }

    /// What to do with a request, as far as it can be told without asking the provider.
    fn judge(&self, headers: &HeaderMap) -> Judgement {
        let text = match presented(headers) {
            Ok(text) => text,
            Err(refusal) => return Judgement::Refused(refusal),
        };
        let key = key(text);
        match self.verifier.kept(&key) {
            Some(Answer::Works(token)) => match self.scopes.allow(&token) {
                true => Judgement::LetIn(token),
                false => Judgement::Refused(Refusal::Scope),
            },
            Some(_) => Judgement::Refused(Refusal::Invalid),
            None => Judgement::Ask(key, text.to_owned()),
        }
    }

    fn refuse<R: From<Bytes>>(&self, refusal: Refusal) -> Response<R> {
        refusal.response(self.verifier.settings(), &self.scopes)
    }
}

enum Judgement {
    LetIn(Token),
    Refused(Refusal),
    Ask(Key, String),
}

/// The bearer token of a request: one header, one token.
fn presented(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(value), None) => Some(value.to_str().map_err(|_| Refusal::Malformed)?),
        (Some(_), Some(_)) => return Err(Refusal::Malformed),
    };
    bearer::parse(value).map_err(|fault| match fault {
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
        match self.require.judge(request.headers()) {
            Judgement::LetIn(token) => {
                request.extensions_mut().insert(token);
                Either::Left(self.inner.call(request))
            }
            Judgement::Refused(refusal) => {
                let response = self.require.refuse(refusal);
                Either::Right(Box::pin(std::future::ready(Ok(response))))
            }
            Judgement::Ask(key, text) => {
                // The service that was polled ready is the one to call.
                let another = self.inner.clone();
                let mut ready = std::mem::replace(&mut self.inner, another);
                let require = self.require.clone();
                Either::Right(Box::pin(async move {
                    match require.verifier.ask(key, text).await {
                        Ok(token) if require.scopes.allow(&token) => {
                            request.extensions_mut().insert(token);
                            ready.call(request).await
                        }
                        Ok(_) => Ok(require.refuse(Refusal::Scope)),
                        Err(refusal) => Ok(require.refuse(refusal)),
                    }
                }))
            }
        }
    }
}
