//! How a handler becomes a route. The router is made for one type of handler, and not again for each of hundreds: that was a
//! good part of the program, and of the time that building it takes.
use crate::state::App;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{self, MethodRouter};
use std::pin::Pin;
use std::sync::Arc;

/// An answer that is on its way, as axum has it of every function.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of which only that it answers is known.
#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, App) -> Answer + Send + Sync>);

impl Handler<(), App> for Erased {
    type Future = Answer;

    fn call(self, request: Request, app: App) -> Answer {
        (self.0)(request, app)
    }
}

fn erased<H, T>(handler: H) -> Erased
where
    H: Handler<T, App, Future = Answer>,
{
    let call = move |request, app| handler.clone().call(request, app);
    Erased(Arc::new(call))
}

/// Takes `GET` and `HEAD`.
pub(crate) fn get<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App, Future = Answer>,
{
    routing::get(erased(handler))
}

/// Takes `POST`.
pub(crate) fn post<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App, Future = Answer>,
{
    routing::post(erased(handler))
}

/// Takes `PUT`.
pub(crate) fn put<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App, Future = Answer>,
{
    routing::put(erased(handler))
}

/// Takes `PATCH`.
pub(crate) fn patch<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App, Future = Answer>,
{
    routing::patch(erased(handler))
}

/// Takes `DELETE`.
pub(crate) fn delete<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App, Future = Answer>,
{
    routing::delete(erased(handler))
}
