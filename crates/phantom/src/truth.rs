//! The truth of a scene, computed from its geometry and not from voxels.

use std::f64::consts::PI;

use ndarray::Axis;
use rsom_measures::{Metric, schema};
use rsom_volume::Mask;

use crate::Config;
use crate::anatomy::scene::Scene;
use crate::anatomy::tube::{Kind, Tube};
use crate::geometry::clip::clipped;
use crate::geometry::tube_volume::tube_volume_um3;
use crate::tree::NodeKind;

/// One true quantity of a scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueValue {
    /// The structure: `epidermis`, `vessels` (including loops) or `loops`.
    pub label: &'static str,
    /// The quantity.
    pub metric: Metric,
    /// Value; `None` where there is nothing to measure.
    pub value: Option<f64>,
}

/// The true quantities of a scan.
///
/// | metric | definition |
/// |---|---|
/// | `layer_thickness_um`, `_sd_um`, `_median_um` | distance between the layer's boundaries along depth, over all columns |
/// | `layer_volume_mm3` | this distance times the area of a column, summed |
/// | `vessel_volume_mm3`, `vessel_volume_fraction_of_scan` | volume of the union of all tubes inside the scan; divided by the scan's volume |
/// | `vessel_depth_um` | mean depth of the center lines below the layer's lower boundary, weighted by π r² |
/// | `vessel_length_mm`, `vessel_length_density_of_scan_per_mm2` | length of the center lines inside the scan; divided by the scan's volume |
/// | `vessel_diameter_um` | mean diameter, weighted by length |
/// | `vessel_density` | share of the columns with vessel voxels, as seen from above |
/// | `vessel_segment_count`, `branch_count` | vessels other than loops (in trees: from one bifurcation to the next), and bifurcations inside the scan |
/// | `loop_count`, `loop_density_per_mm2` | loops whose tip lies inside the scan; divided by its area |
///
/// Overlaps of tubes count once, as in a mask.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The quantities in the order of the table above.
    pub values: Vec<TrueValue>,
}

impl Truth {
    /// All metrics of a truth.
    pub const METRICS: [Metric; 15] = [
        schema::LAYER_THICKNESS_UM,
        schema::LAYER_THICKNESS_SD_UM,
        schema::LAYER_THICKNESS_MEDIAN_UM,
        schema::LAYER_VOLUME_MM3,
        schema::VESSEL_VOLUME_MM3,
        schema::VESSEL_VOLUME_FRACTION_OF_SCAN,
        schema::VESSEL_DEPTH_UM,
        schema::VESSEL_LENGTH_MM,
        schema::VESSEL_LENGTH_DENSITY_OF_SCAN_PER_MM2,
        schema::VESSEL_DIAMETER_UM,
        schema::VESSEL_DENSITY,
        schema::VESSEL_SEGMENT_COUNT,
        schema::BRANCH_COUNT,
        schema::LOOP_COUNT,
        schema::LOOP_DENSITY_PER_MM2,
    ];

    /// Measures a scene; `vessels` is the mask of its tubes.
    pub(crate) fn of(scene: &Scene<'_>, vessels: &Mask) -> Self {
        let mut values = of_layer(scene);
        values.extend(of_vessels(scene, vessels));
        values.extend(of_loops(scene));
        Self { values }
    }

    /// The value of a metric; `None` when there is no such metric or nothing to measure.
    #[must_use]
    pub fn value(&self, metric: &str) -> Option<f64> {
        let found = self.values.iter().find(|v| v.metric.name == metric);
        found.and_then(|v| v.value)
    }
}

