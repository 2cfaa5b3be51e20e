//! `/llms.txt`: what an agent is told that comes here first.
use crate::http::reply::RenderedDocument;
use crate::oauth::endpoints::{endpoints, metadata_url};
use config::Config;
use pages::path;
use protocol::own_api::{CLIENT_ID, REVIEWS, SCOPE};
use protocol::policy::Registration;
use protocol::types::GrantType;

/// The text; none where there is nothing to be told.
pub(super) fn write(config: &Config) -> Option<RenderedDocument> {
    let (pages, api) = (config.developers.page, config.portal.api);
    let parts = [
        pages.then(|| documents(config)),
        api.then(|| own_api(config)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let text = format!(
        "# {product}\n\n> {product} lets apps act for people by OAuth 2.0. Its issuer is {issuer}.\n\n{parts}",
        product = config.branding.product,
        issuer = config.issuer,
        parts = parts.join("\n"),
    );
    let path = path::LLMS.to_owned();
    let media_type = "text/plain; charset=utf-8";
    (!parts.is_empty()).then(|| RenderedDocument::new(path, media_type, text))
}

fn documents(config: &Config) -> String {
    let base = &config.portal_base;
    format!(
        "## Documents\n\n\
         - [All developer pages as Markdown]({base}{}): links, tokens, scopes, errors, limits\n\
         - [Metadata]({}): every endpoint (RFC 8414)\n",
        path::DEVELOPERS_MARKDOWN,
        metadata_url(config)
    )
}

/// Apps by program, from nothing to a token. These lines are run by a test.
fn own_api(config: &Config) -> String {
    let base = config.base();
    let token = endpoints(config).token.unwrap_or_default();
    let own = path::OWN_API;
    let lines = lines(config, base, &token);
    let review = match config.policy.registration {
        Registration::Open => "",
        Registration::Review => {
            "A new app is a draft until it was reviewed: it works for whoever runs it alone.\n"
        }
        Registration::Invite => "People who were invited make apps here.\n",
        Registration::Admin => "Administrators make apps here.\n",
    };
    format!(
        "## Apps by program\n\n\
         - [The API]({base}{own}/openapi.json) (OpenAPI 3.1): register, change and delete a person's apps, make and revoke\n\
         \x20 secrets, look at a redirect URI, read what an app's requests were told, switch the test side, set the logo, hand\n\
         \x20 an app over, run organizations (members, invitations, roles); administrators decide on requests for review, with\n\
         \x20 the scope {REVIEWS}\n\
         - Sign in once by device (RFC 8628) as the client {CLIENT_ID}: the person opens a link and allows the scope\n\
         \x20 {SCOPE}. Refresh the token from then on; nobody needs to click again\n\
         - An error says its code, the members that are wrong and what to do next\n\
         - Send an Idempotency-Key with a new app, and a request that comes twice makes one\n\n\
         From nothing to an app of your own:\n\n{lines}\n{review}"
    )
}

fn lines(config: &Config, base: &str, token: &str) -> String {
    let own = path::OWN_API;
    let wait = config.policy.device.interval.seconds();
    let grant = GrantType::DeviceCode.as_str();
    // An app that waits for its review has no tokens of its own.
    let waits = config.policy.registration == Registration::Review;
    let on_its_own = config.policy.allows(GrantType::ClientCredentials) && !waits;
    let more = match on_its_own {
        true => ",\"client_credentials\":true",
        false => "",
    };
    let field = r#"field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2"; }"#;
    let mut lines = vec![
        "umask 077".to_owned(),
        field.to_owned(),
        format!(
            "curl -s {base}{} -d client_id={CLIENT_ID} > device.json",
            path::OWN_API_DEVICE
        ),
        "echo \"Open $(field verification_uri_complete device.json) and allow it\"".to_owned(),
        format!(
            "while curl -s {token} -d grant_type={grant} -d client_id={CLIENT_ID} -d device_code=$(field device_code device.json) > token.json; grep -qE 'authorization_pending|slow_down' token.json; do sleep {wait}; done"
        ),
        format!(
            "curl -s {base}{own}/apps -H \"Authorization: Bearer $(field access_token token.json)\" --json '{{\"name\":\"My agent\",\"homepage\":\"https://example.com\",\"redirect_uris\":[\"https://example.com/callback\"]{more}}}' > app.json"
        ),
        "echo \"client id: $(field client_id app.json)\"".to_owned(),
    ];
    if on_its_own {
        lines.push(format!("curl -s {token} -u \"$(field client_id app.json):$(field client_secret app.json)\" -d grant_type=client_credentials"));
    }
    let indented = lines.iter().map(|line| format!("    {line}\n"));
    indented.collect()
}
