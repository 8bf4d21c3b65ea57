//! The brand's colour, and what has to be made of it so that text stays readable.

use std::fmt;
use std::str::FromStr;

/// The contrast that WCAG 2.2 AA asks for between text and its ground (1.4.3).
pub(crate) const TEXT: f64 = 4.5;

/// The contrast that WCAG 2.2 AA asks for at the edge of a control (1.4.11).
pub(crate) const EDGE: f64 = 3.0;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

pub(crate) const WHITE: Color = Color::new(255, 255, 255);
pub(crate) const BLACK: Color = Color::new(0, 0, 0);

impl Color {
    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// The contrast ratio of WCAG 2.2: 1 for equals, 21 for black and white.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Black or white, whichever is easier to read on this colour.
    pub(crate) fn ink(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    /// The colour nearest to this one, on the way to black or white, that has `contrast` with `ground`.
    pub(crate) fn readable_on(self, ground: Self, contrast: f64) -> Self {
        let towards = ground.ink();
        (0..=100).map(|share| self.mix(towards, share)).find(|color| color.contrast(ground) >= contrast).unwrap_or(towards)
    }

    /// This colour with `share` percent of another.
    pub(crate) fn mix(self, other: Self, share: u8) -> Self {
        let share = u32::from(share.min(100));
        let channel = |a: u8, b: u8| {
            let mixed = (u32::from(a) * (100 - share) + u32::from(b) * share) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self::new(channel(self.red, other.red), channel(self.green, other.green), channel(self.blue, other.blue))
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl FromStr for Color {
    type Err = ();

    /// Reads `#rrggbb` and `#rgb`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.trim().strip_prefix('#').ok_or(())?;
        let nibbles: Option<Vec<u8>> = digits.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        match *nibbles.ok_or(())?.as_slice() {
            [r, g, b] => Ok(Self::new(r * 17, g * 17, b * 17)),
            [r1, r0, g1, g0, b1, b0] => Ok(Self::new(r1 * 16 + r0, g1 * 16 + g0, b1 * 16 + b0)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_are_read_in_both_lengths_and_nothing_else() {
        assert_eq!("#1a2B3c".parse(), Ok(Color::new(0x1a, 0x2b, 0x3c)));
        assert_eq!("#fa0".parse(), Ok(Color::new(255, 170, 0)));
        for wrong in ["", "#", "red", "#12", "#12345", "#1234567", "#gggggg", "123456", "#fff;}body{"] {
            assert_eq!(wrong.parse::<Color>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn black_on_white_has_the_greatest_contrast() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_brand_stays_readable(red: u8, green: u8, blue: u8, ground: u8) {
            let brand = Color::new(red, green, blue);
            let ground = Color::new(ground, ground, ground);
            prop_assert!(brand.contrast(brand.ink()) >= TEXT);
            prop_assert!(brand.readable_on(ground, TEXT).contrast(ground) >= TEXT);
        }

        #[test]
        fn what_is_written_is_read_again(red: u8, green: u8, blue: u8) {
            let color = Color::new(red, green, blue);
            prop_assert_eq!(color.to_string().parse(), Ok(color));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,12}") {
            let _ = text.parse::<Color>();
        }
    }
}
