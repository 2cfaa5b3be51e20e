//! What developers meet: their apps, the developer pages, and this project's own documents.

mod apps;
mod conformance;
mod developer_errors;
mod developer_page;
mod developer_page_served;
mod developer_snippets;
mod docs;
mod documented;
mod imports;
mod own_api;
mod portal;
mod scope_split;
#[path = "../support/mod.rs"]
mod support;
