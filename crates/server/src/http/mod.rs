//! HTTP: connections, what every request has and every answer gets, cookies, forms, and how routes are mounted.
pub(crate) mod accept;
pub(crate) mod assets;
pub(crate) mod brand;
mod connection;
pub(crate) mod cookies;
pub(crate) mod cors;
mod counted;
mod deadlines;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod notice;
mod render;
pub(crate) mod reply;
pub(crate) mod request;
mod sending;
pub(crate) mod session;
pub(crate) mod site;
pub(crate) mod tls;
