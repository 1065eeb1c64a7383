//! Draws one panel of a factor figure.

use rsom_measures::Status;

use crate::color::{GRAY, INK, PALE, SERIES};
use crate::factor::marker;
use crate::factor::record::Panel;
use crate::factor::summary::Summary;
use crate::scale::Axis;
use crate::scene::{Anchor, Path, Point, Stroke, Text};
use crate::{Color, Scene};

/// Height of a series' row in the strip below the axis.
const ROW: f64 = 15.0;
/// Smallest height of the strip, so that its label does not touch the lowest tick.
const STRIP: f64 = 30.0;
/// Distance of neighboring groups at one level.
const DODGE: f64 = 12.0;

/// Position of a panel.
pub struct Frame {
    /// Left end of the axes.
    pub left: f64,
    /// Right end of the axes.
    pub right: f64,
    /// Upper end of the axes.
    pub top: f64,
    /// Height of the panel.
    pub height: f64,
    /// Size of letters.
    pub em: f64,
}

/// Horizontal position of a level between two ends.
pub fn level_x([left, right]: [f64; 2], index: usize, count: usize) -> f64 {
    left + (right - left) * (index as f64 + 0.5) / count.max(1) as f64
}

/// Draws a panel, and returns the notes that the figure must explain.
pub fn draw(
    scene: &mut Scene,
    panel: &Panel,
    cells: &[Vec<Option<Summary>>],
    frame: &Frame,
) -> Vec<&'static str> {
    let summaries = || cells.iter().flatten().flatten();
    let points = || summaries().filter_map(|s| s.point);
    let within = |point| clipped(point, panel.range);
    let is_clipped = points().any(|point| within(point) != point);
    let ends = points().flat_map(within);
    let axis = Axis::around(ends.chain(panel.reference), 5);
    let failures: Vec<&str> = summaries().filter_map(|s| s.failure.as_deref()).collect();
    let incomplete = summaries().any(|s| s.point.is_some() && s.sound < s.rows);
    let strip = if failures.is_empty() && !incomplete {
        0.0
    } else {
        STRIP.max(ROW * (cells.len() as f64 + 0.4))
    };
    let plot = Plot {
        frame,
        axis,
        bottom: frame.top + frame.height - strip,
        strip,
        range: panel.range,
    };
    plot.draw_axes(scene, &panel.title);
    let mut notes = Vec::new();
    if let Some(reference) = panel.reference {
        let y = plot.y(reference);
        let stroke = Stroke::solid(GRAY, 1.2).dashed(5.0, 4.0);
        scene.line([frame.left, y], [frame.right, y], stroke);
        notes.push("dashed: reference");
    }
    if is_clipped {
        notes.push("bars end where the measure ends");
    }
    if !failures.is_empty() {
        notes.push("cross: no valid value");
    }
    if incomplete {
        notes.push("fraction: how many have a value and no empty mask");
    }
    if strip > 0.0 {
        plot.draw_strip(scene, common_word(&failures));
    }
    for (group, series) in cells.iter().enumerate() {
        let shift = (group as f64 - (cells.len() as f64 - 1.0) / 2.0) * DODGE;
        plot.draw_series(scene, series, group, shift);
        plot.draw_exceptions(scene, series, group, cells.len());
    }
    notes
}

struct Plot<'a> {
    frame: &'a Frame,
    axis: Axis,
    /// Vertical position of the lowest tick, where the strip begins if there is one.
    bottom: f64,
    strip: f64,
    /// Lowest and highest possible value.
    range: [f64; 2],
}

/// A point whose bar ends within a range.
fn clipped([middle, low, high]: [f64; 3], [lowest, highest]: [f64; 2]) -> [f64; 3] {
    [middle, low.max(lowest), high.min(highest)]
}

