//! The settings of what people see of a provider.
use crate::values::TextSetting;
use protocol::types::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What people see of you.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BrandingSettings {
    /// The name of your product, at most 60 characters.
    pub(crate) product: String,
    /// A picture in place of the name at the top of every page: PNG, JPEG, WebP or SVG, at most 256 KiB, and 2,000
    /// pixels wide and high. It is made for light paper, which it is given on dark pages too.
    pub(crate) logo: Option<PathBuf>,
    /// A square picture for tabs and bookmarks, with the same limits.
    pub(crate) icon: Option<PathBuf>,
    /// Your colour, as `#rgb` or `#rrggbb`; made darker, with a warning, where it would be hard to read.
    pub(crate) accent: Option<String>,
    /// Your colour on dark pages; made lighter, with a warning, where it would be hard to read. Default: `accent`, made
    /// lighter.
    pub(crate) accent_dark: Option<String>,
    /// Words of the button that allows an app, at most 30 characters; in several languages `{ en = "…", de = "…" }`.
    /// Default: "Allow", in the language of the page.
    pub(crate) consent_button: Option<TextSetting>,
    /// Plain text under every mail, such as your company's name and address: at most 10 lines and 500 characters; in
    /// several languages `{ en = "…", de = "…" }`.
    pub(crate) mail_footer: Option<TextSetting>,
    /// The language of those who ask for none that there is: `en` or `de`.
    pub(crate) language: String,
    /// The time zone in which times are told to those who have chosen none, such as `Europe/Berlin`.
    pub(crate) time_zone: String,
    /// Links at the foot of every page and mail; each in several languages `{ en = "…", de = "…" }`.
    pub(crate) links: LinkSettings,
}

/// Links at the foot of every page and mail; each in several languages `{ en = "…", de = "…" }`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LinkSettings {
    /// What people agree to, also shown where they do: an https URL.
    pub(crate) terms: Option<TextSetting>,
    /// What you do with what you know of people, also shown where they agree to it: an https URL.
    pub(crate) privacy: Option<TextSetting>,
    /// How things work: an https URL.
    pub(crate) help: Option<TextSetting>,
    /// Where people ask: an https URL, or `mailto:` and an address.
    pub(crate) support: Option<TextSetting>,
}

impl Default for BrandingSettings {
    fn default() -> Self {
        BrandingSettings {
            product: "Valetkey".to_owned(),
            logo: None,
            icon: None,
            accent: None,
            accent_dark: None,
            consent_button: None,
            mail_footer: None,
            language: Language::English.tag().to_owned(),
            time_zone: "UTC".to_owned(),
            links: LinkSettings::default(),
        }
    }
}
