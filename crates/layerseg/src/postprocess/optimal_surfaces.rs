//! Upper and lower surface of a layer with the greatest probability, by dynamic programming.

mod boundaries;
mod pair;
mod path;
mod rules;

use std::sync::Mutex;

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};
use rayon::prelude::*;

pub use rules::SurfaceRules;

use crate::LayersegError;
use boundaries::Boundaries;

/// Probabilities are kept this far from 0 and 1, so that their logits are finite.
const CERTAIN: f64 = 1e-6;

/// Most memory for the common search of both surfaces of one B-scan, in bytes.
const MOST_BYTES: u64 = 4 << 30;
/// Largest limit of the change of depth between neighboring columns, in voxels.
const MOST_SLOPE_VOX: usize = 100;

/// Depths of the two surfaces of each column (x, y), in voxels from the center of the first voxel; NaN in columns without a
/// layer, and where the field of view cuts it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSurfaces {
    /// Upper surface: above it is background.
    pub upper_vox: Array2<f64>,
    /// Lower surface: below it is background.
    pub lower_vox: Array2<f64>,
    /// The voxels between the surfaces, (x, y, z).
    pub mask: Array3<bool>,
}

/// The most probable surfaces of a layer in each B-scan, for probabilities of shape (x, y, z).
///
/// In a B-scan, the upper surface u(x) and the lower surface v(x) are boundaries between voxels, u ≤ v. They maximize
///
/// Σ over x of Σ over z in u(x)..v(x) of (logit p − logit threshold) − step cost · (|u(x) − u(x − 1)| + |v(x) − v(x − 1)|)
///
/// under |u(x) − u(x − 1)| ≤ slope and |v(x) − v(x − 1)| ≤ slope. The solution is exact, as that of Li, Wu, Chen and Sonka
/// (2006) for surfaces over a plane. The sum over z is a difference of cumulative logits, so each surface has its own best
/// path; if the two paths do not cross, they are the solution, found in time linear in the pixels. Otherwise both are
/// searched for together, in time quadratic in the depth.
///
/// Each surface is then refined to where the logits, linear between voxels, equal that of the threshold, by at most half a voxel.
/// Where the layer reaches the end of a column, the field of view cuts it: there is no surface.
///
/// # Errors
/// Returns [`LayersegError::TooDeep`] if the paths cross in a B-scan that is too deep for the common search (4 GiB).
pub fn optimal_surfaces(
    probabilities: &ArrayView3<'_, f32>,
    rules: &SurfaceRules,
) -> Result<LayerSurfaces, LayersegError> {
    let rules = &SurfaceRules {
        slope_vox: rules.slope_vox.min(MOST_SLOPE_VOX),
        ..*rules
    };
    let (nx, ny, nz) = probabilities.dim();
    let bscans: Vec<_> = probabilities.axis_iter(Axis(1)).collect();
    // One common search at a time, because of its memory.
    let searching = Mutex::new(());
    let found: Vec<Boundaries> = (bscans.par_iter().enumerate())
        .map(|(bscan, p)| {
            let logits = logits(p, rules.threshold);
            search(&logits.view(), rules, &searching).map_err(|(depth, bytes)| {
                LayersegError::TooDeep {
                    bscan,
                    depth,
                    bytes,
                }
            })
        })
        .collect::<Result<_, _>>()?;
    let mut surfaces = LayerSurfaces {
        upper_vox: Array2::from_elem((nx, ny), f64::NAN),
        lower_vox: Array2::from_elem((nx, ny), f64::NAN),
        mask: Array3::from_elem((nx, ny, nz), false),
    };
    for (y, (boundaries, p)) in found.iter().zip(&bscans).enumerate() {
        let logits = logits(p, rules.threshold);
        for x in 0..nx {
            let (upper, lower) = (boundaries.upper[x], boundaries.lower[x]);
            if upper == lower {
                continue;
            }
            let column = logits.row(x);
            let column = column.as_slice().unwrap_or(&[]);
            surfaces.upper_vox[[x, y]] = crossing(column, upper, Side::Upper);
            surfaces.lower_vox[[x, y]] = crossing(column, lower, Side::Lower);
            surfaces.mask.slice_mut(s![x, y, upper..lower]).fill(true);
        }
    }
    Ok(surfaces)
}

