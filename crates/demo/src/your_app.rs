//! Stands in for an app that a developer has registered and not yet written: it shows what came back, and the
//! commands that go on with it. It keeps nothing.
use super::board::{Demo, Settings, frame};
use super::form;
use super::reply;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::DemoYourApp;

/// `GET`: the redirect URI of such an app.
pub(crate) async fn show(State(demo): State<Demo>, RawQuery(query): RawQuery) -> Response {
    let page = page(&demo.settings, query.unwrap_or_default().as_bytes());
    reply::page(StatusCode::OK, &page)
}

/// The page for what came back.
fn page(settings: &Settings, query: &[u8]) -> DemoYourApp {
    let param = |name: &str| form::value(query, name);
    let redirect_uri = format!("{}{}", settings.base, DemoYourApp::PATH);
    // RFC 9207 §2.4: an answer of another issuer is not for us.
    let ours = param("iss").as_ref() == Some(&settings.issuer);
    let code = param("code").filter(|code| ours && is_word(code));
    DemoYourApp {
        frame: frame(),
        provider: settings.provider.clone(),
        apps: settings.apps.clone(),
        exchange: code.map(|code| exchange(&settings.token, &redirect_uri, &code)),
        call: format!(
            "curl -s -H \"Authorization: Bearer ACCESS_TOKEN\" {}/v1/tasks",
            settings.base
        ),
        error: param("error").filter(|_| ours).unwrap_or_default(),
        description: param("error_description")
            .filter(|_| ours)
            .unwrap_or_default(),
        redirect_uri,
    }
}

/// Whether a code can stand in a command: anybody can lead a browser here with something in its place, and people
/// paste the command into a shell.
fn is_word(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    code.bytes().all(plain)
}

/// The command that exchanges a code. What is secret stays in the shell of whoever pastes it.
fn exchange(token: &str, redirect_uri: &str, code: &str) -> String {
    [
        &format!("curl -s {token} \\"),
        "  -u \"$CLIENT_ID:$CLIENT_SECRET\" \\",
        "  -d grant_type=authorization_code \\",
        &format!("  -d code={code} \\"),
        &format!("  -d redirect_uri={redirect_uri} \\"),
        "  -d \"code_verifier=$CODE_VERIFIER\"",
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let text = |text: &str| text.to_owned();
        Settings {
            issuer: text("http://localhost:1"),
            apps: text("http://localhost:1/apps"),
            authorization: String::new(),
            token: text("http://localhost:1/token"),
            revocation: String::new(),
            device: String::new(),
            introspection: String::new(),
            provider: text("Acme"),
            base: text("http://localhost:2"),
            client_id: String::new(),
            client_secret: String::new(),
            api_id: String::new(),
            api_secret: String::new(),
            scopes: String::new(),
            mail: None,
        }
    }

    #[test]
    fn a_code_becomes_a_command() {
        let query = b"code=ac_Az0-9&state=x&iss=http%3A%2F%2Flocalhost%3A1";
        let exchange = page(&settings(), query).exchange.unwrap();
        assert!(exchange.contains("-d code=ac_Az0-9 "), "{exchange}");
        assert!(exchange.contains("-d redirect_uri=http://localhost:2/your-app "));
    }

    #[test]
    fn nothing_of_strangers_is_made_a_command() {
        for query in [
            "",
            "code=ac_1",
            "code=ac_1&iss=http%3A%2F%2Flocalhost%3A9",
            "code=%24(id)&iss=http%3A%2F%2Flocalhost%3A1",
            "code=a%20b&iss=http%3A%2F%2Flocalhost%3A1",
            "code=a%0Aid&iss=http%3A%2F%2Flocalhost%3A1",
            "code=a%3Bid&iss=http%3A%2F%2Flocalhost%3A1",
        ] {
            let page = page(&settings(), query.as_bytes());
            assert_eq!(page.exchange, None, "{query}");
        }
    }

    #[test]
    fn an_error_is_told() {
        let query = b"error=access_denied&error_description=No.&iss=http%3A%2F%2Flocalhost%3A1";
        let page = page(&settings(), query);
        assert_eq!(page.error, "access_denied");
        assert_eq!(page.description, "No.");
        assert_eq!(page.exchange, None);
    }
}
