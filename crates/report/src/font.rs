//! A stroke font for PNG figures: letters are lines, so they are sharp at any size.

mod glyphs;

use crate::scene::Point;

/// Height of a capital letter in units of the glyphs.
const CAPITAL: f64 = 10.0;
/// Height of a capital letter in ems, as in common sans-serif fonts.
const CAPITAL_EM: f64 = 0.72;
/// Gap between letters, in units of the glyphs.
const GAP: f64 = 2.1;
/// Number of straight segments per curve.
const STEPS: usize = 8;

/// Width of a line of text in ems.
#[must_use]
pub fn width_em(words: &str) -> f64 {
    let advance = |letter| glyphs::glyph(letter).0 + GAP;
    let units: f64 = words.chars().map(advance).sum();
    (units - GAP).max(0.0) * CAPITAL_EM / CAPITAL
}

/// The lines of a text of font size `size`, from the origin on its baseline to the right, y down.
#[must_use]
pub fn strokes(words: &str, size: f64) -> Vec<Vec<Point>> {
    let scale = size * CAPITAL_EM / CAPITAL;
    let mut left = 0.0;
    let mut lines = Vec::new();
    for letter in words.chars() {
        let (width, path) = glyphs::glyph(letter);
        for line in flattened(path) {
            let placed = line
                .iter()
                .map(|[x, y]| [(x + left) * scale, (y - CAPITAL) * scale]);
            lines.push(placed.collect());
        }
        left += width + GAP;
    }
    lines
}

/// Reads a path of `M x y`, `L x y` and `Q cx cy x y` (a quadratic Bézier curve), and approximates curves by line
/// segments.
fn flattened(path: &str) -> Vec<Vec<Point>> {
    let mut lines: Vec<Vec<Point>> = Vec::new();
    let mut words = path.split_ascii_whitespace();
    while let Some(command) = words.next() {
        let mut point = || {
            let mut number = || {
                words
                    .next()
                    .and_then(|n| n.parse::<f64>().ok())
                    .unwrap_or(0.0)
            };
            [number(), number()]
        };
        if command == "M" {
            lines.push(vec![point()]);
            continue;
        }
        let Some(line) = lines.last_mut() else { break };
        let start = line[line.len() - 1];
        if command == "Q" {
            let (control, end) = (point(), point());
            line.extend((1..=STEPS).map(|i| bezier(start, control, end, i as f64 / STEPS as f64)));
        } else {
            line.push(point());
        }
    }
    lines
}

fn bezier(a: Point, b: Point, c: Point, t: f64) -> Point {
    let u = 1.0 - t;
    std::array::from_fn(|i| u * u * a[i] + 2.0 * u * t * b[i] + t * t * c[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printable_letter_of_ascii_has_its_own_shape() {
        let missing = glyphs::glyph('\u{1F600}').1;
        let mut seen = std::collections::BTreeSet::new();
        for letter in '!'..='~' {
            let (width, path) = glyphs::glyph(letter);
            assert!(path != missing && seen.insert(path), "{letter}");
            for [x, y] in flattened(path).into_iter().flatten() {
                assert!(
                    (-0.6..=width + 0.6).contains(&x),
                    "{letter} leaves its width: {x}"
                );
                assert!((-0.6..=13.0).contains(&y), "{letter} leaves its line: {y}");
            }
        }
        for letter in "µ±×·–≥≤".chars() {
            assert_ne!(glyphs::glyph(letter).1, missing);
        }
    }

    #[test]
    fn letters_stand_on_the_baseline_and_within_the_width() {
        let lines = strokes("EH", 100.0);
        let points: Vec<Point> = lines.into_iter().flatten().collect();
        let of = |axis: usize| points.iter().map(move |p| p[axis]);
        assert_eq!(of(1).fold(f64::MIN, f64::max), 0.0);
        assert!((of(1).fold(f64::MAX, f64::min) + 72.0).abs() < 1e-9);
        assert!(of(0).fold(f64::MIN, f64::max) <= 100.0 * width_em("EH") + 1e-9);
    }

    #[test]
    fn no_words_have_no_width() {
        assert_eq!(width_em(""), 0.0);
        assert!(strokes("", 10.0).is_empty());
    }
}
