//! Arcs: reconstruction artifacts at certain distances from vessels.

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use rsom_morphology::{Connectivity, Element, dilate};

use super::config::Gerl2020Config;
use crate::random::streams::{Purpose, Streams};

/// Radii of the shells, in voxels; a shell has the offsets whose length rounds to its radius.
const RADII_VOX: [f64; 2] = [7.0, 15.0];
/// Number of tree voxels that a shell must contain for an arc at its center.
const TOUCHES: std::ops::RangeInclusive<i32> = 1..=3;
/// Intensity of arcs in HF, and the additional intensity at arc voxels before dilation. The rule's description states
/// shells but no intensities; here the inner part is as bright as sticks, the outer part half as bright.
const ARC_ALL: f32 = 1.0;
const ARC_INNER: f32 = 1.0;
/// Share of the dilated arc voxels that are kept.
const KEPT: f64 = 0.75;

/// Adds arcs to HF. Where a spherical shell around a voxel contains one to three tree voxels, the voxel becomes an arc
/// voxel with probability `arc_share`. All arc voxels are dilated once, and three quarters of the result are kept.
pub(super) fn add(
    clutter: &mut Array3<f32>,
    tree: &Array3<bool>,
    config: &Gerl2020Config,
    streams: Streams,
) {
    if config.arc_share == 0.0 {
        return;
    }
    let mut inner = hits(tree);
    planes(&mut inner, |x, set| {
        let mut draw = streams.open(Purpose::ArcHits, x);
        for voxel in set {
            *voxel = draw.uniform(0.0, 1.0) < config.arc_share;
        }
    });
    let mut all = dilate(
        inner.view(),
        &Element::neighbors(Connectivity::Faces),
        1,
        false,
    );
    planes(&mut all, |x, set| {
        let mut draw = streams.open(Purpose::ArcKept, x);
        for voxel in set {
            *voxel = draw.uniform(0.0, 1.0) < KEPT;
        }
    });
    ndarray::Zip::from(clutter)
        .and(&all)
        .and(&inner)
        .par_for_each(|value, all, inner| {
            *value += if *all && *inner {
                ARC_ALL + ARC_INNER
            } else if *all {
                ARC_ALL
            } else {
                0.0
            };
        });
}

/// Passes the set voxels of every plane across x to `thin`, planes in parallel.
fn planes(
    mask: &mut Array3<bool>,
    thin: impl Fn(usize, &mut dyn Iterator<Item = &mut bool>) + Sync,
) {
    mask.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| thin(x, &mut plane.iter_mut().filter(|voxel| **voxel)));
}

/// The voxels where an arc is possible.
fn hits(tree: &Array3<bool>) -> Array3<bool> {
    let runs = Runs::of(tree);
    let mut hits = Array3::from_elem(tree.raw_dim(), false);
    for radius in RADII_VOX {
        let shell = shell(radius);
        hits.axis_iter_mut(Axis(0))
            .into_par_iter()
            .enumerate()
            .for_each(|(x, mut plane)| {
                for (y, mut row) in plane.rows_mut().into_iter().enumerate() {
                    let touches = runs.touches([x, y], &shell);
                    for (hit, touches) in row.iter_mut().zip(touches) {
                        *hit |= TOUCHES.contains(&touches);
                    }
                }
            });
    }
    hits
}

/// The offsets of a shell.
fn shell(radius_vox: f64) -> Vec<[isize; 3]> {
    let reach = radius_vox.ceil() as isize;
    let steps = || -reach..=reach;
    let mut shell = Vec::new();
    for x in steps() {
        for y in steps() {
            for z in steps() {
                let length = ((x * x + y * y + z * z) as f64).sqrt();
                if length.round() == radius_vox {
                    shell.push([x, y, z]);
                }
            }
        }
    }
    shell
}

/// The tree's runs of set voxels along z, row by row: first voxel, and one past the last voxel.
struct Runs {
    shape: [usize; 3],
    rows: Vec<Vec<[usize; 2]>>,
}

