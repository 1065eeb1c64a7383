//! Colors that people with any color vision can distinguish.

/// An opaque sRGB color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

/// Text and axes.
pub const INK: Color = Color([33, 33, 33]);
/// Secondary text, reference lines.
pub const GRAY: Color = Color([117, 117, 117]);
/// Grid lines.
pub const PALE: Color = Color([224, 224, 224]);
/// Background.
pub const WHITE: Color = Color([255, 255, 255]);
/// Casing around lines on pictures.
pub const BLACK: Color = Color([0, 0, 0]);
/// Okabe and Ito's orange.
pub const ORANGE: Color = Color([230, 159, 0]);
/// Okabe and Ito's sky blue.
pub const SKY: Color = Color([86, 180, 233]);

/// Colors of series, from Okabe and Ito's palette, in descending order of contrast to white.
pub const SERIES: [Color; 6] = [
    Color([0, 114, 178]),
    Color([213, 94, 0]),
    Color([0, 158, 115]),
    Color([204, 121, 167]),
    Color([230, 159, 0]),
    Color([86, 180, 233]),
];

impl Color {
    /// Luminance from 0 to 1, by the weights of sRGB without its curve.
    #[must_use]
    pub fn lightness(self) -> f64 {
        let [r, g, b] = self.0.map(f64::from);
        (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255.0
    }

    /// The color as `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// The color of a text `#rrggbb`; `None` for any other text.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |i: usize| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok();
        Some(Self([channel(0)?, channel(1)?, channel(2)?]))
    }

    /// This color drawn over another with `opacity` from 0 (only the other) to 1 (only this).
    #[must_use]
    pub fn over(self, below: Color, opacity: f64) -> Color {
        let mix = |top: u8, bottom: u8| {
            let value = f64::from(bottom) + (f64::from(top) - f64::from(bottom)) * opacity;
            value.round().clamp(0.0, 255.0) as u8
        };
        Color(std::array::from_fn(|i| mix(self.0[i], below.0[i])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_goes_from_one_color_to_the_other() {
        assert_eq!(BLACK.over(WHITE, 0.0), WHITE);
        assert_eq!(BLACK.over(WHITE, 1.0), BLACK);
        assert_eq!(BLACK.over(WHITE, 0.2), Color([204; 3]));
    }

    #[test]
    fn hex_has_two_digits_for_each_channel() {
        assert_eq!(Color([0, 114, 178]).hex(), "#0072b2");
        assert_eq!(Color::from_hex("#0072B2"), Some(Color([0, 114, 178])));
        for wrong in ["0072b2", "#0072b", "#0072bg", "#µ072b", "blue"] {
            assert_eq!(Color::from_hex(wrong), None);
        }
    }
}
