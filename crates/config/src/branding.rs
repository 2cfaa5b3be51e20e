//! Checks `[branding]`: what people see of the provider.
use super::checks::{Checks, is_text, local_text};
use super::links::{is_mailto, is_web};
use super::picture::PictureFile;
use super::values::TextSetting;
use jiff::tz::TimeZone;
use protocol::types::text::is_plain;
use protocol::types::{Colour, Language, LocalText, Theme};
use std::path::Path;

/// Longest name of a product, in characters.
const MAX_PRODUCT: usize = 60;
/// Longest words of a button, in characters.
const MAX_BUTTON: usize = 30;
/// Longest text under a mail, in characters and in lines.
const MAX_FOOTER: (usize, usize) = (500, 10);

/// What people see of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    /// The product's name.
    pub product: String,
    /// The picture in place of the name.
    pub logo: Option<PictureFile>,
    /// The picture for tabs and bookmarks.
    pub icon: Option<PictureFile>,
    /// The colour on light pages.
    pub accent: Option<Colour>,
    /// The colour on dark pages.
    pub accent_dark: Option<Colour>,
    /// Words of the button that allows an app, where they are not the usual ones.
    pub consent_button: Option<LocalText>,
    /// What stands under every mail, in lines.
    pub mail_footer: Option<LocalText>,
    /// The language of those who ask for none that there is.
    pub language: Language,
    /// The time zone of those who have chosen none.
    pub time_zone: TimeZone,
    /// Links at the foot of every page and mail.
    pub links: Links,
}

/// Links to pages of the provider's own, in the languages that it has them in: `https:`, and `mailto:` for support.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// What people agree to.
    pub terms: Option<LocalText>,
    /// What is done with what is known of them.
    pub privacy: Option<LocalText>,
    /// How things work.
    pub help: Option<LocalText>,
    /// Where people ask.
    pub support: Option<LocalText>,
}

/// Checks the table.
pub(super) fn branding(checks: &mut Checks<'_>) -> Branding {
    let branding = checks.settings().branding.clone();
    let words_of_button =
        |checks: &mut Checks<'_>, path: &str, text: &str| words(checks, path, text, MAX_BUTTON);
    Branding {
        product: words(checks, "branding.product", &branding.product, MAX_PRODUCT),
        logo: picture(checks, "branding.logo", branding.logo.as_deref()),
        icon: picture(checks, "branding.icon", branding.icon.as_deref()),
        accent: colour(checks, "branding.accent", &branding.accent, Theme::Light),
        accent_dark: colour(
            checks,
            "branding.accent_dark",
            &branding.accent_dark,
            Theme::Dark,
        ),
        consent_button: branding
            .consent_button
            .map(|text| local_text(checks, "branding.consent_button", &text, words_of_button)),
        mail_footer: branding
            .mail_footer
            .map(|text| local_text(checks, "branding.mail_footer", &text, mail_footer)),
        language: language(checks),
        time_zone: time_zone(checks),
        links: links(checks),
    }
}

/// A few words on one line.
fn words(checks: &mut Checks<'_>, path: &str, text: &str, most: usize) -> String {
    let text = text.trim();
    if !is_text(text, most) {
        let what = match path {
            "branding.product" => "a name",
            _ => "words",
        };
        checks.fault(
            path,
            format!("write {what} of 1 to {most} characters, none of them hidden or changing the direction of writing"),
        );
    }
    text.to_owned()
}

fn picture(checks: &Checks<'_>, setting: &'static str, file: Option<&Path>) -> Option<PictureFile> {
    Some(PictureFile {
        path: checks.layers.resolved(setting, file?),
        setting,
        origin: checks.layers.origin(setting),
    })
}

/// A colour that cannot be read is told with the one that is used; one that cannot be seen is not taken.
fn colour(
    checks: &mut Checks<'_>,
    path: &str,
    text: &Option<String>,
    theme: Theme,
) -> Option<Colour> {
    let text = text.as_ref()?;
    let Some(colour) = Colour::parse(text) else {
        let what = format!("{text:?} is not a colour: write it like \"#0b7a4b\" or \"#07b\"");
        checks.fault(path, what);
        return None;
    };
    let readable = colour.readable_in(theme);
    let pages = match theme {
        Theme::Light => "light pages",
        Theme::Dark => "dark pages",
    };
    if !colour.is_visible_in(theme) {
        let what = format!(
            "\"{colour}\" cannot be seen on {pages}: the nearest colour that can be read there is \"{readable}\""
        );
        checks.fault(path, what);
    } else if colour != readable {
        checks.warn(format!(
            "{path} is hard to read on {pages}, so they have the nearest colour that is not: write \"{readable}\", or another"
        ));
    }
    Some(colour)
}

fn language(checks: &mut Checks<'_>) -> Language {
    let tag = &checks.settings().branding.language;
    let known = Language::ALL.into_iter().find(|one| one.tag() == tag);
    known.unwrap_or_else(|| {
        let tags: Vec<_> = Language::ALL.iter().map(|one| one.tag()).collect();
        let what = format!(
            "there is no language {tag:?} here: write {}",
            tags.join(" or ")
        );
        checks.fault("branding.language", what);
        Language::default()
    })
}

fn time_zone(checks: &mut Checks<'_>) -> TimeZone {
    let name = checks.settings().branding.time_zone.clone();
    TimeZone::get(&name).unwrap_or_else(|_| {
        let what = format!("there is no time zone {name:?}: write one such as \"Europe/Berlin\"");
        checks.fault("branding.time_zone", what);
        TimeZone::UTC
    })
}

fn mail_footer(checks: &mut Checks<'_>, path: &str, text: &str) -> String {
    let lines: Vec<String> = text
        .trim()
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    let (characters, most) = MAX_FOOTER;
    let fits = text.trim().chars().count() <= characters && (1..=most).contains(&lines.len());
    if !fits || !lines.iter().all(|line| is_plain(line)) {
        let what = format!(
            "write plain text of 1 to {characters} characters on at most {most} lines, none of them hidden"
        );
        checks.fault(path, what);
    }
    lines.join("\n")
}

fn links(checks: &mut Checks<'_>) -> Links {
    let links = checks.settings().branding.links.clone();
    let mut link = |name: &str, setting: Option<TextSetting>| {
        let path = format!("branding.links.{name}");
        setting.map(|setting| {
            local_text(checks, &path, &setting, |checks, path, url| {
                let may_be_written = name == "support" && is_mailto(url);
                if !is_web(url) && !may_be_written {
                    checks.fault(path, no_link(name));
                }
                url.to_owned()
            })
        })
    };
    Links {
        terms: link("terms", links.terms),
        privacy: link("privacy", links.privacy),
        help: link("help", links.help),
        support: link("support", links.support),
    }
}

/// What is said of a link that leads nowhere.
fn no_link(name: &str) -> String {
    match name {
        "support" => {
            "write an https URL, or mailto: and an address, such as \"mailto:help@example.com\""
                .to_owned()
        }
        _ => format!("write an https URL, such as \"https://example.com/{name}\""),
    }
}