impl Runs {
    fn of(tree: &Array3<bool>) -> Self {
        let rows = tree.lanes(Axis(2)).into_iter().map(|row| {
            let mut runs: Vec<[usize; 2]> = Vec::new();
            for (z, _) in row.iter().enumerate().filter(|(_, set)| **set) {
                match runs.last_mut() {
                    Some(run) if run[1] == z => run[1] += 1,
                    _ => runs.push([z, z + 1]),
                }
            }
            runs
        });
        Self {
            shape: tree.dim().into(),
            rows: rows.collect(),
        }
    }

    /// The number of tree voxels in the shell around each voxel of a row.
    fn touches(&self, [x, y]: [usize; 2], shell: &[[isize; 3]]) -> Vec<i32> {
        let [nx, ny, nz] = self.shape;
        // A run adds one at its start and subtracts one at its end; cumulative sums are the counts.
        let mut steps = vec![0_i32; nz + 1];
        let bounded = |z: usize, step: isize| z.saturating_add_signed(-step).min(nz);
        for [dx, dy, dz] in shell {
            let (Some(x), Some(y)) = (x.checked_add_signed(*dx), y.checked_add_signed(*dy)) else {
                continue;
            };
            if x < nx && y < ny {
                for [start, end] in &self.rows[x * ny + y] {
                    steps[bounded(*start, *dz)] += 1;
                    steps[bounded(*end, *dz)] -= 1;
                }
            }
        }
        steps.pop();
        let mut sum = 0;
        for step in &mut steps {
            sum += *step;
            *step = sum;
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lump() -> Array3<bool> {
        Array3::from_shape_fn([20, 11, 34], |(x, y, z)| {
            (x * 7 + y * 5 + z * z) % 13 == 0 && x < 9
        })
    }

    #[test]
    fn touches_are_counted_as_by_the_definition() {
        let (tree, shell) = (lump(), shell(7.0));
        let runs = Runs::of(&tree);
        for (x, y) in [(0, 0), (4, 5), (12, 10), (19, 3)] {
            let found = runs.touches([x, y], &shell);
            for (z, found) in found.into_iter().enumerate() {
                let near = shell.iter().filter(|[a, b, c]| {
                    let place = [
                        x.wrapping_add_signed(*a),
                        y.wrapping_add_signed(*b),
                        z.wrapping_add_signed(*c),
                    ];
                    tree.get(place) == Some(&true)
                });
                assert_eq!(near.count() as i32, found, "({x}, {y}, {z})");
            }
        }
    }

    #[test]
    fn a_single_voxel_is_hit_from_the_two_distances_alone() {
        let mut tree = Array3::from_elem([41, 41, 41], false);
        tree[[20, 20, 20]] = true;
        let hits = hits(&tree);
        let squared = |p: (usize, usize, usize)| {
            [p.0, p.1, p.2]
                .iter()
                .map(|v| v.abs_diff(20).pow(2))
                .sum::<usize>()
        };
        for (place, hit) in hits.indexed_iter() {
            let distance = (squared(place) as f64).sqrt().round();
            assert_eq!(*hit, distance == 7.0 || distance == 15.0, "{place:?}");
        }
    }

    #[test]
    fn a_tenth_of_the_hits_stands_and_three_quarters_of_the_dilated_are_kept() {
        let tree = Array3::from_shape_fn([60, 60, 60], |(x, y, z)| (x, y, z) == (30, 30, 30));
        let mut clutter = Array3::zeros(tree.raw_dim());
        add(&mut clutter, &tree, &Gerl2020Config::RULE, Streams::new(4));
        let values: Vec<f32> = clutter.iter().copied().filter(|v| *v != 0.0).collect();
        assert!(values.iter().all(|v| *v == 1.0 || *v == 2.0));
        let inner = values.iter().filter(|v| **v == 2.0).count() as f64;
        let expected = 0.1 * 0.75 * hits(&tree).iter().filter(|v| **v).count() as f64;
        // Four standard deviations of a count that is nearly Poisson's.
        assert!(
            (inner - expected).abs() < 4.0 * expected.sqrt(),
            "{inner}, {expected}"
        );
    }
}
