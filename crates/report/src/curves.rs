//! Panels of curves with bands: training curves, depth profiles.

use crate::chart::frame::{self, Margins};
use crate::chart::{Axis, Entry, Grid, Look, Sides, grid, legend};
use crate::scene::{Path, Point, Stroke};
use crate::{Color, Scene};

/// A panel of curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Title of the horizontal axis.
    pub across: String,
    /// Title of the vertical axis.
    pub up: String,
    /// Whether the vertical axis is logarithmic.
    pub log: bool,
    /// Values that the vertical axis holds in any case.
    pub include: Vec<f64>,
    /// Values that the horizontal axis holds in any case, such as all epochs.
    pub include_across: Vec<f64>,
    /// The curves.
    pub curves: Vec<Curve>,
}

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Number of the series, which has a color, a marker and a dash.
    pub series: usize,
    /// How it is drawn.
    pub weight: Weight,
    /// Its points, from left to right.
    pub points: Vec<Point>,
    /// Low and high end of a band at each point; empty for none.
    pub band: Vec<[f64; 2]>,
    /// A point with a marker, such as the best epoch.
    pub mark: Option<Point>,
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As a line of its series.
    Full,
    /// Thin and pale, solid.
    Faint,
}

/// Most panels side by side.
const ACROSS: usize = 2;
/// Ticks of an axis, about.
const TICKS: usize = 5;

/// Draws panels, each with its own axes, below a legend.
#[must_use]
pub fn scene(panels: &[Panel], entries: &[Entry], notes: &[String], look: &Look) -> Scene {
    let axes: Vec<[Axis; 2]> = panels.iter().map(axes).collect();
    let count = panels.len();
    let expected = grid::expected_height(look, count, ACROSS);
    let sides: Vec<Sides> = (panels.iter().zip(&axes).enumerate())
        .map(|(i, (panel, [across, up]))| Sides {
            letter: (count > 1).then_some(i),
            title: String::new(),
            across: panel.across.clone(),
            up: panel.up.clone(),
            across_ticks: across.ticks(),
            up_ticks: up.ticks(),
            raise: 0.0,
        })
        .collect();
    let margins = sides.iter().map(|s| s.margins(look, expected));
    let margins = margins.fold(Margins::default(), Margins::max);
    let em = look.em();
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    let at = [0.5 * em + margins.left, 0.4 * em];
    let top = at[1] + legend::draw(&mut scene, entries, at, look);
    let grid = Grid::new(look, count, ACROSS, margins, [top, 0.0]);
    for (i, panel) in panels.iter().enumerate() {
        let frame = grid.frame(i, look);
        sides[i].draw(&mut scene, &frame, look);
        let [across, up] = &axes[i];
        let place = |point: Point| frame.place([across, up], point);
        for curve in &panel.curves {
            draw_band(&mut scene, curve, &place, look);
        }
        for curve in &panel.curves {
            draw_curve(&mut scene, curve, &place, look);
        }
    }
    let at = [grid.left() + margins.left, grid.bottom() + 0.3 * em];
    let height = frame::draw_notes(&mut scene, notes, at, look);
    scene.height = grid.bottom() + height + 0.8 * em;
    scene
}

fn axes(panel: &Panel) -> [Axis; 2] {
    let points = || panel.curves.iter().flat_map(|curve| curve.points.iter());
    let places = points().map(|point| point[0]);
    let across = Axis::tight(places.chain(panel.include_across.iter().copied()), TICKS);
    let bands = panel
        .curves
        .iter()
        .flat_map(|curve| curve.band.iter().flatten());
    let heights = points().map(|point| point[1]).chain(bands.copied());
    let heights = heights.chain(panel.include.iter().copied());
    let up = match panel.log {
        true => Axis::log(heights),
        false => Axis::linear(heights, TICKS),
    };
    [across, up]
}

/// The line of a curve.
#[must_use]
pub fn stroke(series: usize, weight: Weight, look: &Look) -> Stroke {
    match weight {
        Weight::Full => look.stroke(series),
        Weight::Faint => Stroke::solid(pale(look.color(series)), 0.6 * look.line()),
    }
}

fn pale(color: Color) -> Color {
    color.over(crate::color::WHITE, 0.5)
}

fn draw_band(scene: &mut Scene, curve: &Curve, place: &dyn Fn(Point) -> Point, look: &Look) {
    if curve.band.is_empty() {
        return;
    }
    let end = |side: usize| {
        let ends = curve.points.iter().zip(&curve.band);
        ends.map(move |(point, band)| place([point[0], band[side]]))
    };
    let outline: Vec<Point> = end(1).chain(end(0).rev()).collect();
    let area = Path::area(vec![outline], look.color(curve.series), 0.2);
    scene.draw(area.named("band"));
}

fn draw_curve(scene: &mut Scene, curve: &Curve, place: &dyn Fn(Point) -> Point, look: &Look) {
    let line = curve.points.iter().map(|point| place(*point)).collect();
    let stroke = stroke(curve.series, curve.weight, look);
    let class = match curve.weight {
        Weight::Full => "curve",
        Weight::Faint => "faint",
    };
    scene.draw(Path::open(vec![line], stroke).named(class));
    if let ([only], None) = (&curve.points[..], curve.mark) {
        let radius = match curve.weight {
            Weight::Full => look.radius(),
            Weight::Faint => 0.6 * look.radius(),
        };
        let corners = look.marker(curve.series).corners(place(*only), radius);
        let point = Path::area(vec![corners], stroke.color, 1.0);
        scene.draw(point.named("only"));
    }
    if let Some(mark) = curve.mark {
        let corners = look
            .marker(curve.series)
            .corners(place(mark), look.radius());
        let casing = Stroke::solid(look.background(), 0.5 * look.line());
        let mark = Path::area(vec![corners], look.color(curve.series), 1.0);
        scene.draw(mark.outlined(casing).named("mark"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    #[test]
    fn a_curve_ends_at_the_edges_of_its_panel_and_its_band_surrounds_it() {
        let panel = Panel {
            across: "Epoch".into(),
            up: "Loss".into(),
            log: true,
            include: Vec::new(),
            include_across: Vec::new(),
            curves: vec![Curve {
                series: 0,
                weight: Weight::Full,
                points: vec![[1.0, 100.0], [2.0, 10.0], [3.0, 1.0]],
                band: vec![[50.0, 200.0], [5.0, 20.0], [0.5, 2.0]],
                mark: Some([3.0, 1.0]),
            }],
        };
        let drawn = scene(&[panel], &[], &[], &look(85.0));
        let paths = |class: &str| -> Vec<Vec<Point>> {
            let of_class = |item: &Item| match item {
                Item::Path(path) if path.class == class => path.lines.first().cloned(),
                _ => None,
            };
            drawn.items.iter().filter_map(of_class).collect()
        };
        let (curve, band, axes) = (&paths("curve")[0], &paths("band")[0], &paths("axes")[0]);
        assert!((curve[0][0] - axes[1][0]).abs() < 1e-9 && (curve[2][0] - axes[2][0]).abs() < 1e-9);
        // Equal ratios are equal heights.
        assert!((curve[1][1] - curve[0][1] - (curve[2][1] - curve[1][1])).abs() < 1e-6);
        assert!(band[0][1] < curve[0][1] && band[5][1] > curve[0][1]);
        assert_eq!(paths("mark").len(), 1);
    }
}