/// logit p − logit threshold, of shape (x, z).
fn logits(probabilities: &ArrayView2<'_, f32>, threshold: f64) -> Array2<f64> {
    let logit = |p: f64| {
        let p = p.clamp(CERTAIN, 1.0 - CERTAIN);
        libm::log(p / (1.0 - p))
    };
    let zero = logit(threshold);
    let columns = probabilities.mapv(|p| logit(f64::from(p)) - zero);
    columns.as_standard_layout().into_owned()
}

/// The side of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Upper,
    Lower,
}

/// Depth at which the logits of a column, linear between voxel centers, change sign next to the boundary before voxel `at`, from
/// outside to inside the layer. Where they do not, that boundary itself. NaN at the ends of the column: there the field of view
/// cuts the layer.
fn crossing(logits: &[f64], at: usize, side: Side) -> f64 {
    let voxels = at
        .checked_sub(1)
        .and_then(|i| logits.get(i))
        .zip(logits.get(at));
    let Some((before, after)) = voxels else {
        return f64::NAN;
    };
    let enters = match side {
        Side::Upper => *before < 0.0 && *after >= 0.0,
        Side::Lower => *before >= 0.0 && *after < 0.0,
    };
    match enters {
        true => (at - 1) as f64 + before / (before - after),
        false => at as f64 - 0.5,
    }
}

/// The best boundaries of one B-scan, for logits of shape (x, z). If it is too deep for the common search, its depth in voxels
/// and the bytes that the search would need.
fn search(
    logits: &ArrayView2<'_, f64>,
    rules: &SurfaceRules,
    searching: &Mutex<()>,
) -> Result<Boundaries, (usize, u64)> {
    let gain = cumulative(logits);
    if logits.iter().all(|logit| *logit <= 0.0) {
        // No voxel gains anything, so that the best layer is none.
        let none = vec![0; logits.nrows()];
        return Ok(Boundaries {
            upper: none.clone(),
            lower: none,
        });
    }
    let upper = path::best(&(-&gain).view(), rules);
    let lower = path::best(&gain.view(), rules);
    if upper
        .iter()
        .zip(&lower)
        .all(|(upper, lower)| upper <= lower)
    {
        return Ok(Boundaries { upper, lower });
    }
    let (nx, count) = gain.dim();
    let bytes = pair::bytes(nx, count);
    if bytes > MOST_BYTES {
        return Err((logits.ncols(), bytes));
    }
    let _one = searching.lock();
    Ok(pair::best(&gain.view(), rules))
}

