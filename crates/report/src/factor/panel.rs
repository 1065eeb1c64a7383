//! Draws the values of one panel of a factor figure.

use std::collections::BTreeMap;

use super::cells::{Cell, Order, shifts};
use super::marks::{Drawn, Marks};
use crate::Scene;
use crate::chart::{Axis, Frame, Look};
use crate::scene::{Path, Point, Stroke};

/// Opacity of bands and boxes.
pub const PALE: f64 = 0.22;
/// Opacity of points of single units.
const POINT: f64 = 0.55;
/// Width of a box, as a share of the room of its cell.
const BOX: f64 = 0.72;

/// Where and how the values of a panel are drawn.
pub struct Plot<'a> {
    /// The area of values.
    pub frame: Frame,
    /// The vertical axis.
    pub axis: Axis,
    /// Levels and groups.
    pub order: &'a Order<'a>,
    /// What is drawn.
    pub drawn: Drawn,
    /// Lowest and highest possible value.
    pub range: [f64; 2],
    /// Sizes and colors.
    pub look: &'a Look,
}

/// A point whose bar ends within a range.
pub fn clipped([middle, low, high]: [f64; 3], [lowest, highest]: [f64; 2]) -> [f64; 3] {
    [middle, low.max(lowest), high.min(highest)]
}

