//! Panels of points with lines at given heights: residuals, quantiles and Bland–Altman plots.

use crate::Scene;
use crate::color::{GRAY, INK, PALE, SERIES, SKY};
use crate::scale::Axis;
use crate::scene::{Anchor, Path, Point, Stroke, Text};

/// A panel of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Title above the panel.
    pub title: String,
    /// Title of the horizontal axis.
    pub across: String,
    /// Title of the vertical axis.
    pub up: String,
    /// The points, in the units of the axes.
    pub points: Vec<Point>,
    /// Lines across the panel.
    pub lines: Vec<Line>,
    /// Shaded ranges of heights, such as the intervals of lines.
    pub bands: Vec<[f64; 2]>,
}

/// A line across a panel, from its left to its right edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Height where x = 0.
    pub intercept: f64,
    /// Rise per unit of x.
    pub slope: f64,
    /// Whether it is dashed.
    pub is_dashed: bool,
    /// What it is, at its right end; empty for nothing.
    pub words: String,
}

const WIDTH: f64 = 330.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 84.0;
/// Margin for the words of lines, and without them.
const RIGHT: [f64; 2] = [92.0, 20.0];
const TOP: f64 = 34.0;
const EM: f64 = 13.0;
/// Ticks of an axis, about.
const TICKS: usize = 5;
/// Half the width of a point.
const POINT: f64 = 2.6;
/// Most panels side by side.
const ACROSS: usize = 2;

/// Draws the panels, two side by side, each with its own scales.
#[must_use]
pub fn scene(panels: &[Panel]) -> Scene {
    let has_words = panels
        .iter()
        .flat_map(|p| &p.lines)
        .any(|line| !line.words.is_empty());
    let each = LEFT + WIDTH + RIGHT[usize::from(!has_words)];
    let tall = TOP + HEIGHT + 4.0 * EM;
    let [across, down] = [panels.len().min(ACROSS), panels.len().div_ceil(ACROSS)];
    let scene = Scene::new(each * across as f64, tall * down as f64);
    let mut scene = scene.with_letters_of(EM);
    for (index, panel) in panels.iter().enumerate() {
        let [column, row] = [index % ACROSS, index / ACROSS];
        let corner = [LEFT + column as f64 * each, TOP + row as f64 * tall];
        let plot = Plot::of(panel, corner);
        for band in &panel.bands {
            plot.draw_band(&mut scene, *band);
        }
        plot.draw_axes(&mut scene, panel);
        for line in &panel.lines {
            plot.draw_line(&mut scene, line);
        }
        for point in &panel.points {
            let [x, y] = plot.place(*point);
            let corner = [x - POINT, y - POINT];
            scene.draw(Path::rectangle(corner, [2.0 * POINT; 2], SERIES[0], 0.7));
        }
    }
    scene
}

struct Plot {
    left: f64,
    top: f64,
    across: Axis,
    up: Axis,
}

impl Plot {
    fn of(panel: &Panel, [left, top]: Point) -> Self {
        let across: Vec<f64> = panel.points.iter().map(|[x, _]| *x).collect();
        let axis = Axis::around(across.iter().copied(), TICKS);
        let level = panel.lines.iter().filter(|line| line.slope == 0.0);
        let heights = panel.points.iter().map(|[_, y]| *y);
        let heights = heights.chain(level.map(|line| line.intercept));
        let heights = heights.chain(panel.bands.iter().flatten().copied());
        Self {
            left,
            top,
            across: axis,
            up: Axis::around(heights, TICKS),
        }
    }

    fn place(&self, [x, y]: Point) -> Point {
        [
            self.left + self.across.share(x) * WIDTH,
            self.top + (1.0 - self.up.share(y)) * HEIGHT,
        ]
    }

    fn draw_axes(&self, scene: &mut Scene, panel: &Panel) {
        let (right, bottom) = (self.left + WIDTH, self.top + HEIGHT);
        for (value, words) in self.up.ticks() {
            let y = self.top + (1.0 - self.up.share(value)) * HEIGHT;
            scene.line([self.left, y], [right, y], Stroke::solid(PALE, 0.8));
            let text = Text::new(words, [self.left - 8.0, y + 0.35 * EM], EM, INK);
            scene.draw(text.anchored(Anchor::End));
        }
        for (value, words) in self.across.ticks() {
            let x = self.left + self.across.share(value) * WIDTH;
            scene.line([x, bottom], [x, bottom + 4.0], Stroke::solid(INK, 1.2));
            let text = Text::new(words, [x, bottom + 1.5 * EM], EM, INK);
            scene.draw(text.anchored(Anchor::Middle));
        }
        scene.line(
            [self.left, self.top],
            [self.left, bottom],
            Stroke::solid(INK, 1.2),
        );
        scene.line(
            [self.left, bottom],
            [right, bottom],
            Stroke::solid(INK, 1.2),
        );
        let middle = f64::midpoint(self.left, right);
        let shown = crate::panel::shortened(&panel.title, WIDTH / EM);
        let heading = Text::new(shown, [middle, self.top - 0.8 * EM], EM, INK).bold();
        scene.draw(heading.anchored(Anchor::Middle));
        let below = Text::new(&panel.across, [middle, bottom + 3.1 * EM], EM, INK).bold();
        scene.draw(below.anchored(Anchor::Middle));
        let at = [self.left - 66.0, f64::midpoint(self.top, bottom)];
        let beside = Text::new(&panel.up, at, EM, INK).bold();
        scene.draw(beside.upwards().anchored(Anchor::Middle));
    }