/// Sums of the logits of the voxels before each boundary, of shape (x, boundaries).
fn cumulative(logits: &ArrayView2<'_, f64>) -> Array2<f64> {
    let (nx, nz) = logits.dim();
    let mut sums = Array2::zeros((nx, nz + 1));
    for (mut sums, column) in sums.outer_iter_mut().zip(logits.outer_iter()) {
        for (z, logit) in column.iter().enumerate() {
            sums[z + 1] = sums[z] + logit;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(slope_vox: usize, step_cost: f64) -> SurfaceRules {
        SurfaceRules {
            threshold: 0.5,
            slope_vox,
            step_cost,
        }
    }

    fn worth(logits: &ArrayView2<'_, f64>, at: &Boundaries, rules: &SurfaceRules) -> f64 {
        let inside = |x: usize| logits.slice(s![x, at.upper[x]..at.lower[x]]).sum();
        let steps = |path: &[usize]| -> f64 {
            let step = |pair: &[usize]| pair[0].abs_diff(pair[1]) as f64;
            path.windows(2).map(step).sum()
        };
        let gain: f64 = (0..logits.nrows()).map(inside).sum();
        gain - rules.step_cost * (steps(&at.upper) + steps(&at.lower))
    }

    /// All boundaries within the slope.
    fn paths(nx: usize, count: usize, slope: usize) -> Vec<Vec<usize>> {
        let mut paths: Vec<Vec<usize>> = (0..count).map(|b| vec![b]).collect();
        for _ in 1..nx {
            let longer = |path: &Vec<usize>| {
                let last = path[path.len() - 1];
                let ends = last.saturating_sub(slope)..(last + slope + 1).min(count);
                let path = path.clone();
                ends.map(move |end| [path.clone(), vec![end]].concat())
            };
            paths = paths.iter().flat_map(longer).collect();
        }
        paths
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_other_pair_of_surfaces_is_better(
            values in proptest::collection::vec(-3.0_f64..2.0, 4 * 4), slope in 0_usize..3, cost in 0.0_f64..1.5,
        ) {
            let logits = Array2::from_shape_vec((4, 4), values).unwrap();
            let rules = rules(slope, cost);
            let found = search(&logits.view(), &rules, &Mutex::new(())).unwrap();
            let gain = cumulative(&logits.view());
            let together = pair::best(&gain.view(), &rules);
            let all = paths(4, 5, slope);
            let mut best = f64::NEG_INFINITY;
            for upper in &all {
                for lower in &all {
                    if upper.iter().zip(lower).all(|(u, v)| u <= v) {
                        let at = Boundaries { upper: upper.clone(), lower: lower.clone() };
                        best = best.max(worth(&logits.view(), &at, &rules));
                    }
                }
            }
            for found in [found, together] {
                prop_assert!(all.contains(&found.upper) && all.contains(&found.lower));
                prop_assert!(found.upper.iter().zip(&found.lower).all(|(u, v)| u <= v));
                prop_assert!((worth(&logits.view(), &found, &rules) - best).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn surfaces_lie_where_the_probability_crosses_the_threshold() {
        // Probabilities of a layer from 4.25 to 9.5, linear in logits around its surfaces.
        let logit = |z: f64| (z - 4.25).min(9.5 - z);
        let probability = |z: f64| 1.0 / (1.0 + (-logit(z)).exp());
        let p = Array3::from_shape_fn((6, 2, 16), |(.., z)| probability(z as f64) as f32);
        let surfaces = optimal_surfaces(&p.view(), &rules(1, 0.5)).unwrap();
        assert!(surfaces.upper_vox.iter().all(|z| (z - 4.25).abs() < 1e-5));
        assert!(surfaces.lower_vox.iter().all(|z| (z - 9.5).abs() < 1e-5));
        let inside = |(.., z): (usize, usize, usize)| (5..=9).contains(&z);
        assert_eq!(surfaces.mask, Array3::from_shape_fn((6, 2, 16), inside));
    }

    #[test]
    fn a_layer_that_the_field_of_view_cuts_has_no_surface_there() {
        let layer = |z: usize| if z < 4 { 0.9 } else { 0.1 };
        let p = Array3::from_shape_fn((5, 1, 9), |(.., z)| layer(z));
        let surfaces = optimal_surfaces(&p.view(), &rules(1, 1.0)).unwrap();
        assert!(surfaces.upper_vox.iter().all(|z| z.is_nan()));
        assert!(surfaces.lower_vox.iter().all(|z| (z - 3.5).abs() < 1e-6));
        assert_eq!(surfaces.mask.iter().filter(|inside| **inside).count(), 20);
    }

    #[test]
    fn a_spike_and_a_gap_are_crossed_and_a_field_without_a_layer_stays_empty() {
        let layer = |x: usize, z: usize| match x {
            7 => false,
            12 => (2..10).contains(&z),
            _ => (5..10).contains(&z),
        };
        let p = |x, z| if layer(x, z) { 0.95 } else { 0.05 };
        let p = Array3::from_shape_fn((20, 1, 16), |(x, _, z)| p(x, z));
        let surfaces = optimal_surfaces(&p.view(), &rules(1, 2.0)).unwrap();
        let flat = |(.., z): (usize, usize, usize)| (5..10).contains(&z);
        assert_eq!(surfaces.mask, Array3::from_shape_fn((20, 1, 16), flat));
        let none = Array3::from_elem((20, 1, 16), 0.05);
        let surfaces = optimal_surfaces(&none.view(), &rules(1, 2.0)).unwrap();
        assert!(surfaces.mask.iter().all(|inside| !inside));
        assert!(surfaces.upper_vox.iter().all(|z| z.is_nan()));
    }

    #[test]
    fn a_scan_that_is_too_deep_for_the_common_search_is_refused() {
        let mut deep = Array3::from_elem((2, 1, 20_000), 0.05);
        assert!(optimal_surfaces(&deep.view(), &rules(1, 0.0)).is_ok());
        // One voxel of a layer, far from where each surface would be alone.
        deep[[0, 0, 9000]] = 0.99;
        let error = optimal_surfaces(&deep.view(), &rules(1, 0.0)).unwrap_err();
        assert!(error.to_string().contains("B-scan 1 of 20000"), "{error}");
    }
}
