//! Colors of maps: perceptually uniform, and safe for any color vision.

use crate::Color;

/// A map from shares to colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMap {
    /// From low to high: viridis (van der Walt and Smith).
    Viridis,
    /// From high to low: the brighter three quarters of viridis, so that shades towards black are no other values.
    Depth,
    /// From negative over zero to positive: ColorBrewer's red and blue.
    BlueRed,
}

/// Color of places without a value.
pub const MISSING: Color = Color([205; 3]);

const VIRIDIS: [[u8; 3]; 10] = [
    [68, 1, 84],
    [72, 40, 120],
    [62, 73, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [110, 206, 88],
    [181, 222, 43],
    [253, 231, 37],
];
const BLUE_RED: [[u8; 3]; 11] = [
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
    [247, 247, 247],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
];

impl ColorMap {
    /// The color of a share, from 0 (low) to 1 (high); values beyond have the colors of the ends.
    #[must_use]
    pub fn color(self, share: f64) -> Color {
        let (stops, share): (&[[u8; 3]], f64) = match self {
            ColorMap::Viridis => (&VIRIDIS, share),
            ColorMap::Depth => (&VIRIDIS, 1.0 - 0.75 * share.clamp(0.0, 1.0)),
            ColorMap::BlueRed => (&BLUE_RED, share),
        };
        if share.is_nan() {
            return MISSING;
        }
        let place = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let below = (place.floor() as usize).min(stops.len() - 2);
        Color(stops[below + 1]).over(Color(stops[below]), place - below as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viridis_becomes_brighter_from_end_to_end() {
        let luminance = |share: f64| {
            let [r, g, b] = ColorMap::Viridis.color(share).0.map(f64::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let all: Vec<f64> = (0..=20).map(|i| luminance(f64::from(i) / 20.0)).collect();
        assert!(all.windows(2).all(|pair| pair[1] > pair[0]), "{all:?}");
    }

    #[test]
    fn zero_is_nearly_white_and_missing_values_are_gray() {
        assert_eq!(ColorMap::BlueRed.color(0.5), Color([247; 3]));
        assert_eq!(ColorMap::Viridis.color(f64::NAN), MISSING);
        assert_eq!(ColorMap::Viridis.color(7.0), Color([253, 231, 37]));
    }
}
