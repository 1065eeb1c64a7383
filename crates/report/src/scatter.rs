//! Panels of points with lines at given heights: residuals, quantiles and Bland–Altman plots.

use crate::Scene;
use crate::chart::frame::{self, LINE, Margins};
use crate::chart::marker::Marker;
use crate::chart::{Axis, Dash, Frame, Grid, Look, Sides, grid};
use crate::color::{GRAY, INK};
use crate::font;
use crate::scene::{Path, Point, Stroke, Text};

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
    /// The lower and upper end of its interval, a bar at the right of the panel: gray of a solid line, in color of a dashed one.
    pub interval: Option<[f64; 2]>,
    /// What it is, in lines at its right end; empty for nothing.
    pub words: Vec<String>,
}

/// Ticks of an axis, about.
const TICKS: usize = 5;
/// Most panels side by side.
const ACROSS: usize = 2;
/// Opacity of points.
const POINT: f64 = 0.7;
/// Room of the bar of an interval, in ems.
const BAR: f64 = 0.9;

/// Draws the panels, two side by side or one in a narrow figure, each with its own scales.
#[must_use]
pub fn scene(panels: &[Panel], notes: &[String], look: &Look) -> Scene {
    let em = look.em();
    let count = panels.len();
    let expected = grid::expected_height(look, count, ACROSS);
    let axes: Vec<[Axis; 2]> = panels.iter().map(axes).collect();
    let sides: Vec<Sides> = (panels.iter().zip(&axes).enumerate())
        .map(|(i, (panel, [across, up]))| Sides {
            letter: (count > 1).then_some(i),
            title: panel.title.clone(),
            across: panel.across.clone(),
            up: panel.up.clone(),
            across_ticks: across.ticks(),
            up_ticks: up.ticks(),
            raise: 0.0,
        })
        .collect();
    let margins = sides.iter().map(|s| s.margins(look, expected));
    let mut margins = margins.fold(Margins::default(), Margins::max);
    let lines = panels.iter().flat_map(|panel| &panel.lines);
    let words = lines.flat_map(|line| line.words.iter());
    let widest = words.map(|words| font::width_em(words)).fold(0.0, f64::max);
    let bars = panels.iter().map(Panel::bars).max().unwrap_or(0);
    if widest > 0.0 || bars > 0 {
        margins.right = widest * look.small() + (0.8 + BAR * bars as f64) * em;
    }
    let grid = Grid::new(look, count, ACROSS, margins, [0.2 * em, 0.0]);
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    for (i, panel) in panels.iter().enumerate() {
        let plot = Plot {
            frame: grid.frame(i, look),
            axes: &axes[i],
            look,
        };
        sides[i].draw(&mut scene, &plot.frame, look);
        plot.draw(&mut scene, panel);
    }
    let at = [grid.left() + margins.left, grid.bottom() + 0.3 * em];
    let height = frame::draw_notes(&mut scene, notes, at, look);
    scene.height = grid.bottom() + height + 0.8 * em;
    scene
}

impl Panel {
    /// Number of bars at its right.
    fn bars(&self) -> usize {
        self.lines.iter().filter(|l| l.interval.is_some()).count()
    }
}

fn axes(panel: &Panel) -> [Axis; 2] {
    let level = panel.lines.iter().filter(|line| line.slope == 0.0);
    let heights = panel.points.iter().map(|[_, y]| *y);
    let heights = heights.chain(level.map(|line| line.intercept));
    let heights = heights.chain(
        panel
            .lines
            .iter()
            .filter_map(|line| line.interval)
            .flatten(),
    );
    let across = panel.points.iter().map(|[x, _]| *x);
    [Axis::linear(across, TICKS), Axis::linear(heights, TICKS)]
}

struct Plot<'a> {
    frame: Frame,
    axes: &'a [Axis; 2],
    look: &'a Look,
}

