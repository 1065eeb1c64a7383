//! Masks of known vessels, for tests.

use ndarray::Array3;

use rsom_parameters::Parameters;

use crate::vessels::geometry::{Point, center, cross, distance, dot, minus, plus, times, unit};
use crate::vessels::{Diameters, GraphSettings, Lengths, VesselGraph};

/// Voxels of raster-scan optoacoustic mesoscopy, in µm.
pub(crate) const ANISOTROPIC: [f64; 3] = [12.0, 12.0, 3.0];
pub(crate) const ISOTROPIC: [f64; 3] = [12.0; 3];

/// A vessel: a polygonal line with one radius, with flat ends or with round ones, which reach a radius beyond the line.
#[derive(Debug, Clone)]
pub(crate) struct Tube {
    pub line: Vec<Point>,
    pub radius: f64,
    pub flat: bool,
}

impl Tube {
    pub fn flat(line: Vec<Point>, radius: f64) -> Self {
        Self {
            line,
            radius,
            flat: true,
        }
    }

    pub fn round(line: Vec<Point>, radius: f64) -> Self {
        Self {
            line,
            radius,
            flat: false,
        }
    }

    fn holds(&self, p: Point, piece: usize) -> bool {
        let (a, b) = (self.line[piece], self.line[piece + 1]);
        let along = minus(b, a);
        let share = dot(minus(p, a), along) / dot(along, along);
        let first = piece == 0 && share < 0.0;
        let last = piece + 2 == self.line.len() && share > 1.0;
        if self.flat && (first || last) {
            return false;
        }
        distance(p, plus(a, times(along, share.clamp(0.0, 1.0)))) <= self.radius
    }
}

/// The voxels whose centers lie in a tube.
pub(crate) fn raster(shape: [usize; 3], spacing: [f64; 3], tubes: &[Tube]) -> Array3<bool> {
    let mut mask = Array3::from_elem(shape, false);
    for tube in tubes {
        for piece in 0..tube.line.len() - 1 {
            let ends = [tube.line[piece], tube.line[piece + 1]];
            let range = |axis: usize| {
                let low = ends[0][axis].min(ends[1][axis]) - tube.radius;
                let high = ends[0][axis].max(ends[1][axis]) + tube.radius;
                let first = (low / spacing[axis]).ceil().max(0.0) as usize;
                let last = (high / spacing[axis]).floor().max(0.0) as usize;
                first..(last + 1).min(shape[axis])
            };
            for x in range(0) {
                for y in range(1) {
                    for z in range(2) {
                        let p = center([x, y, z], spacing);
                        mask[[x, y, z]] |= tube.holds(p, piece);
                    }
                }
            }
        }
    }
    mask
}

/// Moves tubes so that they fit into an array with this much room around, and gives its shape.
pub(crate) fn framed(tubes: &[Tube], spacing: [f64; 3], room: f64) -> ([usize; 3], Vec<Tube>) {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for tube in tubes {
        for p in &tube.line {
            for axis in 0..3 {
                low[axis] = low[axis].min(p[axis] - tube.radius);
                high[axis] = high[axis].max(p[axis] + tube.radius);
            }
        }
    }
    // An odd shift, so that axes do not fall on centers of voxels.
    let shift = [0, 1, 2].map(|axis| room + 0.37 * spacing[axis] - low[axis]);
    let shape = [0, 1, 2].map(|axis| {
        let side = high[axis] - low[axis] + 2.0 * room + spacing[axis];
        (side / spacing[axis]).ceil() as usize + 1
    });
    let moved = |tube: &Tube| Tube {
        line: tube.line.iter().map(|p| plus(*p, shift)).collect(),
        ..tube.clone()
    };
    (shape, tubes.iter().map(moved).collect())
}

/// The mask of tubes with some room around.
pub(crate) fn mask_of(tubes: &[Tube], spacing: [f64; 3]) -> Array3<bool> {
    let coarsest = spacing.iter().copied().fold(0.0, f64::max);
    let (shape, tubes) = framed(tubes, spacing, 3.0 * coarsest);
    raster(shape, spacing, &tubes)
}

/// A rotation by an axis and an angle, by Rodrigues' formula.
pub(crate) fn rotated(p: Point, axis: Point, angle: f64) -> Point {
    let axis = unit(axis).unwrap();
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let along = times(axis, dot(axis, p) * (1.0 - cos));
    plus(plus(times(p, cos), times(cross(axis, p), sin)), along)
}

/// Rotated tubes.
pub(crate) fn turned(tubes: &[Tube], axis: Point, angle: f64) -> Vec<Tube> {
    let each = tubes.iter().map(|tube| Tube {
        line: tube.line.iter().map(|p| rotated(*p, axis, angle)).collect(),
        ..tube.clone()
    });
    each.collect()
}

/// Numbers in [0, 1) by a linear congruential generator (Knuth's MMIX), which any language can repeat.
pub(crate) struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }

    /// A direction, uniform on the sphere.
    pub fn direction(&mut self) -> Point {
        loop {
            let p = [0; 3].map(|_| self.between(-1.0, 1.0));
            if (0.01..1.0).contains(&dot(p, p)) {
                return unit(p).unwrap();
            }
        }
    }
}

/// The default settings.
pub(crate) fn settings() -> GraphSettings {
    GraphSettings::from_map(&serde_json::Map::new()).unwrap()
}

/// The graph of tubes.
pub(crate) fn graph_of(tubes: &[Tube], spacing: [f64; 3]) -> VesselGraph {
    VesselGraph::of(mask_of(tubes, spacing).view(), spacing, &settings())
}

/// Segments, branch points, free ends, cycles and components.
pub(crate) fn counts(graph: &VesselGraph) -> [usize; 5] {
    [
        graph.segments.len(),
        graph.branch_points(),
        graph.end_points(),
        graph.cycles(),
        graph.components(),
    ]
}

/// Measured length and mean diameter.
pub(crate) fn size(graph: &VesselGraph) -> [f64; 2] {
    let diameter = Diameters::of(graph).map_or(0.0, |d| d.mean);
    [Lengths::of(graph).total, diameter]
}

/// Fails unless a value lies within a share of the true one.
pub(crate) fn near(found: f64, truth: f64, share: f64, case: &str) {
    let error = found / truth - 1.0;
    assert!(
        error.abs() <= share,
        "{case}: {found:.1} instead of {truth:.1}, {:+.1} %",
        100.0 * error
    );
}

/// Orientations: as it is, and turned by chance.
pub(crate) fn orientations(count: usize) -> Vec<(Point, f64)> {
    let mut chance = Chance(3);
    let mut all = vec![([0.0, 0.0, 1.0], 0.0)];
    all.extend((1..count).map(|_| (chance.direction(), chance.between(0.2, 3.0))));
    all
}
