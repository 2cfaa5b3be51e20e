//! How a program here talks with the test that started it: one JSON document per line, both ways.
use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is to be done.
#[derive(Debug, Deserialize)]
pub struct Order {
    pub server: String,
    pub redirect_uri: String,
    /// The URL of a document about this client, which registers itself otherwise.
    pub document: Option<String>,
}

pub fn order() -> anyhow::Result<Order> {
    Ok(serde_json::from_value(heard()?)?)
}

/// Tells the test something and waits for its answer.
pub fn ask(what: &Value) -> anyhow::Result<Value> {
    println!("{what}");
    heard()
}

/// Has a person's browser visit the provider; returns the callback it ends at.
pub fn visit(url: &str) -> anyhow::Result<String> {
    let said = ask(&json!({ "visit": url }))?;
    let callback = said["callback"].as_str().context("no callback")?;
    Ok(callback.to_owned())
}

fn heard() -> anyhow::Result<Value> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}