impl Plot<'_> {
    fn place(&self, point: Point) -> Point {
        let [across, up] = self.axes;
        self.frame.place([across, up], point)
    }

    fn draw(&self, scene: &mut Scene, panel: &Panel) {
        let look = self.look;
        let with_bars = panel.lines.iter().filter(|line| line.interval.is_some());
        for (place, line) in with_bars.enumerate() {
            self.draw_interval(scene, line, place);
        }
        for line in &panel.lines {
            self.draw_line(scene, line);
        }
        self.draw_words(scene, panel);
        for point in &panel.points {
            let corners = look
                .marker(0)
                .corners(self.place(*point), 0.7 * look.radius());
            let mark = Path::area(vec![corners], look.color(0), POINT);
            scene.draw(mark.named("point"));
        }
    }

    /// The interval of a line, as a bar with caps and a point at the line. Bars stand side by side next to the panel, so that those of
    /// few points, which are long, do not hide each other.
    fn draw_interval(&self, scene: &mut Scene, line: &Line, place: usize) {
        let Some(ends) = line.interval else {
            return;
        };
        let (em, look) = (self.look.em(), self.look);
        let color = match line.is_dashed {
            true => look.color(0),
            false => GRAY,
        };
        let x = self.frame.right + (0.7 + BAR * place as f64) * em;
        let [low, high] = ends.map(|end| self.place([0.0, end])[1]);
        let cap = 0.22 * em;
        let bar = vec![
            vec![[x, low], [x, high]],
            vec![[x - cap, low], [x + cap, low]],
            vec![[x - cap, high], [x + cap, high]],
        ];
        let stroke = Stroke::solid(color, look.line());
        scene.draw(Path::open(bar, stroke).named("interval"));
        let middle = [x, self.place([0.0, line.intercept])[1]];
        let corners = Marker::Disc.corners(middle, 0.6 * look.radius());
        scene.draw(Path::area(vec![corners], color, 1.0).named("center"));
    }

    /// The part of a line within the panel.
    fn draw_line(&self, scene: &mut Scene, line: &Line) {
        let Some([from, to]) = self.clipped(line) else {
            return;
        };
        let stroke = Stroke::solid(GRAY, self.look.line());
        let dash = Dash::Dashed.lengths(self.look.line());
        let stroke = match line.is_dashed {
            true => Stroke { dash, ..stroke },
            false => stroke,
        };
        scene.draw(Path::open(vec![vec![from, to]], stroke).named("line"));
    }

    /// The words of lines next to their right ends, moved apart where they would touch.
    fn draw_words(&self, scene: &mut Scene, panel: &Panel) {
        let (small, lines) = (self.look.small(), &panel.lines);
        let left = self.frame.right + (0.5 + BAR * panel.bars() as f64) * self.look.em();
        let end = |line: &Line| Some((self.clipped(line)?[1][1], line.words.clone()));
        let mut all: Vec<(f64, Vec<String>)> = lines.iter().filter_map(end).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = f64::NEG_INFINITY;
        for (y, words) in all {
            let height = words.len() as f64 * LINE * small;
            let top = (y - height / 2.0).max(free);
            for (place, line) in words.iter().enumerate() {
                let down = (LINE * place as f64 + 0.95) * small;
                let at = [left, top + down];
                scene.draw(Text::new(line, at, small, INK));
            }
            free = top + height + 0.2 * small;
        }
    }

    /// The ends of a line in the panel, the left one first; `None` if it lies outside.
    fn clipped(&self, line: &Line) -> Option<[Point; 2]> {
        let [[left, right], [low, high]] = self.axes.each_ref().map(Axis::ends);
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
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    fn panel() -> Panel {
        let line = |intercept: f64, words: &str| Line {
            intercept,
            slope: 0.0,
            is_dashed: true,
            interval: (words == "upper limit").then_some([3.5, 4.5]),
            words: vec![words.to_owned(), "−0.00844".to_owned()],
        };
        Panel {
            title: "Ra".into(),
            across: "mean".into(),
            up: "difference".into(),
            points: vec![[1.0, -1.0], [3.0, 2.0], [5.0, 0.5]],
            lines: vec![line(4.0, "upper limit"), line(3.9, "mean")],
        }
    }

    #[test]
    fn every_point_is_drawn_within_the_panel_and_lines_widen_the_axis() {
        let drawn = scene(&[panel()], &[], &look(85.0));
        let paths = |class: &str| -> Vec<Vec<Point>> {
            let of_class = |item: &Item| match item {
                Item::Path(path) if path.class == class => Some(path.lines.concat()),
                _ => None,
            };
            drawn.items.iter().filter_map(of_class).collect()
        };
        let frame = &paths("axes")[0];
        let inside = |[x, y]: &Point| {
            (frame[0][0] - 3.0..=frame[2][0] + 3.0).contains(x)
                && (frame[0][1]..=frame[1][1] + 3.0).contains(y)
        };
        let (points, bars) = (paths("point"), paths("interval"));
        assert_eq!((points.len(), bars.len(), paths("line").len()), (3, 1, 2));
        assert!(points.concat().iter().all(inside));
        // The bar stands next to the panel, as high as its axis at most.
        let within = |[x, y]: &Point| *x > frame[2][0] && *y >= frame[0][1] && *y <= frame[1][1];
        assert!(bars[0].iter().all(within));
    }

    #[test]
    fn words_of_lines_neither_touch_nor_leave_the_figure() {
        for width in [85.0, 175.0] {
            let drawn = scene(&vec![panel(); 3], &[], &look(width));
            let mut ends: Vec<Point> = Vec::new();
            for item in &drawn.items {
                let Item::Text(text) = item else { continue };
                if ["upper limit", "mean", "−0.00844"].contains(&text.words.as_str())
                    && !text.upwards
                {
                    let right = text.at[0] + font::width_em(&text.words) * text.size;
                    assert!(right <= drawn.width, "{}", text.words);
                    let far = |end: &Point| {
                        end[0] != text.at[0] || (end[1] - text.at[1]).abs() > text.size
                    };
                    assert!(ends.iter().all(far), "{}", text.words);
                    ends.push(text.at);
                }
            }
        }
    }

    #[test]
    fn lines_end_at_the_edges() {
        let look = look(85.0);
        let axes = axes(&panel());
        let frame = Frame {
            left: 0.0,
            top: 10.0,
            right: 100.0,
            bottom: 90.0,
        };
        let plot = Plot {
            frame,
            axes: &axes,
            look: &look,
        };
        let line = |intercept: f64, slope: f64| Line {
            intercept,
            slope,
            ..panel().lines[0].clone()
        };
        // A steep line leaves the panel below and above.
        let [from, to] = plot.clipped(&line(-6.0, 3.0)).unwrap_or_default();
        assert!((from[1] - 90.0).abs() < 1e-9 && (to[1] - 10.0).abs() < 1e-9);
        assert_eq!(plot.clipped(&line(100.0, 0.0)), None);
    }
}
