//! Center lines of vessels, colored by diameter.

use super::axis::Axis;
use super::layout::Layout;
use crate::Color;
use crate::scene::{Path, Point, Scene, Stroke};

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

/// The words and colors of the legend.
pub(super) fn legend() -> [(String, Color); 5] {
    std::array::from_fn(|place| {
        let words = match (
            place.checked_sub(1).map(|i| LARGEST_UM[i]),
            LARGEST_UM.get(place),
        ) {
            (None, Some(high)) => format!("up to {high} µm"),
            (Some(low), Some(high)) => format!("{low} to {high} µm"),
            (low, None) => format!("above {} µm", low.unwrap_or_default()),
        };
        (words, COLORS[place])
    })
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
                scene.draw(Path::open(vec![points[first..=at].to_vec()], stroke));
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
        let layout = Layout::new([40, 30, 60], Some([0.01; 3]), 1, false);
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
        let words = legend().map(|(words, _)| words);
        assert_eq!(
            words,
            [
                "up to 20 µm",
                "20 to 40 µm",
                "40 to 60 µm",
                "60 to 100 µm",
                "above 100 µm"
            ]
        );
    }
}
