//! The demo's television: a device that people let in with another one.

use askama::Template;
use protocol::types::Language;

use crate::{DemoTask, Frame, HOSTILE, Page, samples, samples::pages};

pages!(DemoTelevision);

/// What the television shows. "Get a new code" is `POST /tv`.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/television.html")]
pub struct DemoTelevision {
    /// What is around the page.
    pub frame: Frame,
    /// What is on its screen.
    pub screen: OnScreen,
}

/// What is on the television's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnScreen {
    /// A code that is to be typed elsewhere.
    Code {
        /// Where.
        address: String,
        /// The code.
        user_code: String,
        /// The QR code of both, a `data:` address.
        picture: String,
    },
    /// The tasks of whoever let it in.
    Tasks(Vec<DemoTask>),
    /// Nothing, because of an error.
    Nothing {
        /// The OAuth error code, or what else went wrong.
        error: String,
    },
}

impl Page for DemoTelevision {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-television";

    fn samples(_: Language) -> Vec<Self> {
        let showing = |screen| Self {
            frame: samples::frame(Language::English),
            screen,
        };
        let code = |text: &str, picture: &str| OnScreen::Code {
            address: text.to_owned(),
            user_code: text.to_owned(),
            picture: picture.to_owned(),
        };
        let nothing = |error: &str| OnScreen::Nothing {
            error: error.to_owned(),
        };
        vec![
            showing(code("WDJB-MJHT", "data:image/svg+xml;base64,PHN2Zy8+")),
            showing(OnScreen::Tasks(samples::demo_tasks())),
            showing(nothing("access_denied")),
            showing(nothing("expired_token")),
            Self {
                frame: samples::hostile_frame(Language::English),
                screen: code(HOSTILE, HOSTILE),
            },
        ]
    }
}