fn of_layer(scene: &Scene<'_>) -> Vec<TrueValue> {
    let mut thickness: Vec<f64> = (&scene.skin.bottom_um - &scene.skin.top_um)
        .into_iter()
        .collect();
    thickness.sort_by(f64::total_cmp);
    let count = thickness.len();
    let mean = thickness.iter().sum::<f64>() / count as f64;
    let squares: f64 = thickness.iter().map(|t| (t - mean).powi(2)).sum();
    let sd = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
    let median = f64::midpoint(thickness[(count - 1) / 2], thickness[count / 2]);
    let volume = mean / 1000.0 * area_mm2(scene.config);
    let row = |metric, value| row("epidermis", metric, value);
    vec![
        row(schema::LAYER_THICKNESS_UM, Some(mean)),
        row(schema::LAYER_THICKNESS_SD_UM, sd),
        row(schema::LAYER_THICKNESS_MEDIAN_UM, Some(median)),
        row(schema::LAYER_VOLUME_MM3, Some(volume)),
    ]
}

/// Sums over the tubes inside a scan, in µm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Inside {
    length: f64,
    /// Volume: sum of π r² times the length.
    volume: f64,
    /// Sum of depth below the layer, weighted by volume.
    depth: f64,
    /// Sum of the diameter, weighted by length.
    diameter: f64,
}

fn of_vessels(scene: &Scene<'_>, mask: &Mask) -> Vec<TrueValue> {
    let (mut inside, mut count) = (Inside::default(), 0);
    for tube in &scene.vessels {
        let before = inside.length;
        add(tube, scene, &mut inside);
        count += usize::from(tube.kind == Kind::Vessel && inside.length > before);
    }
    let extent = scene.config.extent_um();
    let whole_um3: f64 = extent.iter().product();
    let columns = mask.voxels().lanes(Axis(2));
    let seen = columns.into_iter().filter(|c| c.iter().any(|v| *v)).count();
    let columns = scene.config.shape[0] * scene.config.shape[1];
    let nodes = scene.tree.iter().flat_map(|tree| &tree.nodes);
    let branches = nodes
        .filter(|n| n.kind == NodeKind::Branch && holds(scene.config, n.place_um))
        .count();
    let any = inside.length > 0.0;
    let tubes = scene.vessels.iter();
    let tubes = tubes.map(|tube| (tube.points_um.as_slice(), tube.radius_um));
    let volume_um3 = tube_volume_um3(tubes, extent);
    let row = |metric, value| row("vessels", metric, value);
    let depth = any.then(|| inside.depth / inside.volume);
    let density = inside.length / whole_um3 * 1e6;
    let diameter = any.then(|| inside.diameter / inside.length);
    vec![
        row(schema::VESSEL_VOLUME_MM3, Some(volume_um3 / 1e9)),
        row(
            schema::VESSEL_VOLUME_FRACTION_OF_SCAN,
            Some(volume_um3 / whole_um3),
        ),
        row(schema::VESSEL_DEPTH_UM, depth),
        row(schema::VESSEL_LENGTH_MM, Some(inside.length / 1e3)),
        row(schema::VESSEL_LENGTH_DENSITY_OF_SCAN_PER_MM2, Some(density)),
        row(schema::VESSEL_DIAMETER_UM, diameter),
        row(schema::VESSEL_DENSITY, Some(seen as f64 / columns as f64)),
        row(schema::VESSEL_SEGMENT_COUNT, Some(count as f64)),
        row(schema::BRANCH_COUNT, Some(branches as f64)),
    ]
}

fn of_loops(scene: &Scene<'_>) -> Vec<TrueValue> {
    let loops = scene.vessels.iter().filter(|t| t.kind == Kind::Loop);
    let tip = |tube: &Tube| tube.points_um.get(tube.points_um.len() / 2).copied();
    let inside = loops.filter(|t| tip(t).is_some_and(|p| holds(scene.config, p)));
    let count = inside.count() as f64;
    let density = count / area_mm2(scene.config);
    vec![
        row("loops", schema::LOOP_COUNT, Some(count)),
        row("loops", schema::LOOP_DENSITY_PER_MM2, Some(density)),
    ]
}

