//! The rules, RFC by RFC and page by page.

mod app_asks;
mod app_bounds;
mod app_owners;
mod app_reviews;
mod app_secrets;
mod apps;
mod browser;
mod conformance;
mod connections;
mod drafts;
mod edges;
mod mailbox;
mod own_api;
mod revocations;
mod rfc6749;
mod rfc6750;
mod rfc7009;
mod rfc7636;
mod rfc7662;
mod rfc8252;
mod rfc8414;
mod rfc8628;
mod rfc9207;
mod rfc9700;
mod sides;
mod test_sides;