impl Plot<'_> {
    fn y(&self, value: f64) -> f64 {
        self.bottom - self.axis.share(value) * (self.bottom - self.frame.top)
    }

    fn x(&self, level: usize, levels: usize) -> f64 {
        level_x([self.frame.left, self.frame.right], level, levels)
    }

    fn draw_axes(&self, scene: &mut Scene, title: &str) {
        let Frame {
            left,
            right,
            em,
            top,
            height,
        } = *self.frame;
        for (value, label) in self.axis.ticks() {
            let y = self.y(value);
            scene.line([left, y], [right, y], Stroke::solid(PALE, 0.8));
            let text = Text::new(label, [left - 8.0, y + 0.35 * em], em, INK);
            scene.draw(text.anchored(Anchor::End));
        }
        let end = top + height;
        scene.line([left, top], [left, end], Stroke::solid(INK, 1.2));
        scene.line([left, end], [right, end], Stroke::solid(INK, 1.2));
        let middle = f64::midpoint(top, self.bottom);
        let text = Text::new(title, [left - 62.0, middle], em, INK);
        scene.draw(text.bold().upwards().anchored(Anchor::Middle));
    }

    fn draw_strip(&self, scene: &mut Scene, word: &str) {
        let Frame {
            left, right, em, ..
        } = *self.frame;
        let size = [right - left, self.strip];
        scene.draw(Path::rectangle([left, self.bottom], size, PALE, 0.45));
        let y = self.bottom + self.strip / 2.0 + 0.35 * em;
        let text = Text::new(word, [left - 8.0, y], 0.85 * em, GRAY);
        scene.draw(text.anchored(Anchor::End));
    }

    fn draw_series(&self, scene: &mut Scene, series: &[Option<Summary>], group: usize, shift: f64) {
        let color = SERIES[group % SERIES.len()];
        let place = |level: usize| self.x(level, series.len()) + shift;
        let mut line: Vec<Point> = Vec::new();
        for (level, cell) in series.iter().enumerate() {
            let point = cell.as_ref().and_then(|s| s.point);
            if let Some([middle, ..]) = point {
                line.push([place(level), self.y(middle)]);
            }
            let ends_here = point.is_none() || level + 1 == series.len();
            if ends_here && !line.is_empty() {
                let run = std::mem::take(&mut line);
                scene.draw(Path::open(vec![run], Stroke::solid(color, 1.8)));
            }
        }
        for (level, cell) in series.iter().enumerate() {
            if let Some(point) = cell.as_ref().and_then(|s| s.point) {
                self.draw_point(scene, place(level), point, group);
            }
        }
    }

    /// Draws the strip: a cross where there is no value, a fraction where some values are missing.
    fn draw_exceptions(
        &self,
        scene: &mut Scene,
        series: &[Option<Summary>],
        group: usize,
        groups: usize,
    ) {
        let color = SERIES[group % SERIES.len()];
        let from_middle = (group as f64 - (groups as f64 - 1.0) / 2.0) * ROW;
        let y = self.bottom + self.strip / 2.0 + from_middle;
        for (level, summary) in series.iter().enumerate() {
            let Some(summary) = summary else { continue };
            let x = self.x(level, series.len());
            if summary.point.is_none() {
                draw_cross(scene, [x, y], color);
            } else if summary.sound < summary.rows {
                let words = format!("{}/{}", summary.sound, summary.rows);
                let size = 0.85 * self.frame.em;
                let text = Text::new(words, [x, y + 0.35 * size], size, color);
                scene.draw(text.anchored(Anchor::Middle));
            }
        }
    }

    fn draw_point(&self, scene: &mut Scene, x: f64, point: [f64; 3], group: usize) {
        let [middle, low, high] = clipped(point, self.range);
        let color = SERIES[group % SERIES.len()];
        let (low, high) = (self.y(low), self.y(high));
        let bar = vec![
            vec![[x, low], [x, high]],
            vec![[x - 4.0, low], [x + 4.0, low]],
            vec![[x - 4.0, high], [x + 4.0, high]],
        ];
        scene.draw(Path::open(bar, Stroke::solid(color, 1.2)));
        let mark = marker::shape(group, [x, self.y(middle)], 5.0);
        scene.draw(Path::area(vec![mark], color, 1.0));
    }
}

fn draw_cross(scene: &mut Scene, [x, y]: Point, color: Color) {
    let arm = 4.5;
    let lines = vec![
        vec![[x - arm, y - arm], [x + arm, y + arm]],
        vec![[x - arm, y + arm], [x + arm, y - arm]],
    ];
    scene.draw(Path::open(lines, Stroke::solid(color, 2.2)));
}

/// Label of the strip: the common status of all failures, if there is one.
fn common_word(failures: &[&str]) -> &'static str {
    let all = |reasons: &[Status]| {
        let is_one = |failure: &&str| reasons.iter().any(|reason| reason.as_str() == *failure);
        failures.iter().all(is_one)
    };
    if failures.is_empty() {
        "values"
    } else if all(&[Status::EmptyPrediction, Status::BothEmpty]) {
        "empty"
    } else if all(&[Status::Undefined]) {
        Status::Undefined.as_str()
    } else {
        "no value"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_equally_far_apart_and_within_the_ends() {
        let places: Vec<f64> = (0..4).map(|i| level_x([10.0, 90.0], i, 4)).collect();
        assert_eq!(places, [20.0, 40.0, 60.0, 80.0]);
    }

    #[test]
    fn larger_values_stand_higher_within_the_frame() {
        let frame = Frame {
            left: 0.0,
            right: 100.0,
            top: 10.0,
            height: 200.0,
            em: 13.0,
        };
        let plot = Plot {
            frame: &frame,
            axis: Axis::around([0.0, 1.0], 2),
            bottom: 210.0,
            strip: 0.0,
            range: [0.0, 1.0],
        };
        assert_eq!(
            (plot.y(0.0), plot.y(0.5), plot.y(1.0)),
            (210.0, 110.0, 10.0)
        );
    }

    #[test]
    fn bars_end_where_the_measure_ends() {
        let point = [0.1, -0.2, 0.4];
        assert_eq!(clipped(point, [0.0, 1.0]), [0.1, 0.0, 0.4]);
        assert_eq!(clipped([0.9, 0.7, 1.1], [0.0, 1.0]), [0.9, 0.7, 1.0]);
        assert_eq!(clipped(point, [f64::NEG_INFINITY, f64::INFINITY]), point);
    }

    #[test]
    fn the_strip_names_a_shared_reason_only() {
        assert_eq!(common_word(&["empty_prediction", "both_empty"]), "empty");
        assert_eq!(common_word(&["undefined"]), "undefined");
        assert_eq!(common_word(&["undefined", "both_empty"]), "no value");
    }
}