fn row(label: &'static str, metric: Metric, value: Option<f64>) -> TrueValue {
    TrueValue {
        label,
        metric,
        value,
    }
}

fn area_mm2(config: &Config) -> f64 {
    let extent = config.extent_um();
    extent[0] * extent[1] / 1e6
}

fn holds(config: &Config, place_um: [f64; 3]) -> bool {
    let extent = config.extent_um();
    (0..3).all(|a| (0.0..extent[a]).contains(&place_um[a]))
}

/// Adds the part of a tube whose center line lies inside the scan.
fn add(tube: &Tube, scene: &Scene<'_>, inside: &mut Inside) {
    /// Largest step of the sum of depths, in µm.
    const STEP_UM: f64 = 6.0;
    let section = PI * tube.radius_um * tube.radius_um;
    for pair in tube.points_um.windows(2) {
        let Some([from, to]) = clipped(pair[0], pair[1], scene.config.extent_um()) else {
            continue;
        };
        let way: [f64; 3] = std::array::from_fn(|a| pair[1][a] - pair[0][a]);
        let length = (to - from) * libm::hypot(libm::hypot(way[0], way[1]), way[2]);
        inside.length += length;
        inside.volume += section * length;
        inside.diameter += 2.0 * tube.radius_um * length;
        let steps = (length / STEP_UM).ceil().max(1.0);
        for step in 0..steps as usize {
            let t = from + (to - from) * (step as f64 + 0.5) / steps;
            let place: [f64; 3] = std::array::from_fn(|a| pair[0][a] + t * way[a]);
            let bottom = scene.skin.bottom_at([place[0], place[1]], scene.config);
            inside.depth += section * length / steps * (place[2] - bottom);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::skin::Skin;
    use crate::phantom::tests::small;
    use crate::random::streams::Streams;

    #[test]
    fn one_straight_vessel_has_the_volume_length_and_depth_of_a_cylinder() {
        let config = Config {
            curvature_radius_mm: 0.0,
            tilt_deg: 0.0,
            undulation_um: 0.0,
            epidermis_sd_um: 0.0,
            ..small()
        };
        let tube = Tube {
            points_um: vec![
                [-200.0, 48.0, 240.0],
                [0.0, 48.0, 240.0],
                [900.0, 48.0, 240.0],
            ],
            radius_um: 20.0,
            brightness: [1.0; 2],
            strength: 1.0,
            kind: Kind::Vessel,
        };
        let scene = Scene {
            config: &config,
            skin: Skin::new(&config, Streams::new(1)).unwrap(),
            vessels: vec![tube],
            tree: None,
        };
        let grid = config.grid().unwrap();
        let mask = Mask::new(grid, ndarray::Array3::from_elem(config.shape, false)).unwrap();
        let truth = Truth::of(&scene, &mask);
        let measured = truth.values.iter().map(|value| value.metric);
        assert!(measured.eq(Truth::METRICS));
        let volume = PI * 400.0 * 576.0 / 1e9;
        for (metric, expected) in [
            ("layer_thickness_um", 90.0),
            ("layer_volume_mm3", 0.09 * 0.576 * 0.096),
            ("vessel_volume_mm3", volume),
            (
                "vessel_volume_fraction_of_scan",
                volume / (0.576 * 0.096 * 0.3),
            ),
            // The layer ends 50 + 90 µm down.
            ("vessel_depth_um", 100.0),
            ("vessel_length_mm", 0.576),
            ("vessel_length_density_of_scan_per_mm2", 1.0 / (0.096 * 0.3)),
            ("vessel_diameter_um", 40.0),
            ("vessel_density", 0.0),
            ("vessel_segment_count", 1.0),
            ("branch_count", 0.0),
            ("loop_count", 0.0),
        ] {
            let found = truth.value(metric).unwrap();
            assert!(
                (found - expected).abs() < 1e-9,
                "{metric}: {found} against {expected}"
            );
        }
    }
}