impl Plot<'_> {
    /// Draws all values.
    pub fn draw(&self, scene: &mut Scene, cells: &[Cell<'_>]) {
        let places: Vec<Vec<Point>> = cells.iter().map(|cell| self.points(cell)).collect();
        if self.drawn.marks == Marks::Band {
            self.draw_bands(scene, cells);
        }
        if self.drawn.marks == Marks::Box {
            cells.iter().for_each(|cell| self.draw_box(scene, cell));
        }
        if self.drawn.lines {
            self.draw_pairs(scene, cells, &places);
        }
        for (cell, places) in cells.iter().zip(&places) {
            self.draw_units(scene, cell, places);
        }
        if self.drawn.marks != Marks::Box {
            self.draw_means(scene, cells);
        }
    }

    fn x(&self, cell: &Cell<'_>) -> f64 {
        self.order.x(cell.level, cell.group, &self.frame, self.look)
    }

    fn y(&self, value: f64) -> f64 {
        self.frame.y(self.axis.share(value))
    }

    /// The places of the units of a cell that have a value, in the order of its records.
    fn points(&self, cell: &Cell<'_>) -> Vec<Point> {
        let values = cell.records.iter().filter_map(|r| r.value);
        let heights: Vec<f64> = values
            .filter(|v| v.is_finite())
            .map(|v| self.y(v))
            .collect();
        let room = self.order.width(&self.frame, self.look) * BOX;
        // Lines between units are easier to follow without shifts.
        let shifts = match self.drawn.lines {
            true => vec![0.0; heights.len()],
            false => shifts(&heights, self.look.radius() * 1.05, room),
        };
        let x = self.x(cell);
        heights
            .into_iter()
            .zip(shifts)
            .map(|(y, shift)| [x + shift, y])
            .collect()
    }

    /// Draws the points of units; without them, those that a box does not show.
    fn draw_units(&self, scene: &mut Scene, cell: &Cell<'_>, places: &[Point]) {
        let color = self.look.color(cell.group);
        let marker = self.look.marker(cell.group);
        let values = cell.records.iter().filter_map(|r| r.value);
        for (value, place) in values.filter(|v| v.is_finite()).zip(places) {
            let is_apart = self.drawn.marks == Marks::Box && cell.is_apart(value);
            if self.drawn.points || is_apart {
                let corners = marker.corners(*place, self.look.radius() / 2.0);
                scene.draw(Path::area(vec![corners], color, POINT).named("unit"));
            }
        }
    }

    fn draw_bands(&self, scene: &mut Scene, cells: &[Cell<'_>]) {
        for run in runs(cells) {
            let end = |high: bool| {
                move |cell: &Cell<'_>| {
                    let point = clipped(cell.summary.point?, self.range);
                    Some([self.x(cell), self.y(if high { point[2] } else { point[1] })])
                }
            };
            let upper = run.iter().filter_map(end(true));
            let lower = run.iter().rev().filter_map(end(false));
            let color = self.look.color(run[0].group);
            let area = Path::area(vec![upper.chain(lower).collect()], color, PALE);
            scene.draw(area.named("band"));
        }
    }

    fn draw_box(&self, scene: &mut Scene, cell: &Cell<'_>) {
        let Some(five) = cell.summary.five else {
            return;
        };
        let (x, color) = (self.x(cell), self.look.color(cell.group));
        let half = BOX * self.order.width(&self.frame, self.look) / 2.0;
        let [low, first, median, third, high] = five.map(|value| self.y(value));
        let wide = Stroke::solid(color, 2.0 * self.look.line());
        let line = vec![[x - half, median], [x + half, median]];
        scene.draw(Path::open(vec![line], wide).named("median"));
        if !cell.has_box() {
            return;
        }
        let thin = Stroke::solid(color, self.look.line());
        let size = [2.0 * half, first - third];
        let area = Path::rectangle([x - half, third], size, color, PALE);
        scene.draw(area.outlined(thin).named("box"));
        let cap = half / 2.0;
        let whiskers = vec![
            vec![[x, first], [x, low]],
            vec![[x, third], [x, high]],
            vec![[x - cap, low], [x + cap, low]],
            vec![[x - cap, high], [x + cap, high]],
        ];
        scene.draw(Path::open(whiskers, thin).named("whiskers"));
    }

    /// Joins the values of each unit in each group over the levels.
    fn draw_pairs(&self, scene: &mut Scene, cells: &[Cell<'_>], places: &[Vec<Point>]) {
        let mut lines: BTreeMap<(usize, &str), Vec<Point>> = BTreeMap::new();
        for (cell, places) in cells.iter().zip(places) {
            let with_value = cell
                .records
                .iter()
                .filter(|r| r.value.is_some_and(f64::is_finite));
            for (record, place) in with_value.zip(places) {
                let line = lines.entry((cell.group, record.unit.as_str())).or_default();
                line.push(*place);
            }
        }
        for ((group, _), line) in lines {
            if line.len() > 1 {
                let stroke = Stroke::solid(pale(self.look.color(group)), 0.5 * self.look.line());
                scene.draw(Path::open(vec![line], stroke).named("pair"));
            }
        }
    }

    fn draw_means(&self, scene: &mut Scene, cells: &[Cell<'_>]) {
        if self.order.placing.is_ordered && self.drawn.joined {
            for run in runs(cells) {
                let point = |cell: &Cell<'_>| Some([self.x(cell), self.y(cell.summary.point?[0])]);
                let line: Vec<Point> = run.iter().filter_map(point).collect();
                let stroke = self.look.stroke(run[0].group);
                scene.draw(Path::open(vec![line], stroke).named("means"));
            }
        }
        for cell in cells {
            let Some(point) = cell.summary.point else {
                continue;
            };
            let [middle, low, high] = clipped(point, self.range).map(|value| self.y(value));
            let (x, color) = (self.x(cell), self.look.color(cell.group));
            if self.drawn.marks == Marks::Bars {
                let cap = 0.8 * self.look.radius();
                let bar = vec![
                    vec![[x, low], [x, high]],
                    vec![[x - cap, low], [x + cap, low]],
                    vec![[x - cap, high], [x + cap, high]],
                ];
                let stroke = Stroke::solid(color, 0.8 * self.look.line());
                scene.draw(Path::open(bar, stroke).named("interval"));
            }
            let corners = self
                .look
                .marker(cell.group)
                .corners([x, middle], self.look.radius());
            let casing = Stroke::solid(self.look.background(), 0.5 * self.look.line());
            let mark = Path::area(vec![corners], color, 1.0).outlined(casing);
            scene.draw(mark.named("mean"));
        }
    }
}

/// A color halfway to white.
fn pale(color: crate::Color) -> crate::Color {
    color.over(crate::color::WHITE, 0.5)
}

/// The cells of each group without a gap: neighboring levels, all with a point.
fn runs<'c, 'r>(cells: &'c [Cell<'r>]) -> impl Iterator<Item = &'c [Cell<'r>]> {
    let joined = |a: &Cell<'_>, b: &Cell<'_>| {
        let has_points = a.summary.point.is_some() && b.summary.point.is_some();
        a.group == b.group && b.level == a.level + 1 && has_points
    };
    let runs = cells.chunk_by(joined);
    runs.filter(|run| run[0].summary.point.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_end_where_the_measure_ends() {
        let point = [0.1, -0.2, 0.4];
        assert_eq!(clipped(point, [0.0, 1.0]), [0.1, 0.0, 0.4]);
        assert_eq!(clipped([0.9, 0.7, 1.1], [0.0, 1.0]), [0.9, 0.7, 1.0]);
        assert_eq!(clipped(point, [f64::NEG_INFINITY, f64::INFINITY]), point);
    }
}
