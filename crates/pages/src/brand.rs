//! The provider's brand on its pages: its colours, made readable, and what its pages show of it.
use protocol::types::{Colour, Language, LocalText, Theme};

/// What every page shows of the brand besides the product's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// Whether it has colours of its own: then the page links `/assets/brand.css`, made by [`brand_stylesheet`].
    pub colours: bool,
    /// Path of the logo.
    pub logo: Option<String>,
    /// Path of the icon that browsers show in tabs and bookmarks.
    pub icon: Option<String>,
    /// Where people read on.
    pub links: BrandLinks,
}

/// Pages of the provider's own, and where it helps people: `https:`, and `mailto:` for support.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandLinks {
    /// What people agree to.
    pub terms: Option<LocalText>,
    /// What is done with what is known of them.
    pub privacy: Option<LocalText>,
    /// How things work.
    pub help: Option<LocalText>,
    /// Where people ask.
    pub support: Option<LocalText>,
}

impl BrandLinks {
    /// Those that there are, in the order in which they are shown: the message that names it, and its address for a
    /// reader of `language`.
    #[must_use]
    pub fn all(&self, language: Language) -> Vec<(&'static str, &str)> {
        let mut all = self.agreed(language);
        let more = [("help", &self.help), ("support", &self.support)];
        all.extend(shown(more, language));
        all
    }

    /// Those that tell what somebody agrees to.
    #[must_use]
    pub fn agreed(&self, language: Language) -> Vec<(&'static str, &str)> {
        let agreed = [("terms", &self.terms), ("privacy", &self.privacy)];
        shown(agreed, language).collect()
    }
}

/// What the configuration let through, and nothing else that could stand in a link.
fn shown<'a, const N: usize>(
    links: [(&'static str, &'a Option<LocalText>); N],
    language: Language,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let shown = move |(label, link): (&'static str, &'a Option<LocalText>)| {
        let href = link.as_ref()?.in_language(language);
        leads_out(href).then_some((label, href))
    };
    links.into_iter().filter_map(shown)
}

/// Whether an address is one of a page or of a mailbox.
pub(crate) fn leads_out(href: &str) -> bool {
    href.starts_with("https://") || href.starts_with("mailto:")
}

/// The text of `/assets/brand.css` for a brand's colours. Where there is none for dark pages, the one for light pages is
/// made lighter.
#[must_use]
pub fn brand_stylesheet(light: Option<Colour>, dark: Option<Colour>) -> String {
    let rule = |colour: Option<Colour>, theme| {
        colour.map_or_else(String::new, |colour| rule(colour.readable_in(theme)))
    };
    format!(
        "{}@media (prefers-color-scheme: dark) {{\n{}}}\n",
        rule(light, Theme::Light),
        rule(dark.or(light), Theme::Dark),
    )
}

fn rule(colour: Colour) -> String {
    let words = colour.words_on();
    format!(":root {{ --accent: {colour}; --on-accent: {words}; }}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stylesheet;

    fn css(light: Option<&str>, dark: Option<&str>) -> String {
        let colour = |text: &str| Colour::parse(text).expect("a colour");
        brand_stylesheet(light.map(colour), dark.map(colour))
    }

    #[test]
    fn a_colour_for_dark_pages_is_used_on_them_alone() {
        let both = css(Some("#0B5f3b"), Some("#7ad9ae"));
        assert_eq!(
            both,
            ":root { --accent: #0b5f3b; --on-accent: #ffffff; }\n\
             @media (prefers-color-scheme: dark) {\n\
             :root { --accent: #7ad9ae; --on-accent: #000000; }\n}\n"
        );
        let dark = css(None, Some("#7ad9ae"));
        assert!(
            dark.starts_with("@media (prefers-color-scheme: dark) {\n:root { --accent: #7ad9ae;")
        );
        let light = css(Some("#0b5f3b"), None);
        let readable = Colour::parse("#0b5f3b").expect("a colour");
        let readable = readable.readable_in(Theme::Dark);
        assert!(
            light.contains(&format!("{{\n:root {{ --accent: {readable};")),
            "{light}"
        );
    }

    #[test]
    fn links_are_shown_in_one_order_and_only_such_that_lead_out() {
        let german = "https://a.example/agb".to_owned();
        let english = "https://a.example/terms".to_owned();
        let links = BrandLinks {
            terms: LocalText::of(vec![
                (Language::German, german),
                (Language::English, english),
            ]),
            privacy: None,
            help: Some(LocalText::new("javascript:alert(1)")),
            support: Some(LocalText::new("mailto:help@a.example")),
        };
        let support = ("support", "mailto:help@a.example");
        for (language, terms) in [
            (Language::English, "https://a.example/terms"),
            (Language::German, "https://a.example/agb"),
        ] {
            let terms = ("terms", terms);
            assert_eq!(links.agreed(language), [terms]);
            assert_eq!(links.all(language), [terms, support]);
        }
    }

    /// Colours are judged by the surfaces that the pages have.
    #[test]
    fn the_surfaces_are_those_of_the_stylesheet() {
        let (light, dark) = stylesheet()
            .1
            .split_once("@media (prefers-color-scheme: dark)")
            .expect("both");
        for (css, theme, hardest) in [(light, Theme::Light, "page"), (dark, Theme::Dark, "inset")] {
            let card = format!("--card: {};", theme.card());
            let hardest = format!("--{hardest}: {};", theme.hardest());
            assert!(
                css.contains(&card) && css.contains(&hardest),
                "{card} {hardest}"
            );
        }
    }
}