    fn draw_band(&self, scene: &mut Scene, [low, high]: [f64; 2]) {
        let y = |value: f64| self.top + (1.0 - self.up.share(value)) * HEIGHT;
        let (top, bottom) = (y(high), y(low));
        let size = [WIDTH, bottom - top];
        scene.draw(Path::rectangle([self.left, top], size, SKY, 0.25));
    }

    /// The part of a line within the panel.
    fn draw_line(&self, scene: &mut Scene, line: &Line) {
        let Some([from, to]) = self.clipped(line) else {
            return;
        };
        let stroke = Stroke::solid(GRAY, 1.6);
        let stroke = match line.is_dashed {
            true => stroke.dashed(6.0, 4.0),
            false => stroke,
        };
        scene.line(from, to, stroke);
        if !line.words.is_empty() {
            let at = [self.left + WIDTH + 6.0, to[1] + 0.35 * EM];
            scene.draw(Text::new(&line.words, at, EM, INK));
        }
    }

    /// The ends of a line in the panel, the left one first; `None` if it lies outside.
    fn clipped(&self, line: &Line) -> Option<[Point; 2]> {
        let ends = |axis: &Axis| {
            let ticks = axis.ticks();
            Some([ticks.first()?.0, ticks.last()?.0])
        };
        let ([left, right], [low, high]) = (ends(&self.across)?, ends(&self.up)?);
        let at = |x: f64| [x, line.intercept + line.slope * x];
        if line.slope == 0.0 {
            let is_inside = (low..=high).contains(&line.intercept);
            return is_inside.then(|| [left, right].map(|x| self.place(at(x))));
        }
        let crossings = [low, high].map(|y| (y - line.intercept) / line.slope);
        let from = left.max(crossings[0].min(crossings[1]));
        let to = right.min(crossings[0].max(crossings[1]));
        (from < to).then(|| [from, to].map(|x| self.place(at(x))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Item;

    fn panel() -> Panel {
        Panel {
            title: "Ra".into(),
            across: "mean".into(),
            up: "difference".into(),
            points: vec![[1.0, -1.0], [3.0, 2.0], [5.0, 0.5]],
            lines: vec![Line {
                intercept: 4.0,
                slope: 0.0,
                is_dashed: true,
                words: "limit".into(),
            }],
            bands: vec![[3.5, 4.5]],
        }
    }

    #[test]
    fn every_point_is_drawn_within_the_panel_and_lines_widen_the_axis() {
        let plot = Plot::of(&panel(), [10.0, TOP]);
        for point in panel().points {
            let [x, y] = plot.place(point);
            assert!((10.0..=10.0 + WIDTH).contains(&x) && (TOP..=TOP + HEIGHT).contains(&y));
        }
        assert!(plot.up.share(4.5) <= 1.0);
        let scene = scene(&[panel()]);
        let has = |words: &str| {
            let is = |item: &Item| matches!(item, Item::Text(text) if text.words == words);
            scene.items.iter().any(is)
        };
        assert!(has("limit") && has("difference") && has("Ra"));
    }

    #[test]
    fn lines_end_at_the_edges() {
        let plot = Plot::of(&panel(), [0.0, TOP]);
        let line = |intercept: f64, slope: f64| Line {
            intercept,
            slope,
            ..panel().lines[0].clone()
        };
        // From −1 at the bottom to 4 at the top: a steep line leaves the panel there.
        let [from, to] = plot.clipped(&line(-6.0, 3.0)).unwrap_or_default();
        assert!((from[1] - (TOP + HEIGHT)).abs() < 1e-9 && (to[1] - TOP).abs() < 1e-9);
        assert_eq!(plot.clipped(&line(100.0, 0.0)), None);
    }

    #[test]
    fn a_third_panel_stands_below_the_first() {
        let size = |count: usize| {
            let scene = scene(&vec![panel(); count]);
            [scene.width, scene.height]
        };
        let [one, two, three] = [1, 2, 3].map(size);
        assert_eq!([two[0], three[0]], [2.0 * one[0]; 2]);
        assert_eq!([two[1], three[1]], [one[1], 2.0 * one[1]]);
    }

    #[test]
    fn higher_values_stand_higher() {
        let plot = Plot::of(&panel(), [0.0, TOP]);
        assert!(plot.place([1.0, 2.0])[1] < plot.place([1.0, -1.0])[1]);
        assert!(plot.place([5.0, 0.0])[0] > plot.place([1.0, 0.0])[0]);
    }
}
