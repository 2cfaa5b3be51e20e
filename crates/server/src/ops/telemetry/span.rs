//! What is told of one request in a trace. Nothing of what was asked but its route: no query, no header, no address.
use super::context::{SpanId, TraceId};
use crate::http::request::RequestId;
use axum::http::Method;
use std::borrow::Cow;
use std::sync::Arc;

/// A request that is being traced.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    /// The caller's span.
    pub(super) parent: Option<SpanId>,
    /// What systems before this one said.
    pub(super) state: Option<Box<str>>,
    /// Nanoseconds since 1970.
    pub(super) began: u64,
}

/// One that was answered.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) asked: Box<Asked>,
    pub(super) nanos: u64,
    pub(super) method: &'static str,
    pub(super) scheme: &'static str,
    /// Of HTTP.
    pub(super) version: &'static str,
    pub(super) status: u16,
    pub(super) route: Option<Arc<str>>,
    pub(super) request: RequestId,
}

impl Span {
    /// The method and the route, of which there are few.
    pub(super) fn name(&self) -> Cow<'static, str> {
        let method = match self.method {
            OTHER => "HTTP",
            known => known,
        };
        match &self.route {
            Some(route) => format!("{method} {route}").into(),
            None => method.into(),
        }
    }
}

/// What any method is called that is none of the known ones.
const OTHER: &str = "_OTHER";

/// A method by one of the names that the conventions know.
pub(super) fn name_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        _ => OTHER,
    }
}
