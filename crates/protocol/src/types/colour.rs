//! Colours that a brand chose, and whether people can read them on our pages.
//!
//! A brand picks its colour for a logo, not for text. Whatever it is, links and focus rings must stand out from the
//! background and the words on a button from the button, in light and in dark. So a colour is moved towards black or
//! white, in small steps, until it has the contrast that WCAG asks of text.
use std::fmt;

/// WCAG 2.2, 1.4.3: contrast of text.
const ENOUGH: f64 = 4.5;
/// Below this, what is drawn on a surface cannot be told from it.
const VISIBLE: f64 = 1.1;

/// A colour of the screen: red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// What a page is shown in, as the person's system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on light surfaces.
    Light,
    /// Light text on dark surfaces.
    Dark,
}

impl Theme {
    /// What most of a page's text stands on: the stylesheet's `--card`.
    pub const fn card(self) -> Colour {
        match self {
            Theme::Light => Colour::WHITE,
            Theme::Dark => Colour([0x19, 0x1c, 0x26]),
        }
    }

    /// The surface on which a colour is read with the most effort: the darkest of the light theme (`--page`), the
    /// lightest of the dark one (`--inset`). What can be read on it can be read on all.
    pub const fn hardest(self) -> Colour {
        match self {
            Theme::Light => Colour([0xee, 0xf0, 0xf6]),
            Theme::Dark => Colour([0x22, 0x26, 0x33]),
        }
    }

    /// Where a colour is moved that is hard to read.
    const fn away(self) -> Colour {
        match self {
            Theme::Light => Colour::BLACK,
            Theme::Dark => Colour::WHITE,
        }
    }
}

impl Colour {
    const BLACK: Colour = Colour([0; 3]);
    const WHITE: Colour = Colour([0xff; 3]);

    /// Reads `#rgb` or `#rrggbb`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let byte = |at: usize, digits: &str| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let long = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit; 2]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        Some(Colour([byte(0, &long)?, byte(2, &long)?, byte(4, &long)?]))
    }

    /// Whether text of this colour can be read on every surface of a theme.
    pub fn is_readable_in(self, theme: Theme) -> bool {
        self.contrast(theme.hardest()) >= ENOUGH
    }

    /// Whether it can be told from what most text stands on.
    pub fn is_visible_in(self, theme: Theme) -> bool {
        self.contrast(theme.card()) >= VISIBLE
    }

    /// The nearest colour that can be read in a theme: this one, if it can.
    pub fn readable_in(self, theme: Theme) -> Self {
        let mut colour = self;
        while !colour.is_readable_in(theme) {
            colour = colour.nearer(theme.away());
        }
        colour
    }

    /// Black or white, whichever is read more easily on this colour.
    pub fn words_on(self) -> Self {
        match self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            true => Self::WHITE,
            false => Self::BLACK,
        }
    }

    /// WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        });
        0.0722_f64.mul_add(blue, 0.2126_f64.mul_add(red, 0.7152 * green))
    }

    /// WCAG's contrast ratio, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// One step of sixteen towards another colour, and never none.
    fn nearer(self, other: Self) -> Self {
        let mut channels = self.0;
        for (channel, goal) in channels.iter_mut().zip(other.0) {
            let step = channel.abs_diff(goal).div_ceil(16);
            *channel = match goal < *channel {
                true => *channel - step,
                false => *channel + step,
            };
        }
        Self(channels)
    }
}

/// As `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

    #[test]
    fn a_colour_is_read_in_two_notations_and_no_other() {
        assert_eq!(Colour::parse("#07b"), Colour::parse("#0077BB"));
        assert_eq!(Colour::parse("#0B5f3b").unwrap().to_string(), "#0b5f3b");
        for odd in [
            "", "#", "07b", "#07", "#07bb", "#é1", "#+1+1+1", "red", "#07b ",
        ] {
            assert_eq!(Colour::parse(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 0.001);
        assert!((Colour([0x76; 3]).contrast(Colour::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_colour_becomes_readable_and_a_readable_one_stays() {
        for text in [
            "#000", "#fff", "#ffe600", "#0b7a4b", "#ff0000", "#808080", "#00f",
        ] {
            let colour = Colour::parse(text).unwrap();
            for theme in THEMES {
                let readable = colour.readable_in(theme);
                assert!(readable.is_readable_in(theme), "{text} in {theme:?}");
                assert_eq!(readable.readable_in(theme), readable);
            }
        }
        let green = Colour::parse("#0b5f3b").unwrap();
        assert_eq!(green.readable_in(Theme::Light), green);
    }

    #[test]
    fn what_looks_like_its_surface_is_not_visible() {
        for (text, theme) in [
            ("#fff", Theme::Light),
            ("#ff0", Theme::Light),
            ("#191c26", Theme::Dark),
            ("#1a1a2a", Theme::Dark),
        ] {
            assert!(!Colour::parse(text).unwrap().is_visible_in(theme), "{text}");
        }
        for theme in THEMES {
            assert!(Colour::parse("#ffa500").unwrap().is_visible_in(theme));
        }
    }

    #[test]
    fn words_on_a_colour_can_be_read() {
        for (text, words) in [("#ffe600", "#000000"), ("#0b5f3b", "#ffffff")] {
            assert_eq!(Colour::parse(text).unwrap().words_on().to_string(), words);
        }
    }
}
