//! A legend above or below the panels of a chart.

use super::frame::LINE;
use super::marker::Marker;
use super::style::Look;
use crate::color::INK;
use crate::font;
use crate::scene::{Path, Point, Stroke, Text};
use crate::{Color, Scene};

/// Width of a sample, in ems.
const SAMPLE: f64 = 2.4;
/// Gap after a sample, and after an entry, in ems.
const GAPS: [f64; 2] = [0.5, 1.4];

/// An entry: a sample and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it means.
    pub words: String,
    /// The sample.
    pub sample: Sample,
}

/// How a thing is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// A line, with a marker on it.
    Line(Stroke, Option<Marker>),
    /// A marker.
    Mark(Color, Marker),
    /// An area of this opacity.
    Area(Color, f64),
    /// An outlined area with a marker on it.
    Box(Stroke, Marker),
}

/// Draws entries in lines from the top left corner on, and returns the height that they take.
pub fn draw(scene: &mut Scene, entries: &[Entry], [left, top]: Point, look: &Look) -> f64 {
    if entries.is_empty() {
        return 0.0;
    }
    let em = look.em();
    let end = scene.width - 0.5 * em;
    let (mut x, mut baseline) = (left, top + em);
    for entry in entries {
        let width = (SAMPLE + GAPS[0] + font::width_em(&entry.words)) * em;
        if x + width > end && x > left {
            (x, baseline) = (left, baseline + LINE * em);
        }
        let middle = baseline - 0.35 * em;
        let ends = [[x, middle], [x + SAMPLE * em, middle]];
        let center = [x + SAMPLE * em / 2.0, middle];
        let mark = |marker: Marker| vec![marker.corners(center, look.radius())];
        match entry.sample {
            Sample::Line(stroke, marker) => {
                scene.line(ends[0], ends[1], stroke);
                if let Some(marker) = marker {
                    scene.draw(Path::area(mark(marker), stroke.color, 1.0));
                }
            }
            Sample::Mark(color, marker) => scene.draw(Path::area(mark(marker), color, 1.0)),
            Sample::Box(stroke, marker) => {
                let corner = [x + 0.3 * em, middle - 0.4 * em];
                let size = [(SAMPLE - 0.6) * em, 0.8 * em];
                let area = Path::rectangle(corner, size, stroke.color, 0.22);
                scene.draw(area.outlined(stroke));
                scene.draw(Path::area(mark(marker), stroke.color, 1.0));
            }
            Sample::Area(color, opacity) => {
                let corner = [x, middle - 0.35 * em];
                scene.draw(Path::rectangle(
                    corner,
                    [SAMPLE * em, 0.7 * em],
                    color,
                    opacity,
                ));
            }
        }
        let at = [x + (SAMPLE + GAPS[0]) * em, baseline];
        scene.draw(Text::new(&entry.words, at, em, INK));
        x += width + GAPS[1] * em;
    }
    baseline - top + 0.5 * em
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    #[test]
    fn entries_go_to_the_next_line_before_the_edge() {
        let look = look(85.0);
        let mut scene = Scene::in_points(85.0, 100.0, crate::color::WHITE);
        let entry = |words: &str| Entry {
            words: words.into(),
            sample: Sample::Line(look.stroke(0), None),
        };
        let entries = ["7-layer FCN", "U-Net", "human repeatability", "reference"].map(entry);
        let height = draw(&mut scene, &entries, [20.0, 2.0], &look);
        assert!(height > 2.0 * LINE * look.em());
        for item in &scene.items {
            if let Item::Text(text) = item {
                assert!(text.at[0] + font::width_em(&text.words) * text.size < scene.width);
            }
        }
    }
}
