//! The page where a person chooses their language and time zone.

use askama::Template;
use protocol::types::Language;

use crate::field::Problems;
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};

pages!(Preferences);

/// A person's language and time zone: `POST /account/preferences` with `nonce`, `language`, `zone`; "" for what is usual.
#[derive(Clone, Debug, Template)]
#[template(path = "preferences.html")]
pub struct Preferences {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the form is ours.
    pub nonce: String,
    /// The language that was chosen.
    pub language: Option<Language>,
    /// The time zone that was chosen.
    pub zone: Option<String>,
    /// The time zone of those who choose none.
    pub usual_zone: String,
    /// Those that there are.
    pub zones: Vec<String>,
    /// What is wrong: `zone` or "".
    pub problems: Vec<Problem>,
}

impl Preferences {
    /// Where it is, and its form goes.
    pub const PATH: &str = "/account/preferences";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["zone"],
        }
    }
}

impl Page for Preferences {
    const NAME: &'static str = "preferences";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let zones = ["Africa/Abidjan", "America/New_York", "Europe/Berlin"];
        let usual = Preferences {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            language: None,
            zone: None,
            usual_zone: "UTC".to_owned(),
            zones: zones.map(str::to_owned).to_vec(),
            problems: Vec::new(),
        };
        let chosen = Preferences {
            language: Some(Language::German),
            zone: Some("Europe/Berlin".to_owned()),
            ..usual.clone()
        };
        let failed = Preferences {
            problems: vec![Problem::new(
                "zone",
                language.text("preferences-no-such-zone"),
            )],
            ..usual.clone()
        };
        let hostile = Preferences {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            zone: Some(HOSTILE.to_owned()),
            usual_zone: HOSTILE.to_owned(),
            zones: vec![HOSTILE.to_owned()],
            problems: vec![Problem::new("zone", Text::of_others(HOSTILE))],
            ..usual.clone()
        };
        vec![usual, chosen, failed, hostile]
    }
}
