//! The frame of a chart: the area between its axes, what it is measured by, and notes below.

use super::axis::Axis;
use super::style::Look;
use crate::Scene;
use crate::font;
use crate::scene::{Point, Text};

/// Height of a line of text, in ems.
pub const LINE: f64 = 1.25;
/// Length of a tick, in ems.
pub(super) const TICK: f64 = 0.3;
/// Gap between ticks and labels, in ems.
pub(super) const GAP: f64 = 0.35;
/// Distance of the axis from its labels, in ems.
pub(super) const TO_LABELS: f64 = TICK + GAP;

/// The area of a chart between its axes, in pixels of the scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left end.
    pub left: f64,
    /// Upper end.
    pub top: f64,
    /// Right end.
    pub right: f64,
    /// Lower end.
    pub bottom: f64,
}

/// Margins around the area of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Margins {
    /// At the left.
    pub left: f64,
    /// Above.
    pub top: f64,
    /// At the right.
    pub right: f64,
    /// Below.
    pub bottom: f64,
}

impl Margins {
    /// The larger of both margins on each side.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl Frame {
    /// Position of a share of the width.
    #[must_use]
    pub fn x(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    /// Position of a share of the height, from below.
    #[must_use]
    pub fn y(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }

    /// Width.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Position of a point in the values of two axes.
    #[must_use]
    pub fn place(&self, [across, up]: [&Axis; 2], [x, y]: Point) -> Point {
        [self.x(across.share(x)), self.y(up.share(y))]
    }
}

/// A text in lines of at most `width_em` ems, broken at spaces; a longer word stays whole.
#[must_use]
pub fn wrapped(words: &str, width_em: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if font::width_em(&format!("{line} {word}")) <= width_em => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Draws lines of small gray letters below a figure, from the top left corner on; returns the height that they take.
pub fn draw_notes(scene: &mut Scene, notes: &[String], [left, top]: Point, look: &Look) -> f64 {
    let small = look.small();
    let room = (scene.width - left - 0.5 * look.em()) / small;
    let text = notes.join("; ");
    let lines = if text.is_empty() {
        Vec::new()
    } else {
        wrapped(&format!("{text}."), room)
    };
    scene.caption = lines.join(" ");
    for (place, line) in lines.iter().enumerate() {
        let at = [left, top + (LINE * place as f64 + 1.0) * small];
        scene.draw(Text::new(line, at, small, crate::color::GRAY));
    }
    LINE * small * lines.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_at_spaces() {
        assert_eq!(wrapped("a few words", 3.0), ["a few", "words"]);
        assert_eq!(wrapped("unbreakable", 1.0), ["unbreakable"]);
    }
}
