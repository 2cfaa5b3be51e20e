//! `/assets/brand.css`: the provider's accent colour, made readable.
//!
//! A brand picks its colour for a logo, not for text. Whatever it is, links and
//! focus rings must stand out from the background and the words on a button
//! from the button, in light and in dark. So the accent is moved towards black
//! or white, in small steps, until it has the contrast that WCAG asks of text.

/// The darkest surface of the light theme and the lightest of the dark one: what
/// is readable on these is readable on all. The stylesheet's `--page` and
/// `--inset` are these.
const LIGHT_SURFACE: Colour = Colour([0xee, 0xf0, 0xf6]);
const DARK_SURFACE: Colour = Colour([0x22, 0x26, 0x33]);

const BLACK: Colour = Colour([0; 3]);
const WHITE: Colour = Colour([0xff; 3]);

/// WCAG 2.2, 1.4.3: contrast of text.
const ENOUGH: f64 = 4.5;

/// The text of `/assets/brand.css` for an accent colour in CSS, already
/// validated. `#rgb` and `#rrggbb` are made readable in both themes; any other
/// notation is used as it stands, under white text.
#[must_use]
pub fn brand_stylesheet(accent: &str) -> String {
    let Some(colour) = Colour::parse(accent) else {
        return format!(":root {{ --accent: {accent}; --on-accent: #fff; }}\n");
    };
    let light = colour.readable_on(LIGHT_SURFACE, BLACK).rule();
    let dark = colour.readable_on(DARK_SURFACE, WHITE).rule();
    format!("{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Colour([u8; 3]);

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        let channel = |at: usize| match digits.len() {
            3 => Some(digit(at)? * 17),
            6 => Some(digit(2 * at)? * 16 + digit(2 * at + 1)?),
            _ => None,
        };
        let byte = |at: usize| u8::try_from(channel(at)?).ok();
        Some(Self([byte(0)?, byte(1)?, byte(2)?]))
    }

    /// WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        });
        0.0722_f64.mul_add(blue, 0.2126_f64.mul_add(red, 0.7152 * green))
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// One step of sixteen towards another colour, and never none.
    fn nearer(self, other: Self) -> Self {
        let mut channels = self.0;
        for (channel, goal) in channels.iter_mut().zip(other.0) {
            let step = channel.abs_diff(goal).div_ceil(16);
            *channel = if goal < *channel {
                *channel - step
            } else {
                *channel + step
            };
        }
        Self(channels)
    }

    fn readable_on(self, surface: Self, towards: Self) -> Self {
        let mut colour = self;
        while colour.contrast(surface) < ENOUGH {
            colour = colour.nearer(towards);
        }
        colour
    }

    fn rule(self) -> String {
        let words = if self.contrast(WHITE) >= self.contrast(BLACK) {
            WHITE
        } else {
            BLACK
        };
        format!(
            ":root {{ --accent: {}; --on-accent: {}; }}\n",
            self.hex(),
            words.hex()
        )
    }

    fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::{BLACK, Colour, DARK_SURFACE, ENOUGH, LIGHT_SURFACE, WHITE, brand_stylesheet};

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 0.001);
        assert!((Colour([0x76; 3]).contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_accent_becomes_readable() {
        for accent in [
            "#000", "#fff", "#ffe600", "#0b7a4b", "#ff0000", "#808080", "#00f",
        ] {
            let colour = Colour::parse(accent).expect("a colour");
            let light = colour.readable_on(LIGHT_SURFACE, BLACK);
            let dark = colour.readable_on(DARK_SURFACE, WHITE);
            assert!(light.contrast(LIGHT_SURFACE) >= ENOUGH, "{accent}");
            assert!(dark.contrast(DARK_SURFACE) >= ENOUGH, "{accent}");
        }
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        let css = brand_stylesheet("#0B5f3b");
        assert!(
            css.starts_with(":root { --accent: #0b5f3b; --on-accent: #ffffff; }"),
            "{css}"
        );
    }

    #[test]
    fn other_notations_are_passed_on() {
        let css = brand_stylesheet("rebeccapurple");
        assert_eq!(
            css,
            ":root { --accent: rebeccapurple; --on-accent: #fff; }\n"
        );
        assert!(brand_stylesheet("#é1").contains("#é1"));
    }
}
