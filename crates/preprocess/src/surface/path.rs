//! Finds the path with the largest contrast, with one depth per column, by dynamic programming.

use ndarray::Array2;
use rsom_volume::gaussian_weights;

use super::settings::Detection;

/// The allowed depths of a path in each column: `start` is included, `end` is not.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub start: Vec<usize>,
    pub end: Vec<usize>,
}

impl Limits {
    /// Allows every depth of an array of shape (x, z).
    pub fn free(contrast: &Array2<f64>) -> Self {
        let (columns, depth) = contrast.dim();
        Self {
            start: vec![0; columns],
            end: vec![depth; columns],
        }
    }
}

/// A path and its mean contrast.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub depths: Vec<usize>,
    pub contrast: f64,
}

/// The path through `contrast` (x, z) with the largest Σ contrast − `step_cost` · |step|, no step beyond `max_step_vox`.
///
/// Of equal paths the one with the smaller steps wins, then the shallower one. `None` when no path lies within the
/// limits and has finite contrast.
pub(super) fn best(contrast: &Array2<f64>, limits: &Limits, detection: &Detection) -> Option<Path> {
    let (columns, depth) = contrast.dim();
    let allowed = |x: usize, z: usize| {
        let inside = (limits.start[x]..limits.end[x]).contains(&z);
        if inside {
            contrast[[x, z]]
        } else {
            f64::NEG_INFINITY
        }
    };
    let mut score: Vec<f64> = (0..depth).map(|z| allowed(0, z)).collect();
    let mut came_from = Array2::<usize>::zeros((columns, depth));
    for x in 1..columns {
        let mut next = vec![f64::NEG_INFINITY; depth];
        for z in 0..depth {
            let (from, before) = best_step(&score, z, detection);
            came_from[[x, z]] = from;
            next[z] = before + allowed(x, z);
        }
        score = next;
    }
    let mut z = last_of_best(&score)?;
    let mut depths = vec![z; columns];
    for x in (1..columns).rev() {
        z = came_from[[x, z]];
        depths[x - 1] = z;
    }
    let sum: f64 = depths
        .iter()
        .enumerate()
        .map(|(x, z)| contrast[[x, *z]])
        .sum();
    Some(Path {
        depths,
        contrast: sum / columns as f64,
    })
}

fn best_step(score: &[f64], z: usize, detection: &Detection) -> (usize, f64) {
    let mut best = (z, score[z]);
    for step in 1..=detection.max_step_vox.min(score.len()) {
        let cost = detection.step_cost * step as f64;
        for from in [z.checked_sub(step), Some(z + step)].into_iter().flatten() {
            if let Some(value) = score.get(from)
                && value - cost > best.1
            {
                best = (from, value - cost);
            }
        }
    }
    best
}

fn last_of_best(score: &[f64]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (z, value) in score.iter().enumerate() {
        if value.is_finite() && best.is_none_or(|b| *value > score[b]) {
            best = Some(z);
        }
    }
    best
}

/// Smooths depths along x: fits a line to the neighbors of each column, with Gaussian weights.
///
/// Away from the ends this is the Gaussian mean; at the ends, unlike a mean, it preserves a slope.
pub(super) fn smoothed(depths: &[f64], sigma: f64) -> Vec<f64> {
    let kernel = gaussian(sigma);
    (0..depths.len())
        .map(|x| fitted(depths, x, &kernel))
        .collect()
}

/// Value at `center` of the weighted least-squares line.
fn fitted(depths: &[f64], center: usize, kernel: &[f64]) -> f64 {
    let radius = kernel.len() / 2;
    let first = center.saturating_sub(radius);
    let last = (center + radius).min(depths.len() - 1);
    let mut moments = [0.0; 3];
    let mut products = [0.0; 2];
    for x in first..=last {
        let weight = kernel[x + radius - center];
        let offset = x as f64 - center as f64;
        moments[0] += weight;
        moments[1] += weight * offset;
        moments[2] += weight * offset * offset;
        products[0] += weight * depths[x];
        products[1] += weight * offset * depths[x];
    }
    let determinant = moments[0] * moments[2] - moments[1] * moments[1];
    if determinant <= 1e-9 * moments[0] {
        // With a single column there is no slope to fit.
        return products[0] / moments[0];
    }
    (moments[2] * products[0] - moments[1] * products[1]) / determinant
}

/// Weights of a Gaussian up to three standard deviations, with sum one; a single 1 when `sigma` is 0.
pub(super) fn gaussian(sigma: f64) -> Vec<f64> {
    gaussian_weights(sigma, (3.0 * sigma).ceil() as usize)
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::surface::settings::{Choice, Feature};

    fn settings(max_step_vox: usize, step_cost: f64) -> Detection {
        Detection {
            channel: None,
            feature: Feature::Rise,
            choice: Choice::Strongest,
            scale_vox: 1,
            image_sigma_columns: 0.0,
            max_step_vox,
            step_cost,
            path_sigma_columns: 0.0,
        }
    }

    /// The best score over all paths, tried one by one.
    fn exhaustive(contrast: &Array2<f64>, detection: &Detection) -> f64 {
        let (columns, depth) = contrast.dim();
        let mut best = f64::NEG_INFINITY;
        for code in 0..depth.pow(columns as u32) {
            let path: Vec<usize> = (0..columns)
                .map(|x| code / depth.pow(x as u32) % depth)
                .collect();
            let steps: Vec<usize> = path.windows(2).map(|w| w[0].abs_diff(w[1])).collect();
            if steps.iter().all(|s| *s <= detection.max_step_vox) {
                best = best.max(score_of(&path, contrast, detection));
            }
        }
        best
    }

    fn score_of(path: &[usize], contrast: &Array2<f64>, detection: &Detection) -> f64 {
        let gain: f64 = path
            .iter()
            .enumerate()
            .map(|(x, z)| contrast[[x, *z]])
            .sum();
        let steps: usize = path.windows(2).map(|w| w[0].abs_diff(w[1])).sum();
        gain - detection.step_cost * steps as f64
    }

    proptest! {
        #[test]
        fn no_path_beats_the_one_found(
            values in prop::collection::vec(-3.0_f64..3.0, 20),
            max_step in 0_usize..3,
            cost in 0.0_f64..1.0,
        ) {
            let contrast = Array2::from_shape_vec((5, 4), values).unwrap();
            let detection = settings(max_step, cost);
            let found = best(&contrast, &Limits::free(&contrast), &detection).unwrap();
            let score = score_of(&found.depths, &contrast, &detection);
            prop_assert!((score - exhaustive(&contrast, &detection)).abs() < 1e-9);
        }

        #[test]
        fn smoothing_keeps_a_straight_line(slope in -2.0_f64..2.0, sigma in 0.0_f64..20.0, n in 1_usize..60) {
            let line: Vec<f64> = (0..n).map(|x| slope * x as f64 + 7.0).collect();
            for (got, want) in smoothed(&line, sigma).iter().zip(&line) {
                prop_assert!((got - want).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn of_equal_paths_the_level_one_wins() {
        let found = best(
            &Array2::zeros((4, 3)),
            &Limits::free(&Array2::zeros((4, 3))),
            &settings(2, 0.0),
        );
        assert_eq!(found.unwrap().depths, [0, 0, 0, 0]);
    }

    #[test]
    fn limits_that_no_path_meets_give_none() {
        let contrast = array![[1.0, 0.0], [0.0, 1.0]];
        let limits = Limits {
            start: vec![2, 2],
            end: vec![2, 2],
        };
        assert!(best(&contrast, &limits, &settings(1, 0.0)).is_none());
    }
}
