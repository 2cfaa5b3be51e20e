//! What can be done by program, as the tables say it.
use crate::state::App;
use axum::routing::MethodRouter;
use schemars::{Schema, SchemaGenerator};

/// What makes a schema.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// A path with what can be done there.
pub(super) struct Place {
    /// The path, with what stands for an id in braces.
    pub(super) path: &'static str,
    /// The methods, as a preflight is told them.
    pub(super) methods: &'static str,
    pub(super) operations: &'static [Operation],
}

/// One thing that can be done.
pub(super) struct Operation {
    /// In small letters.
    pub(super) method: &'static str,
    /// Its name, for libraries that are made from the description.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// Parameters of the query: name and meaning.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// Whether a key makes it once.
    pub(super) once: bool,
    pub(super) body: Option<Shape>,
    /// Whether the body is a picture, in place of JSON.
    pub(super) picture: bool,
    /// The status of success.
    pub(super) status: &'static str,
    /// What is answered then; `None`: an empty object.
    pub(super) answer: Option<Shape>,
    pub(super) handler: fn() -> MethodRouter<App>,
}

/// An operation that takes and answers nothing, to be completed.
pub(super) const PLAIN: Operation = Operation {
    method: "get",
    id: "",
    summary: "",
    query: &[],
    once: false,
    body: None,
    picture: false,
    status: "200",
    answer: None,
    handler: MethodRouter::new,
};
