//! The best pair of surfaces that may touch but not cross.

use ndarray::{Array2, ArrayView2};

use super::boundaries::Boundaries;
use super::path::{first_maximum, predecessor};
use super::rules::SurfaceRules;

/// The number of bytes that [`best`] needs for a B-scan of `nx` columns and `count` boundaries.
pub(super) fn bytes(nx: usize, count: usize) -> u64 {
    let pairs = (count as u64).saturating_mul(count as u64);
    // Two distances for each column, and five arrays of values for the column at work.
    pairs.saturating_mul(2 * nx as u64 + 40)
}

/// Boundaries u(x) ≤ v(x) that maximize Σ gain(x, v(x)) − gain(x, u(x)) minus the costs of their steps, for cumulative logits
/// of shape (x, boundaries).
///
/// Dynamic programming over all pairs (u, v). The limits and costs of the two steps are separate, so the best predecessor is
/// found first along u, then along v.
pub(super) fn best(gain: &ArrayView2<'_, f64>, rules: &SurfaceRules) -> Boundaries {
    let (nx, count) = gain.dim();
    let worth = |x: usize, u: usize, v: usize| match u <= v {
        true => gain[[x, v]] - gain[[x, u]],
        false => f64::NEG_INFINITY,
    };
    // Rows are v, columns u, so that the first search runs along memory.
    let mut best = Array2::from_shape_fn((count, count), |(v, u)| worth(0, u, v));
    let mut sources = Vec::with_capacity(nx);
    for x in 1..nx {
        let (along_u, from_u) = along_rows(&best, rules);
        let (along_v, from_v) = along_rows(&along_u.t().as_standard_layout().into_owned(), rules);
        best = Array2::from_shape_fn((count, count), |(v, u)| along_v[[u, v]] + worth(x, u, v));
        sources.push((from_u, from_v));
    }
    let flat = best.as_slice().unwrap_or(&[]);
    let last = first_maximum(flat);
    let (mut v, mut u) = (last / count, last % count);
    let mut boundaries = Boundaries {
        upper: vec![u; nx],
        lower: vec![v; nx],
    };
    for x in (1..nx).rev() {
        let (from_u, from_v) = &sources[x - 1];
        v = v.saturating_add_signed(isize::from(from_v[[u, v]]));
        u = u.saturating_add_signed(isize::from(from_u[[v, u]]));
        (boundaries.upper[x - 1], boundaries.lower[x - 1]) = (u, v);
    }
    boundaries
}

/// The best predecessor of each entry along its row: its value, and its distance from the entry.
fn along_rows(values: &Array2<f64>, rules: &SurfaceRules) -> (Array2<f64>, Array2<i8>) {
    let mut best = values.clone();
    let mut from = Array2::zeros(values.dim());
    let rows = values.outer_iter().zip(best.outer_iter_mut());
    for ((values, mut best), mut from) in rows.zip(from.outer_iter_mut()) {
        let Some(values) = values.to_slice() else {
            continue;
        };
        for place in 0..values.len() {
            let (value, previous) = predecessor(values, place, rules);
            best[place] = value;
            from[place] = (previous as i64 - place as i64) as i8;
        }
    }
    (best, from)
}
