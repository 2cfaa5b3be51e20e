//! What stands in for an app that a developer has registered and not yet written.

use askama::Template;
use protocol::types::Language;

use crate::{Frame, HOSTILE, Page, samples, samples::pages};

pages!(DemoYourApp);

/// Where an app sends people back to that does not run yet: shows what the app would get, and what it would do next.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/your_app.html")]
pub struct DemoYourApp {
    /// What is around the page.
    pub frame: Frame,
    /// Name of the provider.
    pub provider: String,
    /// Where apps are made.
    pub apps: String,
    /// The redirect URI of this page.
    pub redirect_uri: String,
    /// The command that exchanges the code; `None` when none came.
    pub exchange: Option<String>,
    /// The command that calls the API with a token.
    pub call: String,
    /// The OAuth error code; "" for none.
    pub error: String,
    /// The provider's description of the error; "" for none.
    pub description: String,
}

impl DemoYourApp {
    /// Where it is.
    pub const PATH: &str = "/your-app";
}

impl Page for DemoYourApp {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-your-app";

    fn samples(_: Language) -> Vec<Self> {
        let empty = Self {
            frame: samples::frame(Language::English),
            provider: "Valetkey".to_owned(),
            apps: "http://localhost:8080/apps".to_owned(),
            redirect_uri: "http://localhost:8081/your-app".to_owned(),
            exchange: None,
            call:
                "curl -s -H \"Authorization: Bearer ACCESS_TOKEN\" http://localhost:8081/v1/tasks"
                    .to_owned(),
            error: String::new(),
            description: String::new(),
        };
        let came = Self {
            exchange: Some("curl -s http://localhost:8080/oauth2/token -d code=ac_1".to_owned()),
            ..empty.clone()
        };
        let denied = Self {
            error: "access_denied".to_owned(),
            ..empty.clone()
        };
        let failed = Self {
            error: "invalid_scope".to_owned(),
            description: "There is no such scope.".to_owned(),
            ..empty.clone()
        };
        let hostile = |exchange| Self {
            frame: samples::hostile_frame(Language::English),
            provider: HOSTILE.to_owned(),
            apps: HOSTILE.to_owned(),
            redirect_uri: HOSTILE.to_owned(),
            exchange,
            call: HOSTILE.to_owned(),
            error: HOSTILE.to_owned(),
            description: HOSTILE.to_owned(),
        };
        let code = Some(HOSTILE.repeat(5));
        vec![came, empty, denied, failed, hostile(None), hostile(code)]
    }
}
