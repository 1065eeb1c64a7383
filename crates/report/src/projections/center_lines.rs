//! Center lines of vessels, colored by diameter.

use super::axis::Axis;
use super::layout::Layout;
use crate::chart::ColorBar;
use crate::chart::axis::plain;
use crate::scene::{Path, Point, Scene, Stroke};
use crate::{Color, Picture};

/// A vessel between two nodes of its graph.
#[derive(Debug, Clone, PartialEq)]
pub struct CenterLine {
    /// Points along it: (x, y, z) in voxels of the scan, from the center of its first voxel.
    pub places_vox: Vec<[f64; 3]>,
    /// Diameter at each point in µm, if known.
    pub diameters_um: Vec<Option<f64>>,
}

/// The largest diameter of each color in µm; the last color has no largest.
const LARGEST_UM: [f64; 4] = [20.0, 40.0, 60.0, 100.0];
/// Colors from thin to thick: five steps of ColorBrewer's YlOrRd, which differ in lightness for any color vision, and from the blue of the
/// vessels below them.
const COLORS: [Color; 5] = [
    Color([255, 255, 178]),
    Color([254, 204, 92]),
    Color([253, 141, 60]),
    Color([240, 59, 32]),
    Color([189, 0, 38]),
];
/// Color where the diameter is unknown.
const UNKNOWN: Color = Color([200, 200, 200]);

/// The color bar: a box for each color, with the diameters where they meet.
pub(super) fn bar() -> ColorBar {
    let count = COLORS.len();
    let tick = |(place, largest): (usize, &f64)| {
        let share = (place + 1) as f64 / count as f64;
        (share, plain(*largest))
    };
    ColorBar {
        colors: Picture::from_fn(count, 1, |x, _| COLORS[x]),
        ticks: LARGEST_UM.iter().enumerate().map(tick).collect(),
        title: "Diameter of vessels (µm)".to_owned(),
    }
}

fn color(diameter_um: Option<f64>) -> Color {
    let place = |diameter: f64| {
        LARGEST_UM
            .iter()
            .filter(|largest| diameter > **largest)
            .count()
    };
    diameter_um.map_or(UNKNOWN, |diameter| COLORS[place(diameter)])
}

/// Draws the center lines over a panel with its top left corner at `corner`.
pub(super) fn draw(
    scene: &mut Scene,
    lines: &[CenterLine],
    axis: Axis,
    corner: Point,
    layout: &Layout,
) {
    let [across, down] = axis.picture();
    let on_panel = |place: &[f64; 3]| -> Point {
        [
            corner[0] + (place[across] + 0.5) * layout.voxel[across],
            corner[1] + (place[down] + 0.5) * layout.voxel[down],
        ]
    };
    for line in lines {
        let points: Vec<Point> = line.places_vox.iter().map(on_panel).collect();
        let colors: Vec<Color> = line.diameters_um.iter().map(|d| color(*d)).collect();
        // One path for each stretch of one color; it begins where the one before it ends.
        let mut first = 0;
        for at in 1..points.len() {
            let ends = at + 1 == points.len() || colors.get(at) != colors.get(first);
            if ends {
                let stroke = Stroke {
                    color: colors.get(first).copied().unwrap_or(UNKNOWN),
                    width: (0.12 * layout.em).max(1.0),
                    dash: None,
                };
                let line = Path::open(vec![points[first..=at].to_vec()], stroke);
                scene.draw(line.named("centerline"));
                first = at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Item;

    #[test]
    fn a_line_has_a_stretch_for_each_color_and_no_gap() {
        let layout = Layout::new([40, 30, 60], Some([0.01; 3]), 1, false, 62.0);
        let line = CenterLine {
            places_vox: (0..5).map(|x| [f64::from(x), 2.0, 3.0]).collect(),
            diameters_um: vec![Some(20.0), Some(20.1), Some(30.0), None, None],
        };
        let mut scene = Scene::new(100.0, 100.0);
        draw(&mut scene, &[line], Axis::Z, [10.0, 20.0], &layout);
        let drawn: Vec<(Color, Vec<Point>)> = scene
            .items
            .into_iter()
            .map(|item| match item {
                Item::Path(path) => (path.stroke.unwrap().color, path.lines[0].clone()),
                _ => unreachable!(),
            })
            .collect();
        let at = |x: f64| {
            [
                10.0 + (x + 0.5) * layout.voxel[0],
                20.0 + 2.5 * layout.voxel[1],
            ]
        };
        assert_eq!(
            drawn,
            [
                (COLORS[0], vec![at(0.0), at(1.0)]),
                (COLORS[1], vec![at(1.0), at(2.0), at(3.0)]),
                (UNKNOWN, vec![at(3.0), at(4.0)]),
            ]
        );
        let bar = bar();
        let labels: Vec<&str> = bar.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["20", "40", "60", "100"]);
        assert_eq!((bar.ticks[0].0, bar.colors.pixel(1, 0)), (0.2, COLORS[1]));
    }
}
