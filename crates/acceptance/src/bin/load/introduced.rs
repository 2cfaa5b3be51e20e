//! An app that registered itself, in place of the one that an operator made: it is to cost a request nothing.

use crate::seed::{CALLBACK, Credentials};
use acceptance::{Browser, Json, Provider, Redirect, Request, Url, forms};
use anyhow::Context;
use serde_json::json;

pub(crate) const CONFIG: &str = "[introductions]\nregistration = \"open\"";

/// Registers it (RFC 7591).
pub(crate) fn register(provider: &Provider, metadata: &Json) -> anyhow::Result<Credentials> {
    let endpoint = metadata["registration_endpoint"].as_str();
    let endpoint = endpoint.and_then(Url::parse).context("no registration")?;
    let about = json!({
        "client_name": "Bench refresher",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let request = Request::post(&endpoint.target()).json(&about);
    let app = provider.api().send(&request).expect(201);
    Ok((app.member("client_id"), app.member("client_secret")))
}

/// Allows all that is asked for, which nothing is ticked of before.
pub(crate) fn allow(browser: &mut Browser, target: &str) -> Redirect {
    let page = browser.authorize_until_consent(target);
    let all = forms(&page.text());
    let reply = match all.iter().find(|form| form.action == "/consent") {
        Some(form) => {
            let boxes = form.fields.iter().filter(|field| field.kind == "checkbox");
            let mut typed: Vec<_> = boxes
                .map(|field| (field.name.as_str(), field.value.as_str()))
                .collect();
            typed.push(("answer", "allow"));
            let reply = browser.submit(form, &typed);
            browser.follow(reply)
        }
        None => page,
    };
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no way back: {reply}")))
}
