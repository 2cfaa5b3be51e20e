//! The mails that a development provider has sent, as their recipients would see them.

use askama::Template;
use protocol::types::Language;

use crate::{Frame, HOSTILE, Page, samples, samples::pages};

pages!(DemoMails);

/// All mails, the newest first.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/mail.html")]
pub struct DemoMails {
    /// What is around the page.
    pub frame: Frame,
    /// The mails.
    pub mails: Vec<DemoMail>,
    /// Whether the configuration has a folder for them.
    pub configured: bool,
}

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoMail {
    /// What it is about.
    pub subject: String,
    /// Who gets it.
    pub to: String,
    /// Who it is from.
    pub from: String,
    /// When it was written.
    pub date: String,
    /// The link in it.
    pub link: Option<String>,
    /// What it says.
    pub text: String,
}

impl Page for DemoMails {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "demo-mail";

    fn samples(_: Language) -> Vec<Self> {
        let mail = |text: &str| DemoMail {
            subject: text.to_owned(),
            to: text.to_owned(),
            from: text.to_owned(),
            link: Some("https://id.example/link?t=ml_1".to_owned()),
            date: text.to_owned(),
            text: text.to_owned(),
        };
        let usual = DemoMail {
            link: None,
            subject: "Test mail from Valetkey dev".to_owned(),
            to: "demo@example.com".to_owned(),
            from: "Valetkey dev <no-reply@localhost>".to_owned(),
            date: "Fri, 15 Jan 2027 08:00:00 +0000".to_owned(),
            text: "This is a test: Valetkey dev can send mail to you.\n\nThere is nothing to do.\n"
                .to_owned(),
        };
        let page = |mails, configured| Self {
            frame: samples::frame(Language::English),
            mails,
            configured,
        };
        vec![
            page(vec![usual.clone(), usual], true),
            page(Vec::new(), true),
            page(Vec::new(), false),
            Self {
                frame: samples::hostile_frame(Language::English),
                mails: vec![mail(HOSTILE), mail(&HOSTILE.repeat(5))],
                configured: true,
            },
        ]
    }
}
